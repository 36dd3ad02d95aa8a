/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/core/plan/plan_priv.h"

/* ---- values: rule 2 --------------------------------------------------------------------------- */

/* The provider's step that brings its values; -1: they are there, or as good as they get. */
static int brings_values(const struct plan_unit *p)
{
	int step = p->step[TRANSITION_INSTALL];

	return step >= 0 ? step : p->step[TRANSITION_RECONFIGURE];
}

static void order_upward(struct planner *b)
{
	const struct graph *g = b->want->graph;

	for (size_t i = 0; i < g->n_deps; i++) {
		const struct graph_dep *d = &g->deps[i];
		const struct plan_unit *user = &b->units[d->consumer];
		const struct plan_unit *from = &b->units[d->provider];

		if (user->n == user->n_down || from->n == from->n_down)
			continue;
		int step = user->first + user->n_down;

		plan_after_value(b, step, brings_values(from), d);
		if (b->request->late == NULL)
			continue;
		enum transition late = b->request->late[d->provider];
		if (late == TRANSITION_CONFIGURE || late == TRANSITION_START)
			plan_prefer_value(b, step, from->step[late], d);
	}
}

/* Whoever uses what goes is gone before. */
static void order_downward(struct planner *b, const struct plan_unit *user)
{
	const struct plan_thing *t = user->thing;
	struct plan_tree *tree = plan_tree(b, t->graph);
	size_t n;
	const struct graph_dep *deps = graph_deps_of(t->graph, t->node, &n);

	for (size_t i = 0; i < n; i++) {
		const struct plan_unit *from = plan_unit_of(b, tree, deps[i].provider);

		if (from == NULL)
			continue;
		int step = from->step[TRANSITION_UNINSTALL];
		if (step < 0)
			step = from->step[TRANSITION_DELETE];
		plan_prefer(b, step, user->step[TRANSITION_DELETE], PLAN_CAUSE_USER);
	}
}

void plan_order_values(struct planner *b)
{
	if (b->want != NULL)
		order_upward(b);
	for (size_t i = 0; i < b->n_units; i++)
		if (b->units[i].step[TRANSITION_DELETE] >= 0)
			order_downward(b, &b->units[i]);
}

/* ---- levels: rule 5 ---------------------------------------------------------------------------- */

/*
 * Upward and downward levels are two ladders of their own; 0: stands on neither.  A level is
 * entered by one transition, which waits at the gate; what follows it there needs no gate.
 */
static const struct {
	unsigned char up, down;
	bool enters;
} level_of[TRANSITION_N] = {
    [TRANSITION_CREATE] = {1, 0, false},
    [TRANSITION_INSTALL] = {1, 0, false},
    [TRANSITION_CONFIGURE] = {2, 0, true},
    [TRANSITION_START] = {3, 0, true},
    [TRANSITION_INTEGRITY] = {3, 0, false},
    [TRANSITION_STOP] = {0, 1, false},
    [TRANSITION_UNINSTALL] = {0, 2, true},
    [TRANSITION_DELETE] = {0, 2, false},
};

/* One step of a ladder, and the gate above it.  Spares, which come last, have a ladder of their own. */
struct level {
	int number;
	bool down, last;
	const char *subject;
};

static int step_level(const struct planner *b, size_t step, const struct level *l)
{
	const struct plan_step *s = &b->steps.v[step];

	if (s->kind != PLAN_TRANSITION || plan_is_last(b, step) != l->last)
		return 0;
	return l->down ? level_of[s->transition].down : level_of[s->transition].up;
}

static bool is_below(const struct planner *b, size_t step, const struct level *l)
{
	int n = step_level(b, step, l);

	return n > 0 && n <= l->number;
}

/* Marks everything that the steps up to the level need, directly or not. */
static bool *needed_by(struct planner *b, const struct level *level)
{
	bool *needed = LM_NEW_N(b->arena, bool, b->steps.n);
	int *todo = LM_NEW_N(b->arena, int, b->steps.n);
	size_t n = 0;

	for (size_t i = 0; i < b->steps.n; i++) {
		if (is_below(b, i, level)) {
			needed[i] = true;
			todo[n++] = (int)i;
		}
	}
	while (n > 0)
		for (int l = b->links_of.v[todo[--n]]; l >= 0; l = b->links.v[l].next) {
			int before = b->links.v[l].before;

			if (needed[before])
				continue;
			needed[before] = true;
			todo[n++] = before;
		}
	return needed;
}

static bool waits_at(const struct planner *b, size_t step, const struct level *l)
{
	return step_level(b, step, l) == l->number + 1 &&
	       level_of[b->steps.v[step].transition].enters;
}

/* True when steps of more than one component stand below or at the gate: else none waits for another. */
static bool is_crowded(const struct planner *b, const struct level *l)
{
	const char *below = NULL, *waits = NULL;

	for (size_t i = 0; i < b->steps.n; i++) {
		const struct plan_step *s = &b->steps.v[i];
		bool enters = waits_at(b, i, l);

		if (!enters && !is_below(b, i, l))
			continue;
		const char **known = enters ? &waits : &below, *other = enters ? below : waits;
		if ((*known != NULL && *known != s->subject) ||
		    (other != NULL && other != s->subject))
			return true;
		*known = s->subject;
	}
	return false;
}

/* What follows it in its component's own order waits at the gate in its place. */
static bool is_followed(const struct planner *b, size_t step, const struct level *l)
{
	return step + 1 < b->steps.n && b->steps.v[step + 1].subject == b->steps.v[step].subject &&
	       is_below(b, step + 1, l);
}

/* A gate after all steps up to the level, before those that enter the next one and are not exempt. */
static void add_gate(struct planner *b, const struct level *l)
{
	if (!is_crowded(b, l))
		return;
	const bool *needed = needed_by(b, l);
	size_t n = b->steps.n;
	int gate =
	    plan_add(b, &(struct plan_step){
			    .kind = PLAN_GATE, .subject = l->subject, .index = -1, .silent = true});

	for (size_t i = 0; i < n; i++) {
		if (is_below(b, i, l)) {
			if (!is_followed(b, i, l))
				plan_after(b, gate, (int)i, PLAN_CAUSE_NONE);
			continue;
		}
		if (waits_at(b, i, l) && !needed[i])
			plan_prefer(b, (int)i, gate, PLAN_CAUSE_GATE);
	}
}

void plan_order_levels(struct planner *b)
{
	static const struct level levels[] = {
	    {1, true, false, "all are stopped"},
	    {1, false, false, "all are installed"},
	    {2, false, false, "all are configured"},
	    {1, false, true, "all spares are installed"},
	    {2, false, true, "all spares are configured"},
	};

	for (size_t i = 0; i < LM_COUNT(levels) && (!levels[i].last || b->last != NULL); i++)
		add_gate(b, &levels[i]);
}
