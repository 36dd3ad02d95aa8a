/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/core/view/kin.h"

#include <stdlib.h>

#include "base/heap.h"
#include "lm/core/engine_priv.h"

/* Of node n those from first[n] to first[n + 1], ascending. */
struct kin {
	size_t *first;
	int *others;
};

/* Each pair is told twice: to count, and to be put in. */
typedef void pair_fn(struct kin *, int node, int other);

static void count(struct kin *k, int node, int other)
{
	(void)other;
	k->first[node + 1]++;
}

/* first[n] moves up to where first[n + 1] was. */
static void put(struct kin *k, int node, int other)
{
	k->others[k->first[node]++] = other;
}

static void pair(struct kin *k, pair_fn *fn, int a, int b)
{
	if (a < 0 || b < 0 || a == b)
		return;
	fn(k, a, b);
	fn(k, b, a);
}

static void pair_calls(struct kin *k, pair_fn *fn, const struct graph_relationship *r,
    const struct graph_call *calls, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (calls[i].node == r->source.node || calls[i].node == r->target.node)
			continue; /* an end, which is most often so */
		pair(k, fn, calls[i].node, r->source.node);
		pair(k, fn, calls[i].node, r->target.node);
	}
}

static void pair_all(struct kin *k, const struct graph *g, pair_fn *fn)
{
	for (size_t i = 0; i < g->n_relationships; i++) {
		const struct graph_relationship *r = &g->relationships[i];

		pair(k, fn, r->source.node, r->target.node);
		pair_calls(k, fn, r, r->create, r->n_create);
		pair_calls(k, fn, r, r->cease, r->n_cease);
	}
}

static int by_number(const void *a, const void *b)
{
	const int *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

struct kin *kin_new(const struct graph *g)
{
	struct kin *k = lm_alloc(sizeof *k);

	k->first = lm_alloc_n(g->n_nodes + 1, sizeof *k->first);
	pair_all(k, g, count);
	for (size_t n = 0; n < g->n_nodes; n++)
		k->first[n + 1] += k->first[n];
	k->others = lm_alloc_n(k->first[g->n_nodes] + 1, sizeof *k->others);
	pair_all(k, g, put);
	for (size_t n = g->n_nodes; n > 0; n--) /* back to where they began */
		k->first[n] = k->first[n - 1];
	k->first[0] = 0;
	for (size_t n = 0; n < g->n_nodes; n++)
		qsort(&k->others[k->first[n]], k->first[n + 1] - k->first[n], sizeof *k->others,
		    by_number);
	return k;
}

void kin_free(struct kin *k)
{
	if (k == NULL)
		return;
	free(k->first);
	free(k->others);
	free(k);
}

bool kin_related(const struct kin *k, const struct graph *g, int a, int b)
{
	for (; a >= 0; a = g->nodes[a].parent) {
		const int *of = &k->others[k->first[a]];
		size_t n = k->first[a + 1] - k->first[a];

		for (int c = b; n > 0 && c >= 0; c = g->nodes[c].parent)
			if (bsearch(&c, of, n, sizeof *of, by_number) != NULL)
				return true;
	}
	return false;
}

/* ---- the engine's question --------------------------------------------------------------------- */

static int node_now(const struct component *c)
{
	const struct tree *t = c->instance->tree;

	return c->tree == t ? c->node : graph_find_node(t->graph, c->name);
}

bool engine_may_report(const struct engine *e, const char *writer, const char *metric_key)
{
	const struct component *w = engine_find_component(e, writer);
	const struct component *c = engine_find_component(e, metric_key);

	if (w == NULL || c == NULL || w == c)
		return w != NULL && w == c;
	struct tree *t = w->instance->tree;
	if (t == NULL || c->instance != w->instance)
		return false;
	int a = node_now(w), b = node_now(c);
	if (a < 0 || b < 0)
		return false;
	if (t->kin == NULL)
		t->kin = kin_new(t->graph);
	return kin_related(t->kin, t->graph, a, b);
}
