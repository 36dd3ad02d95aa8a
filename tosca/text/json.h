/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_TOSCA_JSON_H
#define LM_TOSCA_JSON_H

#include "tosca/text/tree.h"

/*
 * JSON (RFC 8259) as trees: tree_read() comes here.  A list at the top is a text of several
 * documents, one an item.
 *
 * Strings are never 'plain', all other scalars are: null is a null, and numbers keep their digits.
 * What is nearly JSON (comments, single quotes, keys without quotes, a comma too many or too few)
 * is reported, and reading goes on.
 */
struct documents json_read(const struct tree_room *, const struct source *, struct diags *);

#endif
