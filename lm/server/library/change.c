/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "lm/server/library/priv.h"
#include "tosca/model/descriptor.h"

/* What comes and goes: tried in the catalog, stored, kept. */

enum { DIAGS_MAX = 200 };

/* ---- descriptors ------------------------------------------------------------------------------ */

const char *library_origin(const struct library *l, const struct descriptor *d, struct lm_arena *a)
{
	const char *file = descriptor_file(d);
	const struct package *p = library_holder(l, d->name.canonical);

	switch (catalog_layer_of(l->catalog, file)) {
	case LAYER_DESCRIPTORS:
		return "it was created over the API";
	case LAYER_TYPES:
		return lm_arena_printf(
		    a, "it is a type of the resource manager '%s'", types_manager(file, a));
	case LAYER_UPLOADED:
		return lm_arena_printf(
		    a, "it is a part of the package %s", p != NULL ? p->name : file);
	default:
		return lm_arena_printf(a, "the manager was started with it, from %s", file);
	}
}

/* Who it is, and whether there is just one.  In a catalog of its own, which has not seen others. */
static struct lm_err *read_alone(
    struct catalog *c, const struct library_text *t, struct library_news *news)
{
	LM_AUTO(diags) d = diags_new(DIAGS_MAX);
	size_t n = catalog_put(c, "descriptor.yml", t->text, t->n);

	catalog_report(c, NULL, d);
	diags_sort(d);
	if (diags_errors(d) > 0) {
		diags_print_json(d, &news->diags);
		return diags_refuse(d);
	}
	if (n != 1)
		return lm_err_new(LM_ERR_INVALID,
		    n == 0 ? "the body is no descriptor: it needs a 'name', as in "
			     "'name: assembly::voice::1.0'"
			   : "the body has %zu descriptors: send them one by one, or as a package",
		    n);
	const struct name *name = &catalog_at(c, 0)->name;
	snprintf(news->name, sizeof news->name, "%s", name->full);
	if (name->kind != NAME_ASSEMBLY)
		return lm_err_new(LM_ERR_INVALID,
		    "%s comes with its scripts, in a package: send that to "
		    "/api/resource-manager/resource-packages",
		    name->full);
	return NULL;
}

static struct lm_err *check_place(
    const struct library *l, const struct library_text *t, const struct descriptor *d)
{
	LM_AUTO(lm_arena) a = lm_arena_new();
	const struct descriptor *there = catalog_find(l->catalog, d->name.full);
	char key[LIBRARY_NAME_MAX + 1];

	if (t->name == NULL && there != NULL)
		return lm_err_new(LM_ERR_CONFLICT,
		    "there is a descriptor %s already (%s): PUT replaces it", there->name.full,
		    library_origin(l, there, a));
	if (t->name == NULL && l->n_descriptors >= LIBRARY_DESCRIPTORS_MAX)
		return lm_err_new(
		    LM_ERR_LIMIT, "no more than %d descriptors are kept", LIBRARY_DESCRIPTORS_MAX);
	if (t->name == NULL)
		return NULL;
	if (!library_key(t->name, key) || catalog_find(l->catalog, t->name) == NULL)
		return library_no_descriptor(l->catalog, t->name);
	if (strcmp(key, d->name.canonical) != 0)
		return lm_err_new(
		    LM_ERR_INVALID, "the body describes %s, and not %s", d->name.full, t->name);
	return NULL;
}

static struct lm_err *try_text(
    struct library *l, const char *key, const struct library_text *t, struct library_news *news)
{
	LM_AUTO(lm_arena) a = lm_arena_new();
	const char *file = library_file(a, key);
	const struct disk_text text = {.p = t->text, .n = t->n};
	bool was_there = catalog_layer_of(l->catalog, file) == LAYER_DESCRIPTORS, is_there = false;
	struct trial trial;

