/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_SIM_ACTS_H
#define TESTS_SIM_ACTS_H

#include "tests/sim/lib/stage.h"

/* One thing that an operator, the traffic or fate does. */
void act(struct stage *, const struct action *);
/* "s0", "s1", ...: the instance of a root assembly. */
const char *root_name(unsigned root);

#endif
