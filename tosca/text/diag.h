/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_TOSCA_DIAG_H
#define LM_TOSCA_DIAG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/attr.h"
#include "base/buf.h"

/*
 * Diagnostics: what is wrong with an operator's document, where, and what was probably meant.
 * Many per run, collected, in the order of discovery.  Codes are stable: "LM0101" never changes
 * its meaning.  Parsing goes on after one; nothing is reported about what merely follows from it.
 */
struct source; /* tosca/source.h: a named text with a line index */

/*
 * The bytes [begin, end) of a source; lines and columns are counted when they are shown
 * (source_place()).  end 0: the source as a whole.
 */
struct source_range {
	const struct source *source; /* borrowed from the catalog; NULL: unknown */
	uint32_t begin, end;
};

enum diag_severity { DIAG_ERROR, DIAG_WARNING };

/* Another place involved: "first defined here", a step of a cycle. */
struct diag_note {
	struct source_range pos;
	const char *text;
	struct diag_note *next;
};

struct diag {
	enum diag_severity severity;
	const char *code; /* static */
	struct source_range pos;
	const char *message;     /* what is wrong */
	const char *help;        /* what to do, or what was probably meant; NULL: nothing to add */
	struct diag_note *notes; /* the other places involved, in order; NULL: none */
};

struct diags;

/* Keeps at most 'max' of them and counts the rest. */
struct diags *diags_new(size_t max);
void diags_free(struct diags *);

size_t diags_errors(const struct diags *); /* those beyond the maximum included */
size_t diags_warnings(const struct diags *);
size_t diags_count(const struct diags *); /* kept */
const struct diag *diags_at(const struct diags *, size_t i);

/* Adds the others, too; their texts stay where they are. */
void diags_borrow(struct diags *, const struct diags *others);

/*
 * file:line:col: error: message [LM0101], the line, a caret, then help and note.
 * 'colour': ANSI sequences, for a terminal.
 */
void diags_print(const struct diags *, struct lm_buf *out, bool colour);
void diag_print(const struct diag *, struct lm_buf *out, bool colour);
/*
 * [{"severity", "code", "file", "line", "column", "endLine", "endColumn",
 *   "message", "help",
 *   "notes": [{"file", "line", "column", "endLine", "endColumn", "message"}]}]; what is not
 * known is left out.
 */
void diags_print_json(const struct diags *, struct lm_buf *out);

LM_DEFINE_AUTO(diags, diags_free);

#endif
