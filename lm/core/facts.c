/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "lm/core/engine_priv.h"
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

static struct instance *referred(struct facts *f, int reference)
{
	struct graph_facts own = facts_of(f);
	const char *name =
	    graph_expr_value(f->graph, &f->graph->references[reference].name, &own, f->arena);

	return name == NULL ? NULL : lm_map_find(f->engine->instances, name);
}

static const char *reference(void *arg, int index, const char *property)
{
	struct facts *f = arg;
	struct instance *in = referred(f, index);

	if (in == NULL || in->graph == NULL)
		return NULL;
	if (strcmp(property, "id") == 0)
		return in->id;
	if (strcmp(property, "name") == 0)
		return in->name;
	struct facts there = {f->engine, in, in->graph, f->arena};
	struct graph_facts gf = facts_of(&there);
	return graph_property_value(in->graph, 0, property, &gf, f->arena);
}

struct graph_facts facts_of(struct facts *f)
{
	return (struct graph_facts){output, id, reference, f};
}

static struct lm_err *check_reference(struct facts *f, int index)
{
	const struct graph_reference *r = &f->graph->references[index];
	struct graph_facts own = facts_of(f);
	const char *name = graph_expr_value(f->graph, &r->name, &own, f->arena);

	if (r->external)
		return lm_err_new(LM_ERR_INVALID,
		    "reference '%s' is to a resource (%s): no driver here can look for one; refer "
		    "to "
		    "the assembly that holds it",
		    r->component, r->type);
	if (name == NULL)
		return lm_err_new(LM_ERR_INVALID,
		    "reference '%s' has no name: give its property a value", r->component);
	const struct instance *in = lm_map_find(f->engine->instances, name);
	if (in == NULL)
		return lm_err_new(LM_ERR_NOT_FOUND,
		    "reference '%s': there is no assembly instance '%s': create it first",
		    r->component, name);
	if (!name_matches(r->type, in->descriptor))
		return lm_err_new(LM_ERR_INVALID, "reference '%s': '%s' is of type %s, not %s",
		    r->component, name, in->descriptor, r->type);
	enum component_state state = instance_state(in, in->graph, 0);
	if (state < COMPONENT_INSTALLED || state > COMPONENT_ACTIVE)
		return lm_err_new(LM_ERR_CONFLICT,
		    "reference '%s': '%s' is not ready (its state is %s)", r->component, name,
		    component_state_text(state));
	if (in->running != NULL && in->running->intent.kind == INTENT_DELETE)
		return lm_err_new(
		    LM_ERR_CONFLICT, "reference '%s': '%s' is being deleted", r->component, name);
	return NULL;
}

/* Only what this process manages can be asked to do something. */
static struct lm_err *check_calls(const struct graph *g, const struct graph_relationship *r,
    const struct graph_call *calls, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (calls[i].node < 0)
			return lm_err_new(LM_ERR_INVALID,
			    "relationship '%s' calls '%s' of reference '%s': operations of other "
			    "instances are not carried out here; call one of the target",
			    r->descriptor, calls[i].operation,
			    g->references[calls[i].reference].component);
	return NULL;
}

static struct lm_err *check_relationships(const struct graph *g)
{
	struct lm_err *e = NULL;

	for (size_t i = 0; i < g->n_relationships && e == NULL; i++) {
		const struct graph_relationship *r = &g->relationships[i];

		e = check_calls(g, r, r->create, r->n_create);
		if (e == NULL)
			e = check_calls(g, r, r->cease, r->n_cease);
	}
	return e;
}

struct lm_err *facts_check_references(struct facts *f)
{
	for (size_t i = 0; i < f->graph->n_references; i++) {
		struct lm_err *e = check_reference(f, (int)i);

		if (e != NULL)
			return e;
	}
	return check_relationships(f->graph);
}

const char *instance_referrer(struct engine *e, const struct instance *in)
{
	struct lm_arena *arena = lm_arena_new();
	const char *found = NULL;
	struct instance *other;

	for (size_t i = 0; found == NULL && (other = lm_map_next(e->instances, &i)) != NULL;) {
		struct facts f = {e, other, other->graph, arena};

		for (size_t r = 0;
		     other != in && other->graph != NULL && r < other->graph->n_references; r++)
			if (referred(&f, (int)r) == in)
				found = other->name;
	}
	lm_arena_free(arena);
	return found;
}
