/* SPDX-License-Identifier: Apache-2.0 */
/* Requests about a place in a document, asked of tosca/editor. */
#include <stdlib.h>
#include <string.h>

#include "lm/lsp/lsp.h"
#include "tosca/editor/editor.h"
#include "tosca/text/source.h"

enum { HOVER_MAX = 64 * 1024, DIAGS_MAX = 1000 };

/* The document and place that params are about.  False: malformed, or the document is not open. */
static bool read_query(
    struct lsp *l, const json_t *params, struct editor_query *q, struct document **out_document)
{
	const char *uri = lsp_text_at(params, "textDocument", "uri");
	struct document *d = uri != NULL ? workspace_document(l, uri) : NULL;
	struct text_place place;

	if (d == NULL || !place_read(json_object_get(params, "position"), &place))
		return false;
	*out_document = d;
	*q = (struct editor_query){.catalog = l->catalog,
	    .file = d->file,
	    .text = d->text.p,
	    .n = d->text.n,
	    .offset = text_offset(&d->text, place, l->unit)};
	return true;
}

/* ---- definition ---------------------------------------------------------------------------- */

json_t *feature_definition(struct lsp *l, const json_t *params)
{
	struct editor_query q;
	struct editor_range r;
	struct document *d;

	if (!read_query(l, params, &q, &d))
		return NULL;
	if (!editor_define(&q, &r))
		return json_null();
	if (r.source != NULL) {
		struct source_range range = {r.source, r.begin, r.end};

		return place_location(l, &range);
	}
	json_t *o = json_object();
	json_object_set_new(o, "uri", lsp_string(d->uri));
	json_object_set_new(o, "range", place_range(l, d, r.begin, r.end));
	return o;
}

/* ---- hover --------------------------------------------------------------------------------- */

/* The titles of what is wrong there. */
static void add_diagnostics(struct lsp *l, const struct editor_query *q, const struct document *d,
    struct lm_buf *out, struct editor_range *about)
{
	LM_AUTO(diags) list = diags_new(DIAGS_MAX);
	size_t offset = text_offset_without(&d->text, q->offset);

	catalog_report(l->catalog, q->file, list);
	for (size_t i = 0; i < diags_count(list); i++) {
		const struct diag *g = diags_at(list, i);

		if (g->pos.end == 0 || g->pos.begin > offset || g->pos.end < offset)
			continue;
		if (about->end == 0)
			*about = (struct editor_range){NULL,
			    (uint32_t)text_offset_with(&d->text, g->pos.begin),
			    (uint32_t)text_offset_with(&d->text, g->pos.end)};
		lm_buf_printf(out, "%s%s: %s\n", out->n > 0 ? "\n---\n\n" : "", g->code, g->title);
	}
}

json_t *feature_hover(struct lsp *l, const json_t *params)
{
	struct editor_query q;
	struct editor_range about = {0};
	struct document *d;
	struct lm_buf text;

	if (!read_query(l, params, &q, &d))
		return NULL;
	lm_buf_init(&text, HOVER_MAX);
	editor_hover(&q, &text, &about);
	add_diagnostics(l, &q, d, &text, &about);
	if (text.n == 0) {
		lm_buf_fini(&text);
		return json_null();
	}
	json_t *o = json_object(), *contents = json_object();
	json_object_set_new(contents, "kind", json_string("markdown"));
	json_object_set_new(contents, "value", lsp_string(text.p));
	json_object_set_new(o, "contents", contents);
	json_object_set_new(o, "range", place_range(l, d, about.begin, about.end));
	lm_buf_fini(&text);
	return o;
}

/* ---- completion ---------------------------------------------------------------------------- */

/* The protocol's numbers for what an item is. */
static const int kinds[] = {
    [EDITOR_PROPERTY] = 10,
    [EDITOR_COMPONENT] = 9,
    [EDITOR_DESCRIPTOR] = 7,
    [EDITOR_OPERATION] = 2,
    [EDITOR_METRIC] = 5,
    [EDITOR_CAPABILITY] = 8,
    [EDITOR_RELATIONSHIP] = 18,
    [EDITOR_POLICY] = 23,
    [EDITOR_SECTION] = 14,
    [EDITOR_KEY] = 14,
    [EDITOR_WORD] = 12,
};

