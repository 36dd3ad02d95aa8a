/* SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/attr.h"
#include "base/json.h"
#include "lm/server/api.h"
#include "lm/server/openapi/openapi.h"
#include "lm/server/serve.h"

enum { DOCUMENT_MAX = 4 << 20, WORD_MAX = 128, SCHEMA_MAX = 16 * 1024 };
#define SCHEMAS   "#/components/schemas/"
#define RESPONSES "#/components/responses/"

static const char description[] =
    "Everything that can be asked of the manager. What is below /api/ is below /api/v1/ as well. "
    "Query parameters and fields of a body that are "
    "not "
    "named here are ignored. Errors carry the X-TraceCtx-TransactionId of their request back.";

static const struct detail *find_detail(const struct route *r)
{
	size_t n;
	const struct detail *details = openapi_details(&n);

	for (size_t i = 0; i < n; i++)
		if (strcmp(details[i].method, r->method) == 0 &&
		    strcmp(details[i].pattern, r->pattern) == 0)
			return &details[i];
	return NULL;
}

/* ---- shapes ----------------------------------------------------------------------------------- */

static void write_schema(struct lm_json *j, const char *key, const char *text)
{
	struct lm_buf b;

	lm_buf_init(&b, SCHEMA_MAX);
	lm_buf_puts(&b, text);
	for (char *p = b.p; *p != '\0'; p++)
		if (*p == '\'')
			*p = '"';
	lm_json_raw(j, key, b.p);
	lm_buf_fini(&b);
}

static void write_ref(struct lm_json *j, const char *key, const char *base, const char *name, int n)
{
	char ref[WORD_MAX];

	snprintf(ref, sizeof ref, "%s%.*s", base, n, name);
	lm_json_open(j, key, '{');
	lm_json_str(j, "$ref", ref);
	lm_json_close(j, '}');
}

/* "Shape", "[Shape]", or NULL: a text. */
static void write_shape(struct lm_json *j, const char *name)
{
	if (name == NULL) {
		lm_json_raw(j, "schema", "{\"type\":\"string\"}");
	} else if (*name != '[') {
		write_ref(j, "schema", SCHEMAS, name, (int)strlen(name));
	} else {
		lm_json_open(j, "schema", '{');
		lm_json_str(j, "type", "array");
		write_ref(j, "items", SCHEMAS, name + 1, (int)strlen(name) - 2);
		lm_json_close(j, '}');
	}
}

static void write_components(struct lm_json *j)
{
	size_t n;
	const struct shape *shapes = openapi_shapes(&n);

	lm_json_open(j, "components", '{');
	lm_json_open(j, "schemas", '{');
	for (size_t i = 0; i < n; i++)
		write_schema(j, shapes[i].name, shapes[i].schema);
	lm_json_close(j, '}');
	write_schema(j, "responses",
	    "{'Error':{'description':'why not','headers':{'X-TraceCtx-TransactionId':{'schema':"
	    "{'type':'string'}}},'content':{'application/json':{'schema':{'$ref':'" SCHEMAS
	    "Error'}}}},'Unexpected':{'description':'what should not happen, and is in the log',"
	    "'content':{'application/json':{'schema':{'$ref':'" SCHEMAS "Unexpected'}}}}}");
	write_schema(j, "securitySchemes",
	    "{'bearer':{'type':'http','scheme':'bearer','bearerFormat':'JWT','description':'from "
	    "/oauth/token or "
	    "/ui/api/login'},'client':{'type':'http','scheme':'basic','description':"
	    "'a client and its secret'},'writer':{'type':'http','scheme':'bearer','description':"
	    "'a token of those who report metrics'}}");
	lm_json_close(j, '}');
}

/* ---- an operation ----------------------------------------------------------------------------- */

static void write_parameter(
    struct lm_json *j, const char *where, const char *name, int n, const char *type)
{
	char text[WORD_MAX];

	snprintf(text, sizeof text, "%.*s", n, name);
	lm_json_open(j, NULL, '{');
	lm_json_str(j, "name", text);
	lm_json_str(j, "in", where);
	lm_json_bool(j, "required", strcmp(where, "path") == 0);
	lm_json_open(j, "schema", '{');
	lm_json_str(j, "type", type);
	lm_json_close(j, '}');
	lm_json_close(j, '}');
}

static void write_query(struct lm_json *j, const char *words)
{
	while (*words != '\0') {
		size_t n = strcspn(words, " "), name = strcspn(words, ": ");
		char type[WORD_MAX] = "string";

		if (name < n)
			snprintf(type, sizeof type, "%.*s", (int)(n - name - 1), words + name + 1);
		write_parameter(j, "query", words, (int)name, type);
		words += n + strspn(words + n, " ");
	}
}

static void write_parameters(struct lm_json *j, const struct route *r, const struct detail *d)
{
	lm_json_open(j, "parameters", '[');
	if (strstr(r->pattern, "{}") != NULL)
		write_parameter(j, "path", "key", 3, "string");
	if (d != NULL && d->query != NULL)
		write_query(j, d->query);
	lm_json_close(j, ']');
}

static void write_request(struct lm_json *j, const struct route *r, const struct detail *d)
{
	static const struct {
		unsigned kind;
		const char *type;
	} types[] = {
	    {BODY_JSON, "application/json"},
	    {BODY_YAML, "application/yaml"},
	    {BODY_FORM, "application/x-www-form-urlencoded"},
	    {BODY_MULTIPART, "multipart/form-data"},
	};

	if (r->body == BODY_NONE)
		return;
	lm_json_open(j, "requestBody", '{');
	lm_json_bool(j, "required", true);
	lm_json_open(j, "content", '{');
	for (size_t i = 0; i < LM_COUNT(types); i++) {
		if ((r->body & types[i].kind) == 0)
			continue;
		lm_json_open(j, types[i].type, '{');
		write_shape(j, d != NULL ? d->request : NULL);
		lm_json_close(j, '}');
	}
	lm_json_close(j, '}');
	lm_json_close(j, '}');
}

