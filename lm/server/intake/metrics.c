/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/server/intake/metrics.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/json_read.h"

enum { FIGURES_MAX = 256 };
enum { SECONDS_MIN = 1, MS_PER_S = 1000 };

/* Later than this are only those who count milliseconds: the year 2286. */
static const double seconds_max = 1e10;

/* An element while it is read. */
struct element {
	struct sample sample;
	char *figures; /* NULL: none; not yet terminated */
	size_t figures_n;
	double seconds;
	unsigned seen; /* 1 << number of the member */
	const char *wrong;
};

enum { KEY, NAME, ID, LOAD, INTEGRITY, VALUES, RAW, TIME, MEMBERS_N };

static unsigned bit(unsigned member)
{
	return 1u << member;
}

/* The first mistake is told; the rest of the element is passed over. */
static void wrong(struct element *e, const char *text)
{
	if (e->wrong == NULL)
		e->wrong = text;
}

/* ---- the members of an element ---------------------------------------------------------------- */

static void read_word(
    struct lm_jread *r, struct element *e, unsigned member, const char **out, const char *mistake)
{
	size_t n = 0;

	if (lm_jread_peek(r) == LM_JREAD_NULL) {
		e->seen &= ~bit(member); /* as good as not there */
		lm_jread_skip(r);
	} else if (lm_jread_peek(r) != LM_JREAD_TEXT) {
		wrong(e, mistake);
		lm_jread_skip(r);
	} else if (lm_jread_text(r, out, &n) && n == 0) {
		wrong(e, mistake);
	}
}

static void read_key(struct lm_jread *r, struct element *e)
{
	read_word(r, e, KEY, &e->sample.metric_key, "\"metricKey\" must be a text");
}

static void read_name(struct lm_jread *r, struct element *e)
{
	read_word(r, e, NAME, &e->sample.metric_name, "\"metricName\" must be a text");
}

static void read_id(struct lm_jread *r, struct element *e)
{
	read_word(r, e, ID, &e->sample.metric_id, "\"metricId\" must be a text");
}

/* null: the writer had no number either. */
static void read_load(struct lm_jread *r, struct element *e)
{
	e->sample.kind = SAMPLE_LOAD;
	e->sample.load = NAN;
	if (lm_jread_peek(r) == LM_JREAD_NUMBER) {
		lm_jread_number(r, &e->sample.load);
		return;
	}
	if (lm_jread_peek(r) != LM_JREAD_NULL)
		wrong(e, "\"load\" must be a number: percent");
	lm_jread_skip(r);
}

static bool set_integrity(const char *text, struct sample *s)
{
	s->kind = SAMPLE_INTEGRITY;
	s->ok = text != NULL && strcmp(text, "OK") == 0;
	return s->ok || (text != NULL && strcmp(text, "BROKEN") == 0);
}

static const char not_integrity[] = "integrity must be \"OK\" or \"BROKEN\"";

static void read_integrity(struct lm_jread *r, struct element *e)
{
	const char *text = NULL;
	size_t n = 0;

	if (lm_jread_peek(r) == LM_JREAD_TEXT)
		lm_jread_text(r, &text, &n);
	else
		lm_jread_skip(r);
	if (!set_integrity(text, &e->sample))
		wrong(e, not_integrity);
}

/* On a copy of the reader: nothing of the text changes. */
static bool are_figures(struct lm_jread r)
{
	const char *name = NULL;
	size_t n = 0;
	unsigned count = 0;
	double d = 0;

	if (lm_jread_peek(&r) != LM_JREAD_OBJECT || !lm_jread_enter(&r, '{'))
		return false;
	while (lm_jread_member_raw(&r, &name, &n))
		if (++count > FIGURES_MAX || lm_jread_peek(&r) != LM_JREAD_NUMBER ||
		    !lm_jread_number(&r, &d) || !isfinite(d))
			return false;
	return true;
}

static void read_figures(struct lm_jread *r, struct element *e, const char *mistake)
{
	bool good = are_figures(*r);

	if (lm_jread_raw(r, &e->figures, &e->figures_n) && !good)
		wrong(e, mistake);
}

static void read_values(struct lm_jread *r, struct element *e)
{
	e->sample.kind = SAMPLE_VALUES;
	read_figures(r, e, "\"values\" must be an object of at most 256 numbers");
}

static void read_raw(struct lm_jread *r, struct element *e)
{
	read_figures(r, e, "\"raw\" must be an object of at most 256 numbers");
}

int64_t metrics_time_ms(double seconds)
{
	if (!(seconds >= SECONDS_MIN && seconds <= seconds_max))
		return 0;
	return llround(seconds * MS_PER_S);
}

static void read_time(struct lm_jread *r, struct element *e)
{
	static const char mistake[] =
	    "\"time\" must be a number: seconds since 1970, with fractions where they are known";

	if (lm_jread_peek(r) != LM_JREAD_NUMBER) {
		wrong(e, mistake);
		lm_jread_skip(r);
		return;
	}
	if (!lm_jread_number(r, &e->seconds))
		return;
	e->sample.at_ms = metrics_time_ms(e->seconds);
	if (e->sample.at_ms == 0)
		wrong(e, e->seconds > seconds_max ? "\"time\" is in seconds, not milliseconds"
						  : mistake);
}

