/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_SERVER_METER_HISTOGRAM_H
#define LM_SERVER_METER_HISTOGRAM_H

#include <stddef.h>
#include <stdint.h>

/* How long things took, in a few fixed classes from half a millisecond to ten seconds. */
enum { HISTOGRAM_N = 13 };

struct histogram {
	uint64_t n[HISTOGRAM_N + 1]; /* up to a bound, each; the last is without one */
	uint64_t sum_ns;
};

extern const double histogram_seconds[HISTOGRAM_N];

void histogram_add(struct histogram *, uint64_t ns);

#endif
