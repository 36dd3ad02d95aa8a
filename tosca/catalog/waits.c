/* SPDX-License-Identifier: Apache-2.0 */
#include "tosca/catalog/waits.h"

#include <stdlib.h>
#include <string.h>

#include "base/heap.h"

struct waits *waits_dup(const struct waits *from)
{
	size_t n = from->n_properties, total = 0;

	for (size_t i = 0; i < n; i++)
		total += from->inputs[i].n;
	struct waits *waits = lm_alloc_raw(sizeof *waits + n * sizeof *waits->inputs +
					   total * sizeof(uint32_t) + 2 * n * sizeof(bool));
	waits->n_properties = n;
	waits->leafy = from->leafy;
	waits->inputs = (struct waits_list *)(waits + 1);
	uint32_t *v = (uint32_t *)(waits->inputs + n);
	for (size_t i = 0; i < n; i++) {
		waits->inputs[i] = (struct waits_list){v, from->inputs[i].n};
		if (from->inputs[i].n > 0)
			memcpy(v, from->inputs[i].v, from->inputs[i].n * sizeof *v);
		v += from->inputs[i].n;
	}
	waits->given = (bool *)v;
	waits->taken = waits->given + n;
	if (n > 0) {
		memcpy(waits->given, from->given, n * sizeof(bool));
		memcpy(waits->taken, from->taken, n * sizeof(bool));
	}
	return waits;
}

void waits_free(struct waits *waits)
{
	free(waits);
}

bool waits_equal(const struct waits *a, const struct waits *b)
{
	if (a == NULL || b == NULL)
		return a == b;
	size_t n = a->n_properties;
	if (n != b->n_properties || a->leafy != b->leafy)
		return false;
	for (size_t i = 0; i < n; i++) {
		const struct waits_list *la = &a->inputs[i], *lb = &b->inputs[i];

		if (la->n != lb->n || a->given[i] != b->given[i] || a->taken[i] != b->taken[i] ||
		    (la->n > 0 && memcmp(la->v, lb->v, la->n * sizeof la->v[0]) != 0))
			return false;
	}
	return true;
}
