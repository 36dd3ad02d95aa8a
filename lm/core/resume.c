/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "lm/core/engine_priv.h"

/*
 * After a restart.  What was in flight is a small plan of its own: the drivers may still be at it,
 * so it is asked again, under the same ids and with the same values, before anything else of its
 * process begins.  Then the process is planned anew from what is there.
 */

static bool is_tolerant(const struct process *p, const struct component *c, enum transition t)
{
	if (t != TRANSITION_STOP)
		return false;
	return c->state == COMPONENT_BROKEN || p->to == NULL ||
	       graph_find_node(p->to->graph, c->name) < 0;
}

/* The plan's step that had asked for this; false: it makes no sense any more. */
static bool transition_again(
    const struct process *p, const struct earlier *was, struct plan_step *s)
{
	struct component *c = lm_map_find(p->instance->components, was->subject);

	if (c == NULL || !transition_parse(was->action, &s->transition))
		return false;
	const struct tree *t = transition_is_up(s->transition) ? p->to : c->tree;
	if (t == NULL)
		return false;
	s->kind = PLAN_TRANSITION;
	s->graph = t->graph;
	s->index = t == c->tree ? c->node : graph_find_node(t->graph, c->name);
	s->tolerant = is_tolerant(p, c, s->transition);
	if (s->index >= 0 && s->transition == TRANSITION_INTEGRITY &&
	    s->graph->nodes[s->index].spare)
		s->turn = PLAN_TURN_STAND_BY; /* the plan after this one knows whether it serves */
	return s->index >= 0;
}

/* What was being created goes on being created, with the values of then. */
static bool relationship_again(
    const struct process *p, const struct earlier *was, struct plan_step *s)
{
	const struct link *l = lm_map_find(p->instance->links, was->subject);

	if (l == NULL)
		return false;
	s->kind = l->state == LINK_CREATING ? PLAN_CREATE : PLAN_CEASE;
	s->graph = l->tree->graph;
	s->index = l->index;
	s->tolerant = s->kind == PLAN_CEASE;
	return true;
}

static bool find_again(const struct process *p, const struct earlier *was, struct plan_step *s)
{
	const struct graph *g = p->to == NULL ? NULL : p->to->graph;

	s->kind = PLAN_FIND;
	s->graph = g;
	for (size_t i = 0; g != NULL && i < g->n_references; i++) {
		s->index = (int)i;
		if (g->references[i].external &&
		    strcmp(reference_full_name(g, s->index, p->plan_arena), was->subject) == 0)
			return true;
	}
	return false;
}

static bool step_again(const struct process *p, const struct earlier *was, struct plan_step *s)
{
	*s = (struct plan_step){
	    .subject = lm_arena_strdup(p->plan_arena, was->subject), .why = "it was in flight"};
	if (strcmp(was->action, "Find") == 0 && find_again(p, was, s))
		return true;
	if (strcmp(was->subject, was->resource) == 0)
		return transition_again(p, was, s);
	return relationship_again(p, was, s);
}

static struct plan *plan_of_earlier(const struct process *p)
{
	struct plan *plan = LM_NEW(p->plan_arena, struct plan);

	plan->arena = p->plan_arena;
	plan->steps = LM_NEW_N(p->plan_arena, struct plan_step, p->earlier.n + 1);
	for (size_t i = 0; i < p->earlier.n; i++)
		if (step_again(p, &p->earlier.v[i], &plan->steps[plan->n_steps]))
			plan->n_steps++;
	return plan;
}

static void prepare(struct engine *e, struct process *p)
{
	p->to = p->to_number == 0 || p->is_aside ? NULL : p->instance->tree;
	process_add_components(e, p);
	p->plan_arena = lm_arena_new();
	p->resumes = true;
	p->plan = plan_of_earlier(p);
}

/* Those with something in flight first: what is new waits behind it. */
static void resume_all(
    struct engine *e, struct process *const *ps, size_t n, int64_t now_ms, struct turn *t)
{
	for (int pass = 0; pass < 2; pass++)
		for (size_t i = 0; i < n; i++)
			if (ps[i]->resumes && (ps[i]->plan->n_steps > 0) == (pass == 0))
				process_run(e, ps[i], ps[i]->plan, now_ms, t);
}

void processes_resume(struct engine *e, int64_t now_ms, struct turn *t)
{
	LM_VEC(struct process *) running = {0};
	struct instance *in;

	for (size_t i = 0; (in = lm_map_next(e->instances, &i)) != NULL;) {
		in->shown = instance_state(in);
		references_bind(e, in);
		watch_bind(e, in);
		heals_recall(e, in, now_ms);
		watch_sync(e, in, now_ms);
		instance_forget_names(in);
		if (in->running != NULL)
			*LM_PUSH(NULL, &running) = in->running;
		for (size_t k = 0; k < in->aside.n; k++)
			*LM_PUSH(NULL, &running) = in->aside.v[k];
	}
	for (size_t i = 0; i < running.n; i++)
		prepare(e, running.v[i]);
	resume_all(e, running.v, running.n, now_ms, t);
	lm_vec_free(&running);
	for (size_t i = 0; (in = lm_map_next(e->instances, &i)) != NULL;)
		if (in->running == NULL)
			watch_heal_broken(e, in, now_ms, t);
	for (size_t i = 0; (in = lm_map_next(e->instances, &i)) != NULL;)
		watch_refill(e, in, now_ms, t);
}
