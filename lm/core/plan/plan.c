/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/core/plan.h"

#include <string.h>

#include "lm/core/plan/plan_priv.h"
#include "lm/core/plan/spare.h"

/* ---- steps and what they wait for ----------------------------------------------------------- */

int plan_add(struct planner *b, const struct plan_step *step)
{
	*LM_PUSH(NULL, &b->steps) = *step;
	*LM_PUSH(NULL, &b->links_of) = -1;
	return (int)b->steps.n - 1;
}

static void link_steps(struct planner *b, int step, struct plan_link link)
{
	if (step < 0 || link.before < 0)
		return;
	link.step = step;
	link.next = b->links_of.v[step];
	b->links_of.v[step] = (int)b->links.n;
	*LM_PUSH(NULL, &b->links) = link;
}

void plan_after(struct planner *b, int step, int before, enum plan_cause cause)
{
	link_steps(b, step, (struct plan_link){.before = before, .cause = (unsigned char)cause});
}

void plan_after_value(struct planner *b, int step, int before, const struct graph_dep *dep)
{
	link_steps(
	    b, step, (struct plan_link){.before = before, .cause = PLAN_CAUSE_VALUE, .dep = dep});
}

void plan_prefer(struct planner *b, int step, int before, enum plan_cause cause)
{
	link_steps(b, step,
	    (struct plan_link){.before = before, .cause = (unsigned char)cause, .soft = true});
}

void plan_prefer_value(struct planner *b, int step, int before, const struct graph_dep *dep)
{
	link_steps(b, step,
	    (struct plan_link){
		.before = before, .cause = PLAN_CAUSE_VALUE, .dep = dep, .soft = true});
}

/* ---- units ------------------------------------------------------------------------------------ */

enum component_state plan_state(const struct plan_unit *u)
{
	return u->thing == NULL ? COMPONENT_ABSENT : u->thing->state;
}

bool plan_is_ready(const struct plan_unit *u)
{
	return u->thing != NULL && u->thing->ready;
}

bool plan_is_renewed(const struct plan_unit *u)
{
	enum component_state state = plan_state(u);

	if (!u->scoped || u->node < 0 || state == COMPONENT_ABSENT || u->thing->given_up)
		return false;
	return u->renew || state == COMPONENT_FAILED ||
	       (u->thing->rebuild && state != COMPONENT_ACTIVE);
}

static void unit_init(struct plan_unit *u, int node)
{
	*u = (struct plan_unit){.node = node, .first = -1};
	for (int t = 0; t <= PLAN_NO_TRANSITION; t++)
		u->step[t] = -1;
}

/* What is wanted by node, then what shall go. */
static void make_units(struct planner *b)
{
	const struct plan_request *rq = b->request;
	size_t n = b->n_want = rq->want == NULL ? 0 : rq->want->n_nodes;

	b->units = LM_NEW_N(b->arena, struct plan_unit, n + rq->n_things + 1);
	const enum component_state *goals =
	    n == 0 ? NULL : spare_goals(rq->want, rq->target, b->arena);
	for (size_t i = 0; i < n; i++) {
		unit_init(&b->units[i], (int)i);
		b->units[i].scoped =
		    rq->want->nodes[i].resource != NULL && (rq->skip == NULL || !rq->skip[i]);
		b->units[i].goal = goals[i];
		b->units[i].spare = rq->want->nodes[i].spare;
		b->has_spares |= b->units[i].spare;
		b->units[i].stands_by = spare_stands_by(&rq->want->nodes[i], goals[i], rq->target);
	}
	for (size_t i = 0; i < rq->n_things; i++) {
		const struct plan_thing *t = &rq->things[i];
		struct plan_unit *u = &b->units[t->wanted < 0 ? n++ : (size_t)t->wanted];

		if (t->wanted < 0) {
			unit_init(u, -1);
			plan_tree(b, t->graph)->unit[t->node] = (int)(u - b->units);
		}
		u->thing = t;
		u->scoped = !t->fixed;
		u->renew = t->change == PLAN_RENEW;
	}
	b->n_units = n;
}

/* ---- transitions ------------------------------------------------------------------------------ */

/* At most Stop, Uninstall, Delete, Create, Install, Configure, Start, Integrity. */
enum { PATH_MAX_HOPS = 8 };

struct hop {
	enum transition transition;
	enum plan_turn turn;
	bool tolerant;
};

struct path {
	struct hop hops[PATH_MAX_HOPS];
	unsigned char n, n_down;
	enum component_state at;
};

