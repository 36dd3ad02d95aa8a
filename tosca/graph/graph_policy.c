/* SPDX-License-Identifier: Apache-2.0 */
#include "tosca/graph/graph_build.h"

/* What is measured in a graph, and who looks at it. */

const int *builder_nodes(const struct builder *b, const struct slot *slot, size_t *out_n)
{
	*out_n = 1;
	if (slot->cluster < 0)
		return &slot->node;
	*out_n = b->clusters.v[slot->cluster].n_members;
	return b->clusters.v[slot->cluster].members;
}

/* ---- metrics ------------------------------------------------------------------------------- */

static const struct graph_scrape *stamp_scrape(struct builder *b, int node, const struct tscrape *t)
{
	if (t == NULL)
		return NULL;
	struct graph_scrape *s = LM_NEW(b->arena, struct graph_scrape);
	s->url = stamp_expr(b, node, &t->url, NULL);
	s->series = stamp_expr(b, node, &t->series, NULL);
	s->full_scale = stamp_expr(b, node, &t->full_scale, NULL);
	return s;
}

static void add_metrics(struct builder *b, int node)
{
	const struct template *t = b->infos.v[node].template;

	b->infos.v[node].first_metric = (int)b->metrics.n;
	for (size_t i = 0; i < t->d->n_metrics; i++) {
		struct graph_metric *m = LM_PUSH(NULL, &b->metrics);

		m->node = node;
		m->name = t->metrics[i].name;
		m->type = t->metrics[i].type;
		m->period_s = stamp_expr(b, node, &t->metrics[i].period, NULL);
		m->scrape = stamp_scrape(b, node, t->metrics[i].scrape);
	}
}

struct ints {
	int *v;
	size_t n, cap;
};

/* Follows promotions from a node's metric down to the resources that publish it. */
static void collect_metrics(struct builder *b, int node, const char *name, struct ints *out)
{
	const struct node_info *info = &b->infos.v[node];
	const struct metric *m = descriptor_metric(info->template->d, name);
	size_t n;

	if (m == NULL)
		return;
	size_t i = (size_t)(m - info->template->d->metrics);
	if (info->template->d->name.kind == NAME_RESOURCE) {
		*LM_PUSH(b->arena, out) = info->first_metric + (int)i;
		return;
	}
	const struct tmetric *t = &info->template->metrics[i];
	const int *nodes = builder_nodes(b, &info->slots[t->slot], &n);
	for (size_t k = 0; k < n; k++)
		collect_metrics(b, nodes[k], t->promoted, out);
}

/* ---- values that only the intent tells ----------------------------------------------------- */

/* What a policy says with the intent's values.  False: something that cannot be; reported. */
static bool late_settings(
    struct builder *b, int node, const struct tpolicy *p, struct setting_value *v)
{
	bool good = true;

	for (int s = 0; s < SETTINGS_N; s++) {
		const struct texpr *t = &p->settings[s];
		const char *text;

		v[s] = (struct setting_value){.given = false};
		if (p->source->settings[s].n == 0 ||
		    !setting_belongs((enum setting)s, p->source->kind))
			continue;
		text = expand_value(b, node, t);
		v[s].given = text == NULL || *text != '\0';
		v[s].pos = t->source->pos;
		if (text != NULL && *text != '\0')
			good = link_setting(
				   (enum setting)s, text, CODE_LATE_NUMBER, &v[s], b->diags) &&
			       good;
	}
	for (int s = 0; s < SETTINGS_N; s++)
		if (!v[s].given)
			v[s] = v[setting_for_both((enum setting)s)];
	return good;
}

/* Something that was to come with the intent, and is empty. */
static void check_complete(
    struct builder *b, const struct tpolicy *p, const struct setting_value *v)
{
	static const enum setting thresholds[] = {SETTING_OUT, SETTING_IN};

	for (size_t i = 0; i < LM_COUNT(thresholds) && !v[SETTING_TARGET].given; i++)
		if (!v[thresholds[i]].given)
			diag_add(b->diags, CODE_LATE_NUMBER, &p->source->name.pos,
			    "policy '%s' has no %s, and no target_load either", p->name,
			    setting_text(thresholds[i]));
}

/* With the intent's numbers, where the descriptor alone could not tell. */
static void check_scale(
    struct builder *b, int node, const struct tpolicy *p, const struct graph_cluster *k)
{
	const struct tnumbers *c = b->infos.v[node].template->components[p->target].numbers;
	struct setting_value v[SETTINGS_N];
	const struct scale_view s = {.policy = p->name,
	    .pos = p->source->name.pos,
	    .v = v,
	    .min = k->min,
	    .max = k->max,
	    .increment = k->increment};

