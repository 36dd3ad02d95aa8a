/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "lm/core/engine_priv.h"

/*
 * From an aim to a plan: what is there, what of it is within the aim's reach, and what has to
 * change, as the planner wants it.
 */
struct survey {
	struct engine *engine;
	const struct instance *instance; /* NULL: nothing is there */
	const struct aim *aim;
	const struct graph *want; /* NULL: nothing is wanted */
	struct lm_arena *arena;
	struct lm_map *apart, *to; /* struct members by cluster; NULL: nobody changes */
	struct component **settled, **reached;
	size_t n_settled, n_reached;
};

/* ---- reach -------------------------------------------------------------------------------------- */

enum role { ROLE_NONE, ROLE_SERVES, ROLE_SPARE };

static bool is_below(const int *a, int b)
{
	return *a < b;
}

static bool has_index(const int *indices, size_t n, int index)
{
	size_t at = LM_PLACE(indices, n, is_below, index); /* they ascend */

	return at < n && indices[at] == index;
}

static enum role role_in(const struct lm_map *roster, const char *cluster, int index)
{
	const struct members *m = lm_map_find(roster, cluster);

	if (m == NULL)
		return ROLE_NONE;
	if (has_index(m->indices, m->n, index))
		return ROLE_SERVES;
	return has_index(m->spares, m->n_spares, index) ? ROLE_SPARE : ROLE_NONE;
}

/* Who is in which cluster, by its name. */
static struct lm_map *roster_of(const struct membership *m)
{
	struct lm_map *map = lm_map_new();

	for (size_t i = 0; i < m->of.n; i++)
		lm_map_put(map, m->of.v[i].cluster, &m->of.v[i]);
	return map;
}

static bool is_same_list(const int *a, size_t n_a, const int *b, size_t n_b)
{
	return n_a == n_b && (n_a == 0 || memcmp(a, b, n_a * sizeof *a) == 0);
}

/* Somebody comes, goes, or changes its role in it. */
static bool is_rearranged(const struct survey *s, const char *cluster)
{
	const struct members *now = lm_map_find(s->to, cluster);
	const struct members *then = lm_map_find(s->apart, cluster);

	if (now == NULL || then == NULL)
		return now != then;
	return !is_same_list(now->indices, now->n, then->indices, then->n) ||
	       !is_same_list(now->spares, now->n_spares, then->spares, then->n_spares);
}

/* True when a node of what is wanted, or what it stands in, comes or has another role than before. */
static bool is_apart(const struct survey *s, int node)
{
	const struct graph *g = s->want;

	for (int at = node; at > 0; at = g->nodes[at].parent) {
		int k = g->nodes[at].cluster;

		if (k >= 0 && role_in(s->apart, g->clusters[k].name, g->nodes[at].index) !=
				  (spare_is_root(g, at) ? ROLE_SPARE : ROLE_SERVES))
			return true;
	}
	return false;
}

/* A scale makes up for whatever the spares of its cluster lack. */
static bool is_refilled(const struct survey *s, int node)
{
	const struct graph *g = s->want;

	for (int at = node; s->aim->scope == SCOPE_SCALE && g->nodes[at].spare;
	     at = g->nodes[at].parent)
		if (spare_is_root(g, at) &&
		    is_rearranged(s, g->clusters[g->nodes[at].cluster].name))
			return true;
	return false;
}

/* True when one that is not wanted, or what it stands in, has no place in the cluster any more. */
static bool is_dropped(const struct survey *s, const struct component *c)
{
	const struct graph *g = c->tree->graph;

	for (int at = c->node; at > 0; at = g->nodes[at].parent) {
		int k = g->nodes[at].cluster;

		if (k >= 0 && role_in(s->to, g->clusters[k].name, g->nodes[at].index) == ROLE_NONE)
			return true;
	}
	return false;
}

static bool is_reached(const struct survey *s, const struct component *c)
{
	return s->aim->reached_by != 0 && c->reached_by == s->aim->reached_by;
}

bool aim_heals(const struct aim *a, const struct component *c)
{
	if (a->given_up != NULL)
		return c == a->given_up;
	return c == a->broken ||
	       (c->state == COMPONENT_BROKEN && c->healer == NULL && !component_is_retired(c));
}

static bool reaches(const struct survey *s, const struct component *c, int wanted)
{
	const struct aim *a = s->aim;

	if (a->scope == SCOPE_ALL || is_reached(s, c))
		return true;
	if (a->scope == SCOPE_HEAL && aim_heals(a, c))
		return true;
	if (s->apart == NULL)
		return false;
	if (wanted < 0)
		return is_dropped(s, c);
	bool may_be_mended = c->healer == NULL && !(c->lost && a->is_own);
	return is_apart(s, wanted) || (may_be_mended && is_refilled(s, wanted));
}