static void hop(struct path *p, struct hop h)
{
	p->hops[p->n++] = h;
	if (h.turn == PLAN_TURN_STAND_BY)
		p->at = COMPONENT_INACTIVE;
	else if (h.transition != TRANSITION_RECONFIGURE)
		p->at = transition_rule(h.transition)->to;
}

/* The way up: what leads from each state to the next. */
static const struct {
	enum component_state from;
	enum transition transition;
} upward[] = {
    {COMPONENT_ABSENT, TRANSITION_CREATE},
    {COMPONENT_CREATED, TRANSITION_INSTALL},
    {COMPONENT_INSTALLED, TRANSITION_CONFIGURE},
    {COMPONENT_INACTIVE, TRANSITION_START},
    {COMPONENT_INACTIVE, TRANSITION_INTEGRITY},
};

/* It runs and was looked at, and that is all there is to its goal. */
static bool is_to_stand_by(const struct plan_unit *u)
{
	return u->stands_by && u->goal == COMPONENT_INACTIVE;
}

/* A Stop on the way to removal or repair is tolerant: the node is leaving, or known to be ill. */
static void go_down(const struct plan_unit *u, struct path *p)
{
	enum component_state from = p->at;
	bool all = u->node < 0 || plan_is_renewed(u);
	bool runs = from == COMPONENT_ACTIVE || plan_is_ready(u);

	if (from == COMPONENT_ACTIVE && !all && is_to_stand_by(u))
		hop(p, (struct hop){TRANSITION_STOP, PLAN_TURN_STAND_BY, false});
	else if (from == COMPONENT_BROKEN ||
		 (runs && (all || (u->goal < COMPONENT_ACTIVE && !is_to_stand_by(u)))))
		hop(p, (struct hop){.transition = TRANSITION_STOP,
			   .tolerant = all || from == COMPONENT_BROKEN});
	if (all && p->at > COMPONENT_CREATED)
		hop(p, (struct hop){.transition = TRANSITION_UNINSTALL});
	if (all && p->at > COMPONENT_ABSENT)
		hop(p, (struct hop){.transition = TRANSITION_DELETE});
	p->n_down = p->n;
}

/* How it comes to the state above: nothing is asked of one that was looked at before. */
static enum plan_turn turn_of(const struct plan_unit *u, const struct path *p, enum transition t)
{
	if (t != TRANSITION_INTEGRITY)
		return PLAN_TURN_NONE;
	if (is_to_stand_by(u))
		return PLAN_TURN_STAND_BY;
	return plan_is_ready(u) && p->n == 0 ? PLAN_TURN_SERVE : PLAN_TURN_NONE;
}

static bool stands_by_already(const struct plan_unit *u, const struct path *p)
{
	return is_to_stand_by(u) &&
	       (p->n == 0 ? plan_is_ready(u) : p->hops[p->n - 1].turn == PLAN_TURN_STAND_BY);
}

static void go_up(const struct plan_unit *u, struct path *p)
{
	bool runs = u->thing != NULL && u->thing->started && p->n == 0;
	enum component_state goal = is_to_stand_by(u) ? COMPONENT_ACTIVE : u->goal;

	if (u->node < 0 || stands_by_already(u, p))
		return;
	for (size_t i = 0; i < LM_COUNT(upward); i++) {
		enum transition t = upward[i].transition;

		if (p->at == upward[i].from && p->at < goal && !(runs && t == TRANSITION_START))
			hop(p, (struct hop){.transition = t, .turn = turn_of(u, p, t)});
	}
}

static bool is_declared(const struct graph *g, int node, enum transition t)
{
	return (g->nodes[node].resource->declared & (1u << t)) != 0;
}

/* The state changes without a call. */
static bool is_turn(const struct hop *h)
{
	return h->turn == PLAN_TURN_SERVE ||
	       (h->turn == PLAN_TURN_STAND_BY && h->transition == TRANSITION_STOP);
}

/* It goes on to run with what it has, so that it must be told what is new. */
static bool stays_up(const struct plan_unit *u, const struct path *p)
{
	bool is_up = plan_state(u) == COMPONENT_ACTIVE || plan_is_ready(u);

	return is_up && u->node >= 0 && (p->n == 0 || (p->n == 1 && is_turn(&p->hops[0])));
}

static struct path path_of(const struct planner *b, const struct plan_unit *u)
{
	struct path p = {.at = plan_state(u)};

