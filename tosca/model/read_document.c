/* SPDX-License-Identifier: Apache-2.0 */
#include <limits.h>
#include <string.h>

#include "tosca/model/keys.h"
#include "tosca/model/read.h"
#include "tosca/text/source.h"
#include "tosca/text/suggest.h"

/* ---- capabilities and requirements --------------------------------------------------------- */

const char *const keys_capability[] = {"type", "description", NULL};

static void read_capabilities(struct reader *r, const struct node *node)
{
	size_t before = r->d->n_capabilities;
	size_t n = read_entries(r, node, "a list of capabilities or requirements");
	struct capability *all = LM_NEW_N(r->arena, struct capability, before + n);

	if (before > 0)
		memcpy(all, r->d->capabilities, before * sizeof *all);
	for (size_t i = 0; i < n; i++) {
		const struct node *body =
		    read_mapping(r, &node->pairs[i].value, "a capability or requirement");

		all[before + i].name = read_named(r, &node->pairs[i].key);
		for (size_t k = 0; body != NULL && k < body->n; k++)
			if (read_key(r, &body->pairs[k].key, keys_capability,
				"a capability or requirement") == 0)
				all[before + i].type =
				    read_spot(r, &body->pairs[k].value, "'type'").text;
	}
	r->d->capabilities = all;
	r->d->n_capabilities = before + n;
}

/* ---- the document -------------------------------------------------------------------------- */

enum { FOR_ASSEMBLY = 1, FOR_RESOURCE = 2, FOR_BOTH = 3 };

struct section {
	void (*read)(struct reader *, const struct node *); /* NULL: nothing to do */
	unsigned kinds;
};

static void read_description(struct reader *r, const struct node *node)
{
	r->d->description = read_spot(r, node, "'description'").text;
}

const char *const keys_document[] = {"name", "description", "properties", "private-properties",
    "capabilities", "requirements", "composition", "references", "relationships", "operations",
    "metrics", "policies", "lifecycle", "infrastructure", "default-driver", "queries",
    "designerLayout", "meta-type", "resource-manager-type", "data-types", NULL};
static const struct section sections[] = {
    {NULL, FOR_BOTH},
    {read_description, FOR_BOTH},
    {read_own_properties, FOR_BOTH},
    {read_private_properties, FOR_RESOURCE},
    {read_capabilities, FOR_BOTH},
    {read_capabilities, FOR_BOTH},
    {read_composition, FOR_ASSEMBLY},
    {read_references, FOR_ASSEMBLY},
    {read_relationships, FOR_ASSEMBLY},
    {read_operations, FOR_BOTH},
    {read_metrics, FOR_BOTH},
    {read_policies, FOR_BOTH},
    {read_lifecycle, FOR_RESOURCE},
    {read_infrastructure, FOR_RESOURCE},
    {read_default_driver, FOR_RESOURCE},
    {read_queries, FOR_RESOURCE},
    {NULL, FOR_ASSEMBLY},
    {NULL, FOR_BOTH},
    {NULL, FOR_BOTH},
    {NULL, FOR_BOTH},
};
enum { SECTION_OLD = 18, SECTION_NEW = 19 }; /* resource-manager-type, data-types */
_Static_assert(LM_COUNT(keys_document) == LM_COUNT(sections) + 1, "a row for each key");

static void read_section(struct reader *r, const struct node_pair *pair)
{
	bool assembly = r->d->name.kind == NAME_ASSEMBLY;
	int i = read_key(r, &pair->key, keys_document, assembly ? "an assembly" : "a resource");

	if (i < 0)
		return;
	if (i == SECTION_OLD)
		read_report(
		    r, CODE_IGNORED_KEY, &pair->key, "'%s' has no effect any more", pair->key.text);
	if (i == SECTION_NEW)
		read_report(r, CODE_IGNORED_KEY, &pair->key,
		    "'%s' belongs to a later version of the language, ignored", pair->key.text);
	if ((sections[i].kinds & (assembly ? FOR_ASSEMBLY : FOR_RESOURCE)) == 0)
		read_report(r, CODE_WRONG_KIND, &pair->key, "%s has no section '%s', ignored",
		    assembly ? "an assembly" : "a resource", pair->key.text);
	else if (sections[i].read != NULL)
		sections[i].read(r, &pair->value);
}

