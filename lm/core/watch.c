/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "lm/core/engine_priv.h"

/*
 * Between the policy engine, which knows names and numbers, and the instances: which policy sees
 * what and when, and what becomes of its decisions.
 */

/* The raw figures of one sample. */
enum { VALUES_MAX = 4096 };

void watch_free(struct watch *w)
{
	if (w == NULL)
		return;
	free(w->policy);
	free(w);
}

/* ---- which policies there are ------------------------------------------------------------------- */

static const char *expr_text(struct facts *f, const struct graph_expr *x)
{
	struct graph_facts gf = facts_of(f);

	return graph_expr_value(f->graph, x, &gf, f->arena);
}

static double expr_number(struct facts *f, const struct graph_expr *x, double otherwise)
{
	const char *text = expr_text(f, x);
	char *end;

	if (text == NULL || *text == '\0')
		return otherwise;
	double d = strtod(text, &end);
	return *end == '\0' ? d : otherwise;
}

static unsigned expr_count(struct facts *f, const struct graph_expr *x, unsigned otherwise)
{
	double d = expr_number(f, x, otherwise);

	return d >= 1 && d <= 1e6 ? (unsigned)d : otherwise;
}

static const char *metric_id(struct facts *f, const struct graph_metric *m)
{
	const struct component *c =
	    lm_map_find(f->instance->components, f->graph->nodes[m->node].name);

	return lm_arena_printf(f->arena, "%s.%s", c == NULL ? "" : c->id, m->name);
}

static const struct watch *add_watch(
    struct engine *e, struct instance *in, const char *policy, bool is_scale, int index)
{
	struct watch *w = calloc(1, sizeof *w);

	if (w == NULL)
		abort();
	*w = (struct watch){text_dup(policy), in, is_scale, index};
	watch_free(lm_map_put(e->watches, w->policy, w));
	return w;
}

/* The component that a heal policy heals, or NULL. */
static struct component *patient(const struct instance *in, size_t heal)
{
	return lm_map_find(
	    in->components, in->tree->graph->nodes[in->tree->graph->heals[heal].node].name);
}

static const char *scale_name(struct facts *f, int i)
{
	const struct graph_scale *s = &f->graph->scales[i];

	return lm_arena_printf(f->arena, "%s__%s", f->graph->nodes[s->owner].name, s->name);
}

static const char *heal_name(struct facts *f, int i)
{
	const struct graph_heal *h = &f->graph->heals[i];

	return lm_arena_printf(f->arena, "%s__%s", f->graph->nodes[h->node].name, h->name);
}

static void bind_scale(struct facts *f, int i)
{
	const struct graph_scale *s = &f->graph->scales[i];
	const char **metrics = LM_NEW_N(f->arena, const char *, s->n_metrics + 1);

	for (size_t k = 0; k < s->n_metrics; k++)
		metrics[k] = metric_id(f, &f->graph->metrics[s->metrics[k]]);
	policies_set_scale(
	    f->engine->policies, &(struct policy_scale){
				     .name = scale_name(f, i),
				     .metrics = metrics,
				     .n_metrics = s->n_metrics,
				     .out = expr_number(f, &s->out, 100),
				     .in = expr_number(f, &s->in, 0),
				     .smoothing_out = expr_count(f, &s->smoothing_out, 1),
				     .smoothing_in = expr_count(f, &s->smoothing_in, 1),
				 });
}

static void bind_heal(struct facts *f, int i)
{
	const struct graph_heal *h = &f->graph->heals[i];
	const struct graph_metric *m = &f->graph->metrics[h->metric];

	policies_set_heal(f->engine->policies,
	    &(struct policy_heal){
		.name = heal_name(f, i),
		.metric = metric_id(f, m),
		.smoothing = expr_count(f, &h->smoothing, 1),
		.period_ms = (int64_t)(expr_number(f, &m->period_s, 60) * 1000),
	    });
}

void watch_bind(struct engine *e, struct instance *in)
{
	LM_AUTO(lm_arena) arena = lm_arena_new();
	struct facts f = {e, in, in->tree->graph, arena};

	for (size_t i = 0; i < in->tree->graph->n_scales; i++) {
		bind_scale(&f, (int)i);
		add_watch(e, in, scale_name(&f, (int)i), true, (int)i);
	}
	for (size_t i = in->tree->graph->n_heals;
	     i-- > 0;) { /* of several, the first is the one asked for */
		struct component *c = patient(in, i);

		bind_heal(&f, (int)i);
		const struct watch *w = add_watch(e, in, heal_name(&f, (int)i), false, (int)i);
		if (c != NULL)
			c->heal = w;
	}
}

