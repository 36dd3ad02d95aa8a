/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/lib/talk.h"

/* Requests that can be read in two ways are refused, in the form of the API, and end their connection. */

static const struct {
	const char *says; /* the whole of it */
	const char *hears;
} unclear[] = {
    {"GET / HTTP/1.1\r\n\r\n", "HTTP/1.1 400"},
    {"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "HTTP/1.1 400"},
    {"GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n", "HTTP/1.1 400"},
    {"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n"
     "2\r\n{}\r\n0\r\n\r\n",
	"not both"},
    {"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nContent-Length: 44\r\n\r\n{}",
	"Content-Length is given twice"},
    {"POST / HTTP/1.1\r\nHost: h\r\nContent-Length : 2\r\n\r\n{}", "no blanks"},
    {"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
	"HTTP/1.1 501"},
    {"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n\r\n"
     "2\r\n{}\r\n0\r\n\r\n",
	"HTTP/1.1 501"},
};

START_TEST(what_can_be_read_in_two_ways_is_refused)
{
	says(unclear[_i].says);
	hears(unclear[_i].hears);
	hears("\"localizedMessage\":");
	is_cut_off();
	ck_assert_ptr_null(talk.request);
}
END_TEST

static const char *const clear[] = {
    "GET / HTTP/1.1\r\nHost: h\r\n\r\n",
    "GET / HTTP/1.0\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\n{}",
    "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: Chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
};

START_TEST(what_is_clear_is_handed_over)
{
	says(clear[_i]);
	answers(handed_over(), 200, "{}");
	hears(" 200 OK\r\n");
}
END_TEST

/* A request whose headers have about so many bytes. */
static void says_much(size_t n)
{
	char *text = malloc(n + 64);

	ck_assert_ptr_nonnull(text);
	int used = snprintf(text, 64, "GET / HTTP/1.1\r\nHost: h\r\nX: ");
	memset(text + used, 'a', n);
	memcpy(text + used + n, "\r\n\r\n", 5);
	says(text);
	free(text);
}

START_TEST(headers_of_thirty_kib_are_read)
{
	says_much(30 * 1024);
	answers(handed_over(), 200, "{}");
	hears(" 200 OK\r\n");
}
END_TEST

START_TEST(larger_ones_are_refused)
{
	says_much(33 * 1024);
	hears("HTTP/1.1 431");
	hears("\"localizedMessage\":\"the address and the headers have more than 32 KiB together");
	is_cut_off();
	ck_assert_ptr_null(talk.request);
}
END_TEST

START_TEST(an_address_does_not_end_early)
{
	says("GET /a%00b HTTP/1.1\r\nHost: h\r\n\r\n");
	struct http_request *r = handed_over();
	ck_assert_str_eq(r->path, "/a%00b");
	answers(r, 404, "{}");
	hears("404");
}
END_TEST

int main(void)
{
	Suite *s = suite_create("lm/server/http/headers");
	TCase *tc = tcase_create("headers");

	tcase_add_checked_fixture(tc, talk_begin, talk_end);
	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(
	    tc, what_can_be_read_in_two_ways_is_refused, 0, sizeof unclear / sizeof *unclear);
	tcase_add_loop_test(tc, what_is_clear_is_handed_over, 0, sizeof clear / sizeof *clear);
	tcase_add_test(tc, headers_of_thirty_kib_are_read);
	tcase_add_test(tc, larger_ones_are_refused);
	tcase_add_test(tc, an_address_does_not_end_early);
	suite_add_tcase(s, tc);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
