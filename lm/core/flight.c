/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "base/heap.h"
#include "lm/core/engine_priv.h"
#include "lm/core/refer/type.h"

/*
 * A flight is one step asked of a driver and not yet answered.  Its id is decided once: after a
 * restart the step that was in flight is asked again under the same id.
 */

static void flight_free(struct flight *f)
{
	free(f->action);
	free(f->location);
	free(f);
}

void flight_fini(struct engine *e)
{
	struct flight *f;

	for (size_t i = 0; (f = lm_map_next(e->flights, &i)) != NULL;) {
		if (f->component != NULL)
			f->component->flight = NULL;
		if (f->component != NULL && f->component->is_gone)
			component_free(f->component);
		flight_free(f);
	}
}

/* The id and time of the same step in a former life of the manager, or new ones. */
static void name_step(struct process *p, struct flight *f, const char *subject, int64_t now_ms)
{
	const char *resource = flight_resource(f);

	f->started_ms = now_ms;
	for (size_t i = 0; i < p->earlier.n; i++) {
		struct earlier *was = &p->earlier.v[i];

		if (was->step == NULL || strcmp(was->subject, subject) != 0 ||
		    strcmp(was->action, f->action) != 0 || strcmp(was->resource, resource) != 0)
			continue;
		snprintf(f->step, sizeof f->step, "%s", was->step);
		if (was->started_ms < now_ms)
			f->started_ms = was->started_ms;
		free(was->step);
		was->step = NULL;
		f->is_again = true;
		return;
	}
	snprintf(f->step, sizeof f->step, "%s/%u", p->id, p->next_step++);
}

static unsigned time_limit(
    const struct plan_step *s, const struct graph_node *n, const char *action)
{
	if (s->kind == PLAN_TRANSITION)
		return n->resource->timeout_s[s->transition];
	const struct graph_operation *op = graph_find_operation(n, action);
	return op == NULL ? 0 : op->timeout_s;
}

static unsigned limit_s(const struct flight *f)
{
	return f->timeout_s > 0 ? f->timeout_s : STEP_TIMEOUT_S;
}

/*
 * What is left of the limit.  A step that is asked again after a restart has no new time; but the
 * driver has to be heard, even when the manager was away for longer than the step may take.
 */
static unsigned left_s(const struct flight *f, int64_t now_ms)
{
	unsigned limit = limit_s(f);
	int64_t left = limit - (now_ms - f->started_ms) / 1000;
	unsigned least = limit < STEP_GRACE_S ? limit : STEP_GRACE_S;

	return left > least ? (unsigned)left : least;
}

/* The effect.  One kind of deployment location is known, so a resource has at most one infra. */
static void ask(struct engine *e, struct flight *f, int64_t now_ms, struct turn *t)
{
	const struct process *p = f->process;
	const struct plan_step *s = &p->plan->steps[f->run];
	struct whom whom = whom_of(p, s, f->component);
	const struct graph_node *n = &whom.graph->nodes[whom.node];
	bool is_outside = component_is_outside(f->component);
	struct facts facts = {e, whom.instance, whom.graph, t->arena};
	struct step_request rq = {
	    .step = lm_arena_strdup(t->arena, f->step),
	    .resource_id = lm_arena_strdup(t->arena, f->component->id),
	    .resource_name = lm_arena_strdup(t->arena, flight_resource(f)),
	    .descriptor = lm_arena_strdup(t->arena, n->descriptor),
	    .root = lm_arena_strdup(t->arena, is_outside ? p->root_name : whom.instance->name),
	    .trace = lm_arena_strdup(t->arena, p->intent.trace),
	    .action = lm_arena_strdup(t->arena, f->action),
	    .is_operation = s->kind != PLAN_TRANSITION,
	    .timeout_s = f->timeout_s > 0 ? left_s(f, now_ms) : 0,
	    .package_dir = lm_arena_strdup(t->arena, n->resource->package_dir),
	};

	request_tell(&facts, f, &whom, &rq);
	rq.location = lm_kvs_find(&rq.properties, "deploymentLocation");
	f->location = lm_strdup(rq.location);
	if (n->resource->n_infra > 0)
		rq.infra_kind = lm_arena_strdup(t->arena, n->resource->infra[0].kind);
	f->given = given_of(&facts, whom.node, f->component, &rq.properties, &rq.infra);
	*LM_PUSH(NULL, &t->steps) = rq;
}

