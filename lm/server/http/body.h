/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_SERVER_HTTP_BODY_H
#define LM_SERVER_HTTP_BODY_H

#include <stdbool.h>
#include <stddef.h>

#include "lm/server/http.h"

/* What is in the body of a request: text in, what stands where out.  Pure. */

/*
 * Decodes %XX in place, for addresses; returns the length.  %00, which would end the text early, stays
 * as it is, and so does what is no escape.
 */
size_t unescape(char *text);

/* BODY_x; 'content_type' may be NULL. */
unsigned body_kind_of(const char *content_type);

/* Decoded in place.  What is not well formed, or the 65th, is as if it were not there. */
struct form;
struct form *form_read(char *text);
const char *form_find(const struct form *, const char *name);

/*
 * The parts are found where they stand; quotation marks in their headers are overwritten.  What is cut
 * short has no parts after the last complete one.
 */
struct parts;
struct parts *parts_read(char *p, size_t n, const char *content_type);
bool parts_find(const struct parts *, const char *name, struct http_part *out);

#endif
