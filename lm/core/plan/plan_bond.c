/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "lm/core/plan/plan_priv.h"
#include "lm/core/plan/spare.h"

/*
 * Relationships.  An end that is an assembly stands for all resources in it; between several of
 * them and many relationships stands a gate, so that n and m make n + m edges.
 */

/* What an end has to do with a relationship's steps. */
enum gate {
	GATE_REACHED, /* all below are in the state: creating waits for it */
	GATE_NEXT,    /* all below are where the state comes next: the same, for "pre" */
	GATE_ENTERS,  /* the transitions into the state wait for it: it waits for creating */
	GATE_LEAVES,  /* the transitions out of it wait for it: it waits for ceasing */
	GATE_N
};

struct plan_tree_gates {
	int step[GATE_N][END_STATE_N]; /* 0: not made yet; -1: nothing to wait for; else step + 1 */
};

/* ---- one resource ------------------------------------------------------------------------------- */

static const enum component_state needed[END_STATE_N] = {
    [END_CREATED] = COMPONENT_CREATED,
    [END_INSTALLED] = COMPONENT_INSTALLED,
    [END_INACTIVE] = COMPONENT_INACTIVE,
    [END_ACTIVE] = COMPONENT_ACTIVE,
};

enum component_state plan_needed(enum end_state s)
{
	return needed[s];
}

static int first_of(const struct plan_unit *u, enum transition a, enum transition b)
{
	return u->step[a] >= 0 ? u->step[a] : u->step[b];
}

/* The first step down that ends the state; -1: it stays. */
static int leaving(const struct plan_unit *u, enum end_state s)
{
	if (u->n_down == 0)
		return -1;
	if (s == END_ACTIVE)
		return u->first;
	return s == END_CREATED ? u->step[TRANSITION_DELETE]
				: first_of(u, TRANSITION_UNINSTALL, TRANSITION_DELETE);
}

static int reached(const struct plan_unit *u, enum end_state s)
{
	static const enum transition last[END_STATE_N] = {
	    [END_CREATED] = TRANSITION_CREATE,
	    [END_INSTALLED] = TRANSITION_INSTALL,
	    [END_INACTIVE] = TRANSITION_CONFIGURE,
	    [END_ACTIVE] = TRANSITION_INTEGRITY,
	};

	return u->step[last[s]];
}

static int entering(const struct plan_unit *u, enum end_state s)
{
	return s == END_ACTIVE ? first_of(u, TRANSITION_START, TRANSITION_INTEGRITY)
			       : reached(u, s);
}

/* The step that has to do with it; -1: none.  New values come with Reconfigure, state or not. */
static int step_at(const struct plan_unit *u, enum gate gate, enum end_state s)
{
	int step = -1, change = u->step[TRANSITION_RECONFIGURE];

	/* What is Broken is in no state before its Stop, however far up it was. */
	if (change < 0 && plan_state(u) == COMPONENT_BROKEN)
		change = u->step[TRANSITION_STOP];

	switch (gate) {
	case GATE_REACHED:
		step = reached(u, s);
		return step >= 0 ? step : change;
	case GATE_NEXT:
		step = entering(u, s);
		return step > u->first ? step - 1 : step == u->first ? -1 : change;
	case GATE_ENTERS:
		return entering(u, s);
	case GATE_LEAVES:
		step = leaving(u, s);
		return step >= 0 ? step : change;
	case GATE_N:
		break;
	}
	return -1;
}

/* ---- all resources below a node ------------------------------------------------------------------- */

struct tie {
	struct plan_tree *tree;
	enum gate gate;
	enum end_state state;
	int step; /* waits for those below, or they for it, as the gate says */
};

static bool waits_for_end(enum gate gate)
{
	return gate == GATE_REACHED || gate == GATE_NEXT;
}

static void tie_one(struct planner *b, const struct tie *t, int node)
{
	const struct plan_unit *u = plan_unit_of(b, t->tree, node);
	int step = u == NULL ? -1 : step_at(u, t->gate, t->state);

	if (waits_for_end(t->gate))
		plan_after(b, t->step, step, PLAN_CAUSE_END);
	else
		plan_after(b, step, t->step,
		    t->gate == GATE_ENTERS ? PLAN_CAUSE_BEFORE : PLAN_CAUSE_CEASED);
}

