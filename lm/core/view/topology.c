/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "base/time.h"
#include "lm/core/view/view.h"

/* The documents of the topology. */

/* One assembly while it is printed; children as lists, so that a large tree is walked once. */
struct view {
	const struct instance *instance;
	const struct graph *graph;
	struct facts *facts;
	struct lm_json json;
	int *child, *next;
	const enum component_state *states; /* by node */
};

void view_time(struct lm_json *j, const char *key, int64_t ms)
{
	char text[LM_TIME_SIZE];

	lm_time_text(ms, text);
	lm_json_str(j, key, ms == 0 ? NULL : text);
}

void view_pairs(struct lm_json *j, const char *key, const struct lm_kvs *kvs)
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

static void print_resource(struct view *v, const struct component *c, const struct lm_kvs *values)
{
	struct lm_json *j = &v->json;

	lm_json_str(j, "metricKey", c == NULL ? NULL : c->id);
	lm_json_str(j, "deploymentLocation", lm_kvs_find(values, "deploymentLocation"));
	lm_json_str(j, "resourceManager", lm_kvs_find(values, "resourceManager"));
	view_time(j, "lastModifiedAt", c == NULL ? 0 : c->modified_ms);
}

static void print_relationship(struct view *v, const struct graph *g, int index)
{
	const struct graph_relationship *r = &g->relationships[index];
	const struct link *l = lm_map_find(v->instance->links, r->name);
	struct graph_facts gf =
	    facts_of(&(struct facts){v->facts->engine, v->instance, g, v->facts->arena});
	char id[LM_ID_SIZE];

	lm_json_open(&v->json, NULL, '{');
	lm_json_str(&v->json, "name", l->name);
	if (r->source.node >= 0)
		node_id(v->instance, g, r->source.node, id);
	lm_json_str(&v->json, "sourceId",
	    r->source.node >= 0 ? id : gf.reference(gf.arg, r->source.reference, "id"));
	node_id(v->instance, g, r->target.node, id);
	lm_json_str(&v->json, "targetId", id);
	view_pairs(&v->json, "properties", &l->properties);
	if (g != v->graph)
		lm_json_bool(&v->json, "leaving", true);
	lm_json_close(&v->json, '}');
}

static bool is_shown(const struct link *l)
{
	return l->state == LINK_CREATED || l->state == LINK_CEASING;
}

