/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_CLI_MANUAL_H
#define LM_CLI_MANUAL_H

#include <stdbool.h>

#include "base/buf.h"
#include "lm/cli/cli.h"

/*
 * The manual: what 'lm help' prints and the manual pages say, from the table of commands, the options,
 * the pages of lm/cli/pages, and the tables of the compiler and the server.
 */

/* "lm.1", "lm-apply.1", "lm-descriptor.5", "lm-api.7"; a line for each. */
void manual_list(struct lm_buf *out);
/* One of them, for man(1).  False: there is no such page. */
bool manual_print_man(const char *file, struct lm_buf *out);

/* A command, for a terminal. */
void manual_print_command(const struct command *, bool bold, struct lm_buf *out);
/* Everything that there is, on one screen. */
void manual_print_overview(struct lm_buf *out);
/* "descriptor", "api"; false: there is no such topic. */
bool manual_print_topic(const char *name, bool bold, struct lm_buf *out);

/* Sections of the manual in the language of pages, see page.h. */
void manual_put_descriptor(struct lm_buf *out);
void manual_put_api(struct lm_buf *out);

#endif
