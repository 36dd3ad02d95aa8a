/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/server/http.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <uv.h>

#include "base/json.h"
#include "base/log.h"

enum {
	CONNECTIONS_MAX = 256,
	IDLE_S = 30,
	HEADERS_MAX = 16 * 1024,         /* memory of one connection: its headers, in and out */
	DISCARD_MAX = 4 * HTTP_BODY_MAX, /* read and thrown away so that a 413 can be heard */
	STREAM_BLOCK = 16 * 1024,
	ANSWER_MAX = 256 * 1024 * 1024,
	HEADERS_N = 4,
};

struct http_listener {
	struct MHD_Daemon *daemon;
	struct http_conf conf;
	char address[64];
	unsigned port;
	uv_poll_t poll;
	uv_timer_t timer;
	unsigned open_handles;
	struct exchange *exchanges;
	bool closing, has_woken;
};

struct header {
	const char *name; /* static */
	char *value;
};

/* A request on its way: what the library and the receiver see of one connection. */
struct exchange {
	struct http_request request; /* first: the receiver's pointer is ours */
	struct http_listener *listener;
	struct MHD_Connection *connection;
	struct exchange *next, **prev;
	char *path;
	struct lm_buf body;
	size_t received;
	bool handed_over, suspended, answered, is_stream, ended;
	int status;
	const char *type;
	struct header headers[HEADERS_N];
	size_t n_headers;
	struct lm_buf out;
	size_t sent; /* of a stream's buffer */
	struct http_stream stream;
};

static struct exchange *exchange_of(struct http_request *r)
{
	return (struct exchange *)(void *)r;
}

/* ---- one exchange ----------------------------------------------------------------------------- */

static struct exchange *exchange_new(
    struct http_listener *l, struct MHD_Connection *c, const char *url, const char *method)
{
	struct exchange *x = calloc(1, sizeof *x);

	if (x == NULL)
		abort();
	x->listener = l;
	x->connection = c;
	x->path = strdup(url);
	if (x->path == NULL)
		abort();
	size_t n = strlen(x->path);
	while (n > 1 && x->path[n - 1] == '/')
		x->path[--n] = '\0';
	lm_buf_init(&x->body, HTTP_BODY_MAX);
	lm_buf_init(&x->out, ANSWER_MAX);
	x->request =
	    (struct http_request){.method = method, .path = x->path, .scope = l->conf.scope};
	x->next = l->exchanges;
	x->prev = &l->exchanges;
	if (x->next != NULL)
		x->next->prev = &x->next;
	l->exchanges = x;
	return x;
}

static void exchange_free(struct exchange *x)
{
	if (x->stream.closed != NULL)
		x->stream.closed(x->stream.arg);
	*x->prev = x->next;
	if (x->next != NULL)
		x->next->prev = x->prev;
	lm_buf_fini(&x->body);
	lm_buf_fini(&x->out);
	free(x->path);
	for (size_t i = 0; i < x->n_headers; i++)
		free(x->headers[i].value);
	free(x);
}

static void sleep_on(struct exchange *x)
{
	x->suspended = true;
	MHD_suspend_connection(x->connection);
}

static void wake(struct exchange *x)
{
	if (!x->suspended)
		return;
	x->suspended = false;
	x->listener->has_woken = true;
	MHD_resume_connection(x->connection);
}

const char *http_query(struct http_request *r, const char *name)
{
	const char *value = NULL;
	size_t n = 0;

	if (MHD_lookup_connection_value_n(exchange_of(r)->connection, MHD_GET_ARGUMENT_KIND, name,
		strlen(name), &value, &n) != MHD_YES)
		return NULL;
	return value != NULL ? value : "";
}

const char *http_header(struct http_request *r, const char *name)
{
	return MHD_lookup_connection_value(exchange_of(r)->connection, MHD_HEADER_KIND, name);
}

/* ---- answers ---------------------------------------------------------------------------------- */

void http_put_header(struct http_request *r, const char *name, const char *value)
{
	struct exchange *x = exchange_of(r);

	assert(x->n_headers < HEADERS_N);
	x->headers[x->n_headers] = (struct header){name, strdup(value)};
	if (x->headers[x->n_headers++].value == NULL)
		abort();
}

void http_answer(struct http_request *r, const struct http_answer *a, struct lm_buf *body)
{
	struct exchange *x = exchange_of(r);

	x->status = a->status;
	x->type = a->type != NULL ? a->type : "application/json";
	if (body != NULL) {
		struct lm_buf mine = x->out;

		x->out = *body;
		lm_buf_init(body, mine.max);
		lm_buf_fini(&mine);
	}
	x->answered = true;
	wake(x);
}

