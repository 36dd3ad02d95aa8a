/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_DRIVERS_HTTP_REPLY_H
#define LM_DRIVERS_HTTP_REPLY_H

#include <jansson.h>
#include <stdbool.h>

#include "base/attr.h"
#include "base/err.h"
#include "lm/web/web.h"

/* What a driver of others says of a step that it has accepted, by its own road. */
struct driver;

/*
 * The reply of the published contract: {requestId, status, failureDetails, outputs,
 * associatedTopology}, whose sender has proved that it was asked this step.  'taken' false: nobody
 * waits for it, because it is late or came twice; nothing has changed.  INVALID: what is wrong.
 */
struct lm_err *http_driver_reply(
    struct driver *, const char *step, const json_t *reply, bool *taken) LM_MUST_USE;

/* Asks a driver of others how it is; 'done' is called later from the loop, or not at all at the end. */
void http_driver_health(
    struct driver *, const char *base_uri, const char *certificate, web_done_fn *done, void *arg);

#endif
