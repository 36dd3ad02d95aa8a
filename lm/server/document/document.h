/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_SERVER_DOCUMENT_H
#define LM_SERVER_DOCUMENT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/err.h"

/*
 * Objects that come and go as JSON or as YAML, as the client likes.  YAML is read by its core
 * schema: true, null and 5060 without quotes are no texts.
 */
enum { DOCUMENT_TEXT_MAX = 4 * 1024 * 1024 }; /* bytes of texts, what aliases repeat included */

/* An object, owned by the caller.  INVALID: it is none; the text says where ("line 3 column 7"). */
struct lm_err *document_parse_json(const char *text, size_t n, json_t **out) LM_MUST_USE;
struct lm_err *document_parse_yaml(const char *text, size_t n, json_t **out) LM_MUST_USE;

/*
 * What the JSON library says about a mistake, without what it repeats of the text: that may be a secret,
 * and have lines.  It lives as long as the error.
 */
const char *document_complaint(json_error_t *);

/* Any value as a YAML document in block style; texts of several lines as a block. */
void document_print_yaml(const json_t *, struct lm_buf *out);

/* What an Accept header (NULL: none) likes better; JSON when it does not care. */
bool document_wants_yaml(const char *accept);

/* ---- of requests ------------------------------------------------------------------------------ */

struct http_request;

/* The body, as its Content-Type says.  NULL: it was no object, and the request has been answered. */
json_t *document_read(struct http_request *);
/* As the Accept header says.  The value goes. */
void document_answer(struct http_request *, int status, json_t *);

#endif
