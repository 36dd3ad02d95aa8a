/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_SERVER_AUTH_USERS_H
#define LM_SERVER_AUTH_USERS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"
#include "base/err.h"
#include "lm/server/auth/password.h"

/*
 * Who may log in: people (users) and programs (clients), as they are in the file that users_file.h
 * reads and writes.
 */
enum {
	ACCOUNTS_MAX = 10000,
	ACCOUNT_NAME_SIZE = 64, /* with NUL; letters, digits and -_.@ */
	STAMP_SIZE = 17,
	ACCESS_S = 1200, /* how long a token is good, unless the client says otherwise */
	REFRESH_S = 30600,
	VALIDITY_MAX_S = 30 * 24 * 3600,
};

/* What a client may ask for at /oauth/token: bits. */
enum { GRANT_CLIENT_CREDENTIALS = 1, GRANT_PASSWORD = 2, GRANT_REFRESH_TOKEN = 4 };

struct account {
	char name[ACCOUNT_NAME_SIZE]; /* one of a kind, over users and clients */
	bool is_client, is_suspended;
	unsigned roles;  /* bits of privilege.h */
	unsigned grants; /* a client's */
	unsigned access_s, refresh_s;
	char hash[PASSWORD_HASH_SIZE];
	/* Made anew with every password and at every change of hands: tokens of before name another one. */
	char stamp[STAMP_SIZE];
};

struct users;

void users_free(struct users *); /* NULL is fine */

size_t users_count(const struct users *);
const struct account *users_at(const struct users *, size_t i); /* in the order of their names */
const struct account *users_find(const struct users *, const char *name); /* borrowed, or NULL */

/* INVALID: no such name is possible.  CONFLICT: it is taken.  LIMIT: too many. */
struct lm_err *users_add(struct users *, const struct account *) LM_MUST_USE;
struct account *users_change(struct users *, const char *name); /* NULL: there is none */
bool users_remove(struct users *, const char *name);            /* false: there was none */
void account_stamp(struct account *);                           /* gives it another one */

/* Grants by their names in the reference system: "client_credentials". */
bool grant_parse(const char *name, unsigned *bits);
const char *grant_name(unsigned i); /* NULL: there are no more */

LM_DEFINE_AUTO(users, users_free);

#endif
