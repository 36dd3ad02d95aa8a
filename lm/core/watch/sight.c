/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/core/engine_priv.h"

/* Which policy sees something, and when. */

struct sight {
	struct facts f;
	struct instance *instance;
	const enum component_state *states; /* by node; NULL: not looked at yet */
	bool rests;                         /* nothing is about to change */
	int64_t now_ms;
};

static bool may_be_seen(const struct component *c)
{
	return c != NULL && component_is_up(c);
}

/* ---- scale --------------------------------------------------------------------------------------- */

/* The loads that count: of those who are in service. */
static size_t loads_of(struct sight *s, const struct watch *w, struct series ***out)
{
	const struct graph *g = s->f.graph;
	const struct graph_scale *scale = &g->scales[w->index];
	size_t n = 0;

	*out = LM_NEW_N(s->f.arena, struct series *, scale->n_metrics + 1);
	for (size_t i = 0; i < scale->n_metrics && s->rests; i++) {
		const struct graph_metric *gm = &g->metrics[scale->metrics[i]];
		const struct component *c =
		    lm_map_find(s->instance->components, g->nodes[gm->node].name);
		const struct metric *m = may_be_seen(c) ? metric_find(c, gm->name) : NULL;

		if (m != NULL && m->series != NULL)
			(*out)[n++] = m->series;
	}
	return n;
}

static unsigned size_of(struct sight *s, const struct graph_cluster *c)
{
	if (s->states == NULL)
		s->states = instance_states(s->instance, s->f.graph, s->f.arena);
	return members_in_service(s->instance, c, s->states);
}

static void sync_scale(struct sight *s, struct watch *w)
{
	const struct graph *g = s->f.graph;
	const struct graph_cluster *c = &g->clusters[g->scales[w->index].cluster];
	struct policies *ps = s->f.engine->policies;
	struct series **loads;
	struct policy_scale set;

	size_t n = loads_of(s, w, &loads);
	unsigned size = n == 0 ? 0 : size_of(s, c);
	if (size == 0 && c->n_members > 0)
		n = 0; /* nobody carries the load: there is nothing to judge by */
	if (n > 0)
		policies_set_size(ps, w->policy, size, s->now_ms);
	if (policy_is_enabled(w->policy) == (n > 0) && n == w->n_seen)
		return;
	w->n_seen = n;
	watch_describe_scale(&s->f, w, &set);
	set.series = loads;
	set.n_series = n;
	if (n > 0 && c->n_members - size >= LOST_MAX)
		set.max = size > c->min ? size : c->min; /* no more are made for now */
	policies_change_scale(ps, w->policy, &set);
	policies_enable(ps, w->policy, n > 0, s->now_ms);
}

/* ---- all of them ---------------------------------------------------------------------------------- */

void watch_sync(struct engine *e, struct instance *in, int64_t now_ms)
{
	LM_AUTO(lm_arena) arena = lm_arena_new();
	struct sight s = {
	    .f = {e, in, in->tree->graph, arena},
	    .instance = in,
	    .rests = instance_rests(in),
	    .now_ms = now_ms,
	};

	for (size_t i = 0; i < in->scales.n; i++)
		sync_scale(&s, in->scales.v[i]);
	for (size_t i = 0; i < in->heals.n; i++) {
		const struct watch *w = in->heals.v[i];

		if (w->policy != NULL)
			policies_enable(
			    e->policies, w->policy, s.rests && may_be_seen(w->component), now_ms);
	}
	if (in->is_scraped)
		scrape_tell(e, in);
}

void watch_restart(struct engine *e, struct instance *in, int64_t now_ms)
{
	for (size_t i = 0; i < in->scales.n; i++)
		policies_enable(e->policies, in->scales.v[i]->policy, false, now_ms);
	for (size_t i = 0; i < in->heals.n; i++)
		policies_enable(e->policies, in->heals.v[i]->policy, false, now_ms);
	watch_sync(e, in, now_ms);
}
