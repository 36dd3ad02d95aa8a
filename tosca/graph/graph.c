/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "base/vec.h"
#include "tosca/graph/graph_build.h"

void graph_free(struct graph *g)
{
	if (g == NULL)
		return;
	graph_forget_names(g);
	free(g->nodes);
	free(g->clusters);
	free(g->references);
	free(g->relationships);
	free(g->metrics);
	free(g->heals);
	free(g->scales);
	free(g->deps);
	lm_arena_free(g->arena);
}

/* The index of an element; they begin with their name. */
static int find(struct lm_map **map, const void *list, size_t n, size_t size, const char *name)
{
	const char *first = list;

	if (*map == NULL) {
		*map = lm_map_new();
		lm_map_reserve(*map, n);
		for (size_t i = 0; i < n; i++) {
			const char *const *element = (const void *)(first + i * size);

			lm_map_put(*map, *element, (void *)(uintptr_t)element);
		}
	}
	const char *found = lm_map_find(*map, name);
	return found == NULL ? -1 : (int)((size_t)(found - first) / size);
}

#define FIND(g, plural, name) \
	find(&(g)->names->plural, (g)->plural, (g)->n_##plural, sizeof *(g)->plural, name)

_Static_assert(offsetof(struct graph_node, name) == 0, "find() reads it");
_Static_assert(offsetof(struct graph_cluster, name) == 0, "find() reads it");
_Static_assert(offsetof(struct graph_relationship, name) == 0, "find() reads it");

struct sought {
	const struct graph *g;
	int index;
};

static bool is_below(const int *node, struct sought what)
{
	return what.g->nodes[*node].index < what.index;
}

int graph_member(const struct graph *g, const int *nodes, size_t n, int index)
{
	const struct sought what = {g, index};
	size_t at = LM_PLACE(nodes, n, is_below, what);

	return at < n && g->nodes[nodes[at]].index == index ? nodes[at] : -1;
}

static bool is_before(const struct graph_dep *d, int consumer)
{
	return d->consumer < consumer;
}

const struct graph_dep *graph_deps_of(const struct graph *g, int consumer, size_t *n)
{
	size_t first = LM_PLACE(g->deps, g->n_deps, is_before, consumer);

	*n = 0;
	while (first + *n < g->n_deps && g->deps[first + *n].consumer == consumer)
		++*n;
	return g->deps + first;
}

int graph_find_node(const struct graph *g, const char *full_name)
{
	return FIND(g, nodes, full_name);
}

int graph_find_cluster(const struct graph *g, const char *full_name)
{
	return FIND(g, clusters, full_name);
}

int graph_find_relationship(const struct graph *g, const char *full_name)
{
	return FIND(g, relationships, full_name);
}

void graph_forget_names(const struct graph *g)
{
	lm_map_free(g->names->nodes);
	lm_map_free(g->names->clusters);
	lm_map_free(g->names->relationships);
	*g->names = (struct graph_names){0};
}

const struct graph_operation *graph_find_operation(const struct graph_node *node, const char *name)
{
	for (size_t i = 0; node->resource != NULL && i < node->resource->n_operations; i++)
		if (strcmp(node->resource->operations[i].name, name) == 0)
			return &node->resource->operations[i];
	return NULL;
}

const struct graph_offer *graph_find_offer(const struct graph *g, const char *operation)
{
	for (size_t i = 0; i < g->n_offers; i++)
		if (strcmp(g->offers[i].operation, operation) == 0)
			return &g->offers[i];
	return NULL;
}
