/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "lm/drivers/http/priv.h"

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

/* ---- turns ------------------------------------------------------------------------------------ */

static struct target *target_at(struct driver *d, const char *base_uri)
{
	struct target *t = lm_map_find(d->targets, base_uri);

	if (t == NULL) {
		t = calloc(1, sizeof *t);
		if (t == NULL || (t->base_uri = strdup(base_uri)) == NULL)
			abort();
		TAILQ_INIT(&t->line);
		lm_map_put(d->targets, t->base_uri, t);
	}
	t->users++;
	return t;
}

static void target_leave(struct driver *d, struct target *t)
{
	if (--t->users > 0)
		return;
	lm_map_remove(d->targets, t->base_uri);
	free(t->base_uri);
	free(t);
}

static void pack(struct request *r);

static void next_in_line(struct target *t)
{
	struct request *r;

	while (t->asking < ASKING_MAX && (r = TAILQ_FIRST(&t->line)) != NULL) {
		TAILQ_REMOVE(&t->line, r, line);
		t->asking++;
		pack(r);
	}
}

static void stand_in_line(struct request *r)
{
	r->state = REQUEST_IN_LINE;
	TAILQ_INSERT_TAIL(&r->target->line, r, line);
	next_in_line(r->target);
}

/* Whatever it does now, it does no more, and is in no book. */
static void let_go(struct request *r)
{
	if (r->state == REQUEST_IN_LINE)
		TAILQ_REMOVE(&r->target->line, r, line);
	if (r->state == REQUEST_PACKING || r->state == REQUEST_ASKING)
		r->target->asking--;
	if (r->pack != NULL)
		pack_forget(r->pack);
	if (r->call != NULL)
		web_cancel(r->call);
	lm_map_remove(r->driver->requests, r->rq.step);
}

/* ---- the clock -------------------------------------------------------------------------------- */

static uint64_t now_ms(const struct request *r)
{
	return uv_now(r->driver->conf.loop);
}

static unsigned limit_s(const struct request *r)
{
	return r->rq.timeout_s > 0 ? r->rq.timeout_s : STEP_MS / 1000;
}

static void overdue(struct request *r)
{
	const char *driver = r->rq.site->driver;

	if (r->is_cancelled && r->state != REQUEST_ACCEPTED)
		request_fail(
		    r, STEP_CANCELLED, "cancelled before driver '%s' has accepted it", driver);
	else if (r->is_cancelled)
		request_fail(r, STEP_CANCELLED,
		    "cancelled; driver '%s' was not done with it, and may still change something",
		    driver);
	else if (r->state == REQUEST_ACCEPTED)
		request_fail(r, STEP_TIMEOUT,
		    "driver '%s' has accepted it, but not answered within its time limit of %u s",
		    driver, limit_s(r));
	else
		request_fail(r, STEP_TIMEOUT,
		    "driver '%s' has not accepted it within its time limit of %u s%s%s", driver,
		    limit_s(r), r->why[0] == '\0' ? "" : ": ", r->why);
}

static void sleep_on(struct request *r);

static void on_timer(uv_timer_t *t)
{
	struct request *r = t->data;
	uint64_t now = now_ms(r);

	if (now >= r->deadline_ms) {
		overdue(r);
		return;
	}
	if (r->again_ms != 0 && now >= r->again_ms) {
		r->again_ms = 0;
		stand_in_line(r);
	}
	sleep_on(r);
}

static void sleep_on(struct request *r)
{
	uint64_t now = now_ms(r), at = r->deadline_ms;

	if (r->again_ms != 0 && r->again_ms < at)
		at = r->again_ms;
	uv_timer_start(&r->timer, on_timer, at > now ? at - now : 0, 0);
}

/* ---- asking ----------------------------------------------------------------------------------- */

static void on_answer(void *arg, const struct web_answer *a)
{
	struct request *r = arg;
	struct driver *d = r->driver;
	struct target *t = r->target;

	t->users++; /* the request may be gone in a moment */
	t->asking--;
	r->call = NULL;
	r->state = REQUEST_PAUSING; /* it holds nothing any more */
	answer_read(r, a);
	next_in_line(t);
	target_leave(d, t);
}

static const char *url_of(struct request *r)
{
	return lm_arena_join(r->arena, r->rq.site->base_uri,
	    r->rq.is_find ? "/api/driver/references/find" : "/api/driver/lifecycle/execute", NULL);
}

/* Whoever asked for the process has a word for it; else it is the process' id, which the step's begins with. */
static const char *trace_header(struct request *r)
{
	if (r->rq.trace != NULL)
		return lm_arena_join(r->arena, "X-TraceCtx-TransactionId: ", r->rq.trace, NULL);
	return lm_arena_printf(
	    r->arena, "X-TraceCtx-TransactionId: %.*s", (int)strcspn(r->rq.step, "/"), r->rq.step);
}

