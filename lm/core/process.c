/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "base/heap.h"
#include "lm/core/engine_priv.h"

/*
 * The life of a process: begin -> plan -> runs -> finish.  A plan is made anew from what is there
 * when a heal tries again, when values have changed under way, when a value comes later than
 * thought, and after a restart of the manager: all through process_replan().
 */

/* ---- the end --------------------------------------------------------------------------------- */

static void set_reason(struct process *p, const char *reason)
{
	char *text = lm_strdup(reason);

	free(p->reason);
	p->reason = text;
}

void process_end(
    struct engine *e, struct process *p, enum process_status status, int64_t now_ms, struct turn *t)
{
	p->status = status;
	p->end_ms = now_ms;
	e->ended[p->intent.kind][status]++;
	p->wake_ms = 0;
	journal_process(t, p);
	event_process(e, t, now_ms, p);
	finished_add(e, p);
	editions_sweep(e, t);
}

void process_refuse(
    struct engine *e, struct process *p, const char *reason, int64_t now_ms, struct turn *t)
{
	set_reason(p, reason);
	process_end(e, p, PROCESS_FAILED, now_ms, t);
}

/* Components that do not exist leave the books: whatever brings one up names it anew. */
static void drop_absent(struct engine *e, struct instance *in, struct turn *t)
{
	struct component *c;

	for (size_t i = 0; (c = lm_map_next(in->components, &i)) != NULL;) {
		c->news = false;
		if (c->state == COMPONENT_ABSENT) {
			journal_component(t, c);
			engine_remove_component(e, c);
		}
	}
}

static void release_plan(struct process *p)
{
	lm_vec_free(&p->ready);
	lm_arena_free(p->plan_arena);
	p->plan_arena = NULL;
	p->plan = NULL;
	p->runs = NULL;
}

static void forget_reached(const struct process *p)
{
	struct component *c;

	for (size_t i = 0; (c = lm_map_next(p->instance->components, &i)) != NULL;)
		if (component_is_reached(c, p))
			c->reached_by = 0;
}

static void begin_next(struct engine *, struct instance *, int64_t now_ms, struct turn *);
static void rouse(struct engine *, struct process *);

static void refuse_waiting(
    struct engine *e, struct instance *in, const char *reason, int64_t now_ms, struct turn *t)
{
	for (size_t i = 0; i < in->queue.n; i++)
		process_refuse(e, in->queue.v[i], reason, now_ms, t);
	in->queue.n = 0;
	for (size_t i = e->sleepers.n; i-- > 0;) {
		struct process *p = e->sleepers.v[i];

		if (strcmp(p->root_id, in->id) != 0)
			continue;
		rouse(e, p);
		process_refuse(e, p, reason, now_ms, t);
	}
}

/* The process lets go of its instance. */
static void leave(struct engine *e, struct process *p, int64_t now_ms)
{
	struct instance *in = p->instance;

	flight_forget(e, p);
	p->tally = tally_of(p);
	release_plan(p);
	if (!p->is_aside)
		spec_fini(&p->desired);
	if (p->to != NULL)
		spec_copy(&p->desired, &p->to->spec);
	if (in->running == p)
		in->running = NULL;
	in->modified_ms = now_ms;
	p->instance = NULL;
	p->to = NULL;
}

static void finish_gone(struct engine *e, struct process *p, int64_t now_ms, struct turn *t)
{
	struct instance *in = p->instance;

	leave(e, p, now_ms);
	event_root(e, t, now_ms, in, p, in->shown, COMPONENT_ABSENT);
	journal_links_gone(t, in);
	journal_instance_gone(t, in);
	process_end(e, p, PROCESS_COMPLETED, now_ms, t);
	refuse_waiting(e, in, "the assembly was deleted", now_ms, t);
	engine_remove_instance(e, in);
}

/* The instance is idle again: what it is now is what its policies see. */
static void rest(
    struct engine *e, struct instance *in, const struct process *p, int64_t now_ms, struct turn *t)
{
	drop_absent(e, in, t);
	instance_drop_trees(in, NULL);
	references_bind(e, in);
	journal_instance(t, in);
	root_show_state(e, in, p, now_ms, t);
	watch_bind(e, in);
	watch_sync(e, in, now_ms);
}

/* Whatever else the assembly does goes on. */
static void finish_aside(
    struct engine *e, struct process *p, enum process_status status, int64_t now_ms, struct turn *t)
{
	struct instance *in = p->instance;

