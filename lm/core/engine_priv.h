/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_CORE_ENGINE_PRIV_H
#define LM_CORE_ENGINE_PRIV_H

#include "base/map.h"
#include "lm/core/engine.h"
#include "lm/core/plan.h"
#include "policies/policy.h"

/*
 * Inside the engine.  Who owns whom:
 *
 *	engine -> instance (root assembly) -> component, link
 *	engine -> process -> plan and its runs
 *
 * Invariants:
 *  1. Every change of a component, link, instance or process goes into the turn's records before
 *     the function that made it returns (journal.c).
 *  2. A component has at most one step in flight; others wait in its line (flight.c).
 *  3. An instance has at most one running process; others wait in its queue.
 *  4. instance.graph covers every component that exists, except while a process runs: then
 *     process.have and process.want together do.
 *  5. component.state is written by component_set_state() alone.
 *  6. The engine's maps hold pointers; between turns the outside holds ids only.
 */

struct metric {
	char *name;
	int kind; /* of struct sample */
	double load;
	bool ok;
	char *values; /* JSON object; NULL: none */
	int64_t at_ms;
};

struct component {
	char *name; /* full */
	char id[LM_ID_SIZE];
	struct instance *instance;
	enum component_state state;
	struct lm_kvs outputs;         /* heap */
	bool rebuild;                  /* a restart is not enough */
	bool dead;                     /* a service died before the component was Active */
	struct flight *flight;         /* the step in flight; borrowed from engine.flights */
	LM_VEC(struct waiting) line;   /* steps that wait for the one in flight */
	LM_VEC(struct metric) metrics; /* latest of each, at most METRICS_MAX */
	int64_t modified_ms;
};

/* A relationship that exists. */
struct link {
	char *name;
	struct lm_kvs properties; /* what it was created with */
};

struct members {
	char *cluster; /* full name */
	int *indices;
	size_t n;
};

/* Who is in which cluster, by name: heap. */
struct membership {
	LM_VEC(struct members) of;
};

struct instance {
	char *name;
	char id[LM_ID_SIZE];
	char *descriptor;
	enum component_state intended;
	enum component_state shown; /* as last told in an event */
	struct lm_kvs properties;   /* the intent's; heap */
	struct graph *graph;
	struct lm_map *components;      /* by full name; owned */
	struct lm_map *links;           /* by full name; owned */
	struct process *running;        /* borrowed */
	LM_VEC(struct process *) queue; /* borrowed */
	int64_t created_ms, modified_ms;
};

#define PROCESS_STATUSES(X)       \
	X(PENDING, "Pending")     \
	X(RUNNING, "In Progress") \
	X(COMPLETED, "Completed") \
	X(FAILED, "Failed")

enum process_status {
#define X(name, text) PROCESS_##name,
	PROCESS_STATUSES(X)
#undef X
};

const char *process_status_text(enum process_status);
bool process_status_parse(const char *text, enum process_status *out);

enum run_state { RUN_WAITING, RUN_GOING, RUN_DONE, RUN_FAILED };

/* A plan step while its process runs. */
struct run {
	enum run_state state;
	unsigned waits; /* steps it still waits for */
	unsigned call;  /* of a relationship: which of its operations is next */
	int64_t started_ms, ended_ms;
	const char *message;      /* of a failure; in the process' plan arena */
	struct lm_kvs properties; /* a relationship's, as evaluated; in the plan arena */
};

struct process {
	char id[LM_ID_SIZE];
	struct lm_arena *arena; /* the intent's texts */
	struct intent intent;
	const char *root_name, *descriptor;
	char root_id[LM_ID_SIZE];
	enum process_status status;
	char *reason;             /* why it failed; NULL */
	int64_t start_ms, end_ms; /* 0: not yet */
	uint64_t seed;
	unsigned attempt;   /* from 1; a failed heal is tried again, harder */
	unsigned next_step; /* number of the next step's id */

	/* While it runs. */
	struct instance *instance;
	struct membership after;   /* who shall be in the clusters */
	struct graph *have, *want; /* have is instance.graph; either may be NULL; may be the same */
	enum component_state target;
	struct lm_arena *plan_arena;
	struct plan *plan;
	struct run *runs;
	struct unblocks *unblocks; /* per step: who waits for it; in the plan arena */
	LM_VEC(int) ready;         /* steps that wait for nothing any more */
	size_t left;               /* steps not yet done */
	size_t in_flight, in_line; /* asked of a driver; waiting in a component's line */
	bool failing;
	char *failed_component;         /* heap; NULL: a relationship or nothing */
	LM_VEC(struct earlier) earlier; /* steps in flight when the manager went down */
};

