/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_WEB_H
#define LM_WEB_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"
#include "base/err.h"

/*
 * HTTP asked of others, on the loop, many at once; connections stay open for the next request.  The
 * only place beside the command line that knows the HTTP client library.
 *
 * Nothing but what is told: no redirects, no proxy, no cookies, no credentials from an address or
 * the environment.  A name is looked up by a thread of the library, so that the loop never waits.
 */
struct uv_loop_s;
struct web;
struct web_call;

/* Borrowed for web_begin() alone, which copies what it needs. */
struct web_request {
	const char *method; /* "GET", "POST", ... */
	const char *url;
	const char *const *headers; /* "Name: value", with NULL at the end; NULL: none */
	const char *body;           /* NULL: none */
	size_t body_n;
	bool https;         /* may be asked as well as http */
	const char *ca;     /* PEM: who is believed by https; NULL: whom the system believes */
	unsigned limit_ms;  /* for all of it */
	size_t answer_max;  /* bytes of the body of an answer */
	bool is_forgetting; /* of the answer only the status is of interest */
	bool
	    is_once; /* on a connection of its own: over a kept one that is dead it would be sent again */
};

/*
 * The end of a call.  'why' is NULL when there was an answer, whatever it says; otherwise it says why
 * there is none, and status is 0; unless something was sent, nobody has heard of it.  The body has a NUL behind it, may be written to, and lives as
 * long as the call of web_done_fn.
 */
struct web_answer {
	int status;
	char *body;
	size_t n;
	const char *why;
	bool was_sent;
};
/* The call is gone.  May begin and cancel others. */
typedef void web_done_fn(void *arg, const struct web_answer *);

/* 'kept': idle connections, at most. */
struct web *web_new(struct uv_loop_s *, unsigned kept);
/* Cancels what is under way.  Memory: the loop's next turn.  NULL is fine. */
void web_free(struct web *);

struct lm_arena;
/* A text as a part of a path or a query: whatever means something there is escaped. */
const char *web_escape(struct lm_arena *, const char *text);
/* Whether it is an address that can be asked; INVALID with the reason. */
struct lm_err *web_check(const char *url, bool https) LM_MUST_USE;
/* 'done' is called later from the loop, once. */
struct web_call *web_begin(struct web *, const struct web_request *, web_done_fn *done, void *arg);
/* 'done' is not called. */
void web_cancel(struct web_call *);

#endif
