/* SPDX-License-Identifier: Apache-2.0 */
/* Diagnostics for programs, in a form of our own; diag.h says what the members mean. */
#include "base/json.h"
#include "tosca/text/diag_place.h"

struct printer {
	struct lm_json json;
	struct diag_cursor cursor, note_cursor;
};

static void print_place(
    struct printer *p, struct diag_cursor *cursor, const struct source_range *range)
{
	struct diag_place place = diag_place(cursor, range);

	if (place.at.line == 0)
		return;
	lm_json_int(&p->json, "line", place.at.line);
	lm_json_int(&p->json, "column", place.at.col);
	lm_json_int(&p->json, "endLine", place.at.end_line);
	lm_json_int(&p->json, "endColumn", place.at.end_col);
	if (!diag_place_has_offsets(range))
		return;
	lm_json_int(&p->json, "offset", place.begin);
	lm_json_int(&p->json, "endOffset", place.end);
}

static void print_file(struct printer *p, const struct source_range *range)
{
	if (range->source != NULL)
		lm_json_str(&p->json, "file", range->source->file);
}

static void print_suggestion(struct printer *p, const struct diag *d)
{
	struct diag_cursor cursor = p->cursor;

	if (d->fix.text == NULL)
		return;
	lm_json_open(&p->json, "suggestion", '{');
	lm_json_str(&p->json, "text", d->fix.text);
	print_place(p, &cursor, &d->fix.pos);
	lm_json_close(&p->json, '}');
}

static void print_notes(struct printer *p, const struct diag *d)
{
	if (d->notes == NULL)
		return;
	lm_json_open(&p->json, "notes", '[');
	for (const struct diag_note *note = d->notes; note != NULL; note = note->next) {
		lm_json_open(&p->json, NULL, '{');
		print_file(p, &note->pos);
		print_place(p, &p->note_cursor, &note->pos);
		lm_json_str(&p->json, "message", note->text);
		lm_json_close(&p->json, '}');
	}
	lm_json_close(&p->json, ']');
}

static void print_one(struct printer *p, const struct diag *d)
{
	char explain[32];

	snprintf(explain, sizeof explain, "lm explain %s", d->code);
	lm_json_open(&p->json, NULL, '{');
	print_file(p, &d->pos);
	print_place(p, &p->cursor, &d->pos);
	lm_json_str(&p->json, "severity", d->severity == DIAG_ERROR ? "error" : "warning");
	if (d->strict)
		lm_json_bool(&p->json, "strict", true);
	lm_json_str(&p->json, "code", d->code);
	lm_json_str(&p->json, "title", d->title);
	lm_json_str(&p->json, "message", d->message);
	if (d->help != NULL)
		lm_json_str(&p->json, "help", d->help);
	print_suggestion(p, d);
	print_notes(p, d);
	lm_json_str(&p->json, "explain", explain);
	lm_json_close(&p->json, '}');
}

void diags_print_json(const struct diags *ds, struct lm_buf *out)
{
	struct printer p = {.json = lm_json_on(out)};

	lm_json_open(&p.json, NULL, '[');
	for (size_t i = 0; i < diags_count(ds); i++)
		print_one(&p, diags_at(ds, i));
	lm_json_close(&p.json, ']');
}

void diags_print_lines(const struct diags *ds, struct lm_buf *out)
{
	struct printer p = {.json = lm_json_on(out)};

	for (size_t i = 0; i < diags_count(ds); i++) {
		print_one(&p, diags_at(ds, i));
		p.json.comma = false;
		lm_buf_puts(out, "\n");
	}
}
