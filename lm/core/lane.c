/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/core/lane.h"

#include <stdlib.h>
#include <string.h>

#include "base/heap.h"
#include "base/map.h"
#include "lm/core/model/model.h"

/* The steps of one process that wait at one location. */
struct party {
	struct lane *lane;
	const char *process; /* its id; borrowed */
	struct waiting_list steps;
	TAILQ_ENTRY(party) ring;
};
TAILQ_HEAD(party_list, party);

struct queue {
	struct lm_map *parties; /* by process id; owned; NULL: none was ever needed */
	struct party_list ring; /* the same, whose turn is next first */
	TAILQ_ENTRY(lane) in_driver;
	bool is_ready; /* in the driver's list: somebody waits, and the location has room */
};

struct lane {
	char *location;
	struct lane_driver *driver;
	unsigned busy;
	struct queue of[LANE_CLASSES];
};

struct lane_driver {
	char *name;
	unsigned busy;
	struct lane_list ready[LANE_CLASSES];
};

static void lane_free(struct lane *l)
{
	for (int k = 0; k < LANE_CLASSES; k++) {
		struct party *p;

		for (size_t i = 0;
		     l->of[k].parties != NULL && (p = lm_map_next(l->of[k].parties, &i)) != NULL;)
			free(p);
		lm_map_free(l->of[k].parties);
	}
	free(l->location);
	free(l);
}

void lanes_init(struct lanes *ls, const struct lane_limits *limits)
{
	ls->limits = *limits;
	ls->locations = lm_map_new();
	ls->drivers = lm_map_new();
}

void lanes_fini(struct lanes *ls)
{
	struct lane *l;
	struct lane_driver *d;

	for (size_t i = 0; (l = lm_map_next(ls->locations, &i)) != NULL;)
		lane_free(l);
	for (size_t i = 0; (d = lm_map_next(ls->drivers, &i)) != NULL;) {
		free(d->name);
		free(d);
	}
	lm_map_free(ls->locations);
	lm_map_free(ls->drivers);
}

static struct lane_driver *driver_at(struct lanes *ls, const char *location)
{
	const char *name =
	    ls->limits.driver_of == NULL ? "" : ls->limits.driver_of(ls->limits.arg, location);
	struct lane_driver *d = lm_map_find(ls->drivers, name);

	if (d != NULL)
		return d;
	d = lm_alloc(sizeof *d);
	d->name = lm_strdup(name);
	for (int k = 0; k < LANE_CLASSES; k++)
		TAILQ_INIT(&d->ready[k]);
	lm_map_put(ls->drivers, d->name, d);
	return d;
}

struct lane *lane_at(struct lanes *ls, const char *location)
{
	const char *name = location == NULL ? "" : location;
	struct lane *l = lm_map_find(ls->locations, name);

	if (l != NULL)
		return l;
	l = lm_alloc(sizeof *l);
	l->location = lm_strdup(name);
	l->driver = driver_at(ls, location);
	for (int k = 0; k < LANE_CLASSES; k++)
		TAILQ_INIT(&l->of[k].ring);
	lm_map_put(ls->locations, l->location, l);
	return l;
}

/* ---- room ------------------------------------------------------------------------------------- */

static bool is_below(unsigned busy, unsigned limit)
{
	return limit == 0 || busy < limit;
}

static bool has_room(const struct lanes *ls, const struct lane *l)
{
	return is_below(l->busy, ls->limits.per_location);
}

static bool driver_has_room(const struct lanes *ls, const struct lane_driver *d)
{
	return is_below(d->busy, ls->limits.per_driver);
}

bool lane_is_free(const struct lanes *ls, const struct lane *l)
{
	for (int k = 0; k < LANE_CLASSES; k++)
		if (!TAILQ_EMPTY(&l->of[k].ring) || !TAILQ_EMPTY(&l->driver->ready[k]))
			return false;
	return has_room(ls, l) && driver_has_room(ls, l->driver);
}

/* After every change: the driver knows where somebody could go, and lanes of no use are gone. */
static void refresh(struct lanes *ls, struct lane *l)
{
	bool is_used = l->busy > 0;

	for (int k = 0; k < LANE_CLASSES; k++) {
		struct queue *q = &l->of[k];
		bool is_ready = !TAILQ_EMPTY(&q->ring) && has_room(ls, l);

		is_used = is_used || !TAILQ_EMPTY(&q->ring);
		if (is_ready && !q->is_ready)
			TAILQ_INSERT_TAIL(&l->driver->ready[k], l, of[k].in_driver);
		if (!is_ready && q->is_ready)
			TAILQ_REMOVE(&l->driver->ready[k], l, of[k].in_driver);
		q->is_ready = is_ready;
	}
	if (is_used)
		return;
	lm_map_remove(ls->locations, l->location);
	lane_free(l);
}

void lane_take(struct lanes *ls, struct lane *l)
{
	l->busy++;
	l->driver->busy++;
	refresh(ls, l);
}

void lane_give(struct lanes *ls, struct lane *l)
{
	l->busy--;
	l->driver->busy--;
	refresh(ls, l);
}

/* ---- waiting ---------------------------------------------------------------------------------- */

void lane_wait(struct lanes *ls, struct lane *l, struct waiting *w)
{
	struct queue *q = &l->of[w->class];

	if (q->parties == NULL)
		q->parties = lm_map_new();
	struct party *p = lm_map_find(q->parties, w->process->id);
	if (p == NULL) {
		p = lm_alloc(sizeof *p);
		p->lane = l;
		p->process = w->process->id;
		TAILQ_INIT(&p->steps);
		lm_map_put(q->parties, p->process, p);
		TAILQ_INSERT_TAIL(&q->ring, p, ring);
	}
	TAILQ_INSERT_TAIL(&p->steps, w, line);
	w->party = p;
	refresh(ls, l);
}

/* The lane stays. */
static void leave_party(struct waiting *w)
{
	struct party *p = w->party;
	struct queue *q = &p->lane->of[w->class];

	TAILQ_REMOVE(&p->steps, w, line);
	w->party = NULL;
	if (!TAILQ_EMPTY(&p->steps))
		return;
	TAILQ_REMOVE(&q->ring, p, ring);
	lm_map_remove(q->parties, p->process);
	free(p);
}

void lane_leave(struct lanes *ls, struct waiting *w)
{
	struct lane *l = w->party->lane;

	leave_party(w);
	refresh(ls, l);
}

/* The turn passes on: to the driver's next location, and there to the next process. */
static struct waiting *take_turn(struct lane_driver *d, enum lane_class k, struct lane **at)
{
	struct lane *l = TAILQ_FIRST(&d->ready[k]);

	if (l == NULL)
		return NULL;
	struct queue *q = &l->of[k];
	struct party *p = TAILQ_FIRST(&q->ring);
	struct waiting *w = TAILQ_FIRST(&p->steps);
	TAILQ_REMOVE(&d->ready[k], l, of[k].in_driver);
	TAILQ_INSERT_TAIL(&d->ready[k], l, of[k].in_driver);
	TAILQ_REMOVE(&q->ring, p, ring);
	TAILQ_INSERT_TAIL(&q->ring, p, ring);
	leave_party(w);
	*at = l;
	return w;
}

struct waiting *lanes_next(struct lanes *ls, struct lane **at)
{
	struct waiting *w = NULL;
	struct lane_driver *d;

	for (size_t i = 0; w == NULL && (d = lm_map_next(ls->drivers, &i)) != NULL;)
		for (int k = 0; w == NULL && k < LANE_CLASSES && driver_has_room(ls, d); k++)
			w = take_turn(d, (enum lane_class)k, at);
	return w;
}
