/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/server/meter/prom.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { NUMBER_SIZE = 32, NAME_SIZE = 128, LABELS_MAX = 8 };

/* In a HELP line a quote stands for itself, in a label's value it does not. */
static void escape(struct lm_buf *b, const char *text, bool quotes)
{
	for (; *text != '\0'; text++)
		if (*text == '\\')
			lm_buf_puts(b, "\\\\");
		else if (*text == '\n')
			lm_buf_puts(b, "\\n");
		else if (*text == '"' && quotes)
			lm_buf_puts(b, "\\\"");
		else
			lm_buf_add(b, text, 1);
}

void prom_family(struct lm_buf *b, const char *name, const char *type, const char *help)
{
	lm_buf_printf(b, "# HELP %s ", name);
	escape(b, help, false);
	lm_buf_printf(b, "\n# TYPE %s %s\n", name, type);
}

static void print_series(struct lm_buf *b, const char *name, const struct prom_label *labels)
{
	const char *before = "{";

	lm_buf_puts(b, name);
	for (const struct prom_label *l = labels; l != NULL && l->name != NULL; l++) {
		lm_buf_printf(b, "%s%s=\"", before, l->name);
		escape(b, l->value == NULL ? "" : l->value, true);
		lm_buf_puts(b, "\"");
		before = ",";
	}
	lm_buf_puts(b, *before == ',' ? "} " : " ");
}

/* As short as it can be and still be the same. */
static void number(double value, char out[NUMBER_SIZE])
{
	if (isnan(value))
		snprintf(out, NUMBER_SIZE, "NaN");
	else if (isinf(value))
		snprintf(out, NUMBER_SIZE, value > 0 ? "+Inf" : "-Inf");
	else
		snprintf(out, NUMBER_SIZE,
		    fabs(value) < 1e15 && value == floor(value) ? "%.0f" : "%.12g", value);
}

void prom_num(struct lm_buf *b, const char *name, const struct prom_label *labels, double value)
{
	char text[NUMBER_SIZE];

	number(value, text);
	print_series(b, name, labels);
	lm_buf_puts(b, text);
	lm_buf_puts(b, "\n");
}

void prom_uint(struct lm_buf *b, const char *name, const struct prom_label *labels, uint64_t value)
{
	print_series(b, name, labels);
	lm_buf_printf(b, "%" PRIu64 "\n", value);
}

void prom_alone(
    struct lm_buf *b, const char *name, const char *type, const char *help, double value)
{
	prom_family(b, name, type, help);
	prom_num(b, name, NULL, value);
}

void prom_histogram(
    struct lm_buf *b, const char *name, const struct prom_label *labels, const struct histogram *h)
{
	struct prom_label all[LABELS_MAX + 2] = {0};
	char series[NAME_SIZE], bound[NUMBER_SIZE];
	uint64_t sum = 0;
	size_t n = 0;

	for (; n < LABELS_MAX && labels != NULL && labels[n].name != NULL; n++)
		all[n] = labels[n];
	snprintf(series, sizeof series, "%s_bucket", name);
	for (size_t i = 0; i <= HISTOGRAM_N; i++) {
		sum += h->n[i];
		number(i < HISTOGRAM_N ? histogram_seconds[i] : INFINITY, bound);
		all[n] = (struct prom_label){"le", bound};
		prom_uint(b, series, all, sum);
	}
	snprintf(series, sizeof series, "%s_sum", name);
	prom_num(b, series, labels, (double)h->sum_ns / 1e9);
	snprintf(series, sizeof series, "%s_count", name);
	prom_uint(b, series, labels, sum);
}
