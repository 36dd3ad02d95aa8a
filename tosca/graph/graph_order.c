/* SPDX-License-Identifier: Apache-2.0 */
#include "tosca/graph/graph_order.h"

#include "base/vec.h"

/* Edges while they are found: lists of those that a step waits for, and of those that wait for it. */
struct edge {
	int before, after;
	const char *why;
};

struct maker {
	const struct graph *g;
	struct lm_arena *arena;
	int *first_child, *next_sibling; /* of assemblies, -1: none */
	int (*step_of)[END_STATE_N];     /* per node; -1: none */
	LM_VEC(struct order_step) steps;
	LM_VEC(struct edge) edges;
};

/* ---- steps --------------------------------------------------------------------------------- */

static void find_children(struct maker *m)
{
	for (size_t i = 0; i < m->g->n_nodes; i++)
		m->first_child[i] = m->next_sibling[i] = -1;
	for (size_t i = m->g->n_nodes; i-- > 1;) {
		int parent = m->g->nodes[i].parent;

		m->next_sibling[i] = m->first_child[parent];
		m->first_child[parent] = (int)i;
	}
}

static int add_step(struct maker *m, int node, enum end_state state, int relationship)
{
	*LM_PUSH(m->arena, &m->steps) =
	    (struct order_step){.node = node, .state = state, .relationship = relationship};
	return (int)m->steps.n - 1;
}

static void add_edge(struct maker *m, int before, int after, const char *why)
{
	*LM_PUSH(m->arena, &m->edges) = (struct edge){before, after, why};
}

/* Marks in 'step_of' the states that an end asks of the resources under it. */
static void want_state(struct maker *m, int node, enum end_state state)
{
	if (m->g->nodes[node].resource != NULL)
		m->step_of[node][state] = 1;
	for (int c = m->first_child[node]; c >= 0; c = m->next_sibling[c])
		want_state(m, c, state);
}

static void add_states(struct maker *m, int node)
{
	bool wanted[END_STATE_N];
	int last = -1;

	for (size_t s = 0; s < END_STATE_N; s++) {
		wanted[s] = m->step_of[node][s] == 1 || s == END_INSTALLED || s == END_ACTIVE;
		m->step_of[node][s] = -1;
	}
	for (size_t s = 0; s < END_STATE_N; s++) {
		if (!wanted[s])
			continue;
		int step = add_step(m, node, (enum end_state)s, -1);

		m->step_of[node][s] = step;
		if (last >= 0)
			add_edge(m, last, step, NULL);
		last = step;
	}
}

static void add_resources(struct maker *m)
{
	for (size_t i = 0; i < m->g->n_relationships; i++) {
		const struct graph_end *ends[] = {
		    &m->g->relationships[i].source, &m->g->relationships[i].target};

		for (size_t e = 0; e < LM_COUNT(ends); e++)
			if (ends[e]->node >= 0)
				want_state(m, ends[e]->node, ends[e]->state);
	}
	for (size_t i = 0; i < m->g->n_nodes; i++)
		if (m->g->nodes[i].resource != NULL)
			add_states(m, (int)i);
}

/* ---- edges --------------------------------------------------------------------------------- */

static void add_deps(struct maker *m)
{
	for (size_t i = 0; i < m->g->n_deps; i++) {
		const struct graph_dep *d = &m->g->deps[i];
		size_t first = 0;

		while (m->step_of[d->consumer][first] < 0)
			first++;
		add_edge(m, m->step_of[d->provider][END_INSTALLED], m->step_of[d->consumer][first],
		    d->property);
	}
}

/* An assembly stands for all resources in it. */
static void bind_end(struct maker *m, int step, const struct graph_end *end, int node)
{
	if (m->g->nodes[node].resource != NULL) {
		int reached = m->step_of[node][end->state];

		if (end->pre)
			add_edge(m, step, reached, "the relationship comes first");
		else
			add_edge(m, reached, step, "its end must be there");
	}
	for (int c = m->first_child[node]; c >= 0; c = m->next_sibling[c])
		bind_end(m, step, end, c);
}

