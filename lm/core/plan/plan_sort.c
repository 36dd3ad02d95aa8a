/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/core/plan/plan_priv.h"

/* Steps taken one by one, each when all that it waits for have gone. */
struct sort {
	struct planner *b;
	int *order; /* steps as they went */
	size_t ready, done;
	unsigned *waits; /* by step */
	size_t *out_at;  /* by step: where its part of 'out' begins */
	int *out;        /* links, by the step that is waited for */
};

static void begin(struct sort *s)
{
	struct planner *b = s->b;
	size_t n = b->steps.n;

	s->order = LM_NEW_N(b->arena, int, n);
	s->waits = LM_NEW_N(b->arena, unsigned, n);
	s->out_at = LM_NEW_N(b->arena, size_t, n + 2);
	s->out = LM_NEW_N(b->arena, int, b->links.n);
	for (size_t i = 0; i < b->links.n; i++) {
		s->waits[b->links.v[i].step]++;
		s->out_at[b->links.v[i].before + 2]++;
	}
	for (size_t i = 0; i < n; i++)
		s->out_at[i + 1] += s->out_at[i];
	for (size_t i = 0; i < b->links.n; i++)
		s->out[s->out_at[b->links.v[i].before + 1]++] = (int)i;
	/* What leads calls to somebody who leaves ceases before anything else is asked for. */
	for (int pass = 0; pass < 2; pass++)
		for (size_t i = 0; i < n; i++)
			if (s->waits[i] == 0 && (b->steps.v[i].kind == PLAN_CEASE) == (pass == 0))
				s->order[s->ready++] = (int)i;
}

static void drop(struct sort *s, struct plan_link *l)
{
	if (--s->waits[l->step] == 0)
		s->order[s->ready++] = l->step;
}

static void go(struct sort *s)
{
	for (; s->done < s->ready; s->done++) {
		size_t step = (size_t)s->order[s->done];

		for (size_t i = s->out_at[step]; i < s->out_at[step + 1]; i++) {
			struct plan_link *l = &s->b->links.v[s->out[i]];

			if (l->before >= 0)
				drop(s, l);
		}
	}
}

/* ---- circles ----------------------------------------------------------------------------------- */

/* A link to a step that still waits, too: following these leads into a circle, and round it. */
static struct plan_link *backwards(const struct sort *s, int step)
{
	for (int i = s->b->links_of.v[step]; i >= 0; i = s->b->links.v[i].next) {
		struct plan_link *l = &s->b->links.v[i];

		if (l->before >= 0 && s->waits[l->before] > 0)
			return l;
	}
	return NULL;
}

/* A step inside a circle. */
static int find_circle(const struct sort *s)
{
	int at = 0;

	while (s->waits[at] == 0)
		at++;
	for (size_t hops = 0; hops < s->b->steps.n; hops++)
		at = backwards(s, at)->before;
	return at;
}

static struct plan_link *soft_link(const struct sort *s, int first)
{
	int at = first;

	do {
		struct plan_link *l = backwards(s, at);

		if (l->soft)
			return l;
		at = l->before;
	} while (at != first);
	return NULL;
}

static void give_way(struct sort *s, struct plan_link *l)
{
	drop(s, l);
	l->before = -1;
}

/* So many that looking for each circle would take its time: nothing soft holds any more. */
static void give_way_all(struct sort *s)
{
	for (size_t i = 0; i < s->b->links.n; i++) {
		struct plan_link *l = &s->b->links.v[i];

		if (l->soft && l->before >= 0 && s->waits[l->before] > 0 && s->waits[l->step] > 0)
			give_way(s, l);
	}
}

static const char *name_circle(const struct sort *s, int first)
{
	const struct plan_step *steps = s->b->steps.v;
	struct lm_buf text;
	int at = first;

	lm_buf_init(&text, 1000);
	do {
		lm_buf_printf(
		    &text, "%s %s after ", plan_step_action(&steps[at]), steps[at].subject);
		at = backwards(s, at)->before;
	} while (at != first && !text.cut);
	lm_buf_printf(&text, "%s %s", plan_step_action(&steps[at]), steps[at].subject);
	const char *name = lm_arena_strdup(s->b->arena, text.p);
	lm_buf_fini(&text);
	return name;
}

/* ---- the plan ------------------------------------------------------------------------------------ */

/* Edges are renumbered with the steps, in the order in which they were found. */
static void hand_out_edges(const struct sort *s, struct plan *p, const int *place)
{
	const struct planner *b = s->b;
	struct plan_edge *edges = LM_NEW_N(b->arena, struct plan_edge, b->links.n);
	size_t *end = LM_NEW_N(b->arena, size_t, p->n_steps), n = 0;

	for (size_t i = 0; i < b->links.n; i++)
		if (b->links.v[i].before >= 0)
			p->steps[place[b->links.v[i].step]].after.n++;
	for (size_t i = 0; i < p->n_steps; i++) {
		p->steps[i].after.v = edges + n;
		end[i] = n;
		n += p->steps[i].after.n;
	}
	for (size_t i = 0; i < b->links.n; i++) {
		const struct plan_link *l = &b->links.v[i];

		if (l->before >= 0)
			edges[end[place[l->step]]++] =
			    (struct plan_edge){place[l->before], (enum plan_cause)l->cause, l->dep};
	}
}

static void hand_out_unblocks(const struct sort *s, struct plan *p)
{
	int *all = LM_NEW_N(s->b->arena, int, s->b->links.n);
	int **end = LM_NEW_N(s->b->arena, int *, p->n_steps);

	for (size_t i = 0; i < p->n_steps; i++)
		for (size_t k = 0; k < p->steps[i].after.n; k++)
			p->steps[p->steps[i].after.v[k].step].unblocks.n++;
	for (size_t i = 0; i < p->n_steps; i++) {
		p->steps[i].unblocks.v = end[i] = all;
		all += p->steps[i].unblocks.n;
	}
	for (size_t i = 0; i < p->n_steps; i++)
		for (size_t k = 0; k < p->steps[i].after.n; k++)
			*end[p->steps[i].after.v[k].step]++ = (int)i;
}

static struct plan *finished(const struct sort *s)
{
	const struct planner *b = s->b;
	struct plan *p = LM_NEW(b->arena, struct plan);
	int *place = LM_NEW_N(b->arena, int, b->steps.n);

	p->arena = b->arena;
	p->n_steps = b->steps.n;
	p->steps = LM_NEW_N(b->arena, struct plan_step, b->steps.n);
	for (size_t i = 0; i < b->steps.n; i++) {
		place[s->order[i]] = (int)i;
		p->steps[i] = b->steps.v[s->order[i]];
	}
	hand_out_edges(s, p, place);
	hand_out_unblocks(s, p);
	return p;
}

struct plan *plan_sorted(struct planner *b, const char **circle)
{
	enum { TRIES = 64 };
	struct sort s = {.b = b};

	begin(&s);
	go(&s);
	for (int i = 0; s.done < b->steps.n; i++) {
		int first = find_circle(&s);
		struct plan_link *l = soft_link(&s, first);

		if (l == NULL) {
			*circle = name_circle(&s, first);
			return NULL;
		}
		if (i < TRIES)
			give_way(&s, l);
		else
			give_way_all(&s);
		go(&s);
	}
	return finished(&s);
}
