/* SPDX-License-Identifier: Apache-2.0 */
/* Who is let in, before anything of a body is read. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "lm/server/api.h"
#include "lm/server/auth/auth.h"
#include "lm/server/route.h"

enum { BODY_PACKAGE_MAX = 64 << 20, BODY_DESCRIPTOR_MAX = 16 << 20 };

bool api_find_route(const struct api *api, struct http_request *r, struct route_match *out)
{
	route_find(api->routes, api->n_routes, r->method, r->path, r->scope, out);
	r->label = out->route;
	if (out->route != NULL)
		return true;
	if (out->allow[0] == '\0')
		http_answer_error(r, 404, "there is nothing at %s", r->path);
	else
		http_answer_method(r, out->allow);
	return false;
}

static size_t body_max(unsigned kinds)
{
	if ((kinds & BODY_MULTIPART) != 0)
		return BODY_PACKAGE_MAX;
	return (kinds & BODY_YAML) != 0 ? BODY_DESCRIPTOR_MAX : HTTP_BODY_MAX;
}

/* ---- types ------------------------------------------------------------------------------------ */

/* A body that does not say what it is gets the first kind that the route takes. */
static bool takes_type(const struct route *route, struct http_request *r)
{
	static const struct {
		unsigned kind;
		const char *type;
	} names[] = {
	    {BODY_JSON, "application/json"},
	    {BODY_YAML, "application/yaml"},
	    {BODY_FORM, "application/x-www-form-urlencoded"},
	    {BODY_MULTIPART, "multipart/form-data"},
	};
	char allowed[160];
	size_t used = 0;

	if (r->body_kind == BODY_NONE)
		r->body_kind = route->body & -route->body;
	if (!r->has_body || route->body == BODY_NONE || (r->body_kind & route->body) != 0)
		return true;
	for (size_t i = 0; i < LM_COUNT(names); i++)
		if ((route->body & names[i].kind) != 0)
			used += (size_t)snprintf(allowed + used, sizeof allowed - used, "%s%s",
			    used > 0 ? " or " : "", names[i].type);
	http_answer_error(r, 415, "send the body as Content-Type: %s", allowed);
	return false;
}

/*
 * A browser lets any page send forms, and bodies without a type, to this machine, with the name of the
 * page's own host beside it.  Who has a token has it from us.
 */
static bool is_foreign_page(struct http_request *r)
{
	const char *origin = http_header(r, "Origin"), *host = http_header(r, "Host");

	if (origin == NULL || strcmp(r->method, "GET") == 0 ||
	    http_header(r, "Authorization") != NULL)
		return false;
	const char *from = strstr(origin, "://");
	return from == NULL || host == NULL || strcasecmp(from + 3, host) != 0;
}

/* ---- the gate --------------------------------------------------------------------------------- */

/*
 * Reports are the handlers' own matter: writers have tokens of their own kind, and gateways send what
 * type their HTTP client happens to give.
 */
void api_admit(void *arg, struct http_request *r)
{
	struct api *api = arg;
	struct route_match m;

	if (!api_find_route(api, r, &m) || m.route->need == PRIVILEGE_REPORT)
		return;
	if (is_foreign_page(r)) {
		http_answer_error(r, 403, "the API takes no changes from pages of another host");
		return;
	}
	if (!takes_type(m.route, r) || !auth_admit(api->auth, r, m.route->need))
		return;
	r->body_max = body_max(m.route->body);
}
