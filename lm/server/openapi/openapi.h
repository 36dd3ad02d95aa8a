/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_SERVER_OPENAPI_OPENAPI_H
#define LM_SERVER_OPENAPI_OPENAPI_H

#include <stddef.h>

#include "base/buf.h"
#include "lm/server/route.h"

/*
 * The OpenAPI 3 document of the API: the table of routes, with what the table does not know of them,
 * and the shapes of the main documents.
 */
void openapi_write(const struct route *, size_t n, struct lm_buf *out);

/* GET /api/openapi.json */
route_fn api_get_openapi;

/* ---- inside ----------------------------------------------------------------------------------- */

/* Of a route.  Names of shapes, "[Shape]" is an array of them; NULL: a text, or no body. */
struct detail {
	const char *method, *pattern;
	int status;          /* of success; 0: 201 for POST, 204 for DELETE, 200 else */
	const char *query;   /* parameters, "name limit:integer"; NULL: none */
	const char *request; /* of a body in JSON or YAML, and the fields of a form */
	const char *response;
	const char *type; /* of the answer; "one|other"; NULL: application/json */
};
const struct detail *openapi_details(size_t *n);

/* JSON Schema, with ' for ", so that it can be read in C. */
struct shape {
	const char *name, *schema;
};
const struct shape *openapi_shapes(size_t *n);

#endif
