/* SPDX-License-Identifier: Apache-2.0 */
/* GET /api/resource-manager/resource-drivers/{}/health: how a resource driver is. */
#include <string.h>

#include "lm/server/api.h"
#include "lm/server/document/document.h"
#include "lm/server/sites/change.h"
#include "lm/server/sites/routes.h"

/* What it says of itself is passed on, when it is JSON. */
static void on_health(void *arg, const struct web_answer *a)
{
	struct http_request *r = arg;
	json_t *said = a->why == NULL ? json_loadb(a->body, a->n, 0, NULL) : NULL;
	json_t *out = json_object();

	json_object_set_new(out, "status",
	    json_string(a->why != NULL     ? "UNREACHABLE"
			: a->status == 200 ? "UP"
					   : "DOWN"));
	if (a->why != NULL)
		json_object_set_new(out, "reason", json_string(a->why));
	else
		json_object_set_new(out, "httpStatus", json_integer(a->status));
	if (json_is_object(json_object_get(said, "vitals")))
		json_object_set(out, "vitals", json_object_get(said, "vitals"));
	json_decref(said);
	document_answer(r, 200, out);
}

void api_get_driver_health(struct api *api, struct http_request *r, const char *id)
{
	json_t *shown = site_driver_document(api->sites, DRIVER_RESOURCE, id);
	const char *type = json_string_value(json_object_get(shown, "type"));
	const struct site_driver *d = type == NULL ? NULL : sites_driver(api->sites, type);

	if (d == NULL || !driver_set_health(manager_drivers(api->manager), d, on_health, r))
		http_answer_error(r, 404, "there is no resource driver '%s'", id);
	json_decref(shown);
}
