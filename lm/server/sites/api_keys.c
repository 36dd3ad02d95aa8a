/* SPDX-License-Identifier: Apache-2.0 */
#include <strings.h>

#include "lm/server/api.h"
#include "lm/server/document/document.h"
#include "lm/server/sites/answer.h"
#include "lm/server/sites/change.h"
#include "lm/server/sites/routes.h"

#define KEYS "/api/resource-manager/infrastructure-keys/shared"

/* False: the request has been answered. */
static bool shows_private(struct http_request *r, bool *out)
{
	const char *asked = http_query(r, "includePrivateKey");

	*out = asked != NULL && strcasecmp(asked, "true") == 0;
	if (asked != NULL && !*out && strcasecmp(asked, "false") != 0) {
		http_answer_error(r, 400, "'includePrivateKey' must be true or false");
		return false;
	}
	if (*out && (r->grants & 1u << PRIVILEGE_KEYS) == 0) {
		http_answer_error(r, 403,
		    "to see private keys needs more rights: leave "
		    "'includePrivateKey' out, or ask as somebody who may");
		return false;
	}
	return true;
}

void api_post_key(struct api *api, struct http_request *r, const char *param)
{
	json_t *body = document_read(r);
	const char *name = NULL;
	(void)param;

	if (body == NULL)
		return;
	struct lm_err *e = site_key_create(api->sites, body, &name);
	if (e != NULL) {
		api_answer_err(r, 0, e);
	} else {
		sites_answer_created(r, &(struct created){"key.created", KEYS, name},
		    site_key_document(api->sites, name, false));
	}
	json_decref(body);
}

void api_get_keys(struct api *api, struct http_request *r, const char *param)
{
	bool with_private;
	(void)param;

	if (shows_private(r, &with_private))
		document_answer(r, 200, site_key_list(api->sites, with_private));
}

void api_get_key(struct api *api, struct http_request *r, const char *name)
{
	bool with_private;

	if (shows_private(r, &with_private))
		sites_answer_document(r, site_key_document(api->sites, name, with_private),
		    "infrastructure key", name);
}

void api_put_key(struct api *api, struct http_request *r, const char *name)
{
	json_t *body = document_read(r);

	if (body == NULL)
		return;
	sites_answer_change(r, site_key_update(api->sites, name, body), "key.changed", name);
	json_decref(body);
}

void api_delete_key(struct api *api, struct http_request *r, const char *name)
{
	sites_answer_change(r, site_key_delete(api->sites, name), "key.deleted", name);
}
