/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/core/plan.h"

#include <string.h>

#include "lm/core/plan_priv.h"

/* At most Stop, Uninstall, Delete, Create, Install, Configure, Start, Integrity. */
enum { PATH_MAX_HOPS = 8 };

struct hop {
	enum transition transition;
	bool tolerant;
};

struct path {
	struct hop hops[PATH_MAX_HOPS];
	size_t n;
	enum component_state at;
};

static void hop(struct path *p, enum transition transition, bool tolerant)
{
	p->hops[p->n++] = (struct hop){transition, tolerant};
	p->at = transition_rule(transition)->to;
}

/* The way up: what leads from each state to the next. */
static const struct {
	enum component_state from;
	enum transition transition;
} upward[] = {
    {COMPONENT_ABSENT, TRANSITION_CREATE},
    {COMPONENT_CREATED, TRANSITION_INSTALL},
    {COMPONENT_INSTALLED, TRANSITION_CONFIGURE},
    {COMPONENT_INACTIVE, TRANSITION_START},
    {COMPONENT_INACTIVE, TRANSITION_INTEGRITY},
};

/*
 * The transitions that lead from one state to another; ABSENT as target means removal.  A Stop on
 * the way to removal or repair is tolerant: the node is leaving, or known to be ill, anyway.
 */
static struct path path_between(enum component_state from, enum component_state to, bool rebuild)
{
	struct path p = {.at = from};
	bool remove = to == COMPONENT_ABSENT;
	bool renew = from == COMPONENT_FAILED || (rebuild && from != COMPONENT_ACTIVE);

	if (from == COMPONENT_BROKEN || (from == COMPONENT_ACTIVE && to < COMPONENT_ACTIVE))
		hop(&p, TRANSITION_STOP, remove || from == COMPONENT_BROKEN);
	if ((remove || renew) && p.at > COMPONENT_CREATED)
		hop(&p, TRANSITION_UNINSTALL, false);
	if ((remove || renew) && p.at > COMPONENT_ABSENT)
		hop(&p, TRANSITION_DELETE, false);
	for (size_t i = 0; i < LM_COUNT(upward) && !remove; i++)
		if (p.at == upward[i].from && p.at < to)
			hop(&p, upward[i].transition, false);
	return p;
}

int plan_add(struct planner *b, const struct plan_step *step)
{
	*LM_PUSH(b->arena, &b->steps) = *step;
	return (int)b->steps.n - 1;
}

void plan_after(struct planner *b, int step, int before, const char *why)
{
	if (step < 0 || before < 0)
		return;
	*LM_PUSH(b->arena, &b->steps.v[step].after) = (struct plan_edge){before, why};
}

/* Adds the transitions of one resource, each after the one before it. */
static void add_component(
    struct planner *b, struct plan_side *side, int node, enum component_state to)
{
	const struct graph_node *n = &side->graph->nodes[node];
	const struct plan_facts *facts = &b->request->facts;
	struct path p = path_between(
	    facts->state(facts->arg, n->name), to, facts->needs_rebuild(facts->arg, n->name));
	int before = -1;

	for (size_t i = 0; i < p.n; i++) {
		enum transition t = p.hops[i].transition;
		int step = plan_add(b, &(struct plan_step){
					   .kind = PLAN_TRANSITION,
					   .subject = n->name,
					   .transition = t,
					   .graph = side->graph,
					   .index = node,
					   .silent = (n->resource->declared & (1u << t)) == 0,
					   .tolerant = p.hops[i].tolerant,
				       });
		plan_after(b, step, before, NULL);
		side->of_node[node].step[t] = step;
		before = step;
	}
}

static void add_components(struct planner *b)
{
	const struct graph *want = b->want.graph, *have = b->have.graph;

	for (size_t i = 0; want != NULL && i < want->n_nodes; i++)
		if (want->nodes[i].resource != NULL)
			add_component(b, &b->want, (int)i, b->request->target);
	for (size_t i = 0; have != NULL && i < have->n_nodes; i++)
		if (have->nodes[i].resource != NULL && b->have.twin[i] < 0)
			add_component(b, &b->have, (int)i, COMPONENT_ABSENT);
}

