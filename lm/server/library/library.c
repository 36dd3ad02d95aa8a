/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/server/library/library.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/heap.h"
#include "base/log.h"
#include "lm/server/library/priv.h"
#include "tosca/link/check.h"
#include "tosca/model/descriptor.h"
#include "tosca/text/source.h"
#include "tosca/text/suggest.h"

enum { DIAGS_MAX = 1000, NEWS_MAX = 4 * 1024 * 1024 };

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
	return lm_arena_printf(a, "%s" LIBRARY_TEXT, key);
}

const char *library_package_file(struct lm_arena *a, const char *key)
{
	return lm_arena_printf(a, "%s" LIBRARY_PACKAGE, key);
}

bool library_key(const char *name, char out[LIBRARY_NAME_MAX + 1])
{
	LM_AUTO(lm_arena) a = lm_arena_new();
	struct name n;

	if (name_parse(a, name, &n) != NULL || n.ranged || strlen(n.canonical) > LIBRARY_NAME_MAX)
		return false;
	snprintf(out, LIBRARY_NAME_MAX + 1, "%s", n.canonical);
	return true;
}

/* ---- packages --------------------------------------------------------------------------------- */

static bool is_before(struct package *const *p, const char *key)
{
	return strcmp((*p)->key, key) < 0;
}

static size_t place_of(const struct library *l, const char *key, bool *is_there)
{
	size_t at = LM_PLACE(l->list.v, l->list.n, is_before, key);

	*is_there = at < l->list.n && strcmp(l->list.v[at]->key, key) == 0;
	return at;
}

struct package *package_find(const struct library *l, const char *key)
{
	bool is_there;
	size_t at = place_of(l, key, &is_there);

	return is_there ? l->list.v[at] : NULL;
}

struct package *package_new(const struct content *c, size_t size, int64_t at_ms)
{
	struct package *p = lm_alloc(sizeof *p);
	size_t n = catalog_count(c->catalog);

	p->files = lm_alloc_n(n + 1, sizeof p->files[0]);
	p->key = lm_strdup(c->key);
	p->name = lm_strdup(c->name);
	p->size = size;
	p->at_ms = at_ms;
	p->folder = lm_strdup(c->folder);
	for (size_t i = 0; i < n; i++) {
		const struct descriptor *d = catalog_at(c->catalog, i);

		p->files[p->n_files++] = (struct library_file){
		    lm_strdup(d->file), lm_strdup(d->name.canonical), lm_strdup(d->name.full)};
	}
	return p;
}

static void package_free(struct package *p)
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
	bool is_there;
	size_t at = place_of(l, p->key, &is_there);

	if (is_there)
		forget(l, l->list.v[at]);
	else
		(void)LM_INSERT(NULL, &l->list, at);
	l->list.v[at] = p;
	for (size_t i = 0; i < p->n_files; i++)
		lm_map_put(l->holders, p->files[i].key, p);
}

void library_drop(struct library *l, const char *key)
{
	bool is_there;
	size_t at = place_of(l, key, &is_there);
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
	char key[LIBRARY_NAME_MAX + 1];

	return library_key(name, key) ? package_find(l, key) : NULL;
}

/* ---- the beginning ---------------------------------------------------------------------------- */

struct lm_err *library_open(const struct library_conf *conf, struct library **out)
{
	LM_AUTO(lm_arena) a = lm_arena_new();
	struct library *l = lm_alloc(sizeof *l);

	l->catalog = conf->catalog;
	l->unpack_dir = lm_strdup(conf->unpack_dir);
	l->holders = lm_map_new();
	*out = l;
	struct lm_err *e =
	    disk_make(&l->packages, lm_arena_printf(a, "%s/catalog/packages", conf->state_dir));
	if (e == NULL)
		e = disk_make(
		    &l->descriptors, lm_arena_printf(a, "%s/catalog/descriptors", conf->state_dir));
	if (e == NULL)
		e = types_open(l, lm_arena_printf(a, "%s/catalog/types", conf->state_dir));
	if (e != NULL)
		return e;
	disk_sweep(&l->packages);
	disk_sweep(&l->descriptors);
	return NULL;
}

struct loading {
	struct library *library;
	struct diags *out;
};

