/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/lib/talk.h"

/*
 * What others may cost us: how long connections last, with limits that a test can wait for, and how much
 * is kept for those who take their time.  Nothing here says how long: who shall be cut off is waited for,
 * and who shall not be outlives somebody who is.
 */
enum { SHORT_MS = 50, NEVER_MS = 3600 * 1000 };

static bool is_bulk(const struct http_request *r)
{
	return strncmp(r->path, "/bulk", 5) == 0;
}

static void given(struct http_patience p)
{
	struct http_conf conf = conf_at("127.0.0.1", 0);

	talk_begin();
	close_client();
	http_close(talk.listener);
	conf.patience = &p;
	conf.is_bulk = is_bulk;
	conf.bulk_max = 4;
	ck_assert_ptr_null(http_listen(&conf, &talk.listener));
	connect_client();
}

static void given_short_idle(void)
{
	given((struct http_patience){.idle = SHORT_MS,
	    .send = NEVER_MS,
	    .rate = 1 << 20,
	    .report = NEVER_MS,
	    .look = SHORT_MS / 5});
}

static void given_short_send(void)
{
	given((struct http_patience){.idle = NEVER_MS,
	    .send = SHORT_MS,
	    .rate = 1 << 20,
	    .report = NEVER_MS,
	    .look = SHORT_MS / 5});
}

static void given_short_report(void)
{
	given((struct http_patience){.idle = NEVER_MS,
	    .send = NEVER_MS,
	    .rate = 1 << 20,
	    .report = SHORT_MS,
	    .look = SHORT_MS / 5});
}

/* Says it again and again, until nobody listens any more. */
static void drips(const char *text)
{
	for (int i = 0; i < TURNS_MAX && !talk.is_cut; i++) {
		says(text);
		talk_turn();
	}
	is_cut_off();
}

/* ---- who asks nothing ----------------------------------------------------------------------------- */

START_TEST(who_says_nothing_is_cut_off)
{
	is_cut_off();
}
END_TEST

START_TEST(who_says_his_headers_byte_by_byte_is_cut_off)
{
	says("GET / HTTP/1.1\r\nHost: h\r\nX: ");
	drips("x");
	ck_assert_ptr_null(talk.request);
}
END_TEST

