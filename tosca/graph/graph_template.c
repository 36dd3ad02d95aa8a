/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "tosca/graph/graph_build.h"
#include "tosca/text/source.h"

/* ---- copies -------------------------------------------------------------------------------- */

const char *builder_text(struct builder *b, const char *text)
{
	if (text == NULL)
		return NULL;
	char *copy = lm_map_find(b->texts, text);
	if (copy == NULL) {
		copy = lm_arena_strdup(b->arena, text);
		lm_map_put(b->texts, copy, copy);
	}
	return copy;
}

/* ---- expressions --------------------------------------------------------------------------- */

struct scope {
	const struct descriptor *d;
	bool in_relationship;
};

static int component_slot(const struct descriptor *d, const char *name)
{
	const struct component *c = name == NULL ? NULL : descriptor_component(d, name);

	return c == NULL ? -1 : (int)(c - d->components);
}

static int reference_slot(const struct descriptor *d, const char *name)
{
	const struct component *c = descriptor_reference(d, name);

	return c == NULL ? -1 : (int)(c - d->references);
}

static enum tpart_kind instance_kind(const char *name)
{
	if (strcmp(name, "name") == 0)
		return TPART_NAME;
	if (strcmp(name, "index") == 0)
		return TPART_INDEX;
	return strcmp(name, "id") == 0 ? TPART_ID : TPART_NOTHING;
}

/* A private property of a component. */
static bool is_hidden(
    const struct builder *b, const struct scope *s, int slot, const char *property)
{
	const struct descriptor *d = catalog_get(b->catalog, s->d->components[slot].canonical);
	const struct property *p = d == NULL ? NULL : descriptor_property(d, property);

	return p != NULL && p->is_private;
}

static struct tpart resolve_scoped(
    const struct builder *b, const struct scope *s, const struct expr_part *part)
{
	struct tpart t = {.kind = TPART_NOTHING, .member = part->member};

	if (strcmp(part->scope, "instance") == 0) {
		t.kind = instance_kind(part->name);
	} else if (s->in_relationship && strcmp(part->scope, "source") == 0) {
		t.kind = TPART_SOURCE;
	} else if (s->in_relationship && strcmp(part->scope, "target") == 0) {
		t.kind = TPART_TARGET;
	} else if ((t.slot = component_slot(s->d, part->scope)) >= 0) {
		t.kind = is_hidden(b, s, t.slot, part->name) ? TPART_NOTHING : TPART_SLOT;
	} else if ((t.slot = reference_slot(s->d, part->scope)) >= 0) {
		t.kind = TPART_REFERENCE;
	}
	return t;
}

static struct tpart resolve(struct builder *b, const struct scope *s, const struct expr_part *part)
{
	struct tpart t = {.kind = TPART_TEXT};

	if (part->text != NULL) {
		t.text = builder_text(b, part->text);
		return t;
	}
	if (part->scope != NULL) {
		t = resolve_scoped(b, s, part);
	} else {
		const struct property *p = descriptor_property(s->d, part->name);

		t.slot = p == NULL ? -1 : (int)(p - s->d->properties);
		t.kind = p != NULL || property_is_special(part->name) ? TPART_OWN : TPART_NOTHING;
	}
	t.text = builder_text(b, part->name);
	return t;
}

static void make_fixed(struct builder *b, struct texpr *t)
{
	t->fixed = true;
	for (size_t i = 0; i < t->n; i++)
		if (t->parts[i].kind != TPART_TEXT)
			t->fixed = false;
	if (!t->fixed || t->n == 0)
		return;
	t->graph.parts = LM_NEW_N(b->arena, struct graph_part, t->n);
	t->graph.n = t->n;
	for (size_t i = 0; i < t->n; i++)
		t->graph.parts[i] = (struct graph_part){GRAPH_PART_TEXT, t->parts[i].text, -1};
}

static struct texpr make_expr(struct builder *b, const struct scope *s, const struct expr *e)
{
	struct texpr t = {.n = e->n, .pos = e->pos};

	t.parts = LM_NEW_N(b->scratch, struct tpart, e->n);
	for (size_t i = 0; i < e->n; i++)
		t.parts[i] = resolve(b, s, &e->parts[i]);
	make_fixed(b, &t);
	return t;
}

static struct tmapping *make_mappings(
    struct builder *b, const struct scope *s, const struct mapping *list, size_t n)
{
	struct tmapping *t = LM_NEW_N(b->scratch, struct tmapping, n);

	for (size_t i = 0; i < n; i++) {
		t[i].name = builder_text(b, list[i].name.text);
		t[i].value = make_expr(b, s, &list[i].value);
	}
	return t;
}

