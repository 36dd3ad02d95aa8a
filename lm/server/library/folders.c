/* SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/heap.h"
#include "lm/packages/packages.h"
#include "lm/server/library/priv.h"

/* Folders of unpacked packages: who needs them, and removing the others. */

enum { DIGITS = 64, LINE_MAX_SIZE = 8192 };

static bool is_folder_name(const char *name)
{
	size_t n = 0;

	while (n < DIGITS && isxdigit((unsigned char)name[n]))
		n++;
	return n == DIGITS && (name[n] == '\0' || name[n] == '/');
}

void folders_want(struct folders *f, const char *path)
{
	size_t n = strlen(f->dir);

	if (strncmp(path, f->dir, n) != 0 || path[n] != '/' || !is_folder_name(path + n + 1))
		return;
	char *name = lm_strndup(path + n + 1, DIGITS);
	*LM_PUSH(NULL, &f->wanted) = name;
}

void folders_fini(struct folders *f)
{
	for (size_t i = 0; i < f->wanted.n; i++)
		free(f->wanted.v[i]);
	lm_vec_free(&f->wanted);
}

/* ---- what is mounted -------------------------------------------------------------------------- */

/*
 * A container has the folder that it was made with until it is made anew, even when its instance
 * has gone on to another one.
 */
static void drop_mounted(struct lm_map *left, const char *path)
{
	char line[LINE_MAX_SIZE], name[DIGITS + 1];
	FILE *f = fopen(path, "re");

	while (f != NULL && fgets(line, sizeof line, f) != NULL)
		for (const char *p = line; (p = strchr(p, '/')) != NULL; p++) {
			snprintf(name, sizeof name, "%s", p + 1);
			lm_map_remove(left, name);
		}
	if (f != NULL)
		fclose(f);
}

/* Of every process; those of one container have the same, which costs only time. */
static bool drop_all_mounted(struct lm_map *left)
{
	DIR *proc = opendir("/proc");

	for (struct dirent *d; proc != NULL && (d = readdir(proc)) != NULL;) {
		char path[300];

		if (!isdigit((unsigned char)d->d_name[0]))
			continue;
		snprintf(path, sizeof path, "/proc/%s/mountinfo", d->d_name);
		drop_mounted(left, path);
	}
	if (proc != NULL)
		closedir(proc);
	return proc != NULL;
}

/* ---- those that nobody needs ------------------------------------------------------------------ */

static struct lm_map *all_but_wanted(const struct folders *f)
{
	struct lm_map *wanted = lm_map_new(), *left = lm_map_new();
	DIR *dir = opendir(f->dir);

	for (size_t i = 0; i < f->wanted.n; i++)
		lm_map_put(wanted, f->wanted.v[i], f->wanted.v[i]);
	for (struct dirent *d; dir != NULL && (d = readdir(dir)) != NULL;) {
		if (!packages_is_unpacked(d->d_name) || lm_map_find(wanted, d->d_name) != NULL)
			continue;
		char *name = lm_strdup(d->d_name);
		lm_map_put(left, name, name);
	}
	if (dir != NULL)
		closedir(dir);
	lm_map_free(wanted);
	return left;
}

void folders_tidy(const struct folders *f)
{
	struct lm_map *left = all_but_wanted(f);
	LM_VEC(char *) names = {0};
	char *name;

	for (size_t i = 0; (name = lm_map_next(left, &i)) != NULL;)
		*LM_PUSH(NULL, &names) = name;
	bool known = names.n > 0 && drop_all_mounted(left);
	for (size_t i = 0; i < names.n; i++) {
		if (known && lm_map_find(left, names.v[i]) != NULL)
			packages_forget(f->dir, names.v[i]);
		free(names.v[i]);
	}
	lm_vec_free(&names);
	lm_map_free(left);
}

/* ---- what is in one --------------------------------------------------------------------------- */

enum { PATH_SIZE = 2048, DEPTH_MAX = 20 };

struct walk {
	void (*each)(void *arg, const char *path, size_t size);
	void *arg;
	char path[PATH_SIZE]; /* below the package's folder */
	unsigned depth;
};

static int is_entry(const struct dirent *d)
{
	return strcmp(d->d_name, ".") != 0 && strcmp(d->d_name, "..") != 0;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static void walk(struct walk *w, int dir);

static void walk_entry(struct walk *w, int dir, const char *name)
{
	size_t n = strlen(w->path);
	struct stat st = {0};

	snprintf(w->path + n, sizeof w->path - n, "%s%s", n > 0 ? "/" : "", name);
	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode)) {
		w->each(w->arg, w->path, (size_t)st.st_size);
	} else if (S_ISDIR(st.st_mode) && w->depth < DEPTH_MAX) {
		int next = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

		w->depth++;
		if (next >= 0)
			walk(w, next);
		w->depth--;
	}
	w->path[n] = '\0';
}

/* Closes the folder. */
static void walk(struct walk *w, int dir)
{
	struct dirent **entries = NULL;
	int n = scandirat(dir, ".", &entries, is_entry, by_name);

	for (int i = 0; i < n; i++) {
		walk_entry(w, dir, entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
	close(dir);
}

void library_package_files(
    const struct package *p, void (*each)(void *arg, const char *path, size_t size), void *arg)
{
	struct walk w = {.each = each, .arg = arg};
	int dir = p->folder == NULL
		      ? -1
		      : open(p->folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (dir >= 0)
		walk(&w, dir);
}
