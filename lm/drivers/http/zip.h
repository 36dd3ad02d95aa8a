/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_DRIVERS_HTTP_ZIP_H
#define LM_DRIVERS_HTTP_ZIP_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/* An archive in the form of zip, in memory: the same bytes for the same files. */
struct archive;

struct zip {
	struct archive *a;
	struct lm_buf *out;
	bool has_failed;
};

void zip_open(struct zip *, struct lm_buf *out);
/* 'name' is relative, with '/' between folders; 'mode' as of a file. */
void zip_add(struct zip *, const char *name, unsigned mode, const char *p, size_t n);
/* False: it did not fit, or a name is none for an archive.  Otherwise the archive is complete. */
bool zip_close(struct zip *);

#endif
