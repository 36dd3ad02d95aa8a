/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/core/engine_priv.h"

/*
 * Processes that have ended stay in memory for a while, in the order in which they ended: as many as
 * the configuration says, and as long.  The journal keeps them longer; whoever asks for an older
 * one reads it there.
 */

struct tally tally_of(const struct process *p)
{
	struct tally t = {0};

	for (size_t i = 0; p->plan != NULL && i < p->plan->n_steps; i++) {
		const struct plan_step *s = &p->plan->steps[i];

		if (plan_step_is_gate(s) || s->silent)
			continue;
		t.steps++;
		t.done += p->runs[i].state == RUN_DONE;
		t.failed += p->runs[i].state == RUN_FAILED;
	}
	return t;
}

static void unlink_process(struct engine *e, struct process *p)
{
	*(p->older != NULL ? &p->older->newer : &e->finished.oldest) = p->newer;
	*(p->newer != NULL ? &p->newer->older : &e->finished.newest) = p->older;
	p->older = p->newer = NULL;
	e->finished.n--;
}

static void forget_oldest(struct engine *e)
{
	struct process *p = e->finished.oldest;
	struct instance *in = lm_map_find(e->by_id, p->root_id);

	if (in != NULL && in->last == p)
		in->last = NULL;
	unlink_process(e, p);
	lm_map_remove(e->processes, p->id);
	process_free(p);
	e->finished.has_forgotten = true;
}

void finished_add(struct engine *e, struct process *p)
{
	p->older = e->finished.newest;
	p->newer = NULL;
	*(p->older != NULL ? &p->older->newer : &e->finished.oldest) = p;
	e->finished.newest = p;
	e->finished.n++;
	if (e->finished.n > e->conf.finished_max)
		forget_oldest(e);
}

void finished_remove(struct engine *e, struct process *p)
{
	unlink_process(e, p);
}

void finished_expire(struct engine *e, int64_t now_ms)
{
	while (e->finished.oldest != NULL &&
	       e->finished.oldest->end_ms + e->conf.finished_age_ms < now_ms)
		forget_oldest(e);
}
