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
	free(w->name);
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

static struct metric *metric_find(const struct component *c, const char *name)
{
	for (size_t i = 0; i < c->metrics.n; i++)
		if (strcmp(c->metrics.v[i].name, name) == 0)
			return &c->metrics.v[i];
	return NULL;
}

static struct metric *metric_add(struct component *c, const char *name)
{
	struct metric *m = LM_PUSH(NULL, &c->metrics);

	m->name = text_dup(name);
	return m;
}

/* NULL: its component is not there (yet). */
static struct series *series_of(struct facts *f, int metric, enum series_kind kind)
{
	const struct graph_metric *gm = &f->graph->metrics[metric];
	struct component *c = lm_map_find(f->instance->components, f->graph->nodes[gm->node].name);

	if (c == NULL)
		return NULL;
	struct metric *m = metric_find(c, gm->name);
	if (m == NULL)
		m = metric_add(c, gm->name);
	if (m->series == NULL) {
		m->series = policies_add_series(f->engine->policies, kind);
		m->kind = kind == SERIES_LOAD ? SAMPLE_LOAD : SAMPLE_INTEGRITY;
	}
	return m->series;
}

static struct watch *add_watch(
    struct engine *e, struct instance *in, const char *name, bool is_scale, int index)
{
	struct watch *w = calloc(1, sizeof *w);

