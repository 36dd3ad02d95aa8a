/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "lm/core/engine_priv.h"

/*
 * What a scale-in has taken out of service may have calls in progress for a long time yet.  As soon
 * as nothing else is left to do, its process steps aside: it sees off who leaves, while the assembly
 * heals, scales and follows its policies as if they were gone.  Only what changes all of the
 * assembly waits for the end of that.
 */

static uint64_t mark_of(const struct process *p)
{
	return lm_hash(p->id);
}

bool component_is_retired(const struct component *c)
{
	return c->retired_by != 0;
}

/* ---- whose turn it is ------------------------------------------------------------------------- */

const struct process *instance_blocker(const struct instance *in, enum intent_kind kind)
{
	if (in->running != NULL)
		return in->running;
	if (in->aside.n > 0 && scope_of(kind) == SCOPE_ALL)
		return in->aside.v[0];
	return NULL;
}

bool instance_rests(const struct instance *in)
{
	return in->running == NULL && (in->queue.n == 0 || in->aside.n > 0);
}

/* ---- stepping aside ----------------------------------------------------------------------------- */

/* A way down of what is not wanted any more. */
static bool is_farewell(const struct process *p, const struct plan_step *s)
{
	return s->kind == PLAN_TRANSITION && !transition_is_up(s->transition) &&
	       graph_find_node(p->to->graph, s->subject) < 0;
}

/* After a restart, what was in flight comes first. */
static bool can_retire(const struct process *p)
{
	return p->intent.kind == INTENT_SCALE_IN && p->to != NULL && !p->resumes;
}

bool aside_is_staying(const struct process *p, int run)
{
	const struct plan_step *s = &p->plan->steps[run];

	return can_retire(p) && !plan_step_is_gate(s) && !is_farewell(p, s);
}

/* Others' values may depend on who has left: then the process plans again, in its place. */
bool aside_may_step(const struct process *p)
{
	return can_retire(p) && p->staying == 0 && !p->failing && !p->cancelling && !p->has_news &&
	       !p->has_found;
}

static void retire_all(struct process *p, struct turn *t)
{
	for (size_t i = 0; i < p->plan->n_steps; i++) {
		const struct plan_step *s = &p->plan->steps[i];
		struct component *c = s->kind == PLAN_TRANSITION
					  ? lm_map_find(p->instance->components, s->subject)
					  : NULL;

		if (c == NULL || c->retired_by != 0 || !is_farewell(p, s))
			continue;
		c->retired_by = mark_of(p);
		journal_component(t, c);
	}
}

void aside_step(struct process *p, struct turn *t)
{
	struct instance *in = p->instance;

	retire_all(p, t);
	p->is_aside = true;
	spec_fini(&p->desired);
	spec_copy(&p->desired, &p->to->spec);
	p->to = NULL;
	in->running = NULL;
	*LM_PUSH(NULL, &in->aside) = p;
	journal_process(t, p);
}

void aside_restore(struct instance *in, struct process *p)
{
	*LM_PUSH(NULL, &in->aside) = p;
	p->instance = in;
}

struct aim aside_aim(const struct process *p)
{
	return (struct aim){
	    .target = COMPONENT_ABSENT, .scope = SCOPE_ALL, .retired_by = mark_of(p)};
}

/* ---- the end -------------------------------------------------------------------------------------- */

void aside_end(struct engine *e, struct instance *in, struct process *p, struct turn *t)
{
	struct component *c;

	for (size_t i = 0; (c = lm_map_next(in->components, &i)) != NULL;) {
		if (c->retired_by != mark_of(p))
			continue;
		c->retired_by = 0; /* who is still there is left to the assembly again */
		journal_component(t, c);
		if (c->state == COMPONENT_ABSENT)
			engine_remove_component(e, c);
	}
	for (size_t i = in->aside.n; i-- > 0;)
		if (in->aside.v[i] == p)
			lm_vec_remove(&in->aside, i);
	p->is_aside = false;
}
