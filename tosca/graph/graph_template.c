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

/* The descriptor of a component; many of them in a row are of one type. */
static const struct descriptor *child_of(struct builder *b, const struct component *c)
{
	if (b->last_child == NULL || b->last_type != c->canonical) {
		b->last_type = c->canonical;
		b->last_child = catalog_get(b->catalog, c->canonical);
	}
	return b->last_child;
}

/* ---- expressions --------------------------------------------------------------------------- */

struct scope {
	const struct descriptor *d;
	const struct template *own; /* of d; its properties may not be there yet */
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

/* ${component.property}; a private property is as if it were not there. */
static struct tpart resolve_member(
    struct builder *b, const struct scope *s, int slot, const struct expr_part *part)
{
	struct tpart t = {.kind = TPART_SLOT, .slot = slot, .member = part->member};
	const struct descriptor *d = child_of(b, &s->d->components[slot]);
	const struct property *p = descriptor_property(d, part->name);

	if (p != NULL && p->is_private)
		t.kind = TPART_NOTHING;
	else if (p != NULL)
		t.text = template_get(b, d)->properties[p - d->properties].name;
	else
		t.text = builder_text(b, part->name);
	return t;
}

static struct tpart resolve_scoped(
    struct builder *b, const struct scope *s, const struct expr_part *part)
{
	struct tpart t = {.kind = TPART_NOTHING, .member = part->member};
	const struct component *c;

	if (strcmp(part->scope, "instance") == 0) {
		t.kind = instance_kind(part->name);
	} else if (s->in_relationship && strcmp(part->scope, "source") == 0) {
		t.kind = TPART_SOURCE;
	} else if (s->in_relationship && strcmp(part->scope, "target") == 0) {
		t.kind = TPART_TARGET;
	} else if ((c = expr_part_component(s->d, part)) != NULL) {
		return resolve_member(b, s, (int)(c - s->d->components), part);
	} else if ((t.slot = reference_slot(s->d, part->scope)) >= 0) {
		t.kind = TPART_REFERENCE;
	}
	t.text = builder_text(b, part->name);
	return t;
}

static struct tpart resolve(struct builder *b, const struct scope *s, const struct expr_part *part)
{
	struct tpart t = {.kind = TPART_TEXT, .slot = -1};

	if (part->text != NULL) {
		t.text = lm_arena_strdup(b->arena, part->text);
		return t;
	}
	if (part->scope != NULL)
		return resolve_scoped(b, s, part);
	const struct property *p = descriptor_property(s->d, part->name);
	if (p != NULL)
		t.slot = (int)(p - s->d->properties);
	t.kind = p != NULL || property_is_special(part->name) ? TPART_OWN : TPART_NOTHING;
	t.text = p != NULL && s->own->properties != NULL ? s->own->properties[t.slot].name
							 : builder_text(b, part->name);
	return t;
}

static const struct graph_part *make_texts(struct builder *b, const struct expr *e)
{
	struct graph_part *texts = LM_NEW_N(b->arena, struct graph_part, e->n);

	for (size_t i = 0; i < e->n; i++)
		texts[i] = (struct graph_part){
		    GRAPH_PART_TEXT, -1, lm_arena_strdup(b->arena, e->parts[i].text)};
	return texts;
}

static struct texpr make_expr(struct builder *b, const struct scope *s, const struct expr *e)
{
	struct texpr t = {.source = e, .n = (unsigned)e->n, .fixed = true};

	for (size_t i = 0; i < e->n; i++)
		t.fixed = t.fixed && e->parts[i].text != NULL;
	if (e->n == 0)
		return t;
	if (t.fixed) {
		t.texts = make_texts(b, e);
		return t;
	}
	struct tpart *parts = LM_NEW_N(b->scratch, struct tpart, e->n);
	for (size_t i = 0; i < e->n; i++)
		parts[i] = resolve(b, s, &e->parts[i]);
	t.parts = parts;
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
			t->candidates[t->n_candidates++] =
			    (struct graph_expr){t->value.texts, t->value.n};
		if (t->fallback.n > 0 && (t->value.n == 0 || t->read_only))
			t->candidates[t->n_candidates++] =
			    (struct graph_expr){t->fallback.texts, t->fallback.n};
	}
	return all;
}

/* ---- parts of an assembly ------------------------------------------------------------------ */

static void make_extra(
    struct builder *b, const char *name, struct texpr value, struct tcomponent *t)
{
	if (t->extras == NULL)
		t->extras = LM_NEW_N(b->scratch, struct tmapping, 2);
	if (t->n_extras < 2)
		t->extras[t->n_extras++] = (struct tmapping){builder_text(b, name), value};
}