static void unbind(struct engine *e, const char *policy)
{
	policies_remove(e->policies, policy);
	watch_free(lm_map_remove(e->watches, policy));
}

void watch_unbind(struct engine *e, struct instance *in)
{
	LM_AUTO(lm_arena) arena = lm_arena_new();
	struct facts f = {e, in, in->tree->graph, arena};

	for (size_t i = 0; i < in->tree->graph->n_scales; i++)
		unbind(e, scale_name(&f, (int)i));
	for (size_t i = 0; i < in->tree->graph->n_heals; i++) {
		struct component *c = patient(in, i);

		unbind(e, heal_name(&f, (int)i));
		if (c != NULL)
			c->heal = NULL;
	}
}

/* ---- when they see something ------------------------------------------------------------------------ */

static bool is_active(const struct instance *in, int node)
{
	const struct component *c = lm_map_find(in->components, in->tree->graph->nodes[node].name);

	return c != NULL && c->state == COMPONENT_ACTIVE;
}

static void enable(struct engine *e, const char *policy, bool wanted, int64_t now_ms)
{
	if (policies_is_enabled(e->policies, policy) != wanted)
		policies_enable(e->policies, policy, wanted, now_ms);
}

void watch_sync(struct engine *e, struct instance *in, int64_t now_ms)
{
	LM_AUTO(lm_arena) arena = lm_arena_new();
	struct facts f = {e, in, in->tree->graph, arena};
	bool idle = instance_rests(in);
	bool well = idle && in->tree->graph->n_scales > 0 && instance_state(in) == COMPONENT_ACTIVE;

	for (size_t i = 0; i < in->tree->graph->n_scales; i++) {
		const struct graph_scale *s = &in->tree->graph->scales[i];
		bool on = well;

		for (size_t k = 0; k < s->n_metrics; k++)
			on = on && is_active(in, in->tree->graph->metrics[s->metrics[k]].node);
		enable(e, scale_name(&f, (int)i), on, now_ms);
	}
	for (size_t i = 0; i < in->tree->graph->n_heals; i++)
		enable(e, heal_name(&f, (int)i),
		    idle && is_active(in, in->tree->graph->heals[i].node), now_ms);
}

void watch_restart(struct engine *e, struct instance *in, int64_t now_ms)
{
	LM_AUTO(lm_arena) arena = lm_arena_new();
	struct facts f = {e, in, in->tree->graph, arena};

	for (size_t i = 0; i < in->tree->graph->n_scales; i++)
		enable(e, scale_name(&f, (int)i), false, now_ms);
	for (size_t i = 0; i < in->tree->graph->n_heals; i++)
		enable(e, heal_name(&f, (int)i), false, now_ms);
	watch_sync(e, in, now_ms);
}

/* ---- what becomes of decisions ------------------------------------------------------------------------ */

/*
 * Decisions are noted; the engine grants them when the event that led to them has been dealt with.
 * Nothing begins inside somebody else's stack.
 */
void wish(struct engine *e, enum intent_kind kind, const struct instance *in, const char *subject,
    const char *reason)
{
	*LM_PUSH(NULL, &e->wishes) =
	    (struct wish){kind, text_dup(in->name), text_dup(subject), text_dup(reason)};
}

void wish_free(struct wish *w)
{
	free(w->root);
	free(w->subject);
	free(w->reason);
}

/* The system's own intent to heal: marks the component Broken, then wishes it healed. */
static void heal(struct engine *e, struct component *c, const struct watch *w, const char *reason,
    int64_t now_ms, struct turn *t)
{
	struct instance *in = c->instance;

	event_policy(e, t, now_ms, in, w->policy, POLICY_HEAL, reason);
	component_set_state(e, c, COMPONENT_BROKEN, in->running, now_ms, t);
	wish(e, INTENT_HEAL, in, c->name, reason);
}

void watch_died(
    struct engine *e, struct component *c, const char *what, int64_t now_ms, struct turn *t)
{
	char reason[160];

	event_death(e, t, now_ms, c, what);
	if (c->state != COMPONENT_ACTIVE) {
		c->dead = true;
		c->started = false;
		return;
	}
	const struct watch *w = c->heal;
	if (w == NULL) {
		component_set_state(e, c, COMPONENT_BROKEN, c->instance->running, now_ms, t);
		watch_sync(e, c->instance, now_ms);
		return;
	}
	snprintf(reason, sizeof reason, "%s died", what);
	heal(e, c, w, reason, now_ms, t);
}

