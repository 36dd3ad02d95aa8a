/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "base/heap.h"
#include "lm/core/engine_priv.h"

/* What one step of a plan does: a transition is one call, a relationship one call per operation. */

static struct component *component_of(const struct process *p, const struct graph *g, int node)
{
	return lm_map_find(p->instance->components, g->nodes[node].name);
}

static const struct graph_relationship *relationship_of(const struct plan_step *s)
{
	return &s->graph->relationships[s->index];
}

/* ---- how a step ends ------------------------------------------------------------------------ */

static void run_done(struct process *p, int run)
{
	const struct plan_step *s = &p->plan->steps[run];

	p->runs[run].state = RUN_DONE;
	p->left--;
	p->staying -= aside_is_staying(p, run);
	for (size_t i = 0; i < s->unblocks.n; i++)
		if (--p->runs[s->unblocks.v[i]].waits == 0)
			*LM_PUSH(NULL, &p->ready) = s->unblocks.v[i];
}

static void run_failed(struct process *p, int run, const struct component *c, const char *message)
{
	const struct plan_step *s = &p->plan->steps[run];

	p->runs[run].state = RUN_FAILED;
	if (p->failing)
		return; /* the first failure is the reason; the others are in the journal */
	p->failing = true;
	free(p->reason);
	free(p->failed_component);
	p->reason = NULL;
	p->reason = lm_strprintf("%s %s: %s", plan_step_action(s), s->subject, message);
	p->failed_component = c == NULL ? NULL : lm_strdup(c->name);
}

/* ---- transitions ------------------------------------------------------------------------------- */

/*
 * What others may map.  Whoever is created with the rest waits for an Install's values; anything
 * else may have been given other ones before.
 */
static void take_outputs(
    struct process *p, struct component *c, enum transition tr, const struct lm_kvs *outputs)
{
	for (size_t i = 0; i < outputs->n; i++) {
		const char *name = outputs->v[i].name, *value = outputs->v[i].value;
		const char *before = lm_kvs_find(&c->outputs, name);

		if (before != NULL && value != NULL && strcmp(before, value) == 0)
			continue;
		lm_kvs_set(&c->outputs, name, value);
		if (p->intent.kind == INTENT_CREATE && tr <= TRANSITION_INSTALL && p->attempt == 1)
			continue;
		c->news = p->has_news = true;
	}
}

static void gone(struct process *p, struct component *c)
{
	component_move(c, NULL, -1);
	c->given = (struct given){0};
	lm_kvs_fini(&c->topology);
	c->rebuild = c->proven = c->started = c->ready = false;
	c->late = TRANSITION_CREATE;
	c->news = p->has_news = true;
}

/* The state after it; a Reconfigure changes what the component has been told, and nothing else. */
static enum component_state state_after(const struct plan_step *s, const struct component *c)
{
	if (s->transition == TRANSITION_RECONFIGURE)
		return c->state;
	return s->turn == PLAN_TURN_STAND_BY ? COMPONENT_INACTIVE
					     : transition_rule(s->transition)->to;
}

/* Whether it runs, and stands by with that. */
static void note_running(struct process *p, const struct plan_step *s, struct component *c)
{
	if (s->transition == TRANSITION_RECONFIGURE)
		return;
	c->ready = s->turn == PLAN_TURN_STAND_BY;
	c->started = s->transition == TRANSITION_START || c->ready;
	if (s->turn == PLAN_TURN_SERVE) /* others may list who serves */
		c->news = p->has_news = true;
}

