/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_DISK_H
#define LM_DISK_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include "base/err.h"

/*
 * Files that are there whole or not at all, whatever ends in between: the process, or the power.  A
 * file is written beside the old one and forced to the disk; then it takes the name at once, and the
 * folder is forced, so that the name stays as well.
 *
 * Whatever is written is for its owner alone (0600) unless said otherwise, and its owner is the
 * folder's: a command that root calls leaves what a manager under another name can read.
 *
 * Any thread may call; two at once must not write one file.  Who shares a folder with other
 * processes takes its lock.
 */
struct disk_folder {
	int fd;
	char *path; /* as texts call it; NULL: not open */
};

/* NOT_FOUND: there is none.  Zeroed after an error, as after disk_close(). */
struct lm_err *disk_open(struct disk_folder *, const char *path) LM_MUST_USE;
/* The one that a file is in; 'name' becomes its name there, a part of 'file'. */
struct lm_err *disk_open_above(struct disk_folder *, const char *file, const char **name)
    LM_MUST_USE;
/* It is made when it is missing, as are those above it: for their owner alone (0700). */
struct lm_err *disk_make(struct disk_folder *, const char *path) LM_MUST_USE;
/* For us alone until disk_close().  CONFLICT: somebody else has it, for longer than that. */
struct lm_err *disk_lock(const struct disk_folder *, unsigned patience_ms) LM_MUST_USE;
void disk_close(struct disk_folder *);

/* ---- reading ---------------------------------------------------------------------------------- */

struct disk_demands {
	size_t max; /* bytes */
	unsigned
	    forbidden; /* bits of its mode that must not be set: 077 of a secret; 0: all may be */
	bool may_be_link;
};
struct disk_bytes {
	char *p; /* with a NUL behind them */
	size_t n;
	struct timespec changed;
};
/*
 * NOT_FOUND: there is none.  LIMIT: it is too large.  INVALID: it is not a file, or others may do
 * with it what is forbidden.  After an error there is nothing to end.
 */
struct lm_err *disk_read(const struct disk_folder *, const char *name, const struct disk_demands *,
    struct disk_bytes *out) LM_MUST_USE;
void disk_bytes_fini(struct disk_bytes *); /* wipes them: they may be a secret */

/* ---- writing ---------------------------------------------------------------------------------- */

struct disk_text {
	const void *p;
	size_t n;
	bool is_public; /* everybody may read it (0644) */
	bool
	    is_light; /* not forced: a loss of power may damage it or take it back, which costs little */
};
/*
 * 'is_there' (NULL: who cares) tells after an error whether the file has this text now all the same:
 * then the folder could not be forced, and a loss of power may take it back.
 */
struct lm_err *disk_write(const struct disk_folder *, const char *name, const struct disk_text *,
    bool *is_there) LM_MUST_USE;
struct lm_err *disk_write_path(const char *path, const struct disk_text *) LM_MUST_USE;
/*
 * The same in two steps: the first takes as long as the bytes need to the disk, and nobody sees it;
 * the second makes them the file.  After an error nothing is prepared.
 */
struct lm_err *disk_prepare(const struct disk_folder *, const char *name, const struct disk_text *)
    LM_MUST_USE;
struct lm_err *disk_take(const struct disk_folder *, const char *name, bool *is_there) LM_MUST_USE;
void disk_drop(const struct disk_folder *, const char *name); /* what was prepared, if anything */
/* What was prepared by somebody who died since.  In a folder that nobody else writes into. */
void disk_sweep(const struct disk_folder *);

/* One that is not there is gone, too.  'is_gone' as above. */
struct lm_err *disk_remove(const struct disk_folder *, const char *name, bool *is_gone) LM_MUST_USE;

#endif