struct unblocks {
	LM_VEC(int) steps;
};

/* A step of a former life of the manager, whose id must be asked again. */
struct earlier {
	char *step, *subject, *action;
};

struct waiting {
	struct process *process;
	int run;
};

struct flight {
	char step[LM_ID_SIZE + 12]; /* "<process>/<number>" */
	struct process *process;
	int run;
	struct component *component;
	char *action;
	unsigned timeout_s; /* 0: the driver's default */
	int64_t started_ms, deadline_ms;
};

/* What a policy acts on. */
struct watch {
	char *policy; /* its name in the policy engine */
	struct instance *instance;
	bool is_scale;
	int index; /* into graph.scales or graph.heals */
};

struct engine {
	struct engine_conf conf;
	struct lm_map *instances;       /* by name; owned */
	struct lm_map *by_id;           /* instances, borrowed */
	struct lm_map *components;      /* by id, borrowed */
	struct lm_map *component_names; /* by full name, borrowed */
	struct lm_map *processes;       /* by id, in order of acceptance; owned */
	struct lm_map *flights;         /* by step id; owned */
	struct lm_map *watches;         /* by policy name; owned */
	struct policies *policies;
	int64_t next_event;
	size_t n_finished; /* finished processes still remembered */
};

enum {
	QUEUE_MAX = 16,
	FINISHED_MAX = 256,   /* processes remembered after their end */
	HEAL_ATTEMPTS = 3,    /* restart, rebuild, rebuild; then Failed */
	METRICS_MAX = 32,     /* series per component */
	STEP_TIMEOUT_S = 900, /* when neither descriptor nor driver end a step */
	STEP_GRACE_S = 30,    /* beyond the step's own limit, which is the driver's to keep */
};

/* ---- instance.c: lifetimes ------------------------------------------------------------------ */

struct instance *instance_new(const char *name, const char *id, const char *descriptor);
void instance_free(struct instance *);
struct component *component_new(struct instance *, const char *name, const char *id);
void component_free(struct component *);
struct link *link_new(const char *name);
void link_free(struct link *);
void process_free(struct process *);
void membership_copy(struct membership *to, const struct membership *from);
void membership_from_graph(struct membership *to, const struct graph *);
struct members *membership_find(const struct membership *, const char *cluster);
/* Indices as the graph wants them; borrowed from the membership, the array from the arena. */
size_t membership_view(const struct membership *, struct lm_arena *, struct graph_members **out);
void membership_add(struct membership *, const char *cluster, const int *indices, size_t n);
void membership_fini(struct membership *);
char *text_dup(const char *); /* NULL stays NULL; aborts when memory is out */

struct instance *engine_find_instance(const struct engine *, const char *name_or_id);
struct component *engine_find_component(const struct engine *, const char *name_or_id);
void engine_add_instance(struct engine *, struct instance *);
void engine_remove_instance(struct engine *, struct instance *); /* frees it */
void engine_add_component(struct engine *, struct component *);
void engine_remove_component(struct engine *, struct component *); /* frees it */

/* The state of everything under a node; of the whole instance for node 0. */
enum component_state instance_state(const struct instance *, const struct graph *, int node);

/* Of a resource, the root, or an assembly in between, which has no record of its own. */
void node_id(const struct instance *, const struct graph *, int node, char out[LM_ID_SIZE]);

/* ---- journal.c: what goes into the turn ------------------------------------------------------- */

void journal_instance(struct turn *, const struct instance *);
void journal_instance_gone(struct turn *, const struct instance *);
void journal_component(struct turn *, const struct component *);
void journal_link(struct turn *, const struct instance *, const struct link *);
void journal_link_gone(struct turn *, const struct instance *, const char *name);
void journal_process(struct turn *, const struct process *);
void journal_process_gone(struct turn *, const struct process *);
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
void intent_print(struct lm_buf *, const struct intent *);
/* "2026-11-20T22:42:59.123Z" */
enum { TIME_TEXT_SIZE = 32 };
void time_text(int64_t ms, char out[TIME_TEXT_SIZE]);

/* ---- aim.c: what an intent wants ---------------------------------------------------------------- */

struct aim {
	struct graph *have; /* borrowed from the instance; NULL: it does not exist yet */
	struct graph *want; /* owned unless it is 'have'; NULL: the empty tree */
	enum component_state target;
	struct membership after;
	const struct component *broken; /* heal: taken for Broken; NULL otherwise */
};

