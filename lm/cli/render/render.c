/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/cli/render/render.h"

#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/attr.h"
#include "base/heap.h"
#include "base/time.h"
#include "base/vec.h"

struct render render_stdout(void)
{
	const char *plain = getenv("NO_COLOR");
	struct winsize w = {0};

	setlocale(LC_CTYPE, "");
	if (isatty(STDOUT_FILENO) != 0)
		ioctl(STDOUT_FILENO, TIOCGWINSZ, &w);
	return (struct render){
	    .colour = isatty(STDOUT_FILENO) != 0 && (plain == NULL || *plain == '\0'),
	    .unicode = strcmp(nl_langinfo(CODESET), "UTF-8") == 0,
	    .columns = w.ws_col,
	};
}

/* ---- colours ---------------------------------------------------------------------------------- */

static const char *const sequences[] = {
    [RENDER_PLAIN] = "",
    [RENDER_GOOD] = "\033[32m",
    [RENDER_BAD] = "\033[31m",
    [RENDER_BUSY] = "\033[33m",
    [RENDER_FAINT] = "\033[2m",
    [RENDER_BOLD] = "\033[1m",
};

enum render_hue render_hue_of(const char *state)
{
	static const struct {
		const char *state;
		enum render_hue hue;
	} hues[] = {
	    {"Active", RENDER_GOOD},
	    {"Completed", RENDER_GOOD},
	    {"OK", RENDER_GOOD},
	    {"Broken", RENDER_BAD},
	    {"BROKEN", RENDER_BAD},
	    {"Failed", RENDER_BAD},
	    {"In Progress", RENDER_BUSY},
	    {"Pending", RENDER_BUSY},
	    {"Started", RENDER_BUSY},
	    {"Cancelled", RENDER_FAINT},
	};

	for (size_t i = 0; i < LM_COUNT(hues); i++)
		if (strcmp(hues[i].state, state) == 0)
			return hues[i].hue;
	return RENDER_PLAIN;
}

void render_paint(const struct render *r, enum render_hue hue, const char *text, struct lm_buf *out)
{
	bool painted = r->colour && hue != RENDER_PLAIN;

	if (painted)
		lm_buf_puts(out, sequences[hue]);
	lm_buf_puts(out, text);
	if (painted)
		lm_buf_puts(out, "\033[0m");
}

void render_paint_cut(const struct render *r, enum render_hue hue, const char *text, size_t columns,
    struct lm_buf *out)
{
	struct lm_buf b;
	size_t bytes = 0;

	if (render_width(text) <= columns) {
		render_paint(r, hue, text, out);
		return;
	}
	for (size_t n = 0; n + 1 < columns; n++)
		for (bytes++; (text[bytes] & 0xc0) == 0x80;)
			bytes++;
	lm_buf_init(&b, bytes + 8);
	lm_buf_add(&b, text, bytes);
	if (columns > 0)
		lm_buf_puts(&b, r->unicode ? "\xe2\x80\xa6" : "~");
	render_paint(r, hue, b.p, out);
	lm_buf_fini(&b);
}

/* ---- times ------------------------------------------------------------------------------------ */

void render_duration(int64_t ms, struct lm_buf *out)
{
	long long s = ms / 1000;

	if (ms < 1000)
		lm_buf_printf(out, "%lld ms", (long long)ms);
	else if (s < 60)
		lm_buf_printf(out, "%lld.%lld s", s, (long long)(ms % 1000 / 100));
	else if (s < 3600)
		lm_buf_printf(out, "%lld min %02lld s", s / 60, s % 60);
	else if (s < 86400)
		lm_buf_printf(out, "%lld h %02lld min", s / 3600, s / 60 % 60);
	else
		lm_buf_printf(out, "%lld d %02lld h", s / 86400, s / 3600 % 24);
}

int64_t render_parse_time(const char *text)
{
	int64_t ms = 0;

	return text != NULL && lm_time_parse(text, &ms) ? ms : -1;
}

/* ---- tables ----------------------------------------------------------------------------------- */

size_t render_width(const char *text)
{
	size_t n = 0;

	for (; *text != '\0'; text++)
		n += ((unsigned char)*text & 0xc0) != 0x80;
	return n;
}

struct cell {
	char *text;
	enum render_hue hue;
};

struct column {
	size_t width;
	bool right, is_kept;
};

struct render_table {
	size_t n_columns;
	bool is_headless, wraps;
	struct column *columns;
	LM_VEC(struct cell) cells;
};

struct render_table *render_table_new(size_t columns)
{
	struct render_table *t = lm_alloc(sizeof *t);

	t->n_columns = columns;
	t->columns = lm_alloc_n(columns, sizeof *t->columns);
	return t;
}

void render_table_free(struct render_table *t)
{
	if (t == NULL)
		return;
	for (size_t i = 0; i < t->cells.n; i++)
		free(t->cells.v[i].text);
	lm_vec_free(&t->cells);
	free(t->columns);
	free(t);
}

struct render_table *render_table_begin(const char *const *heads, size_t n)
{
	struct render_table *t = render_table_new(n);

	for (size_t i = 0; i < n; i++)
		render_table_add(t, RENDER_FAINT, heads[i]);
	return t;
}

