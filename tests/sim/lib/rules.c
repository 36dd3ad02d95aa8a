/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/lib/rules.h"

#include <stdlib.h>
#include <string.h>

#include "tests/sim/lib/bounds.h"
#include "tests/sim/lib/goals.h"
#include "tests/sim/lib/peek.h"
#include "tests/sim/lib/spares.h"

/* ---- records --------------------------------------------------------------------------------- */

/* A text of a record's body, without reading all of it; false: it is null or not there. */
static bool field(const char *body, const char *key, char *out, size_t size)
{
	char name[40];

	snprintf(name, sizeof name, "\"%s\":\"", key);
	const char *at = strstr(body, name);
	if (at == NULL)
		return false;
	at += strlen(name);
	size_t n = strcspn(at, "\"");
	snprintf(out, size, "%.*s", (int)n, at);
	return true;
}

enum { FIELD_SIZE = 120 };

/* ---- states: only along the table ------------------------------------------------------------ */

static bool is_edge(enum component_state from, enum component_state to)
{
	/* Set by the system: ill, or given up. */
	if ((to == COMPONENT_BROKEN || to == COMPONENT_FAILED) && from != COMPONENT_ABSENT)
		return true;
	if (from == COMPONENT_ABSENT && to == COMPONENT_INACTIVE)
		return true; /* adopted */
	for (int t = 0; t < TRANSITION_N; t++) {
		const struct transition_rule *r = transition_rule((enum transition)t);

		if ((r->from & (1u << from)) != 0 && (r->to == to || r->on_error == to))
			return true;
	}
	return false;
}

static void check_state_event(struct stage *s, const char *body)
{
	char id[LM_ID_SIZE], before[FIELD_SIZE] = "null", after[FIELD_SIZE] = "null";
	enum component_state from, to;

	if (strstr(body, "\"ComponentStateChangeEvent\"") == NULL ||
	    !field(body, "resourceId", id, sizeof id))
		return;
	field(body, "previousState", before, sizeof before);
	field(body, "newState", after, sizeof after);
	if (!component_state_parse(before, &from) || !component_state_parse(after, &to) ||
	    !is_edge(from, to))
		stage_wrong(s, "no transition leads from %s to %s (%s)", before, after, id);
	struct told *told = lm_map_find(s->states, id);
	if (told == NULL) {
		told = calloc(1, sizeof *told);
		if (told == NULL)
			abort();
		snprintf(told->id, sizeof told->id, "%s", id);
		lm_map_put(s->states, told->id, told);
	} else if (told->state != from) {
		stage_wrong(s, "a component was %s when last heard of, and comes from %s (%s)",
		    component_state_text(told->state), before, id);
	}
	told->state = to;
}

static void count_event(struct stage *s, const char *body)
{
	char text[FIELD_SIZE];
	struct coverage *c = s->coverage;

	if (strstr(body, "\"RelationshipEvent\"") != NULL) {
		bool created = field(body, "newState", text, sizeof text);

		c->links += created;
		c->ceases += !created;
	}
	if (strstr(body, "\"ProcessStateChangeEvent\"") == NULL ||
	    !field(body, "processState", text, sizeof text))
		return;
	c->completed += strcmp(text, "Completed") == 0;
	c->failed += strcmp(text, "Failed") == 0;
	c->queued += strcmp(text, "Pending") == 0;
	c->circles += strstr(body, "has a circle") != NULL;
	if (strcmp(text, "In Progress") == 0 && field(body, "reason", text, sizeof text)) {
		bool heals = strstr(body, "\"HealAssembly\"") != NULL;

		c->policy_heals += heals;
		c->policy_scales += !heals;
	}
}

static void show_record(struct stage *s, const struct record *r)
{
	char name[FIELD_SIZE] = "", state[FIELD_SIZE] = "", action[FIELD_SIZE] = "";

	if (!s->trace->is_on)
		return;
	trace_text(s->trace, r->key);
	if (r->body == NULL) {
		trace_line(s->trace, s->now_ms, "  - %s %s", record_table_text(r->table), r->key);
		return;
	}
	trace_text(s->trace, r->body);
	if (r->table == RECORD_EVENT)
		return;
	if (!field(r->body, "name", name, sizeof name))
		field(r->body, r->table == RECORD_STEP ? "subject" : "root", name, sizeof name);
	if (!field(r->body, "state", state, sizeof state))
		field(r->body, "status", state, sizeof state);
	if (!field(r->body, "action", action, sizeof action))
		field(r->body, "statusReason", action, sizeof action);
	trace_line(s->trace, s->now_ms, "  + %s %s %s %s", record_table_text(r->table), name,
	    action, state);
}

