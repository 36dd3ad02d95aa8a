/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/core/engine_priv.h"

/* What becomes of what policies decide, and of what drivers say. */

/* ---- heal --------------------------------------------------------------------------------------- */

/* The system's own intent to heal: marks the component Broken, then wishes it healed. */
static void heal(struct engine *e, struct component *c, const struct watch *w, const char *reason,
    int64_t now_ms, struct turn *t)
{
	struct instance *in = c->instance;

	event_policy(e, t, now_ms, in, watch_name(w, t->arena), POLICY_HEAL, reason);
	component_set_state(e, c, COMPONENT_BROKEN, in->running, now_ms, t);
	wish(e, INTENT_HEAL, in, c->name, reason);
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
	    g->clusters[g->scales[w->index].cluster].name, d->size, d->reason);
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
