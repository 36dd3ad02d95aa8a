/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/lib/rest.h"

#include <stdlib.h>
#include <string.h>

#include "tests/sim/lib/bounds.h"
#include "tests/sim/lib/goals.h"
#include "tests/sim/lib/peek.h"
#include "tests/sim/lib/spares.h"

enum { DELETE_TRIES = 12, CONVERGE_TRIES = 20 };

/* ---- processes ------------------------------------------------------------------------------- */

static void check_processes(struct stage *s)
{
	const struct process *p;

	for (size_t i = 0; (p = lm_map_next(s->engine->processes, &i)) != NULL;) {
		if (p->status == PROCESS_PENDING || p->status == PROCESS_RUNNING)
			stage_wrong(s, "a process of %s never ended: %s", p->root_name,
			    intent_kind_text(p->intent.kind));
		if (p->status == PROCESS_FAILED && (p->reason == NULL || *p->reason == '\0'))
			stage_wrong(s, "a process of %s failed without a reason", p->root_name);
	}
}

static void check_acks(struct stage *s)
{
	for (size_t i = 0; i < s->acks.n; i++)
		if (lm_map_find(s->engine->processes, s->acks.v[i].process) == NULL)
			stage_wrong(s, "an intent on %s was acknowledged and is forgotten",
			    s->acks.v[i].root);
}

/* ---- the outside ----------------------------------------------------------------------------- */

static void check_known(void *arg, const struct driver_thing *t)
{
	struct stage *s = arg;
	const struct component *c = lm_map_find(s->engine->components, t->resource_id);

	if (c == NULL || c->state == COMPONENT_ABSENT)
		stage_wrong(
		    s, "%s exists outside, and the journal does not know it", t->resource_name);
}

static bool declares(const struct component *c, enum transition t)
{
	int node;
	const struct graph *g = peek_graph_of(c, false, &node);

	return g != NULL && g->nodes[node].resource != NULL &&
	       (g->nodes[node].resource->declared & (1u << t)) != 0;
}

/* By hand, once nothing moves: a step that was given up may still have been at work on it. */
static void remove_forgotten(struct stage *s)
{
	for (size_t i = 0; i < s->forgotten.n; i++)
		if (lm_map_find(s->engine->components, s->forgotten.v[i].id) == NULL)
			sim_remove(s->sim, s->forgotten.v[i].id);
}

static void check_outside(struct stage *s)
{
	const struct component *c;

	remove_forgotten(s);
	sim_list(s->sim, check_known, s);
	for (size_t i = 0; (c = lm_map_next(s->engine->components, &i)) != NULL;) {
		/* One that is known to be gone is made anew by whatever brings it up. */
		if (c->state < COMPONENT_INSTALLED || c->state > COMPONENT_BROKEN || c->rebuild)
			continue;
		if (declares(c, TRANSITION_INSTALL) && !sim_is_installed(s->sim, c->id))
			stage_wrong(s, "%s is %s, and nothing of it exists outside", c->name,
			    component_state_text(c->state));
	}
}

void rest_check(struct stage *s)
{
	const struct instance *in;

	check_processes(s);
	check_acks(s);
	check_outside(s);
	bounds_rest(s);
	for (size_t i = 0; (in = lm_map_next(s->engine->instances, &i)) != NULL;)
		if (in->running != NULL || in->queue.n > 0 || in->aside.n > 0)
			stage_wrong(s, "%s is at work although nothing is due", in->name);
	if (lm_map_count(s->engine->flights) > 0)
		stage_wrong(s, "a step is in flight although nothing is due");
}

/* ---- what was wanted ------------------------------------------------------------------------- */

static void check_component(
    struct stage *s, const struct instance *in, int node, enum component_state goal)
{
	const struct graph *g = peek_wanted(in);
	const char *name = g->nodes[node].name;
	const struct component *c = lm_map_find(in->components, name);

