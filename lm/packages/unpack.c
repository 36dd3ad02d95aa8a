/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/packages/unpack.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lm/packages/entry_name.h"
#include "lm/packages/pack.h"
#include "lm/packages/sha256.h"

/* Folders that were not finished begin so; nothing else in the store does. */
#define UNFINISHED ".new-"

struct unpacking {
	int root;
	bool compare; /* with what is there, instead of writing it */
	struct lm_err *error;
};

/* ---- one file ------------------------------------------------------------------------------- */

/*
 * The folder in which a path lies, step by step, so that no link is followed on the way; -1: errno.
 * 'name': the last part.
 */
static int open_parent(const struct unpacking *u, const char *path, const char **name)
{
	int dir = fcntl(u->root, F_DUPFD_CLOEXEC, 0);
	char part[ENTRY_PART_MAX + 1];

	for (const char *slash; dir >= 0 && (slash = strchr(path, '/')) != NULL; path = slash + 1) {
		snprintf(part, sizeof part, "%.*s", (int)(slash - path), path);
		if (!u->compare && mkdirat(dir, part, 0755) != 0 && errno != EEXIST) {
			close(dir);
			return -1;
		}
		int next = openat(dir, part, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		int why = errno;
		close(dir);
		dir = next;
		errno = why;
	}
	*name = path;
	return dir;
}

static bool write_all(int fd, const char *p, size_t n)
{
	while (n > 0) {
		ssize_t did = write(fd, p, n);

		if (did < 0 && errno != EINTR)
			return false;
		if (did > 0) {
			p += did;
			n -= (size_t)did;
		}
	}
	return true;
}

static bool write_file(int dir, const char *name, const struct pack_file *f)
{
	int fd = openat(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (fd < 0)
		return false;
	bool good = write_all(fd, f->data, f->n) && fchmod(fd, f->executable ? 0755 : 0644) == 0;
	return close(fd) == 0 && good;
}

static bool same_file(int dir, const char *name, const struct pack_file *f)
{
	char block[16 * 1024];
	struct stat st;
	size_t at = 0;
	ssize_t n = 0;
	int fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0)
		return false;
	bool same = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && (size_t)st.st_size == f->n;
	while (same && (n = read(fd, block, sizeof block)) > 0) {
		same = at + (size_t)n <= f->n && memcmp(block, f->data + at, (size_t)n) == 0;
		at += (size_t)n;
	}
	close(fd);
	return same && n == 0 && at == f->n;
}

static void on_file(void *arg, const struct pack_file *f)
{
	struct unpacking *u = arg;
	const char *name;

	if (u->error != NULL)
		return;
	int dir = open_parent(u, f->path, &name);
	if (u->compare && (dir < 0 || !same_file(dir, name, f)))
		u->error =
		    lm_err_new(LM_ERR_CONFLICT, "'%s' was changed after it was unpacked", f->path);
	else if (!u->compare && (dir < 0 || !write_file(dir, name, f)))
		u->error = lm_err_errno(errno, "cannot write '%s'", f->path);
	if (dir >= 0)
		close(dir);
}

static void on_flaw(void *arg, enum diag_code code, const char *message, const char *help)
{
	struct unpacking *u = arg;

	(void)help;
	if (u->error == NULL && code != CODE_ARCHIVE_CASE)
		u->error = lm_err_new(LM_ERR_INVALID, "%s", message);
}

static struct lm_err *for_all(int root, bool compare, const char *bytes, size_t n)
{
	struct unpacking u = {.root = root, .compare = compare};
	struct pack_sink sink = {on_file, on_flaw, &u};

	(void)!pack_read(bytes, n, &pack_limits_default, &sink);
	return u.error;
}

/* ---- folders -------------------------------------------------------------------------------- */

/* Below a folder of the store that was not finished; what cannot be removed stays. */
static void remove_below(int parent, const char *name)
{
	int dir = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *d = dir >= 0 ? fdopendir(dir) : NULL;

	for (struct dirent *e; d != NULL && (e = readdir(d)) != NULL;) {
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		if (unlinkat(dir, e->d_name, 0) != 0 && errno == EISDIR)
			remove_below(dir, e->d_name);
	}
	if (d != NULL)
		closedir(d);
	unlinkat(parent, name, AT_REMOVEDIR);
}

/* A new folder gets its name when all of it is there, and on the disk. */
static struct lm_err *make(int store, const char *name, const char *bytes, size_t n)
{
	char unfinished[SHA256_TEXT + sizeof UNFINISHED];
	struct lm_err *e = NULL;

	snprintf(unfinished, sizeof unfinished, UNFINISHED "%s", name);
	remove_below(store, unfinished);
	if (mkdirat(store, unfinished, 0755) != 0)
		return lm_err_errno(errno, "cannot make the folder %s", unfinished);
	int root = openat(store, unfinished, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	e = root < 0 ? lm_err_errno(errno, "cannot open %s", unfinished)
		     : for_all(root, false, bytes, n);
	if (e == NULL && syncfs(root) != 0)
		e = lm_err_errno(errno, "cannot write to the disk");
	if (root >= 0)
		close(root);
	if (e == NULL && renameat2(store, unfinished, store, name, RENAME_NOREPLACE) != 0)
		e = lm_err_errno(errno, "cannot rename %s", unfinished);
	if (e != NULL)
		remove_below(store, unfinished);
	return e;
}

static int open_store(const char *store)
{
	struct stat st;

	if (mkdir(store, 0700) != 0 && errno != EEXIST)
		return -1;
	int fd = open(store, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return -1;
	if (fstat(fd, &st) == 0 && st.st_uid == geteuid() && fchmod(fd, 0700) == 0)
		return fd;
	close(fd);
	errno = EPERM;
	return -1;
}

struct lm_err *unpack(
    const char *store, const char *bytes, size_t n, struct lm_arena *a, char **out)
{
	char name[SHA256_TEXT];
	struct lm_err *e = NULL;
	int dir = open_store(store);

	if (dir < 0)
		return lm_err_errno(errno, "cannot use the folder %s", store);
	sha256_text(bytes, n, name);
	int root = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (root >= 0) {
		e = for_all(root, true, bytes, n);
		close(root);
	} else if (errno == ENOENT) {
		e = make(dir, name, bytes, n);
	} else {
		e = lm_err_errno(errno, "cannot open %s/%s", store, name);
	}
	close(dir);
	*out = lm_arena_printf(a, "%s/%s", store, name);
	return e != NULL ? lm_err_wrap(e, "%s", *out) : NULL;
}

bool unpack_is_folder(const char *name)
{
	if (strncmp(name, UNFINISHED, strlen(UNFINISHED)) == 0)
		name += strlen(UNFINISHED);
	return strspn(name, "0123456789abcdef") == SHA256_TEXT - 1 &&
	       strlen(name) == SHA256_TEXT - 1;
}

void unpack_remove(const char *store, const char *name)
{
	char old[SHA256_TEXT + sizeof UNFINISHED];
	int dir = open_store(store);

	if (dir < 0)
		return;
	bool is_unfinished = strncmp(name, UNFINISHED, strlen(UNFINISHED)) == 0;
	snprintf(old, sizeof old, "%s%s", is_unfinished ? "" : UNFINISHED, name);
	remove_below(dir, old);
	if (!is_unfinished && renameat2(dir, name, dir, old, RENAME_NOREPLACE) == 0)
		remove_below(dir, old);
	close(dir);
}
