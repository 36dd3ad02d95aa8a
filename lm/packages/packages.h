/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_PACKAGES_PACKAGES_H
#define LM_PACKAGES_PACKAGES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "tosca/catalog/catalog.h"

/*
 * Reads descriptors into a catalog, from "-" (standard input), from one file, or from a package:
 * a folder with all below it, or an archive (.zip, .csar, .tar, .tar.gz, .tar.xz, .tar.zst, whatever
 * its name).  A file in an archive is called "package.csar!/path/in/it.yml".
 *
 * In a package every *.yml and *.yaml is a descriptor, in the order of names.  Not looked at: hidden
 * entries, symbolic links, folders for scripts and templates (lifecycle, config, images, examples,
 * Definitions/infrastructure; in any case of letters) and what the tool lmctl keeps for itself.
 *
 * Whatever cannot be read is a diagnostic of the catalog beside all others (catalog_report()): one
 * bad file does not hide what is wrong with the next one.
 *
 * Limits of a package: 100000 files, 16 folders deep, names of 4096 bytes; of an archive: 64 MiB,
 * 10000 entries, 16 MiB a file, 256 MiB together and 200 times the archive's own size, names of 1024
 * bytes.  An archive with an unsafe entry is refused as a whole.
 */
enum {
	PACKAGES_FILE_MAX = 512 * 1024 * 1024, /* what the compiler can take */
	PACKAGES_MANAGED_MAX = 1024 * 1024,    /* what a manager takes */
};

struct packages_conf {
	size_t file_max; /* bytes of one descriptor file; 0: PACKAGES_FILE_MAX */
	/*
	 * Where archives are unpacked for the drivers, each into a folder of its own (unpack.h), to
	 * which package_dir of its resources then points; NULL: they are only read.
	 */
	const char *unpack_dir;
	/* A folder without any file is nothing to report; one with others, but no descriptor, is. */
	bool may_be_empty;
};

/* 'conf' NULL: all defaults.  False: 'where' itself could not be read, which is reported. */
bool packages_load(const char *where, struct catalog *, const struct packages_conf *conf);

/* Whether a file is read as a descriptor, by its path in the package. */
bool packages_is_descriptor(const char *path);

/*
 * An archive in memory, called 'name'; touches no disk.  False: it is refused, which is reported.
 */
bool packages_read_memory(const char *name, const char *bytes, size_t n, struct catalog *,
    const struct packages_conf *conf);

/* Removes one of the folders in 'unpack_dir', or what is left of one, by its name. */
void packages_forget(const char *unpack_dir, const char *name);
bool packages_is_unpacked(const char *name); /* whether it is such a name */

/*
 * The descriptor that a package is named after: its assembly, or else its resource; there must be just
 * one.  Borrowed from the catalog, which has nothing else in it.
 */
struct lm_err *packages_subject(const struct catalog *, const struct descriptor **out) LM_MUST_USE;

/*
 * A folder as an archive (.zip), the same for the same files.  Hidden entries are left out; what is too large to
 * be read again is an error (LIMIT).  'out' is initialised here, and the caller's with an error, too.
 */
struct lm_err *packages_pack(const char *folder, struct lm_buf *out) LM_MUST_USE;

#endif
