/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/server/intake/token.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

enum { KEY_BYTES = crypto_auth_hmacsha256_KEYBYTES, PROOF_BYTES = crypto_auth_hmacsha256_BYTES };
enum { PROOF_TEXT = TOKEN_PROOF_SIZE - 1, FORM = sodium_base64_VARIANT_URLSAFE_NO_PADDING };

struct token_key {
	unsigned char bytes[KEY_BYTES];
};

/* ---- the key ---------------------------------------------------------------------------------- */

static struct lm_err *write_key(int fd, const char *path)
{
	unsigned char bytes[KEY_BYTES];

	randombytes_buf(bytes, sizeof bytes);
	ssize_t n = write(fd, bytes, sizeof bytes);
	sodium_memzero(bytes, sizeof bytes);
	if (n != KEY_BYTES)
		return lm_err_errno(n < 0 ? errno : ENOSPC, "cannot write %s", path);
	if (fsync(fd) != 0)
		return lm_err_errno(errno, "cannot write %s", path);
	return NULL;
}

/* Its name must survive a loss of power, too: tokens are out in the world from now on. */
static struct lm_err *sync_folder(const char *path)
{
	char copy[PATH_MAX];

	snprintf(copy, sizeof copy, "%s", path);
	const char *folder = dirname(copy);
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int rc = fd < 0 ? -1 : fsync(fd), saved = errno;

	if (fd >= 0)
		close(fd);
	return rc == 0 ? NULL : lm_err_errno(saved, "cannot write the folder %s", folder);
}

/* The whole key appears under its name, or none. */
static struct lm_err *make_key(const char *path)
{
	char fresh[PATH_MAX];

	if (snprintf(fresh, sizeof fresh, "%s.new", path) >= (int)sizeof fresh)
		return lm_err_new(LM_ERR_INVALID, "the name %s is too long", path);
	unlink(fresh);
	int fd = open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return lm_err_errno(errno, "cannot make %s", fresh);
	struct lm_err *e = write_key(fd, fresh);
	close(fd);
	if (e == NULL && rename(fresh, path) != 0)
		e = lm_err_errno(errno, "cannot make %s", path);
	if (e != NULL)
		unlink(fresh);
	return e != NULL ? e : sync_folder(path);
}

static struct lm_err *read_key(int fd, const char *path, struct token_key *k)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return lm_err_errno(errno, "cannot read %s", path);
	if ((st.st_mode & 077) != 0)
		return lm_err_new(LM_ERR_INVALID,
		    "others than its owner can read or write %s, the key of all tokens: see who "
		    "did, "
		    "then 'chmod 600' it, or remove it and have new tokens made",
		    path);
	if (!S_ISREG(st.st_mode) || st.st_size != KEY_BYTES)
		return lm_err_new(LM_ERR_INVALID,
		    "%s is not a key of %d bytes: restore it, or remove it and have new tokens "
		    "made",
		    path, KEY_BYTES);
	ssize_t n = read(fd, k->bytes, KEY_BYTES);
	if (n != KEY_BYTES)
		return lm_err_errno(n < 0 ? errno : EIO, "cannot read %s", path);
	return NULL;
}

struct lm_err *token_key_open(const char *path, bool may_make, struct token_key **out)
{
	struct lm_err *e = NULL;

	if (sodium_init() < 0)
		return lm_err_new(LM_ERR_IO, "libsodium finds no source of random numbers");
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0 && errno == ENOENT && may_make) {
		e = make_key(path);
		if (e != NULL)
			return e;
		fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	}
	if (fd < 0)
		return lm_err_errno(errno, "cannot read the key of the tokens, %s", path);
	struct token_key *k = sodium_malloc(sizeof *k); /* never swapped or dumped */
	if (k == NULL)
		abort();
	e = read_key(fd, path, k);
	close(fd);
	if (e != NULL)
		token_key_free(k);
	else
		*out = k;
	return e;
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
