/* SPDX-License-Identifier: Apache-2.0 */
#include <limits.h>
#include <string.h>

#include "tosca/link/linker.h"
#include "tosca/text/suggest.h"

/* ---- expressions --------------------------------------------------------------------------- */

/* What ${x} means to its reader when there is no x: nothing (a warning), or no number. */
static struct diag *missing(struct linker *l, enum link_use use, enum diag_code code,
    const struct source_range *pos, const char *what)
{
	if (use == LINK_NUMBER || use == LINK_COUNT)
		return diag_add(l->diags, CODE_NUMBER_UNKNOWN, pos, "%s, and so no number", what);
	return diag_add(l->diags, code, pos, "%s: the value stays unset", what);
}

/* 'c' lacks the property, or keeps it to itself. */
static void missing_property(struct linker *l, const struct expr_part *part,
    const struct component *c, const char *kind, enum link_use use)
{
	const struct descriptor *child = link_child(l, c);
	const struct property *hidden = descriptor_property(child, part->name);
	const char *what = lm_arena_printf(l->scratch,
	    hidden != NULL ? "%s '%s' keeps its property '%s' private"
			   : "%s '%s' has no property '%s'",
	    kind, c->name.text, part->name);
	struct diag *d = missing(
	    l, use, hidden != NULL ? CODE_PRIVATE : CODE_UNKNOWN_PROPERTY, &part->pos, what);

	if (hidden == NULL) {
		link_suggest_property(l, d, child, part->name, c);
		return;
	}
	diag_help(l->diags, d, "declare it under 'properties' if others may read it");
	diag_note(l->diags, d, &hidden->name.pos, "private here");
}

static void link_member_property(
    struct linker *l, const struct expr_part *part, const struct component *c, enum link_use use)
{
	const struct descriptor *child = link_child(l, c);

	if (child == NULL || descriptor_public(child, part->name) != NULL)
		return;
	/* The two special ones reach a component without being declared in it. */
	if (property_is_special(part->name) && component_mapping(c, part->name) != NULL)
		return;
	missing_property(l, part, c, "component", use);
}

static void link_instance(struct linker *l, const struct expr_part *part, enum link_use use)
{
	static const char *const known[] = {"name", "id", "index"};
	struct suggest near = suggest_for(part->name);

	for (size_t i = 0; i < LM_COUNT(known); i++) {
		if (strcmp(part->name, known[i]) == 0) {
			if (use != LINK_MEMBER_VALUE)
				return;
			struct diag *d = diag_add(l->diags, CODE_SHARED_NAME, &part->pos,
			    "all members get the same ${instance.%s}: it is that of this assembly",
			    part->name);
			diag_help(l->diags, d, "use ${instance.%s} in the member's own descriptor",
			    part->name);
			return;
		}
		suggest_offer(&near, known[i]);
	}
	struct diag *d = missing(l, use, CODE_UNKNOWN_PROPERTY, &part->pos,
	    lm_arena_printf(l->scratch, "an instance has no property '%s'", part->name));
	diag_did_you_mean(l->diags, d, near.best);
}

static void link_reference_property(
    struct linker *l, const struct expr_part *part, const struct component *ref, enum link_use use)
{
	const struct descriptor *d = link_child(l, ref);

	if (d == NULL || strcmp(part->name, "name") == 0 || strcmp(part->name, "id") == 0 ||
	    property_is_special(part->name) || descriptor_public(d, part->name) != NULL)
		return;
	missing_property(l, part, ref, "reference", use);
}

/* ${source.x} and ${target.x}: of every component at that end. */
static void link_end_property(
    struct linker *l, const struct expr_part *part, const struct path *ends, size_t n)
{
	if (strcmp(part->name, "name") == 0 || strcmp(part->name, "id") == 0)
		return;
	size_t before = diags_errors(l->diags) + diags_warnings(l->diags);

	/* One end that lacks it is enough to know. */
	for (size_t i = 0; i < n && link_afford(l, 0) &&
			   before == diags_errors(l->diags) + diags_warnings(l->diags);
	     i++) {
		const char *name = ends[i].scope.text;
		const struct component *c = path_component(l->d, &ends[i]);
		const struct component *ref =
		    name == NULL ? NULL : descriptor_reference(l->d, name);

		if (c != NULL)
			link_member_property(l, part, c, LINK_VALUE);
		else if (ref != NULL)
			link_reference_property(l, part, ref, LINK_VALUE);
	}
}

/* ---- members ------------------------------------------------------------------------------- */

/* A number that is known before any intent; false: it is not. */
static bool known_number(struct linker *l, const struct expr *e, unsigned *out)
{
	const char *text = expr_literal(e);

	if (text == NULL && e->n == 1 && e->parts[0].scope == NULL) {
		const struct property *p = descriptor_property(l->d, e->parts[0].name);

		if (p != NULL && p->value.n > 0)
			text = expr_literal(&p->value);
	}
	return text != NULL && expr_number(text, INT_MAX, out);
}

