/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_PACKAGES_LOAD_H
#define LM_PACKAGES_LOAD_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/arena.h"
#include "base/vec.h"
#include "lm/packages/packages.h"
#include "tosca/link/package_check.h"
#include "tosca/text/codes.h"

/* One call of packages_load(): what the files of this room share. */

enum { PACKAGE_FILES_MAX = 100000, PACKAGE_DEPTH_MAX = 16, PACKAGE_PATH_MAX = 4096 };

struct load {
	struct catalog *catalog;
	struct packages_conf conf;
	struct lm_arena *arena;
	struct package_files files; /* of a package: all that are not skipped */
	size_t n_files;             /* of any kind */
	size_t n_descriptors;       /* files, readable or not */
	bool full;                  /* a limit was reached and reported: no more */
};

/* Reports something about a file as a whole, as diag_add() does. */
struct diag *load_report(struct load *, const char *file, enum diag_code, const char *fmt, ...)
    LM_PRINTF(4, 5);
/* To be followed by diag_help(). */
void load_help(struct load *, const char *file, struct diag *, const char *help);

/* Notes a file of a package for the checks on the whole of it; the path is copied. */
void load_note(struct load *, const char *path, uint64_t size, bool readable);

/* ---- files ---------------------------------------------------------------------------------- */

struct bytes {
	char *p; /* owned by whoever asked: free() */
	size_t n;
};

/*
 * A regular file, opened without ever waiting for somebody at the other end of a pipe; -1: it is
 * none or cannot be opened, which is reported under the name 'path'.
 */
int input_open(struct load *, int dir, const char *name, const char *path);
/*
 * Everything up to the end of 'fd', at most 'max' bytes; false: it cannot be read or is larger,
 * which is reported.  Nothing is read of a file that says of itself that it is larger.
 */
bool input_read(struct load *, int fd, const char *path, size_t max, struct bytes *out);
/* Reports it. */
void input_too_large(struct load *, const char *path, size_t max);

/* ---- packages ------------------------------------------------------------------------------- */

/* What an entry of a package is there for, by its name and the name of the folder it lies in. */
enum package_role {
	ROLE_NONE,       /* of no interest */
	ROLE_DESCRIPTOR, /* of a file */
	ROLE_CONTENT,    /* scripts and templates; all in a folder of this role is of this role */
	ROLE_FOLDER,     /* of a folder: to be searched */
	ROLE_SKIPPED,    /* of a folder: not even listed */
};
enum package_role package_file_role(const char *name, enum package_role folder);
enum package_role package_folder_role(
    const char *name, const char *parent, enum package_role folder);

/* Of a file by its path in the package: "Lifecycle/Install.yml". */
enum package_role package_path_role(const char *path);

/* A package in memory; 'path' is the name of its archive.  False: refused. */
bool load_archive(struct load *, const char *path, const char *bytes, size_t n);
/* Everything below an open folder, which is closed. */
void load_folder(struct load *, int dir, const char *path);

#endif
