/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/core/plan/plan_priv.h"

/*
 * Spares come last: whatever is made or mended of one waits until all that is in service is there.
 * Nothing in service ever waits for a spare.
 */

/* Both ends are in service; what is among the parts of a spare belongs to it. */
static bool is_of_service(const struct graph *g, const struct graph_relationship *r)
{
	return (r->source.node < 0 || !g->nodes[r->source.node].spare) &&
	       (r->target.node < 0 || !g->nodes[r->target.node].spare);
}

/* The first step that can wait; -1: none.  What goes for good makes way for others at once. */
static int lead(const struct plan_unit *u)
{
	if (!u->spare || u->n == 0)
		return -1;
	if (plan_state(u) == COMPONENT_BROKEN && !plan_is_renewed(u))
		return u->first;
	return u->n > u->n_down ? u->first + u->n_down : -1;
}

void plan_mark_spares(struct planner *b)
{
	bool *last = NULL;

	for (size_t i = 0; i < b->n_want; i++) {
		const struct plan_unit *u = &b->units[i];
		int step = lead(u);

		if (step >= 0 && last == NULL)
			last = LM_NEW_N(b->arena, bool, b->steps.n);
		for (; step >= 0 && step < u->first + u->n; step++)
			last[step] = true;
	}
	b->last = last;
	b->n_last = b->steps.n;
}

bool plan_is_last(const struct planner *b, size_t step)
{
	return b->last != NULL && step < b->n_last && b->last[step];
}

static int add_gate(struct planner *b)
{
	size_t n = b->steps.n;
	int gate = plan_add(b, &(struct plan_step){.kind = PLAN_GATE,
				   .subject = "all in service are there",
				   .index = -1,
				   .silent = true});

	for (size_t i = 0; i < n; i++) {
		const struct plan_step *s = &b->steps.v[i];

		if (s->kind == PLAN_CREATE &&
		    is_of_service(s->graph, &s->graph->relationships[s->index]))
			plan_after(b, gate, (int)i, PLAN_CAUSE_NONE);
	}
	for (size_t i = 0; i < b->n_want; i++) {
		const struct plan_unit *u = &b->units[i];

		if (!u->spare && u->n > u->n_down)
			plan_after(b, gate, u->first + u->n - 1, PLAN_CAUSE_NONE);
	}
	return gate;
}

void plan_order_spares(struct planner *b)
{
	if (b->last == NULL)
		return;
	int gate = add_gate(b);
	for (size_t i = 0; i < b->n_want; i++)
		plan_prefer(b, lead(&b->units[i]), gate, PLAN_CAUSE_GATE);
}
