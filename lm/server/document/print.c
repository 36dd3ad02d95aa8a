/* SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/utf8.h"
#include "lm/server/document/document.h"

enum { DEPTH_MAX = 64 };

/* A word that nobody's YAML takes for anything but a text. */
static bool is_word(const char *s)
{
	static const char *const taken[] = {
	    "true", "false", "yes", "no", "on", "off", "null", "y", "n"};

	if (!isalpha((unsigned char)*s))
		return false;
	for (const char *p = s; *p != '\0'; p++)
		if (!isalnum((unsigned char)*p) && strchr("_-./", *p) == NULL)
			return false;
	for (size_t i = 0; i < LM_COUNT(taken); i++)
		if (strcasecmp(s, taken[i]) == 0)
			return false;
	return true;
}

/* Several lines of plain characters, the first not indented and none blank at its end. */
static bool is_block(const char *s)
{
	if (strchr(s, '\n') == NULL || !isgraph((unsigned char)*s))
		return false;
	for (const char *p = s; *p != '\0'; p++) {
		if (*p != '\n' && !isprint((unsigned char)*p))
			return false;
		if (*p == '\n' && (p[-1] == ' ' || p[1] == '\n'))
			return false;
	}
	return true;
}

static void indent(struct lm_buf *out, int depth)
{
	for (int i = 0; i < depth; i++)
		lm_buf_puts(out, "  ");
}

static void print_block(const char *s, int depth, struct lm_buf *out)
{
	lm_buf_puts(out, s[strlen(s) - 1] == '\n' ? "|\n" : "|-\n");
	while (*s != '\0') {
		size_t n = strcspn(s, "\n");

		indent(out, depth);
		lm_buf_add(out, s, n);
		lm_buf_puts(out, "\n");
		s += n + (s[n] == '\n');
	}
}

/* What YAML wants escaped beside what JSON does: controls, line ends, what cannot be seen. */
static bool is_hidden(unsigned c)
{
	return (c >= 0x7f && c < 0xa0) || c == 0x200b || c == 0x2028 || c == 0x2029 ||
	       c == 0xfeff || c == 0xfffe || c == 0xffff;
}

/* The character of two or three bytes at p; of others something that is never hidden. */
static unsigned character_at(const char *p, size_t n)
{
	const unsigned char *b = (const unsigned char *)p;

	return n == 2   ? (b[0] & 0x1fu) << 6 | (b[1] & 0x3fu)
	       : n == 3 ? (b[0] & 0x0fu) << 12 | (b[1] & 0x3fu) << 6 | (b[2] & 0x3fu)
	       : n == 1 ? b[0]
			: 'x';
}

static void quote(struct lm_buf *out, const char *s)
{
	lm_buf_puts(out, "\"");
	while (*s != '\0') {
		size_t n = lm_utf8_size(s) > 0 ? lm_utf8_size(s) : 1;
		unsigned c = character_at(s, n);

		if (c == '"' || c == '\\')
			lm_buf_printf(out, "\\%c", (int)c);
		else if (c == '\n')
			lm_buf_puts(out, "\\n");
		else if (c == '\t')
			lm_buf_puts(out, "\\t");
		else if (c < ' ' || is_hidden(c))
			lm_buf_printf(out, "\\u%04x", c);
		else
			lm_buf_add(out, s, n);
		s += n;
	}
	lm_buf_puts(out, "\"");
}

static void print_text(const char *s, int depth, struct lm_buf *out)
{
	if (is_block(s)) {
		print_block(s, depth, out);
		return;
	}
	if (is_word(s))
		lm_buf_puts(out, s);
	else
		quote(out, s);
	lm_buf_puts(out, "\n");
}

static void print_scalar(const json_t *v, int depth, struct lm_buf *out)
{
	if (json_is_string(v)) {
		print_text(json_string_value(v), depth, out);
		return;
	}
	char *text = json_dumps(v, JSON_ENCODE_ANY | JSON_COMPACT | JSON_REAL_PRECISION(15));
	if (text == NULL)
		abort();
	lm_buf_puts(out, text);
	lm_buf_puts(out, "\n");
	free(text);
}

static bool is_nested(const json_t *v, int depth)
{
	return depth < DEPTH_MAX && (json_object_size(v) > 0 || json_array_size(v) > 0);
}

static void print_value(const json_t *, int depth, bool is_begun, struct lm_buf *);

/* What follows "key:" or "-", on the same line or below it. */
static void print_below(const json_t *v, int depth, struct lm_buf *out)
{
	if (!is_nested(v, depth)) {
		lm_buf_puts(out, " ");
		print_scalar(v, depth, out);
	} else {
		lm_buf_puts(out, "\n");
		print_value(v, depth, false, out);
	}
}

/* 'is_begun': the first line has its indentation already. */
static void print_value(const json_t *v, int depth, bool is_begun, struct lm_buf *out)
{
	const char *key = NULL;
	json_t *member = NULL;
	size_t i = 0;

	if (!is_nested(v, depth)) {
		print_scalar(v, depth, out);
		return;
	}
	json_object_foreach((json_t *)(uintptr_t)v, key, member)
	{
		if (!is_begun)
			indent(out, depth);
		is_begun = false;
		if (is_word(key))
			lm_buf_puts(out, key);
		else
			quote(out, key);
		lm_buf_puts(out, ":");
		print_below(member, depth + 1, out);
	}
	json_array_foreach(v, i, member)
	{
		if (!is_begun)
			indent(out, depth);
		is_begun = false;
		lm_buf_puts(out, "- ");
		print_value(member, depth + 1, true, out);
	}
}

void document_print_yaml(const json_t *v, struct lm_buf *out)
{
	print_value(v, 0, false, out);
}
