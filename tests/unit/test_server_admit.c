/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "tests/lib/talk.h"

/* What becomes of a request when its headers are in: refused, or let in with a body of some size and kind. */

/* ---- who is let in ------------------------------------------------------------------------------ */

START_TEST(who_is_refused_hears_it_and_his_body_is_not_handed_over)
{
	talk.refuses_with = 401;
	says("PUT /x HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello");
	hears("HTTP/1.1 401");
	ck_assert_ptr_null(talk.request);
}
END_TEST

START_TEST(who_was_refused_may_ask_again_on_the_same_connection)
{
	talk.refuses_with = 401;
	says("POST /x HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: "
	     "chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n");
	hears("not you");
	talk.refuses_with = 0;
	says("POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nthere");
	struct http_request *r = handed_over();
	ck_assert_str_eq(r->body, "there");
	answers(r, 200, "welcome");
	hears("welcome");
}
END_TEST

START_TEST(a_large_body_of_somebody_refused_is_not_waited_for)
{
	talk.refuses_with = 403;
	says("POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 10000000\r\n\r\n");
	hears("HTTP/1.1 403");
	is_cut_off();
}
END_TEST

START_TEST(a_body_may_be_as_large_as_it_is_allowed_and_no_larger)
{
	talk.allows = 10;
	says("PUT /x HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\n0123456789");
	answers(handed_over(), 200, "taken");
	hears("taken");
	says("PUT /x HTTP/1.1\r\nHost: h\r\nContent-Length: 11\r\n\r\n01234567890");
	hears("HTTP/1.1 413");
	hears("larger than 10 bytes");
	says("PUT /x HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: "
	     "chunked\r\n\r\nb\r\n01234567890\r\n0\r\n\r\n");
	hears("larger than 10 bytes");
	ck_assert_ptr_null(talk.request);
}
END_TEST

START_TEST(more_than_the_usual_is_taken_where_it_is_allowed)
{
	static char body[BODY_OVER + 1];
	char head[128];

	talk.allows = BODY_OVER;
	memset(body, 'x', BODY_OVER);
	snprintf(head, sizeof head, "PUT /x HTTP/1.1\r\nHost: h\r\nContent-Length: %d\r\n\r\n",
	    BODY_OVER);
	says(head);
	says(body);
	struct http_request *r = handed_over();
	ck_assert_uint_eq(r->body_n, BODY_OVER);
	answers(r, 200, "taken");
	hears("taken");
}
END_TEST

START_TEST(large_bodies_have_a_limit_together)
{
	talk.allows = 300 << 20;
	says("PUT /x HTTP/1.1\r\nHost: h\r\nContent-Length: 300000000\r\n\r\n");
	hears("HTTP/1.1 503");
	hears("Retry-After: 1");
}
END_TEST

START_TEST(a_delete_may_have_a_body)
{
	says("DELETE /x HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\n{}");
	struct http_request *r = handed_over();
	ck_assert_str_eq(r->body, "{}");
	answers(r, 204, "");
	hears("HTTP/1.1 204");
}
END_TEST

START_TEST(a_body_is_of_the_kind_that_its_type_says)
{
	says("POST /x HTTP/1.1\r\nHost: h\r\nContent-Type: application/x-www-form-urlencoded\r\n"
	     "Content-Length: 9\r\n\r\na=1+2&b=3");
	struct http_request *r = handed_over();
	ck_assert_uint_eq(r->body_kind, BODY_FORM);
	ck_assert_str_eq(http_form(r, "a"), "1 2");
	ck_assert_str_eq(http_form(r, "b"), "3");
	ck_assert_ptr_null(http_form(r, "c"));
	answers(r, 200, "one");
	hears("one");
	says("POST /x HTTP/1.1\r\nHost: h\r\nContent-Type: multipart/form-data; boundary=B\r\n"
	     "Content-Length: 58\r\n\r\n--B\r\nContent-Disposition: form-data; "
	     "name=f\r\n\r\nxy\r\n--B--\r\n");
	struct http_part part;
	r = handed_over();
	ck_assert(http_part(r, "f", &part));
	ck_assert_mem_eq(part.p, "xy", 2);
	ck_assert(!http_part(r, "g", &part));
	answers(r, 200, "two");
	hears("two");
}
END_TEST

int main(void)
{
	Suite *s = suite_create("lm/server/http: admission");
	TCase *tc = tcase_create("admission");

	tcase_add_checked_fixture(tc, talk_begin, talk_end);
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, who_is_refused_hears_it_and_his_body_is_not_handed_over);
	tcase_add_test(tc, who_was_refused_may_ask_again_on_the_same_connection);
	tcase_add_test(tc, a_large_body_of_somebody_refused_is_not_waited_for);
	tcase_add_test(tc, a_body_may_be_as_large_as_it_is_allowed_and_no_larger);
	tcase_add_test(tc, more_than_the_usual_is_taken_where_it_is_allowed);
	tcase_add_test(tc, large_bodies_have_a_limit_together);
	tcase_add_test(tc, a_delete_may_have_a_body);
	tcase_add_test(tc, a_body_is_of_the_kind_that_its_type_says);
	suite_add_tcase(s, tc);
	SRunner *sr = srunner_create(s);
	srunner_run_all(sr, CK_NORMAL);
	int failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed != 0;
}