/* ---- relationships --------------------------------------------------------------------------- */

/* The state that an end must have reached when its relationship is there, and before it can come. */
static const struct {
	enum component_state reached, before;
	enum transition entering, leaving;
} ends[] = {
    [END_CREATED] = {COMPONENT_CREATED, COMPONENT_ABSENT, TRANSITION_CREATE, TRANSITION_DELETE},
    [END_INSTALLED] = {COMPONENT_INSTALLED, COMPONENT_CREATED, TRANSITION_INSTALL,
	TRANSITION_UNINSTALL},
    [END_INACTIVE] = {COMPONENT_INACTIVE, COMPONENT_INSTALLED, TRANSITION_CONFIGURE,
	TRANSITION_UNINSTALL},
    [END_ACTIVE] = {COMPONENT_ACTIVE, COMPONENT_INACTIVE, TRANSITION_START, TRANSITION_STOP},
};

/* Of everything in an end, while the relationship exists. */
static enum component_state least_state(const struct graph_end *end)
{
	return end->pre ? ends[end->state].before : ends[end->state].reached;
}

/* Members of a cluster within the end come and go while the relationship stays. */
static bool is_of_cluster(const struct graph *g, int node, int top)
{
	for (; node > top; node = g->nodes[node].parent)
		if (g->nodes[node].cluster >= 0)
			return true;
	return false;
}

static enum component_state state_of(const struct instance *in, const struct graph *g, int node)
{
	const struct component *c = lm_map_find(in->components, g->nodes[node].name);

	return c == NULL ? COMPONENT_ABSENT : c->state;
}

struct span {
	enum component_state least; /* of those that are well */
	bool is_ill;                /* somebody is Broken or Failed */
};

static struct span span_of(const struct instance *in, const struct graph *g, int top)
{
	struct span span = {COMPONENT_ACTIVE, false};

	for (size_t i = (size_t)top; top >= 0 && i < g->n_nodes; i++) {
		if (g->nodes[i].resource == NULL || !goals_counts(g, (int)i, top))
			continue;
		enum component_state state = state_of(in, g, (int)i);

		if (state > COMPONENT_ACTIVE)
			span.is_ill = true;
		else if (state < span.least && !is_of_cluster(g, (int)i, top))
			span.least = state;
		if (g->nodes[top].resource != NULL)
			break;
	}
	return span;
}

static void check_link(struct stage *s, const struct instance *in, const struct graph *g,
    const struct graph_relationship *r)
{
	const struct graph_end *both[] = {&r->source, &r->target};

	for (size_t i = 0; i < LM_COUNT(both); i++) {
		struct span span = span_of(in, g, both[i]->node);

		if (span.least < least_state(both[i]))
			stage_wrong(s,
			    "relationship %s exists although something in its %s is only %s",
			    r->name, i == 0 ? "source" : "target",
			    component_state_text(span.least));
	}
}

static void check_links(struct stage *s, const struct instance *in)
{
	struct link *l;

	for (size_t i = 0; (l = lm_map_next(in->links, &i)) != NULL;) {
		const struct graph_relationship *r;
		const struct graph *g = peek_link(in, l, &r);

		if (l->state == LINK_CREATING || l->state == LINK_DOUBTFUL)
			continue;
		if (g != NULL)
			check_link(s, in, g, r);
		else
			stage_wrong(s, "relationship %s is of no tree", l->name);
	}
}

/* ---- steps: not before what they wait for ------------------------------------------------------ */

/* Upward only; 0: not on the way up. */
static int height(enum transition t)
{
	static const int of[TRANSITION_N] = {[TRANSITION_CREATE] = 1,
	    [TRANSITION_INSTALL] = 2,
	    [TRANSITION_CONFIGURE] = 3,
	    [TRANSITION_START] = 4,
	    [TRANSITION_INTEGRITY] = 5};

	return of[t];
}

