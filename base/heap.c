/* SPDX-License-Identifier: Apache-2.0 */
#include "base/heap.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *not_null(void *p)
{
	if (p == NULL)
		abort();
	return p;
}

void *lm_alloc(size_t size)
{
	return not_null(calloc(1, size));
}

void *lm_alloc_n(size_t n, size_t size)
{
	return not_null(calloc(n > 0 ? n : 1, size));
}

void *lm_alloc_raw(size_t size)
{
	return not_null(malloc(size));
}

void *lm_realloc(void *p, size_t size)
{
	return not_null(realloc(p, size));
}

char *lm_strdup(const char *text)
{
	return text == NULL ? NULL : not_null(strdup(text));
}

char *lm_strndup(const char *p, size_t n)
{
	return not_null(strndup(p, n));
}

char *lm_strprintf(const char *fmt, ...)
{
	char *text = NULL;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&text, fmt, ap) < 0)
		abort();
	va_end(ap);
	return text;
}
