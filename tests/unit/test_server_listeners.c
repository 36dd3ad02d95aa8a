/* SPDX-License-Identifier: Apache-2.0 */
#include <arpa/inet.h>
#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <uv.h>

#include "lm/server/listeners.h"

static uv_loop_t loop;
static struct listeners *listeners;
static int busy; /* holds the port of the metrics webhook on 127.0.0.1 */
static struct lm_buf text;

static void on_request(void *arg, struct http_request *r)
{
	(void)arg;
	(void)r;
}

static unsigned take_port(void)
{
	struct sockaddr_in sa = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t n = sizeof sa;

	busy = socket(AF_INET, SOCK_STREAM, 0);
	ck_assert_int_eq(bind(busy, (struct sockaddr *)&sa, sizeof sa), 0);
	ck_assert_int_eq(listen(busy, 1), 0);
	ck_assert_int_eq(getsockname(busy, (struct sockaddr *)&sa, &n), 0);
	return ntohs(sa.sin_port);
}

static void setup(void)
{
	uv_loop_init(&loop);
	lm_buf_init(&text, 65536);
	listeners = listeners_new(&(struct listeners_conf){
	    .loop = &loop, .metrics_port = take_port(), .request = on_request});
	ck_assert_ptr_null(listeners_open(listeners, "127.0.0.1:0"));
}

static void teardown(void)
{
	listeners_free(listeners);
	uv_run(&loop, UV_RUN_DEFAULT);
	ck_assert_int_eq(uv_loop_close(&loop), 0);
	close(busy);
	lm_buf_fini(&text);
}

static bool listens_for_metrics(void)
{
	struct lm_json j = lm_json_on(&text);

	lm_buf_clear(&text);
	listeners_print(listeners, &j);
	ck_assert_ptr_nonnull(strstr(text.p, "\"serves\":\"everything\""));
	return strstr(text.p, "\"serves\":\"metrics\"") != NULL;
}

START_TEST(a_management_address_is_listened_on_while_it_is_there)
{
	listeners_host(listeners, "127.0.0.2", true);
	ck_assert(listens_for_metrics());
	listeners_host(listeners, "127.0.0.2", true);
	listeners_host(listeners, "127.0.0.2", false);
	listeners_run(listeners);
	ck_assert(!listens_for_metrics());
}
END_TEST

START_TEST(an_address_lost_and_found_in_one_turn_stays)
{
	listeners_host(listeners, "127.0.0.2", true);
	listeners_host(listeners, "127.0.0.2", false);
	listeners_host(listeners, "127.0.0.2", true);
	listeners_run(listeners);
	ck_assert(listens_for_metrics());
}
END_TEST

START_TEST(losing_what_was_never_there_is_fine)
{
	listeners_host(listeners, "127.0.0.2", false);
	listeners_run(listeners);
	ck_assert(!listens_for_metrics());
}
END_TEST

START_TEST(an_address_that_cannot_be_had_is_tried_again)
{
	listeners_host(listeners, "127.0.0.1", true);
	ck_assert(!listens_for_metrics());
	close(busy);
	busy = -1;
	for (int i = 0; i < 100 && !listens_for_metrics(); i++)
		uv_run(&loop, UV_RUN_ONCE);
	ck_assert(listens_for_metrics());
}
END_TEST

static const char *const outside[] = {"0.0.0.0:0", "[::]:0", "128.0.0.1:0", "10.0.0.1:0"};

START_TEST(an_api_that_asks_nobody_who_he_is_listens_on_loopback_only)
{
	struct listeners *other = listeners_new(&(struct listeners_conf){
	    .loop = &loop, .metrics_port = 1, .insecure = true, .request = on_request});

	struct lm_err *e = listeners_open(other, outside[_i]);
	ck_assert_ptr_nonnull(e);
	ck_assert_int_eq(lm_err_kind(e), LM_ERR_INVALID);
	ck_assert_ptr_nonnull(strstr(lm_err_text(e), "--insecure"));
	lm_err_free(e);
	ck_assert_ptr_null(listeners_open(other, "127.1.2.3:0"));
	listeners_free(other);
}
END_TEST

static const char *const bad[] = {"", "8280", "127.0.0.1", "127.0.0.1:", "127.0.0.1:x",
    "127.0.0.1:70000", ":8280", "localhost:8280", "127.0.0.1:80x"};

START_TEST(what_is_no_address_with_a_port_is_refused)
{
	struct listeners *other = listeners_new(
	    &(struct listeners_conf){.loop = &loop, .metrics_port = 1, .request = on_request});

	struct lm_err *e = listeners_open(other, bad[_i]);
	ck_assert_ptr_nonnull(e);
	ck_assert_int_eq(lm_err_kind(e), LM_ERR_INVALID);
	lm_err_free(e);
	listeners_free(other);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("lm/server/listeners");
	TCase *tc = tcase_create("where the server listens");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, a_management_address_is_listened_on_while_it_is_there);
	tcase_add_test(tc, an_address_lost_and_found_in_one_turn_stays);
	tcase_add_test(tc, losing_what_was_never_there_is_fine);
	tcase_add_test(tc, an_address_that_cannot_be_had_is_tried_again);
	tcase_add_loop_test(
	    tc, an_api_that_asks_nobody_who_he_is_listens_on_loopback_only, 0, LM_COUNT(outside));
	tcase_add_loop_test(tc, what_is_no_address_with_a_port_is_refused, 0, LM_COUNT(bad));
	suite_add_tcase(s, tc);
	SRunner *sr = srunner_create(s);
	srunner_run_all(sr, CK_NORMAL);
	int failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed != 0;
}
