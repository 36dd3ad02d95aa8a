/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "base/heap.h"
#include "lm/simulate/world_priv.h"

/* Turns in which nothing but waiting happens: a bound for what never comes to rest. */
enum { SETTLE_MAX = 1000000, KEPT_PROCESSES = 32 };

struct world *world_new(const struct world_conf *conf, int64_t now_ms)
{
	struct world *w = lm_alloc(sizeof *w);

	*w = (struct world){.conf = conf,
	    .now_ms = now_ms,
	    .tick_ms = now_ms,
	    .next_ms = now_ms,
	    .seed = conf->seed};
	w->engine = engine_new(&(struct engine_conf){.catalog = conf->catalog,
	    .finished_max = KEPT_PROCESSES,
	    .takes_silence_for_health = true});
	w->site = site_new(
	    conf->catalog, conf->times, conf->service != NULL ? conf->service->cluster : NULL);
	turn_init(&w->turn);
	return w;
}

void world_free(struct world *w)
{
	if (w == NULL)
		return;
	turn_fini(&w->turn);
	engine_free(w->engine);
	site_free(w->site);
	free(w);
}

static void find_next(struct world *w)
{
	int64_t site_ms = site_next(w->site);

	w->next_ms = site_ms < w->tick_ms ? site_ms : w->tick_ms;
}

static void begin_steps(struct world *w)
{
	w->has_changed = w->has_changed || w->turn.records.n > 0;
	for (size_t i = 0; i < w->turn.steps.n; i++)
		site_execute(w->site, &w->turn.steps.v[i], w->now_ms);
	for (size_t i = 0; i < w->turn.cancels.n; i++)
		site_cancel(w->site, w->turn.cancels.v[i].step, w->now_ms);
	turn_clear(&w->turn);
}

/* Whatever happens may set a timer: the engine is asked each time. */
void world_tick(struct world *w)
{
	w->tick_ms = engine_tick(w->engine, w->now_ms, &w->turn);
	if (w->tick_ms <=
	    w->now_ms) /* what it could not do now, it does not do before the next ms */
		w->tick_ms = w->now_ms + 1;
	if (w->turn.records.n > 0 || w->turn.cancels.n > 0)
		begin_steps(w);
	find_next(w);
}

void world_carry_out(struct world *w)
{
	begin_steps(w);
	world_tick(w);
}

static void take_news(struct world *w)
{
	struct step_result result;
	const char *died = NULL;

	while (site_take(w->site, w->now_ms, &result, &died)) {
		if (died != NULL)
			engine_died(w->engine, died, "the server", w->now_ms, &w->turn);
		else
			engine_result(w->engine, &result, w->now_ms, &w->turn);
		world_carry_out(w);
	}
}

void world_pass(struct world *w, int64_t until_ms)
{
	while (w->next_ms <= until_ms) {
		if (w->next_ms > w->now_ms)
			w->now_ms = w->next_ms;
		take_news(w);
		if (w->tick_ms <= w->now_ms)
			world_tick(w);
		else
			find_next(w);
	}
	w->now_ms = until_ms;
}

bool world_settle(struct world *w)
{
	for (unsigned i = 0; !engine_is_idle(w->engine); i++) {
		if (w->next_ms == INT64_MAX || i == SETTLE_MAX)
			return false;
		world_pass(w, w->next_ms > w->now_ms ? w->next_ms : w->now_ms);
	}
	return true;
}
