/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "tosca/link/linker.h"

/* What is declared or given and reaches nobody, or hides something. */

/* ---- inputs -------------------------------------------------------------------------------- */

/* Given from outside; what has a value of its own is there to be read from outside. */
static bool is_input(const struct property *p)
{
	return !p->read_only && p->value.n == 0 && !property_is_special(p->name.text);
}

/* A resource hands all it has to its scripts: only an assembly can forget a property. */
static void check_inputs(struct linker *l)
{
	for (size_t i = 0; i < l->d->n_properties; i++) {
		const struct property *p = &l->d->properties[i];

		if (l->is_read[i] || !is_input(p))
			continue;
		struct diag *d = diag_add(l->diags, CODE_UNUSED, &p->name.pos,
		    "nothing in this assembly reads property '%s'", p->name.text);
		diag_help(l->diags, d, "map it to a component ('value: ${%s}'), or take it away",
		    p->name.text);
	}
}

/* ---- operations ---------------------------------------------------------------------------- */

static bool reads(const struct expr *e, const char *property)
{
	for (size_t i = 0; i < e->n; i++)
		if (e->parts[i].text == NULL && e->parts[i].scope == NULL &&
		    strcmp(e->parts[i].name, property) == 0)
			return true;
	return false;
}

/* A script sees one variable of a name: that of the operation. */
static void check_shadows(struct linker *l, const struct operation *op)
{
	for (size_t i = 0; i < op->n_properties; i++) {
		const struct property *p = &op->properties[i];
		const struct property *own = descriptor_property(l->d, p->name.text);

		if (own == NULL || reads(&p->value, own->name.text) ||
		    reads(&p->fallback, own->name.text))
			continue;
		struct diag *d = diag_add(l->diags, CODE_SHADOWED, &p->name.pos,
		    "property '%s' of operation '%s' hides the resource's own from the script",
		    p->name.text, op->name.text);
		diag_help(
		    l->diags, d, "call it by another name, or default it to ${%s}", own->name.text);
		diag_note(l->diags, d, &own->name.pos, "the resource's own");
	}
}

/* ---- relationships ------------------------------------------------------------------------- */

/* The operation a call leads to at one of its ends; NULL: it cannot be told. */
static const struct operation *called(
    struct linker *l, const struct relationship *rel, const struct path *call)
{
	const struct path *end =
	    strcmp(call->scope.text, "source") == 0 && rel->n_sources > 0   ? &rel->sources[0]
	    : strcmp(call->scope.text, "target") == 0 && rel->n_targets > 0 ? &rel->targets[0]
									    : call;
	const struct component *c = path_component(l->d, end);
	const struct descriptor *owner;

	if (c == NULL)
		c = descriptor_reference(l->d, end->scope.text);
	const struct descriptor *child = c == NULL ? NULL : link_child(l, c);
	return child == NULL ? NULL : link_operation(l->catalog, child, call->name.text, &owner);
}

static bool takes(const struct operation *op, const char *property)
{
	for (size_t i = 0; i < op->n_properties; i++)
		if (strcmp(op->properties[i].name.text, property) == 0)
			return true;
	return false;
}

enum { CALLS_MAX = 32 };

/* The operations of a relationship; false: one of them cannot be told. */
static bool all_called(struct linker *l, const struct relationship *rel,
    const struct operation *out[CALLS_MAX], size_t *n)
{
	size_t calls = rel->n_create + rel->n_cease;

	for (*n = 0; *n < calls && calls <= CALLS_MAX; ++*n) {
		const struct path *call =
		    *n < rel->n_create ? &rel->create[*n] : &rel->cease[*n - rel->n_create];

		out[*n] = called(l, rel, call);
		if (out[*n] == NULL)
			return false;
	}
	return calls <= CALLS_MAX;
}

static void check_given(struct linker *l, const struct relationship *rel)
{
	const struct operation *ops[CALLS_MAX];
	size_t n;

	if (rel->n_properties == 0 || !all_called(l, rel, ops, &n))
		return;
	for (size_t i = 0; i < rel->n_properties; i++) {
		const struct spot *name = &rel->properties[i].name;
		size_t k = 0;

		while (k < n && !takes(ops[k], name->text))
			k++;
		if (k < n)
			continue;
		struct diag *d = diag_add(l->diags, CODE_UNTAKEN, &name->pos,
		    n == 0 ? "relationship '%s' calls nothing that could take property '%s'"
			   : "no operation that relationship '%s' calls declares property '%s'",
		    rel->name.text, name->text);
		if (n > 0)
			diag_note(l->diags, d, &ops[0]->name.pos, "one of them");
	}
}

/* ---- all of them --------------------------------------------------------------------------- */

void link_unused(struct linker *l)
{
	const struct descriptor *d = l->d;

	if (d->torn != 0)
		return;
	if (d->name.kind == NAME_ASSEMBLY)
		check_inputs(l);
	else
		for (size_t i = 0; i < d->n_operations; i++)
			check_shadows(l, &d->operations[i]);
	for (size_t i = 0; i < d->n_relationships; i++)
		check_given(l, &d->relationships[i]);
}
