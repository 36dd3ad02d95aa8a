/* SPDX-License-Identifier: Apache-2.0 */
#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/heap.h"

/* Longer texts are cut: an error is a line for a person, not a document. */
enum { TEXT_MAX = 2048 };

struct lm_err {
	enum lm_err_kind kind;
	char *text;
};

static const struct {
	const char *text;
	int http;
} kinds[] = {
#define X(name, text, http) [LM_ERR_##name] = {text, http},
    LM_ERR_KINDS(X)
#undef X
};

static struct lm_err *make(enum lm_err_kind kind, const char *tail, const char *fmt, va_list ap)
{
	char text[TEXT_MAX];
	struct lm_err *e = lm_alloc_raw(sizeof *e);
	int n = vsnprintf(text, sizeof text, fmt, ap);

	if (tail != NULL && n >= 0 && (size_t)n < sizeof text)
		snprintf(text + n, sizeof text - (size_t)n, ": %s", tail);
	e->kind = kind;
	e->text = lm_strdup(text);
	return e;
}

struct lm_err *lm_err_new(enum lm_err_kind kind, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	struct lm_err *e = make(kind, NULL, fmt, ap);
	va_end(ap);
	return e;
}

struct lm_err *lm_err_errno(int errnum, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	struct lm_err *e = make(LM_ERR_IO, strerror(errnum), fmt, ap);
	va_end(ap);
	return e;
}

struct lm_err *lm_err_wrap(struct lm_err *cause, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	struct lm_err *e = make(cause->kind, cause->text, fmt, ap);
	va_end(ap);
	lm_err_free(cause);
	return e;
}

void lm_err_free(struct lm_err *e)
{
	if (e == NULL)
		return;
	free(e->text);
	free(e);
}

enum lm_err_kind lm_err_kind(const struct lm_err *e)
{
	return e->kind;
}

const char *lm_err_text(const struct lm_err *e)
{
	return e->text;
}

const char *lm_err_kind_text(enum lm_err_kind kind)
{
	return kinds[kind].text;
}

int lm_err_http_status(enum lm_err_kind kind)
{
	return kinds[kind].http;
}
