/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/heap.h"
#include "lm/core/engine_priv.h"

struct engine *engine_new(const struct engine_conf *conf)
{
	struct engine *e = lm_alloc(sizeof *e);

	e->conf = *conf;
	if (e->conf.queue_max == 0)
		e->conf.queue_max = QUEUE_MAX;
	if (e->conf.finished_max == 0)
		e->conf.finished_max = FINISHED_MAX;
	if (e->conf.finished_age_ms == 0)
		e->conf.finished_age_ms = FINISHED_DAYS * INT64_C(86400000);
	e->instances = lm_map_new();
	e->editions = lm_map_new();
	e->by_id = lm_map_new();
	e->referred = lm_map_new();
	e->outside = lm_map_new();
	e->components = lm_map_new();
	e->component_names = lm_map_new();
	e->processes = lm_map_new();
	e->flights = lm_map_new();
	e->names = lm_map_new();
	e->scrape_news = lm_map_new();
	e->policies = policies_new();
	lanes_init(&e->lanes, &conf->limits);
	e->next_event = 1;
	return e;
}

void engine_free(struct engine *e)
{
	struct process *p;
	struct instance *in;
	char *name;
	struct edition *ed;

	if (e == NULL)
		return;
	line_fini(e);
	flight_fini(e);
	for (size_t i = 0; (p = lm_map_next(e->processes, &i)) != NULL;)
		process_free(p);
	for (size_t i = 0; (in = lm_map_next(e->instances, &i)) != NULL;)
		instance_free(in);
	for (size_t i = 0; (name = lm_map_next(e->names, &i)) != NULL;)
		free(name);
	wishes_fini(e);
	referred_fini(e);
	outside_fini(e);
	lm_vec_free(&e->sleepers);
	for (size_t i = 0; (ed = lm_map_next(e->editions, &i)) != NULL;)
		edition_free(ed);
	lm_map_free(e->editions);
	lm_map_free(e->instances);
	lm_map_free(e->by_id);
	lm_map_free(e->components);
	lm_map_free(e->component_names);
	lm_map_free(e->processes);
	lm_map_free(e->flights);
	lm_map_free(e->names);
	scrape_news_free(e->scrape_news);
	timers_fini(&e->timers);
	policies_free(e->policies);
	free(e);
}

/* ---- intents ------------------------------------------------------------------------------------- */

/* At the end of every event: what it has made possible. */
static void follow_up(struct engine *e, int64_t now_ms, struct turn *t)
{
	do {
		wishes_grant(e, now_ms, t);
		line_launch(e, now_ms, t);
	} while (e->wishes.n > 0);
}

struct lm_err *engine_intent(struct engine *e, const struct intent *i, int64_t now_ms,
    uint64_t seed, struct turn *t, char process[LM_ID_SIZE])
{
	struct lm_err *err = intent_accept(e, i, &(struct when){now_ms, seed, t}, process);

	follow_up(e, now_ms, t);
	return err;
}

/* ---- results, deaths, time ------------------------------------------------------------------------ */

bool engine_result(struct engine *e, const struct step_result *r, int64_t now_ms, struct turn *t)
{
	struct flight *f = r->step == NULL ? NULL : lm_map_find(e->flights, r->step);
	struct step_result taken;

	if (f == NULL) {
		flight_note_stranger(e, r->step);
		return false;
	}
	e->counts.answered++;
	e->counts.faulty += !answer_take(r, t->arena, &taken);
	e->counts.failed += taken.failure != STEP_NONE;
	flight_answered(e, f, &taken, now_ms, t);
	follow_up(e, now_ms, t);
	return true;
}

const char *engine_step_location(const struct engine *e, const char *step)
{
	const struct flight *f = lm_map_find(e->flights, step);

	return f == NULL ? NULL : f->location == NULL ? "" : f->location;
}

const char *engine_step_trace(const struct engine *e, const char *step)
{
	const struct flight *f = lm_map_find(e->flights, step);

	return f == NULL ? NULL : f->process->intent.trace;
}

struct engine_counts engine_counts(const struct engine *e)
{
	struct engine_counts c = e->counts;

	c.in_flight = lm_map_count(e->flights);
	return c;
}

struct sample_counts engine_sample_counts(const struct engine *e)
{
	return e->samples;
}

/* Told to go, or on its way anyway: its end is no surprise. */
static bool is_expected_to_die(const struct component *c)
{
	return c->flight != NULL && (strcmp(c->flight->action, "Stop") == 0 ||
					strcmp(c->flight->action, "Uninstall") == 0 ||
					strcmp(c->flight->action, "Delete") == 0);
}

void engine_died(
    struct engine *e, const char *resource_id, const char *what, int64_t now_ms, struct turn *t)
{
	struct component *c = engine_find_component(e, resource_id);

	if (c == NULL || is_expected_to_die(c))
		return;
	watch_died(e, c, what, now_ms, t);
	follow_up(e, now_ms, t);
}

unsigned engine_sample(struct engine *e, const struct sample *s, int64_t now_ms, struct turn *t)
{
	unsigned how = watch_sample(e, s, now_ms, t);

	if (e->wishes.n > 0)
		follow_up(e, now_ms, t);
	return how;
}

struct lm_err *engine_alert(struct engine *e, const struct alert *a, int64_t now_ms, struct turn *t,
    char process[LM_ID_SIZE])
{
	struct lm_err *err = watch_alert(e, a, now_ms, t);

	follow_up(e, now_ms, t);
	if (err == NULL)
		snprintf(process, LM_ID_SIZE, "%s", e->granted);
	return err;
}

void engine_resume(struct engine *e, int64_t now_ms, int64_t next_event, struct turn *t)
{
	e->next_event = next_event;
	editions_sweep(e, t);
	processes_resume(e, now_ms, t);
	follow_up(e, now_ms, t);
}

/* What is set meanwhile waits for the next tick, so that a tick has an end. */
static void ring(struct engine *e, int64_t now_ms, struct turn *t)
{
	struct timer *x;

	for (size_t n = e->timers.n;
	     n > 0 && (x = timers_first(&e->timers)) != NULL && x->at_ms <= now_ms; n--) {
		timer_stop(&e->timers, x);
		x->due(e, x->owner, now_ms, t);
	}
}

int64_t engine_tick(struct engine *e, int64_t now_ms, struct turn *t)
{
	struct policy_decisions decisions = {0};

	finished_expire(e, now_ms);
	ring(e, now_ms, t);
	policies_tick(e->policies, now_ms, &decisions);
	watch_act(e, &decisions, now_ms, t);
	follow_up(e, now_ms, t);

	int64_t next = policies_next(e->policies);
	const struct timer *x = timers_first(&e->timers);
	return x != NULL && x->at_ms < next ? x->at_ms : next;
}

void engine_postpone(struct engine *e, int64_t by_ms, int64_t now_ms)
{
	struct instance *in;

	for (size_t i = 0; i < e->timers.n; i++) /* all by the same: the heap stays one */
		e->timers.v[i]->at_ms += by_ms;
	for (size_t i = 0; (in = lm_map_next(e->instances, &i)) != NULL;)
		watch_restart(e, in, now_ms);
}

bool engine_is_idle(const struct engine *e)
{
	const struct instance *in;

	for (size_t i = 0; (in = lm_map_next(e->instances, &i)) != NULL;)
		if (in->running != NULL || in->queue.n > 0 || in->aside.n > 0)
			return false;
	if (e->sleepers.n > 0)
		return false;
	return lm_map_count(e->flights) == 0;
}
