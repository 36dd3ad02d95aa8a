/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/vec.h"
#include "tosca/link/link_waits.h"

enum { BUDGET = 50 * 1000 * 1000 };

static const struct descriptor *child_of(struct waiting *w, const struct component *c)
{
	if (w->last_type == NULL || w->last_type != c->canonical) {
		w->last_type = c->canonical;
		w->last_child = catalog_get(w->l->catalog, c->canonical);
	}
	return w->last_child;
}

bool waiting_is_hub(struct waiting *w, const struct component *c)
{
	const struct descriptor *child = child_of(w, c);

	return child == NULL || child->name.kind == NAME_RESOURCE;
}

static bool is_input(const struct property *p)
{
	return !p->read_only && !expr_is_literal(&p->value);
}

/* ---- vertices ------------------------------------------------------------------------------ */

static void name_vertex(
    struct waiting *w, size_t v, const char *name, const struct source_range *place)
{
	w->names[v] = name;
	w->places[v] = place;
}

static void add_vertices(struct waiting *w)
{
	const struct descriptor *d = w->l->d;
	size_t n = d->n_properties;

	w->first = LM_NEW_N(w->arena, uint32_t, d->n_components);
	for (size_t i = 0; i < d->n_components; i++) {
		const struct component *c = &d->components[i];

		w->first[i] = (uint32_t)n;
		n += waiting_is_hub(w, c) ? 1 : child_of(w, c)->n_properties;
	}
	w->n = n;
	w->from = LM_NEW_N(w->arena, struct edges, n);
	w->names = LM_NEW_N(w->arena, const char *, n);
	w->places = LM_NEW_N(w->arena, const struct source_range *, n);
	w->gives = LM_NEW_N(w->arena, bool, n);
	for (size_t i = 0; i < d->n_properties; i++)
		name_vertex(w, i, d->properties[i].name.text, &d->properties[i].name.pos);
	for (size_t i = 0; i < d->n_components; i++) {
		const struct component *c = &d->components[i];
		const struct descriptor *child = child_of(w, c);

		if (waiting_is_hub(w, c)) {
			name_vertex(w, w->first[i], c->name.text, &c->name.pos);
			w->gives[w->first[i]] = child != NULL;
			continue;
		}
		const struct waits *inside = catalog_waits(w->l->catalog, child);
		for (size_t k = 0; k < child->n_properties; k++)
			name_vertex(w, w->first[i] + k,
			    lm_arena_printf(
				w->arena, "%s.%s", c->name.text, child->properties[k].name.text),
			    &c->name.pos);
		for (size_t k = 0; inside != NULL && k < inside->n_properties; k++)
			w->gives[w->first[i] + k] = inside->given[k];
	}
}

/* The vertex that a reference reads; n when it reads nothing of this kind. */
static size_t vertex_of(struct waiting *w, const struct expr_part *part)
{
	const struct descriptor *d = w->l->d;

	if (part->text != NULL)
		return w->n;
	if (part->scope == NULL) {
		const struct property *p = descriptor_property(d, part->name);

		return p == NULL ? w->n : (size_t)(p - d->properties);
	}
	const struct component *c = expr_part_component(d, part);
	if (c == NULL)
		return w->n;
	size_t i = (size_t)(c - d->components);
	if (waiting_is_hub(w, c))
		return w->first[i];
	const struct descriptor *child = child_of(w, c);
	const struct property *p = descriptor_public(child, part->name);
	return p == NULL ? w->n : w->first[i] + (size_t)(p - child->properties);
}

/* ---- edges --------------------------------------------------------------------------------- */

static void add_edges(struct waiting *w, size_t from, const struct expr *e)
{
	for (size_t i = 0; i < e->n; i++) {
		size_t to = vertex_of(w, &e->parts[i]);

		if (to < w->n)
			*LM_PUSH(w->arena, &w->from[from]) = (uint32_t)to;
	}
}

