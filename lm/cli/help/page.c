/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/cli/help/page.h"

#include <string.h>

#include "base/attr.h"

enum { CODE_INDENT = 4, LINE_MAX_N = 64 * 1024 };

const struct page *pages_all(size_t *n)
{
	*n = page_table_n;
	return page_table;
}

const struct page *page_find(const char *name)
{
	for (size_t i = 0; i < page_table_n; i++)
		if (strcmp(page_table[i].name, name) == 0)
			return &page_table[i];
	return NULL;
}

/* ---- lines ------------------------------------------------------------------------------------ */

enum line { LINE_BLANK, LINE_HEAD, LINE_ITEM, LINE_MEANING, LINE_CODE, LINE_TERM, LINE_TEXT };

struct reader {
	const char *p; /* the next line */
	enum line kind;
	const char *text; /* of this one, without its signs */
	size_t n;
	bool is_meaning; /* since a term: indented lines go on with it */
};

static bool begins(const char *p, const char *sign)
{
	return strncmp(p, sign, strlen(sign)) == 0;
}

static void take(struct reader *r, enum line kind, const char *line, size_t n, size_t skip)
{
	r->kind = kind;
	r->text = line + (skip < n ? skip : n);
	r->n = n - (skip < n ? skip : n);
}

/* False: there are no more. */
static bool next_line(struct reader *r)
{
	const char *line = r->p;
	size_t n = strcspn(line, "\n");

	if (*line == '\0')
		return false;
	r->p = line + n + (line[n] == '\n');
	r->is_meaning = r->is_meaning && begins(line, "    ");
	if (n == 0)
		take(r, LINE_BLANK, line, n, 0);
	else if (begins(line, "## "))
		take(r, LINE_HEAD, line, n, 3);
	else if (begins(line, "* "))
		take(r, LINE_ITEM, line, n, 2);
	else if (begins(line, ":   "))
		take(r, LINE_MEANING, line, n, 4);
	else if (begins(line, "    "))
		take(r, r->is_meaning ? LINE_TEXT : LINE_CODE, line, n, CODE_INDENT);
	else
		take(r, begins(r->p, ":   ") ? LINE_TERM : LINE_TEXT, line, n, 0);
	r->is_meaning = r->is_meaning || r->kind == LINE_MEANING;
	return true;
}

/* ---- for a terminal --------------------------------------------------------------------------- */

/* `code` without its signs. */
static void put_words(const char *text, size_t n, bool bold, struct lm_buf *out)
{
	bool is_code = false;

	for (size_t i = 0; i < n; i++) {
		if (text[i] != '`') {
			lm_buf_add(out, text + i, 1);
			continue;
		}
		is_code = !is_code;
		if (bold)
			lm_buf_puts(out, is_code ? "\033[1m" : "\033[0m");
	}
}

void page_print_text(const char *markdown, bool bold, struct lm_buf *out)
{
	static const char *const leads[] = {
	    [LINE_BLANK] = "",
	    [LINE_HEAD] = "",
	    [LINE_ITEM] = "* ",
	    [LINE_MEANING] = "    ",
	    [LINE_CODE] = "  ",
	    [LINE_TERM] = "",
	    [LINE_TEXT] = "",
	};
	struct reader r = {.p = markdown};

	while (next_line(&r)) {
		bool goes_on = r.kind == LINE_TEXT && r.is_meaning;

		lm_buf_puts(out, goes_on ? "    " : leads[r.kind]);
		if (r.kind == LINE_CODE) {
			lm_buf_add(out, r.text, r.n);
		} else if (r.kind == LINE_HEAD && bold) {
			lm_buf_printf(out, "\033[1m%.*s\033[0m", (int)r.n, r.text);
		} else {
			put_words(r.text, r.n, bold, out);
		}
		lm_buf_puts(out, "\n");
	}
}

/* ---- as a manual page ------------------------------------------------------------------------- */

/* Between blanks: of NAME, and of sentences. */
static bool is_dash(const char *text, size_t n, size_t i)
{
	return i > 0 && i + 1 < n && text[i - 1] == ' ' && text[i + 1] == ' ';
}

static void put_roff(const char *text, size_t n, bool is_code, struct lm_buf *out)
{
	if (n > 0 && (*text == '.' || *text == '\''))
		lm_buf_puts(out, "\\&");
	for (size_t i = 0; i < n; i++) {
		if (text[i] == '\\')
			lm_buf_puts(out, "\\e");
		else if (text[i] == '`' && !is_code)
			lm_buf_puts(out, "`");
		else if (text[i] == '-' &&
			 (is_code || is_dash(text, n, i) || (i + 1 < n && text[i + 1] == '-') ||
			     (i > 0 && text[i - 1] == '-')))
			lm_buf_puts(out, "\\-");
		else if (text[i] == '\'')
			lm_buf_puts(out, "\\(aq");
		else if (text[i] == '^')
			lm_buf_puts(out, "\\(ha");
		else if (text[i] == '~')
			lm_buf_puts(out, "\\(ti");
		else
			lm_buf_add(out, text + i, 1);
	}
}

