/* SPDX-License-Identifier: Apache-2.0 */
/* Diagnostics for people: the place, the message, the lines it is about, help and notes. */
#include <string.h>

#include "tosca/text/diag_place.h"
#include "tosca/text/width.h"

/*
 * Columns of a line that are shown at most.  A place that ends further right is shown with BEFORE
 * columns in front of it.  Of many lines the first ones are shown, and the last.
 */
enum { EXCERPT_MAX = 120, EXCERPT_BEFORE = 60, LINES_MAX = 4 };

struct palette {
	const char *error, *warning, *note, *help, *gutter, *strong, *plain;
};

static const struct palette palettes[] = {
    {"", "", "", "", "", "", ""},
    {"\033[1;31m", "\033[1;35m", "\033[1;36m", "\033[1;32m", "\033[1;34m", "\033[1m", "\033[0m"},
};

struct printer {
	struct lm_buf *out;
	const struct palette *colours;
	struct diag_cursor cursor, note_cursor;
};

/* ---- the place ----------------------------------------------------------------------------- */

static void print_place(const struct printer *p, const struct source *s, struct source_place at)
{
	struct lm_buf *out = p->out;

	if (s == NULL)
		return;
	lm_buf_printf(out, "%s%s", p->colours->strong, s->file);
	if (at.line != 0)
		lm_buf_printf(out, ":%u:%u", at.line, at.col);
	if (at.line != at.end_line)
		lm_buf_printf(out, "-%u.%u", at.end_line, at.end_col - (at.end_col > 1));
	else if (at.end_col > at.col + 1)
		lm_buf_printf(out, "-%u", at.end_col - 1);
	lm_buf_printf(out, ":%s ", p->colours->plain);
}

/* ---- the lines ----------------------------------------------------------------------------- */

/* The part of a line that is shown, and the part of that which is marked: bytes of the text. */
struct window {
	const char *text;
	size_t from, to, mark, mark_end;
	bool cut_before, cut_after;
};

static size_t previous(const char *text, size_t least, size_t i)
{
	size_t n = 1;

	while (n < 4 && i - n > least && ((unsigned char)text[i - n] & 0xc0) == 0x80)
		n++;
	return i - n;
}

/* The first byte not more than 'columns' before i; 'least' when that is nearer. */
static size_t back(const char *text, size_t least, size_t i, unsigned columns)
{
	for (unsigned used = 0; i > least;) {
		size_t before = previous(text, least, i);

		used += char_width(text + before, i - before);
		if (used > columns)
			break;
		i = before;
	}
	return i;
}

static void choose(struct window *w, size_t begin, size_t end)
{
	w->from = back(w->text, begin, w->mark_end, EXCERPT_MAX);
	if (w->from > begin)
		w->from = back(w->text, begin, w->mark, EXCERPT_BEFORE);
	w->to = w->from;
	for (unsigned used = 0; w->to < end;) {
		size_t size = source_char_size(w->text + w->to, end - w->to);

		used += char_width(w->text + w->to, size);
		if (used > EXCERPT_MAX)
			break;
		w->to += size;
	}
	w->cut_before = w->from > begin;
	w->cut_after = w->to < end;
}

/* As it is, unless a terminal would act on it. */
static void print_text(const struct window *w, struct lm_buf *out)
{
	lm_buf_puts(out, w->cut_before ? "..." : "");
	for (size_t i = w->from, size; i < w->to; i += size) {
		size = source_char_size(w->text + i, w->to - i);
		if (w->text[i] == '\t')
			lm_buf_puts(out, " ");
		else if (char_is_shown(w->text + i, size))
			lm_buf_add(out, w->text + i, size);
		else
			lm_buf_puts(out, "?");
	}
	lm_buf_puts(out, w->cut_after ? "..." : "");
}

static void print_times(struct lm_buf *out, const char *what, unsigned n)
{
	for (; n > 0; n--)
		lm_buf_puts(out, what);
}

static unsigned width(const char *text, size_t from, size_t to)
{
	unsigned n = 0;

	for (size_t i = from, size; i < to; i += size) {
		size = source_char_size(text + i, to - i);
		n += char_is_shown(text + i, size) ? char_width(text + i, size) : 1;
	}
	return n;
}

