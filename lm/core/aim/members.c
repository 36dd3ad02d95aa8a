/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "base/heap.h"
#include "lm/core/engine_priv.h"

/* Who is in a cluster: in service, as a spare, or not at all. */

/* ---- how they are ------------------------------------------------------------------------------- */

/* As the tree says, although it was made under another one. */
static bool is_as_wanted(struct facts *f, int node, const struct component *c)
{
	const char *why;

	return c->tree == f->instance->tree || component_change(f, node, c, &why) == PLAN_KEEP;
}

static bool is_at_goal(struct facts *f, int node, enum component_state goal)
{
	const struct graph_node *n = &f->graph->nodes[node];
	const struct component *c = lm_map_find(f->instance->components, n->name);

	if (c == NULL || c->tree == NULL || c->rebuild || c->healer != NULL ||
	    component_is_retired(c))
		return false;
	bool is_there = spare_stands_by(n, goal, f->instance->tree->spec.target)
			    ? component_is_up(c)
			    : c->state >= goal && c->state <= COMPONENT_ACTIVE;
	return is_there && is_as_wanted(f, node, c);
}

bool *instance_ready(struct engine *e, const struct instance *in, struct lm_arena *a)
{
	const struct graph *g = in->tree->graph;
	struct facts f = {e, in, g, a};
	const enum component_state *goals = spare_goals(g, in->tree->spec.target, a);
	bool *ready = LM_NEW_N(a, bool, g->n_nodes + 1);

	for (size_t i = 0; i < g->n_nodes; i++)
		ready[i] = true;
	for (size_t i = g->n_nodes; i-- > 0;) { /* children stand behind their parents */
		const struct graph_node *n = &g->nodes[i];

		if (n->resource != NULL)
			ready[i] = is_at_goal(&f, (int)i, goals[i]);
		if (n->parent >= 0 && !spare_is_root(g, (int)i))
			ready[n->parent] = ready[n->parent] && ready[i];
	}
	return ready;
}

/* Broken is on its way back. */
static bool is_in_service(enum component_state state, enum component_state target)
{
	if (target < COMPONENT_ACTIVE)
		return state != COMPONENT_FAILED;
	return state == COMPONENT_ACTIVE || state == COMPONENT_BROKEN;
}

unsigned members_in_service(
    const struct instance *in, const struct graph_cluster *c, const enum component_state *states)
{
	unsigned n = 0;

	for (size_t i = 0; i < c->n_members; i++)
		n += is_in_service(states[c->members[i]], in->tree->spec.target);
	return n;
}

/* By node: the system has given up on it, or on something in it. */
static const bool *find_lost(const struct instance *in, struct lm_arena *a)
{
	const struct graph *g = in->tree->graph;
	bool *lost = LM_NEW_N(a, bool, g->n_nodes + 1);
	const struct component *c;

	for (size_t i = 0; (c = lm_map_next(in->components, &i)) != NULL;)
		for (int at = c->lost ? graph_find_node(g, c->name) : -1; at > 0;
		     at = g->nodes[at].parent)
			lost[at] = true;
	return lost;
}

/* Each try adds one, whatever becomes of it: that is what ends them. */
unsigned spares_missing(const struct instance *in, const struct graph_cluster *c)
{
	LM_AUTO(lm_arena) arena = lm_arena_new();
	unsigned n = (unsigned)c->n_spare_members, lost = 0;

	if (n == 0 || n >= c->spares + LOST_MAX)
		return 0;
	const bool *is_lost = find_lost(in, arena);
	for (unsigned i = 0; i < n; i++)
		lost += is_lost[c->spare_members[i]];
	return lost > 0 && n - lost < c->spares ? c->spares - (n - lost) : 0;
}

/* One who could be a spare, the best first. */
enum rank { RANK_READY, RANK_LEAVES_SERVICE, RANK_ON_ITS_WAY, RANK_ILL };

struct candidate {
	enum rank rank;
	int index;
};

