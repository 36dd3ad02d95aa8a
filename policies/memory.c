/* SPDX-License-Identifier: Apache-2.0 */
#include "policies/memory.h"

void memory_decide(
    struct memory *m, enum policy_action action, unsigned from, unsigned to, int64_t now_ms)
{
	m->at_ms = now_ms;
	m->action = action;
	m->from = from;
	m->to = to;
	m->awaited = true;
}

/* ---- cool-down ------------------------------------------------------------------------------- */

void memory_resize(struct memory *m, unsigned size, int64_t now_ms)
{
	if (m->awaited && size != m->from)
		m->scaled_ms = now_ms;
}

void memory_settle(struct memory *m, unsigned size, int64_t now_ms)
{
	memory_resize(m, size, now_ms);
	m->awaited = false;
}

int64_t memory_cooldown_left(const struct memory *m, int64_t cooldown_ms, int64_t now_ms)
{
	int64_t left_ms = m->scaled_ms + cooldown_ms - now_ms;

	return m->scaled_ms != 0 && left_ms > 0 ? left_ms : 0;
}

/* ---- regret ---------------------------------------------------------------------------------- */

unsigned memory_regrets(const struct memory *m, int64_t now_ms)
{
	return now_ms - m->regret_ms <= REGRET_LASTS_MS ? m->regrets : 0;
}

void memory_shrink(struct memory *m, double load)
{
	m->shrunk_at = load;
}

void memory_grow(struct memory *m, double load, int64_t now_ms)
{
	int64_t shrunk_ms = m->scaled_ms > m->at_ms ? m->scaled_ms : m->at_ms;
	unsigned regrets = memory_regrets(m, now_ms);

	if (m->shrunk_at > 0 && load > 1.5 * m->shrunk_at) {
		m->regrets = 0; /* it is another traffic */
	} else if (m->shrunk_at > 0 && now_ms - shrunk_ms <= REGRET_WITHIN_MS) {
		m->regrets = regrets < REGRETS_MAX ? regrets + 1 : REGRETS_MAX;
		m->regret_ms = now_ms;
	}
	m->shrunk_at = 0;
}
