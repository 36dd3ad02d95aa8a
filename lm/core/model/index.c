/* SPDX-License-Identifier: Apache-2.0 */
#include "base/heap.h"
#include "lm/core/engine_priv.h"

/* Whom the engine knows: by id, by name, and the names themselves. */

struct instance *engine_find_instance(const struct engine *e, const char *name_or_id)
{
	struct instance *in = lm_map_find(e->instances, name_or_id);

	return in != NULL ? in : lm_map_find(e->by_id, name_or_id);
}

struct component *engine_find_component(const struct engine *e, const char *name_or_id)
{
	struct component *c = lm_map_find(e->components, name_or_id);

	return c != NULL ? c : lm_map_find(e->component_names, name_or_id);
}

void engine_add_instance(struct engine *e, struct instance *in)
{
	lm_map_put(e->instances, in->name, in);
	lm_map_put(e->by_id, in->id, in);
}

void engine_add_component(struct engine *e, struct component *c)
{
	lm_map_put(c->instance->components, c->name, c);
	lm_map_put(e->components, c->id, c);
	lm_map_put(e->component_names, c->name, c);
}

const char *engine_name(struct engine *e, const char *name)
{
	char *known = lm_map_find(e->names, name);

	if (known != NULL)
		return known;
	known = lm_strdup(name);
	lm_map_put(e->names, known, known);
	return known;
}
