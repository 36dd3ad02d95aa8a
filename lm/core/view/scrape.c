/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/core/view/scrape.h"

#include <math.h>
#include <stdlib.h>

#include "base/heap.h"
#include "lm/core/engine_priv.h"

enum { PERIOD_DEFAULT_S = 60, PERIOD_MAX_S = 24 * 3600 };

/* ---- who must hear of it ------------------------------------------------------------------------ */

void scrape_bind(struct engine *e, struct instance *in)
{
	const struct graph *g = in->tree->graph;
	bool was_scraped = in->is_scraped;

	in->is_scraped = false;
	for (size_t i = 0; i < g->n_metrics && !in->is_scraped; i++)
		in->is_scraped = g->metrics[i].scrape != NULL;
	if (was_scraped)
		scrape_tell(e, in);
}

void scrape_tell(struct engine *e, const struct instance *in)
{
	if (lm_map_find(e->scrape_news, in->name) != NULL)
		return;
	char *name = lm_strdup(in->name);
	lm_map_put(e->scrape_news, name, name);
}

void scrape_news_free(struct lm_map *news)
{
	char *name;

	for (size_t i = 0; (name = lm_map_next(news, &i)) != NULL;)
		free(name);
	lm_map_free(news);
}

void engine_scrape_news(struct engine *e, engine_scrape_news_fn *fn, void *arg)
{
	const char *name;

	if (lm_map_count(e->scrape_news) == 0)
		return;
	struct lm_map *news = e->scrape_news;
	e->scrape_news = lm_map_new();
	for (size_t i = 0; (name = lm_map_next(news, &i)) != NULL;)
		fn(arg, name);
	scrape_news_free(news);
}

const char *engine_root_name(const struct engine *e, const char *name_or_id)
{
	const struct instance *in = engine_find_instance(e, name_or_id);

	return in == NULL ? NULL : in->name;
}

/* ---- what is to be fetched ---------------------------------------------------------------------- */

static const char *text_of(struct facts *f, const struct graph_expr *x)
{
	struct graph_facts gf = facts_of(f);
	const char *text = graph_expr_value(f->graph, x, &gf, f->arena);

	return text == NULL ? "" : text;
}

/* What an instance reports may be anything. */
static double number_of(struct facts *f, const struct graph_expr *x, double otherwise)
{
	const char *text = text_of(f, x);
	char *end;
	double d = strtod(text, &end);

	return end == text || *end != '\0' || !isfinite(d) ? otherwise : d;
}

static void tell_target(struct facts *f, const struct component *c, const struct graph_metric *m,
    engine_scrape_fn *fn, void *arg)
{
	double period_s = number_of(f, &m->period_s, PERIOD_DEFAULT_S);

	if (period_s < 1)
		return; /* "0": nobody shall */
	fn(arg, &(struct scrape_target){
		    .component = c->id,
		    .name = c->name,
		    .metric = m->name,
		    .url = text_of(f, &m->scrape->url),
		    .series = text_of(f, &m->scrape->series),
		    .full_scale = number_of(f, &m->scrape->full_scale, 100),
		    .is_load = m->type == METRIC_LOAD,
		    .period_ms = (int64_t)(fmin(period_s, PERIOD_MAX_S) * 1000),
		});
}

void engine_scrape_targets(
    const struct engine *e, const char *root, engine_scrape_fn *fn, void *arg)
{
	const struct instance *in = lm_map_find(e->instances, root);

	if (in == NULL || !in->is_scraped)
		return;
	const struct graph *g = in->tree->graph;
	for (size_t i = 0; i < g->n_metrics; i++) {
		const struct graph_metric *m = &g->metrics[i];
		const struct component *c =
		    m->scrape == NULL ? NULL : lm_map_find(in->components, g->nodes[m->node].name);

		if (c == NULL || !component_is_up(c))
			continue;
		LM_AUTO(lm_arena) arena = lm_arena_new();
		struct facts f = {(struct engine *)(uintptr_t)e, in, g, arena};
		tell_target(&f, c, m, fn, arg);
	}
}
