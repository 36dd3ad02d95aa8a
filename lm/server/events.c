/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/server/events.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <uv.h>

#include "base/heap.h"
#include "base/json.h"
#include "base/log.h"
#include "base/time.h"
#include "lm/server/feed/shape.h"
#include "lm/server/http.h"

enum {
	FOLLOWERS_MAX = 64,
	BACKLOG_MAX = 1 << 20,
	PAGE = 256,           /* records of the journal read at once while catching up */
	PAGE_BYTES = 1 << 26, /* what a page can come to at most */
	ALIVE_MS = 15000,
};

struct follower {
	struct events *events;
	struct http_request *request;
	struct follower *next, **prev;
	int64_t after;           /* the last number written */
	size_t page_n, page_put; /* records of the present page: seen, and written */
	unsigned types;          /* wanted: bits 1u << EVENT_x */
	bool sse, follows, is_live, samples;
	bool is_dropped;
};

struct events {
	struct store *store;
	struct follower *followers;
	size_t n_followers, n_samplers; /* all, and those who want samples */
	uint64_t n_dropped;
	uv_timer_t alive;
	events_may_fn *may;
	void *arg;
};

/*
 * What is on its way to followers: the journal's form, and the one that others are told, made when the
 * first of them is.
 */
struct news {
	int64_t seq; /* 0: it is not kept */
	const char *body;
	enum event_type type;
	bool is_shaped, is_told;
	struct lm_buf shape;
};

static struct news news_of(int64_t seq, const char *body)
{
	return (struct news){.seq = seq, .body = body, .type = event_type_of(body)};
}

static void news_fini(struct news *n)
{
	if (n->is_shaped)
		lm_buf_fini(&n->shape);
}

/* Whether others are told of it at all. */
static bool news_shape(struct news *n)
{
	if (!n->is_shaped) {
		lm_buf_init(&n->shape, PAGE_BYTES);
		n->is_told = event_shape(n->seq, n->body, &n->shape);
		n->is_shaped = true;
	}
	return n->is_told;
}

static bool is_wanted(const struct follower *f, struct news *n)
{
	if (f->types != EVENTS_ALL && (n->type == EVENT_TYPES_N || !(f->types >> n->type & 1)))
		return false;
	return !f->sse || news_shape(n);
}

static bool put(struct follower *f, const struct news *n, size_t max)
{
	struct lm_buf b;

	lm_buf_init(&b, PAGE_BYTES);
	if (f->sse && n->seq > 0)
		lm_buf_printf(&b, "id: %lld\n", (long long)n->seq);
	if (f->sse && n->type != EVENT_TYPES_N)
		lm_buf_printf(&b, "event: %s\n", event_type_text(n->type));
	lm_buf_puts(&b, f->sse ? "data: " : "");
	lm_buf_puts(&b, f->sse ? n->shape.p : n->body);
	lm_buf_puts(&b, f->sse ? "\n\n" : "\n");
	bool ok = http_stream_write(f->request, b.p, b.n, max);
	lm_buf_fini(&b);
	return ok;
}

static void put_live(struct follower *f, struct news *n)
{
	if (f->is_dropped || !is_wanted(f, n) || put(f, n, BACKLOG_MAX))
		return;
	f->is_dropped = true;
	f->events->n_dropped++;
	lm_log(LM_LOG_WARN, "events.dropped", "a follower is too slow; last event sent=%lld",
	    (long long)f->after);
	http_stream_end(f->request);
}

/* ---- catching up from the journal ------------------------------------------------------------- */

static struct lm_err *put_record(void *arg, const struct record *r)
{
	struct follower *f = arg;

	f->after = strtoll(r->key, NULL, 10);
	f->page_n++;
	struct news n = news_of(f->after, r->body);
	bool wanted = is_wanted(f, &n), ok = !wanted || put(f, &n, PAGE_BYTES);
	f->page_put += wanted;
	news_fini(&n);
	return ok ? NULL : lm_err_new(LM_ERR_LIMIT, "a page of events is too large");
}

static void put_alive(struct follower *f)
{
	const char *sign = f->sse ? ":\n\n" : "\n";

	if (!http_stream_write(f->request, sign, strlen(sign), BACKLOG_MAX))
		http_stream_end(f->request);
}

/* Everything written so far has been sent: the next page, or the end of the journal. */
static void on_more(void *arg, struct http_request *r)
{
	struct follower *f = arg;
	struct store *s = f->events->store;
	struct store_query q = {.table = RECORD_EVENT, .after = f->after, .limit = PAGE};

	if (f->is_live || f->is_dropped)
		return;
	f->page_n = f->page_put = 0;
	struct lm_err *e = s->ops->load(s, &q, put_record, f);
	if (e != NULL) {
		lm_log(LM_LOG_ERROR, "events.read", "%s", lm_err_text(e));
		lm_err_free(e);
		http_stream_end(r);
		return;
	}
	f->is_live = f->page_n < PAGE;
	if (f->is_live && !f->follows)
		http_stream_end(r);
	else if (f->page_put == 0)
		put_alive(f); /* what is sent has us called again, and the answer's head leave */
}

static void on_closed(void *arg)
{
	struct follower *f = arg;
	struct events *ev = f->events;

	*f->prev = f->next;
	if (f->next != NULL)
		f->next->prev = f->prev;
	ev->n_samplers -= f->samples;
	if (--ev->n_followers == 0)
		uv_timer_stop(&ev->alive);
	free(f);
}

static void on_alive(uv_timer_t *t)
{
	struct events *ev = t->data;

	for (struct follower *f = ev->followers; f != NULL; f = f->next) {
		if (f->is_dropped)
			continue;
		f->is_dropped = !ev->may(ev->arg, f->request);
		if (f->is_dropped)
			http_stream_end(f->request);
		else if (f->is_live)
			put_alive(f);
	}
}

