/* SPDX-License-Identifier: Apache-2.0 */
#include "tosca/model/keys.h"
#include "tosca/model/read.h"

/* ---- operations ---------------------------------------------------------------------------- */

const char *const keys_operation[] = {"properties", "description", "drivers", "timeout", NULL};
const char *const keys_promoted_operation[] = {"source-operation", "description", NULL};

static void read_operation(struct reader *r, const struct node_pair *pair, struct operation *op)
{
	bool assembly = r->d->name.kind == NAME_ASSEMBLY;
	const struct node *body = read_mapping(r, &pair->value, "an operation");

	op->name = read_named(r, &pair->key);
	for (size_t i = 0; body != NULL && i < body->n; i++) {
		const struct node *value = &body->pairs[i].value;
		int key = read_key(r, &body->pairs[i].key,
		    assembly ? keys_promoted_operation : keys_operation,
		    assembly ? "an operation of an assembly" : "an operation");

		if (key == 0 && assembly)
			op->source = read_path(r, value, READ_BARE_WRONG, "'source-operation'");
		else if (key == 0)
			op->properties = read_properties(
			    r, value, "'properties' of an operation", &op->n_properties);
		else if (key == 2)
			read_drivers(r, value, &op->drivers);
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
