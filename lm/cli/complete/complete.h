/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_CLI_COMPLETE_H
#define LM_CLI_COMPLETE_H

#include <stddef.h>

#include "base/buf.h"

/*
 * What may stand in place of the last of these words, which are those behind "lm" on a command line that
 * somebody is typing: a line for each, "word<TAB>what it is"; or ":files", when it is the name of a file.
 * Names are asked of the manager; when it is not there, there are none.
 */
void complete_words(const char *const *words, size_t n, struct lm_buf *out);

/* What a shell reads to ask so: "bash", "zsh", "fish"; NULL: another shell. */
const char *complete_script(const char *shell);

#endif
