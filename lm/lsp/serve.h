/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_LSP_SERVE_H
#define LM_LSP_SERVE_H

#include <stdbool.h>

/*
 * A language server (LSP 3.17) between two descriptors, until the client says exit or its end is
 * closed.  'verbose': what is received is told on standard error.  The exit status: 0 after
 * shutdown and exit, otherwise 1.
 */
int lsp_serve(int in, int out, const char *version, bool verbose);

#endif
