/* SPDX-License-Identifier: Apache-2.0 */
#include "policies/mean.h"

#include <stdlib.h>
#include <string.h>

#include "base/heap.h"
#include "policies/rule.h"

void mean_init(struct mean *m, size_t n)
{
	m->n = n;
	m->sums = lm_alloc_n(2 * n, sizeof *m->sums);
}

void mean_fini(struct mean *m)
{
	free(m->sums);
}

void mean_clear(struct mean *m)
{
	memset(m->sums, 0, 2 * m->n * sizeof *m->sums);
}

double mean_put(struct mean *m, size_t i, double value)
{
	if (m->n == 1)
		return value;
	m->sums[m->n + i] = (struct mean_sum){value, 1};
	for (size_t at = (m->n + i) / 2; at > 0; at /= 2) {
		const struct mean_sum *a = &m->sums[2 * at], *b = a + 1;

		m->sums[at] = (struct mean_sum){a->sum + b->sum, a->spoke + b->spoke};
	}
	return m->sums[1].sum / m->sums[1].spoke;
}
