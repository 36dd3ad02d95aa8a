/* SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "lm/server/sites/sites_priv.h"

bool text_is_given(const char *text)
{
	return text != NULL && text[0] != '\0';
}

const char *text_at(const json_t *o, const char *name)
{
	const char *text = json_string_value(json_object_get(o, name));

	return text == NULL ? "" : text;
}

struct lm_err *field_text(const json_t *o, const char *name, const char **out)
{
	const json_t *v = json_object_get(o, name);

	*out = json_string_value(v);
	if (v == NULL || json_is_null(v) || json_is_string(v))
		return NULL;
	return lm_err_new(LM_ERR_INVALID, "\"%s\" must be a text", name);
}

struct lm_err *field_needed(const json_t *o, const char *name, const char *help, const char **out)
{
	struct lm_err *e = field_text(o, name, out);

	if (e == NULL && !text_is_given(*out))
		e = lm_err_new(LM_ERR_INVALID, "\"%s\" is missing: %s", name, help);
	return e;
}

struct lm_err *field_name(const json_t *o, const char *help, const char **out)
{
	struct lm_err *e = field_needed(o, "name", help, out);

	if (e == NULL && strchr(*out, '/') != NULL)
		e = lm_err_new(LM_ERR_INVALID,
		    "the name '%.80s' has a '/': what is called so could not be addressed", *out);
	return e;
}

struct lm_err *field_same_name(const json_t *o, const char *name)
{
	const char *given = NULL;

	struct lm_err *e = field_text(o, "name", &given);
	if (e == NULL && given != NULL && strcmp(given, name) != 0)
		e = lm_err_new(LM_ERR_INVALID,
		    "the body names '%.80s', the address '%s': nothing is renamed, create another "
		    "and delete this one",
		    given, name);
	return e;
}

bool url_is_base(const char *url)
{
	size_t scheme = strncasecmp(url, "https://", 8) == 0  ? 8
			: strncasecmp(url, "http://", 7) == 0 ? 7
							      : 0;
	size_t host = strcspn(&url[scheme], "/");

	for (const char *p = url; *p != '\0'; p++)
		if (!isgraph((unsigned char)*p) || strchr("?#\\\"<>^`{|}", *p) != NULL)
			return false;
	return scheme > 0 && host > 0 && url[scheme] != ':' &&
	       memchr(&url[scheme], '@', host) == NULL;
}
