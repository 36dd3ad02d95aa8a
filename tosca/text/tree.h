/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_TOSCA_TREE_H
#define LM_TOSCA_TREE_H

#include "tosca/text/node.h"

/*
 * The front door of the compiler: a text of any syntax in, trees out.
 *
 * Limits: TREE_TEXT_MAX bytes, TREE_NODES_MAX nodes, TREE_DEPTH_MAX levels, and TREE_ALIASED_MAX
 * nodes reached through aliases.  A node takes 24 bytes.
 */
enum {
	TREE_TEXT_MAX = 512 * 1024 * 1024,
	TREE_NODES_MAX = 48 * 1000 * 1000,
	TREE_DEPTH_MAX = 64,
	TREE_ALIASED_MAX = 100 * 1000,
};

/* Where a tree goes, and how large it may become. */
struct tree_room {
	struct lm_arena *texts; /* the source and the texts of scalars, which readers borrow */
	struct lm_arena *nodes; /* the rest, of no use once it has been read; may be the same */
	size_t text_max;        /* bytes; 0, or more than TREE_TEXT_MAX: TREE_TEXT_MAX */
	size_t nodes_max;       /* 0, or more than TREE_NODES_MAX: TREE_NODES_MAX */
};

/*
 * All documents of a text; empty ones are left out.  'file' is what diagnostics call it.  The
 * arena of texts must not go before the diagnostics do.
 */
struct documents tree_read(
    const struct tree_room *, const char *file, const char *text, size_t n, struct diags *);

#endif