static void tie_all(struct planner *b, const struct tie *t, int node)
{
	if (t->tree->graph->nodes[node].resource != NULL)
		tie_one(b, t, node);
	for (int c = t->tree->child[node]; c >= 0; c = t->tree->next[c])
		tie_all(b, t, c);
}

static bool has_steps(struct planner *b, const struct tie *t, int node)
{
	const struct plan_unit *u =
	    t->tree->graph->nodes[node].resource == NULL ? NULL : plan_unit_of(b, t->tree, node);
	bool has = u != NULL && step_at(u, t->gate, t->state) >= 0;

	for (int c = t->tree->child[node]; c >= 0 && !has; c = t->tree->next[c])
		has = has_steps(b, t, c);
	return has;
}

static const char *gate_text(struct planner *b, const struct tie *t, int node)
{
	const char *name = t->tree->graph->nodes[node].name;

	switch (t->gate) {
	case GATE_REACHED:
		return lm_arena_printf(
		    b->arena, "all of %s are %s", name, end_state_text(t->state));
	case GATE_NEXT:
		return lm_arena_printf(
		    b->arena, "all of %s are about to be %s", name, end_state_text(t->state));
	case GATE_ENTERS:
		return lm_arena_printf(b->arena, "the relationships of %s are there", name);
	case GATE_LEAVES:
	case GATE_N:
		break;
	}
	return lm_arena_printf(b->arena, "the relationships of %s have ceased", name);
}

/* The gate between a node and all relationships that ask the same of it; -1: nobody waits there. */
static int gate_of(struct planner *b, const struct tie *t, int node)
{
	struct plan_tree *tree = t->tree;

	if (tree->gates == NULL)
		tree->gates = LM_NEW_N(b->arena, struct plan_tree_gates *, tree->graph->n_nodes);
	if (tree->gates[node] == NULL)
		tree->gates[node] = LM_NEW(b->arena, struct plan_tree_gates);
	int *gate = &tree->gates[node]->step[t->gate][t->state];
	if (*gate == 0 && !has_steps(b, t, node))
		*gate = -1;
	if (*gate != 0)
		return *gate > 0 ? *gate - 1 : -1;
	struct tie below = *t;
	below.step = plan_add(b, &(struct plan_step){
				     .kind = PLAN_GATE,
				     .subject = gate_text(b, t, node),
				     .index = -1,
				     .silent = true,
				 });
	*gate = below.step + 1;
	tie_all(b, &below, node);
	return below.step;
}

static void tie(struct planner *b, struct tie t, int node)
{
	if (t.step < 0 || node < 0)
		return;
	if (t.tree->only[node] >= 0) {
		tie_one(b, &t, t.tree->only[node]);
		return;
	}
	int gate = gate_of(b, &t, node);
	if (waits_for_end(t.gate))
		plan_after(b, t.step, gate, PLAN_CAUSE_GATE);
	else
		plan_after(b, gate, t.step, PLAN_CAUSE_NONE);
}

/* ---- what becomes of an end ----------------------------------------------------------------------- */

/* The states that something below a node leaves, as bits; worked out once. */
static unsigned left_below(struct planner *b, struct plan_tree *t, int node)
{
	enum { KNOWN = 1u << END_STATE_N };
	unsigned left = KNOWN;

	if (t->left == NULL)
		t->left = LM_NEW_N(b->arena, unsigned char, t->graph->n_nodes);
	if (t->left[node] != 0)
		return t->left[node];
	const struct plan_unit *u =
	    t->graph->nodes[node].resource == NULL ? NULL : plan_unit_of(b, t, node);
	for (int s = 0; u != NULL && s < END_STATE_N; s++)
		if (leaving(u, (enum end_state)s) >= 0)
			left |= 1u << s;
	for (int c = t->child[node]; c >= 0; c = t->next[c])
		left |= left_below(b, t, c);
	t->left[node] = (unsigned char)left;
	return left;
}

