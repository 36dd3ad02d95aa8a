/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_SERVER_AUTH_REFRESH_H
#define LM_SERVER_AUTH_REFRESH_H

#include "lm/server/auth/auth_priv.h"

/*
 * Another token for a refresh token, which is void from then on: see rotation.h.  'client' is the name
 * of the client that has proved who it is, "" for none.  What is void is on the disk before the answer.
 */
void refresh_begin(
    struct auth *, struct http_request *, const char *token, const char *client, const char *peer);

/* The state folder's refresh.json; a damaged one is told of in the log, and voids all. */
struct lm_err *refresh_open(struct auth *) LM_MUST_USE;

#endif
