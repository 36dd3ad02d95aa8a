/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/lib/peek.h"

const struct graph *peek_wanted(const struct instance *in)
{
	if (in->running != NULL && in->running->to == NULL)
		return NULL;
	return in->tree->graph;
}

const struct graph *peek_graph_of(const struct component *c, bool up, int *node)
{
	const struct graph *g = peek_wanted(c->instance);

	if (!up && c->tree != NULL) {
		*node = c->node;
		return c->tree->graph;
	}
	*node = g == NULL ? -1 : graph_find_node(g, c->name);
	return *node < 0 ? NULL : g;
}

const struct graph *peek_link(
    const struct instance *in, const struct link *l, const struct graph_relationship **out)
{
	(void)in;
	*out = &l->tree->graph->relationships[l->index];
	return l->tree->graph;
}

const struct link *peek_related(const struct instance *in, const char *name)
{
	const struct link *l = lm_map_find(in->links, name);

	return l != NULL && l->state == LINK_CREATED ? l : NULL;
}

size_t peek_relations(const struct instance *in)
{
	const struct link *l;
	size_t n = 0;

	for (size_t i = 0; (l = lm_map_next(in->links, &i)) != NULL;)
		n += l->state == LINK_CREATED;
	return n;
}

enum component_state peek_target(const struct instance *in)
{
	if (in->running != NULL && in->running->to == NULL)
		return COMPONENT_ABSENT;
	return in->tree->spec.target;
}
