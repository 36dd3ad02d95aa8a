/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_CLI_OPTIONS_H
#define LM_CLI_OPTIONS_H

#include "base/buf.h"
#include "lm/cli/cli.h"

/*
 * Reads what follows the command's name; args->command is set already.  Options may stand
 * anywhere.  INVALID: an option the command does not take, or without its value.
 */
struct lm_err *options_read(struct args *, int argc, char **argv) LM_MUST_USE;

/* The lines of a command's options for its help. */
void options_print(const struct command *, struct lm_buf *out);

#endif