/* A cluster while it is rearranged. */
struct roster {
	struct members *m;
	const struct instance *in; /* NULL: nobody is there yet */
	const struct graph *g;     /* as it is now, both; NULL: it is new */
	const struct graph_cluster *cluster;
	const enum component_state *states; /* by node */
	const bool *ready;
	LM_VEC(struct candidate) candidates;
};

static int member_node(const struct roster *r, int index)
{
	const struct graph_cluster *c = r->cluster;

	return c == NULL ? -1 : graph_member(r->g, c->members, c->n_members, index);
}

static int spare_node(const struct roster *r, int index)
{
	const struct graph_cluster *c = r->cluster;

	return c == NULL ? -1 : graph_member(r->g, c->spare_members, c->n_spare_members, index);
}

/* Who goes sooner. */
enum health { HEALTH_LOST, HEALTH_ILL, HEALTH_WELL };

static enum health health(const struct roster *r, int index)
{
	int node = member_node(r, index);

	if (node >= 0 && !is_in_service(r->states[node], r->in->tree->spec.target))
		return HEALTH_LOST;
	return node >= 0 && r->states[node] != COMPONENT_ACTIVE ? HEALTH_ILL : HEALTH_WELL;
}

/* It runs, or will without much ado. */
static bool can_be_a_spare(const struct roster *r, int index)
{
	int node = member_node(r, index);

	return node >= 0 && r->states[node] >= COMPONENT_INSTALLED &&
	       r->states[node] <= COMPONENT_ACTIVE;
}

static bool is_ready(const struct roster *r, int index)
{
	int node = spare_node(r, index);

	return node >= 0 && r->ready[node];
}

static enum rank rank_of_spare(const struct roster *r, int index)
{
	int node = spare_node(r, index);

	if (is_ready(r, index))
		return RANK_READY;
	return node >= 0 && r->states[node] > COMPONENT_ACTIVE ? RANK_ILL : RANK_ON_ITS_WAY;
}

/* ---- lists of indices ----------------------------------------------------------------------------- */

