/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_SERVER_METER_PROM_H
#define LM_SERVER_METER_PROM_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "lm/server/meter/histogram.h"

/*
 * Writes the text in which Prometheus fetches figures (exposition format 0.0.4).  A family, then its
 * series: all of one family stand together.
 *
 *	prom_family(&b, "lm_steps_total", "counter", "Steps, by what became of them.");
 *	prom_uint(&b, "lm_steps_total", (struct prom_label[]){{"state", "asked"}, {0}}, 7);
 */
struct prom_label {
	const char *name, *value; /* value NULL is "" */
};

void prom_family(struct lm_buf *, const char *name, const char *type, const char *help);
/* Labels end with one without a name; NULL: there are none. */
void prom_num(struct lm_buf *, const char *name, const struct prom_label *, double);
void prom_uint(struct lm_buf *, const char *name, const struct prom_label *, uint64_t);
/* A family of one series without labels. */
void prom_alone(
    struct lm_buf *, const char *name, const char *type, const char *help, double value);
void prom_histogram(
    struct lm_buf *, const char *name, const struct prom_label *, const struct histogram *);

#endif
