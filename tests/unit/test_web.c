/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "base/arena.h"
#include "lm/server/http.h"
#include "lm/web/web.h"

/* A server and who asks it, on one loop. */

static uv_loop_t loop;
static struct http_listener *listener;
static struct web *web;
static struct {
	int status;
	char body[256], why[256];
	bool came, was_sent;
} heard;
static struct {
	char method[16], path[64], kind[64], body[64];
} asked;
static int answer_status;
static size_t answer_n;

static void on_request(void *arg, struct http_request *r)
{
	const char *kind = http_header(r, "X-Kind");
	struct lm_buf b;
	(void)arg;

	snprintf(asked.method, sizeof asked.method, "%s", r->method);
	snprintf(asked.path, sizeof asked.path, "%s", r->path);
	snprintf(asked.kind, sizeof asked.kind, "%s", kind == NULL ? "" : kind);
	snprintf(
	    asked.body, sizeof asked.body, "%.*s", (int)r->body_n, r->body == NULL ? "" : r->body);
	if (answer_status == 0)
		return; /* never */
	if (answer_status == 302)
		http_put_header(r, "Location", "/elsewhere");
	lm_buf_init(&b, answer_n + 1);
	for (size_t i = 0; i < answer_n; i++)
		lm_buf_puts(&b, "x");
	http_answer(r, &(struct http_answer){.status = answer_status}, &b);
	lm_buf_fini(&b);
}

static void on_done(void *arg, const struct web_answer *a)
{
	(void)arg;
	heard.came = true;
	heard.status = a->status;
	heard.was_sent = a->was_sent;
	snprintf(heard.body, sizeof heard.body, "%s", a->body == NULL ? "" : a->body);
	snprintf(heard.why, sizeof heard.why, "%s", a->why == NULL ? "" : a->why);
}

static void setup(void)
{
	struct http_conf conf = {
	    .loop = &loop, .address = "127.0.0.1", .scope = HTTP_API, .request = on_request};

	uv_loop_init(&loop);
	ck_assert_ptr_null(http_listen(&conf, &listener));
	web = web_new(&loop, 4);
	memset(&heard, 0, sizeof heard);
	memset(&asked, 0, sizeof asked);
	answer_status = 200;
	answer_n = 2;
}

static void teardown(void)
{
	web_free(web);
	http_close(listener);
	uv_run(&loop, UV_RUN_DEFAULT);
	ck_assert_int_eq(uv_loop_close(&loop), 0);
}

static struct web_call *asks(struct web_request r, const char *path)
{
	char url[128];

	snprintf(url, sizeof url, "http://%s%s", http_address(listener), path);
	r.url = url;
	r.limit_ms = r.limit_ms > 0 ? r.limit_ms : 5000;
	r.answer_max = r.answer_max > 0 ? r.answer_max : 64;
	return web_begin(web, &r, on_done, NULL);
}

static void hears(void)
{
	while (!heard.came) {
		http_run(listener);
		uv_run(&loop, UV_RUN_ONCE);
	}
}

START_TEST(a_request_arrives_as_it_was_told)
{
	static const char *const headers[] = {
	    "X-Kind: event", "Content-Type: application/json", NULL};

	asks(
	    (struct web_request){
		.method = "POST", .headers = headers, .body = "{\"a\":1}", .body_n = 7},
	    "/hook");
	hears();
	ck_assert_str_eq(asked.method, "POST");
	ck_assert_str_eq(asked.path, "/hook");
	ck_assert_str_eq(asked.kind, "event");
	ck_assert_str_eq(asked.body, "{\"a\":1}");
	ck_assert_int_eq(heard.status, 200);
	ck_assert_str_eq(heard.body, "xx");
	ck_assert_str_eq(heard.why, "");
}
END_TEST

START_TEST(a_redirect_is_an_answer_like_others)
{
	answer_status = 302;
	asks((struct web_request){.method = "GET"}, "/here");
	hears();
	ck_assert_int_eq(heard.status, 302);
	ck_assert_str_eq(asked.path, "/here");
}
END_TEST

