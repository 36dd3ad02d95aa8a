/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/server/feed/hook.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/heap.h"
#include "base/log.h"
#include "lm/server/feed/shape.h"
#include "lm/server/feed/sign.h"

/* One webhook: from the journal, one event after the other, to its receiver. */

enum { PAGE = 256, LETTER_MAX = 16 << 20, ANSWER_MAX = 64 * 1024, GONE = 410 };

static void on_due(uv_timer_t *);

static int64_t now_ms(const struct hook *h)
{
	return h->hooks->conf.now_ms(h->hooks->conf.arg);
}

/* ---- the next event --------------------------------------------------------------------------------- */

static void forget_letter(struct hook *h)
{
	free(h->letter.body);
	free(h->letter.type);
	h->letter.seq = 0;
	h->letter.body = h->letter.type = NULL;
}

static bool is_wanted(const struct hook *h, const char *body, struct lm_buf *shape, int64_t seq)
{
	enum event_type t = event_type_of(body);

	return t != EVENT_TYPES_N && (h->spec.types >> t & 1) && event_shape(seq, body, shape);
}

struct reading {
	struct hook *hook;
	size_t n;
};

/* An error that is none: it ends the walk. */
static struct lm_err *enough(void)
{
	return lm_err_new(LM_ERR_CONFLICT, "enough");
}

static struct lm_err *read_record(void *arg, const struct record *r)
{
	struct reading *reading = arg;
	struct hook *h = reading->hook;
	int64_t seq = strtoll(r->key, NULL, 10);
	struct lm_buf shape;

	if (seq > h->place.at + 1) {
		h->missed += (uint64_t)(seq - h->place.at - 1);
		lm_log(LM_LOG_WARN, "webhook.missed",
		    "webhook=%s events=%" PRId64 " the journal no longer has them", h->spec.name,
		    seq - h->place.at - 1);
	}
	reading->n++;
	lm_buf_init(&shape, LETTER_MAX);
	if (!is_wanted(h, r->body, &shape, seq)) {
		lm_buf_fini(&shape);
		h->place.at = seq;
		return NULL;
	}
	h->place.at = seq - 1;
	h->letter.seq = seq;
	h->letter.type = lm_strdup(event_type_text(event_type_of(r->body)));
	h->letter.body = lm_buf_detach(&shape);
	lm_buf_fini(&shape);
	return enough();
}

/* True: there may be more, in a moment. */
static bool read_on(struct hook *h)
{
	struct store *s = h->hooks->conf.store;
	struct store_query q = {.table = RECORD_EVENT, .after = h->place.at, .limit = PAGE};
	struct reading reading = {.hook = h};
	int64_t before = h->place.at;

	struct lm_err *e = s->ops->load(s, &q, read_record, &reading);
	if (h->place.at != before)
		places_changed(h->hooks);
	if (e != NULL && h->letter.seq == 0)
		lm_log(LM_LOG_ERROR, "webhook.read", "webhook=%s %s", h->spec.name, lm_err_text(e));
	lm_err_free(e);
	return reading.n == PAGE;
}

/* ---- how it ends -------------------------------------------------------------------------------------- */

static void stop(struct hook *h, const char *why)
{
	const struct hooks_conf *conf = &h->hooks->conf;

	h->place.stopped = true;
	h->waits = false;
	forget_letter(h);
	places_changed(h->hooks);
	lm_log(LM_LOG_ERROR, "webhook.stopped",
	    "webhook=%s nothing is sent until it is changed by an operator: %s", h->spec.name, why);
	conf->stopped(conf->arg, h->spec.name, why);
}

static void delivered(struct hook *h)
{
	if (h->place.failing_ms != 0)
		lm_log(LM_LOG_INFO, "webhook.well", "webhook=%s event=%" PRId64, h->spec.name,
		    h->letter.seq);
	h->delivered++;
	h->delivered_ms = now_ms(h);
	h->place.at = h->letter.seq;
	h->place.failing_ms = 0;
	h->pause_ms = 0;
	h->trouble[0] = '\0';
	forget_letter(h);
	places_changed(h->hooks);
	hook_wake(h);
}

/* The last attempt is made when patience ends, and not much later. */
static void try_later(struct hook *h, int64_t left_ms)
{
	int64_t pause = h->pause_ms == 0 ? HOOK_PAUSE_MIN_MS : 2 * h->pause_ms;

	h->pause_ms = pause < HOOK_PAUSE_MAX_MS ? pause : HOOK_PAUSE_MAX_MS;
	pause = h->pause_ms < left_ms ? h->pause_ms : left_ms;
	h->again_ms = now_ms(h) + pause;
	h->waits = true;
	uv_timer_start(&h->timer, on_due, (uint64_t)pause, 0);
}

