/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/server/manager/manager.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <uv.h>

#include "base/heap.h"
#include "base/log.h"
#include "lm/core/doctor.h"

enum { TRIM_EVERY = 4096, TRIM_EVERY_MS = 3600 * 1000, TRIM_PAUSE_MS = 20 };
enum { EVENTS_KEEP = 50000, PROCESSES_KEEP = 10000, DAYS_KEEP = 30, DAY_MS = 24 * 3600 * 1000 };
enum { AGAIN_MS = 100, AGAIN_MAX_MS = 5000 };

/* What a driver found when it opened, before the engine knew anything. */
struct early_death {
	char *resource_id, *what;
};

struct manager {
	struct manager_conf conf;
	struct engine *engine;
	struct driver_set *drivers;
	struct turn turns[2]; /* one collects while the other is carried out */
	struct turn *turn;
	uv_timer_t timer;
	bool timer_due, is_resumed;
	LM_VEC(struct early_death) early;
	int64_t base_ms; /* wall clock minus monotonic clock, at the start */
	int64_t last_event;
	uint64_t revision; /* turns that changed something */
	uint64_t events_until_trim;
	int64_t trim_at_ms;
	struct manager_figures figures;
	struct {
		struct turn *turn; /* whose records could not be written; NULL: there is none */
		struct lm_err *why;
		int64_t since_ms, again_ms, pause_ms;
		uint64_t samples;
	} held;
};

int64_t manager_now_ms(const struct manager *m)
{
	return m->base_ms + (int64_t)(uv_hrtime() / 1000000);
}

int64_t manager_last_event(const struct manager *m)
{
	return m->last_event;
}

struct engine *manager_engine(struct manager *m)
{
	return m->engine;
}

struct driver_set *manager_drivers(struct manager *m)
{
	return m->drivers;
}

/* ---- what comes in ---------------------------------------------------------------------------- */

static struct lm_err *draw_seed(uint64_t *out)
{
	uint64_t seed = 0;

	if (getrandom(&seed, sizeof seed, 0) != (ssize_t)sizeof seed)
		return lm_err_errno(errno, "cannot draw a random number");
	*out = seed;
	return NULL;
}

struct lm_err *manager_check(const struct manager *m)
{
	if (m->held.turn == NULL)
		return NULL;
	return lm_err_new(LM_ERR_UNAVAILABLE,
	    "nothing new is begun until the journal can be written again: %s",
	    lm_err_text(m->held.why));
}

struct lm_err *manager_intent(
    struct manager *m, const struct intent *intent, char process[LM_ID_SIZE])
{
	uint64_t seed = 0;

	struct lm_err *e = manager_check(m);
	if (e == NULL)
		e = draw_seed(&seed);
	if (e == NULL)
		e = engine_intent(m->engine, intent, manager_now_ms(m), seed, m->turn, process);
	m->figures.intents[intent->kind][e == NULL]++;
	return e;
}

const struct manager_figures *manager_figures(const struct manager *m)
{
	return &m->figures;
}

struct lm_err *manager_alert(struct manager *m, const struct alert *a, char process[LM_ID_SIZE])
{
	struct lm_err *e = manager_check(m);

	return e != NULL ? e : engine_alert(m->engine, a, manager_now_ms(m), m->turn, process);
}

struct lm_err *manager_forget(struct manager *m, const char *assembly)
{
	struct lm_err *e = manager_check(m);

	return e != NULL ? e : engine_forget(m->engine, assembly, manager_now_ms(m), m->turn);
}

void manager_note_webhook(struct manager *m, const char *webhook, const char *why)
{
	engine_note_webhook(m->engine, webhook, why, manager_now_ms(m), m->turn);
}

struct manager_trouble manager_trouble(const struct manager *m)
{
	struct manager_trouble t = {.samples_dropped = m->held.samples};

	if (m->held.turn != NULL) {
		t.why = lm_err_text(m->held.why);
		t.held_ms = manager_now_ms(m) - m->held.since_ms;
	}
	return t;
}

enum intake_fate manager_sample(struct manager *m, const struct sample *s, int64_t now_ms)
{
	if (m->held.turn != NULL) {
		m->held.samples++;
		return INTAKE_HELD;
	}
	return (enum intake_fate)engine_sample(m->engine, s, now_ms, m->turn);
}