static void transition_done(struct engine *e, struct process *p, int run, struct component *c,
    const struct step_result *r, int64_t now_ms, struct turn *t)
{
	const struct plan_step *s = &p->plan->steps[run];
	enum transition tr = s->transition;

	if (r != NULL)
		take_outputs(p, c, tr, &r->outputs);
	if (tr == TRANSITION_UNINSTALL || tr == TRANSITION_DELETE) {
		lm_kvs_fini(&c->outputs);
		c->proven = false;
	}
	c->proven = c->proven || tr == TRANSITION_INTEGRITY;
	if (tr == TRANSITION_INSTALL)
		c->rebuild = false;
	note_running(p, s, c);
	if (transition_rule(tr)->to == COMPONENT_ABSENT)
		gone(p, c);
	component_set_state(e, c, state_after(s, c), p, now_ms, t);
	run_done(p, run);
	if (tr == TRANSITION_INTEGRITY && c->dead) /* it died while we looked the other way */
		watch_died(e, c, "a service, during the start,", now_ms, t);
}

/*
 * Nobody was asked for an Install, where there is nothing yet: it is as if it had not begun, and needs
 * nobody to take it back.  A heal wants it to be more than that.
 */
static bool is_untouched(const struct process *p, const struct plan_step *s,
    const struct component *c, const struct step_result *r)
{
	return r->is_unasked && s->transition == TRANSITION_INSTALL &&
	       c->state == COMPONENT_CREATED && p->intent.kind != INTENT_HEAL;
}

static void transition_failed(struct engine *e, struct process *p, int run, struct component *c,
    const struct step_result *r, int64_t now_ms, struct turn *t)
{
	const struct plan_step *s = &p->plan->steps[run];
	const char *message = r->message != NULL ? r->message : step_failure_text(r->failure);

	if (s->tolerant) {
		transition_done(e, p, run, c, NULL, now_ms, t);
		return;
	}
	bool untouched = is_untouched(p, s, c, r);
	bool stays = untouched || s->transition == TRANSITION_RECONFIGURE;
	if (!untouched &&
	    (r->failure == STEP_RESOURCE_NOT_FOUND || s->transition == TRANSITION_UNINSTALL ||
		s->transition == TRANSITION_DELETE)) /* what is left of it cannot be built on */
		c->rebuild = true;
	if (!stays)
		c->started = c->ready = false;
	component_set_state(
	    e, c, stays ? c->state : transition_rule(s->transition)->on_error, p, now_ms, t);
	run_failed(p, run, c, message);
}

/* How far up it will get at most. */
static enum component_state highest(const struct process *p, const struct graph *g, int node)
{
	enum component_state target = p->to->spec.target, goal = spare_goal(g, node, target);

	return spare_stands_by(&g->nodes[node], goal, target) ? target : goal;
}

/*
 * A value that its provider has not brought with its Install may come with its Configure or Start:
 * the consumer waits, and the plan is made again when nothing else is left to do.
 */
static bool is_too_early(
    struct engine *e, struct process *p, const struct plan_step *s, const struct component *c)
{
	struct facts f = {e, p->instance, s->graph, p->plan_arena};
	struct graph_facts gf = facts_of(&f);
	bool early = false;
	size_t n;

	if (!transition_is_up(s->transition) || c->state > COMPONENT_CREATED || c->tree != NULL)
		return false;
	const struct graph_dep *deps = graph_deps_of(s->graph, s->index, &n);
	for (const struct graph_dep *d = deps; d < deps + n; d++) {
		struct component *from = component_of(p, s->graph, d->provider);

		if (graph_property_value(s->graph, s->index, d->property, &gf, f.arena) != NULL)
			continue;
		if (from == NULL || from->late >= TRANSITION_START ||
		    from->state >= highest(p, s->graph, d->provider))
			continue;
		from->late =
		    from->late < TRANSITION_CONFIGURE ? TRANSITION_CONFIGURE : TRANSITION_START;
		early = true;
	}
	return early;
}

/* It broke before it could take over its new values. */
static bool is_too_late(const struct process *p, int run, const struct component *c)
{
	const struct plan_step *s = &p->plan->steps[run];

	return s->kind == PLAN_TRANSITION && s->transition == TRANSITION_RECONFIGURE &&
	       !component_is_up(c) && !p->resumes;
}

