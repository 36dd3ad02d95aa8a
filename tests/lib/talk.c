/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/lib/talk.h"

#include <arpa/inet.h>
#include <check.h>
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct talk talk;

static void on_request(void *arg, struct http_request *r)
{
	(void)arg;
	talk.request = r;
}

void connect_client(void)
{
	struct sockaddr_in sa = {
	    .sin_family = AF_INET, .sin_port = htons((uint16_t)http_port(talk.listener))};

	inet_pton(AF_INET, "127.0.0.1", &sa.sin_addr);
	talk.client = socket(AF_INET, SOCK_STREAM, 0);
	ck_assert_int_ge(talk.client, 0);
	ck_assert_int_eq(connect(talk.client, (struct sockaddr *)&sa, sizeof sa), 0);
	talk.is_cut = false;
	lm_buf_clear(&talk.heard);
}

void close_client(void)
{
	close(talk.client);
}

static void on_admit(void *arg, struct http_request *r)
{
	(void)arg;
	if (talk.refuses_with != 0)
		http_answer_error(r, talk.refuses_with, "not you");
	else if (talk.allows != 0)
		r->body_max = talk.allows;
}

struct http_conf conf_at(const char *address, unsigned port)
{
	return (struct http_conf){
	    .loop = &talk.loop,
	    .address = address,
	    .port = port,
	    .scope = HTTP_API,
	    .admit = on_admit,
	    .request = on_request,
	};
}

void talk_begin(void)
{
	struct http_conf conf = conf_at("127.0.0.1", 0);

	uv_loop_init(&talk.loop);
	lm_buf_init(&talk.heard, 64 << 20);
	talk.request = NULL;
	talk.refuses_with = 0;
	talk.allows = 0;
	ck_assert_ptr_null(http_listen(&conf, &talk.listener));
	connect_client();
}

void talk_end(void)
{
	close(talk.client);
	http_close(talk.listener);
	uv_run(&talk.loop, UV_RUN_DEFAULT);
	ck_assert_int_eq(uv_loop_close(&talk.loop), 0);
	lm_buf_fini(&talk.heard);
}

/* ---- words of the sentences --------------------------------------------------------------------- */

void talk_receive(void)
{
	static char block[1 << 16];
	ssize_t n = 0;

	while ((n = recv(talk.client, block, sizeof block, MSG_DONTWAIT)) > 0)
		lm_buf_add(&talk.heard, block, (size_t)n);
	talk.is_cut = talk.is_cut || n == 0 || (n < 0 && errno == ECONNRESET);
}

void turn_without_reading(void)
{
	struct pollfd backend = {uv_backend_fd(&talk.loop), POLLIN, 0};

	http_run(talk.listener);
	uv_run(&talk.loop, UV_RUN_NOWAIT);
	poll(&backend, 1, 10);
}

void talk_turn(void)
{
	struct pollfd fds[] = {{uv_backend_fd(&talk.loop), POLLIN, 0}, {talk.client, POLLIN, 0}};

	http_run(talk.listener);
	uv_run(&talk.loop, UV_RUN_NOWAIT);
	talk_receive();
	poll(fds, talk.is_cut ? 1 : 2, 10);
}

void says(const char *text)
{
	size_t n = strlen(text), done = 0;

	for (int i = 0; i < TURNS_MAX && done < n; i++) {
		ssize_t k = send(talk.client, text + done, n - done, MSG_DONTWAIT | MSG_NOSIGNAL);

		done += k > 0 ? (size_t)k : 0;
		if (k < 0 && errno != EAGAIN)
			return;
		talk_turn();
	}
}

struct http_request *handed_over(void)
{
	for (int i = 0; i < TURNS_MAX && talk.request == NULL; i++)
		talk_turn();
	ck_assert_msg(talk.request != NULL, "no talk.request came; the talk.client talk.heard '%s'",
	    talk.heard.p);
	struct http_request *r = talk.request;
	talk.request = NULL;
	return r;
}

void hears(const char *part)
{
	for (int i = 0; i < TURNS_MAX && strstr(talk.heard.p, part) == NULL && !talk.is_cut; i++)
		talk_turn();
	talk_receive();
	ck_assert_msg(
	    strstr(talk.heard.p, part) != NULL, "'%.300s' lacks '%s'", talk.heard.p, part);
}

void is_cut_off(void)
{
	for (int i = 0; i < TURNS_MAX && !talk.is_cut; i++)
		talk_turn();
	ck_assert(talk.is_cut);
}

void answers(struct http_request *r, int status, const char *text)
{
	struct lm_buf b;

	lm_buf_init(&b, 1024);
	lm_buf_puts(&b, text);
	http_put_header(r, "Location", "/here");
	http_answer(r, &(struct http_answer){.status = status}, &b);
	lm_buf_fini(&b);
}
