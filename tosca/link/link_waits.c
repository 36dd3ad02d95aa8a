/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "base/vec.h"
#include "tosca/link/link.h"

/*
 * Who waits for whom inside one assembly, as a graph.  Its vertices are the assembly's own
 * properties, and for each component: one vertex when it is a resource (nothing can be read from
 * it before all its inputs are there), one per property when it is an assembly.  Inside of an
 * assembly, an output waits for those inputs that its own 'waits' name.  A cycle can never come to
 * life.
 */
struct waits {
	size_t n_properties;
	/* inputs[i]: indices of the properties that a value may be mapped to and that i waits for */
	struct waits_list {
		const uint32_t *v;
		size_t n;
	} * inputs;
};

struct edges {
	uint32_t *v;
	size_t n, cap;
};

struct waiting {
	struct linker *l;
	struct lm_arena *arena;
	size_t n;           /* vertices */
	struct edges *from; /* from[v]: what v waits for */
	const char **names;
	const struct source_range **places;
	uint32_t *first; /* per component: its first vertex */
	size_t budget;   /* steps left before we give up */
};

enum { BUDGET = 50 * 1000 * 1000 };

static const struct descriptor *child_of(const struct waiting *w, const struct component *c)
{
	return catalog_get(w->l->catalog, c->canonical);
}

static bool is_hub(const struct waiting *w, const struct component *c)
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
		n += is_hub(w, c) ? 1 : child_of(w, c)->n_properties;
	}
	w->n = n;
	w->from = LM_NEW_N(w->arena, struct edges, n);
	w->names = LM_NEW_N(w->arena, const char *, n);
	w->places = LM_NEW_N(w->arena, const struct source_range *, n);
	for (size_t i = 0; i < d->n_properties; i++)
		name_vertex(w, i, d->properties[i].name.text, &d->properties[i].name.pos);
	for (size_t i = 0; i < d->n_components; i++) {
		const struct component *c = &d->components[i];
		const struct descriptor *child = child_of(w, c);

		if (is_hub(w, c)) {
			name_vertex(w, w->first[i], c->name.text, &c->name.pos);
			continue;
		}
		for (size_t k = 0; k < child->n_properties; k++)
			name_vertex(w, w->first[i] + k,
			    lm_arena_printf(
				w->arena, "%s.%s", c->name.text, child->properties[k].name.text),
			    &c->name.pos);
	}
}

/* The vertex that a reference reads; n when it reads nothing of this kind. */
static size_t vertex_of(const struct waiting *w, const struct expr_part *part)
{
	const struct descriptor *d = w->l->d;

	if (part->text != NULL)
		return w->n;
	if (part->scope == NULL) {
		const struct property *p = descriptor_property(d, part->name);

		return p == NULL ? w->n : (size_t)(p - d->properties);
	}
	const struct component *c = descriptor_component(d, part->scope);
	if (c == NULL)
		return w->n;
	size_t i = (size_t)(c - d->components);
	if (is_hub(w, c))
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
	bool hub = is_hub(w, c);

	for (size_t k = 0; k < c->n_properties; k++) {
		const struct mapping *m = &c->properties[k];
		const struct property *p =
		    child == NULL ? NULL : descriptor_property(child, m->name.text);

		if (hub)
			add_edges(w, w->first[i], &m->value);
		else if (p != NULL && is_input(p))
			add_edges(w, w->first[i] + (size_t)(p - child->properties), &m->value);
	}
	const struct waits *waits = hub ? NULL : catalog_waits(w->l->catalog, child);
	for (size_t k = 0; waits != NULL && k < waits->n_properties; k++)
		for (size_t j = 0; j < waits->inputs[k].n; j++)
			*LM_PUSH(w->arena, &w->from[w->first[i] + k]) =
			    w->first[i] + waits->inputs[k].v[j];
}

/* ---- cycles -------------------------------------------------------------------------------- */

struct step {
	uint32_t vertex;
	size_t next;
};

struct steps {
	struct step *v;
	size_t n, cap;
};

