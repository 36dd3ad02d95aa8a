/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/lib/world.h"

#include "lm/core/engine_priv.h"
#include "tosca/link/check.h"

static const char service_text[] =
    "name: resource::net::1.0\n"
    "properties:\n"
    "  id: {read-only: true, default: net-1}\n"
    "lifecycle: [Install, Uninstall]\n"
    "---\n"
    "name: resource::gw::1.0\n"
    "properties:\n"
    "  network: {}\n"
    "  address: {read-only: true}\n"
    "lifecycle: [Install, Configure, Start, Integrity, Stop, Uninstall]\n"
    "capabilities: {controller: {type: dispatch}}\n"
    "requirements: {servers: {type: dispatch}}\n"
    "operations:\n"
    "  add: {properties: {ipaddr: {required: true}, port: {default: 5060}}}\n"
    "  remove: {properties: {ipaddr: {required: true}}}\n"
    "metrics:\n"
    "  load: {type: 'metric::load', publication-period: 1}\n"
    "  integrity: {type: 'metric::integrity', publication-period: 0}\n"
    "policies:\n"
    "  heal: {type: 'policy::heal', metric: integrity, properties: {smoothing: {value: 2}}}\n"
    "---\n"
    "name: resource::server::1.0\n"
    "properties:\n"
    "  gateway: {}\n"
    "  address: {read-only: true}\n"
    "lifecycle: [Install, Configure, Start, Integrity, Stop, Uninstall]\n"
    "capabilities: {node: {type: dispatch}}\n"
    "metrics:\n"
    "  integrity: {type: 'metric::integrity', publication-period: 0}\n"
    "policies:\n"
    "  heal: {type: 'policy::heal', metric: integrity, properties: {smoothing: {value: 2}}}\n"
    "---\n"
    "name: assembly::service::1.0\n"
    "properties:\n"
    "  size: {default: '1'}\n"
    "  address: {read-only: true, value: '${gw.address}'}\n"
    "composition:\n"
    "  net: {type: 'resource::net::1.0'}\n"
    "  gw:\n"
    "    type: resource::gw::1.0\n"
    "    properties: {network: {value: '${net.id}'}}\n"
    "  pool:\n"
    "    type: resource::server::1.0\n"
    "    cluster: {initial-quantity: '${size}', minimum-nodes: 1, maximum-nodes: 4}\n"
    "    properties: {gateway: {value: '${gw.address}'}}\n"
    "relationships:\n"
    "  register:\n"
    "    source-capabilities: [pool.node]\n"
    "    target-requirements: [gw.servers]\n"
    "    source-state: Active\n"
    "    target-state: Active\n"
    "    source-state-modifier: post\n"
    "    target-state-modifier: post\n"
    "    properties: {ipaddr: {value: '${source.address}'}}\n"
    "    lifecycle: {Create: [target.add], Cease: [target.remove]}\n"
    "policies:\n"
    "  scalePool:\n"
    "    type: policy::scale\n"
    "    metric: gw.load\n"
    "    target: pool\n"
    "    properties: {scaleOut_threshold: 58, scaleIn_threshold: 32, smoothing: 3}\n"
    "---\n"
    "name: assembly::client::1.0\n"
    "properties:\n"
    "  of: {default: svc}\n"
    "composition:\n"
    "  net: {type: 'resource::net::1.0'}\n"
    "references:\n"
    "  service:\n"
    "    type: assembly::service::^1.0\n"
    "    properties: {name: {value: '${of}'}}\n";

static struct engine *engine_of(struct world *w)
{
	return engine_new(&(struct engine_conf){.catalog = w->catalog});
}

