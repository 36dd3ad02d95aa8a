/* SPDX-License-Identifier: Apache-2.0 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/heap.h"
#include "base/log.h"
#include "lm/server/http/priv.h"

enum {
	IDLE_S = 30,
	BACKLOG = 1024, /* whoever finds no place there waits for a second before asking again */
	/*
	 * Of one connection: headers, in and out, and half of it is what is read of a body at once.
	 * What nobody touches takes no room.
	 */
	CONNECTION_MEMORY = 64 * 1024,
};

/* ---- a listener on the loop ------------------------------------------------------------------- */

static void on_loop_timer(uv_timer_t *t);

static void run(struct http_listener *l)
{
	MHD_UNSIGNED_LONG_LONG ms = 0;

	l->has_woken = false;
	MHD_run(l->daemon);
	handshakes_rest(l);
	bool parked = share_look(l->conf.share);
	bool due = MHD_get_timeout(l->daemon, &ms) == MHD_YES;
	if (parked && (!due || ms > HTTP_PARKED_MS))
		ms = HTTP_PARKED_MS;
	if (parked || due)
		uv_timer_start(&l->timer, on_loop_timer, ms, 0);
	else
		uv_timer_stop(&l->timer);
}

static void on_loop_timer(uv_timer_t *t)
{
	run(t->data);
}

static void run_soon(struct http_listener *l)
{
	uv_timer_start(&l->timer, on_loop_timer, 0, 0);
}

static void on_loop_poll(uv_poll_t *p, int status, int events)
{
	(void)status;
	(void)events;
	run(p->data);
}

void http_run(struct http_listener *l)
{
	if (l->has_woken && !l->closing)
		run(l);
}

static struct lm_err *parse_address(
    const char *address, unsigned port, struct sockaddr_storage *sa, socklen_t *n)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)(void *)sa;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)(void *)sa;

	memset(sa, 0, sizeof *sa);
	if (inet_pton(AF_INET, address, &v4->sin_addr) == 1) {
		v4->sin_family = AF_INET;
		v4->sin_port = htons((uint16_t)port);
		*n = sizeof *v4;
		return NULL;
	}
	if (inet_pton(AF_INET6, address, &v6->sin6_addr) == 1) {
		v6->sin6_family = AF_INET6;
		v6->sin6_port = htons((uint16_t)port);
		*n = sizeof *v6;
		return NULL;
	}
	return lm_err_new(
	    LM_ERR_INVALID, "'%s' is not an IP address: use a number such as 127.0.0.1", address);
}

/* IP_FREEBIND: the address of a management network may come a moment after its announcement. */
static struct lm_err *open_socket(const struct http_conf *conf, int *out)
{
	struct sockaddr_storage sa;
	socklen_t n = 0;
	int on = 1;

