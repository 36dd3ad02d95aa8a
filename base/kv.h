/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_BASE_KV_H
#define LM_BASE_KV_H

#include <stddef.h>

/*
 * Names with values, in order: properties, outputs, attributes.  Every value is text, as in the
 * language (reference: every property value is a string); NULL is "unset".
 */
struct lm_kv {
	const char *name;
	const char *value;
};

struct lm_kvs {
	struct lm_kv *v;
	size_t n;
};

/* The value of 'name', or NULL when there is none or it is unset. */
const char *lm_kvs_find(const struct lm_kvs *, const char *name);

struct lm_arena;
/* A deep copy whose texts live in the arena. */
struct lm_kvs lm_kvs_copy(struct lm_arena *, const struct lm_kvs *);

/*
 * The same list with storage and texts of its own on the heap.  Only lists that began as {0} and
 * were changed by these functions alone may be passed.
 */
void lm_kvs_set(struct lm_kvs *, const char *name, const char *value); /* NULL: unset, forgotten */
void lm_kvs_lay(struct lm_kvs *, const struct lm_kvs *over);           /* sets each of them */
void lm_kvs_fini(struct lm_kvs *);

#endif
