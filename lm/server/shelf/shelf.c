/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/server/shelf/shelf.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/vec.h"
#include "lm/server/shelf/shelf_file.h"

struct item {
	char *name;
	json_t *object;
	size_t size;
};

struct shelf {
	char *kind, *path;
	int fd;
	size_t size;               /* of all objects */
	LM_VEC(struct item) items; /* by name */
};

static char *text_of(const char *a, const char *b, const char *c)
{
	char *p = NULL;

	if (asprintf(&p, "%s%s%s", a, b, c) < 0)
		abort();
	return p;
}

static struct shelf_folder folder_of(const struct shelf *s)
{
	return (struct shelf_folder){s->fd, s->path};
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

static struct lm_err *read_one(struct shelf *s, const char *file)
{
	const struct shelf_folder in = folder_of(s);
	char name[SHELF_NAME_MAX + 1];
	json_t *o = NULL;

	if (!shelf_file_parse(file, name))
		return lm_err_new(LM_ERR_INVALID,
		    "%s/%s is not a file of this manager's: move it elsewhere", s->path, file);
	if (s->items.n == SHELF_OBJECTS_MAX)
		return too_many(s);
	struct lm_err *e = shelf_file_read(&in, file, name, &o);
	if (e != NULL)
		return e;
	size_t size = json_dumpb(o, NULL, 0, JSON_COMPACT);
	*LM_PUSH(NULL, &s->items) = (struct item){text_of(name, "", ""), o, size};
	s->size += size;
	return NULL;
}

static struct lm_err *read_all(struct shelf *s)
{
	const struct shelf_folder in = folder_of(s);
	struct lm_err *e = NULL;

	shelf_file_sweep(&in);
	DIR *d = opendir(s->path);
	if (d == NULL)
		return lm_err_errno(errno, "cannot read the folder %s", s->path);
	for (const struct dirent *f; e == NULL && (f = readdir(d)) != NULL;)
		if (f->d_name[0] != '.')
			e = read_one(s, f->d_name);
	closedir(d);
	if (s->items.n > 0)
		qsort(s->items.v, s->items.n, sizeof s->items.v[0], by_name);
	return e;
}

/* Its name must survive a loss of power as what will be in it does. */
static struct lm_err *make_folder(const char *parent, const char *path)
{
	if (mkdir(path, 0700) != 0)
		return errno == EEXIST ? NULL
				       : lm_err_errno(errno, "cannot make the folder %s", path);
	int fd = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int rc = fd < 0 ? -1 : fsync(fd), saved = errno;

	if (fd >= 0)
		close(fd);
	return rc == 0 ? NULL : lm_err_errno(saved, "cannot write the folder %s", parent);
}

static struct lm_err *open_folder(const char *state_dir, struct shelf *s)
{
	char *all = text_of(state_dir, "/shelf", "");

	struct lm_err *e = make_folder(state_dir, all);
	if (e == NULL)
		e = make_folder(all, s->path);
	free(all);
	if (e != NULL)
		return e;
	s->fd = open(s->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	return s->fd >= 0 ? NULL : lm_err_errno(errno, "cannot open the folder %s", s->path);
}

struct lm_err *shelf_open(const char *state_dir, const char *kind, struct shelf **out)
{
	struct shelf *s = calloc(1, sizeof *s);

	if (s == NULL)
		abort();
	s->fd = -1;
	s->kind = text_of(kind, "", "");
	s->path = text_of(state_dir, "/shelf/", kind);
	struct lm_err *e = open_folder(state_dir, s);
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
	if (s->fd >= 0)
		close(s->fd);
	free(s->kind);
	free(s->path);
	free(s);
}

/* ---- looking ---------------------------------------------------------------------------------- */

/* Where the name is, or would have to be. */
static size_t place_of(const struct shelf *s, const char *name, bool *is_there)
{
	size_t from = 0, to = s->items.n;

	*is_there = false;
	while (from < to && !*is_there) {
		size_t mid = from + (to - from) / 2;
		int order = strcmp(s->items.v[mid].name, name);

		*is_there = order == 0;
		if (order < 0)
			from = mid + 1;
		else
			to = mid;
	}
	return *is_there ? to : from;
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

/* Room for one more at a place, in order. */
static struct item *make_room(struct shelf *s, size_t at, const char *name)
{
	(void)LM_PUSH(NULL, &s->items);
	memmove(&s->items.v[at + 1], &s->items.v[at], (s->items.n - 1 - at) * sizeof s->items.v[0]);
	s->items.v[at] = (struct item){.name = text_of(name, "", "")};
	return &s->items.v[at];
}

static void keep(struct shelf *s, const char *name, json_t *object, size_t size)
{
	bool is_there;
	size_t at = place_of(s, name, &is_there);
	struct item *i = is_there ? &s->items.v[at] : make_room(s, at, name);

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
	const struct shelf_folder in = folder_of(s);
	char file[SHELF_FILE_SIZE];
	bool is_there = false;

	if (!shelf_file_name(name, file))
		return lm_err_new(LM_ERR_INVALID,
		    "a name is a text of 1 to %d bytes without control characters, fewer when "
		    "many of them are neither letters nor digits",
		    SHELF_NAME_MAX);
	char *text = json_dumps(object, JSON_COMPACT);
	if (text == NULL)
		abort();
	size_t n = strlen(text);
	struct lm_err *e = check_room(s, name, n);
	if (e == NULL)
		e = shelf_file_write(&in, file, text, n, &is_there);
	if (is_there)
		keep(s, name, object, n);
	free(text);
	return e;
}

struct lm_err *shelf_remove(struct shelf *s, const char *name)
{
	const struct shelf_folder in = folder_of(s);
	char file[SHELF_FILE_SIZE];
	bool is_there, is_gone;
	size_t at = place_of(s, name, &is_there);

	if (!is_there || !shelf_file_name(name, file))
		return lm_err_new(LM_ERR_NOT_FOUND, "there is no '%s' among the %s", name, s->kind);
	struct lm_err *e = shelf_file_remove(&in, file, &is_gone);
	if (!is_gone)
		return e;
	s->size -= s->items.v[at].size;
	free(s->items.v[at].name);
	json_decref(s->items.v[at].object);
	lm_vec_remove(&s->items, at);
	return e;
}
