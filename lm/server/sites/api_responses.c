/* SPDX-License-Identifier: Apache-2.0 */
/* POST /api/driver/responses: what drivers of others say of the steps that they were asked. */
#include <jansson.h>
#include <string.h>

#include "base/json.h"
#include "base/log.h"
#include "lm/server/api.h"
#include "lm/server/document/document.h"
#include "lm/server/intake/reply.h"
#include "lm/server/sites/routes.h"

static void answer(struct http_request *r, const char *step, bool taken)
{
	struct lm_json j;
	struct lm_buf b;

	lm_buf_init(&b, 4096);
	j = lm_json_on(&b);
	lm_json_open(&j, NULL, '{');
	lm_json_str(&j, "requestId", step);
	lm_json_bool(&j, "taken", taken);
	if (!taken)
		lm_json_str(&j, "reason",
		    "nobody waits for it: it has an answer, or was given up; nothing has changed");
	lm_json_close(&j, '}');
	api_answer_text(r, NULL, &b);
	lm_buf_fini(&b);
}

static void take(struct api *api, struct http_request *r, const char *step, const json_t *reply)
{
	bool taken = false;
	struct lm_err *e = driver_set_reply(manager_drivers(api->manager), step, reply, &taken);

	if (e != NULL) {
		api_answer_err(r, 0, e);
		return;
	}
	lm_log(taken ? LM_LOG_DEBUG : LM_LOG_INFO, taken ? "step.reply" : "step.late",
	    "step=%s status=%s", step, json_string_value(json_object_get(reply, "status")));
	answer(r, step, taken);
}

void api_post_response(struct api *api, struct http_request *r, const char *param)
{
	const char *token = http_bearer(r);
	(void)param;

	if (token == NULL) {
		http_answer_error(r, 401,
		    "who answers? Send 'Authorization: Bearer TOKEN' with the token that came as "
		    "X-LM-Callback-Token with the request");
		return;
	}
	json_t *reply = document_read(r);
	const char *step = json_string_value(json_object_get(reply, "requestId"));
	if (reply == NULL)
		return;
	if (step == NULL)
		http_answer_error(r, 400, "'requestId' is missing: the one of the request");
	else if (!reply_token_check(api->token_key, token, step))
		http_answer_error(r, 403,
		    "this is not the token that came as X-LM-Callback-Token with request %.100s",
		    step);
	else
		take(api, r, step, reply);
	json_decref(reply);
}
