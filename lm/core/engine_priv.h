/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_CORE_ENGINE_PRIV_H
#define LM_CORE_ENGINE_PRIV_H

#include "base/json.h"
#include "lm/core/model/model.h"

/* What the engine's files offer each other; the data they share is in model.h. */

/* ---- journal.c: what goes into the turn ------------------------------------------------------- */

void journal_instance(struct turn *, const struct instance *);
void journal_edition_gone(struct turn *, const struct edition *);
void journal_instance_gone(struct turn *, const struct instance *);
void journal_component(struct turn *, const struct component *);
void journal_component_gone(struct turn *, const struct component *);
void journal_link(struct turn *, const struct instance *, const struct link *);
void journal_link_gone(struct turn *, const struct instance *, const char *name);
void journal_links_gone(struct turn *, const struct instance *);
void journal_process(struct turn *, const struct process *);
void journal_step(struct turn *, const struct flight *, const struct step_result *, int64_t now_ms);

void event_process(struct engine *, struct turn *, int64_t now_ms, const struct process *);
void event_component(struct engine *, struct turn *, int64_t now_ms, const struct component *,
    const struct process *, enum component_state before);
void event_root(struct engine *, struct turn *, int64_t now_ms, const struct instance *,
    const struct process *, enum component_state before, enum component_state after);
void event_link(struct engine *, struct turn *, int64_t now_ms, const struct process *,
    const char *relationship, bool exists);
/* 'result' NULL: the step has been started. */
void event_step(struct engine *, struct turn *, int64_t now_ms, const struct flight *,
    const struct step_result *);
void event_policy(struct engine *, struct turn *, int64_t now_ms, const struct instance *,
    const char *policy, enum policy_action, const char *reason);
void event_death(
    struct engine *, struct turn *, int64_t now_ms, const struct component *, const char *what);
void intent_print(struct lm_json *, const char *key, const struct intent *);

/* ---- change.c: the only writers of states -------------------------------------------------------- */

void component_set_state(struct engine *, struct component *, enum component_state,
    const struct process *, int64_t now_ms, struct turn *);
/* It runs and is known to be well: Active, or a spare that stands by. */
bool component_is_up(const struct component *);
/* Tells of the root assembly's state when it has changed. */
void root_show_state(
    struct engine *, struct instance *, const struct process *, int64_t now_ms, struct turn *);

#include "lm/core/aim/aim.h" /* a part of this header */

/* ---- view/within.c: assemblies by what people call them ------------------------------------------- */

/* An assembly (node 0), or one within it. */
struct within {
	struct instance *instance;
	int node;
};
/* By its full name, or by that or its id; what a search by an unknown id costs is all that are within. */
bool within_named(const struct engine *, const char *name, struct within *out);
bool within_find(const struct engine *, const char *name_or_id, struct within *out);

/* ---- facts.c: what run time knows ---------------------------------------------------------------- */

struct facts {
	struct engine *engine;
	const struct instance *instance; /* NULL: nothing exists */
	const struct graph *graph;
	struct lm_arena *arena;
};
struct graph_facts facts_of(struct facts *);
/*
 * Every reference to an assembly leads to one that is there and well, and somebody has the operations
 * that are asked of references.
 */
struct lm_err *facts_check_references(struct facts *);
struct lm_err *reference_check(struct facts *, int reference); /* one of them */
/* The name of what it refers to; NULL: unset. */
const char *reference_name(struct facts *, int reference);
/* Its own: cli__wire. */
const char *reference_full_name(const struct graph *, int reference, struct lm_arena *);
/* What a reference to a resource outside has led to; NULL: nothing yet. */
const struct found *found_find(const struct instance *, const char *reference);
/* Property, "id" or "name" of that; NULL: unset, or nothing was found yet. */
const char *found_value(const struct instance *, const char *reference, const char *property);

#include "lm/core/ask/ask.h"     /* a part of this header */
#include "lm/core/refer/refer.h" /* a part of this header */

/* ---- finished.c: processes that have ended ------------------------------------------------------ */

/* The oldest one may be forgotten for it: whatever points at one must be gone by then. */
void finished_add(struct engine *, struct process *);
/* Before the plan is let go: how far it has come. */
struct tally tally_of(const struct process *);
/* It runs again. */
void finished_remove(struct engine *, struct process *);
/* Forgets those that ended too long ago. */
void finished_expire(struct engine *, int64_t now_ms);

/* ---- accept.c: intents ------------------------------------------------------------------------- */

struct when {
	int64_t now_ms;
	uint64_t seed;
	struct turn *turn;
};

struct lm_err *intent_accept(
    struct engine *, const struct intent *, const struct when *, char process[LM_ID_SIZE]);
struct intent intent_copy(struct lm_arena *, const struct intent *);
/* Whether it could begin, now, if nothing else ran. */
struct lm_err *intent_check(struct engine *, const struct intent *, const struct instance *);
/* What a process that has not begun wants, now. */
struct lm_err *process_aim(
    struct engine *, const struct process *, const struct instance *, struct aim *out);
void queue_put(struct instance *, size_t at, struct process *);

/* ---- adopt.c: what exists already ------------------------------------------------------------- */

struct lm_err *adopt_check(struct engine *, const struct intent *, const struct graph *);
/* Full name -> id that a resource was made with; the caller frees the map. */
struct lm_map *adopted_ids(const struct intent *);
/* The components of the process' tree are there. */
void process_adopt(struct engine *, struct process *, int64_t now_ms, struct turn *);

/* ---- process.c: the life of a process ------------------------------------------------------------- */

/* Adopts the tree of the aim; 'in' is the instance, NULL for a create. */
void process_begin(struct engine *, struct process *, struct instance *in, struct aim *,
    int64_t now_ms, struct turn *);
