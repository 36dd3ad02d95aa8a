/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "tosca/graph/graph_build.h"
#include "tosca/text/suggest.h"

/* More than this is not a service any more. */
#define ARENA_MAX ((size_t)8 << 30)

/* ---- expressions --------------------------------------------------------------------------- */

struct stamping {
	struct builder *b;
	int node;
	const struct stamp_ends *ends;
	struct graph_part *parts;
	size_t n;
};

static void put(struct stamping *s, enum graph_part_kind kind, const char *text, int index)
{
	s->parts[s->n++] = (struct graph_part){kind, index, text};
}

static void put_slot(struct stamping *s, const struct tpart *part)
{
	const struct builder *b = s->b;
	struct slot slot = b->infos.v[s->node].slots[part->slot];

	if (slot.cluster < 0) {
		if (part->member <= 1)
			put(s, GRAPH_PART_PROPERTY, part->text, slot.node);
		return;
	}
	if (part->member <= 0) {
		put(s, GRAPH_PART_CLUSTER, part->text, slot.cluster);
		return;
	}
	const struct graph_cluster *k = &b->clusters.v[slot.cluster];
	for (size_t i = 0; i < k->n_members; i++)
		if (b->nodes.v[k->members[i]].index == part->member)
			put(s, GRAPH_PART_PROPERTY, part->text, k->members[i]);
}

/* ${source.name} is the instance's name, unless a property goes by that name. */
static void put_end(struct stamping *s, const struct graph_end *end, const char *name)
{
	const struct builder *b = s->b;

	if (end->node < 0) {
		put(s, GRAPH_PART_REFERENCE, name, end->reference);
		return;
	}
	const struct descriptor *d = b->infos.v[end->node].template->d;
	const struct property *p = descriptor_property(d, name);
	bool declared = p != NULL;
	if (declared && p->is_private)
		return;
	if (!declared && strcmp(name, "name") == 0)
		put(s, GRAPH_PART_TEXT, b->nodes.v[end->node].name, -1);
	else if (!declared && strcmp(name, "id") == 0)
		put(s, GRAPH_PART_ID, NULL, end->node);
	else
		put(s, GRAPH_PART_PROPERTY, name, end->node);
}

static void put_part(struct stamping *s, const struct tpart *part)
{
	struct builder *b = s->b;
	const struct graph_node *node = &b->nodes.v[s->node];

	switch (part->kind) {
	case TPART_TEXT:
		put(s, GRAPH_PART_TEXT, part->text, -1);
		break;
	case TPART_OWN:
		put(s, GRAPH_PART_PROPERTY, part->text, s->node);
		break;
	case TPART_SLOT:
		put_slot(s, part);
		break;
	case TPART_REFERENCE:
		put(s, GRAPH_PART_REFERENCE, part->text,
		    b->infos.v[s->node].first_reference + part->slot);
		break;
	case TPART_NAME:
		put(s, GRAPH_PART_TEXT, node->name, -1);
		break;
	case TPART_INDEX:
		put(s, GRAPH_PART_TEXT, lm_arena_printf(b->arena, "%d", node->index), -1);
		break;
	case TPART_ID:
		put(s, GRAPH_PART_ID, NULL, s->node);
		break;
	case TPART_SOURCE:
		put_end(s, s->ends->source, part->text);
		break;
	case TPART_TARGET:
		put_end(s, s->ends->target, part->text);
		break;
	case TPART_NOTHING:
		break;
	}
}

struct graph_expr stamp_expr(
    struct builder *b, int node, const struct texpr *t, const struct stamp_ends *ends)
{
	struct stamping s = {.b = b, .node = node, .ends = ends};

	if (t->fixed || t->n == 0)
		return (struct graph_expr){t->texts, t->n};
	s.parts = LM_NEW_N(b->arena, struct graph_part, t->n);
	for (size_t i = 0; i < t->n; i++)
		put_part(&s, &t->parts[i]);
	/* "x${nothing}" is "x", but what is left of it must not become unset with a sole part. */
	if (s.n == 1 && t->n > 1 && s.parts[0].kind != GRAPH_PART_TEXT)
		put(&s, GRAPH_PART_TEXT, "", -1);
	return (struct graph_expr){s.parts, s.n};
}

/* ---- properties ---------------------------------------------------------------------------- */

static void fill_property(struct graph_property *to, const struct tproperty *from)
{
	to->name = from->name;
	to->type = from->type;
	to->required = from->required;
	to->read_only = from->read_only;
	to->is_volatile = from->is_volatile;
	to->is_private = from->is_private;
	to->candidates = from->candidates;
	to->n_candidates = from->n_candidates;
}

/* 'given': mapping or intent, NULL when there is none. */
static void stamp_property(struct builder *b, int node, const struct tproperty *from,
    const struct graph_expr *given, struct graph_property *to)
{
	fill_property(to, from);
	if (!from->mappable || (given != NULL && given->n == 0))
		given = NULL;
	if (given == NULL && from->fixed)
		return;
	unsigned n = (given != NULL) + (from->value.n > 0) + (from->fallback.n > 0);
	struct graph_expr *candidates = LM_NEW_N(b->arena, struct graph_expr, n);

	n = 0;
	if (given != NULL)
		candidates[n++] = *given;
	if (from->value.n > 0)
		candidates[n++] = stamp_expr(b, node, &from->value, NULL);
	if (from->fallback.n > 0)
		candidates[n++] = stamp_expr(b, node, &from->fallback, NULL);
	to->candidates = candidates;
	to->n_candidates = n;
}

