/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "tosca/link/link.h"
#include "tosca/text/suggest.h"

/* ---- expressions --------------------------------------------------------------------------- */

/* What ${x} means to its reader when there is no x: nothing (a warning), or no number. */
static struct diag *missing(struct linker *l, enum link_use use, enum diag_code code,
    const struct source_range *pos, const char *what)
{
	if (use == LINK_NUMBER)
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
		const struct component *c = name == NULL ? NULL : descriptor_component(l->d, name);
		const struct component *ref =
		    name == NULL ? NULL : descriptor_reference(l->d, name);

		if (c != NULL)
			link_member_property(l, part, c, LINK_VALUE);
		else if (ref != NULL)
			link_reference_property(l, part, ref, LINK_VALUE);
	}
}

static void link_scoped(
    struct linker *l, const struct expr_part *part, enum link_use use, const struct link_ends *ends)
{
	const struct component *c = descriptor_component(l->d, part->scope);
	const struct component *ref = descriptor_reference(l->d, part->scope);
	const struct relationship *rel = ends != NULL ? ends->relationship : NULL;

	if (strcmp(part->scope, "instance") == 0) {
		link_instance(l, part, use);
	} else if (rel != NULL && strcmp(part->scope, "source") == 0) {
		link_end_property(l, part, rel->sources, rel->n_sources);
	} else if (rel != NULL && strcmp(part->scope, "target") == 0) {
		link_end_property(l, part, rel->targets, rel->n_targets);
	} else if (c != NULL) {
		link_member_property(l, part, c, use);
	} else if (ref != NULL) {
		link_reference_property(l, part, ref, use);
	} else {
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
		if (descriptor_property(l->d, part->name) != NULL ||
		    property_is_special(part->name))
			continue;
		struct diag *d = missing(l, use, CODE_UNKNOWN_PROPERTY, &part->pos,
		    lm_arena_printf(l->scratch, "there is no property '%s'", part->name));
		link_suggest_property(l, d, l->d, part->name, NULL);
	}
}
