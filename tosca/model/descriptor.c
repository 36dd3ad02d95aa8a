/* SPDX-License-Identifier: Apache-2.0 */
#include "tosca/model/descriptor.h"

#include <string.h>

#include "tosca/model/keys.h"
#include "tosca/model/read.h"
#include "tosca/text/source.h"
#include "tosca/text/suggest.h"

/* ---- properties ---------------------------------------------------------------------------- */

const char *const keys_property[] = {
    "type", "description", "required", "default", "value", "read-only", "volatile", NULL};

static void check_property_name(struct reader *r, const struct spot *name)
{
	const char *flaw = strpbrk(name->text, ". \t\r\n");
	struct diag *d;

	if (name->text[0] == '\0')
		d = diag_add(r->diags, CODE_PROPERTY_NAME, &name->pos, "a property without a name");
	else if (flaw != NULL && *flaw == '.')
		d = diag_add(r->diags, CODE_PROPERTY_NAME, &name->pos,
		    "property '%s' cannot be referenced in its own descriptor: ${%s} is property "
		    "'%s' of '%.*s'",
		    name->text, name->text, flaw + 1, (int)(flaw - name->text), name->text);
	else if (flaw != NULL)
		d = diag_add(r->diags, CODE_PROPERTY_NAME, &name->pos,
		    "property '%s' cannot be referenced: there is a blank in its name", name->text);
	else
		return;
	diag_help(r->diags, d, "use letters, digits, '_' and '-'");
}

const char *const words_property_type[] = {
    "string", "key", "resourceKeyId", "integer", "uuid", NULL};

static const char *property_type(struct reader *r, const struct node *node)
{
	struct spot type = read_spot(r, node, "'type'");

	if (type.text == NULL)
		return words_property_type[0];
	for (size_t i = 0; words_property_type[i] != NULL; i++)
		if (strcmp(type.text, words_property_type[i]) == 0)
			return words_property_type[i];
	struct diag *d = diag_add(r->diags, CODE_PROPERTY_TYPE, &type.pos,
	    "unknown property type '%s', taken as string", type.text);
	struct suggest near = suggest_for(type.text);
	for (size_t i = 0; words_property_type[i] != NULL; i++)
		suggest_offer(&near, words_property_type[i]);
	if (strcmp(type.text, "read_only") == 0)
		diag_help(r->diags, d, "for an output write 'read-only: true'");
	else
		diag_did_you_mean(r->diags, d, near.best);
	return words_property_type[0];
}

/* Attributes that can be together, but in vain. */
static void check_vain(struct reader *r, const struct property *p)
{
	bool fixed = expr_is_literal(&p->value), output = p->read_only || p->is_private;
	struct diag *d;

	if (strcmp(p->type, "key") == 0 && output && p->value.n + p->fallback.n > 0) {
		d = diag_add(r->diags, CODE_KEY_VALUE,
		    p->value.n > 0 ? &p->value.pos : &p->fallback.pos,
		    "key '%s' is made by the driver: a value hides it", p->name.text);
		diag_help(r->diags, d, "remove it; or, to name a shared key, remove '%s'",
		    p->is_private ? "private-properties" : "read-only");
	} else if (fixed && p->fallback.n > 0) {
		d = diag_add(r->diags, CODE_DEFAULT_UNUSED, &p->fallback.pos,
		    "the default of '%s' is never used", p->name.text);
		diag_help(r->diags, d, "remove 'default', or 'value' if others may set it");
		diag_note(r->diags, d, &p->value.pos, "it always has this value");
	}
	/* A resource may yet report it. */
	if (p->required && p->read_only && r->d->name.kind == NAME_ASSEMBLY &&
	    p->value.n + p->fallback.n == 0) {
		d = diag_add(r->diags, CODE_REQUIRED_OUTPUT, &p->name.pos,
		    "property '%s' is required, but nobody can supply a read-only one",
		    p->name.text);
		diag_help(r->diags, d, "give it a 'value', or remove 'read-only'");
	}
}

static void check_conflicts(struct reader *r, const struct property *p)
{
	if (!p->is_volatile || (!p->read_only && !expr_is_literal(&p->value)))
		return;
	struct diag *d = diag_add(r->diags, CODE_PROPERTY_CONFLICT, &p->name.pos,
	    "property '%s' cannot be volatile and %s", p->name.text,
	    p->read_only ? "read-only" : "have a fixed value");
	diag_help(r->diags, d, "remove 'volatile' or '%s'", p->read_only ? "read-only" : "value");
}

