/* SPDX-License-Identifier: Apache-2.0 */
#include "tosca/text/source.h"

#include <assert.h>
#include <string.h>

#include "base/vec.h"

size_t source_char_size(const char *p, size_t n)
{
	static const struct {
		unsigned char mask, lead;
		size_t size;
	} forms[] = {{0xe0, 0xc0, 2}, {0xf0, 0xe0, 3}, {0xf8, 0xf0, 4}};

	for (size_t f = 0; f < LM_COUNT(forms); f++) {
		if (((unsigned char)p[0] & forms[f].mask) != forms[f].lead)
			continue;
		size_t i = 1;
		while (i < forms[f].size && i < n && ((unsigned char)p[i] & 0xc0) == 0x80)
			i++;
		return i == forms[f].size ? i : 1;
	}
	return 1;
}

/* Bytes of the line end at p, 0 when there is none. */
static size_t break_size(const char *p, size_t n)
{
	if (n >= 2 && p[0] == '\r' && p[1] == '\n')
		return 2;
	if (p[0] == '\n' || p[0] == '\r')
		return 1;
	if (n >= 2 && memcmp(p, "\xc2\x85", 2) == 0)
		return 2;
	if (n >= 3 && (memcmp(p, "\xe2\x80\xa8", 3) == 0 || memcmp(p, "\xe2\x80\xa9", 3) == 0))
		return 3;
	return 0;
}

static bool is_invisible(const char *p, size_t n)
{
	return n >= 3 && (memcmp(p, "\xe2\x80\x8b", 3) == 0 || memcmp(p, "\xef\xbb\xbf", 3) == 0);
}

/* Copies the text without what nobody can see, and notes where the lines begin. */
struct source *source_new(struct lm_arena *a, const char *file, const char *text, size_t n)
{
	struct source *s = LM_NEW(a, struct source);
	LM_VEC(uint32_t) lines = {0};
	char *copy = lm_arena_alloc(a, n + 1);
	size_t to = 0, from = 0, first = 0;

	assert(n <= SOURCE_MAX);
	if (is_invisible(text, n) && text[0] == '\xef')
		from = 3; /* a byte order mark belongs there */
	*LM_PUSH(a, &lines) = 0;
	while (from < n) {
		if (text[from] == '\xe2' || text[from] == '\xef') {
			if (is_invisible(text + from, n - from)) {
				first = s->n_invisible++ == 0 ? to : first;
				from += 3;
				continue;
			}
		}
		size_t end = break_size(text + from, n - from);
		for (size_t i = 0; i < (end == 0 ? 1 : end); i++)
			copy[to++] = text[from++];
		if (end != 0)
			*LM_PUSH(a, &lines) = (uint32_t)to;
	}
	s->file = lm_arena_strdup(a, file);
	s->text = copy;
	s->n = to;
	s->lines = lines.v;
	s->n_lines = lines.n;
	if (s->n_invisible > 0)
		s->invisible = first;
	return s;
}

const char *source_line(const struct source *s, uint32_t line, size_t *out_n)
{
	*out_n = 0;
	if (line == 0 || line > s->n_lines)
		return "";
	size_t begin = s->lines[line - 1];
	size_t end = line < s->n_lines ? s->lines[line] : s->n;
	size_t n = end - begin;

	/* All but the last line end with exactly one line end, of one to three bytes. */
	for (size_t size = 3; line < s->n_lines && size > 0; size--)
		if (n >= size && break_size(s->text + end - size, size) == size) {
			n -= size;
			break;
		}
	*out_n = n;
	return s->text + begin;
}

size_t source_offset(const struct source *s, uint32_t line, uint32_t col)
{
	size_t n, i = 0;
	const char *p = source_line(s, line, &n);

	if (line > s->n_lines)
		return s->n;
	for (uint32_t c = 1; c < col && i < n; c++)
		i += source_char_size(p + i, n - i);
	return (size_t)(p - s->text) + i;
}

static void place_of(const struct source *s, size_t offset, uint32_t *line, uint32_t *col)
{
	size_t low = 0, high = s->n_lines;

	if (offset > s->n)
		offset = s->n;
	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (s->lines[middle] <= offset)
			low = middle;
		else
			high = middle;
	}
	*line = (uint32_t)low + 1;
	*col = 1;
	for (size_t i = s->lines[low]; i < offset; ++*col)
		i += source_char_size(s->text + i, offset - i);
}

struct source_place source_place(const struct source_range *r)
{
	struct source_place place = {0};

	if (r->source == NULL || r->end == 0)
		return place;
	place_of(r->source, r->begin, &place.line, &place.col);
	place_of(r->source, r->end, &place.end_line, &place.end_col);
	return place;
}
