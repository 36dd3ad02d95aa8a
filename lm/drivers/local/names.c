/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "lm/drivers/local/priv.h"

enum { NAME_SHOWN_MAX = 120 }; /* an alias has at most 255 characters */

void name_mark(const char *state_dir, char out[MARK_SIZE])
{
	snprintf(out, MARK_SIZE, "%06x", (unsigned)(lm_hash(state_dir) >> 16 & 0xffffff));
}

void name_hex(const char *state_dir, const char *id, char out[HEX_SIZE])
{
	char text[PATH_MAX + ID_MAX + 2];

	snprintf(text, sizeof text, "%s\n%s", state_dir, id);
	uint64_t h = lm_hash(text);
	snprintf(out, HEX_SIZE, "%08x", (unsigned)((h >> 32 ^ h) & 0xffffffff));
}

void name_link(const struct resource *r, const char *prefix, int index, char out[LINK_NAME_SIZE])
{
	if (index < 0)
		snprintf(out, LINK_NAME_SIZE, "%.3s%s", prefix, r->hex);
	else
		snprintf(out, LINK_NAME_SIZE, "%.3s%s.%u", prefix, r->hex, (unsigned)index % 100);
}

void name_long(
    const struct driver *d, const struct resource *r, char separator, char out[LONG_NAME_SIZE])
{
	snprintf(out, LONG_NAME_SIZE, "lm%c%s%c%s", separator, d->mark, separator, r->hex);
}

char *name_alias(struct lm_arena *a, const struct driver *d, const struct resource *r)
{
	return lm_arena_printf(a, "lm %.*s %s @%s", NAME_SHOWN_MAX, r->name, r->id, d->mark);
}

char *path_in(struct lm_arena *a, const struct resource *r, const char *name)
{
	return lm_arena_printf(a, "%s/%s", r->dir, name);
}

bool path_join(const char *folder, const char *name, char out[PATH_MAX])
{
	int n = snprintf(out, PATH_MAX, "%s/%s", folder, name);

	return n > 0 && n < PATH_MAX;
}
