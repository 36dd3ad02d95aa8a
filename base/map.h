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
/*
 * For whoever looks many keys up: memory is what takes the time, and it fetches several things at
 * once.  First of all keys the hash; then of all what lm_map_fetch() wants, in two stages; then they
 * are found.  lm_map_guess() may be somebody else's value, or NULL: to fetch what lies behind it.
 */
uint32_t lm_map_hash(const char *text, size_t n);
void lm_map_fetch(const struct lm_map *, uint32_t hash, int stage); /* 0, then 1 */
const void *lm_map_guess(const struct lm_map *, uint32_t hash);
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
