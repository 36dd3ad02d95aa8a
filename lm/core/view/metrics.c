/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "lm/core/view/view.h"

/* The document of what was measured, and what the policies make of it. */

static void print_metric(struct lm_json *j, const struct component *c, const struct metric *m)
{
	lm_json_open(j, NULL, '{');
	lm_json_str(j, "component", c->name);
	lm_json_str(j, "metricKey", c->id);
	lm_json_str(j, "metricName", m->name);
	if (m->kind == SAMPLE_LOAD)
		lm_json_num(j, "load", m->load);
	if (m->kind == SAMPLE_INTEGRITY)
		lm_json_str(j, "integrity", m->ok ? "OK" : "BROKEN");
	if (m->values != NULL && m->values[0] != '\0')
		lm_json_raw(j, "values", m->values);
	view_time(j, "at", m->at_ms);
	lm_json_close(j, '}');
}

static void print_policy(
    const struct engine *e, const struct watch *w, struct lm_arena *a, struct lm_json *j)
{
	struct lm_buf text;

	if (w->policy == NULL)
		return;
	lm_buf_init(&text, 1024);
	policies_explain(e->policies, w->policy, &text);
	lm_json_open(j, NULL, '{');
	lm_json_str(j, "name", watch_name(w, a));
	lm_json_bool(j, "enabled", policy_is_enabled(w->policy));
	lm_json_str(j, "sees", text.p);
	lm_json_close(j, '}');
	lm_buf_fini(&text);
}

static void print_policies(const struct engine *e, const struct instance *in, struct lm_json *j)
{
	LM_AUTO(lm_arena) arena = lm_arena_new();

	lm_json_open(j, "policies", '[');
	for (size_t i = 0; i < in->scales.n; i++)
		print_policy(e, in->scales.v[i], arena, j);
	for (size_t i = 0; i < in->heals.n; i++)
		print_policy(e, in->heals.v[i], arena, j);
	lm_json_close(j, ']');
}

bool engine_print_metrics(const struct engine *e, const char *name_or_id, struct lm_buf *out)
{
	const struct instance *in = engine_find_instance(e, name_or_id);
	struct lm_json j = lm_json_on(out);
	const struct component *c;

	if (in == NULL)
		return false;
	lm_json_open(&j, NULL, '{');
	lm_json_open(&j, "metrics", '[');
	for (size_t i = 0; (c = lm_map_next(in->components, &i)) != NULL;)
		for (size_t k = 0; k < c->metrics.n; k++)
			if (c->metrics.v[k].at_ms != 0)
				print_metric(&j, c, &c->metrics.v[k]);
	lm_json_close(&j, ']');
	print_policies(e, in, &j);
	lm_json_close(&j, '}');
	return true;
}

const char *engine_resource_name(const struct engine *e, const char *metric_key)
{
	const struct component *c = engine_find_component(e, metric_key);

	return c == NULL ? NULL : c->name;
}

static bool is_before(const struct graph_metric *m, int node)
{
	return m->node < node;
}

/* The first metric of the graph whose node is not before this one; they are in the order of nodes. */
static size_t first_of(const struct graph *g, int node)
{
	return LM_PLACE(g->metrics, g->n_metrics, is_before, node);
}

enum metric_kind engine_metric_kind(
    const struct engine *e, const char *metric_key, const char *metric_name)
{
	static const enum metric_kind kinds[] = {[METRIC_LOAD] = METRIC_KIND_LOAD,
	    [METRIC_INTEGRITY] = METRIC_KIND_INTEGRITY,
	    [METRIC_OTHER] = METRIC_KIND_NONE};
	const struct component *c = engine_find_component(e, metric_key);
	const struct graph *g = c == NULL || c->tree == NULL ? NULL : c->tree->graph;

	if (g == NULL)
		return METRIC_KIND_NONE;
	for (size_t i = first_of(g, c->node); i < g->n_metrics && g->metrics[i].node == c->node;
	     i++)
		if (strcmp(g->metrics[i].name, metric_name) == 0)
			return kinds[g->metrics[i].type];
	return METRIC_KIND_NONE;
}
