/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>
#include <time.h>

#include "base/heap.h"
#include "lm/simulate/simulate.h"
#include "lm/simulate/svg.h"

/*
 * Of each variant two panels on the same axis of time: what was offered over what the servers
 * carried, and the load that the policy saw.
 */
enum {
	WIDTH = 1200,
	LEFT = 60,
	RIGHT = LEFT + WORLD_COLUMNS,
	TOP = 96,          /* the first variant begins */
	POOL_HEIGHT = 170, /* its panels */
	LOAD_HEIGHT = 84,
	HEAD = 30,  /* above them */
	SPACE = 14, /* between the two */
	AXIS = 34,  /* below them */
	BLOCK = HEAD + POOL_HEIGHT + SPACE + LOAD_HEIGHT + AXIS,
	MARKS_MAX = 240, /* more triangles than this are a blot */
};

static const char style[] =
    "text{font-family:'DejaVu Sans',Helvetica,Arial,sans-serif;font-size:11px;fill:#46515c}"
    ".page{fill:#fff}.title{font-size:19px;font-weight:bold;fill:#17202a}"
    ".sub{font-size:12px;fill:#5b6670}.key{font-size:11px}"
    ".head{font-size:13px;font-weight:bold;fill:#17202a}.sum{text-anchor:end;font-size:12px}"
    ".tick{text-anchor:end;font-size:10px}.hour{text-anchor:middle;font-size:10px}"
    ".what{font-size:10px;fill:#7b8794;stroke:#fff;stroke-width:3;paint-order:stroke}"
    ".ground{fill:#fbfcfd}.panel{fill:none;stroke:#cfd6dd}"
    ".grid{stroke:#e9edf1;stroke-width:1}"
    ".there{fill:#ece7f6}.carry{fill:#d3c6ee}.edge{fill:none;stroke:#5e35b1;stroke-width:1.6}"
    ".band{fill:#1976d2;fill-opacity:.25}.mean{fill:none;stroke:#0d47a1;stroke-width:1.4}"
    ".over{fill:#d50000;fill-opacity:.85}"
    ".out,.in,.hold{stroke-width:1.1;stroke-dasharray:6 4}"
    ".out{stroke:#e65100}.in{stroke:#00838f}.hold{stroke:#2e7d32}"
    ".t-out,.t-in,.t-hold{text-anchor:end;font-size:10px;stroke:#fff;stroke-width:3;"
    "paint-order:stroke;stroke-linejoin:round}"
    ".t-out{fill:#e65100}.t-in{fill:#00838f}.t-hold{fill:#2e7d32}"
    ".up{fill:#e65100}.down{fill:#00838f}.healed{fill:#2e7d32}"
    ".dead{stroke:#d50000;stroke-width:2.2}.died{stroke:#d50000;stroke-width:1;stroke-dasharray:2 "
    "3}";

struct drawing {
	struct lm_buf *out;
	const struct simulation *sim;
	const struct world_story *story;
	int64_t length_ms;
	double y, height, max; /* of the panel: 'max' is at its upper edge, 0 at its lower one */
	struct svg_point *points;
	size_t n;
};

static double x_of(const struct drawing *d, int64_t at_ms)
{
	double part = (double)at_ms / (double)d->length_ms;

	return LEFT + fmin(fmax(part, 0), 1) * (RIGHT - LEFT);
}

static double y_of(const struct drawing *d, double value)
{
	return d->y + d->height * (1 - fmin(fmax(value, 0), d->max) / d->max);
}

static void add_point(struct drawing *d, double x, double y)
{
	d->points[d->n++] = (struct svg_point){x, y};
}

/* ---- axes ------------------------------------------------------------------------------------------ */

