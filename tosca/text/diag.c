/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/vec.h"
#include "tosca/text/codes.h"
#include "tosca/text/source.h"

/* Of a very long line only what stands around the place is shown. */
enum { MESSAGE_MAX = 1000, EXCERPT_MAX = 120, EXCERPT_BEFORE = 60 };

struct diags {
	struct lm_arena *arena;
	LM_VEC(struct diag) list;
	size_t max, n_errors, n_warnings;
};

static const struct {
	const char *code, *title;
	enum diag_severity severity;
} codes[] = {
#define X(name, text, level, about) [CODE_##name] = {text, about, DIAG_##level},
    DIAG_CODES(X)
#undef X
};

const char *diag_code_text(enum diag_code code)
{
	return codes[code].code;
}

const char *diag_code_title(enum diag_code code)
{
	return codes[code].title;
}

struct diags *diags_new(size_t max)
{
	struct diags *ds = calloc(1, sizeof *ds);

	if (ds == NULL)
		abort();
	ds->arena = lm_arena_new();
	ds->max = max;
	return ds;
}

void diags_free(struct diags *ds)
{
	if (ds == NULL)
		return;
	lm_arena_free(ds->arena);
	lm_vec_free(&ds->list);
	free(ds);
}

size_t diags_errors(const struct diags *ds)
{
	return ds->n_errors;
}

size_t diags_warnings(const struct diags *ds)
{
	return ds->n_warnings;
}

size_t diags_count(const struct diags *ds)
{
	return ds->list.n;
}

const struct diag *diags_at(const struct diags *ds, size_t i)
{
	return i < ds->list.n ? &ds->list.v[i] : NULL;
}

/* One line of text that is safe to show on a terminal, however strange the document was. */
static const char *line_of(struct diags *ds, const char *fmt, va_list ap)
{
	char text[MESSAGE_MAX];
	int n = vsnprintf(text, sizeof text, fmt, ap);
	size_t end = n < 0 ? 0 : (size_t)n;

	if (end >= sizeof text) {
		end = sizeof text - 4;
		while (end > 0 && ((unsigned char)text[end] & 0xc0) == 0x80)
			end--;
		memcpy(text + end, "...", 3);
		end += 3;
	}
	for (size_t i = 0; i < end; i++)
		if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f)
			text[i] = '?';
	return lm_arena_strndup(ds->arena, text, end);
}

struct diag *diag_vadd(struct diags *ds, enum diag_code code, const struct source_range *pos,
    const char *fmt, va_list ap)
{
	if (codes[code].severity == DIAG_ERROR)
		ds->n_errors++;
	else
		ds->n_warnings++;
	if (ds->list.n >= ds->max)
		return NULL;
	struct diag *d = LM_PUSH(NULL, &ds->list);
	d->severity = codes[code].severity;
	d->code = codes[code].code;
	if (pos != NULL)
		d->pos = *pos;
	d->message = line_of(ds, fmt, ap);
	return d;
}

struct diag *diag_add(
    struct diags *ds, enum diag_code code, const struct source_range *pos, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	struct diag *d = diag_vadd(ds, code, pos, fmt, ap);
	va_end(ap);
	return d;
}

void diag_help(struct diags *ds, struct diag *d, const char *fmt, ...)
{
	va_list ap;

	if (d == NULL)
		return;
	va_start(ap, fmt);
	d->help = line_of(ds, fmt, ap);
	va_end(ap);
}

void diag_note(
    struct diags *ds, struct diag *d, const struct source_range *pos, const char *fmt, ...)
{
	va_list ap;

	if (d == NULL)
		return;
	va_start(ap, fmt);
	struct diag_note *note = LM_NEW(ds->arena, struct diag_note);
	note->text = line_of(ds, fmt, ap);
	va_end(ap);
	note->pos = *pos;
	struct diag_note **end = &d->notes;
	while (*end != NULL)
		end = &(*end)->next;
	*end = note;
}

void diag_did_you_mean(struct diags *ds, struct diag *d, const char *best)
{
	if (best != NULL)
		diag_help(ds, d, "did you mean '%s'?", best);
}

void diags_borrow(struct diags *ds, const struct diags *others)
{
	ds->n_errors += others->n_errors;
	ds->n_warnings += others->n_warnings;
	for (size_t i = 0; i < others->list.n && ds->list.n < ds->max; i++)
		*LM_PUSH(NULL, &ds->list) = others->list.v[i];
}

/* ---- printing ------------------------------------------------------------------------------ */

struct palette {
	const char *error, *warning, *caret, *strong, *plain;
};

static const struct palette palettes[] = {
    {"", "", "", "", ""},
    {"\033[1;31m", "\033[1;35m", "\033[1;32m", "\033[1m", "\033[0m"},
};

static void print_place(const struct source_range *range, struct lm_buf *out)
{
	if (range->source == NULL)
		return;
	lm_buf_puts(out, range->source->file);
	if (range->end != 0) {
		struct source_place at = source_place(range);
		unsigned line = at.line, col = at.col;

		lm_buf_printf(out, ":%u:%u", line, col);
	}
	lm_buf_puts(out, ": ");
}