START_TEST(an_answer_beyond_its_bound_is_none)
{
	answer_n = 65;
	asks((struct web_request){.method = "GET"}, "/");
	hears();
	ck_assert_int_eq(heard.status, 0);
	ck_assert_msg(strstr(heard.why, "more than") != NULL, "%s", heard.why);
}
END_TEST

START_TEST(who_only_wants_the_status_does_not_mind_a_long_answer)
{
	answer_n = 100000;
	answer_status = 201;
	asks((struct web_request){.method = "POST", .body = "", .is_forgetting = true}, "/");
	hears();
	ck_assert_int_eq(heard.status, 201);
	ck_assert_str_eq(heard.why, "");
}
END_TEST

START_TEST(who_does_not_answer_is_given_up)
{
	answer_status = 0;
	asks((struct web_request){.method = "GET", .limit_ms = 50}, "/");
	hears();
	ck_assert_int_eq(heard.status, 0);
	ck_assert_str_eq(heard.why, "no answer in time");
	ck_assert(heard.was_sent);
}
END_TEST

START_TEST(who_cannot_be_reached_has_not_heard_of_it)
{
	web_begin(web,
	    &(struct web_request){.method = "POST",
		.url = "http://127.0.0.1:9/",
		.body = "x",
		.body_n = 1,
		.limit_ms = 5000},
	    on_done, NULL);
	hears();
	ck_assert_ptr_nonnull(strstr(heard.why, "onnect"));
	ck_assert(!heard.was_sent);
}
END_TEST

START_TEST(what_is_cancelled_is_not_heard_of)
{
	struct web_call *call = asks((struct web_request){.method = "GET"}, "/first");

	web_cancel(call);
	asks((struct web_request){.method = "GET"}, "/second");
	hears();
	ck_assert_str_eq(asked.path, "/second");
}
END_TEST

static bool is_address(const char *url, bool https)
{
	LM_AUTO(lm_err) e = web_check(url, https);

	return e == NULL;
}

START_TEST(an_address_is_http_and_names_no_user)
{
	ck_assert(is_address("http://127.0.0.1:80/x", false));
	ck_assert(!is_address("https://127.0.0.1/x", false));
	ck_assert(is_address("https://example.com/x", true));
	ck_assert(!is_address("http://me:secret@example.com/", true));
	ck_assert(!is_address("file:///etc/passwd", true));
	ck_assert(!is_address("gopher://example.com/", true));
	ck_assert(!is_address("", true));
}
END_TEST

START_TEST(what_means_something_in_an_address_is_escaped)
{
	LM_AUTO(lm_arena) a = lm_arena_new();

	ck_assert_str_eq(web_escape(a, "resource::x-y::1.0"), "resource::x-y::1.0");
	ck_assert_str_eq(web_escape(a, "a b/c?d#e&f%\xc3\xa9"), "a%20b%2Fc%3Fd%23e%26f%25%C3%A9");
	ck_assert_str_eq(web_escape(a, ""), "");
}
END_TEST

int main(void)
{
	Suite *s = suite_create("web");
	TCase *tc = tcase_create("web");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, a_request_arrives_as_it_was_told);
	tcase_add_test(tc, a_redirect_is_an_answer_like_others);
	tcase_add_test(tc, an_answer_beyond_its_bound_is_none);
	tcase_add_test(tc, who_only_wants_the_status_does_not_mind_a_long_answer);
	tcase_add_test(tc, who_does_not_answer_is_given_up);
	tcase_add_test(tc, who_cannot_be_reached_has_not_heard_of_it);
	tcase_add_test(tc, what_is_cancelled_is_not_heard_of);
	tcase_add_test(tc, an_address_is_http_and_names_no_user);
	tcase_add_test(tc, what_means_something_in_an_address_is_escaped);
	suite_add_tcase(s, tc);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
