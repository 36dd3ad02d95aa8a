/* SPDX-License-Identifier: Apache-2.0 */
/* Resource packages: archives with descriptors and their scripts, uploaded and deleted. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/time.h"
#include "lm/server/api.h"
#include "lm/server/library/library.h"

enum { ANSWER_MAX = 16 * 1024 * 1024, LOCATION_MAX = 1024 };

#define PACKAGES "/api/resource-manager/resource-packages"

/* ---- questions -------------------------------------------------------------------------------- */

static void print_head(const struct package *p, struct lm_json *j)
{
	char at[LM_TIME_SIZE];

	lm_time_text(p->at_ms, at);
	lm_json_open(j, NULL, '{');
	lm_json_str(j, "name", p->name);
	lm_json_str(j, "origin", "uploaded");
	lm_json_int(j, "size", (int64_t)p->size);
	lm_json_str(j, "uploadedAt", at);
	lm_json_open(j, "descriptors", '[');
	for (size_t i = 0; i < p->n_files; i++)
		lm_json_str(j, NULL, p->files[i].descriptor);
	lm_json_close(j, ']');
}

void api_get_packages(struct api *api, struct http_request *r, const char *param)
{
	struct lm_buf b;
	(void)param;

	lm_buf_init(&b, ANSWER_MAX);
	struct lm_json j = lm_json_on(&b);
	lm_json_open(&j, NULL, '[');
	for (size_t i = 0; i < library_package_count(api->library); i++) {
		print_head(library_package_at(api->library, i), &j);
		lm_json_close(&j, '}');
	}
	lm_json_close(&j, ']');
	api_answer_text(r, NULL, &b);
	lm_buf_fini(&b);
}

static struct lm_err *no_package(const char *name)
{
	return lm_err_new(
	    LM_ERR_NOT_FOUND, "Cannot find resource package with name %s: see " PACKAGES, name);
}

static void print_file(void *arg, const char *path, size_t size)
{
	struct lm_json *j = arg;

	lm_json_open(j, NULL, '{');
	lm_json_str(j, "path", path);
	lm_json_int(j, "size", (int64_t)size);
	lm_json_close(j, '}');
}

void api_get_package(struct api *api, struct http_request *r, const char *name)
{
	const struct package *p = library_package(api->library, name);
	struct lm_buf b;

	if (p == NULL) {
		api_answer_err(r, 0, no_package(name));
		return;
	}
	lm_buf_init(&b, ANSWER_MAX);
	struct lm_json j = lm_json_on(&b);
	print_head(p, &j);
	lm_json_open(&j, "files", '[');
	library_package_files(p, print_file, &j);
	lm_json_close(&j, ']');
	lm_json_close(&j, '}');
	api_answer_text(r, NULL, &b);
	lm_buf_fini(&b);
}

/* ---- changes ---------------------------------------------------------------------------------- */

/* Waits for the other thread; it sleeps until it is answered, so the request is there. */
struct upload {
	struct http_request *request;
	bool is_new;
};

static void answer_done(struct http_request *r, bool is_new, const struct library_news *news)
{
	struct lm_buf b;

	lm_buf_init(&b, LOCATION_MAX);
	lm_buf_printf(&b, PACKAGES "/%s", news->name);
	if (is_new)
		http_put_header(r, "Location", b.p);
	lm_buf_fini(&b);
	lm_buf_init(&b, ANSWER_MAX);
	struct lm_json j = lm_json_on(&b);
	lm_json_open(&j, NULL, '{');
	lm_json_str(&j, "name", news->name);
	lm_json_raw(&j, "validationWarnings", news->diags.cut ? "[]" : news->diags.p);
	lm_json_close(&j, '}');
	http_answer(r, &(struct http_answer){.status = is_new ? 201 : 200}, &b);
	lm_buf_fini(&b);
}

static void on_done(void *arg, struct lm_err *e, const struct library_news *news)
{
	struct upload *u = arg;

	if (e != NULL)
		api_answer_refusal(u->request, e, news);
	else
		answer_done(u->request, u->is_new, news);
	free(u);
}

static void begin(struct api *api, struct http_request *r, const char *name)
{
	struct http_part part;
	struct upload *u;

	if (!http_part(r, "file", &part)) {
		http_answer_error(r, 400,
		    "send the archive as the part 'file' of a multipart/form-data body, as in: "
		    "curl -F "
		    "file=@vnf.zip");
		return;
	}
	u = calloc(1, sizeof *u);
	if (u == NULL)
		abort();
	*u = (struct upload){r, name == NULL};
	struct lm_err *e = library_upload(api->library, &(struct library_upload){.name = name,
							    .file = part.filename,
							    .bytes = part.p,
							    .n = part.n,
							    .done = on_done,
							    .arg = u});
	if (e == NULL)
		return;
	free(u);
	if (lm_err_kind(e) == LM_ERR_UNAVAILABLE)
		http_put_header(r, "Retry-After", "1");
	api_answer_err(r, 0, e);
}

void api_post_package(struct api *api, struct http_request *r, const char *param)
{
	(void)param;
	begin(api, r, NULL);
}

void api_put_package(struct api *api, struct http_request *r, const char *name)
{
	begin(api, r, name);
}

void api_delete_package(struct api *api, struct http_request *r, const char *name)
{
	api_answer_deleted(r, library_delete_package(api->library, name));
}
