/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/server/feed/sign.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

static const char scheme[] = "sha256=";

static void add(crypto_auth_hmacsha256_state *s, const char *p, size_t n)
{
	crypto_auth_hmacsha256_update(s, (const unsigned char *)p, n);
}

void sign_message(
    const char *secret, const char *timestamp, const char *body, size_t n, char out[SIGN_SIZE])
{
	unsigned char proof[crypto_auth_hmacsha256_BYTES];
	crypto_auth_hmacsha256_state s;

	if (sodium_init() < 0)
		abort();
	crypto_auth_hmacsha256_init(&s, (const unsigned char *)secret, strlen(secret));
	add(&s, timestamp, strlen(timestamp));
	add(&s, ".", 1);
	add(&s, body, n);
	crypto_auth_hmacsha256_final(&s, proof);
	sodium_memzero(&s, sizeof s);
	memcpy(out, scheme, sizeof scheme);
	sodium_bin2hex(
	    out + sizeof scheme - 1, SIGN_SIZE - (sizeof scheme - 1), proof, sizeof proof);
}
