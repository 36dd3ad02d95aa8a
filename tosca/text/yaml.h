/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_TOSCA_YAML_H
#define LM_TOSCA_YAML_H

#include "tosca/text/node.h"

/*
 * YAML as trees.
 *
 * Aliases are followed by sharing the node they stand for.  Duplicate keys, keys that are not
 * text, and merge keys are diagnostics, and the entry is left out.
 * Limits: YAML_TEXT_MAX bytes, YAML_DEPTH_MAX levels, YAML_NODES_MAX nodes, and YAML_ALIASED_MAX
 * nodes reached through aliases.
 */
enum {
	YAML_TEXT_MAX = 16 * 1024 * 1024,
	YAML_DEPTH_MAX = 64,
	YAML_NODES_MAX = 2000000,
	YAML_ALIASED_MAX = 100000,
};

/*
 * All documents of a text; empty ones are left out.  'file' is what diagnostics call it.  Nodes
 * and source live in the arena, and so must not go before the diagnostics do.
 */
struct documents yaml_read(
    struct lm_arena *, const char *file, const char *text, size_t n, struct diags *);

#endif
