/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_CORE_MODEL_H
#define LM_CORE_MODEL_H

#include "base/map.h"
#include "lm/core/engine.h"
#include "lm/core/lane.h"
#include "lm/core/model/tree.h"
#include "lm/core/plan.h"
#include "lm/core/plan/spare.h"
#include "lm/core/timer.h"
#include "policies/budget.h"
#include "policies/policy.h"

/*
 * Inside the engine.  Who owns whom:
 *
 *	engine -> instance (root assembly) -> tree, component, link
 *	engine -> process -> plan and its runs
 *
 * Invariants:
 *  1. Every change of a component, link, instance or process goes into the turn's records before
 *     the function that made it returns (journal.c).
 *  2. A component has at most one step in flight; others wait in its line (flight.c).
 *  3. An instance has at most one running process; others wait in its queue.  What a scale-in has
 *     taken out of service is seen off aside, and is nobody else's meanwhile (aside.c).
 *  4. Every component and link that exists was made under one of its instance's trees, and goes
 *     down under the same; instance.tree is the one that was wanted last.
 *  5. component.state is written by component_set_state() alone.
 *  6. The engine's maps hold pointers; between turns the outside holds ids only.
 */

/*
 * Fingerprints of what a component was given when it was last brought up or reconfigured: its
 * descriptor, its input properties and the attributes of its infrastructure.  Volatile ones apart,
 * since a Reconfigure can hand those over.  0: it was never given anything.
 */
struct given {
	uint64_t fixed, fluid;
};

struct component {
	/* What every sample asks for stands together. */
	char id[LM_ID_SIZE];
	LM_VEC(struct metric) metrics; /* latest of each */

	bool rebuild; /* a restart is not enough */
	bool dead;    /* a service died before the component was Active */
	bool proven;  /* Active since its Install: a restart gives it nothing */
	bool started; /* it runs, but nobody has looked yet: Integrity, no Start */
	bool ready;   /* a spare that stands by: Inactive, started and looked at */
	bool news;    /* it has reported something new, which others may map */
	bool lost;    /* the system has given up on it: only an operator brings it back */
	bool is_gone; /* removed while a step of another assembly needed it */
	int node;     /* in its tree's graph */
	enum component_state state;
	enum transition late; /* after which others find its values; Create: Install */
	struct instance *instance;
	struct tree *tree; /* under which it was made; NULL: it was not yet */
	struct given given;
	struct lm_kvs outputs;  /* heap */
	struct lm_kvs topology; /* what its driver has made of it outside, in JSON; heap */
	uint64_t reached_by;    /* hash of the process that took it in under way; 0: none */
	uint64_t retired_by;    /* hash of the process that sees it off, aside; 0: none */
	struct process *healer; /* a heal of it that waits for its next attempt; borrowed */
	struct flight *flight;  /* the step in flight; borrowed from engine.flights */
	struct waiting *turn;   /* the step that will be, when its location has room */
	struct line *line;      /* steps that wait for those two; NULL: none (line.c) */
	struct watch *heal;     /* policies that heal it; the instance's; NULL: none */
	struct budget *asked;   /* heals that alerts wanted, without a policy; NULL: none */
	int64_t modified_ms;
	char name[]; /* full */
};

/* What a reference has led to; an assembly of this manager has no location and no properties. */
struct found {
	char *reference;              /* full name: cli__wire */
	char *name, *type, *location; /* what was looked for, and where; NULL: the default one */
	char *id;
	struct lm_kvs properties, topology;
};

/*
 * A relationship: from before the first of its operations is asked, so that none is forgotten,
 * until after the last.
 */
enum link_state {
	LINK_CREATED,
	LINK_CREATING,
	LINK_CEASING,
	LINK_DOUBTFUL, /* it has ceased, but an operation failed: something may be left of it */
};

extern const char *const link_state_text[LINK_DOUBTFUL + 1];

struct link {
	char *name;
	enum link_state state;
	struct tree *tree;          /* under which it was made */
	int index;                  /* in that tree's graph */
	struct lm_kvs properties;   /* what it was created with */
	LM_VEC(struct found *) via; /* of whom its operations were asked; owned */
};

struct instance {
	char *name;
	char id[LM_ID_SIZE];
	struct tree *tree;           /* what was wanted last */
	LM_VEC(struct tree *) trees; /* all, oldest first; owned */
	unsigned next_tree;
	enum component_state shown;     /* as last told in an event */
	struct lm_map *components;      /* by full name; owned */
	struct lm_map *links;           /* by full name; owned */
	struct lm_map *found;           /* outside, by reference; owned; NULL: nothing yet */
	LM_VEC(char *) refers;          /* to assemblies of these names; owned; see refer/refer.c */
	struct process *running;        /* borrowed */
	struct process *last;           /* that began; borrowed; NULL: forgotten */
	LM_VEC(struct process *) queue; /* borrowed */
	LM_VEC(struct process *) aside; /* that see off who has left; borrowed; see aside.c */
	LM_VEC(struct watch *) scales, heals; /* what its policies act on; owned */
	unsigned binding;                     /* of them to the graph: counts */
	bool is_scraped;                   /* some of its metrics are fetched, see view/scrape.c */
	LM_VEC(struct shortage) shortages; /* of its clusters; owned */
	int64_t created_ms, modified_ms;
};

