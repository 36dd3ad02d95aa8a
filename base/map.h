/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_BASE_MAP_H
#define LM_BASE_MAP_H

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"

/*
 * Text to pointer.  Keys are borrowed: they usually are a field of the value and must live as long
 * as the entry.  Walks go in order of insertion, so that everything built on a map is
 * deterministic.
 */
struct lm_map;

struct lm_map *lm_map_new(void);
void lm_map_free(struct lm_map *); /* the values are not touched */
/* Makes room for 'n' entries at once, where their number is known. */
void lm_map_reserve(struct lm_map *, size_t n);

void *lm_map_find(const struct lm_map *, const char *key); /* NULL: no such key */
/* By the first 'n' characters of a text, none of which is NUL. */
void *lm_map_find_part(const struct lm_map *, const char *text, size_t n);
/* The previous value, or NULL.  'value' must not be NULL. */
void *lm_map_put(struct lm_map *, const char *key, void *value);
/* Puts what is not there yet; otherwise all stays as it is, and the value that is there returns. */
void *lm_map_add(struct lm_map *, const char *key, void *value);
/* The value removed, or NULL. */
void *lm_map_remove(struct lm_map *, const char *key);
size_t lm_map_count(const struct lm_map *);

/*
 * for (size_t i = 0; (v = lm_map_next(m, &i)) != NULL;) ...
 * Removing the value just returned is allowed during a walk; putting is not.
 */
void *lm_map_next(const struct lm_map *, size_t *cursor);

LM_DEFINE_AUTO(lm_map, lm_map_free);

/* FNV-1a, the house's hash for short texts. */
uint64_t lm_hash(const char *text);

#endif
