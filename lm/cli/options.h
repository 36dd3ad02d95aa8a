/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_CLI_OPTIONS_H
#define LM_CLI_OPTIONS_H

#include <stdbool.h>

#include "base/buf.h"
#include "lm/cli/cli.h"

/*
 * Reads what follows the command's name; args->command is set already.  Options may stand
 * anywhere.  INVALID: an option the command does not take, or without its value.
 */
struct lm_err *options_read(struct args *, int argc, char **argv) LM_MUST_USE;

/* A command's options in the language of pages (help/page.h). */
void options_put(const struct command *, struct lm_buf *out);
/* The lines of a command's options for its help. */
void options_print(const struct command *, struct lm_buf *out);

/* One after another, for completion; 'name' is NULL for those that the command does not take. */
struct option_info {
	const char *name;
	char letter;              /* '\0': it has only its name */
	const char *value, *help; /* NULL: takes no value; is another spelling */
};
/* False: there are no more. */
bool options_at(const struct command *, size_t i, struct option_info *out);

#endif
