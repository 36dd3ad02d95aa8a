/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_SERVER_INTAKE_REPLY_H
#define LM_SERVER_INTAKE_REPLY_H

#include <stdbool.h>

#include "lm/server/intake/token.h"

/*
 * The token that a driver of others gets with a step, and shows when it says what became of it: good
 * for that step alone, and the same when the step is asked again.
 */
#define TOKEN_STEP "step:" /* its subject begins so */

void reply_token_make(const struct token_key *, const char *step, char out[TOKEN_SIZE]);
bool reply_token_check(const struct token_key *, const char *token, const char *step);
/*
 * Where it is shown, of an API at this address, "https://lm.example:8280"; on the heap.
 */
char *reply_url_below(const char *api);
/*
 * The same of an API that listens at an address, "127.0.0.1:8280".  Where it listens
 * everywhere, by this machine's name.
 */
char *reply_url_of(const char *address, bool is_secure);

#endif
