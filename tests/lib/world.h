/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_LIB_WORLD_H
#define TESTS_LIB_WORLD_H

#include "base/arena.h"
#include "base/vec.h"
#include "lm/core/engine.h"
#include "lm/drivers/sim/sim.h"
#include "lm/store/store.h"

struct world_asked {
	const char *step, *name, *action, *text;
};

struct world_report {
	const char *component, *action;
	struct lm_kv output;
};

/*
 * The real engine, planner and policies with a simulated driver, a store in memory and a virtual
 * clock.  The world carries out every turn as the manager does: records first, then effects.
 * Nothing waits and nothing is random: a seed gives the same run every time.
 */
struct world {
	struct catalog *catalog;
	struct engine *engine;
	struct store *store;
	struct sim *sim;
	struct turn turn;
	int64_t now_ms;
	uint64_t seed; /* of the next intent */
	int64_t next_event;
	/*
	 * Crash schedule: -1, or the number of turns with records after which the manager dies; before
	 * the commit or, with 'after_commit', between commit and effects.
	 */
	int turns_to_crash;
	bool after_commit;
	unsigned crashes;
	const char *wrong; /* the first broken invariant; NULL: none */
	/* What the driver was asked, and what it shall say: see world_asked(), world_report(). */
	struct lm_arena *arena;
	LM_VEC(struct world_asked) asked;
	LM_VEC(struct world_report) reports;
	size_t forgotten;
};

/*
 * The service all core tests speak of, in short words (tests/lib/world.c holds the text):
 *	assembly::service::1.0   net (network); gw (gateway, uses net.id); pool (1..4 servers,
 *	use gw.address); relationship 'register': pool -> gw, Active/post both, gw.add / gw.remove;
 *	policy 'scalePool' on gw.load, 58/32, smoothing 3; heal policies on gw and the servers
 *	assembly::client::1.0    refers to a service by name
 */
void world_init(struct world *, const struct sim_conf *);
void world_fini(struct world *);

/* Compiles a descriptor text into the world's catalog; aborts with its diagnostics when it is bad. */
void world_teach(struct world *, const char *text);

/* Accepts or refuses; the error is the caller's. */
struct lm_err *world_intent(struct world *, const struct intent *, char process[LM_ID_SIZE]);
struct lm_err *world_create(struct world *, const char *name, const char *descriptor);
/* These and a create of their own wait behind what runs. */
struct lm_err *world_change_state(struct world *, const char *name, const char *state);
struct lm_err *world_delete(struct world *, const char *name);
struct lm_err *world_scale(struct world *, const char *name, const char *cluster, bool out);
struct lm_err *world_heal(struct world *, const char *name, const char *component);

struct lm_err *world_alert(struct world *, const struct alert *, char process[LM_ID_SIZE]);

/* Lets virtual time pass until nothing is due any more. */
void world_settle(struct world *);
/* One thing that is due happens; false: nothing is due. */
bool world_step(struct world *);
/* The manager dies and starts again from the journal; the outside stays as it is. */
void world_crash(struct world *);
/* Another manager, with an empty journal, takes the place of this one; the outside stays. */
void world_replace(struct world *);
/* One load sample of gw, or of any component's metric. */
void world_load(struct world *, const char *component, double load);
/* By full name. */
void world_kill(struct world *, const char *component);
void world_destroy(struct world *, const char *component);

/*
 * What was asked since the last world_forget_asked(), of one component (by full name) or of all
 * (NULL): "Stop a{red low}@north, Install a{blue low}@north".  The braces hold color and tone, of an
 * operation note and who; of an address the part that differs from rebuild to rebuild.
 */
const char *world_asked(struct world *, const char *component);
void world_forget_asked(struct world *);
/* From now on every success of this action brings this output; the texts are borrowed. */
void world_report(
    struct world *, const char *component, const char *action, const char *name, const char *value);
/* In a world at rest: how the outside differs from what the manager believes; NULL: it does not. */
const char *world_difference(struct world *);

/* "net:Active gw:Active pool__1:Active", without the root's name; borrowed until the next call. */
const char *world_states(struct world *, const char *root);
/* "register__1{ipaddr=..}" of all relationships that exist, or "". */
const char *world_links(struct world *, const char *root);
/* The status of the newest process of a root: "Completed", or "Failed: reason". */
const char *world_outcome(struct world *, const char *root);
/* The same of one process; "forgotten" when nobody knows it. */
const char *world_process(struct world *, const char *process);

/* For world.c alone. */
void world_note_asked(struct world *);
void world_add_reports(struct world *, struct step_result *);

#endif
