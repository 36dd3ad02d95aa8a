/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/server/library/library.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/log.h"
#include "lm/server/library/priv.h"
#include "tosca/link/check.h"
#include "tosca/model/descriptor.h"
#include "tosca/text/source.h"

enum { DIAGS_MAX = 1000, NEWS_MAX = 4 * 1024 * 1024 };

static char *copy(const char *text)
{
	char *p = strdup(text);

	if (p == NULL)
		abort();
	return p;
}

void library_news_init(struct library_news *n)
{
	n->name[0] = '\0';
	lm_buf_init(&n->diags, NEWS_MAX);
}

void library_news_fini(struct library_news *n)
{
	lm_buf_fini(&n->diags);
}

const char *library_file(struct lm_arena *a, const char *key)
{
	return lm_arena_printf(a, "%s.yml", key);
}

bool library_key(const char *name, char out[NAME_MAX_LENGTH + 1])
{
	LM_AUTO(lm_arena) a = lm_arena_new();
	struct name n;

	if (name_parse(a, name, &n) != NULL || n.ranged || strlen(n.canonical) > NAME_MAX_LENGTH)
		return false;
	snprintf(out, NAME_MAX_LENGTH + 1, "%s", n.canonical);
	return true;
}

/* ---- packages --------------------------------------------------------------------------------- */

