/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "lm/core/plan/plan_priv.h"
#include "lm/core/plan/spare.h"

/*
 * Who takes part, and how far.  One thing leads to another: who goes up needs providers, whose
 * relationship is due needs its sources, and who is made anew takes those along that are built on
 * it.  Whatever has changed is looked at again, until nothing changes any more; every unit changes
 * a few times at most, and every relationship and dependency is followed once.
 */
struct scope {
	struct planner *b;
	LM_VEC(int) todo;
	bool *waits; /* by unit: it is in 'todo' */
	/* Relationships by node of the target and state that it needs, until they are followed. */
	int (*due)[END_STATE_N];   /* all */
	int (*first)[END_STATE_N]; /* those that come before the target's transition */
	int *next_due, *next_first;
	unsigned char *raised, *called; /* by node: states that were asked of all sources below */
	int *user, *next_user;          /* dependencies by provider; NULL: not made yet */
	unsigned *checked; /* by unit: 'renewals' when it was last looked at as a user */
	unsigned renewals;
};

static const struct graph *wanted(const struct scope *s)
{
	return s->b->want->graph;
}

static void look_again(struct scope *s, const struct plan_unit *u)
{
	size_t i = (size_t)(u - s->b->units);

	if (s->waits[i])
		return;
	s->waits[i] = true;
	*LM_PUSH(NULL, &s->todo) = (int)i;
}

static bool goes_up(const struct plan_unit *u)
{
	bool lacks = plan_state(u) < u->goal ||
		     (u->stands_by && plan_state(u) <= u->goal && !plan_is_ready(u));

	return u->scoped && u->node >= 0 && !(u->thing != NULL && u->thing->given_up) &&
	       (lacks || plan_state(u) == COMPONENT_BROKEN || plan_is_renewed(u));
}

/* It shall get that far, if it takes part. */
static void raise_goal(
    struct scope *s, struct plan_unit *u, enum component_state goal, const char *who)
{
	if (goal <= u->goal)
		return;
	u->goal = goal;
	u->why =
	    lm_arena_printf(s->b->arena, "%s needs it to be %s", who, component_state_text(goal));
	look_again(s, u);
}

/* Somebody cannot do without it; what is Broken is left to its own heal. */
static void take_part(struct scope *s, struct plan_unit *u)
{
	if (u->scoped || (plan_state(u) >= u->goal && plan_state(u) != COMPONENT_FAILED))
		return;
	u->scoped = true;
	look_again(s, u);
}

/* ---- relationships: the target drives ---------------------------------------------------------- */

static const enum component_state needed[END_STATE_N] = {
    [END_CREATED] = COMPONENT_CREATED,
    [END_INSTALLED] = COMPONENT_INSTALLED,
    [END_INACTIVE] = COMPONENT_INACTIVE,
    [END_ACTIVE] = COMPONENT_ACTIVE,
};

static void list_relationships(struct scope *s)
{
	const struct graph *g = wanted(s);
	struct lm_arena *a = s->b->arena;

	s->due = lm_arena_alloc(a, g->n_nodes * sizeof *s->due);
	s->first = lm_arena_alloc(a, g->n_nodes * sizeof *s->first);
	memset(s->due, -1, g->n_nodes * sizeof *s->due);
	memset(s->first, -1, g->n_nodes * sizeof *s->first);
	s->next_due = LM_NEW_N(a, int, g->n_relationships);
	s->next_first = LM_NEW_N(a, int, g->n_relationships);
	s->raised = LM_NEW_N(a, unsigned char, g->n_nodes);
	s->called = LM_NEW_N(a, unsigned char, g->n_nodes);
	for (size_t i = g->n_relationships; i-- > 0;) {
		const struct graph_relationship *r = &g->relationships[i];

		if (r->source.node < 0 || r->target.node < 0)
			continue;
		s->next_due[i] = s->due[r->target.node][r->target.state];
		s->due[r->target.node][r->target.state] = (int)i;
		if (!r->target.pre)
			continue;
		s->next_first[i] = s->first[r->target.node][r->target.state];
		s->first[r->target.node][r->target.state] = (int)i;
	}
}

