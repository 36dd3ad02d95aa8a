/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/packages/entry_name.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* Bytes of the UTF-8 sequence at p; 0: it is none (too long a form, a surrogate, beyond Unicode). */
static size_t utf8_size(const unsigned char *p)
{
	size_t n = p[0] < 0x80 ? 1 : p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : 2;
	uint32_t c = n == 1 ? p[0] : p[0] & (0x7fu >> n);
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};

	if (p[0] >= 0xf8 || (p[0] >= 0x80 && p[0] < 0xc0))
		return 0;
	for (size_t i = 1; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (p[i] & 0x3f);
	}
	return c < least[n] || c > 0x10ffff || (c >= 0xd800 && c < 0xe000) ? 0 : n;
}

static const char *characters(const char *name)
{
	const unsigned char *p = (const unsigned char *)name;

	while (*p != '\0') {
		size_t n = utf8_size(p);

		if (n == 0)
			return "it is not UTF-8";
		if (*p < 0x20 || *p == 0x7f || (n == 2 && p[0] == 0xc2 && p[1] < 0xa0))
			return "it holds a control character";
		if (*p == '\\')
			return "it holds a backslash";
		p += n;
	}
	return NULL;
}

static const char *append(char *out, size_t *used, const char *part, size_t n, unsigned depth)
{
	if (n == 2 && memcmp(part, "..", 2) == 0)
		return "it leads out of its folder";
	if (n > ENTRY_PART_MAX)
		return "a part of it has more than 255 bytes";
	if (depth > ENTRY_DEPTH_MAX)
		return "it is more than 16 folders deep";
	if (*used > 0)
		out[(*used)++] = '/';
	memcpy(out + *used, part, n);
	*used += n;
	return NULL;
}

const char *entry_name_clean(const char *name, char *out)
{
	const char *why = characters(name);
	size_t used = 0;
	unsigned depth = 0;

	if (why != NULL)
		return why;
	if (name[0] == '\0')
		return "it is empty";
	if (name[0] == '/')
		return "it does not begin in the package";
	if (isalpha((unsigned char)name[0]) && name[1] == ':')
		return "it begins with a drive letter";
	if (strlen(name) > ENTRY_NAME_MAX)
		return "it has more than 1024 bytes";
	for (const char *p = name; why == NULL && *p != '\0';) {
		size_t n = strcspn(p, "/");

		if (n > 0 && !(n == 1 && *p == '.'))
			why = append(out, &used, p, n, ++depth);
		p += n;
		p += strspn(p, "/");
	}
	out[used] = '\0';
	return why;
}
