/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/lib/stage.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "lm/core/doctor.h"
#include "tests/sim/lib/mutate.h"
#include "tests/sim/lib/peek.h"
#include "tests/sim/lib/rules.h"
#include "tests/sim/lib/spares.h"

enum { EVENTS_MAX = 20000 };

void stage_wrong(struct stage *s, const char *fmt, ...)
{
	va_list args;

	if (s->wrong[0] != '\0')
		return;
	va_start(args, fmt);
	vsnprintf(s->wrong, sizeof s->wrong, fmt, args);
	va_end(args);
	trace_line(s->trace, s->now_ms, "WRONG  %s", s->wrong);
}

/* ---- what becomes of a step ------------------------------------------------------------------ */

static struct sim_fate fate(void *arg, const struct step_request *rq, unsigned nth)
{
	struct stage *s = arg;
	const struct faults *f = &s->schedule->faults;
	struct chance c =
	    chance_of(s->schedule->seed ^ lm_hash(rq->resource_name), lm_hash(rq->action) + nth);
	struct sim_fate fate = {.answers = 1, .again_ms = 1};

	fate.heeds_cancel = chance_roll(&c, 2);
	fate.took_ms = 1 + chance_roll(&c, s->is_calm ? 5 : f->slowest_ms);
	if (s->is_calm)
		return fate;
	fate.at_end = chance_hits(&c, f->at_end);
	if (chance_hits(&c, f->fail))
		fate.failure = 1 + chance_roll(&c, STEP_TIMEOUT);
	if (chance_hits(&c, f->lost)) {
		fate.answers = 0;
		s->coverage->lost++;
	} else if (chance_hits(&c, f->twice)) {
		fate.answers = 2;
		fate.again_ms = 1 + chance_roll(&c, 300);
		s->coverage->twice++;
	} else if (chance_hits(&c, f->late)) {
		fate.took_ms = 20000 + (int64_t)chance_roll(&c, 60) * 1000;
		s->coverage->late += rq->timeout_s > 0 && fate.took_ms / 1000 > rq->timeout_s + 30;
	}
	return fate;
}

/* ---- opening and closing --------------------------------------------------------------------- */

static struct engine *engine_of(const struct stage *s)
{
	struct chance c = chance_of(s->schedule->seed, 3);
	unsigned few = 1 + chance_roll(&c, 4), limited = chance_roll(&c, 4);

	return engine_new(&(struct engine_conf){
	    .catalog = s->catalog,
	    .limits =
		{
		    .per_location = limited == 1 ? few : 0,
		    .per_driver = limited == 2 ? few : 0,
		},
	});
}

void stage_init(struct stage *s, const struct schedule *schedule, const struct catalog *catalog,
    struct coverage *coverage, struct trace *trace)
{
	*s = (struct stage){
	    .schedule = schedule,
	    .catalog = catalog,
	    .coverage = coverage,
	    .trace = trace,
	    .now_ms = 1000000,
	    .tick_ms = INT64_MAX,
	    .next_event = 1,
	    .commits_to_crash = -1,
	};
	s->engine = engine_of(s);
	s->store = store_memory_new();
	s->sim = sim_new(&(struct sim_conf){.seed = schedule->seed, .fate = fate, .fate_arg = s});
	turn_init(&s->turn);
	s->asked = lm_map_new();
	s->open = lm_map_new();
	s->states = lm_map_new();
	s->stale = lm_map_new();
}

static void asked_free(struct asked *a)
{
	free(a->step);
	free(a->resource);
	free(a->subject);
	free(a->action);
	free(a);
}

void stage_fini(struct stage *s)
{
	struct asked *a;
	struct told *told;

	for (size_t i = 0; (a = lm_map_next(s->asked, &i)) != NULL;)
		asked_free(a);
	for (size_t i = 0; (told = lm_map_next(s->states, &i)) != NULL;)
		free(told);
	lm_map_free(s->asked);
	lm_map_free(s->open);
	lm_map_free(s->states);
	mutate_fini(s);
	lm_vec_free(&s->acks);
	lm_vec_free(&s->pending);
	lm_vec_free(&s->healed);
	lm_vec_free(&s->forgotten);
	turn_fini(&s->turn);
	engine_free(s->engine);
	s->store->ops->close(s->store);
	sim_free(s->sim);
}

/* ---- the manager's part ---------------------------------------------------------------------- */

static struct lm_err *restore_one(void *arg, const struct record *r)
{
	return engine_restore(arg, r);
}

/*
 * As the manager does it: no steps of processes that have ended.  A journal that refuses to be read
 * is a finding, not the end of the run.
 */
