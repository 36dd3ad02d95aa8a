/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_TOSCA_NODE_H
#define LM_TOSCA_NODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "tosca/text/diag.h"

/*
 * A document as a tree, whatever syntax it was written in (YAML, JSON): the meeting point of the
 * syntaxes.  Nodes live in an arena and know which bytes of their source they stand for.  Scalars
 * stay texts: what "5060" or "yes" means is the reader's decision.
 *
 * Nodes lie in the arrays of their collections.  What an alias stands for is a copy of its node;
 * what a collection holds is there once, and has several parents.
 */
enum node_kind { NODE_SCALAR, NODE_MAPPING, NODE_SEQUENCE };

struct node_pair;

struct node {
	uint8_t kind;        /* enum node_kind */
	bool plain;          /* a scalar without quotes, block sign or tag; in JSON: no string */
	bool broken;         /* parts of it could not be read: an error has been reported */
	bool unfit;          /* while the tree grows: a key that cannot be one; later none is */
	uint32_t n;          /* pairs, items, or bytes of the text */
	uint32_t begin, end; /* bytes of the source; of a collection in block style its first */
	union {
		const char *text; /* UTF-8 without NUL, and NUL-terminated */
		struct node_pair *pairs;
		struct node *items;
	};
};

struct node_pair {
	struct node key; /* a scalar; keys of one mapping are different */
	struct node value;
};

struct document {
	const struct node *root; /* NULL: nothing could be read */
	bool broken;             /* parts are missing: an error has been reported */
	size_t begin, n;         /* its bytes in the source */
};

struct documents {
	const struct source *source;
	struct document *v;
	size_t n;
};

/* The value of a key of a mapping; NULL: no such key, or not a mapping (or NULL). */
const struct node *node_find(const struct node *, const char *key);
/* The text of a scalar; NULL for a null, for anything else and for NULL. */
const char *node_text(const struct node *);
/* "", ~ or null without quotes; NULL counts too. */
bool node_is_null(const struct node *);
struct source_range node_range(const struct source *, const struct node *);
const char *node_kind_text(enum node_kind); /* "a text", "a mapping", "a list" */

#endif
