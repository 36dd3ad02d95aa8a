/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_SIM_RULES_H
#define TESTS_SIM_RULES_H

#include "tests/sim/lib/stage.h"

/*
 * What must hold at every moment.  The rules know the graph, the table of states and the records;
 * of plans they know nothing.
 */

/* After every call of the engine: what it has added to the turn. */
void rules_event(struct stage *);
/* The turn's records are durable now. */
void rules_committed(struct stage *);
/* This step is about to be asked of the driver. */
void rules_perform(struct stage *, const struct step_request *);
/* The manager has died: what was said but not committed was never said. */
void rules_restart(struct stage *);

#endif