static void check_providers(
    struct stage *s, const struct instance *in, const struct graph *g, int node, const char *action)
{
	for (size_t i = 0; i < g->n_deps; i++) {
		if (g->deps[i].consumer != node)
			continue;
		enum component_state state = state_of(in, g, g->deps[i].provider);

		if (state < COMPONENT_INSTALLED || state == COMPONENT_FAILED)
			stage_wrong(s, "%s %s began while %s, which gives %s, was %s", action,
			    g->nodes[node].name, g->nodes[g->deps[i].provider].name,
			    g->deps[i].property, component_state_text(state));
	}
}

/* Who has moved on to another tree may not use it any more. */
static bool is_of_tree(const struct instance *in, const struct graph *g, int node)
{
	const struct component *c = lm_map_find(in->components, g->nodes[node].name);

	return c != NULL && c->tree != NULL && c->tree->graph == g;
}

/* Going for good, providers go last. */
static void check_consumers(
    struct stage *s, const struct instance *in, const struct graph *g, int node)
{
	for (size_t i = 0; i < g->n_deps; i++) {
		if (g->deps[i].provider != node || g->deps[i].consumer == node)
			continue;
		enum component_state state = state_of(in, g, g->deps[i].consumer);

		if (state > COMPONENT_CREATED && is_of_tree(in, g, g->deps[i].consumer))
			stage_wrong(s, "%s was uninstalled while %s, which uses it, was %s",
			    g->nodes[node].name, g->nodes[g->deps[i].consumer].name,
			    component_state_text(state));
	}
}

/* A heal and a scale take few along: all but this one are there already. */
static bool waits_alone(
    const struct instance *in, const struct graph *g, const struct graph_end *end, int node)
{
	for (int i = end->node; i >= 0 && (size_t)i < g->n_nodes; i++)
		if (i != node && g->nodes[i].resource != NULL && goals_counts(g, i, end->node) &&
		    state_of(in, g, i) < ends[end->state].reached)
			return false;
	return true;
}

/* It can be created, and has to be before this one goes on. */
static bool is_due(
    const struct instance *in, const struct graph *g, const struct graph_relationship *r, int node)
{
	bool others = in->running->scope == SCOPE_ALL || (waits_alone(in, g, &r->source, node) &&
							     waits_alone(in, g, &r->target, node));

	if (!others || in->running->intent.kind == INTENT_ADOPT ||
	    span_of(in, g, r->source.node).is_ill || span_of(in, g, r->target.node).is_ill)
		return false;
	enum component_state *goals = goals_new(g, peek_target(in));
	bool due = goals_reach(goals, g, &r->source) && goals_reach(goals, g, &r->target);

	free(goals);
	return due;
}

/* What was told to others is taken back before the component leaves the state that it needs. */
static void check_ceased(struct stage *s, const struct component *c, enum transition t)
{
	const struct instance *in = c->instance;
	const struct link *l;

	for (size_t i = 0; (l = lm_map_next(in->links, &i)) != NULL;) {
		const struct graph_relationship *r;
		const struct graph *g = peek_link(in, l, &r);
		int node = graph_find_node(g, c->name);

		/* What was a resource may be an assembly in another tree. */
		if (l->state == LINK_CREATING || l->state == LINK_DOUBTFUL || node < 0 ||
		    g->nodes[node].resource == NULL)
			continue;
		const struct graph_end *both[] = {&r->source, &r->target};
		for (size_t k = 0; k < LM_COUNT(both); k++)
			if (both[k]->node >= 0 && t == ends[both[k]->state].leaving &&
			    goals_is_under(g, node, both[k]->node) &&
			    !is_of_cluster(g, node, both[k]->node))
				stage_wrong(s, "%s %s began before %s was ceased",
				    transition_text(t), c->name, l->name);
	}
}

static bool is_same_node(const struct graph *a, int i, const struct graph *b, int k)
{
	return i < 0 || k < 0 ? i == k : strcmp(a->nodes[i].name, b->nodes[k].name) == 0;
}

/* Made under this tree, or under one in which it is between the same ends. */
static bool is_made(
    const struct instance *in, const struct graph *g, const struct graph_relationship *r)
{
	const struct link *l = lm_map_find(in->links, r->name);

	if (l == NULL || l->state == LINK_CREATING || l->state == LINK_DOUBTFUL)
		return false;
	const struct graph *of = l->tree->graph;
	const struct graph_relationship *made = &of->relationships[l->index];
	return is_same_node(of, made->source.node, g, r->source.node) &&
	       is_same_node(of, made->target.node, g, r->target.node);
}

