/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_SERVER_SITES_ANSWER_H
#define LM_SERVER_SITES_ANSWER_H

#include <jansson.h>

#include "base/err.h"

/* How the handlers of this room answer, and note in the log what has changed. */
struct http_request;

struct created {
	const char *event;      /* for the log: "location.created" */
	const char *collection; /* its path; the Location is below it */
	const char *name;
};
/* 201 with Location.  The document goes. */
void sites_answer_created(struct http_request *, const struct created *, json_t *document);
/* 204, or the error, which goes. */
void sites_answer_change(
    struct http_request *, struct lm_err *, const char *event, const char *name);
/* 200, or 404 when the document is NULL.  It goes. */
void sites_answer_document(
    struct http_request *, json_t *document, const char *noun, const char *name);

#endif
