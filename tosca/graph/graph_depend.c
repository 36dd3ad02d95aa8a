/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "base/heap.h"
#include "tosca/graph/graph_build.h"

/*
 * What follows from one property reading another.  All properties of all nodes are numbered; one
 * depth-first search over them finds out how long the chains are and how much one value is made
 * of, so that evaluating stays bounded, and which resources a property of an assembly comes from.
 */
enum { CHAIN_MAX = 1000, WEIGHT_MAX = 4 * 1000 * 1000, STEPS_MAX = 100 * 1000 * 1000 };

/* A property of a resource. */
struct origin {
	int node;
	const char *property;
};

/* What an assembly's property is made of: one property of each resource. */
struct providers {
	struct origin *v;
	size_t n, cap;
};

enum colour { WHITE, GREY, BLACK };

struct fact {
	uint32_t weight;
	uint16_t chain;
	uint8_t colour; /* enum colour */
};

struct place {
	int node;
	size_t property;
};

struct search {
	struct builder *b;
	/* Both by number of the property. */
	struct fact *facts;
	struct providers **providers; /* of an assembly's property, when it was asked for */
	size_t steps;
	int *marks; /* per node: the last search that met it */
	int mark;
	bool failed;
};

static size_t number_of(const struct search *s, struct place p)
{
	return s->b->infos.v[p.node].first_property + p.property;
}

static struct fact *fact_of(const struct search *s, struct place p)
{
	return &s->facts[number_of(s, p)];
}

enum { SAME_TEXT_MAX = 16 };

/*
 * Where a property is among those of its node; false: not there.  The name mostly is the very text
 * of the property: a look at the first few is faster than a search.
 */
static bool find_property(const struct builder *b, int node, const char *name, struct place *out)
{
	const struct descriptor *d = b->infos.v[node].template->d;
	const struct graph_node *n = &b->nodes.v[node];

	*out = (struct place){node, 0};
	for (; out->property < n->n_properties && out->property < SAME_TEXT_MAX; out->property++)
		if (n->properties[out->property].name == name)
			return true;
	const struct property *p = descriptor_property(d, name);

	if (p != NULL) {
		out->property = (size_t)(p - d->properties);
		return true;
	}
	for (size_t i = d->n_properties; i < n->n_properties; i++) {
		out->property = i;
		if (strcmp(n->properties[i].name, name) == 0)
			return true;
	}
	return false;
}

static void fail(struct search *s, enum diag_code code, struct place at, const char *flaw)
{
	const struct graph_node *n = &s->b->nodes.v[at.node];

	if (!s->failed)
		diag_add(s->b->diags, code, NULL, "property '%s' of '%s' %s",
		    n->properties[at.property].name, n->name, flaw);
	s->failed = true;
}

/* ---- walking over what an expression reads --------------------------------------------------- */

typedef void visit_fn(struct search *, struct place from, int node, const char *property);

static void visit_part(
    struct search *s, struct place from, const struct graph_part *part, visit_fn *visit)
{
	if (s->steps > STEPS_MAX)
		fail(s, CODE_GRAPH_LIMIT, from, "is one of too many that read too many others");
	if (part->kind == GRAPH_PART_PROPERTY) {
		s->steps++;
		visit(s, from, part->index, part->text);
	} else if (part->kind == GRAPH_PART_CLUSTER) {
		const struct graph_cluster *k = &s->b->clusters.v[part->index];

		s->steps += k->n_members;
		for (size_t i = 0; i < k->n_members && !s->failed; i++)
			visit(s, from, k->members[i], part->text);
	}
}

static void visit_property(struct search *s, struct place from, visit_fn *visit)
{
	const struct graph_property *p = &s->b->nodes.v[from.node].properties[from.property];

	for (size_t i = 0; i < p->n_candidates; i++)
		for (size_t k = 0; k < p->candidates[i].n && !s->failed; k++)
			visit_part(s, from, &p->candidates[i].parts[k], visit);
}

/* ---- the search ---------------------------------------------------------------------------- */

static void explore(struct search *, struct place);

/* What 'from' reads there becomes part of it. */
static void absorb(struct search *s, struct place from, int node, const char *property)
{
	struct fact *fact = fact_of(s, from);
	struct place to;
	unsigned chain;

	if (s->failed || !find_property(s->b, node, property, &to))
		return;
	if (fact_of(s, to)->colour == GREY) {
		fail(s, CODE_VALUE_CYCLE, from, "waits for itself");
		return;
	}
	if (fact_of(s, to)->colour == WHITE)
		explore(s, to);
	const struct fact *other = fact_of(s, to);
	chain = other->chain + 1u;
	if (chain > fact->chain)
		fact->chain = (uint16_t)chain;
	fact->weight += other->weight;
	if (chain > CHAIN_MAX)
		fail(s, CODE_GRAPH_LIMIT, from, "is handed on too many times");
	if (fact->weight > WEIGHT_MAX)
		fail(s, CODE_GRAPH_LIMIT, from, "is made of too many parts");
}