void world_teach(struct world *w, const char *text)
{
	LM_AUTO(diags) diags = diags_new(20);
	struct lm_buf out;
	char file[32];

	snprintf(file, sizeof file, "world-%zu.yml", catalog_file_count(w->catalog));
	catalog_put(w->catalog, file, text, strlen(text));
	catalog_check(w->catalog);
	catalog_report(w->catalog, NULL, diags);
	if (diags_errors(diags) == 0)
		return;
	lm_buf_init(&out, 64 * 1024);
	diags_print(diags, &out, false);
	fprintf(stderr, "%s", out.p);
	abort();
}

void world_init(struct world *w, const struct sim_conf *conf)
{
	*w = (struct world){.now_ms = 1000000, .seed = conf->seed * 1000 + 1, .turns_to_crash = -1};
	w->arena = lm_arena_new();
	w->catalog = catalog_new();
	world_teach(w, service_text);
	w->engine = engine_of(w);
	w->store = store_memory_new();
	w->sim = sim_new(conf);
	w->next_event = 1;
	turn_init(&w->turn);
}

void world_fini(struct world *w)
{
	turn_fini(&w->turn);
	engine_free(w->engine);
	w->store->ops->close(w->store);
	sim_free(w->sim);
	catalog_free(w->catalog);
	lm_arena_free(w->arena);
}

/* ---- invariants --------------------------------------------------------------------------------- */

static bool end_is_ready(const enum component_state *states, const struct graph_end *end)
{
	static const enum component_state needs[] = {
	    [END_INSTALLED] = COMPONENT_INSTALLED,
	    [END_INACTIVE] = COMPONENT_INACTIVE,
	    [END_ACTIVE] = COMPONENT_ACTIVE,
	};
	enum component_state state = end->node < 0 ? COMPONENT_ACTIVE : states[end->node];

	/*
	 * Broken or Failed: it was there, and the heal that ceases the relationship is on its way, or
	 * has given up half-way.
	 */
	return state >= needs[end->state];
}

static void check_links(struct world *w, const struct instance *in, const struct graph *g)
{
	LM_AUTO(lm_arena) arena = lm_arena_new();
	const enum component_state *states = g == NULL ? NULL : instance_states(in, g, arena);

	for (size_t i = 0; g != NULL && i < g->n_relationships; i++) {
		const struct graph_relationship *r = &g->relationships[i];

		const struct link *l = lm_map_find(in->links, r->name);

		if (l != NULL && l->state != LINK_CREATING && l->state != LINK_DOUBTFUL &&
		    (!end_is_ready(states, &r->source) || !end_is_ready(states, &r->target)))
			w->wrong = "a relationship exists although an end is not in its state";
	}
}

static void check(struct world *w)
{
	const struct instance *in;

	if (sim_saw_overlap(w->sim))
		w->wrong = "two steps were in flight on one component";
	if (sim_saw_new_name(w->sim))
		w->wrong = "a step that was in flight at a crash was asked under another id";
	for (size_t i = 0; (in = lm_map_next(w->engine->instances, &i)) != NULL;)
		check_links(w, in, in->tree->graph);
}

/* ---- the manager's part ------------------------------------------------------------------------------ */

static struct lm_err *restore_one(void *arg, const struct record *r)
{
	return engine_restore(arg, r);
}

static struct lm_err *last_event(void *arg, const struct record *r)
{
	*(int64_t *)arg = strtoll(r->key, NULL, 10) + 1;
	return NULL;
}

static void must(struct lm_err *err)
{
	if (err == NULL)
		return;
	fprintf(stderr, "%s\n", lm_err_text(err));
	abort();
}

/* Records first, then effects; the crash schedule strikes on either side of the commit. */
static void carry_out(struct world *w)
{
	bool dies = w->turn.records.n > 0 && w->turns_to_crash == 0;

	if (w->turn.records.n > 0 && w->turns_to_crash > 0)
		w->turns_to_crash--;
	if (!dies || w->after_commit)
		must(w->store->ops->commit(w->store, w->turn.records.v, w->turn.records.n));
	if (dies) {
		w->turns_to_crash = -1;
		world_crash(w);
		return;
	}
	check(w);
	world_note_asked(w);
	for (size_t i = 0; i < w->turn.steps.n; i++)
		sim_execute(w->sim, &w->turn.steps.v[i], w->now_ms);
	turn_clear(&w->turn);
}

