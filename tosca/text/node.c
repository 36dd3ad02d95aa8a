/* SPDX-License-Identifier: Apache-2.0 */
#include "tosca/text/node.h"

#include <string.h>

#include "base/vec.h"

const struct node *node_find(const struct node *node, const char *key)
{
	if (node == NULL || node->kind != NODE_MAPPING)
		return NULL;
	for (size_t i = 0; i < node->n; i++)
		if (strcmp(node->pairs[i].key.text, key) == 0)
			return &node->pairs[i].value;
	return NULL;
}

const char *node_text(const struct node *node)
{
	return node_is_null(node) || node->kind != NODE_SCALAR ? NULL : node->text;
}

bool node_is_null(const struct node *node)
{
	static const char *const nulls[] = {"", "~", "null", "Null", "NULL"};

	if (node == NULL)
		return true;
	if (node->kind != NODE_SCALAR || !node->plain || node->n > 4)
		return false;
	for (size_t i = 0; i < LM_COUNT(nulls); i++)
		if (strcmp(node->text, nulls[i]) == 0)
			return true;
	return false;
}

struct source_range node_range(const struct source *s, const struct node *node)
{
	return (struct source_range){s, node->begin, node->end};
}

const char *node_kind_text(enum node_kind kind)
{
	static const char *const texts[] = {
	    [NODE_SCALAR] = "a text", [NODE_MAPPING] = "a mapping", [NODE_SEQUENCE] = "a list"};

	return texts[kind];
}