/* Its heal brings them. */
static void leave_to_rebuild(struct process *p, int run, struct turn *t)
{
	const struct plan_step *s = &p->plan->steps[run];
	struct component *c = component_of(p, s->graph, s->index);

	c->rebuild = true;
	journal_component(t, c);
	run_done(p, run);
}

/* Into service or out of it, which nobody is asked for. */
static bool is_turn(const struct plan_step *s)
{
	return s->turn == PLAN_TURN_SERVE ||
	       (s->turn == PLAN_TURN_STAND_BY && s->transition == TRANSITION_STOP);
}

static void transition_begin(
    struct engine *e, struct process *p, int run, int64_t now_ms, struct turn *t)
{
	const struct plan_step *s = &p->plan->steps[run];
	struct component *c = component_of(p, s->graph, s->index);

	if (!p->resumes && is_too_early(e, p, s, c)) {
		p->runs[run].state = RUN_WAITING;
		return;
	}
	if (transition_is_up(s->transition))
		component_move(c, p->to, s->index);
	if (is_too_late(p, run, c)) {
		leave_to_rebuild(p, run, t);
		return;
	}
	if (is_turn(s) && !component_is_up(c)) { /* it broke meanwhile: its heal will see to it */
		run_done(p, run);
		return;
	}
	if (s->transition == TRANSITION_START)
		c->dead = false;
	if (s->silent)
		transition_done(e, p, run, c, NULL, now_ms, t);
	else
		flight_begin(e, p, run, c, now_ms, t);
}

/* ---- relationships ---------------------------------------------------------------------------------- */

static void relationship_done(
    struct engine *e, struct process *p, int run, int64_t now_ms, struct turn *t)
{
	const struct plan_step *s = &p->plan->steps[run];
	struct instance *in = p->instance;
	struct link *l = lm_map_find(in->links, s->subject);

	if (s->kind == PLAN_CREATE) {
		l->state = LINK_CREATED;
		journal_link(t, in, l);
	} else if (p->runs[run].doubtful && p->to != NULL && l->state != LINK_DOUBTFUL) {
		l->state = LINK_DOUBTFUL; /* whatever plans next tries once more, and only once */
		journal_link(t, in, l);
	} else {
		link_free(lm_map_remove(in->links, s->subject));
		journal_link_gone(t, in, s->subject);
	}
	event_link(e, t, now_ms, p, s->subject, s->kind == PLAN_CREATE);
	run_done(p, run);
}

/* Known from before its first operation is asked: what was told to others must be taken back. */
static void link_begin(struct process *p, int run, struct turn *t)
{
	const struct plan_step *s = &p->plan->steps[run];
	const struct run *r = &p->runs[run];
	struct link *l = link_new(s->subject);

	l->state = LINK_CREATING;
	for (size_t i = 0; i < r->properties.n; i++)
		lm_kvs_set(&l->properties, r->properties.v[i].name, r->properties.v[i].value);
	for (size_t i = 0; i < r->n_via; i++)
		*LM_PUSH(NULL, &l->via) = found_copy(r->via[i]);
	link_move(l, p->to, s->index);
	link_free(lm_map_put(p->instance->links, l->name, l));
	if (r->n_calls > 0)
		journal_link(t, p->instance, l);
}

/* Created with what the ends say now; ceased with what it was created with. */
static struct lm_kvs relationship_values(
    struct engine *e, struct process *p, const struct plan_step *s)
{
	const struct graph_relationship *r = relationship_of(s);
	const struct link *l = lm_map_find(p->instance->links, s->subject);

	if (l != NULL)
		return lm_kvs_copy(p->plan_arena, &l->properties);
	struct facts f = {e, p->instance, s->graph, p->plan_arena};
	struct graph_facts gf = facts_of(&f);
	struct lm_kvs values = {LM_NEW_N(p->plan_arena, struct lm_kv, r->n_properties), 0};
	for (size_t i = 0; i < r->n_properties; i++) {
		const char *v =
		    graph_expr_value(s->graph, &r->properties[i].value, &gf, p->plan_arena);

		if (v != NULL)
			values.v[values.n++] = (struct lm_kv){r->properties[i].name, v};
	}
	return values;
}