	if (status == PROCESS_COMPLETED)
		set_reason(p, NULL);
	leave(e, p, now_ms);
	aside_end(e, in, p, t);
	if (in->running == NULL)
		instance_drop_trees(in, NULL);
	journal_instance(t, in);
	process_end(e, p, status, now_ms, t);
	watch_refill(e, in, now_ms, t);
	begin_next(e, in, now_ms, t);
}

static void finish(
    struct engine *e, struct process *p, enum process_status status, int64_t now_ms, struct turn *t)
{
	struct instance *in = p->instance;

	if (p->is_aside) {
		finish_aside(e, p, status, now_ms, t);
		return;
	}
	if (status == PROCESS_COMPLETED && p->to == NULL) {
		finish_gone(e, p, now_ms, t);
		return;
	}
	if (status == PROCESS_FAILED && p->intent.gives_up)
		watch_resigned(e, p, now_ms, t);
	else if (status == PROCESS_FAILED)
		watch_scale_failed(e, p, now_ms, t);
	if (status == PROCESS_COMPLETED) {
		set_reason(p, NULL); /* what failed at first is no reason now */
		forget_reached(p);   /* else a retry goes on with them */
	}
	leave(e, p, now_ms);
	rest(e, in, p, now_ms, t);
	process_end(e, p, status, now_ms, t);
	referrers_follow(e, in);
	if (p->intent.kind != INTENT_HEAL) /* a heal that left something Broken has given up */
		watch_heal_broken(e, in, now_ms, t);
	watch_refill(e, in, now_ms, t);
	begin_next(e, in, now_ms, t);
}

/* ---- a heal that failed ------------------------------------------------------------------------ */

/* How long before which attempt: a rebuild follows at once, since a restart is known not to help. */
static const int64_t pause_before[HEAL_ATTEMPTS + 1] = {0, 0, 0, 1000, 5000, 25000};

static struct component *failed_component(const struct process *p)
{
	return p->failed_component == NULL
		   ? NULL
		   : lm_map_find(p->instance->components, p->failed_component);
}

/* Others may have the assembly meanwhile. */
static void sleep(struct engine *e, struct process *p, int64_t now_ms, struct turn *t)
{
	struct instance *in = p->instance;

	p->status = PROCESS_PENDING;
	p->wake_ms = now_ms + pause_before[p->attempt];
	process_sleep(e, p);
	leave(e, p, now_ms);
	rest(e, in, p, now_ms, t);
	journal_process(t, p);
	event_process(e, t, now_ms, p);
	watch_heal_broken(e, in, now_ms, t);
	begin_next(e, in, now_ms, t);
}

/* A heal tries again, harder, a bounded number of times.  True: it is on its way. */
static bool try_again(struct engine *e, struct process *p, int64_t now_ms, struct turn *t)
{
	struct component *c = failed_component(p);

	if (p->intent.kind != INTENT_HEAL || p->cancelling)
		return false;
	if (p->attempt >= HEAL_ATTEMPTS) {
		watch_heal_failed(e, p, c, now_ms, t);
		return false;
	}
	p->attempt++;
	if (c != NULL) {
		c->rebuild = true;
		component_set_state(e, c, COMPONENT_BROKEN, p, now_ms, t);
	}
	if (pause_before[p->attempt] > 0) {
		sleep(e, p, now_ms, t);
		return true;
	}
	journal_process(t, p);
	event_process(e, t, now_ms, p);
	process_replan(e, p, now_ms, t);
	return true;
}

/* Whom it is to heal, and who was in its way, are left to it while it sleeps. */
static void take_patients(struct engine *e, struct process *p, struct process *healer)
{
	struct instance *in = lm_map_find(e->by_id, p->root_id);
	const struct component *subject = heal_subject(e, in, &p->intent);
	struct component *both[] = {
	    subject == NULL ? NULL : lm_map_find(in->components, subject->name),
	    p->failed_component == NULL ? NULL : lm_map_find(in->components, p->failed_component),
	};

	for (size_t i = 0; i < LM_COUNT(both); i++)
		if (both[i] != NULL && (both[i]->healer == NULL || both[i]->healer == p))
			both[i]->healer = healer;
}

/* Forgets that it sleeps. */
static void rouse(struct engine *e, struct process *p)
{
	take_patients(e, p, NULL);
	timer_stop(&e->timers, &p->alarm);
	for (size_t i = e->sleepers.n; i-- > 0;)
		if (e->sleepers.v[i] == p)
			lm_vec_remove(&e->sleepers, i);
	p->wake_ms = 0;
}

