/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/lib/power.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/vec.h"

/* As the linker calls what it puts in the place of a function, and the function itself. */
int __wrap_openat(int folder, const char *name, int flags, ...);
ssize_t __wrap_write(int fd, const void *p, size_t n);
int __wrap_fsync(int fd);
int __wrap_renameat(int from_folder, const char *from, int to_folder, const char *to);
int __wrap_unlinkat(int folder, const char *name, int flags);
int __real_openat(int folder, const char *name, int flags, ...);
ssize_t __real_write(int fd, const void *p, size_t n);
int __real_fsync(int fd);
int __real_renameat(int from_folder, const char *from, int to_folder, const char *to);
int __real_unlinkat(int folder, const char *name, int flags);

enum { TEXT_MAX = 4096, NAMES_MAX = 64, NAME_SIZE = 256 };

struct content {
	ino_t inode;
	char text[TEXT_MAX];
	size_t n, forced; /* so many bytes are there, and so many for good */
	struct content *next;
};

struct names {
	struct {
		char name[NAME_SIZE];
		struct content *content;
	} v[NAMES_MAX];
	size_t n;
};

/* Names as they are for good, and what has happened to them since. */
struct change {
	char from[NAME_SIZE]; /* "": it was made */
	char to[NAME_SIZE];   /* "": it is removed */
	struct content *made;
};

static struct {
	char folder[256];
	bool is_on, has_stopped;
	unsigned left;
	uint64_t state;
	struct content *contents; /* the newest of an inode first */
	struct names names;
	LM_VEC(struct change) changes;
} power;

static uint64_t draw(uint64_t n)
{
	power.state ^= power.state << 13;
	power.state ^= power.state >> 7;
	power.state ^= power.state << 17;
	return power.state % n;
}

/* ---- what is known of the folder -------------------------------------------------------------- */

static struct content *content_new(ino_t inode)
{
	struct content *c = calloc(1, sizeof *c);

	if (c == NULL)
		abort();
	c->inode = inode;
	c->next = power.contents;
	power.contents = c;
	return c;
}

static struct content *content_of(int fd)
{
	struct content *c = power.contents;
	struct stat st;

	if (fstat(fd, &st) != 0)
		abort();
	while (c != NULL && c->inode != st.st_ino)
		c = c->next;
	return c;
}

static bool is_folder(int fd)
{
	struct stat a, b;

	return fstat(fd, &a) == 0 && stat(power.folder, &b) == 0 && a.st_ino == b.st_ino;
}

static void name_set(struct names *names, const char *name, struct content *c)
{
	size_t i = 0;

	while (i < names->n && strcmp(names->v[i].name, name) != 0)
		i++;
	if (i == NAMES_MAX)
		abort();
	names->n += i == names->n;
	snprintf(names->v[i].name, NAME_SIZE, "%s", name);
	names->v[i].content = c;
}

static struct content *name_find(const struct names *names, const char *name)
{
	for (size_t i = 0; i < names->n; i++)
		if (strcmp(names->v[i].name, name) == 0)
			return names->v[i].content;
	return NULL;
}

static void apply(struct names *names, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct change *c = &power.changes.v[i];
		struct content *moved = c->made != NULL ? c->made : name_find(names, c->from);

		if (c->from[0] != '\0')
			name_set(names, c->from, NULL);
		if (c->to[0] != '\0')
			name_set(names, c->to, moved);
	}
}

static void note(const char *from, const char *to, struct content *made)
{
	struct change *c = LM_PUSH(NULL, &power.changes);

	snprintf(c->from, NAME_SIZE, "%s", from);
	snprintf(c->to, NAME_SIZE, "%s", to);
	c->made = made;
}

/* ---- in the place of the C library ------------------------------------------------------------ */

/* False: the machine is dead, or dies with this. */
static bool lives(void)
{
	if (power.left > 0 && --power.left == 0)
		power.has_stopped = true;
	errno = EIO;
	return !power.has_stopped;
}

int __wrap_openat(int folder, const char *name, int flags, ...)
{
	va_list args;

	va_start(args, flags);
	unsigned mode = (flags & O_CREAT) != 0 ? va_arg(args, unsigned) : 0;
	va_end(args);
	bool is_new = power.is_on && (flags & O_CREAT) != 0 && is_folder(folder);
	if (is_new && !lives())
		return -1;
	int fd = __real_openat(folder, name, flags, mode);
	struct stat st;
	if (is_new && fd >= 0 && fstat(fd, &st) == 0)
		note("", name, content_new(st.st_ino));
	return fd;
}

