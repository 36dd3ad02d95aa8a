/* SPDX-License-Identifier: Apache-2.0 */
/* Kinds as tables and as lists of names. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/heap.h"
#include "base/time.h"
#include "lm/cli/kinds/kind.h"

enum { CELL_MAX = 4096, ID_SHORT = 8 };

/* ---- cells ------------------------------------------------------------------------------------ */

/* "a.b" below an object, of which n bytes count; NULL: it is not there. */
static const json_t *member_at(const json_t *object, const char *path, size_t n)
{
	while (object != NULL && n > 0) {
		size_t k = strcspn(path, ".|");
		char name[64];

		k = k < n ? k : n;
		snprintf(name, sizeof name, "%.*s", (int)k, path);
		object = json_object_get(object, name);
		n -= k < n ? k + 1 : n;
		path += k + 1;
	}
	return object;
}

static bool is_nothing(const json_t *v)
{
	return v == NULL || json_is_null(v) || (json_is_string(v) && json_string_length(v) == 0);
}

/* The first of "a|b" that says something. */
static const json_t *value_at(const json_t *one, const char *path)
{
	const json_t *v = NULL;

	for (const char *p = path; is_nothing(v) && p != NULL;) {
		size_t n = strcspn(p, "|");

		v = member_at(one, p, n);
		p = p[n] == '|' ? p + n + 1 : NULL;
	}
	return v;
}

static void put_text(const json_t *v, struct lm_buf *out)
{
	const char *text = json_string_value(v);

	if (text != NULL)
		lm_buf_add(out, text, strcspn(text, "\n"));
	else if (json_is_boolean(v))
		lm_buf_puts(out, json_is_true(v) ? "true" : "false");
	else if (json_is_number(v))
		lm_buf_printf(out, "%.10g", json_number_value(v));
	for (size_t i = 0; i < json_array_size(v); i++) {
		lm_buf_puts(out, i > 0 ? "," : "");
		if (!json_is_array(json_array_get(v, i)))
			put_text(json_array_get(v, i), out);
	}
}

/* "2026-11-20 22:42:59" */
static void put_time(const json_t *v, struct lm_buf *out)
{
	const char *iso = json_is_string(v) ? json_string_value(v) : "";

	if (strlen(iso) >= 19)
		lm_buf_printf(out, "%.10s %.8s", iso, iso + 11);
}

static void put_short_time(const json_t *v, struct lm_buf *out)
{
	const char *iso = json_is_string(v) ? json_string_value(v) : "";
	char today[LM_TIME_SIZE];

	lm_time_text((int64_t)time(NULL) * 1000, today);
	if (strlen(iso) >= 19 && strncmp(iso, today, 10) == 0)
		lm_buf_printf(out, "%.8s", iso + 11);
	else if (strlen(iso) >= 19)
		lm_buf_printf(out, "%.5s %.5s", iso + 5, iso + 11);
}

static void put_span(const json_t *one, const char *path, struct lm_buf *out)
{
	size_t n = strcspn(path, " ");
	const char *from = json_string_value(member_at(one, path, n));
	const char *to = json_string_value(value_at(one, path + n + (path[n] == ' ')));
	int64_t a = render_parse_time(from), b = render_parse_time(to);

	if (a >= 0 && b >= a)
		render_duration(b - a, out);
}

void kind_print_cell(const struct column *c, const json_t *one, struct lm_buf *out)
{
	const json_t *v = c->form == COLUMN_SPAN ? NULL : value_at(one, c->path);

	if (c->form == COLUMN_SPAN)
		put_span(one, c->path, out);
	else if (c->form == COLUMN_TIME)
		put_time(v, out);
	else if (c->form == COLUMN_COUNT && v != NULL)
		lm_buf_printf(
		    out, "%zu", json_is_object(v) ? json_object_size(v) : json_array_size(v));
	else
		put_text(v, out);
}

/* ---- tables ----------------------------------------------------------------------------------- */

static void add_cell(
    struct render_table *t, const struct column *c, const json_t *one, bool is_short)
{
	struct lm_buf b;

	lm_buf_init(&b, CELL_MAX);
	if (is_short && c->form == COLUMN_TIME)
		put_short_time(value_at(one, c->path), &b);
	else if (is_short && c->form == COLUMN_ID)
		lm_buf_printf(&b, "%.*s", ID_SHORT, render_text(one, c->path));
	else
		kind_print_cell(c, one, &b);
	if (c->form == COLUMN_STATE && b.n == 0 && c->head[0] != '\0')
		lm_buf_puts(&b, "-");
	render_table_add(t, c->form == COLUMN_STATE ? render_hue_of(b.p) : RENDER_PLAIN, b.p);
	lm_buf_fini(&b);
}

/* Half a name or a reason is of use; half a state or a time is not. */
static struct render_table *make_table(
    const struct kind *k, const json_t *all, bool wide, bool is_short)
{
	size_t n = 0;

	for (size_t i = 0; i < k->n_columns; i++)
		n += wide || !k->columns[i].wide;
	struct render_table *t = render_table_new(n);
	n = 0;
	for (size_t i = 0; i < k->n_columns; i++) {
		if (!wide && k->columns[i].wide)
			continue;
		render_table_add(t, RENDER_FAINT, k->columns[i].head);
		if (k->columns[i].form != COLUMN_TEXT)
			render_table_keep(t, n);
		n++;
	}
	for (size_t row = 0; row < json_array_size(all); row++)
		for (size_t i = 0; i < k->n_columns; i++)
			if (wide || !k->columns[i].wide)
				add_cell(t, &k->columns[i], json_array_get(all, row), is_short);
	return t;
}

void kind_print_table(
    const struct kind *k, const struct render *r, const json_t *all, bool wide, struct lm_buf *out)
{
	struct render_table *t = make_table(k, all, wide, false);
	struct render how = *r;

	/* Who wants more than fits wants it whole. */
	how.columns = wide ? 0 : r->columns;
	if (how.columns > 0 && render_table_width(t) > how.columns) {
		render_table_free(t);
		t = make_table(k, all, wide, true);
	}
	render_table_end(t, &how, out);
}

void kind_print_names(const struct kind *k, const json_t *all, struct lm_buf *out)
{
	for (size_t i = 0; i < json_array_size(all); i++) {
		const char *id = render_text(json_array_get(all, i), k->id);

		if (*id != '\0')
			lm_buf_printf(out, "%s\n", id);
	}
}

/* ---- order ------------------------------------------------------------------------------------ */

struct entry {
	const char *id;
	size_t at; /* where it stood: who have the same id stay as they were */
};

static int compare(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	int by_id = strcmp(x->id, y->id);

	return by_id != 0 ? by_id : x->at < y->at ? -1 : 1;
}

json_t *kind_sort(const struct kind *k, const json_t *all)
{
	size_t n = json_array_size(all);
	struct entry *entries = lm_alloc_n(n + 1, sizeof *entries);
	json_t *sorted = json_array();

	if (sorted == NULL)
		abort();
	for (size_t i = 0; i < n; i++)
		entries[i] = (struct entry){render_text(json_array_get(all, i), k->id), i};
	if (!k->is_sorted)
		qsort(entries, n, sizeof *entries, compare);
	for (size_t i = 0; i < n; i++)
		json_array_append(sorted, json_array_get(all, entries[i].at));
	free(entries);
	return sorted;
}
