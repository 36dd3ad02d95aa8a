/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/lib/chart_priv.h"
#include "tests/lib/match.h"

enum { ROWS = 6, ROW_HEIGHT = 14 };
static const double character_width = 6.3;

/* What is marked, how, and with which text; NULL: the text is the event's "label". */
struct mark {
	const char *conditions[4];
	const char *class_name, *label_class, *label;
};

#define PROCESS "type=ProcessStateChangeEvent"
static const struct mark marks[] = {
    {{"type=Mark", "label~kill"}, "kill", "t-kill", NULL},
    {{"type=Mark", "label~ "}, "act", "t-act", NULL},
    {{"type=PolicyEvent", "action=scale out"}, "act", "t-act", "policy: scale out"},
    {{"type=PolicyEvent", "action=scale in"}, "act", "t-act", "policy: scale in"},
    {{PROCESS, "intentType=ScaleOutAssembly", "processState=Completed"}, "done", "t-done",
	"scaled out"},
    {{PROCESS, "intentType=ScaleInAssembly", "processState=Completed"}, "done", "t-done",
	"scaled in"},
    {{PROCESS, "intentType=HealAssembly", "processState=Completed"}, "done", "t-done", "healed"},
};

static const struct mark *mark_find(const json_t *event)
{
	for (size_t i = 0; i < LM_COUNT(marks); i++) {
		size_t n = 0;

		while (n < LM_COUNT(marks[i].conditions) && marks[i].conditions[n] != NULL)
			n++;
		if (match_all(event, marks[i].conditions, n))
			return &marks[i];
	}
	return NULL;
}

/*
 * The row below all labels that reach beyond x, so that the line which goes down from here crosses
 * none of them; when there is none, the row whose last label ends first.
 */
static size_t row_take(double ends[ROWS], double x, double width)
{
	size_t row = 0;

	for (size_t i = 0; i < ROWS; i++)
		if (ends[i] > x)
			row = i + 1;
	for (size_t i = 0; row == ROWS && i < ROWS; i++)
		if (ends[i] <= x)
			row = i;
	if (row == ROWS) {
		row = 0;
		for (size_t i = 1; i < ROWS; i++)
			if (ends[i] < ends[row])
				row = i;
	}
	ends[row] = x + width;
	return row;
}

struct placed {
	const struct mark *mark;
	const char *label;
	double x, left, y;
};

static struct placed place(const struct chart *c, const struct mark *m, size_t i, double ends[ROWS])
{
	struct placed p = {.mark = m, .label = m->label};
	double width;

	if (p.label == NULL)
		p.label = storylog_text(c->log, i, "label");
	width = (double)strlen(p.label) * character_width + 8;
	p.x = chart_x(c, c->log->events.v[i].at_ms);
	p.left = p.x + 3 + width > CHART_RIGHT ? p.x - width : p.x + 3;
	p.y = CHART_LABELS + (double)row_take(ends, p.left, width) * ROW_HEIGHT;
	return p;
}

void chart_marks(const struct chart *c)
{
	LM_VEC(struct placed) all = {0};
	double ends[ROWS] = {0};

	for (size_t i = 0; i < c->log->events.n; i++) {
		const struct mark *m = mark_find(c->log->events.v[i].json);

		if (m != NULL)
			*LM_PUSH(NULL, &all) = place(c, m, i, ends);
	}
	/* All lines before all labels, so that no line crosses a text. */
	for (size_t i = 0; i < all.n; i++)
		svg_line(c->f, all.v[i].mark->class_name,
		    (struct svg_point){all.v[i].x, all.v[i].y - 9},
		    (struct svg_point){all.v[i].x, CHART_BOTTOM});
	for (size_t i = 0; i < all.n; i++)
		svg_text(c->f, all.v[i].mark->label_class,
		    (struct svg_point){all.v[i].left, all.v[i].y}, all.v[i].label);
	lm_vec_free(&all);
}
