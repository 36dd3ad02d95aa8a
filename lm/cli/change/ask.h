/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_CLI_ASK_H
#define LM_CLI_ASK_H

/*
 * Asks a question that is answered by y or n, on the terminal, also where standard input has been read
 * as a file.  ASK_NOBODY: there is no terminal, nothing was printed.
 */
enum ask { ASK_YES, ASK_NO, ASK_NOBODY };
enum ask ask_yes(const char *question);

#endif