void world_crash(struct world *w)
{
	engine_free(w->engine);
	turn_clear(&w->turn);
	sim_crash(w->sim);
	w->crashes++;
	w->engine = engine_of(w);
	for (int table = 0; table < RECORD_EVENT; table++)
		must(w->store->ops->load(w->store,
		    &(struct store_query){.table = (enum record_table)table}, restore_one,
		    w->engine));
	w->next_event = 1;
	must(w->store->ops->load(
	    w->store, &(struct store_query){.table = RECORD_EVENT}, last_event, &w->next_event));
	engine_resume(w->engine, w->now_ms, w->next_event, &w->turn);
	carry_out(w);
}

void world_replace(struct world *w)
{
	engine_free(w->engine);
	w->store->ops->close(w->store);
	turn_clear(&w->turn);
	sim_crash(w->sim);
	w->engine = engine_of(w);
	w->store = store_memory_new();
	w->next_event = 1;
	w->seed += 1000; /* it does not know which ids were given */
}

struct lm_err *world_intent(struct world *w, const struct intent *i, char process[LM_ID_SIZE])
{
	struct lm_err *err = engine_intent(w->engine, i, w->now_ms, w->seed++, &w->turn, process);

	if (err == NULL)
		carry_out(w);
	return err;
}

struct lm_err *world_alert(struct world *w, const struct alert *a, char process[LM_ID_SIZE])
{
	struct lm_err *err = engine_alert(w->engine, a, w->now_ms, &w->turn, process);

	carry_out(w);
	return err;
}

/* Nothing comes from outside; what waits for its time gets it. */
static bool pass_time(struct world *w)
{
	if (engine_is_idle(w->engine))
		return false;
	int64_t at = engine_tick(w->engine, w->now_ms, &w->turn);
	carry_out(w);
	if (at == INT64_MAX)
		return false;
	if (at > w->now_ms)
		w->now_ms = at;
	engine_tick(w->engine, w->now_ms, &w->turn);
	carry_out(w);
	return true;
}

bool world_step(struct world *w)
{
	struct step_result result;
	const char *died;
	int64_t at = sim_next(w->sim);

	if (at == INT64_MAX)
		return pass_time(w);
	if (at > w->now_ms)
		w->now_ms = at;
	while (sim_take(w->sim, w->now_ms, &result, &died)) {
		if (died != NULL) {
			engine_died(w->engine, died, "service", w->now_ms, &w->turn);
		} else {
			world_add_reports(w, &result);
			engine_result(w->engine, &result, w->now_ms, &w->turn);
		}
		carry_out(w);
	}
	return true;
}

void world_settle(struct world *w)
{
	for (unsigned i = 0; world_step(w); i++)
		if (i > 100000) {
			w->wrong = "it never comes to rest";
			return;
		}
}

/* ---- short forms --------------------------------------------------------------------------------------- */

struct lm_err *world_create(struct world *w, const char *name, const char *descriptor)
{
	char process[LM_ID_SIZE];

	return world_intent(w,
	    &(struct intent){
		.kind = INTENT_CREATE,
		.assembly_name = name,
		.descriptor = descriptor,
		.intended_state = "Active",
	    },
	    process);
}

struct lm_err *world_change_state(struct world *w, const char *name, const char *state)
{
	char process[LM_ID_SIZE];

	return world_intent(w,
	    &(struct intent){
		.kind = INTENT_CHANGE_STATE,
		.assembly_name = name,
		.intended_state = state,
		.queue = true,
	    },
	    process);
}

struct lm_err *world_delete(struct world *w, const char *name)
{
	char process[LM_ID_SIZE];

	return world_intent(w,
	    &(struct intent){.kind = INTENT_DELETE, .assembly_name = name, .queue = true}, process);
}

