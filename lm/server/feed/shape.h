/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_SERVER_FEED_SHAPE_H
#define LM_SERVER_FEED_SHAPE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

/*
 * What others are told of an event.  The journal's form is for people who look closely; the form
 * that leaves the house as a server-sent event, or to a webhook, is the reference system's: its two
 * types with exactly its fields, sent when it sends them, and ours in the same envelope ("eventId",
 * "eventCreatedAt", "eventType").  Pure.
 *
 * A ProcessStateChangeEvent tells that a process begins ("In Progress", once) and how it has ended
 * ("Completed", "Failed", and "Cancelled", which the reference has not); that it waits in line, or
 * tries again, it does not tell.  A ComponentStateChangeEvent tells of a change that was wanted or
 * found, "Broken" included, never of a failure.
 */
#define EVENT_TYPES_KEPT(X)                       \
	X(PROCESS, "ProcessStateChangeEvent")     \
	X(COMPONENT, "ComponentStateChangeEvent") \
	X(RELATIONSHIP, "RelationshipEvent")      \
	X(STEP, "StepEvent")                      \
	X(POLICY, "PolicyEvent")                  \
	X(DEATH, "DeathEvent")                    \
	X(ALARM, "AlarmEvent")                    \
	X(WEBHOOK, "WebhookEvent")
/* And one that is never in the journal. */
#define EVENT_TYPES(X)      \
	EVENT_TYPES_KEPT(X) \
	X(SAMPLE, "MetricSample")

enum event_type {
#define X(name, text) EVENT_##name,
	EVENT_TYPES(X)
#undef X
	    EVENT_TYPES_N
};

/* Sets of types: bits 1u << EVENT_x. */
enum {
	EVENTS_ALL = (1 << EVENT_TYPES_N) - 1,
	EVENTS_REFERENCE = 1 << EVENT_PROCESS | 1 << EVENT_COMPONENT,
};

const char *event_type_text(enum event_type);
/* All of them, for people: "ProcessStateChangeEvent, ComponentStateChangeEvent, ...". */
const char *event_type_names(void);
const char *event_type_names_kept(void); /* without those that are never in the journal */
/* By the first 'n' characters; EVENT_TYPES_N: there is none of that name. */
enum event_type event_type_parse(const char *text, size_t n);
/* A comma list; false: one of them is not known. */
bool event_types_parse(const char *list, unsigned *out);
/* Of an event as the journal has it. */
enum event_type event_type_of(const char *body);

/*
 * 'seq' 0: it is in no journal, and has no "eventId".  False: others are not told of it; nothing was
 * written.
 */
bool event_shape(int64_t seq, const char *body, struct lm_buf *out);

#endif