/* Recursion is bounded by CHAIN_MAX: who comes in deeper fails first. */
static void explore(struct search *s, struct place at)
{
	struct fact *fact = fact_of(s, at);

	if (++s->mark > CHAIN_MAX) {
		fail(s, CODE_GRAPH_LIMIT, at, "is handed on too many times");
		s->mark--;
		return;
	}
	fact->colour = GREY;
	fact->weight = 1;
	visit_property(s, at, absorb);
	fact->colour = BLACK;
	s->mark--;
}

/* ---- dependencies -------------------------------------------------------------------------- */

static struct providers *providers_of(struct search *, struct place);

static void add_provider(struct search *s, struct providers *list, struct origin origin)
{
	for (size_t i = 0; i < list->n && list->n <= 8; i++)
		if (list->v[i].node == origin.node)
			return;
	*LM_PUSH(s->b->scratch, list) = origin;
	s->steps++;
}

/* 'from' is an assembly's property. */
static void add_origin(struct search *s, struct place from, int node, const char *property)
{
	struct providers *list = s->providers[number_of(s, from)];
	struct place to;

	if (s->b->nodes.v[node].resource != NULL) {
		add_provider(s, list, (struct origin){node, property});
		return;
	}
	if (!find_property(s->b, node, property, &to))
		return;
	const struct providers *more = providers_of(s, to);
	for (size_t i = 0; i < more->n; i++)
		add_provider(s, list, more->v[i]);
}

static struct providers *providers_of(struct search *s, struct place at)
{
	struct providers **list = &s->providers[number_of(s, at)];

	if (*list != NULL)
		return *list;
	*list = LM_NEW(s->b->scratch, struct providers);
	visit_property(s, at, add_origin);
	return *list;
}

static void add_dep(struct search *s, struct place from, struct origin origin)
{
	struct builder *b = s->b;

	if (origin.node == from.node || s->marks[origin.node] == s->mark)
		return;
	s->marks[origin.node] = s->mark;
	struct graph_dep *dep = LM_PUSH(NULL, &b->deps);
	dep->consumer = from.node;
	dep->provider = origin.node;
	dep->property = b->nodes.v[from.node].properties[from.property].name;
	dep->source = origin.property;
}

/* 'from' is a resource's property. */
static void add_source(struct search *s, struct place from, int node, const char *property)
{
	struct place to;

	if (s->b->nodes.v[node].resource != NULL) {
		add_dep(s, from, (struct origin){node, property});
		return;
	}
	if (!find_property(s->b, node, property, &to))
		return;
	const struct providers *list = providers_of(s, to);
	for (size_t i = 0; i < list->n; i++)
		add_dep(s, from, list->v[i]);
	s->steps += list->n;
}

static bool find_deps(struct search *s)
{
	const struct builder *b = s->b;

	s->steps = 0;
	for (int node = 0; node < (int)b->nodes.n; node++) {
		s->mark = node + 1;
		for (size_t i = 0;
		     b->nodes.v[node].resource != NULL && i < b->nodes.v[node].n_properties; i++)
			visit_property(s, (struct place){node, i}, add_source);
		if (b->deps.n <= GRAPH_LINKS_MAX && !s->failed)
			continue;
		if (!s->failed)
			diag_add(b->diags, CODE_GRAPH_LIMIT, NULL, "more than %d dependencies",
			    GRAPH_LINKS_MAX);
		return false;
	}
	return true;
}

bool depend_nodes(struct builder *b)
{
	struct search s = {.b = b};
	size_t n = 0;

	for (size_t i = 0; i < b->nodes.n; i++) {
		b->infos.v[i].first_property = n;
		n += b->nodes.v[i].n_properties;
	}
	s.facts = lm_alloc_n(n + 1, sizeof *s.facts);
	s.providers = lm_alloc_n(n + 1, sizeof *s.providers);
	s.marks = lm_alloc_n(b->nodes.n, sizeof *s.marks);
	for (int node = 0; node < (int)b->nodes.n && !s.failed; node++)
		for (size_t i = 0; i < b->nodes.v[node].n_properties && !s.failed; i++)
			if (fact_of(&s, (struct place){node, i})->colour == WHITE)
				explore(&s, (struct place){node, i});
	bool good = !s.failed && find_deps(&s);
	free(s.facts);
	free(s.providers);
	free(s.marks);
	return good;
}
