/* SPDX-License-Identifier: Apache-2.0 */
#include "tosca/link/link.h"

/* ---- numbers ------------------------------------------------------------------------------- */

/*
 * After a scale-in from N to M members each has load x N/M.  The worst case is the smallest M that
 * scale-in can lead to, coming from as far above as one step goes.
 */
static void check_flapping(const struct scale_numbers *s, struct diags *diags)
{
	unsigned after = s->min > 0 ? s->min : 1;
	unsigned before = after + s->increment;

	if (s->max != 0 && before > s->max)
		before = s->max;
	if (before <= after)
		return;
	unsigned long long total = (unsigned long long)s->in * before;
	if (total <= (unsigned long long)s->out * after)
		return;
	unsigned load = (unsigned)((total + after - 1) / after);
	unsigned long long fits = (unsigned long long)s->out * after / before;
	struct diag *d = diag_add(diags, CODE_FLAPPING, &s->pos,
	    "policy '%s' can flap: load %u on %u members is %u on %u, above scaleOut_threshold %u",
	    s->policy, s->in, before, load, after, s->out);
	diag_help(diags, d, "lower scaleIn_threshold to %llu, or raise scaleOut_threshold to %u",
	    fits, load > 100 ? 100 : load);
}

void link_scale(const struct scale_numbers *s, struct diags *diags)
{
	if (s->out > 100 || s->in > 100) {
		const struct source_range *pos = s->out > 100 ? &s->out_pos : &s->in_pos;

		diag_add(diags, CODE_THRESHOLD_RANGE, pos,
		    "a threshold is a load in percent, 0 to 100, not %u",
		    s->out > 100 ? s->out : s->in);
		return;
	}
	if (s->in >= s->out) {
		struct diag *d = diag_add(diags, CODE_THRESHOLD_ORDER, &s->in_pos,
		    "scaleIn_threshold %u must be below scaleOut_threshold %u", s->in, s->out);
		diag_note(diags, d, &s->out_pos, "scaleOut_threshold");
		return;
	}
	check_flapping(s, diags);
}

/* ---- what a policy names ------------------------------------------------------------------- */
/* The resource's metric that a policy watches; NULL: none (reported), or nothing to say. */
static const struct metric *find_metric(struct linker *l, const struct policy *p)
{
	const struct path *path = &p->metric;
	const struct descriptor *d = l->d, *owner;

	if (path->name.text == NULL)
		return NULL;
	if (path->scope.text != NULL) {
		const struct component *c = descriptor_component(l->d, path->scope.text);

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
		struct diag *g = diag_add(l->diags, CODE_UNKNOWN_METRIC, &path->name.pos,
		    "'%s' has no metric '%s'", d->name.full, path->name.text);
		link_suggest_metric(l, g, d, path->name.text);
		return NULL;
	}
	return link_metric(l->catalog, d, path->name.text, &owner);
}

static void check_metric(struct linker *l, const struct policy *p)
{
	static const enum metric_type wanted[] = {
	    [POLICY_HEAL] = METRIC_INTEGRITY, [POLICY_SCALE] = METRIC_LOAD};
	static const char *const texts[] = {
	    [POLICY_HEAL] = "metric::integrity", [POLICY_SCALE] = "metric::load"};
	const struct metric *m = find_metric(l, p);

	if (m == NULL || m->type == wanted[p->kind])
		return;
	struct diag *d = diag_add(l->diags, CODE_POLICY_METRIC, &p->metric.pos,
	    "policy '%s' needs a metric of type %s, which '%s' is not", p->name.text,
	    texts[p->kind], m->name.text);
	diag_note(l->diags, d, &m->name.pos, "the metric");
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

static void check_smoothing(struct linker *l, const struct policy *p)
{
	const struct {
		const struct expr *e;
		const char *what;
	} rows[] = {{&p->smoothing, "smoothing"}, {&p->smoothing_out, "scaleOut_smoothing"},
	    {&p->smoothing_in, "scaleIn_smoothing"}};

	for (size_t i = 0; i < LM_COUNT(rows); i++) {
		unsigned smoothing = 1;

		link_expr(l, rows[i].e, LINK_NUMBER, NULL);
		if (known_number(l, rows[i].e, rows[i].what, &smoothing) && smoothing == 0)
			diag_add(l->diags, CODE_THRESHOLD_RANGE, &rows[i].e->pos,
			    "%s is a number of samples, at least 1", rows[i].what);
	}
}

static void check_scale(struct linker *l, const struct policy *p)
{
	const struct component *c =
	    p->target.text == NULL ? NULL : descriptor_component(l->d, p->target.text);
	struct scale_numbers s = {.policy = p->name.text,
	    .pos = p->name.pos,
	    .out_pos = p->out.pos,
	    .in_pos = p->in.pos,
	    .min = 1,
	    .increment = 1};

	if (p->target.text != NULL && c == NULL) {
		struct diag *d = diag_add(l->diags, CODE_POLICY_TARGET, &p->target.pos,
		    "there is no component '%s' to scale", p->target.text);
		link_suggest_component(l, d, p->target.text, false);
	} else if (c != NULL && !c->clustered) {
		struct diag *d = diag_add(l->diags, CODE_POLICY_CLUSTER, &p->target.pos,
		    "'%s' is not a cluster and cannot be scaled", p->target.text);
		diag_help(l->diags, d, "give it 'cluster: {minimum-nodes: 1, maximum-nodes: ...}'");
		diag_note(l->diags, d, &c->name.pos, "the component");
	}
	link_expr(l, &p->out, LINK_NUMBER, NULL);
	link_expr(l, &p->in, LINK_NUMBER, NULL);
	bool known = known_number(l, &p->out, "scaleOut_threshold", &s.out);
	known = known_number(l, &p->in, "scaleIn_threshold", &s.in) && known;
	if (!known || c == NULL)
		return;
	/* A limit that only an intent will tell is taken as its default meaning. */
	const struct component_numbers *k = component_numbers(c);
	known_number(l, &k->min, "minimum-nodes", &s.min);
	known_number(l, &k->max, "maximum-nodes", &s.max);
	known_number(l, &k->increment, "scaling-increment", &s.increment);
	link_scale(&s, l->diags);
}

void link_policies(struct linker *l)
{
	for (size_t i = 0; i < l->d->n_policies; i++) {
		const struct policy *p = &l->d->policies[i];

		check_metric(l, p);
		check_smoothing(l, p);
		if (p->kind == POLICY_SCALE)
			check_scale(l, p);
	}
}
