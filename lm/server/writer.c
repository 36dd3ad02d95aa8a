/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/server/writer.h"

#include <string.h>

static bool refuse(struct http_request *r, const char *text)
{
	http_put_header(r, "WWW-Authenticate", "Bearer realm=\"metrics\"");
	http_answer_error(r, 401, "%s", text);
	return false;
}

static bool is_named(const char *subject)
{
	static const char prefix[] = TOKEN_WRITER;

	return strncmp(subject, prefix, sizeof prefix - 1) == 0;
}

bool writer_is_named(const struct token_key *key, struct http_request *r)
{
	char subject[TOKEN_SUBJECT_MAX + 1];
	const char *token = http_bearer(r);

	return token != NULL && token_check(key, token, subject) && is_named(subject);
}

bool writer_read(const struct token_key *key, struct http_request *r, struct writer *out)
{
	const char *token = http_bearer(r);

	if (token == NULL)
		return refuse(r, "who reports? Send 'Authorization: Bearer TOKEN': scripts of a "
				 "component have one in "
				 "LM_METRICS_TOKEN, for others there is 'lm token'");
	if (!token_check(key, token, out->subject))
		return refuse(
		    r, "this token is not one of this manager's: 'lm token' makes another");
	out->is_trusted = is_named(out->subject);
	return true;
}

bool writer_may_report(const struct writer *w, const struct engine *e, const char *metric_key)
{
	return w->is_trusted || strcmp(w->subject, metric_key) == 0 ||
	       engine_may_report(e, w->subject, metric_key);
}
