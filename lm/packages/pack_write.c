/* SPDX-License-Identifier: Apache-2.0 */
#include <archive.h>
#include <archive_entry.h>
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

/* A folder becomes an archive, within the limits that a reader of it has. */

enum { BLOCK = 64 * 1024 };

struct packing {
	struct archive *a;
	struct lm_buf *out;
	char path[ENTRY_NAME_MAX + 1]; /* in the package */
	unsigned depth;
	size_t n, total;
};

static la_ssize_t on_write(struct archive *a, void *arg, const void *p, size_t n)
{
	struct packing *k = arg;
	(void)a;

	lm_buf_add(k->out, p, n);
	return k->out->cut ? -1 : (la_ssize_t)n;
}

static struct lm_err *too_much(const struct packing *k, const struct stat *st)
{
	const struct pack_limits *max = &pack_limits_default;

	if (k->n > max->entries_max)
		return lm_err_new(LM_ERR_LIMIT, "a package may have %zu files and folders at most",
		    max->entries_max);
	if ((uintmax_t)st->st_size > max->file_max)
		return lm_err_new(
		    LM_ERR_LIMIT, "%s has more than %zu MiB", k->path, max->file_max / 1024 / 1024);
	if (k->total > max->total_max)
		return lm_err_new(LM_ERR_LIMIT, "the files have more than %zu MiB together",
		    max->total_max / 1024 / 1024);
	return NULL;
}

static struct lm_err *library_error(const struct packing *k)
{
	if (k->out->cut)
		return lm_err_new(LM_ERR_LIMIT, "the archive has more than %zu MiB",
		    pack_limits_default.bytes_max / 1024 / 1024);
	return lm_err_new(LM_ERR_IO, "cannot pack %s: %s", k->path, archive_error_string(k->a));
}

static struct lm_err *write_bytes(struct packing *k, int fd, size_t size)
{
	char block[BLOCK];
	ssize_t n;

	while (size > 0 && (n = read(fd, block, sizeof block)) != 0) {
		if (n < 0)
			return lm_err_errno(errno, "cannot read %s", k->path);
		size_t use = (size_t)n < size ? (size_t)n : size;
		if (archive_write_data(k->a, block, use) < 0)
			return library_error(k);
		size -= use;
	}
	return size == 0 ? NULL
			 : lm_err_new(LM_ERR_CONFLICT, "%s changes while it is read", k->path);
}

/* Without times and owners: the same files make the same archive. */
static struct lm_err *write_file(struct packing *k, int fd)
{
	struct archive_entry *entry = archive_entry_new();
	struct lm_err *e = NULL;
	struct stat st;

	if (entry == NULL)
		abort();
	if (fstat(fd, &st) != 0)
		e = lm_err_errno(errno, "cannot read %s", k->path);
	else if (!S_ISREG(st.st_mode))
		e = lm_err_new(
		    LM_ERR_INVALID, "%s is neither a file nor a folder: take it away", k->path);
	k->n++;
	k->total += e == NULL ? (size_t)st.st_size : 0;
	if (e == NULL)
		e = too_much(k, &st);
	if (e == NULL) {
		archive_entry_set_pathname(entry, k->path);
		archive_entry_set_filetype(entry, AE_IFREG);
		archive_entry_set_perm(entry, (st.st_mode & 0100) != 0 ? 0755 : 0644);
		archive_entry_set_size(entry, st.st_size);
		e = archive_write_header(k->a, entry) == ARCHIVE_OK
			? write_bytes(k, fd, (size_t)st.st_size)
			: library_error(k);
	}
	archive_entry_free(entry);
	return e;
}

static int is_visible(const struct dirent *d)
{
	return d->d_name[0] != '.';
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static struct lm_err *write_folder(struct packing *, int dir);

static struct lm_err *write_entry(struct packing *k, int dir, const char *name)
{
	struct lm_err *e = NULL;
	struct stat st;

	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return lm_err_errno(errno, "cannot read %s", k->path);
	if (S_ISDIR(st.st_mode)) {
		int next = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

		return next < 0 ? lm_err_errno(errno, "cannot open %s", k->path)
				: write_folder(k, next);
	}
	/* Links count for what they lead to, but never further than to a file. */
	int fd = openat(dir, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	e = fd < 0 ? lm_err_errno(errno, "cannot read %s", k->path) : write_file(k, fd);
	if (fd >= 0)
		close(fd);
	return e;
}

/* Closes the folder. */
static struct lm_err *write_folder(struct packing *k, int dir)
{
	struct dirent **entries = NULL;
	struct lm_err *e = NULL;
	size_t end = strlen(k->path);
	int n = scandirat(dir, ".", &entries, is_visible, by_name);

	if (n < 0)
		e = lm_err_errno(errno, "cannot list %s", end > 0 ? k->path : "the folder");
	if (k->depth++ >= ENTRY_DEPTH_MAX)
		e = lm_err_new(LM_ERR_LIMIT, "%s lies too deep", k->path);
	for (int i = 0; i < n; i++) {
		int size = snprintf(k->path + end, sizeof k->path - end, "%s%s", end > 0 ? "/" : "",
		    entries[i]->d_name);

		if (e == NULL && size >= (int)(sizeof k->path - end))
			e = lm_err_new(LM_ERR_LIMIT, "%s... has too long a name", k->path);
		if (e == NULL)
			e = write_entry(k, dir, entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
	close(dir);
	k->path[end] = '\0';
	k->depth--;
	return e;
}

struct lm_err *pack_write(const char *folder, struct lm_buf *out)
{
	struct packing k = {.a = archive_write_new(), .out = out};
	int dir = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct lm_err *e = NULL;

	if (k.a == NULL)
		abort();
	if (dir < 0)
		e = lm_err_errno(errno, "cannot open the folder %s", folder);
	lm_buf_init(out, pack_limits_default.bytes_max);
	if (e == NULL && (archive_write_set_format_zip(k.a) != ARCHIVE_OK ||
			     archive_write_set_bytes_in_last_block(k.a, 1) != ARCHIVE_OK ||
			     archive_write_open(k.a, &k, NULL, on_write, NULL) != ARCHIVE_OK))
		e = library_error(&k);
	if (e == NULL)
		e = write_folder(&k, dir);
	else if (dir >= 0)
		close(dir);
	if (e == NULL && archive_write_close(k.a) != ARCHIVE_OK)
		e = library_error(&k);
	archive_write_free(k.a);
	return e == NULL ? NULL : lm_err_wrap(e, "packing %s", folder);
}
