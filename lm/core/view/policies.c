/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/core/view/view.h"

/* The document of the policies: what each has seen, what it does about it, and why not. */

enum { WINDOW_MAX = 64 * 1024 }; /* of one policy */

/* NULL: it sees. */
static const char *why_blind(const struct watch *w, struct lm_arena *a)
{
	const struct instance *in = w->instance;

	if (policy_is_enabled(w->policy))
		return NULL;
	if (in->running != NULL)
		return lm_arena_printf(a, "process %s (%s) runs on '%s'", in->running->id,
		    intent_kind_text(in->running->intent.kind), in->name);
	if (!instance_rests(in))
		return lm_arena_printf(a, "a process waits for '%s'", in->name);
	if (w->component != NULL)
		return lm_arena_printf(
		    a, "'%s' is %s", w->component->name, component_state_text(w->component->state));
	return "nobody is Active who reports its metric, or who would carry the load";
}

/* 'states': of all nodes of the instance, for its scale policies. */
static void print_subject(
    struct lm_json *j, const struct watch *w, const enum component_state *states)
{
	const struct graph *g = w->instance->tree->graph;

	if (w->component != NULL) {
		lm_json_str(j, "component", w->component->name);
		lm_json_str(j, "state", component_state_text(w->component->state));
		if (g->nodes[g->heals[w->index].node].spare)
			lm_json_bool(j, "spare", true);
		return;
	}
	const struct graph_cluster *c = &g->clusters[g->scales[w->index].cluster];
	lm_json_str(j, "cluster", c->name);
	lm_json_int(j, "members", (int64_t)c->n_members);
	lm_json_int(j, "inService", members_in_service(w->instance, c, states));
	lm_json_int(j, "spares", (int64_t)c->n_spare_members);
}

static void print_watch(const struct engine *e, const struct watch *w,
    const enum component_state *states, int64_t now_ms, struct lm_json *j)
{
	LM_AUTO(lm_arena) arena = lm_arena_new();
	struct lm_buf window;

	if (w->policy == NULL)
		return;
	lm_buf_init(&window, WINDOW_MAX);
	policies_print(e->policies, w->policy, now_ms, &window);
	lm_json_open(j, NULL, '{');
	lm_json_str(j, "name", watch_name(w, arena));
	lm_json_str(j, "assembly", w->instance->name);
	print_subject(j, w, states);
	lm_json_str(j, "blind", why_blind(w, arena));
	lm_json_raw(j, "window", window.p);
	lm_json_close(j, '}');
	lm_buf_fini(&window);
}

static void print_instance(
    const struct engine *e, const struct instance *in, int64_t now_ms, struct lm_json *j)
{
	LM_AUTO(lm_arena) arena = lm_arena_new();
	const enum component_state *states =
	    in->scales.n > 0 ? instance_states(in, in->tree->graph, arena) : NULL;

	for (size_t i = 0; i < in->scales.n; i++)
		print_watch(e, in->scales.v[i], states, now_ms, j);
	for (size_t i = in->heals.n; i-- > 0;) /* bound from the last to the first */
		print_watch(e, in->heals.v[i], NULL, now_ms, j);
}

bool engine_print_policies(
    const struct engine *e, const char *name_or_id, int64_t now_ms, struct lm_buf *out)
{
	const struct instance *in = name_or_id == NULL ? NULL : engine_find_instance(e, name_or_id);
	struct lm_json j = lm_json_on(out);

	if (name_or_id != NULL && in == NULL)
		return false;
	lm_json_open(&j, NULL, '{');
	lm_json_open(&j, "policies", '[');
	if (in != NULL)
		print_instance(e, in, now_ms, &j);
	else
		for (size_t i = 0; (in = lm_map_next(e->instances, &i)) != NULL;)
			print_instance(e, in, now_ms, &j);
	lm_json_close(&j, ']');
	lm_json_close(&j, '}');
	return true;
}