/* A heal makes nobody but those whom it took away itself; a scale those who come. */
static bool makes(const struct survey *s, int node)
{
	if (s->apart != NULL && (is_apart(s, node) || is_refilled(s, node)))
		return true;
	const struct component *c = lm_map_find(s->instance->components, s->want->nodes[node].name);
	return c != NULL && (c == s->aim->broken || is_reached(s, c));
}

/* Nodes that do not exist yet and that this aim is not about. */
static const bool *nodes_out_of_reach(const struct survey *s)
{
	if (s->want == NULL || s->aim->scope == SCOPE_ALL)
		return NULL;
	bool *skip = LM_NEW_N(s->arena, bool, s->want->n_nodes);
	for (size_t i = 0; i < s->want->n_nodes; i++)
		skip[i] = s->want->nodes[i].resource != NULL && !makes(s, (int)i);
	return skip;
}

/* ---- what is there --------------------------------------------------------------------------------- */

static int wanted_node(const struct survey *s, const struct component *c)
{
	if (s->want == NULL)
		return -1;
	if (c->tree != NULL && c->tree->graph == s->want)
		return c->node;
	int node = graph_find_node(s->want, c->name);
	return node >= 0 && s->want->nodes[node].resource != NULL ? node : -1;
}

/* Its provider is not up, so that nobody can say yet what it will be given. */
static bool is_undecided(const struct component *c)
{
	return c->state < COMPONENT_INSTALLED || c->state == COMPONENT_FAILED || c->rebuild;
}

/*
 * A change of what hangs on somebody who is about to be made anew shows when that one is there
 * again: values.c looks then.
 */
static const bool *undecided_nodes(const struct survey *s)
{
	if (s->want == NULL || s->instance == NULL)
		return NULL;
	bool *wait = LM_NEW_N(s->arena, bool, s->want->n_nodes);
	for (size_t i = 0; i < s->want->n_deps; i++) {
		const struct graph_dep *d = &s->want->deps[i];
		const struct component *c =
		    lm_map_find(s->instance->components, s->want->nodes[d->provider].name);

		if (c == NULL || is_undecided(c))
			wait[d->consumer] = true;
	}
	return wait;
}

/*
 * Nothing about it differs between the tree it was made under and what is wanted.  A scale or a heal
 * has a tree that differs from the one before in members alone.
 */
static bool is_settled(const struct survey *s, const struct component *c,
    const struct plan_thing *t, const bool *undecided)
{
	if (t->wanted < 0 || c->tree == s->aim->to)
		return false;
	if (t->fixed)
		return c->tree == s->aim->base;
	return t->change == PLAN_KEEP && !undecided[t->wanted];
}

/* It stands under an older tree, which an intent that failed or was cancelled has left it in. */
static bool is_behind(const struct survey *s, const struct component *c)
{
	return c->tree != s->aim->to && c->tree != s->aim->base;
}

/* Unlike a scale's or a heal's, the wanted tree may say something else about it than its own. */
static bool may_differ(const struct survey *s, const struct component *c)
{
	bool alike = s->aim->scope != SCOPE_ALL && c->tree == s->aim->base;

	return c->tree != s->aim->to && !alike;
}

/*
 * Even what is out of reach may have to go up, for somebody who needs it: never with values, or at
 * a location, that it was not installed with.
 */
static void look_for_change(
    struct survey *s, struct component *c, const bool *undecided, struct plan_thing *t)
{
	struct facts f = {s->engine, s->instance, s->want, s->arena};

	if (t->wanted < 0 || (t->fixed && !is_behind(s, c)))
		return;
	if (!undecided[t->wanted])
		t->change = component_change(&f, t->wanted, c, &t->why);
	else if (component_is_retyped(&f, t->wanted, c, &t->why) ||
		 (may_differ(s, c) && t->state != COMPONENT_ACTIVE && !t->ready))
		t->change = PLAN_RENEW;
}

static void add_thing(
    struct survey *s, struct component *c, const bool *undecided, struct plan_thing *t)
{
	*t = (struct plan_thing){
	    .graph = c->tree->graph,
	    .node = c->node,
	    .wanted = wanted_node(s, c),
	    .state = c->state,
	    .rebuild = c->rebuild,
	    .started = c->started,
	    .ready = c->ready,
	    .given_up = c == s->aim->given_up,
	};
	if (c == s->aim->broken && component_is_up(c)) {
		t->state = COMPONENT_BROKEN;
		t->ready = false;
	}
	t->fixed = !reaches(s, c, t->wanted);
	if (!t->fixed && s->aim->scope != SCOPE_ALL)
		s->reached[s->n_reached++] = c;
	look_for_change(s, c, undecided, t);
	if (is_settled(s, c, t, undecided))
		s->settled[s->n_settled++] = c;
}

