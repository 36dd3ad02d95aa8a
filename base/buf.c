/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/heap.h"

static void reserve(struct lm_buf *b, size_t need)
{
	if (need < b->cap)
		return;
	size_t cap = b->cap == 0 ? 256 : b->cap;
	while (cap <= need)
		cap *= 2;
	char *p = lm_realloc(b->p, cap);
	b->p = p;
	b->cap = cap;
}

void lm_buf_init(struct lm_buf *b, size_t max)
{
	*b = (struct lm_buf){.max = max};
	reserve(b, 0);
	b->p[0] = '\0';
}

void lm_buf_fini(struct lm_buf *b)
{
	free(b->p);
	*b = (struct lm_buf){0};
}

void lm_buf_clear(struct lm_buf *b)
{
	b->n = 0;
	b->cut = false;
	b->p[0] = '\0';
}

void lm_buf_add(struct lm_buf *b, const char *p, size_t n)
{
	if (n > b->max - b->n) {
		n = b->max - b->n;
		b->cut = true;
	}
	if (n == 0)
		return;
	reserve(b, b->n + n);
	memcpy(b->p + b->n, p, n);
	b->n += n;
	b->p[b->n] = '\0';
}

char *lm_buf_room(struct lm_buf *b, size_t n)
{
	if (n > b->max - b->n)
		return NULL;
	reserve(b, b->n + n);
	return b->p + b->n;
}

void lm_buf_used(struct lm_buf *b, size_t n)
{
	b->n += n;
	b->p[b->n] = '\0';
}

void lm_buf_puts(struct lm_buf *b, const char *text)
{
	lm_buf_add(b, text, strlen(text));
}

const char *lm_int_text(int64_t n, char out[LM_INT_SIZE])
{
	uint64_t left = n < 0 ? 0 - (uint64_t)n : (uint64_t)n;
	char *p = out + LM_INT_SIZE;

	*--p = '\0';
	do
		*--p = (char)('0' + left % 10);
	while ((left /= 10) > 0);
	if (n < 0)
		*--p = '-';
	return p;
}

void lm_buf_printf(struct lm_buf *b, const char *fmt, ...)
{
	char small[256];
	va_list ap, again;

	va_start(ap, fmt);
	va_copy(again, ap);
	int n = vsnprintf(small, sizeof small, fmt, ap);
	va_end(ap);
	if (n >= 0 && (size_t)n < sizeof small) {
		lm_buf_add(b, small, (size_t)n);
	} else if (n >= 0) {
		char *big = lm_alloc_raw((size_t)n + 1);

		vsnprintf(big, (size_t)n + 1, fmt, again);
		lm_buf_add(b, big, (size_t)n);
		free(big);
	}
	va_end(again);
}

char *lm_buf_detach(struct lm_buf *b)
{
	char *p = b->p;
	size_t max = b->max;

	lm_buf_init(b, max);
	return p;
}
