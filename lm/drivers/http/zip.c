/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/drivers/http/zip.h"

#include <archive.h>
#include <archive_entry.h>
#include <stdlib.h>

static la_ssize_t on_write(struct archive *a, void *arg, const void *p, size_t n)
{
	struct lm_buf *out = arg;
	(void)a;

	lm_buf_add(out, p, n);
	return out->cut ? -1 : (la_ssize_t)n;
}

void zip_open(struct zip *z, struct lm_buf *out)
{
	*z = (struct zip){.a = archive_write_new(), .out = out};
	if (z->a == NULL)
		abort();
	z->has_failed = archive_write_set_format_zip(z->a) != ARCHIVE_OK ||
			archive_write_set_bytes_in_last_block(z->a, 1) != ARCHIVE_OK ||
			archive_write_open(z->a, out, NULL, on_write, NULL) != ARCHIVE_OK;
}

/* Without times and owners. */
void zip_add(struct zip *z, const char *name, unsigned mode, const char *p, size_t n)
{
	struct archive_entry *entry = archive_entry_new();

	if (entry == NULL)
		abort();
	archive_entry_set_pathname(entry, name);
	archive_entry_set_mode(entry, mode);
	archive_entry_set_size(entry, (la_int64_t)n);
	z->has_failed = z->has_failed || archive_write_header(z->a, entry) != ARCHIVE_OK ||
			archive_write_data(z->a, p, n) != (la_ssize_t)n;
	archive_entry_free(entry);
}

bool zip_close(struct zip *z)
{
	if (!z->has_failed)
		z->has_failed = archive_write_close(z->a) != ARCHIVE_OK;
	archive_write_free(z->a);
	return !z->has_failed && !z->out->cut;
}
