/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/server/scrape/scrape.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/heap.h"
#include "base/log.h"
#include "base/time.h"
#include "lm/server/scrape/page.h"

/* Which metrics are fetched, of whom. */

enum { CONNECTIONS_KEPT = 256 };

struct root {
	char *name;
	struct lm_arena *arena; /* of the wants and their texts */
	struct lm_map *by_name; /* "component.metric"; borrowed */
	LM_VEC(struct want *) wants;
};

/* ---- one root assembly ------------------------------------------------------------------------------- */

static struct root *root_new(const char *name)
{
	struct root *r = lm_alloc(sizeof *r);

	r->name = lm_strdup(name);
	r->arena = lm_arena_new();
	r->by_name = lm_map_new();
	return r;
}

static void root_free(struct scraper *s, struct root *r)
{
	if (r == NULL)
		return;
	for (size_t i = 0; i < r->wants.n; i++)
		if (r->wants.v[i]->page != NULL)
			page_leave(r->wants.v[i]);
	s->counts.metrics -= r->wants.n;
	lm_map_free(r->by_name);
	lm_arena_free(r->arena);
	free(r->name);
	free(r);
}

static const char *url_flaw(struct lm_arena *a, const char *url)
{
	struct lm_err *e = web_check(url, false);

	if (e == NULL)
		return NULL;
	const char *why = lm_arena_printf(a, "url: %s", lm_err_text(e));
	lm_err_free(e);
	return why;
}

/* NULL: it can be fetched. */
static const char *flaw(const struct scraper *s, struct root *r, struct want *w)
{
	struct selector_flaw why;

	if (s->counts.metrics >= SCRAPE_METRICS_MAX)
		return "more metrics are to be fetched than the manager takes on";
	if (!selector_parse(r->arena, w->series, &w->selector, &why))
		return lm_arena_printf(r->arena, "series: %s", why.what);
	if (w->is_load && !(isfinite(w->full_scale) && w->full_scale > 0))
		return "full-scale is not a number above 0";
	return url_flaw(r->arena, w->url);
}

static void add_want(
    struct scraper *s, struct root *r, const struct scrape_target *t, const struct root *before)
{
	struct want *w = LM_NEW(r->arena, struct want);
	const char *key = lm_arena_join(r->arena, t->component, ".", t->metric, NULL);
	const struct want *old = before == NULL ? NULL : lm_map_find(before->by_name, key);

	*w = (struct want){
	    .component = lm_arena_strdup(r->arena, t->component),
	    .name = lm_arena_strdup(r->arena, t->name),
	    .metric = lm_arena_strdup(r->arena, t->metric),
	    .url = lm_arena_strdup(r->arena, t->url),
	    .series = lm_arena_strdup(r->arena, t->series),
	    .full_scale = t->full_scale,
	    .is_load = t->is_load,
	    .period_ms = t->period_ms,
	    .samples = old == NULL ? 0 : old->samples,
	    .failures = old == NULL ? 0 : old->failures,
	    .at_ms = old == NULL ? 0 : old->at_ms,
	};
	w->trouble = flaw(s, r, w);
	if (w->trouble == NULL)
		page_join(s, w);
	else if (old == NULL || old->page != NULL)
		lm_log(LM_LOG_WARN, "scrape.refused", "component=%s metric=%s %s", w->name,
		    w->metric, w->trouble);
	lm_map_put(r->by_name, key, w);
	*LM_PUSH(r->arena, &r->wants) = w;
	s->counts.metrics++;
}

/* Those that are new first, so that an address which stays is not left meanwhile. */
void scraper_set(
    struct scraper *s, const char *name, const struct scrape_target *const *targets, size_t n)
{
	struct root *before = lm_map_remove(s->roots, name);
	struct root *r = n == 0 ? NULL : root_new(name);

	if (before != NULL)
		s->counts.metrics -= before->wants.n;
	for (size_t i = 0; i < n; i++)
		add_want(s, r, targets[i], before);
	if (before != NULL)
		s->counts.metrics += before->wants.n;
	root_free(s, before);
	if (r != NULL)
		lm_map_put(s->roots, r->name, r);
}

/* ---- what the engine tells ---------------------------------------------------------------------------- */

struct listing {
	struct scraper *scraper;
	struct engine *engine;
	struct lm_arena *arena;
	LM_VEC(const struct scrape_target *) targets;
};

static void list_target(void *arg, const struct scrape_target *t)
{
	struct listing *l = arg;
	struct scrape_target *copy = LM_NEW(l->arena, struct scrape_target);

	*copy = *t;
	copy->url = lm_arena_strdup(l->arena, t->url);
	copy->series = lm_arena_strdup(l->arena, t->series);
	*LM_PUSH(l->arena, &l->targets) = copy;
}

static void follow_root(void *arg, const char *root)
{
	struct listing *l = arg;
	LM_AUTO(lm_arena) arena = lm_arena_new();

	*l = (struct listing){.scraper = l->scraper, .engine = l->engine, .arena = arena};
	engine_scrape_targets(l->engine, root, list_target, l);
	scraper_set(l->scraper, root, l->targets.v, l->targets.n);
}

void scraper_follow(struct scraper *s, struct engine *e)
{
	engine_scrape_news(e, follow_root, &(struct listing){.scraper = s, .engine = e});
}

/* ---- what is shown ------------------------------------------------------------------------------------- */

static void print_want(const struct want *w, struct lm_json *j)
{
	const char *trouble = w->trouble;
	char at[LM_TIME_SIZE];

	if (trouble == NULL && w->page->trouble[0] != '\0')
		trouble = w->page->trouble;
	lm_json_open(j, NULL, '{');
	lm_json_str(j, "component", w->name);
	lm_json_str(j, "metricName", w->metric);
	lm_json_str(j, "url", w->url);
	lm_json_str(j, "series", w->series);
	lm_json_num(j, "periodSeconds", (double)w->period_ms / 1000);
	lm_json_int(j, "samples", (int64_t)w->samples);
	lm_json_int(j, "failures", (int64_t)w->failures);
	lm_time_text(w->at_ms, at);
	if (w->at_ms != 0)
		lm_json_str(j, "at", at);
	if (trouble != NULL)
		lm_json_str(j, "trouble", trouble);
	lm_json_close(j, '}');
}

void scraper_print(const struct scraper *s, const char *root, const char *key, struct lm_json *j)
{
	const struct root *r = lm_map_find(s->roots, root);

	lm_json_open(j, key, '[');
	for (size_t i = 0; r != NULL && i < r->wants.n; i++)
		print_want(r->wants.v[i], j);
	lm_json_close(j, ']');
}

struct scraper_counts scraper_counts(const struct scraper *s)
{
	return s->counts;
}

/* ---- beginning and end ---------------------------------------------------------------------------------- */

struct scraper *scraper_new(const struct scraper_conf *conf)
{
	struct scraper *s = lm_alloc(sizeof *s);

	s->conf = *conf;
	s->web = web_new(conf->loop, CONNECTIONS_KEPT);
	s->roots = lm_map_new();
	s->pages = lm_map_new();
	TAILQ_INIT(&s->waiting);
	return s;
}

void scraper_free(struct scraper *s)
{
	struct root *r;

	if (s == NULL)
		return;
	for (size_t i = 0; (r = lm_map_next(s->roots, &i)) != NULL;)
		root_free(s, r);
	lm_map_free(s->roots);
	lm_map_free(s->pages);
	web_free(s->web);
	free(s);
}
