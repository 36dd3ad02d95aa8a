/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_POLICIES_CREST_H
#define LM_POLICIES_CREST_H

#include <stdint.h>

/*
 * The largest of the numbers seen within the last so-many milliseconds, in little room: a number is
 * forgotten as soon as one came that is as large.  Where the rest is still too much, a number lives
 * on until the next smaller one would have been forgotten.
 */
enum { CREST_MARKS = 16 };

struct crest {
	unsigned n;
	struct {
		int64_t at_ms;
		unsigned size;
	} marks[CREST_MARKS]; /* ever smaller, ever later */
};

void crest_put(struct crest *, unsigned size, int64_t at_ms);
/* Since then and at that time; 0: nothing was. */
unsigned crest_since(const struct crest *, int64_t since_ms);

#endif
