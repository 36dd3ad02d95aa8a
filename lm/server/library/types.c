/* SPDX-License-Identifier: Apache-2.0 */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "lm/server/library/priv.h"
#include "tosca/link/check.h"
#include "tosca/model/descriptor.h"

/*
 * Resource types of other resource managers: descriptors without scripts, which stay with their
 * manager.  All of one manager's are in one file, {name: text}; in the catalog each is a file of its
 * own, whose name tells the manager.
 */
enum { DIAGS_MAX = 200 };

#define ENDING ".json"
#define WHERE  "resource-managers/"

static const char *file_of(struct lm_arena *a, const char *manager, const char *key)
{
	return lm_arena_join(a, WHERE, manager, "/", key, ".yml", NULL);
}

const char *types_manager(const char *file, struct lm_arena *a)
{
	const char *manager = file + strlen(WHERE), *slash = strrchr(file, '/');

	return lm_arena_strndup(a, manager, (size_t)(slash - manager));
}

/* ---- one descriptor --------------------------------------------------------------------------- */

/* What speaks against a text by itself; NULL: nothing.  Its name by the rules is in 'key'. */
static struct lm_err *check_alone(const struct library_type *t, char key[LIBRARY_NAME_MAX + 1])
{
	LM_AUTO(catalog) alone = catalog_new();
	LM_AUTO(diags) d = diags_new(DIAGS_MAX);

	if (!library_key(t->name, key))
		return lm_err_new(LM_ERR_INVALID,
		    "'%.80s' is no name of a type: it should read resource::name::version",
		    t->name);
	if (strlen(t->text) > LIBRARY_DESCRIPTOR_MAX)
		return lm_err_new(
		    LM_ERR_LIMIT, "its descriptor has more than %d bytes", LIBRARY_DESCRIPTOR_MAX);
	size_t n = catalog_put(alone, "descriptor.yml", t->text, strlen(t->text));
	catalog_report(alone, NULL, d);
	diags_sort(d);
	if (diags_errors(d) > 0)
		return diags_refuse(d);
	const struct descriptor *found = n == 1 ? catalog_at(alone, 0) : NULL;
	if (found == NULL || found->name.kind != NAME_RESOURCE ||
	    strcmp(found->name.canonical, key) != 0)
		return lm_err_new(LM_ERR_INVALID, "its descriptor describes %s, and not %s",
		    found == NULL ? "nothing, or more than one thing" : found->name.full, t->name);
	return NULL;
}

/* It goes on where it has failed: one type that is wrong is no reason to do without the others. */
static void refuse(struct library_type *t, struct lm_arena *a, struct lm_err *e)
{
	t->why = lm_arena_strdup(a, lm_err_text(e));
	t->is_new = false;
	lm_err_free(e);
}

/* ---- the file of a manager -------------------------------------------------------------------- */

/* NULL in '*out' never: who has told nothing has an empty object. */
static struct lm_err *read_file(const struct library *l, const char *file, json_t **out)
{
	const struct disk_demands demands = {.max = LIBRARY_TYPES_SIZE};
	struct disk_bytes b = {0};

	*out = NULL;
	struct lm_err *e = disk_read(&l->types, file, &demands, &b);
	if (e != NULL && lm_err_kind(e) == LM_ERR_NOT_FOUND) {
		lm_err_free(e);
		*out = json_object();
		return NULL;
	}
	if (e != NULL)
		return e;
	*out = json_loadb(b.p, b.n, JSON_REJECT_DUPLICATES, NULL);
	disk_bytes_fini(&b);
	if (json_is_object(*out))
		return NULL;
	json_decref(*out);
	*out = NULL;
	return lm_err_new(LM_ERR_INVALID,
	    "%s/%s is not what this manager writes: remove it, and have the resource manager read "
	    "again",
	    l->types.path, file);
}

static struct lm_err *write_file(
    const struct library *l, const char *file, const json_t *all, bool *is_there)
{
	if (json_object_size(all) == 0)
		return disk_remove(&l->types, file, is_there);
	char *text = json_dumps(all, JSON_INDENT(1));
	if (text == NULL)
		abort();
	const struct disk_text t = {.p = text, .n = strlen(text)};
	struct lm_err *e =
	    t.n > LIBRARY_TYPES_SIZE || json_object_size(all) > LIBRARY_TYPES_MAX
		? lm_err_new(LM_ERR_LIMIT,
		      "%zu types of %zu bytes: of one resource manager %d types of %d bytes are "
		      "kept",
		      json_object_size(all), t.n, LIBRARY_TYPES_MAX, LIBRARY_TYPES_SIZE)
		: disk_write(&l->types, file, &t, is_there);
	free(text);
	return e;
}

static struct lm_err *name_file(const char *manager, char file[DISK_NAME_SIZE])
{
	if (disk_name(manager, ENDING, file))
		return NULL;
	return lm_err_new(LM_ERR_INVALID, "no file can be called as '%.80s'", manager);
}

/* ---- changes ---------------------------------------------------------------------------------- */

bool library_knows(const struct library *l, const char *name)
{
	return catalog_find(l->catalog, name) != NULL;
}

