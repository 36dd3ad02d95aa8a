/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/vec.h"
#include "tosca/editor/editor.h"
#include "tosca/editor/outline.h"

static const struct {
	const char *section;
	enum editor_kind kind;
} kinds[] = {
    {"properties", EDITOR_PROPERTY},
    {"private-properties", EDITOR_PROPERTY},
    {"composition", EDITOR_COMPONENT},
    {"references", EDITOR_COMPONENT},
    {"relationships", EDITOR_RELATIONSHIP},
    {"operations", EDITOR_OPERATION},
    {"metrics", EDITOR_METRIC},
    {"policies", EDITOR_POLICY},
    {"capabilities", EDITOR_CAPABILITY},
    {"requirements", EDITOR_CAPABILITY},
};

struct list {
	struct lm_arena *arena;
	const struct outline *o;
	LM_VEC(struct editor_symbol) symbols;
};

static uint32_t add(struct list *l, uint32_t entry, enum editor_kind kind, uint32_t parent)
{
	const struct outline_entry *e = &l->o->v[entry];
	struct editor_symbol *s = LM_PUSH(l->arena, &l->symbols);

	s->kind = kind;
	s->name = outline_text(l->o, l->arena, e->key);
	s->parent = parent;
	s->begin = s->name_begin = e->key.begin;
	s->name_end = e->key.end;
	s->end = e->end > e->key.end ? e->end : e->key.end;
	return (uint32_t)(l->symbols.n - 1);
}

static void add_section(struct list *l, uint32_t section, uint32_t parent)
{
	uint32_t in = add(l, section, EDITOR_SECTION, parent), i = OUTLINE_NONE;
	const char *name = l->symbols.v[in].name;

	for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++) {
		if (strcmp(kinds[k].section, name) != 0)
			continue;
		while ((i = outline_next(l->o, section, i)) != OUTLINE_NONE) {
			if (l->o->v[i].item || l->o->v[i].key.end == l->o->v[i].key.begin)
				continue;
			uint32_t at = add(l, i, kinds[k].kind, in);
			l->symbols.v[at].detail = outline_value(l->o, l->arena, i, "type");
		}
	}
}

/* A document stands under its name. */
static void add_document(struct list *l, uint32_t document)
{
	uint32_t name = outline_find(l->o, document, "name"), i = OUTLINE_NONE;
	uint32_t in = UINT32_MAX;

	if (name != OUTLINE_NONE && l->o->v[name].has_value) {
		struct editor_symbol *s;

		in = add(l, document, EDITOR_DESCRIPTOR, UINT32_MAX);
		s = &l->symbols.v[in];
		s->name = outline_text(l->o, l->arena, l->o->v[name].value);
		s->name_begin = l->o->v[name].value.begin;
		s->name_end = l->o->v[name].value.end;
		s->end = s->end > s->name_end ? s->end : s->name_end;
	}
	while ((i = outline_next(l->o, document, i)) != OUTLINE_NONE)
		if (!l->o->v[i].item && i != name && l->o->v[i].key.end > l->o->v[i].key.begin)
			add_section(l, i, in);
}

struct editor_symbol *editor_symbols(struct lm_arena *a, const char *text, size_t n, size_t *out_n)
{
	/* A cursor beyond the text touches nothing. */
	struct outline o = outline_read(a, text, n, n + 1);
	struct list l = {.arena = a, .o = &o};

	for (uint32_t i = 0; i < o.n_entries; i++)
		if (o.v[i].parent == OUTLINE_NONE)
			add_document(&l, i);
	*out_n = l.symbols.n;
	return l.symbols.v;
}