static struct tproperty *make_properties(
    struct builder *b, const struct scope *s, const struct property *list, size_t n)
{
	struct tproperty *all = LM_NEW_N(b->scratch, struct tproperty, n);

	for (size_t i = 0; i < n; i++) {
		const struct property *p = &list[i];
		struct tproperty *t = &all[i];

		t->name = builder_text(b, p->name.text);
		t->type = builder_text(b, p->type);
		t->required = p->required;
		t->read_only = p->read_only;
		t->is_volatile = p->is_volatile;
		t->is_private = p->is_private;
		t->mappable = !p->read_only && !expr_is_literal(&p->value);
		t->value = make_expr(b, s, &p->value);
		t->fallback = make_expr(b, s, &p->fallback);
		t->fixed = t->value.fixed && t->fallback.fixed;
		if (!t->fixed)
			continue;
		t->candidates = LM_NEW_N(b->arena, struct graph_expr, 2);
		if (t->value.n > 0)
			t->candidates[t->n_candidates++] = t->value.graph;
		if (t->fallback.n > 0 && (t->value.n == 0 || t->read_only))
			t->candidates[t->n_candidates++] = t->fallback.graph;
	}
	return all;
}

/* ---- parts of an assembly ------------------------------------------------------------------ */

static void make_component(
    struct builder *b, const struct scope *s, const struct component *c, struct tcomponent *t)
{
	const struct descriptor *child = catalog_get(b->catalog, c->canonical);
	struct tmapping *maps = make_mappings(b, s, c->properties, c->n_properties);

	t->source = c;
	t->name = builder_text(b, c->name.text);
	t->child = template_get(b, child);
	t->maps = LM_NEW_N(b->scratch, const struct texpr *, child->n_properties);
	t->extras = LM_NEW_N(b->scratch, struct tmapping, 2);
	for (size_t i = 0; i < c->n_properties; i++) {
		const struct property *p = descriptor_property(child, maps[i].name);

		if (p != NULL && p->is_private)
			continue;
		if (p != NULL && maps[i].value.n > 0)
			t->maps[p - child->properties] = &maps[i].value;
		else if (p == NULL && property_is_special(maps[i].name) && t->n_extras < 2)
			t->extras[t->n_extras++] = maps[i];
	}
	const struct component_numbers *k = component_numbers(c);
	t->quantity = make_expr(b, s, &k->quantity);
	t->initial = make_expr(b, s, &k->initial);
	t->min = make_expr(b, s, &k->min);
	t->max = make_expr(b, s, &k->max);
	t->increment = make_expr(b, s, &k->increment);
}

static struct texpr make_mapped(
    struct builder *b, const struct scope *s, const struct component *c, const char *property)
{
	const struct mapping *m = component_mapping(c, property);

	return m == NULL ? (struct texpr){0} : make_expr(b, s, &m->value);
}

static void make_reference(
    struct builder *b, const struct scope *s, const struct component *c, struct treference *t)
{
	t->name = builder_text(b, c->name.text);
	t->type = builder_text(b, c->type.text);
	t->external = c->external;
	t->instance = make_mapped(b, s, c, "name");
	t->location = make_mapped(b, s, c, "deploymentLocation");
	t->manager = make_mapped(b, s, c, "resourceManager");
}

static struct tend *make_ends(
    struct builder *b, const struct descriptor *d, const struct path *paths, size_t n)
{
	struct tend *ends = LM_NEW_N(b->scratch, struct tend, n);

	for (size_t i = 0; i < n; i++) {
		ends[i].slot = component_slot(d, paths[i].scope.text);
		ends[i].reference = reference_slot(d, paths[i].scope.text);
	}
	return ends;
}

static struct tcall *make_calls(
    struct builder *b, const struct descriptor *d, const struct path *paths, size_t n)
{
	struct tcall *calls = LM_NEW_N(b->scratch, struct tcall, n);

	for (size_t i = 0; i < n; i++) {
		const char *scope = paths[i].scope.text;

		calls[i].operation = builder_text(b, paths[i].name.text);
		calls[i].at = TCALL_SLOT;
		if (strcmp(scope, "source") == 0)
			calls[i].at = TCALL_SOURCE;
		else if (strcmp(scope, "target") == 0)
			calls[i].at = TCALL_TARGET;
		else if ((calls[i].slot = component_slot(d, scope)) < 0) {
			calls[i].at = TCALL_REFERENCE;
			calls[i].slot = reference_slot(d, scope);
		}
	}
	return calls;
}