START_TEST(who_asks_nothing_more_is_cut_off_after_his_answer)
{
	says("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
	answers(handed_over(), 200, "{}");
	hears("{}");
	is_cut_off();
}
END_TEST

START_TEST(who_waits_for_us_is_not_cut_off)
{
	int waits = 0;

	says("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
	struct http_request *r = handed_over();
	waits = talk.client;
	connect_client(); /* somebody who asks nothing */
	is_cut_off();
	close_client();
	talk.client = waits;
	talk.is_cut = false;
	answers(r, 200, "{\"late\":1}");
	hears("{\"late\":1}");
}
END_TEST

START_TEST(who_follows_is_not_cut_off)
{
	static const struct http_stream nothing = {0};
	int follows = 0;

	says("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
	struct http_request *r = handed_over();
	http_stream_begin(r, "text/plain", &nothing);
	hears("200 OK");
	follows = talk.client;
	connect_client();
	is_cut_off();
	close_client();
	talk.client = follows;
	talk.is_cut = false;
	ck_assert(http_stream_write(r, "still here", 10, 100));
	hears("still here");
	http_stream_end(r);
	is_cut_off(); /* asks nothing more */
}
END_TEST

/* ---- who sends, or takes, for ever ---------------------------------------------------------------- */

START_TEST(who_sends_his_body_byte_by_byte_is_cut_off)
{
	says("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\n\r\n{");
	drips(" ");
	ck_assert_ptr_null(talk.request);
}
END_TEST

START_TEST(so_is_who_was_refused_and_still_sends_it)
{
	talk.refuses_with = 403;
	says("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\n\r\n{");
	drips(" ");
}
END_TEST

/* More than the sockets between the two can hold. */
START_TEST(who_does_not_take_his_answer_is_cut_off)
{
	enum { MUCH = 32 << 20 };
	struct lm_buf b;

	lm_buf_init(&b, MUCH + 1);
	lm_buf_room(&b, MUCH);
	for (int i = 0; i < MUCH / 16; i++)
		lm_buf_puts(&b, "0123456789abcdef");
	says("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
	struct http_request *r = handed_over();
	http_answer(r, &(struct http_answer){.status = 200}, &b);
	lm_buf_fini(&b);
	for (int i = 0; i < TURNS_MAX && http_connections(talk.listener) > 0; i++)
		turn_without_reading();
	ck_assert_uint_eq(http_connections(talk.listener), 0);
}
END_TEST

/* ---- who takes a large answer ----------------------------------------------------------------------- */

enum { LARGE = 12 << 20 };

static void given_room_for_one(void)
{
	struct http_conf conf = conf_at("127.0.0.1", 0);

	talk_begin();
	close_client();
	http_close(talk.listener);
	conf.answers_max = LARGE + LARGE / 2;
	ck_assert_ptr_null(http_listen(&conf, &talk.listener));
	connect_client();
}

static void asks_for_much(void)
{
	struct lm_buf b;

	says("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
	struct http_request *r = handed_over();
	lm_buf_init(&b, LARGE);
	lm_buf_room(&b, LARGE);
	for (int i = 0; i < LARGE / 16; i++)
		lm_buf_puts(&b, "0123456789abcdef");
	http_answer(r, &(struct http_answer){.status = 200}, &b);
	lm_buf_fini(&b);
	http_run(talk.listener);
}

START_TEST(large_answers_have_a_limit_together)
{
	asks_for_much(); /* and does not read */
	int first = talk.client;
	connect_client();
	asks_for_much();
	hears("HTTP/1.1 503");
	hears("too many large answers are on their way");
	close(first);
	for (int i = 0; i < TURNS_MAX && http_connections(talk.listener) > 1; i++)
		turn_without_reading();
	lm_buf_clear(&talk.heard);
	asks_for_much();
	hears("HTTP/1.1 200");
}
END_TEST

START_TEST(who_sends_in_bulk_has_a_limit_of_his_own)
{
	says("POST /bulk HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\n\r\n{");
	drips(" ");
	ck_assert_ptr_null(talk.request);
}
END_TEST

START_TEST(which_is_nobody_else_s)
{
	int other = 0;

	says("POST /other HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\n{");
	other = talk.client;
	connect_client();
	says("POST /bulk HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\n\r\n{");
	is_cut_off();
	close_client();
	talk.client = other;
	talk.is_cut = false;
	says("}");
	answers(handed_over(), 200, "{\"whole\":1}");
	hears("{\"whole\":1}");
}
END_TEST

static TCase *tests_with(Suite *s, const char *name, void (*begin)(void))
{
	TCase *tc = tcase_create(name);

	tcase_add_checked_fixture(tc, begin, talk_end);
	tcase_set_timeout(tc, 60);
	suite_add_tcase(s, tc);
	return tc;
}

int main(void)
{
	Suite *s = suite_create("lm/server/http/patience");
	TCase *tc = tests_with(s, "idle", given_short_idle);

	tcase_add_test(tc, who_says_nothing_is_cut_off);
	tcase_add_test(tc, who_says_his_headers_byte_by_byte_is_cut_off);
	tcase_add_test(tc, who_asks_nothing_more_is_cut_off_after_his_answer);
	tcase_add_test(tc, who_waits_for_us_is_not_cut_off);
	tcase_add_test(tc, who_follows_is_not_cut_off);
	tc = tests_with(s, "send", given_short_send);
	tcase_add_test(tc, who_sends_his_body_byte_by_byte_is_cut_off);
	tcase_add_test(tc, so_is_who_was_refused_and_still_sends_it);
	tcase_add_test(tc, who_does_not_take_his_answer_is_cut_off);
	tc = tests_with(s, "large", given_room_for_one);
	tcase_add_test(tc, large_answers_have_a_limit_together);
	tc = tests_with(s, "report", given_short_report);
	tcase_add_test(tc, who_sends_in_bulk_has_a_limit_of_his_own);
	tcase_add_test(tc, which_is_nobody_else_s);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
