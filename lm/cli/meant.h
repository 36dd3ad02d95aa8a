/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_CLI_MEANT_H
#define LM_CLI_MEANT_H

#include "base/err.h"
#include "lm/cli/kinds/kind.h"

/*
 * An error about a thing by its name, which is adopted: when the manager has none, and does not say
 * itself which was meant, with the name behind it that comes nearest of those it has.
 */
struct lm_err *meant(struct lm_err *, const char *server, const struct kind *, const char *name)
    LM_MUST_USE;

#endif