#include "lm/core/model/model_process.h" /* a part of this header */
#include "lm/core/model/model_watch.h"   /* a part of this header */

struct engine {
	struct engine_conf conf;
	struct lm_map *instances; /* by name; owned */
	struct lm_map *editions;  /* by key; owned */
	struct lm_map *by_id;     /* instances, borrowed */
	struct lm_map *referred;  /* who refers to an instance, by its name; owned; refer/refer.c */
	struct lm_map *outside;   /* resources of others, by id; owned; refer/found.c */
	struct lm_map *components;      /* by id, borrowed */
	struct lm_map *component_names; /* by full name, borrowed */
	struct lm_map *processes;       /* by id, in order of acceptance; owned */
	struct lm_map *flights;         /* by step id; owned */
	struct lm_map *names;           /* of metrics and policies; owned */
	struct policies *policies;
	struct timers timers;
	struct lanes lanes;
	struct engine_counts counts; /* but in_flight, which is the size of the map */
	struct sample_counts samples;
	uint64_t ended[INTENT_KINDS_N][PROCESS_STATUSES_N]; /* processes, so far */
	struct lm_map *scrape_news; /* instances whose targets may have changed; names, owned */
	LM_VEC(struct wish) wishes;
	char granted[LM_ID_SIZE];          /* the process of the last one that was granted */
	struct budgets asked;              /* of components */
	LM_VEC(struct process *) sleepers; /* heals between two attempts; borrowed */
	int64_t next_event;
	struct {
		struct process *oldest, *newest; /* borrowed */
		size_t n;
		bool has_forgotten; /* there may be more in the journal */
	} finished;
};

enum {
	QUEUE_MAX = 16,
	FINISHED_MAX = 1000, /* processes remembered after their end */
	FINISHED_DAYS = 7,
	HEAL_ATTEMPTS = 5,    /* a restart, then rebuilds, then Failed */
	HEALS_MAX = 5,        /* that policies may want of one component ... */
	HEAL_WINDOW_S = 120,  /* ... in so many seconds, then Failed */
	LOST_MAX = 5,         /* members of one cluster, then the system makes no more */
	MEMBERS_MAX = 100000, /* of a cluster without a maximum */
	ROUNDS_MAX = 64,      /* plans of one process before its values must have settled */
	METRICS_MAX = 32,     /* series per component, beside those that its policies want */
	STEP_TIMEOUT_S = 900, /* when neither descriptor nor driver end a step */
	STEP_MARGIN_S = 15,   /* beyond the step's own limit, which is the driver's to keep */
	STEP_GRACE_S = 15,    /* for a driver that was asked to end a step */
};

/* ---- instance.c: lifetimes ------------------------------------------------------------------ */

struct instance *instance_new(const char *name, const char *id);
void instance_free(struct instance *);
struct component *component_new(struct instance *, const char *name, const char *id);
void component_free(struct component *);
struct link *link_new(const char *name);
void link_free(struct link *);
void found_free(struct found *);
void watch_free(struct watch *);
void process_free(struct process *);
/* A step is in flight on it, or waits for it: it must not go. */
bool component_is_awaited(const struct component *);
/* When it was healed, oldest first, as far as that is counted; borrowed.  How often. */
size_t heal_times(const struct component *, const int64_t **out_ms);
/* The only component of a resource outside, see refer/found.c; full names of others hold "__". */
#define COMPONENT_OUTSIDE "outside"
bool component_is_outside(const struct component *);
/* The full name of what it was asked of; of what is outside the name that it goes by. */
const char *flight_resource(const struct flight *);

/* Of a resource, the root, or an assembly in between, which has no record of its own. */
void node_id(const struct instance *, const struct graph *, int node, char out[LM_ID_SIZE]);

/* ---- index.c: whom the engine knows --------------------------------------------------------------- */

struct instance *engine_find_instance(const struct engine *, const char *name_or_id);
struct component *engine_find_component(const struct engine *, const char *name_or_id);
void engine_add_instance(struct engine *, struct instance *);
void engine_add_component(struct engine *, struct component *);
/* The same text for the same name, as long as the engine lasts: for names of which there are few. */
const char *engine_name(struct engine *, const char *);

/* ---- leave.c: out of its books ---------------------------------------------------------------------- */

void engine_remove_instance(struct engine *, struct instance *);   /* frees it */
void engine_remove_component(struct engine *, struct component *); /* frees it */

#endif
