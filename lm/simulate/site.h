/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_SIMULATE_SITE_H
#define LM_SIMULATE_SITE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "lm/core/step.h"
#include "tosca/catalog/catalog.h"

/*
 * A simulated site: what takes the place of a driver and of all that stands behind it.  Nothing is
 * made; every step succeeds and takes the time that a table says, unless that is longer than its
 * limit.  The clock is the caller's.
 */

/* How long steps take. */
enum { SITE_TIMES_MAX = 32 };
struct site_times {
	struct site_time {
		char action[64]; /* "Start", an operation's name, or "Operation" for all others */
		int64_t ms;
	} v[SITE_TIMES_MAX];
	size_t n;
};

/* What was measured on the voice service of this project. */
void site_times_init(struct site_times *);
/* "Start=25": seconds, or a time with its unit. */
struct lm_err *site_times_set(struct site_times *, const char *text) LM_MUST_USE;
int64_t site_time_of(const struct site_times *, const char *action, bool is_operation);

struct site;

/*
 * Catalog and times are borrowed.  What is installed reports a value for each of its read-only
 * properties.  Members of 'cluster' (full name; may be NULL) are counted as servers.
 */
struct site *site_new(const struct catalog *, const struct site_times *, const char *cluster);
void site_free(struct site *);

/* As the driver's execute and cancel: the answer comes later. */
void site_execute(struct site *, const struct step_request *, int64_t now_ms);
void site_cancel(struct site *, const char *step, int64_t now_ms);
/* A service of this resource dies; false: it does not run. */
bool site_kill(struct site *, const char *resource_id, int64_t now_ms);

int64_t site_next(const struct site *); /* when something happens; INT64_MAX: nothing will */
/*
 * The next thing that has happened until now; false: nothing has.  A result (its step is not NULL)
 * or a death (a resource id); borrowed until the next call.
 */
bool site_take(struct site *, int64_t now_ms, struct step_result *, const char **died);

/* Servers that exist, from the beginning of their first Install to the end of their last Uninstall. */
unsigned site_servers(const struct site *);
/* How long all of them together have existed until now. */
int64_t site_server_ms(struct site *, int64_t now_ms);

#endif
