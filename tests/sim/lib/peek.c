/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/lib/peek.h"

const struct graph *peek_wanted(const struct instance *in)
{
	return in->running != NULL ? in->running->want : in->graph;
}

static const struct graph *had(const struct instance *in)
{
	return in->running != NULL ? in->running->have : in->graph;
}

const struct graph *peek_graph_of(const struct component *c, bool up, int *node)
{
	const struct graph *both[] = {peek_wanted(c->instance), had(c->instance)};

	for (size_t i = 0; i < LM_COUNT(both); i++) {
		*node = both[i] == NULL ? -1 : graph_find_node(both[i], c->name);
		if (*node >= 0)
			return both[i];
		if (up)
			return NULL;
	}
	return NULL;
}

const struct graph *peek_link(
    const struct instance *in, const struct link *l, const struct graph_relationship **out)
{
	const struct graph *both[] = {peek_wanted(in), had(in)};

	for (size_t i = 0; i < LM_COUNT(both); i++) {
		int at = both[i] == NULL ? -1 : graph_find_relationship(both[i], l->name);

		if (at >= 0) {
			*out = &both[i]->relationships[at];
			return both[i];
		}
	}
	return NULL;
}

enum component_state peek_target(const struct instance *in)
{
	return in->intended;
}
