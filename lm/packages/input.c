/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/heap.h"
#include "lm/packages/load.h"
#include "lm/packages/pack.h"

enum { BLOCK = 64 * 1024 };

static const char *kind_text(mode_t mode)
{
	static const struct {
		mode_t kind;
		const char *text;
	} kinds[] = {
	    {S_IFDIR, "a folder"},
	    {S_IFIFO, "a named pipe"},
	    {S_IFSOCK, "a socket"},
	    {S_IFCHR, "a device"},
	    {S_IFBLK, "a device"},
	    {S_IFLNK, "a symbolic link"},
	};

	for (size_t i = 0; i < LM_COUNT(kinds); i++)
		if ((mode & S_IFMT) == kinds[i].kind)
			return kinds[i].text;
	return "no regular file";
}

/* Asked before the file is opened: opening alone may have an effect on a device. */
static bool is_regular(struct load *l, int dir, const char *name, const char *path)
{
	struct stat st;

	if (fstatat(dir, name, &st, 0) != 0) {
		load_report(l, path, CODE_FILE_UNREADABLE, "cannot read it: %s", strerror(errno));
		return false;
	}
	if (S_ISREG(st.st_mode))
		return true;
	struct diag *d =
	    load_report(l, path, CODE_FILE_KIND, "it is %s, not a file", kind_text(st.st_mode));
	load_help(l, path, d,
	    S_ISDIR(st.st_mode) ? "a descriptor is a file: give the folder another name"
				: "save it to a file, or write '-' to read standard input");
	return false;
}

int input_open(struct load *l, int dir, const char *name, const char *path)
{
	struct stat st;

	if (!is_regular(l, dir, name, path))
		return -1;
	int fd = openat(dir, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0) {
		load_report(l, path, CODE_FILE_UNREADABLE, "cannot open it: %s", strerror(errno));
		return -1;
	}
	/* It may have been exchanged meanwhile. */
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		return fd;
	load_report(l, path, CODE_FILE_KIND, "it is not a file any more");
	close(fd);
	return -1;
}

void input_too_large(struct load *l, const char *path, size_t max)
{
	bool mebi = max >= 1024 * 1024;
	struct diag *d = load_report(l, path, CODE_FILE_SIZE, "the file is larger than %zu %s",
	    mebi ? max / (1024 * 1024) : max, mebi ? "MiB" : "bytes");

	load_help(l, path, d,
	    pack_name(path) ? "leave out what a manager does not need, or give it a folder"
			    : "split it: every document of it may stand in a file of its own");
}

/* At least one byte more than what is there: the end is only known when a read says so. */
static void make_room(struct bytes *b, size_t *cap, size_t max)
{
	if (b->n < *cap)
		return;
	size_t more = *cap < BLOCK ? BLOCK : *cap * 2;
	*cap = more > max + 1 ? max + 1 : more;
	b->p = lm_realloc(b->p, *cap);
}

bool input_read(struct load *l, int fd, const char *path, size_t max, struct bytes *out)
{
	struct stat st;
	size_t cap = 0;
	ssize_t n = 1;

	*out = (struct bytes){0};
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0) {
		if ((uintmax_t)st.st_size > max) {
			input_too_large(l, path, max);
			return false;
		}
		cap = (size_t)st.st_size + 1;
		out->p = lm_alloc_raw(cap);
	}
	while (n != 0 && out->n <= max) {
		make_room(out, &cap, max);
		n = read(fd, out->p + out->n, cap - out->n);
		if (n > 0)
			out->n += (size_t)n;
		else if (n < 0 && errno != EINTR)
			break;
	}
	if (n >= 0 && out->n <= max)
		return true;
	if (n < 0)
		load_report(l, path, CODE_FILE_UNREADABLE, "cannot read it: %s", strerror(errno));
	else
		input_too_large(l, path, max);
	free(out->p);
	*out = (struct bytes){0};
	return false;
}
