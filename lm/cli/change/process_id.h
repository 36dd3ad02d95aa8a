/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_CLI_PROCESS_ID_H
#define LM_CLI_PROCESS_ID_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/err.h"
#include "lm/cli/client.h"

/* The whole id of a process; or its beginning, at least four letters, as narrow tables show it. */
bool process_id_is_whole(const char *word);
bool process_id_is_part(const char *word);

/*
 * A word whole: of the thousand newest processes the one whose id begins so; as it is when it is no
 * beginning or none does.  INVALID: several do.  Texts live in the arena.
 */
struct lm_err *process_id_find(
    struct lm_arena *, struct client *, const char *word, const char **out) LM_MUST_USE;

#endif
