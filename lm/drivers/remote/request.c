/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "base/heap.h"
#include "lm/drivers/remote/remote.h"

enum {
	STEP_MS = 900 * 1000, /* of a step without a limit */
	PAUSE_MS = 500,       /* after the first refusal; twice as long after each */
	PAUSE_MAX_MS = 30 * 1000,
	CANCEL_MS = 10 * 1000, /* in which a cancelled step may still end by itself */
	KEPT_MAX = 32,         /* idle connections */
	HEADERS_MAX = 8,
};

/* ---- a copy that lasts ------------------------------------------------------------------------ */

static void copy_site(struct lm_arena *a, const struct step_site *from, struct step_site *to)
{
	struct step_key *keys = LM_NEW_N(a, struct step_key, from->n_keys + 1);

	for (size_t i = 0; i < from->n_keys; i++)
		keys[i] = (struct step_key){
		    lm_arena_strdup(a, from->keys[i].name),
		    lm_arena_strdup(a, from->keys[i].public_key),
		    lm_arena_strdup(a, from->keys[i].private_key),
		};
	*to = (struct step_site){
	    .driver = lm_arena_strdup(a, from->driver),
	    .base_uri = lm_arena_strdup(a, from->base_uri),
	    .certificate = lm_arena_strdup(a, from->certificate),
	    .location = lm_arena_strdup(a, from->location),
	    .type = lm_arena_strdup(a, from->type),
	    .location_properties = lm_arena_strdup(a, from->location_properties),
	    .manager = lm_arena_strdup(a, from->manager),
	    .given = lm_kvs_copy(a, &from->given),
	    .keys = keys,
	    .n_keys = from->n_keys,
	};
}

/* What is of use to such a driver. */
static void copy_request(
    struct lm_arena *a, const struct step_request *from, struct step_request *to)
{
	struct step_site *site = LM_NEW(a, struct step_site);

	copy_site(a, from->site, site);
	*to = (struct step_request){
	    .step = lm_arena_strdup(a, from->step),
	    .resource_id = lm_arena_strdup(a, from->resource_id),
	    .resource_name = lm_arena_strdup(a, from->resource_name),
	    .descriptor = lm_arena_strdup(a, from->descriptor),
	    .action = lm_arena_strdup(a, from->action),
	    .trace = lm_arena_strdup(a, from->trace),
	    .is_operation = from->is_operation,
	    .is_find = from->is_find,
	    .timeout_s = from->timeout_s,
	    .package_dir = lm_arena_strdup(a, from->package_dir),
	    .own = lm_kvs_copy(a, &from->own),
	    .given = lm_kvs_copy(a, &from->given),
	    .types = lm_kvs_copy(a, &from->types),
	    .kept = lm_kvs_copy(a, &from->kept),
	    .topology = lm_kvs_copy(a, &from->topology),
	    .site = site,
	};
}

/* Whoever asked for the process has a word for it; else it is the process' id, which the step's begins with. */
static const char *trace_header(const struct step_request *rq, struct lm_arena *a)
{
	if (rq->trace != NULL)
		return lm_arena_join(a, "X-TraceCtx-TransactionId: ", rq->trace, NULL);
	return lm_arena_printf(
	    a, "X-TraceCtx-TransactionId: %.*s", (int)strcspn(rq->step, "/"), rq->step);
}

/* ---- turns ------------------------------------------------------------------------------------ */

static struct remote_target *target_at(struct remote *m, const char *base_uri)
{
	struct remote_target *t = lm_map_find(m->targets, base_uri);

	if (t == NULL) {
		t = lm_alloc(sizeof *t);
		t->base_uri = lm_strdup(base_uri);
		TAILQ_INIT(&t->line);
		lm_map_put(m->targets, t->base_uri, t);
	}
	t->users++;
	return t;
}

static void target_leave(struct remote *m, struct remote_target *t)
{
	if (--t->users > 0)
		return;
	lm_map_remove(m->targets, t->base_uri);
	free(t->base_uri);
	free(t);
}

static void next_in_line(struct remote *m, struct remote_target *t)
{
	struct remote_request *r;

	t->users++; /* a turn may end the last request */
	while (t->asking < REMOTE_ASKING_MAX && (r = TAILQ_FIRST(&t->line)) != NULL) {
		TAILQ_REMOVE(&t->line, r, line);
		t->asking++;
		r->state = REMOTE_TURN;
		m->ops->turn(r);
	}
	target_leave(m, t);
}

static void stand_in_line(struct remote_request *r)
{
	r->state = REMOTE_IN_LINE;
	TAILQ_INSERT_TAIL(&r->target->line, r, line);
	next_in_line(r->remote, r->target);
}

