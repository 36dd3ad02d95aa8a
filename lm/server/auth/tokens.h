/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_SERVER_AUTH_TOKENS_H
#define LM_SERVER_AUTH_TOKENS_H

#include "lm/server/auth/auth_priv.h"

/* What somebody gets who has proved who he is, or hears who has not (RFC 6749, 5.1 and 5.2). */
struct grant_of {
	const struct account *who, *client; /* NULL: he came by himself */
	bool is_ui;                         /* "token" in the answer, as /ui/api/login has it */
	bool may_refresh;
	/* The place of the refresh token that he gets; NULL: it begins a line. */
	const struct turn_of_line *place;
};

void tokens_answer(struct auth *, struct http_request *, const struct grant_of *);
/* 'code' is RFC 6749's; the text stands where this API's errors have it, too. */
void tokens_answer_error(struct http_request *, int status, const char *code, const char *text);

#endif
