/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"

#include <stdalign.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/heap.h"

/*
 * The first block is small, so that a small request stays small; later ones are a quarter of what
 * was taken so far, up to a cap: what is freed is a few large pieces, which the next arena gets
 * again, and of what stays little is left unused.
 */
enum { BLOCK_FIRST = 1024, BLOCK_CAP = 16 * 1024 * 1024 };

/* Objects are taken from the front of a block, aligned; texts from its back, side by side. */
struct block {
	struct block *next;
	size_t size;
	size_t front, back; /* between them it is free */
	alignas(max_align_t) char data[];
};

struct lm_arena {
	struct block *head;
	size_t total;
};

struct lm_arena *lm_arena_new(void)
{
	struct lm_arena *a = lm_alloc(sizeof *a);

	return a;
}

static void blocks_free(struct block *b)
{
	for (struct block *next; b != NULL; b = next) {
		next = b->next;
		free(b);
	}
}

void lm_arena_free(struct lm_arena *a)
{
	if (a == NULL)
		return;
	blocks_free(a->head);
	free(a);
}

static struct block *block_new(size_t size, struct block *next)
{
	struct block *b = lm_alloc_raw(sizeof *b + size);

	b->next = next;
	b->size = b->back = size;
	b->front = 0;
	return b;
}

/* One block that would have held all of it; a much larger one from before is given back. */
void lm_arena_clear(struct lm_arena *a, size_t keep)
{
	size_t want = a->total < keep ? a->total : keep;
	struct block **at = &a->head;

	while (*at != NULL && ((*at)->size < want || (*at)->size / 8 > want))
		at = &(*at)->next;
	struct block *kept = *at;
	if (kept != NULL)
		*at = kept->next;
	blocks_free(a->head);
	if (kept == NULL && want > 0)
		kept = block_new(want, NULL);
	if (kept != NULL) {
		kept->next = NULL;
		kept->front = 0;
		kept->back = kept->size;
	}
	a->head = kept;
	a->total = 0;
}

/*
 * A block with room for 'need' bytes.  What is larger than a block gets one of its own behind the
 * present one, whose free bytes would be lost otherwise.
 */
static struct block *block_add(struct lm_arena *a, size_t need)
{
	size_t usual = a->total / 4;
	usual = usual < BLOCK_FIRST ? BLOCK_FIRST : usual < BLOCK_CAP ? usual : BLOCK_CAP;
	bool alone = need > usual;
	size_t size = alone ? need : usual;

	if (alone && a->head != NULL)
		return a->head->next = block_new(size, a->head->next);
	return a->head = block_new(size, a->head);
}

static struct block *block_for(struct lm_arena *a, size_t size)
{
	struct block *b = a->head;

	if (size > SIZE_MAX / 2)
		abort();
	a->total += size;
	return b != NULL && b->back - b->front >= size ? b : block_add(a, size);
}

void *lm_arena_take(struct lm_arena *a, size_t size, size_t align)
{
	size_t gap = a->head == NULL ? 0 : -a->head->front & (align - 1);
	struct block *b = block_for(a, size + gap);

	if (b->front == 0)
		gap = 0;
	char *p = b->data + b->front + gap;
	b->front += gap + size;
	return memset(p, 0, size);
}

void *lm_arena_alloc(struct lm_arena *a, size_t size)
{
	return lm_arena_take(a, size, alignof(max_align_t));
}

bool lm_arena_extend(struct lm_arena *a, const void *piece, size_t size, size_t more)
{
	struct block *b = a->head;

	if (b == NULL || (const char *)piece + size != b->data + b->front ||
	    b->back - b->front < more)
		return false;
	memset(b->data + b->front, 0, more);
	b->front += more;
	a->total += more;
	return true;
}

static char *text_alloc(struct lm_arena *a, size_t size)
{
	struct block *b = block_for(a, size);

	b->back -= size;
	b->data[b->back + size - 1] = '\0';
	return b->data + b->back;
}

char *lm_arena_strndup(struct lm_arena *a, const char *p, size_t n)
{
	char *s = text_alloc(a, n + 1);

	if (n > 0)
		memcpy(s, p, n);
	return s;
}

char *lm_arena_strdup(struct lm_arena *a, const char *text)
{
	return text == NULL ? NULL : lm_arena_strndup(a, text, strlen(text));
}

char *lm_arena_printf(struct lm_arena *a, const char *fmt, ...)
{
	va_list ap, again;

	va_start(ap, fmt);
	va_copy(again, ap);
	int n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0)
		abort();
	char *s = text_alloc(a, (size_t)n + 1);
	vsnprintf(s, (size_t)n + 1, fmt, again);
	va_end(again);
	return s;
}

char *lm_arena_join(struct lm_arena *a, const char *first, ...)
{
	va_list ap;
	size_t n = strlen(first);

	va_start(ap, first);
	for (const char *p; (p = va_arg(ap, const char *)) != NULL;)
		n += strlen(p);
	va_end(ap);
	char *s = text_alloc(a, n + 1), *to = stpcpy(s, first);
	va_start(ap, first);
	for (const char *p; (p = va_arg(ap, const char *)) != NULL;)
		to = stpcpy(to, p);
	va_end(ap);
	return s;
}

size_t lm_arena_used(const struct lm_arena *a)
{
	return a->total;
}