/* Whatever it does now, it does no more, and is in no book. */
static void let_go(struct remote_request *r)
{
	if (r->state == REMOTE_IN_LINE)
		TAILQ_REMOVE(&r->target->line, r, line);
	if (r->state == REMOTE_TURN)
		r->target->asking--;
	if (r->remote->ops->drop != NULL)
		r->remote->ops->drop(r);
	if (r->call != NULL)
		web_cancel(r->call);
	lm_map_remove(r->remote->requests, r->rq.step);
}

/* ---- the clock -------------------------------------------------------------------------------- */

static uint64_t now_ms(const struct remote_request *r)
{
	return uv_now(r->remote->conf.loop);
}

static unsigned limit_s(const struct remote_request *r)
{
	return r->rq.timeout_s > 0 ? r->rq.timeout_s : STEP_MS / 1000;
}

static void overdue(struct remote_request *r)
{
	bool may_be_taken = r->is_accepted || (r->call != NULL && !r->rq.is_find);

	if (r->is_cancelled && !may_be_taken)
		remote_fail(r, STEP_CANCELLED, "cancelled before %s has accepted it", r->who);
	else if (r->is_cancelled)
		remote_fail(r, STEP_CANCELLED,
		    "cancelled; %s was not done with it, and may still change something", r->who);
	else if (r->is_accepted)
		remote_fail(r, STEP_TIMEOUT,
		    "%s has accepted it, but not answered within its time limit of %u s%s%s",
		    r->who, limit_s(r), r->why[0] == '\0' ? "" : ": ", r->why);
	else
		remote_fail(r, STEP_TIMEOUT,
		    "%s has not accepted it within its time limit of %u s%s%s", r->who, limit_s(r),
		    r->why[0] == '\0' ? "" : ": ", r->why);
}

static void sleep_on(struct remote_request *r);

static void on_timer(uv_timer_t *t)
{
	struct remote_request *r = t->data;
	uint64_t now = now_ms(r);

	if (now >= r->deadline_ms) {
		overdue(r);
		return;
	}
	bool is_time = r->again_ms != 0 && now >= r->again_ms;
	if (is_time)
		r->again_ms = 0;
	sleep_on(r);
	if (is_time)
		stand_in_line(r); /* by which it may end */
}

static void sleep_on(struct remote_request *r)
{
	uint64_t now = now_ms(r), at = r->deadline_ms;

	if (r->again_ms != 0 && r->again_ms < at)
		at = r->again_ms;
	uv_timer_start(&r->timer, on_timer, at > now ? at - now : 0, 0);
}

/* ---- asking ----------------------------------------------------------------------------------- */

static void on_answer(void *arg, const struct web_answer *a)
{
	struct remote_request *r = arg;
	struct remote *m = r->remote;
	struct remote_target *t = r->target;

	t->users++; /* the request may be gone in a moment */
	t->asking--;
	r->call = NULL;
	r->state = REMOTE_RESTING;
	m->ops->answered(r, a);
	next_in_line(m, t);
	target_leave(m, t);
}

void remote_ask(struct remote_request *r, const struct remote_call *c)
{
	uint64_t now = now_ms(r), left = r->deadline_ms > now ? r->deadline_ms - now : 1;
	unsigned limit = c->limit_ms != 0 ? c->limit_ms : REMOTE_CALL_MS;
	const char *headers[HEADERS_MAX + 1] = {"Accept: application/json", r->trace};
	size_t n = 2;

	if (c->body != NULL)
		headers[n++] = "Content-Type: application/json";
	for (size_t i = 0; c->headers != NULL && c->headers[i] != NULL && n < HEADERS_MAX; i++)
		headers[n++] = c->headers[i];
	r->call = web_begin(r->remote->web,
	    &(struct web_request){
		.method = c->method,
		.url = c->url,
		.headers = headers,
		.body = c->body,
		.body_n = c->body_n,
		.https = true,
		.ca = r->rq.site->certificate,
		.limit_ms = left < limit ? (unsigned)left : limit,
		.answer_max = REMOTE_ANSWER_MAX,
		.is_once = c->is_once,
	    },
	    on_answer, r);
}

void remote_heard(struct remote_request *r)
{
	r->refusals = 0;
	r->why[0] = '\0';
}

void remote_accepted(struct remote_request *r)
{
	r->is_accepted = true;
	remote_heard(r);
}

void remote_again(struct remote_request *r, unsigned ms)
{
	r->again_ms = now_ms(r) + (ms > 0 ? ms : 1);
	sleep_on(r);
}

