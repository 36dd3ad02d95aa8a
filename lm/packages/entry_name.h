/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_PACKAGES_ENTRY_NAME_H
#define LM_PACKAGES_ENTRY_NAME_H

#include <stddef.h>

/*
 * The name of an entry of an archive, as a path below the package and nowhere else: parts joined by
 * single '/', none of them '.' or '..'.
 */
enum { ENTRY_NAME_MAX = 1024, ENTRY_PART_MAX = 255, ENTRY_DEPTH_MAX = 16 };

/*
 * Writes the path without './' and double or trailing '/' to 'out' (ENTRY_NAME_MAX + 1 bytes; empty:
 * the package itself).  NULL, or what makes the name unsafe: "it leads out of the package".
 */
const char *entry_name_clean(const char *name, char *out);

#endif
