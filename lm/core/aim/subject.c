/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/core/engine_priv.h"

/* Whom an intent is about, and how much of an assembly it may change. */

const char *intent_subject(const struct intent *i)
{
	if (i->component_name != NULL)
		return i->component_name;
	return i->component_id != NULL ? i->component_id : i->component_metric_key;
}

const char *intent_namer(const struct intent *i, const struct instance *in)
{
	return i->assembly_name != NULL ? i->assembly_name : in->name;
}

const struct component *heal_subject(
    const struct engine *e, const struct instance *in, const struct intent *i)
{
	LM_AUTO(lm_arena) arena = lm_arena_new();
	const char *name = intent_subject(i);
	const struct component *c = name == NULL ? NULL : engine_find_component(e, name);

	if (name != NULL && (c == NULL || c->instance != in))
		c = lm_map_find(
		    in->components, lm_arena_join(arena, intent_namer(i, in), "__", name, NULL));
	return c != NULL && c->instance == in ? c : NULL;
}

enum scope scope_of(enum intent_kind kind)
{
	if (kind == INTENT_HEAL)
		return SCOPE_HEAL;
	return kind == INTENT_SCALE_OUT || kind == INTENT_SCALE_IN ? SCOPE_SCALE : SCOPE_ALL;
}