static void ask_find(struct engine *e, struct flight *f, int64_t now_ms, struct turn *t)
{
	const struct process *p = f->process;
	const struct plan_step *s = &p->plan->steps[f->run];
	struct facts facts = {e, p->instance, s->graph, t->arena};
	struct step_request rq = {
	    .step = lm_arena_strdup(t->arena, f->step),
	    .resource_id = "",
	    .resource_name = lm_arena_strdup(t->arena, reference_name(&facts, s->index)),
	    .descriptor = lm_arena_strdup(t->arena, s->graph->references[s->index].type),
	    .root = lm_arena_strdup(t->arena, p->root_name),
	    .location = lm_arena_strdup(t->arena, flight_location(e, p, f->run, NULL, t->arena)),
	    .trace = lm_arena_strdup(t->arena, p->intent.trace),
	    .action = lm_arena_strdup(t->arena, f->action),
	    .is_find = true,
	    .timeout_s = f->timeout_s > 0 ? left_s(f, now_ms) : 0,
	};

	type_tell_drivers(e->conf.catalog, rq.descriptor, t->arena, &rq);
	f->location = lm_strdup(rq.location);
	*LM_PUSH(NULL, &t->steps) = rq;
}

/* ---- time ----------------------------------------------------------------------------------- */

static void ask_to_end(
    struct engine *e, struct flight *f, enum ending why, int64_t now_ms, struct turn *t)
{
	f->ending = why;
	*LM_PUSH(NULL, &t->cancels) = (struct step_cancel){
	    .step = lm_arena_strdup(t->arena, f->step),
	    .location = lm_arena_strdup(t->arena, f->location),
	};
	timer_set(&e->timers, &f->deadline, now_ms + STEP_GRACE_S * INT64_C(1000));
}

/*
 * The driver keeps the step's limit; when it has not, it is asked to end the step.  When even that
 * has no answer the step has failed, and what the driver says later changes nothing.
 */
static void step_due(struct engine *e, void *owner, int64_t now_ms, struct turn *t)
{
	struct flight *f = owner;
	struct step_result r = {
	    .failure = STEP_CANCELLED, .message = "cancelled, and the driver does not answer"};
	char message[128];

	if (f->ending == ENDING_NOT) {
		ask_to_end(e, f, ENDING_OVERDUE, now_ms, t);
		return;
	}
	e->counts.timed_out++;
	if (f->ending == ENDING_OVERDUE) {
		snprintf(message, sizeof message,
		    "not done within its time limit of %u s, and the driver does not answer",
		    limit_s(f));
		r.failure = STEP_TIMEOUT;
		r.message = message;
	}
	flight_answered(e, f, &r, now_ms, t);
}

void flight_cancel(struct engine *e, struct process *p, int64_t now_ms, struct turn *t)
{
	struct flight *f;

	LIST_FOREACH(f, &p->flights, of_process)
	if (f->ending == ENDING_NOT)
		ask_to_end(e, f, ENDING_CANCELLED, now_ms, t);
}

/* ---- asked and answered ---------------------------------------------------------------------- */

const char *flight_location(struct engine *e, const struct process *p, int run,
    const struct component *c, struct lm_arena *a)
{
	const struct plan_step *s = &p->plan->steps[run];
	struct facts facts = {e, p->instance, s->graph, a};
	struct graph_facts gf = facts_of(&facts);

	if (c == NULL)
		return graph_expr_value(s->graph, &s->graph->references[s->index].location, &gf, a);
	if (c->is_gone)
		return NULL;
	if (component_is_outside(c))
		return lm_kvs_find(&c->outputs, "deploymentLocation");
	struct whom whom = whom_of(p, s, c);
	facts.instance = whom.instance;
	facts.graph = whom.graph;
	return graph_property_value(whom.graph, whom.node, "deploymentLocation", &gf, a);
}

