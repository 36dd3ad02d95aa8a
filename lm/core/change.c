/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/core/engine_priv.h"

void component_set_state(struct engine *e, struct component *c, enum component_state state,
    const struct process *p, int64_t now_ms, struct turn *t)
{
	enum component_state before = c->state;
	bool was_lost = c->lost;

	c->state = state;
	c->ready = c->ready && state == COMPONENT_INACTIVE;
	c->lost = c->lost && !component_is_up(c);
	c->modified_ms = now_ms;
	journal_component(t, c);
	if (before != state)
		event_component(e, t, now_ms, c, p, before);
	if (was_lost && component_is_up(c))
		watch_found(e, c, now_ms, t);
}

bool component_is_up(const struct component *c)
{
	return c->state == COMPONENT_ACTIVE || c->ready;
}

void root_show_state(
    struct engine *e, struct instance *in, const struct process *p, int64_t now_ms, struct turn *t)
{
	enum component_state now = instance_state(in);

	if (now != in->shown)
		event_root(e, t, now_ms, in, p, in->shown, now);
	in->shown = now;
}
