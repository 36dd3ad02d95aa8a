/* SPDX-License-Identifier: Apache-2.0 */
#include "base/time.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

bool lm_time_offset(const char *p, int *out_s)
{
	int h = 0, m = 0, n = 0;

	*out_s = 0;
	if (*p == '\0' || strcmp(p, "Z") == 0)
		return true;
	if (*p != '+' && *p != '-' && *p != ' ')
		return false;
	if ((sscanf(p + 1, "%2d:%2d%n", &h, &m, &n) != 2 || p[1 + n] != '\0') &&
	    (sscanf(p + 1, "%2d%2d%n", &h, &m, &n) != 2 || p[1 + n] != '\0') &&
	    (sscanf(p + 1, "%2d%n", &h, &n) != 1 || p[1 + n] != '\0'))
		return false;
	if (h < 0 || h > 14 || m < 0 || m > 59)
		return false;
	*out_s = (*p == '-' ? -1 : 1) * (h * 3600 + m * 60);
	return true;
}

bool lm_time_parse(const char *text, int64_t *out_ms)
{
	struct tm tm = {0};
	double fraction = 0;
	int offset_s = 0;

	const char *p = strptime(text, "%Y-%m-%d", &tm);
	if (p != NULL && *p == 'T')
		p = strptime(p, "T%H:%M:%S", &tm);
	else if (p != NULL && *p != '\0')
		return false;
	if (p == NULL)
		return false;
	if (*p == '.') {
		size_t digits = strspn(p + 1, "0123456789");

		if (digits == 0 || digits > 9)
			return false;
		fraction = strtod(p, NULL);
		p += 1 + digits;
	}
	if (!lm_time_offset(p, &offset_s))
		return false;
	*out_ms = ((int64_t)timegm(&tm) - offset_s) * 1000 + (int64_t)(fraction * 1000 + 0.5);
	return true;
}