void aim_fini(struct aim *);
/* Nothing changes; the error is for the operator.  'instance' is NULL for a create. */
struct lm_err *aim_at(
    struct engine *, const struct intent *, const struct instance *, struct aim *out);
/* Compiles; the error holds the messages of all diagnostics. */
struct lm_err *aim_build(struct engine *, const char *descriptor, const char *name,
    const struct lm_kvs *properties, const struct membership *, struct graph **out);
struct plan *aim_plan(
    const struct instance *, const struct aim *, struct lm_arena *, const char **circle);

/* ---- facts.c: what run time knows ---------------------------------------------------------------- */

struct facts {
	struct engine *engine;
	const struct instance *instance; /* NULL: nothing exists */
	const struct graph *graph;
	struct lm_arena *arena;
};
struct graph_facts facts_of(struct facts *);
/* Every reference of the graph leads to an instance that is there and well. */
struct lm_err *facts_check_references(struct facts *);
/* True when another root refers to this one; its name then. */
const char *instance_referrer(struct engine *, const struct instance *);

/* ---- process.c, flight.c: running ------------------------------------------------------------- */

/* Adopts the graphs of the aim; 'in' is the instance, NULL for a create. */
void process_begin(struct engine *, struct process *, struct instance *in, struct aim *,
    int64_t now_ms, struct turn *);
/* Makes the plan anew from what is there, and goes on. */
void process_replan(struct engine *, struct process *, int64_t now_ms, struct turn *);
/* Ends a process that never began: it waited, and what it wants is no longer possible. */
void process_refuse(
    struct engine *, struct process *, const char *reason, int64_t now_ms, struct turn *);
/* Begins the next one in the queue, if the instance is idle. */
void instance_next(struct engine *, struct instance *, int64_t now_ms, struct turn *);
/* A step of the plan has its result; 'component' is where it ran. */
void process_step_ended(struct engine *, struct process *, int run, struct component *,
    const struct step_result *, int64_t now_ms, struct turn *);
/* A component for every resource that is wanted and has none yet. */
void process_add_components(struct engine *, struct process *);

/* run.c: what one step of the plan does. */

/* Begins the step: asks a driver, or ends it at once. */
void run_begin(struct engine *, struct process *, int run, int64_t now_ms, struct turn *);
/* The driver's answer: ends the step, or asks a relationship's next operation. */
void run_continue(struct engine *, struct process *, int run, struct component *,
    const struct step_result *, int64_t now_ms, struct turn *);
/* Called by run.c: the step has ended, well or not. */
void process_run_done(struct process *, int run);
void process_run_failed(struct process *, int run, const struct component *, const char *message);

void component_set_state(struct engine *, struct component *, enum component_state,
    const struct process *, int64_t now_ms, struct turn *);

/* flight.c: asks the driver for what a run wants of a component, now or when its line is free. */
void flight_begin(
    struct engine *, struct process *, int run, struct component *, int64_t now_ms, struct turn *);
/* The result came: the component is free for the next in its line. */
void flight_end(
    struct engine *, struct flight *, const struct step_result *, int64_t now_ms, struct turn *);
void flight_free(struct flight *);
/* Forgets everything of a process that still waits in lines. */
void flight_forget(struct engine *, struct process *);
/* What the run asks for now: a transition, or the operation of a relationship's current call. */
const char *run_action(const struct process *, int run);

/* ---- watch.c: policies and metrics --------------------------------------------------------------- */

/* The policies of an instance follow its graph: called when the graph was exchanged. */
void watch_bind(struct engine *, struct instance *);
void watch_unbind(struct engine *, struct instance *);
/* Policies see something only while their component is Active and nothing runs. */
void watch_sync(struct engine *, struct instance *, int64_t now_ms);

/* What policies have decided becomes intents. */
void watch_act(struct engine *, struct policy_decisions *, int64_t now_ms, struct turn *);
/* The heal policy that watches a component, or NULL. */
const struct watch *watch_of_component(const struct engine *, const struct component *);
/* The system's own intent to heal: marks the component Broken, then wants it healed. */
void watch_heal(struct engine *, struct component *, const struct watch *, const char *reason,
    int64_t now_ms, struct turn *);
/* What broke while a process ran and is still Broken, heals now that the instance is idle. */
void watch_heal_broken(struct engine *, struct instance *, int64_t now_ms, struct turn *);
void watch_free(struct watch *);

#endif
