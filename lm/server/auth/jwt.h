/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_SERVER_AUTH_JWT_H
#define LM_SERVER_AUTH_JWT_H

#include <stdbool.h>
#include <stdint.h>

#include "lm/server/auth/users.h"
#include "lm/server/intake/token.h"

/*
 * What somebody who has logged in shows from then on: a JSON Web Token (RFC 7519) with HS256, made and
 * read by this manager alone.  Of what others make nothing is believed, not even the name of an
 * algorithm: the header is ours, letter for letter, or the token is none of ours.
 */
enum { JWT_SIZE = 1280, JWT_ID_SIZE = STAMP_SIZE };

struct jwt {
	char subject[ACCOUNT_NAME_SIZE]; /* sub, and username */
	char client[ACCOUNT_NAME_SIZE];  /* through whom; "" for none */
	char stamp[STAMP_SIZE];          /* of the account, when it was made */
	char id[JWT_ID_SIZE];            /* jti */
	unsigned roles;                  /* for whoever reads it; the account's count */
	bool is_refresh;                 /* good for a new token, and nothing else */
	/* Of such a one, see rotation.h: */
	char line[STAMP_SIZE];
	unsigned turn;
	int64_t begun_s;
	int64_t issued_s, expires_s; /* since 1970 */
};

void jwt_make(const struct token_key *, const struct jwt *, char out[JWT_SIZE]);

enum jwt_verdict { JWT_GOOD, JWT_FOREIGN, JWT_EXPIRED };
enum jwt_verdict jwt_read(
    const struct token_key *, const char *token, int64_t now_s, struct jwt *out);

#endif
