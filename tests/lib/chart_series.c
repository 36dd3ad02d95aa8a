/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "base/map.h"
#include "tests/lib/chart_priv.h"

enum { SERVERS_MAX = 6, SAMPLE_MS = 100, BIN_MS = 1000, MEAN_BINS = 5, KEY_WIDTH = 150 };

struct points {
	struct svg_point *v;
	size_t n, cap;
};

static void point_add(struct points *p, double x, double y)
{
	*LM_PUSH(NULL, p) = (struct svg_point){x, y};
}

/* A key: a patch of colour and its meaning, right of the panel's title. */
static void key(const struct chart *c, const struct panel *p, int place, const char *class_name,
    const char *text)
{
	double x = CHART_RIGHT - KEY_WIDTH * (place + 1);

	svg_rect(c->f, class_name, (struct svg_point){x, p->y - 15}, 10, 10);
	svg_text(c->f, "key", (struct svg_point){x + 15, p->y - 6}, text);
}

/* ---- load ------------------------------------------------------------------------------------- */

static size_t load_next(const struct chart *c, size_t i)
{
	return storylog_find(c->log, i, "type=MetricSample", "metricName=h_load", "load>-1", NULL);
}

double chart_load_max(const struct chart *c)
{
	double max = 0;

	for (size_t i = 0; (i = load_next(c, i)) != STORYLOG_NONE; i++)
		max = fmax(max, storylog_number(c->log, i, "load"));
	return max;
}

static void threshold(const struct chart *c, const struct panel *p, double value,
    const char *class_name, const char *text)
{
	double y = panel_y(p, value);
	char text_class[16];

	snprintf(text_class, sizeof text_class, "t-%s", class_name);
	svg_line(c->f, class_name, (struct svg_point){CHART_LEFT, y},
	    (struct svg_point){CHART_RIGHT, y});
	svg_text(c->f, text_class, (struct svg_point){CHART_RIGHT - 6, y - 3}, text);
}

/* A longer silence is a gap, not a slope: nobody reported. */
enum { LOAD_GAP_MS = 3000 };

static void load_piece(const struct chart *c, struct points *line)
{
	svg_polyline(c->f, "load", line->v, line->n);
	for (size_t i = 0; i < line->n; i++)
		svg_rect(c->f, "dot", (struct svg_point){line->v[i].x - 2, line->v[i].y - 2}, 4, 4);
	line->n = 0;
}

void chart_load(const struct chart *c, const struct panel *p)
{
	struct points line = {0};
	int64_t last_ms = 0;

	threshold(c, p, 58, "out", "scale out above 58 %");
	threshold(c, p, 32, "in", "scale in below 32 %");
	for (size_t i = 0; (i = load_next(c, i)) != STORYLOG_NONE; i++) {
		int64_t at_ms = c->log->events.v[i].at_ms;

		if (at_ms - last_ms > LOAD_GAP_MS)
			load_piece(c, &line);
		point_add(&line, chart_x(c, at_ms), panel_y(p, storylog_number(c->log, i, "load")));
		last_ms = at_ms;
	}
	load_piece(c, &line);
	lm_vec_free(&line);
}

/* ---- servers ---------------------------------------------------------------------------------- */

/* +1 when the event is a server's arrival, -1 when it is its leaving, else 0. */
typedef int change_fn(const struct chart *, size_t i);

static int active_change(const struct chart *c, size_t i)
{
	if (strcmp(storylog_text(c->log, i, "type"), "ComponentStateChangeEvent") != 0 ||
	    strstr(storylog_text(c->log, i, "resourceName"), "__asterisk") == NULL)
		return 0;
	return (strcmp(storylog_text(c->log, i, "newState"), "Active") == 0) -
	       (strcmp(storylog_text(c->log, i, "previousState"), "Active") == 0);
}

static int listed_change(const struct chart *c, size_t i)
{
	if (strcmp(storylog_text(c->log, i, "type"), "RelationshipEvent") != 0)
		return 0;
	return strcmp(storylog_text(c->log, i, "newState"), "Created") == 0 ? 1 : -1;
}

/* A staircase over the whole width. */
static struct points steps(const struct chart *c, const struct panel *p, change_fn *change)
{
	struct points line = {0};
	int n = 0;

	point_add(&line, CHART_LEFT, panel_y(p, 0));
	for (size_t i = 0; i < c->log->events.n; i++) {
		int by = change(c, i);
		double x = chart_x(c, c->log->events.v[i].at_ms);

		if (by == 0 || n + by < 0)
			continue;
		point_add(&line, x, panel_y(p, n));
		n += by;
		point_add(&line, x, panel_y(p, n));
	}
	point_add(&line, CHART_RIGHT, panel_y(p, n));
	return line;
}

void chart_servers(const struct chart *c, const struct panel *p)
{
	struct points active = steps(c, p, active_change), listed = steps(c, p, listed_change);

	svg_area(c->f, "listed", listed.v, listed.n, panel_y(p, 0));
	svg_polyline(c->f, "active", active.v, active.n);
	key(c, p, 1, "active", "active");
	key(c, p, 0, "listed", "in the dispatch list");
	lm_vec_free(&active);
	lm_vec_free(&listed);
}

