/* SPDX-License-Identifier: Apache-2.0 */
#include "base/vec.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static void *grown_in(struct lm_arena *a, void *v, size_t size, size_t more)
{
	if (v != NULL && lm_arena_extend(a, v, size, more - size))
		return v;
	void *copy = lm_arena_alloc(a, more);
	if (size > 0)
		memcpy(copy, v, size);
	return copy;
}

void *lm_vec_push(struct lm_arena *a, void **v, size_t *n, size_t *cap, size_t size)
{
	if (*n == *cap) {
		/* In an arena it can mostly grow where it lies, and most have one element. */
		size_t more = *cap > 0 ? *cap * 2 : a != NULL ? 1 : 4;

		if (more > SIZE_MAX / 2 / size)
			abort();
		*v = a != NULL ? grown_in(a, *v, *cap * size, more * size)
			       : realloc(*v, more * size);
		if (*v == NULL)
			abort();
		*cap = more;
	}
	void *slot = (char *)*v + *n * size;
	(*n)++;
	return memset(slot, 0, size);
}

void *lm_vec_insert(struct lm_arena *a, void **v, size_t *n, size_t *cap, size_t size, size_t at)
{
	lm_vec_push(a, v, n, cap, size);
	char *slot = (char *)*v + at * size;
	memmove(slot + size, slot, (*n - 1 - at) * size);
	return memset(slot, 0, size);
}

void lm_vec_release(void **v, size_t *n, size_t *cap)
{
	free(*v);
	*v = NULL;
	*n = *cap = 0;
}
