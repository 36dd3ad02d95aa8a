/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/time.h"
#include "lm/simulate/load.h"
#include "tosca/text/suggest.h"

/* Loads made by rule: "day:peak=450+noise:8" is two parts, the first with one argument. */

enum { ARGS_MAX = 5, PARTS_MAX = 16, TEXT_MAX = 1000 };

enum unit { UNIT_LOAD, UNIT_PERCENT, UNIT_TIME };

/* When: seconds since the beginning, and the time of day and week (0 is a Monday). */
struct moment {
	double since_s, day_s;
	int weekday;
};

struct shape {
	const char *name;
	/* NULL: not a load of its own, but what chance adds to the others. */
	double (*at)(const double *args, const struct moment *);
	const char *help;
	double length_s; /* how long it is looked at when nobody says */
	struct shape_arg {
		const char *name;
		enum unit unit;
		double otherwise;
	} args[ARGS_MAX];
};

static double constant_at(const double *a, const struct moment *m)
{
	(void)m;
	return a[0];
}

/* from, to, at, until */
static double step_at(const double *a, const struct moment *m)
{
	bool is_up = m->since_s >= a[2] && (a[3] <= 0 || m->since_s < a[3]);

	return is_up ? a[1] : a[0];
}

/* from, to, at, over */
static double ramp_at(const double *a, const struct moment *m)
{
	double part = a[3] > 0 ? (m->since_s - a[2]) / a[3] : m->since_s >= a[2];

	return a[0] + (a[1] - a[0]) * fmin(fmax(part, 0), 1);
}

static double bell(double h, double at, double width)
{
	return exp(-(h - at) * (h - at) / (width * width));
}

/* Busiest at half past ten and at three, less at noon, a little in the evening: low, peak, weekend */
static double day_at(const double *a, const struct moment *m)
{
	double h = m->day_s / 3600;
	double busy = bell(h, 10.5, 1.9) + 0.95 * bell(h, 15, 2.2) + 0.22 * bell(h, 20, 1.6);
	double peak = m->weekday >= 5 ? a[1] * a[2] / 100 : a[1];

	return a[0] + fmax(peak - a[0], 0) * fmin(busy / 1.0145, 1);
}

/* load, at, rise, hold, fall */
static double spike_at(const double *a, const struct moment *m)
{
	double s = m->since_s - a[1];

	if (s < 0)
		return 0;
	if (s < a[2])
		return a[0] * s / a[2];
	if (s < a[2] + a[3])
		return a[0];
	return a[4] > 0 ? a[0] * fmax(1 - (s - a[2] - a[3]) / a[4], 0) : 0;
}

enum { HOUR_S = 3600, DAY_S = 86400 };

static const struct shape shapes[] = {
    {"constant", constant_at, "the same all the time", HOUR_S, {{"load", UNIT_LOAD, 100}}},
    {"step", step_at, "from one load to another at once, and back when 'until' is given", HOUR_S,
	{{"from", UNIT_LOAD, 50}, {"to", UNIT_LOAD, 150}, {"at", UNIT_TIME, 600},
	    {"until", UNIT_TIME, 0}}},
    {"ramp", ramp_at, "from one load to another, little by little", HOUR_S,
	{{"from", UNIT_LOAD, 0}, {"to", UNIT_LOAD, 300}, {"at", UNIT_TIME, 0},
	    {"over", UNIT_TIME, 3600}}},
    {"day", day_at, "business days: peaks in the morning and the afternoon", DAY_S,
	{{"low", UNIT_LOAD, 20}, {"peak", UNIT_LOAD, 400}, {"weekend", UNIT_PERCENT, 25}}},
    {"spike", spike_at, "all of a sudden, for a short time", HOUR_S,
	{{"load", UNIT_LOAD, 200}, {"at", UNIT_TIME, 1800}, {"rise", UNIT_TIME, 10},
	    {"hold", UNIT_TIME, 60}, {"fall", UNIT_TIME, 60}}},
    {"noise", NULL, "wanders within so many percent of the load; differs by cluster", 0,
	{{"percent", UNIT_PERCENT, 5}, {"every", UNIT_TIME, 30}}},
    {"vary", NULL, "each cluster is larger or smaller by up to so many percent", 0,
	{{"percent", UNIT_PERCENT, 20}}},
};

