/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/server/route.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* True: 'path' is of this shape; 'param' gets what stands for "{}". */
static bool matches(const char *pattern, const char *path, char param[ROUTE_PARAM_MAX])
{
	const char *hole = strstr(pattern, "{}");

	if (strncmp(path, "/api/v1/", 8) == 0 && strncmp(pattern, "/api/", 5) == 0) {
		path += 8;
		pattern += 5;
		hole = strstr(pattern, "{}");
	}
	if (hole == NULL)
		return strcmp(pattern, path) == 0;
	size_t head = (size_t)(hole - pattern);
	if (strncmp(pattern, path, head) != 0)
		return false;
	const char *p = path + head;
	size_t n = strcspn(p, "/");
	if (n == 0 || n >= ROUTE_PARAM_MAX || strcmp(p + n, hole + 2) != 0)
		return false;
	memcpy(param, p, n);
	param[n] = '\0';
	return true;
}

void route_find(const struct route *routes, size_t n, const char *method, const char *path,
    unsigned scope, struct route_match *out)
{
	size_t used = 0;

	*out = (struct route_match){0};
	for (size_t i = 0; i < n; i++) {
		const struct route *r = &routes[i];

		if ((r->scope & scope) == 0 || !matches(r->pattern, path, out->param))
			continue;
		if (strcmp(r->method, method) == 0) {
			out->route = r;
			out->allow[0] = '\0';
			return;
		}
		if (strstr(out->allow, r->method) != NULL)
			continue;
		int k = snprintf(out->allow + used, sizeof out->allow - used, "%s%s",
		    used > 0 ? ", " : "", r->method);
		if (k > 0 && used + (size_t)k < sizeof out->allow)
			used += (size_t)k;
	}
}
