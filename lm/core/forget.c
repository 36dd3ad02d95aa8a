/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "lm/core/engine_priv.h"

/* An assembly leaves the books, and nothing is done outside. */

static const struct process *sleeper_of(const struct engine *e, const struct instance *in)
{
	for (size_t i = 0; i < e->sleepers.n; i++)
		if (strcmp(e->sleepers.v[i]->root_id, in->id) == 0)
			return e->sleepers.v[i];
	return NULL;
}

/* Who counts on it, or on the record of it. */
static const struct process *user_of(const struct engine *e, const struct instance *in)
{
	if (in->running != NULL)
		return in->running;
	if (in->aside.n > 0)
		return in->aside.v[0];
	return in->queue.n > 0 ? in->queue.v[0] : sleeper_of(e, in);
}

static struct lm_err *check_unused(const struct engine *e, const struct instance *in)
{
	const struct process *p = user_of(e, in);
	const char *referrer = instance_referrer(e, in);
	const struct component *c;

	if (p != NULL)
		return lm_err_new(LM_ERR_CONFLICT,
		    "'%s' is busy: process %s (%s) is %s; wait for it, or cancel it", in->name,
		    p->id, intent_kind_text(p->intent.kind), process_status_text(p->status));
	if (referrer != NULL)
		return lm_err_new(LM_ERR_CONFLICT,
		    "'%s' is referenced by '%s': delete or forget that one first", in->name,
		    referrer);
	for (size_t i = 0; (c = lm_map_next(in->components, &i)) != NULL;)
		if (component_is_awaited(c))
			return lm_err_new(LM_ERR_CONFLICT,
			    "another assembly's process needs '%s' at this moment: try again "
			    "later",
			    c->name);
	return NULL;
}

struct lm_err *engine_forget(
    struct engine *e, const char *name_or_id, int64_t now_ms, struct turn *t)
{
	struct instance *in = engine_find_instance(e, name_or_id);
	const struct component *c;

	if (in == NULL)
		return engine_no_assembly(e, "id", name_or_id);
	struct lm_err *err = check_unused(e, in);
	if (err != NULL)
		return err;
	event_root(e, t, now_ms, in, NULL, in->shown, COMPONENT_ABSENT);
	journal_links_gone(t, in);
	for (size_t i = 0; (c = lm_map_next(in->components, &i)) != NULL;)
		journal_component_gone(t, c);
	journal_instance_gone(t, in);
	engine_remove_instance(e, in);
	editions_sweep(e, t);
	return NULL;
}
