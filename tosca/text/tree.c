/* SPDX-License-Identifier: Apache-2.0 */
#include "tosca/text/tree.h"

#include "tosca/text/codes.h"
#include "tosca/text/source.h"
#include "tosca/text/yaml.h"

static size_t limit(size_t wanted, size_t max)
{
	return wanted == 0 || wanted > max ? max : wanted;
}

struct documents tree_read(
    const struct tree_room *room, const char *file, const char *text, size_t n, struct diags *diags)
{
	struct tree_room r = *room;
	struct source_range whole = {0};

	r.text_max = limit(r.text_max, TREE_TEXT_MAX);
	r.nodes_max = limit(r.nodes_max, TREE_NODES_MAX);
	if (n <= r.text_max)
		return yaml_read(&r, source_new(r.texts, file, text, n), diags);
	whole.source = source_new(r.texts, file, "", 0);
	diag_add(diags, CODE_YAML_LIMIT, &whole, "too long: %zu bytes, at most %zu", n, r.text_max);
	return (struct documents){.source = whole.source};
}
