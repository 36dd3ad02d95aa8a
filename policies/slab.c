/* SPDX-License-Identifier: Apache-2.0 */
#include "policies/slab.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/vec.h"

enum { PER_BLOCK = 128 };

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

void *slab_take(struct slab *s)
{
	void *one = s->given;

	if (one != NULL) {
		memcpy(&s->given, one, sizeof s->given);
		return memset(one, 0, s->size);
	}
	if (s->fresh == s->end) {
		s->fresh = calloc(PER_BLOCK, s->size);
		if (s->fresh == NULL)
			abort();
		s->end = s->fresh + PER_BLOCK * s->size;
		*LM_PUSH(NULL, &s->blocks) = s->fresh;
	}
	one = s->fresh;
	s->fresh += s->size;
	return one;
}

void slab_give(struct slab *s, void *one)
{
	memcpy(one, &s->given, sizeof s->given);
	s->given = one;
}
