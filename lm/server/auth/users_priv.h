/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_SERVER_AUTH_USERS_PRIV_H
#define LM_SERVER_AUTH_USERS_PRIV_H

#include "base/vec.h"
#include "lm/server/auth/users.h"

/* In the order of their names, so that a login does not look at all of them. */
struct users {
	LM_VEC(struct account) accounts;
};

struct users *users_new(void);

#endif
