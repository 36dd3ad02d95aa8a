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
 * Of eight bytes: is there one that JSON writes in another way?  Each term sets the highest bit of a
 * byte that is below 0x20, a quote, a backslash, 0x7f or above; what is carried from one byte into
 * the next comes from such a byte.
 */
static bool has_other(uint64_t word)
{
	const uint64_t ones = 0x0101010101010101u;
	uint64_t other = (word - ones * ' ') | ((word ^ ones * '"') - ones) |
			 ((word ^ ones * '\\') - ones) | (word + ones) | word;

	return (other & ones * 0x80) != 0;
}

static uint64_t copy_word(char *to, const char *p)
{
	uint64_t word;

	memcpy(&word, p, sizeof word);
	memcpy(to, &word, sizeof word);
	return word;
}

/* Up to seven bytes, some of them twice, as a word that has nothing else in it but one more of them. */
static uint64_t copy_short(char *to, const char *p, size_t n)
{
	uint32_t first, last;

	if (n >= sizeof first) {
		memcpy(&first, p, sizeof first);
		memcpy(&last, p + n - sizeof last, sizeof last);
		memcpy(to, &first, sizeof first);
		memcpy(to + n - sizeof last, &last, sizeof last);
		return (uint64_t)first << 32 | last;
	}
	to[0] = p[0];
	to[n / 2] = p[n / 2];
	to[n - 1] = p[n - 1];
	return 0x0101010101010000u * (unsigned char)p[0] | (uint64_t)(unsigned char)p[n / 2] << 8 |
	       (unsigned char)p[n - 1];
}

/* Copies as long as that is all there is to do; false: it is not, whatever was written until then. */
static bool copy_plain(char *to, const char *p, size_t n)
{
	bool other = false;

	if (n < sizeof(uint64_t))
		return n == 0 || !has_other(copy_short(to, p, n));
	size_t last = n - sizeof(uint64_t);
	for (size_t i = 0; i < last; i += sizeof(uint64_t))
		other = has_other(copy_word(to + i, p + i)) || other;
	return !has_other(copy_word(to + last, p + last)) && !other;
}

/* Most texts are names, ids and words, which go as they are: the whole member's key, or a value. */
static bool quote_plain(struct lm_buf *b, bool comma, const char *text, bool is_key)
{
	size_t n = strlen(text);
	char *start = lm_buf_room(b, n + sizeof ",\"\":" - 1), *to = start;

	if (start == NULL)
		return false;
	if (comma)
		*to++ = ',';
	*to++ = '"';
	if (!copy_plain(to, text, n))
		return false;
	to += n;
	*to++ = '"';
	if (is_key)
		*to++ = ':';
	lm_buf_used(b, (size_t)(to - start));
	return true;
}

void lm_json_quote(struct lm_buf *b, const char *text)
{
	if (quote_plain(b, false, text, false))
		return;
	lm_buf_puts(b, "\"");
	for (const unsigned char *p = (const unsigned char *)text; *p != '\0';)
		p += quote_one(b, p);
	lm_buf_puts(b, "\"");
}

static void member(struct lm_json *j, const char *key)
{
	bool comma = j->comma;

	j->comma = true;
	if (key != NULL && quote_plain(j->out, comma, key, true))
		return;
	if (comma)
		lm_buf_add(j->out, ",", 1);
	if (key == NULL)
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
	char digits[LM_INT_SIZE];

	member(j, key);
	lm_buf_puts(j->out, lm_int_text(n, digits));
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
