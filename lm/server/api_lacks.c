/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What existing clients ask for and this manager has none of, answered so that they go on: everything
 * is in one group, and there are no behaviour tests.
 */
#include <string.h>

#include "base/json.h"
#include "lm/server/api.h"

enum { SMALL_MAX = 64 * 1024 };

void api_get_empty(struct api *api, struct http_request *r, const char *param)
{
	struct lm_buf b;
	(void)api;
	(void)param;

	lm_buf_init(&b, SMALL_MAX);
	lm_buf_puts(&b, "[]");
	api_answer_text(r, NULL, &b);
	lm_buf_fini(&b);
}

static void print_group(struct lm_json *j)
{
	lm_json_open(j, NULL, '{');
	lm_json_str(j, "id", "default");
	lm_json_str(j, "name", "default");
	lm_json_str(j, "description", "everything that this manager has");
	lm_json_bool(j, "isDefault", true);
	lm_json_close(j, '}');
}

void api_get_groups(struct api *api, struct http_request *r, const char *param)
{
	struct lm_buf b;
	(void)api;
	(void)param;

	lm_buf_init(&b, SMALL_MAX);
	struct lm_json j = lm_json_on(&b);
	lm_json_open(&j, NULL, '[');
	print_group(&j);
	lm_json_close(&j, ']');
	api_answer_text(r, NULL, &b);
	lm_buf_fini(&b);
}

void api_get_group(struct api *api, struct http_request *r, const char *id)
{
	struct lm_buf b;
	(void)api;

	if (strcmp(id, "default") != 0) {
		http_answer_error(r, 404,
		    "Cannot find object group with id %s: this manager knows 'default' alone", id);
		return;
	}
	lm_buf_init(&b, SMALL_MAX);
	struct lm_json j = lm_json_on(&b);
	print_group(&j);
	api_answer_text(r, NULL, &b);
	lm_buf_fini(&b);
}

void api_get_permissions(struct api *api, struct http_request *r, const char *param)
{
	static const char *const all[][2] = {
	    {"READ", "see what there is"},
	    {"WRITE", "change what there is"},
	    {"EXECUTE", "ask for intents"},
	};
	struct lm_buf b;
	(void)api;
	(void)param;

	lm_buf_init(&b, SMALL_MAX);
	struct lm_json j = lm_json_on(&b);
	lm_json_open(&j, NULL, '[');
	for (size_t i = 0; i < LM_COUNT(all); i++) {
		lm_json_open(&j, NULL, '{');
		lm_json_str(&j, "name", all[i][0]);
		lm_json_str(&j, "description", all[i][1]);
		lm_json_close(&j, '}');
	}
	lm_json_close(&j, ']');
	api_answer_text(r, NULL, &b);
	lm_buf_fini(&b);
}