static void failed(struct hook *h, int status)
{
	char why[400];
	int64_t now = now_ms(h);

	h->failed++;
	if (status == GONE) {
		snprintf(why, sizeof why, "%s to event %" PRId64, h->trouble, h->letter.seq);
		stop(h, why);
		return;
	}
	if (h->place.failing_ms == 0) {
		lm_log(LM_LOG_WARN, "webhook.failed", "webhook=%s event=%" PRId64 " again soon: %s",
		    h->spec.name, h->letter.seq, h->trouble);
		h->place.failing_ms = now;
		places_changed(h->hooks);
	}
	int64_t left_ms = h->place.failing_ms + h->spec.patience_s * INT64_C(1000) - now;
	if (left_ms > 0) {
		try_later(h, left_ms);
		return;
	}
	snprintf(why, sizeof why, "event %" PRId64 " could not be delivered for %" PRId64 " s: %s",
	    h->letter.seq, (now - h->place.failing_ms) / 1000, h->trouble);
	stop(h, why);
}

static void on_answer(void *arg, const struct web_answer *a)
{
	struct hook *h = arg;

	h->call = NULL;
	if (a->why == NULL && a->status / 100 == 2) {
		delivered(h);
		return;
	}
	if (a->why != NULL)
		snprintf(h->trouble, sizeof h->trouble, "%s", a->why);
	else
		snprintf(h->trouble, sizeof h->trouble, "the receiver answers %d%s", a->status,
		    a->status / 100 == 3 ? ", and redirects are not followed" : "");
	failed(h, a->status);
}

/* ---- sending ---------------------------------------------------------------------------------------- */

static void send_letter(struct hook *h)
{
	char id[64], type[80], at[64], proof[SIGN_SIZE + 32], seconds[24], sign[SIGN_SIZE];
	const char *const headers[] = {"Content-Type: application/json", id, type, at, proof, NULL};
	size_t n = strlen(h->letter.body);

	snprintf(seconds, sizeof seconds, "%" PRId64, now_ms(h) / 1000);
	sign_message(h->spec.secret, seconds, h->letter.body, n, sign);
	snprintf(id, sizeof id, "X-LM-Event-Id: %" PRId64, h->letter.seq);
	snprintf(type, sizeof type, "X-LM-Event-Type: %s", h->letter.type);
	snprintf(at, sizeof at, "X-LM-Timestamp: %s", seconds);
	snprintf(proof, sizeof proof, "X-LM-Signature: %s", sign);
	h->waits = false;
	h->call = web_begin(h->hooks->web,
	    &(struct web_request){
		.method = "POST",
		.url = h->spec.url,
		.headers = headers,
		.body = h->letter.body,
		.body_n = n,
		.https = true,
		.limit_ms = HOOK_LIMIT_MS,
		.answer_max = ANSWER_MAX,
		.is_forgetting = true,
	    },
	    on_answer, h);
}

/* A page of the journal at a time, so that others have their turn. */
static void on_due(uv_timer_t *t)
{
	struct hook *h = t->data;
	bool more = false;

	assert(h->call == NULL);
	if (h->place.stopped)
		return;
	if (h->letter.seq == 0)
		more = read_on(h);
	if (h->letter.seq != 0)
		send_letter(h);
	else if (more)
		hook_wake(h);
}

void hook_wake(struct hook *h)
{
	if (h->started && !h->place.stopped && h->call == NULL && !h->waits)
		uv_timer_start(&h->timer, on_due, 0, 0);
}

void hook_renew(struct hook *h)
{
	if (h->call != NULL)
		web_cancel(h->call);
	h->call = NULL;
	forget_letter(h);
	h->place.stopped = h->waits = false;
	h->place.failing_ms = h->pause_ms = 0;
	places_changed(h->hooks);
	hook_wake(h);
}

/* Who has read all and does not want it need not look. */
void hook_published(struct hook *h, int64_t seq, unsigned type_bit)
{
	bool is_idle =
	    h->letter.seq == 0 && !h->place.stopped && !uv_is_active((uv_handle_t *)&h->timer);

	if (is_idle && h->place.at == seq - 1 && (h->spec.types & type_bit) == 0) {
		h->place.at = seq;
		places_changed(h->hooks);
	} else if (is_idle) {
		hook_wake(h);
	}
}

enum hook_state hook_state(const struct hook *h)
{
	if (h->place.stopped)
		return HOOK_STOPPED;
	if (h->place.failing_ms != 0)
		return HOOK_RETRYING;
	return h->letter.seq != 0 ? HOOK_SENDING : HOOK_IDLE;
}

/* ---- life ---------------------------------------------------------------------------------------------- */

struct hook *hook_new(
    struct hooks *hs, struct hook_spec *spec, const struct hook_place *place, int64_t since)
{
	struct hook *h = lm_alloc(sizeof *h);

	h->hooks = hs;
	h->spec = *spec;
	*spec = (struct hook_spec){0};
	h->place = *place;
	h->since = since;
	uv_timer_init(hs->conf.loop, &h->timer);
	h->timer.data = h;
	return h;
}

static void on_closed(uv_handle_t *t)
{
	struct hook *h = t->data;

	hook_spec_fini(&h->spec);
	free(h);
}

void hook_free(struct hook *h)
{
	if (h->call != NULL)
		web_cancel(h->call);
	forget_letter(h);
	uv_close((uv_handle_t *)&h->timer, on_closed);
}
