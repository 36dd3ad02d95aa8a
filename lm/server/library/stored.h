/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_SERVER_LIBRARY_STORED_H
#define LM_SERVER_LIBRARY_STORED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/*
 * A folder with one file for each name, for its owner alone.  A file comes in two steps: it is
 * prepared, which takes as long as its bytes need to the disk, and then takes its place at once: who
 * dies in between leaves what was there before.
 */
struct stored {
	int fd;
	char *path;
	const char *ending; /* ".zip"; static */
};

enum { STORED_FILE_SIZE = 256 }; /* of a file's name with NUL, as file systems have it */

/* Makes the folder when it is missing; what was only prepared is removed. */
struct lm_err *stored_open(struct stored *, const char *path, const char *ending) LM_MUST_USE;
void stored_close(struct stored *);

/* False: a name that no file can have. */
bool stored_file(const struct stored *, const char *name, char out[STORED_FILE_SIZE]);
/*
 * All names, in their order.  What lies there and has no name is told with the file's own name and false.
 */
struct lm_err *stored_each(const struct stored *,
    void (*each)(void *arg, const char *name, bool is_name), void *arg) LM_MUST_USE;

struct stored_bytes {
	char *p; /* free(); NUL-terminated */
	size_t n;
	int64_t at_ms; /* when it was written */
};
/* LIMIT: it has more than 'max' bytes. */
struct lm_err *stored_read(
    const struct stored *, const char *name, size_t max, struct stored_bytes *out) LM_MUST_USE;

/* One at a time; after an error nothing is prepared.  May be called on another thread. */
struct lm_err *stored_prepare(const struct stored *, const char *p, size_t n) LM_MUST_USE;
void stored_drop(const struct stored *); /* what is prepared */
/*
 * What is prepared has this name now, and for good.  'is_there' tells after an error whether it has
 * it all the same, for as long as the power stays on.
 */
struct lm_err *stored_take(const struct stored *, const char *name, bool *is_there) LM_MUST_USE;
struct lm_err *stored_remove(const struct stored *, const char *name, bool *is_gone) LM_MUST_USE;

#endif
