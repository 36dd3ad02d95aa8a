/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/server/intake/reply.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/heap.h"

/* Ids of steps have a '/', which a token's subject cannot hold. */
static void subject_of(const char *step, char out[TOKEN_SUBJECT_MAX + 1])
{
	snprintf(out, TOKEN_SUBJECT_MAX + 1, TOKEN_STEP "%s", step);
	for (char *p = out; *p != '\0'; p++)
		if (*p == '/')
			*p = ':';
}

void reply_token_make(const struct token_key *key, const char *step, char out[TOKEN_SIZE])
{
	char subject[TOKEN_SUBJECT_MAX + 1];

	subject_of(step, subject);
	token_make(key, subject, out);
}

bool reply_token_check(const struct token_key *key, const char *token, const char *step)
{
	char wanted[TOKEN_SUBJECT_MAX + 1], subject[TOKEN_SUBJECT_MAX + 1];

	subject_of(step, wanted);
	return token_check(key, token, subject) && strcmp(subject, wanted) == 0;
}

static bool is_everywhere(const char *address, size_t n)
{
	static const char *const all[] = {"0.0.0.0", "[::]"};

	for (size_t i = 0; i < LM_COUNT(all); i++)
		if (n == strlen(all[i]) && strncmp(address, all[i], n) == 0)
			return true;
	return false;
}

char *reply_url_below(const char *api)
{
	size_t n = strlen(api);
	char *url = NULL;

	while (n > 0 && api[n - 1] == '/')
		n--;
	url = lm_strprintf("%.*s/api/driver/responses", (int)n, api);
	return url;
}

char *reply_url_of(const char *address, bool is_secure)
{
	const char *port = strrchr(address, ':');
	size_t n = port == NULL ? strlen(address) : (size_t)(port - address);
	char host[256] = "localhost", api[512];

	if (!is_everywhere(address, n))
		snprintf(host, sizeof host, "%.*s", (int)n, address);
	else if (gethostname(host, sizeof host - 1) != 0)
		snprintf(host, sizeof host, "localhost");
	snprintf(
	    api, sizeof api, "http%s://%s%s", is_secure ? "s" : "", host, port == NULL ? "" : port);
	return reply_url_below(api);
}
