/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/heap.h"
#include "base/time.h"
#include "lm/core/engine_priv.h"

/*
 * From the policies of a graph to those of the policy engine.  A policy that was there before keeps
 * what it remembers of its decisions: it is described anew, not made anew.
 */
struct binding {
	struct facts f;
	struct instance *instance;
	struct lm_map *scales;            /* those there were, by full name */
	LM_VEC(struct series *) outdated; /* of metrics that are something else now */
};

/* ---- numbers in descriptors ----------------------------------------------------------------------- */

static const char *expr_text(struct facts *f, const struct graph_expr *x)
{
	struct graph_facts gf = facts_of(f);
	const char *text = graph_expr_value(f->graph, x, &gf, f->arena);

	return text == NULL || *text == '\0' ? NULL : text;
}

/* What an instance reports may be anything. */
static double expr_number(struct facts *f, const struct graph_expr *x, double otherwise)
{
	const char *text = expr_text(f, x);
	char *end;

	if (text == NULL)
		return otherwise;
	double d = strtod(text, &end);
	return *end == '\0' && isfinite(d) ? d : otherwise;
}

static unsigned expr_count(struct facts *f, const struct graph_expr *x, unsigned otherwise)
{
	double d = expr_number(f, x, otherwise);

	return d >= 1 && d <= 1e6 ? (unsigned)d : otherwise;
}

static int64_t expr_ms(struct facts *f, const struct graph_expr *x, unsigned otherwise_s)
{
	double s = expr_number(f, x, otherwise_s);

	return (int64_t)((s >= 0 && s <= 1e8 ? s : otherwise_s) * 1000);
}

static bool expr_is(struct facts *f, const struct graph_expr *x, const char *word)
{
	const char *text = expr_text(f, x);

	return text != NULL && strcmp(text, word) == 0;
}

/* NULL: there is none, or it cannot be read. */
static const struct lm_hours *expr_hours(
    struct facts *f, const struct graph_expr *x, const struct graph_expr *offset)
{
	const char *text = expr_text(f, x), *clock = expr_text(f, offset);
	struct lm_hours *h = LM_NEW(f->arena, struct lm_hours);

	if (text == NULL || !lm_hours_parse(text, h, NULL) ||
	    (clock != NULL && !lm_time_offset(clock, &h->offset_s)))
		return NULL;
	return h;
}

/* ---- watches ---------------------------------------------------------------------------------------- */

const char *watch_name(const struct watch *w, struct lm_arena *a)
{
	const char *owner = w->owner != NULL       ? w->owner
			    : w->component != NULL ? w->component->name
						   : "";

	return lm_arena_join(a, owner, "__", w->name, NULL);
}

const char *watch_by(const struct watch *w, struct lm_arena *a)
{
	return lm_arena_join(a, "policy ", watch_name(w, a), NULL);
}

static struct watch *watch_new(struct binding *b, const char *name)
{
	struct watch *w = lm_alloc(sizeof *w);

	w->instance = b->instance;
	w->name = engine_name(b->f.engine, name);
	return w;
}

/* Out of the list of its component's. */
static struct watch *take(struct component *c, const char *name)
{
	for (struct watch **at = &c->heal; *at != NULL; at = &(*at)->next) {
		struct watch *w = *at;

		if (strcmp(w->name, name) != 0)
			continue;
		*at = w->next;
		return w;
	}
	return NULL;
}

/* ---- scale ---------------------------------------------------------------------------------------------- */

static struct component *reporter(const struct facts *f, const struct graph_metric *m)
{
	return lm_map_find(f->instance->components, f->graph->nodes[m->node].name);
}

