/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "base/attr.h"
#include "lm/cli/render/render.h"

/* The latest samples of an assembly, what is fetched of it, and what its policies see of that. */

static void add(struct render_table *t, const char *text)
{
	render_table_add(t, RENDER_PLAIN, text);
}

static void add_figures(struct render_table *t, const json_t *metric)
{
	json_t *values = json_object_get(metric, "values"), *v = NULL;
	const char *name = NULL;
	struct lm_buf b;

	lm_buf_init(&b, 4096);
	json_object_foreach(values, name, v)
	{
		lm_buf_printf(&b, "%s%s=%.6g", b.n > 0 ? " " : "", name, json_number_value(v));
	}
	add(t, b.p);
	lm_buf_fini(&b);
}

static void add_metric(struct render_table *t, const json_t *m)
{
	const json_t *load = json_object_get(m, "load");
	const char *integrity = render_text(m, "integrity"), *at = render_text(m, "at");
	char text[64] = "";

	add(t, render_text(m, "component"));
	add(t, render_text(m, "metricName"));
	if (json_is_number(load))
		snprintf(text, sizeof text, "%.4g", json_number_value(load));
	if (*integrity != '\0')
		render_table_add(t, render_hue_of(integrity), integrity);
	else
		add(t, text);
	add(t, strlen(at) > 11 ? at + 11 : at);
	add_figures(t, m);
}

static void print_policies(const struct render *r, const json_t *all, struct lm_buf *out)
{
	static const char *const heads[] = {"POLICY", "", "SEES"};

	if (json_array_size(all) == 0)
		return;
	struct render_table *t = render_table_begin(heads, LM_COUNT(heads));
	lm_buf_puts(out, "\n");
	for (size_t i = 0; i < json_array_size(all); i++) {
		const json_t *one = json_array_get(all, i);

		add(t, render_text(one, "name"));
		add(t, json_is_true(json_object_get(one, "enabled")) ? "on" : "off");
		add(t, render_text(one, "sees"));
	}
	render_table_end(t, r, out);
}

static void add_number(struct render_table *t, const json_t *n)
{
	char text[32];

	snprintf(text, sizeof text, "%.10g", json_number_value(n));
	add(t, text);
}

/* What the manager fetches by itself. */
static void print_scrapes(const struct render *r, const json_t *all, struct lm_buf *out)
{
	static const char *const heads[] = {
	    "FETCHED", "FROM", "SERIES", "SECONDS", "SAMPLES", "FAILURES", "TROUBLE"};

	if (json_array_size(all) == 0)
		return;
	struct render_table *t = render_table_begin(heads, LM_COUNT(heads));
	lm_buf_puts(out, "\n");
	for (size_t i = 0; i < json_array_size(all); i++) {
		const json_t *one = json_array_get(all, i);
		struct lm_buf name;

		lm_buf_init(&name, 4096);
		lm_buf_printf(
		    &name, "%s.%s", render_text(one, "component"), render_text(one, "metricName"));
		add(t, name.p);
		add(t, render_text(one, "url"));
		add(t, render_text(one, "series"));
		add_number(t, json_object_get(one, "periodSeconds"));
		add_number(t, json_object_get(one, "samples"));
		add_number(t, json_object_get(one, "failures"));
		render_table_add(t, RENDER_BAD, render_text(one, "trouble"));
		lm_buf_fini(&name);
	}
	render_table_end(t, r, out);
}

bool render_metrics(const struct render *r, const json_t *all, struct lm_buf *out)
{
	static const char *const heads[] = {"COMPONENT", "METRIC", "VALUE", "AT", "FIGURES"};
	const json_t *metrics = json_object_get(all, "metrics");

	if (json_array_size(metrics) > 0) {
		struct render_table *t = render_table_begin(heads, LM_COUNT(heads));

		for (size_t i = 0; i < json_array_size(metrics); i++)
			add_metric(t, json_array_get(metrics, i));
		render_table_end(t, r, out);
	}
	print_scrapes(r, json_object_get(all, "scrapes"), out);
	print_policies(r, json_object_get(all, "policies"), out);
	return json_array_size(metrics) > 0;
}
