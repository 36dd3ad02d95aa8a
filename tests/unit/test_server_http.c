/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lm/server/events.h"
#include "lm/server/http.h"
#include "lm/server/pages.h"
#include "tests/lib/talk.h"

/* ---- requests and answers ----------------------------------------------------------------------- */

START_TEST(a_request_is_handed_over_complete)
{
	says("POST /a%20b/c/?x=1%262&flag HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nX-Y: "
	     "z\r\n\r\nhe");
	ck_assert_ptr_null(talk.request);
	says("llo");
	struct http_request *r = handed_over();
	ck_assert_str_eq(r->method, "POST");
	ck_assert_str_eq(r->path, "/a b/c");
	ck_assert_str_eq(r->body, "hello");
	ck_assert_uint_eq(r->body_n, 5);
	ck_assert_uint_eq(r->scope, HTTP_API);
	ck_assert_str_eq(http_query(r, "x"), "1&2");
	ck_assert_str_eq(http_query(r, "flag"), "");
	ck_assert_ptr_null(http_query(r, "y"));
	ck_assert_str_eq(http_header(r, "x-y"), "z");
	answers(r, 200, "{}");
	hears("{}");
}
END_TEST

START_TEST(an_answer_stays_until_the_listener_runs)
{
	says("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
	answers(handed_over(), 201, "{\"a\":1}");
	talk_receive();
	ck_assert_str_eq(talk.heard.p, "");
	hears("{\"a\":1}");
	ck_assert_ptr_eq(strstr(talk.heard.p, "HTTP/1.1 201 Created\r\n"), talk.heard.p);
	hears("\r\nLocation: /here\r\n");
	hears("\r\nContent-Type: application/json\r\n");
}
END_TEST

START_TEST(one_connection_carries_several_requests)
{
	for (int i = 0; i < 3; i++) {
		char text[32];

		says("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
		snprintf(text, sizeof text, "answer %d", i);
		answers(handed_over(), 200, text);
		hears(text);
	}
}
END_TEST

START_TEST(an_error_has_the_form_of_the_api)
{
	says("GET /x HTTP/1.1\r\nHost: h\r\n\r\n");
	http_answer_error(handed_over(), 404, "no \"%s\"", "x");
	hears("{\"url\":\"/x\",\"localizedMessage\":\"no \\\"x\\\"\",\"details\":{}}");
	hears("HTTP/1.1 404");
}
END_TEST

START_TEST(what_nobody_expected_has_the_form_of_the_reference_s_framework)
{
	says("GET /x HTTP/1.1\r\nHost: h\r\n\r\n");
	http_answer_error(handed_over(), 500, "no \"%s\"", "x");
	hears("HTTP/1.1 500 Internal Server Error\r\n");
	hears("{\"timestamp\":\"20");
	hears("Z\",\"status\":500,\"error\":\"Internal Server Error\",\"exception\":"
	      "\"UnexpectedError\",\"message\":\"no \\\"x\\\"\",\"path\":\"/x\"}");
}
END_TEST

START_TEST(a_wrong_method_is_answered_with_the_right_ones)
{
	says("PUT /x HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n");
	http_answer_method(handed_over(), "GET, POST");
	hears("HTTP/1.1 405");
	hears("\r\nAllow: GET, POST\r\n");
}
END_TEST

START_TEST(an_error_carries_its_request_s_trace_back)
{
	says("GET /x HTTP/1.1\r\nHost: h\r\nx-tracectx-transactionid: \x01T 1\r\n\r\n");
	struct http_request *r = handed_over();
	ck_assert_str_eq(r->trace, "T1");
	http_answer_details(r, 400, "no", "{\"a\":[1]}");
	hears("{\"url\":\"/x\",\"localizedMessage\":\"no\",\"details\":{\"a\":[1]}}");
	hears("\r\nX-TraceCtx-TransactionId: T1\r\n");
}
END_TEST

START_TEST(who_gives_no_trace_gets_one_of_his_own)
{
	char first[HTTP_TRACE_SIZE];

	says("GET /x HTTP/1.1\r\nHost: h\r\n\r\n");
	struct http_request *r = handed_over();
	ck_assert_uint_eq(strlen(r->trace), 36);
	snprintf(first, sizeof first, "%s", r->trace);
	http_answer_error(r, 404, "no");
	hears(first);
	says("GET /x HTTP/1.1\r\nHost: h\r\n\r\n");
	r = handed_over();
	ck_assert_str_ne(r->trace, first);
	http_answer_error(r, 404, "no");
}
END_TEST

START_TEST(a_trace_is_cut_where_it_is_too_long)
{
	char text[256];

	snprintf(text, sizeof text,
	    "GET /x HTTP/1.1\r\nHost: h\r\nX-TraceCtx-TransactionId: %0100d\r\n\r\n", 7);
	says(text);
	struct http_request *r = handed_over();
	ck_assert_uint_eq(strlen(r->trace), HTTP_TRACE_SIZE - 1);
	answers(r, 200, "");
}
END_TEST

START_TEST(who_asks_before_he_sends_too_much_is_refused_at_once)
{
	char head[160];

	snprintf(head, sizeof head,
	    "POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: "
	    "%d\r\n\r\n",
	    BODY_OVER);
	says(head);
	hears("HTTP/1.1 413");
	ck_assert_ptr_null(talk.request);
}
END_TEST

START_TEST(a_body_that_is_announced_as_far_too_large_is_refused_at_once)
{
	says("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 100000000000\r\n\r\n");
	hears("HTTP/1.1 413");
	is_cut_off();
}
END_TEST

START_TEST(who_sends_too_much_without_asking_hears_why_it_is_refused)
{
	static char body[BODY_OVER + 1];
	char head[128];

	memset(body, 'x', BODY_OVER);
	snprintf(head, sizeof head, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: %d\r\n\r\n",
	    BODY_OVER);
	says(head);
	says(body);
	hears("HTTP/1.1 413");
	ck_assert_ptr_null(talk.request);
	says("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
	answers(handed_over(), 200, "again");
	hears("again");
}
END_TEST

START_TEST(a_body_that_grows_beyond_the_limit_is_refused_and_not_kept)
{
	static char chunk[65536 + 16];

	memset(chunk, 'x', sizeof chunk);
	memcpy(chunk, "10000\r\n", 7);
	memcpy(chunk + 7 + 65536, "\r\n", 3);
	says("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n");
	for (int i = 0; i < 17; i++)
		says(chunk);
	says("0\r\n\r\n");
	hears("HTTP/1.1 413");
	ck_assert_ptr_null(talk.request);
}
END_TEST

START_TEST(a_body_without_an_end_is_cut_off)
{
	static char chunk[65536 + 16];

	memset(chunk, 'x', sizeof chunk);
	memcpy(chunk, "10000\r\n", 7);
	memcpy(chunk + 7 + 65536, "\r\n", 3);
	says("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n");
	for (int i = 0; i < 80 && !talk.is_cut; i++)
		says(chunk);
	is_cut_off();
}
END_TEST

START_TEST(what_is_no_http_is_refused)
{
	says("hello\r\n\r\n");
	is_cut_off();
	ck_assert_ptr_null(talk.request);
}
END_TEST

START_TEST(closing_cuts_off_who_waits_for_an_answer)
{
	struct http_conf conf = conf_at("127.0.0.1", 0);

	says("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
	handed_over();
	http_close(talk.listener);
	ck_assert_ptr_null(http_listen(&conf, &talk.listener));
	is_cut_off();
	ck_assert_str_eq(talk.heard.p, "");
}
END_TEST

START_TEST(an_answer_that_was_not_let_go_dies_with_the_listener)
{
	struct http_conf conf = conf_at("127.0.0.1", 0);

	says("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
	answers(handed_over(), 201, "{}");
	http_close(talk.listener);
	ck_assert_ptr_null(http_listen(&conf, &talk.listener));
	is_cut_off();
	ck_assert_str_eq(talk.heard.p, "");
}
END_TEST

START_TEST(an_address_need_not_be_here_yet)
{
	struct http_conf conf = conf_at("192.0.2.1", 0);
	struct http_listener *early = NULL;

	ck_assert_ptr_null(http_listen(&conf, &early));
	http_close(early);
}
END_TEST

START_TEST(a_port_in_use_and_a_name_are_errors_that_say_so)
{
	struct http_conf busy = conf_at("127.0.0.1", http_port(talk.listener));
	struct http_conf name = conf_at("localhost", 0);
	struct http_listener *l = NULL;

	struct lm_err *e = http_listen(&busy, &l);
	ck_assert_ptr_nonnull(strstr(lm_err_text(e), "is another manager running there?"));
	lm_err_free(e);
	e = http_listen(&name, &l);
	ck_assert_ptr_nonnull(strstr(lm_err_text(e), "'localhost' is not an IP address"));
	lm_err_free(e);
	ck_assert_ptr_null(l);
}
END_TEST

/* ---- streams ------------------------------------------------------------------------------------ */

static int n_closed;

static void on_closed(void *arg)
{
	(void)arg;
	n_closed++;
}

static struct http_request *given_a_stream(void)
{
	n_closed = 0;
	says("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
	struct http_request *r = handed_over();
	http_stream_begin(r, "text/plain", &(struct http_stream){NULL, on_closed, NULL});
	return r;
}

static void writes(struct http_request *r, const char *text)
{
	ck_assert(http_stream_write(r, text, strlen(text), 1 << 20));
}

START_TEST(a_stream_goes_out_as_it_is_written)
{
	struct http_request *r = given_a_stream();

	writes(r, "one\n");
	hears("one\n");
	writes(r, "two\n");
	hears("two\n");
	http_stream_end(r);
	hears("\r\n0\r\n\r\n");
	ck_assert_int_eq(n_closed, 1);
}
END_TEST

START_TEST(a_slow_reader_is_told_from_a_fast_one_by_what_waits_for_it)
{
	static char block[1 << 16];
	struct http_request *r = given_a_stream();
	size_t written = 0;

	memset(block, 'x', sizeof block);
	while (written < (256u << 20) && http_stream_write(r, block, sizeof block, 1 << 20)) {
		written += sizeof block;
		http_run(talk.listener); /* the talk.client does not read */
		uv_run(&talk.loop, UV_RUN_NOWAIT);
	}
	ck_assert_uint_lt(written, 256u << 20);
	ck_assert(!http_stream_write(r, block, sizeof block, 1 << 20));
}
END_TEST

START_TEST(a_reader_that_has_gone_is_noticed_by_writing)
{
	struct http_request *r = given_a_stream();

	writes(r, "one\n");
	hears("one\n");
	close(talk.client);
	for (int i = 0; i < TURNS_MAX && n_closed == 0; i++) {
		if (!http_stream_write(r, "more\n", 5, 1 << 20))
			break;
		http_run(talk.listener);
		uv_run(&talk.loop, UV_RUN_NOWAIT);
	}
	ck_assert_int_eq(n_closed, 1);
	connect_client();
}
END_TEST

/* ---- events ------------------------------------------------------------------------------------- */

static struct store *store;
static struct events *events;
static int64_t last;

static void happens(int64_t n)
{
	for (; n > 0; n--) {
		char key[24], body[64];

		snprintf(key, sizeof key, "%lld", (long long)++last);
		snprintf(body, sizeof body, "{\"seq\":%s}", key);
		struct record r = {RECORD_EVENT, key, "voice", body, 0};
		ck_assert_ptr_null(store->ops->commit(store, &r, 1));
		events_published(events, last, body);
	}
}

static bool may_follow(void *arg, struct http_request *r)
{
	(void)arg;
	(void)r;
	return true;
}

static void given_events(void)
{
	talk_begin();
	last = 0;
	store = store_memory_new();
	events = events_new(&talk.loop, store, may_follow, NULL);
}

static void no_more_events(void)
{
	http_close(talk.listener);
	events_free(events);
	talk.listener = NULL;
	close(talk.client);
	uv_run(&talk.loop, UV_RUN_DEFAULT);
	ck_assert_int_eq(uv_loop_close(&talk.loop), 0);
	store->ops->close(store);
	lm_buf_fini(&talk.heard);
}

static void asks(const char *query, const char *header)
{
	char text[256];

	snprintf(
	    text, sizeof text, "GET /api/events%s HTTP/1.1\r\nHost: h\r\n%s\r\n", query, header);
	says(text);
	events_answer(events, handed_over());
}

static size_t count(const char *part)
{
	size_t n = 0;

	for (const char *p = talk.heard.p; (p = strstr(p, part)) != NULL; p++)
		n++;
	return n;
}

START_TEST(the_journal_is_read_to_its_end_and_no_further)
{
	happens(600);
	asks("?after=10", "");
	hears("\r\n0\r\n\r\n");
	ck_assert_uint_eq(count("{\"seq\":"), 590);
	ck_assert_ptr_null(strstr(talk.heard.p, "{\"seq\":10}"));
	hears("{\"seq\":600}\n");
}
END_TEST

START_TEST(a_follower_gets_the_past_and_then_what_happens_each_event_once)
{
	happens(300);
	asks("?follow=true", "");
	hears("{\"seq\":300}\n");
	happens(2);
	hears("{\"seq\":302}\n");
	ck_assert_uint_eq(count("{\"seq\":"), 302);
	ck_assert(!talk.is_cut);
}
END_TEST

START_TEST(a_follower_hears_at_once_that_it_is_followed)
{
	asks("?follow=true", "");
	hears("application/x-ndjson");
}
END_TEST

START_TEST(followers_get_samples_too)
{
	struct sample s = {.metric_key = "k",
	    .metric_name = "l",
	    .kind = SAMPLE_LOAD,
	    .load = 53,
	    .values = "{\"a\":1}"};

	asks("?follow=true", "");
	hears("x-ndjson");
	talk_turn();
	events_sample(events, &s, "v__a", 1500);
	hears("{\"type\":\"MetricSample\",\"at\":\"1970-01-01T00:00:01.500Z\",\"at_ms\":1500,"
	      "\"metricKey\":\"k\",\"metricName\":\"l\",\"resourceName\":\"v__a\",\"load\":53,"
	      "\"values\":{\"a\":1}}\n");
}
END_TEST

START_TEST(whoever_does_not_want_samples_is_spared_them)
{
	struct sample s = {.metric_key = "k", .metric_name = "l", .kind = SAMPLE_LOAD};

	ck_assert(!events_wants_samples(events));
	asks("?follow=true&samples=false", "");
	hears("x-ndjson");
	ck_assert(!events_wants_samples(events));
	events_sample(events, &s, "v__a", 1500);
	happens(1);
	hears("{\"seq\":1}\n");
	ck_assert_uint_eq(count("MetricSample"), 0);
}
END_TEST

START_TEST(server_sent_events_go_on_after_the_last_number_seen)
{
	happens(3);
	asks("", "Accept: text/event-stream\r\nLast-Event-ID: 2\r\n");
	hears("id: 3\ndata: {\"eventId\":\"3\"}\n\n");
	hears("Content-Type: text/event-stream");
	ck_assert_uint_eq(count("data:"), 1);
}
END_TEST

static void happens_as(const char *body)
{
	char key[24];

	snprintf(key, sizeof key, "%lld", (long long)++last);
	struct record r = {RECORD_EVENT, key, "voice", body, 0};
	ck_assert_ptr_null(store->ops->commit(store, &r, 1));
	events_published(events, last, body);
}

START_TEST(a_server_sent_event_has_the_name_of_its_type_and_is_told_as_others_are)
{
	happens_as("{\"seq\":1,\"at\":\"then\",\"type\":\"PolicyEvent\",\"reason\":\"why\"}");
	asks("", "Accept: text/event-stream\r\n");
	hears("id: 1\nevent: PolicyEvent\ndata: {\"reason\":\"why\",\"eventId\":\"1\","
	      "\"eventCreatedAt\":\"then\",\"eventType\":\"PolicyEvent\"}\n\n");
	happens_as("{\"seq\":2,\"at\":\"now\",\"type\":\"ProcessStateChangeEvent\","
		   "\"processState\":\"Pending\"}");
	happens_as("{\"seq\":3,\"at\":\"now\",\"type\":\"DeathEvent\"}");
	hears("id: 3\nevent: DeathEvent\n");
	ck_assert_uint_eq(count("id: 2"), 0);
}
END_TEST

START_TEST(types_that_are_not_wanted_are_passed_over_however_many_there_are)
{
	for (int i = 0; i < 1000; i++)
		happens_as("{\"type\":\"StepEvent\"}");
	happens_as("{\"type\":\"DeathEvent\"}");
	asks("?type=PolicyEvent,DeathEvent&follow=true", "");
	hears("{\"type\":\"DeathEvent\"}\n");
	ck_assert(!events_wants_samples(events));
	happens_as("{\"type\":\"StepEvent\"}");
	happens_as("{\"type\":\"PolicyEvent\"}");
	hears("{\"type\":\"PolicyEvent\"}\n");
	ck_assert_uint_eq(count("StepEvent"), 0);
}
END_TEST

START_TEST(a_type_that_is_not_known_is_refused_with_those_that_are)
{
	asks("?type=PolicyEvent,Nonsense", "");
	hears("HTTP/1.1 400");
	hears("ProcessStateChangeEvent, ComponentStateChangeEvent");
}
END_TEST

START_TEST(who_has_seen_another_journal_is_told_all_of_this_one)
{
	happens(2);
	asks("", "Accept: text/event-stream\r\nLast-Event-ID: 77\r\n");
	hears("id: 1\n");
	hears("id: 2\n");
	happens(1);
	hears("id: 3\n");
}
END_TEST

START_TEST(a_number_that_is_none_is_refused)
{
	asks("?after=x", "");
	hears("HTTP/1.1 400");
}
END_TEST

START_TEST(a_follower_that_does_not_read_is_dropped_and_the_others_are_not)
{
	char *big = calloc(1, 1 << 16);
	int slow = 0;

	asks("?follow=true", "");
	hears("x-ndjson");
	slow = talk.client;
	connect_client();
	asks("?follow=true", "");
	hears("x-ndjson");
	memset(big, 'x', (1 << 16) - 1);
	for (int i = 0; i < 250; i++) {
		events_published(events, ++last, big);
		lm_buf_clear(&talk.heard);
		http_run(talk.listener);
		uv_run(&talk.loop, UV_RUN_NOWAIT);
		talk_receive();
	}
	free(big);
	events_published(events, ++last, "{\"seq\":\"end\"}");
	hears("{\"seq\":\"end\"}");
	close(talk.client);
	talk.client = slow;
	lm_buf_clear(&talk.heard);
	hears("\r\n0\r\n\r\n");
	ck_assert_ptr_null(strstr(talk.heard.p, "end"));
}
END_TEST

/* ---- pages that are kept ------------------------------------------------------------------------ */

/* Asks for /x at a revision; 'text' is what it would have to be made of. */
static void asks_for_x(struct pages *p, uint64_t revision, const char *text)
{
	struct lm_buf b;

	lm_buf_clear(&talk.heard);
	says("GET /x HTTP/1.1\r\nHost: h\r\n\r\n");
	struct http_request *r = handed_over();
	if (pages_answer(p, r->path, revision, r))
		return;
	lm_buf_init(&b, 1024);
	lm_buf_puts(&b, text);
	pages_keep(p, r->path, revision, r, &b);
	lm_buf_fini(&b);
}

START_TEST(a_page_is_kept_until_something_changes)
{
	struct pages *p = pages_new();

	asks_for_x(p, 1, "[\"first\"]");
	hears("Content-Type: application/json\r\n");
	hears("[\"first\"]");
	asks_for_x(p, 1, "[\"not asked for\"]");
	hears("[\"first\"]");
	asks_for_x(p, 2, "[\"second\"]");
	hears("[\"second\"]");
	asks_for_x(p, 1, "[\"third\"]"); /* what was is forgotten */
	hears("[\"third\"]");
	pages_free(p);
}
END_TEST

START_TEST(what_is_not_durable_is_not_kept)
{
	struct pages *p = pages_new();

	asks_for_x(p, 0, "[\"first\"]");
	hears("[\"first\"]");
	asks_for_x(p, 0, "[\"second\"]");
	hears("[\"second\"]");
	pages_free(p);
}
END_TEST

START_TEST(a_page_may_go_before_it_was_sent)
{
	struct pages *p = pages_new();

	asks_for_x(p, 1, "[\"first\"]");
	pages_free(p);
	hears("[\"first\"]");
}
END_TEST

int main(void)
{
	Suite *s = suite_create("lm/server/http");
	TCase *tc = tcase_create("requests"), *streams = tcase_create("streams");
	TCase *ev = tcase_create("events");

	tcase_add_checked_fixture(tc, talk_begin, talk_end);
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, a_request_is_handed_over_complete);
	tcase_add_test(tc, an_answer_stays_until_the_listener_runs);
	tcase_add_test(tc, one_connection_carries_several_requests);
	tcase_add_test(tc, an_error_has_the_form_of_the_api);
	tcase_add_test(tc, what_nobody_expected_has_the_form_of_the_reference_s_framework);
	tcase_add_test(tc, a_wrong_method_is_answered_with_the_right_ones);
	tcase_add_test(tc, an_error_carries_its_request_s_trace_back);
	tcase_add_test(tc, who_gives_no_trace_gets_one_of_his_own);
	tcase_add_test(tc, a_trace_is_cut_where_it_is_too_long);
	tcase_add_test(tc, who_asks_before_he_sends_too_much_is_refused_at_once);
	tcase_add_test(tc, a_body_that_is_announced_as_far_too_large_is_refused_at_once);
	tcase_add_test(tc, who_sends_too_much_without_asking_hears_why_it_is_refused);
	tcase_add_test(tc, a_body_that_grows_beyond_the_limit_is_refused_and_not_kept);
	tcase_add_test(tc, a_body_without_an_end_is_cut_off);
	tcase_add_test(tc, what_is_no_http_is_refused);
	tcase_add_test(tc, closing_cuts_off_who_waits_for_an_answer);
	tcase_add_test(tc, an_answer_that_was_not_let_go_dies_with_the_listener);
	tcase_add_test(tc, an_address_need_not_be_here_yet);
	tcase_add_test(tc, a_port_in_use_and_a_name_are_errors_that_say_so);
	suite_add_tcase(s, tc);
	tcase_add_checked_fixture(streams, talk_begin, talk_end);
	tcase_set_timeout(streams, 60);
	tcase_add_test(streams, a_stream_goes_out_as_it_is_written);
	tcase_add_test(streams, a_slow_reader_is_told_from_a_fast_one_by_what_waits_for_it);
	tcase_add_test(streams, a_reader_that_has_gone_is_noticed_by_writing);
	suite_add_tcase(s, streams);
	tcase_add_checked_fixture(ev, given_events, no_more_events);
	tcase_set_timeout(ev, 60);
	tcase_add_test(ev, the_journal_is_read_to_its_end_and_no_further);
	tcase_add_test(ev, a_follower_gets_the_past_and_then_what_happens_each_event_once);
	tcase_add_test(ev, a_follower_hears_at_once_that_it_is_followed);
	tcase_add_test(ev, followers_get_samples_too);
	tcase_add_test(ev, whoever_does_not_want_samples_is_spared_them);
	tcase_add_test(ev, server_sent_events_go_on_after_the_last_number_seen);
	tcase_add_test(ev, a_server_sent_event_has_the_name_of_its_type_and_is_told_as_others_are);
	tcase_add_test(ev, types_that_are_not_wanted_are_passed_over_however_many_there_are);
	tcase_add_test(ev, a_type_that_is_not_known_is_refused_with_those_that_are);
	tcase_add_test(ev, who_has_seen_another_journal_is_told_all_of_this_one);
	tcase_add_test(ev, a_number_that_is_none_is_refused);
	tcase_add_test(ev, a_follower_that_does_not_read_is_dropped_and_the_others_are_not);
	suite_add_tcase(s, ev);
	TCase *kept = tcase_create("pages");
	tcase_add_checked_fixture(kept, talk_begin, talk_end);
	tcase_add_test(kept, a_page_is_kept_until_something_changes);
	tcase_add_test(kept, what_is_not_durable_is_not_kept);
	tcase_add_test(kept, a_page_may_go_before_it_was_sent);
	suite_add_tcase(s, kept);
	SRunner *sr = srunner_create(s);
	srunner_run_all(sr, CK_NORMAL);
	int failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed != 0;
}
