/* SPDX-License-Identifier: Apache-2.0 */
#include <fnmatch.h>
#include <string.h>

#include "base/json.h"
#include "lm/core/engine_priv.h"

/* The documents that the API shows: topology, processes, metrics. */

/* One assembly while it is printed; children as lists, so that a large tree is walked once. */
struct view {
	const struct instance *instance;
	const struct graph *graph;
	struct facts *facts;
	struct lm_json json;
	int *child, *next;
};

static void print_time(struct lm_json *j, const char *key, int64_t ms)
{
	char text[TIME_TEXT_SIZE];

	time_text(ms, text);
	lm_json_str(j, key, ms == 0 ? NULL : text);
}

static void print_pairs(struct lm_json *j, const char *key, const struct lm_kvs *kvs)
{
	lm_json_open(j, key, '[');
	for (size_t i = 0; i < kvs->n; i++) {
		lm_json_open(j, NULL, '{');
		lm_json_str(j, "name", kvs->v[i].name);
		lm_json_str(j, "value", kvs->v[i].value);
		lm_json_close(j, '}');
	}
	lm_json_close(j, ']');
}

/* ---- topology --------------------------------------------------------------------------------------- */

static void print_resource(struct view *v, const struct component *c, const struct lm_kvs *values)
{
	struct lm_json *j = &v->json;

	lm_json_str(j, "metricKey", c == NULL ? NULL : c->id);
	lm_json_str(j, "deploymentLocation", lm_kvs_find(values, "deploymentLocation"));
	lm_json_str(j, "resourceManager", lm_kvs_find(values, "resourceManager"));
	print_time(j, "lastModifiedAt", c == NULL ? 0 : c->modified_ms);
}

static void print_relationships(struct view *v)
{
	char id[LM_ID_SIZE];

	lm_json_open(&v->json, "relationships", '[');
	for (size_t i = 0; i < v->graph->n_relationships; i++) {
		const struct graph_relationship *r = &v->graph->relationships[i];
		const struct link *l = lm_map_find(v->instance->links, r->name);

		if (l == NULL)
			continue;
		lm_json_open(&v->json, NULL, '{');
		lm_json_str(&v->json, "name", l->name);
		node_id(v->instance, v->graph, r->source.node < 0 ? 0 : r->source.node, id);
		lm_json_str(&v->json, "sourceId", id);
		node_id(v->instance, v->graph, r->target.node, id);
		lm_json_str(&v->json, "targetId", id);
		print_pairs(&v->json, "properties", &l->properties);
		lm_json_close(&v->json, '}');
	}
	lm_json_close(&v->json, ']');
}

static void print_references(struct view *v)
{
	struct graph_facts gf = facts_of(v->facts);

	lm_json_open(&v->json, "references", '[');
	for (size_t i = 0; i < v->graph->n_references; i++) {
		const struct graph_reference *r = &v->graph->references[i];

		lm_json_open(&v->json, NULL, '{');
		lm_json_str(&v->json, "id", gf.reference(gf.arg, (int)i, "id"));
		lm_json_str(&v->json, "name", gf.reference(gf.arg, (int)i, "name"));
		lm_json_str(&v->json, "component", r->component);
		lm_json_str(&v->json, "type", r->type);
		lm_json_close(&v->json, '}');
	}
	lm_json_close(&v->json, ']');
}

/* What a private property holds is the driver's business alone. */
static void drop_private(const struct graph_node *n, struct lm_kvs *values)
{
	size_t kept = 0;

	for (size_t i = 0; i < values->n; i++) {
		bool hidden = false;

		for (size_t k = 0; k < n->n_properties; k++)
			hidden =
			    hidden || (n->properties[k].is_private &&
					  strcmp(n->properties[k].name, values->v[i].name) == 0);
		if (!hidden)
			values->v[kept++] = values->v[i];
	}
	values->n = kept;
}

static void print_node(struct view *v, int node)
{
	const struct graph_node *n = &v->graph->nodes[node];
	const struct component *c = lm_map_find(v->instance->components, n->name);
	struct graph_facts gf = facts_of(v->facts);
	struct lm_kvs values = graph_node_values(v->graph, node, &gf, v->facts->arena);
	char id[LM_ID_SIZE];

	drop_private(n, &values);
	node_id(v->instance, v->graph, node, id);
	lm_json_open(&v->json, NULL, '{');
	lm_json_str(&v->json, "type", n->resource == NULL ? "Assembly" : "Component");
	lm_json_str(&v->json, "id", id);
	lm_json_str(&v->json, "name", n->name);
	lm_json_str(
	    &v->json, "state", component_state_text(instance_state(v->instance, v->graph, node)));
	lm_json_str(&v->json, "descriptorName", n->descriptor);
	if (n->cluster >= 0)
		lm_json_str(&v->json, "cluster", v->graph->clusters[n->cluster].name);
	print_pairs(&v->json, "properties", &values);
	if (n->resource != NULL)
		print_resource(v, c, &values);
	if (node == 0) {
		print_time(&v->json, "createdAt", v->instance->created_ms);
		print_time(&v->json, "lastModifiedAt", v->instance->modified_ms);
		lm_json_str(&v->json, "intendedState", component_state_text(v->instance->intended));
		print_relationships(v);
		print_references(v);
	}
	lm_json_open(&v->json, "children", '[');
	for (int k = v->child[node]; k >= 0; k = v->next[k])
		print_node(v, k);
	lm_json_close(&v->json, ']');
	lm_json_close(&v->json, '}');
}

