/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_DRIVERS_LOCAL_PRIV_H
#define LM_DRIVERS_LOCAL_PRIV_H

#include <jansson.h>
#include <limits.h>
#include <stdbool.h>
#include <uv.h>

#include "base/arena.h"
#include "base/map.h"
#include "lm/drivers/driver.h"

/*
 * The driver `local`: networks are bridges, routers and containers are namespaces of this machine.
 *
 * Its folder:
 *	<state>/resources/<resource id>/   all that belongs to one resource
 *		tag                        what it is (tag.h)
 *		values                     its properties and outputs, for finds
 *		steps/                     results of finished steps (results.h)
 *		netns                      its network namespace is bound here
 *		bundle/ upper/ work/ rootfs/ run/ hosts        a container's
 *	<state>/runc/                      runc's own
 *	<state>/trash/                     on its way out
 *
 * Names of what it makes outside, from 8 hexadecimal digits of a hash of folder and resource id:
 *	lmb<8>          bridge of a network         lmv<8>.<i>  a container's i-th cable, our end
 *	lmr<8>.<i>      a router's i-th cable       lmt<8>      a router's way out, our end
 *	lm-<6>-<8>      container and cgroup        lm_<6>_<8>  nftables table
 * where <6> is a hash of the folder alone: which manager it is of.  Links also have the alias
 * "lm <name> <id> @<6>".  A namespace can be visited as /run/netns/lmc<8> or lmr<8>.
 */
struct child;
struct job;

enum {
	ID_MAX = 64,
	HEX_SIZE = 9,
	MARK_SIZE = 7,
	LINK_NAME_SIZE = 16,
	LONG_NAME_SIZE = 32,
};

/* A resource that has, or is about to get, something outside. */
struct resource {
	char *id, *name, *kind;
	char *dir;
	char hex[HEX_SIZE];
	json_t *tag; /* see tag.h */

	/* Containers only. */
	pid_t init;
	int init_fd; /* -1: not running as far as we know */
	struct watch *watches;
};

struct driver {
	struct driver_conf conf; /* texts are ours */
	char *state_dir, *images_dir, *runc_dir;
	char mark[MARK_SIZE];
	struct lm_map *resources; /* by id; owned */
	struct lm_map *jobs;      /* by step; owned; jobs under way or waiting for their turn */
	uv_idle_t soon;           /* runs while something waits for the loop's next turn */
	bool closed;
	bool announced; /* what was found at open() has been told */
};

void name_link(const struct resource *, const char *prefix, int index, char out[LINK_NAME_SIZE]);
/* The container's and the cgroup's name with separator '-', the table's with '_'. */
void name_long(
    const struct driver *, const struct resource *, char separator, char out[LONG_NAME_SIZE]);
void name_hex(const char *state_dir, const char *id, char out[HEX_SIZE]);
void name_mark(const char *state_dir, char out[MARK_SIZE]);
/* "lm <name> <id> @<mark>", cut so that the kernel takes it. */
char *name_alias(struct lm_arena *, const struct driver *, const struct resource *);

/* "<folder>/<name>"; false: it is too long, and nothing is there under that name. */
bool path_join(const char *folder, const char *name, char out[PATH_MAX]);
char *path_in(struct lm_arena *, const struct resource *, const char *name);

#endif
