/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "lm/core/engine_priv.h"

/*
 * Who is at a deployment location.  Locations are values of properties, which may follow from anything;
 * so everything is looked at, which is no more than a moment's work, and nobody asks often.
 */
enum { ARENA_NODES = 10000 }; /* whose values are computed in one arena */

struct search {
	const struct engine *engine;
	const char *location;
	struct lm_arena *arena;
	size_t left;
};

static bool is_it(const struct search *s, const char *location)
{
	return location != NULL && strcmp(location, s->location) == 0;
}

static bool node_is_there(
    struct search *s, const struct instance *in, const struct graph *g, int node)
{
	struct facts facts = {(struct engine *)(uintptr_t)s->engine, in, g, s->arena};
	struct graph_facts gf = facts_of(&facts);

	if (s->left-- == 0) {
		lm_arena_free(s->arena);
		s->arena = facts.arena = lm_arena_new();
		s->left = ARENA_NODES;
	}
	return is_it(s, graph_property_value(g, node, "deploymentLocation", &gf, s->arena));
}

/* All that is wanted, made or not. */
static bool wanted_is_there(struct search *s, const struct instance *in)
{
	const struct graph *g = in->tree == NULL ? NULL : in->tree->graph;

	for (size_t i = 0; g != NULL && i < g->n_nodes; i++)
		if (g->nodes[i].resource != NULL && node_is_there(s, in, g, (int)i))
			return true;
	return false;
}

/* What was made under an older tree, and where references have led. */
static bool rest_is_there(struct search *s, const struct instance *in)
{
	const struct component *c;
	const struct found *f;

	for (size_t i = 0; (c = lm_map_next(in->components, &i)) != NULL;)
		if (c->tree != NULL && c->tree != in->tree &&
		    node_is_there(s, in, c->tree->graph, c->node))
			return true;
	for (size_t i = 0; in->found != NULL && (f = lm_map_next(in->found, &i)) != NULL;)
		if (is_it(s, f->location))
			return true;
	return false;
}

bool engine_uses_location(const struct engine *e, const char *location)
{
	struct search s = {e, location, lm_arena_new(), ARENA_NODES};
	const struct instance *in;
	const struct flight *f;
	bool found = false;

	for (size_t i = 0; !found && (f = lm_map_next(e->flights, &i)) != NULL;)
		found = is_it(&s, f->location);
	for (size_t i = 0; !found && (in = lm_map_next(e->instances, &i)) != NULL;)
		found = wanted_is_there(&s, in) || rest_is_there(&s, in);
	lm_arena_free(s.arena);
	return found;
}
