/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_SERVER_AUTH_ROTATION_H
#define LM_SERVER_AUTH_ROTATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "lm/server/auth/users.h"

/*
 * Which refresh tokens are still good.  A login begins a line of them; each is good for the next one
 * of its line, and then void.  Who shows a void one has it from somewhere else, or somebody else has
 * the next one: nobody can tell which, so the whole line ends.  For a moment the last void one is
 * taken for what it mostly is: two commands at once, or an answer that got lost.
 *
 * A line is remembered from its second token on until it ends by itself.  Nothing here writes to a
 * disk: rotation_print() gives the text of the file, which is written before anybody hears of it.
 */
enum { ROTATION_LINES_MAX = 10000, ROTATION_MOMENT_S = 10 };

struct rotation;

struct rotation *rotation_new(void);
void rotation_free(struct rotation *); /* NULL is fine */
/*
 * INVALID: it is not as rotation_print() writes it.  Then nobody knows which tokens are void, and all
 * of lines that began until now are.
 */
struct lm_err *rotation_read(struct rotation *, const char *text, size_t n, int64_t now_s)
    LM_MUST_USE;
void rotation_print(const struct rotation *, struct lm_buf *out);

/* The place of a token. */
struct turn_of_line {
	char line[STAMP_SIZE];
	unsigned turn;              /* from 0: the login's own */
	int64_t begun_s, expires_s; /* of the line */
};

enum rotation_verdict {
	ROTATION_NEXT,   /* it is good, and the next one's turn has come: to be written */
	ROTATION_AGAIN,  /* it was good a moment ago: the same next one once more */
	ROTATION_REUSED, /* it is void, and from now on the line is: to be written */
	ROTATION_VOID,   /* the line has ended */
	ROTATION_FULL,   /* there are too many lines */
};
/* 'next' becomes the turn of the token that is to be given; as it was when there is none. */
enum rotation_verdict rotation_take(
    struct rotation *, const struct turn_of_line *, int64_t now_s, unsigned *next);
/* What was taken could not be written: the token is good again. */
void rotation_give_back(struct rotation *, const struct turn_of_line *);

#endif
