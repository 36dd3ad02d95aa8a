/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json.h"

#include <math.h>
#include <string.h>

#include "base/utf8.h"

struct lm_json lm_json_on(struct lm_buf *b)
{
	return (struct lm_json){b, false};
}

/* One character, or one byte that is none.  Returns how many bytes were dealt with. */
static size_t quote_one(struct lm_buf *b, const unsigned char *p)
{
	static const char *const short_form[] = {
	    ['"'] = "\\\"", ['\\'] = "\\\\", ['\n'] = "\\n", ['\t'] = "\\t"};
	size_t size = lm_utf8_size((const char *)p);

	if (size == 0)
		lm_buf_puts(b, "\xef\xbf\xbd");
	else if (*p < LM_COUNT(short_form) && short_form[*p] != NULL)
		lm_buf_puts(b, short_form[*p]);
	else if (*p < 0x20 || *p == 0x7f)
		lm_buf_printf(b, "\\u%04x", *p);
	else
		lm_buf_add(b, (const char *)p, size);
	return size == 0 ? 1 : size;
}

/*
 * Eight bytes at a time: is there none that JSON writes in another way?  Each term sets the highest bit
 * of a byte that is below 0x20, a quote, a backslash, 0x7f or above; what is carried from one byte
 * into the next comes from such a byte.
 */
static bool is_plain(const char *p, size_t n)
{
	const uint64_t ones = 0x0101010101010101u;

	for (size_t size; n > 0; p += size, n -= size) {
		uint64_t word = ones * ' ';

		size = n < sizeof word ? n : sizeof word;
		memcpy(&word, p, size);
		uint64_t other = (word - ones * ' ') | ((word ^ ones * '"') - ones) |
				 ((word ^ ones * '\\') - ones) | (word + ones) | word;
		if ((other & ones * 0x80) != 0)
			return false;
	}
	return true;
}

/* Most texts are names, ids and words, which go as they are. */
static bool quote_plain(struct lm_buf *b, const char *text, const char *end, size_t n_end)
{
	size_t n = strlen(text);
	char *to = lm_buf_room(b, n + n_end + 1);

	if (to == NULL || !is_plain(text, n))
		return false;
	*to = '"';
	memcpy(to + 1, text, n);
	memcpy(to + 1 + n, end, n_end);
	lm_buf_used(b, n + n_end + 1);
	return true;
}

void lm_json_quote(struct lm_buf *b, const char *text)
{
	if (quote_plain(b, text, "\"", 1))
		return;
	lm_buf_puts(b, "\"");
	for (const unsigned char *p = (const unsigned char *)text; *p != '\0';)
		p += quote_one(b, p);
	lm_buf_puts(b, "\"");
}

static void member(struct lm_json *j, const char *key)
{
	if (j->comma)
		lm_buf_add(j->out, ",", 1);
	j->comma = true;
	if (key == NULL || quote_plain(j->out, key, "\":", 2))
		return;
	lm_json_quote(j->out, key);
	lm_buf_add(j->out, ":", 1);
}

void lm_json_open(struct lm_json *j, const char *key, char bracket)
{
	member(j, key);
	lm_buf_add(j->out, &bracket, 1);
	j->comma = false;
}

void lm_json_close(struct lm_json *j, char bracket)
{
	lm_buf_add(j->out, &bracket, 1);
	j->comma = true;
}

void lm_json_str(struct lm_json *j, const char *key, const char *s)
{
	member(j, key);
	if (s == NULL)
		lm_buf_puts(j->out, "null");
	else
		lm_json_quote(j->out, s);
}

void lm_json_int(struct lm_json *j, const char *key, int64_t n)
{
	char digits[24];
	size_t at = sizeof digits;
	uint64_t left = n < 0 ? 0 - (uint64_t)n : (uint64_t)n;

	member(j, key);
	do
		digits[--at] = (char)('0' + left % 10);
	while ((left /= 10) > 0);
	if (n < 0)
		digits[--at] = '-';
	lm_buf_add(j->out, digits + at, sizeof digits - at);
}

void lm_json_num(struct lm_json *j, const char *key, double d)
{
	member(j, key);
	if (!isfinite(d))
		lm_buf_puts(j->out, "null");
	else if (d == floor(d) && fabs(d) < 1e15)
		lm_buf_printf(j->out, "%.0f", d);
	else
		lm_buf_printf(j->out, "%.3f", d);
}

void lm_json_bool(struct lm_json *j, const char *key, bool v)
{
	member(j, key);
	lm_buf_puts(j->out, v ? "true" : "false");
}

void lm_json_raw(struct lm_json *j, const char *key, const char *json)
{
	member(j, key);
	lm_buf_puts(j->out, json);
}
