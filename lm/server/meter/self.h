/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_SERVER_METER_SELF_H
#define LM_SERVER_METER_SELF_H

#include "base/buf.h"

/* This process, by the names that every program has for it: process_cpu_seconds_total, ... */
void self_print(struct lm_buf *);

/* The same for other documents. */
double self_cpu_seconds(int who);                            /* RUSAGE_SELF, RUSAGE_CHILDREN */
void self_memory(double *out_virtual, double *out_resident); /* bytes */

#endif
