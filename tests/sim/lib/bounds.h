/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_SIM_BOUNDS_H
#define TESTS_SIM_BOUNDS_H

#include "tests/sim/lib/stage.h"

/* What the system does by itself has an end, and what it can do it does. */

/* The body of an event that was written. */
void bounds_event(struct stage *, const char *body);
/* Everything has ended, and nothing goes wrong any more. */
void bounds_rest(struct stage *);

#endif
