/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_SERVER_SHELF_FILE_H
#define LM_SERVER_SHELF_FILE_H

#include <jansson.h>
#include <stdbool.h>

#include "lm/server/shelf/shelf.h"

/* The files of a shelf: their names, and what is in them. */
enum { SHELF_FILE_SIZE = 256 }; /* of a file's name with NUL, as file systems have it */

/* The folder of a shelf, open, and how texts call it. */
struct shelf_folder {
	int fd;
	const char *path;
};

/*
 * "%2e" for a dot at the beginning and the like, so that every name is a file's, and no two are the
 * same.  False: nobody can be called so, it is empty, too long, no UTF-8 or has control characters.
 */
bool shelf_file_name(const char *name, char out[SHELF_FILE_SIZE]);
/* The other way round; false: no name has this file. */
bool shelf_file_parse(const char *file, char out[SHELF_NAME_MAX + 1]);

/* An object, owned by the caller. */
struct lm_err *shelf_file_read(
    const struct shelf_folder *, const char *file, const char *name, json_t **out) LM_MUST_USE;
/*
 * 'is_there' says whether the file has this text now, for all who look; with an error, a loss of
 * power could still take it back.
 */
struct lm_err *shelf_file_write(const struct shelf_folder *, const char *file, const char *text,
    size_t n, bool *is_there) LM_MUST_USE;
struct lm_err *shelf_file_remove(const struct shelf_folder *, const char *file, bool *is_gone)
    LM_MUST_USE;
/* What a manager that died while it wrote has left. */
void shelf_file_sweep(const struct shelf_folder *);

#endif
