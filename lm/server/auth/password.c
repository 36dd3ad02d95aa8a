/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/server/auth/password.h"

#include <sodium.h>
#include <string.h>

_Static_assert(PASSWORD_HASH_SIZE == crypto_pwhash_STRBYTES, "the library's size");

enum { PASSES = 2, MEMORY = 19 * 1024 * 1024, MADE_BYTES = 24 };

/* Of the form and cost of a real one; of a password that nobody knows, for it was never there. */
static const char nobodys[PASSWORD_HASH_SIZE] =
    "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5aGFzdGhpc29uZQ$"
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

struct lm_err *password_hash(const char *password, char out[PASSWORD_HASH_SIZE])
{
	if (sodium_init() < 0 ||
	    crypto_pwhash_str(out, password, strlen(password), PASSES, MEMORY) != 0)
		return lm_err_new(
		    LM_ERR_IO, "a password cannot be hashed: there is no memory for it");
	return NULL;
}

bool password_verify(const char *hash, const char *password)
{
	char padded[PASSWORD_HASH_SIZE] = {0};

	if (sodium_init() < 0)
		return false;
	memcpy(padded, hash != NULL ? hash : nobodys, strlen(hash != NULL ? hash : nobodys));
	int rc = crypto_pwhash_str_verify(padded, password, strlen(password));
	return rc == 0 && hash != NULL;
}

struct lm_err *password_check(const char *password)
{
	size_t n = strlen(password);

	if (n >= PASSWORD_MIN && n <= PASSWORD_MAX)
		return NULL;
	return lm_err_new(LM_ERR_INVALID, "a password or secret has %d to %d bytes, this one %zu",
	    PASSWORD_MIN, PASSWORD_MAX, n);
}

bool password_hash_is_valid(const char *hash)
{
	char padded[PASSWORD_HASH_SIZE] = {0};
	size_t n = strlen(hash);

	if (n >= sizeof padded || sodium_init() < 0)
		return false;
	memcpy(padded, hash, n);
	return crypto_pwhash_str_needs_rehash(padded, PASSES, MEMORY) == 0;
}

void password_make(char out[PASSWORD_MADE_SIZE])
{
	unsigned char bytes[MADE_BYTES];

	if (sodium_init() < 0)
		abort();
	randombytes_buf(bytes, sizeof bytes);
	sodium_bin2base64(
	    out, PASSWORD_MADE_SIZE, bytes, sizeof bytes, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	sodium_memzero(bytes, sizeof bytes);
}

void password_forget(void *p, size_t n)
{
	sodium_memzero(p, n);
}
