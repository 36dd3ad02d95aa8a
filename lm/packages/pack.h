/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_PACKAGES_PACK_H
#define LM_PACKAGES_PACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "tosca/text/codes.h"

/*
 * Archives: .zip (.csar), .tar, .tar.gz, .tar.xz, .tar.zst, in memory.  Which of them it is, its
 * first bytes say.  Only what is safe comes out: regular files and folders with names below the
 * package, each once, within limits.
 */
struct pack_limits {
	size_t bytes_max;   /* of the archive itself */
	size_t entries_max; /* folders included */
	size_t file_max;    /* bytes of one file */
	size_t total_max;   /* bytes of all files */
	size_t ratio_max;   /* of all files to the archive, beyond the first MiB of files */
};
extern const struct pack_limits pack_limits_default;

struct pack_file {
	const char *path; /* relative, clean: entry_name.h */
	const char *data; /* lives during the call; not NUL-terminated */
	size_t n;
	bool executable;
};

struct pack_sink {
	void (*file)(void *arg, const struct pack_file *); /* NULL: only to be checked */
	/* What is wrong; 'help' NULL: nothing to add.  All flaws but warnings mean: refuse it. */
	void (*flaw)(void *arg, enum diag_code, const char *message, const char *help);
	void *arg;
};

enum { PACK_HEAD = 512 }; /* bytes that pack_sniff() wants to see, when there are so many */

bool pack_sniff(const char *head, size_t n);
/* Whether a name promises an archive. */
bool pack_name(const char *file);
/* All files in the order of the archive.  False: it is flawed. */
bool pack_read(const char *bytes, size_t n, const struct pack_limits *, const struct pack_sink *)
    LM_MUST_USE;

/* A folder as a .zip; see packages_pack(). */
struct lm_err *pack_write(const char *folder, struct lm_buf *out) LM_MUST_USE;

#endif
