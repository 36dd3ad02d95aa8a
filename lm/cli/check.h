/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_CLI_CHECK_H
#define LM_CLI_CHECK_H

#include <stdio.h>

#include "lm/cli/cli.h"
#include "tosca/text/diag.h"

/* As --colour says; "auto", the default: on a terminal, unless NO_COLOR is set. */
bool check_wants_colour(const struct args *, FILE *to);
/* What the compiler found, as text. */
void check_print(const struct args *, const struct diags *, FILE *to);

#endif
