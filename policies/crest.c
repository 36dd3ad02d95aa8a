/* SPDX-License-Identifier: Apache-2.0 */
#include "policies/crest.h"

void crest_put(struct crest *c, unsigned size, int64_t at_ms)
{
	while (c->n > 0 && c->marks[c->n - 1].size <= size)
		c->n--;
	if (c->n == CREST_MARKS) {
		c->marks[c->n - 2].at_ms = c->marks[c->n - 1].at_ms;
		c->n--;
	}
	c->marks[c->n].size = size;
	c->marks[c->n].at_ms = at_ms;
	c->n++;
}

unsigned crest_since(const struct crest *c, int64_t since_ms)
{
	for (unsigned i = 0; i < c->n; i++)
		if (c->marks[i].at_ms >= since_ms)
			return c->marks[i].size;
	return 0;
}
