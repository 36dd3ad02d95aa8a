/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "tosca/link/linker.h"

/* ---- ends ---------------------------------------------------------------------------------- */

static bool declares(const struct descriptor *d, const char *capability)
{
	return d->capability_by_name != NULL &&
	       lm_map_find(d->capability_by_name, capability) != NULL;
}

static void check_end(struct linker *l, const struct path *end, bool source)
{
	const struct component *c = path_component(l->d, end);
	const struct component *ref = descriptor_reference(l->d, end->scope.text);
	const char *what = source ? "capability" : "requirement";

	if (c == NULL && ref == NULL && (l->d->torn & TORN_COMPONENTS) != 0)
		return;
	if (c == NULL && ref == NULL) {
		struct diag *d = diag_add(l->diags, CODE_UNKNOWN_END, &end->scope.pos,
		    "there is no component '%s'", end->scope.text);
		link_suggest_component(l, d, end->scope.text, source);
		return;
	}
	if (c == NULL && !source) {
		struct diag *d = diag_add(l->diags, CODE_REFERENCE_TARGET, &end->scope.pos,
		    "reference '%s' cannot be the target of a relationship", end->scope.text);
		diag_help(l->diags, d, "exchange source and target");
		return;
	}
	const struct descriptor *child = link_child(l, c != NULL ? c : ref);
	if (child == NULL || end->name.text == NULL || declares(child, end->name.text))
		return;
	struct diag *d = diag_add(l->diags, CODE_UNDECLARED, &end->name.pos,
	    "'%s' declares no %s '%s'", child->name.full, what, end->name.text);
	diag_help(l->diags, d, "add '%s: {%s: {type: ...}}' there",
	    source ? "capabilities" : "requirements", end->name.text);
	link_suggest_capability(l, d, child, end->name.text);
}

/* ---- operations ---------------------------------------------------------------------------- */

static bool is_given(
    const struct relationship *rel, const struct descriptor *owner, const char *property)
{
	for (size_t i = 0; i < rel->n_properties; i++)
		if (strcmp(rel->properties[i].name.text, property) == 0)
			return true;
	/* The resource's own properties reach the script too. */
	return descriptor_property(owner, property) != NULL;
}

static void check_operation_properties(struct linker *l, const struct relationship *rel,
    const struct path *call, const struct descriptor *child)
{
	const struct descriptor *owner;
	const struct operation *op = link_operation(l->catalog, child, call->name.text, &owner);

	for (size_t i = 0; op != NULL && i < op->n_properties; i++) {
		if (!link_afford(l, rel->n_properties))
			return;
		const struct property *p = &op->properties[i];

		if (!p->required || p->fallback.n > 0 || p->value.n > 0 ||
		    is_given(rel, owner, p->name.text))
			continue;
		struct diag *d = diag_add(l->diags, CODE_OPERATION_PROPERTY, &call->pos,
		    "operation '%s' requires '%s', which relationship '%s' does not give",
		    call->name.text, p->name.text, rel->name.text);
		diag_note(l->diags, d, &p->name.pos, "required here");
	}
}

static void check_call_on(struct linker *l, const struct relationship *rel, const struct path *call,
    const struct path *end)
{
	const struct component *c = path_component(l->d, end);

	/* What a reference finds has the operations of its descriptor, when we know it. */
	if (c == NULL)
		c = descriptor_reference(l->d, end->scope.text);
	const struct descriptor *child = c == NULL ? NULL : link_child(l, c);
	if (child == NULL)
		return;
	if (descriptor_operation(child, call->name.text) != NULL) {
		check_operation_properties(l, rel, call, child);
		return;
	}
	struct diag *d = diag_add(l->diags, CODE_UNKNOWN_OPERATION, &call->name.pos,
	    "'%s' has no operation '%s'", child->name.full, call->name.text);
	link_suggest_operation(l, d, child, call->name.text);
}

static void check_call(struct linker *l, const struct relationship *rel, const struct path *call)
{
	bool source = strcmp(call->scope.text, "source") == 0;
	bool target = strcmp(call->scope.text, "target") == 0;
	const struct path *ends = source ? rel->sources : rel->targets;
	size_t n = source ? rel->n_sources : rel->n_targets;

	/* One end that lacks it is enough to know. */
	size_t before = diags_errors(l->diags) + diags_warnings(l->diags);
	for (size_t i = 0; (source || target) && i < n && link_afford(l, 0); i++) {
		check_call_on(l, rel, call, &ends[i]);
		if (diags_errors(l->diags) + diags_warnings(l->diags) > before)
			break;
	}
	if (source || target)
		return;
	if (descriptor_component(l->d, call->scope.text) != NULL ||
	    descriptor_reference(l->d, call->scope.text) != NULL) {
		check_call_on(l, rel, call, call);
		return;
	}
	if ((l->d->torn & TORN_COMPONENTS) != 0)
		return;
	struct diag *d = diag_add(l->diags, CODE_UNKNOWN_END, &call->scope.pos,
	    "there is no component '%s' to call '%s' on", call->scope.text, call->name.text);
	link_suggest_component(l, d, call->scope.text, false);
	if (d != NULL && d->help == NULL)
		diag_help(
		    l->diags, d, "write source.%s or target.%s", call->name.text, call->name.text);
}

/* Of a cluster each member has one with each other; of a single component there is no pair. */
static void check_pairs(struct linker *l, const struct relationship *rel)
{
	const struct path *source = rel->sources, *target = rel->targets;
	unsigned n = 0;

	if (rel->n_sources != 1 || rel->n_targets != 1 ||
	    strcmp(source->scope.text, target->scope.text) != 0)
		return;
	const struct component *c = descriptor_component(l->d, source->scope.text);
	const struct component_numbers *k = c == NULL ? NULL : component_numbers(c);
	const struct expr *e = c == NULL ? NULL : c->clustered ? &k->max : &k->quantity;
	bool single = c != NULL && !c->clustered && e->n == 0;
	if (c == NULL ||
	    (!single && !(expr_is_literal(e) && expr_number(expr_literal(e), 1, &n) && n == 1)))
		return;
	struct diag *d = diag_add(l->diags, CODE_LONELY, &target->pos,
	    "relationship '%s' is never created: '%s' is one component, not two", rel->name.text,
	    c->name.text);
	diag_note(l->diags, d, &source->pos, "the same as its source");
}

void link_relationships(struct linker *l)
{
	for (size_t i = 0; i < l->d->n_relationships; i++) {
		const struct relationship *rel = &l->d->relationships[i];
		const struct link_ends ends = {rel};

		for (size_t k = 0; k < rel->n_sources; k++)
			check_end(l, &rel->sources[k], true);
		for (size_t k = 0; k < rel->n_targets; k++)
			check_end(l, &rel->targets[k], false);
		check_pairs(l, rel);
		for (size_t k = 0; k < rel->n_properties; k++)
			link_expr(l, &rel->properties[k].value, LINK_VALUE, &ends);
		for (size_t k = 0; k < rel->n_create; k++)
			check_call(l, rel, &rel->create[k]);
		for (size_t k = 0; k < rel->n_cease; k++)
			check_call(l, rel, &rel->cease[k]);
	}
}
