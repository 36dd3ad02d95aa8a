/* SPDX-License-Identifier: Apache-2.0 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/heap.h"
#include "lm/drivers/http/priv.h"
#include "lm/drivers/http/zip.h"

/*
 * The folder Lifecycle/<type of driver>/ of a package as the driver gets it.  A package is either a
 * folder with its descriptor in it, or has that in Definitions/lm.
 */
enum { DEPTH_MAX = 16, BASE64_MAX = (FILES_MAX / 3 + 1) * 8 };

struct pack {
	uv_work_t work;
	char *dir, *driver;
	pack_done_fn *done; /* NULL: nobody waits for it any more */
	void *arg;
	struct lm_buf files;
	char why[WHY_MAX];
};

/* What the thread works with. */
struct walk {
	struct pack *pack;
	struct lm_arena *arena;
	struct zip zip;
	unsigned entries;
	size_t bytes; /* of the files */
};

LM_PRINTF(2, 3)
static bool fail(struct walk *w, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(w->pack->why, sizeof w->pack->why, fmt, ap);
	va_end(ap);
	return false;
}

/* ---- folders ---------------------------------------------------------------------------------- */

static int compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The names in a folder, in order; NULL at the end. */
static char **list(struct walk *w, int fd)
{
	LM_VEC(char *) names = {0};
	DIR *d = fdopendir(fd);
	const struct dirent *e;

	if (d == NULL) {
		close(fd);
		return NULL;
	}
	while ((e = readdir(d)) != NULL && names.n <= ENTRIES_MAX)
		if (e->d_name[0] != '.')
			*LM_PUSH(w->arena, &names) = lm_arena_strdup(w->arena, e->d_name);
	closedir(d);
	if (names.n > 1)
		qsort(names.v, names.n, sizeof names.v[0], compare);
	*LM_PUSH(w->arena, &names) = NULL;
	return names.v;
}

/* The folder of this name, in whatever case of letters; -1: there is none. */
static int open_below(struct walk *w, int dir, const char *name)
{
	int copy = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	char **names = copy < 0 ? NULL : list(w, copy);

	for (size_t i = 0; names != NULL && names[i] != NULL; i++) {
		if (strcasecmp(names[i], name) != 0)
			continue;
		int fd = openat(dir, names[i], O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
		if (fd >= 0)
			return fd;
	}
	return -1;
}

/* Takes off a last part of a path; false: it has another. */
static bool take_off(char *path, const char *part)
{
	char *slash = strrchr(path, '/');

	if (slash == NULL || strcasecmp(slash + 1, part) != 0)
		return false;
	*slash = '\0';
	return true;
}

/* ---- files ------------------------------------------------------------------------------------ */

static bool add_file(struct walk *w, int dir, const char *name, const char *path)
{
	int fd = openat(dir, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	struct stat st;

	if (fd < 0)
		return errno == ELOOP || fail(w, "cannot read %s: %s", path, strerror(errno));
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
		close(fd);
		return true; /* a pipe, as little of the package as a link is */
	}
	size_t n = (size_t)st.st_size, got = 0;
	char *bytes = n > FILES_MAX ? NULL : lm_arena_take(w->arena, n + 1, 1);
	ssize_t r = 0;
	while (bytes != NULL && got < n && (r = read(fd, bytes + got, n - got)) > 0)
		got += (size_t)r;
	int saved = errno;
	close(fd);
	w->bytes += n;
	if (bytes == NULL || w->bytes > FILES_MAX)
		return fail(w, "the files of the package have more than %d MiB", FILES_MAX >> 20);
	if (r < 0)
		return fail(w, "cannot read %s: %s", path, strerror(saved));
	zip_add(&w->zip, path, st.st_mode & (S_IFMT | 0777), bytes, got);
	return true;
}

/* Closes the folder. */
static bool add_folder(struct walk *w, int fd, const char *path, int depth)
{
	int copy = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	char **names = copy < 0 ? NULL : list(w, copy);
	bool ok = depth < DEPTH_MAX || fail(w, "%s: folders in folders without an end", path);

	for (size_t i = 0; ok && names != NULL && names[i] != NULL; i++) {
		const char *sub =
		    *path == '\0' ? names[i] : lm_arena_join(w->arena, path, "/", names[i], NULL);

		if (++w->entries > ENTRIES_MAX) {
			ok = fail(w, "the package has more than %d files", ENTRIES_MAX);
			break;
		}
		int folder = openat(fd, names[i], O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
		ok = folder >= 0 ? add_folder(w, folder, sub, depth + 1)
				 : add_file(w, fd, names[i], sub);
	}
	close(fd);
	return ok;
}

/* A package without files for the driver is a zip without entries. */
static bool add_package(struct walk *w)
{
	char path[PATH_MAX];

	if (w->pack->dir == NULL)
		return true;
	snprintf(path, sizeof path, "%s", w->pack->dir);
	if (take_off(path, "lm") && !take_off(path, "Definitions"))
		snprintf(path, sizeof path, "%s", w->pack->dir);
	int root = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (root < 0)
		return fail(w, "cannot read the package %s: %s", path, strerror(errno));
	int lifecycle = open_below(w, root, "Lifecycle");
	int fd = lifecycle < 0 ? -1 : open_below(w, lifecycle, w->pack->driver);
	close(root);
	if (lifecycle >= 0)
		close(lifecycle);
	return fd < 0 || add_folder(w, fd, "", 0);
}

/* In quotes, as a JSON text. */
static void encode(const struct lm_buf *from, struct lm_buf *to)
{
	enum { FORM = sodium_base64_VARIANT_ORIGINAL };
	size_t n = sodium_base64_encoded_len(from->n, FORM); /* with NUL */

	lm_buf_puts(to, "\"");
	char *room = lm_buf_room(to, n);
	if (room != NULL) {
		sodium_bin2base64(room, n, (const unsigned char *)from->p, from->n, FORM);
		lm_buf_used(to, n - 1);
	}
	lm_buf_puts(to, "\"");
}

/* ---- the thread ------------------------------------------------------------------------------- */

static void do_work(uv_work_t *work)
{
	struct pack *p = work->data;
	struct walk w = {.pack = p, .arena = lm_arena_new()};
	struct lm_buf zipped;

	lm_buf_init(&zipped, 2 * FILES_MAX);
	zip_open(&w.zip, &zipped);
	bool ok = add_package(&w);
	if (!zip_close(&w.zip) && ok)
		ok = fail(&w, "the names of the package's files are too long");
	if (ok)
		encode(&zipped, &p->files);
	lm_buf_fini(&zipped);
	lm_arena_free(w.arena);
}

static void after_work(uv_work_t *work, int status)
{
	struct pack *p = work->data;

	if (p->done != NULL)
		p->done(p->arg, &p->files,
		    status != 0         ? "it was given up"
		    : p->why[0] != '\0' ? p->why
					: NULL);
	lm_buf_fini(&p->files);
	free(p->dir);
	free(p->driver);
	free(p);
}

struct pack *pack_begin(
    uv_loop_t *loop, const char *package_dir, const char *driver, pack_done_fn *done, void *arg)
{
	struct pack *p = lm_alloc(sizeof *p);

	p->work.data = p;
	p->dir = lm_strdup(package_dir);
	p->driver = lm_strdup(driver);
	p->done = done;
	p->arg = arg;
	lm_buf_init(&p->files, BASE64_MAX);
	uv_queue_work(loop, &p->work, do_work, after_work);
	return p;
}

void pack_forget(struct pack *p)
{
	p->done = NULL;
	uv_cancel((uv_req_t *)&p->work); /* one that has begun ends by itself */
}