void watch_heal_broken(struct engine *e, struct instance *in, int64_t now_ms, struct turn *t)
{
	const struct graph *g = in->tree->graph;

	for (size_t i = 0; i < g->n_heals && in->queue.n == 0; i++) {
		struct component *c = patient(in, i);
		const struct watch *w = c == NULL ? NULL : c->heal;

		if (w == NULL || c->state != COMPONENT_BROKEN || c->healer != NULL)
			continue;
		heal(e, c, w, "it broke while something else was done", now_ms, t);
		return; /* one heal mends everything that is Broken */
	}
}

static bool can_scale(const struct graph_cluster *c, bool out)
{
	return out ? c->max == 0 || c->n_members < c->max : c->n_members > c->min;
}

static void act_scale(struct engine *e, const struct watch *w, const struct policy_decision *d,
    int64_t now_ms, struct turn *t)
{
	struct instance *in = w->instance;
	const struct graph_cluster *c =
	    &in->tree->graph->clusters[in->tree->graph->scales[w->index].cluster];
	bool out = d->action == POLICY_SCALE_OUT;

	if (!can_scale(c, out)) /* at its limit: with no traffic this is every day */
		return;
	event_policy(e, t, now_ms, in, w->policy, d->action, d->reason);
	wish(e, out ? INTENT_SCALE_OUT : INTENT_SCALE_IN, in, c->name, d->reason);
}

void watch_act(struct engine *e, struct policy_decisions *ds, int64_t now_ms, struct turn *t)
{
	for (size_t i = 0; i < ds->n; i++) {
		const struct policy_decision *d = &ds->v[i];
		const struct watch *w = lm_map_find(e->watches, d->policy);

		if (w == NULL || w->instance->running != NULL)
			continue; /* an earlier decision of this turn has set something going */
		if (d->action != POLICY_HEAL) {
			act_scale(e, w, d, now_ms, t);
			continue;
		}
		const struct graph *g = w->instance->tree->graph;
		struct component *c =
		    lm_map_find(w->instance->components, g->nodes[g->heals[w->index].node].name);
		if (c != NULL && c->state == COMPONENT_ACTIVE)
			heal(e, c, w, d->reason, now_ms, t);
	}
	lm_vec_free(ds);
}

/* ---- samples -------------------------------------------------------------------------------------------- */

static struct metric *series(struct component *c, const char *name)
{
	for (size_t i = 0; i < c->metrics.n; i++)
		if (strcmp(c->metrics.v[i].name, name) == 0)
			return &c->metrics.v[i];
	if (c->metrics.n == METRICS_MAX)
		return NULL;
	struct metric *m = LM_PUSH(NULL, &c->metrics);
	m->name = text_dup(name);
	return m;
}

static void remember(struct component *c, const char *name, const struct sample *s, int64_t now_ms)
{
	struct metric *m = series(c, name);

	if (m == NULL)
		return;
	m->kind = s->kind;
	m->load = s->load;
	m->ok = s->ok;
	m->at_ms = now_ms;
	free(m->values);
	m->values =
	    s->values != NULL && strlen(s->values) <= VALUES_MAX ? text_dup(s->values) : NULL;
}

bool watch_sample(struct engine *e, const struct sample *s, int64_t now_ms, struct turn *t)
{
	LM_AUTO(lm_arena) arena = lm_arena_new();
	const char *key = s->metric_key, *name = s->metric_name;

	if (key == NULL || name == NULL) {
		const char *dot = s->metric_id == NULL ? NULL : strchr(s->metric_id, '.');

		if (dot == NULL)
			return false;
		key = lm_arena_strndup(arena, s->metric_id, (size_t)(dot - s->metric_id));
		name = dot + 1;
	}
	struct component *c = engine_find_component(e, key);
	if (c == NULL)
		return false;
	remember(c, name, s, now_ms);

	struct policy_decisions decisions = {0};
	const char *id = lm_arena_printf(arena, "%s.%s", c->id, name);
	if (s->kind == SAMPLE_LOAD)
		policies_load(e->policies, id, s->load, now_ms, &decisions);
	else if (s->kind == SAMPLE_INTEGRITY)
		policies_integrity(e->policies, id, s->ok, now_ms, &decisions);
	watch_act(e, &decisions, now_ms, t);
	return true;
}
