/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_SIM_STAGE_H
#define TESTS_SIM_STAGE_H

#include "lm/core/engine_priv.h"
#include "lm/drivers/sim/sim.h"
#include "lm/store/store.h"
#include "tests/sim/lib/coverage.h"
#include "tests/sim/lib/schedule.h"
#include "tests/sim/lib/trace.h"

/*
 * Where a schedule is played: the real engine, planner, policies and codec; a simulated driver, a
 * store in memory and a virtual clock.  The stage does the manager's part as the manager does it:
 * several events may share a turn; its records are committed, and only then are its steps asked.
 */

/* A step as the journal knows it. */
struct asked {
	char *step, *resource, *subject, *action;
	bool is_open, is_committed, was_executed;
};

/* The state of a component as the last event about it says. */
struct told {
	char id[LM_ID_SIZE];
	enum component_state state;
};

struct forgotten {
	char id[LM_ID_SIZE]; /* of a resource */
};

struct healed {
	char policy[200];
	int64_t at_ms;
};

struct ack {
	char process[LM_ID_SIZE];
	char root[8];
};

struct stage {
	const struct schedule *schedule;
	const struct catalog *catalog;
	struct engine *engine;
	struct store *store;
	struct sim *sim;
	struct turn turn;
	size_t seen_records, seen_steps; /* of the turn: already held against the rules */
	int64_t now_ms, tick_ms, next_event;
	int commits_to_crash;         /* -1: no crash is due */
	bool crash_after;             /* the commit, before the effects */
	unsigned disk_full;           /* commits that fail from now on */
	bool is_calm;                 /* nothing goes wrong any more */
	unsigned rounds, samples;     /* for chance that goes with time */
	LM_VEC(struct healed) healed; /* by policies, since an operator */
	size_t healed_kept;           /* of them in the journal: a crash takes back the others */
	LM_VEC(struct forgotten) forgotten; /* or a crash has undone it */
	LM_VEC(struct ack) acks;            /* committed */
	LM_VEC(struct ack) pending;         /* accepted, not yet committed */
	struct lm_map *asked;               /* by step id; owned */
	struct lm_map *open;                /* by resource name: the step in flight */
	struct lm_map *stale;               /* mutant: the first address of a key; owned */
	struct lm_map *states;              /* struct told by resource id; owned */
	struct coverage *coverage;
	struct trace *trace;
	char judged[MODEL_ROOTS][LM_ID_SIZE]; /* the process whose roles were looked at last */
	char wrong[400];                      /* the first thing that was not as it must be; "" */
};

void stage_init(struct stage *, const struct schedule *, const struct catalog *, struct coverage *,
    struct trace *);
void stage_fini(struct stage *);

/* The first time counts. */
void stage_wrong(struct stage *, const char *fmt, ...) LM_PRINTF(2, 3);

/* An intent; 'kind' of the schedule is counted by the caller.  False: refused. */
bool stage_intent(struct stage *, const struct intent *, unsigned number);
/* What is due next happens, and time with it; false: nothing is due. */
bool stage_step(struct stage *);
/* Until nothing is due. */
void stage_settle(struct stage *);
/* The turn is committed and carried out, unless the manager dies of it. */
void stage_carry_out(struct stage *);
void stage_crash(struct stage *);
/* After any call of the engine: what is new in the turn is held against the rules. */
void stage_look(struct stage *);
/* An engine made from the journal shows the same as the one that runs. */
void stage_compare(struct stage *);

#endif
