/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_DRIVERS_DRIVER_H
#define LM_DRIVERS_DRIVER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/attr.h"
#include "base/err.h"
#include "lm/core/step.h"

/*
 * The contract of a resource driver.
 *
 * 1. All calls come from the loop's thread.  No call blocks for longer than it takes to start a
 *    process.
 * 2. execute() that returns NULL is answered by exactly one result(), later, from the loop, never
 *    from inside execute().  An error from execute() means that nothing was begun.
 * 3. execute() is idempotent in the step's id: after a crash of the manager the same step is asked
 *    again, and has the outcome of the first, not a second machine.  A step that was half done is
 *    completed or done again.
 * 4. A driver keeps no truth of its own in memory.  What exists is what it finds outside by the
 *    tags (instance id) that it left there; open() finds it again and resumes watching it.
 * 5. died() may come at any time for a resource whose Start has succeeded: a process that it
 *    declared as its service has ended without being told to.  Once per death.
 * 6. Stop and Uninstall of what is not there succeed, as do all removals.
 * 7. A find (step_request.is_find) looks each time it is asked.  One thing answers: its id and its
 *    properties.  None, or more than one: RESOURCE_NOT_FOUND, and the message says which.
 * 8. Removal takes time, so it goes the way of every other step: begun by a call, ended by a result.
 */
struct uv_loop_s;
struct driver;

/* Borrowed for the call. */
typedef void driver_each_fn(void *arg, const struct driver_thing *);

struct driver_events {
	void (*result)(void *arg, const struct step_result *);
	void (*died)(void *arg, const char *resource_id, const char *what);
	/*
	 * A management network has, or loses, an address of this machine: the metrics webhook
	 * listens there.
	 */
	void (*host_address)(void *arg, const char *address, bool up);
	void *arg;
};

struct driver_conf {
	struct uv_loop_s *loop;
	const char *state_dir;  /* where the driver leaves its tags and bundles; made if missing */
	const char *images_dir; /* root file systems by image name */
	unsigned metrics_port;  /* port of the webhook on management networks */
	/*
	 * The token with which a resource's scripts may post metrics, made in the arena; it stays the
	 * same for ever.  A secret: it goes into their environment and nowhere else.  NULL: none.
	 */
	const char *(*metrics_token)(void *arg, const char *resource_id, struct lm_arena *);
	/*
	 * Where drivers of others send what became of a step, and the token that proves that they were
	 * asked it.  NULL: nowhere.
	 */
	const char *reply_url; /* borrowed */
	const char *(*reply_token)(void *arg, const char *step, struct lm_arena *);
	void *token_arg;
	struct driver_events events;
};

struct driver_ops {
	const char *name; /* the type of deployment location it serves: "local" */

	/* Says in one clear sentence what is missing on this machine and how to mend it. */
	struct lm_err *(*open)(const struct driver_conf *, struct driver **out)LM_MUST_USE;
	/* Forgets its steps without a result and leaves everything outside as it is. NULL is fine. */
	void (*close)(struct driver *);
	struct lm_err *(*execute)(struct driver *, const struct step_request *)LM_MUST_USE;
	/* Best effort; the result still comes, CANCELLED at worst.  Unknown ids are ignored. */
	void (*cancel)(struct driver *, const char *step);
	/* What it has told so far is durable: no restart will ask for it again.  NULL: nothing to do. */
	void (*settled)(struct driver *);
	/*
	 * Everything the driver has outside at this moment: what carries its own marks, never what
	 * another manager made.  Nothing means that nothing is left.  It reads, once, what the system
	 * tells, and waits for nothing; what cannot be read is an error, not an empty list.
	 */
	struct lm_err *(*list)(struct driver *, driver_each_fn *, void *arg)LM_MUST_USE;
	/*
	 * Removes all that list() tells of a resource id, however little is left to go by: for what no
	 * component stands for.  No script runs.  As execute(): answered by one result(), later, under
	 * this step id; nothing there is success.  CONFLICT while a step on the resource is under way.
	 */
	struct lm_err *(*remove)(
	    struct driver *, const char *step, const char *resource_id)LM_MUST_USE;
};

extern const struct driver_ops driver_local;
/*
 * Asks drivers of others, by the published contract, over HTTP: every request has a site.  It makes
 * nothing itself, so that it lists nothing.
 */
extern const struct driver_ops driver_http;
/* Asks other resource managers, at their locations; every request has a site, with their address. */
extern const struct driver_ops driver_manager;

#endif
