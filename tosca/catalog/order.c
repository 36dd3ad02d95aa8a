/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "base/heap.h"
#include "tosca/catalog/names.h"

/*
 * How deep everything is that is made of something that moved, and what contains itself.  Only
 * those can have changed: whatever is part of a new or a broken cycle is made of an end of the
 * component that made or broke it.
 *
 * Tarjan's search for strongly connected components, without recursion.  A component of one that
 * is not made of itself is the usual case; all others are cycles.
 */
struct place {
	struct known *k;
	size_t number, low; /* 0: not yet met */
	size_t next;        /* edge to look at */
	bool open;          /* not yet given to a component */
};

struct search {
	struct names *ns;
	LM_VEC(struct place) places; /* k->at - 1 */
	LM_VEC(size_t) path, open;
	size_t n_met;
};

static void add(struct search *s, struct known *k)
{
	if (k->at != 0 || k->first == NULL)
		return;
	*LM_PUSH(NULL, &s->places) = (struct place){.k = k};
	k->at = s->places.n;
}

/* All that is made of something that moved. */
static void add_all(struct search *s)
{
	for (size_t i = 0; i < s->ns->moved.n; i++)
		add(s, s->ns->moved.v[i]);
	for (size_t i = 0; i < s->places.n; i++)
		for (const struct edge *e = s->places.v[i].k->parents; e != NULL; e = e->next)
			add(s, e->parent);
}

/* ---- cycles, told -------------------------------------------------------------------------- */

/* By their files and the places in them, so that a cycle is told the same whatever came before. */
static int by_order(const void *a, const void *b)
{
	const struct known *ka = *(struct known *const *)a, *kb = *(struct known *const *)b;
	size_t oa = ka->holders.v[0].file->order, ob = kb->holders.v[0].file->order;

	if (oa != ob)
		return oa < ob ? -1 : 1;
	return (ka->first->text_begin > kb->first->text_begin) -
	       (ka->first->text_begin < kb->first->text_begin);
}

struct visit {
	struct known *k;
	size_t next; /* edge */
};

/* Enough to mend a cycle, few enough for any number of them. */
enum { LOOPS_MAX = 100, SHOWN_MAX = 12 };

struct tour {
	LM_VEC(struct visit) path;
	size_t n_loops;
};

static void tell_loop(struct tour *t, const struct known *back)
{
	struct known *k = t->path.v[t->path.n - 1].k;
	struct loop *loop = lm_alloc(sizeof *loop), **end = &k->loops;
	const char *name = back->first->name.full;
	struct lm_buf text;
	size_t i = t->path.n;

	while (t->path.v[i - 1].k != back)
		i--;
	lm_buf_init(&text, 8192);
	lm_buf_printf(&text, "'%s' contains itself: %s", name, name);
	for (size_t n = 0; i < t->path.n && n <= SHOWN_MAX; i++, n++)
		lm_buf_printf(
		    &text, " -> %s", n < SHOWN_MAX ? t->path.v[i].k->first->name.full : "...");
	lm_buf_printf(&text, " -> %s", name);
	loop->component = k->edges[t->path.v[t->path.n - 1].next - 1].component;
	loop->text = lm_buf_detach(&text);
	lm_buf_fini(&text);
	while (*end != NULL)
		end = &(*end)->next;
	*end = loop;
	t->n_loops++;
}

enum { TOUR_NEW, TOUR_OPEN, TOUR_DONE };

static void tour_on(struct tour *t)
{
	struct visit *top = &t->path.v[t->path.n - 1];
	struct known *k = top->k;

	if (top->next == k->n_edges) {
		k->tour = TOUR_DONE;
		t->path.n--;
		return;
	}
	struct known *child = k->edges[top->next++].child;
	if (child->circle != k->circle)
		return;
	if (child->tour == TOUR_OPEN && t->n_loops < LOOPS_MAX) {
		tell_loop(t, child);
	} else if (child->tour == TOUR_NEW) {
		child->tour = TOUR_OPEN;
		*LM_PUSH(NULL, &t->path) = (struct visit){child, 0};
	}
}

