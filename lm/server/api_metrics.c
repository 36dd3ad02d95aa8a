/* SPDX-License-Identifier: Apache-2.0 */
/* Metrics in, by whatever road they come. */
#include <stdio.h>
#include <string.h>

#include "lm/server/api.h"
#include "lm/server/intake/collectd.h"
#include "lm/server/intake/metrics.h"
#include "lm/server/writer.h"

enum { TALLY_MAX = 128 * 1024 };

/* One report while its samples are taken. */
struct report {
	struct api *api;
	struct writer writer;
	int64_t now_ms;
};

/* ---- a sample --------------------------------------------------------------------------------- */

/* Of somebody who may. */
static enum intake_fate take_it(struct api *api, const struct sample *s, int64_t now_ms)
{
	enum intake_fate fate = manager_sample(api->manager, s, now_ms);

	if (fate == INTAKE_TAKEN && events_wants_samples(api->events))
		events_sample(api->events, s,
		    engine_resource_name(manager_engine(api->manager), s->metric_key), now_ms);
	return fate;
}

enum intake_fate api_take_scraped(void *arg, const struct sample *s)
{
	struct api *api = arg;

	return take_it(api, s, manager_now_ms(api->manager));
}

static enum intake_fate take(void *arg, const struct sample *s)
{
	const struct report *report = arg;
	const struct engine *e = manager_engine(report->api->manager);

	if (!writer_may_report(&report->writer, e, s->metric_key))
		return engine_resource_name(e, s->metric_key) == NULL ? INTAKE_STRANGER
								      : INTAKE_FORBIDDEN;
	return take_it(report->api, s, report->now_ms);
}

static struct report report_by(struct api *api, const struct writer *w)
{
	return (struct report){api, *w, manager_now_ms(api->manager)};
}

static void answer(struct http_request *r, struct tally *t)
{
	struct lm_buf b;

	lm_buf_init(&b, TALLY_MAX);
	tally_print(t, &b);
	http_answer(r, &(struct http_answer){.status = tally_status(t)}, &b);
	lm_buf_fini(&b);
	tally_fini(t);
}

/* ---- bodies ----------------------------------------------------------------------------------- */

void api_post_metrics(struct api *api, struct http_request *r, const char *param)
{
	struct writer w;
	struct tally t;
	(void)param;

	if (!writer_read(api->token_key, r, &w))
		return;
	struct report report = report_by(api, &w);
	tally_init(&t);
	metrics_read(r->body, r->body_n, take, &report, &t);
	answer(r, &t);
}

static enum metric_kind kind_of(void *arg, const char *component, const char *metric)
{
	const struct report *report = arg;

	return engine_metric_kind(manager_engine(report->api->manager), component, metric);
}

void api_post_collectd(struct api *api, struct http_request *r, const char *param)
{
	struct writer w;
	struct tally t;
	(void)param;

	if (!writer_read(api->token_key, r, &w))
		return;
	struct report report = report_by(api, &w);
	tally_init(&t);
	collectd_read(r->body, r->body_n, &(struct collectd_taker){kind_of, take, &report}, &t);
	answer(r, &t);
}

/* ---- the relay: one sample in the address ------------------------------------------------------- */

static bool relay_is_on(const struct api *api, struct http_request *r)
{
	if (!api->relay)
		http_answer_error(r, 403,
		    "this form knows no tokens and is off: POST /api/metrics with one, or start "
		    "the "
		    "manager with --relay");
	return api->relay;
}

static void send_one(
    struct api *api, struct http_request *r, const char *key, struct sample s, const char *value)
{
	const struct writer anybody = {.is_trusted = true};
	struct tally t;

	if (!relay_is_on(api, r))
		return;
	s.metric_key = key;
	s.metric_name = http_query(r, "metricName");
	if (s.metric_name == NULL || *s.metric_name == '\0') {
		http_answer_error(r, 400, "which metric? Add ?metricName=...");
		return;
	}
	struct lm_err *e = metrics_read_text(http_query(r, value), &s);
	if (e != NULL) {
		api_answer_err(r, 0, e);
		return;
	}
	struct report report = report_by(api, &anybody);
	tally_init(&t);
	tally_count(&t, take(&report, &s));
	answer(r, &t);
}

void api_send_load(struct api *api, struct http_request *r, const char *key)
{
	send_one(api, r, key, (struct sample){.kind = SAMPLE_LOAD}, "load");
}

void api_send_integrity(struct api *api, struct http_request *r, const char *key)
{
	send_one(api, r, key, (struct sample){.kind = SAMPLE_INTEGRITY}, "integrity");
}
