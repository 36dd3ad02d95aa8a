/* SPDX-License-Identifier: Apache-2.0 */
#include "base/map.h"
#include "base/vec.h"
#include "tosca/catalog/lookup.h"

/* Found once each, in the order in which they are first met. */
struct closure {
	LM_VEC(const struct descriptor *) all;
	struct lm_map *seen;
};

static void add(struct closure *k, const struct descriptor *d)
{
	if (d == NULL || lm_map_find(k->seen, d->name.full) != NULL)
		return;
	lm_map_put(k->seen, d->name.full, k);
	*LM_PUSH(NULL, &k->all) = d;
}

void catalog_closure(const struct catalog *c, const char *full_name,
    void (*each)(void *arg, const struct descriptor *), void *arg)
{
	struct closure k = {.seen = lm_map_new()};

	add(&k, catalog_find(c, full_name));
	for (size_t i = 0; i < k.all.n; i++) {
		const struct descriptor *d = k.all.v[i];

		each(arg, d);
		for (size_t n = 0; n < d->n_components; n++)
			add(&k, catalog_match(c, &d->components[n]));
		for (size_t n = 0; n < d->n_references; n++)
			add(&k, catalog_match(c, &d->references[n]));
	}
	lm_map_free(k.seen);
	lm_vec_free(&k.all);
}
