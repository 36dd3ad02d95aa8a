/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/disk/disk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/heap.h"
#include "base/map.h"

enum { TRY_MS = 10, FRESH_SIZE = 32 };

/* What is only prepared is called so, and the hash of its name: any name is short enough for that. */
#define FRESH ".new-"

/* ---- folders ---------------------------------------------------------------------------------- */

static struct lm_err *open_at(struct disk_folder *out, char *path)
{
	*out = (struct disk_folder){
	    .fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), .path = path};
	if (out->fd >= 0)
		return NULL;
	struct lm_err *e = errno == ENOENT
			       ? lm_err_new(LM_ERR_NOT_FOUND, "there is no folder %s", path)
			       : lm_err_errno(errno, "cannot open the folder %s", path);
	free(path);
	*out = (struct disk_folder){0};
	return e;
}

struct lm_err *disk_open(struct disk_folder *out, const char *path)
{
	return open_at(out, lm_strdup(path));
}

struct lm_err *disk_open_above(struct disk_folder *out, const char *file, const char **name)
{
	const char *slash = strrchr(file, '/');

	*name = slash == NULL ? file : slash + 1;
	if (slash == NULL)
		return disk_open(out, ".");
	return open_at(out, lm_strndup(file, slash == file ? 1 : (size_t)(slash - file)));
}

static struct lm_err *force(const struct disk_folder *f)
{
	return fsync(f->fd) == 0 ? NULL
				 : lm_err_errno(errno, "cannot write the folder %s", f->path);
}

/* Its name must survive a loss of power as what will be in it does. */
static struct lm_err *make_one(const char *path)
{
	struct disk_folder above;
	const char *name;

	if (mkdir(path, 0700) != 0)
		return errno == EEXIST ? NULL
				       : lm_err_errno(errno, "cannot make the folder %s", path);
	struct lm_err *e = disk_open_above(&above, path, &name);
	if (e == NULL)
		e = force(&above);
	disk_close(&above);
	return e;
}

struct lm_err *disk_make(struct disk_folder *out, const char *path)
{
	char *part = lm_strdup(path);
	struct lm_err *e = NULL;

	*out = (struct disk_folder){0};
	for (char *slash = part;
	     e == NULL && slash[0] != '\0' && (slash = strchr(slash + 1, '/')) != NULL;
	     *slash = '/') {
		*slash = '\0';
		e = make_one(part);
	}
	if (e == NULL)
		e = make_one(part);
	free(part);
	return e != NULL ? e : disk_open(out, path);
}

struct lm_err *disk_lock(const struct disk_folder *f, unsigned patience_ms)
{
	const struct timespec pause = {.tv_nsec = TRY_MS * 1000000L};

	for (unsigned waited = 0; flock(f->fd, LOCK_EX | LOCK_NB) != 0; waited += TRY_MS) {
		if (errno != EWOULDBLOCK && errno != EINTR)
			return lm_err_errno(errno, "cannot lock the folder %s", f->path);
		if (waited >= patience_ms)
			return lm_err_new(LM_ERR_CONFLICT,
			    "somebody else changes the folder %s just now: try again", f->path);
		nanosleep(&pause, NULL);
	}
	return NULL;
}

void disk_close(struct disk_folder *f)
{
	if (f->path == NULL)
		return;
	close(f->fd);
	free(f->path);
	*f = (struct disk_folder){0};
}

/* ---- reading ---------------------------------------------------------------------------------- */

static struct lm_err *check(const struct stat *st, const struct disk_demands *d)
{
	if (!S_ISREG(st->st_mode))
		return lm_err_new(LM_ERR_INVALID, "it is not a file");
	if ((st->st_mode & d->forbidden) != 0)
		return lm_err_new(LM_ERR_INVALID,
		    "others than its owner can read or write it: see who did, then 'chmod 600' it");
	if ((uintmax_t)st->st_size > d->max)
		return lm_err_new(LM_ERR_LIMIT, "it has more than %zu bytes", d->max);
	return NULL;
}

static struct lm_err *read_all(int fd, const struct disk_demands *d, struct disk_bytes *out)
{
	struct stat st;
	ssize_t k = 1;

	if (fstat(fd, &st) != 0)
		return lm_err_errno(errno, "it cannot be read");
	struct lm_err *e = check(&st, d);
	if (e != NULL)
		return e;
	out->changed = st.st_mtim;
	out->p = lm_alloc((size_t)st.st_size + 1);
	while (out->n < (size_t)st.st_size && k != 0) {
		k = read(fd, out->p + out->n, (size_t)st.st_size - out->n);
		if (k < 0 && errno != EINTR)
			return lm_err_errno(errno, "it cannot be read");
		out->n += k > 0 ? (size_t)k : 0;
	}
	return NULL;
}

