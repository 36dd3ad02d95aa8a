/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/server/intake/token.h"

#include <sodium.h>

#include "lm/disk/disk.h"

enum { KEY_BYTES = crypto_auth_hmacsha256_KEYBYTES, PROOF_BYTES = crypto_auth_hmacsha256_BYTES };
enum { PROOF_TEXT = TOKEN_PROOF_SIZE - 1, FORM = sodium_base64_VARIANT_URLSAFE_NO_PADDING };

struct token_key {
	unsigned char bytes[KEY_BYTES];
};

/* ---- the key ---------------------------------------------------------------------------------- */

static struct lm_err *make_key(const struct disk_folder *folder, const char *name)
{
	unsigned char bytes[KEY_BYTES];

	randombytes_buf(bytes, sizeof bytes);
	struct lm_err *e =
	    disk_write(folder, name, &(struct disk_text){.p = bytes, .n = sizeof bytes}, NULL);
	sodium_memzero(bytes, sizeof bytes);
	return e;
}

static struct lm_err *read_key(
    const struct disk_folder *folder, const char *name, unsigned char key[KEY_BYTES])
{
	static const struct disk_demands demands = {.max = 4096, .forbidden = 077};
	struct disk_bytes b;

	struct lm_err *e = disk_read(folder, name, &demands, &b);
	if (e == NULL && b.n == KEY_BYTES)
		memcpy(key, b.p, KEY_BYTES);
	else if (e == NULL)
		e = lm_err_new(LM_ERR_INVALID,
		    "%s/%s is not a key of %d bytes: restore it, or remove it and have new tokens "
		    "made",
		    folder->path, name, KEY_BYTES);
	disk_bytes_fini(&b);
	return e;
}

/* Two who find none at the same time must not both make one: tokens of the first would be none. */
static struct lm_err *read_or_make(
    const struct disk_folder *folder, const char *name, unsigned char key[KEY_BYTES])
{
	enum { PATIENCE_MS = 5000 };
	struct lm_err *e = disk_lock(folder, PATIENCE_MS);

	if (e == NULL)
		e = read_key(folder, name, key);
	if (e == NULL || lm_err_kind(e) != LM_ERR_NOT_FOUND)
		return e;
	lm_err_free(e);
	e = make_key(folder, name);
	return e != NULL ? e : read_key(folder, name, key);
}

struct lm_err *token_key_open(const char *path, bool may_make, struct token_key **out)
{
	struct disk_folder folder;
	const char *name;

	if (sodium_init() < 0)
		return lm_err_new(LM_ERR_IO, "libsodium finds no source of random numbers");
	struct token_key *k = sodium_malloc(sizeof *k); /* never swapped or dumped */
	if (k == NULL)
		abort();
	struct lm_err *e = disk_open_above(&folder, path, &name);
	if (e == NULL)
		e = may_make ? read_or_make(&folder, name, k->bytes)
			     : read_key(&folder, name, k->bytes);
	disk_close(&folder);
	if (e == NULL) {
		*out = k;
		return NULL;
	}
	token_key_free(k);
	return lm_err_wrap(e, "the key of the tokens");
}

void token_key_free(struct token_key *k)
{
	sodium_free(k);
}

/* ---- tokens ----------------------------------------------------------------------------------- */

bool token_subject_is_valid(const char *subject)
{
	static const char letters[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.:";
	size_t n = strspn(subject, letters);

	return n > 0 && n <= TOKEN_SUBJECT_MAX && subject[n] == '\0';
}

void token_prove(const struct token_key *k, const char *text, size_t n, char out[TOKEN_PROOF_SIZE])
{
	unsigned char proof[PROOF_BYTES];

	crypto_auth_hmacsha256(proof, (const unsigned char *)text, n, k->bytes);
	sodium_bin2base64(out, TOKEN_PROOF_SIZE, proof, sizeof proof, FORM);
}

bool token_is_proof(const struct token_key *k, const char *text, size_t n, const char *proof)
{
	char ours[TOKEN_PROOF_SIZE];

	if (strlen(proof) != PROOF_TEXT)
		return false;
	token_prove(k, text, n, ours);
	return sodium_memcmp(ours, proof, PROOF_TEXT) == 0;
}

void token_make(const struct token_key *k, const char *subject, char out[TOKEN_SIZE])
{
	char proof[TOKEN_PROOF_SIZE];

	token_prove(k, subject, strlen(subject), proof);
	snprintf(out, TOKEN_SIZE, "%s.%s", subject, proof);
}

bool token_check(const struct token_key *k, const char *token, char subject[TOKEN_SUBJECT_MAX + 1])
{
	const char *dot = strrchr(token, '.');

	if (dot == NULL || dot == token || dot - token > TOKEN_SUBJECT_MAX)
		return false;
	size_t n = (size_t)(dot - token);
	if (!token_is_proof(k, token, n, dot + 1))
		return false;
	memcpy(subject, token, n);
	subject[n] = '\0';
	return true;
}