static void wake(struct engine *e, void *owner, int64_t now_ms, struct turn *t)
{
	struct process *p = owner;
	struct instance *in = lm_map_find(e->by_id, p->root_id);

	rouse(e, p);
	journal_process(t, p);
	queue_put(in, 0, p);
	begin_next(e, in, now_ms, t);
}

void process_sleep(struct engine *e, struct process *p)
{
	*LM_PUSH(NULL, &e->sleepers) = p;
	take_patients(e, p, p);
	p->alarm = (struct timer){.owner = p, .due = wake};
	timer_set(&e->timers, &p->alarm, p->wake_ms);
}

/* ---- the middle ---------------------------------------------------------------------------------- */

static void fail_and_finish(
    struct engine *e, struct process *p, const char *reason, int64_t now_ms, struct turn *t)
{
	set_reason(p, reason);
	finish(e, p, PROCESS_FAILED, now_ms, t);
}

/* Everything that could be done is done. */
static void settle(struct engine *e, struct process *p, int64_t now_ms, struct turn *t)
{
	bool deferred = p->left > 0;

	if (!deferred && !values_moved(e, p, t)) {
		finish(e, p, PROCESS_COMPLETED, now_ms, t);
		return;
	}
	if (++p->rounds > ROUNDS_MAX) {
		fail_and_finish(
		    e, p, "values keep changing: each change leads to another", now_ms, t);
		return;
	}
	process_replan(e, p, now_ms, t);
}

/* Nothing but farewells is left to it: others may have the assembly. */
static void step_aside(struct engine *e, struct process *p, int64_t now_ms, struct turn *t)
{
	struct instance *in = p->instance;

	aside_step(p, t);
	rest(e, in, p, now_ms, t);
	watch_heal_broken(e, in, now_ms, t);
	watch_refill(e, in, now_ms, t);
	begin_next(e, in, now_ms, t);
}

/* Everything that can be done is done, and nothing is under way. */
static void conclude(struct engine *e, struct process *p, int64_t now_ms, struct turn *t)
{
	bool resumes = p->resumes;

	p->resumes = false;
	if (p->cancelling && (resumes || p->left > 0)) {
		finish(e, p, PROCESS_CANCELLED, now_ms, t);
	} else if (p->intent.gives_up && !resumes) {
		fail_and_finish(e, p, p->intent.reason, now_ms, t);
	} else if (p->failing && !p->intent.gives_up) {
		if (!try_again(e, p, now_ms, t))
			finish(e, p, PROCESS_FAILED, now_ms, t);
	} else if (resumes) {
		process_replan(e, p, now_ms, t);
	} else {
		settle(e, p, now_ms, t);
	}
}

/*
 * Begins what can begin.  What was in flight before a restart is asked again whatever has become of
 * its process.
 */
static void advance(struct engine *e, struct process *p, int64_t now_ms, struct turn *t)
{
	while (p->ready.n > 0 && (p->resumes || (!p->failing && !p->cancelling)))
		run_begin(e, p, p->ready.v[--p->ready.n], now_ms, t);
	if (!p->resumes && (p->failing || p->cancelling)) /* nothing more begins */
		flight_forget(e, p);
	if (p->in_flight == 0 && p->in_line == 0)
		conclude(e, p, now_ms, t);
	else if (aside_may_step(p))
		step_aside(e, p, now_ms, t);
}

void process_step_ended(struct engine *e, struct process *p, int run, struct component *c,
    const struct step_result *r, int64_t now_ms, struct turn *t)
{
	run_continue(e, p, run, c, r, now_ms, t);
	advance(e, p, now_ms, t);
}

static void cancel_waiting(struct engine *e, struct process *p, int64_t now_ms, struct turn *t)
{
	struct instance *in = lm_map_find(e->by_id, p->root_id);

	if (p->wake_ms != 0)
		rouse(e, p);
	for (size_t i = in->queue.n; i-- > 0;)
		if (in->queue.v[i] == p)
			lm_vec_remove(&in->queue, i);
	process_end(e, p, PROCESS_CANCELLED, now_ms, t);
}

void process_cancel(
    struct engine *e, struct process *p, const char *by, int64_t now_ms, struct turn *t)
{
	set_reason(
	    p, lm_arena_join(t->arena, "cancelled by ", by != NULL ? by : "an operator", NULL));
	if (p->status == PROCESS_PENDING) {
		cancel_waiting(e, p, now_ms, t);
		return;
	}
	p->cancelling = true;
	if (!p->resumes) /* what was in flight before a restart is still to be asked */
		flight_forget(e, p);
	journal_process(t, p);
	advance(e, p, now_ms, t);
}