	if (c == NULL) {
		stage_wrong(s, "%s is wanted and does not exist", name);
		return;
	}
	/* Nothing leads back to Installed; who brings values late may have been needed higher. */
	bool runs_on = goals_stands_by(g, node, peek_target(in));
	bool is_there = c->state == goal ||
			(goal == COMPONENT_INSTALLED && c->state == COMPONENT_INACTIVE) ||
			(c->late >= TRANSITION_CONFIGURE && c->state > goal &&
			    c->state <= transition_rule(c->late)->to);
	if (!is_there)
		stage_wrong(s, "%s is %s and should be %s", name, component_state_text(c->state),
		    component_state_text(goal));
	if (c->state == COMPONENT_INACTIVE && c->ready != runs_on)
		stage_wrong(s, "%s %s", name,
		    runs_on ? "should stand by, and does not" : "stands by, and should not");
	if ((c->state == COMPONENT_ACTIVE || c->ready) && declares(c, TRANSITION_START) &&
	    !sim_is_running(s->sim, c->id))
		stage_wrong(s, "%s is %s, but does not run", name,
		    c->ready ? "a spare that stands by" : "Active");
	if (declares(c, TRANSITION_INSTALL) && declares(c, TRANSITION_START) &&
	    c->state == COMPONENT_ACTIVE && sim_is_destroyed(s->sim, c->id))
		stage_wrong(s, "%s is Active, but its infrastructure is gone", name);
}

/* Created with what its ends say now, not with what they once said. */
static void check_values(struct stage *s, const struct instance *in, const struct graph *g,
    const struct graph_relationship *r, const struct link *l)
{
	LM_AUTO(lm_arena) arena = lm_arena_new();
	struct facts facts = {s->engine, in, g, arena};
	struct graph_facts gf = facts_of(&facts);

	for (size_t i = 0; i < r->n_properties; i++) {
		const char *now = graph_expr_value(g, &r->properties[i].value, &gf, arena);
		const char *then = lm_kvs_find(&l->properties, r->properties[i].name);

		if ((now == NULL) != (then == NULL) || (now != NULL && strcmp(now, then) != 0))
			stage_wrong(s, "%s was created with %s=%s, which is %s now", r->name,
			    r->properties[i].name, then == NULL ? "(unset)" : then,
			    now == NULL ? "(unset)" : now);
	}
}

/* All of it is where the relationship needs it, be it higher than it should. */
static bool is_reached(
    const struct instance *in, const struct graph *g, const struct graph_end *end)
{
	for (int i = end->node; i >= 0 && (size_t)i < g->n_nodes; i++) {
		const struct component *c = lm_map_find(in->components, g->nodes[i].name);

		if (g->nodes[i].resource != NULL && goals_counts(g, i, end->node) &&
		    (c == NULL || c->state < goals_need(end->state)))
			return false;
	}
	return true;
}

static void check_relationships(struct stage *s, const struct instance *in, const struct graph *g)
{
	size_t wanted = 0;

	for (size_t i = 0; i < g->n_relationships; i++) {
		const struct graph_relationship *r = &g->relationships[i];
		const struct link *l = peek_related(in, r->name);

		if (l != NULL)
			check_values(s, in, g, r, l);
		if (!is_reached(in, g, &r->source) || !is_reached(in, g, &r->target))
			continue;
		wanted++;
		if (l == NULL)
			stage_wrong(s, "relationship %s is wanted and does not exist", r->name);
	}
	if (peek_relations(in) > wanted)
		stage_wrong(s, "%s has relationships that nobody wants", in->name);
}

/* ---- what relationships have registered ------------------------------------------------------ */

struct registry {
	struct stage *stage;
	size_t n;
};

/* The relationship that has registered it; NULL: none. */
static const struct link *link_of(const struct instance *in, const struct sim_entry *e)
{
	const struct link *l;

	for (size_t i = 0; (l = lm_map_next(in->links, &i)) != NULL;) {
		const char *key = lm_kvs_find(&l->properties, "key");

		if (key != NULL && strcmp(key, e->key) == 0)
			return l;
	}
	return NULL;
}

static void check_entry(void *arg, const struct sim_entry *e)
{
	struct registry *r = arg;
	const struct component *c = lm_map_find(r->stage->engine->components, e->id);

	if (!e->is_certain || c == NULL)
		return;
	const struct link *l = link_of(c->instance, e);
	const char *address = l == NULL ? NULL : lm_kvs_find(&l->properties, "ipaddr");
	if (l == NULL)
		stage_wrong(r->stage, "%s is registered at %s, and no relationship says so", e->key,
		    c->name);
	else if (address != NULL && strcmp(address, e->address) != 0)
		stage_wrong(r->stage, "%s is registered at %s as %s instead of %s", e->key, c->name,
		    e->address, address);
}

