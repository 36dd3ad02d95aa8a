/* SPDX-License-Identifier: Apache-2.0 */
/* Those who send in bulk: answered at once, and kept from using up what others need. */
#include <arpa/inet.h>
#include <check.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <uv.h>

#include "lm/server/http.h"

/*
 * A listener whose paths "/bulk..." come in bulk, from three connections of its own and four of all.
 * What is asked of "/bulk/now" is answered at once, everything else is kept.
 */
enum { TURNS_MAX = 2000, CLIENTS = 8, BULK = 3, ALL = 4, SMALL = 4096, BYTES = 20000 };

static uv_loop_t loop;
static struct http_listener *listener;
static struct http_share share;
static struct http_request *kept[CLIENTS]; /* not answered */
static size_t n_kept;
static int clients[CLIENTS];
static char heard[CLIENTS][1 << 16]; /* since the client spoke */

static void answer(struct http_request *r, const char *text)
{
	struct lm_buf b;

	lm_buf_init(&b, 1 << 16);
	lm_buf_puts(&b, text);
	http_answer(r, &(struct http_answer){.status = 200}, &b);
	lm_buf_fini(&b);
}

static void on_request(void *arg, struct http_request *r)
{
	(void)arg;
	if (strcmp(r->path, "/bulk/now") == 0)
		answer(r, r->body_n > 0 ? r->body : "nothing");
	else
		kept[n_kept++] = r;
}

static bool is_bulk(const struct http_request *r)
{
	return strncmp(r->path, "/bulk", 5) == 0;
}

static int connect_one(void)
{
	struct sockaddr_in sa = {
	    .sin_family = AF_INET, .sin_port = htons((uint16_t)http_port(listener))};

	inet_pton(AF_INET, "127.0.0.1", &sa.sin_addr);
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(connect(fd, (struct sockaddr *)&sa, sizeof sa), 0);
	return fd;
}

static void setup(void)
{
	struct http_conf conf = {.loop = &loop,
	    .address = "127.0.0.1",
	    .scope = HTTP_API,
	    .request = on_request,
	    .is_bulk = is_bulk,
	    .bulk_max = BULK,
	    .share = &share};

	http_share_init(&share, ALL, BYTES);
	uv_loop_init(&loop);
	n_kept = 0;
	ck_assert_ptr_null(http_listen(&conf, &listener));
	for (int i = 0; i < CLIENTS; i++)
		clients[i] = connect_one();
}

static void teardown(void)
{
	for (int i = 0; i < CLIENTS; i++)
		close(clients[i]);
	http_close(listener);
	uv_run(&loop, UV_RUN_DEFAULT);
	ck_assert_int_eq(uv_loop_close(&loop), 0);
	ck_assert_uint_eq(share.connections, 0);
	ck_assert_uint_eq(share.bytes, 0);
	ck_assert(TAILQ_EMPTY(&share.parked));
}

static void turn(void)
{
	struct pollfd fd = {uv_backend_fd(&loop), POLLIN, 0};

	http_run(listener);
	uv_run(&loop, UV_RUN_NOWAIT);
	poll(&fd, 1, 1);
}

static void says(int who, const char *method, const char *path, size_t n)
{
	static char text[1 << 17];
	int k = snprintf(text, sizeof text,
	    "%s %s HTTP/1.1\r\nHost: h\r\nContent-Length: %zu\r\n\r\n", method, path, n);

	heard[who][0] = '\0';
	memset(text + k, 'x', n);
	ck_assert_int_eq(send(clients[who], text, (size_t)k + n, 0), k + (ssize_t)n);
}

static const char *hears(int who)
{
	char *to = heard[who];

	for (int i = 0; i < TURNS_MAX && strstr(to, "\r\n\r\n") == NULL; i++) {
		turn();
		ssize_t k = recv(clients[who], to + strlen(to), 4096, MSG_DONTWAIT);
		if (k == 0)
			break;
	}
	return to;
}

static void is_told(int who, const char *part)
{
	memset(heard[who], 0, sizeof heard[who]);
	ck_assert_msg(strstr(hears(who), part) != NULL, "client %d hears '%s'", who, heard[who]);
}

static void waits(size_t n)
{
	for (int i = 0; i < TURNS_MAX && n_kept < n; i++)
		turn();
	ck_assert_uint_eq(n_kept, n);
}

START_TEST(what_is_answered_at_once_leaves_at_once)
{
	for (int i = 0; i < 5; i++) {
		says(0, "POST", "/bulk/now", 3);
		memset(heard[0], 0, sizeof heard[0]);
		/* The listener is never asked to send. */
		for (int k = 0; k < TURNS_MAX && strstr(heard[0], "\r\n\r\n") == NULL; k++) {
			struct pollfd fd = {uv_backend_fd(&loop), POLLIN, 0};

			uv_run(&loop, UV_RUN_NOWAIT);
			poll(&fd, 1, 1);
			recv(clients[0], heard[0] + strlen(heard[0]), 4096, MSG_DONTWAIT);
		}
		ck_assert_ptr_nonnull(strstr(heard[0], "HTTP/1.1 200 OK\r\n"));
		ck_assert_ptr_nonnull(strstr(heard[0], "\r\n\r\nxxx"));
	}
	ck_assert_uint_eq(n_kept, 0);
}
END_TEST