static int compare_indices(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

static void put_index(int **list, size_t *n, int index)
{
	*list = lm_realloc(*list, (*n + 1) * sizeof **list);
	(*list)[(*n)++] = index;
}

static void sort(int *list, size_t n)
{
	if (n > 1)
		qsort(list, n, sizeof *list, compare_indices);
}

/* The index of the member of a cluster that a component stands in; 0: it stands elsewhere. */
static size_t index_in(const char *cluster, const char *component)
{
	size_t n = strlen(cluster);

	if (strncmp(component, cluster, n) != 0 || strncmp(component + n, "__", 2) != 0)
		return 0;
	return strtoul(component + n + 2, NULL, 10);
}

/* Who is being seen off still goes by its name. */
static void take_retired(
    const struct members *m, const struct instance *in, bool *taken, size_t max)
{
	const struct component *c;

	for (size_t i = 0; (c = lm_map_next(in->components, &i)) != NULL;) {
		size_t index = component_is_retired(c) ? index_in(m->cluster, c->name) : 0;

		if (index > 0 && index <= max)
			taken[index] = true;
	}
}

static void take(const int *indices, size_t n, bool *taken, size_t max)
{
	for (size_t i = 0; i < n; i++)
		if ((size_t)indices[i] <= max)
			taken[indices[i]] = true;
}

/* The lowest indices that are free, so that names stay few. */
static void add_new(const struct roster *r, int **list, size_t *n, size_t by)
{
	const struct members *m = r->m;
	bool sees_off = r->in != NULL && r->in->aside.n > 0;
	size_t max = m->n + m->n_spares + by + (sees_off ? lm_map_count(r->in->components) : 0);
	bool *taken = by == 0 ? NULL : calloc(max + 1, sizeof *taken);

	if (by == 0)
		return;
	if (taken == NULL)
		abort();
	take(m->indices, m->n, taken, max);
	take(m->spares, m->n_spares, taken, max);
	if (sees_off)
		take_retired(m, r->in, taken, max);
	for (size_t index = 1; by > 0 && index <= max; index++) {
		if (taken[index])
			continue;
		put_index(list, n, (int)index);
		by--;
	}
	sort(*list, *n);
	free(taken);
}

/* ---- who serves ------------------------------------------------------------------------------------- */

/* Spares that are ready first, then new ones. */
static void grow(struct roster *r, size_t by)
{
	struct members *m = r->m;
	size_t left = 0;

	for (size_t i = 0; i < m->n_spares; i++) {
		if (by > 0 && is_ready(r, m->spares[i])) {
			put_index(&m->indices, &m->n, m->spares[i]);
			by--;
		} else {
			m->spares[left++] = m->spares[i];
		}
	}
	m->n_spares = left;
	sort(m->indices, m->n);
	add_new(r, &m->indices, &m->n, by);
}

/* Of those who are alike the last ones go. */
static void shrink(struct roster *r, size_t by)
{
	struct members *m = r->m;
	bool *goes = lm_alloc_n(m->n + 1, sizeof *goes);
	size_t stay = 0;

	for (int h = HEALTH_LOST; h <= HEALTH_WELL; h++)
		for (size_t k = m->n; k-- > 0 && by > 0;)
			if ((int)health(r, m->indices[k]) == h) {
				goes[k] = true;
				by--;
			}
	for (size_t k = 0; k < m->n; k++) {
		if (!goes[k])
			m->indices[stay++] = m->indices[k];
		else if (can_be_a_spare(r, m->indices[k]))
			*LM_PUSH(NULL, &r->candidates) =
			    (struct candidate){RANK_LEAVES_SERVICE, m->indices[k]};
	}
	m->n = stay;
	free(goes);
}

/* ---- who stands by ------------------------------------------------------------------------------------ */

static int compare_candidates(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;

	return x->rank != y->rank ? (int)x->rank - (int)y->rank : x->index - y->index;
}

/* The best of those there are; new ones make up for what they lack. */
static void fit_spares(struct roster *r, size_t wanted)
{
	struct members *m = r->m;

	for (size_t i = 0; i < m->n_spares; i++)
		*LM_PUSH(NULL, &r->candidates) =
		    (struct candidate){rank_of_spare(r, m->spares[i]), m->spares[i]};
	if (r->candidates.n > 1)
		qsort(
		    r->candidates.v, r->candidates.n, sizeof *r->candidates.v, compare_candidates);
	m->n_spares = 0;
	for (size_t i = 0; i < r->candidates.n && i < wanted; i++)
		put_index(&m->spares, &m->n_spares, r->candidates.v[i].index);
	sort(m->spares, m->n_spares);
	add_new(r, &m->spares, &m->n_spares, wanted - m->n_spares);
}

void members_resize(struct engine *e, struct members *m, size_t n, size_t spares,
    const struct instance *in, const struct graph_cluster *cluster)
{
	LM_AUTO(lm_arena) arena = lm_arena_new();
	struct roster r = {.m = m, .in = in, .cluster = cluster};

	if (n == m->n && spares == m->n_spares)
		return;
	if (cluster != NULL) {
		r.g = in->tree->graph;
		r.states = instance_states(in, r.g, arena);
		r.ready = instance_ready(e, in, arena);
	}
	if (n > m->n)
		grow(&r, n - m->n);
	else
		shrink(&r, m->n - n);
	fit_spares(&r, spares);
	lm_vec_free(&r.candidates);
}

void members_swap(struct members *m, int leaves, int serves)
{
	for (size_t i = 0; i < m->n; i++)
		if (m->indices[i] == leaves)
			m->indices[i] = serves;
	for (size_t i = 0; i < m->n_spares; i++)
		if (m->spares[i] == serves)
			m->spares[i] = leaves;
	sort(m->indices, m->n);
	sort(m->spares, m->n_spares);
}
