/* SPDX-License-Identifier: Apache-2.0 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "lm/packages/load.h"

/* A package that is a folder on disk. */

struct place {
	int dir;
	const char *path; /* of the folder */
	const char *name; /* of the folder alone */
	enum package_role role;
	unsigned depth;
};

static void load_place(struct load *, const struct place *);

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int is_visible(const struct dirent *d)
{
	return d->d_name[0] != '.';
}

static void load_descriptor(struct load *l, int dir, const char *name, const char *path)
{
	struct bytes text;

	l->n_descriptors++;
	int fd = input_open(l, dir, name, path);
	if (fd < 0)
		return;
	if (input_read(l, fd, path, l->conf.file_max, &text)) {
		catalog_put(l->catalog, path, text.p != NULL ? text.p : "", text.n);
		catalog_set_package_dir(l->catalog, path,
		    lm_arena_printf(l->arena, "%.*s", (int)package_root(path), path));
		free(text.p);
	}
	close(fd);
}

static void enter(struct load *l, const struct place *parent, const char *name, const char *path)
{
	struct place p = {
	    .path = path,
	    .name = name,
	    .role = package_folder_role(name, parent->name, parent->role),
	    .depth = parent->depth + 1,
	};

	if (p.role == ROLE_SKIPPED)
		return;
	/* The scripts' own folders are theirs: what is too deep in them is not in our way. */
	if (p.depth > PACKAGE_DEPTH_MAX) {
		if (p.role == ROLE_FOLDER)
			load_report(l, path, CODE_PACKAGE_LIMIT,
			    "the folder lies more than %d folders deep", PACKAGE_DEPTH_MAX);
		return;
	}
	p.dir = openat(parent->dir, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (p.dir < 0)
		load_report(
		    l, path, CODE_FILE_UNREADABLE, "cannot open the folder: %s", strerror(errno));
	else
		load_place(l, &p);
}

/* Whoever put a link into a package thinks that it counts. */
static void report_link(struct load *l, const struct place *p, const char *name, const char *path)
{
	struct stat st;
	bool broken = fstatat(p->dir, name, &st, 0) != 0;
	bool is_folder = !broken && S_ISDIR(st.st_mode) &&
			 package_folder_role(name, p->name, p->role) == ROLE_FOLDER;

	if (!is_folder && package_file_role(name, p->role) != ROLE_DESCRIPTOR)
		return;
	struct diag *d =
	    broken ? load_report(l, path, CODE_FILE_LINK,
			 "a symbolic link that leads nowhere (%s) is left out", strerror(errno))
		   : load_report(l, path, CODE_FILE_LINK,
			 "symbolic links in packages are not followed: %s is left out",
			 is_folder ? "the folder" : "the descriptor");
	load_help(l, path, d, "put what it points to in its place");
}

/* Links count for the scripts, which are read through them. */
static void note(struct load *l, const struct place *p, const char *name, const char *path)
{
	struct stat st;

	if (fstatat(p->dir, name, &st, 0) == 0 && S_ISREG(st.st_mode))
		load_note(
		    l, path, (uint64_t)st.st_size, faccessat(p->dir, name, R_OK, AT_EACCESS) == 0);
}

static void load_entry(struct load *l, const struct place *p, const char *name, const char *path)
{
	struct stat st;

	if (fstatat(p->dir, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return; /* gone meanwhile */
	if (!S_ISDIR(st.st_mode) && ++l->n_files > PACKAGE_FILES_MAX) {
		struct diag *d = load_report(l, path, CODE_PACKAGE_LIMIT,
		    "more than %d files: this one and the rest are left out", PACKAGE_FILES_MAX);
		load_help(l, path, d, "name the folders of packages, not one high above them");
		l->full = true;
	} else if (S_ISLNK(st.st_mode)) {
		note(l, p, name, path);
		report_link(l, p, name, path);
	} else if (package_file_role(name, p->role) == ROLE_DESCRIPTOR) {
		note(l, p, name, path);
		load_descriptor(l, p->dir, name, path);
	} else if (S_ISDIR(st.st_mode)) {
		enter(l, p, name, path);
	} else {
		note(l, p, name, path);
	}
}

/* Closes the folder. */
static void load_place(struct load *l, const struct place *p)
{
	struct dirent **entries = NULL;
	int n = scandirat(p->dir, ".", &entries, is_visible, by_name);

	if (n < 0)
		load_report(l, p->path, CODE_FILE_UNREADABLE, "cannot list the folder: %s",
		    strerror(errno));
	for (int i = 0; i < n; i++) {
		struct lm_buf path;

		lm_buf_init(&path, PACKAGE_PATH_MAX);
		lm_buf_printf(&path, "%s/%s", p->path, entries[i]->d_name);
		if (path.cut)
			load_report(l, p->path, CODE_PACKAGE_LIMIT,
			    "a name in it has more than %d bytes", PACKAGE_PATH_MAX);
		else if (!l->full)
			load_entry(l, p, entries[i]->d_name, path.p);
		lm_buf_fini(&path);
		free(entries[i]);
	}
	free(entries);
	close(p->dir);
}

void load_folder(struct load *l, int dir, const char *path)
{
	const char *slash = strrchr(path, '/');
	struct place p = {
	    .dir = dir,
	    .path = path,
	    .name = slash != NULL ? slash + 1 : path,
	    .role = ROLE_FOLDER,
	    .depth = 1,
	};

	load_place(l, &p);
	bool is_empty = l->n_files == 0;
	if (l->n_descriptors > 0 || l->full || (is_empty && l->conf.may_be_empty))
		return;
	struct diag *d = load_report(l, path, CODE_PACKAGE_EMPTY,
	    is_empty ? "the folder is empty" : "no file in the folder is a descriptor");
	load_help(l, path, d, "descriptors have names that end in .yml or .yaml");
}
