/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_SIM_REST_H
#define TESTS_SIM_REST_H

#include "tests/sim/lib/stage.h"

/* What must hold when nothing is due any more. */

/* Every process has ended, a failed one with a reason; the journal and the outside agree. */
void rest_check(struct stage *);
/* Nothing goes wrong any more: what was wanted last is reached, wholly. */
void rest_converge(struct stage *);
/* Everything can be deleted, and nothing is left. */
void rest_delete(struct stage *);

#endif
