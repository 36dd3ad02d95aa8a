/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/core/plan/plan_priv.h"
#include "lm/core/plan/spare.h"

enum { UNKNOWN = -2 };

struct plan_tree *plan_tree(struct planner *b, const struct graph *g)
{
	struct plan_tree **at = &b->trees;

	if (b->last_tree != NULL && b->last_tree->graph == g)
		return b->last_tree;
	while (*at != NULL && (*at)->graph != g)
		at = &(*at)->next_tree;
	if (*at == NULL) {
		*at = LM_NEW(b->arena, struct plan_tree);
		(*at)->graph = g;
		(*at)->unit = LM_NEW_N(b->arena, int, g->n_nodes);
		for (size_t i = 0; i < g->n_nodes; i++)
			(*at)->unit[i] = g == b->request->want ? (int)i : UNKNOWN;
	}
	b->last_tree = *at;
	return *at;
}

static void name_leaving(struct planner *b)
{
	b->leaving = lm_map_new();
	lm_map_reserve(b->leaving, b->n_units - b->n_want);
	for (size_t i = b->n_want; i < b->n_units; i++) {
		const struct plan_thing *t = b->units[i].thing;

		lm_map_put(b->leaving, t->graph->nodes[t->node].name, &b->units[i]);
	}
}

/* The thing of that name that shall go, else the node of that name that is wanted. */
static int look_up(struct planner *b, const char *name)
{
	if (b->leaving == NULL)
		name_leaving(b);
	const struct plan_unit *u = lm_map_find(b->leaving, name);
	if (u != NULL)
		return (int)(u - b->units);
	return b->want == NULL ? -1 : graph_find_node(b->want->graph, name);
}

struct plan_unit *plan_unit_of(struct planner *b, struct plan_tree *t, int node)
{
	if (t->unit[node] == UNKNOWN)
		t->unit[node] = look_up(b, t->graph->nodes[node].name);
	return t->unit[node] < 0 ? NULL : &b->units[t->unit[node]];
}

/* What is related to an assembly is not related to the spares in it. */
void plan_tree_children(struct planner *b, struct plan_tree *t)
{
	const struct graph *g = t->graph;

	if (t->child != NULL)
		return;
	t->child = LM_NEW_N(b->arena, int, g->n_nodes);
	t->next = LM_NEW_N(b->arena, int, g->n_nodes);
	t->only = LM_NEW_N(b->arena, int, g->n_nodes);
	for (size_t i = 0; i < g->n_nodes; i++)
		t->child[i] = t->next[i] = t->only[i] = -1;
	for (size_t i = g->n_nodes; i-- > 0;) {
		int parent = g->nodes[i].parent;

		if (g->nodes[i].resource != NULL)
			t->only[i] = (int)i;
		if (parent < 0 || spare_is_root(g, (int)i))
			continue;
		t->only[parent] = t->child[parent] < 0 ? t->only[i] : -1;
		t->next[i] = t->child[parent];
		t->child[parent] = (int)i;
	}
}
