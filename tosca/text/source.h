/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_TOSCA_SOURCE_H
#define LM_TOSCA_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "tosca/text/diag.h"

/* What was amiss with the characters of a text: how often, and where and what first. */
struct source_flaw {
	size_t n;
	uint32_t first; /* byte of 'text' */
	uint32_t value; /* the byte, or the character */
};

/*
 * A named text with an index of its lines.  Lines end as YAML says: LF, CR LF, CR, NEL, LS or PS.
 * Columns count characters (UTF-8 sequences), not bytes.
 *
 * 'text' is fit to be read: UTF-8 without control characters but tab and line ends.  What does not
 * belong there stands as '?', one for each byte; a byte order mark is left out, and so are
 * invisible characters (U+200B, and U+FEFF beyond the beginning).
 */
struct source {
	const char *file;
	const char *text; /* NUL-terminated */
	size_t n;
	const uint32_t *lines; /* byte offset of the beginning of each line */
	size_t n_lines;
	bool ascii; /* every character is one byte */
	struct source_flaw invisible, invalid, control;
};

/* Longest text, in bytes.  Longer ones must be refused before they get here. */
enum { SOURCE_MAX = 512 * 1024 * 1024 };

/* Everything is copied into the arena. */
struct source *source_new(struct lm_arena *, const char *file, const char *text, size_t n);

/* The line without its end; empty for a line that is not there.  'line' counts from 1. */
const char *source_line(const struct source *, uint32_t line, size_t *out_n);
/* The number of the line in which a byte stands. */
uint32_t source_line_of(const struct source *, size_t offset);
/* The byte offset of a place; the end of the line or text when it lies beyond. */
size_t source_offset(const struct source *, uint32_t line, uint32_t col);

/* Lines and columns count from 1; the end is the place behind the last character. */
struct source_place {
	uint32_t line, col, end_line, end_col;
};

/* Where a range stands; all 0 when it names the source as a whole, or no source. */
struct source_place source_place(const struct source_range *);
/*
 * The place of text[at, at + n), a part of the text that is read at 'whole'; all of it when what
 * stands there is written in another way than it reads.
 */
struct source_range source_part(struct source_range whole, const char *text, size_t at, size_t n);
/* Bytes of the UTF-8 sequence at p (1 for what is not one), at most n. */
size_t source_char_size(const char *p, size_t n);

#endif
