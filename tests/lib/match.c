/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/lib/match.h"

#include <assert.h>
#include <inttypes.h>

enum { KEY_MAX = 128 };

static size_t key_length(const char *condition)
{
	return strcspn(condition, "=~<>");
}

bool match_is_valid(const char *condition)
{
	size_t n = key_length(condition);

	return n > 0 && n < KEY_MAX && condition[n] != '\0';
}

static const json_t *member_find(const json_t *event, const char *condition)
{
	char key[KEY_MAX];
	char *rest = key;
	char *dot;

	snprintf(key, sizeof key, "%.*s", (int)key_length(condition), condition);
	while ((dot = strchr(rest, '.')) != NULL) {
		*dot = '\0';
		event = json_object_get(event, rest);
		rest = dot + 1;
	}
	return json_object_get(event, rest);
}

static void member_text(const json_t *v, char *out, size_t size)
{
	if (json_is_string(v))
		snprintf(out, size, "%s", json_string_value(v));
	else if (json_is_integer(v))
		snprintf(out, size, "%" JSON_INTEGER_FORMAT, json_integer_value(v));
	else if (json_is_real(v))
		snprintf(out, size, "%g", json_real_value(v));
	else if (json_is_boolean(v))
		snprintf(out, size, "%s", json_is_true(v) ? "true" : "false");
	else
		snprintf(out, size, "null");
}

static bool is_one_of(const char *text, const char *alternatives)
{
	size_t n = strlen(text);

	for (const char *p = alternatives;; p++) {
		size_t len = strcspn(p, "|");

		if (len == n && strncmp(p, text, n) == 0)
			return true;
		p += len;
		if (*p == '\0')
			return false;
	}
}

static bool match_one(const json_t *event, const char *condition)
{
	const json_t *v = member_find(event, condition);
	const char *op = condition + key_length(condition);
	char text[512];

	assert(match_is_valid(condition));
	member_text(v, text, sizeof text);
	switch (*op) {
	case '=':
		return is_one_of(text, op + 1);
	case '~':
		return strstr(text, op + 1) != NULL;
	case '>':
		return json_is_number(v) && json_number_value(v) > strtod(op + 1, NULL);
	default:
		return json_is_number(v) && json_number_value(v) < strtod(op + 1, NULL);
	}
}

bool match_all(const json_t *event, const char *const *conditions, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!match_one(event, conditions[i]))
			return false;
	return true;
}
