/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/server/api.h"
#include "lm/server/document/document.h"
#include "lm/server/sites/answer.h"
#include "lm/server/sites/change.h"
#include "lm/server/sites/routes.h"

#define LOCATIONS "/api/deploymentLocations"

static bool is_used(void *arg, const char *location)
{
	const struct api *api = arg;

	return engine_uses_location(manager_engine(api->manager), location);
}

static struct site_use use_of(struct api *api)
{
	return (struct site_use){is_used, api};
}

/* Who may change them. */
static bool sees_secrets(const struct http_request *r)
{
	return (r->grants >> PRIVILEGE_SITES & 1) != 0;
}

void api_post_location(struct api *api, struct http_request *r, const char *param)
{
	json_t *body = document_read(r);
	const char *name = NULL;
	(void)param;

	if (body == NULL)
		return;
	struct lm_err *e = site_location_create(api->sites, body, &name);
	if (e != NULL) {
		api_answer_err(r, 0, e);
	} else {
		sites_answer_created(r, &(struct created){"location.created", LOCATIONS, name},
		    site_location_document(api->sites, name, sees_secrets(r)));
	}
	json_decref(body);
}

void api_get_locations(struct api *api, struct http_request *r, const char *param)
{
	(void)param;
	document_answer(r, 200,
	    site_location_list(api->sites, http_query(r, "name"),
		http_query(r, "resourceManagerName"), sees_secrets(r)));
}

void api_get_location(struct api *api, struct http_request *r, const char *name)
{
	sites_answer_document(r, site_location_document(api->sites, name, sees_secrets(r)),
	    "deployment location", name);
}

void api_put_location(struct api *api, struct http_request *r, const char *name)
{
	json_t *body = document_read(r);

	if (body == NULL)
		return;
	struct lm_err *e = site_location_update(api->sites, name, body, use_of(api));
	if (e != NULL) {
		api_answer_err(r, 0, e);
	} else {
		api_note(r, "location.changed", name);
		document_answer(r, 200, site_location_document(api->sites, name, sees_secrets(r)));
	}
	json_decref(body);
}

void api_delete_location(struct api *api, struct http_request *r, const char *name)
{
	sites_answer_change(
	    r, site_location_delete(api->sites, name, use_of(api)), "location.deleted", name);
}