/* ---- the beginning ------------------------------------------------------------------------------------ */

/* A stack, so that steps begin in the plan's order where nothing else orders them. */
static void prepare_runs(struct process *p)
{
	size_t n = p->plan->n_steps;

	p->runs = LM_NEW_N(p->plan_arena, struct run, n + 1);
	p->left = n;
	p->staying = 0;
	for (size_t i = n; i-- > 0;) {
		p->staying += aside_is_staying(p, (int)i);
		p->runs[i].waits = (unsigned)p->plan->steps[i].after.n;
		if (p->runs[i].waits == 0)
			*LM_PUSH(NULL, &p->ready) = (int)i;
	}
}

void process_run(
    struct engine *e, struct process *p, struct plan *plan, int64_t now_ms, struct turn *t)
{
	p->failing = false;
	p->plan = plan;
	prepare_runs(p);
	advance(e, p, now_ms, t);
}

struct aim process_aim_again(
    const struct engine *e, const struct process *p, const struct instance *in)
{
	if (p->is_aside)
		return aside_aim(p);
	struct tree *to = p->to_number == 0 ? NULL : in->tree;
	const struct tree *base = instance_find_tree(in, p->from_number);
	struct aim a = {
	    .to = to,
	    .target = to == NULL ? COMPONENT_ABSENT : to->spec.target,
	    .scope = p->scope,
	    .apart = base != NULL ? &base->spec.members : &p->before.members,
	    .base = base,
	    .is_own = p->intent.reason != NULL,
	    .values_moved = p->rounds > 0,
	    .reached_by = lm_hash(p->id),
	};

	if (p->scope == SCOPE_HEAL && p->intent.gives_up)
		a.given_up = heal_subject(e, in, &p->intent);
	else if (p->scope == SCOPE_HEAL)
		a.broken = heal_subject(e, in, &p->intent);
	if (a.broken != NULL && component_is_up(a.broken))
		a.broken = NULL; /* it was marked when the process began, and is well again */
	return a;
}

/* Links that stay stand under the wanted tree from now on. */
static void move_links(struct process *p, const struct plan *plan)
{
	LM_AUTO(lm_map) ceased = lm_map_new();
	struct link *l;

	for (size_t i = 0; i < plan->n_steps; i++)
		if (plan->steps[i].kind == PLAN_CEASE)
			lm_map_put(ceased, plan->steps[i].subject, p);
	for (size_t i = 0; p->to != NULL && (l = lm_map_next(p->instance->links, &i)) != NULL;) {
		bool alike = p->scope == SCOPE_ALL || l->tree->number == p->from_number;

		if (l->tree == p->to || !alike || lm_map_find(ceased, l->name) != NULL)
			continue;
		int index = graph_find_relationship(p->to->graph, l->name);
		if (index >= 0)
			link_move(l, p->to, index);
	}
}

static void move_settled(struct process *p, const struct planned *planned)
{
	for (size_t i = 0; i < planned->n_settled; i++) {
		struct component *c = planned->settled[i];

		component_move(c, p->to, graph_find_node(p->to->graph, c->name));
	}
	move_links(p, planned->plan);
}

/*
 * Whom a heal has begun with it goes on with, however it finds them when it plans again: half of
 * the way up, or well again, but not yet in its relationships.
 */
static void reach_healed(struct process *p, const struct planned *planned, struct turn *t)
{
	for (size_t i = 0; i < planned->n_reached; i++)
		if (!component_is_reached(planned->reached[i], p))
			component_reach(planned->reached[i], p, t);
}

void process_replan(struct engine *e, struct process *p, int64_t now_ms, struct turn *t)
{
	struct aim aim = process_aim_again(e, p, p->instance);
	struct planned planned;

	release_plan(p);
	p->plan_arena = lm_arena_new();
	aim_plan(e, p->instance, &aim, p->plan_arena, &planned);
	if (planned.plan == NULL) {
		fail_and_finish(e, p,
		    lm_arena_printf(
			p->plan_arena, "the order of steps has a circle: %s", planned.circle),
		    now_ms, t);
		return;
	}
	if (p->scope == SCOPE_HEAL)
		reach_healed(p, &planned, t);
	move_settled(p, &planned);
	process_run(e, p, planned.plan, now_ms, t);
}

