/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json.h"
#include "lm/core/plan.h"

const char *plan_step_action(const struct plan_step *s)
{
	switch (s->kind) {
	case PLAN_TRANSITION:
		return transition_text(s->transition);
	case PLAN_CREATE:
		return "Create";
	case PLAN_CEASE:
		return "Cease";
	case PLAN_GATE:
		break;
	}
	return "Level";
}

const char *plan_step_call(const struct plan_step *s, unsigned call)
{
	if (s->kind == PLAN_TRANSITION)
		return transition_text(s->transition);
	const struct graph_relationship *r = &s->graph->relationships[s->index];
	return s->kind == PLAN_CREATE ? r->create[call].operation : r->cease[call].operation;
}

bool plan_step_is_gate(const struct plan_step *s)
{
	return s->kind == PLAN_GATE;
}

/* Gates are how levels are made, not something to do: people see the steps, numbered from 1. */
static int *numbers(const struct plan *p)
{
	int *number = LM_NEW_N(p->arena, int, p->n_steps + 1);
	int n = 0;

	for (size_t i = 0; i < p->n_steps; i++)
		number[i] = plan_step_is_gate(&p->steps[i]) ? 0 : ++n;
	return number;
}

static void print_after(const struct plan_step *s, const int *number, struct lm_buf *out)
{
	const char *sep = "  after ";

	for (size_t k = 0; k < s->after.n; k++) {
		const struct plan_edge *e = &s->after.v[k];

		if (number[e->step] > 0)
			lm_buf_printf(out, "%s%d", sep, number[e->step]);
		else
			lm_buf_printf(out, "%s\"%s\"", sep, e->why);
		if (number[e->step] > 0 && e->why != NULL)
			lm_buf_printf(out, " (%s)", e->why);
		sep = ", ";
	}
}

void plan_print(const struct plan *p, struct lm_buf *out)
{
	const int *number = numbers(p);

	for (size_t i = 0; i < p->n_steps; i++) {
		const struct plan_step *s = &p->steps[i];

		if (number[i] == 0)
			continue;
		lm_buf_printf(out, "%3d %-9s %s%s", number[i], plan_step_action(s), s->subject,
		    s->silent ? " (no call)" : "");
		print_after(s, number, out);
		lm_buf_puts(out, "\n");
	}
}

void plan_print_json(const struct plan *p, struct lm_buf *out)
{
	const int *number = numbers(p);
	struct lm_json j = lm_json_on(out);

	lm_json_open(&j, NULL, '[');
	for (size_t i = 0; i < p->n_steps; i++) {
		const struct plan_step *s = &p->steps[i];

		if (number[i] == 0)
			continue;
		lm_json_open(&j, NULL, '{');
		lm_json_int(&j, "step", number[i]);
		lm_json_str(&j, "action", plan_step_action(s));
		lm_json_str(&j, "subject", s->subject);
		lm_json_bool(&j, "silent", s->silent);
		lm_json_open(&j, "after", '[');
		for (size_t k = 0; k < s->after.n; k++) {
			lm_json_open(&j, NULL, '{');
			if (number[s->after.v[k].step] > 0)
				lm_json_int(&j, "step", number[s->after.v[k].step]);
			lm_json_str(&j, "because", s->after.v[k].why);
			lm_json_close(&j, '}');
		}
		lm_json_close(&j, ']');
		lm_json_close(&j, '}');
	}
	lm_json_close(&j, ']');
}
