/* SPDX-License-Identifier: Apache-2.0 */
#include "policies/slab.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/heap.h"
#include "base/vec.h"

enum { BLOCK = 16384, LINE = 64 };

void slab_init(struct slab *s, size_t size)
{
	assert(size >= sizeof(void *) && size % sizeof(void *) == 0);
	*s = (struct slab){.size = size};
}

void slab_fini(struct slab *s)
{
	for (size_t i = 0; i < s->blocks.n; i++)
		free(s->blocks.v[i]);
	lm_vec_free(&s->blocks);
}

static void add_block(struct slab *s)
{
	size_t n = BLOCK / s->size + 1;
	char *block = lm_alloc(n * s->size + LINE - 1);

	*LM_PUSH(NULL, &s->blocks) = block;
	s->fresh = block + (LINE - (uintptr_t)block % LINE) % LINE;
	s->end = s->fresh + n * s->size;
}

void *slab_take(struct slab *s)
{
	void *one = s->given;

	if (one != NULL) {
		memcpy(&s->given, one, sizeof s->given);
		return memset(one, 0, s->size);
	}
	if (s->fresh == s->end)
		add_block(s);
	one = s->fresh;
	s->fresh += s->size;
	return one;
}

void slab_give(struct slab *s, void *one)
{
	memcpy(one, &s->given, sizeof s->given);
	s->given = one;
}