static void make_relationship(struct builder *b, const struct descriptor *d,
    const struct relationship *r, struct trelationship *t)
{
	const struct scope s = {d, true};

	t->source = r;
	t->name = builder_text(b, r->name.text);
	t->sources = make_ends(b, d, r->sources, r->n_sources);
	t->targets = make_ends(b, d, r->targets, r->n_targets);
	t->n_sources = r->n_sources;
	t->n_targets = r->n_targets;
	t->properties = make_mappings(b, &s, r->properties, r->n_properties);
	t->n_properties = r->n_properties;
	t->create = make_calls(b, d, r->create, r->n_create);
	t->cease = make_calls(b, d, r->cease, r->n_cease);
	t->n_create = r->n_create;
	t->n_cease = r->n_cease;
}

/* ---- parts of both ------------------------------------------------------------------------- */

static void make_promotions(struct builder *b, const struct scope *s, struct template *t)
{
	const struct descriptor *d = s->d;

	t->metrics = LM_NEW_N(b->scratch, struct tmetric, d->n_metrics);
	for (size_t i = 0; i < d->n_metrics; i++) {
		const struct metric *m = &d->metrics[i];

		t->metrics[i] = (struct tmetric){builder_text(b, m->name.text), m->type,
		    make_expr(b, s, &m->period), component_slot(d, m->source.scope.text),
		    builder_text(b, m->source.name.text)};
	}
	t->operations = LM_NEW_N(b->scratch, struct toperation, d->n_operations);
	for (size_t i = 0; i < d->n_operations; i++) {
		const struct operation *op = &d->operations[i];

		t->operations[i] = (struct toperation){builder_text(b, op->name.text),
		    component_slot(d, op->source.scope.text), builder_text(b, op->source.name.text),
		    op->timeout_s, make_properties(b, s, op->properties, op->n_properties),
		    op->n_properties};
	}
	t->policies = LM_NEW_N(b->scratch, struct tpolicy, d->n_policies);
	for (size_t i = 0; i < d->n_policies; i++) {
		const struct policy *p = &d->policies[i];

		t->policies[i] = (struct tpolicy){p, builder_text(b, p->name.text),
		    component_slot(d, p->metric.scope.text), builder_text(b, p->metric.name.text),
		    component_slot(d, p->target.text), make_expr(b, s, &p->out),
		    make_expr(b, s, &p->in), make_expr(b, s, &p->smoothing),
		    make_expr(b, s, p->smoothing_out.n > 0 ? &p->smoothing_out : &p->smoothing),
		    make_expr(b, s, p->smoothing_in.n > 0 ? &p->smoothing_in : &p->smoothing)};
	}
}

static void make_infra(struct builder *b, const struct scope *s, struct template *t)
{
	const struct descriptor *d = s->d;

	t->fixed = true;
	t->infra = LM_NEW_N(b->scratch, struct tinfra, d->n_infra);
	for (size_t i = 0; i < d->n_infra; i++) {
		const struct infra *from = &d->infra[i];

		t->infra[i] =
		    (struct tinfra){builder_text(b, from->type), builder_text(b, from->kind),
			make_mappings(b, s, from->attrs, from->n_attrs), from->n_attrs};
		for (size_t k = 0; k < from->n_attrs; k++)
			t->fixed = t->fixed && t->infra[i].attrs[k].value.fixed;
	}
	for (size_t i = 0; i < d->n_operations; i++)
		for (size_t k = 0; k < t->operations[i].n_properties; k++)
			t->fixed = t->fixed && t->operations[i].properties[k].fixed;
}

struct template *template_get(struct builder *b, const struct descriptor *d)
{
	const struct scope s = {d, false};
	struct template *t = b->templates[d->index];

	if (t != NULL)
		return t;
	t = b->templates[d->index] = LM_NEW(b->scratch, struct template);
	t->d = d;
	t->name = builder_text(b, d->name.full);
	t->package_dir = builder_text(b, d->package_dir);
	t->properties = make_properties(b, &s, d->properties, d->n_properties);
	make_promotions(b, &s, t);
	make_infra(b, &s, t);
	t->components = LM_NEW_N(b->scratch, struct tcomponent, d->n_components);
	for (size_t i = 0; i < d->n_components; i++)
		make_component(b, &s, &d->components[i], &t->components[i]);
	t->references = LM_NEW_N(b->scratch, struct treference, d->n_references);
	for (size_t i = 0; i < d->n_references; i++)
		make_reference(b, &s, &d->references[i], &t->references[i]);
	t->relationships = LM_NEW_N(b->scratch, struct trelationship, d->n_relationships);
	for (size_t i = 0; i < d->n_relationships; i++)
		make_relationship(b, d, &d->relationships[i], &t->relationships[i]);
	return t;
}