	trial_begin(&trial, l);
	trial_own(&trial, file);
	catalog_layer(l->catalog, LAYER_DESCRIPTORS);
	catalog_put(l->catalog, file, t->text, t->n);
	bool good = trial_check(&trial);
	struct lm_err *e =
	    good ? disk_write(&l->descriptors, file, &text, &is_there) : diags_refuse(trial.found);
	size_t n_broken = trial.n_broken;
	trial_end(&trial, is_there, NULL, news);
	l->n_descriptors += is_there && !was_there;
	if (e == NULL)
		lm_log(LM_LOG_INFO, "catalog.put", "descriptor=%s others-broken=%zu", news->name,
		    n_broken);
	return e;
}

struct lm_err *library_put_descriptor(
    struct library *l, const struct library_text *t, struct library_news *news)
{
	LM_AUTO(catalog) alone = catalog_new();

	if (t->n > LIBRARY_DESCRIPTOR_MAX)
		return lm_err_new(
		    LM_ERR_LIMIT, "a descriptor may have %d bytes at most", LIBRARY_DESCRIPTOR_MAX);
	struct lm_err *e = read_alone(alone, t, news);
	const struct descriptor *d = catalog_at(alone, 0);
	if (e == NULL)
		e = check_place(l, t, d);
	return e != NULL ? e : try_text(l, d->name.canonical, t, news);
}

static struct lm_err *remove_text(struct library *l, const char *key, const char *name)
{
	LM_AUTO(lm_arena) a = lm_arena_new();
	const char *file = library_file(a, key);
	struct trial trial;
	bool is_gone;

	trial_begin(&trial, l);
	catalog_remove(l->catalog, file);
	trial_check(&trial);
	struct lm_err *e = disk_remove(&l->descriptors, file, &is_gone);
	size_t n_broken = trial.n_broken;
	trial_end(&trial, is_gone, NULL, NULL);
	if (is_gone)
		l->n_descriptors--;
	if (e == NULL)
		lm_log(LM_LOG_INFO, "catalog.deleted", "descriptor=%s others-broken=%zu", name,
		    n_broken);
	return e;
}

struct lm_err *library_delete_descriptor(struct library *l, const char *name)
{
	LM_AUTO(lm_arena) a = lm_arena_new();
	const struct descriptor *d = catalog_find(l->catalog, name);
	char key[LIBRARY_NAME_MAX + 1];

	if (!library_key(name, key) || d == NULL)
		return library_no_descriptor(l->catalog, name);
	unsigned layer = catalog_layer_of(l->catalog, descriptor_file(d));
	if (layer == LAYER_DESCRIPTORS)
		return remove_text(l, key, name);
	if (layer == LAYER_TYPES)
		return types_remove(l, d);
	const struct package *p = library_holder(l, key);
	if (layer == LAYER_UPLOADED && p != NULL && strcmp(p->key, key) == 0 && p->n_files == 1)
		return library_delete_package(l, name);
	return lm_err_new(LM_ERR_CONFLICT, "%s cannot be deleted alone: %s", d->name.full,
	    library_origin(l, d, a));
}

/* ---- packages --------------------------------------------------------------------------------- */

/* Whose descriptors they are already. */
static struct lm_err *check_holders(const struct library *l, const struct content *c)
{
	for (size_t i = 0; i < catalog_count(c->catalog); i++) {
		const struct descriptor *d = catalog_at(c->catalog, i);
		const struct package *p = library_holder(l, d->name.canonical);

		if (p != NULL && strcmp(p->key, c->key) != 0)
			return lm_err_new(LM_ERR_CONFLICT, "%s is a part of the package %s already",
			    d->name.full, p->name);
	}
	return NULL;
}

/* Of PUT: there is what it would replace, and the package is that. */
static struct lm_err *check_replaced(
    const struct library *l, const struct content *c, const char *instead_of)
{
	char key[LIBRARY_NAME_MAX + 1];

	if (!library_key(instead_of, key) ||
	    (package_find(l, key) == NULL && catalog_find(l->catalog, instead_of) == NULL))
		return library_no_package(l, instead_of);
	if (strcmp(key, c->key) != 0)
		return lm_err_new(
		    LM_ERR_INVALID, "it is the package of %s, and not of %s", c->name, instead_of);
	return NULL;
}

