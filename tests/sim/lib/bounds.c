/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/lib/bounds.h"

#include <string.h>

#include "tests/sim/lib/goals.h"
#include "tests/sim/lib/peek.h"

/* ---- heals --------------------------------------------------------------------------------------- */

static bool field(const char *body, const char *key, char *out, size_t size)
{
	char name[40];

	snprintf(name, sizeof name, "\"%s\":\"", key);
	const char *at = strstr(body, name);
	if (at == NULL)
		return false;
	at += strlen(name);
	snprintf(out, size, "%.*s", (int)strcspn(at, "\""), at);
	return true;
}

/* Of a policy by its full name: "<component>__heal". */
static unsigned maximum_of(struct stage *s, const char *policy)
{
	char name[200];
	int node;

	snprintf(name, sizeof name, "%.*s", (int)(strlen(policy) - strlen("__heal")), policy);
	const struct component *c = engine_find_component(s->engine, name);
	const struct graph *g = c == NULL ? NULL : peek_graph_of(c, true, &node);
	unsigned at = 0;

	if (g == NULL || sscanf(g->nodes[node].descriptor, "resource::r%u", &at) != 1)
		return HEALS_MAX;
	unsigned maximum = s->schedule->model.resources[at % MODEL_RESOURCES].maximum_heals;
	return maximum == 0 ? HEALS_MAX : maximum;
}

static void check_heals(struct stage *s, const char *policy)
{
	struct healed *now = LM_PUSH(NULL, &s->healed);
	unsigned n = 0;

	snprintf(now->policy, sizeof now->policy, "%s", policy);
	now->at_ms = s->now_ms;
	for (size_t i = 0; i < s->healed.n; i++)
		n += strcmp(s->healed.v[i].policy, policy) == 0 &&
		     s->healed.v[i].at_ms > s->now_ms - HEAL_WINDOW_S * 1000;
	if (n > maximum_of(s, policy))
		stage_wrong(s, "%s has wanted %u heals within two minutes", policy, n);
}

void bounds_event(struct stage *s, const char *body)
{
	char text[200];

	if (strstr(body, "\"AlarmEvent\"") != NULL && field(body, "alarm", text, sizeof text))
		s->coverage->given_up += strcmp(text, "healsSpent") == 0;
	if (strstr(body, "\"In Progress\"") != NULL && field(body, "reason", text, sizeof text))
		s->coverage->refills += strstr(text, "new ones take their place") != NULL ||
					strstr(text, "new ones stand by") != NULL;
	if (strstr(body, "\"PolicyEvent\"") != NULL &&
	    strstr(body, "\"action\":\"heal\"") != NULL &&
	    field(body, "policy", text, sizeof text) && strcmp(text, "alert") != 0)
		check_heals(s, text);
}

/* ---- clusters below their minimum ------------------------------------------------------------------ */

/* Somebody in the cluster is lost, and nobody elsewhere is ill. */
static bool could_be_refilled(
    const struct instance *in, const struct graph *g, const struct graph_cluster *k)
{
	const struct component *c;
	bool mourns = false;

	for (size_t i = 0; (c = lm_map_next(in->components, &i)) != NULL;) {
		int node = graph_find_node(g, c->name);
		bool is_member = false;

		for (size_t m = 0; node >= 0 && m < k->n_members; m++)
			is_member = is_member || goals_is_under(g, node, k->members[m]);
		if (!is_member && c->state == COMPONENT_FAILED)
			return false;
		mourns = mourns || (is_member && c->lost);
	}
	return mourns;
}

static void check_minimum(struct stage *s, const struct instance *in, const struct graph *g,
    const struct graph_cluster *k)
{
	LM_AUTO(lm_arena) arena = lm_arena_new();
	unsigned n = members_in_service(in, k, instance_states(in, g, arena));

	if (n < k->min && k->n_members - n < LOST_MAX && could_be_refilled(in, g, k))
		stage_wrong(s, "%s has %u members in service of the %u it needs, and nobody cares",
		    k->name, n, k->min);
}

/* What an operator wanted has failed: the system leaves that to the operator. */
static bool is_an_operators_matter(const struct instance *in)
{
	const struct process *p = in->last;

	return p != NULL && p->intent.reason == NULL && p->intent.kind != INTENT_HEAL &&
	       (p->status == PROCESS_FAILED || p->status == PROCESS_CANCELLED);
}

void bounds_rest(struct stage *s)
{
	const struct instance *in;

	for (size_t i = 0; (in = lm_map_next(s->engine->instances, &i)) != NULL;) {
		const struct graph *g = peek_wanted(in);

		if (is_an_operators_matter(in))
			continue;
		for (size_t k = 0; peek_target(in) == COMPONENT_ACTIVE && k < g->n_clusters; k++)
			check_minimum(s, in, g, &g->clusters[k]);
	}
}
