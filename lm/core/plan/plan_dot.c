/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/core/plan/plan_print.h"

/*
 * Rounded boxes bring something up, dashed ones take something down, ovals are relationships, notes
 * references; plain texts are gates of levels and clusters.  Grey: nothing is called.
 */

static void put_quoted(const char *text, struct lm_buf *out)
{
	for (; *text != '\0'; text++) {
		if (*text == '"' || *text == '\\')
			lm_buf_puts(out, "\\");
		lm_buf_add(out, text, 1);
	}
}

static bool goes_down(const struct plan_step *s)
{
	return s->kind == PLAN_CEASE ||
	       (s->kind == PLAN_TRANSITION &&
		   (s->transition == TRANSITION_STOP || s->transition == TRANSITION_UNINSTALL ||
		       s->transition == TRANSITION_DELETE));
}

static const char *shape_of(const struct plan_step *s)
{
	static const char *const shape[] = {
	    [PLAN_TRANSITION] = "shape=box style=\"rounded,filled\" fillcolor=\"#e8f1fb\"",
	    [PLAN_CREATE] = "shape=oval style=filled fillcolor=\"#fdeaea\"",
	    [PLAN_CEASE] = "shape=oval style=\"filled,dashed\" fillcolor=\"#fdeaea\"",
	    [PLAN_FIND] = "shape=note style=filled fillcolor=\"#fff7dd\"",
	    [PLAN_GATE] = "shape=plaintext fontcolor=\"#666666\"",
	};

	if (s->kind == PLAN_TRANSITION && goes_down(s))
		return "shape=box style=\"filled,dashed\" fillcolor=\"#f4f4f4\"";
	return shape[s->kind];
}

static void put_step(const struct plan *p, size_t i, const int *number, struct lm_buf *out)
{
	const struct plan_step *s = &p->steps[i];

	lm_buf_printf(out, "\ts%zu [%s label=\"", i, shape_of(s));
	if (number[i] > 0)
		lm_buf_printf(out, "%d %s\\n", number[i], plan_step_action(s));
	put_quoted(s->subject, out);
	lm_buf_puts(out, "\"");
	if (s->silent && number[i] > 0)
		lm_buf_puts(out, " color=\"#bbbbbb\" fontcolor=\"#888888\"");
	if (s->why != NULL) {
		lm_buf_puts(out, " tooltip=\"");
		put_quoted(s->why, out);
		lm_buf_puts(out, "\"");
	}
	lm_buf_puts(out, "];\n");
}

static void put_edges(const struct plan *p, size_t i, struct lm_buf *out)
{
	const struct plan_step *s = &p->steps[i];
	struct lm_buf cause;

	lm_buf_init(&cause, 1000);
	for (size_t k = 0; k < s->after.n; k++) {
		const struct plan_edge *e = &s->after.v[k];

		lm_buf_clear(&cause);
		lm_buf_printf(out, "\ts%d -> s%zu", e->step, i);
		if (e->cause != PLAN_CAUSE_GATE && plan_put_cause(p, e, &cause)) {
			lm_buf_puts(out, " [label=\"");
			put_quoted(cause.p, out);
			lm_buf_puts(out, "\"]");
		} else if (e->cause == PLAN_CAUSE_GATE || plan_step_is_gate(s)) {
			lm_buf_puts(out, " [style=dotted]");
		}
		lm_buf_puts(out, ";\n");
	}
	lm_buf_fini(&cause);
}

void plan_print_dot(const struct plan *p, struct lm_buf *out)
{
	const int *number = plan_numbers(p);

	lm_buf_puts(out, "digraph plan {\n"
			 "\trankdir=LR nodesep=0.2 ranksep=0.4;\n"
			 "\tnode [fontname=\"Helvetica\" fontsize=10 margin=\"0.08,0.04\"];\n"
			 "\tedge [fontname=\"Helvetica\" fontsize=8 color=\"#555555\" "
			 "fontcolor=\"#555555\" arrowsize=0.6];\n");
	for (size_t i = 0; i < p->n_steps; i++)
		put_step(p, i, number, out);
	for (size_t i = 0; i < p->n_steps; i++)
		put_edges(p, i, out);
	lm_buf_puts(out, "}\n");
}