static size_t add_things(struct survey *s, struct plan_thing **out)
{
	const bool *undecided = undecided_nodes(s);
	struct component *c;
	size_t n = 0;

	*out = NULL;
	if (s->instance == NULL)
		return 0;
	size_t max = lm_map_count(s->instance->components) + 1;
	*out = LM_NEW_N(s->arena, struct plan_thing, max);
	s->settled = LM_NEW_N(s->arena, struct component *, max);
	s->reached = LM_NEW_N(s->arena, struct component *, max);
	for (size_t i = 0; (c = lm_map_next(s->instance->components, &i)) != NULL;)
		if (c->state != COMPONENT_ABSENT && c->retired_by == s->aim->retired_by)
			add_thing(s, c, undecided, &(*out)[n++]);
	return n;
}

/* ---- relationships ------------------------------------------------------------------------------------ */

bool link_is_stale(struct facts *f, int relationship, const struct link *l)
{
	const struct graph_relationship *r = &f->graph->relationships[relationship];
	struct graph_facts gf = facts_of(f);
	size_t set = 0;

	for (size_t i = 0; i < r->n_properties; i++) {
		const char *now =
		    graph_expr_value(f->graph, &r->properties[i].value, &gf, f->arena);
		const char *then = lm_kvs_find(&l->properties, r->properties[i].name);

		set += now != NULL;
		if ((now == NULL) != (then == NULL) || (now != NULL && strcmp(now, then) != 0))
			return true;
	}
	return set != l->properties.n;
}

static size_t add_bonds(const struct survey *s, struct plan_bond **out)
{
	const struct link *l;
	size_t n = 0;

	*out = NULL;
	if (s->instance == NULL || s->aim->retired_by != 0)
		return 0;
	struct facts f = {s->engine, s->instance, s->want, s->arena};
	bool looks = s->aim->scope == SCOPE_ALL || s->aim->values_moved;
	*out = LM_NEW_N(s->arena, struct plan_bond, lm_map_count(s->instance->links) + 1);
	for (size_t i = 0; (l = lm_map_next(s->instance->links, &i)) != NULL; n++) {
		int wanted = s->want == NULL ? -1
			     : l->tree->graph == s->want
				 ? l->index
				 : graph_find_relationship(s->want, l->name);
		(*out)[n] = (struct plan_bond){
		    .graph = l->tree->graph,
		    .relationship = l->index,
		    .wanted = wanted,
		    .stale = l->state != LINK_CREATED ||
			     (wanted >= 0 && looks && link_is_stale(&f, wanted, l)),
		};
	}
	return n;
}

/* Who brings what others need later than at its Install. */
static const enum transition *late_providers(const struct survey *s)
{
	const struct component *c;
	enum transition *late = NULL;

	if (s->want == NULL || s->instance == NULL)
		return NULL;
	for (size_t i = 0; (c = lm_map_next(s->instance->components, &i)) != NULL;) {
		int node = c->late == TRANSITION_CREATE ? -1 : wanted_node(s, c);

		if (node < 0)
			continue;
		if (late == NULL)
			late = LM_NEW_N(s->arena, enum transition, s->want->n_nodes);
		late[node] = c->late;
	}
	return late;
}

void aim_plan(struct engine *e, const struct instance *in, const struct aim *a,
    struct lm_arena *arena, struct planned *out)
{
	struct survey s = {.engine = e, .instance = in, .aim = a, .arena = arena};
	struct plan_thing *things;
	struct plan_bond *bonds;

	*out = (struct planned){0};
	s.want = a->to == NULL ? NULL : a->to->graph;
	LM_AUTO(lm_map) apart = NULL;
	LM_AUTO(lm_map) to = NULL;
	if (a->scope != SCOPE_ALL && a->apart != NULL && a->to != NULL) {
		s.apart = apart = roster_of(a->apart);
		s.to = to = roster_of(&a->to->spec.members);
	}
	size_t n_things = add_things(&s, &things), n_bonds = add_bonds(&s, &bonds);
	out->plan = plan_build(
	    &(struct plan_request){
		.want = s.want,
		.target = a->target,
		.things = things,
		.n_things = n_things,
		.bonds = bonds,
		.n_bonds = n_bonds,
		.skip = nodes_out_of_reach(&s),
		.late = late_providers(&s),
	    },
	    arena, &out->circle);
	out->settled = s.settled;
	out->n_settled = s.n_settled;
	out->reached = s.reached;
	out->n_reached = s.n_reached;
}