static struct lm_err *check_package(
    const struct library *l, const struct content *c, const char *instead_of)
{
	LM_AUTO(lm_arena) a = lm_arena_new();
	const struct descriptor *there = catalog_find(l->catalog, c->name);
	struct lm_err *e = instead_of == NULL ? NULL : check_replaced(l, c, instead_of);

	if (e != NULL)
		return e;
	if (instead_of == NULL && package_find(l, c->key) != NULL)
		return lm_err_new(
		    LM_ERR_CONFLICT, "there is a package %s already: PUT replaces it", c->name);
	if (instead_of == NULL && there != NULL)
		return lm_err_new(LM_ERR_CONFLICT,
		    "there is a descriptor %s already (%s): PUT replaces it", there->name.full,
		    library_origin(l, there, a));
	if (l->list.n >= LIBRARY_PACKAGES_MAX && package_find(l, c->key) == NULL)
		return lm_err_new(
		    LM_ERR_LIMIT, "no more than %d packages are kept", LIBRARY_PACKAGES_MAX);
	return check_holders(l, c);
}

static void own_files(struct trial *t, const struct content *c)
{
	for (size_t i = 0; i < catalog_count(c->catalog); i++)
		trial_own(t, descriptor_file(catalog_at(c->catalog, i)));
}

static struct lm_err *try_package(
    struct library *l, const struct content *c, bool *is_there, struct library_news *news)
{
	LM_AUTO(lm_arena) a = lm_arena_new();
	LM_AUTO(diags) remarks = diags_new(DIAGS_MAX);
	const char *file = library_package_file(a, c->key);
	const struct package *old = package_find(l, c->key);
	struct trial trial;

	trial_begin(&trial, l);
	own_files(&trial, c);
	if (old != NULL)
		library_hide(l, old);
	library_show(l, c);
	bool good = trial_check(&trial);
	catalog_report_remarks(c->catalog, remarks);
	struct lm_err *e =
	    good ? disk_take(&l->packages, file, is_there) : diags_refuse(trial.found);
	size_t n_broken = trial.n_broken;
	trial_end(&trial, *is_there, remarks, news);
	if (e == NULL)
		lm_log(LM_LOG_INFO, "catalog.put", "package=%s descriptors=%zu others-broken=%zu",
		    c->name, catalog_count(c->catalog), n_broken);
	return e;
}

struct lm_err *library_admit(struct library *l, const struct content *c, size_t size,
    const char *instead_of, struct library_news *news)
{
	bool is_there = false;
	uv_timeval64_t now = {0};
	struct lm_err *e = check_package(l, c, instead_of);

	snprintf(news->name, sizeof news->name, "%s", c->name);
	if (e == NULL)
		e = try_package(l, c, &is_there, news);
	if (!is_there)
		return e;
	uv_gettimeofday(&now);
	library_add(l, package_new(c, size, now.tv_sec * 1000 + now.tv_usec / 1000));
	return e;
}

struct lm_err *library_delete_package(struct library *l, const char *name)
{
	LM_AUTO(lm_arena) a = lm_arena_new();
	char key[LIBRARY_NAME_MAX + 1];
	const struct package *p = library_key(name, key) ? package_find(l, key) : NULL;
	const struct descriptor *d = catalog_find(l->catalog, name);
	struct trial trial;
	bool is_gone;

	if (p == NULL && d != NULL && catalog_layer_of(l->catalog, descriptor_file(d)) == 0)
		return lm_err_new(
		    LM_ERR_CONFLICT, "%s cannot be deleted: the manager was started with it", name);
	if (p == NULL)
		return library_no_package(l, name);
	trial_begin(&trial, l);
	library_hide(l, p);
	trial_check(&trial);
	struct lm_err *e = disk_remove(&l->packages, library_package_file(a, key), &is_gone);
	size_t n_broken = trial.n_broken;
	trial_end(&trial, is_gone, NULL, NULL);
	if (is_gone)
		library_drop(l, key);
	if (e == NULL)
		lm_log(
		    LM_LOG_INFO, "catalog.deleted", "package=%s others-broken=%zu", name, n_broken);
	library_tidy(l);
	return e;
}