static bool restore(struct stage *s, struct engine *e)
{
	for (int table = 0; table < RECORD_EVENT; table++) {
		struct store_query q = {
		    .table = (enum record_table)table, .unended = table == RECORD_STEP};
		LM_AUTO(lm_err) err = s->store->ops->load(s->store, &q, restore_one, e);

		if (err != NULL) {
			stage_wrong(s, "the journal cannot be restored: %s", lm_err_text(err));
			return false;
		}
	}
	return true;
}

/* Nothing that was not committed counts, and everybody who waits for an answer hears none. */
void stage_crash(struct stage *s)
{
	trace_line(s->trace, s->now_ms, "CRASH  the manager dies and starts again");
	engine_free(s->engine);
	turn_clear(&s->turn);
	s->seen_records = s->seen_steps = 0;
	s->pending.n = 0;
	s->disk_full = 0;
	sim_crash(s->sim);
	s->engine = engine_of(s);
	rules_restart(s);
	if (!restore(s, s->engine))
		return;
	spares_restart(s);
	if (s->healed_kept < s->healed.n)
		s->healed.n = s->healed_kept;
	mutate_restored(s);
	s->next_event = s->store->ops->last_event(s->store) + 1;
	engine_resume(s->engine, s->now_ms, s->next_event, &s->turn);
	stage_look(s);
	stage_carry_out(s);
}

static void acknowledge(struct stage *s)
{
	for (size_t i = 0; i < s->pending.n; i++)
		*LM_PUSH(NULL, &s->acks) = s->pending.v[i];
	s->pending.n = 0;
}

static void perform(struct stage *s)
{
	for (size_t i = 0; i < s->turn.steps.n; i++) {
		const struct step_request *rq = &s->turn.steps.v[i];

		rules_perform(s, rq);
		mutate_execute(s, rq);
	}
	for (size_t i = 0; i < s->turn.cancels.n; i++) {
		sim_cancel(s->sim, s->turn.cancels.v[i].step, s->now_ms);
		s->coverage->cancels++;
		trace_line(s->trace, s->now_ms, "CANCEL %s", s->turn.cancels.v[i].step);
	}
}

static bool commit(struct stage *s)
{
	if (s->disk_full > 0) {
		s->disk_full--;
		s->coverage->disk_full++;
		trace_line(s->trace, s->now_ms, "DISK   full: the turn is held");
		return false;
	}
	if (!mutate_loses_turn(s)) {
		LM_AUTO(lm_err) err =
		    s->store->ops->commit(s->store, s->turn.records.v, s->turn.records.n);

		if (err != NULL)
			stage_wrong(s, "the journal refuses a turn: %s", lm_err_text(err));
	}
	rules_committed(s);
	acknowledge(s);
	s->coverage->turns++;
	s->coverage->records += s->turn.records.n;
	return true;
}

static void carry_out(struct stage *s)
{
	bool counts = s->turn.records.n > 0;
	bool dies = counts && s->commits_to_crash == 0 && s->disk_full == 0;

	if (s->wrong[0] != '\0')
		return;
	if (counts && s->schedule->mutant == MUTANT_EFFECTS_FIRST)
		perform(s);
	if (counts && s->commits_to_crash > 0)
		s->commits_to_crash--;
	if (dies && !s->crash_after) {
		s->commits_to_crash = -1;
		s->coverage->crashes_before++;
		stage_crash(s);
		return;
	}
	if (counts && !commit(s))
		return; /* held: nothing is asked, and it is tried again with the next event */
	if (dies) {
		s->commits_to_crash = -1;
		s->coverage->crashes_after++;
		stage_crash(s);
		return;
	}
	perform(s);
	turn_clear(&s->turn);
	s->seen_records = s->seen_steps = 0;
}

static void tell_wrong(void *arg, const char *subject, const char *text)
{
	stage_wrong(arg, "%s: %s", subject, text);
}

void stage_look(struct stage *s)
{
	s->coverage->events++;
	rules_event(s);
	if (s->coverage->events % 8 == 0)
		engine_check(s->engine, tell_wrong, s);
}

void stage_carry_out(struct stage *s)
{
	s->tick_ms = engine_tick(s->engine, s->now_ms, &s->turn);
	rules_event(s);
	carry_out(s);
}

