/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/server/metrics.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"

enum { ERRORS_MAX = 100, ERRORS_BYTES = 64 * 1024, FIGURES_MAX = 256 };

void metrics_tally_init(struct metrics_tally *t)
{
	*t = (struct metrics_tally){0};
	lm_buf_init(&t->errors, ERRORS_BYTES);
}

void metrics_tally_fini(struct metrics_tally *t)
{
	lm_buf_fini(&t->errors);
}

static void note(struct metrics_tally *t, size_t index, struct lm_err *e)
{
	if (t->bad++ < ERRORS_MAX) {
		struct lm_json j = {&t->errors, t->errors.n > 0};

		lm_json_open(&j, NULL, '{');
		lm_json_int(&j, "index", (int64_t)index);
		lm_json_str(&j, "message", lm_err_text(e));
		lm_json_close(&j, '}');
	}
	lm_err_free(e);
}

void metrics_tally_print(const struct metrics_tally *t, struct lm_buf *out)
{
	struct lm_json j = lm_json_on(out);

	lm_json_open(&j, NULL, '{');
	lm_json_int(&j, "accepted", (int64_t)t->accepted);
	lm_json_int(&j, "dropped", (int64_t)t->dropped);
	lm_json_open(&j, "errors", '[');
	lm_buf_puts(out, t->errors.p);
	lm_json_close(&j, ']');
	lm_json_close(&j, '}');
}

static struct lm_err *set_integrity(const char *text, struct sample *s)
{
	s->kind = SAMPLE_INTEGRITY;
	if (text == NULL || (strcmp(text, "OK") != 0 && strcmp(text, "BROKEN") != 0))
		return lm_err_new(LM_ERR_INVALID, "integrity must be \"OK\" or \"BROKEN\"");
	s->ok = strcmp(text, "OK") == 0;
	return NULL;
}

static struct lm_err *set_load(double load, struct sample *s)
{
	s->kind = SAMPLE_LOAD;
	if (!isfinite(load))
		return lm_err_new(LM_ERR_INVALID, "load must be a number: percent");
	s->load = load;
	return NULL;
}

struct lm_err *metrics_read_text(const char *text, struct sample *s)
{
	char *end = NULL;

	if (s->kind == SAMPLE_INTEGRITY)
		return set_integrity(text, s);
	double load = text != NULL ? strtod(text, &end) : NAN;
	if (text == NULL || end == text || *end != '\0')
		load = NAN;
	return set_load(load, s);
}

/* '*out' is allocated (free()); NULL when the member is absent. */
static struct lm_err *read_figures(const json_t *element, const char *member, char **out)
{
	json_t *all = json_object_get(element, member), *v = NULL;
	const char *name = NULL;

	if (all == NULL)
		return NULL;
	if (!json_is_object(all) || json_object_size(all) > FIGURES_MAX)
		return lm_err_new(LM_ERR_INVALID, "\"%s\" must be an object of at most %d numbers",
		    member, FIGURES_MAX);
	json_object_foreach(all, name, v)
	{
		if (!json_is_number(v))
			return lm_err_new(
			    LM_ERR_INVALID, "\"%s\": \"%s\" must be a number", member, name);
	}
	*out = json_dumps(all, JSON_COMPACT | JSON_REAL_PRECISION(15));
	if (*out == NULL)
		abort();
	return NULL;
}

static struct lm_err *read_name(const json_t *element, const char *member, const char **out)
{
	const json_t *v = json_object_get(element, member);

	if (v == NULL || json_is_null(v))
		return NULL;
	if (!json_is_string(v) || json_string_length(v) == 0)
		return lm_err_new(LM_ERR_INVALID, "\"%s\" must be a text", member);
	*out = json_string_value(v);
	return NULL;
}

static struct lm_err *read_key(const json_t *element, struct sample *s)
{
	struct lm_err *e = read_name(element, "metricKey", &s->metric_key);

	if (e == NULL)
		e = read_name(element, "metricName", &s->metric_name);
	if (e == NULL)
		e = read_name(element, "metricId", &s->metric_id);
	if (e != NULL)
		return e;
	if (s->metric_key != NULL && s->metric_name != NULL) {
		s->metric_id = NULL; /* it only says the same again */
		return NULL;
	}
	if (s->metric_id == NULL)
		return lm_err_new(LM_ERR_INVALID,
		    "which metric? Give \"metricKey\" and \"metricName\", or \"metricId\"");
	s->metric_key = s->metric_name = NULL;
	return NULL;
}

/* '*figures' as for read_figures(). */
static struct lm_err *read_value(const json_t *element, struct sample *s, char **figures)
{
	const json_t *load = json_object_get(element, "load");
	const json_t *integrity = json_object_get(element, "integrity");
	const json_t *values = json_object_get(element, "values");

	if ((load != NULL) + (integrity != NULL) + (values != NULL) != 1)
		return lm_err_new(
		    LM_ERR_INVALID, "one of \"load\", \"integrity\" and \"values\" must be given");
	if (values != NULL) {
		s->kind = SAMPLE_VALUES;
		return read_figures(element, "values", figures);
	}
	struct lm_err *e = load != NULL
			       ? set_load(json_is_number(load) ? json_number_value(load) : NAN, s)
			       : set_integrity(json_string_value(integrity), s);
	return e != NULL ? e : read_figures(element, "raw", figures);
}

static void read_element(
    const json_t *element, size_t index, metrics_sample_fn *fn, void *arg, struct metrics_tally *t)
{
	struct sample s = {0};
	char *figures = NULL;
	struct lm_err *e = NULL;

	if (!json_is_object(element))
		e = lm_err_new(LM_ERR_INVALID, "an element must be an object");
	if (e == NULL)
		e = read_key(element, &s);
	if (e == NULL)
		e = read_value(element, &s, &figures);
	s.values = figures;
	if (e != NULL)
		note(t, index, e);
	else if (fn(arg, &s))
		t->accepted++;
	else
		t->dropped++;
	free(figures);
}

struct lm_err *metrics_read(
    const char *body, size_t n, metrics_sample_fn *fn, void *arg, struct metrics_tally *t)
{
	json_error_t why;
	struct lm_err *e = NULL;

	json_t *j = json_loadb(body, n, JSON_REJECT_DUPLICATES, &why);
	if (j == NULL)
		return lm_err_new(LM_ERR_INVALID, "the body is not JSON: line %d column %d: %s",
		    why.line, why.column, why.text);
	if (json_is_object(j))
		read_element(j, 0, fn, arg, t);
	else if (!json_is_array(j))
		e = lm_err_new(LM_ERR_INVALID, "the body must be an object or an array of objects");
	for (size_t i = 0; i < json_array_size(j); i++)
		read_element(json_array_get(j, i), i, fn, arg, t);
	json_decref(j);
	return e;
}