struct lm_err *disk_read(const struct disk_folder *f, const char *name,
    const struct disk_demands *d, struct disk_bytes *out)
{
	int flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | (d->may_be_link ? 0 : O_NOFOLLOW);

	*out = (struct disk_bytes){0};
	int fd = openat(f->fd, name, flags);
	if (fd < 0 && errno == ENOENT)
		return lm_err_new(LM_ERR_NOT_FOUND, "there is no file %s/%s", f->path, name);
	struct lm_err *e =
	    fd < 0 ? lm_err_errno(errno, "it cannot be opened") : read_all(fd, d, out);
	if (fd >= 0)
		close(fd);
	if (e == NULL)
		return NULL;
	disk_bytes_fini(out);
	return lm_err_wrap(e, "%s/%s", f->path, name);
}

void disk_bytes_fini(struct disk_bytes *b)
{
	if (b->p != NULL)
		explicit_bzero(b->p, b->n);
	free(b->p);
	*b = (struct disk_bytes){0};
}

/* ---- writing ---------------------------------------------------------------------------------- */

static void fresh_name(const char *name, char out[FRESH_SIZE])
{
	snprintf(out, FRESH_SIZE, FRESH "%016" PRIx64, lm_hash(name));
}

static bool write_all(int fd, const char *p, size_t n)
{
	while (n > 0) {
		ssize_t k = write(fd, p, n);

		if (k < 0 && errno != EINTR)
			return false;
		p += k > 0 ? k : 0;
		n -= k > 0 ? (size_t)k : 0;
	}
	return true;
}

static bool give_to_owner(const struct disk_folder *f, int fd)
{
	struct stat st;

	return geteuid() != 0 || (fstat(f->fd, &st) == 0 && fchown(fd, st.st_uid, st.st_gid) == 0);
}

struct lm_err *disk_prepare(
    const struct disk_folder *f, const char *name, const struct disk_text *t)
{
	char fresh[FRESH_SIZE];

	disk_drop(f, name);
	fresh_name(name, fresh);
	int fd = openat(f->fd, fresh, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	bool good = fd >= 0 && give_to_owner(f, fd) && (!t->is_public || fchmod(fd, 0644) == 0) &&
		    write_all(fd, t->p, t->n) && (t->is_light || fsync(fd) == 0);
	int why = errno;
	if (fd >= 0)
		close(fd);
	if (good)
		return NULL;
	disk_drop(f, name);
	return lm_err_errno(why, "cannot write %s into the folder %s", name, f->path);
}

void disk_drop(const struct disk_folder *f, const char *name)
{
	char fresh[FRESH_SIZE];

	fresh_name(name, fresh);
	unlinkat(f->fd, fresh, 0);
}

static struct lm_err *rename_fresh(const struct disk_folder *f, const char *name)
{
	char fresh[FRESH_SIZE];

	fresh_name(name, fresh);
	if (renameat(f->fd, fresh, f->fd, name) == 0)
		return NULL;
	struct lm_err *e = lm_err_errno(errno, "cannot make %s/%s", f->path, name);
	disk_drop(f, name);
	return e;
}

static struct lm_err *take(
    const struct disk_folder *f, const char *name, bool is_light, bool *is_there)
{
	struct lm_err *e = rename_fresh(f, name);

	if (is_there != NULL)
		*is_there = e == NULL;
	return e != NULL || is_light ? e : force(f);
}

struct lm_err *disk_take(const struct disk_folder *f, const char *name, bool *is_there)
{
	return take(f, name, false, is_there);
}

struct lm_err *disk_write(
    const struct disk_folder *f, const char *name, const struct disk_text *t, bool *is_there)
{
	struct lm_err *e = disk_prepare(f, name, t);

	if (is_there != NULL)
		*is_there = false;
	return e != NULL ? e : take(f, name, t->is_light, is_there);
}

struct lm_err *disk_write_path(const char *path, const struct disk_text *t)
{
	struct disk_folder above;
	const char *name;

	struct lm_err *e = disk_open_above(&above, path, &name);
	if (e == NULL)
		e = disk_write(&above, name, t, NULL);
	disk_close(&above);
	return e;
}

static int is_fresh(const struct dirent *d)
{
	return strncmp(d->d_name, ".new", 4) == 0; /* or older ones, which had no more than that */
}

void disk_sweep(const struct disk_folder *f)
{
	struct dirent **entries = NULL;
	int n = scandirat(f->fd, ".", &entries, is_fresh, NULL);

	for (int i = 0; i < n; i++) {
		unlinkat(f->fd, entries[i]->d_name, 0);
		free(entries[i]);
	}
	free(entries);
}

struct lm_err *disk_remove(const struct disk_folder *f, const char *name, bool *is_gone)
{
	bool gone = unlinkat(f->fd, name, 0) == 0 || errno == ENOENT;

	if (is_gone != NULL)
		*is_gone = gone;
	return gone ? force(f) : lm_err_errno(errno, "cannot remove %s/%s", f->path, name);
}
