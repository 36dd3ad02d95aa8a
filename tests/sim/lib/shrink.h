/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_SIM_SHRINK_H
#define TESTS_SIM_SHRINK_H

#include "tests/sim/lib/play.h"

/*
 * Takes out of a schedule that fails whatever it does not need in order to fail: actions, faults,
 * pauses, entries and relationships of its assemblies.  What remains fails in the same way.  Returns how many schedules were played for it.
 */
unsigned shrink(struct schedule *, char wrong[WRONG_SIZE]);

/* What a schedule consists of, line by line. */
void schedule_print(const struct schedule *);

#endif
