/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/core/plan/plan_priv.h"

/*
 * Who leaves service leaves its relationships behind.  Spares come last: whatever is made or mended
 * of one waits until all that is in service is there, and nothing in service ever waits for a spare.
 */

/* ---- leaving service ------------------------------------------------------------------------------- */

/* It becomes a spare, or a part of one. */
bool plan_leaves_service(const struct planner *b, const struct plan_tree *t, int node)
{
	if (!b->has_spares || t == b->want || node < 0 || t->graph->nodes[node].spare)
		return false;
	int wanted = graph_find_node(b->want->graph, t->graph->nodes[node].name);
	return wanted >= 0 && b->want->graph->nodes[wanted].spare;
}

static bool is_called(const struct graph_relationship *r, int node)
{
	for (size_t i = 0; i < r->n_cease; i++)
		if (r->cease[i].node == node)
			return true;
	return false;
}

/* All below get as far as the relationship needs. */
static bool gets_there(const struct planner *b, int node, enum component_state needed)
{
	const struct plan_unit *u = &b->units[node];
	enum component_state goal = u->scoped ? u->goal : plan_state(u);

	if (b->want->graph->nodes[node].resource != NULL && goal < needed)
		return false;
	for (int c = b->want->child[node]; c >= 0; c = b->want->next[c])
		if (!gets_there(b, c, needed))
			return false;
	return true;
}

static bool is_possible(const struct planner *b, const struct graph_relationship *r)
{
	const struct graph_end *ends[] = {&r->source, &r->target};

	for (size_t i = 0; i < LM_COUNT(ends); i++)
		if (ends[i]->node >= 0 &&
		    !gets_there(b, ends[i]->node, plan_needed(ends[i]->state)))
			return false;
	return true;
}

/* It was told of the relationship, and will be there without it. */
static bool is_left_behind(
    struct planner *b, const struct plan_bond *bond, const struct plan_unit *u)
{
	if (bond->wanted < 0)
		return true;
	const struct graph_relationship *r = &b->want->graph->relationships[bond->wanted];
	return !is_called(r, u->node) || !is_possible(b, r);
}

static bool renew_for_leftovers(struct planner *b, const struct plan_bond *bond)
{
	const struct graph_relationship *r = &bond->graph->relationships[bond->relationship];
	struct plan_tree *t = plan_tree(b, bond->graph);
	bool any = false;

	for (size_t i = 0; i < r->n_cease; i++) {
		struct plan_unit *u =
		    r->cease[i].node < 0 ? NULL : plan_unit_of(b, t, r->cease[i].node);

		if (u == NULL || u->node < 0 || !u->scoped || u->renew ||
		    plan_state(u) != COMPONENT_BROKEN || !is_left_behind(b, bond, u))
			continue;
		u->renew = any = true;
	}
	return any;
}

static bool is_any_broken(const struct plan_request *rq)
{
	for (size_t i = 0; i < rq->n_things; i++)
		if (rq->things[i].state == COMPONENT_BROKEN)
			return true;
	return false;
}

/*
 * Nobody asks one that is Broken to take back what it was told of a relationship: where it is not
 * told anew, that goes with the component.
 */
bool plan_renew_for_leftovers(struct planner *b)
{
	bool any = false;

	if (b->want == NULL || !is_any_broken(b->request))
		return false;
	plan_tree_children(b, b->want);
	for (size_t i = 0; i < b->request->n_bonds; i++)
		any |= renew_for_leftovers(b, &b->request->bonds[i]);
	return any;
}

/* ---- last ---------------------------------------------------------------------------------------- */

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
