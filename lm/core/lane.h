/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_CORE_LANE_H
#define LM_CORE_LANE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

/*
 * How many steps may be in flight at a deployment location and at its driver, and who goes next
 * when there is room.  What drains traffic goes before everything else; otherwise a driver serves
 * its locations in turn, a location the processes that wait there in turn, and a process' steps
 * go in the order in which they came.  All of it costs the same among ten that wait and 100,000.
 */
struct component;
struct process;
struct lm_map;
struct lane;
struct party;

enum lane_class { LANE_URGENT, LANE_NORMAL };
enum { LANE_CLASSES = LANE_NORMAL + 1 };

/* A step that could begin, but for the component that is busy or the location that is full. */
struct waiting {
	struct process *process;
	struct component *component;
	int run;
	enum lane_class class;
	struct party *party; /* whom it waits with at its location; NULL: in its component's line */
	TAILQ_ENTRY(waiting) line;
	LIST_ENTRY(waiting) of_process;
};
TAILQ_HEAD(waiting_list, waiting);

struct lane_driver;
TAILQ_HEAD(lane_list, lane);

/* Steps in flight at most. */
struct lane_limits {
	unsigned per_location, per_driver; /* 0: no limit */
	/*
	 * The name of the driver of a location (NULL: the default one), borrowed for the call; must
	 * always say the same.  A NULL function: one driver for all.
	 */
	const char *(*driver_of)(void *arg, const char *location);
	void *arg;
};

struct lanes {
	struct lane_limits limits;
	struct lm_map *locations, *drivers;
};

void lanes_init(struct lanes *, const struct lane_limits *);
void lanes_fini(struct lanes *); /* who waits is not touched */

/* Of a location; made when there is none.  It lasts as long as a step is in flight or waits. */
struct lane *lane_at(struct lanes *, const char *location);
/* Nobody waits that would have to go first, and there is room. */
bool lane_is_free(const struct lanes *, const struct lane *);
void lane_take(struct lanes *, struct lane *);
void lane_give(struct lanes *, struct lane *); /* it may be gone afterwards */
void lane_wait(struct lanes *, struct lane *, struct waiting *);
void lane_leave(struct lanes *, struct waiting *);

/* Who may go now, taken out of the line; '*at' is where, and stays until lane_take().  NULL: nobody. */
struct waiting *lanes_next(struct lanes *, struct lane **at);

#endif
