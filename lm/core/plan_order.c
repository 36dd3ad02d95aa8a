/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/core/plan_priv.h"

/* ---- relationships: rule 3 ------------------------------------------------------------------ */

/* Which transitions lead into, and out of, the state that a relationship needs of its ends. */
static const struct {
	enum component_state state;
	int before, entering, reached, leaving;
} needs[] = {
    [END_CREATED] = {COMPONENT_CREATED, PLAN_NO_TRANSITION, TRANSITION_CREATE, TRANSITION_CREATE,
	TRANSITION_DELETE},
    [END_INSTALLED] = {COMPONENT_INSTALLED, TRANSITION_CREATE, TRANSITION_INSTALL,
	TRANSITION_INSTALL, TRANSITION_UNINSTALL},
    [END_INACTIVE] = {COMPONENT_INACTIVE, TRANSITION_INSTALL, TRANSITION_CONFIGURE,
	TRANSITION_CONFIGURE, TRANSITION_UNINSTALL},
    [END_ACTIVE] = {COMPONENT_ACTIVE, TRANSITION_CONFIGURE, TRANSITION_START, TRANSITION_INTEGRITY,
	TRANSITION_STOP},
};

struct bond {
	const struct plan_side *side;
	const struct graph_end *end;
	int create, cease; /* steps, -1: none */
};

/* True when a resource under 'node' leaves the state that the end needs. */
static bool leaves(const struct planner *b, const struct bond *bond, int node)
{
	if (bond->side->graph->nodes[node].resource != NULL)
		return plan_node(b, bond->side, node)->step[needs[bond->end->state].leaving] >= 0;
	for (int c = bond->side->of_node[node].child; c >= 0; c = bond->side->of_node[c].next)
		if (leaves(b, bond, c))
			return true;
	return false;
}

static bool end_leaves(
    const struct planner *b, const struct plan_side *side, const struct graph_end *end)
{
	struct bond bond = {.side = side, .end = end};

	return end->node >= 0 && leaves(b, &bond, end->node);
}

/* Orders the relationship's steps against every resource under one of its ends. */
static void order_end(struct planner *b, const struct bond *bond, int node)
{
	if (bond->side->graph->nodes[node].resource == NULL) {
		for (int c = bond->side->of_node[node].child; c >= 0;
		     c = bond->side->of_node[c].next)
			order_end(b, bond, c);
		return;
	}
	const int *step = plan_node(b, bond->side, node)->step;
	enum end_state s = bond->end->state;

	plan_after(b, step[needs[s].leaving], bond->cease, "ceased before its end leaves");
	if (bond->create < 0)
		return;
	if (bond->end->pre) {
		plan_after(b, bond->create, step[needs[s].before], NULL);
		plan_after(
		    b, step[needs[s].entering], bond->create, "the relationship comes first");
	} else {
		plan_after(b, bond->create, step[needs[s].reached], "its end must be there");
	}
}

static int add_relationship(
    struct planner *b, const struct plan_side *side, int index, enum plan_kind kind)
{
	const struct graph_relationship *r = &side->graph->relationships[index];
	size_t calls = kind == PLAN_CREATE ? r->n_create : r->n_cease;

	return plan_add(b, &(struct plan_step){
			       .kind = kind,
			       .subject = r->name,
			       .graph = side->graph,
			       .index = index,
			       .silent = calls == 0,
			       .tolerant = kind == PLAN_CEASE,
			   });
}

static void plan_relationship(
    struct planner *b, const struct plan_side *side, int index, bool stays)
{
	const struct graph_relationship *r = &side->graph->relationships[index];
	const struct plan_facts *facts = &b->request->facts;
	const struct graph_end *ends[] = {&r->source, &r->target};
	bool exists = facts->is_related(facts->arg, r->name);
	bool broken = !stays || end_leaves(b, side, ends[0]) || end_leaves(b, side, ends[1]);
	bool possible = stays && needs[r->source.state].state <= b->request->target &&
			needs[r->target.state].state <= b->request->target;
	int cease = -1, create = -1;

	if (exists && broken)
		cease = add_relationship(b, side, index, PLAN_CEASE);
	if (possible && (!exists || broken))
		create = add_relationship(b, side, index, PLAN_CREATE);
	plan_after(b, create, cease, NULL);
	for (size_t i = 0; i < LM_COUNT(ends); i++)
		if (ends[i]->node >= 0)
			order_end(b, &(struct bond){side, ends[i], create, cease}, ends[i]->node);
}

void plan_add_relationships(struct planner *b)
{
	const struct graph *want = b->want.graph, *have = b->have.graph;

	for (size_t i = 0; want != NULL && i < want->n_relationships; i++)
		plan_relationship(b, &b->want, (int)i, true);
	for (size_t i = 0; have != NULL && i < have->n_relationships; i++)
		if (want == NULL || graph_find_relationship(want, have->relationships[i].name) < 0)
			plan_relationship(b, &b->have, (int)i, false);
}

