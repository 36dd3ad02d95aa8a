/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "tosca/link/link_waits.h"

/*
 * What relationships add to the waiting: one that comes before its target's start comes after its
 * source's, and so the target waits for the source.  Components at their ends get vertices for the
 * states they go through; a relationship has one for what waits until it is there.
 *
 *	created after an end is in a state (post): the relationship waits for that state
 *	created before an end reaches it (pre): that state waits for the relationship, which
 *	waits for the state before
 *
 * Where both ends are 'post' nothing waits for the relationship.  An end that is an assembly means
 * every resource in it: what comes after all of them are there, and what they all wait for, are
 * two ladders.  Only what must be is here, so that whatever is found to be a cycle is one; what is
 * ordered by relationships inside of a nested assembly is looked at there alone.
 */
#define NO_LADDER UINT32_MAX

/* What an added vertex stands for. */
struct added {
	uint32_t component, relationship; /* UINT32_MAX: it is the other one */
	enum end_state state;
};

struct ordering {
	struct waiting *w;
	struct lm_arena *arena;
	LM_VEC(struct edges) from; /* of all vertices; the first w->n are those of values */
	LM_VEC(struct added) added;
	uint32_t *ladder; /* per component: its first state; NO_LADDER: none yet */
};

/* ---- vertices ------------------------------------------------------------------------------ */

static void wait_for(struct ordering *o, uint32_t v, uint32_t to)
{
	*LM_PUSH(o->arena, &o->from.v[v]) = to;
}

static uint32_t add_vertex(
    struct ordering *o, uint32_t component, uint32_t relationship, enum end_state state)
{
	*LM_PUSH(NULL, &o->added) = (struct added){component, relationship, state};
	LM_PUSH(NULL, &o->from);
	return (uint32_t)o->from.n - 1;
}

/* The rungs of one ladder: each state comes after the one below. */
static uint32_t add_ladder(struct ordering *o, uint32_t component)
{
	uint32_t bottom = (uint32_t)o->from.n;

	for (int s = END_CREATED; s < END_STATE_N; s++) {
		uint32_t v = add_vertex(o, component, UINT32_MAX, (enum end_state)s);

		if (s > END_CREATED)
			wait_for(o, v, v - 1);
	}
	return bottom;
}

/* A resource begins when all its inputs are there, and has values when it is installed. */
static void add_resource(struct ordering *o, uint32_t component)
{
	uint32_t hub = o->w->first[component], bottom = add_ladder(o, component);
	const struct edges *inputs = &o->w->from[hub];

	for (size_t i = 0; i < inputs->n; i++)
		wait_for(o, bottom, inputs->v[i]);
	wait_for(o, hub, bottom + END_INSTALLED);
	o->ladder[component] = bottom;
}

/* The lower ladder: what all resources in it wait for; the upper: when all of them are there. */
static void add_assembly(struct ordering *o, uint32_t component, const struct waits *inside)
{
	uint32_t first = o->w->first[component];
	uint32_t lower = add_ladder(o, component), upper = add_ladder(o, component);

	for (uint32_t s = 0; s < END_STATE_N && inside->leafy; s++)
		wait_for(o, upper + s, lower + s);
	for (uint32_t i = 0; i < inside->n_properties; i++) {
		if (inside->given[i])
			wait_for(o, first + i, lower + END_INSTALLED);
		if (inside->taken[i])
			wait_for(o, upper, first + i);
	}
	o->ladder[component] = lower;
}

/* ---- ends ---------------------------------------------------------------------------------- */

enum many { ONE, MANY, UNKNOWN };

static enum many how_many(const struct component *c)
{
	const struct component_numbers *k = component_numbers(c);
	const struct expr *e = c->clustered ? &k->max : &k->quantity;
	unsigned n;

	if (e->n == 0)
		return c->clustered ? MANY : ONE;
	if (!expr_is_literal(e) || !expr_number(expr_literal(e), UINT32_MAX, &n))
		return UNKNOWN;
	return n > 1 ? MANY : ONE;
}