/* All 'n' are made of each other: whoever closes a cycle gets to know. */
static void tell_loops(struct known **members, size_t n)
{
	struct tour t = {0};

	qsort(members, n, sizeof *members, by_order);
	members[0]->tour = TOUR_OPEN;
	*LM_PUSH(NULL, &t.path) = (struct visit){members[0], 0};
	while (t.path.n > 0)
		tour_on(&t);
	for (size_t i = 0; i < n; i++)
		members[i]->tour = TOUR_NEW;
	lm_vec_free(&t.path);
}

/* ---- the search ---------------------------------------------------------------------------- */

static bool is_made_of_itself(const struct known *k)
{
	for (size_t i = 0; i < k->n_edges; i++)
		if (k->edges[i].child == k)
			return true;
	return false;
}

static void set_level(struct names *ns, struct known *k)
{
	unsigned level = 0, old = k->level;

	for (size_t i = 0; i < k->n_edges; i++) {
		const struct known *child = k->edges[i].child;

		if (child->first != NULL && (k->circle == 0 || child->circle != k->circle) &&
		    child->level > level)
			level = child->level;
	}
	k->level = level + 1;
	/* How deep it is it says itself, when it is too deep. */
	if (k->level != old && (k->level > CATALOG_LEVELS_MAX || old > CATALOG_LEVELS_MAX))
		names_due(ns, k);
}

/* Those from 'begin' on are made of each other. */
static void close_component(struct search *s, size_t begin)
{
	size_t n = s->open.n - begin;
	struct known **members = lm_alloc_n(n, sizeof *members);
	size_t circle = 0;

	for (size_t i = 0; i < n; i++) {
		struct place *p = &s->places.v[s->open.v[begin + i]];

		members[i] = p->k;
		p->open = false;
	}
	if (n > 1 || is_made_of_itself(members[0]))
		circle = ++s->ns->n_circles;
	for (size_t i = 0; i < n; i++) {
		if (circle != 0 || members[i]->circle != 0)
			names_due(s->ns, members[i]);
		loops_free(members[i]);
		members[i]->circle = circle;
	}
	for (size_t i = 0; i < n; i++)
		set_level(s->ns, members[i]);
	if (circle != 0)
		tell_loops(members, n);
	free(members);
	s->open.n = begin;
}

static void meet(struct search *s, size_t i)
{
	struct place *p = &s->places.v[i];

	p->number = p->low = ++s->n_met;
	p->open = true;
	*LM_PUSH(NULL, &s->open) = i;
	*LM_PUSH(NULL, &s->path) = i;
}

static void search_on(struct search *s)
{
	struct place *p = &s->places.v[s->path.v[s->path.n - 1]];

	if (p->next < p->k->n_edges) {
		size_t at = p->k->edges[p->next++].child->at;

		if (at == 0)
			return;
		struct place *child = &s->places.v[at - 1];
		if (child->number == 0)
			meet(s, at - 1);
		else if (child->open && child->number < p->low)
			p->low = child->number;
		return;
	}
	s->path.n--;
	if (s->path.n > 0) {
		struct place *parent = &s->places.v[s->path.v[s->path.n - 1]];

		if (p->low < parent->low)
			parent->low = p->low;
	}
	if (p->low != p->number)
		return;
	size_t begin = s->open.n;
	while (&s->places.v[s->open.v[begin - 1]] != p)
		begin--;
	close_component(s, begin - 1);
}

void names_order(struct names *ns)
{
	struct search s = {.ns = ns};

	add_all(&s);
	for (size_t i = 0; i < s.places.n; i++) {
		if (s.places.v[i].number != 0)
			continue;
		meet(&s, i);
		while (s.path.n > 0)
			search_on(&s);
	}
	for (size_t i = 0; i < s.places.n; i++)
		s.places.v[i].k->at = 0;
	lm_vec_free(&s.places);
	lm_vec_free(&s.path);
	lm_vec_free(&s.open);
}
