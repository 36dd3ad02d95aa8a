/* SPDX-License-Identifier: Apache-2.0 */
#include "base/log.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/json.h"
#include "base/time.h"

enum { LINE_SIZE = 2048, FMT_SIZE = 512, KEY_SIZE = 64, JSON_MAX = 64 * 1024 };

static struct {
	enum lm_log_level threshold;
	enum lm_log_form form;
} settings = {LM_LOG_INFO, LM_LOG_TEXT};
static const char *const level_text[] = {"debug", "info", "warn", "error"};

void lm_log_set_level(enum lm_log_level level)
{
	settings.threshold = level;
}

void lm_log_set_form(enum lm_log_form form)
{
	settings.form = form;
}

/* ---- fields ----------------------------------------------------------------------------------------- */

/* Where the values of a format's fields stand in the text that was made of it. */
struct fields {
	const char *fmt, *text;
	size_t n; /* of the text */
};

/* How long the text is that the first 'n' characters of the format make. */
static size_t length_of(const struct fields *f, size_t n, va_list *ap)
{
	char head[FMT_SIZE];
	va_list copy;

	if (n >= sizeof head)
		return f->n;
	memcpy(head, f->fmt, n);
	head[n] = '\0';
	va_copy(copy, *ap);
	int made = vsnprintf(NULL, 0, head, copy);
	va_end(copy);
	return made < 0 || (size_t)made > f->n ? f->n : (size_t)made;
}

static bool is_key(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '-';
}

/* One integer and nothing else. */
static bool is_number(const char *fmt, size_t n)
{
	return n >= 2 && fmt[0] == '%' && memchr(fmt + 1, '%', n - 1) == NULL &&
	       strchr("diu", fmt[n - 1]) != NULL;
}

/* 'at': behind the '=' in the format.  Returns where the value ends there. */
static size_t print_field(
    struct lm_json *j, const struct fields *f, const char *key, size_t at, va_list *ap)
{
	char value[LINE_SIZE];
	bool quoted = f->fmt[at] == '"';
	size_t from = at + quoted, n = strcspn(f->fmt + from, quoted ? "\"" : " ");
	size_t begin = length_of(f, from, ap), end = length_of(f, from + n, ap);

	snprintf(value, sizeof value, "%.*s", (int)(end - begin), f->text + begin);
	if (!quoted && is_number(f->fmt + from, n) && value[0] != '\0')
		lm_json_raw(j, key, value);
	else
		lm_json_str(j, key, value);
	return from + n;
}

static void print_fields(struct lm_json *j, const struct fields *f, va_list *ap)
{
	char key[KEY_SIZE];

	lm_json_open(j, "fields", '{');
	for (size_t i = 0; f->fmt[i] != '\0';) {
		size_t n = 0;

		while (is_key(f->fmt[i + n]))
			n++;
		if (n > 0 && n < sizeof key && f->fmt[i + n] == '=') {
			snprintf(key, sizeof key, "%.*s", (int)n, f->fmt + i);
			i = print_field(j, f, key, i + n + 1, ap);
			continue;
		}
		i += n;
		i += strcspn(f->fmt + i, " ");
		i += strspn(f->fmt + i, " ");
	}
	lm_json_close(j, '}');
}

/* ---- a line ------------------------------------------------------------------------------------------- */

static void print_json(
    const char *at, enum lm_log_level level, const char *event, const struct fields *f, va_list *ap)
{
	struct lm_buf b;

	lm_buf_init(&b, JSON_MAX);
	struct lm_json j = lm_json_on(&b);
	lm_json_open(&j, NULL, '{');
	lm_json_str(&j, "time", at);
	lm_json_str(&j, "level", level_text[level]);
	lm_json_str(&j, "event", event);
	lm_json_str(&j, "message", f->text);
	print_fields(&j, f, ap);
	lm_json_close(&j, '}');
	fprintf(stderr, "%s\n", b.p);
	lm_buf_fini(&b);
}

static void print_text(const char *at, enum lm_log_level level, const char *event, char *line)
{
	for (char *p = line; *p != '\0'; p++) /* one event, one line, and nothing for terminals */
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			*p = ' ';
	fprintf(stderr, "%s %-5s %s %s\n", at, level_text[level], event, line);
}

void lm_log(enum lm_log_level level, const char *event, const char *fmt, ...)
{
	char line[LINE_SIZE], at[LM_TIME_SIZE];
	struct timespec now;
	va_list ap;

	if (level < settings.threshold)
		return;
	clock_gettime(CLOCK_REALTIME, &now);
	lm_time_text(now.tv_sec * INT64_C(1000) + now.tv_nsec / 1000000, at);
	va_start(ap, fmt);
	int n = vsnprintf(line, sizeof line, fmt, ap);
	va_end(ap);
	if (n < 0)
		return;
	if (settings.form == LM_LOG_TEXT) {
		print_text(at, level, event, line);
		return;
	}
	va_start(ap, fmt);
	print_json(at, level, event, &(struct fields){fmt, line, strlen(line)}, &ap);
	va_end(ap);
}
