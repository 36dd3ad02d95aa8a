/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_CORE_MODEL_PROCESS_H
#define LM_CORE_MODEL_PROCESS_H

/* A process, its plan while it runs, and what is in flight.  A part of model.h: include that. */

enum run_state { RUN_WAITING, RUN_GOING, RUN_DONE, RUN_FAILED };

/* One operation of a relationship, and who carries it out. */
struct call {
	const char *component; /* full name; of a resource outside its id; NULL: nobody */
	bool is_outside;
	const char *operation;
};

/* A plan step while its process runs. */
struct run {
	enum run_state state;
	unsigned number; /* in the id of the step last asked of a driver; 0: none was */
	unsigned waits;  /* steps it still waits for */
	unsigned call;   /* of a relationship: which of its operations is next */
	int64_t started_ms, ended_ms;
	const char *message;      /* of a failure; in the process' plan arena */
	struct lm_kvs properties; /* a relationship's, as evaluated; in the plan arena */
	struct call *calls;       /* a relationship's; in the plan arena */
	size_t n_calls;
	const struct found **via; /* what its references led to when it began; in the plan arena */
	size_t n_via;
	bool again;    /* its operation was in flight before a restart: it is asked as it stands */
	bool doubtful; /* ceasing: an operation failed, so that something may be left */
};

/* How far a plan has come; what changes a state without a call does not count. */
struct tally {
	unsigned steps, done, failed;
};

/* How far a plan may reach. */
enum scope {
	SCOPE_ALL,
	SCOPE_HEAL,  /* what is Broken, or named as such */
	SCOPE_SCALE, /* the members that come or go */
};

struct process {
	char id[LM_ID_SIZE];
	struct lm_arena *arena; /* the intent's texts */
	struct intent intent;
	const char *root_name, *descriptor;
	char root_id[LM_ID_SIZE];
	enum process_status status;
	char *reason;                  /* why it failed, or waits; NULL */
	int64_t start_ms, end_ms;      /* 0: not yet */
	int64_t wake_ms;               /* a heal's next attempt; 0: it does not sleep */
	struct timer alarm;            /* rings then */
	struct tally tally;            /* of its plan, as it was in the end */
	struct process *older, *newer; /* neighbours among those that have ended, see finished.c */
	uint64_t seed;
	unsigned attempt;                /* from 1; a failed heal is tried again, harder */
	unsigned next_step;              /* number of the next step's id */
	bool cancelling;                 /* no step begins any more */
	struct spec before;              /* what was wanted before it began; for a rollback */
	struct spec desired;             /* what it leads to, as of its end; see 'to' until then */
	unsigned from_number, to_number; /* of the trees it goes from and leads to; 0: none */

	/* While it runs. */
	struct instance *instance;
	struct tree *to; /* what is wanted; borrowed from the instance; NULL: nothing */
	enum scope scope;
	unsigned rounds; /* plans made because values had changed under way */
	bool resumes;    /* the plan is of what was in flight before a restart */
	bool is_aside;   /* it has left the instance to others, see aside.c */
	bool has_news;   /* a component has */
	bool has_found;  /* a reference leads to something else than before */
	struct lm_arena *plan_arena;
	struct plan *plan;
	struct run *runs;
	LM_VEC(int) ready;         /* steps that wait for nothing any more */
	size_t left;               /* steps not yet done */
	size_t staying;            /* of these, such as are about more than who leaves */
	size_t in_flight, in_line; /* asked of a driver; waiting for a component or location */
	LIST_HEAD(, flight) flights;
	LIST_HEAD(, waiting) waiting;
	bool failing;
	char *failed_component;         /* heap; NULL: a relationship or nothing */
	LM_VEC(struct earlier) earlier; /* steps in flight when the manager went down */
};

/* A step of a former life of the manager, whose id must be asked again. */
struct earlier {
	char *step, *subject, *resource, *action;
	int64_t started_ms;
};

/* Whether the driver was asked to end a step, and why. */
enum ending { ENDING_NOT, ENDING_OVERDUE, ENDING_CANCELLED };

struct flight {
	char step[LM_ID_SIZE + 12]; /* "<process>/<number>" */
	struct process *process;
	int run;
	struct component *component;
	char *action;
	char *location;     /* of the driver that was asked; NULL: the default one */
	struct given given; /* what was handed over with it */
	unsigned timeout_s; /* 0: the driver's default */
	int64_t started_ms;
	struct timer deadline; /* then the driver is asked to end it, and later given up */
	enum ending ending;
	bool is_again;     /* it was asked already in a former life of the manager */
	struct lane *lane; /* borrowed: it lasts as long as the flight */
	LIST_ENTRY(flight) of_process;
};

#endif
