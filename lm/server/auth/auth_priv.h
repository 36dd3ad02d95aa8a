/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_SERVER_AUTH_AUTH_PRIV_H
#define LM_SERVER_AUTH_AUTH_PRIV_H

#include "base/json.h"
#include "lm/server/auth/auth.h"
#include "lm/server/auth/jwt.h"
#include "lm/server/auth/limiter.h"
#include "lm/server/auth/slow.h"
#include "lm/server/auth/users_file.h"

struct auth {
	struct auth_conf conf;
	char *state_dir;
	struct token_key *key;
	struct users *users;
	struct users_seen seen;
	struct limiter *limiter;
	struct slow *slow;
};

/* As users.json is now; while it cannot be read, as it was. */
const struct users *auth_users(struct auth *);
/* The account that a token speaks of, when it is still good; NULL: it is not, and 'why' says so. */
const struct account *auth_holder(
    struct auth *, const char *token, bool is_refresh, struct jwt *out, const char **why);
int64_t auth_now_s(void);
int64_t auth_now_ms(const struct auth *);

/* Members of the account of a client, as /api/credentials shows it; never a secret. */
void account_print_words(
    struct lm_json *, const char *key, unsigned bits, const char *(*name)(unsigned));

#endif
