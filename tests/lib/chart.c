/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/lib/chart.h"

#include <math.h>

#include "tests/lib/chart_priv.h"

static const char style[] =
    "text{font-family:'DejaVu Sans',Helvetica,Arial,sans-serif;font-size:11px;fill:#3c4650}"
    ".page{fill:#ffffff}.panel{fill:none;stroke:#d5dbe1}"
    ".title{font-size:18px;font-weight:bold;fill:#1d252c}.sub{font-size:12px;fill:#5b6670}"
    ".head{font-weight:bold;font-size:12px;fill:#1d252c}.tick{text-anchor:end}"
    ".sec{text-anchor:middle}.key{font-size:11px}"
    ".grid{stroke:#e6eaee;stroke-width:1}"
    ".band{fill:#eef3f8;fill-opacity:.75}"
    ".t-act,.t-kill,.t-done{stroke:#ffffff;stroke-width:3;paint-order:stroke;stroke-linejoin:round}"
    ".act,.kill,.done{stroke-width:1}.act{stroke:#8a97a3;stroke-dasharray:3 3}"
    ".kill{stroke:#c62828}.done{stroke:#2e7d32;stroke-dasharray:3 3}"
    ".t-act{fill:#4d5963}.t-kill{fill:#c62828;font-weight:bold}.t-done{fill:#2e7d32}"
    ".load{fill:none;stroke:#1565c0;stroke-width:2}.dot{fill:#1565c0}"
    ".out,.in{stroke-width:1.2;stroke-dasharray:6 4}.out{stroke:#e65100}.in{stroke:#00838f}"
    ".t-out,.t-in{text-anchor:end}.t-out{fill:#e65100}.t-in{fill:#00838f}"
    ".active{fill:none;stroke:#6a1b9a;stroke-width:2.4}"
    ".listed{fill:#ce93d8;fill-opacity:.45}"
    ".begun{fill:#b9d4ef}.mean{fill:none;stroke:#0d47a1;stroke-width:2}"
    ".failed{fill:#d32f2f}"
    ".s0{fill:#42a5f5}.s1{fill:#ffb74d}.s2{fill:#81c784}.s3{fill:#ba68c8}.s4{fill:#a1887f}"
    ".s5{fill:#90a4ae}";

double chart_x(const struct chart *c, int64_t at_ms)
{
	double part = (double)(at_ms - c->from_ms) / (double)(c->to_ms - c->from_ms);

	return CHART_LEFT + fmin(fmax(part, 0), 1) * (CHART_RIGHT - CHART_LEFT);
}

double panel_y(const struct panel *p, double value)
{
	return p->y + p->height * (1 - fmin(fmax(value, 0), p->max) / p->max);
}

/* Seconds between two ticks, so that there are about a dozen. */
static int64_t tick_ms(const struct chart *c)
{
	static const int64_t nice[] = {1, 2, 5, 10, 20, 30, 60, 120, 300};
	int64_t length_ms = c->to_ms - c->from_ms;

	for (size_t i = 0; i < LM_COUNT(nice); i++)
		if (length_ms / (nice[i] * 1000) <= 18)
			return nice[i] * 1000;
	return 600000;
}

static void time_axis(const struct chart *c)
{
	char text[32];

	for (int64_t t = c->from_ms; t <= c->to_ms; t += tick_ms(c)) {
		snprintf(text, sizeof text, "%d", (int)((t - c->from_ms) / 1000));
		svg_text(c->f, "sec", (struct svg_point){chart_x(c, t), CHART_BOTTOM + 16}, text);
	}
	svg_text(c->f, "sec",
	    (struct svg_point){(CHART_LEFT + CHART_RIGHT) / 2.0, CHART_BOTTOM + 34},
	    "seconds since the story began");
}