struct part {
	const struct shape *shape;
	double args[ARGS_MAX];
};

struct profile {
	struct part parts[PARTS_MAX];
	size_t n;
};

/* ---- reading ------------------------------------------------------------------------------------- */

static struct lm_err *unknown(const char *what, const char *word, const char *near)
{
	return lm_err_new(LM_ERR_INVALID, "--profile: there is no %s '%s'%s%s%s", what, word,
	    near != NULL ? "; did you mean '" : "", near != NULL ? near : "",
	    near != NULL ? "'?" : "");
}

static struct lm_err *find_shape(const char *name, const struct shape **out)
{
	struct suggest near = suggest_for(name);

	for (size_t i = 0; i < LM_COUNT(shapes); i++) {
		if (strcmp(shapes[i].name, name) == 0) {
			*out = &shapes[i];
			return NULL;
		}
		suggest_offer(&near, shapes[i].name);
	}
	return unknown("profile", name, near.best);
}

static struct lm_err *find_arg(const struct shape *s, const char *name, size_t *out)
{
	struct suggest near = suggest_for(name);

	for (size_t i = 0; i < ARGS_MAX && s->args[i].name != NULL; i++) {
		if (strcmp(s->args[i].name, name) == 0) {
			*out = i;
			return NULL;
		}
		suggest_offer(&near, s->args[i].name);
	}
	return unknown(s->name, name, near.best);
}

static struct lm_err *read_value(const struct shape *s, size_t i, const char *text, double *out)
{
	const struct shape_arg *arg = &s->args[i];
	char *end = NULL;
	int64_t ms = 0;

	if (arg->unit == UNIT_TIME) {
		if (!lm_time_parse_span(text, &ms))
			return lm_err_new(LM_ERR_INVALID,
			    "--profile: %s: '%s' is a time, like 90, 15min, 2h or 10:30, not '%s'",
			    s->name, arg->name, text);
		*out = (double)ms / 1000;
		return NULL;
	}
	*out = strtod(text, &end);
	if (end == text || *end != '\0' || !(*out >= 0 && *out <= 1e9))
		return lm_err_new(LM_ERR_INVALID,
		    "--profile: %s: '%s' is a number of percent, not '%s'", s->name, arg->name,
		    text);
	return NULL;
}

/* "name=value", or a value for the argument that stands in this place. */
static struct lm_err *read_arg(struct part *p, size_t place, char *text)
{
	char *equals = strchr(text, '=');
	struct lm_err *e = NULL;
	size_t at = place;

	if (equals != NULL) {
		*equals = '\0';
		e = find_arg(p->shape, text, &at);
	} else if (place >= ARGS_MAX || p->shape->args[place].name == NULL) {
		e = lm_err_new(
		    LM_ERR_INVALID, "--profile: '%s' is too much for '%s'", text, p->shape->name);
	}
	return e != NULL
		   ? e
		   : read_value(p->shape, at, equals != NULL ? equals + 1 : text, &p->args[at]);
}

static struct lm_err *read_part(char *text, struct part *p)
{
	char *args = strchr(text, ':'), *arg = NULL;

	if (args != NULL)
		*args++ = '\0';
	struct lm_err *e = find_shape(text, &p->shape);
	for (size_t i = 0; e == NULL && i < ARGS_MAX; i++)
		p->args[i] = p->shape->args[i].otherwise;
	for (size_t i = 0; e == NULL && (arg = strsep(&args, ",")) != NULL; i++)
		e = read_arg(p, i, arg);
	return e;
}

static struct lm_err *read_profile(struct lm_arena *a, const char *text, struct profile *out)
{
	char *rest = lm_arena_strdup(a, text), *part = NULL;
	struct lm_err *e = NULL;

	if (strlen(text) > TEXT_MAX)
		return lm_err_new(LM_ERR_INVALID, "--profile is longer than %d bytes", TEXT_MAX);
	while (e == NULL && (part = strsep(&rest, "+")) != NULL) {
		if (out->n == PARTS_MAX)
			return lm_err_new(
			    LM_ERR_INVALID, "--profile has more than %d parts", PARTS_MAX);
		e = read_part(part, &out->parts[out->n++]);
	}
	return e;
}

