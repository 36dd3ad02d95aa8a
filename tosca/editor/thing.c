/* SPDX-License-Identifier: Apache-2.0 */
#include "tosca/editor/thing.h"

#include <string.h>

#include "tosca/editor/words.h"

static char *text_of(const struct place *p, struct outline_span span)
{
	return outline_text(&p->outline, p->arena, span);
}

/* An entry of a section of this document. */
static uint32_t entry_of(const struct place *p, const char *section, const char *name)
{
	return outline_find(&p->outline, place_section(p, section), name);
}

static struct thing own_property(const struct place *p, struct thing t)
{
	t.kind = THING_PROPERTY;
	t.owner = p->self;
	t.entry = entry_of(p, "properties", t.name);
	if (t.entry == OUTLINE_NONE)
		t.entry = entry_of(p, "private-properties", t.name);
	if (t.entry == OUTLINE_NONE)
		t.kind = THING_NONE;
	return t;
}

static struct thing component(const struct place *p, struct thing t, uint32_t entry)
{
	t.kind = entry != OUTLINE_NONE ? THING_COMPONENT : THING_NONE;
	t.entry = entry;
	t.owner = entry != OUTLINE_NONE ? place_type(p, entry) : NULL;
	return t;
}

/* Something of the descriptor that a component is made from. */
static struct thing of_component(
    const struct place *p, struct thing t, enum thing_kind kind, uint32_t entry)
{
	t.owner = entry != OUTLINE_NONE ? place_type(p, entry) : NULL;
	t.component = entry;
	t.kind = t.owner != NULL ? kind : THING_NONE;
	return t;
}

static struct thing in_expr(const struct place *p, struct thing t)
{
	if (!p->scoped)
		return own_property(p, t);
	char *scope = text_of(p, p->scope);
	if (strcmp(scope, "instance") == 0) {
		t.kind = THING_INSTANCE;
		return t;
	}
	if (p->on_scope)
		return component(p, t, place_scope(p, scope));
	return of_component(p, t, THING_PROPERTY, place_scope(p, scope));
}

static struct thing in_path(const struct place *p, struct thing t, enum thing_kind kind)
{
	if (!p->scoped && p->what == PLACE_OWN_METRIC) {
		t.kind = THING_METRIC;
		t.entry = entry_of(p, "metrics", t.name);
		t.owner = p->self;
		return t;
	}
	if (!p->scoped || p->on_scope)
		return component(p, t, place_scope(p, t.name));
	return of_component(p, t, kind, place_scope(p, text_of(p, p->scope)));
}

/* A key that defines something here. */
static struct thing defined_here(const struct place *p, struct thing t)
{
	static const struct {
		const char *section;
		enum thing_kind kind;
	} rows[] = {
	    {"properties", THING_PROPERTY},
	    {"private-properties", THING_PROPERTY},
	    {"composition", THING_COMPONENT},
	    {"references", THING_COMPONENT},
	    {"operations", THING_OPERATION},
	    {"metrics", THING_METRIC},
	    {"capabilities", THING_CAPABILITY},
	    {"requirements", THING_CAPABILITY},
	};
	char *section = place_key(p, p->section);

	if (p->entry != p->member)
		return t;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		if (strcmp(rows[i].section, section) != 0)
			continue;
		t.entry = p->entry;
		t.kind = rows[i].kind;
		t.owner = p->self;
		if (t.kind == THING_COMPONENT)
			return component(p, t, p->entry);
	}
	return t;
}

static struct thing word(const struct place *p, struct thing t)
{
	t.text = p->what == PLACE_TRANSITION ? words_about_transition(t.name)
					     : words_about(p->words, t.name);
	t.kind = t.text != NULL ? THING_WORD : THING_NONE;
	return t;
}

static struct thing descriptor(const struct place *p, struct thing t)
{
	const struct descriptor *d = p->what == PLACE_SELF ? p->self : place_type(p, p->member);

	t.kind = d != NULL ? THING_DESCRIPTOR : THING_NONE;
	t.owner = d;
	return t;
}

struct thing thing_at(const struct place *p)
{
	struct thing t = {.entry = OUTLINE_NONE, .component = OUTLINE_NONE};

	if (p->what == PLACE_NONE)
		return t;
	t.about = p->on_scope ? p->scope : p->name;
	t.name = text_of(p, t.about);
	switch (p->what) {
	case PLACE_KEY:
	case PLACE_WORD:
	case PLACE_SECTION:
	case PLACE_TRANSITION:
		return word(p, t);
	case PLACE_NAME:
		return defined_here(p, t);
	case PLACE_SELF:
	case PLACE_DESCRIPTOR:
		return descriptor(p, t);
	case PLACE_MAPPING:
		return of_component(p, t, THING_PROPERTY, p->member);
	case PLACE_EXPR:
		return in_expr(p, t);
	case PLACE_END:
		return in_path(p, t, THING_CAPABILITY);
	case PLACE_CALL:
	case PLACE_OPERATION:
		return in_path(p, t, THING_OPERATION);
	case PLACE_METRIC:
	case PLACE_OWN_METRIC:
		return in_path(p, t, THING_METRIC);
	case PLACE_CLUSTER:
		return component(p, t, place_component(p, t.name, false));
	case PLACE_NONE:
	case PLACE_ARGUMENT:
		break;
	}
	return t;
}

/* ---- definition ---------------------------------------------------------------------------- */

static const struct spot *spot_in(
    const struct descriptor *d, enum thing_kind kind, const char *name)
{
	const struct property *p;
	const struct operation *o;
	const struct metric *m;

	switch (kind) {
	case THING_PROPERTY:
		p = descriptor_property(d, name);
		return p != NULL ? &p->name : NULL;
	case THING_OPERATION:
		o = descriptor_operation(d, name);
		return o != NULL ? &o->name : NULL;
	case THING_METRIC:
		m = descriptor_metric(d, name);
		return m != NULL ? &m->name : NULL;
	case THING_CAPABILITY:
		for (size_t i = 0; i < d->n_capabilities; i++)
			if (strcmp(d->capabilities[i].name.text, name) == 0)
				return &d->capabilities[i].name;
		return NULL;
	default:
		return NULL;
	}
}

bool editor_define(const struct editor_query *q, struct editor_range *out)
{
	LM_AUTO(lm_arena) a = lm_arena_new();
	struct place p = place_find(a, q);
	struct thing t = thing_at(&p);
	const struct source_range *pos = NULL;

	if (t.kind == THING_NONE)
		return false;
	if (t.entry != OUTLINE_NONE) {
		struct outline_span key = p.outline.v[t.entry].key;

		*out = (struct editor_range){NULL, key.begin, key.end};
		return true;
	}
	if (t.kind == THING_DESCRIPTOR) {
		pos = &t.owner->pos;
	} else if (t.owner != NULL) {
		const struct spot *spot = spot_in(t.owner, t.kind, t.name);

		pos = spot != NULL ? &spot->pos : NULL;
	}
	if (pos == NULL)
		return false;
	*out = (struct editor_range){pos->source, pos->begin, pos->end};
	return true;
}
