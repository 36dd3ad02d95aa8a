/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/core/engine_priv.h"

/* Out of the engine's books, and of the lists of whoever looks at them. */

void engine_remove_instance(struct engine *e, struct instance *in)
{
	struct component *c;

	references_unbind(e, in);
	watch_unbind(e, in);
	for (size_t i = 0; (c = lm_map_next(in->components, &i)) != NULL;) {
		lm_map_remove(e->components, c->id);
		lm_map_remove(e->component_names, c->name);
	}
	lm_map_remove(e->instances, in->name);
	lm_map_remove(e->by_id, in->id);
	instance_free(in);
}

void engine_remove_component(struct engine *e, struct component *c)
{
	lm_map_remove(c->instance->components, c->name);
	lm_map_remove(e->components, c->id);
	lm_map_remove(e->component_names, c->name);
	watch_leave(e, c);
	component_free(c);
}