void http_answer_error(struct http_request *r, int status, const char *fmt, ...)
{
	char text[4096];
	struct lm_buf b;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	lm_buf_init(&b, 2 * sizeof text + HEADERS_MAX);
	struct lm_json j = lm_json_on(&b);
	lm_json_open(&j, NULL, '{');
	lm_json_str(&j, "url", r->path);
	lm_json_str(&j, "localizedMessage", text);
	lm_json_raw(&j, "details", "{}");
	lm_json_close(&j, '}');
	http_answer(r, &(struct http_answer){.status = status}, &b);
	lm_buf_fini(&b);
}

void http_answer_method(struct http_request *r, const char *allow)
{
	http_put_header(r, MHD_HTTP_HEADER_ALLOW, allow);
	http_answer_error(r, MHD_HTTP_METHOD_NOT_ALLOWED, "%s takes %s only", r->path, allow);
}

void http_stream_begin(struct http_request *r, const char *type, const struct http_stream *s)
{
	struct exchange *x = exchange_of(r);

	x->stream = *s;
	x->is_stream = true;
	x->status = MHD_HTTP_OK;
	x->type = type;
	x->answered = true;
	wake(x);
}

bool http_stream_write(struct http_request *r, const char *p, size_t n, size_t max)
{
	struct exchange *x = exchange_of(r);

	if (x->out.n - x->sent + n > max)
		return false;
	if (x->sent > 0) {
		memmove(x->out.p, x->out.p + x->sent, x->out.n - x->sent + 1);
		x->out.n -= x->sent;
		x->sent = 0;
	}
	lm_buf_add(&x->out, p, n);
	wake(x);
	return true;
}

void http_stream_end(struct http_request *r)
{
	struct exchange *x = exchange_of(r);

	x->ended = true;
	wake(x);
}

static ssize_t stream_read(void *cls, uint64_t pos, char *p, size_t max)
{
	struct exchange *x = cls;
	(void)pos;

	if (x->sent == x->out.n && !x->ended && x->stream.more != NULL)
		x->stream.more(x->stream.arg, &x->request);
	size_t n = x->out.n - x->sent;
	if (n == 0 && (x->ended || x->listener->closing))
		return MHD_CONTENT_READER_END_OF_STREAM;
	if (n == 0) {
		sleep_on(x);
		return 0;
	}
	n = n < max ? n : max;
	memcpy(p, x->out.p + x->sent, n);
	x->sent += n;
	if (x->sent == x->out.n) {
		lm_buf_clear(&x->out);
		x->sent = 0;
	}
	return (ssize_t)n;
}

static enum MHD_Result send_answer(struct exchange *x)
{
	struct MHD_Response *r = NULL;

	if (x->is_stream) {
		r = MHD_create_response_from_callback(
		    MHD_SIZE_UNKNOWN, STREAM_BLOCK, stream_read, x, NULL);
	} else {
		size_t n = x->out.n;
		char *p = lm_buf_detach(&x->out);

		r = MHD_create_response_from_buffer(n, p, MHD_RESPMEM_MUST_FREE);
		if (r == NULL)
			free(p);
	}
	if (r == NULL)
		return MHD_NO;
	MHD_add_response_header(r, MHD_HTTP_HEADER_CONTENT_TYPE, x->type);
	for (size_t i = 0; i < x->n_headers; i++)
		MHD_add_response_header(r, x->headers[i].name, x->headers[i].value);
	enum MHD_Result ok = MHD_queue_response(x->connection, (unsigned)x->status, r);
	MHD_destroy_response(r);
	return ok;
}

/* ---- requests --------------------------------------------------------------------------------- */

static void refuse_size(struct exchange *x)
{
	http_answer_error(&x->request, MHD_HTTP_CONTENT_TOO_LARGE,
	    "the body is larger than %d bytes: send less at once", HTTP_BODY_MAX);
}

static enum MHD_Result on_headers(struct exchange *x)
{
	const char *length = http_header(&x->request, MHD_HTTP_HEADER_CONTENT_LENGTH);

	if (length == NULL || strtoull(length, NULL, 10) <= HTTP_BODY_MAX)
		return MHD_YES;
	x->handed_over = true;
	refuse_size(x);
	return send_answer(x);
}