/* A message may be of any length before the engine has looked at it. */
static void on_result(void *arg, const struct step_result *r)
{
	struct manager *m = arg;
	const char *trace = engine_step_trace(m->engine, r->step);

	if (r->failure != STEP_NONE)
		lm_log(LM_LOG_WARN, "step.failed", "step=%s failure=%s trace=%s message=\"%.300s\"",
		    r->step, step_failure_text(r->failure), trace != NULL ? trace : "-",
		    r->message != NULL ? r->message : "");
	if (!engine_result(m->engine, r, manager_now_ms(m), m->turn))
		lm_log(LM_LOG_WARN, "step.ignored",
		    "step=%s the answer is late, came twice, or nobody asked", r->step);
}

static void tell_death(struct manager *m, const char *resource_id, const char *what)
{
	if (!m->is_resumed) {
		*LM_PUSH(NULL, &m->early) =
		    (struct early_death){lm_strdup(resource_id), lm_strdup(what)};
		return;
	}
	lm_log(LM_LOG_WARN, "resource.died", "resource=%s what=\"%s\"", resource_id, what);
	engine_died(m->engine, resource_id, what, manager_now_ms(m), m->turn);
}

static void on_died(void *arg, const char *resource_id, const char *what)
{
	tell_death(arg, resource_id, what);
}

static void on_host_address(void *arg, const char *address, bool up)
{
	const struct manager *m = arg;

	if (m->conf.events.host_address != NULL)
		m->conf.events.host_address(m->conf.events.arg, address, up);
}

static void on_timer(uv_timer_t *t)
{
	struct manager *m = t->data;

	m->timer_due = true;
}

/* ---- carrying out ----------------------------------------------------------------------------- */

static bool is_empty(const struct turn *t)
{
	return t->records.n == 0 && t->steps.n == 0 && t->cancels.n == 0;
}

static void sleep_until(struct manager *m, int64_t at_ms)
{
	int64_t now = manager_now_ms(m);

	if (at_ms == INT64_MAX)
		uv_timer_stop(&m->timer);
	else
		uv_timer_start(&m->timer, on_timer, at_ms > now ? (uint64_t)(at_ms - now) : 0, 0);
}

static void publish(struct manager *m, const struct turn *t)
{
	for (size_t i = 0; i < t->records.n; i++) {
		const struct record *r = &t->records.v[i];

		if (r->table != RECORD_EVENT)
			continue;
		m->last_event = strtoll(r->key, NULL, 10);
		m->events_until_trim -= m->events_until_trim > 0;
		if (m->conf.events.published != NULL)
			m->conf.events.published(m->conf.events.arg, m->last_event, r->body);
	}
}

/* A portion of the history that does not stay, now and then; more of it in a moment. */
static void trim(struct manager *m)
{
	int64_t now = manager_now_ms(m);
	const struct store_keep keep = {
	    .events = m->conf.keep.events,
	    .processes = m->conf.keep.processes,
	    .ended_after_ms = now - (int64_t)m->conf.keep.days * DAY_MS,
	};
	bool more = false;

	if (m->events_until_trim > 0 && now < m->trim_at_ms)
		return;
	struct lm_err *e = m->conf.store->ops->trim(m->conf.store, &keep, &more);
	m->events_until_trim = TRIM_EVERY;
	m->trim_at_ms = now + (more ? TRIM_PAUSE_MS : TRIM_EVERY_MS);
	if (e == NULL)
		return;
	lm_log(LM_LOG_WARN, "journal.trim", "what is old stays for now: %s", lm_err_text(e));
	lm_err_free(e);
}

static struct lm_err *commit(struct manager *m, const struct turn *t)
{
	if (t->records.n == 0)
		return NULL;
	uint64_t began_ns = uv_hrtime();
	struct lm_err *e = m->conf.store->ops->commit(m->conf.store, t->records.v, t->records.n);
	if (e == NULL)
		histogram_add(&m->figures.commits, uv_hrtime() - began_ns);
	m->figures.commits_failed += e != NULL;
	return e == NULL ? NULL : lm_err_wrap(e, "cannot write the journal");
}

