/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_POLICIES_MEAN_H
#define LM_POLICIES_MEAN_H

#include <stddef.h>

/*
 * The mean of the latest value of each of n, those left out that have none yet.  Their sums are kept
 * in a tree, so that a new value costs log n, and nothing is left of an old one however large it was.
 */
struct mean {
	struct mean_sum {
		double sum;
		unsigned spoke; /* of how many that have a value */
	} * sums; /* [1]: of all; [i]: of [2i] and [2i + 1]; [n + i]: the value of i */
	size_t n;
};

void mean_init(struct mean *, size_t n);
void mean_fini(struct mean *);
void mean_clear(struct mean *); /* nobody has spoken */
/* The new mean.  'value' is finite and not negative. */
double mean_put(struct mean *, size_t i, double value);

#endif