struct lm_err *world_scale(struct world *w, const char *name, const char *cluster, bool out)
{
	char process[LM_ID_SIZE];

	return world_intent(w,
	    &(struct intent){
		.kind = out ? INTENT_SCALE_OUT : INTENT_SCALE_IN,
		.assembly_name = name,
		.cluster = cluster,
		.queue = true,
	    },
	    process);
}

struct lm_err *world_heal(struct world *w, const char *name, const char *component)
{
	char process[LM_ID_SIZE];

	return world_intent(w,
	    &(struct intent){.kind = INTENT_HEAL,
		.assembly_name = name,
		.component_name = component,
		.queue = true},
	    process);
}

void world_load(struct world *w, const char *component, double load)
{
	w->now_ms += 1000;
	engine_sample(w->engine,
	    &(struct sample){
		.metric_key = component, .metric_name = "load", .kind = SAMPLE_LOAD, .load = load},
	    w->now_ms, &w->turn);
	carry_out(w);
}

static const char *id_of(struct world *w, const char *component)
{
	const struct component *c = engine_find_component(w->engine, component);

	return c == NULL ? "" : c->id;
}

void world_kill(struct world *w, const char *component)
{
	sim_kill(w->sim, id_of(w, component), w->now_ms);
}

void world_destroy(struct world *w, const char *component)
{
	sim_destroy(w->sim, id_of(w, component), w->now_ms);
}

/* ---- what people can see ----------------------------------------------------------------------------------- */

static char shown[4096];

const char *world_states(struct world *w, const char *root)
{
	const struct instance *in = engine_find_instance(w->engine, root);
	LM_AUTO(lm_arena) arena = lm_arena_new();
	const enum component_state *states =
	    in == NULL ? NULL : instance_states(in, in->tree->graph, arena);
	size_t skip = strlen(root) + 2, n = 0;

	shown[0] = '\0';
	for (size_t i = 0; in != NULL && i < in->tree->graph->n_nodes && n < sizeof shown; i++) {
		const struct graph_node *node = &in->tree->graph->nodes[i];

		if (node->resource != NULL)
			n += (size_t)snprintf(shown + n, sizeof shown - n, "%s%s:%s",
			    n > 0 ? " " : "", node->name + skip, component_state_text(states[i]));
	}
	return shown;
}

const char *world_links(struct world *w, const char *root)
{
	const struct instance *in = engine_find_instance(w->engine, root);
	size_t skip = strlen(root) + 2, n = 0;

	shown[0] = '\0';
	for (size_t i = 0; in != NULL && i < in->tree->graph->n_relationships && n < sizeof shown;
	     i++) {
		const struct link *l =
		    lm_map_find(in->links, in->tree->graph->relationships[i].name);
		const char *address = l == NULL ? NULL : lm_kvs_find(&l->properties, "ipaddr");
		const char *turn = address == NULL ? NULL : strrchr(address, '-');

		if (l != NULL && l->state == LINK_CREATED)
			n += (size_t)snprintf(shown + n, sizeof shown - n, "%s%s{address%s}",
			    n > 0 ? " " : "", l->name + skip, turn == NULL ? "?" : turn);
	}
	return shown;
}

const char *world_outcome(struct world *w, const char *root)
{
	const struct process *p, *last = NULL;

	for (size_t i = 0; (p = lm_map_next(w->engine->processes, &i)) != NULL;)
		if (strcmp(p->root_name, root) == 0)
			last = p;
	return last == NULL ? "no process" : world_process(w, last->id);
}

const char *world_process(struct world *w, const char *process)
{
	const struct process *p = lm_map_find(w->engine->processes, process);

	if (p == NULL)
		return "forgotten";
	snprintf(shown, sizeof shown, "%s%s%s", process_status_text(p->status),
	    p->reason == NULL ? "" : ": ", p->reason == NULL ? "" : p->reason);
	return shown;
}
