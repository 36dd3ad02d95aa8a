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

/* The bytes at the beginning that are printable ASCII, eight at a time. */
static size_t ordinary_size(const char *p, size_t n)
{
	const uint64_t ones = 0x0101010101010101u, highs = 0x80 * ones;
	size_t i = 0;

	for (; i + 8 <= n; i += 8) {
		uint64_t w;

		memcpy(&w, p + i, sizeof w);
		/* A byte below 0x20 borrows, 0x7f carries, and one above has the bit already. */
		if ((((w - 0x20 * ones) | (w + ones) | w) & highs) != 0)
			break;
	}
	while (i < n && p[i] >= 0x20 && p[i] < 0x7f)
		i++;
	return i;
}

/* The character at p; its size in bytes, 0 when these are not UTF-8. */
static size_t decode(const char *p, size_t n, uint32_t *out)
{
	static const uint32_t smallest[] = {[2] = 0x80, [3] = 0x800, [4] = 0x10000};
	size_t size = source_char_size(p, n);
	uint32_t c = (unsigned char)p[0];

	if (size > 1)
		c &= 0x7fu >> size;
	for (size_t i = 1; i < size; i++)
		c = c << 6 | ((unsigned char)p[i] & 0x3f);
	*out = c;
	if (size == 1 ? c >= 0x80 : c < smallest[size])
		return 0;
	return c > 0x10ffff || (c >= 0xd800 && c < 0xe000) ? 0 : size;
}

static bool is_invisible(uint32_t c)
{
	return c == 0x200b || c == 0xfeff;
}

static bool is_control(uint32_t c)
{
	return (c < 0x20 && c != '\t') || (c >= 0x7f && c < 0xa0) || c == 0xfffe || c == 0xffff;
}

static void note_flaw(struct source_flaw *flaw, size_t at, uint32_t value)
{
	if (flaw->n++ > 0)
		return;
	flaw->first = (uint32_t)at;
	flaw->value = value;
}

/* Copies the character at p, which is no line end, or what stands for it; its size. */
static size_t copy_char(struct source *s, char *copy, const char *p, size_t n)
{
	uint32_t c = 0;
	size_t size = decode(p, n, &c);

	if (is_invisible(c) && size > 0) {
		note_flaw(&s->invisible, s->n, c);
		return size;
	}
	if (size == 0)
		note_flaw(&s->invalid, s->n, c);
	else if (is_control(c))
		note_flaw(&s->control, s->n, c);
	if (size == 0 || is_control(c)) {
		size = size == 0 ? 1 : size;
		memset(copy + s->n, '?', size);
	} else {
		memcpy(copy + s->n, p, size);
		s->ascii = s->ascii && size == 1;
	}
	s->n += size;
	return size;
}

struct source *source_new(struct lm_arena *a, const char *file, const char *text, size_t n)
{
	struct source *s = LM_NEW(a, struct source);
	LM_VEC(uint32_t) lines = {0};
	char *copy = lm_arena_alloc(a, n + 1);
	size_t from = n >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;

	assert(n <= SOURCE_MAX);
	s->file = lm_arena_strdup(a, file);
	s->text = copy;
	s->ascii = true;
	*LM_PUSH(NULL, &lines) = 0;
	while (from < n) {
		size_t size = ordinary_size(text + from, n - from);

		memcpy(copy + s->n, text + from, size);
		s->n += size;
		from += size;
		if (from == n)
			break;
		size = break_size(text + from, n - from);
		if (size == 0) {
			from += copy_char(s, copy, text + from, n - from);
			continue;
		}
		s->ascii = s->ascii && (unsigned char)text[from] < 0x80;
		memcpy(copy + s->n, text + from, size);
		s->n += size;
		from += size;
		*LM_PUSH(NULL, &lines) = (uint32_t)s->n;
	}
	uint32_t *index = LM_NEW_N(a, uint32_t, lines.n);
	memcpy(index, lines.v, lines.n * sizeof *index);
	s->lines = index;
	s->n_lines = lines.n;
	lm_vec_free(&lines);
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

static bool begins_within(const uint32_t *line, size_t offset)
{
	return *line <= offset;
}

uint32_t source_line_of(const struct source *s, size_t offset)
{
	size_t n = LM_PLACE(s->lines, s->n_lines, begins_within, offset);

	return n > 0 ? (uint32_t)n : 1;
}

static void place_of(const struct source *s, size_t offset, uint32_t *line, uint32_t *col)
{
	if (offset > s->n)
		offset = s->n;
	*line = source_line_of(s, offset);
	*col = 1;
	for (size_t i = s->lines[*line - 1]; i < offset; ++*col)
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

struct source_range source_part(struct source_range whole, const char *text, size_t at, size_t n)
{
	size_t size = strlen(text), begin = whole.begin;

	if (whole.source == NULL || whole.end == 0)
		return whole;
	if (begin < whole.end && strchr("\"'", whole.source->text[begin]) != NULL)
		begin++;
	if (begin + size > whole.end || memcmp(whole.source->text + begin, text, size) != 0)
		return whole;
	whole.begin = (uint32_t)(begin + at);
	whole.end = (uint32_t)(begin + at + n);
	return whole;
}
