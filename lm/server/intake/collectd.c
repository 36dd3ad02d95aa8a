/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/server/intake/collectd.h"

#include <math.h>
#include <string.h>

#include "base/json_read.h"
#include "lm/server/intake/metrics.h"

/* collectd's types have a handful at most; its own limit of names is 128 bytes. */
enum { VALUES_MAX = 64 };

enum name { TYPE_INSTANCE, TYPE, PLUGIN, PLUGIN_INSTANCE, HOST, NAMES_N };

struct list {
	const char *names[NAMES_N]; /* NULL: not given, or "" */
	double values[VALUES_MAX];
	const char *dsnames[VALUES_MAX];
	size_t n_values, n_dsnames;
	int64_t at_ms;
	const char *wrong;
};

static void wrong(struct list *l, const char *text)
{
	if (l->wrong == NULL)
		l->wrong = text;
}

/* ---- one value list --------------------------------------------------------------------------- */

static void read_name(struct lm_jread *r, struct list *l, enum name which)
{
	const char *text = NULL;
	size_t n = 0;

	if (lm_jread_peek(r) != LM_JREAD_TEXT) {
		wrong(l, "host, plugin, type and their instances must be texts");
		lm_jread_skip(r);
	} else if (lm_jread_text(r, &text, &n) && n > 0) {
		l->names[which] = text;
	}
}

static bool is_array(struct lm_jread *r, struct list *l, const char *mistake)
{
	if (lm_jread_peek(r) == LM_JREAD_ARRAY)
		return lm_jread_enter(r, '[');
	wrong(l, mistake);
	lm_jread_skip(r);
	return false;
}

static void read_values(struct lm_jread *r, struct list *l)
{
	static const char mistake[] = "\"values\" must be an array of at most 64 numbers";

	if (!is_array(r, l, mistake))
		return;
	while (lm_jread_element(r)) {
		double *v = &l->values[l->n_values % VALUES_MAX];
		enum lm_jread_kind kind = lm_jread_peek(r);

		*v = NAN;
		if (kind == LM_JREAD_NUMBER)
			lm_jread_number(r, v);
		else
			lm_jread_skip(r);
		if (++l->n_values > VALUES_MAX ||
		    (kind != LM_JREAD_NUMBER && kind != LM_JREAD_NULL))
			wrong(l, mistake);
	}
}

static void read_dsnames(struct lm_jread *r, struct list *l)
{
	static const char mistake[] = "\"dsnames\" must be an array of at most 64 texts";
	size_t n = 0;

	if (!is_array(r, l, mistake))
		return;
	while (lm_jread_element(r)) {
		const char **name = &l->dsnames[l->n_dsnames % VALUES_MAX];
		bool is_text = lm_jread_peek(r) == LM_JREAD_TEXT;

		if (is_text)
			lm_jread_text(r, name, &n);
		else
			lm_jread_skip(r);
		if (++l->n_dsnames > VALUES_MAX || !is_text)
			wrong(l, mistake);
	}
}

static void read_time(struct lm_jread *r, struct list *l)
{
	double seconds = 0;

	if (lm_jread_peek(r) == LM_JREAD_NUMBER)
		lm_jread_number(r, &seconds);
	else
		lm_jread_skip(r);
	l->at_ms = metrics_time_ms(seconds);
	if (l->at_ms == 0)
		wrong(l, "\"time\" must be a number: seconds since 1970");
}

static void read_member(struct lm_jread *r, struct list *l, const char *name)
{
	static const char *const names[NAMES_N] = {
	    [TYPE_INSTANCE] = "type_instance",
	    [TYPE] = "type",
	    [PLUGIN] = "plugin",
	    [PLUGIN_INSTANCE] = "plugin_instance",
	    [HOST] = "host",
	};
	static const struct {
		const char *name;
		void (*read)(struct lm_jread *, struct list *);
	} others[] = {{"values", read_values}, {"dsnames", read_dsnames}, {"time", read_time}};

	for (enum name i = 0; i < NAMES_N; i++)
		if (strcmp(name, names[i]) == 0) {
			read_name(r, l, i);
			return;
		}
	for (size_t i = 0; i < LM_COUNT(others); i++)
		if (strcmp(name, others[i].name) == 0) {
			others[i].read(r, l);
			return;
		}
	lm_jread_skip(r);
}

static bool read_list(struct lm_jread *r, struct list *l)
{
	const char *name = NULL;
	size_t n = 0;

	*l = (struct list){0};
	if (lm_jread_peek(r) != LM_JREAD_OBJECT) {
		wrong(l, "an element must be an object");
		return lm_jread_skip(r);
	}
	lm_jread_enter(r, '{');
	while (lm_jread_member(r, &name, &n))
		read_member(r, l, name);
	if (l->names[HOST] == NULL)
		wrong(l, "\"host\" is missing: the id or the full name of a component");
	if (l->n_values == 0)
		wrong(l, "\"values\" is missing");
	return r->wrong == NULL;
}

/* ---- whose it is ------------------------------------------------------------------------------ */

struct metric_name {
	const char *name; /* NULL: none */
	enum metric_kind kind;
};

static bool declares(const struct collectd_taker *taker, const struct list *l, const char *name,
    struct metric_name *out)
{
	if (name == NULL)
		return false;
	*out = (struct metric_name){name, taker->kind(taker->arg, l->names[HOST], name)};
	return out->kind != METRIC_KIND_NONE;
}

static struct metric_name metric_of(
    const struct collectd_taker *taker, const struct list *l, size_t value)
{
	struct metric_name m = {0};

	if (l->n_values > 1 && value < l->n_dsnames && declares(taker, l, l->dsnames[value], &m))
		return m;
	for (enum name i = TYPE_INSTANCE; value == 0 && i < HOST; i++)
		if (declares(taker, l, l->names[i], &m))
			return m;
	return (struct metric_name){0};
}

static enum intake_fate take_value(
    const struct collectd_taker *taker, const struct list *l, size_t value)
{
	struct metric_name m = metric_of(taker, l, value);
	struct sample s = {
	    .metric_key = l->names[HOST],
	    .metric_name = m.name,
	    .kind = m.kind == METRIC_KIND_LOAD ? SAMPLE_LOAD : SAMPLE_INTEGRITY,
	    .load = l->values[value],
	    .ok = l->values[value] != 0,
	    .at_ms = l->at_ms,
	};

	if (m.kind == METRIC_KIND_NONE)
		return INTAKE_STRANGER;
	return isfinite(s.load) ? taker->take(taker->arg, &s) : INTAKE_NOT_A_NUMBER;
}

void collectd_read(char *body, size_t n, const struct collectd_taker *taker, struct tally *t)
{
	struct lm_jread r = lm_jread_on(body, n);
	struct list l;
	size_t i = 0;

	if (lm_jread_peek(&r) != LM_JREAD_ARRAY) {
		tally_bad(t, TALLY_ALL,
		    "the body must be a JSON array, as write_http makes it with "
		    "Format \"JSON\"");
		return;
	}
	lm_jread_enter(&r, '[');
	for (; lm_jread_element(&r) && read_list(&r, &l); i++) {
		if (l.wrong != NULL)
			tally_bad(t, i, "%s", l.wrong);
		for (size_t k = 0; l.wrong == NULL && k < l.n_values; k++)
			tally_count(t, take_value(taker, &l, k));
	}
	if (!lm_jread_end(&r))
		tally_not_json(t, i, &r);
}
