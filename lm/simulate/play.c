/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/heap.h"
#include "lm/simulate/world_priv.h"

/* The load, sample by sample: what the engine makes of it, and what it comes to. */

enum {
	HOUR_MS = 3600 * 1000,
	TICK_SAMPLES = 16, /* the engine's timers are looked at at least so often */
	OPEN_MAX = 64,
};

/* A process that has begun, until it has done what it is for. */
struct open_act {
	char id[LM_ID_SIZE];
	unsigned from, to; /* servers */
	int64_t began_ms;
	size_t act; /* in the story; SIZE_MAX: not told */
};

struct play {
	struct world *world;
	struct lm_arena *arena; /* of 'look', made anew with it */
	struct scale_look look;
	struct world_sum *sum;
	struct world_story *story; /* NULL: nobody wants it */
	int64_t begin_ms;
	size_t sample;
	struct offer offer;
	char newest[LM_ID_SIZE]; /* the last process that was seen to begin */
	struct open_act open[OPEN_MAX];
	size_t n_open;
	int direction; /* of the last scaling */
	size_t next_kill;
	int64_t kill_ms; /* when that is; INT64_MAX: never */
};

struct world_story *world_story_new(void)
{
	struct world_story *s = lm_alloc(sizeof *s);

	return s;
}

void world_story_free(struct world_story *s)
{
	if (s == NULL)
		return;
	lm_vec_free(&s->acts);
	lm_vec_free(&s->steps);
	free(s);
}

/* ---- acts ------------------------------------------------------------------------------------------ */

static size_t tell(struct play *p, const struct world_act *act, const char *reason)
{
	struct world_story *s = p->story;

	if (s == NULL)
		return SIZE_MAX;
	if (s->acts.n == WORLD_ACTS_MAX) {
		s->more_acts++;
		return SIZE_MAX;
	}
	struct world_act *a = LM_PUSH(NULL, &s->acts);
	*a = *act;
	snprintf(a->reason, sizeof a->reason, "%s", reason != NULL ? reason : "");
	return s->acts.n - 1;
}

static void count_scaling(struct play *p, bool out)
{
	int direction = out ? 1 : -1;

	p->sum->outs += out;
	p->sum->ins += !out;
	p->sum->turns += p->direction != 0 && p->direction != direction;
	p->direction = direction;
}

static void note_begin(struct play *p, const struct process_look *x, unsigned before)
{
	struct world_act act = {.at_ms = x->began_ms - p->begin_ms,
	    .kind = WORLD_OTHER,
	    .from = before,
	    .to = p->look.members,
	    .took_ms = -1};

	if (x->kind == INTENT_SCALE_OUT || x->kind == INTENT_SCALE_IN) {
		act.kind = x->kind == INTENT_SCALE_OUT ? WORLD_SCALE_OUT : WORLD_SCALE_IN;
		count_scaling(p, x->kind == INTENT_SCALE_OUT);
	} else if (x->kind == INTENT_HEAL) {
		act.kind = WORLD_HEAL;
		act.from = p->look.serving;
		act.to = p->look.members;
		p->sum->heals++;
	}
	size_t told = tell(p, &act, x->reason);
	if (p->n_open == OPEN_MAX) { /* the oldest is taken for done */
		memmove(p->open, p->open + 1, (OPEN_MAX - 1) * sizeof p->open[0]);
		p->n_open--;
	}
	struct open_act *o = &p->open[p->n_open++];
	*o =
	    (struct open_act){.from = act.from, .to = act.to, .began_ms = x->began_ms, .act = told};
	snprintf(o->id, sizeof o->id, "%s", x->id);
}

/*
 * What it is for is done when as many serve as are wanted: who leaves may have calls for a while yet,
 * and spares are made behind.
 */
static bool is_done(const struct play *p, const struct open_act *o, const struct process_look *x)
{
	if (x->status >= PROCESS_COMPLETED)
		return true;
	return o->from < o->to ? p->look.serving >= o->to
			       : o->from > o->to && p->look.serving <= o->to;
}

