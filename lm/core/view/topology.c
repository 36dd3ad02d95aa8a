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
	int top; /* the assembly that is printed: 0, or one within */
	struct facts *facts;
	struct lm_json json;
	int *child, *next;
	int *bond, *next_bond; /* relationships of each assembly, and references */
	int *reference, *next_reference;
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

/* What stands in no tree any more is told with the assembly that is asked for, when it is a part of it. */
static bool is_below_top(const struct view *v, const char *name)
{
	const char *top = v->graph->nodes[v->top].name;
	size_t n = strlen(top);

	return v->top == 0 || (strncmp(name, top, n) == 0 && strncmp(name + n, "__", 2) == 0);
}

/*
 * Those that its descriptor declares, in the wanted tree's order; behind those of the topmost what stands
 * under an older tree and shall go.
 */
static void print_relationships(struct view *v, int node)
{
	const struct link *l;

	lm_json_open(&v->json, "relationships", '[');
	for (int i = v->bond[node]; i >= 0; i = v->next_bond[i]) {
		l = lm_map_find(v->instance->links, v->graph->relationships[i].name);
		if (l != NULL && is_shown(l))
			print_relationship(v, v->graph, i);
	}
	for (size_t i = 0; node == v->top && (l = lm_map_next(v->instance->links, &i)) != NULL;)
		if (is_shown(l) && graph_find_relationship(v->graph, l->name) < 0 &&
		    is_below_top(v, l->name))
			print_relationship(v, l->tree->graph, l->index);
	lm_json_close(&v->json, ']');
}

static void print_references(struct view *v, int node)
{
	struct graph_facts gf = facts_of(v->facts);

	lm_json_open(&v->json, "references", '[');
	for (int i = v->reference[node]; i >= 0; i = v->next_reference[i]) {
		const struct graph_reference *r = &v->graph->references[i];

		lm_json_open(&v->json, NULL, '{');
		lm_json_str(&v->json, "id", gf.reference(gf.arg, i, "id"));
		lm_json_str(&v->json, "name", gf.reference(gf.arg, i, "name"));
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
	if (c->tree == NULL || c->tree == v->instance->tree || c->state == COMPONENT_ABSENT ||
	    !is_below_top(v, c->name))
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

/* An assembly within is of the same shape as the one around it, and changes with it. */
static void print_assembly(struct view *v, int node)
{
	view_time(&v->json, "createdAt", v->instance->created_ms);
	view_time(&v->json, "lastModifiedAt", v->instance->modified_ms);
	if (node == 0)
		lm_json_str(&v->json, "intendedState",
		    component_state_text(v->instance->tree->spec.target));
	print_relationships(v, node);
	print_references(v, node);
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
	else
		print_assembly(v, node);
	lm_json_open(&v->json, "children", '[');
	for (int k = v->child[node]; k >= 0; k = v->next[k])
		print_node(v, k);
	if (node == v->top)
		print_leaving(v);
	lm_json_close(&v->json, ']');
	lm_json_close(&v->json, '}');
}

static int *none(struct lm_arena *a, size_t n)
{
	int *list = LM_NEW_N(a, int, n + 1);

	memset(list, -1, (n + 1) * sizeof *list);
	return list;
}

static void link_in(int *first, int *next, int at, int i)
{
	next[i] = first[at];
	first[at] = i;
}

static void link_all(struct view *v, struct lm_arena *a)
{
	const struct graph *g = v->graph;

	v->child = none(a, g->n_nodes);
	v->next = none(a, g->n_nodes);
	v->bond = none(a, g->n_nodes);
	v->next_bond = none(a, g->n_relationships);
	v->reference = none(a, g->n_nodes);
	v->next_reference = none(a, g->n_references);
	for (size_t i = g->n_nodes; i-- > 1;)
		link_in(v->child, v->next, g->nodes[i].parent, (int)i);
	for (size_t i = g->n_relationships; i-- > 0;)
		link_in(v->bond, v->next_bond, g->relationships[i].owner, (int)i);
	for (size_t i = g->n_references; i-- > 0;)
		link_in(v->reference, v->next_reference, g->references[i].owner, (int)i);
}

static void print_found(const struct engine *e, const struct within *found, struct lm_buf *out)
{
	LM_AUTO(lm_arena) arena = lm_arena_new();
	const struct instance *in = found->instance;
	const struct graph *g = in->tree->graph;
	struct facts facts = {(struct engine *)e, in, g, arena};
	struct view v = {.instance = in,
	    .graph = g,
	    .top = found->node,
	    .facts = &facts,
	    .json = lm_json_on(out)};

	v.states = instance_states(in, g, arena);
	link_all(&v, arena);
	print_node(&v, v.top);
}

bool engine_print_assembly(const struct engine *e, const char *name_or_id, struct lm_buf *out)
{
	struct within found;
	bool is_there = within_find(e, name_or_id, &found);

	if (is_there)
		print_found(e, &found, out);
	return is_there;
}

bool engine_print_named(const struct engine *e, const char *name, struct lm_buf *out)
{
	struct within found;
	bool is_there = within_named(e, name, &found);

	if (is_there)
		print_found(e, &found, out);
	return is_there;
}

/* ---- summaries ----------------------------------------------------------------------------------- */

static void print_transition(struct lm_json *j, const struct process *p)
{
	lm_json_open(j, "lastTransition", '{');
	lm_json_str(j, "id", p->id);
	lm_json_str(j, "intentType", intent_kind_text(p->intent.kind));
	lm_json_str(j, "status", process_status_text(p->status));
	view_time(j, "startDateTime", p->start_ms);
	view_time(j, "endDateTime", p->end_ms);
	lm_json_close(j, '}');
}

static void print_summary(struct lm_json *j, const struct instance *in)
{
	lm_json_open(j, NULL, '{');
	lm_json_str(j, "id", in->id);
	lm_json_str(j, "name", in->name);
	lm_json_str(j, "descriptorName", in->tree->spec.descriptor);
	lm_json_str(j, "state", component_state_text(instance_state(in)));
	view_time(j, "createdAt", in->created_ms);
	view_time(j, "lastModifiedAt", in->modified_ms);
	if (in->last != NULL)
		print_transition(j, in->last);
	lm_json_close(j, '}');
}

/* The name decides between those that have changed at the same time. */
static int compare_changes(const void *a, const void *b)
{
	const struct instance *x = *(const struct instance *const *)a,
			      *y = *(const struct instance *const *)b;

	if (x->modified_ms != y->modified_ms)
		return x->modified_ms > y->modified_ms ? -1 : 1;
	return strcmp(x->name, y->name);
}

bool engine_print_assemblies(
    const struct engine *e, const char *name_contains, size_t max, struct lm_buf *out)
{
	LM_VEC(const struct instance *) found = {0};
	struct lm_json j = lm_json_on(out);
	const struct instance *in;

	for (size_t i = 0; (in = lm_map_next(e->instances, &i)) != NULL;)
		if (name_contains == NULL || strstr(in->name, name_contains) != NULL)
			*LM_PUSH(NULL, &found) = in;
	if (found.n > 1)
		qsort(found.v, found.n, sizeof found.v[0], compare_changes);
	size_t n = max == 0 || found.n < max ? found.n : max;
	bool is_all = n == found.n;
	lm_json_open(&j, NULL, '[');
	for (size_t i = 0; i < n; i++)
		print_summary(&j, found.v[i]);
	lm_json_close(&j, ']');
	lm_vec_free(&found);
	return is_all;
}
