/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_TOSCA_YAML_H
#define LM_TOSCA_YAML_H

#include "tosca/text/tree.h"

/*
 * YAML as trees: tree_read() comes here.
 *
 * Aliases are followed by sharing the node they stand for.  Duplicate keys, keys that are not
 * text, and merge keys are diagnostics, and the entry is left out.
 */
struct documents yaml_read(const struct tree_room *, const struct source *, struct diags *);

#endif