/* ---- property dependencies: rule 2 ------------------------------------------------------------ */

/* The first of these transitions that the plan takes the resource through. */
static int first_step(const struct plan_node *n, const enum transition *of, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (n->step[of[i]] >= 0)
			return n->step[of[i]];
	return -1;
}

static void order_dependencies(struct planner *b, const struct plan_side *side)
{
	static const enum transition up[] = {TRANSITION_CREATE, TRANSITION_INSTALL,
	    TRANSITION_CONFIGURE, TRANSITION_START, TRANSITION_INTEGRITY};
	const struct graph *g = side->graph;

	for (size_t i = 0; g != NULL && i < g->n_deps; i++) {
		const struct plan_node *consumer = plan_node(b, side, g->deps[i].consumer);
		const struct plan_node *provider = plan_node(b, side, g->deps[i].provider);
		const char *why =
		    lm_arena_printf(b->arena, "%s comes from it", g->deps[i].property);

		plan_after(b, first_step(consumer, up, LM_COUNT(up)),
		    provider->step[TRANSITION_INSTALL], why);
		plan_after(b, provider->step[TRANSITION_UNINSTALL],
		    consumer->step[TRANSITION_UNINSTALL], "it uses this one");
	}
}

void plan_order_dependencies(struct planner *b)
{
	order_dependencies(b, &b->want);
	order_dependencies(b, &b->have);
}

/* ---- levels: rule 4 ---------------------------------------------------------------------------- */

/*
 * Upward and downward levels are two ladders of their own; 0: stands on neither.  A level is
 * entered by one transition, which waits at the gate; what follows it there needs no gate.
 */
static const struct {
	int up, down;
	bool enters;
} level_of[TRANSITION_N] = {
    [TRANSITION_CREATE] = {1, 0, false},
    [TRANSITION_INSTALL] = {1, 0, false},
    [TRANSITION_CONFIGURE] = {2, 0, true},
    [TRANSITION_START] = {3, 0, true},
    [TRANSITION_INTEGRITY] = {3, 0, false},
    [TRANSITION_STOP] = {0, 1, false},
    [TRANSITION_UNINSTALL] = {0, 2, true},
    [TRANSITION_DELETE] = {0, 2, false},
};

static int step_level(const struct plan_step *s, bool down)
{
	if (s->kind != PLAN_TRANSITION)
		return 0;
	return down ? level_of[s->transition].down : level_of[s->transition].up;
}

static bool is_below(const struct plan_step *s, int level, bool down)
{
	int l = step_level(s, down);

	return l > 0 && l <= level;
}

/* Marks everything that the steps up to 'level' need, directly or not. */
static bool *needed_by(struct planner *b, int level, bool down)
{
	bool *needed = LM_NEW_N(b->arena, bool, b->steps.n);
	int *todo = LM_NEW_N(b->arena, int, b->steps.n);
	size_t n = 0;

	for (size_t i = 0; i < b->steps.n; i++) {
		if (is_below(&b->steps.v[i], level, down)) {
			needed[i] = true;
			todo[n++] = (int)i;
		}
	}
	while (n > 0) {
		const struct plan_step *s = &b->steps.v[todo[--n]];

		for (size_t k = 0; k < s->after.n; k++)
			if (!needed[s->after.v[k].step]) {
				needed[s->after.v[k].step] = true;
				todo[n++] = s->after.v[k].step;
			}
	}
	return needed;
}

static bool waits_at(const struct plan_step *s, int level, bool down)
{
	return step_level(s, down) == level + 1 && level_of[s->transition].enters;
}

/* True when the steps up to 'level' are of more than one component: else there is none to wait for. */
static bool is_crowded(const struct planner *b, int level, bool down)
{
	const char *subject = NULL;

	for (size_t i = 0; i < b->steps.n; i++) {
		const struct plan_step *s = &b->steps.v[i];

		if (!is_below(s, level, down))
			continue;
		if (subject != NULL && subject != s->subject)
			return true;
		subject = s->subject;
	}
	return false;
}

/* A gate after all steps up to 'level', before those that enter the next one and are not exempt. */
static void add_gate(struct planner *b, int level, bool down, const char *subject)
{
	if (!is_crowded(b, level, down))
		return;
	const bool *needed = needed_by(b, level, down);
	size_t n = b->steps.n;
	int gate =
	    plan_add(b, &(struct plan_step){
			    .kind = PLAN_GATE, .subject = subject, .index = -1, .silent = true});

	for (size_t i = 0; i < n; i++) {
		if (is_below(&b->steps.v[i], level, down))
			plan_after(b, gate, (int)i, NULL);
		else if (waits_at(&b->steps.v[i], level, down) && !needed[i])
			plan_after(b, (int)i, gate, subject);
	}
}

void plan_order_levels(struct planner *b)
{
	add_gate(b, 1, true, "all are stopped");
	add_gate(b, 1, false, "all are installed");
	add_gate(b, 2, false, "all are configured");
}