/* ---- calls in progress ------------------------------------------------------------------------ */

struct servers {
	const char *v[SERVERS_MAX];
	size_t n;
};

static struct servers servers_of(const struct calls *calls)
{
	struct servers s = {0};

	for (size_t i = 0; i < calls->all.n; i++) {
		const char *server = calls->all.v[i].server;
		size_t k = 0;

		while (k < s.n && strcmp(s.v[k], server) != 0)
			k++;
		if (k == s.n && s.n < SERVERS_MAX && server[0] != '\0')
			s.v[s.n++] = server;
	}
	return s;
}

/* Calls in progress on the servers up to 'last' in the list: layers lie on one another. */
static size_t in_progress(
    const struct chart *c, const struct servers *s, size_t last, int64_t at_ms)
{
	size_t n = 0;

	for (size_t i = 0; i < c->calls->all.n; i++) {
		const struct call *call = &c->calls->all.v[i];

		if (!call_is_in_progress(call, at_ms) || call->answered_ms > at_ms ||
		    call->answered_ms == 0)
			continue;
		for (size_t k = 0; k <= last && k < s->n; k++)
			n += strcmp(s->v[k], call->server) == 0;
	}
	return n;
}

double chart_calls_in_progress_max(const struct chart *c)
{
	struct servers s = servers_of(c->calls);
	double max = 0;

	for (int64_t t = c->from_ms; t <= c->to_ms; t += SAMPLE_MS)
		max = fmax(max, (double)in_progress(c, &s, SERVERS_MAX, t));
	return max;
}

void chart_calls_in_progress(const struct chart *c, const struct panel *p)
{
	struct servers s = servers_of(c->calls);

	for (size_t k = s.n; k-- > 0;) {
		struct points line = {0};
		char class_name[24];

		for (int64_t t = c->from_ms; t <= c->to_ms; t += SAMPLE_MS)
			point_add(
			    &line, chart_x(c, t), panel_y(p, (double)in_progress(c, &s, k, t)));
		snprintf(class_name, sizeof class_name, "s%zu", k);
		svg_area(c->f, class_name, line.v, line.n, panel_y(p, 0));
		key(c, p, (int)(s.n - 1 - k), class_name, s.v[k]);
		lm_vec_free(&line);
	}
}

/* ---- calls per second, failures --------------------------------------------------------------- */

struct bins {
	double *v;
	size_t n, cap;
};

static struct bins bins_of(const struct chart *c, int64_t (*when)(const struct call *))
{
	struct bins b = {0};

	for (int64_t t = c->from_ms; t <= c->to_ms; t += BIN_MS)
		*LM_PUSH(NULL, &b) = 0;
	for (size_t i = 0; i < c->calls->all.n; i++) {
		int64_t at_ms = when(&c->calls->all.v[i]);

		if (at_ms >= c->from_ms && at_ms <= c->to_ms)
			b.v[(at_ms - c->from_ms) / BIN_MS] += 1;
	}
	return b;
}

static int64_t when_begun(const struct call *call)
{
	return call->begun_ms;
}

static int64_t when_failed(const struct call *call)
{
	return call->failed_ms;
}

static void bars(
    const struct chart *c, const struct panel *p, const char *class_name, const struct bins *b)
{
	double width = chart_x(c, c->from_ms + BIN_MS) - chart_x(c, c->from_ms);

	for (size_t i = 0; i < b->n; i++) {
		double y = panel_y(p, b->v[i]);

		if (b->v[i] > 0)
			svg_rect(c->f, class_name,
			    (struct svg_point){chart_x(c, c->from_ms + (int64_t)i * BIN_MS) + 1, y},
			    fmax(width - 2, 1), p->y + p->height - y);
	}
}

void chart_call_rate(const struct chart *c, const struct panel *p)
{
	struct bins b = bins_of(c, when_begun);
	struct points mean = {0};

	bars(c, p, "begun", &b);
	for (size_t i = 0; i < b.n; i++) {
		double sum = 0;

		for (size_t k = 0; k < MEAN_BINS && k <= i; k++)
			sum += b.v[i - k];
		point_add(&mean, chart_x(c, c->from_ms + (int64_t)(i + 1) * BIN_MS),
		    panel_y(p, sum / MEAN_BINS));
	}
	svg_polyline(c->f, "mean", mean.v, mean.n);
	key(c, p, 1, "begun", "in that second");
	key(c, p, 0, "mean", "mean of the last 5 s");
	lm_vec_free(&mean);
	lm_vec_free(&b);
}

static double bins_max(const struct chart *c, int64_t (*when)(const struct call *))
{
	struct bins b = bins_of(c, when);
	double max = 0;

	for (size_t i = 0; i < b.n; i++)
		max = fmax(max, b.v[i]);
	lm_vec_free(&b);
	return max;
}

double chart_call_rate_max(const struct chart *c)
{
	return bins_max(c, when_begun);
}

double chart_failures_max(const struct chart *c)
{
	return bins_max(c, when_failed);
}

void chart_failures(const struct chart *c, const struct panel *p)
{
	struct bins b = bins_of(c, when_failed);

	bars(c, p, "failed", &b);
	lm_vec_free(&b);
}
