/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/server/library/stored.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* No name has this file: it begins with a dot. */
#define FRESH ".new"

/* ---- names ------------------------------------------------------------------------------------ */

static bool is_plain(unsigned char c, bool first)
{
	return isalnum(c) || c == '-' || c == '_' || c == ':' || (c == '.' && !first);
}

bool stored_file(const struct stored *s, const char *name, char out[STORED_FILE_SIZE])
{
	size_t n = 0;

	for (const char *p = name; *p != '\0'; p++) {
		if (n + 3 + strlen(s->ending) >= STORED_FILE_SIZE)
			return false;
		if (is_plain((unsigned char)*p, p == name))
			out[n++] = *p;
		else
			n += (size_t)snprintf(&out[n], 4, "%%%02x", (unsigned char)*p);
	}
	memcpy(&out[n], s->ending, strlen(s->ending) + 1);
	return n > 0;
}

static int digit(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The other way round; false: no name has this file. */
static bool name_of(const struct stored *s, const char *file, char out[STORED_FILE_SIZE])
{
	size_t size = strlen(file), end = strlen(s->ending), n = 0;
	char again[STORED_FILE_SIZE];

	if (size <= end || size >= STORED_FILE_SIZE || strcmp(&file[size - end], s->ending) != 0)
		return false;
	for (const char *p = file; p < &file[size - end]; p++) {
		if (*p == '%' && digit(p[1]) >= 0 && digit(p[2]) >= 0) {
			out[n++] = (char)(digit(p[1]) * 16 + digit(p[2]));
			p += 2;
		} else {
			out[n++] = *p;
		}
	}
	out[n] = '\0';
	return stored_file(s, out, again) && strcmp(again, file) == 0;
}

/* ---- the folder ------------------------------------------------------------------------------- */

struct lm_err *stored_open(struct stored *s, const char *path, const char *ending)
{
	*s = (struct stored){.fd = -1, .path = strdup(path), .ending = ending};
	if (s->path == NULL)
		abort();
	if (mkdir(path, 0700) != 0 && errno != EEXIST)
		return lm_err_errno(errno, "cannot make the folder %s", path);
	s->fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (s->fd < 0)
		return lm_err_errno(errno, "cannot open the folder %s", path);
	stored_drop(s);
	return NULL;
}

void stored_close(struct stored *s)
{
	if (s->path == NULL)
		return;
	if (s->fd >= 0)
		close(s->fd);
	free(s->path);
	*s = (struct stored){.fd = -1};
}

static int is_visible(const struct dirent *d)
{
	return d->d_name[0] != '.';
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

struct lm_err *stored_each(
    const struct stored *s, void (*each)(void *arg, const char *name, bool is_name), void *arg)
{
	struct dirent **entries = NULL;
	int n = scandirat(s->fd, ".", &entries, is_visible, by_name);

	if (n < 0)
		return lm_err_errno(errno, "cannot list the folder %s", s->path);
	for (int i = 0; i < n; i++) {
		char name[STORED_FILE_SIZE];
		bool good = name_of(s, entries[i]->d_name, name);

		each(arg, good ? name : entries[i]->d_name, good);
		free(entries[i]);
	}
	free(entries);
	return NULL;
}

/* ---- files ------------------------------------------------------------------------------------ */

static struct lm_err *read_all(int fd, size_t max, struct stored_bytes *out)
{
	struct stat st;
	ssize_t k = 1;

	if (fstat(fd, &st) != 0)
		return lm_err_errno(errno, "cannot read it");
	if (!S_ISREG(st.st_mode))
		return lm_err_new(LM_ERR_INVALID, "it is no file");
	if ((uintmax_t)st.st_size > max)
		return lm_err_new(LM_ERR_LIMIT, "it has more than %zu bytes", max);
	out->at_ms = (int64_t)st.st_mtim.tv_sec * 1000 + st.st_mtim.tv_nsec / 1000000;
	out->p = malloc((size_t)st.st_size + 1);
	if (out->p == NULL)
		abort();
	while (out->n < (size_t)st.st_size && k > 0) {
		k = read(fd, out->p + out->n, (size_t)st.st_size - out->n);
		out->n += k > 0 ? (size_t)k : 0;
	}
	out->p[out->n] = '\0';
	return k < 0 ? lm_err_errno(errno, "cannot read it") : NULL;
}

struct lm_err *stored_read(
    const struct stored *s, const char *name, size_t max, struct stored_bytes *out)
{
	char file[STORED_FILE_SIZE];

	*out = (struct stored_bytes){0};
	if (!stored_file(s, name, file))
		return lm_err_new(LM_ERR_INVALID, "nothing can be stored as '%s'", name);
	int fd = openat(s->fd, file, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	struct lm_err *e = fd < 0 ? lm_err_errno(errno, "cannot open it") : read_all(fd, max, out);
	if (fd >= 0)
		close(fd);
	if (e == NULL)
		return NULL;
	free(out->p);
	*out = (struct stored_bytes){0};
	return lm_err_wrap(e, "%s/%s", s->path, file);
}

static bool write_all(int fd, const char *p, size_t n)
{
	while (n > 0) {
		ssize_t k = write(fd, p, n);

		if (k < 0 && errno != EINTR)
			return false;
		if (k > 0) {
			p += k;
			n -= (size_t)k;
		}
	}
	return fsync(fd) == 0;
}

struct lm_err *stored_prepare(const struct stored *s, const char *p, size_t n)
{
	stored_drop(s);
	int fd = openat(s->fd, FRESH, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return lm_err_errno(errno, "cannot write into the folder %s", s->path);
	bool good = write_all(fd, p, n);
	int why = errno;
	close(fd);
	if (good)
		return NULL;
	stored_drop(s);
	return lm_err_errno(why, "cannot write into the folder %s", s->path);
}

void stored_drop(const struct stored *s)
{
	unlinkat(s->fd, FRESH, 0);
}

static struct lm_err *sync_folder(const struct stored *s)
{
	return fsync(s->fd) == 0 ? NULL
				 : lm_err_errno(errno, "cannot write the folder %s", s->path);
}

struct lm_err *stored_take(const struct stored *s, const char *name, bool *is_there)
{
	char file[STORED_FILE_SIZE];

	*is_there = false;
	if (!stored_file(s, name, file)) {
		stored_drop(s);
		return lm_err_new(LM_ERR_INVALID, "nothing can be stored as '%s'", name);
	}
	if (renameat(s->fd, FRESH, s->fd, file) != 0) {
		struct lm_err *e = lm_err_errno(errno, "cannot make %s/%s", s->path, file);

		stored_drop(s);
		return e;
	}
	*is_there = true;
	return sync_folder(s);
}

struct lm_err *stored_remove(const struct stored *s, const char *name, bool *is_gone)
{
	char file[STORED_FILE_SIZE];

	*is_gone = true;
	if (!stored_file(s, name, file))
		return NULL;
	*is_gone = unlinkat(s->fd, file, 0) == 0 || errno == ENOENT;
	if (!*is_gone)
		return lm_err_errno(errno, "cannot remove %s/%s", s->path, file);
	return sync_folder(s);
}