/* `code` becomes bold. */
static void put_roff_words(const char *text, size_t n, struct lm_buf *out)
{
	bool is_code = false;

	if (n > 0 && (*text == '.' || *text == '\''))
		lm_buf_puts(out, "\\&");
	for (size_t i = 0; i < n;) {
		const char *end = memchr(text + i, '`', n - i);
		size_t k = end != NULL ? (size_t)(end - (text + i)) : n - i;

		lm_buf_puts(out, is_code && k > 0 ? "\\fB" : "");
		put_roff(text + i, k, is_code, out);
		lm_buf_puts(out, is_code && k > 0 ? "\\fR" : "");
		is_code = end != NULL ? !is_code : is_code;
		i += k + (end != NULL);
	}
}

/* Lines of no more than 72 bytes; a sentence ends with its line. */
static void put_wrapped(const char *text, struct lm_buf *out)
{
	enum { LINE_BYTES = 72 };
	size_t used = 0, blanks = 0;

	while (*text != '\0') {
		size_t n = strcspn(text, " ");
		bool breaks = used > 0 && (blanks > 1 || used + 1 + n > LINE_BYTES);

		lm_buf_puts(out, breaks ? "\n" : used > 0 ? " " : "");
		/* What begins a line must be no macro. */
		if (breaks && (*text == '.' || *text == '\''))
			lm_buf_puts(out, "\\&");
		lm_buf_add(out, text, n);
		used = (breaks ? 0 : used + 1) + n;
		blanks = strspn(text + n, " ");
		text += n + blanks;
	}
	lm_buf_puts(out, "\n");
}

struct writer {
	struct lm_buf *out;
	bool is_open;     /* a paragraph, an item, a meaning: the next text goes on with it */
	bool was_meaning; /* the line before is what a term means */
	bool is_headed;   /* the line before is a heading: no macro for a paragraph */
	bool is_example;  /* between .EX and .EE */
	size_t blanks;    /* in an example, which are put when it goes on */
	struct lm_buf line;
};

static void end_example(struct writer *w)
{
	if (w->is_example)
		lm_buf_puts(w->out, ".EE\n.RE\n");
	w->is_example = false;
	w->blanks = 0;
}

static void put_code(struct writer *w, const struct reader *r)
{
	if (!w->is_example) {
		lm_buf_printf(w->out, "%s.RS 4\n.EX\n", w->is_headed ? "" : ".PP\n");
		w->blanks = 0;
	}
	for (; w->is_example && w->blanks > 0; w->blanks--)
		lm_buf_puts(w->out, "\n");
	w->is_example = true;
	w->is_open = w->is_headed = false;
	put_roff(r->text, r->n, true, w->out);
	lm_buf_puts(w->out, "\n");
}

static void put_line(struct writer *w, const struct reader *r)
{
	static const char *const macros[] = {
	    [LINE_HEAD] = ".SH ",
	    [LINE_ITEM] = ".IP \\(bu 2\n",
	    [LINE_TERM] = ".TP\n",
	    [LINE_MEANING] = "",
	    [LINE_TEXT] = ".PP\n",
	};
	bool left = w->was_meaning && !r->is_meaning;
	bool begins_none = r->kind == LINE_TEXT && w->is_open && !left;

	lm_buf_puts(w->out, begins_none ? "" : macros[r->kind]);
	if (r->kind == LINE_HEAD || r->kind == LINE_TERM) {
		put_roff_words(r->text, r->n, w->out);
		lm_buf_puts(w->out, "\n");
	} else {
		lm_buf_clear(&w->line);
		put_roff_words(r->text, r->n, &w->line);
		put_wrapped(w->line.p, w->out);
	}
	w->is_open = true;
	w->is_headed = r->kind == LINE_HEAD;
	w->was_meaning = r->is_meaning;
}

void page_print_man(const char *markdown, struct lm_buf *out)
{
	struct reader r = {.p = markdown};
	struct writer w = {.out = out};

	lm_buf_init(&w.line, LINE_MAX_N);
	while (next_line(&r)) {
		if (r.kind == LINE_BLANK) {
			w.is_open = false;
			w.blanks++;
			continue;
		}
		if (r.kind == LINE_CODE) {
			put_code(&w, &r);
			continue;
		}
		end_example(&w);
		put_line(&w, &r);
	}
	end_example(&w);
	lm_buf_fini(&w.line);
}