/* Takes up again what has failed or was cancelled. */
void process_go_on(
    struct engine *, struct process *, struct instance *in, int64_t now_ms, struct turn *);
/* What is left of a process that began, as an aim; borrows from both. */
struct aim process_aim_again(
    const struct engine *, const struct process *, const struct instance *);
/* values.c: whether the values that came up have to be carried on to others, who are reached then. */
bool values_moved(struct engine *, struct process *, struct turn *);
bool component_is_reached(const struct component *, const struct process *);
/* It comes into the plan's reach, also after a restart.  True. */
bool component_reach(struct component *, const struct process *, struct turn *);
/* The plan and its texts live in the process' plan arena. */
void process_run(struct engine *, struct process *, struct plan *, int64_t now_ms, struct turn *);
/* Makes the plan anew from what is there, and goes on. */
void process_replan(struct engine *, struct process *, int64_t now_ms, struct turn *);
/* A step of the plan has its result; 'component' is where it ran. */
void process_step_ended(struct engine *, struct process *, int run, struct component *,
    const struct step_result *, int64_t now_ms, struct turn *);
/* A relationship's operation had to wait, and may be asked now if that is still possible. */
void process_call_again(struct engine *, struct process *, int run, int64_t now_ms, struct turn *);
/* Waits for process.wake_ms; whom it heals waits with it. */
void process_sleep(struct engine *, struct process *);
/* One that waits ends at once; one that runs begins no further step.  'by' NULL: an operator. */
void process_cancel(
    struct engine *, struct process *, const char *by, int64_t now_ms, struct turn *);
/* Ends a process that never began: what it wants is no longer possible. */
void process_refuse(
    struct engine *, struct process *, const char *reason, int64_t now_ms, struct turn *);
void process_end(
    struct engine *, struct process *, enum process_status, int64_t now_ms, struct turn *);
/* A component for every resource that is wanted and has none yet. */
void process_add_components(struct engine *, struct process *);

/* ---- aside.c: a scale-in that only sees off who leaves -------------------------------------------- */

/* Somebody's farewell: nobody else plans for it. */
bool component_is_retired(const struct component *);
/* Who must end first before an intent of this kind can begin; NULL: nobody. */
const struct process *instance_blocker(const struct instance *, enum intent_kind);
/* Nothing of it is about to change but who leaves: its policies may look. */
bool instance_rests(const struct instance *);
/* The step is about more than who leaves; while one is left (process.staying), nobody steps aside. */
bool aside_is_staying(const struct process *, int run);
bool aside_may_step(const struct process *);
/* The instance is free for others from now on; the process keeps running. */
void aside_step(struct process *, struct turn *);
/* The process has let go of the instance; who has not gone is left to that. */
void aside_end(struct engine *, struct instance *, struct process *, struct turn *);
void aside_restore(struct instance *, struct process *);
struct aim aside_aim(const struct process *);

/* run.c: what one step of the plan does. */

/* Begins the step: asks a driver, or ends it at once. */
void run_begin(struct engine *, struct process *, int run, int64_t now_ms, struct turn *);
/* The driver's answer: ends the step, or asks a relationship's next operation. */
void run_continue(struct engine *, struct process *, int run, struct component *,
    const struct step_result *, int64_t now_ms, struct turn *);

/* Why its component, somebody else's, cannot do it after all; NULL: it can. */
const char *run_obstacle(const struct process *, int run, const struct component *);

/* line.c: asks the driver for what a run wants of a component, now or when it is its turn. */
void flight_begin(
    struct engine *, struct process *, int run, struct component *, int64_t now_ms, struct turn *);
/* At the end of every event: those whose turn has come begin. */
void line_launch(struct engine *, int64_t now_ms, struct turn *);
/* The component has become free: the next in its line waits for the location. */
void line_move_up(struct engine *, struct component *, struct lm_arena *);
/* Nobody waits any more, and there are no lanes. */
void line_fini(struct engine *);

/* flight.c: asks the driver.  A find has no component. */
void flight_launch(struct engine *, struct process *, int run, struct component *, struct lane *,
    int64_t now_ms, struct turn *);
/* Where a run would carry it out; NULL: at the default location. */
const char *flight_location(
    struct engine *, const struct process *, int run, const struct component *, struct lm_arena *);
/* The result came, or will not come: the step ends, the process goes on.  The result's step is not read. */
void flight_answered(
    struct engine *, struct flight *, const struct step_result *, int64_t now_ms, struct turn *);
/* answer.c: what of an answer is taken, the rest in the arena.  False: it was none, and is a failure. */
bool answer_take(const struct step_result *given, struct lm_arena *, struct step_result *out);
/* Asks the drivers to end whatever of a process is in flight; the answers come, at worst by time-out. */
void flight_cancel(struct engine *, struct process *, int64_t now_ms, struct turn *);
/* An answer about a step that is not in flight: counted. */
void flight_note_stranger(struct engine *, const char *step);
void flight_fini(struct engine *); /* of the engine: frees all flights */
/* line.c: forgets everything of a process that still waits. */
void flight_forget(struct engine *, struct process *);

#include "lm/core/watch/watch.h" /* a part of this header */

/* codec.c: a step as the journal has it; the texts live in the arena, NULL where there is none. */
struct step_record {
	const char *id, *subject, *resource, *action, *state, *failure, *message, *log, *trace, *by;
	unsigned attempt;
	int64_t started_ms, ended_ms; /* 0: not yet */
};
void step_of_record(const struct record *, struct lm_arena *, struct step_record *out);
/* A process of the journal that has ended; the caller's. */
struct lm_err *process_of_record(const struct record *, struct process **out) LM_MUST_USE;
/* After everything was restored. */
void processes_resume(struct engine *, int64_t now_ms, struct turn *);

#endif