/* All resources below 'node' of the relationship's source: they get there, or take part as well. */
static void ask_sources(
    struct scope *s, int node, const struct graph_relationship *r, unsigned char *asked)
{
	struct plan_tree *t = s->b->want;
	unsigned char bit = (unsigned char)(1u << r->source.state);

	if ((asked[node] & bit) != 0)
		return;
	asked[node] |= bit;
	if (t->graph->nodes[node].resource != NULL) {
		if (asked == s->raised)
			raise_goal(s, &s->b->units[node], needed[r->source.state], r->name);
		else
			take_part(s, &s->b->units[node]);
	}
	for (int c = t->child[node]; c >= 0; c = t->next[c])
		ask_sources(s, c, r, asked);
}

static void follow(struct scope *s, int *list, const int *next, unsigned char *asked)
{
	for (int i = *list; i >= 0; i = next[i]) {
		const struct graph_relationship *r = &wanted(s)->relationships[i];

		ask_sources(s, r->source.node, r, asked);
	}
	*list = -1;
}

/* What stands for this node, too, when it is an end; -1: nothing. */
static int end_above(const struct scope *s, int node)
{
	return spare_is_root(wanted(s), node) ? -1 : wanted(s)->nodes[node].parent;
}

/* Once a target gets into the state, or is to enter it, nothing of those lists is asked again. */
static void follow_relationships(struct scope *s, const struct plan_unit *u)
{
	enum component_state state = plan_state(u);
	enum component_state goal = u->scoped                   ? u->goal
				    : state <= COMPONENT_ACTIVE ? state
								: COMPONENT_ABSENT;
	bool up = goes_up(u);

	for (int at = u->node; at >= 0; at = end_above(s, at))
		for (size_t e = 0; e < END_STATE_N && needed[e] <= goal; e++) {
			follow(s, &s->due[at][e], s->next_due, s->raised);
			if (up)
				follow(s, &s->first[at][e], s->next_first, s->called);
		}
}

/* ---- providers ------------------------------------------------------------------------------------ */

static void follow_providers(struct scope *s, const struct plan_unit *u)
{
	const struct plan_request *rq = s->b->request;
	size_t n;
	const struct graph_dep *deps = graph_deps_of(wanted(s), u->node, &n);

	for (size_t i = 0; i < n; i++) {
		struct plan_unit *p = &s->b->units[deps[i].provider];
		enum transition late =
		    rq->late == NULL ? TRANSITION_INSTALL : rq->late[deps[i].provider];

		if (late == TRANSITION_CONFIGURE)
			raise_goal(
			    s, p, COMPONENT_INACTIVE, wanted(s)->nodes[deps[i].consumer].name);
		if (late == TRANSITION_START &&
		    !p->stands_by) /* which it does when it has started */
			raise_goal(s, p, COMPONENT_ACTIVE, wanted(s)->nodes[deps[i].consumer].name);
		take_part(s, p);
	}
}

/* ---- what is built on something that is made anew --------------------------------------------- */

static void list_users(struct scope *s)
{
	const struct graph *g = wanted(s);

	s->user = LM_NEW_N(s->b->arena, int, g->n_nodes);
	s->next_user = LM_NEW_N(s->b->arena, int, g->n_deps);
	s->checked = LM_NEW_N(s->b->arena, unsigned, g->n_nodes);
	memset(s->user, -1, g->n_nodes * sizeof *s->user);
	for (size_t i = g->n_deps; i-- > 0;) {
		s->next_user[i] = s->user[g->deps[i].provider];
		s->user[g->deps[i].provider] = (int)i;
	}
}

static int renewed_in(const struct scope *s, int self, const struct graph_expr *);