void process_add_components(struct engine *e, struct process *p)
{
	LM_AUTO(lm_map) adopted = adopted_ids(&p->intent);
	char id[LM_ID_SIZE];

	for (size_t i = 0; p->to != NULL && i < p->to->graph->n_nodes; i++) {
		const struct graph_node *n = &p->to->graph->nodes[i];

		if (n->resource == NULL || lm_map_find(p->instance->components, n->name) != NULL)
			continue;
		const char *brought = lm_map_find(adopted, n->name);
		if (brought == NULL)
			lm_id(p->seed, n->name, id);
		engine_add_component(
		    e, component_new(p->instance, n->name, brought != NULL ? brought : id));
	}
}

static struct instance *create_instance(struct engine *e, const struct process *p, int64_t now_ms)
{
	struct instance *in = instance_new(p->root_name, p->root_id);

	in->created_ms = now_ms;
	engine_add_instance(e, in);
	return in;
}

/* From now on the instance wants what the aim says. */
static void take_aim(struct engine *e, struct process *p, struct instance *in, struct aim *a)
{
	p->from_number = in->tree == NULL ? 0 : in->tree->number;
	if (a->is_new)
		instance_want(in, a->to);
	a->is_new = false;
	p->to = a->to;
	p->to_number = a->to == NULL ? 0 : a->to->number;
	if (a->to != NULL)
		a->to->spec.target = a->target;
	p->scope = a->scope;
	process_add_components(e, p);
	references_bind(e, in);
	watch_bind(e, in);
}

/* Takes its place in the instance. */
static void occupy(struct process *p, struct instance *in, int64_t now_ms)
{
	p->instance = in;
	p->status = PROCESS_RUNNING;
	p->rounds = 0;
	p->end_ms = 0;
	if (p->start_ms == 0)
		p->start_ms = now_ms;
	in->running = in->last = p;
	in->modified_ms = now_ms;
}

static void start(struct engine *e, struct process *p, const struct component *broken,
    int64_t now_ms, struct turn *t)
{
	journal_instance(t, p->instance);
	journal_process(t, p);
	event_process(e, t, now_ms, p);
	if (broken != NULL && component_is_up(broken))
		component_set_state(e, lm_map_find(p->instance->components, broken->name),
		    COMPONENT_BROKEN, p, now_ms, t);
	watch_sync(e, p->instance, now_ms);
	process_replan(e, p, now_ms, t);
}

/* Also when others have changed what is wanted while a heal has slept. */
static void note_before(struct process *p, const struct instance *in)
{
	spec_fini(&p->before);
	spec_copy(&p->before, &in->tree->spec);
}

void process_begin(struct engine *e, struct process *p, struct instance *in, struct aim *a,
    int64_t now_ms, struct turn *t)
{
	if (in == NULL)
		in = create_instance(e, p, now_ms);
	else if (p->attempt == 0 || in->tree->number != p->to_number)
		note_before(p, in);
	if (p->attempt == 0)
		p->attempt = 1;
	occupy(p, in, now_ms);
	take_aim(e, p, in, a);
	if (p->intent.reason == NULL && p->scope != SCOPE_SCALE)
		heals_forget(e, in, p->scope == SCOPE_HEAL ? a->broken : NULL, t);
	if (p->intent.kind == INTENT_ADOPT)
		process_adopt(e, p, now_ms, t);
	start(e, p, a->broken, now_ms, t);
}

void process_go_on(
    struct engine *e, struct process *p, struct instance *in, int64_t now_ms, struct turn *t)
{
	finished_remove(e, p);
	p->attempt = 1;
	p->cancelling = p->intent.gives_up = false;
	heals_forget(e, in, NULL, t);
	set_reason(p, NULL);
	occupy(p, in, now_ms);
	p->to = p->to_number == 0 ? NULL : in->tree;
	process_add_components(e, p);
	start(e, p, NULL, now_ms, t);
}

/* The first in line that nothing keeps from beginning; NULL: none. */
static struct process *take_next(struct instance *in)
{
	for (size_t i = 0; i < in->queue.n; i++) {
		struct process *p = in->queue.v[i];

		if (instance_blocker(in, p->intent.kind) != NULL)
			continue;
		lm_vec_remove(&in->queue, i);
		return p;
	}
	return NULL;
}

static void begin_next(struct engine *e, struct instance *in, int64_t now_ms, struct turn *t)
{
	struct process *p;

	while ((p = take_next(in)) != NULL) {
		struct aim aim;

		LM_AUTO(lm_err) err = process_aim(e, p, in, &aim);
		if (err != NULL) {
			process_refuse(e, p, lm_err_text(err), now_ms, t);
			continue;
		}
		/* It may end at once, and take the instance with it. */
		process_begin(e, p, in, &aim, now_ms, t);
		return;
	}
}
