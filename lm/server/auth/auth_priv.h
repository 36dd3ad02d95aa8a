/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_SERVER_AUTH_AUTH_PRIV_H
#define LM_SERVER_AUTH_AUTH_PRIV_H

#include "base/json.h"
#include "lm/server/auth/auth.h"
#include "lm/server/auth/jwt.h"
#include "lm/server/auth/limiter.h"
#include "lm/server/auth/rotation.h"
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
	struct rotation *rotation;
	unsigned slowed; /* attempts that had to wait, and are not in the log yet */
	int64_t slowed_next_ms;
};

/* As users.json is now; while it cannot be read, as it was.  Accounts are borrowed until the next call. */
const struct users *auth_users(struct auth *);
/* Whose it is, of the accounts of now; NULL: it has been taken back since, or the client it came by. */
const struct account *auth_account(struct auth *, const struct jwt *);
/* The account that a token speaks of, when it is still good; NULL: it is not, and 'why' says so. */
const struct account *auth_holder(
    struct auth *, const char *token, bool is_refresh, struct jwt *out, const char **why);
int64_t auth_now_s(void);
int64_t auth_now_ms(const struct auth *);

#endif