	if (p->fixed && c->min.fixed && c->max.fixed && c->increment.fixed)
		return;
	if (!late_settings(b, node, p, v))
		return;
	check_complete(b, p, v);
	link_scale(&s, b->diags);
}

/* ---- policies ------------------------------------------------------------------------------ */

/* Where the value of a setting goes in the graph's own. */
struct home {
	enum setting setting;
	size_t at;
};

static void stamp_settings(struct builder *b, int node, const struct tpolicy *p,
    const struct home *homes, size_t n, void *to)
{
	for (size_t i = 0; i < n; i++) {
		struct graph_expr *e = (void *)((char *)to + homes[i].at);

		*e = stamp_expr(b, node, &p->settings[homes[i].setting], NULL);
	}
}

static void add_heal(struct builder *b, int node, const struct tpolicy *p)
{
	static const struct home homes[] = {
	    {SETTING_SMOOTHING, offsetof(struct graph_heal, smoothing)},
	    {SETTING_MAXIMUM, offsetof(struct graph_heal, maximum)},
	    {SETTING_WINDOW, offsetof(struct graph_heal, window)},
	};
	const struct node_info *info = &b->infos.v[node];
	const struct metric *m = descriptor_metric(info->template->d, p->metric);
	struct graph_heal *h = LM_PUSH(NULL, &b->heals);

	h->name = p->name;
	h->node = node;
	h->metric = info->first_metric + (int)(m - info->template->d->metrics);
	stamp_settings(b, node, p, homes, LM_COUNT(homes), h);
	if (!p->fixed) {
		struct setting_value v[SETTINGS_N];

		late_settings(b, node, p, v);
	}
}

static void add_scale(struct builder *b, int node, const struct tpolicy *p)
{
	static const struct home homes[] = {
	    {SETTING_OUT, offsetof(struct graph_scale, out)},
	    {SETTING_IN, offsetof(struct graph_scale, in)},
	    {SETTING_SMOOTHING_OUT, offsetof(struct graph_scale, smoothing_out)},
	    {SETTING_SMOOTHING_IN, offsetof(struct graph_scale, smoothing_in)},
	    {SETTING_STEP, offsetof(struct graph_scale, step)},
	    {SETTING_TARGET, offsetof(struct graph_scale, target)},
	    {SETTING_TOLERANCE, offsetof(struct graph_scale, tolerance)},
	    {SETTING_COOLDOWN_OUT, offsetof(struct graph_scale, cooldown_out)},
	    {SETTING_COOLDOWN_IN, offsetof(struct graph_scale, cooldown_in)},
	    {SETTING_STABILIZATION, offsetof(struct graph_scale, stabilization)},
	    {SETTING_GUARD, offsetof(struct graph_scale, guard)},
	    {SETTING_PREDICT, offsetof(struct graph_scale, predict)},
	    {SETTING_PREDICT_WINDOW, offsetof(struct graph_scale, predict_window)},
	    {SETTING_SCHEDULE, offsetof(struct graph_scale, schedule)},
	    {SETTING_SCHEDULE_OFFSET, offsetof(struct graph_scale, schedule_offset)},
	};
	const struct node_info *info = &b->infos.v[node];
	struct ints metrics = {0};
	size_t n;

	if (p->metric_slot < 0) {
		collect_metrics(b, node, p->metric, &metrics);
	} else {
		const int *nodes = builder_nodes(b, &info->slots[p->metric_slot], &n);

		for (size_t i = 0; i < n; i++)
			collect_metrics(b, nodes[i], p->metric, &metrics);
	}
	struct graph_scale *s = LM_PUSH(NULL, &b->scales);
	s->name = p->name;
	s->owner = node;
	s->cluster = info->slots[p->target].cluster;
	s->metrics = metrics.v;
	s->n_metrics = metrics.n;
	stamp_settings(b, node, p, homes, LM_COUNT(homes), s);
	check_scale(b, node, p, &b->clusters.v[s->cluster]);
}

static void add_policies(struct builder *b, int node)
{
	const struct template *t = b->infos.v[node].template;

	for (size_t i = 0; i < t->d->n_policies; i++) {
		if (t->policies[i].source->kind == POLICY_HEAL)
			add_heal(b, node, &t->policies[i]);
		else if (!b->nodes.v[node].spare)
			add_scale(b, node, &t->policies[i]);
	}
}

void observe_nodes(struct builder *b)
{
	for (size_t i = 0; i < b->nodes.n; i++)
		if (b->nodes.v[i].resource != NULL)
			add_metrics(b, (int)i);
	for (size_t i = 0; i < b->nodes.n; i++)
		add_policies(b, (int)i);
}
