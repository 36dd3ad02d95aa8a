/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_TESTS_SESSION_H
#define LM_TESTS_SESSION_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

#include "base/buf.h"

/*
 * A conversation with a server of JSON-RPC, written down step by step, and the wire below it.
 *
 * A step is one line: words, words in quotes that may hold \n, \r, \t, \" and \\, or JSON up to
 * the end of the line.  Lines below it that are indented by four blanks are its text.  Empty
 * lines and lines that begin with '#' are for the reader.
 */
enum { SESSION_WORDS_MAX = 8 };

struct session_step {
	char *line; /* as it was written */
	char *words[SESSION_WORDS_MAX];
	size_t n; /* 0: for the reader */
	struct lm_buf text;
	bool has_text;
	char *cut; /* what the words are in */
};

/* False: there are no more. */
bool session_next(FILE *, struct session_step *);
void session_step_fini(struct session_step *);
/* Says why on standard error and ends with status 2. */
void session_die(const char *fmt, ...) LM_PRINTF(1, 2);

void session_put(int fd, const char *p, size_t n);
/* Takes over the message. */
void session_put_message(int fd, json_t *message);
/* Owned by the caller; NULL: the server has gone. */
json_t *session_get_message(FILE *);
/* The units of an encoding (UTF-8 or UTF-16) in n bytes, counted from their lead bytes alone. */
json_int_t session_columns(bool utf8, const char *p, size_t n);

#endif
