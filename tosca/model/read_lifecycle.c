/* SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <string.h>

#include "tosca/model/keys.h"
#include "tosca/model/read.h"
#include "tosca/text/suggest.h"

/* ---- drivers ------------------------------------------------------------------------------- */

const char *const keys_template[] = {"file", "template-type", NULL};
const char *const keys_selector[] = {"infrastructure-type", NULL};
/* The first two are two ways to say the same: the second is that of 2.1. */
const char *const keys_driver[] = {
    "selector", "infrastructure-type", "template", "properties", "description", NULL};
const char *const keys_lifecycle_entry[] = {"timeout", "drivers", "description", NULL};
const char *const keys_queries[] = {"drivers", "description", NULL};

void read_template(struct reader *r, const struct node *node, struct template_file *out)
{
	const struct node *body = read_mapping(r, node, "a template");

	for (size_t i = 0; body != NULL && i < body->n; i++) {
		int k = read_key(r, &body->pairs[i].key, keys_template, "a template");

		if (k == 0)
			out->file = read_spot(r, &body->pairs[i].value, "'file'");
		else if (k == 1)
			out->type = read_spot(r, &body->pairs[i].value, "'template-type'");
	}
}

/* One type of location or a list of them. */
static void read_types(struct reader *r, const struct node *node, struct driver *d)
{
	const struct node *items = node;
	size_t n = 1;

	if (!node_is_null(node) && node->kind == NODE_SEQUENCE) {
		items = node->items;
		n = node->n < READ_FEW_MAX ? node->n : READ_FEW_MAX;
	}
	d->locations = LM_NEW_N(r->arena, struct spot, n);
	d->n_locations = 0;
	for (size_t i = 0; i < n; i++) {
		struct spot type = read_spot(r, &items[i], "an infrastructure type");

		if (type.text != NULL)
			d->locations[d->n_locations++] = type;
	}
	if (d->n_locations > 0)
		return;
	struct diag *g = read_report(
	    r, CODE_SELECTOR, node, "driver '%s' is for no type of infrastructure", d->type.text);
	diag_help(r->diags, g, "write infrastructure-type: [\"*\"] for all types");
}

static void read_selector(struct reader *r, const struct node *node, struct driver *d)
{
	const struct node *body = read_mapping(r, node, "'selector'");

	for (size_t i = 0; body != NULL && i < body->n; i++)
		if (read_key(r, &body->pairs[i].key, keys_selector, "a selector") == 0)
			read_types(r, &body->pairs[i].value, d);
}

static const char *lower_case(struct reader *r, const char *text)
{
	char *lower = lm_arena_strdup(r->arena, text);

	for (char *p = lower; *p != '\0'; p++)
		*p = (char)tolower((unsigned char)*p);
	return lower;
}

static void check_driver_type(struct reader *r, const struct spot *type)
{
	const char *lower = lower_case(r, type->text);

	if (strcmp(lower, type->text) == 0)
		return;
	struct diag *d = diag_add(r->diags, CODE_DRIVER_CASE, &type->pos,
	    "driver type '%s' is taken as '%s'", type->text, lower);
	diag_help(r->diags, d, "write '%s'", lower);
}

/* A property is a value here, or {value: ...}. */
static void unwrap(struct reader *r, struct driver *d)
{
	static const char suffix[] = ".value";
	const size_t n = sizeof suffix - 1;

	for (size_t i = 0; i < d->n_properties; i++) {
		const char *name = d->properties[i].name.text;
		size_t length = strlen(name);

		if (length > n && strcmp(name + length - n, suffix) == 0)
			d->properties[i].name.text = lm_arena_strndup(r->arena, name, length - n);
	}
}

static void read_driver(struct reader *r, const struct node_pair *pair, struct driver *d)
{
	const struct node *body = read_mapping(r, &pair->value, "a driver");

	d->type = read_named(r, &pair->key);
	check_driver_type(r, &d->type);
	for (size_t i = 0; body != NULL && i < body->n; i++) {
		const struct node *value = &body->pairs[i].value;

		switch (read_key(r, &body->pairs[i].key, keys_driver, "a driver")) {
		case 0:
			read_selector(r, value, d);
			break;
		case 1:
			read_types(r, value, d);
			break;
		case 2:
			read_template(r, value, &d->made_by);
			break;
		case 3:
			d->properties = read_attrs(r, &body->pairs[i], &d->n_properties);
			unwrap(r, d);
			break;
		}
	}
}

