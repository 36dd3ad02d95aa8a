/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/cli/render/render.h"

#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/attr.h"
#include "base/time.h"
#include "base/vec.h"

struct render render_stdout(void)
{
	const char *plain = getenv("NO_COLOR");

	setlocale(LC_CTYPE, "");
	return (struct render){
	    .colour = isatty(STDOUT_FILENO) != 0 && (plain == NULL || *plain == '\0'),
	    .unicode = strcmp(nl_langinfo(CODESET), "UTF-8") == 0,
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
	bool right;
};

struct render_table {
	size_t n_columns;
	struct column *columns;
	LM_VEC(struct cell) cells;
};

struct render_table *render_table_new(size_t columns)
{
	struct render_table *t = calloc(1, sizeof *t);

	if (t == NULL)
		abort();
	t->n_columns = columns;
	t->columns = calloc(columns, sizeof *t->columns);
	if (t->columns == NULL)
		abort();
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

void render_table_align_right(struct render_table *t, size_t column)
{
	t->columns[column].right = true;
}

void render_table_add(struct render_table *t, enum render_hue hue, const char *text)
{
	struct column *column = &t->columns[t->cells.n % t->n_columns];
	struct cell *c = LM_PUSH(NULL, &t->cells);

	c->hue = hue;
	c->text = strdup(text != NULL ? text : "");
	if (c->text == NULL)
		abort();
	size_t w = render_width(c->text);
	column->width = w > column->width ? w : column->width;
}

void render_table_print(const struct render_table *t, const struct render *r, struct lm_buf *out)
{
	for (size_t i = 0; i < t->cells.n; i++) {
		const struct cell *c = &t->cells.v[i];
		const struct column *column = &t->columns[i % t->n_columns];
		bool is_head = i < t->n_columns, is_last = (i + 1) % t->n_columns == 0;
		int room = (int)(column->width - render_width(c->text));

		lm_buf_printf(out, "%*s", column->right ? room : 0, "");
		render_paint(r, is_head ? RENDER_FAINT : c->hue, c->text, out);
		if (is_last)
			lm_buf_puts(out, "\n");
		else
			lm_buf_printf(out, "%*s", column->right ? 2 : room + 2, "");
	}
}

/* ---- documents -------------------------------------------------------------------------------- */

const char *render_text(const json_t *object, const char *member)
{
	const char *text = json_string_value(json_object_get(object, member));

	return text != NULL ? text : "";
}
