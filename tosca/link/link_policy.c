/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "tosca/link/linker.h"

enum { PERIOD_DEFAULT = 60, A_DAY = 24 * 60 * 60 };

/* ---- what a policy names ------------------------------------------------------------------- */

/* The resource's metric that a policy watches; NULL: none (reported), or nothing to say. */
static const struct metric *find_metric(
    struct linker *l, const struct policy *p, const struct descriptor **owner)
{
	const struct path *path = &p->metric;
	const struct descriptor *d = l->d;

	if (path->name.text == NULL)
		return NULL;
	if (path->scope.text != NULL) {
		const struct component *c = descriptor_component(l->d, path->scope.text);

		if (c == NULL && (l->d->torn & TORN_COMPONENTS) != 0)
			return NULL;
		if (c == NULL) {
			struct diag *g = diag_add(l->diags, CODE_UNKNOWN_METRIC, &path->scope.pos,
			    "there is no component '%s' with a metric '%s'", path->scope.text,
			    path->name.text);
			link_suggest_component(l, g, path->scope.text, false);
			return NULL;
		}
		d = link_child(l, c);
	}
	if (d == NULL)
		return NULL;
	if (descriptor_metric(d, path->name.text) == NULL) {
		if (d == l->d && (d->torn & TORN_METRICS) != 0)
			return NULL;
		struct diag *g = diag_add(l->diags, CODE_UNKNOWN_METRIC, &path->name.pos,
		    "'%s' has no metric '%s'", d->name.full, path->name.text);
		link_suggest_metric(l, g, d, path->name.text);
		return NULL;
	}
	return link_metric(l->catalog, d, path->name.text, owner);
}

/* ---- what it says -------------------------------------------------------------------------- */

/* What a value is before any intent: a literal, or the default of the property it names. */
static const char *known_text(
    const struct linker *l, const struct expr *e, const struct expr **out_where)
{
	const char *text = expr_literal(e);

	*out_where = e;
	if (text != NULL || e->n != 1 || e->parts[0].scope != NULL)
		return text;
	const struct property *p = descriptor_property(l->d, e->parts[0].name);
	if (p == NULL)
		return NULL;
	*out_where = p->value.n > 0 ? &p->value : &p->fallback;
	text = expr_literal(*out_where);
	/* An empty default leaves it to the intent. */
	return text != NULL && *text != '\0' ? text : NULL;
}

static void read_setting(
    struct linker *l, const struct policy *p, enum setting s, struct setting_value *v)
{
	const struct expr *e = &p->settings[s], *where;
	bool number = setting_rule(s)->form == SETTING_NUMBER;

	*v = (struct setting_value){.given = e->n > 0, .pos = e->pos};
	if (!v->given || !setting_belongs(s, p->kind))
		return;
	link_expr(l, e, number ? LINK_NUMBER : LINK_VALUE, NULL);
	const char *text = known_text(l, e, &where);
	if (text == NULL)
		return;
	v->pos = where->pos;
	link_setting(s, text, CODE_NUMBER, v, l->diags);
}

/* What is said for both directions stands for one of which nothing is said, but in 'own'. */
struct policy_values {
	struct setting_value own[SETTINGS_N], v[SETTINGS_N];
};

static void read_settings(struct linker *l, const struct policy *p, struct policy_values *out)
{
	for (int s = 0; s < SETTINGS_N; s++)
		read_setting(l, p, (enum setting)s, &out->own[s]);
	for (int s = 0; s < SETTINGS_N; s++)
		out->v[s] = out->own[out->own[s].given ? s : (int)setting_for_both(s)];
}

/* A number of a cluster, as above; false: not known. */
static bool known_number(struct linker *l, const struct expr *e, unsigned *out)
{
	const struct expr *where;
	const char *text = known_text(l, e, &where);

	return text != NULL && expr_number(text, 1000000, out);
}

/* ---- what of it has no effect -------------------------------------------------------------- */

static void report_unused(
    struct linker *l, const struct setting_value *v, enum setting s, const char *why)
{
	struct diag *d = diag_add(
	    l->diags, CODE_SETTING_UNUSED, &v->pos, "%s has no effect: %s", setting_text(s), why);

	diag_help(l->diags, d, "leave it out");
}

static void check_unused(struct linker *l, const struct setting_value *own)
{
	static const struct {
		enum setting setting, needs;
	} lonely[] = {
	    {SETTING_TOLERANCE, SETTING_TARGET},
	    {SETTING_PREDICT_WINDOW, SETTING_PREDICT},
	    {SETTING_SCHEDULE_OFFSET, SETTING_SCHEDULE},
	};
	static const struct {
		enum setting both, out, in;
	} hidden[] = {
	    {SETTING_SMOOTHING, SETTING_SMOOTHING_OUT, SETTING_SMOOTHING_IN},
	    {SETTING_COOLDOWN, SETTING_COOLDOWN_OUT, SETTING_COOLDOWN_IN},
	};

	for (size_t i = 0; i < LM_COUNT(lonely); i++)
		if (own[lonely[i].setting].given && !own[lonely[i].needs].given)
			report_unused(l, &own[lonely[i].setting], lonely[i].setting,
			    lm_arena_printf(
				l->scratch, "there is no %s", setting_text(lonely[i].needs)));
	for (size_t i = 0; i < LM_COUNT(hidden); i++)
		if (own[hidden[i].both].given && own[hidden[i].out].given &&
		    own[hidden[i].in].given)
			report_unused(
			    l, &own[hidden[i].both], hidden[i].both, "each direction has its own");
}

