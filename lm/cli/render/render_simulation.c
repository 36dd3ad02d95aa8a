/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/cli/render/render_simulation.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

enum { ACTS_SHOWN = 60, DAY_MS = 86400000 };

static void add(struct render_table *t, enum render_hue hue, const char *fmt, ...) LM_PRINTF(3, 4);

static void add(struct render_table *t, enum render_hue hue, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	render_table_add(t, hue, text);
}

static void add_duration(struct render_table *t, enum render_hue hue, int64_t ms, const char *none)
{
	struct lm_buf b;

	lm_buf_init(&b, 64);
	if (ms > 0)
		render_duration(ms, &b);
	render_table_add(t, hue, ms > 0 ? b.p : none);
	lm_buf_fini(&b);
}

static double percent(double part, double whole)
{
	return whole > 0 ? 100 * part / whole : 0;
}

/* ---- what it came to ---------------------------------------------------------------------------- */

static struct render_table *sums_table(const struct simulation *s)
{
	static const char *const heads[] = {"POLICY", "OVER CAPACITY", "", "UNSERVED", "WORST",
	    "SERVER-HOURS", "USED", "PEAK", "OUT", "IN", "TURNS", "HEALS"};
	struct render_table *t = render_table_new(s->clusters > 1 ? 12 : 11);

	for (size_t i = 0; i < LM_COUNT(heads); i++)
		if (strcmp(heads[i], "WORST") != 0 || s->clusters > 1)
			render_table_add(t, RENDER_FAINT, heads[i]);
	for (size_t i = 1; i < (s->clusters > 1 ? 12 : 11); i++)
		render_table_align_right(t, i);
	return t;
}

static void add_sum(struct render_table *t, const struct simulation *s, const struct variant *v)
{
	const struct world_sum *x = &v->sum.all;
	enum render_hue hue = x->over_ms > 0 ? RENDER_BAD : RENDER_GOOD;

	add(t, RENDER_BOLD, "%s", v->name);
	add_duration(t, hue, x->over_ms, "never");
	add(t, hue, "%.3f %%", percent((double)x->over_ms, (double)x->time_ms));
	add(t, hue, "%.3f %%", percent(x->unserved, x->offered));
	if (s->clusters > 1)
		add_duration(t, hue, v->sum.worst.over_ms, "-");
	add(t, RENDER_PLAIN, x->server_ms < 36000000 ? "%.3f" : "%.1f",
	    (double)x->server_ms / 3600000);
	add(t, RENDER_PLAIN, "%.0f %%",
	    percent(x->offered - x->unserved, 100 * (double)x->serving_ms));
	add(t, RENDER_PLAIN, "%u", x->peak);
	add(t, RENDER_PLAIN, "%u", x->outs);
	add(t, RENDER_PLAIN, "%u", x->ins);
	add(t, RENDER_PLAIN, "%u", x->turns);
	add(t, RENDER_PLAIN, "%u", x->heals);
}

static void render_sums(const struct render *r, const struct simulation *s, struct lm_buf *out)
{
	struct render_table *t = sums_table(s);

	for (size_t i = 0; i < s->n_variants; i++)
		add_sum(t, s, &s->variants[i]);
	render_table_print(t, r, out);
	render_table_free(t);
}

/* ---- what was decided ------------------------------------------------------------------------------ */

static void time_of(const struct simulation *s, int64_t at_ms, char out[32])
{
	const struct load *l = s->conf.load;
	int64_t wall_ms = l->begin_ms + at_ms;
	time_t t = (time_t)(wall_ms / 1000);
	struct tm tm;

	gmtime_r(&t, &tm);
	strftime(
	    out, 32, (int64_t)l->n * l->period_ms > DAY_MS ? "%a %d %H:%M:%S" : "%H:%M:%S", &tm);
}

