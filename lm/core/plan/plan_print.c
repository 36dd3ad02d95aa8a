/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/json.h"
#include "lm/core/plan/plan_print.h"

const char *plan_step_action(const struct plan_step *s)
{
	switch (s->kind) {
	case PLAN_TRANSITION:
		if (s->turn == PLAN_TURN_SERVE)
			return "Serve";
		if (s->turn == PLAN_TURN_STAND_BY && s->transition == TRANSITION_STOP)
			return "Stand by";
		return transition_text(s->transition);
	case PLAN_CREATE:
		return "Create";
	case PLAN_CEASE:
		return "Cease";
	case PLAN_FIND:
		return "Find";
	case PLAN_GATE:
		break;
	}
	return "Level";
}

bool plan_step_is_gate(const struct plan_step *s)
{
	return s->kind == PLAN_GATE;
}

/* Gates are how levels are made, not something to do: people see the steps, numbered from 1. */
int *plan_numbers(const struct plan *p)
{
	int *number = LM_NEW_N(p->arena, int, p->n_steps + 1);
	int n = 0;

	for (size_t i = 0; i < p->n_steps; i++)
		number[i] = plan_step_is_gate(&p->steps[i]) ? 0 : ++n;
	return number;
}

bool plan_put_cause(const struct plan *p, const struct plan_edge *e, struct lm_buf *out)
{
	static const char *const text[] = {
	    [PLAN_CAUSE_NONE] = NULL,
	    [PLAN_CAUSE_VALUE] = "its values are needed",
	    [PLAN_CAUSE_USER] = "it is built on this one",
	    [PLAN_CAUSE_FOUND] = "what it finds is needed",
	    [PLAN_CAUSE_END] = "must be there first",
	    [PLAN_CAUSE_BEFORE] = "the relationship comes first",
	    [PLAN_CAUSE_CEASED] = "must cease first",
	    [PLAN_CAUSE_OPERATOR] = "it carries out an operation",
	    [PLAN_CAUSE_GATE] = NULL,
	};
	const struct plan_step *s = &p->steps[e->step];

	if (e->cause == PLAN_CAUSE_GATE) {
		lm_buf_puts(out, s->subject);
		return true;
	}
	if (e->cause == PLAN_CAUSE_VALUE && e->dep != NULL) {
		lm_buf_printf(
		    out, "%s.%s is needed", s->graph->nodes[s->index].component, e->dep->source);
		return true;
	}
	if (text[e->cause] == NULL)
		return false;
	lm_buf_puts(out, text[e->cause]);
	return true;
}

/* ---- text ------------------------------------------------------------------------------------ */

enum { SUBJECT_MAX = 60, WHY_MAX = 40 };

struct columns {
	int number, action, subject, why;
};

static void widen(int *width, size_t to, int max)
{
	if ((int)to > *width && (int)to <= max)
		*width = (int)to;
}

static int shown_width(const struct plan_step *s)
{
	return (int)strlen(s->subject) + (s->silent ? (int)strlen(" (no call)") : 0);
}

static struct columns columns_of(const struct plan *p)
{
	struct columns c = {3, 9, 0, 0};
	size_t most = 999;

	for (size_t i = 0; i < p->n_steps; i++) {
		const struct plan_step *s = &p->steps[i];

		if (plan_step_is_gate(s))
			continue;
		widen(&c.action, strlen(plan_step_action(s)), SUBJECT_MAX);
		widen(&c.subject, (size_t)shown_width(s), SUBJECT_MAX);
		widen(&c.why, strlen(s->why), WHY_MAX);
	}
	for (; p->n_steps > most; most = most * 10 + 9)
		c.number++;
	return c;
}

/* Blanks up to where the next column begins. */
static void pad(struct lm_buf *out, size_t begin, int width)
{
	while (out->n < begin + (size_t)width && !out->cut)
		lm_buf_puts(out, " ");
}

/* "after 3, 4 (must be there first), 7": a cause stands behind all that share it. */
static void print_after(
    const struct plan *p, const struct plan_step *s, const int *number, struct lm_buf *out)
{
	const char *sep = "  after ";
	struct lm_buf cause, next;

	lm_buf_init(&cause, 1000);
	lm_buf_init(&next, 1000);
	for (size_t k = 0; k < s->after.n; k++) {
		const struct plan_edge *e = &s->after.v[k];

		lm_buf_clear(&cause);
		lm_buf_clear(&next);
		bool known = plan_put_cause(p, e, &cause);
		if (number[e->step] == 0) {
			lm_buf_printf(out, "%s\"%s\"", sep, cause.p);
		} else {
			lm_buf_printf(out, "%s%d", sep, number[e->step]);
			if (k + 1 < s->after.n)
				plan_put_cause(p, &e[1], &next);
			if (known && strcmp(cause.p, next.p) != 0)
				lm_buf_printf(out, " (%s)", cause.p);
		}
		sep = ", ";
	}
	lm_buf_fini(&cause);
	lm_buf_fini(&next);
}

static void print_step(const struct plan *p, const struct plan_step *s, const int *number,
    const struct columns *c, struct lm_buf *out)
{
	lm_buf_printf(
	    out, "%*d %-*s ", c->number, number[s - p->steps], c->action, plan_step_action(s));
	size_t begin = out->n;
	lm_buf_printf(out, "%s%s", s->subject, s->silent ? " (no call)" : "");
	if (s->why != NULL) {
		pad(out, begin, c->subject);
		begin = out->n;
		lm_buf_printf(out, "  %s", s->why);
	}
	if (s->after.n > 0) {
		pad(out, begin, c->why + 2);
		print_after(p, s, number, out);
	}
	lm_buf_puts(out, "\n");
}

void plan_print(const struct plan *p, struct lm_buf *out)
{
	const int *number = plan_numbers(p);
	struct columns c = columns_of(p);

	for (size_t i = 0; i < p->n_steps; i++)
		if (number[i] > 0)
			print_step(p, &p->steps[i], number, &c, out);
}

/* ---- JSON ------------------------------------------------------------------------------------ */

static void put_edge(struct lm_json *j, const struct plan *p, const struct plan_edge *e, int number)
{
	struct lm_buf cause;

	lm_buf_init(&cause, 1000);
	bool known = plan_put_cause(p, e, &cause);
	lm_json_open(j, NULL, '{');
	if (number > 0)
		lm_json_int(j, "step", number);
	lm_json_str(j, "because", known ? cause.p : NULL);
	lm_json_close(j, '}');
	lm_buf_fini(&cause);
}

void plan_print_json(const struct plan *p, struct lm_json *j)
{
	const int *number = plan_numbers(p);

	lm_json_open(j, "steps", '[');
	for (size_t i = 0; i < p->n_steps; i++) {
		const struct plan_step *s = &p->steps[i];

		if (number[i] == 0)
			continue;
		lm_json_open(j, NULL, '{');
		lm_json_int(j, "step", number[i]);
		lm_json_str(j, "action", plan_step_action(s));
		lm_json_str(j, "subject", s->subject);
		lm_json_str(j, "why", s->why);
		lm_json_bool(j, "silent", s->silent);
		lm_json_open(j, "after", '[');
		for (size_t k = 0; k < s->after.n; k++)
			put_edge(j, p, &s->after.v[k], number[s->after.v[k].step]);
		lm_json_close(j, ']');
		lm_json_close(j, '}');
	}
	lm_json_close(j, ']');
}