static void check_created_first(
    struct stage *s, const struct instance *in, const struct graph *g, int node, enum transition t)
{
	for (size_t i = 0; i < g->n_relationships; i++) {
		const struct graph_relationship *r = &g->relationships[i];
		const struct graph_end *both[] = {&r->source, &r->target};

		for (size_t k = 0; k < LM_COUNT(both); k++) {
			const struct graph_end *end = both[k];

			if (end->node < 0 || !end->pre ||
			    height(t) < height(ends[end->state].entering) ||
			    !goals_is_under(g, node, end->node) ||
			    is_of_cluster(g, node, end->node) ||
			    state_of(in, g, node) >= ends[end->state].reached)
				continue;
			if (!is_made(in, g, r) && is_due(in, g, r, node))
				stage_wrong(s,
				    "%s %s began before %s, which comes first, was created",
				    transition_text(t), g->nodes[node].name, r->name);
		}
	}
}

static void check_transition(struct stage *s, const struct component *c, const char *action)
{
	const struct instance *in = c->instance;
	const struct process *p = c->flight->process;
	enum transition t;
	int node;

	if (!transition_parse(action, &t)) {
		stage_wrong(s, "%s is no transition", action);
		return;
	}
	bool runs_on = t == TRANSITION_STOP || t == TRANSITION_RECONFIGURE;
	if (c->state == COMPONENT_INACTIVE && runs_on && !c->ready && !p->resumes)
		stage_wrong(s, "%s was asked of %s, which does not stand by", action, c->name);
	/* What was in flight at a crash is asked again, whatever has become of the component. */
	if (!transition_is_allowed(c->state, t) && !p->resumes)
		stage_wrong(s, "%s was asked of %s, which is %s", action, c->name,
		    component_state_text(c->state));
	const struct graph *g = peek_graph_of(c, height(t) > 0, &node);
	if (g == NULL) {
		stage_wrong(s, "%s was asked of %s, which is of no tree", action, c->name);
		return;
	}
	if (p->resumes) /* it was held against the rules before the crash */
		return;
	if (height(t) > 0)
		check_providers(s, in, g, node, action);
	if (t == TRANSITION_UNINSTALL && p->intent.kind == INTENT_DELETE)
		check_consumers(s, in, g, node);
	check_ceased(s, c, t);
	if (height(t) > 0)
		check_created_first(s, in, g, node, t);
}

/* An operation that joins: both ends are where they must be. */
static void check_operation(struct stage *s, const struct component *c, const char *action)
{
	const struct graph *g = peek_wanted(c->instance);
	const char *subject = c->flight->process->plan->steps[c->flight->run].subject;

	if (strcmp(action, "join") != 0 || g == NULL)
		return;
	int at = graph_find_relationship(g, subject);
	if (at < 0) {
		stage_wrong(s, "%s is created although nobody wants it", subject);
		return;
	}
	const struct graph_relationship *r = &g->relationships[at];
	const struct graph_end *both[] = {&r->source, &r->target};
	for (size_t i = 0; i < LM_COUNT(both); i++) {
		struct span span = span_of(c->instance, g, both[i]->node);
		enum component_state least =
		    both[i]->pre ? ends[both[i]->state].before : ends[both[i]->state].reached;

		if (!span.is_ill && span.least < least)
			stage_wrong(s, "%s was created while something in its %s was only %s",
			    subject, i == 0 ? "source" : "target",
			    component_state_text(span.least));
	}
}

static void check_request(struct stage *s, const struct step_request *rq)
{
	const struct component *c = engine_find_component(s->engine, rq->resource_id);

	s->coverage->steps++;
	s->coverage->operations += rq->is_operation;
	if (c == NULL || (c->instance->running == NULL && c->instance->aside.n == 0)) {
		stage_wrong(
		    s, "%s was asked of %s, where nothing runs", rq->action, rq->resource_name);
		return;
	}
	if (c->flight == NULL || strcmp(c->flight->step, rq->step) != 0)
		return; /* over already, in the same turn */
	if (!rq->is_operation && component_is_retired(c) != c->flight->process->is_aside)
		stage_wrong(s, "%s was asked of %s, which is %s", rq->action, rq->resource_name,
		    component_is_retired(c) ? "seen off by another process"
					    : "not what the process sees off");
	if (rq->is_operation)
		check_operation(s, c, rq->action);
	else
		check_transition(s, c, rq->action);
}

