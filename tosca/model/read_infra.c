/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/vec.h"
#include "tosca/model/keys.h"
#include "tosca/model/read.h"

/* ---- infrastructure ------------------------------------------------------------------------ */

enum { ATTR_NAME_MAX = 1024 };

struct attrs {
	struct mapping *v;
	size_t n, cap;
};

/* networks: {mgmt: {network: x}} becomes networks.mgmt.network; items of lists are numbered. */
static void flatten(struct reader *r, const struct node *node, const char *prefix,
    const struct node *at, struct attrs *out)
{
	const char *dot = prefix[0] == '\0' ? "" : ".";

	if (out->n >= READ_FEW_MAX || (node_is_null(node) && prefix[0] == '\0'))
		return;
	if (strlen(prefix) > ATTR_NAME_MAX) {
		read_report(r, CODE_TOO_MANY, at, "the name of an attribute has at most %d bytes",
		    ATTR_NAME_MAX);
		return;
	}
	if (node->kind == NODE_SCALAR) {
		struct mapping *m = LM_PUSH(r->arena, out);

		m->name = (struct spot){prefix, node_range(r->source, at)};
		m->value = expr_read(r->arena, r->source, node, r->diags);
		return;
	}
	for (size_t i = 0; i < node->n && out->n < READ_FEW_MAX; i++) {
		bool list = node->kind == NODE_SEQUENCE;
		const struct node *child = list ? &node->items[i] : &node->pairs[i].value;
		const char *name = list ? lm_arena_printf(r->arena, "%s%s%zu", prefix, dot, i)
					: lm_arena_printf(r->arena, "%s%s%s", prefix, dot,
					      node->pairs[i].key.text);

		flatten(r, child, name, list ? child : &node->pairs[i].key, out);
	}
}

struct mapping *read_attrs(struct reader *r, const struct node_pair *pair, size_t *out_n)
{
	struct attrs attrs = {0};

	flatten(r, &pair->value, "", &pair->key, &attrs);
	*out_n = attrs.n;
	return attrs.v;
}

static struct infra *push_infra(struct reader *r, size_t *cap)
{
	return lm_vec_push(
	    r->arena, (void **)&r->d->infra, &r->d->n_infra, cap, sizeof *r->d->infra);
}

static void read_kind(
    struct reader *r, const struct node *type, const struct node_pair *pair, size_t *cap)
{
	const char *kind = pair->key.text;
	size_t n;

	if (!node_is_null(&pair->value) && pair->value.kind != NODE_MAPPING) {
		struct diag *d =
		    read_report(r, CODE_INFRASTRUCTURE, &pair->value, "'%s' of '%s' is %s, ignored",
			kind, type->text, node_kind_text(pair->value.kind));
		diag_help(
		    r->diags, d, "write infrastructure: {<type>: {<kind>: {<attribute>: ...}}}");
		return;
	}
	struct mapping *attrs = read_attrs(r, pair, &n);
	*push_infra(r, cap) = (struct infra){type->text, kind, attrs, n};
}

/* The forms of earlier versions name templates beside the type: those are for its driver. */
const char *const keys_location[] = {"template", "discover", NULL};

static bool read_location_key(
    struct reader *r, const struct node_pair *pair, struct location_type *type)
{
	for (size_t i = 0; keys_location[i] != NULL; i++) {
		if (strcmp(pair->key.text, keys_location[i]) != 0)
			continue;
		read_template(r, &pair->value, i == 0 ? &type->made_by : &type->found_by);
		return true;
	}
	return false;
}

void read_infrastructure(struct reader *r, const struct node *node)
{
	size_t n = read_entries(r, node, "'infrastructure'"), cap = 0;

	r->d->locations = LM_NEW_N(r->arena, struct location_type, n);
	r->d->n_locations = n;
	for (size_t i = 0; i < n; i++) {
		const struct node *type = &node->pairs[i].key, *kinds = &node->pairs[i].value;

		r->d->locations[i].name = read_named(r, type);
		if (node_is_null(kinds))
			continue;
		if (kinds->kind != NODE_MAPPING) {
			read_report(r, CODE_INFRASTRUCTURE, kinds,
			    "'%s' must be a mapping of kinds, ignored", type->text);
			continue;
		}
		for (size_t k = 0; k < kinds->n; k++)
			if (!read_location_key(r, &kinds->pairs[k], &r->d->locations[i]))
				read_kind(r, type, &kinds->pairs[k], &cap);
	}
}