static void read_property(struct reader *r, const struct node_pair *pair, struct property *p)
{
	const struct node *body = read_mapping(r, pair->value, "a property");

	p->name = read_named(r, pair->key);
	p->type = "string";
	check_property_name(r, &p->name);
	for (size_t i = 0; body != NULL && i < body->n; i++) {
		const struct node *value = body->pairs[i].value;

		switch (read_key(r, body->pairs[i].key, keys_property, "a property")) {
		case 0:
			p->type = property_type(r, value);
			break;
		case 1:
			p->description = read_spot(r, value, "'description'").text;
			break;
		case 2:
			p->required = read_bool(r, value, "required");
			break;
		case 3:
			p->fallback = read_value(r, value, "'default'");
			break;
		case 4:
			p->value = read_value(r, value, "'value'");
			break;
		case 5:
			p->read_only = read_bool(r, value, "read-only");
			break;
		case 6:
			p->is_volatile = read_bool(r, value, "volatile");
			break;
		}
	}
	check_conflicts(r, p);
}

struct property *read_properties(
    struct reader *r, const struct node *node, const char *what, size_t *out_n)
{
	size_t n = *out_n = read_entries(r, node, what);
	struct property *list = LM_NEW_N(r->arena, struct property, n);

	for (size_t i = 0; i < n; i++)
		read_property(r, &node->pairs[i], &list[i]);
	return list;
}

struct mapping *read_mappings(
    struct reader *r, const struct node *node, bool short_form, size_t *out_n)
{
	size_t n = *out_n = read_few(r, node, "'properties'");
	struct mapping *list = LM_NEW_N(r->arena, struct mapping, n);

	for (size_t i = 0; i < n; i++) {
		const struct node *value = node->pairs[i].value;

		list[i].name = read_named(r, node->pairs[i].key);
		if (node_is_null(value))
			continue;
		if (value->kind == NODE_MAPPING) {
			/* Type, default and the like may be said again here; they have no effect. */
			for (size_t k = 0; k < value->n; k++)
				if (read_key(r, value->pairs[k].key, keys_property, "a property") ==
				    4)
					list[i].value =
					    read_value(r, value->pairs[k].value, "'value'");
			continue;
		}
		if (!short_form && value->kind == NODE_SCALAR) {
			struct diag *d = read_report(r, CODE_SHORT_FORM, value,
			    "a bare value for property '%s'", list[i].name.text);
			diag_help(r->diags, d, "write {value: ...}");
		}
		list[i].value = read_value(r, value, "a property");
	}
	return list;
}

static void add_properties(struct reader *r, const struct node *node, const char *what)
{
	size_t n, before = r->d->n_properties;
	struct property *more = read_properties(r, node, what, &n);
	struct property *all = LM_NEW_N(r->arena, struct property, before + n);

	if (before > 0)
		memcpy(all, r->d->properties, before * sizeof *all);
	if (n > 0)
		memcpy(all + before, more, n * sizeof *all);
	r->d->properties = all;
	r->d->n_properties = before + n;
}

static void check_properties(struct reader *r)
{
	for (size_t i = 0; i < r->d->n_properties; i++)
		check_vain(r, &r->d->properties[i]);
}

static void read_own_properties(struct reader *r, const struct node *node)
{
	add_properties(r, node, "'properties'");
}

static void read_private_properties(struct reader *r, const struct node *node)
{
	size_t before = r->d->n_properties;

	add_properties(r, node, "'private-properties'");
	for (size_t i = before; i < r->d->n_properties; i++)
		r->d->properties[i].is_private = true;
}

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
		    read_mapping(r, node->pairs[i].value, "a capability or requirement");

		all[before + i].name = read_named(r, node->pairs[i].key);
		for (size_t k = 0; body != NULL && k < body->n; k++)
			if (read_key(r, body->pairs[k].key, keys_capability,
				"a capability or requirement") == 0)
				all[before + i].type =
				    read_spot(r, body->pairs[k].value, "'type'").text;
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
	int i = read_key(r, pair->key, keys_document, assembly ? "an assembly" : "a resource");

	if (i < 0)
		return;
	if (i == SECTION_OLD)
		read_report(
		    r, CODE_IGNORED_KEY, pair->key, "'%s' has no effect any more", pair->key->text);
	if (i == SECTION_NEW)
		read_report(r, CODE_IGNORED_KEY, pair->key,
		    "'%s' belongs to a later version of the language, ignored", pair->key->text);
	if ((sections[i].kinds & (assembly ? FOR_ASSEMBLY : FOR_RESOURCE)) == 0)
		read_report(r, CODE_WRONG_KIND, pair->key, "%s has no section '%s', ignored",
		    assembly ? "an assembly" : "a resource", pair->key->text);
	else if (sections[i].read != NULL)
		sections[i].read(r, pair->value);
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