/* Children as linked lists, and for what was its twin in what is wanted. */
static void side_init(
    struct plan_side *s, const struct graph *g, const struct graph *want, struct lm_arena *a)
{
	if (g == NULL)
		return;
	s->graph = g;
	s->of_node = LM_NEW_N(a, struct plan_node, g->n_nodes);
	s->twin = LM_NEW_N(a, int, g->n_nodes);
	for (size_t i = 0; i < g->n_nodes; i++) {
		s->of_node[i].child = s->of_node[i].next = -1;
		for (int t = 0; t <= PLAN_NO_TRANSITION; t++)
			s->of_node[i].step[t] = -1;
		s->twin[i] = want == NULL ? -1 : graph_find_node(want, g->nodes[i].name);
	}
	for (size_t i = g->n_nodes; i-- > 1;) {
		struct plan_node *parent = &s->of_node[g->nodes[i].parent];

		s->of_node[i].next = parent->child;
		parent->child = (int)i;
	}
}

const struct plan_node *plan_node(const struct planner *b, const struct plan_side *side, int node)
{
	if (side == &b->have && side->twin[node] >= 0)
		return &b->want.of_node[side->twin[node]];
	return &side->of_node[node];
}

/* Kahn's walk: order[] of all steps, or false when some are left in a circle. */
static bool sort(
    const struct plan_step *steps, size_t n, int *order, unsigned *waits, struct lm_arena *a)
{
	struct {
		int *v;
		size_t n, cap;
	} *unblocks = lm_arena_alloc(a, sizeof *unblocks * (n + 1));
	size_t done = 0, ready = 0;

	for (size_t i = 0; i < n; i++) {
		waits[i] = (unsigned)steps[i].after.n;
		for (size_t k = 0; k < steps[i].after.n; k++)
			*LM_PUSH(a, &unblocks[steps[i].after.v[k].step]) = (int)i;
	}
	for (size_t i = 0; i < n; i++)
		if (waits[i] == 0)
			order[ready++] = (int)i;
	for (; done < ready; done++)
		for (size_t k = 0; k < unblocks[order[done]].n; k++) {
			int next = unblocks[order[done]].v[k];

			if (--waits[next] == 0)
				order[ready++] = next;
		}
	return done == n;
}

/* Some step that still waits leads, going backwards, into a circle: name its members. */
static const char *name_circle(
    const struct plan_step *steps, size_t n, const unsigned *waits, struct lm_arena *a)
{
	struct lm_buf text;
	size_t at = 0;

	while (waits[at] == 0)
		at++;
	for (size_t hops = 0; hops < n; hops++) /* surely inside the circle after n hops */
		for (size_t k = 0; k < steps[at].after.n; k++)
			if (waits[steps[at].after.v[k].step] > 0) {
				at = (size_t)steps[at].after.v[k].step;
				break;
			}
	lm_buf_init(&text, 1000);
	size_t first = at;
	do {
		lm_buf_printf(
		    &text, "%s %s after ", plan_step_action(&steps[at]), steps[at].subject);
		for (size_t k = 0; k < steps[at].after.n; k++)
			if (waits[steps[at].after.v[k].step] > 0) {
				at = (size_t)steps[at].after.v[k].step;
				break;
			}
	} while (at != first && !text.cut);
	lm_buf_printf(&text, "%s %s", plan_step_action(&steps[at]), steps[at].subject);
	const char *name = lm_arena_strdup(a, text.p);
	lm_buf_fini(&text);
	return name;
}

/* The steps in the order found; edges are renumbered with them. */
static struct plan *ordered(const struct planner *b, const int *order)
{
	struct plan *p = LM_NEW(b->arena, struct plan);
	int *place = LM_NEW_N(b->arena, int, b->steps.n);

	p->arena = b->arena;
	p->n_steps = b->steps.n;
	p->steps = LM_NEW_N(b->arena, struct plan_step, b->steps.n);
	for (size_t i = 0; i < b->steps.n; i++)
		place[order[i]] = (int)i;
	for (size_t i = 0; i < b->steps.n; i++) {
		p->steps[i] = b->steps.v[order[i]];
		for (size_t k = 0; k < p->steps[i].after.n; k++)
			p->steps[i].after.v[k].step = place[p->steps[i].after.v[k].step];
	}
	return p;
}

struct plan *plan_build(const struct plan_request *rq, struct lm_arena *a, const char **circle)
{
	struct planner b = {.request = rq, .arena = a};

	side_init(&b.want, rq->want, NULL, a);
	side_init(&b.have, rq->have, rq->want, a);
	add_components(&b);
	plan_add_relationships(&b);
	plan_order_dependencies(&b);
	plan_order_levels(&b);

	int *order = LM_NEW_N(a, int, b.steps.n + 1);
	unsigned *waits = LM_NEW_N(a, unsigned, b.steps.n + 1);
	if (!sort(b.steps.v, b.steps.n, order, waits, a)) {
		*circle = name_circle(b.steps.v, b.steps.n, waits, a);
		return NULL;
	}
	return ordered(&b, order);
}
