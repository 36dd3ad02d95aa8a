/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "lm/server/api.h"
#include "lm/server/document/document.h"
#include "lm/server/sites/answer.h"
#include "lm/server/sites/change.h"
#include "lm/server/sites/routes.h"

#define API "/api"

/* Three collections, told apart by their paths, also where a version stands behind "/api". */
static const struct collection {
	enum driver_kind kind;
	const char *path, *noun;
} collections[] = {
    {DRIVER_RESOURCE, API "/resource-manager/resource-drivers", "resource driver"},
    {DRIVER_LIFECYCLE, API "/resource-manager/lifecycle-drivers", "lifecycle driver"},
    {DRIVER_VIM, API "/resource-manager/vim-drivers", "VIM driver"},
};

static const struct collection *collection_of(const struct http_request *r)
{
	size_t i = 0;

	while (i + 1 < LM_COUNT(collections) &&
	       strstr(r->path, collections[i].path + strlen(API)) == NULL)
		i++;
	return &collections[i];
}

void api_post_driver(struct api *api, struct http_request *r, const char *param)
{
	const struct collection *in = collection_of(r);
	json_t *body = document_read(r);
	const char *id = NULL;
	(void)param;

	if (body == NULL)
		return;
	struct lm_err *e = site_driver_create(api->sites, in->kind, body, &id);
	if (e != NULL) {
		api_answer_err(r, 0, e);
	} else {
		sites_answer_created(r, &(struct created){"driver.registered", in->path, id},
		    site_driver_document(api->sites, in->kind, id));
	}
	json_decref(body);
}

/* By its type it is one object, as existing clients want it. */
void api_get_drivers(struct api *api, struct http_request *r, const char *param)
{
	const struct collection *in = collection_of(r);
	const char *type = http_query(r, "type");
	(void)param;

	if (type == NULL && in->kind == DRIVER_VIM)
		type = http_query(r, "infrastructureType");
	if (type == NULL)
		document_answer(r, 200, site_driver_list(api->sites, in->kind));
	else
		sites_answer_document(
		    r, site_driver_of_type(api->sites, in->kind, type), in->noun, type);
}

void api_get_driver(struct api *api, struct http_request *r, const char *id)
{
	const struct collection *in = collection_of(r);

	sites_answer_document(r, site_driver_document(api->sites, in->kind, id), in->noun, id);
}

void api_put_driver(struct api *api, struct http_request *r, const char *id)
{
	const struct collection *in = collection_of(r);
	json_t *body = document_read(r);

	if (body == NULL)
		return;
	struct lm_err *e = site_driver_update(api->sites, in->kind, id, body);
	if (e != NULL) {
		api_answer_err(r, 0, e);
	} else {
		api_note(r, "driver.changed", id);
		document_answer(r, 200, site_driver_document(api->sites, in->kind, id));
	}
	json_decref(body);
}

void api_delete_driver(struct api *api, struct http_request *r, const char *id)
{
	const struct collection *in = collection_of(r);

	sites_answer_change(r, site_driver_delete(api->sites, in->kind, id), "driver.deleted", id);
}