static bool read_name(struct reader *r, const struct document *doc)
{
	const struct node *node = node_find(doc->root, "name");

	if (node == NULL || node_is_null(node) || node->kind != NODE_SCALAR) {
		if (doc->broken)
			return false;
		struct diag *d =
		    read_report(r, CODE_NO_NAME, doc->root, "this document has no name");
		diag_help(r->diags, d, "add 'name: assembly::<name>::<version>' or resource::...");
		return false;
	}
	r->d->pos = node_range(r->source, node);
	const char *flaw = name_parse(r->arena, node->text, &r->d->name);
	if (flaw == NULL && r->d->name.ranged)
		flaw = "a descriptor has one version, not a range";
	if (flaw != NULL) {
		read_report(
		    r, CODE_NAME, node, "'%s' is not a descriptor name: %s", node->text, flaw);
		return false;
	}
	if (r->d->name.trimmed) {
		struct diag *d =
		    read_report(r, CODE_NAME_ODD, node, "there are blanks in this name, left out");
		diag_help(r->diags, d, "write '%s'", r->d->name.full);
	}
	if (r->d->name.dotted)
		read_report(r, CODE_NAME_ODD, node,
		    "there is a '.' in this name; letters, digits, '_' and '-' are safe");
	if (strlen(r->d->name.name) > NAME_SHOWN_MAX)
		read_report(r, CODE_NAME_ODD, node,
		    "this name has %zu characters; user interfaces take at most %d",
		    strlen(r->d->name.name), NAME_SHOWN_MAX);
	if (strlen(r->d->name.version) > VERSION_SHOWN_MAX)
		read_report(r, CODE_NAME_ODD, node,
		    "this version has %zu characters; user interfaces take at most %d",
		    strlen(r->d->name.version), VERSION_SHOWN_MAX);
	return true;
}

/* ---- the whole ----------------------------------------------------------------------------- */

/* One name must not mean two things in ${name.property}. */
static void check_names(struct reader *r)
{
	const struct descriptor *d = r->d;

	for (size_t i = 0; i < d->n_references; i++) {
		const struct spot *name = &d->references[i].name;
		const struct component *c = descriptor_component(d, name->text);

		if (c == NULL)
			continue;
		struct diag *g = diag_add(r->diags, CODE_AMBIGUOUS, &name->pos,
		    "'%s' is both a component and a reference", name->text);
		diag_note(r->diags, g, &c->name.pos, "the component");
	}
	for (size_t i = 0; i < d->n_components + d->n_references; i++) {
		const struct spot *name = i < d->n_components
					      ? &d->components[i].name
					      : &d->references[i - d->n_components].name;
		const struct property *p = descriptor_property(d, name->text);

		if (p == NULL)
			continue;
		struct diag *g = diag_add(r->diags, CODE_NAME_SHARED, &name->pos,
		    "'%s' is also the name of a property", name->text);
		diag_note(r->diags, g, &p->name.pos, "the property");
	}
}

/* Where a designer has drawn things: kept in the text; we only look whether they are there. */
static void check_element(struct reader *r, const struct node *key)
{
	const struct descriptor *d = r->d;
	struct suggest near = suggest_for(key->text);

	if (strcmp(key->text, d->name.full) == 0 || descriptor_component(d, key->text) != NULL ||
	    descriptor_reference(d, key->text) != NULL)
		return;
	struct diag *g =
	    read_report(r, CODE_LAYOUT, key, "there is no component '%s' to lay out", key->text);
	for (size_t i = 0; g != NULL && i < d->n_components; i++)
		suggest_offer(&near, d->components[i].name.text);
	diag_did_you_mean(r->diags, g, near.best);
}