static void link_children(struct view *v, struct lm_arena *a)
{
	size_t n = v->graph->n_nodes;

	v->child = LM_NEW_N(a, int, n);
	v->next = LM_NEW_N(a, int, n);
	memset(v->child, -1, n * sizeof *v->child);
	for (size_t i = n; i-- > 1;) {
		int parent = v->graph->nodes[i].parent;

		v->next[i] = v->child[parent];
		v->child[parent] = (int)i;
	}
}

bool engine_print_assembly(const struct engine *e, const char *name_or_id, struct lm_buf *out)
{
	const struct instance *in = engine_find_instance(e, name_or_id);

	if (in == NULL)
		return false;
	LM_AUTO(lm_arena) arena = lm_arena_new();
	const struct graph *g =
	    in->running != NULL && in->running->want != NULL ? in->running->want : in->graph;
	struct facts facts = {(struct engine *)e, in, g, arena};
	struct view v = {.instance = in, .graph = g, .facts = &facts, .json = lm_json_on(out)};

	link_children(&v, arena);
	v.next[0] = -1;
	print_node(&v, 0);
	return true;
}

static const struct process *last_process(const struct engine *e, const struct instance *in)
{
	const struct process *p, *last = NULL;

	for (size_t i = 0; (p = lm_map_next(e->processes, &i)) != NULL;)
		if (strcmp(p->root_id, in->id) == 0)
			last = p;
	return last;
}

void engine_print_assemblies(const struct engine *e, const char *name_contains, struct lm_buf *out)
{
	struct lm_json j = lm_json_on(out);
	const struct instance *in;

	lm_json_open(&j, NULL, '[');
	for (size_t i = 0; (in = lm_map_next(e->instances, &i)) != NULL;) {
		const struct process *p = last_process(e, in);

		if (name_contains != NULL && strstr(in->name, name_contains) == NULL)
			continue;
		lm_json_open(&j, NULL, '{');
		lm_json_str(&j, "id", in->id);
		lm_json_str(&j, "name", in->name);
		lm_json_str(&j, "descriptorName", in->descriptor);
		lm_json_str(&j, "state", component_state_text(instance_state(in, in->graph, 0)));
		print_time(&j, "createdAt", in->created_ms);
		print_time(&j, "lastModifiedAt", in->modified_ms);
		if (p != NULL) {
			lm_json_open(&j, "lastTransition", '{');
			lm_json_str(&j, "id", p->id);
			lm_json_str(&j, "intentType", intent_kind_text(p->intent.kind));
			lm_json_str(&j, "status", process_status_text(p->status));
			print_time(&j, "startDateTime", p->start_ms);
			print_time(&j, "endDateTime", p->end_ms);
			lm_json_close(&j, '}');
		}
		lm_json_close(&j, '}');
	}
	lm_json_close(&j, ']');
}

/* ---- processes -------------------------------------------------------------------------------------------- */

static void print_plan(struct lm_json *j, const struct process *p)
{
	static const char *const run_text[] = {"Pending", "In Progress", "Completed", "Failed"};

	lm_json_open(j, "executionPlan", '[');
	for (size_t i = 0; p->plan != NULL && i < p->plan->n_steps; i++) {
		const struct plan_step *s = &p->plan->steps[i];
		const struct run *r = &p->runs[i];

		if (plan_step_is_gate(s))
			continue;
		lm_json_open(j, NULL, '{');
		lm_json_str(j, "subject", s->subject);
		lm_json_str(j, "action", plan_step_action(s));
		lm_json_str(j, "state", run_text[r->state]);
		print_time(j, "startedAt", r->started_ms);
		print_time(j, "endedAt", r->ended_ms);
		lm_json_str(j, "message", r->message);
		lm_json_close(j, '}');
	}
	lm_json_close(j, ']');
}

static void print_process(struct lm_json *j, const struct process *p, bool shallow)
{
	struct lm_buf intent;

	lm_buf_init(&intent, 64 * 1024);
	intent_print(&intent, &p->intent);
	lm_json_open(j, NULL, '{');
	lm_json_str(j, "id", p->id);
	lm_json_str(j, "assemblyId", p->root_id);
	lm_json_str(j, "assemblyName", p->root_name);
	lm_json_str(j, "assemblyType", p->descriptor);
	lm_json_str(j, "intentType", intent_kind_text(p->intent.kind));
	lm_json_raw(j, "intent", intent.p);
	lm_json_str(j, "status", process_status_text(p->status));
	lm_json_str(j, "statusReason", p->reason);
	lm_json_str(j, "reason", p->intent.reason);
	print_time(j, "startTime", p->start_ms);
	print_time(j, "endTime", p->end_ms);
	lm_json_int(j, "attempt", p->attempt);
	if (!shallow)
		print_plan(j, p);
	lm_json_close(j, '}');
	lm_buf_fini(&intent);
}

