/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "tosca/link/linker.h"
#include "tosca/text/source.h"
#include "tosca/text/suggest.h"

/*
 * What was probably meant: the nearest name of its kind, and where it stands.  Looking costs a
 * walk over all there are, so a run that is full of mistakes in a large service stops looking:
 * OFFERS_MAX bounds the work, not what is reported.
 */
enum { OFFERS_MAX = 4 * 1000 * 1000, VERSIONS_SHOWN = 5, SLIP = 2 };

/* False: no more looking through 'n' names. */
static bool may_look(struct linker *l, const struct diag *diag, size_t n)
{
	if (diag == NULL || l->offers + n > OFFERS_MAX)
		return false;
	l->offers += n;
	return true;
}

/* The word as a part of the marked text, "${gate.way}" or "gate.way"; false: not there just once. */
static bool find_part(const struct source_range *marked, const char *word, struct source_range *out)
{
	static const char signs[] = ".${}[]*'\"";
	const char *text = marked->source->text + marked->begin;
	size_t n = marked->end - marked->begin, size = strlen(word), found = 0;

	for (size_t i = 0; size > 0 && i + size <= n; i++) {
		if ((i > 0 && strchr(signs, text[i - 1]) == NULL) ||
		    (i + size < n && strchr(signs, text[i + size]) == NULL) ||
		    memcmp(text + i, word, size) != 0)
			continue;
		out->source = marked->source;
		out->begin = marked->begin + (uint32_t)i;
		out->end = out->begin + (uint32_t)size;
		found++;
	}
	return found == 1;
}

/* Where the misspelt word is a part of what is marked, that part can be replaced. */
static void did_you_mean(struct linker *l, struct diag *diag, const char *name, const char *best)
{
	struct source_range part;

	diag_did_you_mean(l->diags, diag, best);
	if (diag == NULL || best == NULL || diag->fix.text != NULL || diag->pos.source == NULL ||
	    diag->pos.end <= diag->pos.begin || diag->pos.end > diag->pos.source->n)
		return;
	if (find_part(&diag->pos, name, &part))
		diag_fix(l->diags, diag, &part, best);
}

/* ---- within a descriptor ------------------------------------------------------------------- */

void link_suggest_component(struct linker *l, struct diag *diag, const char *name, bool references)
{
	const struct descriptor *d = l->d;
	struct suggest near = suggest_for(name);

	if (!may_look(l, diag, d->n_components + (references ? d->n_references : 0)))
		return;
	for (size_t i = 0; i < d->n_components; i++)
		suggest_offer(&near, d->components[i].name.text);
	for (size_t i = 0; references && i < d->n_references; i++)
		suggest_offer(&near, d->references[i].name.text);
	did_you_mean(l, diag, name, near.best);
}

void link_suggest_operation(
    struct linker *l, struct diag *diag, const struct descriptor *d, const char *name)
{
	struct suggest near = suggest_for(name);

	if (!may_look(l, diag, d->n_operations))
		return;
	for (size_t i = 0; i < d->n_operations; i++)
		suggest_offer(&near, d->operations[i].name.text);
	did_you_mean(l, diag, name, near.best);
	const struct operation *op = near.best == NULL ? NULL : descriptor_operation(d, near.best);
	if (op != NULL)
		diag_note(l->diags, diag, &op->name.pos, "'%s' is defined here", near.best);
}

void link_suggest_metric(
    struct linker *l, struct diag *diag, const struct descriptor *d, const char *name)
{
	struct suggest near = suggest_for(name);

	if (!may_look(l, diag, d->n_metrics))
		return;
	for (size_t i = 0; i < d->n_metrics; i++)
		suggest_offer(&near, d->metrics[i].name.text);
	did_you_mean(l, diag, name, near.best);
	const struct metric *m = near.best == NULL ? NULL : descriptor_metric(d, near.best);
	if (m != NULL)
		diag_note(l->diags, diag, &m->name.pos, "'%s' is defined here", near.best);
}

void link_suggest_capability(
    struct linker *l, struct diag *diag, const struct descriptor *d, const char *name)
{
	struct suggest near = suggest_for(name);

	if (!may_look(l, diag, d->n_capabilities))
		return;
	for (size_t i = 0; i < d->n_capabilities; i++)
		suggest_offer(&near, d->capabilities[i].name.text);
	did_you_mean(l, diag, name, near.best);
	diag_note(l->diags, diag, &d->pos, "'%s' is here", d->name.full);
}

/* ---- properties ---------------------------------------------------------------------------- */

/* The component of this assembly, not 'but', that has a property of exactly that name. */
static const struct component *who_has(
    struct linker *l, struct diag *diag, const char *name, const struct component *but)
{
	if (!may_look(l, diag, l->d->n_components))
		return NULL;
	for (size_t i = 0; i < l->d->n_components; i++) {
		const struct component *c = &l->d->components[i];
		const struct descriptor *child = c == but ? NULL : link_child(l, c);

		if (child != NULL && descriptor_public(child, name) != NULL)
			return c;
	}
	return NULL;
}

