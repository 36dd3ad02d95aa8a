/* SPDX-License-Identifier: Apache-2.0 */
/* The catalog: descriptors are read, created, replaced, deleted. */
#include <string.h>
#include <strings.h>

#include "base/json.h"
#include "lm/server/api.h"
#include "lm/server/library/library.h"

enum { DOCUMENT_MAX = 128 * 1024 * 1024, ANSWER_MAX = 8 * 1024 * 1024, LOCATION_MAX = 1024 };

/* ---- questions -------------------------------------------------------------------------------- */

static void print_descriptor(const struct descriptor *d, struct lm_json *j)
{
	struct lm_buf href;

	lm_buf_init(&href, 4096);
	lm_buf_printf(&href, "/api/catalog/descriptors/%s", descriptor_name(d));
	lm_json_open(j, NULL, '{');
	lm_json_str(j, "name", descriptor_name(d));
	lm_json_str(j, "description", descriptor_description(d));
	lm_json_open(j, "links", '[');
	lm_json_open(j, NULL, '{');
	lm_json_str(j, "rel", "self");
	lm_json_str(j, "href", href.p);
	lm_json_close(j, '}');
	lm_json_close(j, ']');
	lm_json_close(j, '}');
	lm_buf_fini(&href);
}

void api_get_descriptors(struct api *api, struct http_request *r, const char *param)
{
	struct lm_buf b;
	(void)param;

	lm_buf_init(&b, DOCUMENT_MAX);
	struct lm_json j = lm_json_on(&b);
	lm_json_open(&j, NULL, '[');
	for (size_t i = 0; i < catalog_count(api->catalog); i++)
		print_descriptor(catalog_at(api->catalog, i), &j);
	lm_json_close(&j, ']');
	api_answer_text(r, NULL, &b);
	lm_buf_fini(&b);
}

/* Descriptors inherit nothing, so that the effective one is the one that its author wrote. */
static bool check_effective(struct http_request *r)
{
	const char *effective = http_query(r, "effective");

	if (effective == NULL || strcasecmp(effective, "true") == 0 ||
	    strcasecmp(effective, "false") == 0)
		return true;
	http_answer_error(r, 400, "'effective' must be True or False");
	return false;
}

void api_get_descriptor(struct api *api, struct http_request *r, const char *name)
{
	const struct descriptor *d = catalog_find(api->catalog, name);
	struct lm_buf b;
	size_t n = 0;

	if (!check_effective(r))
		return;
	if (d == NULL) {
		api_answer_err(r, 0, library_no_descriptor(api->catalog, name));
		return;
	}
	const char *text = descriptor_text(d, &n);
	lm_buf_init(&b, DOCUMENT_MAX);
	lm_buf_add(&b, text, n);
	api_answer_text(r, "application/yaml", &b);
	lm_buf_fini(&b);
}

/* ---- changes ---------------------------------------------------------------------------------- */

void api_answer_refusal(struct http_request *r, struct lm_err *e, const struct library_news *news)
{
	struct lm_buf details;

	if (lm_err_kind(e) != LM_ERR_INVALID || news->diags.n == 0) {
		api_answer_err(r, 0, e);
		return;
	}
	lm_buf_init(&details, ANSWER_MAX);
	struct lm_json j = lm_json_on(&details);
	lm_json_open(&j, NULL, '{');
	lm_json_raw(&j, "diagnostics", news->diags.cut ? "[]" : news->diags.p);
	lm_json_close(&j, '}');
	http_answer_details(r, 400, lm_err_text(e), details.p);
	lm_buf_fini(&details);
	lm_err_free(e);
}

void api_answer_deleted(
    struct http_request *r, struct lm_err *e, const char *event, const char *name)
{
	if (e != NULL) {
		api_answer_err(r, 0, e);
		return;
	}
	api_note(r, event, name);
	http_answer(r, &(struct http_answer){.status = 204}, NULL);
}

static void answer_put(struct http_request *r, int status, const struct library_news *news)
{
	struct lm_buf b;

	api_note(r, "descriptor.said", news->name);
	lm_buf_init(&b, LOCATION_MAX);
	lm_buf_printf(&b, "/api/catalog/descriptors/%s", news->name);
	if (status == 201)
		http_put_header(r, "Location", b.p);
	lm_buf_fini(&b);
	lm_buf_init(&b, ANSWER_MAX);
	struct lm_json j = lm_json_on(&b);
	lm_json_open(&j, NULL, '{');
	lm_json_str(&j, "descriptorName", news->name);
	lm_json_raw(&j, "validationWarnings", news->diags.cut ? "[]" : news->diags.p);
	lm_json_close(&j, '}');
	http_answer(r, &(struct http_answer){.status = status}, &b);
	lm_buf_fini(&b);
}

/* 'name' NULL: a new one. */
static void put(struct api *api, struct http_request *r, const char *name)
{
	struct library_text text = {name, r->body != NULL ? r->body : "", r->body_n};
	struct library_news news;

	library_news_init(&news);
	struct lm_err *e = library_put_descriptor(api->library, &text, &news);
	if (e != NULL)
		api_answer_refusal(r, e, &news);
	else
		answer_put(r, name == NULL ? 201 : 200, &news);
	library_news_fini(&news);
}

void api_post_descriptor(struct api *api, struct http_request *r, const char *param)
{
	(void)param;
	put(api, r, NULL);
}

void api_put_descriptor(struct api *api, struct http_request *r, const char *name)
{
	put(api, r, name);
}

void api_delete_descriptor(struct api *api, struct http_request *r, const char *name)
{
	api_answer_deleted(
	    r, library_delete_descriptor(api->library, name), "descriptor.deleted", name);
}
