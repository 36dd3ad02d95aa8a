/* SPDX-License-Identifier: Apache-2.0 */
#include "base/utf8.h"

#include "base/attr.h"

size_t lm_utf8_size(const char *text)
{
	/* The table of RFC 3629. */
	static const struct {
		unsigned char first_min, first_max, second_min, second_max, size;
	} rows[] = {
	    {0x01, 0x7f, 0x00, 0xff, 1},
	    {0xc2, 0xdf, 0x80, 0xbf, 2},
	    {0xe0, 0xe0, 0xa0, 0xbf, 3},
	    {0xe1, 0xec, 0x80, 0xbf, 3},
	    {0xed, 0xed, 0x80, 0x9f, 3},
	    {0xee, 0xef, 0x80, 0xbf, 3},
	    {0xf0, 0xf0, 0x90, 0xbf, 4},
	    {0xf1, 0xf3, 0x80, 0xbf, 4},
	    {0xf4, 0xf4, 0x80, 0x8f, 4},
	};
	const unsigned char *p = (const unsigned char *)text;
	size_t row = 0;

	while (row < LM_COUNT(rows) && (p[0] < rows[row].first_min || p[0] > rows[row].first_max))
		row++;
	if (row == LM_COUNT(rows) || p[1] < rows[row].second_min || p[1] > rows[row].second_max)
		return 0;
	for (size_t i = 2; i < rows[row].size; i++)
		if (p[i] < 0x80 || p[i] > 0xbf)
			return 0;
	return rows[row].size;
}

bool lm_utf8_is_valid(const char *text)
{
	for (size_t n; *text != '\0'; text += n)
		if ((n = lm_utf8_size(text)) == 0)
			return false;
	return true;
}
