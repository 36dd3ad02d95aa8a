/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "lm/core/engine_priv.h"

/*
 * What the system cannot mend by itself: it says so, and leaves it to an operator.  A component that
 * is given up is 'lost' until somebody brings it up again.
 */

void watch_lose(struct engine *e, struct component *c, enum alarm_kind kind, const char *text,
    int64_t now_ms, struct turn *t)
{
	c->lost = true;
	journal_component(t, c);
	event_alarm(e, t, now_ms,
	    &(struct alarm){
		.kind = kind,
		.severity = SEVERITY_CRITICAL,
		.instance = c->instance,
		.component = c,
		.text = text,
	    });
}

void watch_found(struct engine *e, struct component *c, int64_t now_ms, struct turn *t)
{
	event_alarm(e, t, now_ms,
	    &(struct alarm){
		.kind = ALARM_LOST,
		.severity = SEVERITY_CLEARED,
		.instance = c->instance,
		.component = c,
		.text = "it is Active again",
	    });
}

/* ---- processes that fail --------------------------------------------------------------------------- */

void watch_resigned(struct engine *e, struct process *p, int64_t now_ms, struct turn *t)
{
	const struct component *named = heal_subject(e, p->instance, &p->intent);
	struct component *c =
	    named == NULL ? NULL : lm_map_find(p->instance->components, named->name);

	if (c == NULL || c->state != COMPONENT_BROKEN || p->plan == NULL)
		return; /* it is well again, or its relationships could not be ceased */
	component_set_state(e, c, COMPONENT_FAILED, p, now_ms, t);
	watch_lose(e, c, ALARM_HEALS_SPENT, p->intent.reason, now_ms, t);
}

void watch_heal_failed(
    struct engine *e, const struct process *p, struct component *c, int64_t now_ms, struct turn *t)
{
	const struct component *named = heal_subject(e, p->instance, &p->intent);
	char text[400];

	snprintf(text, sizeof text, "%u attempts to heal it failed, the last one with: %s",
	    p->attempt, p->reason == NULL ? "" : p->reason);
	if (c != NULL) {
		component_set_state(e, c, COMPONENT_FAILED, p, now_ms, t);
		watch_lose(e, c, ALARM_HEAL_FAILED, text, now_ms, t);
		return;
	}
	/* A relationship failed: whoever was to be healed may be well, with others that stand. */
	event_alarm(e, t, now_ms,
	    &(struct alarm){
		.kind = ALARM_HEAL_FAILED,
		.severity = SEVERITY_CRITICAL,
		.instance = p->instance,
		.component = named,
		.text = text,
	    });
}

/* New members that do not get up: the system does not try again with the same ones. */
void watch_scale_failed(struct engine *e, const struct process *p, int64_t now_ms, struct turn *t)
{
	struct component *c = p->failed_component == NULL
				  ? NULL
				  : lm_map_find(p->instance->components, p->failed_component);
	char text[400];

	if (p->intent.kind != INTENT_SCALE_OUT || p->intent.reason == NULL || c == NULL ||
	    c->state == COMPONENT_ACTIVE || c->state == COMPONENT_ABSENT)
		return;
	snprintf(text, sizeof text, "the scale-out that made it failed: %s",
	    p->reason == NULL ? "" : p->reason);
	watch_lose(e, c, ALARM_SCALE_FAILED, text, now_ms, t);
}