static void add_act(struct render_table *t, const struct simulation *s, const struct world_act *a)
{
	static const char *const what[] = {[WORLD_SCALE_OUT] = "scale out",
	    [WORLD_SCALE_IN] = "scale in",
	    [WORLD_HEAL] = "heal",
	    [WORLD_OTHER] = "change",
	    [WORLD_KILL] = "death"};
	enum render_hue hue = a->kind == WORLD_KILL || a->has_failed ? RENDER_BAD : RENDER_PLAIN;
	char text[32];

	time_of(s, a->at_ms, text);
	add(t, RENDER_PLAIN, "%s", text);
	add(t, hue, "%s%s", what[a->kind], a->has_failed ? ", failed" : "");
	add(t, RENDER_PLAIN, "%u -> %u", a->from, a->to);
	if (a->kind == WORLD_KILL)
		render_table_add(t, RENDER_PLAIN, "");
	else
		add_duration(t, RENDER_PLAIN, a->took_ms, a->took_ms == 0 ? "at once" : "not yet");
	add(t, RENDER_PLAIN, "%s", a->reason);
}

static void render_acts(
    const struct render *r, const struct simulation *s, const struct variant *v, struct lm_buf *out)
{
	static const char *const heads[] = {"TIME", "WHAT", "SERVERS", "TOOK", "WHY"};
	size_t n = v->story->acts.n, shown = n < ACTS_SHOWN ? n : ACTS_SHOWN;
	struct render_table *t = render_table_new(LM_COUNT(heads));

	lm_buf_puts(out, "\n");
	render_paint(r, RENDER_BOLD, v->name, out);
	lm_buf_puts(out, n == 0 ? ": nothing is decided\n" : "\n");
	for (size_t i = 0; i < LM_COUNT(heads); i++)
		render_table_add(t, RENDER_FAINT, heads[i]);
	render_table_align_right(t, 3);
	for (size_t i = 0; i < shown; i++)
		add_act(t, s, &v->story->acts.v[i]);
	if (n > 0)
		render_table_print(t, r, out);
	if (n + v->story->more_acts > shown)
		lm_buf_printf(out, "... and %zu more: -o json tells %s\n",
		    n + v->story->more_acts - shown, v->story->more_acts > 0 ? "most" : "all");
	render_table_free(t);
}

/* ---- all of it ----------------------------------------------------------------------------------- */

static void render_head(const struct simulation *s, struct lm_buf *out)
{
	const struct world_service *v = &s->variants[0].service;
	const struct load *l = s->conf.load;
	time_t begin = (time_t)(l->begin_ms / 1000);
	char text[64];
	struct tm tm;

	gmtime_r(&begin, &tm);
	strftime(text, sizeof text, "%a %d %b %Y %H:%M UTC", &tm);
	lm_buf_printf(out, "%s, policy %s: %s scaled by %s under %s\n", s->conf.descriptor,
	    v->policy, v->cluster, v->metric, s->source);
	lm_buf_printf(out, "simulated from %s for ", text);
	render_duration((int64_t)l->n * l->period_ms, out);
	lm_buf_printf(out, ", a sample every %g s", (double)l->period_ms / 1000);
	if (s->clusters > 1)
		lm_buf_printf(out, "; %zu clusters together, and the decisions of %s, %zu",
		    s->clusters, s->variants[0].sum.over_clusters > 0 ? "the worst" : "one of them",
		    s->shown + 1);
	lm_buf_puts(out, "\n");
	if (l->silent_ms > 0) {
		lm_buf_puts(out, "the recording is silent for ");
		render_duration(l->silent_ms, out);
		lm_buf_puts(out, ": the value before was held\n");
	}
	lm_buf_puts(out, "\n");
}

void render_simulation(const struct render *r, const struct simulation *s, struct lm_buf *out)
{
	render_head(s, out);
	render_sums(r, s, out);
	for (size_t i = 0; i < s->n_variants; i++)
		render_acts(r, s, &s->variants[i], out);
}
