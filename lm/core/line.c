/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "base/heap.h"
#include "lm/core/engine_priv.h"

/*
 * Where a step waits: first for its component, which has one step at a time, then for its
 * location.  The one that waits for the location on behalf of a component holds the component's
 * turn; everybody else is in the component's line.
 */

struct line {
	struct waiting_list of[LANE_CLASSES];
};

static bool is_busy(const struct component *c)
{
	return c->flight != NULL || c->turn != NULL;
}

/* ---- the component's line ------------------------------------------------------------------------ */

static void line_join(struct component *c, struct waiting *w)
{
	if (c->line == NULL) {
		c->line = lm_alloc(sizeof *c->line);
		for (int k = 0; k < LANE_CLASSES; k++)
			TAILQ_INIT(&c->line->of[k]);
	}
	TAILQ_INSERT_TAIL(&c->line->of[w->class], w, line);
}

static void line_leave(struct component *c, struct waiting *w)
{
	TAILQ_REMOVE(&c->line->of[w->class], w, line);
	for (int k = 0; k < LANE_CLASSES; k++)
		if (!TAILQ_EMPTY(&c->line->of[k]))
			return;
	free(c->line);
	c->line = NULL;
}

static struct waiting *line_first(const struct component *c)
{
	struct waiting *w = NULL;

	for (int k = 0; c->line != NULL && w == NULL && k < LANE_CLASSES; k++)
		w = TAILQ_FIRST(&c->line->of[k]);
	return w;
}

/* ---- the location's ------------------------------------------------------------------------------- */

static struct lane *lane_of(struct engine *e, const struct process *p, int run,
    const struct component *c, struct lm_arena *a)
{
	return lane_at(&e->lanes, flight_location(e, p, run, c, a));
}

static void wait_for_location(struct engine *e, struct waiting *w, struct lm_arena *a)
{
	if (w->component != NULL)
		w->component->turn = w;
	lane_wait(&e->lanes, lane_of(e, w->process, w->run, w->component, a), w);
}

void line_move_up(struct engine *e, struct component *c, struct lm_arena *a)
{
	struct waiting *w = c == NULL || is_busy(c) ? NULL : line_first(c);

	if (w != NULL) {
		line_leave(c, w);
		wait_for_location(e, w, a);
	}
	if (c != NULL && c->is_gone)
		component_free(c);
}

/* ---- both ------------------------------------------------------------------------------------------- */

void flight_begin(struct engine *e, struct process *p, int run, struct component *c, int64_t now_ms,
    struct turn *t)
{
	if (!component_is_awaited(c)) {
		struct lane *l = lane_of(e, p, run, c, t->arena);

		if (lane_is_free(&e->lanes, l)) {
			flight_launch(e, p, run, c, l, now_ms, t);
			return;
		}
	}
	struct waiting *w = lm_alloc(sizeof *w);
	w->process = p;
	w->component = c;
	w->run = run;
	w->class = p->plan->steps[run].kind == PLAN_CEASE ? LANE_URGENT : LANE_NORMAL;
	LIST_INSERT_HEAD(&p->waiting, w, of_process);
	p->in_line++;
	e->counts.waiting++;
	if (component_is_awaited(c))
		line_join(c, w);
	else
		wait_for_location(e, w, t->arena);
}

/* The component of another assembly has been deleted, or broke, while somebody waited to use it. */
static void fail(struct engine *e, const struct waiting *w, const char *why, struct lane *l,
    int64_t now_ms, struct turn *t)
{
	const struct step_result gone = {.failure = STEP_RESOURCE_NOT_FOUND, .message = why};

	lane_take(&e->lanes, l);
	lane_give(&e->lanes, l);
	line_move_up(e, w->component, t->arena);
	process_step_ended(e, w->process, w->run, NULL, &gone, now_ms, t);
}

void line_launch(struct engine *e, int64_t now_ms, struct turn *t)
{
	struct waiting *w;
	struct lane *l;

	while ((w = lanes_next(&e->lanes, &l)) != NULL) {
		const char *why = run_obstacle(w->process, w->run, w->component);

		if (w->component != NULL)
			w->component->turn = NULL;
		LIST_REMOVE(w, of_process);
		w->process->in_line--;
		e->counts.waiting--;
		if (why != NULL)
			fail(e, w, why, l, now_ms, t);
		else
			flight_launch(e, w->process, w->run, w->component, l, now_ms, t);
		free(w);
	}
}

/* ---- leaving ------------------------------------------------------------------------------------------ */

static void drop(struct engine *e, struct waiting *w)
{
	struct component *c = w->component;

	if (w->party == NULL) {
		line_leave(c, w);
	} else {
		lane_leave(&e->lanes, w);
		if (c != NULL)
			c->turn = NULL;
	}
	LIST_REMOVE(w, of_process);
	w->process->in_line--;
	e->counts.waiting--;
	free(w);
}

/* First those in the lines of components, so that nobody moves up who leaves, too. */
void flight_forget(struct engine *e, struct process *p)
{
	LM_AUTO(lm_arena) a = lm_arena_new();
	struct waiting *w, *next;

	for (w = LIST_FIRST(&p->waiting); w != NULL; w = next) {
		next = LIST_NEXT(w, of_process);
		if (w->party == NULL)
			drop(e, w);
	}
	while ((w = LIST_FIRST(&p->waiting)) != NULL) {
		struct component *c = w->component;

		drop(e, w);
		line_move_up(e, c, a);
	}
}

void line_fini(struct engine *e)
{
	struct process *p;
	struct waiting *w;

	for (size_t i = 0; (p = lm_map_next(e->processes, &i)) != NULL;)
		while ((w = LIST_FIRST(&p->waiting)) != NULL) {
			struct component *c = w->component;

			drop(e, w);
			if (c != NULL && c->is_gone)
				component_free(c);
		}
	lanes_fini(&e->lanes);
}
