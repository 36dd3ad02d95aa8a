/* SPDX-License-Identifier: Apache-2.0 */
#include "tosca/link/linker.h"

#include <stdlib.h>
#include <string.h>

#include "base/vec.h"

/* ---- finding ------------------------------------------------------------------------------- */

const struct descriptor *link_child(struct linker *l, const struct component *c)
{
	if (l->last_type == NULL || l->last_type != c->canonical || c->ranged) {
		const struct descriptor *d = catalog_match(l->catalog, c);

		l->last_type = c->ranged ? NULL : c->canonical;
		l->last_child = d == NULL || d->broken ? NULL : d;
	}
	return l->last_child;
}

const struct operation *link_operation(const struct catalog *catalog, const struct descriptor *d,
    const char *name, const struct descriptor **out_owner)
{
	for (size_t level = 0; d != NULL && level <= CATALOG_LEVELS_MAX; level++) {
		const struct operation *op = descriptor_operation(d, name);

		*out_owner = d;
		if (op == NULL || d->name.kind == NAME_RESOURCE)
			return op;
		const struct component *c = path_component(d, &op->source);
		d = c == NULL ? NULL : catalog_get(catalog, c->canonical);
		name = op->source.name.text;
	}
	return NULL;
}

const struct metric *link_metric(const struct catalog *catalog, const struct descriptor *d,
    const char *name, const struct descriptor **out_owner)
{
	for (size_t level = 0; d != NULL && level <= CATALOG_LEVELS_MAX; level++) {
		const struct metric *m = descriptor_metric(d, name);

		*out_owner = d;
		if (m == NULL || d->name.kind == NAME_RESOURCE)
			return m;
		const struct component *c = path_component(d, &m->source);
		d = c == NULL ? NULL : catalog_get(catalog, c->canonical);
		name = m->source.name.text;
	}
	return NULL;
}

bool link_afford(struct linker *l, size_t steps)
{
	enum { STEPS_MAX = 50 * 1000 * 1000 };
	bool before = l->steps <= STEPS_MAX;

	l->steps += before ? steps + 1 : 0;
	if (before && l->steps > STEPS_MAX)
		diag_add(l->diags, CODE_TOO_MANY, &l->d->pos,
		    "too many relationships of '%s' have too many ends and operations",
		    l->d->name.full);
	return l->steps <= STEPS_MAX;
}

/* ---- composition --------------------------------------------------------------------------- */

static void check_mapping(struct linker *l, const struct component *c, const struct mapping *m,
    const struct descriptor *child)
{
	const struct property *p = child == NULL ? NULL : descriptor_property(child, m->name.text);
	const char *why = NULL;

	if (child == NULL || (p == NULL && property_is_special(m->name.text)))
		return;
	if (p != NULL && p->is_private) {
		struct diag *d = diag_add(l->diags, CODE_PRIVATE, &m->name.pos,
		    "'%s' keeps its property '%s' private, ignored", child->name.full,
		    m->name.text);
		diag_help(l->diags, d, "declare it under 'properties' if others may set it");
		diag_note(l->diags, d, &p->name.pos, "private here");
		return;
	}
	if (p == NULL) {
		struct diag *d = diag_add(l->diags, CODE_UNKNOWN_MAPPING, &m->name.pos,
		    "'%s' has no property '%s', ignored", child->name.full, m->name.text);
		link_suggest_mapping(l, d, c, m->name.text);
		return;
	}
	if (p->read_only)
		why = "is read-only";
	else if (expr_is_literal(&p->value))
		why = "has a fixed value";
	if (why == NULL || m->value.n == 0)
		return;
	struct diag *d = diag_add(l->diags, CODE_MAPPING_IGNORED, &m->name.pos,
	    "property '%s' of '%s' %s, ignored", m->name.text, c->name.text, why);
	diag_note(l->diags, d, &p->name.pos, "declared here");
}

static bool has_many(const struct component *c)
{
	const struct component_numbers *k = component_numbers(c);
	const char *max = expr_literal(c->clustered ? &k->max : &k->quantity);

	if (!c->clustered && k->quantity.n == 0)
		return false;
	return max == NULL || strcmp(max, "1") != 0;
}

static void check_component(struct linker *l, const struct component *c)
{
	const struct descriptor *child = link_child(l, c);
	const struct component_numbers *k = component_numbers(c);
	const struct expr *const numbers[] = {
	    &k->quantity, &k->initial, &k->min, &k->max, &k->increment, &k->spares};

	if (c->canonical != NULL && catalog_get(l->catalog, c->canonical) == NULL) {
		struct diag *d = diag_add(l->diags, CODE_UNKNOWN_TYPE, &c->type.pos,
		    "unknown component type '%s'", c->type.text);
		link_suggest_type(l, d, c->type.text);
	}
	for (size_t i = 0; c->numbers != NULL && i < LM_COUNT(numbers); i++)
		link_expr(l, numbers[i], LINK_COUNT, NULL);
	if (c->numbers != NULL)
		link_spares(l, c);
	for (size_t i = 0; i < c->n_properties; i++) {
		check_mapping(l, c, &c->properties[i], child);
		link_expr(
		    l, &c->properties[i].value, has_many(c) ? LINK_MEMBER_VALUE : LINK_VALUE, NULL);
	}
}