/* A target and thresholds: one of them was meant, most likely. */
static void check_both(struct linker *l, const struct policy *p, const struct setting_value *own)
{
	static const enum setting thresholds[] = {SETTING_OUT, SETTING_IN};

	for (size_t i = 0; i < LM_COUNT(thresholds) && own[SETTING_TARGET].given; i++) {
		enum setting s = thresholds[i];

		if (!own[s].given)
			continue;
		struct diag *d = diag_add(l->diags, CODE_TARGET_BOTH, &own[s].pos,
		    "policy '%s' has a target_load and a %s: the threshold takes the place of the "
		    "tolerance",
		    p->name.text, setting_text(s));
		diag_help(l->diags, d,
		    "leave it out: within 'tolerance' percent points around the target nothing is "
		    "done");
		diag_note(l->diags, d, &own[SETTING_TARGET].pos, "target_load");
	}
}

/* ---- the metric ---------------------------------------------------------------------------- */

/* Seconds between two samples, when nobody can change it any more. */
static bool fixed_period(const struct descriptor *owner, const struct metric *m, unsigned *out)
{
	const char *text = expr_literal(&m->period);

	*out = PERIOD_DEFAULT;
	if (m->period.n == 1 && m->period.parts[0].text == NULL &&
	    m->period.parts[0].scope == NULL) {
		const struct property *p = descriptor_property(owner, m->period.parts[0].name);

		text = p == NULL ? NULL : expr_literal(&p->value);
	}
	return m->period.n == 0 || (text != NULL && expr_number(text, 1000000, out));
}

static void report_period(struct linker *l, struct diag *d, const struct metric *m)
{
	const struct source_range *pos = m->period.n > 0 ? &m->period.pos : &m->name.pos;

	diag_note(l->diags, d, pos, "metric '%s'", m->name.text);
}

/* Samples that come every so many seconds, against what is asked of them. */
static void check_samples(struct linker *l, const struct policy *p, const struct metric *m,
    unsigned period, const struct setting_value *v)
{
	const struct setting_value *ahead = &v[SETTING_PREDICT],
				   *window = &v[SETTING_PREDICT_WINDOW];
	unsigned out = v[SETTING_SMOOTHING_OUT].number, in = v[SETTING_SMOOTHING_IN].number;
	unsigned samples = p->kind == POLICY_HEAL ? v[SETTING_SMOOTHING].number
			   : out > in             ? out
						  : in;
	struct diag *d;

	if ((unsigned long long)period * samples > A_DAY) {
		d = diag_add(l->diags, CODE_SLOW_POLICY, &p->name.pos,
		    "policy '%s' takes more than a day to act: %u samples, one every %u seconds",
		    p->name.text, samples, period);
		diag_help(l->diags, d,
		    "smoothing is a number of samples, publication-period is in seconds");
		report_period(l, d, m);
	}
	if (!window->given)
		window = ahead;
	if (ahead->known && ahead->number > 0 && window->known && window->number < 2 * period) {
		d = diag_add(l->diags, CODE_SHORT_WINDOW, &window->pos,
		    "policy '%s' cannot predict: %u seconds hold fewer than three samples, one "
		    "every %u seconds",
		    p->name.text, window->number, period);
		diag_help(l->diags, d, "set predict_window to %u or more", 3 * period);
		report_period(l, d, m);
	}
}

static void check_period(struct linker *l, const struct policy *p, const struct metric *m,
    const struct descriptor *owner, const struct setting_value *v)
{
	const struct source_range *pos = m->period.n > 0 ? &m->period.pos : &m->name.pos;
	unsigned period;

	if (!fixed_period(owner, m, &period))
		return;
	if (period > 0) {
		check_samples(l, p, m, period, v);
		return;
	}
	/* Somebody else may say that it is broken; a load comes from nobody else. */
	if (p->kind == POLICY_HEAL)
		return;
	struct diag *d = diag_add(l->diags, CODE_SILENT_METRIC, &p->metric.pos,
	    "policy '%s' never acts: metric '%s' is never published", p->name.text, m->name.text);
	diag_help(l->diags, d, "give the metric a publication-period of 1 second or more");
	diag_note(l->diags, d, pos, "publication-period 0");
}

