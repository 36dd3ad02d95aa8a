/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_DISK_NAME_H
#define LM_DISK_NAME_H

#include "lm/disk/disk.h"

/*
 * A folder with one file for each of many names, which may be any text.  A file is called by the
 * name with an ending (".json"); what no file can be called, and what would be hidden, is escaped:
 * "%2ehidden%2fby%20chance.json".  No two names have the same file.
 */
enum { DISK_NAME_SIZE = 256 }; /* of a file's name with NUL, as file systems have it */

/* False: it is empty, or too long. */
bool disk_name(const char *name, const char *ending, char out[DISK_NAME_SIZE]);

/*
 * All files, in the order of theirs; hidden ones are passed over.  Of a file that no name has, 'name'
 * is the file's own, and 'is_name' false.  The first error ends it, and is returned.
 */
struct disk_file {
	const char *file, *name;
	bool is_name;
};
typedef struct lm_err *disk_file_fn(void *arg, const struct disk_file *);
struct lm_err *disk_each(const struct disk_folder *, const char *ending, disk_file_fn *, void *arg)
    LM_MUST_USE;

#endif