static json_t *completion_item(
    const struct lsp *l, const struct document *d, const struct editor_items *items, size_t i)
{
	const struct editor_item *item = &items->v[i];
	json_t *o = json_object(), *edit = json_object();

	json_object_set_new(o, "label", lsp_string(item->label));
	json_object_set_new(o, "kind", json_integer(kinds[item->kind]));
	if (item->detail != NULL)
		json_object_set_new(o, "detail", lsp_string(item->detail));
	if (item->documentation != NULL)
		json_object_set_new(o, "documentation", lsp_string(item->documentation));
	json_object_set_new(edit, "range", place_range(l, d, items->begin, items->end));
	json_object_set_new(edit, "newText", lsp_string(item->insert));
	json_object_set_new(o, "textEdit", edit);
	return o;
}

json_t *feature_completion(struct lsp *l, const json_t *params)
{
	LM_AUTO(lm_arena) a = lm_arena_new();
	struct editor_query q;
	struct document *d;

	if (!read_query(l, params, &q, &d))
		return NULL;
	struct editor_items items = editor_complete(&q, a);
	json_t *o = json_object(), *list = json_array();
	for (size_t i = 0; i < items.n; i++)
		json_array_append_new(list, completion_item(l, d, &items, i));
	json_object_set_new(o, "isIncomplete", json_boolean(items.cut));
	json_object_set_new(o, "items", list);
	return o;
}

/* ---- code actions -------------------------------------------------------------------------- */

static json_t *quick_fix(const struct lsp *l, const struct document *d, const struct diag *g)
{
	json_t *o = json_object(), *edit = json_object(), *changes = json_object();
	json_t *list = json_array(), *change = json_object();
	struct lm_buf title;

	lm_buf_init(&title, 512);
	lm_buf_printf(&title, "Change it to '%s'", g->fix.text);
	json_object_set_new(change, "range", place_source_range(l, &g->fix.pos));
	json_object_set_new(change, "newText", lsp_string(g->fix.text));
	json_array_append_new(list, change);
	json_object_set_new(changes, d->uri, list);
	json_object_set_new(edit, "changes", changes);
	json_object_set_new(o, "title", lsp_string(title.p));
	json_object_set_new(o, "kind", json_string("quickfix"));
	json_object_set_new(o, "diagnostics", json_pack("[o]", publish_diagnostic(l, g)));
	json_object_set_new(o, "isPreferred", json_true());
	json_object_set_new(o, "edit", edit);
	lm_buf_fini(&title);
	return o;
}

/* Fixes of what is wrong anywhere in the range. */
json_t *feature_actions(struct lsp *l, const json_t *params)
{
	LM_AUTO(diags) list = diags_new(DIAGS_MAX);
	const char *uri = lsp_text_at(params, "textDocument", "uri");
	const json_t *range = json_object_get(params, "range");
	struct document *d = uri != NULL ? workspace_document(l, uri) : NULL;
	struct text_place from, to;

	if (d == NULL || !place_read(json_object_get(range, "start"), &from) ||
	    !place_read(json_object_get(range, "end"), &to))
		return NULL;
	size_t begin = text_offset_without(&d->text, text_offset(&d->text, from, l->unit));
	size_t end = text_offset_without(&d->text, text_offset(&d->text, to, l->unit));
	json_t *actions = json_array();
	catalog_report(l->catalog, d->file, list);
	for (size_t i = 0; i < diags_count(list); i++) {
		const struct diag *g = diags_at(list, i);

		if (g->fix.text != NULL && g->fix.pos.source != NULL && g->pos.begin <= end &&
		    g->pos.end >= begin && strcmp(g->fix.pos.source->file, d->file) == 0)
			json_array_append_new(actions, quick_fix(l, d, g));
	}
	return actions;
}
