/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "base/heap.h"
#include "lm/core/engine_priv.h"

/*
 * A cluster that is below its minimum because members of it are lost is refilled: new ones are made
 * beside those.  Each try that fails loses another member, so that the number of the lost is what
 * ends it.  Spares that are lost are made up for in the same way.
 */
struct census {
	struct engine *e;
	struct instance *instance;
	const struct graph *graph;
	const enum component_state *states;
	bool *mourns; /* by cluster: the system has lost somebody in it */
};

/* False: nobody is lost in the whole assembly. */
static bool find_lost(struct census *s, struct lm_arena *a)
{
	const struct graph *g = s->graph;
	const struct component *c;

	for (size_t i = 0; (c = lm_map_next(s->instance->components, &i)) != NULL;) {
		int node = c->lost ? graph_find_node(g, c->name) : -1;

		if (node >= 0 && s->mourns == NULL)
			s->mourns = LM_NEW_N(a, bool, g->n_clusters + 1);
		for (int at = node; at > 0; at = g->nodes[at].parent)
			if (g->nodes[at].cluster >= 0)
				s->mourns[g->nodes[at].cluster] = true;
	}
	return s->mourns != NULL;
}

/* ---- what was said about it -------------------------------------------------------------------------- */

static struct shortage *shortage_of(struct instance *in, const char *cluster)
{
	for (size_t i = 0; i < in->shortages.n; i++)
		if (strcmp(in->shortages.v[i].cluster, cluster) == 0)
			return &in->shortages.v[i];
	return NULL;
}

/* False: that was said already. */
static bool note(struct instance *in, const char *cluster, unsigned n, unsigned lost)
{
	struct shortage *x = shortage_of(in, cluster);

	if (x != NULL && x->in_service == n && x->lost == lost)
		return false;
	if (x == NULL) {
		x = LM_PUSH(NULL, &in->shortages);
		x->cluster = lm_strdup(cluster);
	}
	x->in_service = n;
	x->lost = lost;
	return true;
}

static void alarm_below(struct census *s, const struct graph_cluster *k, enum severity severity,
    const char *text, int64_t now_ms, struct turn *t)
{
	event_alarm(s->e, t, now_ms,
	    &(struct alarm){
		.kind = ALARM_BELOW_MINIMUM,
		.severity = severity,
		.instance = s->instance,
		.cluster = k->name,
		.text = text,
	    });
}

/* Clusters that have what they need again, or are no more. */
static void forget_shortages(struct census *s, int64_t now_ms, struct turn *t)
{
	struct instance *in = s->instance;

	for (size_t i = in->shortages.n; i-- > 0;) {
		int at = graph_find_cluster(s->graph, in->shortages.v[i].cluster);
		const struct graph_cluster *k = at < 0 ? NULL : &s->graph->clusters[at];
		unsigned n = k == NULL ? 0 : members_in_service(in, k, s->states);

		if (k != NULL && n < k->min && in->tree->spec.target == COMPONENT_ACTIVE)
			continue;
		if (k != NULL)
			alarm_below(
			    s, k, SEVERITY_CLEARED, "it has the members it needs", now_ms, t);
		free(in->shortages.v[i].cluster);
		lm_vec_remove(&in->shortages, i);
	}
}

/* ---- what is done about it ---------------------------------------------------------------------------- */

/* True: its scale-out is wished. */
static bool refill(struct census *s, const struct graph_cluster *k, int64_t now_ms, struct turn *t)
{
	unsigned n = members_in_service(s->instance, k, s->states);
	unsigned lost = (unsigned)k->n_members - n;
	bool ends = lost >= LOST_MAX;
	char text[200];

	if (n >= k->min)
		return false;
	snprintf(text, sizeof text,
	    ends ? "%u of %u members in service: %u are lost, no more are made until they are "
		   "healed "
		   "or scaled in"
		 : "%u of %u members in service, %u lost: new ones take their place",
	    n, k->min, lost);
	if (note(s->instance, k->name, n, lost))
		alarm_below(s, k, ends ? SEVERITY_CRITICAL : SEVERITY_MAJOR, text, now_ms, t);
	if (ends)
		return false;
	wish_size(s->e, INTENT_SCALE_OUT, s->instance, k->name, k->min, NULL, text);
	return true;
}

/* The same for the spares: who is lost does not stand by, and the next death would be a cold one. */
static bool refill_spares(struct census *s, const struct graph_cluster *k)
{
	unsigned n = members_in_service(s->instance, k, s->states);
	unsigned missing = n >= k->min && n > 0 ? spares_missing(s->instance, k) : 0;
	char text[120];

	if (missing == 0)
		return false;
	snprintf(text, sizeof text, "%u of %u spares lost: new ones stand by in their place",
	    missing, k->spares);
	wish_size(s->e, INTENT_SCALE_OUT, s->instance, k->name, n, NULL, text);
	return true;
}

/* Then it is for an operator to go on with it, or to go back: what the system did would be in the way. */
static bool has_failed_operator(const struct instance *in)
{
	const struct process *p = in->last;

	return p != NULL && p->intent.reason == NULL && p->intent.kind != INTENT_HEAL &&
	       (p->status == PROCESS_FAILED || p->status == PROCESS_CANCELLED);
}

void watch_refill(struct engine *e, struct instance *in, int64_t now_ms, struct turn *t)
{
	LM_AUTO(lm_arena) arena = lm_arena_new();
	struct census s = {.e = e, .instance = in, .graph = in->tree->graph};
	bool some;

	if (!instance_rests(in) || has_failed_operator(in))
		return;
	some = in->tree->spec.target == COMPONENT_ACTIVE && find_lost(&s, arena);
	if (!some && in->shortages.n == 0)
		return;
	s.states = instance_states(in, s.graph, arena);
	forget_shortages(&s, now_ms, t);
	for (size_t i = 0; some && i < s.graph->n_clusters; i++)
		if (s.mourns[i] && (refill(&s, &s.graph->clusters[i], now_ms, t) ||
				       refill_spares(&s, &s.graph->clusters[i])))
			return; /* the next one when this is done */
}
