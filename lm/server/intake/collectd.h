/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_SERVER_INTAKE_COLLECTD_H
#define LM_SERVER_INTAKE_COLLECTD_H

#include <stddef.h>

#include "lm/server/intake/tally.h"

/*
 * What collectd's plugin write_http posts (Format "JSON"): an array of value lists,
 *
 *	{"values": [53.5], "dsnames": ["value"], "time": 1784888283.123, "host": H, "plugin": P,
 *	 "plugin_instance": PI, "type": T, "type_instance": TI, ...}
 *
 * 'host' is the component: its id or its full name.  Its metric is the first of TI, T, P and PI that
 * the component's descriptor declares; where a list has several values, one whose dsname is declared
 * is that metric's, and only the first one is looked for under the other names.  A load is the value,
 * integrity is BROKEN at 0 and OK otherwise; null, which is collectd's NaN, is no number.  Values of
 * which no metric is declared are strangers.
 */

/* Whom it asks and tells. */
struct collectd_taker {
	/* What the descriptor of a component says of a metric; NONE: nothing, or there is none such. */
	enum metric_kind (*kind)(void *arg, const char *component, const char *metric);
	intake_fn *take;
	void *arg;
};

/* Reads in place: body[n] is NUL, and the text is not what it was. */
void collectd_read(char *body, size_t n, const struct collectd_taker *, struct tally *);

#endif