/* The operation's required properties that nobody supplies; NULL: none. */
static const char *missing_property(
    struct engine *e, const struct process *p, int run, const struct component *c)
{
	struct whom whom = whom_of(p, &p->plan->steps[run], c);
	const struct graph_operation *op =
	    graph_find_operation(&whom.graph->nodes[whom.node], run_action(p, run));
	struct facts f = {e, whom.instance, whom.graph, p->plan_arena};
	struct graph_facts gf = facts_of(&f);

	for (size_t i = 0; op != NULL && i < op->n_properties; i++) {
		const struct graph_property *pr = &op->properties[i];
		const char *v = lm_kvs_find(&p->runs[run].properties, pr->name);

		for (size_t k = 0; v == NULL && k < pr->n_candidates; k++)
			v = graph_expr_value(whom.graph, &pr->candidates[k], &gf, p->plan_arena);
		if (pr->required && v == NULL)
			return pr->name;
	}
	return NULL;
}

/* Why an operation cannot be asked of somebody; NULL: it can. */
static const char *obstacle(
    struct engine *e, const struct process *p, int run, const struct component *c)
{
	if (c == NULL)
		return "the component that should carry it out is not there";
	const char *why = run_obstacle(p, run, c);
	const char *missing = why != NULL ? NULL : missing_property(e, p, run, c);
	return missing == NULL ? why
			       : lm_arena_printf(p->plan_arena, "operation %s needs property '%s'",
				     run_action(p, run), missing);
}

/* The heal that waits for the component will create the relationship. */
static void leave_to_heal(struct process *p, int run, struct turn *t)
{
	const struct plan_step *s = &p->plan->steps[run];

	if (s->kind == PLAN_CREATE && p->runs[run].call == 0) {
		link_free(lm_map_remove(p->instance->links, s->subject));
		journal_link_gone(t, p->instance, s->subject);
	}
	run_done(p, run);
}

/* Among the parts of a spare, which no adoption takes over. */
static bool is_of_spare(const struct plan_step *s)
{
	return s->graph->nodes[relationship_of(s)->owner].spare;
}

/* The relationship is created once more, and it is told of it once more. */
static bool is_told_again(
    const struct process *p, const struct plan_step *s, const struct component *c)
{
	for (size_t i = 0; i < s->unblocks.n; i++) {
		const struct plan_step *next = &p->plan->steps[s->unblocks.v[i]];

		if (next->kind != PLAN_CREATE || strcmp(next->subject, s->subject) != 0)
			continue;
		const struct graph_relationship *r = relationship_of(next);
		for (size_t k = 0; k < r->n_cease; k++)
			if (r->cease[k].node >= 0 &&
			    component_of(p, next->graph, r->cease[k].node) == c)
				return true;
	}
	return false;
}

/* Nobody asks it to forget what it was told: it is made anew, by this plan or any later one. */
static void leave_behind(
    const struct process *p, const struct plan_step *s, struct component *c, struct turn *t)
{
	if (c == NULL || c->instance != p->instance || c->state != COMPONENT_BROKEN ||
	    p->to == NULL || is_told_again(p, s, c))
		return;
	c->rebuild = true;
	journal_component(t, c);
}

/*
 * Asks the next operation.  A call on a component that is Broken or gone is not made when the
 * relationship ceases: what it would tidy up goes with the component.
 */
static void relationship_next(
    struct engine *e, struct process *p, int run, int64_t now_ms, struct turn *t)
{
	const struct plan_step *s = &p->plan->steps[run];
	struct run *r = &p->runs[run];

