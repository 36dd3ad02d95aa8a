/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/core/engine_priv.h"

/* What becomes of what policies decide, and of what drivers say. */

/* ---- heal --------------------------------------------------------------------------------------- */

bool heal_spend(struct engine *e, struct component *c, int64_t now_ms)
{
	if (c->heal != NULL)
		return policies_count_heal(e->policies, c->heal->policy, now_ms);
	return budget_spend(&e->asked, &c->asked, HEALS_MAX, HEAL_WINDOW_S * 1000, now_ms);
}

/* Nobody counts backwards: what a clock that was set back calls the future has just been. */
static void recall(struct engine *e, struct component *c, int64_t now_ms)
{
	struct budget *were = c->asked;

	c->asked = NULL;
	for (unsigned i = 0; i < were->n; i++)
		heal_spend(e, c, were->at_ms[i] < now_ms ? were->at_ms[i] : now_ms);
	budget_free(were);
}

void heals_recall(struct engine *e, struct instance *in, int64_t now_ms)
{
	struct component *c;

	for (size_t i = 0; (c = lm_map_next(in->components, &i)) != NULL;)
		if (c->asked != NULL)
			recall(e, c, now_ms);
}

static void forgive(struct engine *e, struct component *c, struct turn *t)
{
	const int64_t *times;
	bool has_some = heal_times(c, &times) > 0;

	for (const struct watch *w = c->heal; w != NULL; w = w->next)
		policies_forget_heals(e->policies, w->policy);
	budget_free(c->asked);
	c->asked = NULL;
	if (has_some)
		journal_component(t, c);
}

void heals_forget(
    struct engine *e, struct instance *in, const struct component *subject, struct turn *t)
{
	struct component *c;

	if (subject != NULL)
		forgive(e, lm_map_find(in->components, subject->name), t);
	for (size_t i = 0; subject == NULL && (c = lm_map_next(in->components, &i)) != NULL;)
		if (c->lost)
			forgive(e, c, t);
}

void heal_begin(struct engine *e, struct component *c, const char *policy, const char *by,
    const char *reason, int64_t now_ms, struct turn *t)
{
	struct instance *in = c->instance;

	event_policy(e, t, now_ms, in, policy, POLICY_HEAL, reason);
	component_set_state(e, c, COMPONENT_BROKEN, in->running, now_ms, t);
	wish(e, INTENT_HEAL, in, c->name, by, reason);
}

/*
 * Heals that never last are a loop.  It is taken out of service, by a process like any other, and
 * left to an operator.
 */
static void give_up(struct engine *e, struct component *c, const struct watch *w,
    const char *reason, int64_t now_ms, struct turn *t)
{
	struct facts f = {e, c->instance, c->instance->tree->graph, t->arena};
	struct policy_heal set;

	watch_describe_heal(&f, w, &set);
	component_set_state(e, c, COMPONENT_BROKEN, c->instance->running, now_ms, t);
	wish_give_up(e, c, watch_by(w, t->arena),
	    lm_arena_printf(t->arena,
		"%s, after %u heals within %lld s: it stays Failed until an operator heals it",
		reason, set.maximum_heals, (long long)set.heal_window_ms / 1000));
}

/* What it needs is Failed, and for an operator to heal: that heals this one, too. */
static bool is_helpless(
    struct engine *e, struct component *c, const char *reason, int64_t now_ms, struct turn *t)
{
	struct instance *in = c->instance;
	bool was_up = component_is_up(c);

	if (instance_state(in) != COMPONENT_FAILED)
		return false;
	component_set_state(e, c, COMPONENT_BROKEN, in->running, now_ms, t);
	LM_AUTO(lm_err) err = intent_check(e,
	    &(struct intent){.kind = INTENT_HEAL, .component_name = c->name, .reason = reason}, in);
	if (err != NULL && was_up) {
		event_alarm(e, t, now_ms,
		    &(struct alarm){
			.kind = ALARM_HELPLESS,
			.severity = SEVERITY_MAJOR,
			.instance = in,
			.component = c,
			.text = lm_arena_printf(t->arena, "%s; %s", reason, lm_err_text(err)),
		    });
		watch_sync(e, in, now_ms);
	}
	return err != NULL;
}

/* The system's own intent to heal: marks the component Broken, then wishes it healed. */
static void heal(struct engine *e, struct component *c, const struct watch *w, const char *reason,
    int64_t now_ms, struct turn *t)
{
	if (is_helpless(e, c, reason, now_ms, t))
		return;
	if (heal_spend(e, c, now_ms))
		heal_begin(e, c, watch_name(w, t->arena), watch_by(w, t->arena), reason, now_ms, t);
	else
		give_up(e, c, w, reason, now_ms, t);
}

void watch_died(
    struct engine *e, struct component *c, const char *what, int64_t now_ms, struct turn *t)
{
	char reason[160];

	event_death(e, t, now_ms, c, what);
	if (!component_is_up(c)) {
		c->dead = true;
		c->started = false;
		return;
	}
	if (c->heal == NULL) {
		component_set_state(e, c, COMPONENT_BROKEN, c->instance->running, now_ms, t);
		watch_sync(e, c->instance, now_ms);
		return;
	}
	snprintf(reason, sizeof reason, "%s died", what);
	heal(e, c, c->heal, reason, now_ms, t);
}

void watch_heal_broken(struct engine *e, struct instance *in, int64_t now_ms, struct turn *t)
{
	for (size_t i = in->heals.n; i-- > 0 && in->queue.n == 0;) {
		const struct watch *w = in->heals.v[i];
		struct component *c = w->component;

		if (c == NULL || c->heal != w || c->state != COMPONENT_BROKEN || c->healer != NULL)
			continue;
		heal(e, c, w, "it broke while something else was done", now_ms, t);
		return; /* one heal mends everything that is Broken */
	}
}

/* ---- scale -------------------------------------------------------------------------------------- */

static void scale(struct engine *e, const struct watch *w, const struct policy_decision *d,
    int64_t now_ms, struct turn *t)
{
	struct instance *in = w->instance;
	const struct graph *g = in->tree->graph;
	bool out = d->action == POLICY_SCALE_OUT;

	event_policy(e, t, now_ms, in, watch_name(w, t->arena), d->action, d->reason);
	wish_size(e, out ? INTENT_SCALE_OUT : INTENT_SCALE_IN, in,
	    g->clusters[g->scales[w->index].cluster].name, d->size, watch_by(w, t->arena),
	    d->reason);
}

/* ---- both --------------------------------------------------------------------------------------- */

void watch_act(struct engine *e, struct policy_decisions *ds, int64_t now_ms, struct turn *t)
{
	for (size_t i = 0; i < ds->n; i++) {
		const struct policy_decision *d = &ds->v[i];
		const struct watch *w = d->owner;

		if (w->instance->running != NULL)
			continue; /* an earlier decision of this turn has set something going */
		if (d->action != POLICY_HEAL)
			scale(e, w, d, now_ms, t);
		else if (component_is_up(w->component))
			heal(e, w->component, w, d->reason, now_ms, t);
	}
	lm_vec_free(ds);
}
