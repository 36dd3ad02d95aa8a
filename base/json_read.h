/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_BASE_JSON_READ_H
#define LM_BASE_JSON_READ_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"
#include "base/buf.h"

/*
 * Reads JSON (RFC 8259) where it lies, a value at a time: for bodies that come thousands of times a
 * second and whose shape is known.  No tree and no memory of its own: texts are unescaped and
 * NUL-terminated in place, so the text must be writable, text[n] included.  Strict, UTF-8 checked,
 * but for NaN, Infinity and -Infinity, which JSON does not have and many programs write: they are
 * numbers.  At most LM_JREAD_DEPTH values within each other.
 *
 *	struct lm_jread r = lm_jread_on(text, n);
 *	if (lm_jread_enter(&r, '['))
 *		while (lm_jread_element(&r))
 *			lm_jread_number(&r, &d);
 *	if (!lm_jread_end(&r))
 *		... lm_jread_why(&r, &buf);
 *
 * After a mistake nothing more is read: every function answers false, so the reader need not check
 * each one, only the end.
 */
enum { LM_JREAD_DEPTH = 64 };

struct lm_jread {
	char *p, *end;
	const char *line_begin;
	unsigned line, depth;
	bool fresh;        /* the bracket just passed was an opening one */
	const char *wrong; /* NULL: nothing so far */
};

enum lm_jread_kind {
	LM_JREAD_NONE, /* the end, or what no value begins with */
	LM_JREAD_OBJECT,
	LM_JREAD_ARRAY,
	LM_JREAD_TEXT,
	LM_JREAD_NUMBER,
	LM_JREAD_TRUE,
	LM_JREAD_FALSE,
	LM_JREAD_NULL,
};

struct lm_jread lm_jread_on(char *text, size_t n);

/* What comes next.  Nothing is read but blanks. */
enum lm_jread_kind lm_jread_peek(struct lm_jread *);

/* Into an object or array; 'bracket' is '{' or '['.  Its values must be read to the end. */
bool lm_jread_enter(struct lm_jread *, char bracket);
/* Another element follows, and must be read; false at the end of the array, which is passed. */
bool lm_jread_element(struct lm_jread *);
/* The same for an object: the name of the member whose value must be read. */
bool lm_jread_member(struct lm_jread *, const char **name, size_t *n);

/*
 * The same, but the name is as it is written, between its quotes, and nothing has changed: with a copy
 * of the reader one can look ahead.
 */
bool lm_jread_member_raw(struct lm_jread *, const char **name, size_t *n);

/* Lives as long as the text.  A text holds no NUL. */
bool lm_jread_text(struct lm_jread *, const char **out, size_t *n);
bool lm_jread_number(struct lm_jread *, double *out);
/* Any value, read and forgotten. */
bool lm_jread_skip(struct lm_jread *);
/*
 * Any value as JSON without blanks, which stays what it is until the reader has passed one more
 * character: only then may the caller put a NUL behind it.
 */
bool lm_jread_raw(struct lm_jread *, char **out, size_t *n);

/* Nothing follows, and nothing was wrong. */
bool lm_jread_end(struct lm_jread *);
/* "line 3 column 7: ..." */
void lm_jread_why(const struct lm_jread *, struct lm_buf *out);

#endif