static void ask(struct request *r, const struct lm_buf *files)
{
	const struct driver_conf *conf = &r->driver->conf;
	uint64_t now = now_ms(r), left = r->deadline_ms > now ? r->deadline_ms - now : 1;
	const char *headers[8] = {"Content-Type: application/json", "Accept: application/json"};
	struct lm_buf body;
	size_t n = 2;

	headers[n++] = trace_header(r);
	if (!r->rq.is_find && conf->reply_url != NULL && conf->reply_token != NULL) {
		headers[n++] = lm_arena_join(r->arena, "X-LM-Callback: ", conf->reply_url, NULL);
		headers[n++] = lm_arena_join(r->arena, "X-LM-Callback-Token: ",
		    conf->reply_token(conf->token_arg, r->rq.step, r->arena), NULL);
	}
	lm_buf_init(&body, BODY_MAX);
	body_print(&r->rq, files, &body);
	if (body.cut) {
		lm_buf_fini(&body);
		request_fail(
		    r, STEP_INTERNAL_ERROR, "the request has more than %d MiB", BODY_MAX >> 20);
		return;
	}
	r->state = REQUEST_ASKING;
	r->call = web_begin(r->driver->web,
	    &(struct web_request){
		.method = "POST",
		.url = url_of(r),
		.headers = headers,
		.body = body.p,
		.body_n = body.n,
		.https = true,
		.ca = r->rq.site->certificate,
		.limit_ms = left < CALL_MS ? (unsigned)left : CALL_MS,
		.answer_max = ANSWER_MAX,
	    },
	    on_answer, r);
	lm_buf_fini(&body);
}

static void on_packed(void *arg, const struct lm_buf *files, const char *why)
{
	struct request *r = arg;

	r->pack = NULL;
	if (why != NULL)
		request_fail(r, STEP_INTERNAL_ERROR, "%s", why);
	else
		ask(r, files);
}

static void pack(struct request *r)
{
	r->state = REQUEST_PACKING;
	r->pack =
	    pack_begin(r->driver->conf.loop, r->rq.package_dir, r->rq.site->driver, on_packed, r);
}

void request_accepted(struct request *r)
{
	r->state = REQUEST_ACCEPTED;
}

void request_refused(struct request *r, const char *fmt, ...)
{
	uint64_t pause = PAUSE_MS;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(r->why, sizeof r->why, fmt, ap);
	va_end(ap);
	for (unsigned i = 0; i < r->refusals && pause < PAUSE_MAX_MS; i++)
		pause *= 2;
	r->refusals++;
	r->state = REQUEST_PAUSING;
	r->again_ms = now_ms(r) + (pause < PAUSE_MAX_MS ? pause : PAUSE_MAX_MS);
	sleep_on(r);
}

/* ---- beginning and end ------------------------------------------------------------------------ */

void request_begin(struct driver *d, const struct step_request *rq)
{
	struct request *r = calloc(1, sizeof *r);

	if (r == NULL)
		abort();
	r->driver = d;
	r->arena = lm_arena_new();
	r->target = target_at(d, rq->site->base_uri);
	copy_request(r->arena, rq, &r->rq);
	uv_timer_init(d->conf.loop, &r->timer);
	r->timer.data = r;
	uv_update_time(d->conf.loop);
	r->deadline_ms = now_ms(r) + limit_s(r) * UINT64_C(1000);
	lm_map_put(d->requests, r->rq.step, r);
	sleep_on(r);
	stand_in_line(r);
}

static void on_closed(uv_handle_t *h)
{
	free(h->data);
}

void request_forget(struct request *r)
{
	let_go(r);
	target_leave(r->driver, r->target);
	lm_arena_free(r->arena);
	uv_close((uv_handle_t *)&r->timer, on_closed);
}

/* Who is told of the end may ask for more, so that the request is in no book by then. */
void request_end(struct request *r, const struct step_result *result)
{
	struct driver *d = r->driver;
	struct target *t = r->target;
	struct lm_arena *arena = r->arena;
	struct step_result told = *result;

	told.step = r->rq.step;
	told.topology = (struct lm_kvs){r->topology.v, r->topology.n};
	let_go(r);
	uv_close((uv_handle_t *)&r->timer, on_closed); /* which frees it later */
	d->conf.events.result(d->conf.events.arg, &told);
	lm_arena_free(arena);
	next_in_line(t);
	target_leave(d, t);
}

void request_fail(struct request *r, enum step_failure failure, const char *fmt, ...)
{
	char message[2 * WHY_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(message, sizeof message, fmt, ap);
	va_end(ap);
	request_end(r, &(struct step_result){.failure = failure, .message = message});
}

/* What was accepted may be done in a moment; the contract knows no way to stop it. */
void request_cancel(struct request *r)
{
	uint64_t soon = now_ms(r) + (r->state == REQUEST_ACCEPTED ? CANCEL_MS : 0);

	r->is_cancelled = true;
	if (soon < r->deadline_ms)
		r->deadline_ms = soon;
	sleep_on(r);
}
