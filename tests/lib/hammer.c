/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/lib/hammer.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/attr.h"
#include "tests/lib/bench.h"

enum { ANSWER_MAX = 64 * 1024, EVENTS = 256, CONNECTIONS_MAX = 1024, TIMES_MAX = 1 << 20 };

struct line {
	int fd;
	bool busy;
	size_t sent, got;
	double began_s, rest_until_s;
	char answer[ANSWER_MAX + 1];
};

struct crowd {
	const struct hammer_conf *conf;
	struct hammer_result *result;
	struct line *lines;
	int epoll;
	double *times;
	size_t n_times;
	uint64_t begun;
	unsigned n_busy;
	double start_s, last_s;
};

static void die(const char *what)
{
	fprintf(stderr, "hammer: %s: %s\n", what, strerror(errno));
	exit(1);
}

static int connect_as(unsigned port, int how)
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
	int on = 1;

	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | how, 0);
	if (fd < 0 || (connect(fd, (struct sockaddr *)&to, sizeof to) != 0 && errno != EINPROGRESS))
		die("cannot connect");
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	return fd;
}

int hammer_connect(unsigned port)
{
	return connect_as(port, 0);
}

char *hammer_post(const char *path, const char *token, const char *body, size_t *n)
{
	char *text = NULL;
	int k = asprintf(&text,
	    "POST %s HTTP/1.1\r\nHost: localhost\r\n%s%s%sContent-Type: application/json\r\n"
	    "Content-Length: %zu\r\n\r\n%s",
	    path, token != NULL ? "Authorization: Bearer " : "", token != NULL ? token : "",
	    token != NULL ? "\r\n" : "", strlen(body), body);

	if (k < 0)
		abort();
	*n = (size_t)k;
	return text;
}

static void open_line(struct crowd *c, struct line *l)
{
	struct epoll_event ev = {.events = EPOLLIN, .data.ptr = l};

	l->fd = connect_as(c->conf->port, SOCK_NONBLOCK); /* what is sent waits for it */
	l->busy = false;
	if (epoll_ctl(c->epoll, EPOLL_CTL_ADD, l->fd, &ev) != 0)
		die("epoll");
}

static void watch(struct crowd *c, struct line *l, uint32_t events)
{
	struct epoll_event ev = {.events = events, .data.ptr = l};

	if (epoll_ctl(c->epoll, EPOLL_CTL_MOD, l->fd, &ev) != 0)
		die("epoll");
}

/* Somebody who refuses may close before everything was said: the answer tells, or the end. */
static void go_on(struct crowd *c, struct line *l)
{
	bool was_cut = l->sent > 0;

	while (l->sent < c->conf->request_n) {
		ssize_t n = send(l->fd, c->conf->request + l->sent, c->conf->request_n - l->sent,
		    MSG_DONTWAIT | MSG_NOSIGNAL);
		if (n < 0) {
			if (errno == EAGAIN && !was_cut)
				watch(c, l, EPOLLIN | EPOLLOUT);
			return;
		}
		l->sent += (size_t)n;
	}
	if (was_cut)
		watch(c, l, EPOLLIN);
}

static void begin(struct crowd *c, struct line *l, double now)
{
	l->busy = true;
	l->sent = l->got = 0;
	l->began_s = now;
	c->begun++;
	c->n_busy++;
	go_on(c, l);
}

/* Bytes of the whole answer; 0: it is not all there. */
static size_t answer_size(const struct line *l)
{
	const char *end = strstr(l->answer, "\r\n\r\n");
	const char *length = strcasestr(l->answer, "\r\nContent-Length:");

	if (end == NULL)
		return 0;
	size_t head = (size_t)(end - l->answer) + 4;
	size_t body = length != NULL && length < end ? strtoul(length + 17, NULL, 10) : 0;
	return l->got >= head + body ? head + body : 0;
}

static void count(struct crowd *c, struct line *l, double now)
{
	long status = strtol(l->answer + strlen("HTTP/1.1 "), NULL, 10);

	if (status >= 200 && status < 300)
		c->result->ok++;
	else if (status == 429 || status == 503)
		c->result->refused++, l->rest_until_s = now + c->conf->rest_s;
	else
		c->result->others++;
	if (c->n_times < TIMES_MAX)
		c->times[c->n_times++] = now - l->began_s;
	c->last_s = now;
}

