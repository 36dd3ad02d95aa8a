/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/server/manager.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/random.h>
#include <time.h>
#include <uv.h>

#include "base/log.h"
#include "lm/core/doctor.h"
#include "lm/drivers/http/reply.h"
#include "lm/server/intake/reply.h"
#include "lm/server/sites/choose.h"

enum { DRIVERS_MAX = 8, TRIM_EVERY = 4096, TRIM_EVERY_MS = 3600 * 1000, TRIM_PAUSE_MS = 20 };
enum { EVENTS_KEEP = 50000, PROCESSES_KEEP = 10000, DAYS_KEEP = 30, DAY_MS = 24 * 3600 * 1000 };
enum { AGAIN_MS = 100, AGAIN_MAX_MS = 5000 };

/* What a driver found when it opened, before the engine knew anything. */
struct early_death {
	char *resource_id, *what;
};

/* Which driver speaks. */
struct voice {
	struct manager *manager;
	size_t driver;
};

struct manager {
	struct manager_conf conf;
	struct engine *engine;
	struct driver *drivers[DRIVERS_MAX];
	struct voice voices[DRIVERS_MAX];
	struct turn turns[2]; /* one collects while the other is carried out */
	struct turn *turn;
	uv_timer_t timer;
	bool timer_due, is_resumed;
	LM_VEC(struct early_death) early;
	struct removals removals;
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

/* ---- what comes in ---------------------------------------------------------------------------- */

static struct lm_err *draw_seed(uint64_t *out)
{
	uint64_t seed = 0;

	if (getrandom(&seed, sizeof seed, 0) != (ssize_t)sizeof seed)
		return lm_err_errno(errno, "cannot draw a random number");
	*out = seed;
	return NULL;
}

static struct lm_err *check_not_held(const struct manager *m)
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

	struct lm_err *e = check_not_held(m);
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
	struct lm_err *e = check_not_held(m);

	return e != NULL ? e : engine_alert(m->engine, a, manager_now_ms(m), m->turn, process);
}

