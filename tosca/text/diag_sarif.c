/* SPDX-License-Identifier: Apache-2.0 */
/* Diagnostics in the format that editors and CI services exchange: SARIF 2.1.0 (OASIS). */
#include <ctype.h>
#include <string.h>

#include "base/json.h"
#include "tosca/explain/explain.h"
#include "tosca/text/codes.h"
#include "tosca/text/diag_place.h"

enum { TEXT_MAX = 64 * 1024 };

static const char schema[] = "https://json.schemastore.org/sarif-2.1.0.json";

struct printer {
	struct lm_json json;
	struct lm_buf scratch;
	struct diag_cursor cursor, note_cursor;
};

/* {"text": ...}, as most texts stand there. */
static void print_text(struct printer *p, const char *key, const char *text)
{
	lm_json_open(&p->json, key, '{');
	lm_json_str(&p->json, "text", text);
	lm_json_close(&p->json, '}');
}

/* ---- where --------------------------------------------------------------------------------- */

/* A file name as a URI reference: relative as it was given, or file:///... */
static const char *uri_of(struct printer *p, const char *file)
{
	lm_buf_clear(&p->scratch);
	if (file[0] == '/')
		lm_buf_puts(&p->scratch, "file://");
	while (strncmp(file, "./", 2) == 0)
		file += 2;
	for (; *file != '\0'; file++) {
		unsigned char c = (unsigned char)*file;

		if (c < 0x80 && (isalnum(c) || strchr("-._~/", c) != NULL))
			lm_buf_add(&p->scratch, file, 1);
		else
			lm_buf_printf(&p->scratch, "%%%02X", c);
	}
	return p->scratch.p;
}

static void print_artifact(struct printer *p, const struct source_range *range)
{
	lm_json_open(&p->json, "artifactLocation", '{');
	lm_json_str(&p->json, "uri", uri_of(p, range->source->file));
	lm_json_close(&p->json, '}');
}

static void print_region(struct printer *p, const char *key, const struct source_range *range,
    struct diag_cursor *cursor)
{
	struct diag_place place = diag_place(cursor, range);

	if (place.at.line == 0)
		return;
	lm_json_open(&p->json, key, '{');
	lm_json_int(&p->json, "startLine", place.at.line);
	lm_json_int(&p->json, "startColumn", place.at.col);
	lm_json_int(&p->json, "endLine", place.at.end_line);
	lm_json_int(&p->json, "endColumn", place.at.end_col);
	if (cursor->counts && diag_place_has_offsets(range)) {
		lm_json_int(&p->json, "charOffset", place.chars);
		lm_json_int(&p->json, "charLength", place.n_chars);
	}
	lm_json_close(&p->json, '}');
}

static void print_location(
    struct printer *p, const struct source_range *range, struct diag_cursor *cursor)
{
	lm_json_open(&p->json, "physicalLocation", '{');
	print_artifact(p, range);
	print_region(p, "region", range, cursor);
	lm_json_close(&p->json, '}');
}

/* ---- results ------------------------------------------------------------------------------- */

/* What stands nowhere in a file is told with the message. */
static void print_message(struct printer *p, const struct diag *d)
{
	lm_buf_clear(&p->scratch);
	lm_buf_puts(&p->scratch, d->message);
	if (d->help != NULL)
		lm_buf_printf(&p->scratch, "\n%s", d->help);
	for (const struct diag_note *note = d->notes; note != NULL; note = note->next)
		if (note->pos.source == NULL)
			lm_buf_printf(&p->scratch, "\n%s", note->text);
	print_text(p, "message", p->scratch.p);
}

static void print_related(struct printer *p, const struct diag *d)
{
	int id = 0;

	lm_json_open(&p->json, "relatedLocations", '[');
	for (const struct diag_note *note = d->notes; note != NULL; note = note->next) {
		if (note->pos.source == NULL)
			continue;
		lm_json_open(&p->json, NULL, '{');
		lm_json_int(&p->json, "id", ++id);
		print_location(p, &note->pos, &p->note_cursor);
		print_text(p, "message", note->text);
		lm_json_close(&p->json, '}');
	}
	lm_json_close(&p->json, ']');
}

