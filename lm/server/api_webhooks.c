/* SPDX-License-Identifier: Apache-2.0 */
/* Receivers of events, as operators name them. */
#include <jansson.h>
#include <stdio.h>

#include "base/json.h"
#include "lm/server/api.h"
#include "lm/server/document/document.h"
#include "lm/server/feed/hooks.h"

enum { ANSWER_MAX = 1024 * 1024 };

void api_get_webhooks(struct api *api, struct http_request *r, const char *param)
{
	struct lm_buf b;
	(void)param;

	lm_buf_init(&b, ANSWER_MAX);
	struct lm_json j = lm_json_on(&b);
	hooks_print_all(api->hooks, &j);
	api_answer_text(r, NULL, &b);
	lm_buf_fini(&b);
}

static void answer_one(struct api *api, struct http_request *r, int status, const char *name)
{
	struct lm_buf b;

	lm_buf_init(&b, ANSWER_MAX);
	struct lm_json j = lm_json_on(&b);
	if (hooks_print(api->hooks, name, &j))
		http_answer(r, &(struct http_answer){.status = status}, &b);
	else
		http_answer_error(
		    r, 404, "Cannot find webhook with name %s: see /api/webhooks", name);
	lm_buf_fini(&b);
}

void api_get_webhook(struct api *api, struct http_request *r, const char *name)
{
	answer_one(api, r, 200, name);
}

/* 'name' NULL: a new one. */
static void put(struct api *api, struct http_request *r, const char *name)
{
	json_t *body = document_read(r);
	const char *saved = NULL;
	char location[32 + HOOK_NAME_MAX];

	if (body == NULL)
		return;
	struct lm_err *e = hooks_put(api->hooks, name, body, &saved);
	json_decref(body);
	if (e != NULL) {
		api_answer_err(r, 0, e);
		return;
	}
	api_note(r, "webhook.said", saved);
	snprintf(location, sizeof location, "/api/webhooks/%s", saved);
	if (name == NULL)
		http_put_header(r, "Location", location);
	answer_one(api, r, name == NULL ? 201 : 200, saved);
}

void api_post_webhook(struct api *api, struct http_request *r, const char *param)
{
	(void)param;
	put(api, r, NULL);
}

void api_put_webhook(struct api *api, struct http_request *r, const char *name)
{
	put(api, r, name);
}

void api_delete_webhook(struct api *api, struct http_request *r, const char *name)
{
	struct lm_err *e = hooks_remove(api->hooks, name);

	if (e != NULL) {
		api_answer_err(r, 0, e);
		return;
	}
	api_note(r, "webhook.removed", name);
	http_answer(r, &(struct http_answer){.status = 204}, NULL);
}