	if (w == NULL)
		abort();
	*w = (struct watch){text_dup(name), NULL, in, is_scale, index};
	watch_free(lm_map_put(e->watches, w->name, w));
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

static const struct graph_cluster *scaled(const struct graph *g, int i)
{
	return &g->clusters[g->scales[i].cluster];
}

static void bind_scale(struct facts *f, struct instance *in, int i)
{
	const struct graph_scale *s = &f->graph->scales[i];
	const struct graph_cluster *c = scaled(f->graph, i);
	struct series **series = LM_NEW_N(f->arena, struct series *, s->n_metrics + 1);
	struct watch *w = add_watch(f->engine, in, scale_name(f, i), true, i);
	struct policy_scale set;

	policy_scale_init(&set);
	set.series = series;
	for (size_t k = 0; k < s->n_metrics; k++) {
		series[set.n_series] = series_of(f, s->metrics[k], SERIES_LOAD);
		set.n_series += series[set.n_series] != NULL;
	}
	set.min = c->min;
	set.max = c->max;
	set.increment = c->increment;
	set.out = expr_number(f, &s->out, 100);
	set.in = expr_number(f, &s->in, 0);
	set.smoothing_out = expr_count(f, &s->smoothing_out, 1);
	set.smoothing_in = expr_count(f, &s->smoothing_in, 1);
	w->policy = policies_add_scale(f->engine->policies, &set, w);
}

static void bind_heal(struct facts *f, struct instance *in, int i)
{
	const struct graph_heal *h = &f->graph->heals[i];
	const struct graph_metric *m = &f->graph->metrics[h->metric];
	struct series *series = series_of(f, h->metric, SERIES_INTEGRITY);
	struct component *c = patient(in, (size_t)i);
	struct watch *w = add_watch(f->engine, in, heal_name(f, i), false, i);

	if (c != NULL)
		c->heal = w;
	if (series == NULL)
		return;
	w->policy = policies_add_heal(f->engine->policies,
	    &(struct policy_heal){
		.series = series,
		.smoothing = expr_count(f, &h->smoothing, 1),
		.period_ms = (int64_t)(expr_number(f, &m->period_s, 60) * 1000),
	    },
	    w);
}

void watch_bind(struct engine *e, struct instance *in)
{
	LM_AUTO(lm_arena) arena = lm_arena_new();
	struct facts f = {e, in, in->tree->graph, arena};

	for (size_t i = 0; i < in->tree->graph->n_scales; i++)
		bind_scale(&f, in, (int)i);
	for (size_t i = in->tree->graph->n_heals; i-- > 0;)
		bind_heal(&f, in, (int)i); /* of several, the first is the one asked for */
}

static void unbind(struct engine *e, const char *name)
{
	struct watch *w = lm_map_remove(e->watches, name);

	if (w != NULL)
		policies_drop(e->policies, w->policy);
	watch_free(w);
}

static void drop_series(struct engine *e, struct component *c)
{
	for (size_t i = 0; i < c->metrics.n; i++)
		if (c->metrics.v[i].series != NULL) {
			policies_drop_series(e->policies, c->metrics.v[i].series);
			c->metrics.v[i].series = NULL;
		}
}

void watch_unbind(struct engine *e, struct instance *in)
{
	LM_AUTO(lm_arena) arena = lm_arena_new();
	struct facts f = {e, in, in->tree->graph, arena};
	struct component *c;

	for (size_t i = 0; i < in->tree->graph->n_scales; i++)
		unbind(e, scale_name(&f, (int)i));
	for (size_t i = 0; i < in->tree->graph->n_heals; i++) {
		c = patient(in, i);
		unbind(e, heal_name(&f, (int)i));
		if (c != NULL)
			c->heal = NULL;
	}
	for (size_t i = 0; (c = lm_map_next(in->components, &i)) != NULL;)
		drop_series(e, c);
}

/* ---- when they see something ------------------------------------------------------------------------ */

static bool is_active(const struct instance *in, int node)
{
	const struct component *c = lm_map_find(in->components, in->tree->graph->nodes[node].name);

	return c != NULL && c->state == COMPONENT_ACTIVE;
}

static void enable(struct engine *e, const char *name, bool wanted, int64_t now_ms)
{
	const struct watch *w = lm_map_find(e->watches, name);

	if (w != NULL && w->policy != NULL)
		policies_enable(e->policies, w->policy, wanted, now_ms);
}

static void enable_scale(struct facts *f, int i, bool wanted, int64_t now_ms)
{
	const char *name = scale_name(f, i);
	const struct watch *w = lm_map_find(f->engine->watches, name);

	if (w != NULL)
		policies_set_size(f->engine->policies, w->policy,
		    (unsigned)scaled(f->graph, i)->n_members, now_ms);
	enable(f->engine, name, wanted, now_ms);
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
		enable_scale(&f, (int)i, on, now_ms);
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

	event_policy(e, t, now_ms, in, w->name, POLICY_HEAL, reason);
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

static void act_scale(struct engine *e, const struct watch *w, const struct policy_decision *d,
    int64_t now_ms, struct turn *t)
{
	struct instance *in = w->instance;

	event_policy(e, t, now_ms, in, w->name, d->action, d->reason);
	wish(e, d->action == POLICY_SCALE_OUT ? INTENT_SCALE_OUT : INTENT_SCALE_IN, in,
	    scaled(in->tree->graph, w->index)->name, d->reason);
}

void watch_act(struct engine *e, struct policy_decisions *ds, int64_t now_ms, struct turn *t)
{
	for (size_t i = 0; i < ds->n; i++) {
		const struct policy_decision *d = &ds->v[i];
		const struct watch *w = d->owner;

		if (w->instance->running != NULL)
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

static struct metric *remember(
    struct component *c, const char *name, const struct sample *s, int64_t now_ms)
{
	struct metric *m = metric_find(c, name);

	if (m == NULL && c->metrics.n < METRICS_MAX)
		m = metric_add(c, name);
	if (m == NULL)
		return NULL;
	m->kind = s->kind;
	m->load = s->load;
	m->ok = s->ok;
	m->at_ms = now_ms;
	free(m->values);
	m->values =
	    s->values != NULL && strlen(s->values) <= VALUES_MAX ? text_dup(s->values) : NULL;
	return m;
}

/* A sample of another kind than the descriptor promised counts for nothing. */
static void count(struct engine *e, const struct metric *m, const struct sample *s, int64_t now_ms,
    struct policy_decisions *out)
{
	if (m == NULL || m->series == NULL)
		return;
	if (s->kind == SAMPLE_LOAD && series_kind(m->series) == SERIES_LOAD)
		policies_load(e->policies, m->series, s->load, 0, now_ms, out);
	else if (s->kind == SAMPLE_INTEGRITY && series_kind(m->series) == SERIES_INTEGRITY)
		policies_integrity(e->policies, m->series, s->ok, 0, now_ms, out);
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

	struct policy_decisions decisions = {0};
	count(e, remember(c, name, s, now_ms), s, now_ms, &decisions);
	watch_act(e, &decisions, now_ms, t);
	return true;
}
