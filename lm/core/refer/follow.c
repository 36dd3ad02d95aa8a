/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/core/engine_priv.h"

/* Values that others map: when they have changed, whoever refers to them follows. */

bool instance_maps_changed_values(struct engine *e, struct instance *in)
{
	LM_AUTO(lm_arena) arena = lm_arena_new();
	const struct graph *g = in->tree->graph;
	struct facts f = {e, in, g, arena};
	const struct component *c;
	const struct link *l;
	const char *why;

	for (size_t i = 0; (c = lm_map_next(in->components, &i)) != NULL;)
		if (c->tree == in->tree && c->state >= COMPONENT_INSTALLED &&
		    c->state <= COMPONENT_ACTIVE &&
		    component_change(&f, c->node, c, &why) != PLAN_KEEP)
			return true;
	for (size_t i = 0; (l = lm_map_next(in->links, &i)) != NULL;)
		if (l->tree == in->tree && link_is_stale(&f, l->index, l))
			return true;
	return false;
}

void referrers_follow(struct engine *e, const struct instance *in)
{
	LM_AUTO(lm_arena) arena = lm_arena_new();
	const char *reason = lm_arena_printf(arena, "values of '%s' have changed", in->name);
	struct instance *const *by;
	size_t n = instance_referrers(e, in, &by);

	/* What is in flight over there may have been given the values of either time. */
	for (size_t i = 0; i < n; i++) {
		bool flies = by[i]->running != NULL && by[i]->running->in_flight > 0;

		if (flies || instance_maps_changed_values(e, by[i]))
			wish(e, INTENT_UPGRADE, by[i], NULL, NULL, reason);
	}
}