static void close_acts(struct play *p)
{
	size_t kept = 0;

	for (size_t i = 0; i < p->n_open; i++) {
		struct open_act *o = &p->open[i];
		struct process_look x = {.status = PROCESS_COMPLETED};
		bool known = engine_look_process(p->world->engine, o->id, &x);
		bool failed = known && x.status == PROCESS_FAILED;

		if (known && !is_done(p, o, &x)) {
			p->open[kept++] = *o;
			continue;
		}
		p->sum->failures += failed;
		if (o->act == SIZE_MAX)
			continue;
		struct world_act *a = &p->story->acts.v[o->act];
		a->took_ms = p->world->now_ms - o->began_ms;
		a->has_failed = failed;
		if (failed && x.failure != NULL)
			snprintf(a->reason, sizeof a->reason, "%s", x.failure);
	}
	p->n_open = kept;
}

/* ---- the pool ---------------------------------------------------------------------------------------- */

static void note_pool(struct play *p)
{
	struct world_story *s = p->story;
	struct world_step step = {.at_ms = p->world->now_ms - p->begin_ms,
	    .serving = p->look.serving,
	    .existing = site_servers(p->world->site)};

	if (step.serving > p->sum->peak)
		p->sum->peak = step.serving;
	if (s == NULL)
		return;
	const struct world_step *last = s->steps.n > 0 ? &s->steps.v[s->steps.n - 1] : NULL;
	if (last == NULL || last->serving != step.serving || last->existing != step.existing)
		*LM_PUSH(NULL, &s->steps) = step;
}

/* After anything has happened: how things are now. */
static void look(struct play *p)
{
	struct world *w = p->world;
	struct process_look newest = {0};
	unsigned before = p->look.members;

	w->has_changed = false;
	lm_arena_free(p->arena);
	p->arena = lm_arena_new();
	engine_look_scale(
	    w->engine, w->conf->instance, w->conf->service->number, p->arena, &p->look);
	if (engine_look_newest(w->engine, w->conf->instance, &newest) &&
	    strcmp(newest.id, p->newest) != 0) {
		snprintf(p->newest, sizeof p->newest, "%s", newest.id);
		note_begin(p, &newest, before);
	}
	close_acts(p);
	note_pool(p);
}

static void find_kill(struct play *p)
{
	const struct world_conf *conf = p->world->conf;

	p->kill_ms =
	    p->next_kill < conf->n_kills ? p->begin_ms + conf->kills_ms[p->next_kill] : INT64_MAX;
}

static void kill_one(struct play *p)
{
	struct world *w = p->world;
	unsigned serving = p->look.serving;
	uint64_t lot = (w->conf->seed + 1) * 0x9e3779b97f4a7c15u + p->next_kill;
	unsigned nth = serving > 0 ? (unsigned)(lot % serving) : 0;
	const char *id =
	    engine_look_member(w->engine, w->conf->instance, w->conf->service->number, nth);
	bool killed = id != NULL && site_kill(w->site, id, w->now_ms);
	struct world_act act = {.at_ms = w->now_ms - p->begin_ms,
	    .kind = WORLD_KILL,
	    .from = serving,
	    .to = serving - killed};

	tell(p, &act, killed ? "a server dies" : "there is no server that could die");
	p->sum->kills += killed;
	p->next_kill++;
	find_kill(p);
	world_tick(w); /* its death is among what comes next */
}

/* Up to the time of a sample, one change after the other. */
static void pass(struct play *p, int64_t until_ms)
{
	struct world *w = p->world;

	for (;;) {
		int64_t at_ms = w->next_ms < p->kill_ms ? w->next_ms : p->kill_ms;

		if (at_ms > until_ms)
			break;
		world_pass(w, at_ms > w->now_ms ? at_ms : w->now_ms);
		if (w->has_changed)
			look(p);
		if (p->kill_ms <= at_ms)
			kill_one(p);
	}
	w->now_ms = until_ms;
}

