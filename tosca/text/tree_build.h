/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_TOSCA_TREE_BUILD_H
#define LM_TOSCA_TREE_BUILD_H

#include "base/vec.h"
#include "tosca/text/tree.h"

/*
 * Trees put together, whatever the syntax: the readers of YAML and JSON say what comes next, and
 * what is common to them is here: limits, keys that are texts, keys that stand twice.
 *
 * Nodes wait on one stack: behind an open collection what it holds so far.  When it ends, that
 * moves into an array of just its size.  So a pointer to a node is good until the next one is put.
 */
struct tree_level {
	size_t first;      /* what it holds begins there in 'held', and just before it is itself */
	int column;        /* where its entries begin in a text that is indented; -1: elsewhere */
	uint32_t limit;    /* for the reader's use */
	struct node *copy; /* becomes a copy of it when it ends; NULL: nobody wants one */
};

enum tree_failure { TREE_FINE, TREE_TOO_DEEP, TREE_TOO_MANY };

/* A short text that was met lately: most texts of a descriptor are words of the language. */
struct tree_word {
	const char *text; /* NULL: none */
	size_t n;
};

enum { TREE_WORDS = 256 };

struct tree_builder {
	const struct tree_room *room;
	const struct source *source;
	struct diags *diags;
	struct tree_level levels[TREE_DEPTH_MAX];
	size_t depth; /* open levels */
	size_t nodes; /* of all trees of the text */
	enum tree_failure failure;
	LM_VEC(struct node) held; /* the root, if any, is the first */
	uint32_t *slots;          /* a hash table, for the keys of one mapping at a time */
	size_t n_slots;
	struct tree_word words[TREE_WORDS]; /* by hash; the last one stays */
};

void tree_builder_init(
    struct tree_builder *, const struct tree_room *, const struct source *, struct diags *);
void tree_builder_fini(struct tree_builder *);

/*
 * These put a node where the text has come to: the root, an item, a key or a value; NULL when it
 * would be one too many or too deep, which has been reported.
 */
struct node *tree_scalar(
    struct tree_builder *, const struct source_range *, const char *text, size_t n, bool plain);
/* Goes into the collection, too; 'column' as in struct tree_level. */
struct node *tree_open(
    struct tree_builder *, enum node_kind, const struct source_range *, int column);
/* What was there before is there again; its parts are shared. */
void tree_again(struct tree_builder *, const struct node *);

/* An open collection; level 0 is the root. */
struct node *tree_at(const struct tree_builder *, size_t level);
/* NULL: nothing yet. */
struct node *tree_root(const struct tree_builder *);
/* A node for good, in the arena; NULL for NULL. */
struct node *tree_keep(const struct tree_builder *, const struct node *);
/* Forgets the tree, whose root was kept or is not wanted.  No collection is open. */
void tree_forget(struct tree_builder *);

/* A key that waits for its value gets an empty one, broken. */
void tree_complete(struct tree_builder *);
/* Ends the innermost collection, which is complete then. */
void tree_close(struct tree_builder *);
/* True when the next node is a key. */
bool tree_wants_key(const struct tree_builder *);

#endif