static void report(struct waiting *w, const struct steps *stack, uint32_t back)
{
	size_t i = stack->n;
	const char *path = "";

	while (i > 0 && stack->v[i - 1].vertex != back)
		i--;
	for (size_t k = i - 1; k < stack->n && strlen(path) < 800; k++)
		path = lm_arena_printf(w->arena, "%s%s -> ", path, w->names[stack->v[k].vertex]);
	struct diag *d = diag_add(w->l->diags, CODE_VALUE_CYCLE, w->places[back],
	    "'%s' waits for itself: %s%s", w->names[back], path, w->names[back]);
	diag_help(w->l->diags, d, "give one of them a value that does not come from the others");
}

/* One depth-first search; each cycle is reported where it closes. */
static void find_cycles(struct waiting *w)
{
	enum { WHITE, GREY, BLACK };
	unsigned char *colour = lm_arena_alloc(w->arena, w->n);
	struct steps stack = {0};

	for (size_t root = 0; root < w->n; root++) {
		if (colour[root] != WHITE)
			continue;
		colour[root] = GREY;
		*LM_PUSH(w->arena, &stack) = (struct step){(uint32_t)root, 0};
		while (stack.n > 0) {
			struct step *top = &stack.v[stack.n - 1];

			if (top->next == w->from[top->vertex].n) {
				colour[top->vertex] = BLACK;
				stack.n--;
				continue;
			}
			uint32_t to = w->from[top->vertex].v[top->next++];
			if (colour[to] == GREY)
				report(w, &stack, to);
			if (colour[to] != WHITE)
				continue;
			colour[to] = GREY;
			*LM_PUSH(w->arena, &stack) = (struct step){to, 0};
		}
	}
}

/* ---- what parents need to know ------------------------------------------------------------- */

/* The inputs that property 'from' waits for; 'seen' holds the last search that met a vertex. */
static struct waits_list reach(struct waiting *w, size_t from, uint32_t *seen)
{
	const struct descriptor *d = w->l->d;
	struct edges todo = {0}, found = {0};
	uint32_t mark = (uint32_t)from + 1;

	*LM_PUSH(w->arena, &todo) = (uint32_t)from;
	seen[from] = mark;
	while (todo.n > 0 && w->budget > 0) {
		uint32_t v = todo.v[--todo.n];

		w->budget--;
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

/* A copy in one piece, for parents to read as long as the catalog holds the descriptor. */
static struct waits *waits_new(const struct waits_list *inputs, size_t n)
{
	size_t total = 0;

	for (size_t i = 0; i < n; i++)
		total += inputs[i].n;
	if (total == 0)
		return NULL;
	struct waits *waits = malloc(sizeof *waits + n * sizeof *inputs + total * sizeof(uint32_t));
	if (waits == NULL)
		abort();
	waits->n_properties = n;
	waits->inputs = (struct waits_list *)(waits + 1);
	uint32_t *v = (uint32_t *)(waits->inputs + n);
	for (size_t i = 0; i < n; i++) {
		waits->inputs[i] = (struct waits_list){v, inputs[i].n};
		if (inputs[i].n > 0)
			memcpy(v, inputs[i].v, inputs[i].n * sizeof *v);
		v += inputs[i].n;
	}
	return waits;
}

void waits_free(struct waits *waits)
{
	free(waits);
}

bool waits_equal(const struct waits *a, const struct waits *b)
{
	if (a == NULL || b == NULL)
		return a == b;
	if (a->n_properties != b->n_properties)
		return false;
	for (size_t i = 0; i < a->n_properties; i++) {
		const struct waits_list *la = &a->inputs[i], *lb = &b->inputs[i];

		if (la->n != lb->n ||
		    (la->n > 0 && memcmp(la->v, lb->v, la->n * sizeof la->v[0]) != 0))
			return false;
	}
	return true;
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
	find_cycles(&w);
	if (d->name.kind == NAME_RESOURCE)
		return;
	struct waits_list *inputs = LM_NEW_N(w.arena, struct waits_list, d->n_properties);
	uint32_t *seen = LM_NEW_N(w.arena, uint32_t, w.n);
	for (size_t i = 0; i < d->n_properties; i++)
		inputs[i] = reach(&w, i, seen);
	if (w.budget == 0)
		diag_add(l->diags, CODE_TOO_MANY, &d->pos,
		    "too many properties of '%s' depend on too many others", d->name.full);
	l->waits = waits_new(inputs, d->n_properties);
}
