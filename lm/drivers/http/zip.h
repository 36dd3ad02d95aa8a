/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_DRIVERS_HTTP_ZIP_H
#define LM_DRIVERS_HTTP_ZIP_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/*
 * An archive in the form of zip, nothing in it compressed: small, and the same bytes for the same
 * files.  Reading is another's business (lm/packages/pack.c); writing is a page.
 */
struct zip {
	struct lm_buf *out;
	struct lm_buf index; /* the part that goes to the end */
	unsigned entries;
};

void zip_open(struct zip *, struct lm_buf *out, size_t max);
/* 'name' is relative, with '/' between folders; 'mode' as of a file. */
void zip_add(struct zip *, const char *name, unsigned mode, const char *p, size_t n);
/* False: it did not fit.  The archive is complete. */
bool zip_close(struct zip *);

#endif