/* At most two dozen ticks, at round times; half as many where their labels tell seconds. */
static int64_t tick_ms(const struct drawing *d)
{
	static const int64_t nice_s[] = {1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600,
	    7200, 3 * 3600, 6 * 3600, 12 * 3600, 86400, 2 * 86400, 7 * 86400};

	for (size_t i = 0; i < LM_COUNT(nice_s); i++)
		if (d->length_ms / (nice_s[i] * 1000) <= (nice_s[i] < 60 ? 12 : 24))
			return nice_s[i] * 1000;
	return INT64_C(30) * 86400000;
}

static void time_label(const struct drawing *d, int64_t wall_ms, char out[32])
{
	time_t s = (time_t)(wall_ms / 1000);
	int64_t step_ms = tick_ms(d);
	struct tm tm;

	gmtime_r(&s, &tm);
	strftime(out, 32,
	    step_ms >= 86400000                          ? "%a %d"
	    : step_ms < 60000                            ? "%H:%M:%S"
	    : tm.tm_hour == 0 && d->length_ms > 86400000 ? "%a %H:%M"
							 : "%H:%M",
	    &tm);
}

static int64_t first_tick(const struct drawing *d)
{
	int64_t begin_ms = d->sim->conf.load->begin_ms, step_ms = tick_ms(d);

	return (begin_ms + step_ms - 1) / step_ms * step_ms - begin_ms;
}

static void ground(const struct drawing *d)
{
	svg_rect(d->out, "ground", (struct svg_point){LEFT, d->y}, RIGHT - LEFT, d->height);
}

/* Round values on the left, at most six. */
static double value_step(double max)
{
	static const double nice[] = {1, 2, 5, 10, 20, 25, 50, 100, 200, 500, 1000};

	for (size_t i = 0; i < LM_COUNT(nice); i++)
		if (max / nice[i] <= 6)
			return nice[i];
	return max / 5;
}

static void grid(const struct drawing *d)
{
	double step = value_step(d->max);
	char text[32];

	for (int64_t t = first_tick(d); t <= d->length_ms; t += tick_ms(d))
		svg_line(d->out, "grid", (struct svg_point){x_of(d, t), d->y},
		    (struct svg_point){x_of(d, t), d->y + d->height});
	for (double v = 0; v <= d->max; v += step) {
		snprintf(text, sizeof text, "%g", v);
		svg_line(d->out, "grid", (struct svg_point){LEFT, y_of(d, v)},
		    (struct svg_point){RIGHT, y_of(d, v)});
		svg_text(d->out, "tick", (struct svg_point){LEFT - 6, y_of(d, v) + 3.5}, text);
	}
}

static void frame(const struct drawing *d, const char *what)
{
	svg_rect(d->out, "panel", (struct svg_point){LEFT, d->y}, RIGHT - LEFT, d->height);
	svg_text(d->out, "what", (struct svg_point){LEFT + 6, d->y + 13}, what);
}

static void time_axis(const struct drawing *d)
{
	char text[32];

	for (int64_t t = first_tick(d); t <= d->length_ms; t += tick_ms(d)) {
		time_label(d, d->sim->conf.load->begin_ms + t, text);
		svg_text(
		    d->out, "hour", (struct svg_point){x_of(d, t), d->y + d->height + 14}, text);
	}
}

/* ---- the pool ---------------------------------------------------------------------------------------- */

/* A staircase of the servers that serve, or that exist; closed down to zero when it is to be filled. */
static void stairs(struct drawing *d, const char *look, bool existing, bool filled)
{
	double y = y_of(d, 0);

	d->n = 0;
	if (filled)
		add_point(d, LEFT, y_of(d, 0));
	for (size_t i = 0; i < d->story->steps.n; i++) {
		const struct world_step *s = &d->story->steps.v[i];
		double x = x_of(d, s->at_ms);
		double next = y_of(d, existing ? s->existing : s->serving);

		if (i > 0)
			add_point(d, x, y);
		add_point(d, x, next);
		y = next;
	}
	add_point(d, RIGHT, y);
	if (filled)
		add_point(d, RIGHT, y_of(d, 0));
	svg_path(d->out, look, d->points, d->n, filled);
}

