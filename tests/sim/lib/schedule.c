/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/lib/schedule.h"

#include <string.h>

#include "base/vec.h"

static const struct {
	unsigned weight;
	const char *text;
} kinds[] = {
#define X(name, weight, text) {weight, text},
    ACTIONS(X)
#undef X
};

const char *action_text(enum action_kind kind)
{
	return kinds[kind].text;
}

static enum action_kind some_kind(struct chance *c)
{
	unsigned all = 0, at = 0;

	for (unsigned i = 0; i < ACTION_N; i++)
		all += kinds[i].weight;
	unsigned n = chance_roll(c, all);
	while (n >= kinds[at].weight)
		n -= kinds[at++].weight;
	return (enum action_kind)at;
}

/* Half of the faults are off in any one schedule: what always happens hides what seldom does. */
static unsigned some_rate(struct chance *c, unsigned most)
{
	return chance_roll(c, 2) ? 0 : 1 + chance_roll(c, most);
}

static void make_faults(struct faults *f, struct chance *c)
{
	f->fail = some_rate(c, 150);
	f->lost = some_rate(c, 30);
	f->twice = some_rate(c, 100);
	f->late = some_rate(c, 30);
	f->at_end = chance_roll(c, 3) * 500;
	f->batch = chance_roll(c, 3) * 400;
	f->slowest_ms = 1 + chance_roll(c, 200);
}

void schedule_make(struct schedule *s, uint64_t seed)
{
	struct chance c = chance_of(seed, 1);

	memset(s, 0, sizeof *s);
	s->seed = seed;
	model_make(&s->model, chance_mix(seed / SEEDS_PER_FAMILY));
	make_faults(&s->faults, &c);
	s->n_actions = 4 + chance_roll(&c, ACTIONS_MAX - 4);
	for (unsigned i = 0; i < s->n_actions; i++) {
		struct chance own = chance_of(seed, 1000 + i);
		struct action *a = &s->actions[i];

		a->kind = i == 0 ? ACTION_CREATE : some_kind(&own);
		a->root = i == 0 ? 0 : chance_roll(&own, MODEL_ROOTS);
		a->pause = chance_roll(&own, 3) == 0 ? 0 : chance_roll(&own, 20);
		a->a = chance_roll(&own, 1000);
		a->b = chance_roll(&own, 1000);
		a->number = i;
	}
}