unsigned remote_pause(unsigned first_ms, unsigned most_ms, unsigned times)
{
	unsigned pause = first_ms;

	for (unsigned i = 0; i < times && pause < most_ms; i++)
		pause *= 2;
	return pause < most_ms ? pause : most_ms;
}

void remote_refused(struct remote_request *r, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(r->why, sizeof r->why, fmt, ap);
	va_end(ap);
	remote_again(r, remote_pause(PAUSE_MS, PAUSE_MAX_MS, r->refusals++));
}

/* ---- beginning and end ------------------------------------------------------------------------ */

void remote_open(struct remote *m, const struct remote_ops *ops, const struct driver_conf *conf)
{
	*m = (struct remote){.ops = ops,
	    .conf = *conf,
	    .web = web_new(conf->loop, KEPT_MAX),
	    .requests = lm_map_new(),
	    .targets = lm_map_new()};
}

struct remote_request *remote_find(const struct remote *m, const char *step)
{
	return lm_map_find(m->requests, step);
}

struct lm_err *remote_begin(
    struct remote *m, const struct step_request *rq, const char *who, struct remote_request **out)
{
	*out = NULL;
	if (rq->site == NULL)
		return lm_err_new(LM_ERR_INVALID, "nothing tells whom to ask");
	struct lm_err *e = web_check(rq->site->base_uri, true);
	if (e != NULL)
		return lm_err_wrap(e, "%s is registered at '%s'", who, rq->site->base_uri);
	if (remote_find(m, rq->step) != NULL) /* it is asked already */
		return NULL;
	if (lm_map_count(m->requests) >= REMOTE_REQUESTS_MAX)
		return lm_err_new(LM_ERR_UNAVAILABLE,
		    "%d steps are with others already: try again later", REMOTE_REQUESTS_MAX);
	struct remote_request *r = lm_alloc(m->ops->size);
	r->remote = m;
	r->arena = lm_arena_new();
	r->who = lm_arena_strdup(r->arena, who);
	r->state = REMOTE_RESTING;
	r->target = target_at(m, rq->site->base_uri);
	copy_request(r->arena, rq, &r->rq);
	r->trace = trace_header(&r->rq, r->arena);
	uv_timer_init(m->conf.loop, &r->timer);
	r->timer.data = r;
	uv_update_time(m->conf.loop);
	r->deadline_ms = now_ms(r) + limit_s(r) * UINT64_C(1000);
	lm_map_put(m->requests, r->rq.step, r);
	*out = r;
	return NULL;
}

void remote_start(struct remote_request *r)
{
	sleep_on(r);
	stand_in_line(r);
}

static void on_closed(uv_handle_t *h)
{
	free(h->data);
}

static void forget(struct remote_request *r)
{
	let_go(r);
	target_leave(r->remote, r->target);
	lm_arena_free(r->arena);
	uv_close((uv_handle_t *)&r->timer, on_closed);
}

void remote_close(struct remote *m)
{
	struct remote_request *r;

	for (size_t i = 0; (r = lm_map_next(m->requests, &i)) != NULL;)
		forget(r);
	web_free(m->web);
	lm_map_free(m->requests);
	lm_map_free(m->targets);
}

/* Who is told of the end may ask for more, so that the request is in no book by then. */
void remote_end(struct remote_request *r, const struct step_result *result)
{
	struct remote *m = r->remote;
	struct remote_target *t = r->target;
	struct lm_arena *arena = r->arena;
	struct step_result told = *result;

	if (m->ops->ended != NULL)
		m->ops->ended(r);
	told.step = r->rq.step;
	told.topology = (struct lm_kvs){r->topology.v, r->topology.n};
	let_go(r);
	uv_close((uv_handle_t *)&r->timer, on_closed); /* which frees it later */
	m->conf.events.result(m->conf.events.arg, &told);
	lm_arena_free(arena);
	next_in_line(m, t);
	target_leave(m, t);
}

void remote_fail(struct remote_request *r, enum step_failure failure, const char *fmt, ...)
{
	char message[2 * REMOTE_WHY_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(message, sizeof message, fmt, ap);
	va_end(ap);
	remote_end(r, &(struct step_result){.failure = failure, .message = message});
}

/* What was accepted may be done in a moment; the contracts know no way to stop it. */
void remote_cancel(struct remote *m, const char *step)
{
	struct remote_request *r = remote_find(m, step);

	if (r == NULL)
		return;
	uint64_t soon = now_ms(r) + (r->is_accepted ? CANCEL_MS : 0);
	r->is_cancelled = true;
	if (soon < r->deadline_ms)
		r->deadline_ms = soon;
	sleep_on(r);
}