void flight_launch(struct engine *e, struct process *p, int run, struct component *c,
    struct lane *lane, int64_t now_ms, struct turn *t)
{
	const struct plan_step *s = &p->plan->steps[run];
	struct flight *f = lm_alloc(sizeof *f);

	f->process = p;
	f->run = run;
	f->component = c;
	f->action = lm_strdup(run_action(p, run));
	if (c != NULL) {
		struct whom whom = whom_of(p, s, c);

		f->timeout_s = time_limit(s, &whom.graph->nodes[whom.node], f->action);
		c->flight = f;
	}
	name_step(p, f, s->subject, now_ms);
	f->deadline = (struct timer){.owner = f, .due = step_due};
	p->runs[run].number = (unsigned)strtoul(strrchr(f->step, '/') + 1, NULL, 10);
	timer_set(
	    &e->timers, &f->deadline, now_ms + (left_s(f, now_ms) + STEP_MARGIN_S) * INT64_C(1000));
	f->lane = lane;
	lane_take(&e->lanes, lane);
	e->counts.asked++;
	lm_map_put(e->flights, f->step, f);
	LIST_INSERT_HEAD(&p->flights, f, of_process);
	p->in_flight++;
	if (p->runs[run].call == 0)
		p->runs[run].started_ms = f->started_ms;
	journal_step(t, f, NULL, now_ms);
	event_step(e, t, now_ms, f, NULL);
	if (c != NULL)
		ask(e, f, now_ms, t);
	else
		ask_find(e, f, now_ms, t);
}

/*
 * The driver was told how the component shall be.  Once it has been Active, a restart does not make
 * up for an Install with other values: what it was given then still counts, so that the difference
 * shows.
 */
static void note_given(const struct flight *f)
{
	const struct plan_step *s = &f->process->plan->steps[f->run];
	struct component *c = f->component;

	if (s->kind != PLAN_TRANSITION || !transition_is_up(s->transition))
		return;
	if (!c->proven)
		c->given = f->given;
	else if (s->transition == TRANSITION_RECONFIGURE)
		c->given.fluid = f->given.fluid;
}

/* The component and the location are free for the next. */
static void land(
    struct engine *e, struct flight *f, const struct step_result *r, int64_t now_ms, struct turn *t)
{
	struct component *c = f->component;

	if (r->failure == STEP_NONE)
		note_given(f);
	journal_step(t, f, r, now_ms);
	event_step(e, t, now_ms, f, r);
	lm_map_remove(e->flights, f->step);
	timer_stop(&e->timers, &f->deadline);
	lane_give(&e->lanes, f->lane);
	LIST_REMOVE(f, of_process);
	f->process->in_flight--;
	flight_free(f);
	if (c != NULL) {
		c->flight = NULL;
		line_move_up(e, c, t->arena);
	}
}

void flight_note_stranger(struct engine *e, const char *step)
{
	const char *slash = step == NULL ? NULL : strrchr(step, '/');
	char id[LM_ID_SIZE] = "";

	if (slash != NULL && (size_t)(slash - step) < sizeof id)
		memcpy(id, step, (size_t)(slash - step));
	const struct process *p = lm_map_find(e->processes, id);
	unsigned long number = slash == NULL ? 0 : strtoul(slash + 1, NULL, 10);
	if (p != NULL && number > 0 && number < p->next_step)
		e->counts.stale++;
	else
		e->counts.unknown++;
}

void flight_answered(struct engine *e, struct flight *f, const struct step_result *answer,
    int64_t now_ms, struct turn *t)
{
	struct step_result r = *answer;
	struct process *p = f->process;
	struct component *c = f->component != NULL && f->component->is_gone ? NULL : f->component;
	int run = f->run;
	char message[128];

	r.is_unasked = r.is_unasked && !f->is_again;
	if (r.failure == STEP_CANCELLED && f->ending == ENDING_OVERDUE) {
		r.failure = STEP_TIMEOUT; /* nobody but the clock has cancelled it */
		r.message = message;
		snprintf(message, sizeof message,
		    "not done within its time limit of %u s, and cancelled", limit_s(f));
	}
	land(e, f, &r, now_ms, t);
	process_step_ended(e, p, run, c, &r, now_ms, t);
}
