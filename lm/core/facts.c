/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "lm/core/engine_priv.h"
#include "lm/core/refer/type.h"
#include "tosca/model/name.h"

static const char *output(void *arg, int node, const char *property)
{
	struct facts *f = arg;

	if (f->instance == NULL)
		return NULL;
	const struct component *c =
	    lm_map_find(f->instance->components, f->graph->nodes[node].name);
	return c == NULL ? NULL : lm_kvs_find(&c->outputs, property);
}

static const char *id(void *arg, int node)
{
	struct facts *f = arg;
	char text[LM_ID_SIZE];

	if (f->instance == NULL)
		return NULL;
	node_id(f->instance, f->graph, node, text);
	return lm_arena_strdup(f->arena, text);
}

const char *reference_name(struct facts *f, int reference)
{
	struct graph_facts own = facts_of(f);

	return graph_expr_value(f->graph, &f->graph->references[reference].name, &own, f->arena);
}

const char *reference_full_name(const struct graph *g, int reference, struct lm_arena *a)
{
	const struct graph_reference *r = &g->references[reference];

	return lm_arena_join(a, g->nodes[r->owner].name, "__", r->component, NULL);
}

const struct found *found_find(const struct instance *in, const char *reference)
{
	return in->found == NULL ? NULL : lm_map_find(in->found, reference);
}

const char *found_value(const struct instance *in, const char *reference, const char *property)
{
	const struct found *f = in == NULL ? NULL : found_find(in, reference);

	if (f == NULL)
		return NULL;
	if (strcmp(property, "id") == 0)
		return f->id;
	const char *v = lm_kvs_find(&f->properties, property);
	return v == NULL && strcmp(property, "name") == 0 ? f->name : v;
}

static const char *reference(void *arg, int index, const char *property)
{
	struct facts *f = arg;

	if (f->graph->references[index].external)
		return found_value(
		    f->instance, reference_full_name(f->graph, index, f->arena), property);
	const char *name = reference_name(f, index);
	const struct instance *in = name == NULL ? NULL : lm_map_find(f->engine->instances, name);
	if (in == NULL || in->tree->graph == NULL)
		return NULL;
	if (strcmp(property, "id") == 0)
		return in->id;
	if (strcmp(property, "name") == 0)
		return in->name;
	struct facts there = {f->engine, in, in->tree->graph, f->arena};
	struct graph_facts gf = facts_of(&there);
	return graph_property_value(in->tree->graph, 0, property, &gf, f->arena);
}

struct graph_facts facts_of(struct facts *f)
{
	return (struct graph_facts){output, id, reference, f};
}

/* ---- whether they lead anywhere -------------------------------------------------------------- */

static struct lm_err *check_instance(
    const struct engine *e, const struct graph_reference *r, const char *name)
{
	const struct instance *in = lm_map_find(e->instances, name);

	if (in == NULL)
		return lm_err_new(LM_ERR_NOT_FOUND,
		    "reference '%s': there is no assembly instance '%s': create it first",
		    r->component, name);
	if (!name_matches(r->type, in->tree->spec.descriptor))
		return lm_err_new(LM_ERR_INVALID, "reference '%s': '%s' is of type %s, not %s",
		    r->component, name, in->tree->spec.descriptor, r->type);
	enum component_state state = instance_state(in);
	if (state < COMPONENT_INSTALLED || state > COMPONENT_ACTIVE)
		return lm_err_new(LM_ERR_CONFLICT,
		    "reference '%s': '%s' is not ready (its state is %s)", r->component, name,
		    component_state_text(state));
	if (in->running != NULL && in->running->intent.kind == INTENT_DELETE)
		return lm_err_new(
		    LM_ERR_CONFLICT, "reference '%s': '%s' is being deleted", r->component, name);
	return NULL;
}

struct lm_err *reference_check(struct facts *f, int index)
{
	const struct graph_reference *r = &f->graph->references[index];
	const char *name = reference_name(f, index);

	if (name == NULL || *name == '\0')
		return lm_err_new(LM_ERR_INVALID,
		    "reference '%s' has no name: give its property a value", r->component);
	if (!r->external && f->instance != NULL && strcmp(name, f->instance->name) == 0)
		return lm_err_new(LM_ERR_INVALID, "reference '%s': '%s' cannot refer to itself",
		    r->component, name);
	return r->external ? NULL : check_instance(f->engine, r, name);
}

/* Somebody has the operation that a relationship asks of a reference. */
static struct lm_err *check_call(
    struct facts *f, const struct graph_relationship *r, const struct graph_call *call)
{
	const struct graph_reference *ref = &f->graph->references[call->reference];
	const struct catalog *catalog = f->engine->conf.catalog;
	const struct instance *in;

	if (!ref->external) {
		in = lm_map_find(f->engine->instances, reference_name(f, call->reference));
		const struct graph_offer *o = graph_find_offer(in->tree->graph, call->operation);

		if (o != NULL && o->n_calls > 0)
			return NULL;
		return lm_err_new(LM_ERR_INVALID,
		    "relationship '%s' calls '%s' of reference '%s', but '%s' (%s) offers no such "
		    "operation",
		    r->descriptor, call->operation, ref->component, in->name,
		    in->tree->spec.descriptor);
	}
	if (type_has_operation(catalog, ref->type, call->operation))
		return NULL;
	return lm_err_new(LM_ERR_INVALID,
	    "relationship '%s' calls '%s' of reference '%s', but %s %s", r->descriptor,
	    call->operation, ref->component, ref->type,
	    type_descriptor(catalog, ref->type) == NULL
		? "is not in the catalog, so that its operations are not known"
		: "has no such operation");
}

static struct lm_err *check_calls(
    struct facts *f, const struct graph_relationship *r, const struct graph_call *calls, size_t n)
{
	struct lm_err *e = NULL;

	for (size_t i = 0; i < n && e == NULL; i++)
		if (calls[i].node < 0)
			e = check_call(f, r, &calls[i]);
	return e;
}

struct lm_err *facts_check_references(struct facts *f)
{
	const struct graph *g = f->graph;
	struct lm_err *e = NULL;

	for (size_t i = 0; i < g->n_references && e == NULL; i++)
		e = reference_check(f, (int)i);
	for (size_t i = 0; i < g->n_relationships && g->n_references > 0 && e == NULL; i++) {
		const struct graph_relationship *r = &g->relationships[i];

		e = check_calls(f, r, r->create, r->n_create);
		if (e == NULL)
			e = check_calls(f, r, r->cease, r->n_cease);
	}
	return e;
}