/* What was committed is told, and asked of the drivers. */
static void carry_out(struct manager *m, struct turn *t)
{
	publish(m, t);
	for (size_t i = 0; i < t->steps.n; i++)
		driver_set_ask(m->drivers, &t->steps.v[i]);
	for (size_t i = 0; i < t->cancels.n; i++)
		driver_set_cancel(m->drivers, &t->cancels.v[i]);
	turn_clear(t);
}

/* ---- a journal that cannot be written --------------------------------------------------------- */

static bool may_pass(const struct lm_err *e)
{
	return lm_err_kind(e) == LM_ERR_IO || lm_err_kind(e) == LM_ERR_UNAVAILABLE;
}

static void try_later(struct manager *m, struct lm_err *why)
{
	lm_err_free(m->held.why);
	m->held.why = why;
	m->held.again_ms = manager_now_ms(m) + m->held.pause_ms;
	sleep_until(m, m->held.again_ms);
	m->held.pause_ms =
	    m->held.pause_ms < AGAIN_MAX_MS / 2 ? m->held.pause_ms * 2 : AGAIN_MAX_MS;
}

static void hold(struct manager *m, struct turn *t, struct lm_err *why)
{
	lm_log(LM_LOG_ERROR, "journal.held", "nothing new is begun until it can be written: %s",
	    lm_err_text(why));
	m->held.turn = t;
	m->held.since_ms = manager_now_ms(m);
	m->held.pause_ms = AGAIN_MS;
	try_later(m, why);
}

/* The same records again; with them written, everything goes on where it was. */
static struct lm_err *try_again(struct manager *m)
{
	struct turn *t = m->held.turn;
	int64_t now = manager_now_ms(m);

	if (now < m->held.again_ms) { /* something else woke us, or the loop's clock was behind */
		sleep_until(m, m->held.again_ms);
		return NULL;
	}
	struct lm_err *e = commit(m, t);
	if (e != NULL && !may_pass(e))
		return e;
	if (e != NULL) {
		try_later(m, e);
		return NULL;
	}
	int64_t lost_ms = now - m->held.since_ms;
	lm_log(LM_LOG_INFO, "journal.written",
	    "again after %" PRId64 " ms; samples dropped=%" PRIu64, lost_ms, m->held.samples);
	m->held.turn = NULL;
	lm_err_free(m->held.why);
	m->held.why = NULL;
	engine_postpone(m->engine, lost_ms, now);
	carry_out(m, t);
	m->timer_due = true;
	return NULL;
}

uint64_t manager_revision(const struct manager *m)
{
	return m->held.turn == NULL && is_empty(m->turn) ? m->revision : 0;
}

bool manager_has_work(const struct manager *m)
{
	return m->held.turn == NULL && (m->timer_due || !is_empty(m->turn));
}

struct lm_err *manager_settle(struct manager *m)
{
	if (m->held.turn != NULL) {
		struct lm_err *e = try_again(m);

		if (e != NULL || m->held.turn != NULL)
			return e;
	}
	if (is_empty(m->turn) && !m->timer_due)
		return NULL;
	m->timer_due = false;
	int64_t wake_ms = engine_tick(m->engine, manager_now_ms(m), m->turn);

	struct turn *t = m->turn;
	m->turn = t == &m->turns[0] ? &m->turns[1] : &m->turns[0];
	m->revision += is_empty(t) ? 0 : 1;
	struct lm_err *e = commit(m, t);
	if (e != NULL && may_pass(e)) {
		hold(m, t, e);
		return NULL;
	}
	if (e != NULL)
		return e;
	driver_set_settled(
	    m->drivers); /* not of a held turn: it is older than what they have told since */
	carry_out(m, t);
	trim(m);
	wake_ms = wake_ms < m->trim_at_ms ? wake_ms : m->trim_at_ms;
	sleep_until(m, is_empty(m->turn) ? wake_ms : 0);
	return NULL;
}

/* ---- opening and closing ---------------------------------------------------------------------- */

static struct lm_err *restore_one(void *arg, const struct record *r)
{
	struct manager *m = arg;

	return engine_restore(m->engine, r);
}