START_TEST(answers_that_are_alike_are_still_each_its_own)
{
	for (size_t n = 0; n < 600; n += 50) {
		says(0, "POST", "/bulk/now", n);
		is_told(0, "HTTP/1.1 200 OK\r\n");
		says(1, "POST", "/bulk/now", 3);
		is_told(1, "\r\n\r\nxxx");
	}
}
END_TEST

START_TEST(a_large_body_leaves_no_trace_in_a_small_one)
{
	share.bytes_max = 1 << 20;
	says(0, "POST", "/bulk/now", 40000);
	is_told(0, "HTTP/1.1 200 OK\r\n");
	says(1, "POST", "/bulk/now", 30000);
	is_told(1, "HTTP/1.1 200 OK\r\n");
	ck_assert_ptr_nonnull(strstr(heard[1], "Content-Length: 30000\r\n"));
	says(1, "POST", "/bulk/now", 2);
	is_told(1, "Content-Length: 2\r\n");
}
END_TEST

START_TEST(connections_that_send_in_bulk_have_a_limit_and_others_have_room)
{
	for (int i = 0; i < BULK; i++)
		says(i, "POST", "/bulk", 1);
	waits(BULK);
	says(BULK, "POST", "/bulk", 1);
	is_told(BULK, "HTTP/1.1 503");
	ck_assert_ptr_nonnull(strcasestr(heard[BULK], "\r\nRetry-After: 1\r\n"));
	ck_assert_ptr_nonnull(strcasestr(heard[BULK], "\r\nConnection: close\r\n"));
	ck_assert_uint_eq(share.refused, 1);
	says(BULK + 1, "GET", "/other", 0);
	waits(BULK + 1);
	for (size_t i = 0; i < n_kept; i++)
		answer(kept[i], "{}");
	is_told(BULK + 1, "HTTP/1.1 200");
}
END_TEST

START_TEST(those_who_came_first_do_not_keep_the_others_out)
{
	for (int i = 0; i < BULK; i++) {
		says(i, "POST", "/bulk/now", 1);
		is_told(i, "HTTP/1.1 200");
		ck_assert_ptr_null(strcasestr(heard[i], "\r\nConnection: close\r\n"));
	}
	says(BULK, "POST", "/bulk/now", 1);
	is_told(BULK, "HTTP/1.1 503");
	says(0, "POST", "/bulk/now", 1); /* the next answer is its last */
	is_told(0, "HTTP/1.1 200");
	ck_assert_ptr_nonnull(strcasestr(heard[0], "\r\nConnection: close\r\n"));
	for (int i = 0; i < TURNS_MAX && share.connections == BULK; i++)
		turn();
	says(BULK + 1, "POST", "/bulk/now", 1);
	is_told(BULK + 1, "HTTP/1.1 200");
	says(1, "POST", "/bulk/now", 1); /* nobody else was sent away */
	is_told(1, "HTTP/1.1 200");
	ck_assert_ptr_null(strcasestr(heard[1], "\r\nConnection: close\r\n"));
}
END_TEST

START_TEST(listeners_share_their_limit)
{
	share.connections = ALL - 1; /* as other listeners would have it */
	says(0, "POST", "/bulk/now", 1);
	is_told(0, "HTTP/1.1 200");
	says(1, "POST", "/bulk/now", 1);
	is_told(1, "HTTP/1.1 503");
	share.connections -= ALL - 1;
}
END_TEST

START_TEST(a_large_body_waits_until_there_is_room)
{
	says(0, "POST", "/bulk", BYTES - 5000);
	waits(1);
	says(1, "POST", "/bulk", 6000);
	says(2, "POST", "/bulk", 5001);   /* it would fit, but stands behind the other */
	says(3, "POST", "/other", BYTES); /* nobody counts what operators say */
	waits(2);
	for (int i = 0; i < 20; i++)
		turn();
	ck_assert_uint_eq(n_kept, 2);
	ck_assert_uint_eq(share.bytes, BYTES - 5000);
	answer(kept[0], "{}");
	is_told(0, "HTTP/1.1 200");
	waits(4);
	ck_assert_uint_eq(kept[2]->body_n, 6000);
	ck_assert_uint_eq(kept[3]->body_n, 5001);
	for (size_t i = 1; i < n_kept; i++)
		answer(kept[i], "{}");
	is_told(1, "HTTP/1.1 200");
	is_told(2, "HTTP/1.1 200");
	is_told(3, "HTTP/1.1 200");
	ck_assert_uint_eq(share.refused, 0);
}
END_TEST

