/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_CLI_CLIENT_H
#define LM_CLI_CLIENT_H

#include <jansson.h>
#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"

/*
 * Talks to the manager over HTTP.  The only place that knows the HTTP client library.
 * Errors: UNAVAILABLE when nobody answers; otherwise what the manager itself says.
 *
 * It shows the token in LM_TOKEN, or the one that was kept of a login at this very manager, which is
 * made anew when it has ended.  A certificate is checked against LM_CACERT, or what it was at the login,
 * or else those the machine trusts.
 */
struct client;

struct client *client_new(const char *server);
void client_free(struct client *);
/* Answers are waited for no longer than this, instead of a minute. */
void client_hurry(struct client *, long ms);

/*
 * A path with its arguments escaped: client_path(c, buf, "/api/logs/%", name, NULL); each '%'
 * takes one text.
 */
void client_path(struct client *, struct lm_buf *out, const char *pattern, ...)
    __attribute__((sentinel));

/* The answer's text. */
struct lm_err *client_get(struct client *, const char *path, struct lm_buf *out) LM_MUST_USE;
/* The answer as JSON; the caller's (json_decref). */
struct lm_err *client_get_json(struct client *, const char *path, json_t **out) LM_MUST_USE;
/* Sends JSON; 'out' gets the answer's text. */
struct lm_err *client_post(struct client *, const char *path, const char *body, struct lm_buf *out)
    LM_MUST_USE;

/* Everything else: what is sent, and how. */
struct client_message {
	const char *method; /* "PUT" */
	const char *type;   /* of the body; NULL: there is none, or the library says which */
	const char *body;   /* NULL: none */
	const char
	    *upload; /* NULL, or the path of a file that goes up as the form's field "file" */
};
struct lm_err *client_send(struct client *, const char *path, const struct client_message *,
    struct lm_buf *out) LM_MUST_USE;

/* Sends who one is; keeps the token that comes back. */
struct lm_err *client_login(struct client *, const char *path, const struct client_message *)
    LM_MUST_USE;
/* Forgets it; whether there was one. */
struct lm_err *client_logout(struct client *, bool *was_there) LM_MUST_USE;

/*
 * Reads an answer line by line while it comes.  'tick' runs about ten times a second.  Either
 * returns false to stop, which is success, as is the end of the answer.
 */
struct client_follow {
	bool (*line)(void *arg, const char *line);
	bool (*tick)(void *arg); /* NULL: none */
	void *arg;
};
struct lm_err *client_follow(struct client *, const char *path, const struct client_follow *)
    LM_MUST_USE;

LM_DEFINE_AUTO(client, client_free);

#endif
