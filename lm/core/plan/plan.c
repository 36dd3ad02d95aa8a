/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/core/plan.h"

#include <string.h>

#include "lm/core/plan/plan_priv.h"

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

bool plan_is_renewed(const struct plan_unit *u)
{
	enum component_state state = plan_state(u);

	if (!u->scoped || u->node < 0 || state == COMPONENT_ABSENT)
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
	for (size_t i = 0; i < n; i++) {
		unit_init(&b->units[i], (int)i);
		b->units[i].scoped =
		    rq->want->nodes[i].resource != NULL && (rq->skip == NULL || !rq->skip[i]);
		b->units[i].goal = rq->target;
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
	bool tolerant;
};

struct path {
	struct hop hops[PATH_MAX_HOPS];
	unsigned char n, n_down;
	enum component_state at;
};

static void hop(struct path *p, enum transition transition, bool tolerant)
{
	p->hops[p->n++] = (struct hop){transition, tolerant};
	p->at = transition_rule(transition)->to;
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

/* A Stop on the way to removal or repair is tolerant: the node is leaving, or known to be ill. */
static void go_down(const struct plan_unit *u, struct path *p)
{
	enum component_state from = p->at;
	bool all = u->node < 0 || plan_is_renewed(u);

	if (from == COMPONENT_BROKEN ||
	    (from == COMPONENT_ACTIVE && (all || u->goal < COMPONENT_ACTIVE)))
		hop(p, TRANSITION_STOP, all || from == COMPONENT_BROKEN);
	if (all && p->at > COMPONENT_CREATED)
		hop(p, TRANSITION_UNINSTALL, false);
	if (all && p->at > COMPONENT_ABSENT)
		hop(p, TRANSITION_DELETE, false);
	p->n_down = p->n;
}

static void go_up(const struct plan_unit *u, struct path *p)
{
	bool runs = u->thing != NULL && u->thing->started && p->n == 0;

	for (size_t i = 0; i < LM_COUNT(upward) && u->node >= 0; i++)
		if (p->at == upward[i].from && p->at < u->goal &&
		    !(runs && upward[i].transition == TRANSITION_START))
			hop(p, upward[i].transition, false);
}

static bool is_declared(const struct graph *g, int node, enum transition t)
{
	return (g->nodes[node].resource->declared & (1u << t)) != 0;
}

static struct path path_of(const struct planner *b, const struct plan_unit *u)
{
	struct path p = {.at = plan_state(u)};

	go_down(u, &p);
	go_up(u, &p);
	if (p.n == 0 && p.at == COMPONENT_ACTIVE && u->node >= 0 &&
	    u->thing->change == PLAN_RECONFIGURE &&
	    is_declared(b->want->graph, u->node, TRANSITION_RECONFIGURE))
		hop(&p, TRANSITION_RECONFIGURE, false);
	return p;
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
	if (state == COMPONENT_FAILED)
		return "it is Failed";
	if (state == COMPONENT_BROKEN)
		return plan_is_renewed(u) ? "it is Broken: a restart will not do" : "it is Broken";
	if (u->why != NULL)
		return u->why;
	if (u->renew)
		return u->thing->why != NULL ? u->thing->why : "it has changed";
	return plan_is_renewed(u) ? "it must be made anew" : to_be[u->goal];
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
		int step = plan_add(b, &(struct plan_step){
					   .kind = PLAN_TRANSITION,
					   .subject = g->nodes[node].name,
					   .why = why,
					   .transition = t,
					   .graph = g,
					   .index = node,
					   .silent = !is_declared(g, node, t),
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
	add_components(&b);
	plan_add_relationships(&b);
	plan_order_values(&b);
	plan_order_levels(&b);
	plan_add_finds(&b);
	struct plan *p = plan_sorted(&b, circle);
	lm_vec_free(&b.steps);
	lm_vec_free(&b.links_of);
	lm_vec_free(&b.links);
	lm_map_free(b.leaving);
	return p;
}
