/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdio.h>

#include "tests/sim/lib/shrink.h"

/* A seed decides everything: played again, it does the same to the last letter. */
enum { SEEDS = 200 };

static uint64_t fingerprint(uint64_t seed, struct family *f)
{
	struct trace trace = {.is_on = true};
	struct coverage coverage = {0};
	struct schedule s;
	char wrong[WRONG_SIZE];

	schedule_make(&s, seed);
	play(&s, f, &coverage, &trace, wrong);
	trace_text(&trace, wrong);
	return trace.hash;
}

int main(void)
{
	struct family kept = {0};
	unsigned failed = 0, alike = 0;
	uint64_t last = 0;

	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		struct family fresh = {0};
		uint64_t first = fingerprint(seed, &kept), again = fingerprint(seed, &fresh);

		family_fini(&fresh);
		if (first != again) {
			printf("seed %" PRIu64 " did one thing first and another then\n", seed);
			failed++;
		}
		alike += first == last;
		last = first;
	}
	family_fini(&kept);
	if (alike > 0)
		printf(
		    "%u seeds did what the one before did: the fingerprint says nothing\n", alike);
	failed += alike > 0;
	printf("twice: %u passed, %u failed\n", SEEDS - failed, failed);
	return failed > 0;
}
