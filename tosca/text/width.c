/* SPDX-License-Identifier: Apache-2.0 */
#include "tosca/text/width.h"

#include <stdint.h>

#include "base/attr.h"
#include "base/vec.h"

/*
 * The C library's wcwidth() depends on the locale of the process; these are the ranges of Unicode's
 * tables that occur in practice, wide blocks taken as a whole.  Sorted.
 */
struct span {
	uint32_t first, last;
};

static const struct span unseen[] = {
    {0x0300, 0x036f}, /* accents */
    {0x0483, 0x0489}, /* Cyrillic */
    {0x0591, 0x05bd}, /* Hebrew */
    {0x0610, 0x061a}, /* Arabic */
    {0x064b, 0x065f},
    {0x06d6, 0x06dc},
    {0x093a, 0x093a}, /* Devanagari */
    {0x093c, 0x093c},
    {0x0941, 0x0948},
    {0x094d, 0x094d},
    {0x0e31, 0x0e31}, /* Thai */
    {0x0e34, 0x0e3a},
    {0x0e47, 0x0e4e},
    {0x1160, 0x11ff}, /* Hangul, joined to the letter before */
    {0x1ab0, 0x1aff},
    {0x1dc0, 0x1dff},
    {0x200b, 0x200d}, /* blanks of no width, joiners */
    {0x2060, 0x2064},
    {0x20d0, 0x20ff},
    {0xfe00, 0xfe0f}, /* which form of a sign */
    {0xfe20, 0xfe2f},
    {0xfeff, 0xfeff},
    {0xe0100, 0xe01ef},
};

static const struct span wide[] = {
    {0x1100, 0x115f}, /* Hangul */
    {0x231a, 0x231b},
    {0x23e9, 0x23ec},
    {0x25fd, 0x25fe},
    {0x2614, 0x2615},
    {0x2648, 0x2653},
    {0x26aa, 0x26ab},
    {0x26bd, 0x26be},
    {0x26c4, 0x26c5},
    {0x2705, 0x2705},
    {0x270a, 0x270b},
    {0x2728, 0x2728},
    {0x274c, 0x274c},
    {0x2753, 0x2755},
    {0x2795, 0x2797},
    {0x2e80, 0x303e}, /* Chinese, Japanese, Korean */
    {0x3041, 0x33ff},
    {0x3400, 0x4dbf},
    {0x4e00, 0x9fff},
    {0xa000, 0xa4cf},
    {0xa960, 0xa97f},
    {0xac00, 0xd7a3},
    {0xf900, 0xfaff},
    {0xfe30, 0xfe6f},
    {0xff01, 0xff60}, /* full-width Latin */
    {0xffe0, 0xffe6},
    {0x16fe0, 0x18dff},
    {0x1b000, 0x1b2ff},
    {0x1f18e, 0x1f19a},
    {0x1f200, 0x1f64f}, /* pictures */
    {0x1f680, 0x1f6ff},
    {0x1f7e0, 0x1f7eb},
    {0x1f90c, 0x1f9ff},
    {0x1fa70, 0x1faff},
    {0x20000, 0x3fffd},
};

/* What turns the order of letters around: the line would not show what the file says. */
static const struct span turning[] = {
    {0x061c, 0x061c}, {0x200e, 0x200f}, {0x2028, 0x202e}, {0x2066, 0x2069}};

static bool ends_before(const struct span *s, uint32_t c)
{
	return s->last < c;
}

static bool is_in(const struct span *spans, size_t n, uint32_t c)
{
	size_t at = LM_PLACE(spans, n, ends_before, c);

	return at < n && c >= spans[at].first;
}

/* The number of the character; 0 for a byte that is none. */
static uint32_t code_point(const char *p, size_t size)
{
	static const unsigned char lead[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
	unsigned char first = (unsigned char)p[0];

	if (size == 0 || size >= LM_COUNT(lead) || (size == 1 && first >= 0x80))
		return 0;
	uint32_t c = first & lead[size];
	for (size_t i = 1; i < size; i++)
		c = c << 6 | ((unsigned char)p[i] & 0x3f);
	return c;
}

bool char_is_shown(const char *p, size_t size)
{
	uint32_t c = code_point(p, size);

	return c >= 0x20 && (c < 0x7f || c >= 0xa0) && !is_in(turning, LM_COUNT(turning), c);
}

unsigned char_width(const char *p, size_t size)
{
	uint32_t c = code_point(p, size);

	if (c < 0x300)
		return 1;
	if (is_in(unseen, LM_COUNT(unseen), c))
		return 0;
	return is_in(wide, LM_COUNT(wide), c) ? 2 : 1;
}