/* ---- making -------------------------------------------------------------------------------------- */

static struct lm_err *add_chance(struct load *l, const struct part *p)
{
	if (strcmp(p->shape->name, "vary") == 0) {
		l->vary = p->args[0];
		return NULL;
	}
	if (l->n_noises == LOAD_NOISES_MAX)
		return lm_err_new(
		    LM_ERR_INVALID, "--profile has more than %d noises", LOAD_NOISES_MAX);
	l->noises[l->n_noises++] = (struct noise){p->args[0], (int64_t)(p->args[1] * 1000)};
	return NULL;
}

static struct moment moment_at(const struct load_conf *conf, size_t sample)
{
	enum { THURSDAY = 3 }; /* which 1 January 1970 was */
	int64_t since_ms = (int64_t)sample * conf->period_ms;
	int64_t wall_ms = conf->begin_ms + since_ms, day = wall_ms / (DAY_S * 1000);

	return (struct moment){
	    .since_s = (double)since_ms / 1000,
	    .day_s = (double)(wall_ms % (DAY_S * INT64_C(1000))) / 1000,
	    .weekday = (int)((day + THURSDAY) % 7),
	};
}

static double sum_at(const struct profile *p, const struct moment *m)
{
	double sum = 0;

	for (size_t i = 0; i < p->n; i++)
		if (p->parts[i].shape->at != NULL)
			sum += p->parts[i].shape->at(p->parts[i].args, m);
	return sum;
}

/* 0: nothing in it is a load. */
static int64_t length_of(const struct profile *p, const struct load_conf *conf)
{
	double longest_s = 0;

	for (size_t i = 0; i < p->n; i++)
		longest_s = fmax(longest_s, p->parts[i].shape->length_s);
	return conf->length_ms > 0 && longest_s > 0 ? conf->length_ms : (int64_t)(longest_s * 1000);
}

struct lm_err *load_of_profile(const char *text, const struct load_conf *conf, struct load *out)
{
	LM_AUTO(lm_arena) arena = lm_arena_new();
	struct load l = {.begin_ms = conf->begin_ms, .period_ms = conf->period_ms};
	struct profile p = {0};
	struct lm_err *e = read_profile(arena, text, &p);

	for (size_t i = 0; e == NULL && i < p.n; i++)
		if (p.parts[i].shape->at == NULL)
			e = add_chance(&l, &p.parts[i]);
	if (e != NULL)
		return e;
	int64_t length_ms = length_of(&p, conf);
	if (length_ms == 0)
		return lm_err_new(LM_ERR_INVALID,
		    "--profile: '%s' alone is no load: add one, like day+%s", text, text);
	e = load_allot(&l, length_ms);
	if (e != NULL)
		return e;
	for (size_t i = 0; i < l.n; i++) {
		struct moment m = moment_at(conf, i);

		l.v[i] = (float)sum_at(&p, &m);
	}
	*out = l;
	return NULL;
}

/* ---- telling ------------------------------------------------------------------------------------- */

static void print_value(const struct shape_arg *arg, struct lm_buf *out)
{
	if (arg->unit == UNIT_TIME && arg->otherwise >= 60)
		lm_buf_printf(out, "%gmin", arg->otherwise / 60);
	else
		lm_buf_printf(out, "%g%s", arg->otherwise, arg->unit == UNIT_TIME ? "s" : "");
}

void load_profiles_print(struct lm_buf *out)
{
	for (size_t i = 0; i < LM_COUNT(shapes); i++) {
		const struct shape *s = &shapes[i];

		lm_buf_printf(out, "  %s", s->name);
		for (size_t k = 0; k < ARGS_MAX && s->args[k].name != NULL; k++) {
			lm_buf_printf(out, "%s%s=", k == 0 ? ":" : ",", s->args[k].name);
			print_value(&s->args[k], out);
		}
		lm_buf_printf(out, "\n      %s\n", s->help);
	}
}
