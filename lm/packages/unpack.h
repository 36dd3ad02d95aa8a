/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_PACKAGES_UNPACK_H
#define LM_PACKAGES_UNPACK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"

/*
 * Puts the files of an archive that pack_read() has found good into a folder of 'store', which is
 * made when it is missing, for its owner alone.  The folder is named by the archive's SHA-256 and is
 * there either as a whole or not at all; one that is there already is compared with the archive and
 * used again.  Files get the mode 0644, or 0755 when the archive says that they are programs.
 * 'out': the folder, in the arena.
 */
struct lm_err *unpack(const char *store, const char *bytes, size_t n, struct lm_arena *, char **out)
    LM_MUST_USE;

/* Whether something in the store is such a folder, or what is left of one. */
bool unpack_is_folder(const char *name);
/*
 * Removes a folder of the store and what is in it.  From the first moment it has a name by which
 * nobody finds it, so that half of it is never taken for all.
 */
void unpack_remove(const char *store, const char *name);

#endif