/* One character of the user's line: as it is, unless a terminal would act on it. */
static void print_char(const char *p, size_t n, struct lm_buf *out)
{
	unsigned char c = (unsigned char)p[0];

	if (c == '\t')
		lm_buf_puts(out, " ");
	else if (c < 0x20 || c == 0x7f || (c >= 0x80 && n == 1) ||
		 (c == 0xc2 && (unsigned char)p[1] < 0xa0))
		lm_buf_puts(out, "?");
	else
		lm_buf_add(out, p, n);
}

/* One past the last column to underline: a range over several lines goes on to the line's end. */
static uint32_t tail_of(
    const struct source_range *range, const struct source_place *pos, const char *line, size_t n)
{
	uint32_t tail = pos->end_line == pos->line ? pos->end_col : 0;

	if (pos->end_line > pos->line) {
		struct source_range rest = *range;
		rest.end = (uint32_t)(line - range->source->text) + (uint32_t)n;
		tail = source_place(&rest).end_col;
	}
	return tail > pos->col ? tail : pos->col + 1;
}

static void print_excerpt(
    const struct source_range *range, const struct palette *colours, struct lm_buf *out)
{
	struct source_place pos = source_place(range);
	size_t n, i = 0;
	const char *line = source_line(range->source, pos.line, &n);
	uint32_t tail = tail_of(range, &pos, line, n);
	uint32_t from =
	    tail > EXCERPT_MAX && pos.col > EXCERPT_BEFORE ? pos.col - EXCERPT_BEFORE : 1;
	uint32_t end = from + EXCERPT_MAX, col = 1;

	lm_buf_printf(out, "%5u | %s", pos.line, from > 1 ? "..." : "");
	for (; i < n && col < end; col++) {
		size_t size = source_char_size(line + i, n - i);

		if (col >= from)
			print_char(line + i, size, out);
		i += size;
	}
	lm_buf_puts(out, i < n ? "...\n" : "\n");

	if (tail > end)
		tail = end;
	lm_buf_printf(out, "      | %s", from > 1 ? "   " : "");
	for (col = from; col < pos.col; col++)
		lm_buf_puts(out, " ");
	lm_buf_printf(out, "%s^", colours->caret);
	for (col = pos.col + 1; col < tail; col++)
		lm_buf_puts(out, "~");
	lm_buf_printf(out, "%s\n", colours->plain);
}

void diag_print(const struct diag *d, struct lm_buf *out, bool colour)
{
	const struct palette *c = &palettes[colour];
	bool error = d->severity == DIAG_ERROR;

	lm_buf_puts(out, c->strong);
	print_place(&d->pos, out);
	lm_buf_printf(out, "%s%s:%s%s %s%s [%s]\n", error ? c->error : c->warning,
	    error ? "error" : "warning", c->plain, c->strong, d->message, c->plain, d->code);
	if (d->pos.source != NULL && d->pos.end != 0)
		print_excerpt(&d->pos, c, out);
	if (d->help != NULL)
		lm_buf_printf(out, "  help: %s\n", d->help);
	for (const struct diag_note *note = d->notes; note != NULL; note = note->next) {
		lm_buf_puts(out, "  note: ");
		print_place(&note->pos, out);
		lm_buf_printf(out, "%s\n", note->text);
	}
}

void diags_print(const struct diags *ds, struct lm_buf *out, bool colour)
{
	size_t n = diags_count(ds);
	size_t all = diags_errors(ds) + diags_warnings(ds);

	for (size_t i = 0; i < n; i++)
		diag_print(diags_at(ds, i), out, colour);
	if (all > n)
		lm_buf_printf(out, "and %zu more\n", all - n);
}

static void place_json(const struct source_range *pos, struct lm_json *j)
{
	if (pos->source == NULL)
		return;
	lm_json_str(j, "file", pos->source->file);
	struct source_place place = source_place(pos);
	if (place.line == 0)
		return;
	lm_json_int(j, "line", place.line);
	lm_json_int(j, "column", place.col);
	lm_json_int(j, "endLine", place.end_line);
	lm_json_int(j, "endColumn", place.end_col);
}

static void notes_json(const struct diag_note *note, struct lm_json *j)
{
	lm_json_open(j, "notes", '[');
	for (; note != NULL; note = note->next) {
		lm_json_open(j, NULL, '{');
		place_json(&note->pos, j);
		lm_json_str(j, "message", note->text);
		lm_json_close(j, '}');
	}
	lm_json_close(j, ']');
}

void diags_print_json(const struct diags *ds, struct lm_buf *out)
{
	struct lm_json j = lm_json_on(out);

	lm_json_open(&j, NULL, '[');
	for (size_t i = 0; i < diags_count(ds); i++) {
		const struct diag *d = diags_at(ds, i);

		lm_json_open(&j, NULL, '{');
		lm_json_str(&j, "severity", d->severity == DIAG_ERROR ? "error" : "warning");
		lm_json_str(&j, "code", d->code);
		place_json(&d->pos, &j);
		lm_json_str(&j, "message", d->message);
		if (d->help != NULL)
			lm_json_str(&j, "help", d->help);
		if (d->notes != NULL)
			notes_json(d->notes, &j);
		lm_json_close(&j, '}');
	}
	lm_json_close(&j, ']');
}