void rules_event(struct stage *s)
{
	const char *root = NULL;

	for (size_t i = s->seen_records; i < s->turn.records.n; i++) {
		const struct record *r = &s->turn.records.v[i];

		if (r->table == RECORD_EVENT) {
			check_state_event(s, r->body);
			bounds_event(s, r->body);
			count_event(s, r->body);
		}
		show_record(s, r);
		if (root != NULL && strcmp(root, r->root) == 0)
			continue;
		root = r->root;
		const struct instance *in = lm_map_find(s->engine->instances, root);
		if (in != NULL) {
			check_links(s, in);
			spares_event(s, in);
		}
	}
	for (size_t i = s->seen_steps; i < s->turn.steps.n; i++)
		check_request(s, &s->turn.steps.v[i]);
	s->seen_records = s->turn.records.n;
	s->seen_steps = s->turn.steps.n;
}

/* ---- what is durable ------------------------------------------------------------------------- */

static char *dup_text(const char *text)
{
	char *copy = strdup(text);

	if (copy == NULL)
		abort();
	return copy;
}

static struct asked *asked_new(const struct record *r, const char *resource)
{
	struct asked *a = calloc(1, sizeof *a);
	char text[FIELD_SIZE] = "";

	if (a == NULL)
		abort();
	a->step = dup_text(r->key);
	a->resource = dup_text(resource);
	field(r->body, "subject", text, sizeof text);
	a->subject = dup_text(text);
	field(r->body, "action", text, sizeof text);
	a->action = dup_text(text);
	return a;
}

static void step_committed(struct stage *s, const struct record *r)
{
	char resource[FIELD_SIZE] = "", action[FIELD_SIZE] = "", state[FIELD_SIZE] = "";
	struct asked *a = lm_map_find(s->asked, r->key);

	if (!field(r->body, "resource", resource, sizeof resource))
		field(r->body, "subject", resource, sizeof resource);
	field(r->body, "action", action, sizeof action);
	field(r->body, "state", state, sizeof state);
	if (a == NULL) {
		a = asked_new(r, resource);
		lm_map_put(s->asked, a->step, a);
	} else if (strcmp(a->resource, resource) != 0 || strcmp(a->action, action) != 0) {
		stage_wrong(s, "step %s was %s %s and is now %s %s", r->key, a->action, a->resource,
		    action, resource);
	}
	a->is_committed = true;
	const struct asked *open = lm_map_find(s->open, resource);
	if (strcmp(state, "Started") == 0) {
		if (open != NULL && open != a)
			stage_wrong(s, "%s and %s are in flight on %s at the same time",
			    open->action, action, resource);
		a->is_open = true;
		lm_map_put(s->open, a->resource, a);
	} else {
		s->coverage->time_outs += strstr(r->body, "time limit") != NULL;
		a->is_open = false;
		if (open == a)
			lm_map_remove(s->open, resource);
	}
}

void rules_committed(struct stage *s)
{
	s->healed_kept = s->healed.n;
	for (size_t i = 0; i < s->turn.records.n; i++) {
		const struct record *r = &s->turn.records.v[i];

		if (r->table == RECORD_STEP && r->body != NULL)
			step_committed(s, r);
		if (r->table == RECORD_COMPONENT && r->body != NULL)
			s->coverage->rebuilds += strstr(r->body, "\"rebuild\":true") != NULL;
		if (r->table == RECORD_PROCESS && r->body != NULL) {
			const struct instance *in = lm_map_find(s->engine->instances, r->root);

			s->coverage->asides += strstr(r->body, "\"aside\":true") != NULL;
			s->coverage->beside += in != NULL && in->running != NULL && in->aside.n > 0;
		}
	}
}

void rules_perform(struct stage *s, const struct step_request *rq)
{
	struct asked *a = lm_map_find(s->asked, rq->step);

	trace_line(s->trace, s->now_ms, "ASK    %s %s  (%s)", rq->action, rq->resource_name,
	    rq->step + strcspn(rq->step, "/"));
	if (a == NULL || !a->is_committed) {
		stage_wrong(s, "%s %s was asked before the journal knew of it", rq->action,
		    rq->resource_name);
		return;
	}
	s->coverage->steps_again += a->was_executed;
	a->was_executed = true;
}

void rules_restart(struct stage *s)
{
	struct told *told;

	for (size_t i = 0; (told = lm_map_next(s->states, &i)) != NULL;) {
		lm_map_remove(s->states, told->id);
		free(told);
	}
}
