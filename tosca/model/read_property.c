/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "tosca/model/keys.h"
#include "tosca/model/read.h"
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
	const struct node *body = read_mapping(r, &pair->value, "a property");

	p->name = read_named(r, &pair->key);
	p->type = "string";
	check_property_name(r, &p->name);
	for (size_t i = 0; body != NULL && i < body->n; i++) {
		const struct node *value = &body->pairs[i].value;

		switch (read_key(r, &body->pairs[i].key, keys_property, "a property")) {
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
		const struct node *value = &node->pairs[i].value;

		list[i].name = read_named(r, &node->pairs[i].key);
		if (node_is_null(value))
			continue;
		if (value->kind == NODE_MAPPING) {
			/* Type, default and the like may be said again here; they have no effect. */
			for (size_t k = 0; k < value->n; k++)
				if (read_key(
					r, &value->pairs[k].key, keys_property, "a property") == 4)
					list[i].value =
					    read_value(r, &value->pairs[k].value, "'value'");
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

void read_check_properties(struct reader *r)
{
	for (size_t i = 0; i < r->d->n_properties; i++)
		check_vain(r, &r->d->properties[i]);
}

void read_own_properties(struct reader *r, const struct node *node)
{
	add_properties(r, node, "'properties'");
}

void read_private_properties(struct reader *r, const struct node *node)
{
	size_t before = r->d->n_properties;

	add_properties(r, node, "'private-properties'");
	for (size_t i = before; i < r->d->n_properties; i++)
		r->d->properties[i].is_private = true;
}
