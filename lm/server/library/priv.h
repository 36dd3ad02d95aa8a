/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_SERVER_LIBRARY_PRIV_H
#define LM_SERVER_LIBRARY_PRIV_H

#include <uv.h>

#include "base/map.h"
#include "base/vec.h"
#include "lm/disk/name.h"
#include "lm/server/library/content.h"

/*
 * Inside the library: library.c (what is there), change.c (what comes and goes), upload.c (the line of
 * what takes its time, on another thread), folders.c (what is unpacked).
 */
struct job;

struct library {
	struct catalog *catalog;
	char *unpack_dir;
	struct disk_folder descriptors, packages, types;
	LM_VEC(struct package *) list; /* by name */
	struct lm_map *holders;        /* of descriptors by canonical name: their packages */
	size_t n_descriptors;
	const struct engine *engine; /* NULL: not yet */
	uv_loop_t *loop;
	struct job *first, *last; /* the first one is under way */
	size_t n_jobs;
	bool stopping;
};

#define LIBRARY_TEXT    ".yml"
#define LIBRARY_PACKAGE ".zip"
/*
 * What is kept by a canonical name, in which all characters suit a file: "assembly::x::1.yml", which is
 * how diagnostics call it, too; "assembly::x::1.zip".
 */
const char *library_file(struct lm_arena *, const char *key);
const char *library_package_file(struct lm_arena *, const char *key);
/* Of a descriptor or package; false: it is none. */
bool library_key(const char *name, char out[LIBRARY_NAME_MAX + 1]);

/* ---- packages that are there ------------------------------------------------------------------ */

struct package *package_find(const struct library *, const char *key); /* NULL: none */
struct package *package_new(const struct content *, size_t size, int64_t at_ms);
/* In place of the one of its name, which is freed. */
void library_add(struct library *, struct package *);
void library_drop(struct library *, const char *key);
/* In the catalog: the files of a package come and go. */
void library_show(struct library *, const struct content *);
void library_hide(struct library *, const struct package *);
/* That has a descriptor by its canonical name; NULL: none. */
struct package *library_holder(const struct library *, const char *key);

/* ---- what a change does to others --------------------------------------------------------------- */

struct trial {
	struct library *library;
	struct lm_map *own;   /* files that were put, to themselves */
	struct diags *found;  /* what is wrong with them */
	struct diags *broken; /* what is wrong with others now */
	size_t n_broken;
};
void trial_begin(struct trial *, struct library *);
/* The file's name is borrowed until the end. */
void trial_own(struct trial *, const char *file);
/* True: it is good in itself and fits to what it uses. */
bool trial_check(struct trial *);
/* 'keep' false: nothing has happened.  'news' NULL: nobody wants to know. */
void trial_end(struct trial *, bool keep, const struct diags *remarks, struct library_news *news);

/* ---- changes ---------------------------------------------------------------------------------- */

/* What was prepared among the stored packages, as 'as_new' or in place of an old one. */
struct lm_err *library_admit(struct library *, const struct content *, size_t size,
    const char *instead_of, struct library_news *) LM_MUST_USE;

/* "it was created over the API": who has told of a descriptor. */
const char *library_origin(const struct library *, const struct descriptor *, struct lm_arena *);

/* ---- types.c: resource types of other resource managers ----------------------------------------- */

struct lm_err *types_open(struct library *, const char *folder) LM_MUST_USE;
struct lm_err *types_load(struct library *) LM_MUST_USE; /* into the catalog */
/* Of a file of the catalog in LAYER_TYPES. */
const char *types_manager(const char *file, struct lm_arena *);
struct lm_err *types_remove(struct library *, const struct descriptor *) LM_MUST_USE;

/* ---- what takes its time ---------------------------------------------------------------------- */

/* Looks for folders that nobody needs; soon. */
void library_tidy(struct library *);
/* Below 'unpack_dir', but those that are wanted or mounted; any thread. */
struct folders {
	const char *dir;
	LM_VEC(char *) wanted; /* their names; owned */
};
void folders_want(struct folders *, const char *path); /* any path in one of them */
void folders_tidy(const struct folders *);
void folders_fini(struct folders *);

#endif
