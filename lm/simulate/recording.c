/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/heap.h"
#include "base/time.h"
#include "base/vec.h"
#include "lm/simulate/load.h"

/* A load out of a table: what 'lm record' wrote, or somebody's own. */

enum column { TIME, LOAD, SERVERS, CALLS, CAPACITY, COMPONENT, METRIC };
enum { COLUMNS = METRIC + 1, FIELDS_MAX = 64, LINE_MAX_N = 64 * 1024, SILENT_MS = 60000 };

static const struct {
	const char *name;
	enum column column;
} names[] = {{"time", TIME}, {"load", LOAD}, {"value", LOAD}, {"servers", SERVERS},
    {"calls", CALLS}, {"capacity", CAPACITY}, {"component", COMPONENT}, {"metric", METRIC}};

/* Times from here on are since 1970; smaller ones are since the beginning.  Ten years. */
static const double epoch_from_s = 3.2e8;

struct field {
	const char *text;
	size_t col; /* from 1 */
};

struct point {
	int64_t at_ms;
	float load;
};

struct reading {
	const struct recording *r;
	struct lm_arena *arena; /* of one line at a time */
	size_t line;            /* from 1 */
	size_t place[COLUMNS];  /* of a column among the fields, from 1; 0: it is not there */
	char *component;        /* whose the rows are; heap; NULL: none seen yet */
	LM_VEC(struct point) points;
};

static struct lm_err *bad(const struct reading *d, const struct field *f, const char *what)
{
	if (f == NULL)
		return lm_err_new(LM_ERR_INVALID, "%s:%zu: %s", d->r->file, d->line, what);
	return lm_err_new(LM_ERR_INVALID, "%s:%zu:%zu: %s, not '%.40s'", d->r->file, d->line,
	    f->col, what, f->text);
}

/* ---- lines and fields ---------------------------------------------------------------------------- */

/* A field in quotes, where a quote in it stands twice; returns what follows it, or NULL. */
static const char *take_quoted(const char *p, const char *end, char *to)
{
	for (p++; p < end; p++) {
		if (*p == '"' && (p + 1 == end || p[1] != '"'))
			break;
		p += *p == '"';
		*to++ = *p;
	}
	*to = '\0';
	return p < end ? p + 1 : NULL;
}

static struct lm_err *split(
    struct reading *d, const char *line, size_t n, struct field *out, size_t *out_n)
{
	const char *p = line, *end = line + n;

	*out_n = 0;
	for (;;) {
		if (*out_n == FIELDS_MAX)
			return bad(d, NULL, "more than 64 columns");
		const char *comma = memchr(p, ',', (size_t)(end - p));
		const char *stop = comma != NULL ? comma : end;
		bool quoted = p < end && *p == '"';
		char *text = lm_arena_strndup(d->arena, p, (size_t)((quoted ? end : stop) - p));
		size_t col = (size_t)(p - line) + 1;

		if (quoted)
			stop = take_quoted(p, end, text);
		if (stop == NULL || (stop < end && *stop != ','))
			return bad(d, NULL, "a quote does not end where a value does");
		out[(*out_n)++] = (struct field){text, col};
		if (stop >= end)
			return NULL;
		p = stop + 1;
	}
}

static struct lm_err *read_head(struct reading *d, const struct field *f, size_t n)
{
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < LM_COUNT(names); k++)
			if (strcasecmp(f[i].text, names[k].name) == 0)
				d->place[names[k].column] = i + 1;
	if (d->place[TIME] == 0)
		return bad(d, NULL, "the first line must name the columns, 'time' among them");
	if (d->place[LOAD] == 0 && (d->place[CALLS] == 0 || d->place[CAPACITY] == 0))
		return bad(d, NULL, "there is neither a column 'load' nor 'calls' and 'capacity'");
	return NULL;
}

/* ---- rows ------------------------------------------------------------------------------------------ */

static const struct field *field_of(
    const struct reading *d, const struct field *f, enum column column)
{
	size_t at = d->place[column];

	return at > 0 && f[at - 1].text[0] != '\0' ? &f[at - 1] : NULL;
}

static struct lm_err *read_number(const struct reading *d, const struct field *f, double *out)
{
	char *end = NULL;

	*out = strtod(f->text, &end);
	if (end == f->text || *end != '\0' || !isfinite(*out) || *out < 0 || *out > 1e9)
		return bad(d, f, "this must be a number from 0 to 1e9");
	return NULL;
}

static struct lm_err *read_time(
    const struct reading *d, const struct field *f, const struct load_conf *conf, int64_t *out_ms)
{
	char *end = NULL;

	if (f == NULL)
		return bad(d, NULL, "there is no time");
	if (lm_time_parse(f->text, out_ms) && *out_ms >= 0)
		return NULL;
	double s = strtod(f->text, &end);
	if (end == f->text || *end != '\0' || !(s >= 0 && s < 1e11))
		return bad(d, f, "this must be a time: seconds, or like 2026-11-20T22:42:59Z");
	*out_ms = (s >= epoch_from_s ? 0 : conf->begin_ms) + (int64_t)(s * 1000 + 0.5);
	return NULL;
}

/* The offered load of a row, in percent of one server. */
static struct lm_err *read_load(const struct reading *d, const struct field *f, double *out)
{
	const struct field *calls = field_of(d, f, CALLS), *capacity = field_of(d, f, CAPACITY);
	const struct field *load = field_of(d, f, LOAD), *servers = field_of(d, f, SERVERS);
	double a = 0, b = 1;
	struct lm_err *e = NULL;