/* Of two drivers for one type of location the first is taken. */
static void check_drivers(struct reader *r, const struct drivers *all)
{
	LM_AUTO(lm_map) seen = lm_map_new();

	for (size_t i = 0; i < all->n; i++) {
		static const struct spot any = {.text = "*"};
		const struct driver *d = &all->v[i];
		size_t n = d->n_locations;

		for (size_t k = 0; k < (n > 0 ? n : 1); k++) {
			const struct spot *type = n > 0 ? &d->locations[k] : &any;
			const char *key = lower_case(r, type->text);
			const struct spot *first = lm_map_find(seen, key);

			if (first == &d->type)
				continue;
			if (first == NULL) {
				lm_map_put(seen, key, (void *)(uintptr_t)&d->type);
				continue;
			}
			struct diag *g =
			    diag_add(r->diags, CODE_DRIVER_TWICE, n > 0 ? &type->pos : &d->type.pos,
				"for '%s' driver '%s' is taken, not '%s'", type->text, first->text,
				d->type.text);
			diag_note(r->diags, g, &first->pos, "taken");
		}
	}
}

void read_drivers(struct reader *r, const struct node *node, struct drivers *out)
{
	size_t n = read_few(r, node, "drivers");

	out->v = LM_NEW_N(r->arena, struct driver, n);
	out->n = n;
	for (size_t i = 0; i < n; i++)
		read_driver(r, &node->pairs[i], &out->v[i]);
	if (n > 1)
		check_drivers(r, out);
}

static struct lifecycle_drivers *need_drivers(struct reader *r)
{
	if (r->d->drivers == NULL)
		r->d->drivers = LM_NEW(r->arena, struct lifecycle_drivers);
	return r->d->drivers;
}

void read_default_driver(struct reader *r, const struct node *node)
{
	if (!node_is_null(node))
		read_drivers(r, node, &need_drivers(r)->otherwise);
}

void read_queries(struct reader *r, const struct node *node)
{
	const struct node *body = read_mapping(r, node, "'queries'");

	for (size_t i = 0; body != NULL && i < body->n; i++)
		if (read_key(r, &body->pairs[i].key, keys_queries, "'queries'") == 0)
			read_drivers(r, &body->pairs[i].value, &need_drivers(r)->queries);
}

/* ---- transitions --------------------------------------------------------------------------- */

/* TRANSITION_N: unknown, reported. */
static enum transition read_transition(struct reader *r, const struct node *name)
{
	enum transition t;
	struct suggest near = suggest_for(name->text);

	if (transition_parse(name->text, &t))
		return t;
	struct diag *d =
	    read_report(r, CODE_TRANSITION, name, "unknown transition '%s', ignored", name->text);
	for (size_t i = 0; i < TRANSITION_N; i++)
		suggest_offer(&near, transition_text((enum transition)i));
	diag_help(r->diags, d,
	    "transitions are Create, Install, Configure, Reconfigure, Start, "
	    "Integrity, Stop, Uninstall and Delete");
	diag_did_you_mean(r->diags, d, near.best);
	return (enum transition)TRANSITION_N;
}

static void read_entry(struct reader *r, const struct node *node, enum transition t)
{
	const struct node *body = read_mapping(r, node, "a lifecycle entry");

	for (size_t i = 0; body != NULL && i < body->n; i++) {
		const struct node *value = &body->pairs[i].value;
		struct drivers drivers = {0};

		switch (
		    read_key(r, &body->pairs[i].key, keys_lifecycle_entry, "a lifecycle entry")) {
		case 0:
			if (t < (enum transition)TRANSITION_N)
				r->d->timeout_s[t] = read_seconds(r, value, "timeout");
			break;
		case 1:
			read_drivers(r, value, &drivers);
			if (t < (enum transition)TRANSITION_N)
				need_drivers(r)->transitions[t] = drivers;
			break;
		}
	}
}

void read_lifecycle(struct reader *r, const struct node *node)
{
	bool list = node->kind == NODE_SEQUENCE;

	if (!list && read_mapping(r, node, "'lifecycle'") == NULL)
		return;
	for (size_t i = 0; i < node->n; i++) {
		const struct node *name = list ? &node->items[i] : &node->pairs[i].key;

		if (name->kind != NODE_SCALAR) {
			read_spot(r, name, "a transition");
			continue;
		}
		enum transition t = read_transition(r, name);
		if (!list)
			read_entry(r, &node->pairs[i].value, t);
		if (t >= (enum transition)TRANSITION_N)
			continue;
		r->d->transitions |= 1u << t;
		r->d->transition_pos[t] = node_range(r->source, name);
	}
}
