/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_SERVER_EVENTS_H
#define LM_SERVER_EVENTS_H

#include <stdbool.h>
#include <stdint.h>

#include "lm/core/engine.h"
#include "lm/store/store.h"

/*
 * The event stream: the journal after a sequence number, and then, for those who follow, whatever
 * happens, as it happens.  One JSON object per line, or server-sent events when the client accepts
 * text/event-stream.  Followers also get the metric samples, which are not kept, unless they say
 * samples=false.  An empty line (or a comment) every 15 s shows that the manager lives and finds
 * clients that have gone.
 *
 * A follower who lets 1 MiB wait is dropped: it asks again after the last number it has seen.
 */
struct uv_loop_s;
struct http_request;
struct events;

/* The store is borrowed. */
struct events *events_new(struct uv_loop_s *, struct store *);
void events_free(struct events *); /* after the listeners are closed */

/* GET /api/events?after=N&follow=true&samples=false */
void events_answer(struct events *, struct http_request *);

bool events_wants_samples(const struct events *);
void events_published(struct events *, int64_t seq, const char *body);
/* With metric_key and metric_name.  'resource_name' may be NULL: not known. */
void events_sample(
    struct events *, const struct sample *, const char *resource_name, int64_t now_ms);

#endif