	if (calls != NULL && capacity != NULL) {
		e = read_number(d, calls, &a);
		if (e == NULL)
			e = read_number(d, capacity, &b);
		if (e == NULL && b <= 0)
			e = bad(d, capacity, "the calls that a server carries are more than 0");
		*out = 100 * a / b;
		return e;
	}
	if (load == NULL)
		return bad(d, NULL, "there is no load");
	e = read_number(d, load, &a);
	/* As a gateway counts: a load without servers is told as if there were one. */
	if (e == NULL && servers != NULL)
		e = read_number(d, servers, &b);
	else if (e == NULL && (d->place[SERVERS] > 0 || d->place[METRIC] > 0))
		e = bad(d, NULL,
		    "a load of each server says nothing without 'servers', or 'calls' and "
		    "'capacity'");
	*out = a * fmax(b, 1);
	return e;
}

/* False: the row is about something else. */
static bool is_wanted(const struct reading *d, const struct field *f)
{
	const struct field *metric = field_of(d, f, METRIC);

	return d->place[METRIC] == 0 || d->r->metric == NULL ||
	       (metric != NULL && strcmp(metric->text, d->r->metric) == 0);
}

static struct lm_err *check_component(struct reading *d, const struct field *f)
{
	const struct field *c = field_of(d, f, COMPONENT);

	if (c == NULL)
		return NULL;
	if (d->component == NULL)
		d->component = lm_strdup(c->text);
	if (strcmp(d->component, c->text) == 0)
		return NULL;
	return lm_err_new(LM_ERR_INVALID,
	    "%s:%zu:%zu: rows of '%s' and of '%s': keep those of one of them", d->r->file, d->line,
	    c->col, d->component, c->text);
}

static struct lm_err *read_row(
    struct reading *d, const struct field *f, size_t n, const struct load_conf *conf)
{
	double load = 0;
	int64_t at_ms = 0;

	for (size_t i = 0; i < COLUMNS; i++)
		if (d->place[i] > n)
			return bad(
			    d, NULL, "there are fewer values than columns in the first line");
	if (!is_wanted(d, f))
		return NULL;
	const struct field *time = field_of(d, f, TIME);
	struct lm_err *e = check_component(d, f);
	if (e == NULL)
		e = read_time(d, time, conf, &at_ms);
	if (e == NULL)
		e = read_load(d, f, &load);
	if (e != NULL)
		return e;
	if (d->points.n > 0 && at_ms < d->points.v[d->points.n - 1].at_ms)
		return bad(d, time, "this must not be before the time of the row above");
	if (d->points.n == LOAD_SAMPLES_MAX)
		return bad(d, NULL, "there are too many rows");
	*LM_PUSH(NULL, &d->points) = (struct point){at_ms, (float)load};
	return NULL;
}

static struct lm_err *read_lines(
    struct reading *d, const char *text, size_t n, const struct load_conf *conf)
{
	struct field *f = NULL;
	struct lm_err *e = NULL;
	bool has_head = false;

	for (const char *p = text, *end = text + n; e == NULL && p < end;) {
		const char *stop = memchr(p, '\n', (size_t)(end - p));
		size_t length = stop != NULL ? (size_t)(stop - p) : (size_t)(end - p), k = 0;
		const char *line = p;

		d->line++;
		p += length + (stop != NULL);
		length -= length > 0 && line[length - 1] == '\r';
		if (length == 0 || *line == '#')
			continue;
		if (length > LINE_MAX_N || memchr(line, '\0', length) != NULL)
			return bad(d, NULL, "this is no line of text");
		d->arena = lm_arena_new();
		f = LM_NEW_N(d->arena, struct field, FIELDS_MAX);
		e = split(d, line, length, f, &k);
		if (e == NULL)
			e = has_head ? read_row(d, f, k, conf) : read_head(d, f, k);
		has_head = true;
		lm_arena_free(d->arena);
	}
	return e;
}

/* ---- from rows to samples ------------------------------------------------------------------------- */

/* A value holds until the next one. */
static void fill(const struct reading *d, struct load *l)
{
	size_t at = 0;

	for (size_t i = 0; i < l->n; i++) {
		int64_t t = l->begin_ms + (int64_t)i * l->period_ms;

		while (at + 1 < d->points.n && d->points.v[at + 1].at_ms <= t)
			at++;
		l->v[i] = d->points.v[at].load;
	}
	for (size_t i = 0; i + 1 < d->points.n; i++) {
		int64_t gap_ms = d->points.v[i + 1].at_ms - d->points.v[i].at_ms;

		if (gap_ms > SILENT_MS && gap_ms > 2 * l->period_ms)
			l->silent_ms += gap_ms;
	}
}

struct lm_err *load_of_recording(const struct recording *r, const char *text, size_t n,
    const struct load_conf *conf, struct load *out)
{
	struct reading d = {.r = r};
	struct load l = {.period_ms = conf->period_ms};

	struct lm_err *e = read_lines(&d, text, n, conf);
	if (e == NULL && d.points.n == 0)
		e = lm_err_new(LM_ERR_INVALID, "%s holds no samples%s%s%s", r->file,
		    d.place[METRIC] > 0 && r->metric != NULL ? " of '" : "",
		    d.place[METRIC] > 0 && r->metric != NULL ? r->metric : "",
		    d.place[METRIC] > 0 && r->metric != NULL ? "'" : "");
	if (e == NULL) {
		int64_t whole_ms =
		    d.points.v[d.points.n - 1].at_ms - d.points.v[0].at_ms + l.period_ms;

		l.begin_ms = d.points.v[0].at_ms;
		e = load_allot(&l,
		    conf->length_ms > 0 && conf->length_ms < whole_ms ? conf->length_ms : whole_ms);
	}
	if (e == NULL) {
		fill(&d, &l);
		*out = l;
	}
	free(d.component);
	lm_vec_free(&d.points);
	return e;
}
