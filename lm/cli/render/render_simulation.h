/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_CLI_RENDER_SIMULATION_H
#define LM_CLI_RENDER_SIMULATION_H

#include "lm/cli/render/render.h"
#include "lm/simulate/simulate.h"

/* What it came to, a row for each way to set the policy, then what was decided in each. */
void render_simulation(const struct render *, const struct simulation *, struct lm_buf *out);

#endif