static void tell_early_deaths(struct manager *m)
{
	m->is_resumed = true;
	for (size_t i = 0; i < m->early.n; i++) {
		tell_death(m, m->early.v[i].resource_id, m->early.v[i].what);
		free(m->early.v[i].resource_id);
		free(m->early.v[i].what);
	}
	lm_vec_free(&m->early);
}

static struct lm_err *restore(struct manager *m)
{
	for (enum record_table t = 0; t < RECORD_EVENT; t++) {
		struct store_query q = {.table = t, .unended = t == RECORD_STEP};
		struct lm_err *e = m->conf.store->ops->load(m->conf.store, &q, restore_one, m);

		if (e != NULL)
			return lm_err_wrap(e, "cannot restore table '%s' of the journal",
			    record_table_text(q.table));
	}
	m->last_event = m->conf.store->ops->last_event(m->conf.store);
	engine_resume(m->engine, manager_now_ms(m), m->last_event + 1, m->turn);
	tell_early_deaths(m);
	m->timer_due = true;
	return manager_settle(m);
}

static const char *location_of(void *arg, const char *step)
{
	const struct manager *m = arg;

	return engine_step_location(m->engine, step);
}

static const char *infrastructure_of(void *arg, const char *location)
{
	const struct manager *m = arg;

	return driver_set_infrastructure(m->drivers, location);
}

static struct lm_err *open_drivers(struct manager *m)
{
	const struct manager_conf *c = &m->conf;
	const struct driver_set_conf conf = {
	    .loop = c->loop,
	    .ops = c->drivers,
	    .n = c->n_drivers,
	    .sites = c->sites,
	    .state_dir = c->driver_dir,
	    .images_dir = c->images_dir,
	    .metrics_port = c->metrics_port,
	    .token_key = c->token_key,
	    .reply_url = c->reply_url,
	    .location_of = location_of,
	    .events = {on_result, on_died, on_host_address, m},
	};

	return driver_set_open(&conf, &m->drivers);
}

static int64_t clock_base_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000 - (int64_t)(uv_hrtime() / 1000000);
}

static void history_default(struct manager_history *h)
{
	if (h->events == 0)
		h->events = EVENTS_KEEP;
	if (h->processes == 0)
		h->processes = PROCESSES_KEEP;
	if (h->days == 0)
		h->days = DAYS_KEEP;
}

struct lm_err *manager_open(const struct manager_conf *conf, struct manager **out)
{
	struct manager *m = lm_alloc(sizeof *m);

	m->conf = *conf;
	history_default(&m->conf.keep);
	m->revision = 1;
	m->base_ms = clock_base_ms();
	turn_init(&m->turns[0]);
	turn_init(&m->turns[1]);
	m->turn = &m->turns[0];
	uv_timer_init(conf->loop, &m->timer);
	m->timer.data = m;
	m->engine = engine_new(&(struct engine_conf){
	    .catalog = conf->catalog,
	    .limits = {conf->steps_per_location, conf->steps_per_driver, infrastructure_of, m},
	});
	struct lm_err *e = open_drivers(m);
	if (e == NULL)
		e = restore(m);
	if (e != NULL) {
		manager_close(m);
		return e;
	}
	*out = m;
	return NULL;
}

static void on_timer_closed(uv_handle_t *h)
{
	free(h->data);
}

void manager_close(struct manager *m)
{
	if (m == NULL)
		return;
	driver_set_close(m->drivers);
	for (size_t i = 0; i < m->early.n; i++) { /* only when opening failed half-way */
		free(m->early.v[i].resource_id);
		free(m->early.v[i].what);
	}
	lm_vec_free(&m->early);
	lm_err_free(m->held.why);
	engine_free(m->engine);
	turn_fini(&m->turns[0]);
	turn_fini(&m->turns[1]);
	uv_close((uv_handle_t *)&m->timer, on_timer_closed);
}

bool manager_lost(struct manager *m, const char *resource_id, const char *why)
{
	return engine_lost(m->engine, resource_id, why, manager_now_ms(m), m->turn);
}

void manager_lost_end(struct manager *m, const char *root)
{
	engine_lost_end(m->engine, root, manager_now_ms(m), m->turn);
}