static void end(struct crowd *c, struct line *l)
{
	l->busy = false;
	c->n_busy--;
}

static void hear(struct crowd *c, struct line *l)
{
	ssize_t n = recv(l->fd, l->answer + l->got, ANSWER_MAX - l->got, MSG_DONTWAIT);

	if (n < 0 && errno == EAGAIN)
		return;
	if (n <= 0) {
		if (l->busy)
			end(c, l);
		c->result->cut++;
		close(l->fd);
		open_line(c, l);
		return;
	}
	l->got += (size_t)n;
	l->answer[l->got] = '\0';
	if (answer_size(l) == 0)
		return;
	count(c, l, bench_wall_s());
	end(c, l);
}

/* How many requests should have begun by now. */
static uint64_t due(const struct crowd *c, double now)
{
	const struct hammer_conf *conf = c->conf;

	if (now - c->start_s >= conf->seconds || (conf->requests > 0 && c->begun >= conf->requests))
		return 0;
	return conf->rate > 0 ? (uint64_t)((now - c->start_s) * conf->rate) + 1 : UINT64_MAX;
}

static void begin_due(struct crowd *c)
{
	double now = bench_wall_s();
	uint64_t wanted = due(c, now);

	for (unsigned i = 0; i < c->conf->connections && c->begun < wanted; i++) {
		if (c->lines[i].busy || c->lines[i].rest_until_s > now)
			continue;
		begin(c, &c->lines[i], now);
		wanted = due(c, now);
	}
}

static int pause_ms(const struct crowd *c)
{
	if (c->conf->rate > 0)
		return c->n_busy == c->conf->connections ? 100 : 1;
	return c->conf->rest_s > 0 ? 10 : 1000;
}

static void serve(struct crowd *c)
{
	struct epoll_event events[EVENTS];
	int n = epoll_wait(c->epoll, events, EVENTS, pause_ms(c));

	for (int i = 0; i < n; i++) {
		struct line *l = events[i].data.ptr;

		if ((events[i].events & EPOLLOUT) != 0 && l->busy && l->sent < c->conf->request_n)
			go_on(c, l);
		if ((events[i].events & ~(uint32_t)EPOLLOUT) == 0)
			continue;
		hear(c, l);
		/* At full speed each goes on at once: nobody is looked for. */
		double now = c->conf->rate > 0 || l->busy ? 0 : bench_wall_s();
		if (c->conf->rate <= 0 && !l->busy && l->rest_until_s <= now && due(c, now) > 0)
			begin(c, l, now);
	}
	if (c->conf->rate > 0 || c->conf->rest_s > 0)
		begin_due(c);
}

void hammer(const struct hammer_conf *conf, struct hammer_result *out)
{
	struct crowd c = {.conf = conf, .result = out, .epoll = epoll_create1(EPOLL_CLOEXEC)};

	*out = (struct hammer_result){0};
	c.lines = calloc(conf->connections, sizeof *c.lines);
	c.times = calloc(TIMES_MAX, sizeof *c.times);
	if (c.lines == NULL || c.times == NULL || conf->connections > CONNECTIONS_MAX)
		abort();
	for (unsigned i = 0; i < conf->connections; i++)
		open_line(&c, &c.lines[i]);
	c.start_s = bench_wall_s();
	begin_due(&c);
	while (c.n_busy > 0 || due(&c, bench_wall_s()) > 0)
		serve(&c);
	if (conf->rate > 0 && conf->requests == 0 && c.begun < conf->rate * conf->seconds)
		out->unsaid = (uint64_t)(conf->rate * conf->seconds) - c.begun;
	out->seconds = (c.last_s > 0 ? c.last_s : bench_wall_s()) - c.start_s;
	out->median_s = bench_median(c.times, c.n_times);
	out->p99_s = c.n_times == 0 ? 0 : c.times[(c.n_times - 1) * 99 / 100];
	for (unsigned i = 0; i < conf->connections; i++)
		close(c.lines[i].fd);
	close(c.epoll);
	free(c.lines);
	free(c.times);
}