	if (p->intent.kind == INTENT_ADOPT && !is_of_spare(s)) /* it is there already */
		r->call = r->n_calls;
	for (; r->call < r->n_calls; r->call++) {
		struct component *c = call_component(e, &r->calls[r->call]);
		bool usable =
		    c != NULL && c->state >= COMPONENT_INSTALLED && c->state <= COMPONENT_ACTIVE;

		if (r->again && c != NULL && !c->is_gone) {
			flight_begin(e, p, run, c, now_ms, t);
			return;
		}
		if (!usable && s->kind == PLAN_CEASE) {
			leave_behind(p, s, c, t);
			continue;
		}
		if (c != NULL && c->instance == p->instance && c->state == COMPONENT_BROKEN &&
		    c->heal != NULL) {
			leave_to_heal(p, run, t);
			return;
		}
		const char *why = obstacle(e, p, run, c);
		if (why != NULL)
			run_failed(p, run, NULL, why);
		else
			flight_begin(e, p, run, c, now_ms, t);
		return;
	}
	relationship_done(e, p, run, now_ms, t);
}

/* What was asked of a driver when the manager went down is asked again; what came before is done. */
static unsigned call_in_flight(const struct process *p, int run, bool *out_is)
{
	const struct run *r = &p->runs[run];

	for (size_t i = 0; i < p->earlier.n; i++) {
		const struct earlier *was = &p->earlier.v[i];

		if (was->step == NULL || strcmp(was->subject, p->plan->steps[run].subject) != 0)
			continue;
		for (size_t k = 0; k < r->n_calls; k++)
			if (r->calls[k].component != NULL && !r->calls[k].is_outside &&
			    strcmp(r->calls[k].operation, was->action) == 0 &&
			    strcmp(r->calls[k].component, was->resource) == 0)
				return *out_is = true, (unsigned)k;
	}
	*out_is = false;
	return 0;
}

static void relationship_begin(
    struct engine *e, struct process *p, int run, int64_t now_ms, struct turn *t)
{
	const struct plan_step *s = &p->plan->steps[run];
	struct link *l = lm_map_find(p->instance->links, s->subject);

	if (s->kind == PLAN_CREATE && l != NULL && l->state != LINK_CREATING) {
		link_free(lm_map_remove(p->instance->links, s->subject));
		l = NULL; /* it could not be taken back, and is created over it */
	}
	p->runs[run].properties = relationship_values(e, p, s);
	calls_resolve(e, p, run);
	p->runs[run].call = call_in_flight(p, run, &p->runs[run].again);
	if (s->kind == PLAN_CREATE && l == NULL)
		link_begin(p, run, t);
	if (s->kind == PLAN_CEASE && l->state < LINK_CEASING) {
		l->state = LINK_CEASING;
		if (p->runs[run].n_calls > 0)
			journal_link(t, p->instance, l);
	}
	relationship_next(e, p, run, now_ms, t);
}

const char *run_obstacle(const struct process *p, int run, const struct component *c)
{
	static const char *const obstacles[COMPONENT_STATE_N] = {
	    [COMPONENT_ABSENT] = "the component that should carry it out is gone",
	    [COMPONENT_CREATED] = "the component that should carry it out is not installed",
	    [COMPONENT_BROKEN] = "the component that should carry it out is Broken",
	    [COMPONENT_FAILED] = "the component that should carry it out is Failed",
	};

	if (c != NULL && is_too_late(p, run, c))
		return "it broke before it could be reconfigured";
	if (c == NULL || p->plan->steps[run].kind == PLAN_TRANSITION ||
	    (p->runs[run].again && !c->is_gone))
		return NULL;
	return c->is_gone ? obstacles[COMPONENT_ABSENT] : obstacles[c->state];
}

/* ---- references ----------------------------------------------------------------------------------- */

/* An assembly is looked for here and now, a resource by the driver of its location. */
static void find_begin(struct engine *e, struct process *p, int run, int64_t now_ms, struct turn *t)
{
	const struct plan_step *s = &p->plan->steps[run];
	struct facts f = {e, p->instance, s->graph, p->plan_arena};
	LM_AUTO(lm_err) err = reference_check(&f, s->index);

	if (err != NULL)
		run_failed(p, run, NULL, lm_err_text(err));
	else if (s->graph->references[s->index].external)
		flight_begin(e, p, run, NULL, now_ms, t);
	else
		run_done(p, run);
}

