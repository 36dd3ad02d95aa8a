/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_BASE_VEC_H
#define LM_BASE_VEC_H

#include <stddef.h>
#include <string.h>

#include "base/arena.h"

/*
 * A growing array: LM_VEC(struct step) steps = {0};
 *	struct step *s = LM_PUSH(arena, &steps);   one more, zeroed; aborts when memory is out
 * With an arena the old storage may stay behind in it; with a NULL arena the storage is on the heap
 * and belongs to the vector's owner, who ends it with lm_vec_free(&steps).
 * A push moves the elements: hold indices across it, not pointers.
 */
#define LM_VEC(type)           \
	struct {               \
		type *v;       \
		size_t n, cap; \
	}

#define LM_PUSH(arena, vec)                 \
	((__typeof__((vec)->v))lm_vec_push( \
	    (arena), (void **)&(vec)->v, &(vec)->n, &(vec)->cap, sizeof *(vec)->v))

#define lm_vec_free(vec)                                                    \
	do {                                                                \
		lm_vec_release((void **)&(vec)->v, &(vec)->n, &(vec)->cap); \
	} while (0)

/* One more before the one at 'at', zeroed; those behind it move down. */
#define LM_INSERT(arena, vec, at)             \
	((__typeof__((vec)->v))lm_vec_insert( \
	    (arena), (void **)&(vec)->v, &(vec)->n, &(vec)->cap, sizeof *(vec)->v, (at)))

/*
 * Where 'key' belongs among 'n' elements in order: the number of those that come before it, which
 * is_before(&v[i], key) tells.
 */
#define LM_PLACE(v, n, is_before, key)                              \
	__extension__({                                             \
		size_t low_ = 0, high_ = (n);                       \
		while (low_ < high_) {                              \
			size_t middle_ = low_ + (high_ - low_) / 2; \
			if (is_before(&(v)[middle_], (key)))        \
				low_ = middle_ + 1;                 \
			else                                        \
				high_ = middle_;                    \
		}                                                   \
		low_;                                               \
	})

/* Takes one element out; those behind it move up. */
#define lm_vec_remove(vec, at)                                  \
	do {                                                    \
		size_t lm_at = (at);                            \
		(vec)->n--;                                     \
		memmove(&(vec)->v[lm_at], &(vec)->v[lm_at + 1], \
		    ((vec)->n - lm_at) * sizeof(vec)->v[0]);    \
	} while (0)

void *lm_vec_push(struct lm_arena *, void **v, size_t *n, size_t *cap, size_t size);
void *lm_vec_insert(struct lm_arena *, void **v, size_t *n, size_t *cap, size_t size, size_t at);
void lm_vec_release(void **v, size_t *n, size_t *cap);

#endif
