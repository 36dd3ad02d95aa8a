/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_SERVER_AUTH_AUTH_H
#define LM_SERVER_AUTH_AUTH_H

#include <stdbool.h>

#include "base/err.h"
#include "lm/server/auth/privilege.h"
#include "lm/server/http.h"

/*
 * Who asks, and whether he may.  Logging in is slow on purpose and gives a token; every other call is
 * judged by the token alone, here and at once.  Of a token only who it is for counts: what he may is
 * looked up, so a role or a user that is taken away is gone with the next call, and tokens from before
 * another password are good for nothing.  Changes of users.json are seen without being told.
 */
struct uv_loop_s;
struct auth;

#define AUTH_KEY_NAME \
	"auth.key" /* of the file in the state folder: another one takes all tokens back */

struct auth_conf {
	struct uv_loop_s *loop;
	const char *state_dir;
	bool insecure; /* nobody is asked who he is, and everybody may everything */
};

/* When nobody can log in the log says how that is changed. */
struct lm_err *auth_open(const struct auth_conf *, struct auth **out) LM_MUST_USE;
/* Requests that wait for it are not answered any more; memory goes with the loop's next turns. */
void auth_free(struct auth *); /* NULL is fine */

/* Fills in who asks and what he may.  False: he may not do this, and has been told so (401, 403). */
bool auth_admit(struct auth *, struct http_request *, enum privilege need);

/* Whether who was let in may go on with an answer without an end: his token may have ended since. */
bool auth_still(struct auth *, struct http_request *, enum privilege need);

/* ---- handlers --------------------------------------------------------------------------------- */

/* POST /oauth/token: client_credentials, password and refresh_token, which is good once. */
void auth_token(struct auth *, struct http_request *);
/*
 * POST /ui/api/login: {"username", "password"}, or "api_key" as clients of zen call it; the answer's token
 * is for users without a client.
 */
void auth_login(struct auth *, struct http_request *);
/* A client is made, or with its name changed. */
void auth_credentials(struct auth *, struct http_request *, const char *name);
void auth_remove_client(struct auth *, struct http_request *, const char *name);
void auth_show_client(struct auth *, struct http_request *, const char *name);
void auth_list_clients(struct auth *, struct http_request *);
/* What the caller is called, and may. */
void auth_whoami(struct auth *, struct http_request *);

#endif