size_t library_place(const struct library *l, const char *key)
{
	size_t low = 0, high = l->list.n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(l->list.v[middle]->key, key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct package *package_find(const struct library *l, const char *key)
{
	size_t i = library_place(l, key);

	return i < l->list.n && strcmp(l->list.v[i]->key, key) == 0 ? l->list.v[i] : NULL;
}

struct package *package_new(const struct content *c, size_t size, int64_t at_ms)
{
	struct package *p = calloc(1, sizeof *p);
	size_t n = catalog_count(c->catalog);

	if (p == NULL || (p->files = calloc(n + 1, sizeof p->files[0])) == NULL)
		abort();
	p->key = copy(c->key);
	p->name = copy(c->name);
	p->size = size;
	p->at_ms = at_ms;
	p->folder = c->folder != NULL ? copy(c->folder) : NULL;
	for (size_t i = 0; i < n; i++) {
		const struct descriptor *d = catalog_at(c->catalog, i);

		p->files[p->n_files++] = (struct library_file){
		    copy(d->file), copy(d->name.canonical), copy(d->name.full)};
	}
	return p;
}

void package_free(struct package *p)
{
	if (p == NULL)
		return;
	for (size_t i = 0; i < p->n_files; i++) {
		free(p->files[i].file);
		free(p->files[i].key);
		free(p->files[i].descriptor);
	}
	free(p->files);
	free(p->key);
	free(p->name);
	free(p->folder);
	free(p);
}

static void forget(struct library *l, struct package *p)
{
	for (size_t i = 0; i < p->n_files; i++)
		lm_map_remove(l->holders, p->files[i].key);
	package_free(p);
}

void library_add(struct library *l, struct package *p)
{
	size_t at = library_place(l, p->key);

	if (at < l->list.n && strcmp(l->list.v[at]->key, p->key) == 0) {
		forget(l, l->list.v[at]);
	} else {
		LM_PUSH(NULL, &l->list);
		memmove(
		    &l->list.v[at + 1], &l->list.v[at], (l->list.n - 1 - at) * sizeof l->list.v[0]);
	}
	l->list.v[at] = p;
	for (size_t i = 0; i < p->n_files; i++)
		lm_map_put(l->holders, p->files[i].key, p);
}

void library_drop(struct library *l, const char *key)
{
	size_t at = library_place(l, key);
	struct package *p = l->list.v[at];

	lm_vec_remove(&l->list, at);
	forget(l, p);
}

/* Files with several documents come once. */
void library_show(struct library *l, const struct content *c)
{
	const struct source *last = NULL;

	catalog_layer(l->catalog, LAYER_UPLOADED);
	for (size_t i = 0; i < catalog_count(c->catalog); i++) {
		const struct descriptor *d = catalog_at(c->catalog, i);

		if (d->source == last)
			continue;
		last = d->source;
		catalog_put(l->catalog, d->file, last->text, last->n);
		catalog_set_package_dir(l->catalog, d->file, d->package_dir);
	}
}

void library_hide(struct library *l, const struct package *p)
{
	for (size_t i = 0; i < p->n_files; i++)
		catalog_remove(l->catalog, p->files[i].file);
}

struct package *library_holder(const struct library *l, const char *key)
{
	return lm_map_find(l->holders, key);
}

size_t library_package_count(const struct library *l)
{
	return l->list.n;
}

const struct package *library_package_at(const struct library *l, size_t i)
{
	return i < l->list.n ? l->list.v[i] : NULL;
}

const struct package *library_package(const struct library *l, const char *name)
{
	char key[NAME_MAX_LENGTH + 1];

	return library_key(name, key) ? package_find(l, key) : NULL;
}

/* ---- the beginning ---------------------------------------------------------------------------- */

struct lm_err *library_open(const struct library_conf *conf, struct library **out)
{
	LM_AUTO(lm_arena) a = lm_arena_new();
	struct library *l = calloc(1, sizeof *l);
	const char *folder = lm_arena_printf(a, "%s/catalog", conf->state_dir);

	if (l == NULL)
		abort();
	l->catalog = conf->catalog;
	l->unpack_dir = copy(conf->unpack_dir);
	l->holders = lm_map_new();
	*out = l;
	if (mkdir(folder, 0700) != 0 && errno != EEXIST)
		return lm_err_errno(errno, "cannot make the folder %s", folder);
	struct lm_err *e =
	    stored_open(&l->packages, lm_arena_printf(a, "%s/packages", folder), ".zip");
	if (e == NULL)
		e = stored_open(
		    &l->descriptors, lm_arena_printf(a, "%s/descriptors", folder), ".yml");
	return e;
}

struct loading {
	struct library *library;
	struct diags *out;
};

static void complain(const struct stored *where, const char *name, struct lm_err *e)
{
	lm_log(LM_LOG_WARN, "catalog.stored", "'%s' in %s is left out, hand it in again: %s", name,
	    where->path, lm_err_text(e));
	lm_err_free(e);
}

static void complain_name(const struct stored *where, const char *file)
{
	lm_log(LM_LOG_WARN, "catalog.stored", "%s/%s is none of the manager's files: move it away",
	    where->path, file);
}

static void load_package(void *arg, const char *key, bool is_name)
{
	struct library *l = arg;
	struct stored_bytes b;
	struct content c = {0};

	if (!is_name) {
		complain_name(&l->packages, key);
		return;
	}
	struct lm_err *e = stored_read(&l->packages, key, LIBRARY_PACKAGE_MAX, &b);
	if (e == NULL)
		e = content_read(
		    &(struct content_source){
			.key = key, .bytes = b.p, .n = b.n, .unpack_dir = l->unpack_dir},
		    &c);
	if (e == NULL && strcmp(c.key, key) != 0)
		e = lm_err_new(LM_ERR_INVALID, "it is the package of %s", c.name);
	if (e == NULL) {
		library_show(l, &c);
		library_add(l, package_new(&c, b.n, b.at_ms));
	} else {
		complain(&l->packages, key, e);
	}
	content_fini(&c);
	free(b.p);
}

static void load_descriptor(void *arg, const char *key, bool is_name)
{
	LM_AUTO(lm_arena) a = lm_arena_new();
	struct library *l = arg;
	struct stored_bytes b;

	if (!is_name) {
		complain_name(&l->descriptors, key);
		return;
	}
	struct lm_err *e = stored_read(&l->descriptors, key, LIBRARY_DESCRIPTOR_MAX, &b);
	if (e != NULL) {
		complain(&l->descriptors, key, e);
		return;
	}
	catalog_layer(l->catalog, LAYER_DESCRIPTORS);
	catalog_put(l->catalog, library_file(a, key), b.p, b.n);
	l->n_descriptors++;
	free(b.p);
}

static void report(void *arg, const char *file)
{
	struct loading *g = arg;
	LM_AUTO(diags) d = diags_new(DIAGS_MAX);

	catalog_report(g->library->catalog, file, d);
	if (diags_errors(d) == 0)
		return;
	diags_borrow(g->out, d);
	lm_log(LM_LOG_WARN, "catalog.broken",
	    "file=%s errors=%zu: what it describes cannot be made until this is mended", file,
	    diags_errors(d));
}

static void ignore(void *arg, const char *file)
{
	(void)arg;
	(void)file;
}

struct lm_err *library_load(struct library *l, struct diags *out)
{
	struct loading g = {l, out};

	catalog_take_changed(l->catalog, ignore, NULL);
	struct lm_err *e = stored_each(&l->packages, load_package, l);
	if (e == NULL)
		e = stored_each(&l->descriptors, load_descriptor, l);
	if (e != NULL)
		return e;
	catalog_check(l->catalog);
	catalog_take_changed(l->catalog, report, &g);
	diags_sort(out);
	return NULL;
}

void library_run(struct library *l, uv_loop_t *loop, const struct engine *engine)
{
	l->loop = loop;
	l->engine = engine;
	library_tidy(l);
}

void library_free(struct library *l)
{
	if (l == NULL)
		return;
	for (size_t i = 0; i < l->list.n; i++)
		package_free(l->list.v[i]);
	lm_vec_free(&l->list);
	lm_map_free(l->holders);
	stored_close(&l->packages);
	stored_close(&l->descriptors);
	free(l->unpack_dir);
	free(l);
}
