/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_CLI_WAIT_H
#define LM_CLI_WAIT_H

#include "lm/cli/change/request.h"
#include "lm/cli/cli.h"
#include "lm/cli/client.h"

/* Sends an intent and, unless args say otherwise, shows its process until it ends; exit status. */
int wait_request(const struct args *, struct client *, const struct request *);

#endif
