/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_SIMULATE_WORLD_H
#define LM_SIMULATE_WORLD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/kv.h"
#include "base/vec.h"
#include "lm/core/intent.h"
#include "lm/simulate/load.h"
#include "lm/simulate/site.h"
#include "tosca/catalog/catalog.h"

enum { NAME_ROOM = 256 };

/*
 * One service in a world of its own: the real engine with its policies, a simulated site and a
 * virtual clock.  The load that is offered is spread over the servers that serve: each of those
 * that report is heard to say 100 * calls / (servers * what one of them carries), which is not
 * capped, and as if there were one server when there is none.
 *
 * What is not simulated: reports of integrity (a healthy server has nothing to say, a dead one is
 * known by its death), and calls that are lost on the way.
 */
struct world_service;
struct world_conf {
	const struct catalog
	    *catalog; /* borrowed, as everything; may be shared by threads once checked */
	const char *descriptor, *instance;
	struct lm_kvs properties;            /* of the service */
	const struct world_service *service; /* what world_examine() found */
	const struct load *load;
	const struct site_times *times;
	const int64_t *kills_ms; /* since the beginning, ascending: then a server dies */
	size_t n_kills;
	uint64_t seed;
};

/* The scale policy whose metric is reported, and the service that has it. */
struct world_service {
	size_t number; /* of the policy among those of the service */
	double period_s;
	double out, in, target; /* percent: what scales out and in; what is held, NAN: nothing is */
	unsigned max;           /* members; 0: no limit */
	char policy[NAME_ROOM],
	    owner[NAME_ROOM]; /* its name in its assembly, and the descriptor of that */
	char metric[NAME_ROOM];
	char cluster[4 * NAME_ROOM]; /* full name */
};

/* What it came to. */
struct world_sum {
	int64_t time_ms;
	int64_t over_ms;          /* more was offered than the servers carry */
	double offered, unserved; /* percent of a server, times ms */
	int64_t server_ms;        /* that servers existed, spares and those that drain included */
	int64_t serving_ms;
	unsigned peak; /* servers that served */
	unsigned outs, ins;
	unsigned turns; /* a scaling in the other direction than the one before */
	unsigned kills, heals, failures;
};

enum { WORLD_REASON_SIZE = 200, WORLD_COLUMNS = 1080, WORLD_ACTS_MAX = 20000 };

/* Something that the manager has done, or that has befallen it. */
struct world_act {
	int64_t at_ms; /* since the beginning */
	enum { WORLD_SCALE_OUT, WORLD_SCALE_IN, WORLD_HEAL, WORLD_OTHER, WORLD_KILL } kind;
	unsigned from, to; /* servers wanted; WORLD_HEAL, WORLD_KILL: serving before, after */
	int64_t took_ms;   /* -1: it was not done at the end */
	bool has_failed;
	char reason[WORLD_REASON_SIZE];
};

struct world_step {
	int64_t at_ms;
	unsigned serving, existing;
};

/* A piece of the time, for the picture: of what was offered and what each server had. */
struct world_column {
	float offered_min, offered_max, offered;
	float load_min, load_max, load;
	float over; /* the most that was beyond what the servers carry; 0: nothing was */
	unsigned n;
};

/* How it came about; only where it is asked for. */
struct world_story {
	LM_VEC(struct world_act) acts; /* the first WORLD_ACTS_MAX */
	size_t more_acts;
	LM_VEC(struct world_step) steps; /* the pool, at each change */
	struct world_column columns[WORLD_COLUMNS];
};

struct world_story *world_story_new(void);
void world_story_free(struct world_story *);

/*
 * Brings the service up to see whether it can be, and finds the policy: 'name' (its own, or in full),
 * or the only one there is.  Of 'conf' load, times, kills and service are not used.  What the
 * compiler warns of is added to 'warnings', unless that is NULL.
 */
struct lm_err *world_examine(const struct world_conf *, const char *name, struct world_service *out,
    struct lm_buf *warnings) LM_MUST_USE;

/* The cluster-th of them; 'story' may be NULL. */
struct lm_err *world_run(const struct world_conf *, size_t cluster, struct world_sum *out,
    struct world_story *story) LM_MUST_USE;

#endif
