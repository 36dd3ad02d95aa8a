/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_BASE_ARENA_H
#define LM_BASE_ARENA_H

#include <stdalign.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"

/*
 * Memory that dies together: a compilation, a graph, a plan, a request each own one arena.
 * Nothing taken from it is freed alone, and nothing in it may own a descriptor or a heap block.
 * Running out of memory aborts: inputs are bounded before they reach an arena, and the journal
 * brings the manager back.
 */
struct lm_arena;

struct lm_arena *lm_arena_new(void);
void lm_arena_free(struct lm_arena *);
/*
 * Empty again, for what is filled over and over: as much memory as it has just needed, and at most
 * 'keep' bytes, is not given back to the system.
 */
void lm_arena_clear(struct lm_arena *, size_t keep);

/* Zeroed, aligned for any type, never NULL. */
void *lm_arena_alloc(struct lm_arena *, size_t size);
/* The same for one type: 'align' is a power of two. */
void *lm_arena_take(struct lm_arena *, size_t size, size_t align);
/* Makes a piece larger where it lies, when no other was taken since and there is room. */
bool lm_arena_extend(struct lm_arena *, const void *piece, size_t size, size_t more);
/* Texts lie side by side, unaligned: one of n bytes costs n + 1. */
char *lm_arena_strdup(struct lm_arena *, const char *text); /* NULL stays NULL */
char *lm_arena_strndup(struct lm_arena *, const char *p, size_t n);
char *lm_arena_printf(struct lm_arena *, const char *fmt, ...) LM_PRINTF(2, 3);
/* The texts one behind the other; the last argument is NULL. */
char *lm_arena_join(struct lm_arena *, const char *first, ...) __attribute__((sentinel));
/* Bytes handed out so far, for limits and tests. */
size_t lm_arena_used(const struct lm_arena *);

#define LM_NEW(arena, type) LM_NEW_N(arena, type, 1)
#define LM_NEW_N(arena, type, n) \
	((type *)lm_arena_take((arena), sizeof(type) * (n), alignof(__typeof__(type))))

LM_DEFINE_AUTO(lm_arena, lm_arena_free);

#endif