static void find_ended(
    struct engine *e, struct process *p, int run, const struct step_result *r, struct turn *t)
{
	const struct plan_step *s = &p->plan->steps[run];
	struct facts f = {e, p->instance, s->graph, p->plan_arena};
	const char *why = r->message != NULL ? r->message : step_failure_text(r->failure);
	bool changed = false;

	if (r->failure == STEP_NONE)
		why = found_take(&f, s->index, p->instance, r, &changed);
	if (why != NULL) {
		run_failed(p, run, NULL, why);
		return;
	}
	if (changed)
		journal_instance(t, p->instance);
	p->has_found = p->has_found || changed;
	run_done(p, run);
}

/* ---- all of them ------------------------------------------------------------------------------------------ */

void run_begin(struct engine *e, struct process *p, int run, int64_t now_ms, struct turn *t)
{
	const struct plan_step *s = &p->plan->steps[run];
	struct run *r = &p->runs[run];

	r->state = RUN_GOING;
	r->started_ms = now_ms;
	switch (s->kind) {
	case PLAN_GATE:
		run_done(p, run);
		break;
	case PLAN_TRANSITION:
		transition_begin(e, p, run, now_ms, t);
		break;
	case PLAN_CREATE:
	case PLAN_CEASE:
		relationship_begin(e, p, run, now_ms, t);
		break;
	case PLAN_FIND:
		find_begin(e, p, run, now_ms, t);
		break;
	}
}

/* Whoever was asked is not there any more, whatever its state says. */
static void missed(struct engine *e, struct component *c, int64_t now_ms, struct turn *t)
{
	if (c == NULL || c->is_gone || component_is_outside(c))
		return;
	c->rebuild = true;
	if (component_is_up(c))
		watch_died(e, c, "its infrastructure is gone: it", now_ms, t);
	else
		journal_component(t, c);
}

/* Whether the step went well or not: what it left has to be removed some day. */
static void take_topology(struct component *c, const struct step_result *r, struct turn *t)
{
	if (c == NULL || r->topology.n == 0)
		return;
	lm_kvs_lay(&c->topology, &r->topology);
	if (!component_is_outside(c))
		journal_component(t, c);
}

void run_continue(struct engine *e, struct process *p, int run, struct component *c,
    const struct step_result *r, int64_t now_ms, struct turn *t)
{
	const struct plan_step *s = &p->plan->steps[run];
	bool ok = r->failure == STEP_NONE;

	p->runs[run].ended_ms = now_ms;
	if (s->kind == PLAN_TRANSITION && c == NULL) { /* it was never asked */
		leave_to_rebuild(p, run, t);
		return;
	}
	take_topology(c, r, t);
	if (!ok)
		p->runs[run].message = lm_arena_strdup(p->plan_arena, r->message);
	if (r->failure == STEP_RESOURCE_NOT_FOUND && s->kind != PLAN_TRANSITION)
		missed(e, c, now_ms, t);
	if (s->kind == PLAN_TRANSITION && ok) {
		transition_done(e, p, run, c, r, now_ms, t);
	} else if (s->kind == PLAN_TRANSITION) {
		transition_failed(e, p, run, c, r, now_ms, t);
	} else if (s->kind == PLAN_FIND) {
		find_ended(e, p, run, r, t);
	} else if (ok || s->tolerant) {
		p->runs[run].doubtful = p->runs[run].doubtful || !ok;
		p->runs[run].again = false;
		p->runs[run].call++;
		relationship_next(e, p, run, now_ms, t);
	} else {
		bool is_lost = r->failure == STEP_RESOURCE_NOT_FOUND && c != NULL &&
			       c->instance == p->instance;

		run_failed(p, run, is_lost ? c : NULL,
		    r->message != NULL ? r->message : step_failure_text(r->failure));
	}
}