static void print_fix(struct printer *p, const struct diag *d)
{
	struct diag_cursor cursor = p->cursor;
	char what[256];

	snprintf(what, sizeof what, "write '%.200s'", d->fix.text);
	lm_json_open(&p->json, "fixes", '[');
	lm_json_open(&p->json, NULL, '{');
	print_text(p, "description", what);
	lm_json_open(&p->json, "artifactChanges", '[');
	lm_json_open(&p->json, NULL, '{');
	print_artifact(p, &d->fix.pos);
	lm_json_open(&p->json, "replacements", '[');
	lm_json_open(&p->json, NULL, '{');
	print_region(p, "deletedRegion", &d->fix.pos, &cursor);
	print_text(p, "insertedContent", d->fix.text);
	lm_json_close(&p->json, '}');
	lm_json_close(&p->json, ']');
	lm_json_close(&p->json, '}');
	lm_json_close(&p->json, ']');
	lm_json_close(&p->json, '}');
	lm_json_close(&p->json, ']');
}

static void print_result(struct printer *p, const struct diag *d)
{
	lm_json_open(&p->json, NULL, '{');
	lm_json_str(&p->json, "ruleId", d->code);
	lm_json_int(&p->json, "ruleIndex", d->number);
	lm_json_str(&p->json, "level", d->severity == DIAG_ERROR ? "error" : "warning");
	print_message(p, d);
	if (d->pos.source != NULL) {
		lm_json_open(&p->json, "locations", '[');
		lm_json_open(&p->json, NULL, '{');
		print_location(p, &d->pos, &p->cursor);
		lm_json_close(&p->json, '}');
		lm_json_close(&p->json, ']');
	}
	if (d->notes != NULL)
		print_related(p, d);
	if (d->fix.text != NULL)
		print_fix(p, d);
	lm_json_close(&p->json, '}');
}

/* ---- rules --------------------------------------------------------------------------------- */

static void print_rule(struct printer *p, enum diag_code code)
{
	const struct explanation *e = explain_find(diag_code_text(code));
	bool error = diag_code_severity(code) == DIAG_ERROR;

	lm_json_open(&p->json, NULL, '{');
	lm_json_str(&p->json, "id", diag_code_text(code));
	print_text(p, "shortDescription", diag_code_title(code));
	if (e != NULL) {
		lm_buf_clear(&p->scratch);
		explain_summary(e, &p->scratch);
		print_text(p, "fullDescription", p->scratch.p);
	}
	lm_buf_clear(&p->scratch);
	lm_buf_printf(&p->scratch, "lm explain %s", diag_code_text(code));
	print_text(p, "help", p->scratch.p);
	lm_json_open(&p->json, "defaultConfiguration", '{');
	lm_json_str(&p->json, "level", error ? "error" : "warning");
	lm_json_close(&p->json, '}');
	lm_json_close(&p->json, '}');
}

static void print_tool(struct printer *p, const char *version)
{
	lm_json_open(&p->json, "tool", '{');
	lm_json_open(&p->json, "driver", '{');
	lm_json_str(&p->json, "name", "lm");
	lm_json_str(&p->json, "version", version);
	lm_json_open(&p->json, "rules", '[');
	for (int code = 0; code < DIAG_CODES_N; code++)
		print_rule(p, (enum diag_code)code);
	lm_json_close(&p->json, ']');
	lm_json_close(&p->json, '}');
	lm_json_close(&p->json, '}');
}

void diags_print_sarif(const struct diags *ds, const char *version, struct lm_buf *out)
{
	struct printer p = {.json = lm_json_on(out), .cursor = {.counts = true}};

	lm_buf_init(&p.scratch, TEXT_MAX);
	lm_json_open(&p.json, NULL, '{');
	lm_json_str(&p.json, "$schema", schema);
	lm_json_str(&p.json, "version", "2.1.0");
	lm_json_open(&p.json, "runs", '[');
	lm_json_open(&p.json, NULL, '{');
	print_tool(&p, version);
	lm_json_str(&p.json, "columnKind", "unicodeCodePoints");
	lm_json_open(&p.json, "results", '[');
	for (size_t i = 0; i < diags_count(ds); i++)
		print_result(&p, diags_at(ds, i));
	lm_json_close(&p.json, ']');
	lm_json_close(&p.json, '}');
	lm_json_close(&p.json, ']');
	lm_json_close(&p.json, '}');
	lm_buf_puts(out, "\n");
	lm_buf_fini(&p.scratch);
}
