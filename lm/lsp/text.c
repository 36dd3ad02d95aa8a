/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/lsp/text.h"

#include <stdlib.h>
#include <string.h>

#include "base/vec.h"
#include "tosca/text/source.h"

static bool ends_line(const struct text *t, size_t i)
{
	return t->p[i] == '\n' || (t->p[i] == '\r' && (i + 1 == t->n || t->p[i + 1] != '\n'));
}

static void index_lines(struct text *t)
{
	LM_VEC(size_t) lines = {0};

	free(t->lines);
	*LM_PUSH(NULL, &lines) = 0;
	for (size_t i = 0; i < t->n; i++)
		if (ends_line(t, i))
			*LM_PUSH(NULL, &lines) = i + 1;
	t->lines = lines.v;
	t->n_lines = lines.n;
}

static char *allocate(size_t n)
{
	char *p = malloc(n + 1);

	if (p == NULL)
		abort();
	p[n] = '\0';
	return p;
}

void text_init(struct text *t, const char *p, size_t n)
{
	*t = (struct text){.p = allocate(n), .n = n};
	memcpy(t->p, p, n);
	index_lines(t);
}

void text_fini(struct text *t)
{
	free(t->p);
	free(t->lines);
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

struct text_place text_place(const struct text *t, size_t offset, enum text_unit unit)
{
	size_t low = 0, high = t->n_lines;

	if (offset > t->n)
		offset = t->n;
	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (t->lines[middle] <= offset)
			low = middle;
		else
			high = middle;
	}
	return (struct text_place){
	    low, text_columns(t->p + t->lines[low], offset - t->lines[low], unit)};
}

void text_splice(struct text *t, size_t begin, size_t end, const char *p, size_t n)
{
	size_t rest = t->n - end;
	char *made = allocate(begin + n + rest);

	memcpy(made, t->p, begin);
	memcpy(made + begin, p, n);
	memcpy(made + begin + n, t->p + end, rest);
	free(t->p);
	t->p = made;
	t->n = begin + n + rest;
	index_lines(t);
}

/* Bytes of what cannot be seen at i. */
static size_t invisible(const struct text *t, size_t i)
{
	if (i + 3 > t->n)
		return 0;
	return memcmp(t->p + i, "\xe2\x80\x8b", 3) == 0 || memcmp(t->p + i, "\xef\xbb\xbf", 3) == 0
		   ? 3
		   : 0;
}

static bool has_invisible(const struct text *t)
{
	return memmem(t->p, t->n, "\xe2\x80\x8b", 3) != NULL ||
	       memmem(t->p, t->n, "\xef\xbb\xbf", 3) != NULL;
}

size_t text_offset_with(const struct text *t, size_t without)
{
	size_t i = 0;

	if (!has_invisible(t))
		return without;
	for (size_t seen = 0; i < t->n;) {
		size_t size = invisible(t, i);

		if (size == 0 && seen++ == without)
			break;
		i += size == 0 ? 1 : size;
	}
	return i;
}

size_t text_offset_without(const struct text *t, size_t with)
{
	size_t seen = 0;

	if (!has_invisible(t))
		return with;
	for (size_t i = 0; i < with && i < t->n;) {
		size_t size = invisible(t, i);

		seen += size == 0 ? 1 : 0;
		i += size == 0 ? 1 : size;
	}
	return seen;
}