static void frame(const struct chart *c, const struct panel *p)
{
	int divisions = p->max <= 4 ? (int)p->max : 4;
	char text[32];

	svg_rect(c->f, "panel", (struct svg_point){CHART_LEFT, p->y}, CHART_RIGHT - CHART_LEFT,
	    p->height);
	for (int64_t t = c->from_ms; t <= c->to_ms; t += tick_ms(c))
		svg_line(c->f, "grid", (struct svg_point){chart_x(c, t), p->y},
		    (struct svg_point){chart_x(c, t), p->y + p->height});
	for (int i = 0; i <= divisions; i++) {
		double value = p->max * i / divisions, y = panel_y(p, value);

		snprintf(text, sizeof text, "%g", value);
		svg_line(c->f, "grid", (struct svg_point){CHART_LEFT, y},
		    (struct svg_point){CHART_RIGHT, y});
		svg_text(c->f, "tick", (struct svg_point){CHART_LEFT - 6, y + 4}, text);
	}
	svg_text(c->f, "head", (struct svg_point){CHART_LEFT, p->y - 6}, p->title);
}

/* Every second chapter shades all panels. */
static void bands(const struct chart *c)
{
	bool shaded = false;

	for (size_t i = 0;
	     (i = storylog_find(c->log, i, "type=Chapter", "state=begun", NULL)) != STORYLOG_NONE;
	     i++) {
		size_t next = storylog_find(c->log, i + 1, "type=Chapter", "state=begun", NULL);
		double x = chart_x(c, c->log->events.v[i].at_ms);
		double end =
		    next == STORYLOG_NONE ? CHART_RIGHT : chart_x(c, c->log->events.v[next].at_ms);

		if (shaded)
			svg_rect(c->f, "band", (struct svg_point){x, CHART_TOP}, end - x,
			    CHART_BOTTOM - CHART_TOP);
		shaded = !shaded;
	}
}

/* The next of the scales 4, 8, 12, ... 20, 40, ... that holds the value. */
static double scale(double value)
{
	double step = value <= 16 ? 4 : 20;

	return fmax(step, ceil(value / step) * step);
}

static void panels(const struct chart *c)
{
	struct panel p[] = {
	    {"Load of the gateway, % of one server's capacity per server", 0, 130,
		scale(fmax(100, chart_load_max(c)))},
	    {"IP-PBX servers", 0, 84, 3},
	    {"Calls in progress, by server", 0, 120, scale(chart_calls_in_progress_max(c))},
	    {"Calls begun per second", 0, 96, scale(chart_call_rate_max(c))},
	    {"Failed calls per second", 0, 78, scale(chart_failures_max(c))},
	};
	void (*const draw[])(const struct chart *, const struct panel *) = {
	    chart_load, chart_servers, chart_calls_in_progress, chart_call_rate, chart_failures};
	double y = CHART_TOP + 22;

	bands(c);
	for (size_t i = 0; i < LM_COUNT(p); i++) {
		p[i].y = y;
		y += p[i].height + 32;
		frame(c, &p[i]);
	}
	for (size_t i = 0; i < LM_COUNT(p); i++)
		draw[i](c, &p[i]);
}

void chart_write(FILE *f, const struct storylog *log, const struct calls *calls)
{
	struct chart c = {.f = f, .log = log, .calls = calls};
	size_t first = storylog_find(log, 0, "type=Chapter", NULL);
	size_t end = storylog_find(log, 0, "type=Mark", "name=the-end", NULL);

	c.from_ms = log->events.v[first == STORYLOG_NONE ? 0 : first].at_ms;
	c.to_ms = log->events.v[end == STORYLOG_NONE ? log->events.n - 1 : end].at_ms;
	if (c.to_ms <= c.from_ms)
		c.to_ms = c.from_ms + 1000;
	svg_open(f, CHART_WIDTH, CHART_HEIGHT, "lm: a voice service, scaled and healed under calls",
	    style);
	svg_rect(f, "page", (struct svg_point){0, 0}, CHART_WIDTH, CHART_HEIGHT);
	svg_text(f, "title", (struct svg_point){CHART_LEFT, 28},
	    "A voice service, scaled and healed under calls");
	svg_text(f, "sub", (struct svg_point){CHART_LEFT, 46},
	    "what the manager's journal and a witness on the wire saw; real Kamailio, Asterisk and "
	    "SIPp");
	panels(&c);
	chart_marks(&c);
	time_axis(&c);
	svg_close(f);
}