/* Of whom the property has its value: somebody who is made anew?  -1: nobody. */
static int renewed_behind(const struct scope *s, int self, int node, const char *property)
{
	const struct graph_node *n = &wanted(s)->nodes[node];

	if (n->resource != NULL && node != self)
		return plan_is_renewed(&s->b->units[node]) ? node : -1;
	for (size_t i = 0; i < n->n_properties; i++) {
		const struct graph_property *p = &n->properties[i];

		if (strcmp(p->name, property) != 0)
			continue;
		for (size_t c = 0; c < p->n_candidates; c++) {
			int who = renewed_in(s, self, &p->candidates[c]);

			if (who >= 0)
				return who;
		}
		break;
	}
	return -1;
}

/* Depth and length are bounded by what graph_build() lets pass. */
static int renewed_in(const struct scope *s, int self, const struct graph_expr *e)
{
	int who = -1;

	for (size_t i = 0; i < e->n && who < 0; i++) {
		const struct graph_part *part = &e->parts[i];

		if (part->kind == GRAPH_PART_PROPERTY)
			who = renewed_behind(s, self, part->index, part->text);
		if (part->kind != GRAPH_PART_CLUSTER)
			continue;
		const struct graph_cluster *c = &wanted(s)->clusters[part->index];
		for (size_t k = 0; k < c->n_members && who < 0; k++)
			who = renewed_behind(s, self, c->members[k], part->text);
	}
	return who;
}

/* Whom its infrastructure is built on, of those who are made anew; -1: nobody. */
static int renewed_below(const struct scope *s, int node)
{
	const struct graph_resource *r = wanted(s)->nodes[node].resource;
	int who = -1;

	for (size_t i = 0; i < r->n_infra && who < 0; i++)
		for (size_t k = 0; k < r->infra[i].n_attrs && who < 0; k++)
			who = renewed_in(s, node, &r->infra[i].attrs[k].value);
	return who;
}

static void follow_users(struct scope *s, const struct plan_unit *u)
{
	if (s->user == NULL)
		list_users(s);
	for (int i = s->user[u->node]; i >= 0; i = s->next_user[i]) {
		int node = wanted(s)->deps[i].consumer;
		struct plan_unit *c = &s->b->units[node];

		if (c->thing == NULL || plan_state(c) == COMPONENT_ABSENT || plan_is_renewed(c) ||
		    s->checked[node] == s->renewals)
			continue;
		s->checked[node] = s->renewals;
		int who = renewed_below(s, node);
		if (who < 0)
			continue;
		c->scoped = c->renew = true;
		c->why = lm_arena_printf(s->b->arena, "%s, which it is built on, is made anew",
		    wanted(s)->nodes[who].name);
		s->renewals++;
		look_again(s, c);
	}
}

/* ---- all of them -------------------------------------------------------------------------------------- */

/* False: all take part, nobody is raised, nobody is made anew. */
static bool begin(struct scope *s)
{
	const struct plan_request *rq = s->b->request;
	bool low = rq->target < COMPONENT_ACTIVE, late = rq->late != NULL, some = late;

	for (size_t i = 0; i < s->b->n_want; i++) {
		const struct plan_unit *u = &s->b->units[i];

		low |= u->spare;
		if (rq->want->nodes[i].resource != NULL && (!u->scoped || plan_is_renewed(u)))
			some = true;
	}
	if (!some && !low)
		return false;
	s->renewals = 1;
	s->waits = LM_NEW_N(s->b->arena, bool, s->b->n_units);
	plan_tree_children(s->b, s->b->want);
	list_relationships(s);
	for (size_t i = s->b->n_want; i-- > 0;) {
		const struct plan_unit *u = &s->b->units[i];

		if (u->scoped || (low && u->thing != NULL))
			look_again(s, u);
	}
	return true;
}

void plan_settle_scope(struct planner *b)
{
	struct scope s = {.b = b};

	if (b->want == NULL || !begin(&s))
		return;
	while (s.todo.n > 0) {
		struct plan_unit *u = &b->units[s.todo.v[--s.todo.n]];

		s.waits[u - b->units] = false;
		follow_relationships(&s, u);
		if (goes_up(u))
			follow_providers(&s, u);
		if (plan_is_renewed(u))
			follow_users(&s, u);
	}
	lm_vec_free(&s.todo);
}
