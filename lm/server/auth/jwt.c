/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/server/auth/jwt.h"

#include <jansson.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "lm/server/auth/privilege.h"

enum { FORM = sodium_base64_VARIANT_URLSAFE_NO_PADDING, CLAIMS_MAX = 768 };

/* {"alg":"HS256","typ":"JWT"}, and the dot behind it */
static const char header[] = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.";

static void write_place(struct lm_json *j, const struct jwt *t)
{
	lm_json_bool(j, "refresh", true);
	lm_json_str(j, "line", t->line);
	lm_json_int(j, "turn", t->turn);
	lm_json_int(j, "begun", t->begun_s);
}

static void write_claims(const struct jwt *t, struct lm_buf *out)
{
	struct lm_json j = lm_json_on(out);

	lm_json_open(&j, NULL, '{');
	lm_json_str(&j, "sub", t->subject);
	lm_json_str(&j, "username", t->subject);
	lm_json_open(&j, "roles", '[');
	for (unsigned i = 0; role_name(i) != NULL; i++)
		if ((t->roles >> i & 1) != 0)
			lm_json_str(&j, NULL, role_name(i));
	lm_json_close(&j, ']');
	lm_json_int(&j, "iat", t->issued_s);
	lm_json_int(&j, "exp", t->expires_s);
	lm_json_str(&j, "jti", t->id);
	lm_json_str(&j, "stamp", t->stamp);
	if (t->client[0] != '\0')
		lm_json_str(&j, "client_id", t->client);
	if (t->is_refresh)
		write_place(&j, t);
	lm_json_close(&j, '}');
}

void jwt_make(const struct token_key *k, const struct jwt *t, char out[JWT_SIZE])
{
	char text[sodium_base64_ENCODED_LEN(CLAIMS_MAX, FORM)], proof[TOKEN_PROOF_SIZE];
	struct lm_buf claims;

	lm_buf_init(&claims, CLAIMS_MAX);
	write_claims(t, &claims);
	sodium_bin2base64(text, sizeof text, (const unsigned char *)claims.p, claims.n, FORM);
	lm_buf_fini(&claims);
	int n = snprintf(out, JWT_SIZE, "%s%s", header, text);
	token_prove(k, out, (size_t)n, proof);
	snprintf(out + n, JWT_SIZE - (size_t)n, ".%s", proof);
}

static bool copy(const json_t *claims, const char *key, char *out, size_t size)
{
	const char *text = json_string_value(json_object_get(claims, key));

	return snprintf(out, size, "%s", text != NULL ? text : "") < (int)size;
}

static void read_roles(const json_t *list, unsigned *bits)
{
	size_t i = 0;
	const json_t *role = NULL;

	json_array_foreach(list, i, role)
	{
		const char *name = json_string_value(role);

		if (name != NULL)
			(void)role_parse(name, bits);
	}
}

/* The first of a line need not say so. */
static bool read_place(const json_t *claims, struct jwt *out)
{
	json_int_t turn = json_integer_value(json_object_get(claims, "turn"));

	out->turn = (unsigned)turn;
	out->begun_s = json_integer_value(json_object_get(claims, "begun"));
	if (!copy(claims, "line", out->line, sizeof out->line) || turn < 0 || turn > INT32_MAX)
		return false;
	if (out->line[0] == '\0') {
		memcpy(out->line, out->id, sizeof out->line);
		out->begun_s = out->issued_s;
	}
	return true;
}

static bool read_claims(const char *p, size_t n, struct jwt *out)
{
	json_t *claims = json_loadb(p, n, 0, NULL);
	const json_t *expires = json_object_get(claims, "exp");

	*out = (struct jwt){
	    .issued_s = json_integer_value(json_object_get(claims, "iat")),
	    .expires_s = json_integer_value(expires),
	    .is_refresh = json_is_true(json_object_get(claims, "refresh")),
	};
	read_roles(json_object_get(claims, "roles"), &out->roles);
	bool ok = json_is_integer(expires) &&
		  copy(claims, "sub", out->subject, sizeof out->subject) &&
		  copy(claims, "client_id", out->client, sizeof out->client) &&
		  copy(claims, "stamp", out->stamp, sizeof out->stamp) &&
		  copy(claims, "jti", out->id, sizeof out->id) &&
		  (!out->is_refresh || read_place(claims, out));
	json_decref(claims);
	return ok;
}

enum jwt_verdict jwt_read(
    const struct token_key *k, const char *token, int64_t now_s, struct jwt *out)
{
	unsigned char claims[CLAIMS_MAX];
	const size_t head = sizeof header - 1;
	const char *dot = strrchr(token, '.');
	size_t n = 0;

	if (strlen(token) >= JWT_SIZE || strncmp(token, header, head) != 0 || dot < token + head)
		return JWT_FOREIGN;
	/* Nothing behind the header is looked at before it is known to be ours. */
	if (!token_is_proof(k, token, (size_t)(dot - token), dot + 1))
		return JWT_FOREIGN;
	if (sodium_base642bin(claims, sizeof claims, token + head, (size_t)(dot - token) - head,
		NULL, &n, NULL, FORM) != 0 ||
	    !read_claims((const char *)claims, n, out))
		return JWT_FOREIGN;
	return out->expires_s > now_s ? JWT_GOOD : JWT_EXPIRED;
}