static void add_component_edges(struct waiting *w, size_t i)
{
	const struct component *c = &w->l->d->components[i];
	const struct descriptor *child = child_of(w, c);
	bool hub = waiting_is_hub(w, c);

	for (size_t k = 0; k < c->n_properties; k++) {
		const struct mapping *m = &c->properties[k];
		const struct property *p =
		    child == NULL ? NULL : descriptor_property(child, m->name.text);

		if (child == NULL || (p != NULL && !is_input(p)) ||
		    (p == NULL && !property_is_special(m->name.text)))
			continue;
		if (hub)
			add_edges(w, w->first[i], &m->value);
		else if (p != NULL)
			add_edges(w, w->first[i] + (size_t)(p - child->properties), &m->value);
	}
	const struct waits *waits = hub ? NULL : catalog_waits(w->l->catalog, child);
	for (size_t k = 0; waits != NULL && k < waits->n_properties; k++)
		for (size_t j = 0; j < waits->inputs[k].n; j++)
			*LM_PUSH(w->arena, &w->from[w->first[i] + k]) =
			    w->first[i] + waits->inputs[k].v[j];
}

/* ---- cycles -------------------------------------------------------------------------------- */

static bool is_within(const uint32_t *first, uint32_t v)
{
	return *first <= v;
}

/* The component that a vertex belongs to: the last one that begins there or before. */
static const struct component *component_of(const struct waiting *w, uint32_t v)
{
	size_t after = LM_PLACE(w->first, w->l->d->n_components, is_within, v);

	return &w->l->d->components[after - 1];
}

/* Where in 'e' the vertex is read; NULL: nowhere. */
static const struct source_range *reading(struct waiting *w, const struct expr *e, uint32_t to)
{
	for (size_t i = 0; i < e->n; i++)
		if (vertex_of(w, &e->parts[i]) == to)
			return &e->parts[i].pos;
	return NULL;
}

static void note_mapping(
    struct waiting *w, struct diag *diag, const struct component *c, uint32_t v, uint32_t to)
{
	bool hub = waiting_is_hub(w, c);
	const struct descriptor *child = child_of(w, c);
	const struct property *p =
	    hub ? NULL : &child->properties[v - w->first[c - w->l->d->components]];

	for (size_t i = 0; i < c->n_properties; i++) {
		const struct mapping *m = &c->properties[i];
		const struct source_range *at = reading(w, &m->value, to);

		if (at == NULL || (!hub && strcmp(m->name.text, p->name.text) != 0))
			continue;
		diag_note(w->l->diags, diag, at, "'%s.%s' waits for '%s'", c->name.text,
		    m->name.text, w->names[to]);
		return;
	}
	if (!hub)
		diag_note(w->l->diags, diag, &p->name.pos, "inside, '%s' waits for '%s'",
		    w->names[v], w->names[to]);
}

void waiting_note(struct waiting *w, struct diag *diag, uint32_t v, uint32_t to)
{
	if (v >= w->l->d->n_properties) {
		note_mapping(w, diag, component_of(w, v), v, to);
		return;
	}
	const struct property *p = &w->l->d->properties[v];
	const struct source_range *at = reading(w, &p->value, to);
	if (at == NULL)
		at = reading(w, &p->fallback, to);
	if (at != NULL)
		diag_note(w->l->diags, diag, at, "'%s' waits for '%s'", p->name.text, w->names[to]);
}

static void report(void *arg, const uint32_t *path, size_t n)
{
	struct waiting *w = arg;
	const char *text = "";

	for (size_t i = 0; i < n && strlen(text) < 800; i++)
		text = lm_arena_printf(w->arena, "%s%s -> ", text, w->names[path[i]]);
	struct diag *d = diag_add(w->l->diags, CODE_VALUE_CYCLE, w->places[path[0]],
	    "'%s' waits for itself: %s%s", w->names[path[0]], text, w->names[path[0]]);
	diag_help(w->l->diags, d, "give one of them a value that does not come from the others");
	for (size_t i = 0; i < n; i++)
		waiting_note(w, d, path[i], path[(i + 1) % n]);
}

/* ---- what parents need to know ------------------------------------------------------------- */