/* The component at an end, with its ladder; NULL: a reference, or not known well enough. */
static const struct component *end_of(struct ordering *o, const struct path *end)
{
	const struct descriptor *d = o->w->l->d;
	const struct component *c = path_component(d, end);
	uint32_t i = c == NULL ? 0 : (uint32_t)(c - d->components);

	if (c == NULL || o->ladder[i] != NO_LADDER)
		return c;
	const struct descriptor *child = link_child(o->w->l, c);
	if (child == NULL)
		return NULL;
	const struct waits *inside = catalog_waits(o->w->l->catalog, child);
	if (child->name.kind == NAME_ASSEMBLY && inside == NULL)
		return NULL;
	if (child->name.kind == NAME_RESOURCE)
		add_resource(o, i);
	else
		add_assembly(o, i, inside);
	return c;
}

/* The vertex that means: all of it is in that state. */
static uint32_t reached(const struct ordering *o, const struct component *c, int state)
{
	uint32_t i = (uint32_t)(c - o->w->l->d->components);

	return o->ladder[i] + (waiting_is_hub(o->w, c) ? 0 : END_STATE_N) + (uint32_t)state;
}

/* The vertex that means: nothing of it goes into that state before. */
static uint32_t entering(const struct ordering *o, const struct component *c, int state)
{
	return o->ladder[c - o->w->l->d->components] + (uint32_t)state;
}

static bool is_end(const struct component *c, const struct path *ends, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(ends[i].scope.text, c->name.text) == 0)
			return true;
	return false;
}

struct side {
	const struct path *ends;
	size_t n;
	enum end_state state;
	bool pre;
};

/*
 * 'last' waits for the relationship, which waits for 'first'.  A single component that stands on
 * both sides has no relationship with itself.
 */
static void order_sides(
    struct ordering *o, uint32_t relationship, const struct side *first, const struct side *last)
{
	int state = first->pre ? (int)first->state - 1 : (int)first->state;

	if (state < 0 || !link_afford(o->w->l, last->n * (first->n < 2 ? 1 : first->n)))
		return;
	uint32_t v = add_vertex(o, UINT32_MAX, relationship, END_CREATED);
	for (size_t i = 0; i < first->n; i++) {
		const struct component *c = end_of(o, &first->ends[i]);

		if (c != NULL)
			wait_for(o, v, reached(o, c, state));
	}
	for (size_t i = 0; i < last->n; i++) {
		const struct component *c = end_of(o, &last->ends[i]);

		if (c != NULL && (how_many(c) == MANY || !is_end(c, first->ends, first->n)))
			wait_for(o, entering(o, c, (int)last->state), v);
	}
}

/* ---- cycles -------------------------------------------------------------------------------- */

static const struct added *added_at(const struct ordering *o, uint32_t v)
{
	return v < o->w->n ? NULL : &o->added.v[v - o->w->n];
}

static bool is_relationship(const struct ordering *o, uint32_t v)
{
	const struct added *a = added_at(o, v);

	return a != NULL && a->relationship != UINT32_MAX;
}

static bool is_state(const struct ordering *o, uint32_t v)
{
	const struct added *a = added_at(o, v);

	return a != NULL && a->component != UINT32_MAX;
}

static const char *name_of(const struct ordering *o, uint32_t v)
{
	const struct descriptor *d = o->w->l->d;
	const struct added *a = added_at(o, v);

	if (a == NULL)
		return o->w->names[v];
	if (a->component == UINT32_MAX)
		return d->relationships[a->relationship].name.text;
	return lm_arena_printf(
	    o->arena, "%s %s", d->components[a->component].name.text, end_state_text(a->state));
}

static const struct source_range *place_of_end(
    const struct relationship *rel, const char *component)
{
	for (size_t i = 0; i < rel->n_sources; i++)
		if (strcmp(rel->sources[i].scope.text, component) == 0)
			return &rel->sources[i].pos;
	for (size_t i = 0; i < rel->n_targets; i++)
		if (strcmp(rel->targets[i].scope.text, component) == 0)
			return &rel->targets[i].pos;
	return &rel->name.pos;
}