static void print_mark(
    const struct window *w, const char *colour, const char *plain, bool caret, struct lm_buf *out)
{
	size_t end = w->mark_end < w->to ? w->mark_end : w->to;
	unsigned n = w->mark < end ? width(w->text, w->mark, end) : 0;

	print_times(out, " ", (w->cut_before ? 3 : 0) + width(w->text, w->from, w->mark));
	lm_buf_printf(out, "%s%s", colour, caret ? "^" : "~");
	print_times(out, "~", n > 0 ? n - 1 : 0);
	lm_buf_printf(out, "%s\n", plain);
}

/* One line of the text, and below it what is marked of it. */
static void print_line(const struct printer *p, const struct source *s, uint32_t line,
    const struct diag_place *place, const char *colour)
{
	size_t n;
	const char *text = source_line(s, line, &n);
	size_t begin = (size_t)(text - s->text), end = begin + n;
	bool first = line == place->at.line;
	struct window w = {.text = s->text, .mark = first ? place->begin : begin};

	if (!first)
		w.mark += strspn(text, " \t");
	w.mark = w.mark < end ? w.mark : end;
	w.mark_end = place->end < end ? place->end : end;
	choose(&w, begin, end);
	lm_buf_printf(
	    p->out, "%s%5u |%s%s", p->colours->gutter, line, p->colours->plain, n > 0 ? " " : "");
	print_text(&w, p->out);
	if (!first && w.mark >= w.mark_end) {
		lm_buf_puts(p->out, "\n");
		return;
	}
	lm_buf_printf(p->out, "\n%s      |%s ", p->colours->gutter, p->colours->plain);
	print_mark(&w, colour, p->colours->plain, first, p->out);
}

static void print_excerpt(const struct printer *p, const struct source *s,
    const struct diag_place *place, const char *colour)
{
	uint32_t lines = place->at.end_line - place->at.line + 1;

	for (uint32_t i = 0; i < lines; i++) {
		if (lines > LINES_MAX && i == LINES_MAX - 2) {
			lm_buf_printf(
			    p->out, "%s  ... |%s\n", p->colours->gutter, p->colours->plain);
			i = lines - 1;
		}
		print_line(p, s, place->at.line + i, place, colour);
	}
}

/* ---- the whole ----------------------------------------------------------------------------- */

static void print_help(const struct printer *p, const char *what, const char *text)
{
	lm_buf_printf(p->out, "      %s=%s %s%s:%s %s\n", p->colours->gutter, p->colours->plain,
	    p->colours->help, what, p->colours->plain, text);
}

static void print_note(struct printer *p, const struct diag_note *note)
{
	struct diag_place place = diag_place(&p->note_cursor, &note->pos);

	if (note->pos.source == NULL) {
		print_help(p, "note", note->text);
		return;
	}
	print_place(p, note->pos.source, place.at);
	lm_buf_printf(p->out, "%snote:%s %s\n", p->colours->note, p->colours->plain, note->text);
	if (place.at.line != 0)
		print_excerpt(p, note->pos.source, &place, p->colours->note);
}

static void print_one(struct printer *p, const struct diag *d)
{
	bool error = d->severity == DIAG_ERROR;
	const struct palette *c = p->colours;
	const char *colour = error ? c->error : c->warning;
	struct diag_place place = diag_place(&p->cursor, &d->pos);

	print_place(p, d->pos.source, place.at);
	lm_buf_printf(p->out, "%s%s:%s %s%s%s %s[%s%s]%s\n", colour, error ? "error" : "warning",
	    c->plain, c->strong, d->message, c->plain, colour, d->code, d->strict ? ", strict" : "",
	    c->plain);
	if (place.at.line != 0)
		print_excerpt(p, d->pos.source, &place, colour);
	if (d->help != NULL)
		print_help(p, "help", d->help);
	for (const struct diag_note *note = d->notes; note != NULL; note = note->next)
		print_note(p, note);
}

void diag_print(const struct diag *d, struct lm_buf *out, bool colour)
{
	struct printer p = {.out = out, .colours = &palettes[colour]};

	print_one(&p, d);
}

void diags_print(const struct diags *ds, struct lm_buf *out, bool colour)
{
	struct printer p = {.out = out, .colours = &palettes[colour]};
	size_t n = diags_count(ds), all = diags_errors(ds) + diags_warnings(ds);

	for (size_t i = 0; i < n; i++) {
		print_one(&p, diags_at(ds, i));
		lm_buf_puts(out, "\n");
	}
	if (all > n)
		lm_buf_printf(out, "and %zu more\n\n", all - n);
}