/* ${c[2].p} and ${c[*].p}: is there a second one, are there several? */
static void check_member(struct linker *l, const struct expr_part *part, const struct component *c)
{
	const struct component_numbers *k = c == NULL ? NULL : component_numbers(c);
	const struct expr *most = k == NULL ? NULL : c->clustered ? &k->max : &k->quantity;
	unsigned max;
	struct diag *d;

	if (part->member == EXPR_MEMBER_NONE)
		return;
	if (k == NULL || (!c->clustered && k->quantity.n == 0)) {
		d = diag_add(l->diags, CODE_MEMBER, &part->pos,
		    "'%s' is one, it has no members to choose from", part->scope);
		diag_help(l->diags, d, "write ${%s.%s}", part->scope, part->name);
		if (c != NULL)
			diag_note(l->diags, d, &c->name.pos, "without 'cluster' or 'quantity'");
	} else if (part->member > 0 && known_number(l, most, &max) &&
		   (unsigned)part->member > max) {
		d = diag_add(l->diags, CODE_MEMBER, &part->pos,
		    "'%s' never has a member %d: the value stays unset", part->scope, part->member);
		diag_note(l->diags, d, &most->pos, "at most %u", max);
	}
}

/* A count must be known before there is anything to ask.  False: reported. */
static bool is_early(struct linker *l, const struct expr_part *part)
{
	if (strcmp(part->scope, "instance") == 0 && strcmp(part->name, "id") != 0)
		return true;
	struct diag *d = diag_add(l->diags, CODE_NUMBER_UNKNOWN, &part->pos,
	    "'%s.%s' is known only when the service runs, and so no number of components",
	    part->scope, part->name);
	diag_help(l->diags, d, "use a property of this assembly that the intent can set");
	return false;
}

static void link_outside(struct linker *l, const struct expr_part *part)
{
	struct diag *d = diag_add(l->diags, CODE_SCOPE, &part->pos,
	    "${%s.%s} stands outside of a relationship", part->scope, part->name);

	diag_help(l->diags, d,
	    "'source' and 'target' are the ends of a relationship: its properties "
	    "alone know them");
}

static bool is_end(const char *scope)
{
	return strcmp(scope, "source") == 0 || strcmp(scope, "target") == 0;
}

static void link_scoped(
    struct linker *l, const struct expr_part *part, enum link_use use, const struct link_ends *ends)
{
	const struct component *c = expr_part_component(l->d, part);
	const struct component *ref = descriptor_reference(l->d, part->scope);
	const struct relationship *rel = ends != NULL ? ends->relationship : NULL;

	if (c != NULL || ref != NULL || strcmp(part->scope, "instance") == 0 || is_end(part->scope))
		check_member(l, part, c);
	if (rel == NULL && is_end(part->scope)) {
		link_outside(l, part);
	} else if (use == LINK_COUNT && (c != NULL || ref != NULL) && !is_early(l, part)) {
		return;
	} else if (strcmp(part->scope, "instance") == 0) {
		if (use != LINK_COUNT || is_early(l, part))
			link_instance(l, part, use);
	} else if (rel != NULL && strcmp(part->scope, "source") == 0) {
		link_end_property(l, part, rel->sources, rel->n_sources);
	} else if (rel != NULL && strcmp(part->scope, "target") == 0) {
		link_end_property(l, part, rel->targets, rel->n_targets);
	} else if (c != NULL) {
		link_member_property(l, part, c, use);
	} else if (ref != NULL) {
		link_reference_property(l, part, ref, use);
	} else if ((l->d->torn & TORN_COMPONENTS) == 0) {
		struct diag *d = missing(l, use, CODE_UNKNOWN_COMPONENT, &part->pos,
		    lm_arena_printf(l->scratch, "there is no component '%s'", part->scope));
		if (l->d->name.kind == NAME_RESOURCE)
			diag_help(
			    l->diags, d, "a resource knows its own properties and 'instance'");
		else
			link_suggest_component(l, d, part->scope, true);
	}
}

void link_expr(
    struct linker *l, const struct expr *e, enum link_use use, const struct link_ends *ends)
{
	for (size_t i = 0; i < e->n; i++) {
		const struct expr_part *part = &e->parts[i];

		if (part->text != NULL)
			continue;
		if (part->scope != NULL) {
			link_scoped(l, part, use, ends);
			continue;
		}
		const struct property *own = descriptor_property(l->d, part->name);
		if (own != NULL)
			l->is_read[own - l->d->properties] = true;
		if (own != NULL || property_is_special(part->name) ||
		    (l->d->torn & TORN_PROPERTIES) != 0)
			continue;
		struct diag *d = missing(l, use, CODE_UNKNOWN_PROPERTY, &part->pos,
		    lm_arena_printf(l->scratch, "there is no property '%s'", part->name));
		link_suggest_property(l, d, l->d, part->name, NULL);
	}
}
