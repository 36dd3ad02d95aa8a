/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "lm/server/api.h"
#include "lm/server/document/document.h"
#include "lm/server/library/library.h"
#include "lm/server/sites/answer.h"
#include "lm/server/sites/change.h"
#include "lm/server/sites/onboard.h"
#include "lm/server/sites/routes.h"

/* What this manager makes things of, and where: all of it is known. */
static json_t *our_onboarding(const struct api *api, const char *name)
{
	json_t *locations = json_object(), *types = json_object();
	json_t *own = site_location_list(api->sites, NULL, name, false), *one = NULL;
	size_t i = 0;

	json_array_foreach(own, i, one)
	{
		json_object_set_new(locations, json_string_value(json_object_get(one, "name")),
		    onboard_item("UPDATE", NULL));
	}
	json_decref(own);
	for (i = 0; i < catalog_count(api->catalog); i++) {
		const struct descriptor *d = catalog_at(api->catalog, i);
		const char *type = descriptor_name(d);

		if (strncmp(type, "resource::", 10) == 0 &&
		    catalog_layer_of(api->catalog, descriptor_file(d)) != LAYER_TYPES)
			json_object_set_new(types, type, onboard_item("UPDATE", NULL));
	}
	return onboard_document("UPDATE", locations, types);
}

void api_post_manager(struct api *api, struct http_request *r, const char *param)
{
	json_t *body = document_read(r);
	(void)param;

	if (body != NULL)
		onboard(api, r, body, NULL);
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

static void put_ourselves(
    struct api *api, struct http_request *r, const json_t *body, const char *name)
{
	struct lm_err *e = site_manager_update(api->sites, name, body);

	if (e != NULL)
		api_answer_err(r, 0, e);
	else
		document_answer(r, 200, our_onboarding(api, name));
}

void api_put_manager(struct api *api, struct http_request *r, const char *name)
{
	json_t *body = document_read(r);

	if (body == NULL)
		return;
	if (site_manager_is_ours(name)) {
		put_ourselves(api, r, body, name);
		json_decref(body);
	} else {
		onboard(api, r, body, name);
	}
}

void api_delete_manager(struct api *api, struct http_request *r, const char *name)
{
	sites_answer_change(
	    r, site_manager_delete(api->sites, name), "resource-manager.deleted", name);
}
