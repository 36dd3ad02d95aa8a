/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "lm/server/api.h"
#include "lm/server/document/document.h"
#include "lm/server/sites/answer.h"
#include "lm/server/sites/change.h"
#include "lm/server/sites/routes.h"

#define MANAGERS "/api/resource-managers"

/* One that was there when we looked: {operation, success, reason, details}. */
static void add_read(json_t *to, const char *name)
{
	json_object_set_new(to, name,
	    json_pack(
		"{s:s, s:b, s:n, s:{}}", "operation", "UPDATE", "success", 1, "reason", "details"));
}

/*
 * What this manager makes things of, and where.  Another one's locations and types are told by the
 * operator, so nothing is read of it.
 */
static json_t *onboarding(const struct api *api, const char *name, const char *operation)
{
	json_t *locations = json_object(), *types = json_object();

	if (site_manager_is_ours(name)) {
		json_t *own = site_location_list(api->sites, NULL, name, false), *one = NULL;
		size_t i = 0;

		json_array_foreach(own, i, one)
		{
			add_read(locations, json_string_value(json_object_get(one, "name")));
		}
		json_decref(own);
		for (i = 0; i < catalog_count(api->catalog); i++) {
			const char *type = descriptor_name(catalog_at(api->catalog, i));

			if (strncmp(type, "resource::", 10) == 0)
				add_read(types, type);
		}
	}
	return json_pack("{s:s, s:o, s:o}", "resourceManagerOperation", operation,
	    "deploymentLocations", locations, "resourceTypes", types);
}

void api_post_manager(struct api *api, struct http_request *r, const char *param)
{
	json_t *body = document_read(r);
	const char *name = NULL;
	(void)param;

	if (body == NULL)
		return;
	struct lm_err *e = site_manager_create(api->sites, body, &name);
	if (e != NULL) {
		api_answer_err(r, 0, e);
	} else {
		sites_answer_created(r,
		    &(struct created){"resource-manager.created", MANAGERS, name},
		    onboarding(api, name, "ADD"));
	}
	json_decref(body);
}

void api_get_managers(struct api *api, struct http_request *r, const char *param)
{
	(void)param;
	document_answer(r, 200, site_manager_list(api->sites));
}

void api_get_manager(struct api *api, struct http_request *r, const char *name)
{
	sites_answer_document(r, site_manager_document(api->sites, name), "resource manager", name);
}

void api_put_manager(struct api *api, struct http_request *r, const char *name)
{
	json_t *body = document_read(r);

	if (body == NULL)
		return;
	struct lm_err *e = site_manager_update(api->sites, name, body);
	if (e != NULL) {
		api_answer_err(r, 0, e);
	} else {
		sites_note(r, "resource-manager.changed", name);
		document_answer(r, 200, onboarding(api, name, "UPDATE"));
	}
	json_decref(body);
}

void api_delete_manager(struct api *api, struct http_request *r, const char *name)
{
	sites_answer_change(
	    r, site_manager_delete(api->sites, name), "resource-manager.deleted", name);
}
