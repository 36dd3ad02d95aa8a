/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_TOSCA_YAML_H
#define LM_TOSCA_YAML_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "tosca/diag.h"

/*
 * YAML (and so JSON) as a tree in an arena; every node knows its place.  Scalars stay texts: what
 * "5060" or "yes" means is the reader's decision.
 *
 * Aliases are followed by sharing the node they stand for.  Duplicate keys, keys that are not
 * text, and merge keys are diagnostics, and the entry is left out; a syntax error ends the file.
 * Limits: YAML_TEXT_MAX bytes, YAML_DEPTH_MAX levels, YAML_NODES_MAX nodes, of which at most
 * YAML_ALIASED_MAX reached through aliases.
 */
enum {
	YAML_TEXT_MAX = 16 * 1024 * 1024,
	YAML_DEPTH_MAX = 64,
	YAML_NODES_MAX = 2000000,
	YAML_ALIASED_MAX = 100000,
};

enum yaml_kind { YAML_SCALAR, YAML_MAPPING, YAML_SEQUENCE };

struct yaml_pair {
	const struct yaml_node *key; /* a scalar */
	const struct yaml_node *value;
};

struct yaml_node {
	enum yaml_kind kind;
	bool plain;                     /* a scalar without quotes, block sign or tag */
	const char *text;               /* scalar: UTF-8 without NUL; otherwise NULL */
	struct yaml_pair *pairs;        /* mapping: n of them, in order */
	const struct yaml_node **items; /* sequence: n of them */
	size_t n;
	struct source_pos pos; /* of the scalar, or where the collection begins */
	size_t size;           /* nodes in this tree, itself included */
	unsigned height;       /* levels below */
};

struct yaml_doc {
	const struct yaml_node *root; /* NULL: nothing could be read */
	bool broken;                  /* a syntax error cut it short; an error has been reported */
	size_t begin, n;              /* its bytes in source->text */
};

struct yaml_docs {
	const struct source *source;
	struct yaml_doc *v;
	size_t n;
};

/*
 * All documents of a text; empty ones are left out.  'file' is what diagnostics call it.  Nodes
 * and source live in the arena, and so must not go before the diagnostics do.
 */
struct yaml_docs yaml_read(
    struct lm_arena *, const char *file, const char *text, size_t n, struct diags *);

/* The value of a key of a mapping; NULL: no such key, or not a mapping (or NULL). */
const struct yaml_node *yaml_find(const struct yaml_node *, const char *key);
/* The text of a scalar; NULL for a null, for anything else and for NULL. */
const char *yaml_text(const struct yaml_node *);
/* "", ~ or null without quotes; NULL counts too. */
bool yaml_is_null(const struct yaml_node *);
const char *yaml_kind_text(enum yaml_kind); /* "a text", "a mapping", "a list" */

#endif
