/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_CLI_RECORD_CSV_H
#define LM_CLI_RECORD_CSV_H

#include <jansson.h>
#include <stdbool.h>

#include "base/buf.h"

/* A recording as 'lm simulate --load' reads it: comma-separated values, a line for each sample. */
#define RECORD_HEAD "time,component,metric,value,calls,servers,capacity\n"

/*
 * The line of an event, added to 'out'; false: it is no sample of a component of this assembly.  A
 * value is a load in percent, or OK or BROKEN; figures that the sample does not have are left empty.
 */
bool record_line(const json_t *event, const char *assembly, struct lm_buf *out);

#endif
