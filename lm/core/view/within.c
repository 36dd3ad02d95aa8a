/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "lm/core/engine_priv.h"
#include "tosca/text/suggest.h"

/* Assemblies by what people call them: those within another have names and ids of their own. */

static bool is_within(const struct graph *g, int node)
{
	return node > 0 && g->nodes[node].resource == NULL;
}

/* voice__site is in voice: no root's name has two underscores. */
static bool find_by_name(const struct engine *e, const char *name, struct within *out)
{
	LM_AUTO(lm_arena) arena = lm_arena_new();
	const char *end = strstr(name, "__");

	if (end == NULL)
		return false;
	struct instance *in =
	    lm_map_find(e->instances, lm_arena_strndup(arena, name, (size_t)(end - name)));
	if (in == NULL || in->tree->graph == NULL)
		return false;
	*out = (struct within){in, graph_find_node(in->tree->graph, name)};
	return is_within(in->tree->graph, out->node);
}

/* They have no records, and their ids stand nowhere: they are made anew, of one after another. */
static bool find_by_id(const struct engine *e, const char *id, struct within *out)
{
	struct instance *in;
	char own[LM_ID_SIZE];

	for (size_t i = 0; (in = lm_map_next(e->instances, &i)) != NULL;) {
		const struct graph *g = in->tree->graph;

		for (int node = 1; g != NULL && node < (int)g->n_nodes; node++) {
			if (!is_within(g, node))
				continue;
			node_id(in, g, node, own);
			if (strcmp(own, id) == 0) {
				*out = (struct within){in, node};
				return true;
			}
		}
	}
	return false;
}

static bool is_id(const char *word)
{
	return strlen(word) == LM_ID_SIZE - 1 &&
	       strspn(word, "0123456789abcdef-") == LM_ID_SIZE - 1;
}

bool within_named(const struct engine *e, const char *name, struct within *out)
{
	*out = (struct within){lm_map_find(e->instances, name), 0};
	return out->instance != NULL || find_by_name(e, name, out);
}

bool within_find(const struct engine *e, const char *name_or_id, struct within *out)
{
	*out = (struct within){engine_find_instance(e, name_or_id), 0};
	if (out->instance != NULL || find_by_name(e, name_or_id, out))
		return true;
	return is_id(name_or_id) && find_by_id(e, name_or_id, out);
}

struct lm_err *engine_no_assembly(const struct engine *e, const char *by, const char *word)
{
	struct suggest near = suggest_for(is_id(word) ? "" : word);
	const struct instance *in;

	for (size_t i = 0; (in = lm_map_next(e->instances, &i)) != NULL;)
		suggest_offer(&near, in->name);
	/* Clients test for the first of these words. */
	return suggest_in(
	    lm_err_new(LM_ERR_NOT_FOUND, "Cannot find assembly instance with %s %s", by, word),
	    &near);
}