struct lm_err *manager_forget(struct manager *m, const char *assembly)
{
	struct lm_err *e = check_not_held(m);

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

static size_t driver_index(const struct manager *m, const char *location)
{
	for (size_t i = 0; location != NULL && i < m->conf.n_drivers; i++)
		if (strcmp(m->conf.drivers[i]->name, location) == 0)
			return i;
	return 0;
}

/* Limits for a driver of others hold for a type of infrastructure: it may have several. */
static const char *driver_of(void *arg, const char *location)
{
	struct manager *m = arg;

	if (m->conf.sites == NULL)
		return m->conf.drivers[driver_index(m, location)]->name;
	const struct site_location *l = sites_location(m->conf.sites, location);
	return l == NULL ? "" : l->type;
}

static bool is_of_others(const struct driver_ops *ops)
{
	return ops == &driver_http;
}

/* Of others each request is known to its driver; of our own the location tells. */
static bool serves(const struct manager *m, size_t driver, const char *location)
{
	const struct driver_ops *ops = m->conf.drivers[driver];

	if (m->conf.sites == NULL)
		return driver_index(m, location) == driver;
	const struct site_location *l = sites_location(m->conf.sites, location);
	return is_of_others(ops) || l == NULL || strcasecmp(l->type, ops->name) == 0;
}

/* A message may be of any length before the engine has looked at it. */
static void take_result(struct manager *m, const struct step_result *r)
{
	const char *trace = engine_step_trace(m->engine, r->step);

	if (r->failure != STEP_NONE)
		lm_log(LM_LOG_WARN, "step.failed", "step=%s failure=%s trace=%s message=\"%.300s\"",
		    r->step, step_failure_text(r->failure), trace != NULL ? trace : "-",
		    r->message != NULL ? r->message : "");
	if (!removals_end(&m->removals, r) &&
	    !engine_result(m->engine, r, manager_now_ms(m), m->turn))
		lm_log(LM_LOG_WARN, "step.ignored",
		    "step=%s the answer is late, came twice, or nobody asked", r->step);
}

static void on_result(void *arg, const struct step_result *r)
{
	const struct voice *v = arg;
	struct manager *m = v->manager;
	const char *location = r->step == NULL ? NULL : engine_step_location(m->engine, r->step);

	if (r->step == NULL || (location != NULL && !serves(m, v->driver, location)))
		lm_log(LM_LOG_WARN, "step.foreign",
		    "step=%s driver=%s answers what it was never asked",
		    r->step == NULL ? "" : r->step, m->conf.drivers[v->driver]->name);
	else
		take_result(m, r);
}

static void tell_death(struct manager *m, const char *resource_id, const char *what)
{
	if (!m->is_resumed) {
		*LM_PUSH(NULL, &m->early) = (struct early_death){strdup(resource_id), strdup(what)};
		return;
	}
	lm_log(LM_LOG_WARN, "resource.died", "resource=%s what=\"%s\"", resource_id, what);
	engine_died(m->engine, resource_id, what, manager_now_ms(m), m->turn);
}

static void on_died(void *arg, const char *resource_id, const char *what)
{
	const struct voice *v = arg;

	tell_death(v->manager, resource_id, what);
}

static void on_host_address(void *arg, const char *address, bool up)
{
	const struct voice *v = arg;
	const struct manager *m = v->manager;

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

/* A driver that refuses has begun nothing; the engine hears of it in the next turn. */
static void ask_driver(struct manager *m, size_t driver, const struct step_request *step)
{
	lm_log(LM_LOG_DEBUG, "step.asked", "step=%s resource=%s action=%s driver=%s trace=%s",
	    step->step, step->resource_name, step->action,
	    step->site == NULL ? m->conf.drivers[driver]->name : step->site->driver,
	    step->trace == NULL ? "-" : step->trace);
	struct lm_err *e = m->conf.drivers[driver]->execute(m->drivers[driver], step);
	if (e == NULL)
		return;
	struct step_result r = {.step = step->step,
	    .failure = STEP_INTERNAL_ERROR,
	    .is_unasked = true,
	    .message = lm_err_text(e)};
	take_result(m, &r);
	lm_err_free(e);
}

/* The one of others; there is one for all of them. */
static size_t driver_of_others(const struct manager *m)
{
	size_t i = 0;

	while (i < m->conf.n_drivers && !is_of_others(m->conf.drivers[i]))
		i++;
	return i;
}

static size_t driver_named(const struct manager *m, const char *name)
{
	size_t i = 0;

	while (i < m->conf.n_drivers && strcasecmp(m->conf.drivers[i]->name, name) != 0)
		i++;
	return i;
}

static void ask_somebody(struct manager *m, const struct step_request *step)
{
	LM_AUTO(lm_arena) a = lm_arena_new();
	const char *own[DRIVERS_MAX + 1] = {0};
	struct step_request rq = *step;
	struct choice choice;
	size_t n = 0;

	if (m->conf.sites == NULL) {
		ask_driver(m, driver_index(m, step->location), step);
		return;
	}
	for (size_t i = 0; i < m->conf.n_drivers; i++)
		if (!is_of_others(m->conf.drivers[i]))
			own[n++] = m->conf.drivers[i]->name;
	if (!sites_choose(m->conf.sites, own, step, a, &choice)) {
		take_result(m, &choice.why);
		return;
	}
	size_t driver = choice.is_own ? driver_named(m, choice.driver) : driver_of_others(m);
	assert(driver < m->conf.n_drivers);
	rq.site = choice.is_own ? NULL : &choice.site;
	ask_driver(m, driver, &rq);
}

/* The answer to the step itself tells what became of it; who was not asked it does not mind. */
static void cancel_step(struct manager *m, const struct step_cancel *c)
{
	lm_log(LM_LOG_INFO, "step.cancel", "step=%s", c->step);
	for (size_t i = 0; i < m->conf.n_drivers; i++)
		if (is_of_others(m->conf.drivers[i]) || serves(m, i, c->location))
			m->conf.drivers[i]->cancel(m->drivers[i], c->step);
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
		ask_somebody(m, &t->steps.v[i]);
	for (size_t i = 0; i < t->cancels.n; i++)
		cancel_step(m, &t->cancels.v[i]);
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

static const char *metrics_token(void *arg, const char *resource_id, struct lm_arena *a)
{
	const struct manager *m = arg;
	char token[TOKEN_SIZE];

	if (!token_subject_is_valid(resource_id))
		return NULL;
	token_make(m->conf.token_key, resource_id, token);
	return lm_arena_strdup(a, token);
}

static const char *step_token(void *arg, const char *step, struct lm_arena *a)
{
	const struct manager *m = arg;
	char token[TOKEN_SIZE];

	reply_token_make(m->conf.token_key, step, token);
	return lm_arena_strdup(a, token);
}

static struct lm_err *open_drivers(struct manager *m)
{
	struct driver_conf conf = {
	    .loop = m->conf.loop,
	    .state_dir = m->conf.driver_dir,
	    .images_dir = m->conf.images_dir,
	    .metrics_port = m->conf.metrics_port,
	    .metrics_token = m->conf.token_key != NULL ? metrics_token : NULL,
	    .reply_url = m->conf.reply_url,
	    .reply_token = m->conf.token_key != NULL ? step_token : NULL,
	    .token_arg = m,
	    .events = {on_result, on_died, on_host_address, NULL},
	};

	for (size_t i = 0; i < m->conf.n_drivers; i++) {
		m->voices[i] = (struct voice){m, i};
		conf.events.arg = &m->voices[i];
		struct lm_err *e = m->conf.drivers[i]->open(&conf, &m->drivers[i]);

		if (e != NULL)
			return lm_err_wrap(e, "driver '%s' cannot start", m->conf.drivers[i]->name);
	}
	return NULL;
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
	assert(conf->n_drivers >= 1 && conf->n_drivers <= DRIVERS_MAX);
	struct manager *m = calloc(1, sizeof *m);

	if (m == NULL)
		abort();
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
	    .limits = {conf->steps_per_location, conf->steps_per_driver, driver_of, m},
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
	for (size_t i = 0; i < m->conf.n_drivers; i++)
		m->conf.drivers[i]->close(m->drivers[i]);
	for (size_t i = 0; i < m->early.n; i++) { /* only when opening failed half-way */
		free(m->early.v[i].resource_id);
		free(m->early.v[i].what);
	}
	lm_vec_free(&m->early);
	removals_fini(&m->removals);
	lm_err_free(m->held.why);
	engine_free(m->engine);
	turn_fini(&m->turns[0]);
	turn_fini(&m->turns[1]);
	uv_close((uv_handle_t *)&m->timer, on_timer_closed);
}

struct lm_err *manager_list(struct manager *m, driver_each_fn *each, void *arg)
{
	for (size_t i = 0; i < m->conf.n_drivers; i++) {
		struct lm_err *e = m->conf.drivers[i]->list(m->drivers[i], each, arg);

		if (e != NULL)
			return lm_err_wrap(e, "driver '%s'", m->conf.drivers[i]->name);
	}
	return NULL;
}

struct lm_err *manager_remove(struct manager *m, const char *location, const char *resource_id)
{
	size_t i = driver_index(m, location);
	const char *step = removals_begin(&m->removals, resource_id);

	if (step == NULL)
		return lm_err_new(
		    LM_ERR_CONFLICT, "its removal is under way already, or too many others are");
	struct lm_err *e = m->conf.drivers[i]->remove(m->drivers[i], step, resource_id);
	if (e != NULL)
		removals_end(&m->removals,
		    &(struct step_result){
			.step = step, .failure = STEP_INTERNAL_ERROR, .message = lm_err_text(e)});
	return e;
}

const struct removal *manager_removal(const struct manager *m, const char *resource_id)
{
	return removals_find(&m->removals, resource_id);
}

bool manager_lists(const struct manager *m, const char *location)
{
	const struct site_location *l =
	    m->conf.sites == NULL ? NULL : sites_location(m->conf.sites, location);

	return m->conf.sites == NULL || (l != NULL && driver_named(m, l->type) < m->conf.n_drivers);
}

struct lm_err *manager_reply(struct manager *m, const char *step, const json_t *reply, bool *taken)
{
	size_t i = driver_of_others(m);

	*taken = false;
	return i == m->conf.n_drivers ? NULL : http_driver_reply(m->drivers[i], step, reply, taken);
}

bool manager_driver_health(
    struct manager *m, const struct site_driver *d, web_done_fn *done, void *arg)
{
	size_t i = driver_of_others(m);

	if (i == m->conf.n_drivers)
		return false;
	http_driver_health(m->drivers[i], d->base_uri, d->certificate, done, arg);
	return true;
}

bool manager_lost(struct manager *m, const char *resource_id, const char *why)
{
	return engine_lost(m->engine, resource_id, why, manager_now_ms(m), m->turn);
}