/* 'of' picks a value of a column; what nobody measured is left out. */
typedef double value_fn(const struct world_column *);

static double offered_min(const struct world_column *c)
{
	return (double)c->offered_min / 100;
}

static double offered_max(const struct world_column *c)
{
	return (double)c->offered_max / 100;
}

static double offered_mean(const struct world_column *c)
{
	return (double)c->offered / c->n / 100;
}

static double load_min(const struct world_column *c)
{
	return (double)c->load_min;
}

static double load_max(const struct world_column *c)
{
	return (double)c->load_max;
}

static double load_mean(const struct world_column *c)
{
	return (double)c->load / c->n;
}

/* How far to the right a column reaches: a value holds until the next sample. */
static double column_width(const struct drawing *d)
{
	return fmax((double)WORLD_COLUMNS / (double)d->sim->conf.load->n, 1);
}

static void add_columns(struct drawing *d, value_fn *of, bool backwards)
{
	double width = column_width(d);

	for (size_t k = 0; k < WORLD_COLUMNS; k++) {
		size_t i = backwards ? WORLD_COLUMNS - 1 - k : k;
		const struct world_column *c = &d->story->columns[i];
		double left = LEFT + (double)i, right = fmin(left + width, RIGHT);

		if (c->n == 0)
			continue;
		if (width > 1)
			add_point(d, backwards ? right : left, y_of(d, of(c)));
		add_point(d, backwards ? left : right, y_of(d, of(c)));
	}
}

static void series(struct drawing *d, value_fn *low, value_fn *high, value_fn *mean)
{
	d->n = 0;
	add_columns(d, high, false);
	add_columns(d, low, true);
	svg_path(d->out, "band", d->points, d->n, true);
	d->n = 0;
	add_columns(d, mean, false);
	svg_path(d->out, "mean", d->points, d->n, false);
}

/* What is offered beyond what is carried. */
static void overload(const struct drawing *d)
{
	double width = fmax(column_width(d), 1.6);

	for (size_t i = 0; i < WORLD_COLUMNS; i++) {
		const struct world_column *c = &d->story->columns[i];
		double top = (double)c->offered_max / 100, over = (double)c->over / 100;

		if (c->n == 0 || over <= 0)
			continue;
		double y = y_of(d, top), height = y_of(d, fmax(top - over, 0)) - y;
		svg_rect(d->out, "over", (struct svg_point){LEFT + (double)i, y},
		    fmin(width, RIGHT - LEFT - (double)i), fmax(height, 2.5));
	}
}

static double serving_at(const struct drawing *d, int64_t at_ms)
{
	double n = 0;

	for (size_t i = 0; i < d->story->steps.n && d->story->steps.v[i].at_ms <= at_ms; i++)
		n = d->story->steps.v[i].serving;
	return n;
}

static void triangle(const struct drawing *d, const char *look, double x, double y, double height)
{
	const struct svg_point p[] = {{x - 4, y}, {x + 4, y}, {x, y - height}};

	svg_path(d->out, look, p, LM_COUNT(p), true);
}

static void mark(const struct drawing *d, const struct world_act *a)
{
	double x = x_of(d, a->at_ms);

	if (a->kind == WORLD_SCALE_OUT) {
		triangle(d, "up", x, y_of(d, a->to) - 4, 7);
	} else if (a->kind == WORLD_SCALE_IN) {
		triangle(d, "down", x, y_of(d, a->from) - 11, -7);
	} else if (a->kind == WORLD_KILL) {
		double y = y_of(d, serving_at(d, a->at_ms - 1)) - 12;

		svg_line(
		    d->out, "died", (struct svg_point){x, y}, (struct svg_point){x, y_of(d, 0)});
		svg_line(d->out, "dead", (struct svg_point){x - 4, y - 4},
		    (struct svg_point){x + 4, y + 4});
		svg_line(d->out, "dead", (struct svg_point){x - 4, y + 4},
		    (struct svg_point){x + 4, y - 4});
	}
}