static void add_relationships(struct maker *m)
{
	for (size_t i = 0; i < m->g->n_relationships; i++) {
		const struct graph_relationship *r = &m->g->relationships[i];
		int step = add_step(m, -1, END_CREATED, (int)i);

		if (r->source.node >= 0)
			bind_end(m, step, &r->source, r->source.node);
		bind_end(m, step, &r->target, r->target.node);
	}
}

/* ---- waves --------------------------------------------------------------------------------- */

static void hand_out_edges(struct maker *m)
{
	for (size_t i = 0; i < m->edges.n; i++)
		m->steps.v[m->edges.v[i].after].n_after++;
	for (size_t i = 0; i < m->steps.n; i++) {
		struct order_step *s = &m->steps.v[i];

		s->after = LM_NEW_N(m->arena, struct order_edge, s->n_after);
		s->n_after = 0;
	}
	for (size_t i = 0; i < m->edges.n; i++) {
		struct order_step *s = &m->steps.v[m->edges.v[i].after];

		s->after[s->n_after++] =
		    (struct order_edge){m->edges.v[i].before, m->edges.v[i].why};
	}
}

/*
 * Takes steps away that wait for nothing any more, wave by wave; what is left over waits for
 * itself and keeps wave 0.  'order' gets the numbers of the steps as they go.
 */
static void find_waves(struct maker *m, int *order)
{
	size_t n = m->steps.n, head = 0, tail = 0;
	size_t *waiting = lm_arena_alloc(m->arena, n * sizeof *waiting);
	int *first = lm_arena_alloc(m->arena, n * sizeof *first);
	int *next = lm_arena_alloc(m->arena, m->edges.n * sizeof *next);

	for (size_t i = 0; i < n; i++) {
		first[i] = -1;
		waiting[i] = m->steps.v[i].n_after;
		if (waiting[i] > 0)
			continue;
		m->steps.v[i].wave = 1;
		order[tail++] = (int)i;
	}
	for (size_t i = m->edges.n; i-- > 0;) {
		next[i] = first[m->edges.v[i].before];
		first[m->edges.v[i].before] = (int)i;
	}
	for (; head < tail; head++)
		for (int e = first[order[head]]; e >= 0; e = next[e]) {
			int after = m->edges.v[e].after;

			if (--waiting[after] > 0)
				continue;
			m->steps.v[after].wave = m->steps.v[order[head]].wave + 1;
			order[tail++] = after;
		}
	for (size_t i = 0; i < n; i++)
		if (m->steps.v[i].wave == 0)
			order[tail++] = (int)i;
}

/* Steps in the order found, and the numbers in edges with them. */
static struct order sorted(struct maker *m, const int *order)
{
	size_t n = m->steps.n;
	struct order o = {LM_NEW_N(m->arena, struct order_step, n), n};
	int *place = LM_NEW_N(m->arena, int, n);

	for (size_t i = 0; i < n; i++) {
		o.steps[i] = m->steps.v[order[i]];
		place[order[i]] = (int)i;
	}
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < o.steps[i].n_after; k++)
			o.steps[i].after[k].before = place[o.steps[i].after[k].before];
	return o;
}

struct order graph_order(const struct graph *g, struct lm_arena *arena)
{
	struct maker m = {.g = g,
	    .arena = arena,
	    .first_child = LM_NEW_N(arena, int, g->n_nodes),
	    .next_sibling = LM_NEW_N(arena, int, g->n_nodes),
	    .step_of = lm_arena_alloc(arena, g->n_nodes * sizeof *m.step_of)};

	find_children(&m);
	add_resources(&m);
	add_deps(&m);
	add_relationships(&m);
	hand_out_edges(&m);
	int *order = LM_NEW_N(arena, int, m.steps.n);
	find_waves(&m, order);
	return sorted(&m, order);
}