/* ---- finding ------------------------------------------------------------------------------- */

/* Elements begin with a struct spot, their name. */
static struct lm_map *index_of(void *list, size_t n, size_t size)
{
	struct lm_map *map = n > 0 ? lm_map_new() : NULL;

	if (n > 0)
		lm_map_reserve(map, n);
	for (size_t i = 0; i < n; i++) {
		struct spot *name = (struct spot *)(void *)((char *)list + i * size);

		if (lm_map_find(map, name->text) == NULL)
			lm_map_put(map, name->text, name);
	}
	return map;
}

#define INDEX(d, singular, plural) \
	((d)->singular##_by_name = index_of((d)->plural, (d)->n_##plural, sizeof *(d)->plural))

static void index_names(struct descriptor *d)
{
	INDEX(d, property, properties);
	INDEX(d, component, components);
	INDEX(d, reference, references);
	INDEX(d, capability, capabilities);
	INDEX(d, operation, operations);
	INDEX(d, metric, metrics);
}

static const void *find(const struct lm_map *map, const char *name)
{
	return map == NULL ? NULL : lm_map_find(map, name);
}

const struct property *descriptor_property(const struct descriptor *d, const char *name)
{
	return find(d->property_by_name, name);
}

const struct property *descriptor_public(const struct descriptor *d, const char *name)
{
	const struct property *p = descriptor_property(d, name);

	return p == NULL || p->is_private ? NULL : p;
}

const struct component *descriptor_component(const struct descriptor *d, const char *name)
{
	return find(d->component_by_name, name);
}

const struct component *descriptor_reference(const struct descriptor *d, const char *name)
{
	return find(d->reference_by_name, name);
}

const struct operation *descriptor_operation(const struct descriptor *d, const char *name)
{
	return find(d->operation_by_name, name);
}

const struct metric *descriptor_metric(const struct descriptor *d, const char *name)
{
	return find(d->metric_by_name, name);
}

const struct component_numbers *component_numbers(const struct component *c)
{
	static const struct component_numbers none;

	return c->numbers != NULL ? c->numbers : &none;
}

const struct mapping *component_mapping(const struct component *c, const char *property)
{
	for (size_t i = 0; i < c->n_properties; i++)
		if (strcmp(c->properties[i].name.text, property) == 0)
			return &c->properties[i];
	return NULL;
}

bool property_is_special(const char *name)
{
	return strcmp(name, "deploymentLocation") == 0 || strcmp(name, "resourceManager") == 0;
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
		const struct node *elements = node->pairs[i].value;

		if (read_key(r, node->pairs[i].key, keys, "'designerLayout'") != 0)
			continue;
		elements = read_mapping(r, elements, "'elements'");
		for (size_t k = 0; elements != NULL && k < elements->n; k++)
			check_element(r, elements->pairs[k].key);
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

struct descriptor *descriptor_read(struct lm_arena *a, const struct source *source,
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
	for (size_t i = 0; i < doc->root->n && !doc->broken; i++)
		read_section(&r, &doc->root->pairs[i]);
	index_names(d);
	check_properties(&r);
	check_names(&r);
	check_twice(&r);
	read_layout(&r, node_find(doc->root, "designerLayout"));
	d->broken = doc->broken || diags_errors(diags) > errors;
	return d;
}

void descriptor_fini(struct descriptor *d)
{
	lm_map_free(d->property_by_name);
	lm_map_free(d->component_by_name);
	lm_map_free(d->reference_by_name);
	lm_map_free(d->capability_by_name);
	lm_map_free(d->operation_by_name);
	lm_map_free(d->metric_by_name);
}