bool engine_print_process(const struct engine *e, const char *id, bool shallow, struct lm_buf *out)
{
	const struct process *p = lm_map_find(e->processes, id);
	struct lm_json j = lm_json_on(out);

	if (p == NULL)
		return false;
	print_process(&j, p, shallow);
	return true;
}

static bool is_listed(const char *list, const char *word)
{
	size_t n = strlen(word);

	for (const char *at = list; at != NULL && *at != '\0';) {
		const char *comma = strchr(at, ',');
		size_t len = comma == NULL ? strlen(at) : (size_t)(comma - at);

		if (len == n && memcmp(at, word, n) == 0)
			return true;
		at = comma == NULL ? NULL : comma + 1;
	}
	return false;
}

static bool passes(const struct process_filter *f, const struct process *p)
{
	return (f->assembly_id == NULL || strcmp(f->assembly_id, p->root_id) == 0) &&
	       (f->assembly_name == NULL || fnmatch(f->assembly_name, p->root_name, 0) == 0) &&
	       (f->statuses == NULL || is_listed(f->statuses, process_status_text(p->status))) &&
	       (f->intent_types == NULL ||
		   is_listed(f->intent_types, intent_kind_text(p->intent.kind)));
}

void engine_print_processes(
    const struct engine *e, const struct process_filter *f, struct lm_buf *out)
{
	LM_VEC(const struct process *) found = {0};
	struct lm_json j = lm_json_on(out);
	const struct process *p;
	size_t limit = f->limit == 0 ? 50 : f->limit;

	for (size_t i = 0; (p = lm_map_next(e->processes, &i)) != NULL;)
		if (passes(f, p))
			*LM_PUSH(NULL, &found) = p;
	lm_json_open(&j, NULL, '[');
	for (size_t i = found.n; i-- > 0 && limit > 0; limit--)
		print_process(&j, found.v[i], true);
	lm_json_close(&j, ']');
	lm_vec_free(&found);
}

/* ---- metrics ------------------------------------------------------------------------------------------------ */

static void print_metric(struct lm_json *j, const struct component *c, const struct metric *m)
{
	lm_json_open(j, NULL, '{');
	lm_json_str(j, "component", c->name);
	lm_json_str(j, "metricKey", c->id);
	lm_json_str(j, "metricName", m->name);
	if (m->kind == SAMPLE_LOAD)
		lm_json_num(j, "load", m->load);
	if (m->kind == SAMPLE_INTEGRITY)
		lm_json_str(j, "integrity", m->ok ? "OK" : "BROKEN");
	if (m->values != NULL)
		lm_json_raw(j, "values", m->values);
	print_time(j, "at", m->at_ms);
	lm_json_close(j, '}');
}

static void print_policies(const struct engine *e, const struct instance *in, struct lm_json *j)
{
	const struct watch *w;
	struct lm_buf text;

	lm_buf_init(&text, 1024);
	lm_json_open(j, "policies", '[');
	for (size_t i = 0; (w = lm_map_next(e->watches, &i)) != NULL;) {
		if (w->instance != in)
			continue;
		lm_buf_clear(&text);
		policies_explain(e->policies, w->policy, &text);
		lm_json_open(j, NULL, '{');
		lm_json_str(j, "name", w->policy);
		lm_json_bool(j, "enabled", policies_is_enabled(e->policies, w->policy));
		lm_json_str(j, "sees", text.p);
		lm_json_close(j, '}');
	}
	lm_json_close(j, ']');
	lm_buf_fini(&text);
}

bool engine_print_metrics(const struct engine *e, const char *name_or_id, struct lm_buf *out)
{
	const struct instance *in = engine_find_instance(e, name_or_id);
	struct lm_json j = lm_json_on(out);
	const struct component *c;

	if (in == NULL)
		return false;
	lm_json_open(&j, NULL, '{');
	lm_json_open(&j, "metrics", '[');
	for (size_t i = 0; (c = lm_map_next(in->components, &i)) != NULL;)
		for (size_t k = 0; k < c->metrics.n; k++)
			print_metric(&j, c, &c->metrics.v[k]);
	lm_json_close(&j, ']');
	print_policies(e, in, &j);
	lm_json_close(&j, '}');
	return true;
}

const char *engine_resource_name(const struct engine *e, const char *metric_key)
{
	const struct component *c = engine_find_component(e, metric_key);

	return c == NULL ? NULL : c->name;
}
