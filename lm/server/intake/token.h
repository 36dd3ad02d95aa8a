/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_SERVER_INTAKE_TOKEN_H
#define LM_SERVER_INTAKE_TOKEN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

/*
 * Who may write metrics.  A token is a subject, a dot, and the proof that this manager gave it out:
 * an HMAC-SHA256 over the subject with a key that never leaves the state folder.  Nothing about
 * tokens is stored, so that there are as many as there are components, and a component has the same
 * one for all its life.  Another key takes back all of them.
 *
 * A subject is the id of a component, or "writer:NAME" for somebody outside.
 */
struct token_key;

#define TOKEN_KEY_NAME "metrics.key" /* of the key's file in the state folder */

#define TOKEN_WRITER   "writer:" /* a subject outside begins so */

enum {
	TOKEN_SUBJECT_MAX = 80,
	TOKEN_SIZE = TOKEN_SUBJECT_MAX + 1 + 43 + 1, /* with the dot, the proof and NUL */
};

/*
 * Reads the key's file, or with 'may_make' makes one that is not there yet, readable by its owner
 * alone.  INVALID: it is no key, or others can read it.
 */
struct lm_err *token_key_open(const char *path, bool may_make, struct token_key **out) LM_MUST_USE;
void token_key_free(struct token_key *); /* NULL is fine */

/* The same proof over anything else that this manager gives out: base64url, 43 letters and NUL. */
enum { TOKEN_PROOF_SIZE = 44 };
void token_prove(const struct token_key *, const char *text, size_t n, char out[TOKEN_PROOF_SIZE]);
/* Whether it is that proof; the time it takes tells nothing of how near it came. */
bool token_is_proof(const struct token_key *, const char *text, size_t n, const char *proof);

/* Whether a token can be made for it: not empty, not too long, letters, digits and "-_.:" only. */
bool token_subject_is_valid(const char *subject);
/* The token of a valid subject. */
void token_make(const struct token_key *, const char *subject, char out[TOKEN_SIZE]);
/* False: this key did not make it.  The time it takes tells nothing of how near it came. */
bool token_check(const struct token_key *, const char *token, char subject[TOKEN_SUBJECT_MAX + 1]);

LM_DEFINE_AUTO(token_key, token_key_free);

#endif