/* A slip of the pen comes first; then another component that has it; then what is less near. */
static void suggest_property(struct linker *l, struct diag *diag, const struct descriptor *d,
    const char *name, const struct component *of, const char *elsewhere)
{
	struct suggest near = suggest_for(name);

	if (!may_look(l, diag, d->n_properties))
		return;
	for (size_t i = 0; i < d->n_properties; i++)
		if (d == l->d || !d->properties[i].is_private)
			suggest_offer(&near, d->properties[i].name.text);
	bool slip = near.best != NULL && near.distance <= SLIP;
	const struct component *other = slip ? NULL : who_has(l, diag, name, of);
	if (other != NULL) {
		const struct property *p = descriptor_property(link_child(l, other), name);

		diag_help(l->diags, diag, "%s'%s.%s'?", elsewhere, other->name.text, p->name.text);
		diag_note(l->diags, diag, &p->name.pos, "component '%s' has one", other->name.text);
		return;
	}
	did_you_mean(l, diag, name, near.best);
	const struct property *p =
	    near.best == NULL || d == l->d ? NULL : descriptor_property(d, near.best);
	if (p != NULL)
		diag_note(l->diags, diag, &p->name.pos, "'%s' is declared here", near.best);
}

void link_suggest_property(struct linker *l, struct diag *diag, const struct descriptor *d,
    const char *name, const struct component *of)
{
	suggest_property(l, diag, d, name, of, "did you mean ");
}

void link_suggest_mapping(
    struct linker *l, struct diag *diag, const struct component *c, const char *name)
{
	suggest_property(l, diag, link_child(l, c), name, c, "is it meant for ");
}

/* ---- types --------------------------------------------------------------------------------- */

/* Those of one kind: they stand next to each other. */
static struct version_list of_kind(struct version_list all, enum name_kind kind)
{
	size_t from = 0, to = all.n;

	while (from < to && all.v[from]->name.kind != kind)
		from++;
	while (to > from && all.v[to - 1]->name.kind != kind)
		to--;
	return (struct version_list){from < to ? all.v + from : NULL, to - from};
}

/* The next one of the same major version, or the last one of it; else the newest of all. */
static const struct descriptor *nearest_version(struct version_list list, const char *wanted)
{
	size_t major = strcspn(wanted, ".");
	const struct descriptor *best = NULL;

	for (size_t i = 0; i < list.n; i++) {
		const char *v = list.v[i]->name.version;

		if (strcspn(v, ".") != major || strncmp(v, wanted, major) != 0)
			continue;
		best = list.v[i];
		if (name_compare(v, wanted) >= 0)
			return best;
	}
	return best != NULL ? best : list.v[list.n - 1];
}

/* The newest ones. */
static const char *name_versions(struct lm_arena *a, struct version_list list)
{
	size_t shown = list.n > VERSIONS_SHOWN ? VERSIONS_SHOWN : list.n, more = list.n - shown;
	const char *text = list.v[more]->name.version;

	if (list.n == 1)
		return lm_arena_printf(a, "there is only %s", text);
	for (size_t i = 1; i < shown; i++)
		text = lm_arena_printf(a, "%s%s %s", text, i + 1 < shown || more > 0 ? "," : " and",
		    list.v[more + i]->name.version);
	if (more > 0)
		return lm_arena_printf(a, "there are %s and %zu older ones", text, more);
	return lm_arena_printf(a, "there are %s", text);
}

void link_suggest_descriptor(const struct catalog *catalog, struct lm_arena *scratch,
    struct diags *diags, struct diag *diag, const char *full)
{
	static const char *const kinds[] = {
	    [NAME_ASSEMBLY] = "an assembly", [NAME_RESOURCE] = "a resource"};
	const struct descriptor *best = NULL;
	struct name name;

	if (diag == NULL || name_parse(scratch, full, &name) != NULL)
		return;
	enum name_kind other = name.kind == NAME_ASSEMBLY ? NAME_RESOURCE : NAME_ASSEMBLY;
	struct version_list all = catalog_versions(catalog, name.name);
	struct version_list list = of_kind(all, name.kind);
	if (list.n > 0) {
		best = nearest_version(list, name.version);
		diag_did_you_mean(diags, diag, best->name.full);
		diag_help(diags, diag, "did you mean '%s'? %s", best->name.full,
		    name_versions(scratch, list));
	} else if (all.n > 0) {
		best = nearest_version(of_kind(all, other), name.version);
		diag_did_you_mean(diags, diag, best->name.full);
		diag_help(diags, diag, "did you mean '%s'? '%s' is %s", best->name.full, name.name,
		    kinds[other]);
	} else {
		const char *near = catalog_suggest(catalog, full);
		struct name other_name;

		if (near == NULL || name_parse(scratch, near, &other_name) != NULL)
			return;
		all = catalog_versions(catalog, other_name.name);
		best = nearest_version(of_kind(all, other_name.kind), name.version);
		diag_did_you_mean(diags, diag, best->name.full);
	}
	if (best != NULL)
		diag_note(diags, diag, &best->pos, "'%s' is here", best->name.full);
}

void link_suggest_type(struct linker *l, struct diag *diag, const char *full)
{
	link_suggest_descriptor(l->catalog, l->scratch, l->diags, diag, full);
}