static enum MHD_Result on_body(struct exchange *x, const char *p, size_t n)
{
	x->received += n;
	if (x->received > DISCARD_MAX)
		return MHD_NO;
	lm_buf_add(&x->body, p, n);
	return MHD_YES;
}

static enum MHD_Result on_complete(struct exchange *x)
{
	/* An answer that was not let go may speak of what was never written down. */
	if (x->listener->closing)
		return MHD_NO;
	if (x->answered)
		return send_answer(x);
	if (x->handed_over)
		return MHD_NO;
	x->handed_over = true;
	if (x->body.cut) {
		refuse_size(x);
		return send_answer(x);
	}
	x->request.body = x->body.p;
	x->request.body_n = x->body.n;
	sleep_on(x);
	x->listener->conf.request(x->listener->conf.arg, &x->request);
	return MHD_YES;
}

/* The library's front door: once with the headers, once per piece of body, once at the end, and
 * once more when a sleeping connection was woken. */
static enum MHD_Result on_request(void *cls, struct MHD_Connection *c, const char *url,
    const char *method, const char *version, const char *p, size_t *n, void **state)
{
	struct exchange *x = *state;
	(void)version;

	if (x == NULL) {
		*state = x = exchange_new(cls, c, url, method);
		return on_headers(x);
	}
	if (*n > 0) {
		enum MHD_Result ok = on_body(x, p, *n);

		*n = 0;
		return ok;
	}
	return on_complete(x);
}

static void on_completed(
    void *cls, struct MHD_Connection *c, void **state, enum MHD_RequestTerminationCode why)
{
	(void)cls;
	(void)c;
	(void)why;
	if (*state != NULL)
		exchange_free(*state);
	*state = NULL;
}

/* ---- a listener on the loop ------------------------------------------------------------------- */

static void on_loop_timer(uv_timer_t *t);

static void run(struct http_listener *l)
{
	MHD_UNSIGNED_LONG_LONG ms = 0;

	l->has_woken = false;
	MHD_run(l->daemon);
	if (MHD_get_timeout(l->daemon, &ms) == MHD_YES)
		uv_timer_start(&l->timer, on_loop_timer, ms, 0);
	else
		uv_timer_stop(&l->timer);
}

static void on_loop_timer(uv_timer_t *t)
{
	run(t->data);
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
	if (bind(fd, (struct sockaddr *)&sa, n) != 0 || listen(fd, 128) != 0) {
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
	l->poll.data = l->timer.data = l;
	l->open_handles = 2;
	uv_poll_start(&l->poll, UV_READABLE, on_loop_poll);
}

static void library_says(void *arg, const char *fmt, va_list ap)
{
	char text[512];
	(void)arg;

	vsnprintf(text, sizeof text, fmt, ap);
	lm_log(LM_LOG_DEBUG, "http.library", "%s", text);
}

struct lm_err *http_listen(const struct http_conf *conf, struct http_listener **out)
{
	int fd = -1;

	struct lm_err *e = open_socket(conf, &fd);
	if (e != NULL)
		return e;
	struct http_listener *l = calloc(1, sizeof *l);
	if (l == NULL)
		abort();
	l->conf = *conf;
	l->port = bound_port(fd);
	snprintf(l->address, sizeof l->address, strchr(conf->address, ':') ? "[%s]:%u" : "%s:%u",
	    conf->address, l->port);
	l->conf.address = l->address;
	l->daemon = MHD_start_daemon(MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG,
	    0, NULL, NULL, on_request, l, MHD_OPTION_EXTERNAL_LOGGER, library_says, NULL,
	    MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_NOTIFY_COMPLETED, on_completed, NULL,
	    MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS_MAX, MHD_OPTION_CONNECTION_TIMEOUT,
	    (unsigned)IDLE_S, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)HEADERS_MAX,
	    MHD_OPTION_END);
	if (l->daemon == NULL) {
		close(fd);
		free(l);
		return lm_err_new(LM_ERR_IO, "cannot start HTTP on %s", conf->address);
	}
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
	for (struct exchange *x = l->exchanges; x != NULL; x = x->next)
		wake(x);
	for (int i = 0; i < 3; i++) /* woken, the end of a stream written, sent */
		MHD_run(l->daemon);
	MHD_stop_daemon(l->daemon);
	uv_close((uv_handle_t *)&l->poll, on_handle_closed);
	uv_close((uv_handle_t *)&l->timer, on_handle_closed);
}

unsigned http_port(const struct http_listener *l)
{
	return l->port;
}

const char *http_address(const struct http_listener *l)
{
	return l->address;
}