static void make_maps(
    struct builder *b, const struct scope *s, const struct component *c, struct tcomponent *t)
{
	const struct descriptor *child = t->child->d;
	struct texpr *values = LM_NEW_N(b->scratch, struct texpr, c->n_properties);

	t->maps = LM_NEW_N(b->scratch, const struct texpr *, child->n_properties);
	for (size_t i = 0; i < c->n_properties; i++) {
		const struct mapping *m = &c->properties[i];
		const struct property *p = descriptor_property(child, m->name.text);

		if (p != NULL ? p->is_private : !property_is_special(m->name.text))
			continue;
		values[i] = make_expr(b, s, &m->value);
		if (p == NULL)
			make_extra(b, m->name.text, values[i], t);
		else if (m->value.n > 0)
			t->maps[p - child->properties] = &values[i];
	}
}

static struct tnumbers *make_numbers(
    struct builder *b, const struct scope *s, const struct component *c)
{
	const struct component_numbers *k = component_numbers(c);
	struct tnumbers *t;

	if (c->numbers == NULL && !c->clustered)
		return NULL;
	t = LM_NEW(b->scratch, struct tnumbers);
	t->quantity = make_expr(b, s, &k->quantity);
	t->initial = make_expr(b, s, &k->initial);
	t->min = make_expr(b, s, &k->min);
	t->max = make_expr(b, s, &k->max);
	t->increment = make_expr(b, s, &k->increment);
	t->spares = make_expr(b, s, &k->spares);
	t->spares_state = k->spares_state;
	return t;
}

static void make_component(
    struct builder *b, const struct scope *s, const struct component *c, struct tcomponent *t)
{
	t->name = lm_arena_strdup(b->arena, c->name.text);
	t->child = template_get(b, child_of(b, c));
	t->clustered = c->clustered;
	t->numbers = make_numbers(b, s, c);
	make_maps(b, s, c, t);
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
		const struct component *c = path_component(d, &paths[i]);

		ends[i].slot = c == NULL ? -1 : (int)(c - d->components);
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

		calls[i].operation = paths[i].name.text;
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

static void make_relationship(struct builder *b, const struct template *own,
    const struct relationship *r, struct trelationship *t)
{
	const struct descriptor *d = own->d;
	const struct scope s = {d, own, true};

	t->source = r;
	t->name = lm_arena_strdup(b->arena, r->name.text);
	t->sources = make_ends(b, d, r->sources, r->n_sources);
	t->targets = make_ends(b, d, r->targets, r->n_targets);
	t->properties = make_mappings(b, &s, r->properties, r->n_properties);
	t->create = make_calls(b, d, r->create, r->n_create);
	t->cease = make_calls(b, d, r->cease, r->n_cease);
}

/* ---- parts of both ------------------------------------------------------------------------- */

static const struct tscrape *make_scrape(
    struct builder *b, const struct scope *s, const struct scrape *from)
{
	if (from == NULL)
		return NULL;
	struct tscrape *t = LM_NEW(b->scratch, struct tscrape);
	t->url = make_expr(b, s, &from->url);
	t->series = make_expr(b, s, &from->series);
	t->full_scale = make_expr(b, s, &from->full_scale);
	return t;
}

static void make_policies(struct builder *b, const struct scope *s, struct template *t)
{
	const struct descriptor *d = s->d;

	t->policies = LM_NEW_N(b->scratch, struct tpolicy, d->n_policies);
	for (size_t i = 0; i < d->n_policies; i++) {
		const struct policy *p = &d->policies[i];
		struct tpolicy *to = &t->policies[i];

		to->source = p;
		to->name = builder_text(b, p->name.text);
		to->metric_slot = component_slot(d, p->metric.scope.text);
		to->metric = builder_text(b, p->metric.name.text);
		to->target = component_slot(d, p->target.text);
		to->fixed = true;
		for (int k = 0; k < SETTINGS_N; k++) {
			to->settings[k] = make_expr(b, s, policy_setting(p, (enum setting)k));
			to->fixed = to->fixed && to->settings[k].fixed;
		}
	}
}

static void make_promotions(struct builder *b, const struct scope *s, struct template *t)
{
	const struct descriptor *d = s->d;

	t->metrics = LM_NEW_N(b->scratch, struct tmetric, d->n_metrics);
	for (size_t i = 0; i < d->n_metrics; i++) {
		const struct metric *m = &d->metrics[i];

		t->metrics[i] = (struct tmetric){builder_text(b, m->name.text), m->type,
		    make_expr(b, s, &m->period), make_scrape(b, s, m->scrape),
		    component_slot(d, m->source.scope.text), builder_text(b, m->source.name.text)};
	}
	t->operations = LM_NEW_N(b->scratch, struct toperation, d->n_operations);
	for (size_t i = 0; i < d->n_operations; i++) {
		const struct operation *op = &d->operations[i];

		t->operations[i] = (struct toperation){builder_text(b, op->name.text),
		    component_slot(d, op->source.scope.text), builder_text(b, op->source.name.text),
		    op->timeout_s, make_properties(b, s, op->properties, op->n_properties),
		    op->n_properties, {0}};
	}
}

static struct graph_template_file make_file(struct builder *b, const struct template_file *f)
{
	return (struct graph_template_file){
	    builder_text(b, f->file.text), builder_text(b, f->type.text)};
}

static struct tdrivers make_drivers(
    struct builder *b, const struct scope *s, const struct drivers *list, bool *fixed)
{
	struct tdrivers all = {LM_NEW_N(b->scratch, struct tdriver, list->n), list->n};