/* A property that is not declared: one of the special ones. */
static void stamp_extra(
    struct builder *b, const char *name, const struct graph_expr *given, struct graph_property *to)
{
	struct graph_expr *candidate = LM_NEW(b->arena, struct graph_expr);

	*candidate = *given;
	to->name = name;
	to->type = "string";
	to->candidates = candidate;
	to->n_candidates = 1;
}

static void stamp_properties(struct builder *b, int node)
{
	const struct template *t = b->infos.v[node].template;
	const struct tcomponent *c = b->infos.v[node].component;
	struct graph_node *n = &b->nodes.v[node];

	n->n_properties = (unsigned)t->d->n_properties + c->n_extras;
	n->properties = LM_NEW_N(b->arena, struct graph_property, n->n_properties);
	for (size_t i = 0; i < t->d->n_properties; i++) {
		struct graph_expr given;

		if (c->maps[i] != NULL)
			given = stamp_expr(b, n->parent, c->maps[i], NULL);
		stamp_property(b, node, &t->properties[i], c->maps[i] != NULL ? &given : NULL,
		    &n->properties[i]);
	}
	for (size_t i = 0; i < c->n_extras; i++) {
		struct graph_expr given = stamp_expr(b, n->parent, &c->extras[i].value, NULL);

		stamp_extra(b, c->extras[i].name, &given, &n->properties[t->d->n_properties + i]);
	}
}

/* ---- the root and its intent --------------------------------------------------------------- */

static struct graph_expr text_expr(struct builder *b, const char *text)
{
	struct graph_part *part = LM_NEW(b->arena, struct graph_part);

	*part = (struct graph_part){GRAPH_PART_TEXT, -1, builder_text(b, text)};
	return (struct graph_expr){part, 1};
}

static void check_intent_property(struct builder *b, const struct descriptor *d, const char *name)
{
	const struct property *p = descriptor_property(d, name);

	if (p != NULL && !p->read_only && !expr_is_literal(&p->value))
		return;
	if (p != NULL) {
		struct diag *g = diag_add(b->diags, CODE_INTENT_IGNORED, NULL,
		    "property '%s' %s, the intent's value is ignored", name,
		    p->read_only ? "is read-only" : "has a fixed value");
		diag_note(b->diags, g, &p->name.pos, "declared here");
		return;
	}
	if (property_is_special(name))
		return;
	struct diag *g = diag_add(b->diags, CODE_INTENT_PROPERTY, NULL,
	    "'%s' has no property '%s', the intent's value is ignored", d->name.full, name);
	struct suggest near = suggest_for(name);
	for (size_t i = 0; g != NULL && i < d->n_properties; i++)
		suggest_offer(&near, d->properties[i].name.text);
	diag_did_you_mean(b->diags, g, near.best);
}

static bool has_value(const struct graph_property *p)
{
	for (size_t i = 0; i < p->n_candidates; i++)
		if (p->candidates[i].n > 0)
			return true;
	return false;
}

static bool check_required(struct builder *b)
{
	const struct graph_node *root = &b->nodes.v[0];
	const struct descriptor *d = b->infos.v[0].template->d;
	bool good = true;

	for (size_t i = 0; i < d->n_properties; i++) {
		if (!root->properties[i].required || has_value(&root->properties[i]))
			continue;
		struct diag *g = diag_add(b->diags, CODE_REQUIRED, &d->properties[i].name.pos,
		    "property '%s' of '%s' is required and has no value", root->properties[i].name,
		    d->name.full);
		diag_help(b->diags, g, "give it a value in the intent");
		good = false;
	}
	return good;
}

static bool stamp_root(struct builder *b)
{
	const struct template *t = b->infos.v[0].template;
	const struct lm_kvs *intent = &b->request->properties;
	struct graph_node *root = &b->nodes.v[0];
	unsigned n = (unsigned)t->d->n_properties;

	root->properties = LM_NEW_N(b->arena, struct graph_property, n + intent->n);
	for (size_t i = 0; i < intent->n; i++) {
		const struct lm_kv *kv = &intent->v[i];

		check_intent_property(b, t->d, kv->name);
		if (kv->value == NULL || !property_is_special(kv->name) ||
		    descriptor_property(t->d, kv->name) != NULL)
			continue;
		struct graph_expr given = text_expr(b, kv->value);
		stamp_extra(b, builder_text(b, kv->name), &given, &root->properties[n++]);
	}
	for (size_t i = 0; i < t->d->n_properties; i++) {
		const char *value = lm_kvs_find(intent, t->properties[i].name);
		struct graph_expr given = {0};

		if (value != NULL)
			given = text_expr(b, value);
		stamp_property(b, 0, &t->properties[i], &given, &root->properties[i]);
	}
	root->n_properties = n;
	return check_required(b);
}