static bool end_leaves(struct planner *b, struct plan_tree *t, const struct graph_end *end)
{
	return end->node >= 0 && (left_below(b, t, end->node) & (1u << end->state)) != 0;
}

/* By node of what is wanted: the lowest state that things below have in the end, and who takes part. */
struct outcome {
	unsigned char lowest; /* enum component_state */
	bool scoped, held;    /* some take part; some do not */
};

static struct outcome *outcomes(struct planner *b)
{
	const struct graph *g = b->want->graph;
	struct outcome *o = LM_NEW_N(b->arena, struct outcome, g->n_nodes);

	for (size_t i = 0; i < g->n_nodes; i++)
		o[i].lowest = COMPONENT_ACTIVE;
	for (size_t i = g->n_nodes; i-- > 0;) {
		int parent = g->nodes[i].parent;

		if (g->nodes[i].resource != NULL)
			o[i] = (struct outcome){(unsigned char)b->units[i].ends, b->units[i].scoped,
			    !b->units[i].scoped};
		if (parent < 0 || spare_is_root(g, (int)i))
			continue;
		if (o[i].lowest < o[parent].lowest)
			o[parent].lowest = o[i].lowest;
		o[parent].scoped |= o[i].scoped;
		o[parent].held |= o[i].held;
	}
	return o;
}

static bool end_gets_there(const struct outcome *o, const struct graph_end *end)
{
	return end->node < 0 || o[end->node].lowest >= needed[end->state];
}

/* ---- the steps -------------------------------------------------------------------------------------- */

static int add_step(
    struct planner *b, const struct graph *g, int index, enum plan_kind kind, const char *why)
{
	const struct graph_relationship *r = &g->relationships[index];
	size_t calls = kind == PLAN_CREATE ? r->n_create : r->n_cease;

	return plan_add(b, &(struct plan_step){
			       .kind = kind,
			       .subject = r->name,
			       .why = why,
			       .graph = g,
			       .index = index,
			       .silent = calls == 0,
			       .tolerant = kind == PLAN_CEASE,
			   });
}

/* True when the node is the end, or below it. */
static bool is_below(const struct graph *g, int node, const struct graph_end *end)
{
	while (node >= 0 && node != end->node)
		node = g->nodes[node].parent;
	return node >= 0 && end->node >= 0;
}

/* Those who carry out an operation without being an end must be up to it, too. */
static void tie_operators(struct planner *b, struct plan_tree *t,
    const struct graph_relationship *r, int step, bool create)
{
	const struct graph_call *calls = create ? r->create : r->cease;
	size_t n = create ? r->n_create : r->n_cease;

	for (size_t i = 0; i < n; i++) {
		int node = calls[i].node;

		if (node < 0 || is_below(t->graph, node, &r->source) ||
		    is_below(t->graph, node, &r->target))
			continue;
		const struct plan_unit *u = plan_unit_of(b, t, node);
		if (u == NULL || u->n == 0)
			continue;
		if (!create && u->n_down > 0)
			plan_prefer(b, u->first, step, PLAN_CAUSE_CEASED);
		if (create && u->n > u->n_down)
			plan_prefer(b, step, u->first + u->n - 1, PLAN_CAUSE_OPERATOR);
		if (create)
			plan_after(b, step, u->step[TRANSITION_INSTALL], PLAN_CAUSE_OPERATOR);
	}
}

static int cease(struct planner *b, const struct plan_bond *bond, const char *why)
{
	struct plan_tree *t = plan_tree(b, bond->graph);
	const struct graph_relationship *r = &bond->graph->relationships[bond->relationship];
	int step = add_step(b, bond->graph, bond->relationship, PLAN_CEASE, why);

	tie(b, (struct tie){t, GATE_LEAVES, r->source.state, step}, r->source.node);
	tie(b, (struct tie){t, GATE_LEAVES, r->target.state, step}, r->target.node);
	tie_operators(b, t, r, step, false);
	return step;
}

