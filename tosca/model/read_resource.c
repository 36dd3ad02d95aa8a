/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/vec.h"
#include "tosca/model/keys.h"
#include "tosca/model/read.h"
#include "tosca/text/suggest.h"

/* ---- lifecycle ----------------------------------------------------------------------------- */

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

/* What newer drivers want to know about a transition is theirs; we only take the time limit. */
const char *const keys_lifecycle_entry[] = {"timeout", "drivers", "description", "properties",
    "template", "discover", "selector", "infrastructure-type", NULL};

static unsigned read_entry(struct reader *r, const struct node *node)
{
	const struct node *body = read_mapping(r, node, "a lifecycle entry");
	unsigned timeout_s = 0;

	for (size_t i = 0; body != NULL && i < body->n; i++)
		if (read_key(r, body->pairs[i].key, keys_lifecycle_entry, "a lifecycle entry") == 0)
			timeout_s = read_seconds(r, body->pairs[i].value, "timeout");
	return timeout_s;
}

void read_lifecycle(struct reader *r, const struct node *node)
{
	bool list = node->kind == NODE_SEQUENCE;

	if (!list && read_mapping(r, node, "'lifecycle'") == NULL)
		return;
	for (size_t i = 0; i < node->n; i++) {
		const struct node *name = list ? node->items[i] : node->pairs[i].key;

		if (name->kind != NODE_SCALAR) {
			read_spot(r, name, "a transition");
			continue;
		}
		enum transition t = read_transition(r, name);
		unsigned timeout_s = list ? 0 : read_entry(r, node->pairs[i].value);
		if (t >= (enum transition)TRANSITION_N)
			continue;
		r->d->transitions |= 1u << t;
		r->d->timeout_s[t] = timeout_s;
	}
}

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
		const struct node *child = list ? node->items[i] : node->pairs[i].value;
		const char *name = list ? lm_arena_printf(r->arena, "%s%s%zu", prefix, dot, i)
					: lm_arena_printf(r->arena, "%s%s%s", prefix, dot,
					      node->pairs[i].key->text);

		flatten(r, child, name, list ? child : node->pairs[i].key, out);
	}
}

/* The forms of earlier versions: they name templates, which do not concern us. */
static bool is_template(const char *kind)
{
	return strcmp(kind, "template") == 0 || strcmp(kind, "discover") == 0;
}

static struct infra *push_infra(struct reader *r, size_t *cap)
{
	return lm_vec_push(
	    r->arena, (void **)&r->d->infra, &r->d->n_infra, cap, sizeof *r->d->infra);
}

static void read_kind(
    struct reader *r, const struct node *type, const struct node_pair *pair, size_t *cap)
{
	const char *kind = pair->key->text;
	struct attrs attrs = {0};

	if (is_template(kind))
		return;
	if (!node_is_null(pair->value) && pair->value->kind != NODE_MAPPING) {
		struct diag *d =
		    read_report(r, CODE_INFRASTRUCTURE, pair->value, "'%s' of '%s' is %s, ignored",
			kind, type->text, node_kind_text(pair->value->kind));
		diag_help(
		    r->diags, d, "write infrastructure: {<type>: {<kind>: {<attribute>: ...}}}");
		return;
	}
	flatten(r, pair->value, "", pair->key, &attrs);
	*push_infra(r, cap) = (struct infra){type->text, kind, attrs.v, attrs.n};
}

void read_infrastructure(struct reader *r, const struct node *node)
{
	size_t n = read_entries(r, node, "'infrastructure'"), cap = 0;

	for (size_t i = 0; i < n; i++) {
		const struct node *type = node->pairs[i].key, *kinds = node->pairs[i].value;

		if (node_is_null(kinds))
			continue;
		if (kinds->kind != NODE_MAPPING) {
			read_report(r, CODE_INFRASTRUCTURE, kinds,
			    "'%s' must be a mapping of kinds, ignored", type->text);
			continue;
		}
		for (size_t k = 0; k < kinds->n && k < READ_FEW_MAX; k++)
			read_kind(r, type, &kinds->pairs[k], &cap);
	}
}

/* ---- operations ---------------------------------------------------------------------------- */

const char *const keys_operation[] = {"properties", "description", "drivers", "timeout", NULL};
const char *const keys_promoted_operation[] = {"source-operation", "description", NULL};

static void read_operation(struct reader *r, const struct node_pair *pair, struct operation *op)
{
	bool assembly = r->d->name.kind == NAME_ASSEMBLY;
	const struct node *body = read_mapping(r, pair->value, "an operation");

	op->name = read_named(r, pair->key);
	for (size_t i = 0; body != NULL && i < body->n; i++) {
		const struct node *value = body->pairs[i].value;
		int key = read_key(r, body->pairs[i].key,
		    assembly ? keys_promoted_operation : keys_operation,
		    assembly ? "an operation of an assembly" : "an operation");

		if (key == 0 && assembly)
			op->source = read_path(r, value, READ_BARE_WRONG, "'source-operation'");
		else if (key == 0)
			op->properties = read_properties(
			    r, value, "'properties' of an operation", &op->n_properties);
		else if (key == 3)
			op->timeout_s = read_seconds(r, value, "timeout");
	}
	if (assembly && op->source.pos.source == NULL)
		diag_add(r->diags, CODE_CALL, &op->name.pos,
		    "operation '%s' of an assembly needs a 'source-operation'", op->name.text);
}

void read_operations(struct reader *r, const struct node *node)
{
	size_t n = read_entries(r, node, "'operations'");

	r->d->operations = LM_NEW_N(r->arena, struct operation, n);
	r->d->n_operations = n;
	for (size_t i = 0; i < n; i++)
		read_operation(r, &node->pairs[i], &r->d->operations[i]);
}
