/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/server/packages.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"

enum { FILE_MAX = 1 << 20, FILES_MAX = 10000, DEPTH_MAX = 16, PATH_BYTES = 4096 };

struct walk {
	struct catalog *catalog;
	size_t n_files;
};

static struct lm_err *read_all(int fd, const char *path, struct lm_buf *out)
{
	char block[16 * 1024];
	ssize_t n = 0;

	while ((n = read(fd, block, sizeof block)) > 0 && !out->cut)
		lm_buf_add(out, block, (size_t)n);
	if (n < 0)
		return lm_err_errno(errno, "cannot read %s", path);
	if (out->cut)
		return lm_err_new(
		    LM_ERR_LIMIT, "%s is larger than %d bytes: split it", path, FILE_MAX);
	return NULL;
}

static struct lm_err *load_file(struct walk *w, int dir, const char *name, const char *path)
{
	struct lm_buf text;

	if (w->n_files++ >= FILES_MAX)
		return lm_err_new(LM_ERR_LIMIT,
		    "more than %d descriptor files: name the folders of packages", FILES_MAX);
	int fd = openat(dir, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return lm_err_errno(errno, "cannot open %s", path);
	lm_buf_init(&text, FILE_MAX);
	struct lm_err *e = read_all(fd, path, &text);
	if (e == NULL)
		catalog_put(w->catalog, path, text.p, text.n);
	lm_buf_fini(&text);
	close(fd);
	return e;
}

static bool is_descriptor_file(const char *name)
{
	const char *dot = strrchr(name, '.');

	return dot != NULL && (strcmp(dot, ".yml") == 0 || strcmp(dot, ".yaml") == 0);
}

/* Templates, pictures of machines and intents may be YAML too, but they are no descriptors. */
static bool is_package_content(const char *name)
{
	static const char *const names[] = {"lifecycle", "config", "images", "examples"};

	for (size_t i = 0; i < LM_COUNT(names); i++)
		if (strcmp(name, names[i]) == 0)
			return true;
	return false;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int is_visible(const struct dirent *d)
{
	return d->d_name[0] != '.';
}

static struct lm_err *load_folder(struct walk *w, int dir, const char *path, unsigned depth);

static struct lm_err *load_entry(
    struct walk *w, int dir, const char *folder, const char *name, unsigned depth)
{
	struct stat st;
	struct lm_buf path;
	struct lm_err *e = NULL;

	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return NULL; /* gone meanwhile */
	lm_buf_init(&path, PATH_BYTES);
	lm_buf_printf(&path, "%s/%s", folder, name);
	if (S_ISREG(st.st_mode) && is_descriptor_file(name)) {
		e = load_file(w, dir, name, path.p);
	} else if (S_ISDIR(st.st_mode) && !is_package_content(name)) {
		int sub = openat(dir, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);

		if (sub < 0)
			e = lm_err_errno(errno, "cannot open %s", path.p);
		else
			e = load_folder(w, sub, path.p, depth + 1);
		if (sub >= 0)
			close(sub);
	}
	lm_buf_fini(&path);
	return e;
}

static struct lm_err *load_folder(struct walk *w, int dir, const char *path, unsigned depth)
{
	struct dirent **entries = NULL;
	struct lm_err *e = NULL;

	if (depth > DEPTH_MAX)
		return lm_err_new(
		    LM_ERR_LIMIT, "%s lies more than %d folders deep", path, DEPTH_MAX);
	int n = scandirat(dir, ".", &entries, is_visible, by_name);
	if (n < 0)
		return lm_err_errno(errno, "cannot list %s", path);
	for (int i = 0; i < n; i++) {
		if (e == NULL)
			e = load_entry(w, dir, path, entries[i]->d_name, depth);
		free(entries[i]);
	}
	free(entries);
	return e;
}

struct lm_err *packages_load(const char *where, struct catalog *c)
{
	struct walk w = {c, 0};
	struct stat st;
	char path[PATH_BYTES];
	size_t n = strlen(where);

	while (n > 1 && where[n - 1] == '/')
		n--;
	if (n >= sizeof path)
		return lm_err_new(LM_ERR_INVALID, "a path of %zu characters is too long", n);
	memcpy(path, where, n);
	path[n] = '\0';
	if (stat(path, &st) != 0)
		return lm_err_errno(errno, "cannot read %s", path);
	if (!S_ISDIR(st.st_mode))
		return load_file(&w, AT_FDCWD, path, path);
	int dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return lm_err_errno(errno, "cannot open %s", path);
	struct lm_err *e = load_folder(&w, dir, path, 1);
	close(dir);
	return e;
}
