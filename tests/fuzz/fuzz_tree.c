/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as a text: the first byte says whether its name is that of YAML or of JSON.  Every node
 * must know a place in the source, and no tree may exceed the limits.
 */
#include <stdint.h>

#include "tosca/text/source.h"
#include "tosca/text/tree.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void demand(bool truth)
{
	if (!truth)
		abort();
}

static void walk(const struct source *s, const struct node *node, unsigned level)
{
	demand(level <= TREE_DEPTH_MAX && node->begin <= node->end && node->end <= s->n + 1);
	if (node->kind == NODE_SCALAR) {
		demand(strlen(node->text) == node->n);
		return;
	}
	for (size_t i = 0; i < node->n; i++) {
		if (node->kind == NODE_SEQUENCE) {
			walk(s, &node->items[i], level + 1);
			continue;
		}
		demand(node->pairs[i].key.kind == NODE_SCALAR);
		demand(i > 0 || node_find(node, node->pairs[i].key.text) == &node->pairs[i].value);
		walk(s, &node->pairs[i].key, level);
		walk(s, &node->pairs[i].value, level + 1);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	LM_AUTO(lm_arena) texts = lm_arena_new();
	LM_AUTO(lm_arena) nodes = lm_arena_new();
	LM_AUTO(diags) diags = diags_new(100);
	const struct tree_room room = {.texts = texts, .nodes = nodes};
	struct lm_buf out;

	if (n == 0)
		return 0;
	struct documents docs = tree_read(
	    &room, data[0] % 2 == 0 ? "x.yml" : "x.json", (const char *)data + 1, n - 1, diags);
	for (size_t i = 0; i < docs.n; i++) {
		demand(docs.v[i].begin + docs.v[i].n <= docs.source->n);
		demand(docs.v[i].root != NULL || docs.v[i].broken);
		demand(!docs.v[i].broken || diags_errors(diags) > 0);
		if (docs.v[i].root != NULL)
			walk(docs.source, docs.v[i].root, 0);
	}
	demand(docs.n > 0 || diags_errors(diags) > 0);
	lm_buf_init(&out, 16 << 20);
	diags_print(diags, &out, true);
	diags_print_json(diags, &out);
	lm_buf_fini(&out);
	return 0;
}
