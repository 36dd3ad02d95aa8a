/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_TOSCA_EDITOR_H
#define LM_TOSCA_EDITOR_H

#include "base/buf.h"
#include "tosca/catalog/catalog.h"

/*
 * What an editor asks of the compiler: what stands at a place in a text that is being written,
 * where it is defined, what is known about it, and what could be written there.
 *
 * The text is looked at as it is, however broken; of other documents, and of values, the catalog
 * says what it could read.  Nothing is changed, and the time taken grows with the one text (and
 * with the catalog only where names of descriptors are offered).
 */
struct editor_query {
	const struct catalog *catalog;
	const char *file; /* as the catalog calls the text */
	const char *text; /* as it is in the editor */
	size_t n, offset; /* a byte, 0 to n */
};

/* ---- definition ---------------------------------------------------------------------------- */

/* In the text of the query when source is NULL (offsets are its own), otherwise as the catalog has it. */
struct editor_range {
	const struct source *source;
	uint32_t begin, end;
};

/* False: there is nothing, or it is defined nowhere. */
bool editor_define(const struct editor_query *, struct editor_range *out);

/* ---- hover --------------------------------------------------------------------------------- */

/* Markdown about what stands there, and the bytes of the text it is about.  False: nothing. */
bool editor_hover(const struct editor_query *, struct lm_buf *out, struct editor_range *about);

/* ---- completion ---------------------------------------------------------------------------- */

enum editor_kind {
	EDITOR_PROPERTY,
	EDITOR_COMPONENT,
	EDITOR_DESCRIPTOR,
	EDITOR_OPERATION,
	EDITOR_METRIC,
	EDITOR_CAPABILITY,
	EDITOR_RELATIONSHIP,
	EDITOR_POLICY,
	EDITOR_SECTION,
	EDITOR_KEY,
	EDITOR_WORD,
};

struct editor_item {
	enum editor_kind kind;
	const char *label;
	const char *insert;                 /* in place of the bytes of the answer's range */
	const char *detail, *documentation; /* NULL: none */
};

enum { EDITOR_ITEMS_MAX = 1000 };

struct editor_items {
	struct editor_item *v;
	size_t n, cap;
	uint32_t begin, end; /* what an item replaces */
	bool cut;            /* there are more than EDITOR_ITEMS_MAX */
};

/* Items and their texts live in the arena; descriptors must not change as long. */
struct editor_items editor_complete(const struct editor_query *, struct lm_arena *);

/* ---- outline ------------------------------------------------------------------------------- */

struct editor_symbol {
	enum editor_kind kind;
	const char *name, *detail; /* detail NULL: none */
	uint32_t parent;           /* index; UINT32_MAX: none */
	uint32_t begin, end, name_begin, name_end;
};

/* Documents, sections and their entries, each followed by what is in it. */
struct editor_symbol *editor_symbols(struct lm_arena *, const char *text, size_t n, size_t *out_n);

#endif
