/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/server/auth/basic.h"

#include <sodium.h>
#include <string.h>
#include <strings.h>

char *basic_read(const char *header, char *text, size_t size)
{
	static const char scheme[] = "Basic ";
	size_t n = 0;

	if (strncasecmp(header, scheme, sizeof scheme - 1) != 0)
		return NULL;
	header += sizeof scheme - 1;
	header += strspn(header, " ");
	if (sodium_base642bin((unsigned char *)text, size - 1, header, strlen(header), " ", &n,
		NULL, sodium_base64_VARIANT_ORIGINAL) != 0)
		return NULL;
	text[n] = '\0';
	char *colon = strchr(text, ':');
	if (colon == NULL || strlen(text) != n)
		return NULL;
	*colon = '\0';
	return colon + 1;
}
