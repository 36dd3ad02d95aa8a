/* SPDX-License-Identifier: Apache-2.0 */
#include "policies/budget.h"

#include <stdlib.h>
#include <string.h>

#include "base/heap.h"

static unsigned expired(const struct budget *b, int64_t window_ms, int64_t now_ms)
{
	unsigned n = 0;

	while (n < b->n && now_ms - b->at_ms[n] >= window_ms)
		n++;
	return n;
}

static void make_room(struct budgets *all, struct budget **b, unsigned maximum)
{
	unsigned cap = *b == NULL ? 4 : (*b)->cap * 2;

	if (*b != NULL)
		LIST_REMOVE(*b, of_all);
	if (cap > maximum)
		cap = maximum;
	struct budget *grown = lm_realloc(*b, sizeof *grown + cap * sizeof grown->at_ms[0]);
	if (*b == NULL)
		grown->n = 0;
	grown->cap = cap;
	LIST_INSERT_HEAD(all, grown, of_all);
	*b = grown;
}

bool budget_spend(
    struct budgets *all, struct budget **b, unsigned maximum, int64_t window_ms, int64_t now_ms)
{
	if (*b != NULL) {
		unsigned old = expired(*b, window_ms, now_ms);

		(*b)->n -= old;
		memmove((*b)->at_ms, (*b)->at_ms + old, (*b)->n * sizeof(*b)->at_ms[0]);
	}
	if (*b != NULL && (*b)->n >= maximum)
		return false;
	if (*b == NULL || (*b)->n == (*b)->cap)
		make_room(all, b, maximum);
	(*b)->at_ms[(*b)->n++] = now_ms;
	return true;
}

unsigned budget_spent(const struct budget *b, int64_t window_ms, int64_t now_ms)
{
	return b == NULL ? 0 : b->n - expired(b, window_ms, now_ms);
}

size_t budget_times(const struct budget *b, const int64_t **out_ms)
{
	*out_ms = b == NULL ? NULL : b->at_ms;
	return b == NULL ? 0 : b->n;
}

void budget_free(struct budget *b)
{
	if (b == NULL)
		return;
	LIST_REMOVE(b, of_all);
	free(b);
}