/* Those of the wanted tree in its order; then what stands under an older one and shall go. */
static void print_relationships(struct view *v)
{
	const struct link *l;

	lm_json_open(&v->json, "relationships", '[');
	for (size_t i = 0; i < v->graph->n_relationships; i++) {
		l = lm_map_find(v->instance->links, v->graph->relationships[i].name);
		if (l != NULL && is_shown(l))
			print_relationship(v, v->graph, (int)i);
	}
	for (size_t i = 0; (l = lm_map_next(v->instance->links, &i)) != NULL;)
		if (is_shown(l) && graph_find_relationship(v->graph, l->name) < 0)
			print_relationship(v, l->tree->graph, l->index);
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

/* Nobody wants it any more, and it still stands as its own tree says. */
static void print_leaver(struct view *v, const struct component *c)
{
	const struct graph_node *n = &c->tree->graph->nodes[c->node];
	struct facts facts = {v->facts->engine, v->instance, c->tree->graph, v->facts->arena};
	struct graph_facts gf = facts_of(&facts);
	struct lm_kvs values = graph_node_values(facts.graph, c->node, &gf, facts.arena);

	drop_private(n, &values);
	lm_json_open(&v->json, NULL, '{');
	lm_json_str(&v->json, "type", "Component");
	lm_json_str(&v->json, "id", c->id);
	lm_json_str(&v->json, "name", c->name);
	lm_json_str(&v->json, "state", component_state_text(c->state));
	lm_json_str(&v->json, "descriptorName", n->descriptor);
	lm_json_bool(&v->json, "leaving", true);
	view_pairs(&v->json, "properties", &values);
	print_resource(v, c, &values);
	lm_json_open(&v->json, "children", '[');
	lm_json_close(&v->json, ']');
	lm_json_close(&v->json, '}');
}

static bool is_leaving(const struct view *v, const struct component *c)
{
	if (c->tree == NULL || c->tree == v->instance->tree || c->state == COMPONENT_ABSENT)
		return false;
	int node = graph_find_node(v->graph, c->name);
	return node < 0 || v->graph->nodes[node].resource == NULL;
}

static int compare_names(const void *a, const void *b)
{
	return strcmp((*(const struct component *const *)a)->name,
	    (*(const struct component *const *)b)->name);
}

/* By name: they stand in no tree that would order them. */
static void print_leaving(struct view *v)
{
	LM_VEC(const struct component *) leaving = {0};
	const struct component *c;

	for (size_t i = 0; (c = lm_map_next(v->instance->components, &i)) != NULL;)
		if (is_leaving(v, c))
			*LM_PUSH(NULL, &leaving) = c;
	if (leaving.n > 1)
		qsort(leaving.v, leaving.n, sizeof leaving.v[0], compare_names);
	for (size_t i = 0; i < leaving.n; i++)
		print_leaver(v, leaving.v[i]);
	lm_vec_free(&leaving);
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
	lm_json_str(&v->json, "state", component_state_text(v->states[node]));
	lm_json_str(&v->json, "descriptorName", n->descriptor);
	if (n->cluster >= 0)
		lm_json_str(&v->json, "cluster", v->graph->clusters[n->cluster].name);
	if (n->spare)
		lm_json_bool(&v->json, "spare", true);
	if (n->spare && n->resource != NULL)
		lm_json_bool(&v->json, "standsBy", c != NULL && c->ready);
	view_pairs(&v->json, "properties", &values);
	if (n->resource != NULL)
		print_resource(v, c, &values);
	if (node == 0) {
		view_time(&v->json, "createdAt", v->instance->created_ms);
		view_time(&v->json, "lastModifiedAt", v->instance->modified_ms);
		lm_json_str(&v->json, "intendedState",
		    component_state_text(v->instance->tree->spec.target));
		print_relationships(v);
		print_references(v);
	}
	lm_json_open(&v->json, "children", '[');
	for (int k = v->child[node]; k >= 0; k = v->next[k])
		print_node(v, k);
	if (node == 0)
		print_leaving(v);
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
	const struct graph *g = in->tree->graph;
	struct facts facts = {(struct engine *)e, in, g, arena};
	struct view v = {.instance = in, .graph = g, .facts = &facts, .json = lm_json_on(out)};

	v.states = instance_states(in, g, arena);
	link_children(&v, arena);
	v.next[0] = -1;
	print_node(&v, 0);
	return true;
}

void engine_print_assemblies(const struct engine *e, const char *name_contains, struct lm_buf *out)
{
	struct lm_json j = lm_json_on(out);
	const struct instance *in;

	lm_json_open(&j, NULL, '[');
	for (size_t i = 0; (in = lm_map_next(e->instances, &i)) != NULL;) {
		const struct process *p = in->last;

		if (name_contains != NULL && strstr(in->name, name_contains) == NULL)
			continue;
		lm_json_open(&j, NULL, '{');
		lm_json_str(&j, "id", in->id);
		lm_json_str(&j, "name", in->name);
		lm_json_str(&j, "descriptorName", in->tree->spec.descriptor);
		lm_json_str(&j, "state", component_state_text(instance_state(in)));
		view_time(&j, "createdAt", in->created_ms);
		view_time(&j, "lastModifiedAt", in->modified_ms);
		if (p != NULL) {
			lm_json_open(&j, "lastTransition", '{');
			lm_json_str(&j, "id", p->id);
			lm_json_str(&j, "intentType", intent_kind_text(p->intent.kind));
			lm_json_str(&j, "status", process_status_text(p->status));
			view_time(&j, "startDateTime", p->start_ms);
			view_time(&j, "endDateTime", p->end_ms);
			lm_json_close(&j, '}');
		}
		lm_json_close(&j, '}');
	}
	lm_json_close(&j, ']');
}
