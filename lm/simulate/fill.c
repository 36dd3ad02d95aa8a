/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/simulate/fill.h"

#include "tosca/model/descriptor.h"

struct lm_kvs fill_required(const struct catalog *catalog, const char *descriptor,
    const struct lm_kvs *given, struct lm_arena *a)
{
	const struct descriptor *d = catalog_find(catalog, descriptor);
	size_t n = given->n, max = n + (d != NULL ? d->n_properties : 0);
	struct lm_kv *v = LM_NEW_N(a, struct lm_kv, max + 1);

	for (size_t i = 0; i < n; i++)
		v[i] = given->v[i];
	for (size_t i = 0; d != NULL && i < d->n_properties; i++) {
		const struct property *p = &d->properties[i];

		if (p->required && !p->read_only && p->value.n == 0 && p->fallback.n == 0 &&
		    lm_kvs_find(given, p->name.text) == NULL)
			v[n++] = (struct lm_kv){p->name.text, "simulated"};
	}
	return (struct lm_kvs){v, n};
}
