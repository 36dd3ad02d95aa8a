/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_LSP_TEXT_H
#define LM_LSP_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A text as an editor counts in it: lines from 0, that end with LF, CR LF or CR, and columns in
 * units of UTF-16, or in bytes when that was agreed upon.
 */
enum text_unit { TEXT_UTF16, TEXT_UTF8 };

enum { TEXT_BLOCK = 1024 };

struct text_place {
	size_t line, column;
};

struct text {
	char *p;
	size_t n;
	size_t *lines; /* where each begins */
	size_t n_lines;
	size_t *units;  /* of UTF-16 before every block of TEXT_BLOCK bytes: a line may be long */
	size_t *hidden; /* where what nobody can see stands, in order */
	size_t n_hidden;
};

void text_init(struct text *, const char *p, size_t n); /* copies */
void text_fini(struct text *);

/* Beyond the end of a line or of the text: that end. */
size_t text_offset(const struct text *, struct text_place, enum text_unit);
struct text_place text_place(const struct text *, size_t offset, enum text_unit);
/* Columns from the beginning of a line up to n bytes. */
size_t text_columns(const char *line, size_t n, enum text_unit);
/* Replaces [begin, end). */
void text_splice(struct text *, size_t begin, size_t end, const char *p, size_t n);
/*
 * The compiler leaves out what nobody can see: a mark of byte order, U+200B.  Offsets with it
 * (as in the text) and without it.
 */
size_t text_offset_with(const struct text *, size_t without);
size_t text_offset_without(const struct text *, size_t with);

#endif