	struct lm_err *e = parse_address(conf->address, conf->port, &sa, &n);
	if (e != NULL)
		return e;
	int fd = socket(sa.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return lm_err_errno(errno, "cannot open a socket");
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	setsockopt(fd, IPPROTO_IP, IP_FREEBIND, &on, sizeof on);
	if (bind(fd, (struct sockaddr *)&sa, n) != 0 || listen(fd, BACKLOG) != 0) {
		e = lm_err_errno(errno,
		    "cannot listen on %s port %u (is another manager running there?)",
		    conf->address, conf->port);
		close(fd);
		return e;
	}
	*out = fd;
	return NULL;
}

static unsigned bound_port(int fd)
{
	struct sockaddr_storage sa = {0};
	socklen_t n = sizeof sa;

	getsockname(fd, (struct sockaddr *)&sa, &n);
	if (sa.ss_family == AF_INET6)
		return ntohs(((struct sockaddr_in6 *)(void *)&sa)->sin6_port);
	return ntohs(((struct sockaddr_in *)(void *)&sa)->sin_port);
}

static void put_on_loop(struct http_listener *l)
{
	const union MHD_DaemonInfo *info = MHD_get_daemon_info(l->daemon, MHD_DAEMON_INFO_EPOLL_FD);

	uv_poll_init(l->conf.loop, &l->poll, info->epoll_fd);
	uv_timer_init(l->conf.loop, &l->timer);
	lines_init(&l->lines, &l->conf);
	TAILQ_INIT(&l->shaking);
	TAILQ_INIT(&l->asleep);
	l->run_soon = run_soon;
	l->poll.data = l->timer.data = l;
	l->open_handles = 3;
	uv_poll_start(&l->poll, UV_READABLE, on_loop_poll);
}

static void library_says(void *arg, const char *fmt, va_list ap)
{
	char text[512];
	(void)arg;

	vsnprintf(text, sizeof text, fmt, ap);
	lm_log(LM_LOG_DEBUG, "http.library", "%s", text);
}

static bool start(struct http_listener *l, int fd)
{
	char versions[] = "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:%SERVER_PRECEDENCE";
	struct MHD_OptionItem tls[] = {
	    {MHD_OPTION_HTTPS_CERT_CALLBACK, 0, certificate_retriever()},
	    {MHD_OPTION_HTTPS_PRIORITIES, 0, versions},
	    {MHD_OPTION_END, 0, NULL},
	};
	unsigned flags = MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG;
	bool has_tls = l->conf.certificate != NULL;

	l->daemon = MHD_start_daemon(flags | (has_tls ? MHD_USE_TLS : 0), 0, NULL, NULL,
	    http_on_request, l, MHD_OPTION_EXTERNAL_LOGGER, library_says, NULL,
	    MHD_OPTION_UNESCAPE_CALLBACK, http_on_escaped, NULL, MHD_OPTION_LISTEN_SOCKET, fd,
	    MHD_OPTION_NOTIFY_COMPLETED, http_on_completed, NULL, MHD_OPTION_NOTIFY_CONNECTION,
	    http_on_connection, l, MHD_OPTION_CONNECTION_LIMIT,
	    lines_max() + HTTP_CONNECTIONS_LEAVING, MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_S,
	    MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY, MHD_OPTION_ARRAY,
	    has_tls ? tls : tls + 2, MHD_OPTION_END);
	return l->daemon != NULL;
}

struct lm_err *http_listen(const struct http_conf *conf, struct http_listener **out)
{
	int fd = -1;

	struct lm_err *e = open_socket(conf, &fd);
	if (e != NULL)
		return e;
	struct http_listener *l = lm_alloc(sizeof *l);
	l->conf = *conf;
	if (l->conf.answers_max == 0)
		l->conf.answers_max = HTTP_ANSWERS_MAX;
	if (l->conf.bulk_max > lines_max() / 2)
		l->conf.bulk_max = lines_max() / 2;
	l->port = bound_port(fd);
	snprintf(l->address, sizeof l->address, strchr(conf->address, ':') ? "[%s]:%u" : "%s:%u",
	    conf->address, l->port);
	l->conf.address = l->address;
	if (!start(l, fd)) {
		close(fd);
		free(l);
		return lm_err_new(LM_ERR_IO, "cannot start HTTP on %s", conf->address);
	}
	l->trace_seed = uv_hrtime() ^ (uint64_t)(uintptr_t)l;
	put_on_loop(l);
	*out = l;
	return NULL;
}

static void on_handle_closed(uv_handle_t *h)
{
	struct http_listener *l = h->data;

	if (--l->open_handles == 0)
		free(l);
}

/* The library forbids stopping while a connection sleeps: all are woken to find 'closing'. */
void http_close(struct http_listener *l)
{
	if (l == NULL)
		return;
	l->closing = true;
	uv_poll_stop(&l->poll);
	uv_timer_stop(&l->timer);
	while (l->suspended != NULL)
		exchange_wake(l->suspended);
	handshakes_wake(l);
	for (int i = 0; i < 3; i++) /* woken, the end of a stream written, sent */
		MHD_run(l->daemon);
	MHD_stop_daemon(l->daemon);
	if (l->last.response != NULL)
		MHD_destroy_response(l->last.response);
	lm_buf_fini(&l->spare);
	l->lines.timer.data = l;
	uv_close((uv_handle_t *)&l->lines.timer, on_handle_closed);
	uv_close((uv_handle_t *)&l->poll, on_handle_closed);
	uv_close((uv_handle_t *)&l->timer, on_handle_closed);
}

unsigned http_connections(const struct http_listener *l)
{
	const union MHD_DaemonInfo *info =
	    MHD_get_daemon_info(l->daemon, MHD_DAEMON_INFO_CURRENT_CONNECTIONS);

	return info == NULL ? 0 : info->num_connections;
}

unsigned http_port(const struct http_listener *l)
{
	return l->port;
}

const char *http_address(const struct http_listener *l)
{
	return l->address;
}
