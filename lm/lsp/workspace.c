/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/heap.h"
#include "base/log.h"
#include "lm/lsp/lsp.h"
#include "lm/lsp/uri.h"
#include "lm/packages/packages.h"
#include "tosca/link/check.h"

static void document_free(struct document *d)
{
	free(d->uri);
	free(d->file);
	text_fini(&d->text);
	free(d);
}

void workspace_init(struct lsp *l)
{
	l->catalog = catalog_new();
	l->documents = lm_map_new();
	l->shown = lm_map_new();
}

void workspace_fini(struct lsp *l)
{
	struct document *d;

	for (size_t i = 0; (d = lm_map_next(l->documents, &i)) != NULL;) {
		lm_map_remove(l->documents, d->file);
		document_free(d);
	}
	lm_map_free(l->documents);
	publish_fini(l);
	for (size_t i = 0; i < l->n_roots; i++)
		free(l->roots[i]);
	catalog_free(l->catalog);
}

struct document *workspace_document(const struct lsp *l, const char *uri)
{
	char *file = uri_to_file(uri);
	struct document *d = lm_map_find(l->documents, file);

	free(file);
	return d;
}

/* ---- folders ------------------------------------------------------------------------------- */

static bool read_package(struct lsp *l, const char *path)
{
	json_t *params;
	struct lm_buf text;

	if (packages_load(path, l->catalog, NULL))
		return true;
	lm_buf_init(&text, 8192);
	lm_buf_printf(&text, "%s cannot be read: 'lm check' says why", path);
	params = json_object();
	json_object_set_new(params, "type", json_integer(2));
	json_object_set_new(params, "message", lsp_string(text.p));
	rpc_notify(l->rpc, "window/logMessage", params);
	lm_buf_fini(&text);
	return false;
}

/* What is open is as it is in the editor, whatever is on disk. */
static void put_documents(struct lsp *l)
{
	struct document *d;

	for (size_t i = 0; (d = lm_map_next(l->documents, &i)) != NULL;)
		catalog_put(l->catalog, d->file, d->text.p, d->text.n);
}

static void load(struct lsp *l, const char *path)
{
	read_package(l, path);
	put_documents(l);
}

static void add_root(struct lsp *l, const char *uri)
{
	if (uri == NULL || l->n_roots == LSP_ROOTS_MAX)
		return;
	char *path = uri_to_file(uri);
	size_t n = strlen(path);
	while (n > 1 && path[n - 1] == '/')
		path[--n] = '\0';
	if (path[0] != '/') {
		free(path);
		return;
	}
	l->roots[l->n_roots++] = path;
	load(l, path);
	if (l->verbose)
		lm_log(LM_LOG_INFO, "lsp.folder", "path=%s descriptors=%zu", path,
		    catalog_count(l->catalog));
}

void workspace_load(struct lsp *l, const json_t *params)
{
	const json_t *folders = json_object_get(params, "workspaceFolders");
	const char *root = lsp_text_at(params, "rootUri", NULL);

	if (json_array_size(folders) == 0) {
		if (root == NULL)
			root = lsp_text_at(params, "rootPath", NULL);
		add_root(l, root);
	}
	for (size_t i = 0; i < json_array_size(folders); i++)
		add_root(l, lsp_text_at(json_array_get(folders, i), "uri", NULL));
	publish_note_changes(l);
}

static bool lies_below(const char *file, const char *folder)
{
	size_t n = strlen(folder);

	return strncmp(file, folder, n) == 0 &&
	       (file[n] == '/' || file[n] == '\0' || (n == 1 && folder[0] == '/'));
}

/* All that is not open. */
static void remove_below(struct lsp *l, const char *path)
{
	for (size_t i = catalog_file_count(l->catalog); i-- > 0;) {
		const char *file = catalog_file_at(l->catalog, i);

		if (!lies_below(file, path) || lm_map_find(l->documents, file) != NULL)
			continue;
		publish_clear(l, file);
		catalog_remove(l->catalog, file);
	}
}

void workspace_folders(struct lsp *l, const json_t *params)
{
	const json_t *event = json_object_get(params, "event");
	const json_t *gone = json_object_get(event, "removed");
	const json_t *come = json_object_get(event, "added");

	for (size_t i = 0; i < json_array_size(gone); i++) {
		const char *uri = lsp_text_at(json_array_get(gone, i), "uri", NULL);
		char *path = uri != NULL ? uri_to_file(uri) : NULL;

		for (size_t k = 0; path != NULL && k < l->n_roots; k++) {
			if (strcmp(l->roots[k], path) != 0)
				continue;
			remove_below(l, path);
			free(l->roots[k]);
			l->roots[k] = l->roots[--l->n_roots];
			break;
		}
		free(path);
	}
	for (size_t i = 0; i < json_array_size(come); i++)
		add_root(l, lsp_text_at(json_array_get(come, i), "uri", NULL));
	publish_changes(l);
}

