/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_SIM_MUTATE_H
#define TESTS_SIM_MUTATE_H

#include "tests/sim/lib/stage.h"

/* Where the stage goes wrong on purpose, when the schedule says so; otherwise as it must be. */

void mutate_execute(struct stage *, const struct step_request *);
void mutate_restored(struct stage *);
bool mutate_loses_turn(struct stage *);
void mutate_fini(struct stage *);

#endif
