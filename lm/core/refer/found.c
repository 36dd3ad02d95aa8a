/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "base/heap.h"
#include "lm/core/engine_priv.h"
#include "lm/core/refer/type.h"

/*
 * What references to resources outside have led to.  Operations can be asked of such a resource, so
 * it is known like a component: as the only one of an instance that no intent has made.
 */

struct found *found_copy(const struct found *from)
{
	struct found *f = lm_alloc(sizeof *f);

	*f = (struct found){
	    .reference = lm_strdup(from->reference),
	    .name = lm_strdup(from->name),
	    .type = lm_strdup(from->type),
	    .location = lm_strdup(from->location),
	    .id = lm_strdup(from->id),
	};
	for (size_t i = 0; i < from->properties.n; i++)
		lm_kvs_set(&f->properties, from->properties.v[i].name, from->properties.v[i].value);
	lm_kvs_lay(&f->topology, &from->topology);
	return f;
}

void found_put(struct instance *in, struct found *f)
{
	if (in->found == NULL)
		in->found = lm_map_new();
	found_free(lm_map_put(in->found, f->reference, f));
}

/* What a descriptor keeps private is nobody else's business. */
static void drop_private(const struct engine *e, struct found *f)
{
	for (size_t i = f->properties.n; i-- > 0;)
		if (type_keeps_private(e->conf.catalog, f->type, f->properties.v[i].name))
			lm_kvs_set(&f->properties, f->properties.v[i].name, NULL);
}

static bool are_same(const struct lm_kvs *a, const struct lm_kvs *b)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < b->n; i++) {
		const char *v = lm_kvs_find(a, b->v[i].name);

		if (v == NULL || strcmp(v, b->v[i].value) != 0)
			return false;
	}
	return true;
}

static bool is_same(const struct found *a, const struct found *b)
{
	return a != NULL && strcmp(a->id, b->id) == 0 && are_same(&a->properties, &b->properties) &&
	       are_same(&a->topology, &b->topology);
}

const char *found_take(struct facts *f, int reference, struct instance *in,
    const struct step_result *result, bool *changed)
{
	const struct lm_kvs *outputs = &result->outputs;
	const struct graph_reference *r = &f->graph->references[reference];
	const char *name = reference_name(f, reference), *id = lm_kvs_find(outputs, "id");
	const char *full = reference_full_name(f->graph, reference, f->arena);
	struct graph_facts gf = facts_of(f);

	if (id == NULL || *id == '\0' || name == NULL)
		return "the driver has not said the id of what it found";
	struct found *found = lm_alloc(sizeof *found);
	*found = (struct found){
	    .reference = lm_strdup(full),
	    .name = lm_strdup(name),
	    .type = lm_strdup(r->type),
	    .location = lm_strdup(graph_expr_value(f->graph, &r->location, &gf, f->arena)),
	    .id = lm_strdup(id),
	};
	for (size_t i = 0; i < outputs->n; i++)
		if (strcmp(outputs->v[i].name, "id") != 0)
			lm_kvs_set(&found->properties, outputs->v[i].name, outputs->v[i].value);
	drop_private(f->engine, found);
	lm_kvs_lay(&found->topology, &result->topology);
	*changed = !is_same(found_find(in, full), found);
	found_put(in, found);
	return NULL;
}

/* ---- operations of what was found ------------------------------------------------------------ */

static struct graph *outside_graph(const struct engine *e, const char *type)
{
	const char *d = type_descriptor(e->conf.catalog, type);
	LM_AUTO(diags) diags = diags_new(1);

	if (d == NULL)
		return NULL;
	return graph_build(e->conf.catalog,
	    &(struct graph_request){
		.descriptor = d,
		.instance = COMPONENT_OUTSIDE,
		.takes_resource = true,
	    },
	    diags);
}

/* The values of today: an operation's defaults may map them. */
static void refresh(struct component *c, const struct found *f)
{
	lm_kvs_fini(&c->outputs);
	for (size_t i = 0; i < f->properties.n; i++)
		lm_kvs_set(&c->outputs, f->properties.v[i].name, f->properties.v[i].value);
	lm_kvs_set(&c->outputs, "deploymentLocation", f->location);
	lm_kvs_fini(&c->topology);
	lm_kvs_lay(&c->topology, &f->topology);
}

static struct component *outside_make(struct engine *e, const struct found *f)
{
	struct graph *g = outside_graph(e, f->type);

	if (g == NULL)
		return NULL;
	struct instance *in = instance_new(f->name, f->id);
	struct spec spec = {.descriptor = lm_strdup(f->type)};
	struct component *c = component_new(in, COMPONENT_OUTSIDE, f->id);
	c->state = COMPONENT_ACTIVE;
	instance_want(in, tree_new(&spec, g));
	component_move(c, in->tree, 0);
	lm_map_put(in->components, c->name, c);
	lm_map_put(e->outside, in->id, in);
	return c;
}

struct component *outside_find(const struct engine *e, const char *id)
{
	struct instance *in = lm_map_find(e->outside, id);

	return in == NULL ? NULL : lm_map_find(in->components, COMPONENT_OUTSIDE);
}

struct component *outside_get(struct engine *e, const struct found *f)
{
	struct component *c = outside_find(e, f->id);

	if (c == NULL)
		c = outside_make(e, f);
	if (c != NULL)
		refresh(c, f);
	return c;
}

void outside_fini(struct engine *e)
{
	struct instance *in;

	for (size_t i = 0; (in = lm_map_next(e->outside, &i)) != NULL;)
		instance_free(in);
	lm_map_free(e->outside);
}