static void marks(const struct drawing *d)
{
	bool all = d->story->acts.n <= MARKS_MAX;

	for (size_t i = 0; i < d->story->acts.n; i++)
		if (all || d->story->acts.v[i].kind == WORLD_KILL)
			mark(d, &d->story->acts.v[i]);
}

/* The highest of the pool and of what was offered, in servers. */
static double highest(const struct world_story *s)
{
	double max = 1;

	for (size_t i = 0; i < s->steps.n; i++)
		max = fmax(max, s->steps.v[i].existing);
	for (size_t i = 0; i < WORLD_COLUMNS; i++)
		if (s->columns[i].n > 0)
			max = fmax(max, (double)s->columns[i].offered_max / 100);
	return max;
}

static void pool_panel(struct drawing *d, double max)
{
	d->height = POOL_HEIGHT;
	d->max = max;
	ground(d);
	stairs(d, "there", true, true);
	stairs(d, "carry", false, true);
	grid(d);
	series(d, offered_min, offered_max, offered_mean);
	stairs(d, "edge", false, false);
	overload(d);
	marks(d);
	frame(d, "servers, and what is offered to them");
}

/* ---- the load ---------------------------------------------------------------------------------------- */

/* What is written on different sides of two lines, or at their other end, does not meet. */
static const struct threshold {
	const char *look, *label, *text;
	double x;
} thresholds[] = {
    {"out", "t-out", "out above", RIGHT - 6},
    {"in", "t-in", "in below", RIGHT - 6},
    {"hold", "t-hold", "held at", LEFT + 210},
};

static void threshold(
    const struct drawing *d, double value, const struct threshold *t, bool is_close)
{
	double dy = is_close ? 11 : -3;
	char line[64];

	if (isnan(value) || value > d->max)
		return;
	snprintf(line, sizeof line, "%s %g %%", t->text, value);
	svg_line(d->out, t->look, (struct svg_point){LEFT, y_of(d, value)},
	    (struct svg_point){RIGHT, y_of(d, value)});
	svg_text(d->out, t->label, (struct svg_point){t->x, y_of(d, value) + dy}, line);
}

static void load_panel(struct drawing *d, const struct variant *v)
{
	double max = 100;

	for (size_t i = 0; i < WORLD_COLUMNS; i++)
		if (d->story->columns[i].n > 0)
			max = fmax(max, (double)d->story->columns[i].load_max);
	d->height = LOAD_HEIGHT;
	d->max = fmin(ceil(max / 20) * 20, 240); /* a panel of spikes alone tells nothing */
	ground(d);
	grid(d);
	series(d, load_min, load_max, load_mean);
	threshold(d, v->service.out, &thresholds[0], false);
	threshold(d, v->service.in, &thresholds[1],
	    y_of(d, v->service.in) - y_of(d, v->service.out) < 16);
	threshold(d, v->service.target, &thresholds[2], false);
	frame(d, "load of each server, %");
	time_axis(d);
}

/* ---- the page ---------------------------------------------------------------------------------------- */

static void variant_head(const struct drawing *d, const struct variant *v)
{
	const struct world_sum *s = &v->sum.all;
	double percent = s->time_ms > 0 ? 100 * (double)s->over_ms / (double)s->time_ms : 0;
	const char *each = d->sim->clusters > 1 ? " in all" : "";
	char text[256];

	svg_text(d->out, "head", (struct svg_point){LEFT, d->y + HEAD - 9}, v->name);
	snprintf(text, sizeof text,
	    "over capacity %.3g %% of the time, %.4g server-hours%s, %u out, %u in", percent,
	    (double)s->server_ms / 3600000, each, s->outs, s->ins);
	svg_text(d->out, "sum", (struct svg_point){RIGHT, d->y + HEAD - 9}, text);
}

