/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/server/auth/users.h"

#include <stdlib.h>
#include <string.h>

#include "base/heap.h"
#include "base/vec.h"
#include "lm/server/auth/users_priv.h"

static const char *const grants[] = {"client_credentials", "password", "refresh_token"};

bool grant_parse(const char *name, unsigned *bits)
{
	for (unsigned i = 0; i < LM_COUNT(grants); i++) {
		if (strcmp(grants[i], name) != 0)
			continue;
		*bits |= 1u << i;
		return true;
	}
	return false;
}

const char *grant_name(unsigned i)
{
	return i < LM_COUNT(grants) ? grants[i] : NULL;
}

struct users *users_new(void)
{
	struct users *u = lm_alloc(sizeof *u);

	return u;
}

void users_free(struct users *u)
{
	if (u == NULL)
		return;
	lm_vec_free(&u->accounts);
	free(u);
}

size_t users_count(const struct users *u)
{
	return u->accounts.n;
}

const struct account *users_at(const struct users *u, size_t i)
{
	return &u->accounts.v[i];
}

static bool is_before(const struct account *a, const char *name)
{
	return strcmp(a->name, name) < 0;
}

/* Where the name is; or, when 'found' becomes false, where it would be. */
static size_t place_of(const struct users *u, const char *name, bool *found)
{
	size_t at = LM_PLACE(u->accounts.v, u->accounts.n, is_before, name);

	*found = at < u->accounts.n && strcmp(u->accounts.v[at].name, name) == 0;
	return at;
}

const struct account *users_find(const struct users *u, const char *name)
{
	bool found = false;
	size_t i = place_of(u, name, &found);

	return found ? &u->accounts.v[i] : NULL;
}

struct account *users_change(struct users *u, const char *name)
{
	bool found = false;
	size_t i = place_of(u, name, &found);

	return found ? &u->accounts.v[i] : NULL;
}

static bool is_name(const char *name)
{
	static const char letters[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.@";
	size_t n = strspn(name, letters);

	return n > 0 && n < ACCOUNT_NAME_SIZE && name[n] == '\0' && name[0] != '-';
}

struct lm_err *users_add(struct users *u, const struct account *a)
{
	bool found = false;
	size_t i = place_of(u, a->name, &found);

	if (!is_name(a->name))
		return lm_err_new(LM_ERR_INVALID,
		    "a name is of letters, digits and -_.@, at most %d of them, and does not begin "
		    "with '-'",
		    ACCOUNT_NAME_SIZE - 1);
	if (found)
		return lm_err_new(LM_ERR_CONFLICT, "there is a %s '%s' already",
		    u->accounts.v[i].is_client ? "client" : "user", a->name);
	if (u->accounts.n >= ACCOUNTS_MAX)
		return lm_err_new(LM_ERR_LIMIT, "there are %d users and clients, which is the most",
		    ACCOUNTS_MAX);
	*LM_INSERT(NULL, &u->accounts, i) = *a;
	return NULL;
}

bool users_remove(struct users *u, const char *name)
{
	bool found = false;
	size_t i = place_of(u, name, &found);

	if (found)
		lm_vec_remove(&u->accounts, i);
	return found;
}

void account_stamp(struct account *a)
{
	char made[PASSWORD_MADE_SIZE];

	password_make(made);
	memcpy(a->stamp, made, STAMP_SIZE - 1);
	a->stamp[STAMP_SIZE - 1] = '\0';
}
