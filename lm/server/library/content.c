/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/server/library/content.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/heap.h"
#include "lm/packages/packages.h"
#include "tosca/model/descriptor.h"
#include "tosca/text/source.h"

enum { DIAGS_MAX = 200, SHOWN_MAX = 3, TEXT_MAX = 2000, LABEL_MAX = 300 };

/* ---- what is wrong ---------------------------------------------------------------------------- */

static void print_short(const struct diag *d, struct lm_buf *out)
{
	struct source_place at = source_place(&d->pos);

	if (d->pos.source != NULL)
		lm_buf_printf(out, "%s:", d->pos.source->file);
	if (at.line > 0)
		lm_buf_printf(out, "%u:%u:", at.line, at.col);
	lm_buf_printf(out, "%s%s [%s]", out->n > 0 && out->p[out->n - 1] == ':' ? " " : "",
	    d->message, d->code);
	if (d->help != NULL)
		lm_buf_printf(out, " (%s)", d->help);
}

struct lm_err *diags_refuse(const struct diags *diags)
{
	struct lm_buf text;
	size_t shown = 0, errors = diags_errors(diags);

	lm_buf_init(&text, TEXT_MAX);
	for (size_t i = 0; i < diags_count(diags) && shown < SHOWN_MAX; i++) {
		if (diags_at(diags, i)->severity != DIAG_ERROR)
			continue;
		if (shown++ > 0)
			lm_buf_puts(&text, "; ");
		print_short(diags_at(diags, i), &text);
	}
	if (errors > shown)
		lm_buf_printf(&text, "; and %zu more", errors - shown);
	struct lm_err *e = lm_err_new(LM_ERR_INVALID, "%s", text.p);
	lm_buf_fini(&text);
	return e;
}

/* ---- reading ---------------------------------------------------------------------------------- */

static struct lm_err *read_as(
    const struct content_source *s, const char *label, const char *unpack_dir, struct content *out)
{
	struct packages_conf conf = {.file_max = PACKAGES_MANAGED_MAX, .unpack_dir = unpack_dir};
	LM_AUTO(diags) d = diags_new(DIAGS_MAX);

	out->catalog = catalog_new();
	bool good = packages_read_memory(label, s->bytes, s->n, out->catalog, &conf);
	catalog_report(out->catalog, NULL, d);
	diags_sort(d);
	if (diags_errors(d) > 0)
		return diags_refuse(d);
	if (!good)
		return lm_err_new(LM_ERR_INVALID, "the package cannot be read");
	const struct descriptor *subject = NULL;
	struct lm_err *e = packages_subject(out->catalog, &subject);
	if (e != NULL)
		return e;
	snprintf(out->name, sizeof out->name, "%s", subject->name.full);
	snprintf(out->key, sizeof out->key, "%s", subject->name.canonical);
	return NULL;
}

/* Every resource of it finds its scripts below "<unpack_dir>/<64 digits>". */
static void find_folder(const struct content_source *s, struct content *out)
{
	enum { DIGITS = 64 };
	const struct descriptor *d = catalog_at(out->catalog, 0);
	size_t n = strlen(s->unpack_dir) + 1 + DIGITS;

	if (d == NULL || strlen(d->package_dir) < n ||
	    strncmp(d->package_dir, s->unpack_dir, strlen(s->unpack_dir)) != 0)
		return;
	out->folder = lm_strndup(d->package_dir, n);
}

/* Without a path, and without what a terminal would act on. */
static void label_of(const char *file, char out[LABEL_MAX])
{
	const char *slash = file == NULL ? NULL : strrchr(file, '/');
	const char *name = slash != NULL ? slash + 1 : file;

	snprintf(out, LABEL_MAX, "%s", name == NULL || *name == '\0' ? "package.zip" : name);
	for (char *p = out; *p != '\0'; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7f || *p == '\\')
			*p = '?';
}

struct lm_err *content_read(const struct content_source *s, struct content *out)
{
	char label[LABEL_MAX];
	struct lm_err *e = NULL;

	*out = (struct content){0};
	label_of(s->file, label);
	if (s->key == NULL) {
		e = read_as(s, label, NULL, out);
		if (e != NULL)
			return e;
		catalog_free(out->catalog);
	}
	snprintf(label, sizeof label, "%s.zip", s->key != NULL ? s->key : out->key);
	e = read_as(s, label, s->unpack_dir, out);
	find_folder(s, out);
	return e;
}

void content_fini(struct content *c)
{
	catalog_free(c->catalog);
	free(c->folder);
	*c = (struct content){0};
}