bool stage_intent(struct stage *s, const struct intent *i, unsigned number)
{
	size_t records = s->turn.records.n, steps = s->turn.steps.n;
	char process[LM_ID_SIZE];

	LM_AUTO(lm_err) err = engine_intent(s->engine, i, s->now_ms,
	    chance_mix(s->schedule->seed * 100 + number), &s->turn, process);
	trace_line(s->trace, s->now_ms, "INTENT %s %s: %s", intent_kind_text(i->kind),
	    i->assembly_name == NULL ? "" : i->assembly_name,
	    err == NULL ? "accepted" : lm_err_text(err));
	if (err != NULL) {
		s->coverage->refused++;
		if (s->turn.records.n != records || s->turn.steps.n != steps)
			stage_wrong(s, "a refused intent has left records or steps");
		stage_look(s);
		stage_carry_out(s);
		return false;
	}
	s->coverage->accepted++;
	s->healed.n = 0; /* somebody has looked after it */
	struct ack *a = LM_PUSH(NULL, &s->pending);
	snprintf(a->process, sizeof a->process, "%s", process);
	snprintf(a->root, sizeof a->root, "%s", i->assembly_name == NULL ? "?" : i->assembly_name);
	stage_look(s);
	stage_carry_out(s);
	return true;
}

/* ---- time ------------------------------------------------------------------------------------ */

static bool take_one(struct stage *s)
{
	struct step_result result;
	const char *died;

	if (!sim_take(s->sim, s->now_ms, &result, &died))
		return false;
	if (died != NULL) {
		trace_line(s->trace, s->now_ms, "DIED   %s",
		    engine_resource_name(s->engine, died) == NULL
			? died
			: engine_resource_name(s->engine, died));
		engine_died(s->engine, died, "service", s->now_ms, &s->turn);
		s->coverage->deaths++;
	} else {
		const struct asked *a = lm_map_find(s->asked, result.step);

		trace_line(s->trace, s->now_ms, "ANSWER %s %s: %s", a->action, a->resource,
		    result.failure == STEP_NONE ? "done" : step_failure_text(result.failure));
		s->coverage->step_failures += result.failure != STEP_NONE;
		if (s->schedule->mutant == MUTANT_FAILED_AS_DONE)
			result.failure = STEP_NONE;
		engine_result(s->engine, &result, s->now_ms, &s->turn);
	}
	stage_look(s);
	return true;
}

bool stage_step(struct stage *s)
{
	int64_t due = sim_next(s->sim), at = due < s->tick_ms ? due : s->tick_ms;
	struct chance c = chance_of(s->schedule->seed, 5000 + s->rounds++);

	if (s->wrong[0] != '\0')
		return false;
	if (s->turn.records.n > 0) { /* held: only the disk can help */
		s->now_ms += 1000;
		stage_carry_out(s);
		return true;
	}
	if (at == INT64_MAX)
		return false;
	if (at > s->now_ms)
		s->now_ms = at;
	/* One event a turn, or all that have come meanwhile. */
	while (take_one(s) && chance_hits(&c, s->schedule->faults.batch))
		;
	stage_carry_out(s);
	return true;
}

void stage_settle(struct stage *s)
{
	for (unsigned i = 0; stage_step(s); i++)
		if (i > EVENTS_MAX) {
			stage_wrong(s, "it never comes to rest");
			return;
		}
}

/* ---- the journal against the memory ---------------------------------------------------------- */

/* What nobody wants any more is printed in no particular order. */
static bool is_whole(const struct instance *in)
{
	const struct graph *g = peek_wanted(in);
	const struct component *c;

	for (size_t i = 0; (c = lm_map_next(in->components, &i)) != NULL;)
		if (g == NULL || graph_find_node(g, c->name) < 0)
			return false;
	return true;
}

/* Of the instances that the running engine has; both print the same ones. */
static void print_all(const struct stage *s, const struct engine *e, struct lm_buf *out)
{
	const struct instance *in;

	engine_print_processes(e,
	    &(struct process_filter){
		.limit = 1000, .statuses = "Pending,Completed,Failed,Cancelled"},
	    out);
	for (size_t i = 0; (in = lm_map_next(s->engine->instances, &i)) != NULL;)
		if (in->running == NULL && is_whole(in))
			engine_print_assembly(e, in->name, out);
}

static void show_difference(struct stage *s, const char *is, const char *restored)
{
	size_t at = 0;

	while (is[at] != '\0' && is[at] == restored[at])
		at++;
	size_t from = at < 120 ? 0 : at - 120;
	stage_wrong(s,
	    "restored from the journal it is something else: [%.160s] instead of [%.160s]",
	    restored + from, is + from);
}

void stage_compare(struct stage *s)
{
	struct lm_buf is, restored;

	if (s->turn.records.n > 0)
		return;
	struct engine *e = engine_of(s);
	lm_buf_init(&is, 4 * 1024 * 1024);
	lm_buf_init(&restored, 4 * 1024 * 1024);
	if (restore(s, e)) {
		print_all(s, s->engine, &is);
		print_all(s, e, &restored);
		if (strcmp(is.p, restored.p) != 0)
			show_difference(s, is.p, restored.p);
		s->coverage->compared++;
	}
	lm_buf_fini(&is);
	lm_buf_fini(&restored);
	engine_free(e);
}
