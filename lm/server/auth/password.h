/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_SERVER_AUTH_PASSWORD_H
#define LM_SERVER_AUTH_PASSWORD_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

/*
 * Passwords and clients' secrets, as they are kept: argon2id with 19 MiB and two passes, which takes
 * some 30 ms of a core, on purpose.
 */
enum {
	PASSWORD_MIN = 8, /* bytes */
	PASSWORD_MAX = 256,
	PASSWORD_HASH_SIZE = 128, /* with NUL */
	PASSWORD_MADE_SIZE = 33,
};

/* Both are slow. */
struct lm_err *password_hash(const char *password, char out[PASSWORD_HASH_SIZE]) LM_MUST_USE;
/* NULL for a hash: nobody has it.  That takes as long as any, and is false. */
bool password_verify(const char *hash, const char *password);

/* INVALID: too short, too long. */
struct lm_err *password_check(const char *password) LM_MUST_USE;
/* Whether it is one that password_verify() can read in its time and memory. */
bool password_hash_is_valid(const char *hash);
/* One that nobody guesses: 32 letters and digits of 192 bits. */
void password_make(char out[PASSWORD_MADE_SIZE]);
/* Overwrites what is not needed any more, whatever the compiler thinks of it. */
void password_forget(void *p, size_t n);

#endif
