/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_SERVER_EVENTS_H
#define LM_SERVER_EVENTS_H

#include <stdbool.h>
#include <stdint.h>

#include "lm/core/engine.h"
#include "lm/store/store.h"

/*
 * The event stream: the journal after a sequence number, and then, for those who follow, whatever
 * happens, as it happens.  In one of two forms:
 *
 * - one JSON object per line, as the journal has it;
 * - for who accepts text/event-stream, server-sent events with "id:" (the number), "event:" (the
 *   type), and what others are told as "data:" (feed/shape.h); these follow always.
 *
 * Followers also get the metric samples, which are not kept, unless they say samples=false.  An empty
 * line (or a comment) every 15 s shows that the manager lives and finds clients that have gone.
 *
 * Where to begin is ?after= or the header Last-Event-ID; beyond the end of this journal it is taken
 * for a number of another one, and all is told.  A follower who lets 1 MiB wait is dropped: it asks
 * again after the last number it has seen.
 */
struct uv_loop_s;
struct http_request;
struct events;

/*
 * The store is borrowed.  'may' is asked now and then whether a follower may go on; one that may not is
 * at its end.
 */
typedef bool events_may_fn(void *arg, struct http_request *);
struct events *events_new(struct uv_loop_s *, struct store *, events_may_fn *may, void *arg);
void events_free(struct events *); /* after the listeners are closed */

/* GET /api/events?after=N&follow=true&samples=false&type=ProcessStateChangeEvent,... */
void events_answer(struct events *, struct http_request *);

struct events_counts {
	size_t followers; /* now */
	uint64_t dropped; /* so far: they were too slow */
};
struct events_counts events_counts(const struct events *);

bool events_wants_samples(const struct events *);
void events_published(struct events *, int64_t seq, const char *body);
/* With metric_key and metric_name.  'resource_name' may be NULL: not known. */
void events_sample(
    struct events *, const struct sample *, const char *resource_name, int64_t now_ms);

#endif
