/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "lm/server/api.h"
#include "lm/server/document/document.h"

enum { ANSWER_MAX = 128 * 1024 * 1024 };

static const char *const yamls[] = {
    "application/yaml", "application/x-yaml", "text/yaml", "text/x-yaml"};

static bool is_type(const char *p, size_t n, const char *type)
{
	return strlen(type) == n && strncasecmp(p, type, n) == 0;
}

/* "application/yaml", as it is registered, and what programs wrote before it was. */
static bool is_yaml(const char *type)
{
	size_t n = type == NULL ? 0 : strcspn(type, ";, \t");

	for (size_t i = 0; i < LM_COUNT(yamls); i++)
		if (is_type(type, n, yamls[i]))
			return true;
	return false;
}

/* How much a range of an Accept header is wanted: ";q=0.5". */
static double weight_of(const char *p, size_t n)
{
	for (size_t i = 0; i + 2 < n; i++)
		if (p[i] == ';') {
			i += 1 + strspn(&p[i + 1], " \t");
			if (i + 2 < n && strncasecmp(&p[i], "q=", 2) == 0)
				return strtod(&p[i + 2], NULL);
		}
	return 1;
}

bool document_wants_yaml(const char *accept)
{
	double yaml = 0, json = 0;

	for (const char *p = accept; p != NULL && *p != '\0';) {
		p += strspn(p, ", \t");
		size_t n = strcspn(p, ","), name = strcspn(p, ",; \t");
		double q = weight_of(p, n);

		if (is_yaml(p) && q > yaml)
			yaml = q + (json == 0 ? 0.0001 : 0); /* of equals the first */
		if ((is_type(p, name, "application/json") || is_type(p, name, "*/*") ||
			is_type(p, name, "application/*")) &&
		    q > json)
			json = q;
		p += n;
	}
	return yaml > json;
}

json_t *document_read(struct http_request *r)
{
	json_t *out = NULL;

	struct lm_err *e = r->body_kind == BODY_YAML
			       ? document_parse_yaml(r->body, r->body_n, &out)
			       : document_parse_json(r->body, r->body_n, &out);
	if (e != NULL)
		api_answer_err(r, 0, e);
	return out;
}

static int append(const char *p, size_t n, void *arg)
{
	lm_buf_add(arg, p, n);
	return 0;
}

void document_answer(struct http_request *r, int status, json_t *v)
{
	bool yaml = document_wants_yaml(http_header(r, "Accept"));
	struct lm_buf b;

	lm_buf_init(&b, ANSWER_MAX);
	if (yaml)
		document_print_yaml(v, &b);
	else
		json_dump_callback(v, append, &b, JSON_COMPACT | JSON_REAL_PRECISION(15));
	json_decref(v);
	if (b.cut)
		http_answer_error(r, 500, "the answer would be larger than %zu bytes", b.max);
	else
		http_answer(r,
		    &(struct http_answer){
			.status = status, .type = yaml ? "application/yaml" : NULL},
		    &b);
	lm_buf_fini(&b);
}