static const struct member {
	const char *name;
	size_t n;
	void (*read)(struct lm_jread *, struct element *);
} members[MEMBERS_N] = {
    [KEY] = {"metricKey", 9, read_key},
    [NAME] = {"metricName", 10, read_name},
    [ID] = {"metricId", 8, read_id},
    [LOAD] = {"load", 4, read_load},
    [INTEGRITY] = {"integrity", 9, read_integrity},
    [VALUES] = {"values", 6, read_values},
    [RAW] = {"raw", 3, read_raw},
    [TIME] = {"time", 4, read_time},
};

/* MEMBERS_N: somebody else's. */
static unsigned member_find(const char *name, size_t n)
{
	for (unsigned i = 0; i < MEMBERS_N; i++)
		if (members[i].n == n && members[i].name[0] == name[0] &&
		    memcmp(members[i].name, name, n) == 0)
			return i;
	return MEMBERS_N;
}

/* ---- elements --------------------------------------------------------------------------------- */

/* "key.name" is taken apart where it lies. */
static void split_id(struct element *e)
{
	char *dot = (char *)(uintptr_t)strchr(e->sample.metric_id, '.');

	if (dot == NULL || dot == e->sample.metric_id || dot[1] == '\0') {
		wrong(e, "\"metricId\" must be of the form metricKey.metricName");
		return;
	}
	*dot = '\0';
	e->sample.metric_key = e->sample.metric_id;
	e->sample.metric_name = dot + 1;
}

static void check(struct element *e)
{
	unsigned value = e->seen & (bit(LOAD) | bit(INTEGRITY) | bit(VALUES));
	bool named = (e->seen & bit(KEY)) != 0 && (e->seen & bit(NAME)) != 0;

	if (!named && (e->seen & bit(ID)) == 0)
		wrong(e, "which metric? Give \"metricKey\" and \"metricName\", or \"metricId\"");
	if (value == 0 || (value & (value - 1)) != 0)
		wrong(e, "one of \"load\", \"integrity\" and \"values\" must be given");
	if (value == bit(VALUES) && (e->seen & bit(RAW)) != 0)
		wrong(e, "\"raw\" stands beside a load or an integrity, not beside \"values\"");
	if (e->wrong == NULL && !named)
		split_id(e);
	e->sample.metric_id = NULL; /* it only says the same again */
}

/* False: the text ends here, or nothing more can be made of it. */
static bool read_element(struct lm_jread *r, struct element *e)
{
	const char *name = NULL;
	size_t n = 0;

	*e = (struct element){0};
	if (lm_jread_peek(r) != LM_JREAD_OBJECT) {
		wrong(e, "an element must be an object");
		return lm_jread_skip(r);
	}
	lm_jread_enter(r, '{');
	while (lm_jread_member(r, &name, &n)) {
		unsigned i = member_find(name, n);

		if (i == MEMBERS_N || (e->seen & bit(i)) != 0) {
			if (i < MEMBERS_N)
				wrong(e, "a member is given twice");
			lm_jread_skip(r);
			continue;
		}
		e->seen |= bit(i);
		members[i].read(r, e);
	}
	if (r->wrong != NULL)
		return false;
	check(e);
	if (e->figures != NULL) {
		e->figures[e->figures_n] = '\0'; /* the element's last bracket is behind it */
		e->sample.values = e->figures;
	}
	return true;
}

static void use(const struct element *e, size_t index, intake_fn *fn, void *arg, struct tally *t)
{
	if (e->wrong != NULL)
		tally_bad(t, index, "%s", e->wrong);
	else if (e->sample.kind == SAMPLE_LOAD && !isfinite(e->sample.load))
		tally_count(t, INTAKE_NOT_A_NUMBER);
	else
		tally_count(t, fn(arg, &e->sample));
}

void metrics_read(char *body, size_t n, intake_fn *fn, void *arg, struct tally *t)
{
	struct lm_jread r = lm_jread_on(body, n);
	struct element e;
	size_t i = 0;

	switch (lm_jread_peek(&r)) {
	case LM_JREAD_OBJECT:
		if (read_element(&r, &e) && lm_jread_end(&r))
			use(&e, 0, fn, arg, t);
		break;
	case LM_JREAD_ARRAY:
		lm_jread_enter(&r, '[');
		for (; lm_jread_element(&r) && read_element(&r, &e); i++)
			use(&e, i, fn, arg, t);
		break;
	default:
		tally_bad(t, TALLY_ALL, "the body must be a JSON object or an array of objects");
		return;
	}
	if (!lm_jread_end(&r))
		tally_not_json(t, i, &r);
}

struct lm_err *metrics_read_text(const char *text, struct sample *s)
{
	char *end = NULL;

	if (s->kind == SAMPLE_INTEGRITY) {
		if (set_integrity(text, s))
			return NULL;
		return lm_err_new(LM_ERR_INVALID, "%s", not_integrity);
	}
	s->load = text != NULL ? strtod(text, &end) : NAN;
	if (text == NULL || end == text || *end != '\0' || !isfinite(s->load))
		return lm_err_new(LM_ERR_INVALID, "load must be a number: percent");
	return NULL;
}