	for (size_t i = 0; i < list->n; i++) {
		const struct driver *from = &list->v[i];
		struct tdriver *t = &all.v[i];

		t->d.type = builder_text(b, from->type.text);
		t->d.made_by = make_file(b, &from->made_by);
		t->d.n_locations = from->n_locations;
		t->d.locations = LM_NEW_N(b->arena, const char *, from->n_locations);
		for (size_t k = 0; k < from->n_locations; k++)
			t->d.locations[k] = builder_text(b, from->locations[k].text);
		t->properties = make_mappings(b, s, from->properties, from->n_properties);
		t->n_properties = from->n_properties;
		for (size_t k = 0; k < from->n_properties; k++)
			*fixed = *fixed && t->properties[k].value.fixed;
	}
	return all;
}

static void make_lifecycle(struct builder *b, const struct scope *s, struct template *t)
{
	const struct lifecycle_drivers *from = s->d->drivers;

	t->locations = LM_NEW_N(b->arena, struct graph_location, s->d->n_locations);
	for (size_t i = 0; i < s->d->n_locations; i++) {
		const struct location_type *l = &s->d->locations[i];

		t->locations[i] = (struct graph_location){builder_text(b, l->name.text),
		    make_file(b, &l->made_by), make_file(b, &l->found_by)};
	}
	if (from == NULL)
		return;
	t->drivers = LM_NEW(b->scratch, struct tlifecycle_drivers);
	for (size_t i = 0; i < TRANSITION_N; i++)
		t->drivers->transitions[i] = make_drivers(b, s, &from->transitions[i], &t->fixed);
	t->drivers->otherwise = make_drivers(b, s, &from->otherwise, &t->fixed);
	t->drivers->queries = make_drivers(b, s, &from->queries, &t->fixed);
}

static void make_infra(struct builder *b, const struct scope *s, struct template *t)
{
	const struct descriptor *d = s->d;

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
		t->operations[i].drivers = make_drivers(b, s, &d->operations[i].drivers, &t->fixed);
	for (size_t i = 0; i < d->n_operations; i++)
		for (size_t k = 0; k < t->operations[i].n_properties; k++)
			t->fixed = t->fixed && t->operations[i].properties[k].fixed;
}

struct template *template_get(struct builder *b, const struct descriptor *d)
{
	struct template *t = b->templates[d->index];

	if (t != NULL)
		return t;
	t = b->templates[d->index] = LM_NEW(b->scratch, struct template);
	const struct scope s = {d, t, false};
	t->d = d;
	t->name = builder_text(b, d->name.full);
	t->package_dir = builder_text(b, d->package_dir);
	t->properties = make_properties(b, &s, d->properties, d->n_properties);
	make_promotions(b, &s, t);
	make_policies(b, &s, t);
	t->fixed = true;
	make_infra(b, &s, t);
	make_lifecycle(b, &s, t);
	t->components = LM_NEW_N(b->scratch, struct tcomponent, d->n_components);
	for (size_t i = 0; i < d->n_components; i++)
		make_component(b, &s, &d->components[i], &t->components[i]);
	t->references = LM_NEW_N(b->scratch, struct treference, d->n_references);
	for (size_t i = 0; i < d->n_references; i++)
		make_reference(b, &s, &d->references[i], &t->references[i]);
	t->relationships = LM_NEW_N(b->scratch, struct trelationship, d->n_relationships);
	for (size_t i = 0; i < d->n_relationships; i++)
		make_relationship(b, t, &d->relationships[i], &t->relationships[i]);
	return t;
}
