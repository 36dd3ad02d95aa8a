/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_POLICIES_SLAB_H
#define LM_POLICIES_SLAB_H

#include <stddef.h>

/*
 * Many things of one size, side by side, without a header each.  What was given back is taken first;
 * memory returns to the system when the slab ends.
 */
struct slab {
	size_t size;       /* of one */
	void *given;       /* those given back, each pointing to the next */
	char *fresh, *end; /* what was never taken yet */
	struct {
		void **v;
		size_t n, cap;
	} blocks;
};

/* Things of 64 bytes and their multiples begin where a line of the cache does. */
void slab_init(struct slab *, size_t size);
void slab_fini(struct slab *);
void *slab_take(struct slab *); /* zeroed; aborts when memory is out */
void slab_give(struct slab *, void *);

#endif