/* ---- resources ----------------------------------------------------------------------------- */

static struct graph_attr *stamp_attrs(
    struct builder *b, int node, const struct tmapping *list, size_t n)
{
	struct graph_attr *attrs = LM_NEW_N(b->arena, struct graph_attr, n);

	for (size_t i = 0; i < n; i++) {
		attrs[i].name = list[i].name;
		attrs[i].value = stamp_expr(b, node, &list[i].value, NULL);
	}
	return attrs;
}

static struct graph_drivers stamp_drivers(struct builder *b, int node, const struct tdrivers *list)
{
	struct graph_drivers all = {LM_NEW_N(b->arena, struct graph_driver, list->n), list->n};

	for (size_t i = 0; i < list->n; i++) {
		const struct tdriver *t = &list->v[i];

		all.v[i] = t->d;
		all.v[i].properties = stamp_attrs(b, node, t->properties, t->n_properties);
		all.v[i].n_properties = t->n_properties;
	}
	return all;
}

static void stamp_lifecycle(struct builder *b, int node, struct graph_resource *r)
{
	const struct template *t = b->infos.v[node].template;

	r->locations = t->locations;
	r->n_locations = t->d->n_locations;
	if (t->drivers == NULL)
		return;
	r->drivers = LM_NEW(b->arena, struct graph_lifecycle_drivers);
	for (size_t i = 0; i < TRANSITION_N; i++)
		r->drivers->transitions[i] = stamp_drivers(b, node, &t->drivers->transitions[i]);
	r->drivers->otherwise = stamp_drivers(b, node, &t->drivers->otherwise);
	r->drivers->queries = stamp_drivers(b, node, &t->drivers->queries);
}

static void stamp_operations(struct builder *b, int node, struct graph_resource *r)
{
	const struct template *t = b->infos.v[node].template;

	r->n_operations = t->d->n_operations;
	r->operations = LM_NEW_N(b->arena, struct graph_operation, r->n_operations);
	for (size_t i = 0; i < r->n_operations; i++) {
		const struct toperation *from = &t->operations[i];
		struct graph_operation *op = &r->operations[i];

		op->name = from->name;
		op->timeout_s = from->timeout_s;
		op->drivers = stamp_drivers(b, node, &from->drivers);
		op->n_properties = from->n_properties;
		op->properties = LM_NEW_N(b->arena, struct graph_property, op->n_properties);
		for (size_t k = 0; k < op->n_properties; k++)
			stamp_property(b, node, &from->properties[k], NULL, &op->properties[k]);
	}
}

static void stamp_infra(struct builder *b, int node, struct graph_resource *r)
{
	const struct template *t = b->infos.v[node].template;

	r->n_infra = t->d->n_infra;
	r->infra = LM_NEW_N(b->arena, struct graph_infra, r->n_infra);
	for (size_t i = 0; i < r->n_infra; i++) {
		const struct tinfra *from = &t->infra[i];
		struct graph_attr *attrs = stamp_attrs(b, node, from->attrs, from->n_attrs);

		r->infra[i] = (struct graph_infra){from->type, from->kind, attrs, from->n_attrs};
	}
}

static void stamp_resource(struct builder *b, int node)
{
	struct template *t = b->templates[b->infos.v[node].template->d->index];
	struct graph_resource *r = t->resource;

	if (r == NULL) {
		r = LM_NEW(b->arena, struct graph_resource);
		r->package_dir = t->package_dir;
		r->declared = t->d->transitions;
		memcpy(r->timeout_s, t->d->timeout_s, sizeof r->timeout_s);
		stamp_operations(b, node, r);
		stamp_infra(b, node, r);
		stamp_lifecycle(b, node, r);
		if (t->fixed)
			t->resource = r;
	}
	b->nodes.v[node].resource = r;
}

static void stamp_references(struct builder *b, int node)
{
	const struct node_info *info = &b->infos.v[node];

	for (size_t i = 0; i < info->template->d->n_references; i++) {
		const struct treference *t = &info->template->references[i];
		struct graph_reference *r = &b->references.v[info->first_reference + (int)i];

		r->external = t->external;
		r->name = stamp_expr(b, node, &t->instance, NULL);
		r->location = stamp_expr(b, node, &t->location, NULL);
		r->manager = stamp_expr(b, node, &t->manager, NULL);
	}
}

bool stamp_nodes(struct builder *b)
{
	if (!stamp_root(b))
		return false;
	for (size_t i = 0; i < b->nodes.n; i++) {
		if (i > 0)
			stamp_properties(b, (int)i);
		if (b->infos.v[i].template->d->name.kind == NAME_RESOURCE)
			stamp_resource(b, (int)i);
		stamp_references(b, (int)i);
		if (lm_arena_used(b->arena) <= ARENA_MAX)
			continue;
		diag_add(b->diags, CODE_GRAPH_LIMIT, NULL, "more than %zu bytes", ARENA_MAX);
		return false;
	}
	return true;
}