START_TEST(a_small_body_needs_no_room)
{
	says(0, "POST", "/bulk", BYTES);
	waits(1);
	says(1, "POST", "/bulk", 5000);
	says(2, "POST", "/bulk/now", SMALL);
	is_told(2, "HTTP/1.1 200");
	ck_assert_uint_eq(n_kept, 1);
	answer(kept[0], "{}");
	is_told(0, "HTTP/1.1 200");
	waits(2);
	answer(kept[1], "{}");
	is_told(1, "HTTP/1.1 200");
}
END_TEST

START_TEST(who_has_waited_for_a_second_is_refused)
{
	says(0, "POST", "/bulk", BYTES);
	waits(1);
	says(1, "POST", "/bulk", 6000);
	is_told(1, "HTTP/1.1 503");
	ck_assert_ptr_nonnull(strcasestr(heard[1], "\r\nRetry-After: 1\r\n"));
	ck_assert_ptr_null(strcasestr(heard[1], "\r\nConnection: close\r\n"));
	ck_assert_uint_eq(share.refused, 1);
	answer(kept[0], "{}");
	is_told(0, "HTTP/1.1 200");
	says(1, "POST", "/bulk/now", 6000);
	is_told(1, "HTTP/1.1 200");
	ck_assert_uint_eq(n_kept, 1);
}
END_TEST

START_TEST(who_waits_and_goes_leaves_nothing_behind)
{
	says(0, "POST", "/bulk", BYTES);
	waits(1);
	says(1, "POST", "/bulk", 6000);
	for (int i = 0; i < 20; i++)
		turn();
	close(clients[1]);
	clients[1] = connect_one();
	answer(kept[0], "{}");
	is_told(0, "HTTP/1.1 200");
	for (int i = 0; i < TURNS_MAX && share.bytes > 0 && n_kept == 1; i++)
		turn();
	if (n_kept == 2) /* all of it had come before */
		answer(kept[1], "{}");
	for (int i = 0; i < TURNS_MAX && share.bytes > 0; i++)
		turn();
	ck_assert_uint_eq(share.bytes, 0);
}
END_TEST

START_TEST(closing_lets_go_of_those_who_wait)
{
	says(0, "POST", "/bulk", BYTES);
	waits(1);
	says(1, "POST", "/bulk", 6000);
	for (int i = 0; i < 20; i++)
		turn();
	ck_assert(!TAILQ_EMPTY(&share.parked)); /* see teardown() */
}
END_TEST

START_TEST(a_body_that_does_not_say_its_size_is_counted_as_it_comes)
{
	static const char head[] =
	    "POST /bulk HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
	static char chunk[8192 + 16];

	memset(chunk, 'x', sizeof chunk);
	memcpy(chunk, "2000\r\n", 6); /* 8192 bytes */
	memcpy(chunk + 6 + 8192, "\r\n", 2);
	ck_assert_int_gt(send(clients[0], head, sizeof head - 1, 0), 0);
	for (int i = 0; i < 3; i++) {
		ck_assert_int_gt(send(clients[0], chunk, 6 + 8192 + 2, 0), 0);
		turn();
	}
	ck_assert_int_eq(send(clients[0], "0\r\n\r\n", 5, 0), 5);
	is_told(0, "HTTP/1.1 503");
	ck_assert_uint_eq(n_kept, 0);
}
END_TEST

START_TEST(a_large_body_of_a_connection_too_many_is_not_even_read)
{
	share.connections = ALL; /* as other listeners would have it */
	says(0, "POST", "/bulk", 60000);
	is_told(0, "HTTP/1.1 503");
	share.connections -= ALL;
}
END_TEST

int main(void)
{
	Suite *s = suite_create("lm/server/http");
	TCase *tc = tcase_create("who sends in bulk");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, what_is_answered_at_once_leaves_at_once);
	tcase_add_test(tc, answers_that_are_alike_are_still_each_its_own);
	tcase_add_test(tc, a_large_body_leaves_no_trace_in_a_small_one);
	tcase_add_test(tc, connections_that_send_in_bulk_have_a_limit_and_others_have_room);
	tcase_add_test(tc, those_who_came_first_do_not_keep_the_others_out);
	tcase_add_test(tc, listeners_share_their_limit);
	tcase_add_test(tc, a_large_body_waits_until_there_is_room);
	tcase_add_test(tc, a_small_body_needs_no_room);
	tcase_add_test(tc, who_has_waited_for_a_second_is_refused);
	tcase_add_test(tc, who_waits_and_goes_leaves_nothing_behind);
	tcase_add_test(tc, closing_lets_go_of_those_who_wait);
	tcase_add_test(tc, a_large_body_of_a_connection_too_many_is_not_even_read);
	tcase_add_test(tc, a_body_that_does_not_say_its_size_is_counted_as_it_comes);
	suite_add_tcase(s, tc);
	SRunner *sr = srunner_create(s);
	srunner_run_all(sr, CK_NORMAL);
	int failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed != 0;
}
