/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_TOSCA_OUTLINE_H
#define LM_TOSCA_OUTLINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

/*
 * The keys and values of a text that is being written, YAML in block or flow style, or JSON: what
 * an editor needs while no reader could make sense of it.  It never fails, and takes what is
 * unfinished for what it will probably become: a lone word for a key, a quote or bracket that is
 * not closed for one that ends with its line or with the next key further left.
 *
 * Takes time and memory in proportion to the text.
 */
enum { OUTLINE_NONE = UINT32_MAX, OUTLINE_DEPTH_MAX = 96 };

/* Bytes [begin, end) of the text, quotes left out. */
struct outline_span {
	uint32_t begin, end;
};

struct outline_entry {
	uint32_t parent; /* OUTLINE_NONE: a document */
	bool item;       /* of a list: there is no key */
	bool bare;       /* a key without its colon: it is being typed */
	bool has_value;  /* a scalar */
	struct outline_span key, value;
	uint32_t end; /* of all that belongs to it */
};

struct outline {
	const char *text;
	size_t n;
	struct outline_entry *v; /* in the order of the text, parents first */
	size_t n_entries;
	/* What the cursor touches: a key (an empty one that could be begun), or a value. */
	uint32_t at; /* OUTLINE_NONE: nothing */
	bool at_key;
};

/* 'cursor': a byte of the text, or n.  The text is borrowed. */
struct outline outline_read(struct lm_arena *, const char *text, size_t n, size_t cursor);

/* The document that an entry belongs to. */
uint32_t outline_document(const struct outline *, uint32_t entry);
/* The next entry with this parent after 'previous' (OUTLINE_NONE: the first); OUTLINE_NONE: no more. */
uint32_t outline_next(const struct outline *, uint32_t parent, uint32_t previous);
/* The entry of this key; OUTLINE_NONE: none (or parent is OUTLINE_NONE). */
uint32_t outline_find(const struct outline *, uint32_t parent, const char *key);
char *outline_text(const struct outline *, struct lm_arena *, struct outline_span);
/* The value of a key as text; NULL: none. */
char *outline_value(const struct outline *, struct lm_arena *, uint32_t parent, const char *key);

#endif
