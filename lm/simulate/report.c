/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json.h"
#include "base/time.h"
#include "lm/simulate/simulate.h"

/* What it came to, for programs. */

static const char *const act_text[] = {
    [WORLD_SCALE_OUT] = "scaleOut",
    [WORLD_SCALE_IN] = "scaleIn",
    [WORLD_HEAL] = "heal",
    [WORLD_OTHER] = "other",
    [WORLD_KILL] = "kill",
};

static void print_time(struct lm_json *j, const char *key, int64_t ms)
{
	char text[LM_TIME_SIZE];

	lm_time_text(ms, text);
	lm_json_str(j, key, text);
}

static void print_act(struct lm_json *j, const struct world_act *a, int64_t begin_ms)
{
	lm_json_open(j, NULL, '{');
	print_time(j, "at", begin_ms + a->at_ms);
	lm_json_num(j, "seconds", (double)a->at_ms / 1000);
	lm_json_str(j, "what", act_text[a->kind]);
	lm_json_int(j, "from", a->from);
	lm_json_int(j, "to", a->to);
	if (a->took_ms >= 0)
		lm_json_int(j, "tookMs", a->took_ms);
	if (a->has_failed)
		lm_json_bool(j, "failed", true);
	lm_json_str(j, "reason", a->reason);
	lm_json_close(j, '}');
}

static double percent(double part, double whole)
{
	return whole > 0 ? 100 * part / whole : 0;
}

static void print_sum(struct lm_json *j, const struct world_sum *s)
{
	lm_json_num(j, "overCapacitySeconds", (double)s->over_ms / 1000);
	lm_json_num(j, "overCapacityPercent", percent((double)s->over_ms, (double)s->time_ms));
	lm_json_num(j, "unservedPercent", percent(s->unserved, s->offered));
	lm_json_num(j, "serverHours", (double)s->server_ms / 3600000);
	lm_json_num(
	    j, "usedPercent", percent(s->offered - s->unserved, 100 * (double)s->serving_ms));
	lm_json_int(j, "peak", s->peak);
	lm_json_int(j, "scaleOuts", s->outs);
	lm_json_int(j, "scaleIns", s->ins);
	lm_json_int(j, "turns", s->turns);
	lm_json_int(j, "kills", s->kills);
	lm_json_int(j, "heals", s->heals);
	lm_json_int(j, "failures", s->failures);
}

static void print_variant(struct lm_json *j, const struct simulation *s, const struct variant *v)
{
	lm_json_open(j, NULL, '{');
	lm_json_str(j, "policy", v->name);
	print_sum(j, &v->sum.all);
	if (s->clusters > 1) {
		lm_json_int(j, "overClusters", (int64_t)v->sum.over_clusters);
		lm_json_open(j, "worst", '{');
		lm_json_int(j, "cluster", (int64_t)v->sum.worst_cluster + 1);
		print_sum(j, &v->sum.worst);
		lm_json_close(j, '}');
	}
	lm_json_open(j, "decisions", '[');
	for (size_t i = 0; i < v->story->acts.n; i++)
		print_act(j, &v->story->acts.v[i], s->conf.load->begin_ms);
	lm_json_close(j, ']');
	if (v->story->more_acts > 0)
		lm_json_int(j, "moreDecisions", (int64_t)v->story->more_acts);
	lm_json_close(j, '}');
}

void simulation_print_json(const struct simulation *s, struct lm_buf *out)
{
	const struct load *l = s->conf.load;
	struct lm_json j = lm_json_on(out);

	lm_json_open(&j, NULL, '{');
	lm_json_str(&j, "service", s->conf.descriptor);
	lm_json_str(&j, "policy", s->variants[0].service.policy);
	lm_json_str(&j, "metric", s->variants[0].service.metric);
	lm_json_str(&j, "cluster", s->variants[0].service.cluster);
	lm_json_str(&j, "load", s->source);
	lm_json_int(&j, "seed", (int64_t)s->conf.seed);
	print_time(&j, "begin", l->begin_ms);
	lm_json_num(&j, "seconds", (double)l->n * (double)l->period_ms / 1000);
	lm_json_num(&j, "period", (double)l->period_ms / 1000);
	lm_json_int(&j, "clusters", (int64_t)s->clusters);
	lm_json_int(&j, "decisionsOf", (int64_t)s->shown + 1);
	lm_json_open(&j, "variants", '[');
	for (size_t i = 0; i < s->n_variants; i++)
		print_variant(&j, s, &s->variants[i]);
	lm_json_close(&j, ']');
	lm_json_close(&j, '}');
}