static void create_at(struct planner *b, int step, const struct graph_end *end)
{
	struct tie t = {b->want, end->pre ? GATE_NEXT : GATE_REACHED, end->state, step};

	tie(b, t, end->node);
	t.gate = GATE_ENTERS;
	if (end->pre)
		tie(b, t, end->node);
}

static int create(struct planner *b, int index, const char *why)
{
	const struct graph_relationship *r = &b->want->graph->relationships[index];
	int step = add_step(b, b->want->graph, index, PLAN_CREATE, why);

	create_at(b, step, &r->source);
	create_at(b, step, &r->target);
	tie_operators(b, b->want, r, step, true);
	return step;
}

/* One who was told of it leaves service, and the relationship does not. */
static bool leaves_somebody_behind(
    const struct planner *b, const struct plan_bond *bond, const struct plan_tree *t)
{
	const struct graph_relationship *r = &bond->graph->relationships[bond->relationship];
	const struct graph *want = b->want->graph;

	if (!b->has_spares || t == b->want ||
	    want->nodes[want->relationships[bond->wanted].owner].spare)
		return false;
	for (size_t i = 0; i < r->n_cease; i++)
		if (plan_leaves_service(b, t, r->cease[i].node))
			return true;
	return false;
}

/* Why what exists must cease; NULL: it stays. */
static const char *reason_to_cease(struct planner *b, const struct plan_bond *bond)
{
	struct plan_tree *t = plan_tree(b, bond->graph);
	const struct graph_relationship *r = &bond->graph->relationships[bond->relationship];

	plan_tree_children(b, t);
	if (bond->wanted < 0)
		return plan_leaves_service(b, t, r->source.node)   ? "its source leaves service"
		       : plan_leaves_service(b, t, r->target.node) ? "its target leaves service"
								   : "it is not wanted any more";
	if (bond->stale)
		return "its values have changed";
	if (end_leaves(b, t, &r->source))
		return "its source leaves its state";
	if (leaves_somebody_behind(b, bond, t))
		return "one who carries it out leaves service";
	return end_leaves(b, t, &r->target) ? "its target leaves its state" : NULL;
}

static void plan_wanted(
    struct planner *b, int index, const struct plan_bond *bond, const struct outcome *o)
{
	const struct graph_relationship *r = &b->want->graph->relationships[index];
	const char *why = bond == NULL ? NULL : reason_to_cease(b, bond);
	const struct graph_end *ends[] = {&r->source, &r->target};
	bool possible = end_gets_there(o, &r->source) && end_gets_there(o, &r->target);
	bool scoped = false, held = false;

	for (size_t i = 0; i < LM_COUNT(ends); i++) {
		scoped |= ends[i]->node >= 0 && o[ends[i]->node].scoped;
		held |= ends[i]->node >= 0 && o[ends[i]->node].held;
	}
	scoped |= !held;
	if (bond != NULL && why == NULL && scoped && !possible)
		why = "its ends do not get that far"; /* it came first, and then something failed */
	int ceased = why == NULL ? -1 : cease(b, bond, why);
	if (!possible || (bond == NULL ? !scoped : why == NULL))
		return;
	int created = create(b, index, bond == NULL ? "it is wanted" : "to be there again");
	plan_after(b, created, ceased, PLAN_CAUSE_NONE);
}

void plan_add_relationships(struct planner *b)
{
	const struct plan_request *rq = b->request;
	size_t n = rq->want == NULL ? 0 : rq->want->n_relationships;
	const struct plan_bond **bond_of = LM_NEW_N(b->arena, const struct plan_bond *, n + 1);

	for (size_t i = 0; i < rq->n_bonds; i++) {
		const struct plan_bond *bond = &rq->bonds[i];

		if (bond->wanted >= 0)
			bond_of[bond->wanted] = bond;
		else
			cease(b, bond, reason_to_cease(b, bond));
	}
	if (n == 0)
		return;
	plan_tree_children(b, b->want);
	const struct outcome *o = outcomes(b);
	for (size_t i = 0; i < n; i++)
		plan_wanted(b, (int)i, bond_of[i], o);
}
