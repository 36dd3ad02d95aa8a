/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Diagnostics, told when they change.  What is wrong in a file that nobody has opened is only told
 * once it differs from what was wrong when it was read: a change of one document may break or mend
 * another.
 */
#include <stdlib.h>
#include <string.h>

#include "base/heap.h"
#include "lm/lsp/lsp.h"
#include "tosca/link/check.h"
#include "tosca/text/source.h"

enum { DIAGS_MAX = 1000, MESSAGE_MAX = 16 * 1024 };

struct shown {
	char *file;
	uint64_t sum; /* of what is wrong, as it is known or was told; 0: nothing */
	bool told;    /* the client shows something */
};

/* ---- what is wrong ------------------------------------------------------------------------- */

static uint64_t mix(uint64_t sum, uint64_t value)
{
	return (sum ^ value) * 0x100000001b3ULL;
}

static uint64_t sum_of(const struct diags *d)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < diags_count(d); i++) {
		const struct diag *g = diags_at(d, i);
		const struct source_range *last = g->notes != NULL ? &g->notes->pos : &g->pos;

		sum = mix(sum + 1, lm_hash(g->code));
		sum = mix(sum, lm_hash(g->message));
		sum = mix(sum, (uint64_t)g->pos.begin << 32 | g->pos.end);
		sum = mix(sum, (uint64_t)last->begin << 32 | last->end);
	}
	return sum;
}

static json_t *related(const struct lsp *l, const struct diag *g)
{
	json_t *list = json_array();

	for (const struct diag_note *n = g->notes; n != NULL; n = n->next) {
		json_t *o = json_object();

		if (n->pos.source != NULL)
			json_object_set_new(o, "location", place_location(l, &n->pos));
		json_object_set_new(o, "message", lsp_string(n->text));
		if (n->pos.source != NULL)
			json_array_append_new(list, o);
		else
			json_decref(o);
	}
	return list;
}

json_t *publish_diagnostic(const struct lsp *l, const struct diag *g)
{
	json_t *o = json_object();
	struct lm_buf text;

	lm_buf_init(&text, MESSAGE_MAX);
	lm_buf_puts(&text, g->message);
	if (g->help != NULL)
		lm_buf_printf(&text, "\n%s", g->help);
	json_object_set_new(o, "range", place_source_range(l, &g->pos));
	json_object_set_new(o, "severity", json_integer(g->severity == DIAG_ERROR ? 1 : 2));
	json_object_set_new(o, "code", json_string(g->code));
	json_object_set_new(o, "source", json_string("lm"));
	json_object_set_new(o, "message", lsp_string(text.p));
	if (g->notes != NULL)
		json_object_set_new(o, "relatedInformation", related(l, g));
	lm_buf_fini(&text);
	return o;
}

/* ---- telling ------------------------------------------------------------------------------- */

static struct shown *shown_of(struct lsp *l, const char *file)
{
	struct shown *s = lm_map_find(l->shown, file);

	if (s != NULL)
		return s;
	s = lm_alloc(sizeof *s);
	s->file = lm_strdup(file);
	lm_map_put(l->shown, s->file, s);
	return s;
}

static void tell(struct lsp *l, struct shown *s, const struct diags *d)
{
	json_t *params = json_object(), *list = json_array();
	char *uri = place_uri(l, s->file);

	for (size_t i = 0; d != NULL && i < diags_count(d); i++)
		json_array_append_new(list, publish_diagnostic(l, diags_at(d, i)));
	s->told = json_array_size(list) > 0;
	json_object_set_new(params, "uri", lsp_string(uri));
	json_object_set_new(params, "diagnostics", list);
	free(uri);
	rpc_notify(l->rpc, "textDocument/publishDiagnostics", params);
}

static uint64_t sum_now(const struct lsp *l, const char *file)
{
	LM_AUTO(diags) d = diags_new(DIAGS_MAX);

	catalog_report(l->catalog, file, d);
	return sum_of(d);
}

void publish_note(struct lsp *l, const char *file)
{
	shown_of(l, file)->sum = sum_now(l, file);
}

static void note(void *arg, const char *file)
{
	publish_note(arg, file);
}

void publish_note_changes(struct lsp *l)
{
	catalog_check(l->catalog);
	catalog_take_changed(l->catalog, note, l);
}

void publish_file(struct lsp *l, const char *file)
{
	LM_AUTO(diags) d = diags_new(DIAGS_MAX);
	struct shown *s = shown_of(l, file);

	catalog_report(l->catalog, file, d);
	s->sum = sum_of(d);
	tell(l, s, d);
}

static void publish_changed(void *arg, const char *file)
{
	struct lsp *l = arg;

	if (sum_now(l, file) != shown_of(l, file)->sum)
		publish_file(l, file);
}

void publish_changes(struct lsp *l)
{
	catalog_check(l->catalog);
	catalog_take_changed(l->catalog, publish_changed, l);
}

void publish_clear(struct lsp *l, const char *file)
{
	struct shown *s = shown_of(l, file);

	if (s->told)
		tell(l, s, NULL);
	s->sum = 0;
}

void publish_fini(struct lsp *l)
{
	struct shown *s;

	for (size_t i = 0; (s = lm_map_next(l->shown, &i)) != NULL;) {
		lm_map_remove(l->shown, s->file);
		free(s->file);
		free(s);
	}
	lm_map_free(l->shown);
}