/* Whether it would be read with one of the folders. */
static bool is_ours(const struct lsp *l, const char *file)
{
	for (size_t i = 0; i < l->n_roots; i++) {
		if (!lies_below(file, l->roots[i]))
			continue;
		const char *path = file + strlen(l->roots[i]);
		if (packages_is_descriptor(path[0] == '/' ? path + 1 : path))
			return true;
	}
	return false;
}

/* The file as it is on disk, if it belongs to one of the folders. */
static bool reload(struct lsp *l, const char *file)
{
	struct stat st;

	return is_ours(l, file) && lstat(file, &st) == 0 && S_ISREG(st.st_mode) &&
	       read_package(l, file);
}

enum { FILE_DELETED = 3 };

void workspace_watch(struct lsp *l, const json_t *params)
{
	const json_t *changes = json_object_get(params, "changes");

	for (size_t i = 0; i < json_array_size(changes); i++) {
		const json_t *change = json_array_get(changes, i);
		const char *uri = lsp_text_at(change, "uri", NULL);
		json_int_t type = json_integer_value(json_object_get(change, "type"));
		char *file = uri != NULL ? uri_to_file(uri) : NULL;

		if (file != NULL && lm_map_find(l->documents, file) == NULL &&
		    (type == FILE_DELETED || !reload(l, file)))
			remove_below(l, file);
		free(file);
	}
	publish_changes(l);
}

/* ---- documents ----------------------------------------------------------------------------- */

void workspace_open(struct lsp *l, const json_t *params)
{
	const json_t *item = json_object_get(params, "textDocument");
	const char *uri = lsp_text_at(item, "uri", NULL);
	const json_t *text = json_object_get(item, "text");

	if (uri == NULL || !json_is_string(text))
		return;
	struct document *d = workspace_document(l, uri);
	if (d != NULL) {
		text_fini(&d->text);
	} else {
		d = lm_alloc(sizeof *d);
		d->uri = lm_strdup(uri);
		d->file = uri_to_file(uri);
		lm_map_put(l->documents, d->file, d);
	}
	text_init(&d->text, json_string_value(text), json_string_length(text));
	catalog_put(l->catalog, d->file, d->text.p, d->text.n);
	catalog_check(l->catalog);
	publish_file(l, d->file);
	publish_changes(l);
}

/* One change: a range is replaced, or all of it. */
static void apply_change(const struct lsp *l, struct document *d, const json_t *change)
{
	const json_t *text = json_object_get(change, "text");
	const json_t *range = json_object_get(change, "range");
	struct text_place from, to;
	size_t begin = 0, end = d->text.n;

	if (!json_is_string(text))
		return;
	if (json_is_object(range)) {
		if (!place_read(json_object_get(range, "start"), &from) ||
		    !place_read(json_object_get(range, "end"), &to))
			return;
		begin = text_offset(&d->text, from, l->unit);
		end = text_offset(&d->text, to, l->unit);
	}
	if (begin > end)
		return;
	text_splice(&d->text, begin, end, json_string_value(text), json_string_length(text));
}

void workspace_change(struct lsp *l, const json_t *params)
{
	const char *uri = lsp_text_at(params, "textDocument", "uri");
	const json_t *changes = json_object_get(params, "contentChanges");
	struct document *d = uri != NULL ? workspace_document(l, uri) : NULL;

	if (d == NULL)
		return;
	for (size_t i = 0; i < json_array_size(changes); i++)
		apply_change(l, d, json_array_get(changes, i));
	catalog_put(l->catalog, d->file, d->text.p, d->text.n);
	publish_changes(l);
}

void workspace_close(struct lsp *l, const json_t *params)
{
	const char *uri = lsp_text_at(params, "textDocument", "uri");
	struct document *d = uri != NULL ? workspace_document(l, uri) : NULL;

	if (d == NULL)
		return;
	publish_clear(l, d->file);
	lm_map_remove(l->documents, d->file);
	if (reload(l, d->file)) {
		catalog_check(l->catalog);
		publish_note(l, d->file);
	} else {
		catalog_remove(l->catalog, d->file);
	}
	document_free(d);
	publish_changes(l);
}
