/* SPDX-License-Identifier: Apache-2.0 */
#include "tosca/graph/graph.h"

#include <stdlib.h>
#include <string.h>

void graph_free(struct graph *g)
{
	if (g == NULL)
		return;
	lm_map_free(g->node_by_name);
	lm_map_free(g->cluster_by_name);
	lm_map_free(g->relationship_by_name);
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

int graph_find_node(const struct graph *g, const char *full_name)
{
	const struct graph_node *n = lm_map_find(g->node_by_name, full_name);

	return n == NULL ? -1 : (int)(n - g->nodes);
}

int graph_find_cluster(const struct graph *g, const char *full_name)
{
	const struct graph_cluster *c = lm_map_find(g->cluster_by_name, full_name);

	return c == NULL ? -1 : (int)(c - g->clusters);
}

int graph_find_relationship(const struct graph *g, const char *full_name)
{
	const struct graph_relationship *r = lm_map_find(g->relationship_by_name, full_name);

	return r == NULL ? -1 : (int)(r - g->relationships);
}

const struct graph_operation *graph_find_operation(const struct graph_node *node, const char *name)
{
	for (size_t i = 0; node->resource != NULL && i < node->resource->n_operations; i++)
		if (strcmp(node->resource->operations[i].name, name) == 0)
			return &node->resource->operations[i];
	return NULL;
}
