/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_SERVER_LIBRARY_LIBRARY_H
#define LM_SERVER_LIBRARY_LIBRARY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "tosca/catalog/catalog.h"
#include "tosca/model/name.h"

/*
 * Descriptors and packages that were handed in over the API: <state>/catalog/descriptors/<name>.yml
 * and <state>/catalog/packages/<name>.zip, beside those that the manager was started with, in one
 * catalog.  A descriptor handed in replaces one of its name out of any package, a package handed in
 * what the manager was started with; when it goes, the other counts again.
 *
 * A change is tried in the catalog first; one that does not check is refused and changes nothing.
 * What is accepted is on the disk before anybody is told.  Other descriptors may break by it: that
 * is a warning, as they may by a deletion; instances have texts of their own.
 *
 * A package is unpacked into a folder that is named by its contents (lm/packages/unpack.h), never
 * changes, and goes when neither the catalog nor an instance names it and nothing has it mounted.
 */
enum {
	LIBRARY_DESCRIPTOR_MAX = 1024 * 1024,   /* bytes */
	LIBRARY_PACKAGE_MAX = 64 * 1024 * 1024, /* bytes of an archive */
	LIBRARY_DESCRIPTORS_MAX = 10000,        /* of each kind */
	LIBRARY_PACKAGES_MAX = 2000,
	LIBRARY_LINE_MAX = 4,                    /* uploads that wait */
	LIBRARY_NAME_MAX = NAME_MAX_LENGTH + 96, /* bytes of all three parts of one */
	LIBRARY_TYPES_MAX = 2000,                /* of one resource manager */
	LIBRARY_TYPES_SIZE = 16 * 1024 * 1024,   /* bytes of them, as JSON */
};
/* Of the catalog; what the manager was started with is in layer 0. */
enum { LAYER_TYPES = 1, LAYER_UPLOADED = 2, LAYER_DESCRIPTORS = 3 };

struct library;
struct engine;
struct uv_loop_s;

struct library_conf {
	const char *state_dir;
	const char *unpack_dir;
	struct catalog *catalog; /* borrowed; nobody else changes it */
};

/* What came of a change. */
struct library_news {
	char name[LIBRARY_NAME_MAX + 1]; /* of the descriptor or package; "": none is known */
	struct lm_buf diags; /* a JSON array: with an error what is wrong, else the warnings */
};
void library_news_init(struct library_news *);
void library_news_fini(struct library_news *);

/* Makes the folders; reads nothing yet. */
struct lm_err *library_open(const struct library_conf *, struct library **out) LM_MUST_USE;
/*
 * Everything that is there into the catalog, and checks that.  What is wrong with it is added to
 * 'out' and logged, but no reason not to start: it was good when it came.
 */
struct lm_err *library_load(struct library *, struct diags *out) LM_MUST_USE;
/* From now on packages can come, and folders go; before it, changes are refused. */
void library_run(struct library *, struct uv_loop_s *, const struct engine *);
/* Ends what is under way; nobody is told.  Before the loop's last turns. */
void library_stop(struct library *);
void library_free(struct library *); /* NULL is fine */

/* ---- descriptors ------------------------------------------------------------------------------ */

struct library_text {
	const char *name; /* of the descriptor that is replaced; NULL: a new one */
	const char *text;
	size_t n;
};
/*
 * INVALID: it does not check, or is no assembly.  CONFLICT: a new one whose name is taken.
 * NOT_FOUND: there is none to be replaced.
 */
struct lm_err *library_put_descriptor(
    struct library *, const struct library_text *, struct library_news *) LM_MUST_USE;
/*
 * CONFLICT: it came with the manager, or is a part of a package.  The descriptor after which a package
 * is named takes the package along, when that has no other.  A resource type of another manager goes
 * until that is read again.
 */
struct lm_err *library_delete_descriptor(struct library *, const char *name) LM_MUST_USE;

/* ---- packages --------------------------------------------------------------------------------- */

/*
 * A package is named after its assembly, or else its resource; there must be just one of them.
 */
struct library_upload {
	const char *name;  /* of the package that is replaced; NULL: a new one */
	const char *file;  /* how its sender calls it; NULL: not at all */
	const char *bytes; /* copied, as are the names */
	size_t n;
	/*
	 * Later, once, unless library_stop() comes first: with an error, which is the callee's, nothing
	 * has changed.
	 */
	void (*done)(void *arg, struct lm_err *, const struct library_news *);
	void *arg;
};
/* UNAVAILABLE: too many wait already, and 'done' is not called. */
struct lm_err *library_upload(struct library *, const struct library_upload *) LM_MUST_USE;
struct lm_err *library_delete_package(struct library *, const char *name) LM_MUST_USE;

/* ---- resource types of other resource managers -------------------------------------------------- */

struct library_type {
	const char *name; /* as its manager calls it */
	const char *text; /* its descriptor; NULL: it was not read */
	/* What became of it: NULL, it is there and this manager's; else why not, in the arena. */
	const char *why;
	bool is_new;
};
/* Whether somebody has told of a type of this name: then its descriptor need not be read. */
bool library_knows(const struct library *, const char *name);
/*
 * Those that nobody has told of yet come into the catalog, each for itself; what is there stays as it
 * is.  After an error nothing has changed.
 */
struct lm_err *library_add_types(struct library *, const char *manager, struct library_type *,
    size_t n, struct lm_arena *) LM_MUST_USE;

struct package {
	char *key;  /* canonical name */
	char *name; /* in full */
	size_t size;
	int64_t at_ms;
	char *folder; /* where it is unpacked; NULL: it could not be */
	struct library_file {
		char *file;             /* in the catalog */
		char *key, *descriptor; /* canonical name, and in full */
	} * files;
	size_t n_files;
};
/* In the order of names; borrowed until the next change. */
size_t library_package_count(const struct library *);
const struct package *library_package_at(const struct library *, size_t i);
const struct package *library_package(const struct library *, const char *name); /* NULL: none */
/* What it was unpacked to, in the order of paths; 'size' in bytes. */
void library_package_files(
    const struct package *, void (*each)(void *arg, const char *path, size_t size), void *arg);
/* That there is none of this name, and which was probably meant: 404. */
struct lm_err *library_no_package(const struct library *, const char *name) LM_MUST_USE;
struct lm_err *library_no_descriptor(const struct catalog *, const char *name) LM_MUST_USE;
/* The archive as it came; disk_bytes_fini().  NOT_FOUND: there is no such package. */
struct disk_bytes;
struct lm_err *library_package_read(
    const struct library *, const char *name, struct disk_bytes *out) LM_MUST_USE;

#endif
