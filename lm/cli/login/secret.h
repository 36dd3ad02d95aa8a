/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_CLI_SECRET_H
#define LM_CLI_SECRET_H

#include <stdbool.h>

#include "base/err.h"

enum { SECRET_SIZE = 257 }; /* with NUL */

/*
 * Asks for a password on the terminal, where it is not shown, and with 'twice' again; or, when standard
 * input is none, reads its first line.  So it stands neither in a command line nor in a history.
 * INVALID: empty, too long, not the same twice, or given up with ^C.
 */
struct lm_err *secret_read(const char *prompt, bool twice, char out[SECRET_SIZE]) LM_MUST_USE;
/* Overwrites it. */
void secret_forget(char secret[SECRET_SIZE]);

#endif
