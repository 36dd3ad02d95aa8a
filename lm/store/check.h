/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_STORE_CHECK_H
#define LM_STORE_CHECK_H

#include "base/attr.h"
#include "base/err.h"
#include "lm/core/record.h"

/*
 * What every store demands of a commit before it touches anything: a table that exists, a key and a
 * root, events with a body and with ever rising numbers.  '*io_last_event': the highest number so
 * far; raised on success only.
 */
struct lm_err *store_check(const struct record *, size_t n, int64_t *io_last_event) LM_MUST_USE;

/* The sequence number in the key of an event; 0: it is none. */
int64_t store_event_number(const char *key);

/* The number in the key of a step and the id of its process; 0: it is none. */
enum { STORE_ID_MAX = 128 };
int64_t store_step_number(const char *key, char out_process[STORE_ID_MAX]);
/* The error for a step whose process nobody knows. */
struct lm_err *store_step_orphan(const struct record *) LM_MUST_USE;

#endif
