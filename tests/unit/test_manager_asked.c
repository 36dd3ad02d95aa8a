/* SPDX-License-Identifier: Apache-2.0 */
#include <arpa/inet.h>
#include <check.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lm/drivers/manager/priv.h"

/* Requests on their way to a manager that listens, and says nothing. */
enum { TURNS = 1000 };

static uv_loop_t loop;
static struct remote remote;
static struct remote_request *request;
static int listener;
static char url[64], message[256];

static void on_result(void *arg, const struct step_result *r)
{
	(void)arg;
	snprintf(message, sizeof message, "%s", r->message);
}

static void listen_somewhere(void)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t n = sizeof at;

	listener = socket(AF_INET, SOCK_STREAM, 0);
	ck_assert_int_eq(bind(listener, (struct sockaddr *)&at, n), 0);
	ck_assert_int_eq(listen(listener, 16), 0);
	ck_assert_int_eq(getsockname(listener, (struct sockaddr *)&at, &n), 0);
	snprintf(url, sizeof url, "http://127.0.0.1:%u", ntohs(at.sin_port));
}

static void setup(void)
{
	struct step_site site = {.base_uri = url, .location = "core", .manager = "arm"};
	struct driver_conf conf = {.loop = &loop, .events.result = on_result};

	listen_somewhere();
	uv_loop_init(&loop);
	remote_open(&remote, &manager_requests, &conf);
	ck_assert_ptr_null(remote_begin(&remote,
	    &(struct step_request){.step = "p/1",
		.resource_id = "8c1f",
		.resource_name = "one__box",
		.descriptor = "resource::box::1.0",
		.action = "Start",
		.site = &site},
	    "resource manager 'arm'", &request));
	ck_assert_ptr_nonnull(request);
	message[0] = '\0';
}

static void teardown(void)
{
	remote_close(&remote);
	uv_run(&loop, UV_RUN_DEFAULT);
	ck_assert_int_eq(uv_loop_close(&loop), 0);
	close(listener);
}

static void ask_once(void)
{
	manager_requests.turn(request);
	web_cancel(request->call);
	request->call = NULL;
}

START_TEST(who_asks_for_a_long_time_needs_no_more_memory_for_it)
{
	struct asked *q = (struct asked *)request;

	q->phase = PHASE_POLL;
	q->id = "its own word for it";
	ask_once();
	size_t used = lm_arena_used(request->arena);
	for (int i = 0; i < TURNS; i++)
		ask_once();
	ck_assert_uint_eq(lm_arena_used(request->arena), used);
}
END_TEST

START_TEST(a_step_that_is_cancelled_in_line_has_changed_nothing)
{
	remote_cancel(&remote, "p/1");
	uv_run(&loop, UV_RUN_NOWAIT);
	ck_assert_str_eq(message, "cancelled before resource manager 'arm' has accepted it");
}
END_TEST

START_TEST(one_that_is_cancelled_while_it_is_asked_may_have)
{
	remote_start(request);
	ck_assert_ptr_nonnull(request->call);
	remote_cancel(&remote, "p/1");
	uv_run(&loop, UV_RUN_NOWAIT);
	ck_assert_msg(strstr(message, "may still change something") != NULL, "%s", message);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("drivers/manager requests");
	TCase *tc = tcase_create("a manager that says nothing");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, who_asks_for_a_long_time_needs_no_more_memory_for_it);
	tcase_add_test(tc, a_step_that_is_cancelled_in_line_has_changed_nothing);
	tcase_add_test(tc, one_that_is_cancelled_while_it_is_asked_may_have);
	suite_add_tcase(s, tc);
	SRunner *sr = srunner_create(s);
	srunner_run_all(sr, CK_ENV);
	int failures = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failures != 0;
}