static int status_of(const struct route *r, const struct detail *d)
{
	if (d != NULL && d->status != 0)
		return d->status;
	return strcmp(r->method, "POST") == 0 ? 201 : strcmp(r->method, "DELETE") == 0 ? 204 : 200;
}

/* Of as many types as the answer may be. */
static void write_content(struct lm_json *j, const struct detail *d)
{
	const char *types = d != NULL && d->type != NULL ? d->type : "application/json";

	lm_json_open(j, "content", '{');
	while (*types != '\0') {
		size_t n = strcspn(types, "|");
		char type[WORD_MAX];

		snprintf(type, sizeof type, "%.*s", (int)n, types);
		lm_json_open(j, type, '{');
		write_shape(
		    j, strncmp(type, "text/plain", 10) == 0 || d == NULL ? NULL : d->response);
		lm_json_close(j, '}');
		types += n + (types[n] == '|');
	}
	lm_json_close(j, '}');
}

static void write_responses(struct lm_json *j, const struct route *r, const struct detail *d)
{
	int status = status_of(r, d);
	char text[8];

	snprintf(text, sizeof text, "%d", status);
	lm_json_open(j, "responses", '{');
	lm_json_open(j, text, '{');
	lm_json_str(j, "description", status == 204 ? "done" : "the answer");
	if (status != 204) {
		write_content(j, d);
	}
	lm_json_close(j, '}');
	write_ref(j, "500", RESPONSES, "Unexpected", 10);
	write_ref(j, "default", RESPONSES, "Error", 5);
	lm_json_close(j, '}');
}

static void write_security(struct lm_json *j, const struct route *r)
{
	const char *scheme = r->need == PRIVILEGE_OPEN     ? NULL
			     : r->need == PRIVILEGE_REPORT ? "writer"
							   : "bearer";
	if (r->body == BODY_FORM)
		scheme = "client";
	lm_json_open(j, "security", '[');
	if (scheme != NULL) {
		lm_json_open(j, NULL, '{');
		lm_json_raw(j, scheme, "[]");
		lm_json_close(j, '}');
	}
	lm_json_close(j, ']');
	lm_json_str(j, "x-privilege", privilege_name(r->need));
}

/* "GET /api/processes/{}": getApiProcessesKey */
static void write_id(struct lm_json *j, const struct route *r)
{
	char id[WORD_MAX];
	size_t n = 0;
	bool begins = false;

	for (const char *p = r->method; *p != '\0' && n + 1 < sizeof id; p++)
		id[n++] = (char)tolower((unsigned char)*p);
	for (const char *p = r->pattern; *p != '\0' && n + 4 < sizeof id; p++) {
		if (*p == '{') {
			memcpy(id + n, "Key", 3);
			n += 3;
		} else if (isalnum((unsigned char)*p)) {
			id[n++] = begins ? (char)toupper((unsigned char)*p) : *p;
			begins = false;
			continue;
		}
		begins = true;
	}
	id[n] = '\0';
	lm_json_str(j, "operationId", id);
}

static void write_operation(struct lm_json *j, const struct route *r)
{
	const struct detail *d = find_detail(r);
	char method[WORD_MAX];
	size_t n = 0;

	for (; r->method[n] != '\0'; n++)
		method[n] = (char)tolower((unsigned char)r->method[n]);
	method[n] = '\0';
	lm_json_open(j, method, '{');
	write_id(j, r);
	lm_json_str(j, "summary", r->summary);
	write_parameters(j, r, d);
	write_request(j, r, d);
	write_responses(j, r, d);
	write_security(j, r);
	lm_json_close(j, '}');
}

/* ---- the document ----------------------------------------------------------------------------- */

static bool is_first(const struct route *routes, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (strcmp(routes[i].pattern, routes[at].pattern) == 0)
			return false;
	return true;
}

static void write_path(struct lm_json *j, const struct route *routes, size_t n, size_t at)
{
	const char *pattern = routes[at].pattern, *hole = strstr(pattern, "{}");
	char path[WORD_MAX];

	snprintf(path, sizeof path, "%.*s%s%s", hole == NULL ? WORD_MAX : (int)(hole - pattern),
	    pattern, hole == NULL ? "" : "{key}", hole == NULL ? "" : hole + 2);
	lm_json_open(j, path, '{');
	for (size_t i = at; i < n; i++)
		if (strcmp(routes[i].pattern, pattern) == 0)
			write_operation(j, &routes[i]);
	lm_json_close(j, '}');
}

void openapi_write(const struct route *routes, size_t n, struct lm_buf *out)
{
	struct lm_json j = lm_json_on(out);

	lm_json_open(&j, NULL, '{');
	lm_json_str(&j, "openapi", "3.0.3");
	lm_json_open(&j, "info", '{');
	lm_json_str(&j, "title", "lm");
	lm_json_str(&j, "version", LM_VERSION);
	lm_json_str(&j, "description", description);
	lm_json_close(&j, '}');
	lm_json_open(&j, "paths", '{');
	for (size_t i = 0; i < n; i++)
		if (is_first(routes, i))
			write_path(&j, routes, n, i);
	lm_json_close(&j, '}');
	write_components(&j);
	lm_json_close(&j, '}');
}

void api_get_openapi(struct api *api, struct http_request *r, const char *param)
{
	struct lm_buf b;
	(void)param;

	lm_buf_init(&b, DOCUMENT_MAX);
	openapi_write(api->routes, api->n_routes, &b);
	api_answer_text(r, NULL, &b);
	lm_buf_fini(&b);
}
