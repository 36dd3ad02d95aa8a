/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json.h"

#include <math.h>

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

void lm_json_quote(struct lm_buf *b, const char *text)
{
	lm_buf_puts(b, "\"");
	for (const unsigned char *p = (const unsigned char *)text; *p != '\0';)
		p += quote_one(b, p);
	lm_buf_puts(b, "\"");
}

static void member(struct lm_json *j, const char *key)
{
	if (j->comma)
		lm_buf_puts(j->out, ",");
	j->comma = true;
	if (key != NULL) {
		lm_json_quote(j->out, key);
		lm_buf_puts(j->out, ":");
	}
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
	member(j, key);
	lm_buf_printf(j->out, "%lld", (long long)n);
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
