/* SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <string.h>

#include "base/arena.h"
#include "lm/web/web.h"

/* A ':' may stand in both; names of types are easier to read with it. */
static bool is_plain(unsigned char c)
{
	return c < 0x80 && (isalnum(c) || strchr("-._~:", c) != NULL);
}

const char *web_escape(struct lm_arena *a, const char *text)
{
	static const char digits[] = "0123456789ABCDEF";
	char *out = lm_arena_take(a, 3 * strlen(text) + 1, 1), *to = out;

	for (const char *p = text; *p != '\0'; p++) {
		unsigned char c = (unsigned char)*p;

		if (is_plain(c)) {
			*to++ = *p;
			continue;
		}
		*to++ = '%';
		*to++ = digits[c >> 4];
		*to++ = digits[c & 15];
	}
	*to = '\0';
	return out;
}
