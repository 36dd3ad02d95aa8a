/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_SIM_SCHEDULE_H
#define TESTS_SIM_SCHEDULE_H

#include "tests/sim/lib/model.h"

/*
 * What shall happen, decided by a seed before anything does: which assemblies there are, what the
 * operators want and when, what goes wrong.  A schedule is data, so that the shrinker can take
 * pieces out of it.
 */
#define ACTIONS(X)                                   \
	X(CREATE, 6, "create")                       \
	X(CHANGE_STATE, 3, "change")                 \
	X(DELETE, 2, "delete")                       \
	X(HEAL, 3, "heal")                           \
	X(SCALE_OUT, 4, "scale-out")                 \
	X(SCALE_IN, 4, "scale-in")                   \
	X(UPGRADE, 4, "upgrade")                     \
	X(CREATE_OR_UPGRADE, 2, "create-or-upgrade") \
	X(ADOPT, 1, "adopt")                         \
	X(RETRY, 2, "retry")                         \
	X(ROLLBACK, 2, "rollback")                   \
	X(CANCEL, 2, "cancel")                       \
	X(FORGET, 1, "forget")                       \
	X(KILL, 4, "kill")                           \
	X(DESTROY, 3, "destroy")                     \
	X(LOADS, 3, "loads")                         \
	X(INTEGRITY, 2, "integrity")                 \
	X(STRANGERS, 1, "strangers")                 \
	X(CRASH, 2, "crash")                         \
	X(CRASH_SOON, 4, "crash-soon")               \
	X(DISK_FULL, 1, "disk-full")                 \
	X(DRIVER_RESTART, 1, "driver-restart")       \
	X(UNKNOWN, 1, "unknown-answer")              \
	X(PLAN, 1, "plan")                           \
	X(COMPARE, 1, "compare")                     \
	X(WAIT, 3, "wait")

enum action_kind {
#define X(name, weight, text) ACTION_##name,
	ACTIONS(X)
#undef X
};
enum { ACTION_N = ACTION_WAIT + 1 };

struct action {
	enum action_kind kind;
	bool is_gone;
	unsigned pause;  /* events that happen before it */
	unsigned root;   /* which root assembly it is about */
	unsigned a, b;   /* whatever the kind makes of them */
	unsigned number; /* its place in the whole schedule: stays when others go */
};

/* Per mille of the steps; 0: this kind of fault does not happen. */
#define FAULTS(X) X(fail) X(lost) X(twice) X(late) X(at_end) X(batch)

struct faults {
#define X(name) unsigned name;
	FAULTS(X)
#undef X
	unsigned slowest_ms;
};

enum { ACTIONS_MAX = 24 };

/* Bugs that the stage puts between the engine and the world, to see whether they are found. */
enum mutant {
	MUTANT_NONE,
	MUTANT_EFFECTS_FIRST,  /* steps are asked before their records are durable */
	MUTANT_DROP_QUEUE,     /* intents that wait are forgotten at a restart */
	MUTANT_FAILED_AS_DONE, /* a failed step passes for done */
	MUTANT_NEW_STEP_ID,    /* what was in flight at a restart is asked under a new id */
	MUTANT_SKIP_LEAVE,     /* what a relationship has registered is not taken out */
	MUTANT_STALE_ADDRESS,  /* it registers what the first one did */
	MUTANT_LOSE_TURN,      /* one commit in sixteen never happens */
	MUTANT_N
};

struct schedule {
	uint64_t seed;
	enum mutant mutant;
	struct model model;
	struct faults faults;
	struct action actions[ACTIONS_MAX];
	unsigned n_actions;
};

/* Seeds that follow each other share a family of assemblies: compiling it costs as much as a run. */
enum { SEEDS_PER_FAMILY = 16 };

void schedule_make(struct schedule *, uint64_t seed);
const char *action_text(enum action_kind);

#endif
