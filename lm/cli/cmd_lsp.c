/* SPDX-License-Identifier: Apache-2.0 */
/* lm lsp: the compiler at the editor's hand. */
#include <unistd.h>

#include "lm/cli/cli.h"
#include "lm/lsp/serve.h"
#include "lm/server/serve.h"

int lsp_command_run(const struct args *a)
{
	return lsp_serve(STDIN_FILENO, STDOUT_FILENO, LM_VERSION, a->verbose);
}