	if (u->thing != NULL && u->thing->given_up)
		return (struct path){.at = COMPONENT_ABSENT};
	go_down(u, &p);
	go_up(u, &p);
	if (stays_up(u, &p) && u->thing->change == PLAN_RECONFIGURE &&
	    is_declared(b->want->graph, u->node, TRANSITION_RECONFIGURE))
		hop(&p, (struct hop){.transition = TRANSITION_RECONFIGURE});
	return p;
}

/* The role of one that exists changes; NULL: it does not. */
static const char *new_role(const struct plan_unit *u)
{
	bool was = u->thing != NULL && u->thing->graph->nodes[u->thing->node].spare;

	if (u->thing == NULL || u->node < 0 || was == u->spare)
		return NULL;
	return was ? "it is taken into service" : "it becomes a spare";
}

/* Why a component goes its way, for people. */
static const char *reason(const struct plan_unit *u, const struct path *p)
{
	static const char *const to_be[COMPONENT_STATE_N] = {
	    [COMPONENT_INSTALLED] = "to be Installed",
	    [COMPONENT_INACTIVE] = "to be Inactive",
	    [COMPONENT_ACTIVE] = "to be Active",
	};
	enum component_state state = plan_state(u);

	if (u->node < 0)
		return "it is not wanted any more";
	if (p->hops[0].transition == TRANSITION_RECONFIGURE)
		return u->thing->why != NULL ? u->thing->why : "its values have changed";
	if (is_turn(&p->hops[0]) && new_role(u) != NULL)
		return new_role(u);
	if (state == COMPONENT_FAILED)
		return "it is Failed";
	if (state == COMPONENT_BROKEN && plan_is_renewed(u))
		return "it is Broken: a restart will not do";
	if (state == COMPONENT_BROKEN)
		return new_role(u) != NULL ? "it is Broken, and becomes a spare" : "it is Broken";
	if (u->why != NULL)
		return u->why;
	if (u->renew)
		return u->thing->why != NULL ? u->thing->why : "it has changed";
	if (plan_is_renewed(u))
		return "it must be made anew";
	return is_to_stand_by(u) ? "to stand by" : to_be[u->goal];
}

/* Adds the transitions of one component, each after the one before it. */
static void add_transitions(struct planner *b, struct plan_unit *u)
{
	struct path p = path_of(b, u);
	const char *why = reason(u, &p);

	u->ends = p.at;
	u->n = p.n;
	u->n_down = p.n_down;
	for (size_t i = 0; i < p.n; i++) {
		bool down = i < p.n_down;
		enum transition t = p.hops[i].transition;
		const struct graph *g = down ? u->thing->graph : b->want->graph;
		int node = down ? u->thing->node : u->node;
		int step =
		    plan_add(b, &(struct plan_step){
				    .kind = PLAN_TRANSITION,
				    .subject = g->nodes[node].name,
				    .why = why,
				    .transition = t,
				    .graph = g,
				    .index = node,
				    .turn = p.hops[i].turn,
				    .silent = is_turn(&p.hops[i]) || !is_declared(g, node, t),
				    .tolerant = p.hops[i].tolerant,
				});

		u->step[t] = step;
		if (i == 0)
			u->first = step;
		else
			plan_after(b, step, step - 1, PLAN_CAUSE_NONE);
	}
}

static void add_components(struct planner *b)
{
	for (size_t i = 0; i < b->n_units; i++) {
		struct plan_unit *u = &b->units[i];

		if (u->scoped)
			add_transitions(b, u);
		else if (plan_state(u) <= COMPONENT_ACTIVE)
			u->ends = plan_state(u);
	}
}

struct plan *plan_build(const struct plan_request *rq, struct lm_arena *a, const char **circle)
{
	struct planner b = {.request = rq, .arena = a};

	b.want = rq->want == NULL ? NULL : plan_tree(&b, rq->want);
	make_units(&b);
	plan_settle_scope(&b);
	if (plan_renew_for_leftovers(&b))
		plan_settle_scope(&b);
	add_components(&b);
	plan_add_relationships(&b);
	plan_order_values(&b);
	plan_mark_spares(&b);
	plan_order_levels(&b);
	plan_order_spares(&b);
	plan_add_finds(&b);
	struct plan *p = plan_sorted(&b, circle);
	lm_vec_free(&b.steps);
	lm_vec_free(&b.links_of);
	lm_vec_free(&b.links);
	lm_map_free(b.leaving);
	return p;
}