/* ---- the answer ------------------------------------------------------------------------------- */

static bool is_true(const char *text)
{
	return text != NULL && strcasecmp(text, "false") != 0 && strcmp(text, "0") != 0;
}

static bool parse_after(struct http_request *r, int64_t *out)
{
	const char *text = http_query(r, "after");
	char *end = NULL;

	if (text == NULL)
		text = http_header(r, "Last-Event-ID");
	if (text == NULL || *text == '\0')
		return true;
	errno = 0;
	long long n = strtoll(text, &end, 10);
	if (errno != 0 || *end != '\0' || n < 0)
		return false;
	*out = n;
	return true;
}

/* NULL: whatever there is. */
static bool parse_types(struct http_request *r, unsigned *out)
{
	const char *list = http_query(r, "type");

	*out = EVENTS_ALL;
	if (list == NULL || event_types_parse(list, out))
		return true;
	http_answer_error(
	    r, 400, "'type' must be a list of types of events: %s", event_type_names());
	return false;
}

static void follower_add(struct events *ev, struct follower *f)
{
	f->next = ev->followers;
	f->prev = &ev->followers;
	if (f->next != NULL)
		f->next->prev = &f->next;
	ev->followers = f;
	ev->n_samplers += f->samples;
	if (ev->n_followers++ == 0)
		uv_timer_start(&ev->alive, on_alive, ALIVE_MS, ALIVE_MS);
}

void events_answer(struct events *ev, struct http_request *r)
{
	const char *accept = http_header(r, "Accept"), *wish = http_query(r, "samples");
	bool samples = wish == NULL || is_true(wish);
	int64_t after = 0;
	unsigned types;

	if (!parse_after(r, &after)) {
		http_answer_error(r, 400, "'after' must be the number of an event, from 0");
		return;
	}
	if (!parse_types(r, &types))
		return;
	if (after > ev->store->ops->last_event(ev->store))
		after = 0; /* it has seen another journal, and nothing of this one */
	if (ev->n_followers >= FOLLOWERS_MAX) {
		http_answer_error(
		    r, 503, "%d clients read events already: try again later", FOLLOWERS_MAX);
		return;
	}
	struct follower *f = lm_alloc(sizeof *f);
	*f = (struct follower){.events = ev, .request = r, .after = after, .types = types};
	f->sse = accept != NULL && strstr(accept, "text/event-stream") != NULL;
	f->follows = is_true(http_query(r, "follow")) || f->sse;
	f->samples = f->follows && samples && (types >> EVENT_SAMPLE & 1);
	follower_add(ev, f);
	http_stream_begin(r, f->sse ? "text/event-stream" : "application/x-ndjson",
	    &(struct http_stream){on_more, on_closed, f});
}

/* ---- what happens ----------------------------------------------------------------------------- */

void events_published(struct events *ev, int64_t seq, const char *body)
{
	struct news n = news_of(seq, body);

	for (struct follower *f = ev->followers; f != NULL; f = f->next) {
		if (!f->is_live || !f->follows || seq <= f->after)
			continue;
		put_live(f, &n);
		f->after = seq;
	}
	news_fini(&n);
}

static void print_sample(
    const struct sample *s, const char *resource_name, int64_t now_ms, struct lm_buf *out)
{
	struct lm_json j = lm_json_on(out);
	char at[LM_TIME_SIZE];

	lm_time_text(now_ms, at);
	lm_json_open(&j, NULL, '{');
	lm_json_str(&j, "type", "MetricSample");
	lm_json_str(&j, "at", at);
	lm_json_int(&j, "at_ms", now_ms);
	lm_json_str(&j, "metricKey", s->metric_key);
	lm_json_str(&j, "metricName", s->metric_name);
	if (resource_name != NULL)
		lm_json_str(&j, "resourceName", resource_name);
	if (s->kind == SAMPLE_LOAD)
		lm_json_num(&j, "load", s->load);
	if (s->kind == SAMPLE_INTEGRITY)
		lm_json_str(&j, "integrity", s->ok ? "OK" : "BROKEN");
	if (s->values != NULL)
		lm_json_raw(&j, "values", s->values);
	lm_json_close(&j, '}');
}

struct events_counts events_counts(const struct events *ev)
{
	return (struct events_counts){ev->n_followers, ev->n_dropped};
}

bool events_wants_samples(const struct events *ev)
{
	return ev->n_samplers > 0;
}

void events_sample(
    struct events *ev, const struct sample *s, const char *resource_name, int64_t now_ms)
{
	struct lm_buf b;

	if (ev->n_samplers == 0)
		return;
	lm_buf_init(&b, PAGE_BYTES);
	print_sample(s, resource_name, now_ms, &b);
	struct news n = news_of(0, b.p);
	for (struct follower *f = ev->followers; f != NULL; f = f->next)
		if (f->is_live && f->samples)
			put_live(f, &n);
	news_fini(&n);
	lm_buf_fini(&b);
}

/* ---- life ------------------------------------------------------------------------------------- */

struct events *events_new(
    struct uv_loop_s *loop, struct store *store, events_may_fn *may, void *arg)
{
	struct events *ev = lm_alloc(sizeof *ev);

	ev->store = store;
	ev->may = may;
	ev->arg = arg;
	uv_timer_init(loop, &ev->alive);
	ev->alive.data = ev;
	return ev;
}

static void on_timer_closed(uv_handle_t *h)
{
	free(h->data);
}

void events_free(struct events *ev)
{
	if (ev != NULL)
		uv_close((uv_handle_t *)&ev->alive, on_timer_closed);
}
