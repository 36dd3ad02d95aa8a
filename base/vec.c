/* SPDX-License-Identifier: Apache-2.0 */
#include "base/vec.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

void *lm_vec_push(struct lm_arena *a, void **v, size_t *n, size_t *cap, size_t size)
{
	if (*n == *cap) {
		size_t more = *cap == 0 ? 4 : *cap * 2;

		if (more > SIZE_MAX / 2 / size)
			abort();
		void *grown = a != NULL ? lm_arena_alloc(a, more * size) : malloc(more * size);
		if (grown == NULL)
			abort();
		if (*n > 0)
			memcpy(grown, *v, *n * size);
		if (a == NULL)
			free(*v);
		*v = grown;
		*cap = more;
	}
	void *slot = (char *)*v + *n * size;
	(*n)++;
	return memset(slot, 0, size);
}

void lm_vec_release(void **v, size_t *n, size_t *cap)
{
	free(*v);
	*v = NULL;
	*n = *cap = 0;
}