static void check_metric(struct linker *l, const struct policy *p, const struct setting_value *v)
{
	static const enum metric_type wanted[] = {
	    [POLICY_HEAL] = METRIC_INTEGRITY, [POLICY_SCALE] = METRIC_LOAD};
	static const char *const texts[] = {
	    [POLICY_HEAL] = "metric::integrity", [POLICY_SCALE] = "metric::load"};
	const struct descriptor *owner;
	const struct metric *m = find_metric(l, p, &owner);

	if (m == NULL)
		return;
	if (m->type == wanted[p->kind]) {
		check_period(l, p, m, owner, v);
		return;
	}
	struct diag *d = diag_add(l->diags, CODE_POLICY_METRIC, &p->metric.pos,
	    "policy '%s' needs a metric of type %s, which '%s' is not", p->name.text,
	    texts[p->kind], m->name.text);
	diag_note(l->diags, d, &m->name.pos, "the metric");
}

/* ---- scaling ------------------------------------------------------------------------------- */

/* The component to scale; NULL: none, reported. */
static const struct component *find_target(struct linker *l, const struct policy *p)
{
	if (p->target.text == NULL)
		return NULL;
	const struct component *c = descriptor_component(l->d, p->target.text);
	if (c == NULL) {
		struct diag *d = diag_add(l->diags, CODE_POLICY_TARGET, &p->target.pos,
		    "there is no component '%s' to scale", p->target.text);
		link_suggest_component(l, d, p->target.text, false);
	} else if (!c->clustered) {
		struct diag *d = diag_add(l->diags, CODE_POLICY_CLUSTER, &p->target.pos,
		    "'%s' is not a cluster and cannot be scaled", p->target.text);
		diag_help(l->diags, d, "give it 'cluster: {minimum-nodes: 1, maximum-nodes: ...}'");
		diag_note(l->diags, d, &c->name.pos, "the component");
	}
	return c;
}

/* Who of a cluster is there when nobody is? */
static void check_empty(struct linker *l, const struct policy *p, const struct component *c)
{
	const struct expr *e = &component_numbers(c)->min;
	const char *min = expr_literal(e);

	if (min == NULL || strcmp(min, "0") != 0 || p->metric.scope.text == NULL ||
	    strcmp(p->metric.scope.text, c->name.text) != 0)
		return;
	struct diag *d = diag_add(l->diags, CODE_EMPTY_CLUSTER, &p->metric.pos,
	    "policy '%s' cannot scale out from 0 members: none is there to report '%s'",
	    p->name.text, p->metric.name.text);
	diag_help(l->diags, d, "set minimum-nodes to 1, or take the metric of another component");
	diag_note(l->diags, d, &e->pos, "minimum-nodes");
}

static void check_scale(struct linker *l, const struct policy *p, const struct policy_values *all)
{
	const struct component *c = find_target(l, p);
	struct scale_view s = {.policy = p->name.text, .pos = p->name.pos, .v = all->v, .min = 1};

	check_both(l, p, all->own);
	if (c == NULL)
		return;
	if (c->clustered) {
		/* A limit that only an intent will tell is taken as its default meaning. */
		const struct component_numbers *k = component_numbers(c);

		s.cluster_pos = c->name.pos;
		s.increment = 1;
		known_number(l, &k->min, &s.min);
		known_number(l, &k->max, &s.max);
		known_number(l, &k->increment, &s.increment);
		if (k->increment.n > 0)
			s.increment_pos = k->increment.pos;
		check_empty(l, p, c);
	}
	link_scale(&s, l->diags);
}

/* Each acts by itself, on what the other has just changed. */
static void check_rivals(struct linker *l, const struct policy *p, struct lm_map *targets)
{
	if (p->target.text == NULL || descriptor_component(l->d, p->target.text) == NULL)
		return;
	const struct policy *first = lm_map_find(targets, p->target.text);
	if (first == NULL) {
		lm_map_put(targets, p->target.text, (void *)(uintptr_t)p);
		return;
	}
	struct diag *d = diag_add(l->diags, CODE_RIVALS, &p->target.pos,
	    "'%s' is scaled by another policy already: each of them acts by itself",
	    p->target.text);
	diag_help(l->diags, d, "one may scale out while the other scales in; keep one of them");
	diag_note(l->diags, d, &first->name.pos, "policy '%s'", first->name.text);
}

void link_policies(struct linker *l)
{
	LM_AUTO(lm_map) targets = l->d->n_policies > 1 ? lm_map_new() : NULL;

	for (size_t i = 0; i < l->d->n_policies; i++) {
		const struct policy *p = &l->d->policies[i];
		struct policy_values values;

		read_settings(l, p, &values);
		check_unused(l, values.own);
		check_metric(l, p, values.v);
		if (p->kind != POLICY_SCALE)
			continue;
		check_scale(l, p, &values);
		if (targets != NULL)
			check_rivals(l, p, targets);
	}
}
