/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_SERVER_ROUTE_H
#define LM_SERVER_ROUTE_H

#include <stddef.h>

#include "lm/server/auth/privilege.h"
#include "lm/server/http.h"

/*
 * The table of what the server answers: method, path, who may ask, what body it takes, and whom it
 * calls.  A pattern is text with at most one "{}", which stands for one whole, non-empty segment;
 * of two patterns that fit the first counts.  The document at /api/openapi.json is made of it.
 *
 * Some clients write /api/v1/ where others write /api/: both lead to the same.
 */
struct api;

/* 'param' is what stood for "{}"; NULL without one. */
typedef void route_fn(struct api *, struct http_request *, const char *param);

struct route {
	const char *method;
	const char *pattern;
	unsigned scope; /* listeners that serve it: HTTP_API, HTTP_METRICS */
	enum privilege need;
	unsigned body; /* what it may be; a body that does not say is taken for the first of them */
	route_fn *fn;
	const char *summary; /* one line, for the OpenAPI document */
};

/* All of them, in routes.c. */
const struct route *routes_all(size_t *n);

enum { ROUTE_PARAM_MAX = 512 };
struct route_match {
	const struct route *route; /* NULL: nothing here */
	char param[ROUTE_PARAM_MAX];
	char allow[64]; /* methods of the path, when only the method was wrong: "GET, POST" */
};

/* Paths of other listeners do not exist for this one.  HEAD is not served. */
void route_find(const struct route *, size_t n, const char *method, const char *path,
    unsigned scope, struct route_match *out);

#endif
