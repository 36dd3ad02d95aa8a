/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/drivers/local/tag.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/heap.h"
#include "lm/disk/disk.h"

enum { TAG_MAX = 64 * 1024, WALK_FILES = 16 };

/* ---- files ---- */

struct lm_err *file_write(const char *path, const char *text)
{
	return disk_write_path(
	    path, &(struct disk_text){.p = text, .n = strlen(text), .is_light = true});
}

char *file_read(struct lm_arena *a, const char *path, size_t max)
{
	struct stat s;
	size_t n = 0;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);

	if (fd < 0)
		return NULL;
	if (fstat(fd, &s) != 0 || !S_ISREG(s.st_mode)) {
		close(fd);
		return NULL;
	}
	size_t size = (size_t)s.st_size < max ? (size_t)s.st_size : max;
	char *text = lm_arena_alloc(a, size + 1);
	for (ssize_t k; n < size && (k = read(fd, text + n, size - n)) > 0;)
		n += (size_t)k;
	close(fd);
	return text;
}

static int remove_one(const char *path, const struct stat *s, int type, struct FTW *at)
{
	(void)s, (void)type, (void)at;
	return remove(path) == 0 || errno == ENOENT ? 0 : errno;
}

struct lm_err *folder_remove(const char *path)
{
	int rc = nftw(path, remove_one, WALK_FILES, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);

	if (rc < 0 && errno == ENOENT)
		return NULL;
	return rc == 0 ? NULL : lm_err_errno(rc < 0 ? errno : rc, "removing %s", path);
}

struct lm_err *folder_make(const char *path, unsigned mode)
{
	if (mkdir(path, mode) == 0 || errno == EEXIST)
		return NULL;
	return lm_err_errno(errno, "making folder %s", path);
}

/* ---- the resource ---- */

bool id_is_plain(const char *id)
{
	size_t n = strlen(id);

	if (n == 0 || n > ID_MAX || id[0] == '.')
		return false;
	for (size_t i = 0; i < n; i++)
		if (!isalnum((unsigned char)id[i]) && strchr("._-", id[i]) == NULL)
			return false;
	return true;
}

static struct resource *resource_bare(const struct driver *d, const char *id)
{
	struct resource *r = lm_alloc(sizeof *r);

	r->dir = lm_strprintf("%s/resources/%s", d->state_dir, id);
	r->init_fd = -1;
	r->id = lm_strdup(id);
	name_hex(d->state_dir, id, r->hex);
	return r;
}

struct resource *resource_new(
    const struct driver *d, const char *id, const char *name, const char *kind)
{
	struct resource *r = resource_bare(d, id);

	r->name = lm_strdup(name);
	r->kind = lm_strdup(kind);
	resource_reset(r);
	return r;
}

void resource_reset(struct resource *r)
{
	json_decref(r->tag);
	r->tag = json_object();
	resource_set(r, "id", r->id);
	resource_set(r, "name", r->name);
	resource_set(r, "kind", r->kind);
	if (r->init_fd >= 0)
		close(r->init_fd);
	r->init_fd = -1;
	r->init = 0;
}

void resource_free(struct resource *r)
{
	if (r == NULL)
		return;
	if (r->init_fd >= 0)
		close(r->init_fd);
	json_decref(r->tag);
	free(r->id);
	free(r->name);
	free(r->kind);
	free(r->dir);
	free(r);
}

struct lm_err *resource_load(const struct driver *d, const char *id, struct resource **out)
{
	struct resource *r = resource_bare(d, id);
	LM_AUTO(lm_arena) a = lm_arena_new();
	char *text = file_read(a, path_in(a, r, "tag"), TAG_MAX);

	if (text == NULL) {
		resource_free(r);
		return lm_err_new(LM_ERR_NOT_FOUND, "no tag");
	}
	r->tag = json_loads(text, 0, NULL);
	const char *name = resource_get(r, "name"), *kind = resource_get(r, "kind");
	if (name == NULL || kind == NULL) {
		struct lm_err *e = lm_err_new(LM_ERR_INVALID,
		    "%s/tag cannot be read; remove what `lm inventory` lists for %s by hand",
		    r->dir, id);
		resource_free(r);
		return e;
	}
	r->name = lm_strdup(name);
	r->kind = lm_strdup(kind);
	*out = r;
	return NULL;
}

struct lm_err *resource_save(const struct resource *r)
{
	char path[PATH_MAX];
	struct lm_err *e = folder_make(r->dir, 0700);

	if (e != NULL)
		return e;
	char *text = json_dumps(r->tag, JSON_COMPACT);
	if (text == NULL)
		return lm_err_new(LM_ERR_INVALID, "the name of %s is not UTF-8", r->id);
	snprintf(path, sizeof path, "%s/tag", r->dir);
	e = file_write(path, text);
	free(text);
	return e;
}

const char *resource_get(const struct resource *r, const char *key)
{
	return json_string_value(json_object_get(r->tag, key));
}

bool resource_is(const struct resource *r, const char *key)
{
	const char *v = resource_get(r, key);

	return v != NULL && strcmp(v, "true") == 0;
}

void resource_set(struct resource *r, const char *key, const char *value)
{
	if (value == NULL)
		json_object_del(r->tag, key);
	else
		json_object_set_new(r->tag, key, json_string(value));
}

bool resource_next(
    const struct resource *r, const char *prefix, void **at, const char **rest, const char **value)
{
	size_t n = strlen(prefix);
	void *i = *at == NULL ? json_object_iter(r->tag) : json_object_iter_next(r->tag, *at);

	for (; i != NULL; i = json_object_iter_next(r->tag, i)) {
		const char *key = json_object_iter_key(i);

		if (strncmp(key, prefix, n) == 0 && key[n] == '.') {
			*at = i;
			*rest = key + n + 1;
			*value = json_string_value(json_object_iter_value(i));
			return *value != NULL;
		}
	}
	return false;
}