void render_table_end(struct render_table *t, const struct render *r, struct lm_buf *out)
{
	render_table_print(t, r, out);
	render_table_free(t);
}

void render_table_align_right(struct render_table *t, size_t column)
{
	t->columns[column].right = true;
}

void render_table_keep(struct render_table *t, size_t column)
{
	t->columns[column].is_kept = true;
}

void render_table_wrap(struct render_table *t)
{
	t->wraps = true;
}

void render_table_no_heads(struct render_table *t)
{
	t->is_headless = true;
}

void render_table_add(struct render_table *t, enum render_hue hue, const char *text)
{
	struct column *column = &t->columns[t->cells.n % t->n_columns];
	struct cell *c = LM_PUSH(NULL, &t->cells);

	c->hue = hue;
	c->text = lm_strdup(text != NULL ? text : "");
	size_t w = render_width(c->text);
	column->width = w > column->width ? w : column->width;
}

size_t render_table_width(const struct render_table *t)
{
	size_t total = 0;

	for (size_t i = 0; i < t->n_columns; i++)
		total += t->columns[i].width + (i > 0 ? 2 : 0);
	return total;
}

/* Which column gives way: the last one, which is text, before whichever is the widest; 0: none can. */
static size_t gives_way(const struct render_table *t, const size_t *widths)
{
	enum { LEAST = 8 };
	size_t found = 0, last = t->n_columns - 1;

	if (!t->columns[last].is_kept && widths[last] > LEAST)
		return last;
	for (size_t i = 1; i < t->n_columns; i++)
		if (!t->columns[i].is_kept && widths[i] > LEAST &&
		    (found == 0 || widths[i] > widths[found]))
			found = i;
	return found;
}

/* Widths that fit the terminal; the first column has what is copied from here, and stays whole. */
static void fit(const struct render_table *t, unsigned columns, size_t *widths)
{
	size_t at = 0, total = render_table_width(t);

	for (; columns > 0 && total > columns && (at = gives_way(t, widths)) > 0; total--)
		widths[at]--;
}

/* As many words as have room, at least one; the bytes. */
static size_t words_in(const char *text, size_t width)
{
	size_t end = 0, used = 0;

	for (size_t i = 0;; i++) {
		if (text[i] == ' ' || text[i] == '\0') {
			if (end > 0 && used > width)
				return end;
			end = i;
		}
		if (text[i] == '\0')
			return end;
		used += ((unsigned char)text[i] & 0xc0) != 0x80;
	}
}

/* The last cell of a row, whose column begins at 'left'. */
static void put_wrapped(
    const struct render *r, const struct cell *c, size_t left, size_t width, struct lm_buf *out)
{
	struct lm_buf line;

	lm_buf_init(&line, strlen(c->text) + 1);
	for (const char *p = c->text; *p != '\0';) {
		size_t n = words_in(p, width);

		if (p != c->text)
			lm_buf_printf(out, "\n%*s", (int)left, "");
		lm_buf_clear(&line);
		lm_buf_add(&line, p, n);
		render_paint(r, c->hue, line.p, out);
		p += n + (p[n] == ' ');
	}
	lm_buf_fini(&line);
}

static void put_row(const struct render_table *t, const struct render *r, size_t first,
    const size_t *widths, struct lm_buf *out)
{
	bool is_head = first == 0 && !t->is_headless;
	size_t behind = 0; /* blanks, which are put when something follows */
	size_t left = 0, last = t->n_columns - 1;

	for (size_t i = 0; i < t->n_columns; i++) {
		const struct cell *c = &t->cells.v[first + i];
		size_t w = render_width(c->text), room = w < widths[i] ? widths[i] - w : 0;

		behind += t->columns[i].right ? room : 0;
		if (w > 0)
			lm_buf_printf(out, "%*s", (int)behind, "");
		behind = w > 0 ? 0 : behind;
		if (t->wraps && i == last && !is_head)
			put_wrapped(r, c, left, widths[i], out);
		else
			render_paint_cut(
			    r, is_head ? RENDER_FAINT : c->hue, c->text, widths[i], out);
		left += widths[i] + 2;
		behind += (t->columns[i].right ? 0 : room) + 2;
	}
	lm_buf_puts(out, "\n");
}

void render_table_print(const struct render_table *t, const struct render *r, struct lm_buf *out)
{
	size_t *widths = lm_alloc_n(t->n_columns, sizeof *widths);

	for (size_t i = 0; i < t->n_columns; i++)
		widths[i] = t->columns[i].width;
	fit(t, r->columns, widths);
	for (size_t i = 0; i + t->n_columns <= t->cells.n; i += t->n_columns)
		put_row(t, r, i, widths, out);
	free(widths);
}

/* ---- documents -------------------------------------------------------------------------------- */

const char *render_text(const json_t *object, const char *member)
{
	const char *text = json_string_value(json_object_get(object, member));

	return text != NULL ? text : "";
}

const char *render_within(const char *assembly, const char *name)
{
	size_t n = strlen(assembly);

	return n > 0 && strncmp(name, assembly, n) == 0 && strncmp(name + n, "__", 2) == 0
		   ? name + n + 2
		   : name;
}
