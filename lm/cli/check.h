/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_CLI_CHECK_H
#define LM_CLI_CHECK_H

#include <stdio.h>

#include "tosca/text/diag.h"

/* What the compiler found, as text; in colour on a terminal. */
void check_print(const struct diags *, FILE *to);

#endif
