/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The outline of a document.  A large one has tens of thousands of symbols: they are written as they
 * come, without a tree of values in between.
 */
#include "base/json.h"
#include "lm/lsp/lsp.h"
#include "tosca/editor/editor.h"

enum { NONE = UINT32_MAX };

/* The protocol's numbers for what a symbol is. */
static const int kinds[] = {
    [EDITOR_PROPERTY] = 7,
    [EDITOR_COMPONENT] = 19,
    [EDITOR_DESCRIPTOR] = 5,
    [EDITOR_OPERATION] = 6,
    [EDITOR_METRIC] = 8,
    [EDITOR_CAPABILITY] = 11,
    [EDITOR_RELATIONSHIP] = 24,
    [EDITOR_POLICY] = 24,
    [EDITOR_SECTION] = 3,
    [EDITOR_KEY] = 20,
    [EDITOR_WORD] = 15,
};

static void write_range(const struct lsp *l, const struct document *d, struct lm_json *j,
    const char *key, size_t begin, size_t end)
{
	struct text_place from = text_place(&d->text, begin, l->unit);
	struct text_place to = text_place(&d->text, end, l->unit);
	char range[160];

	snprintf(range, sizeof range,
	    "{\"start\":{\"line\":%zu,\"character\":%zu},"
	    "\"end\":{\"line\":%zu,\"character\":%zu}}",
	    from.line, from.column, to.line, to.column);
	lm_json_raw(j, key, range);
}

/* What it has but its children. */
static void write_symbol(
    const struct lsp *l, const struct document *d, struct lm_json *j, const struct editor_symbol *s)
{
	lm_json_str(j, "name", s->name);
	lm_json_int(j, "kind", kinds[s->kind]);
	if (s->detail != NULL)
		lm_json_str(j, "detail", s->detail);
	write_range(l, d, j, "range", s->begin, s->end);
	write_range(l, d, j, "selectionRange", s->name_begin, s->name_end);
}

/* Ends a symbol and those around it, up to the one to which another child is to be added. */
static void close_up_to(
    struct lm_json *j, const struct editor_symbol *v, uint32_t open, uint32_t parent)
{
	for (bool has_children = false; open != parent; open = v[open].parent) {
		if (has_children)
			lm_json_close(j, ']');
		lm_json_close(j, '}');
		has_children = true;
	}
}

bool feature_symbols(struct lsp *l, const json_t *params, struct lm_buf *out)
{
	LM_AUTO(lm_arena) a = lm_arena_new();
	const char *uri = lsp_text_at(params, "textDocument", "uri");
	struct document *d = uri != NULL ? workspace_document(l, uri) : NULL;
	struct lm_json j = lm_json_on(out);
	uint32_t open = NONE; /* the symbol that is being written */
	size_t n;

	if (d == NULL)
		return false;
	const struct editor_symbol *v = editor_symbols(a, d->text.p, d->text.n, &n);
	lm_json_open(&j, NULL, '[');
	for (uint32_t i = 0; i < n; i++) {
		if (open != v[i].parent)
			close_up_to(&j, v, open, v[i].parent);
		else if (open != NONE)
			lm_json_open(&j, "children", '[');
		lm_json_open(&j, NULL, '{');
		write_symbol(l, d, &j, &v[i]);
		open = i;
	}
	close_up_to(&j, v, open, NONE);
	lm_json_close(&j, ']');
	return true;
}
