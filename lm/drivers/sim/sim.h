/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_DRIVERS_SIM_H
#define LM_DRIVERS_SIM_H

#include <stdbool.h>
#include <stdint.h>

#include "lm/drivers/driver.h"

/*
 * A simulated driver: for tests and trials only, nothing real stands behind it.  It obeys the rules
 * of lm/drivers/driver.h, with a virtual clock in place of a loop and everything decided by a seed:
 * how long a step takes, whether it fails, whether its answer is lost or comes twice.
 *
 * It keeps the books of its world: what is installed, what runs.  The world outlives a crash of
 * the manager (sim_crash), as a real one would.
 */
struct sim;

/* What becomes of one execution of a step. */
struct sim_fate {
	int64_t took_ms;           /* until it is answered */
	enum step_failure failure; /* NONE: it succeeds, if the world is such that it can */
	unsigned answers;          /* 1; 0: it is done, but nobody hears of it; 2: twice */
	int64_t again_ms;          /* between two answers */
	bool at_end;       /* it changes the world when it is answered, not when it begins */
	bool heeds_cancel; /* asked to end, it does */
};

struct sim_conf {
	uint64_t seed;
	int64_t min_ms, max_ms; /* how long a step takes */
	unsigned fail_permille; /* Install, Configure, Start, Integrity and operations may fail */
	unsigned twice_permille;
	/*
	 * Instead of the three above: whoever plans the schedule decides.  'nth' execution, from 0, of
	 * this action on this resource.
	 */
	struct sim_fate (*fate)(void *arg, const struct step_request *, unsigned nth);
	void *fate_arg;
};

struct sim *sim_new(const struct sim_conf *);
void sim_free(struct sim *);

/* As driver_ops.execute: the answer comes later; the same step again has the same outcome. */
void sim_execute(struct sim *, const struct step_request *, int64_t now_ms);

/* As driver_ops.cancel. */
void sim_cancel(struct sim *, const char *step, int64_t now_ms);

/* When the next answer is due; INT64_MAX: none is. */
int64_t sim_next(const struct sim *);

/*
 * Takes the next thing that has happened up to 'now_ms'; false: nothing has.  Exactly one of
 * 'result' (its step is not NULL) and 'died' (a resource id) is set; both borrowed until the next
 * call.
 */
bool sim_take(struct sim *, int64_t now_ms, struct step_result *result, const char **died);

/* A service process of this resource is killed: died() follows if it was running. */
void sim_kill(struct sim *, const char *resource_id, int64_t now_ms);
/* Its infrastructure is gone as well: Start fails with RESOURCE_NOT_FOUND until a new Install. */
void sim_destroy(struct sim *, const char *resource_id, int64_t now_ms);
/* The next 'times' executions of this action on this resource fail. */
void sim_fail(struct sim *, const char *resource_name, const char *action, unsigned times);
/*
 * Something that no manager has made: a find may lead to it, operations can be asked of it, and it
 * is not counted among what is installed.
 */
void sim_put(struct sim *, const char *resource_id, const char *name, const char *descriptor,
    const struct lm_kvs *properties);
/* The manager is gone: answers on their way are lost; the world stays. */
void sim_crash(struct sim *);
/*
 * The driver alone begins anew: what was in flight is forgotten and never answered; what had not
 * changed the world yet never does.  Returns how many steps that were.
 */
unsigned sim_restart(struct sim *);

/*
 * As driver_ops.list and .remove: resources whose Install was begun and that no Uninstall or removal
 * has ended; whole unless Install failed half-way or it was destroyed.
 */
void sim_list(const struct sim *, driver_each_fn *, void *arg);
void sim_remove(struct sim *, const char *resource_id);

/* ---- the books ------------------------------------------------------------------------------ */

size_t sim_installed(const struct sim *); /* resources that exist outside */
bool sim_is_installed(const struct sim *, const char *resource_id);
bool sim_is_running(const struct sim *, const char *resource_id);
/* True between sim_destroy() and the next Install or Uninstall. */
bool sim_is_destroyed(const struct sim *, const char *resource_id);
/*
 * What operations have registered: "join" with the properties key and ipaddr enters the key at the
 * resource, "leave" with the same key takes it out; it goes with the resource.  'is_certain' false:
 * an operation on it failed, so that nobody can say.
 */
struct sim_entry {
	const char *id, *key, *address; /* address NULL: taken out, when that is uncertain */
	bool is_certain;
};
void sim_each_entry(
    const struct sim *, void (*each)(void *arg, const struct sim_entry *), void *arg);
/* True when two different steps were ever in flight on one resource at the same time. */
bool sim_saw_overlap(const struct sim *);
/* True when a step in flight at a crash was asked again under another id. */
bool sim_saw_new_name(const struct sim *);
/* "Install voice__gw__kamailio, Start ...": all steps executed, in order of execution; borrowed. */
const char *sim_trace(const struct sim *);

#endif
