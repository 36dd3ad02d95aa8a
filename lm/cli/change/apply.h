/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_CLI_APPLY_H
#define LM_CLI_APPLY_H

/* The intent of a command that reads documents (create, apply, adopt); NULL: it does not. */
const char *apply_intent(const char *command);

#endif