/* The inputs that property 'from' waits for; 'seen' holds the last search that met a vertex. */
static struct waits_list reach(struct waiting *w, size_t from, uint32_t *seen, bool *given)
{
	const struct descriptor *d = w->l->d;
	struct edges todo = {0}, found = {0};
	uint32_t mark = (uint32_t)from + 1;

	*LM_PUSH(w->arena, &todo) = (uint32_t)from;
	seen[from] = mark;
	while (todo.n > 0 && w->budget > 0) {
		uint32_t v = todo.v[--todo.n];

		w->budget--;
		*given = *given || w->gives[v];
		if (v != from && v < d->n_properties && is_input(&d->properties[v]))
			*LM_PUSH(w->arena, &found) = v;
		for (size_t i = 0; i < w->from[v].n && w->budget > 0; i++) {
			uint32_t to = w->from[v].v[i];

			w->budget--;
			if (seen[to] == mark)
				continue;
			seen[to] = mark;
			*LM_PUSH(w->arena, &todo) = to;
		}
	}
	return (struct waits_list){found.v, found.n};
}

/* Marks the own properties that resources wait for, here or further inside. */
static void find_taken(struct waiting *w, struct waits *waits)
{
	const struct descriptor *d = w->l->d;
	bool *seen = LM_NEW_N(w->arena, bool, w->n);
	struct edges todo = {0};

	for (size_t i = 0; i < d->n_components; i++) {
		const struct component *c = &d->components[i];
		const struct descriptor *child = child_of(w, c);
		const struct waits *inside =
		    waiting_is_hub(w, c) ? NULL : catalog_waits(w->l->catalog, child);

		if (waiting_is_hub(w, c) && child != NULL)
			*LM_PUSH(w->arena, &todo) = w->first[i];
		waits->leafy = waits->leafy || (inside != NULL ? inside->leafy : child != NULL);
		for (size_t k = 0; inside != NULL && k < inside->n_properties; k++)
			if (inside->taken[k])
				*LM_PUSH(w->arena, &todo) = w->first[i] + (uint32_t)k;
	}
	while (todo.n > 0) {
		uint32_t v = todo.v[--todo.n];

		if (seen[v])
			continue;
		seen[v] = true;
		for (size_t i = 0; i < w->from[v].n; i++)
			if (!seen[w->from[v].v[i]])
				*LM_PUSH(w->arena, &todo) = w->from[v].v[i];
	}
	for (size_t i = 0; i < d->n_properties; i++)
		waits->taken[i] = seen[i];
}

void link_waits(struct linker *l)
{
	const struct descriptor *d = l->d;
	struct waiting w = {.l = l, .arena = l->scratch, .budget = BUDGET};

	add_vertices(&w);
	for (size_t i = 0; i < d->n_properties; i++) {
		add_edges(&w, i, &d->properties[i].value);
		add_edges(&w, i, &d->properties[i].fallback);
	}
	for (size_t i = 0; i < d->n_components; i++)
		add_component_edges(&w, i);
	LM_AUTO(lm_arena) arena = lm_arena_new();
	cycles_find(w.from, w.n, arena, report, &w);
	link_order(&w);
	if (d->name.kind == NAME_RESOURCE)
		return;
	struct waits waits = {.n_properties = d->n_properties};
	uint32_t *seen = LM_NEW_N(w.arena, uint32_t, w.n);
	waits.inputs = LM_NEW_N(w.arena, struct waits_list, d->n_properties);
	waits.given = LM_NEW_N(w.arena, bool, d->n_properties);
	waits.taken = LM_NEW_N(w.arena, bool, d->n_properties);
	for (size_t i = 0; i < d->n_properties; i++)
		waits.inputs[i] = reach(&w, i, seen, &waits.given[i]);
	find_taken(&w, &waits);
	if (w.budget == 0)
		diag_add(l->diags, CODE_TOO_MANY, &d->pos,
		    "too many properties of '%s' depend on too many others", d->name.full);
	l->waits = waits_dup(&waits);
}
