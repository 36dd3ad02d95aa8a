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
struct source; /* tosca/text/source.h: a named text with a line index */

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
	bool strict;       /* a warning that diags_make_strict() made an error */
	uint16_t number;   /* enum diag_code */
	const char *code;  /* static */
	const char *title; /* static: what all diagnostics of this code are about */
	struct source_range pos;
	const char *message;     /* what is wrong */
	const char *help;        /* what to do, or what was probably meant; NULL: nothing to add */
	struct diag_note *notes; /* the other places involved, in order; NULL: none */
	/* To put 'text' in place of these bytes is probably what was meant; text NULL: not known. */
	struct {
		struct source_range pos;
		const char *text;
	} fix;
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
 * The order in which one reads: files as they first came, then by place; what is said of no file
 * stands first.  What was said twice of one place is there once.
 */
void diags_sort(struct diags *);
/* From here on every warning is an error. */
void diags_make_strict(struct diags *);

/*
 * For people:
 *
 *	vnfs/pbx.yml:12:11-32: error: there is no descriptor 'resource::astrisk::1.0' [LM0302]
 *	   12 |     type: resource::astrisk::1.0
 *	      |           ^~~~~~~~~~~~~~~~~~~~~~
 *	      = help: did you mean 'resource::asterisk::1.0'?
 *
 * then the notes in the same way, and an empty line.  The columns shown are the first and the
 * last; a place on several lines is written 12:11-14.3, as GNU programs do and editors read.
 * 'colour': ANSI sequences, for a terminal.
 */
void diags_print(const struct diags *, struct lm_buf *out, bool colour);
void diag_print(const struct diag *, struct lm_buf *out, bool colour);
/*
 * For programs, one JSON object for a diagnostic, whose members docs/descriptors.md describes.
 * diags_print_json() writes them as an array, diags_print_lines() one per line: so a stream of any
 * length can be read, cut and searched line by line.
 */
void diags_print_json(const struct diags *, struct lm_buf *out);
void diags_print_lines(const struct diags *, struct lm_buf *out);
/*
 * SARIF 2.1.0, for editors and CI: every code is a rule, notes are related locations, suggestions
 * are fixes.  'version' is that of the program.
 */
void diags_print_sarif(const struct diags *, const char *version, struct lm_buf *out);

LM_DEFINE_AUTO(diags, diags_free);

#endif