void watch_describe_scale(struct facts *f, const struct watch *w, struct policy_scale *out)
{
	const struct graph_scale *s = &f->graph->scales[w->index];
	const struct graph_cluster *c = &f->graph->clusters[s->cluster];

	policy_scale_init(out);
	out->min = c->min;
	out->max = c->max;
	out->increment = c->increment;
	out->out = expr_number(f, &s->out, NAN);
	out->in = expr_number(f, &s->in, NAN);
	out->smoothing_out = expr_count(f, &s->smoothing_out, 1);
	out->smoothing_in = expr_count(f, &s->smoothing_in, 1);
	out->step = expr_is(f, &s->step, "proportional") ? STEP_PROPORTIONAL : STEP_INCREMENT;
	out->target = expr_number(f, &s->target, NAN);
	out->tolerance = expr_number(f, &s->tolerance, NAN);
	out->cooldown_out_ms = expr_ms(f, &s->cooldown_out, 0);
	out->cooldown_in_ms = expr_ms(f, &s->cooldown_in, 0);
	out->stabilization_ms = expr_ms(f, &s->stabilization, 0);
	out->unguarded = expr_is(f, &s->guard, "false");
	out->predict_ahead_ms = expr_ms(f, &s->predict, 0);
	out->predict_window_ms = expr_ms(f, &s->predict_window, 0);
	out->schedule = expr_hours(f, &s->schedule, &s->schedule_offset);
}

static struct series *series_of(
    struct binding *b, struct component *c, const char *name, enum series_kind kind)
{
	struct metric *m = metric_want(b->f.engine, c, name);

	if (m->series != NULL && series_kind(m->series) != kind) {
		*LM_PUSH(NULL, &b->outdated) = m->series;
		m->series = NULL;
	}
	if (m->series == NULL) {
		m->series = policies_add_series(b->f.engine->policies, kind);
		m->kind = kind == SERIES_LOAD ? SAMPLE_LOAD : SAMPLE_INTEGRITY;
		m->at_ms = 0;
	}
	return m->series;
}

/* It sees nothing yet: that is decided when it may look. */
static void bind_scale(struct binding *b, int i)
{
	const struct graph_scale *s = &b->f.graph->scales[i];
	const char *owner = b->f.graph->nodes[s->owner].name;
	struct policies *ps = b->f.engine->policies;
	struct watch *w =
	    lm_map_find(b->scales, lm_arena_join(b->f.arena, owner, "__", s->name, NULL));
	struct policy_scale set;

	if (w == NULL) {
		w = watch_new(b, s->name);
		w->owner = lm_strdup(owner);
		*LM_PUSH(NULL, &b->instance->scales) = w;
	}
	w->index = i;
	w->binding = b->instance->binding;
	w->n_seen = 0;
	watch_describe_scale(&b->f, w, &set);
	if (w->policy == NULL)
		w->policy = policies_add_scale(ps, &set, w);
	else
		policies_change_scale(ps, w->policy, &set);
	for (size_t k = 0; k < s->n_metrics; k++) {
		const struct graph_metric *m = &b->f.graph->metrics[s->metrics[k]];
		struct component *c = reporter(&b->f, m);

		if (c != NULL)
			series_of(b, c, m->name, SERIES_LOAD);
	}
}

/* ---- heal ------------------------------------------------------------------------------------------------ */

void watch_describe_heal(struct facts *f, const struct watch *w, struct policy_heal *out)
{
	const struct graph_heal *h = &f->graph->heals[w->index];
	const struct graph_metric *m = &f->graph->metrics[h->metric];

	*out = (struct policy_heal){
	    .smoothing = expr_count(f, &h->smoothing, 1),
	    .period_ms =
		f->engine->conf.takes_silence_for_health ? 0 : expr_ms(f, &m->period_s, 60),
	    .maximum_heals = expr_count(f, &h->maximum, HEALS_MAX),
	    .heal_window_ms = expr_ms(f, &h->window, HEAL_WINDOW_S),
	};
}

