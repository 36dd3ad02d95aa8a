/* SPDX-License-Identifier: Apache-2.0 */
#include "policies/mean.h"

#include <stdlib.h>
#include <string.h>

#include "policies/rule.h"

void mean_init(struct mean *m, size_t n)
{
	m->n = n;
	m->sums = policy_alloc(2 * n, sizeof *m->sums);
	m->spoke = policy_alloc(2 * n, sizeof *m->spoke);
}

void mean_fini(struct mean *m)
{
	free(m->sums);
	free(m->spoke);
}

void mean_clear(struct mean *m)
{
	memset(m->sums, 0, 2 * m->n * sizeof *m->sums);
	memset(m->spoke, 0, 2 * m->n * sizeof *m->spoke);
}

double mean_put(struct mean *m, size_t i, double value)
{
	if (m->n == 1)
		return value;
	m->sums[m->n + i] = value;
	m->spoke[m->n + i] = 1;
	for (size_t at = (m->n + i) / 2; at > 0; at /= 2) {
		m->sums[at] = m->sums[2 * at] + m->sums[2 * at + 1];
		m->spoke[at] = m->spoke[2 * at] + m->spoke[2 * at + 1];
	}
	return m->sums[1] / m->spoke[1];
}
