/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/server/shelf/shelf.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/heap.h"
#include "base/utf8.h"
#include "base/vec.h"
#include "lm/disk/name.h"

#define ENDING ".json"

struct item {
	char *name;
	json_t *object;
	size_t size;
};

struct shelf {
	char *kind;
	struct disk_folder folder;
	size_t size;               /* of all objects */
	LM_VEC(struct item) items; /* by name */
};

static bool file_of(const char *name, char out[DISK_NAME_SIZE])
{
	size_t n = strlen(name);

	if (n == 0 || n > SHELF_NAME_MAX || !lm_utf8_is_valid(name))
		return false;
	for (size_t i = 0; i < n; i++)
		if (iscntrl((unsigned char)name[i]))
			return false;
	return disk_name(name, ENDING, out);
}

/* ---- opening ---------------------------------------------------------------------------------- */

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct item *)a)->name, ((const struct item *)b)->name);
}

static struct lm_err *too_many(const struct shelf *s)
{
	return lm_err_new(LM_ERR_LIMIT, "there are %d %s, and no more are kept: remove some",
	    SHELF_OBJECTS_MAX, s->kind);
}

/* The text is not repeated: it may be a secret. */
static struct lm_err *damaged(const struct shelf *s, const struct disk_file *f, const char *how)
{
	return lm_err_new(LM_ERR_INVALID,
	    "%s/%s %s: restore it from a copy, or remove it, start again, and tell the manager "
	    "of '%s' anew",
	    s->folder.path, f->file, how, f->name);
}

static struct lm_err *parse(
    const struct shelf *s, const struct disk_file *f, const struct disk_bytes *b, json_t **out)
{
	json_error_t why = {0};
	char how[96];

	json_t *o = json_loadb(b->p, b->n, JSON_REJECT_DUPLICATES, &why);
	if (json_is_object(o)) {
		*out = o;
		return NULL;
	}
	json_decref(o);
	snprintf(how, sizeof how,
	    o != NULL ? "is no JSON object" : "is no JSON, from line %d column %d on", why.line,
	    why.column);
	return damaged(s, f, how);
}

static struct lm_err *read_object(const struct shelf *s, const struct disk_file *f, json_t **out)
{
	const struct disk_demands demands = {.max = SHELF_OBJECT_MAX, .forbidden = 077};
	struct disk_bytes b;

	struct lm_err *e = disk_read(&s->folder, f->file, &demands, &b);
	if (e != NULL && lm_err_kind(e) == LM_ERR_LIMIT) {
		lm_err_free(e);
		e = damaged(s, f, "is larger than anything that is kept there");
	}
	if (e == NULL)
		e = parse(s, f, &b, out);
	disk_bytes_fini(&b);
	return e;
}

static struct lm_err *read_one(void *arg, const struct disk_file *f)
{
	struct shelf *s = arg;
	char file[DISK_NAME_SIZE];
	json_t *o = NULL;

	if (!f->is_name || !file_of(f->name, file))
		return lm_err_new(LM_ERR_INVALID,
		    "%s/%s is not a file of this manager's: move it elsewhere", s->folder.path,
		    f->file);
	if (s->items.n == SHELF_OBJECTS_MAX)
		return too_many(s);
	struct lm_err *e = read_object(s, f, &o);
	if (e != NULL)
		return e;
	size_t size = json_dumpb(o, NULL, 0, JSON_COMPACT);
	*LM_PUSH(NULL, &s->items) = (struct item){lm_strdup(f->name), o, size};
	s->size += size;
	return NULL;
}

static struct lm_err *read_all(struct shelf *s)
{
	disk_sweep(&s->folder);
	struct lm_err *e = disk_each(&s->folder, ENDING, read_one, s);
	if (s->items.n > 0)
		qsort(s->items.v, s->items.n, sizeof s->items.v[0], by_name);
	return e;
}

struct lm_err *shelf_open(const char *state_dir, const char *kind, struct shelf **out)
{
	struct shelf *s = lm_alloc(sizeof *s);

	s->kind = lm_strdup(kind);
	char *path = lm_strprintf("%s/shelf/%s", state_dir, kind);
	struct lm_err *e = disk_make(&s->folder, path);
	free(path);
	if (e == NULL)
		e = read_all(s);
	if (e != NULL)
		shelf_free(s);
	else
		*out = s;
	return e;
}