static void bind_heal(struct binding *b, int i)
{
	const struct graph_heal *h = &b->f.graph->heals[i];
	const struct graph_metric *m = &b->f.graph->metrics[h->metric];
	struct component *c = lm_map_find(b->instance->components, b->f.graph->nodes[h->node].name);
	struct component *from = reporter(&b->f, m);
	struct policies *ps = b->f.engine->policies;
	struct policy_heal set;

	if (c == NULL || from == NULL)
		return;
	struct watch *w = take(c, h->name);
	if (w == NULL) {
		w = watch_new(b, h->name);
		w->component = c;
		*LM_PUSH(NULL, &b->instance->heals) = w;
	}
	w->next = c->heal;
	c->heal = w;
	w->index = i;
	w->binding = b->instance->binding;
	watch_describe_heal(&b->f, w, &set);
	set.series = series_of(b, from, m->name, SERIES_INTEGRITY);
	if (w->policy == NULL)
		w->policy = policies_add_heal(ps, &set, w);
	else
		policies_change_heal(ps, w->policy, &set);
}

/* ---- all of them -------------------------------------------------------------------------------------------- */

static void index_scales(struct binding *b)
{
	for (size_t i = 0; i < b->instance->scales.n; i++) {
		struct watch *w = b->instance->scales.v[i];

		lm_map_put(b->scales, watch_name(w, b->f.arena), w);
	}
}

static void drop(struct engine *e, struct watch *w)
{
	policies_drop(e->policies, w->policy);
	if (w->component != NULL)
		for (struct watch **at = &w->component->heal; *at != NULL; at = &(*at)->next)
			if (*at == w) {
				*at = w->next;
				break;
			}
	watch_free(w);
}

/* Those that the graph does not name any more. */
static size_t sweep(struct engine *e, struct watch **v, size_t n, unsigned binding)
{
	size_t stay = 0;

	for (size_t i = 0; i < n; i++)
		if (v[i]->binding == binding)
			v[stay++] = v[i];
		else
			drop(e, v[i]);
	return stay;
}

void watch_bind(struct engine *e, struct instance *in)
{
	LM_AUTO(lm_arena) arena = lm_arena_new();
	LM_AUTO(lm_map) scales = lm_map_new();
	const struct graph *g = in->tree->graph;
	struct binding b = {{e, in, g, arena}, in, scales, {0}};

	in->binding++;
	index_scales(&b);
	for (size_t i = 0; i < g->n_scales; i++)
		bind_scale(&b, (int)i);
	for (size_t i = g->n_heals; i-- > 0;) /* of several, the first is the one asked for */
		bind_heal(&b, (int)i);
	in->scales.n = sweep(e, in->scales.v, in->scales.n, in->binding);
	in->heals.n = sweep(e, in->heals.v, in->heals.n, in->binding);
	for (size_t i = 0; i < b.outdated.n; i++)
		policies_drop_series(e->policies, b.outdated.v[i]);
	lm_vec_free(&b.outdated);
	scrape_bind(e, in);
}

/* ---- the end ------------------------------------------------------------------------------------------------- */

static void drop_series(struct engine *e, struct component *c)
{
	for (size_t i = 0; i < c->metrics.n; i++) {
		if (c->metrics.v[i].series != NULL)
			policies_drop_series(e->policies, c->metrics.v[i].series);
		c->metrics.v[i].series = NULL;
	}
}

void watch_leave(struct engine *e, struct component *c)
{
	for (struct watch *w = c->heal; w != NULL; w = w->next) {
		policies_drop(e->policies, w->policy);
		w->policy = NULL;
		w->component = NULL; /* swept when the instance is bound again */
	}
	c->heal = NULL;
	drop_series(e, c);
}

void watch_unbind(struct engine *e, struct instance *in)
{
	struct component *c;

	in->binding++;
	in->scales.n = sweep(e, in->scales.v, in->scales.n, in->binding);
	in->heals.n = sweep(e, in->heals.v, in->heals.n, in->binding);
	for (size_t i = 0; (c = lm_map_next(in->components, &i)) != NULL;)
		drop_series(e, c);
	if (in->is_scraped)
		scrape_tell(e, in);
}
