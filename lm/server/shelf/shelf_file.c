/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/server/shelf/shelf_file.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/utf8.h"

/* No object has this file: its name begins with a dot. */
#define FRESH ".new"

static const char ending[] = ".json";

/* ---- names ------------------------------------------------------------------------------------ */

static bool is_plain(unsigned char c, bool first)
{
	return c >= 0x80 || isalnum(c) || strchr("-_:~+@,", c) != NULL || (c == '.' && !first);
}

static bool is_text(const char *name)
{
	size_t n = strlen(name);

	if (n == 0 || n > SHELF_NAME_MAX || !lm_utf8_is_valid(name))
		return false;
	for (size_t i = 0; i < n; i++)
		if (iscntrl((unsigned char)name[i]))
			return false;
	return true;
}

bool shelf_file_name(const char *name, char out[SHELF_FILE_SIZE])
{
	size_t n = 0;

	if (!is_text(name))
		return false;
	for (const char *p = name; *p != '\0'; p++) {
		if (n + 3 + sizeof ending > SHELF_FILE_SIZE)
			return false;
		if (is_plain((unsigned char)*p, p == name))
			out[n++] = *p;
		else
			n += (size_t)snprintf(&out[n], 4, "%%%02x", (unsigned char)*p);
	}
	memcpy(&out[n], ending, sizeof ending);
	return true;
}

static int digit(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool shelf_file_parse(const char *file, char out[SHELF_NAME_MAX + 1])
{
	size_t size = strlen(file), end = sizeof ending - 1, n = 0;
	char again[SHELF_FILE_SIZE];

	if (size <= end || strcmp(&file[size - end], ending) != 0)
		return false;
	for (const char *p = file; p < &file[size - end] && n < SHELF_NAME_MAX; p++) {
		if (*p == '%' && digit(p[1]) >= 0 && digit(p[2]) >= 0) {
			out[n++] = (char)(digit(p[1]) * 16 + digit(p[2]));
			p += 2;
		} else {
			out[n++] = *p;
		}
	}
	out[n] = '\0';
	return shelf_file_name(out, again) && strcmp(again, file) == 0;
}

/* ---- reading ---------------------------------------------------------------------------------- */

/* The text is not repeated: it may be a secret. */
static struct lm_err *damaged(
    const struct shelf_folder *in, const char *file, const char *name, const char *how)
{
	return lm_err_new(LM_ERR_INVALID,
	    "%s/%s %s: restore it from a copy, or remove it, start again, and tell the manager "
	    "of '%s' anew",
	    in->path, file, how, name);
}

static struct lm_err *check_file(
    const struct shelf_folder *in, int fd, const char *file, const char *name, size_t *size)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return lm_err_errno(errno, "cannot read %s/%s", in->path, file);
	if (!S_ISREG(st.st_mode))
		return damaged(in, file, name, "is no file");
	if ((st.st_mode & 077) != 0)
		return lm_err_new(LM_ERR_INVALID,
		    "others than its owner can read or write %s/%s: see who did, then 'chmod 600' "
		    "it",
		    in->path, file);
	if (st.st_size > SHELF_OBJECT_MAX)
		return damaged(in, file, name, "is larger than anything that is kept there");
	*size = (size_t)st.st_size;
	return NULL;
}

static struct lm_err *parse(const struct shelf_folder *in, const char *file, const char *name,
    const char *text, size_t n, json_t **out)
{
	json_error_t why = {0};
	char how[96];

	json_t *o = json_loadb(text, n, JSON_REJECT_DUPLICATES, &why);
	if (json_is_object(o)) {
		*out = o;
		return NULL;
	}
	json_decref(o);
	snprintf(how, sizeof how,
	    o != NULL ? "is no JSON object" : "is no JSON, from line %d column %d on", why.line,
	    why.column);
	return damaged(in, file, name, how);
}

struct lm_err *shelf_file_read(
    const struct shelf_folder *in, const char *file, const char *name, json_t **out)
{
	size_t size = 0, got = 0;
	ssize_t n = 1;

	int fd = openat(in->fd, file, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0)
		return lm_err_errno(errno, "cannot read %s/%s", in->path, file);
	struct lm_err *e = check_file(in, fd, file, name, &size);
	char *text = malloc(size + 1);
	if (text == NULL)
		abort();
	while (e == NULL && got < size && n > 0) {
		n = read(fd, text + got, size - got);
		got += n > 0 ? (size_t)n : 0;
	}
	if (n < 0)
		e = lm_err_errno(errno, "cannot read %s/%s", in->path, file);
	close(fd);
	if (e == NULL)
		e = parse(in, file, name, text, got, out);
	free(text);
	return e;
}

/* ---- writing ---------------------------------------------------------------------------------- */

static struct lm_err *write_all(int fd, const char *p, size_t n, const struct shelf_folder *in)
{
	while (n > 0) {
		ssize_t k = write(fd, p, n);

		if (k < 0 && errno == EINTR)
			continue;
		if (k <= 0)
			return lm_err_errno(
			    k < 0 ? errno : ENOSPC, "cannot write into the folder %s", in->path);
		p += k;
		n -= (size_t)k;
	}
	return fsync(fd) == 0 ? NULL
			      : lm_err_errno(errno, "cannot write into the folder %s", in->path);
}

static struct lm_err *sync_folder(const struct shelf_folder *in)
{
	return fsync(in->fd) == 0 ? NULL
				  : lm_err_errno(errno, "cannot write the folder %s", in->path);
}

struct lm_err *shelf_file_write(
    const struct shelf_folder *in, const char *file, const char *text, size_t n, bool *is_there)
{
	*is_there = false;
	unlinkat(in->fd, FRESH, 0);
	int fd = openat(in->fd, FRESH, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return lm_err_errno(errno, "cannot write into the folder %s", in->path);
	struct lm_err *e = write_all(fd, text, n, in);
	close(fd);
	if (e == NULL && renameat(in->fd, FRESH, in->fd, file) != 0)
		e = lm_err_errno(errno, "cannot make %s/%s", in->path, file);
	if (e != NULL) {
		unlinkat(in->fd, FRESH, 0);
		return e;
	}
	*is_there = true;
	return sync_folder(in);
}

struct lm_err *shelf_file_remove(const struct shelf_folder *in, const char *file, bool *is_gone)
{
	*is_gone = unlinkat(in->fd, file, 0) == 0 || errno == ENOENT;
	if (!*is_gone)
		return lm_err_errno(errno, "cannot remove %s/%s", in->path, file);
	return sync_folder(in);
}

void shelf_file_sweep(const struct shelf_folder *in)
{
	unlinkat(in->fd, FRESH, 0);
}
