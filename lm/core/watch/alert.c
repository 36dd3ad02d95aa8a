/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "lm/core/engine_priv.h"

/* What somebody outside who watches wishes: the same way as the wishes of policies. */

static struct lm_err *no_such(const struct instance *in, const char *what, const char *name)
{
	return lm_err_new(LM_ERR_NOT_FOUND, "'%s' has no %s '%s' ('lm describe %s' shows them)",
	    in->name, what, name, in->name);
}

/* ---- heal --------------------------------------------------------------------------------------- */

/* By id, full name, or its name within the assembly. */
static struct component *find(struct engine *e, const struct instance *in, const char *name)
{
	LM_AUTO(lm_arena) arena = lm_arena_new();
	struct component *c = engine_find_component(e, name);

	if (c == NULL)
		c = lm_map_find(in->components, lm_arena_join(arena, in->name, "__", name, NULL));
	return c != NULL && c->instance == in ? c : NULL;
}

/* NULL: a heal of it makes sense. */
static struct lm_err *check_patient(const struct component *c)
{
	const struct process *p = c->instance->running;

	if (component_is_retired(c))
		return lm_err_new(LM_ERR_CONFLICT, "'%s' is leaving the assembly", c->name);
	if (c->lost)
		return lm_err_new(LM_ERR_CONFLICT,
		    "'%s' has been given up: 'lm heal %s %s' tries again", c->name,
		    c->instance->name, c->name);
	if (c->healer != NULL)
		return lm_err_new(
		    LM_ERR_CONFLICT, "'%s' is being healed: process %s", c->name, c->healer->id);
	if (component_is_up(c) || (c->state == COMPONENT_BROKEN && instance_rests(c->instance)))
		return NULL;
	if (p != NULL)
		return lm_err_new(LM_ERR_CONFLICT, "'%s' is %s: process %s (%s) is at it", c->name,
		    component_state_text(c->state), p->id, intent_kind_text(p->intent.kind));
	return lm_err_new(LM_ERR_CONFLICT, "'%s' is %s, not Active: there is nothing to heal",
	    c->name, component_state_text(c->state));
}

static struct lm_err *alert_heal(
    struct engine *e, const struct alert *a, struct instance *in, int64_t now_ms, struct turn *t)
{
	struct component *c = a->component == NULL ? NULL : find(e, in, a->component);

	if (a->component == NULL)
		return lm_err_new(LM_ERR_INVALID, "which component shall be healed?");
	if (c == NULL)
		return no_such(in, "component", a->component);
	struct lm_err *err = check_patient(c);
	if (err == NULL && in->queue.n >= e->conf.queue_max)
		err = lm_err_new(LM_ERR_CONFLICT,
		    "'%s' is busy and %u intents wait already: try again later", in->name,
		    e->conf.queue_max);
	if (err == NULL && !heal_spend(e, c, now_ms))
		err = lm_err_new(LM_ERR_CONFLICT,
		    "'%s' was healed too often lately: an operator should look at it", c->name);
	if (err == NULL)
		heal_begin(e, c, "alert", a->by, a->reason, now_ms, t);
	return err;
}

/* ---- scale -------------------------------------------------------------------------------------- */

static struct lm_err *alert_scale(
    struct engine *e, const struct alert *a, struct instance *in, int64_t now_ms, struct turn *t)
{
	const struct process *blocker = instance_blocker(in, a->kind);
	struct intent i = {.kind = a->kind, .cluster = a->cluster, .reason = a->reason};

	if (a->cluster == NULL)
		return lm_err_new(LM_ERR_INVALID, "which cluster shall be scaled?");
	if (blocker != NULL)
		return lm_err_new(LM_ERR_CONFLICT, "'%s' is busy: process %s (%s) runs", in->name,
		    blocker->id, intent_kind_text(blocker->intent.kind));
	struct lm_err *err = intent_check(e, &i, in);
	if (err != NULL)
		return err;
	event_policy(e, t, now_ms, in, "alert",
	    a->kind == INTENT_SCALE_OUT ? POLICY_SCALE_OUT : POLICY_SCALE_IN, a->reason);
	wish(e, a->kind, in, a->cluster, a->by, a->reason);
	return NULL;
}

struct lm_err *watch_alert(struct engine *e, const struct alert *a, int64_t now_ms, struct turn *t)
{
	struct alert whole = *a;

	if (a->assembly == NULL)
		return lm_err_new(LM_ERR_INVALID, "which assembly?");
	struct instance *in = engine_find_instance(e, a->assembly);
	if (in == NULL)
		return engine_no_assembly(e, "name", a->assembly);
	if (a->reason == NULL)
		whole.reason = "somebody outside wants it";
	if (a->by == NULL)
		whole.by = "alert";
	if (a->kind == INTENT_HEAL)
		return alert_heal(e, &whole, in, now_ms, t);
	if (a->kind == INTENT_SCALE_OUT || a->kind == INTENT_SCALE_IN)
		return alert_scale(e, &whole, in, now_ms, t);
	return lm_err_new(LM_ERR_INVALID, "an alert can want a heal, a scale-out or a scale-in");
}