/* ---- samples ------------------------------------------------------------------------------------------ */

static void draw(struct world_column *c, float offered, float load, float over)
{
	if (c->n == 0)
		*c = (struct world_column){.offered_min = offered,
		    .offered_max = offered,
		    .load_min = load,
		    .load_max = load};
	c->offered_min = fminf(c->offered_min, offered);
	c->offered_max = fmaxf(c->offered_max, offered);
	c->offered += offered;
	c->load_min = fminf(c->load_min, load);
	c->load_max = fmaxf(c->load_max, load);
	c->load += load;
	c->over = fmaxf(c->over, over);
	c->n++;
}

static void account(struct play *p, double offered)
{
	const struct load *l = p->world->conf->load;
	double over = offered - 100.0 * p->look.serving;

	p->sum->offered += offered * (double)l->period_ms;
	p->sum->serving_ms += p->look.serving * l->period_ms;
	if (over > 0) {
		p->sum->over_ms += l->period_ms;
		p->sum->unserved += over * (double)l->period_ms;
	}
}

static void hear(struct play *p, double load)
{
	struct world *w = p->world;
	struct sample s = {.metric_name = p->look.metric, .kind = SAMPLE_LOAD, .load = load};

	for (size_t i = 0; i < p->look.n_reporters; i++) {
		s.metric_key = p->look.reporters[i];
		engine_sample(w->engine, &s, w->now_ms, &w->turn);
		if (w->turn.records.n == 0)
			continue;
		world_carry_out(w);
		if (i + 1 < p->look.n_reporters) /* who reports may have changed under way */
			look(p);
	}
	if (w->has_changed)
		look(p);
}

static void play_sample(struct play *p)
{
	struct world *w = p->world;
	const struct load *l = w->conf->load;
	int64_t at_ms = p->begin_ms + (int64_t)p->sample * l->period_ms;

	if (p->sample % TICK_SAMPLES == 0)
		world_tick(w);
	if (w->next_ms <= at_ms || p->kill_ms <= at_ms)
		pass(p, at_ms);
	w->now_ms = at_ms;
	double offered = offer_next(&p->offer);
	double load = offered / (p->look.serving > 0 ? p->look.serving : 1);
	account(p, offered);
	if (p->story != NULL)
		draw(&p->story->columns[p->sample * WORLD_COLUMNS / l->n], (float)offered,
		    (float)load, (float)(offered - 100.0 * p->look.serving));
	hear(p, load);
	p->sample++;
}

static void play_all(struct play *p)
{
	struct world *w = p->world;
	const struct load *l = w->conf->load;
	struct process_look x;

	if (engine_look_newest(w->engine, w->conf->instance, &x))
		snprintf(p->newest, sizeof p->newest, "%s", x.id);
	find_kill(p);
	world_pass(w, p->begin_ms);
	look(p);
	int64_t before_ms = site_server_ms(w->site, p->begin_ms);
	while (p->sample < l->n)
		play_sample(p);
	p->sum->time_ms = (int64_t)l->n * l->period_ms;
	pass(p, p->begin_ms + p->sum->time_ms);
	p->sum->server_ms = site_server_ms(w->site, w->now_ms) - before_ms;
}

/* ---- a world's life ----------------------------------------------------------------------------------- */

struct lm_err *world_run(
    const struct world_conf *conf, size_t cluster, struct world_sum *out, struct world_story *story)
{
	struct play p = {.sum = out, .story = story, .begin_ms = conf->load->begin_ms};

	*out = (struct world_sum){0};
	p.world = world_new(conf, p.begin_ms - HOUR_MS);
	struct lm_err *e = world_create(p.world);
	if (e == NULL) {
		offer_init(&p.offer, conf->load, conf->seed, cluster);
		p.arena = lm_arena_new();
		play_all(&p);
		lm_arena_free(p.arena);
	}
	world_free(p.world);
	return e;
}
