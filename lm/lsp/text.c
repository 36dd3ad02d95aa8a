/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/lsp/text.h"

#include <stdlib.h>
#include <string.h>

#include "base/heap.h"
#include "base/vec.h"
#include "tosca/text/source.h"

enum { HIDDEN = 3 }; /* bytes of a mark of byte order, and of U+200B */

static bool ends_line(const struct text *t, size_t i)
{
	return t->p[i] == '\n' || (t->p[i] == '\r' && (i + 1 == t->n || t->p[i + 1] != '\n'));
}

static bool is_hidden(const struct text *t, size_t i)
{
	return i + HIDDEN <= t->n && (memcmp(t->p + i, "\xe2\x80\x8b", HIDDEN) == 0 ||
					 memcmp(t->p + i, "\xef\xbb\xbf", HIDDEN) == 0);
}

/* A character above U+FFFF is two units in UTF-16, and four bytes here. */
static size_t count_units(const char *p, size_t n)
{
	size_t units = 0;

	for (size_t i = 0; i < n; i++)
		units += ((p[i] & 0xc0) != 0x80) + ((unsigned char)p[i] >= 0xf0);
	return units;
}

static void index_text(struct text *t)
{
	LM_VEC(size_t) lines = {0}, units = {0}, hidden = {0};

	*LM_PUSH(NULL, &lines) = 0;
	for (size_t i = 0; i < t->n; i++) {
		if (ends_line(t, i))
			*LM_PUSH(NULL, &lines) = i + 1;
		else if (is_hidden(t, i))
			*LM_PUSH(NULL, &hidden) = i;
	}
	*LM_PUSH(NULL, &units) = 0;
	for (size_t i = 0; i + TEXT_BLOCK <= t->n; i += TEXT_BLOCK) {
		size_t before = units.v[units.n - 1];

		*LM_PUSH(NULL, &units) = before + count_units(t->p + i, TEXT_BLOCK);
	}
	t->lines = lines.v;
	t->n_lines = lines.n;
	t->units = units.v;
	t->hidden = hidden.v;
	t->n_hidden = hidden.n;
}

static void drop_index(struct text *t)
{
	free(t->lines);
	free(t->units);
	free(t->hidden);
}

static char *allocate(size_t n)
{
	char *p = lm_alloc_raw(n + 1);

	p[n] = '\0';
	return p;
}

void text_init(struct text *t, const char *p, size_t n)
{
	*t = (struct text){.p = allocate(n), .n = n};
	memcpy(t->p, p, n);
	index_text(t);
}

void text_fini(struct text *t)
{
	free(t->p);
	drop_index(t);
	*t = (struct text){0};
}

/* A character above U+FFFF is two units in UTF-16, and four bytes here. */
static size_t units(size_t bytes, enum text_unit unit)
{
	if (unit == TEXT_UTF8)
		return bytes;
	return bytes == 4 ? 2 : 1;
}

size_t text_columns(const char *line, size_t n, enum text_unit unit)
{
	size_t columns = 0;

	for (size_t i = 0; i < n;) {
		size_t size = source_char_size(line + i, n - i);

		columns += units(size, unit);
		i += size;
	}
	return columns;
}

size_t text_offset(const struct text *t, struct text_place place, enum text_unit unit)
{
	if (place.line >= t->n_lines)
		return t->n;
	size_t i = t->lines[place.line], column = 0;
	size_t end = place.line + 1 < t->n_lines ? t->lines[place.line + 1] : t->n;

	while (i < end && t->p[i] != '\n' && t->p[i] != '\r') {
		size_t size = source_char_size(t->p + i, end - i);

		column += units(size, unit);
		if (column > place.column)
			break;
		i += size;
	}
	return i;
}

static size_t units_before(const struct text *t, size_t offset)
{
	size_t block = offset / TEXT_BLOCK;

	return t->units[block] + count_units(t->p + block * TEXT_BLOCK, offset % TEXT_BLOCK);
}

static bool begins_within(const size_t *line, size_t offset)
{
	return *line <= offset;
}

struct text_place text_place(const struct text *t, size_t offset, enum text_unit unit)
{
	if (offset > t->n)
		offset = t->n;
	size_t after = LM_PLACE(t->lines, t->n_lines, begins_within, offset);
	size_t line = after > 0 ? after - 1 : 0, begin = t->lines[line];
	if (unit == TEXT_UTF8)
		return (struct text_place){line, offset - begin};
	if (offset - begin < TEXT_BLOCK)
		return (struct text_place){line, count_units(t->p + begin, offset - begin)};
	return (struct text_place){line, units_before(t, offset) - units_before(t, begin)};
}

void text_splice(struct text *t, size_t begin, size_t end, const char *p, size_t n)
{
	size_t rest = t->n - end;
	char *made = allocate(begin + n + rest);

	memcpy(made, t->p, begin);
	memcpy(made + begin, p, n);
	memcpy(made + begin + n, t->p + end, rest);
	free(t->p);
	drop_index(t);
	t->p = made;
	t->n = begin + n + rest;
	index_text(t);
}

/* How many hidden ones stand before a place that is counted with them, or at it and without them. */
static size_t hidden_before(const struct text *t, size_t offset, bool with)
{
	size_t low = 0, high = t->n_hidden;

	while (low < high) {
		size_t middle = low + (high - low) / 2, at = t->hidden[middle];

		if (with ? at < offset : at - middle * HIDDEN <= offset)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

size_t text_offset_with(const struct text *t, size_t without)
{
	size_t with = without + hidden_before(t, without, false) * HIDDEN;

	return with < t->n ? with : t->n;
}

size_t text_offset_without(const struct text *t, size_t with)
{
	size_t n = hidden_before(t, with, true);

	/* In the midst of one: where it begins. */
	if (n > 0 && with < t->hidden[n - 1] + HIDDEN)
		with = t->hidden[n - 1] + HIDDEN;
	return with - n * HIDDEN;
}
