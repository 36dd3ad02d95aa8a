/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_SERVER_WRITER_H
#define LM_SERVER_WRITER_H

#include <stdbool.h>

#include "lm/core/engine.h"
#include "lm/server/http.h"
#include "lm/server/intake/token.h"

/*
 * Who sends a report, as its token says: "Authorization: Bearer TOKEN".  A component may report about
 * itself and those it is related with, a named writer ("writer:collectd") about everybody.
 */
struct writer {
	bool is_trusted; /* about everybody */
	char subject[TOKEN_SUBJECT_MAX + 1];
};

/* False: the request has been answered, 401, and says what to do. */
bool writer_read(const struct token_key *, struct http_request *, struct writer *out);
/* Whether it is somebody outside, with a good token; nothing is answered. */
bool writer_is_named(const struct token_key *, struct http_request *);
bool writer_may_report(const struct writer *, const struct engine *, const char *metric_key);

#endif
