/* SPDX-License-Identifier: Apache-2.0 */
/* Resource packages: archives with descriptors and their scripts, uploaded and deleted. */

#include <ctype.h>
#include <string.h>

#include "base/json.h"
#include "base/time.h"
#include "lm/disk/disk.h"
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
		api_answer_err(r, 0, library_no_package(api->library, name));
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

/* What an archive is, by its first bytes; the last one is whatever else was taken. */
static const struct archive_form {
	const char *begins;
	size_t n;
	const char *ending, *type;
} archive_forms[] = {
    {"PK", 2, "zip", "application/zip"},
    {"\x1f\x8b", 2, "tar.gz", "application/gzip"},
    {"\xfd"
     "7zXZ",
	5, "tar.xz", "application/octet-stream"},
    {"\x28\xb5\x2f\xfd", 4, "tar.zst", "application/octet-stream"},
    {"", 0, "tar", "application/octet-stream"},
};

static const struct archive_form *form_of(const struct disk_bytes *b)
{
	const struct archive_form *f = archive_forms;

	while (b->n < f->n || memcmp(b->p, f->begins, f->n) != 0)
		f++;
	return f;
}

/* resource::box::1.0 as a file that any system takes: resource-box-1.0.zip */
static void name_file(struct http_request *r, const char *name, const char *ending)
{
	struct lm_buf b;

	lm_buf_init(&b, LOCATION_MAX);
	lm_buf_puts(&b, "attachment; filename=\"");
	for (; *name != '\0'; name++) {
		bool is_plain = isalnum((unsigned char)*name) || strchr("._-", *name) != NULL;
		bool is_pair = strncmp(name, "::", 2) == 0;

		lm_buf_add(&b, is_pair ? "-" : is_plain ? name : "_", 1);
		name += is_pair;
	}
	lm_buf_printf(&b, ".%s\"", ending);
	http_put_header(r, "Content-Disposition", b.p);
	lm_buf_fini(&b);
}

void api_get_package_content(struct api *api, struct http_request *r, const char *name)
{
	struct disk_bytes bytes;
	struct lm_buf b;

	struct lm_err *e = library_package_read(api->library, name, &bytes);
	if (e != NULL) {
		api_answer_err(r, 0, e);
		return;
	}
	const struct archive_form *form = form_of(&bytes);
	lm_buf_init(&b, LIBRARY_PACKAGE_MAX + 1);
	lm_buf_add(&b, bytes.p, bytes.n);
	disk_bytes_fini(&bytes);
	name_file(r, library_package(api->library, name)->name, form->ending);
	http_answer(r, &(struct http_answer){.status = 200, .type = form->type}, &b);
	lm_buf_fini(&b);
}

/* ---- changes ---------------------------------------------------------------------------------- */

static void answer_done(struct http_request *r, bool is_new, const struct library_news *news)
{
	struct lm_buf b;

	api_note(r, "package.said", news->name);
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

/* A request sleeps until it is answered, so it is there however long the other thread needs. */
static void on_posted(void *arg, struct lm_err *e, const struct library_news *news)
{
	if (e != NULL)
		api_answer_refusal(arg, e, news);
	else
		answer_done(arg, true, news);
}

static void on_put(void *arg, struct lm_err *e, const struct library_news *news)
{
	if (e != NULL)
		api_answer_refusal(arg, e, news);
	else
		answer_done(arg, false, news);
}

static void begin(struct api *api, struct http_request *r, const char *name)
{
	struct http_part part;

	if (!http_part(r, "file", &part)) {
		http_answer_error(r, 400,
		    "send the archive as the part 'file' of a multipart/form-data body, as in: "
		    "curl -F "
		    "file=@vnf.zip");
		return;
	}
	struct lm_err *e =
	    library_upload(api->library, &(struct library_upload){.name = name,
					     .file = part.filename,
					     .bytes = part.p,
					     .n = part.n,
					     .done = name == NULL ? on_posted : on_put,
					     .arg = r});
	if (e == NULL)
		return;
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
	api_answer_deleted(r, library_delete_package(api->library, name), "package.deleted", name);
}