static void read_layout(struct reader *r, const struct node *node)
{
	static const char *const keys[] = {"elements", "description", NULL};

	if (node == NULL || r->d->name.kind != NAME_ASSEMBLY)
		return;
	node = read_mapping(r, node, "'designerLayout'");
	for (size_t i = 0; node != NULL && i < node->n; i++) {
		const struct node *elements = &node->pairs[i].value;

		if (read_key(r, &node->pairs[i].key, keys, "'designerLayout'") != 0)
			continue;
		elements = read_mapping(r, elements, "'elements'");
		for (size_t k = 0; elements != NULL && k < elements->n; k++)
			check_element(r, &elements->pairs[k].key);
	}
}

/* A private property that is declared openly too would be two properties of one name. */
static void check_twice(struct reader *r)
{
	const struct descriptor *d = r->d;

	for (size_t i = 0; i < d->n_properties; i++) {
		const struct property *first = descriptor_property(d, d->properties[i].name.text);

		if (first == &d->properties[i])
			continue;
		struct diag *g = diag_add(r->diags, CODE_AMBIGUOUS, &d->properties[i].name.pos,
		    "property '%s' is declared twice", first->name.text);
		diag_note(r->diags, g, &first->name.pos, "first here");
	}
}

static const char *folder_of(struct lm_arena *a, const char *file)
{
	const char *slash = strrchr(file, '/');

	if (slash == NULL)
		return ".";
	return slash == file ? "/" : lm_arena_strndup(a, file, (size_t)(slash - file));
}

/* An error between the sections may have cost any of them. */
static unsigned torn_sections(const struct document *doc)
{
	static const struct {
		const char *key;
		unsigned bit;
	} rows[] = {{"properties", TORN_PROPERTIES}, {"private-properties", TORN_PROPERTIES},
	    {"composition", TORN_COMPONENTS}, {"references", TORN_COMPONENTS},
	    {"metrics", TORN_METRICS}};
	unsigned torn = 0;

	for (size_t i = 0; i < doc->root->n; i++) {
		if (!doc->root->pairs[i].value.broken)
			continue;
		torn |= TORN_ELSEWHERE;
		for (size_t k = 0; k < LM_COUNT(rows); k++)
			if (strcmp(doc->root->pairs[i].key.text, rows[k].key) == 0)
				torn |= rows[k].bit;
	}
	return doc->broken && torn == 0 ? UINT_MAX : torn;
}

struct descriptor *read_document(struct lm_arena *a, const struct source *source,
    const struct document *doc, struct diags *diags)
{
	struct descriptor *d = LM_NEW(a, struct descriptor);
	LM_AUTO(lm_map) names = lm_map_new();
	struct reader r = {a, diags, d, source, names};
	size_t errors = diags_errors(diags);

	if (doc->root == NULL)
		return NULL;
	if (doc->root->kind != NODE_MAPPING) {
		if (!doc->broken)
			read_mapping(&r, doc->root, "a descriptor");
		return NULL;
	}
	/* An intent that lies among the descriptors is none of our business. */
	if (node_find(doc->root, "assemblyName") != NULL && node_find(doc->root, "name") == NULL)
		return NULL;
	if (!read_name(&r, doc))
		return NULL;
	d->source = source;
	d->text_begin = doc->begin;
	d->text_n = doc->n;
	d->file = source->file;
	d->package_dir = folder_of(a, source->file);
	d->torn = torn_sections(doc);
	/* Of a section that is not whole, anything might be missed. */
	for (size_t i = 0; i < doc->root->n; i++)
		if (!doc->root->pairs[i].value.broken)
			read_section(&r, &doc->root->pairs[i]);
	descriptor_index(d);
	read_check_properties(&r);
	check_names(&r);
	check_twice(&r);
	if (!doc->broken)
		read_layout(&r, node_find(doc->root, "designerLayout"));
	d->broken = doc->broken || diags_errors(diags) > errors;
	return d;
}