/* Whether it is one to be added; 'why' says what else there is. */
static bool is_missing(
    const struct library *l, const char *manager, struct library_type *t, struct lm_arena *a)
{
	const struct descriptor *there = catalog_find(l->catalog, t->name);
	const char *file = there == NULL ? NULL : descriptor_file(there);

	t->is_new = false;
	if (there == NULL)
		return t->why == NULL && t->text != NULL;
	t->why = NULL;
	if (catalog_layer_of(l->catalog, file) != LAYER_TYPES ||
	    strcmp(types_manager(file, a), manager) != 0)
		t->why = lm_arena_printf(a, "there is a descriptor %s already (%s): that one stays",
		    there->name.full, library_origin(l, there, a));
	return false;
}

/* In the catalog, and good there. */
static struct lm_err *try_one(struct library *l, const char *file, const struct library_type *t)
{
	LM_AUTO(diags) d = diags_new(DIAGS_MAX);

	catalog_layer(l->catalog, LAYER_TYPES);
	catalog_put(l->catalog, file, t->text, strlen(t->text));
	catalog_check(l->catalog);
	catalog_report(l->catalog, file, d);
	if (diags_errors(d) == 0)
		return NULL;
	diags_sort(d);
	struct lm_err *e = diags_refuse(d);
	catalog_remove(l->catalog, file);
	return e;
}

static size_t add_all(struct library *l, const char *manager, struct library_type *types, size_t n,
    struct lm_arena *a, json_t *all)
{
	size_t added = 0;

	for (size_t i = 0; i < n; i++) {
		struct library_type *t = &types[i];
		char key[LIBRARY_NAME_MAX + 1];

		if (!is_missing(l, manager, t, a))
			continue;
		struct lm_err *e = check_alone(t, key);
		if (e == NULL)
			e = try_one(l, file_of(a, manager, key), t);
		if (e != NULL) {
			refuse(t, a, e);
			continue;
		}
		t->is_new = true;
		json_object_set_new(all, key, json_string(t->text));
		added++;
	}
	return added;
}

struct lm_err *library_add_types(struct library *l, const char *manager, struct library_type *types,
    size_t n, struct lm_arena *a)
{
	char file[DISK_NAME_SIZE];
	json_t *all = NULL;
	struct trial trial;
	bool is_there = false;

	struct lm_err *e = name_file(manager, file);
	if (e == NULL)
		e = read_file(l, file, &all);
	if (e != NULL)
		return e;
	trial_begin(&trial, l);
	size_t added = add_all(l, manager, types, n, a, all);
	(void)trial_check(&trial);
	if (added > 0)
		e = write_file(l, file, all, &is_there);
	trial_end(&trial, is_there, NULL, NULL);
	json_decref(all);
	if (added > 0 && e == NULL)
		lm_log(LM_LOG_INFO, "catalog.put", "resource-manager=%s types=%zu", manager, added);
	return e;
}

struct lm_err *types_remove(struct library *l, const struct descriptor *d)
{
	LM_AUTO(lm_arena) a = lm_arena_new();
	const char *in_catalog = lm_arena_strdup(a, descriptor_file(d));
	const char *key = lm_arena_strdup(a, d->name.canonical);
	const char *manager = types_manager(in_catalog, a);
	char file[DISK_NAME_SIZE];
	json_t *all = NULL;
	struct trial trial;
	bool is_gone = false;

	struct lm_err *e = name_file(manager, file);
	if (e == NULL)
		e = read_file(l, file, &all);
	if (e != NULL)
		return e;
	json_object_del(all, key);
	trial_begin(&trial, l);
	catalog_remove(l->catalog, in_catalog);
	(void)trial_check(&trial);
	e = write_file(l, file, all, &is_gone);
	size_t n_broken = trial.n_broken;
	trial_end(&trial, is_gone, NULL, NULL);
	json_decref(all);
	if (e == NULL)
		lm_log(LM_LOG_INFO, "catalog.deleted",
		    "type=%s resource-manager=%s others-broken=%zu", key, manager, n_broken);
	return e;
}

/* ---- the beginning ---------------------------------------------------------------------------- */

struct lm_err *types_open(struct library *l, const char *folder)
{
	struct lm_err *e = disk_make(&l->types, folder);

	if (e == NULL)
		disk_sweep(&l->types);
	return e;
}

static void show(struct library *l, const char *manager, const json_t *all)
{
	LM_AUTO(lm_arena) a = lm_arena_new();
	const char *key;
	json_t *text;

	catalog_layer(l->catalog, LAYER_TYPES);
	json_object_foreach((json_t *)(uintptr_t)all, key, text)
	{
		if (json_is_string(text))
			catalog_put(l->catalog, file_of(a, manager, key), json_string_value(text),
			    json_string_length(text));
	}
}

/* What cannot be read is told and left out: the resource manager has it still. */
static struct lm_err *load_one(void *arg, const struct disk_file *f)
{
	struct library *l = arg;
	json_t *all = NULL;

	struct lm_err *e = f->is_name
			       ? read_file(l, f->file, &all)
			       : lm_err_new(LM_ERR_INVALID, "%s/%s is none of the manager's files",
				     l->types.path, f->file);
	if (e != NULL)
		lm_log(LM_LOG_WARN, "catalog.stored", "types of '%s' are left out: %s", f->name,
		    lm_err_text(e));
	else
		show(l, f->name, all);
	lm_err_free(e);
	json_decref(all);
	return NULL;
}

struct lm_err *types_load(struct library *l)
{
	return disk_each(&l->types, ENDING, load_one, l);
}
