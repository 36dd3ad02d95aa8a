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

/*
 * A number that is known before any intent: a literal, or the default of the property it names.
 * False: not known, or not a number (reported for a literal).
 */
static bool known_number(struct linker *l, const struct expr *e, const char *what, unsigned *out)
{
	const char *text = expr_literal(e);

	if (text != NULL && !expr_number(text, 1000000, out)) {
		diag_add(l->diags, CODE_NUMBER, &e->pos, "%s must be a whole number, not '%s'",
		    what, text);
		return false;
	}
	if (text == NULL && e->n == 1 && e->parts[0].scope == NULL) {
		const struct property *p = descriptor_property(l->d, e->parts[0].name);

		if (p != NULL)
			text = expr_literal(p->value.n > 0 ? &p->value : &p->fallback);
	}
	return text != NULL && expr_number(text, 1000000, out);
}

/* How many samples in a row it takes; 0: not known before an intent, or wrong. */
static unsigned read_smoothing(struct linker *l, const struct expr *e, const char *what)
{
	unsigned smoothing = 0;

	if (e->n == 0)
		return 1;
	if (known_number(l, e, what, &smoothing) && smoothing == 0)
		diag_add(l->diags, CODE_THRESHOLD_RANGE, &e->pos,
		    "%s is a number of samples, at least 1", what);
	return smoothing;
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

static void check_period(struct linker *l, const struct policy *p, const struct metric *m,
    const struct descriptor *owner, unsigned samples)
{
	const struct source_range *pos = m->period.n > 0 ? &m->period.pos : &m->name.pos;
	unsigned period;

	if (!fixed_period(owner, m, &period))
		return;
	/* Integrity without a period: somebody else tells of it, when there is something to tell. */
	if (period == 0 && p->kind == POLICY_HEAL)
		return;
	if (period == 0) {
		struct diag *d = diag_add(l->diags, CODE_SILENT_METRIC, &p->metric.pos,
		    "policy '%s' never acts: metric '%s' is never published", p->name.text,
		    m->name.text);
		diag_help(l->diags, d, "give the metric a publication-period of 1 second or more");
		diag_note(l->diags, d, pos, "publication-period 0");
		return;
	}
	if ((unsigned long long)period * samples <= A_DAY)
		return;
	struct diag *d = diag_add(l->diags, CODE_SLOW_POLICY, &p->name.pos,
	    "policy '%s' takes more than a day to act: %u samples, one every %u seconds",
	    p->name.text, samples, period);
	diag_help(
	    l->diags, d, "smoothing is a number of samples, publication-period is in seconds");
	diag_note(l->diags, d, pos, "metric '%s'", m->name.text);
}

static void check_metric(struct linker *l, const struct policy *p, unsigned samples)
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
		check_period(l, p, m, owner, samples);
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

static void check_scale(struct linker *l, const struct policy *p, unsigned out, unsigned in)
{
	const struct component *c = find_target(l, p);
	struct scale_numbers s = {.policy = p->name.text,
	    .pos = p->name.pos,
	    .out_pos = p->settings[SETTING_OUT].pos,
	    .in_pos = p->settings[SETTING_IN].pos,
	    .smoothing_out = out,
	    .smoothing_in = in,
	    .min = 1,
	    .increment = 1};

	if (p->settings[SETTING_TARGET].n > 0)
		return;
	bool known = known_number(l, &p->settings[SETTING_OUT], "scaleOut_threshold", &s.out);
	known = known_number(l, &p->settings[SETTING_IN], "scaleIn_threshold", &s.in) && known;
	if (c == NULL || !known)
		return;
	if (!c->clustered) {
		s.increment = 0; /* the thresholds alone */
		link_scale(&s, l->diags);
		return;
	}
	/* A limit that only an intent will tell is taken as its default meaning. */
	const struct component_numbers *k = component_numbers(c);
	s.cluster_pos = c->name.pos;
	known_number(l, &k->min, "minimum-nodes", &s.min);
	known_number(l, &k->max, "maximum-nodes", &s.max);
	known_number(l, &k->increment, "scaling-increment", &s.increment);
	if (k->increment.n > 0)
		s.increment_pos = k->increment.pos;
	link_scale(&s, l->diags);
	check_empty(l, p, c);
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

		for (int k = 0; k < SETTINGS_N; k++)
			link_expr(l, &p->settings[k], LINK_NUMBER, NULL);
		unsigned all = read_smoothing(l, &p->settings[SETTING_SMOOTHING], "smoothing");
		unsigned out =
		    read_smoothing(l, &p->settings[SETTING_SMOOTHING_OUT], "scaleOut_smoothing");
		unsigned in =
		    read_smoothing(l, &p->settings[SETTING_SMOOTHING_IN], "scaleIn_smoothing");

		out = p->settings[SETTING_SMOOTHING_OUT].n > 0 ? out : all;
		in = p->settings[SETTING_SMOOTHING_IN].n > 0 ? in : all;
		check_metric(l, p, p->kind == POLICY_HEAL ? all : out > in ? out : in);
		if (p->kind != POLICY_SCALE)
			continue;
		check_scale(l, p, out, in);
		if (targets != NULL)
			check_rivals(l, p, targets);
	}
}
