/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/lsp/uri.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"

enum { URI_MAX = 64 * 1024 };

static int hex(char c)
{
	const char *digits = "0123456789abcdef";
	const char *p = strchr(digits, tolower((unsigned char)c));

	return c != '\0' && p != NULL ? (int)(p - digits) : -1;
}

/* The text, which is the caller's. */
static char *finish(struct lm_buf *b)
{
	char *text = lm_buf_detach(b);

	lm_buf_fini(b);
	return text;
}

char *uri_to_file(const char *uri)
{
	struct lm_buf b;
	const char *p = uri + 7;

	lm_buf_init(&b, URI_MAX);
	if (strncasecmp(uri, "file://", 7) == 0 && strncasecmp(p, "localhost/", 10) == 0)
		p += 9;
	if (strncasecmp(uri, "file://", 7) != 0 || *p != '/') {
		lm_buf_puts(&b, uri);
		return finish(&b);
	}
	for (; *p != '\0'; p++) {
		int high = *p == '%' ? hex(p[1]) : -1;
		int low = high >= 0 ? hex(p[2]) : -1;
		char c = (char)(high * 16 + low);

		if (low < 0 || c == '\0') {
			lm_buf_add(&b, p, 1);
			continue;
		}
		lm_buf_add(&b, &c, 1);
		p += 2;
	}
	return finish(&b);
}

char *uri_of_file(const char *file)
{
	struct lm_buf b;

	lm_buf_init(&b, URI_MAX);
	if (*file != '/') {
		lm_buf_puts(&b, file);
		return finish(&b);
	}
	lm_buf_puts(&b, "file://");
	for (const char *p = file; *p != '\0'; p++) {
		unsigned char c = (unsigned char)*p;

		if (isalnum(c) || strchr("/-._~", c) != NULL)
			lm_buf_add(&b, p, 1);
		else
			lm_buf_printf(&b, "%%%02X", c);
	}
	return finish(&b);
}