/* It is logged, and the others are read. */
static void complain(const struct disk_folder *where, const char *name, struct lm_err *e)
{
	if (e == NULL)
		return;
	lm_log(LM_LOG_WARN, "catalog.stored", "'%s' in %s is left out, hand it in again: %s", name,
	    where->path, lm_err_text(e));
	lm_err_free(e);
}

static void complain_name(const struct disk_folder *where, const char *file)
{
	lm_log(LM_LOG_WARN, "catalog.stored", "%s/%s is none of the manager's files: move it away",
	    where->path, file);
}

static struct lm_err *read_package(const struct library *l, const struct disk_file *f,
    const struct disk_bytes *b, struct content *out)
{
	const struct content_source from = {
	    .key = f->name, .bytes = b->p, .n = b->n, .unpack_dir = l->unpack_dir};

	struct lm_err *e = content_read(&from, out);
	if (e == NULL && strcmp(out->key, f->name) != 0)
		e = lm_err_new(LM_ERR_INVALID, "it is the package of %s", out->name);
	return e;
}

struct lm_err *library_no_package(const struct library *l, const char *name)
{
	struct suggest near = suggest_for(name);

	for (size_t i = 0; i < l->list.n; i++)
		suggest_offer(&near, l->list.v[i]->name);
	return suggest_in(lm_err_new(LM_ERR_NOT_FOUND,
			      "Cannot find resource package with name %s: see "
			      "/api/resource-manager/resource-packages",
			      name),
	    &near);
}

struct lm_err *library_no_descriptor(const struct catalog *c, const char *name)
{
	struct suggest near = suggest_for(name);

	near.best = catalog_suggest(c, name);
	return suggest_in(
	    lm_err_new(LM_ERR_NOT_FOUND,
		"Cannot find descriptor with name %s: see /api/catalog/descriptors", name),
	    &near);
}

struct lm_err *library_package_read(
    const struct library *l, const char *name, struct disk_bytes *out)
{
	const struct disk_demands demands = {.max = LIBRARY_PACKAGE_MAX};
	const struct package *p = library_package(l, name);
	LM_AUTO(lm_arena) a = lm_arena_new();

	if (p == NULL)
		return library_no_package(l, name);
	return disk_read(&l->packages, library_package_file(a, p->key), &demands, out);
}

static struct lm_err *load_package(void *arg, const struct disk_file *f)
{
	const struct disk_demands demands = {.max = LIBRARY_PACKAGE_MAX};
	struct library *l = arg;
	struct content c = {0};
	struct disk_bytes b;

	if (!f->is_name) {
		complain_name(&l->packages, f->file);
		return NULL;
	}
	struct lm_err *e = disk_read(&l->packages, f->file, &demands, &b);
	if (e == NULL)
		e = read_package(l, f, &b, &c);
	if (e == NULL) {
		library_show(l, &c);
		library_add(l, package_new(&c, b.n,
				   (int64_t)b.changed.tv_sec * 1000 + b.changed.tv_nsec / 1000000));
	}
	complain(&l->packages, f->name, e);
	content_fini(&c);
	disk_bytes_fini(&b);
	return NULL;
}

static struct lm_err *load_descriptor(void *arg, const struct disk_file *f)
{
	const struct disk_demands demands = {.max = LIBRARY_DESCRIPTOR_MAX};
	struct library *l = arg;
	struct disk_bytes b;

	if (!f->is_name) {
		complain_name(&l->descriptors, f->file);
		return NULL;
	}
	struct lm_err *e = disk_read(&l->descriptors, f->file, &demands, &b);
	if (e == NULL) {
		catalog_layer(l->catalog, LAYER_DESCRIPTORS);
		catalog_put(l->catalog, f->file, b.p, b.n);
		l->n_descriptors++;
	}
	complain(&l->descriptors, f->name, e);
	disk_bytes_fini(&b);
	return NULL;
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
	struct lm_err *e = types_load(l);
	if (e == NULL)
		e = disk_each(&l->packages, LIBRARY_PACKAGE, load_package, l);
	if (e == NULL)
		e = disk_each(&l->descriptors, LIBRARY_TEXT, load_descriptor, l);
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
	disk_close(&l->packages);
	disk_close(&l->descriptors);
	disk_close(&l->types);
	free(l->unpack_dir);
	free(l);
}