void shelf_free(struct shelf *s)
{
	if (s == NULL)
		return;
	for (size_t i = 0; i < s->items.n; i++) {
		free(s->items.v[i].name);
		json_decref(s->items.v[i].object);
	}
	lm_vec_free(&s->items);
	disk_close(&s->folder);
	free(s->kind);
	free(s);
}

/* ---- looking ---------------------------------------------------------------------------------- */

static bool is_before(const struct item *i, const char *name)
{
	return strcmp(i->name, name) < 0;
}

/* Where the name is, or would have to be. */
static size_t place_of(const struct shelf *s, const char *name, bool *is_there)
{
	size_t at = LM_PLACE(s->items.v, s->items.n, is_before, name);

	*is_there = at < s->items.n && strcmp(s->items.v[at].name, name) == 0;
	return at;
}

const json_t *shelf_find(const struct shelf *s, const char *name)
{
	bool is_there;
	size_t at = place_of(s, name, &is_there);

	return is_there ? s->items.v[at].object : NULL;
}

size_t shelf_count(const struct shelf *s)
{
	return s->items.n;
}

const char *shelf_name(const struct shelf *s, size_t i)
{
	return s->items.v[i].name;
}

const json_t *shelf_at(const struct shelf *s, size_t i)
{
	return s->items.v[i].object;
}

/* ---- changing --------------------------------------------------------------------------------- */

static void keep(struct shelf *s, const char *name, json_t *object, size_t size)
{
	bool is_there;
	size_t at = place_of(s, name, &is_there);
	struct item *i = is_there ? &s->items.v[at] : LM_INSERT(NULL, &s->items, at);

	if (!is_there)
		i->name = lm_strdup(name);
	json_incref(object);
	json_decref(i->object);
	s->size += size - i->size;
	i->object = object;
	i->size = size;
}

static struct lm_err *check_room(const struct shelf *s, const char *name, size_t size)
{
	bool is_there;
	size_t at = place_of(s, name, &is_there);
	size_t before = is_there ? s->items.v[at].size : 0;

	if (size > SHELF_OBJECT_MAX)
		return lm_err_new(LM_ERR_LIMIT, "'%s' takes %zu bytes: at most %d are kept of one",
		    name, size, SHELF_OBJECT_MAX);
	if (!is_there && s->items.n == SHELF_OBJECTS_MAX)
		return too_many(s);
	if (s->size - before + size > SHELF_SIZE_MAX)
		return lm_err_new(LM_ERR_LIMIT,
		    "there is no room for '%s': all %s together take at most %d bytes, remove some",
		    name, s->kind, SHELF_SIZE_MAX);
	return NULL;
}

struct lm_err *shelf_put(struct shelf *s, const char *name, json_t *object)
{
	char file[DISK_NAME_SIZE];
	bool is_there = false;

	if (!file_of(name, file))
		return lm_err_new(LM_ERR_INVALID,
		    "a name is a text of 1 to %d bytes without control characters, fewer when "
		    "many of them are neither letters nor digits",
		    SHELF_NAME_MAX);
	char *text = json_dumps(object, JSON_COMPACT);
	if (text == NULL)
		abort();
	const struct disk_text t = {.p = text, .n = strlen(text)};
	struct lm_err *e = check_room(s, name, t.n);
	if (e == NULL)
		e = disk_write(&s->folder, file, &t, &is_there);
	if (is_there)
		keep(s, name, object, t.n);
	free(text);
	return e;
}

struct lm_err *shelf_remove(struct shelf *s, const char *name)
{
	char file[DISK_NAME_SIZE];
	bool is_there, is_gone;
	size_t at = place_of(s, name, &is_there);

	if (!is_there || !file_of(name, file))
		return lm_err_new(LM_ERR_NOT_FOUND, "there is no '%s' among the %s", name, s->kind);
	struct lm_err *e = disk_remove(&s->folder, file, &is_gone);
	if (!is_gone)
		return e;
	s->size -= s->items.v[at].size;
	free(s->items.v[at].name);
	json_decref(s->items.v[at].object);
	lm_vec_remove(&s->items, at);
	return e;
}