/* Why 'v' waits for 'to'; silent where a component's states follow each other. */
static void note_step(struct ordering *o, struct diag *diag, uint32_t v, uint32_t to)
{
	const struct descriptor *d = o->w->l->d;
	const struct added *a = added_at(o, v), *b = added_at(o, to);

	if (is_relationship(o, v) && b != NULL) {
		const struct relationship *rel = &d->relationships[a->relationship];
		const char *name = d->components[b->component].name.text;

		diag_note(o->w->l->diags, diag, place_of_end(rel, name),
		    "'%s' is created after '%s' is %s", rel->name.text, name,
		    end_state_text(b->state));
	} else if (is_relationship(o, to) && a != NULL) {
		const struct relationship *rel = &d->relationships[b->relationship];
		const char *name = d->components[a->component].name.text;

		diag_note(o->w->l->diags, diag, place_of_end(rel, name),
		    "'%s' becomes %s after '%s' is created", name, end_state_text(a->state),
		    rel->name.text);
	} else if (b == NULL && (a == NULL || waiting_is_hub(o->w, &d->components[a->component]))) {
		waiting_note(o->w, diag, a == NULL ? v : o->w->first[a->component], to);
	}
}

static void report(void *arg, const uint32_t *path, size_t n)
{
	struct ordering *o = arg;
	size_t start = 0;
	const char *text = "";

	while (start < n && !is_relationship(o, path[start]))
		start++;
	if (start == n)
		return;
	const struct relationship *rel =
	    &o->w->l->d->relationships[added_at(o, path[start])->relationship];
	for (size_t i = 0; i < n && strlen(text) < 800; i++) {
		uint32_t v = path[(start + i) % n];

		/* Of a component's states the first on the way is enough. */
		if (i > 0 && is_state(o, v) && is_state(o, path[(start + i - 1) % n]))
			continue;
		text = lm_arena_printf(o->arena, "%s%s -> ", text, name_of(o, v));
	}
	struct diag *d = diag_add(o->w->l->diags, CODE_ORDER_CYCLE, &rel->name.pos,
	    "relationship '%s' waits for itself: %s%s", rel->name.text, text, rel->name.text);
	diag_help(o->w->l->diags, d,
	    "ask a lower state of one end, or exchange pre and post, so that one of them can come "
	    "first");
	for (size_t i = 0; i < n; i++)
		note_step(o, d, path[(start + i) % n], path[(start + i + 1) % n]);
}

/* ---- all of them --------------------------------------------------------------------------- */

static bool orders(const struct relationship *rel)
{
	return rel->source_pre || rel->target_pre;
}

void link_order(struct waiting *w)
{
	const struct descriptor *d = w->l->d;
	bool ordering = false;

	for (size_t i = 0; i < d->n_relationships; i++)
		ordering = ordering || orders(&d->relationships[i]);
	if (!ordering)
		return;
	LM_AUTO(lm_arena) arena = lm_arena_new();
	struct ordering o = {.w = w, .arena = arena};
	/* On the heap: nothing stays behind when it grows, and only what is needed is touched. */
	for (size_t i = 0; i < w->n; i++)
		*LM_PUSH(NULL, &o.from) = w->from[i];
	o.ladder = LM_NEW_N(arena, uint32_t, d->n_components);
	memset(o.ladder, 0xff, d->n_components * sizeof *o.ladder);
	for (size_t i = 0; i < d->n_relationships; i++) {
		const struct relationship *rel = &d->relationships[i];
		struct side source = {
		    rel->sources, rel->n_sources, rel->source_state, rel->source_pre};
		struct side target = {
		    rel->targets, rel->n_targets, rel->target_state, rel->target_pre};

		if (rel->target_pre)
			order_sides(&o, (uint32_t)i, &source, &target);
		if (rel->source_pre)
			order_sides(&o, (uint32_t)i, &target, &source);
	}
	cycles_find(o.from.v, o.from.n, arena, report, &o);
	lm_vec_free(&o.from);
	lm_vec_free(&o.added);
}
