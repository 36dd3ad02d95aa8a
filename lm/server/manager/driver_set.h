/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_SERVER_MANAGER_DRIVER_SET_H
#define LM_SERVER_MANAGER_DRIVER_SET_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"
#include "base/err.h"
#include "lm/core/record.h"
#include "lm/drivers/driver.h"
#include "lm/server/intake/token.h"
#include "lm/server/manager/removals.h"
#include "lm/server/sites/sites.h"
#include "lm/web/web.h"

/*
 * The drivers of a manager: who carries out a step, and whom a question about the outside goes to.
 * What drivers say is passed on only where they were asked: a driver that answers for a location that
 * another one serves is not heard.
 */
struct driver_set;

enum { DRIVER_SET_MAX = 8 };

struct driver_set_conf {
	struct uv_loop_s *loop;
	const struct driver_ops *const *ops;
	size_t n; /* 1 to DRIVER_SET_MAX; the first serves locations nobody names */
	/* Borrowed: locations, and who serves them.  NULL: a location is the name of a driver. */
	const struct sites *sites;
	const char *state_dir, *images_dir; /* see struct driver_conf */
	unsigned metrics_port;
	const struct token_key *token_key; /* borrowed; NULL: no tokens are given out */
	const char *reply_url; /* borrowed: where drivers of others answer; NULL: nowhere */
	/* Where a step is carried out; NULL: nobody asked it. */
	const char *(*location_of)(void *arg, const char *step);
	struct driver_events
	    events; /* never called from inside of driver_set_open() but for died() */
};

struct lm_err *driver_set_open(const struct driver_set_conf *, struct driver_set **out) LM_MUST_USE;
void driver_set_close(struct driver_set *); /* what runs outside keeps running.  NULL is fine. */

/* The result comes by the events, at once when nobody can be asked. */
void driver_set_ask(struct driver_set *, const struct step_request *);
/* All results so far are in the journal. */
void driver_set_settled(struct driver_set *);
void driver_set_cancel(struct driver_set *, const struct step_cancel *);

/* Limits for drivers of others hold for a type of infrastructure: it may have several. "": unknown. */
const char *driver_set_infrastructure(const struct driver_set *, const char *location);

/* What they have outside at this moment. */
struct lm_err *driver_set_list(struct driver_set *, driver_each_fn *, void *arg) LM_MUST_USE;
/* Whether that holds what is at a location; drivers of others do not tell. */
bool driver_set_tell_of(const struct driver_set *, const char *location);

/*
 * Asks for the removal of what no component stands for.  How that goes, driver_set_removal() tells:
 * NULL when it is done.  CONFLICT: it is under way already, or too many are.
 */
struct lm_err *driver_set_remove(struct driver_set *, const char *location, const char *resource_id)
    LM_MUST_USE;
const struct removal *driver_set_removal(const struct driver_set *, const char *resource_id);

/*
 * A driver of others, which has proved that it was asked this step, says what became of it: see
 * http_driver_reply().
 */
struct lm_err *driver_set_reply(
    struct driver_set *, const char *step, const json_t *reply, bool *taken) LM_MUST_USE;
/* Asks a driver of others how it is; false: nobody here speaks with such.  See http_driver_health(). */
bool driver_set_health(
    struct driver_set *, const struct site_driver *, web_done_fn *done, void *arg);

#endif
