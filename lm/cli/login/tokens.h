/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_CLI_TOKENS_H
#define LM_CLI_TOKENS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

/*
 * What 'lm login' has got, for each manager by its URL: in ~/.config/lm/tokens (or XDG_CONFIG_HOME),
 * for its owner alone (0600).  A token of one manager is never shown to another.
 */
enum { KEPT_MAX = 4096 };

struct kept {
	char token[KEPT_MAX], refresh[KEPT_MAX]; /* "": none */
	int64_t until_s;                         /* since 1970, when the token ends */
	char cacert
	    [KEPT_MAX]; /* the file that its certificate was checked against; "": the machine's */
};

/* False: there is none.  A file that others could read is not believed, which is said. */
bool tokens_find(const char *server, struct kept *out);
struct lm_err *tokens_keep(const char *server, const struct kept *) LM_MUST_USE;
/* Whether there was one. */
struct lm_err *tokens_drop(const char *server, bool *was_there) LM_MUST_USE;

#endif