static void check_wanted(struct stage *s)
{
	const struct instance *in;

	for (size_t i = 0; (in = lm_map_next(s->engine->instances, &i)) != NULL;) {
		const struct graph *g = peek_wanted(in);
		enum component_state *goals = goals_new(g, peek_target(in));

		for (size_t k = 0; k < g->n_nodes; k++)
			if (g->nodes[k].resource != NULL)
				check_component(s, in, (int)k, goals[k]);
		check_relationships(s, in, g);
		spares_rest(s, in);
		free(goals);
	}
	sim_each_entry(s->sim, check_entry, &(struct registry){s, 0});
}

/* A plan may have a circle: then it cannot be reached, and the process said so. */
static bool ended_in_circle(const struct stage *s, const char *root)
{
	const struct process *p, *last = NULL;

	for (size_t i = 0; (p = lm_map_next(s->engine->processes, &i)) != NULL;)
		if (strcmp(p->root_name, root) == 0)
			last = p;
	return last != NULL && last->reason != NULL && strstr(last->reason, "circle") != NULL;
}

static bool is_completed(const struct instance *in)
{
	return in->running == NULL && in->aside.n == 0 && in->last != NULL &&
	       in->last->status == PROCESS_COMPLETED;
}

/* What is gone outside is found one after the other: each try may meet the next. */
static void converge_one(struct stage *s, const char *name, unsigned number)
{
	const struct instance *in = lm_map_find(s->engine->instances, name);

	for (unsigned i = 0; in != NULL && i < CONVERGE_TRIES && s->wrong[0] == '\0'; i++) {
		if (!stage_intent(s,
			&(struct intent){.kind = INTENT_CHANGE_STATE,
			    .assembly_name = name,
			    .intended_state = component_state_text(peek_target(in))},
			number + i))
			stage_wrong(s, "%s cannot be brought to the state that was wanted", name);
		stage_settle(s);
		if (is_completed(in))
			return;
	}
}

static bool has_circle(const struct stage *s)
{
	const struct instance *in;

	for (size_t i = 0; (in = lm_map_next(s->engine->instances, &i)) != NULL;)
		if (ended_in_circle(s, in->name))
			return true;
	return false;
}

void rest_converge(struct stage *s)
{
	static const char *const names[] = {"s0", "s1", "s2"};

	for (unsigned round = 0; round < 2; round++)
		for (unsigned i = 0; i < LM_COUNT(names); i++)
			converge_one(s, names[i], 10000 + (round * 10 + i) * CONVERGE_TRIES);
	rest_check(s);
	if (!has_circle(s))
		check_wanted(s);
}

/* ---- the end --------------------------------------------------------------------------------- */

static void delete_all(struct stage *s, unsigned round)
{
	static const char *const names[] = {"s2", "s1", "s0"};

	for (unsigned i = 0; i < LM_COUNT(names); i++) {
		if (lm_map_find(s->engine->instances, names[i]) == NULL)
			continue;
		stage_intent(s, &(struct intent){.kind = INTENT_DELETE, .assembly_name = names[i]},
		    20000 + round * 10 + i);
		stage_settle(s);
	}
}

static struct lm_err *none_left(void *arg, const struct record *r)
{
	stage_wrong(
	    arg, "a record is left in the journal: %s %s", record_table_text(r->table), r->key);
	return NULL;
}

static void left_outside(void *arg, const struct driver_thing *t)
{
	stage_wrong(arg, "%s is left outside", t->resource_name);
}

void rest_delete(struct stage *s)
{
	static const enum record_table tables[] = {
	    RECORD_ASSEMBLY, RECORD_COMPONENT, RECORD_RELATIONSHIP};

	for (unsigned i = 0; i < DELETE_TRIES && lm_map_count(s->engine->instances) > 0; i++)
		delete_all(s, i);
	if (lm_map_count(s->engine->instances) > 0) {
		stage_wrong(s, "not everything can be deleted");
		return;
	}
	if (lm_map_count(s->engine->components) > 0 || lm_map_count(s->engine->component_names) > 0)
		stage_wrong(s, "components are left that belong to nothing");
	sim_list(s->sim, left_outside, s);
	for (size_t i = 0; i < LM_COUNT(tables); i++)
		lm_err_free(s->store->ops->load(
		    s->store, &(struct store_query){.table = tables[i]}, none_left, s));
}
