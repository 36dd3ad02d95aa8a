/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_SERVER_METER_TRAFFIC_H
#define LM_SERVER_METER_TRAFFIC_H

#include "base/buf.h"
#include "lm/server/route.h"

/*
 * Requests that were answered: by the route's pattern, never by the address, of which there are as many
 * as clients can think of.  Counting one costs some nanoseconds.
 */
struct traffic;

/* The routes are borrowed. */
struct traffic *traffic_new(const struct route *, size_t n);
void traffic_free(struct traffic *); /* NULL is fine */
/* 'route' NULL: there is none of this address or method. */
void traffic_count(struct traffic *, const struct route *, int status, uint64_t took_ns);
void traffic_print(const struct traffic *, struct lm_buf *);

#endif
