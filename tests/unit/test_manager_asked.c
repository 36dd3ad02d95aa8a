/* SPDX-License-Identifier: Apache-2.0 */
#include <arpa/inet.h>
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/heap.h"
#include "lm/drivers/manager/priv.h"

/* Requests on their way to a manager: one that listens and says nothing, and one that answers. */
enum { TURNS = 1000 };

static uv_loop_t loop;
static struct remote remote;
static struct remote_request *request;
static int listener;
static char url[64], message[256];

static void on_result(void *arg, const struct step_result *r)
{
	(void)arg;
	snprintf(message, sizeof message, "%s", r->message != NULL ? r->message : "found");
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

/* What the manager answers to a search. */
static void finds(const char *all)
{
	char *body = lm_strdup(all);

	request->rq.is_find = true;
	((struct asked *)request)->phase = PHASE_FIND;
	transition_read(
	    request, &(struct web_answer){.status = 200, .body = body, .n = strlen(body)});
	free(body);
}

START_TEST(what_is_found_has_an_id)
{
	finds("[{\"resourceName\": \"one__box\", \"resourceType\": \"resource::box::1.0\"}]");
	ck_assert_msg(strstr(message, "makes no sense") != NULL, "%s", message);
}
END_TEST

START_TEST(what_is_found_with_one_is_told)
{
	finds("[{\"resourceId\": \"7\", \"resourceName\": \"one__box\", "
	      "\"resourceType\": \"resource::box::1.0\"}]");
	ck_assert_str_eq(message, "found");
}
END_TEST

int main(void)
{
	Suite *s = suite_create("drivers/manager requests");
	TCase *tc = tcase_create("what becomes of them");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, who_asks_for_a_long_time_needs_no_more_memory_for_it);
	tcase_add_test(tc, a_step_that_is_cancelled_in_line_has_changed_nothing);
	tcase_add_test(tc, one_that_is_cancelled_while_it_is_asked_may_have);
	tcase_add_test(tc, what_is_found_has_an_id);
	tcase_add_test(tc, what_is_found_with_one_is_told);
	suite_add_tcase(s, tc);
	SRunner *sr = srunner_create(s);
	srunner_run_all(sr, CK_ENV);
	int failures = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failures != 0;
}