static void draw_variant(struct drawing *d, const struct variant *v, double top, double max)
{
	d->story = v->story;
	d->points = lm_alloc_n(4 * WORLD_COLUMNS + 2 * v->story->steps.n + 8, sizeof *d->points);
	d->y = top;
	variant_head(d, v);
	d->y = top + HEAD;
	pool_panel(d, max);
	d->y += POOL_HEIGHT + SPACE;
	load_panel(d, v);
	free(d->points);
	d->points = NULL;
}

static double key(const struct drawing *d, double x, const char *look, const char *text)
{
	enum { Y = 76 };

	if (look[0] == 'e') /* an edge is a line */
		svg_line(
		    d->out, look, (struct svg_point){x, Y - 4}, (struct svg_point){x + 12, Y - 4});
	else if (look[0] == 'u' || look[0] == 'd')
		triangle(d, look, x + 6, look[0] == 'u' ? Y : Y - 8, look[0] == 'u' ? 8 : -8);
	else
		svg_rect(d->out, look, (struct svg_point){x, Y - 9}, 12, 10);
	svg_text(d->out, "key", (struct svg_point){x + 17, Y}, text);
	return x + 17 + 6.4 * (double)strlen(text) + 22;
}

static void keys(const struct drawing *d)
{
	double x = LEFT;

	x = key(d, x, "band", "offered");
	x = key(d, x, "carry", "servers that serve");
	x = key(d, x, "there", "spare, coming or going");
	x = key(d, x, "over", "over capacity");
	x = key(d, x, "up", "scale out");
	x = key(d, x, "down", "scale in");
	if (d->sim->conf.n_kills == 0)
		return;
	svg_line(d->out, "dead", (struct svg_point){x, 68}, (struct svg_point){x + 8, 76});
	svg_line(d->out, "dead", (struct svg_point){x, 76}, (struct svg_point){x + 8, 68});
	svg_text(d->out, "key", (struct svg_point){x + 17, 76}, "a server dies");
}

static void page_head(const struct drawing *d)
{
	const struct simulation *s = d->sim;
	time_t at = (time_t)(s->conf.load->begin_ms / 1000);
	char text[4 * NAME_ROOM], begin[64];
	struct tm tm;

	gmtime_r(&at, &tm);
	strftime(begin, sizeof begin, "%A, %d %B %Y, %H:%M UTC", &tm);
	snprintf(text, sizeof text, "%s: policy %s, tried", s->conf.instance,
	    s->variants[0].service.policy);
	svg_text(d->out, "title", (struct svg_point){LEFT, 30}, text);
	snprintf(text, sizeof text, "simulated under %.100s%s, from %s", s->source,
	    strlen(s->source) > 100 ? " ..." : "", begin);
	if (s->clusters > 1)
		snprintf(text + strlen(text), sizeof text - strlen(text), "; cluster %zu%s of %zu",
		    s->shown + 1, s->variants[0].sum.over_clusters > 0 ? ", the worst" : "",
		    s->clusters);
	svg_text(d->out, "sub", (struct svg_point){LEFT, 50}, text);
	keys(d);
}

void simulation_draw(const struct simulation *s, struct lm_buf *out)
{
	const struct load *l = s->conf.load;
	struct drawing d = {.out = out, .sim = s, .length_ms = (int64_t)l->n * l->period_ms};
	double height = TOP + (double)s->n_variants * BLOCK, max = 1;

	for (size_t i = 0; i < s->n_variants; i++)
		max = fmax(max, highest(s->variants[i].story));
	svg_open(out, WIDTH, height, "lm simulate", style);
	svg_rect(out, "page", (struct svg_point){0, 0}, WIDTH, height);
	page_head(&d);
	for (size_t i = 0; i < s->n_variants; i++)
		draw_variant(&d, &s->variants[i], TOP + (double)i * BLOCK, max * 1.12);
	svg_close(out);
}
