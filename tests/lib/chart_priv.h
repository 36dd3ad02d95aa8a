/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_LIB_CHART_PRIV_H
#define TESTS_LIB_CHART_PRIV_H

#include "tests/lib/calls.h"
#include "tests/lib/storylog.h"
#include "tests/lib/svg.h"

/* The page, in pixels. */
enum {
	CHART_WIDTH = 1200,
	CHART_HEIGHT = 860,
	CHART_LEFT = 64,
	CHART_RIGHT = 1176,
	CHART_LABELS = 66,  /* first row of labels */
	CHART_TOP = 154,    /* the panels begin */
	CHART_BOTTOM = 812, /* and end: the axis of time */
};

struct chart {
	FILE *f;
	const struct storylog *log;
	const struct calls *calls;
	int64_t from_ms, to_ms;
};

/* A panel: 'max' is the value at its upper edge, 0 is at its lower one. */
struct panel {
	const char *title;
	double y, height, max;
};

double chart_x(const struct chart *, int64_t at_ms);
double panel_y(const struct panel *, double value);

/* Vertical lines over all panels with labels that do not overlap: chart_marks.c. */
void chart_marks(const struct chart *);
/* What each panel shows, drawn after its frame: chart_series.c. */
void chart_load(const struct chart *, const struct panel *);
void chart_servers(const struct chart *, const struct panel *);
void chart_calls_in_progress(const struct chart *, const struct panel *);
void chart_call_rate(const struct chart *, const struct panel *);
void chart_failures(const struct chart *, const struct panel *);
/* The highest value of each, for the scale. */
double chart_load_max(const struct chart *);
double chart_calls_in_progress_max(const struct chart *);
double chart_call_rate_max(const struct chart *);
double chart_failures_max(const struct chart *);

#endif
