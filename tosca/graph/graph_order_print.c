/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/json.h"
#include "tosca/graph/graph_order.h"
#include "tosca/graph/picture.h"

static const char *name_of(const struct graph *g, const struct order_step *s)
{
	return s->node >= 0 ? g->nodes[s->node].name : g->relationships[s->relationship].name;
}

static const char *what_of(const struct order_step *s)
{
	return s->node >= 0 ? end_state_text(s->state) : "created";
}

/* ---- text ---------------------------------------------------------------------------------- */

enum { NAME_WIDTH = 32, SHOWN = 6 };

static void print_reasons(
    const struct graph *g, const struct order *o, const struct order_step *s, struct lm_buf *out)
{
	const char *comma = "";
	size_t shown = 0;

	for (size_t i = 0; i < s->n_after; i++) {
		const struct order_edge *e = &s->after[i];

		if (e->why == NULL)
			continue;
		if (shown++ >= SHOWN)
			continue;
		lm_buf_printf(out, "%s%s %s", comma, name_of(g, &o->steps[e->before]),
		    what_of(&o->steps[e->before]));
		if (s->node >= 0 && o->steps[e->before].node >= 0)
			lm_buf_printf(out, " (%s)", e->why);
		comma = ", ";
	}
	if (shown > SHOWN)
		lm_buf_printf(out, " and %zu more", shown - SHOWN);
	if (shown == 0)
		lm_buf_puts(out, s->n_after == 0 ? "-" : "its earlier state");
}

void graph_order_print_text(const struct graph *g, struct lm_buf *out)
{
	LM_AUTO(lm_arena) arena = lm_arena_new();
	struct order o = graph_order(g, arena);
	int width = NAME_WIDTH;

	for (size_t i = 0; i < o.n_steps; i++) {
		int n = (int)strlen(name_of(g, &o.steps[i]));

		width = n > width && n <= 2 * NAME_WIDTH ? n : width;
	}
	lm_buf_printf(out, "WAVE  %-*s  %-9s  WAITS FOR\n", width, "STEP", "");
	for (size_t i = 0; i < g->n_references; i++)
		lm_buf_printf(
		    out, "   0  %-*s  %-9s  -\n", width, g->references[i].component, "found");
	for (size_t i = 0; i < o.n_steps; i++) {
		const struct order_step *s = &o.steps[i];

		if (s->wave == 0)
			lm_buf_puts(out, "   !");
		else
			lm_buf_printf(out, "%4u", s->wave);
		lm_buf_printf(out, "  %-*s  %-9s  ", width, name_of(g, s), what_of(s));
		print_reasons(g, &o, s, out);
		lm_buf_puts(out, "\n");
	}
	lm_buf_puts(out,
	    "\nSteps of one wave go side by side. All are Installed before the first "
	    "becomes Inactive, and\nInactive before the first becomes Active, unless a "
	    "relationship wants it otherwise.\n");
	if (o.n_steps > 0 && o.steps[o.n_steps - 1].wave == 0)
		lm_buf_puts(out, "Steps marked '!' wait for each other.\n");
}

/* ---- dot ----------------------------------------------------------------------------------- */

static void draw_step(
    const struct graph *g, const struct order_step *s, size_t i, struct lm_buf *out)
{
	lm_buf_printf(out, "s%zu [%s label=\"", i,
	    s->relationship >= 0     ? "shape=ellipse fillcolor=\"#fbe9e7\" color=\"#c0392b\""
	    : s->state == END_ACTIVE ? "fillcolor=\"#e6f4e4\" color=\"#3f8f3a\""
				     : "fillcolor=\"#f2f4f5\" color=\"#8a949b\"");
	picture_put_quoted(name_of(g, s), out);
	lm_buf_printf(out, "\\n%s\"]\n", what_of(s));
}

void graph_order_print_dot(const struct graph *g, struct lm_buf *out)
{
	LM_AUTO(lm_arena) arena = lm_arena_new();
	struct order o = graph_order(g, arena);

	lm_buf_puts(out, "digraph \"");
	picture_put_quoted(g->nodes[0].name, out);
	lm_buf_puts(out,
	    "\" {\nrankdir=LR nodesep=0.25 ranksep=0.8 fontname=\"Helvetica\" fontsize=10\n"
	    "label=\"from left to right: what waits for what; thin lines: the resource's own "
	    "states\"\n"
	    "node [shape=box style=\"rounded,filled\" fontname=\"Helvetica\" fontsize=11]\n"
	    "edge [fontname=\"Helvetica\" fontsize=9 color=\"#5f6b73\" fontcolor=\"#5f6b73\"]\n");
	for (size_t i = 0; i < o.n_steps; i++)
		draw_step(g, &o.steps[i], i, out);
	for (size_t i = 0; i < o.n_steps; i++)
		for (size_t k = 0; k < o.steps[i].n_after; k++) {
			const struct order_edge *e = &o.steps[i].after[k];

			lm_buf_printf(out, "s%d -> s%zu", e->before, i);
			if (e->why == NULL) {
				lm_buf_puts(out, " [color=\"#b8c0c5\" arrowsize=0.5]\n");
				continue;
			}
			lm_buf_puts(out, " [penwidth=1.4 label=\"");
			if (o.steps[i].node >= 0 && o.steps[e->before].node >= 0)
				picture_put_quoted(e->why, out);
			lm_buf_puts(out, "\"]\n");
		}
	lm_buf_puts(out, "}\n");
}

/* ---- JSON ---------------------------------------------------------------------------------- */

static void put_step(const struct graph *g, const struct order_step *s, struct lm_json *j)
{
	lm_json_str(j, s->node >= 0 ? "node" : "relationship", name_of(g, s));
	if (s->node >= 0)
		lm_json_str(j, "state", end_state_text(s->state));
}

void graph_order_print_json(const struct graph *g, struct lm_buf *out)
{
	LM_AUTO(lm_arena) arena = lm_arena_new();
	struct order o = graph_order(g, arena);
	struct lm_json j = lm_json_on(out);

	lm_json_open(&j, NULL, '{');
	lm_json_open(&j, "steps", '[');
	for (size_t i = 0; i < o.n_steps; i++) {
		const struct order_step *s = &o.steps[i];

		lm_json_open(&j, NULL, '{');
		lm_json_int(&j, "wave", s->wave);
		put_step(g, s, &j);
		lm_json_open(&j, "after", '[');
		for (size_t k = 0; k < s->n_after; k++) {
			lm_json_open(&j, NULL, '{');
			put_step(g, &o.steps[s->after[k].before], &j);
			if (s->after[k].why != NULL)
				lm_json_str(&j, "because", s->after[k].why);
			lm_json_close(&j, '}');
		}
		lm_json_close(&j, ']');
		lm_json_close(&j, '}');
	}
	lm_json_close(&j, ']');
	lm_json_close(&j, '}');
}
