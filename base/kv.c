/* SPDX-License-Identifier: Apache-2.0 */
#include "base/kv.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/heap.h"

const char *lm_kvs_find(const struct lm_kvs *kvs, const char *name)
{
	for (size_t i = 0; i < kvs->n; i++)
		if (strcmp(kvs->v[i].name, name) == 0)
			return kvs->v[i].value;
	return NULL;
}

struct lm_kvs lm_kvs_copy(struct lm_arena *a, const struct lm_kvs *from)
{
	struct lm_kvs to = {LM_NEW_N(a, struct lm_kv, from->n), from->n};

	for (size_t i = 0; i < from->n; i++) {
		to.v[i].name = lm_arena_strdup(a, from->v[i].name);
		to.v[i].value = lm_arena_strdup(a, from->v[i].value);
	}
	return to;
}

static void drop(struct lm_kvs *kvs, size_t i)
{
	free((char *)kvs->v[i].name);
	free((char *)kvs->v[i].value);
	kvs->n--;
	memmove(&kvs->v[i], &kvs->v[i + 1], (kvs->n - i) * sizeof *kvs->v);
}

void lm_kvs_set(struct lm_kvs *kvs, const char *name, const char *value)
{
	size_t i = 0;

	while (i < kvs->n && strcmp(kvs->v[i].name, name) != 0)
		i++;
	if (i < kvs->n && value == NULL) {
		drop(kvs, i);
	} else if (i < kvs->n) {
		char *fresh = lm_strdup(value);

		free((char *)kvs->v[i].value);
		kvs->v[i].value = fresh;
	} else if (value != NULL) {
		kvs->v = lm_realloc(kvs->v, (kvs->n + 1) * sizeof *kvs->v);
		kvs->v[kvs->n++] = (struct lm_kv){lm_strdup(name), lm_strdup(value)};
	}
}

void lm_kvs_lay(struct lm_kvs *kvs, const struct lm_kvs *over)
{
	for (size_t i = 0; i < over->n; i++)
		lm_kvs_set(kvs, over->v[i].name, over->v[i].value);
}

void lm_kvs_fini(struct lm_kvs *kvs)
{
	while (kvs->n > 0)
		drop(kvs, kvs->n - 1);
	free(kvs->v);
	*kvs = (struct lm_kvs){0};
}