ssize_t __wrap_write(int fd, const void *p, size_t n)
{
	struct content *c = power.is_on ? content_of(fd) : NULL;

	if (c != NULL && !lives())
		return -1;
	ssize_t k =
	    __real_write(fd, p, c != NULL && n > 1 ? n / 2 + 1 : n); /* in parts, as it may */
	if (c != NULL && k > 0 && c->n + (size_t)k <= TEXT_MAX) {
		memcpy(c->text + c->n, p, (size_t)k);
		c->n += (size_t)k;
	}
	return k;
}

int __wrap_fsync(int fd)
{
	if (!power.is_on)
		return __real_fsync(fd);
	if (!lives())
		return -1;
	struct content *c = content_of(fd);
	if (c != NULL)
		c->forced = c->n;
	if (is_folder(fd)) {
		apply(&power.names, power.changes.n);
		power.changes.n = 0;
	}
	return 0;
}

int __wrap_renameat(int from_folder, const char *from, int to_folder, const char *to)
{
	bool is_ours = power.is_on && is_folder(from_folder);

	if (is_ours && !lives())
		return -1;
	int rc = __real_renameat(from_folder, from, to_folder, to);
	if (is_ours && rc == 0)
		note(from, to, NULL);
	return rc;
}

int __wrap_unlinkat(int folder, const char *name, int flags)
{
	bool is_ours = power.is_on && is_folder(folder);

	if (is_ours && !lives())
		return -1;
	int rc = __real_unlinkat(folder, name, flags);
	if (is_ours && rc == 0)
		note(name, "", NULL);
	return rc;
}

/* ---- beginning and end ------------------------------------------------------------------------ */

static const char *path_of(const char *name)
{
	static char path[sizeof power.folder + NAME_SIZE + 1];

	snprintf(path, sizeof path, "%s/%s", power.folder, name);
	return path;
}

static void take_in(const char *name)
{
	int fd = __real_openat(AT_FDCWD, path_of(name), O_RDONLY);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) != 0)
		abort();
	if (S_ISREG(st.st_mode)) {
		struct content *c = content_new(st.st_ino);
		ssize_t n = read(fd, c->text, TEXT_MAX);

		c->n = c->forced = n > 0 ? (size_t)n : 0;
		name_set(&power.names, name, c);
	}
	close(fd);
}

static void each_entry(void (*fn)(const char *name))
{
	DIR *d = opendir(power.folder);

	if (d == NULL)
		abort();
	for (const struct dirent *e; (e = readdir(d)) != NULL;)
		if (e->d_type == DT_REG)
			fn(e->d_name);
	closedir(d);
}

void power_begin(const char *folder, uint64_t seed)
{
	snprintf(power.folder, sizeof power.folder, "%s", folder);
	power.state = seed * 2654435761u + 88172645463325252u;
	each_entry(take_in);
	power.is_on = true;
}

void power_stop_after(unsigned n)
{
	power.left = n;
}

bool power_has_stopped(void)
{
	return power.has_stopped;
}

static void clear(const char *name)
{
	unlink(path_of(name));
}

/* What was on its way arrives up to some point, and what was not may be zeroes. */
static void put_back(const char *name, const struct content *c)
{
	int fd = __real_openat(AT_FDCWD, path_of(name), O_WRONLY | O_CREAT | O_EXCL, 0600);
	size_t n = c->forced + draw(c->n - c->forced + 1);

	if (fd < 0 || __real_write(fd, c->text, n) != (ssize_t)n ||
	    (draw(2) == 0 && ftruncate(fd, (off_t)c->n) != 0))
		abort();
	close(fd);
}

void power_end(bool is_lost)
{
	if (is_lost) {
		apply(&power.names, draw(power.changes.n + 1));
		each_entry(clear);
		for (size_t i = 0; i < power.names.n; i++)
			if (power.names.v[i].content != NULL)
				put_back(power.names.v[i].name, power.names.v[i].content);
	}
	for (struct content *c; (c = power.contents) != NULL;) {
		power.contents = c->next;
		free(c);
	}
	lm_vec_free(&power.changes);
	power.names.n = 0;
	power.left = 0;
	power.is_on = power.has_stopped = false;
}
