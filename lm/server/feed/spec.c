/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/heap.h"
#include "base/utf8.h"
#include "lm/server/feed/hook.h"
#include "lm/server/feed/shape.h"

/* What an operator says of a webhook. */

static void put(char **where, const char *text)
{
	char *p = lm_strdup(text);

	free(*where);
	*where = p;
}

static struct lm_err *read_text(const json_t *o, const char *key, char **out)
{
	const json_t *v = json_object_get(o, key);

	if (v == NULL || json_is_null(v))
		return NULL;
	if (!json_is_string(v) || strlen(json_string_value(v)) != json_string_length(v))
		return lm_err_new(LM_ERR_INVALID, "\"%s\" must be a text", key);
	put(out, json_string_value(v));
	return NULL;
}

static struct lm_err *add_type(const char *text, size_t n, unsigned *set)
{
	enum event_type t = event_type_parse(text, n);

	if (t == EVENT_TYPES_N || t == EVENT_SAMPLE)
		return lm_err_new(LM_ERR_INVALID,
		    "\"types\": '%.*s' is not a type of events that are kept: %s",
		    n < 64 ? (int)n : 64, text, event_type_names_kept());
	*set |= 1u << t;
	return NULL;
}

/* As people type it: "StepEvent,DeathEvent". */
static struct lm_err *add_types(const char *list, unsigned *set)
{
	struct lm_err *e = NULL;

	for (;;) {
		size_t n = strcspn(list, ",");

		e = add_type(list, n, set);
		if (e != NULL || list[n] == '\0')
			return e;
		list += n + 1;
	}
}

/* A list of texts, or a text that is one. */
static struct lm_err *read_types(const json_t *o, unsigned *out)
{
	const json_t *list = json_object_get(o, "types"), *v;
	struct lm_err *e = NULL;
	unsigned set = 0;

	if (list == NULL || json_is_null(list))
		return NULL;
	if (json_is_string(list))
		e = add_types(json_string_value(list), &set);
	else if (!json_is_array(list) || json_array_size(list) == 0)
		e = lm_err_new(LM_ERR_INVALID, "\"types\" must be a list of types of events: %s",
		    event_type_names_kept());
	for (size_t i = 0; e == NULL && (v = json_array_get(list, i)) != NULL; i++)
		e = add_type(
		    json_is_string(v) ? json_string_value(v) : "", json_string_length(v), &set);
	if (e == NULL)
		*out = set;
	return e;
}

static struct lm_err *read_patience(const json_t *o, unsigned *out)
{
	const json_t *v = json_object_get(o, "giveUpAfterSeconds");
	const char *text = json_string_value(v);
	char *end = NULL;
	long long n = text != NULL ? strtoll(text, &end, 10) : json_integer_value(v);
	bool is_number = json_is_integer(v) || (text != NULL && *text != '\0' && *end == '\0');

	if (v == NULL || json_is_null(v))
		return NULL;
	if (!is_number || n < 1 || n > HOOK_PATIENCE_MAX_S)
		return lm_err_new(LM_ERR_INVALID,
		    "\"giveUpAfterSeconds\" must be a whole number from 1 to %d",
		    HOOK_PATIENCE_MAX_S);
	*out = (unsigned)n;
	return NULL;
}

/* It stands in addresses and lines of logs. */
static bool is_name(const char *text)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789._-";
	size_t n = strlen(text);

	return n > 0 && n <= HOOK_NAME_MAX && text[0] != '.' && strspn(text, allowed) == n;
}

static struct lm_err *check(const struct hook_spec *s)
{
	size_t n = s->secret == NULL ? 0 : strlen(s->secret);

	if (s->name == NULL || !is_name(s->name))
		return lm_err_new(LM_ERR_INVALID,
		    "\"name\" must be of 1 to %d letters, digits and any of \"._-\", and not begin "
		    "with a dot",
		    HOOK_NAME_MAX);
	if (s->url == NULL || strlen(s->url) > HOOK_URL_MAX)
		return lm_err_new(LM_ERR_INVALID,
		    "\"url\" must say where to send events: http[s]://HOST:PORT/PATH, of at most "
		    "%d bytes",
		    HOOK_URL_MAX);
	if (n < HOOK_SECRET_MIN || n > HOOK_SECRET_MAX)
		return lm_err_new(LM_ERR_INVALID,
		    "\"secret\" must have from %d to %d bytes; the receiver checks by it who has "
		    "sent an event",
		    HOOK_SECRET_MIN, HOOK_SECRET_MAX);
	struct lm_err *e = web_check(s->url, true);
	return e == NULL ? NULL : lm_err_wrap(e, "\"url\"");
}

struct lm_err *hook_spec_read(struct hook_spec *spec, const json_t *o)
{
	struct hook_spec s;

	if (!json_is_object(o))
		return lm_err_new(LM_ERR_INVALID, "the body must be a JSON object");
	hook_spec_copy(&s, spec);
	struct lm_err *e = read_text(o, "name", &s.name);
	if (e == NULL)
		e = read_text(o, "url", &s.url);
	if (e == NULL)
		e = read_text(o, "secret", &s.secret);
	if (e == NULL)
		e = read_types(o, &s.types);
	if (e == NULL)
		e = read_patience(o, &s.patience_s);
	if (e == NULL)
		e = check(&s);
	if (e == NULL && spec->name != NULL && strcmp(spec->name, s.name) != 0)
		e = lm_err_new(LM_ERR_INVALID,
		    "\"name\" cannot be changed: make another webhook and remove this one");
	if (e != NULL) {
		hook_spec_fini(&s);
		return e;
	}
	hook_spec_fini(spec);
	*spec = s;
	return NULL;
}

static json_t *list_types(const struct hook_spec *s)
{
	json_t *list = json_array();

	for (enum event_type t = 0; t < EVENT_TYPES_N; t++)
		if (s->types >> t & 1)
			json_array_append_new(list, json_string(event_type_text(t)));
	return list;
}

json_t *hook_spec_object(const struct hook_spec *s, int64_t since)
{
	json_t *o = json_pack("{s:s, s:s, s:s, s:o, s:i, s:I}", "name", s->name, "url", s->url,
	    "secret", s->secret, "types", list_types(s), "giveUpAfterSeconds", (int)s->patience_s,
	    "since", (json_int_t)since);

	if (o == NULL)
		abort(); /* its texts came as JSON */
	return o;
}

void hook_spec_copy(struct hook_spec *to, const struct hook_spec *from)
{
	*to = (struct hook_spec){
	    .name = lm_strdup(from->name),
	    .url = lm_strdup(from->url),
	    .secret = lm_strdup(from->secret),
	    .types = from->types,
	    .patience_s = from->patience_s,
	};
}

void hook_spec_fini(struct hook_spec *s)
{
	free(s->name);
	free(s->url);
	free(s->secret);
	*s = (struct hook_spec){0};
}
