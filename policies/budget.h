/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_POLICIES_BUDGET_H
#define LM_POLICIES_BUDGET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

/*
 * How often something was done lately, and whether it may be done again: at most 'maximum' times
 * within any 'window_ms'.  Most components are never healed, so there is one only after the first.
 */
struct budget {
	LIST_ENTRY(budget) of_all;
	unsigned n, cap;
	int64_t at_ms[]; /* oldest first */
};

LIST_HEAD(budgets, budget);

/* Spends one, making or growing *b in 'all' as needed.  False: the maximum is reached. */
bool budget_spend(
    struct budgets *all, struct budget **b, unsigned maximum, int64_t window_ms, int64_t now_ms);
/* Those that still count; 'b' may be NULL. */
unsigned budget_spent(const struct budget *b, int64_t window_ms, int64_t now_ms);
/* When each was, oldest first; borrowed until the next is spent.  'b' may be NULL. */
size_t budget_times(const struct budget *, const int64_t **out_ms);
void budget_free(struct budget *); /* NULL: nothing */

#endif
