/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_SERVER_AUTH_AUDIT_H
#define LM_SERVER_AUTH_AUDIT_H

#include "lm/server/auth/users.h"

/*
 * A line of the log for every account that differs between two readings of users.json, whoever has
 * changed it, and how: added, removed, another password, other roles, other terms, suspended, resumed.
 */
void audit_accounts(const struct users *before, const struct users *after);

/* What of an account is another: "password roles"; "" for nothing. */
enum { AUDIT_TEXT_SIZE = 64 };
void audit_difference(
    const struct account *before, const struct account *after, char out[AUDIT_TEXT_SIZE]);

#endif
