/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/cli/render/yaml.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "base/attr.h"
#include "base/json.h"

enum { DEPTH_MAX = 512, INDENT = 2 };

/* ---- texts ------------------------------------------------------------------------------------ */

/* Words that YAML 1.1 or 1.2 takes for something else than a text. */
static bool is_reserved(const char *s)
{
	static const char *const words[] = {
	    "null", "true", "false", "yes", "no", "on", "off", "y", "n"};

	for (size_t i = 0; i < LM_COUNT(words); i++)
		if (strcasecmp(words[i], s) == 0)
			return true;
	return false;
}

/* Numbers, dates and what looks like them begin with none of these; nor do the signs of YAML. */
static bool can_begin(char c)
{
	return isalpha((unsigned char)c) || c == '_' || c == '/' || (c & 0x80) != 0;
}

static bool is_plain(const char *s)
{
	size_t n = strlen(s);

	if (n == 0 || !can_begin(s[0]) || is_reserved(s) || s[n - 1] == ' ' || s[n - 1] == ':')
		return false;
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)s[i] < ' ' || s[i] == 0x7f || (s[i] == ':' && s[i + 1] == ' ') ||
		    (s[i] == ' ' && s[i + 1] == '#'))
			return false;
	return true;
}

/* Several lines that need no escapes, and whose first shows how far they are indented. */
static bool is_block(const char *s)
{
	if (strchr(s, '\n') == NULL || isspace((unsigned char)s[0]))
		return false;
	for (; *s != '\0'; s++)
		if (((unsigned char)*s < ' ' && *s != '\n' && *s != '\t') || *s == 0x7f)
			return false;
	return true;
}

static void put_block(const char *s, size_t indent, struct lm_buf *out)
{
	size_t n = strlen(s);
	bool ends = s[n - 1] == '\n', more = ends && n > 1 && s[n - 2] == '\n';

	lm_buf_puts(out, more ? "|+\n" : ends ? "|\n" : "|-\n");
	while (*s != '\0') {
		size_t line = strcspn(s, "\n");

		if (line > 0)
			lm_buf_printf(out, "%*s%.*s", (int)indent, "", (int)line, s);
		lm_buf_puts(out, "\n");
		s += line + (s[line] == '\n');
	}
}

/* With the end of its line. */
static void put_text(const char *s, size_t indent, struct lm_buf *out)
{
	if (is_block(s)) {
		put_block(s, indent > 0 ? indent : INDENT, out);
		return;
	}
	if (is_plain(s))
		lm_buf_puts(out, s);
	else
		lm_json_quote(out, s);
	lm_buf_puts(out, "\n");
}

static void put_key(const char *key, struct lm_buf *out)
{
	if (is_plain(key))
		lm_buf_puts(out, key);
	else
		lm_json_quote(out, key);
	lm_buf_puts(out, ":");
}

/* ---- values ----------------------------------------------------------------------------------- */

/*
 * Where a collection begins: at the top, behind "key:", where its first line needs one of its own, or
 * behind "- ", where it goes on in the same.
 */
enum place { AT_TOP, BEHIND_KEY, BEHIND_DASH };

static void put_value(const json_t *, size_t indent, enum place, size_t depth, struct lm_buf *);

static void begin_entry(size_t i, size_t indent, enum place place, struct lm_buf *out)
{
	if (i == 0 && place == BEHIND_KEY)
		lm_buf_puts(out, "\n");
	if (i > 0 || place == BEHIND_KEY)
		lm_buf_printf(out, "%*s", (int)indent, "");
}

static void put_object(
    const json_t *object, size_t indent, enum place place, size_t depth, struct lm_buf *out)
{
	json_t *all = (json_t *)(uintptr_t)object, *value = NULL;
	const char *key = NULL;
	size_t i = 0;

	json_object_foreach(all, key, value)
	{
		begin_entry(i++, indent, place, out);
		put_key(key, out);
		put_value(value, indent + INDENT, BEHIND_KEY, depth + 1, out);
	}
}

static void put_array(
    const json_t *array, size_t indent, enum place place, size_t depth, struct lm_buf *out)
{
	/* A list behind a key stands as deep as the key. */
	size_t own = place == BEHIND_KEY ? indent - INDENT : indent;

	for (size_t i = 0; i < json_array_size(array); i++) {
		begin_entry(i, own, place, out);
		lm_buf_puts(out, "- ");
		put_value(json_array_get(array, i), own + INDENT, BEHIND_DASH, depth + 1, out);
	}
}

static void put_scalar(const json_t *v, struct lm_buf *out)
{
	char *text = json_dumps(v, JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));

	lm_buf_printf(out, "%s\n", text != NULL ? text : "null");
	free(text);
}

static void put_value(
    const json_t *v, size_t indent, enum place place, size_t depth, struct lm_buf *out)
{
	const char *space = place == BEHIND_KEY ? " " : "";
	bool is_empty = json_is_object(v) ? json_object_size(v) == 0 : json_array_size(v) == 0;

	if ((json_is_object(v) || json_is_array(v)) && (is_empty || depth >= DEPTH_MAX)) {
		lm_buf_printf(out, "%s%s\n", space, json_is_object(v) ? "{}" : "[]");
	} else if (json_is_object(v)) {
		put_object(v, indent, place, depth, out);
	} else if (json_is_array(v)) {
		put_array(v, indent, place, depth, out);
	} else {
		lm_buf_puts(out, space);
		if (json_is_string(v))
			put_text(json_string_value(v), indent, out);
		else
			put_scalar(v, out);
	}
}

void render_yaml(const json_t *v, struct lm_buf *out)
{
	put_value(v, 0, AT_TOP, 0, out);
}
