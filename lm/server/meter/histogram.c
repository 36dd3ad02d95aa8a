/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/server/meter/histogram.h"

const double histogram_seconds[HISTOGRAM_N] = {
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10};

void histogram_add(struct histogram *h, uint64_t ns)
{
	double s = (double)ns / 1e9;
	size_t i = 0;

	while (i < HISTOGRAM_N && s > histogram_seconds[i])
		i++;
	h->n[i]++;
	h->sum_ns += ns;
}
