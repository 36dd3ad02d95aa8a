/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_SIM_SPARES_H
#define TESTS_SIM_SPARES_H

#include "tests/sim/lib/stage.h"

/* What must hold of spares.  The rules know the graph and the states of components, no plans. */

/* After every call of the engine, of a root that it was about. */
void spares_event(struct stage *, const struct instance *);
/* Whatever runs has begun before the manager went down. */
void spares_restart(struct stage *);
/* Everything has ended, and nothing goes wrong any more. */
void spares_rest(struct stage *, const struct instance *);

#endif