/* ---- references ---------------------------------------------------------------------------- */

/* What is found at run time may be newer than this catalog: nothing of this is an error. */
static void check_reference(struct linker *l, const struct component *ref)
{
	if (ref->canonical != NULL && catalog_match(l->catalog, ref) == NULL) {
		struct diag *d = diag_add(l->diags, CODE_REFERENCE_TYPE, &ref->type.pos,
		    ref->ranged ? "no descriptor in the catalog matches '%s'"
				: "there is no descriptor '%s' in the catalog",
		    ref->type.text);
		link_suggest_type(l, d, ref->type.text);
	}
	for (size_t k = 0; k < ref->n_properties; k++)
		link_expr(l, &ref->properties[k].value, LINK_VALUE, NULL);
}

/* ---- promotions ---------------------------------------------------------------------------- */

/* The descriptor a promotion leads to; NULL: nowhere (reported), or nothing to say. */
static const struct descriptor *promoted(
    struct linker *l, const struct path *source, const char *what)
{
	if (source->scope.text == NULL)
		return NULL;
	const struct component *c = descriptor_component(l->d, source->scope.text);
	if (c != NULL || (l->d->torn & TORN_COMPONENTS) != 0)
		return c != NULL ? link_child(l, c) : NULL;
	struct diag *d = diag_add(l->diags, CODE_UNKNOWN_END, &source->scope.pos,
	    "there is no component '%s' to promote %s from", source->scope.text, what);
	link_suggest_component(l, d, source->scope.text, false);
	return NULL;
}

static void check_promotions(struct linker *l)
{
	for (size_t i = 0; i < l->d->n_operations; i++) {
		const struct path *source = &l->d->operations[i].source;
		const struct descriptor *child = promoted(l, source, "an operation");

		if (child == NULL || descriptor_operation(child, source->name.text) != NULL)
			continue;
		struct diag *d = diag_add(l->diags, CODE_UNKNOWN_OPERATION, &source->name.pos,
		    "'%s' has no operation '%s'", child->name.full, source->name.text);
		link_suggest_operation(l, d, child, source->name.text);
	}
	for (size_t i = 0; i < l->d->n_metrics; i++) {
		const struct path *source = &l->d->metrics[i].source;
		const struct descriptor *child = promoted(l, source, "a metric");

		if (child == NULL || descriptor_metric(child, source->name.text) != NULL)
			continue;
		struct diag *d = diag_add(l->diags, CODE_UNKNOWN_METRIC, &source->name.pos,
		    "'%s' has no metric '%s'", child->name.full, source->name.text);
		link_suggest_metric(l, d, child, source->name.text);
	}
}

/* ---- one descriptor ------------------------------------------------------------------------ */

static void check_properties(struct linker *l, const struct property *list, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		link_expr(l, &list[i].value, LINK_VALUE, NULL);
		link_expr(l, &list[i].fallback, LINK_VALUE, NULL);
	}
}

static void check_drivers(struct linker *l, const struct drivers *list)
{
	for (size_t i = 0; i < list->n; i++)
		for (size_t k = 0; k < list->v[i].n_properties; k++)
			link_expr(l, &list->v[i].properties[k].value, LINK_VALUE, NULL);
}

static void check_all_drivers(struct linker *l)
{
	const struct descriptor *d = l->d;

	for (size_t i = 0; i < d->n_operations; i++)
		check_drivers(l, &d->operations[i].drivers);
	for (size_t i = 0; d->drivers != NULL && i < TRANSITION_N; i++)
		check_drivers(l, &d->drivers->transitions[i]);
	if (d->drivers == NULL)
		return;
	check_drivers(l, &d->drivers->otherwise);
	check_drivers(l, &d->drivers->queries);
}

void link_descriptor(struct linker *l)
{
	const struct descriptor *d = l->d;

	l->is_read = LM_NEW_N(l->scratch, bool, d->n_properties);
	check_properties(l, d->properties, d->n_properties);
	for (size_t i = 0; i < d->n_components; i++)
		check_component(l, &d->components[i]);
	for (size_t i = 0; i < d->n_references; i++)
		check_reference(l, &d->references[i]);
	for (size_t i = 0; i < d->n_operations; i++)
		check_properties(l, d->operations[i].properties, d->operations[i].n_properties);
	for (size_t i = 0; i < d->n_infra; i++)
		for (size_t k = 0; k < d->infra[i].n_attrs; k++)
			link_expr(l, &d->infra[i].attrs[k].value, LINK_VALUE, NULL);
	check_all_drivers(l);
	for (size_t i = 0; i < d->n_metrics; i++)
		link_measure(l, &d->metrics[i]);
	if (d->name.kind == NAME_ASSEMBLY)
		check_promotions(l);
	link_supplies(l);
	link_relationships(l);
	link_policies(l);
	link_unused(l);
	link_waits(l);
}
