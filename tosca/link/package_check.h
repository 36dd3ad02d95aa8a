/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_TOSCA_PACKAGE_CHECK_H
#define LM_TOSCA_PACKAGE_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/map.h"
#include "tosca/catalog/catalog.h"

/*
 * Whether a package holds what its descriptors name: scripts of containers on this machine, and
 * templates of drivers.  Packages for other drivers are left alone.
 */
struct package_file {
	const char *path; /* named as descriptors of the package are (catalog_put()) */
	uint64_t size;
	bool readable;
};

struct package_files {
	struct package_file *v;
	size_t n, cap;
	struct lm_map *by_name; /* of package_files_index(): names without folders */
};

/* Once all files are there: sorts them.  To be ended by package_files_fini(). */
void package_files_index(struct package_files *);
void package_files_fini(struct package_files *); /* the array is not touched */
/* NULL: there is none. */
const struct package_file *package_files_find(const struct package_files *, const char *path);
/* As a walk through folders finds them: '/' is before all other letters. */
int package_path_compare(const char *a, const char *b);

/*
 * Where in a path the folder of its package ends, in which the scripts' folder lies: that of the
 * descriptor itself, or the one above when it lies in Definitions/lm or descriptor, in any case of letters, as other
 * managers' packages have it.  0: the path has no folder.
 */
size_t package_root(const char *file);

/* Adds what is missing or never used to the remarks on the descriptor's file. */
void package_check(const struct descriptor *, const struct package_files *, const struct remarks *);

#endif
