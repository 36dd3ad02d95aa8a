/* SPDX-License-Identifier: Apache-2.0 */
#include <netdb.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/heap.h"
#include "base/id.h"
#include "lm/server/http/priv.h"

/* Connections and their requests, as the library tells of them. */

/* ---- a connection ------------------------------------------------------------------------------- */

static void line_open(struct http_listener *l, struct MHD_Connection *c, void **out)
{
	struct line *line = lm_alloc(sizeof *line);

	line->listener = l;
	line->connection = c;
	lines_join(&l->lines, line);
	if (l->conf.certificate != NULL)
		handshake_begin(line);
	*out = line;
}

static void line_close(struct line *line)
{
	handshake_end(line);
	share_leave(line);
	lines_leave(&line->listener->lines, line);
	lm_buf_fini(&line->exchange.body);
	lm_buf_fini(&line->exchange.out);
	free(line);
}

void http_on_connection(
    void *cls, struct MHD_Connection *c, void **state, enum MHD_ConnectionNotificationCode what)
{
	if (what == MHD_CONNECTION_NOTIFY_STARTED)
		line_open(cls, c, state);
	else if (*state != NULL)
		line_close(*state);
}

/* ---- a request ------------------------------------------------------------------------------------ */

static void set_path(struct exchange *x, const char *url)
{
	size_t n = strlen(url);

	while (n > 1 && url[n - 1] == '/')
		n--;
	x->path = n < sizeof x->path_kept ? x->path_kept : lm_alloc_raw(n + 1);
	memcpy(x->path, url, n);
	x->path[n] = '\0';
}

static struct exchange *exchange_begin(
    struct line *line, struct MHD_Connection *c, const char *url, const char *method)
{
	struct exchange *x = &line->exchange;
	struct lm_buf body = x->body, out = x->out;

	*x = (struct exchange){.line = line, .connection = c, .body = body, .out = out};
	if (x->body.p == NULL) {
		lm_buf_init(&x->body, HTTP_BODY_MAX);
		lm_buf_init(&x->out, HTTP_ANSWER_MAX);
	}
	set_path(x, url);
	x->request = (struct http_request){
	    .method = method,
	    .path = x->path,
	    .scope = line->listener->conf.scope,
	    .body_max = HTTP_BODY_MAX,
	    .began_ns = uv_hrtime(),
	};
	line->in_use = true;
	line_is(line, LINE_BODY);
	return x;
}

/* A connection that waits keeps little memory, and one large body lends its own to the next. */
static void keep_little(struct lm_buf *b)
{
	size_t max = b->max;

	if (b->cap > HTTP_BODY_KEPT) {
		lm_buf_fini(b);
		lm_buf_init(b, max);
	}
	lm_buf_clear(b);
}

void exchange_body_end(struct exchange *x)
{
	struct http_listener *l = x->line->listener;

	if (x->body.cap > HTTP_BODY_KEPT && x->body.cap <= 2 * HTTP_BODY_MAX &&
	    l->spare.p == NULL) {
		l->spare = x->body;
		lm_buf_init(&x->body, HTTP_BODY_MAX);
	}
	keep_little(&x->body);
}

void exchange_body_begin(struct exchange *x, size_t n)
{
	struct http_listener *l = x->line->listener;

	if (n > HTTP_BODY_KEPT && l->spare.p != NULL) {
		lm_buf_fini(&x->body);
		x->body = l->spare;
		l->spare = (struct lm_buf){0};
		lm_buf_clear(&x->body);
	}
	x->body.max = x->request.body_max;
	lm_buf_room(&x->body, n); /* all at once */
}

static void unlink_sleeper(struct exchange *x)
{
	*x->prev = x->next;
	if (x->next != NULL)
		x->next->prev = x->prev;
	x->suspended = false;
}

static void exchange_end(struct exchange *x)
{
	if (x->stream.closed != NULL)
		x->stream.closed(x->stream.arg);
	if (x->suspended)
		unlink_sleeper(x);
	share_give(x);
	x->line->listener->large -= x->large;
	x->line->listener->large_out -= x->large_out;
	exchange_body_end(x);
	free(x->form);
	free(x->parts);
	keep_little(&x->out);
	if (x->path != x->path_kept)
		free(x->path);
	for (size_t i = 0; i < x->n_headers; i++)
		free(x->headers[i].value);
	x->n_headers = 0;
	http_page_free(x->page);
	x->line->in_use = false;
	line_is(x->line, LINE_IDLE);
}

struct exchange *exchange_of(struct http_request *r)
{
	return (struct exchange *)(void *)r;
}

void exchange_sleep(struct exchange *x)
{
	struct http_listener *l = x->line->listener;

	x->suspended = true;
	x->next = l->suspended;
	x->prev = &l->suspended;
	if (x->next != NULL)
		x->next->prev = &x->next;
	l->suspended = x;
	MHD_suspend_connection(x->connection);
}

void exchange_wake(struct exchange *x)
{
	if (!x->suspended)
		return;
	unlink_sleeper(x);
	x->line->listener->has_woken = true;
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

const char *http_bearer(struct http_request *r)
{
	static const char scheme[] = "Bearer ";
	const char *given = http_header(r, MHD_HTTP_HEADER_AUTHORIZATION);

	if (given == NULL || strncasecmp(given, scheme, sizeof scheme - 1) != 0)
		return NULL;
	given += sizeof scheme - 1;
	return given + strspn(given, " ");
}

void http_peer(struct http_request *r, char out[HTTP_PEER_SIZE])
{
	const union MHD_ConnectionInfo *info =
	    MHD_get_connection_info(exchange_of(r)->connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	const struct sockaddr *sa = info != NULL ? info->client_addr : NULL;
	socklen_t n = sa != NULL && sa->sa_family == AF_INET6 ? sizeof(struct sockaddr_in6)
							      : sizeof(struct sockaddr_in);

	if (sa == NULL || getnameinfo(sa, n, out, HTTP_PEER_SIZE, NULL, 0, NI_NUMERICHOST) != 0)
		out[0] = '\0';
}

const char *http_form(struct http_request *r, const char *name)
{
	struct exchange *x = exchange_of(r);

	if (r->body_kind != BODY_FORM || r->body == NULL)
		return NULL;
	if (x->form == NULL)
		x->form = form_read(r->body);
	return form_find(x->form, name);
}

bool http_part(struct http_request *r, const char *name, struct http_part *out)
{
	struct exchange *x = exchange_of(r);

	if (r->body_kind != BODY_MULTIPART || r->body == NULL)
		return false;
	if (x->parts == NULL)
		x->parts =
		    parts_read(r->body, r->body_n, http_header(r, MHD_HTTP_HEADER_CONTENT_TYPE));
	return parts_find(x->parts, name, out);
}

/* ---- as it comes in ------------------------------------------------------------------------------- */

static void copy_trace(char out[HTTP_TRACE_SIZE], const char *given)
{
	size_t n = 0;

	for (; *given != '\0' && n + 1 < HTTP_TRACE_SIZE; given++)
		if (*given > ' ' && *given < 0x7f)
			out[n++] = *given;
	out[n] = '\0';
}

void exchange_trace(struct exchange *x)
{
	struct http_listener *l = x->line->listener;
	const char *given = http_header(&x->request, HTTP_TRACE_HEADER);
	char made[LM_ID_SIZE];

	if (x->request.trace[0] != '\0')
		return;
	if (given != NULL)
		copy_trace(x->request.trace, given);
	if (x->request.trace[0] != '\0')
		return;
	lm_id(l->trace_seed + l->n_traces++, "trace", made);
	copy_trace(x->request.trace, made);
}

static void refuse_size(struct exchange *x)
{
	http_answer_error(&x->request, MHD_HTTP_CONTENT_TOO_LARGE,
	    "the body is larger than %zu bytes: send less at once", x->request.body_max);
}

/*
 * Who sends without asking first hears nothing before he has sent all, and little of a connection that was
 * closed on him: what he sends is read and forgotten, unless it is very much.
 */
static enum MHD_Result refuse_early(struct exchange *x)
{
	if (x->announced <= HTTP_REFUSED_MAX &&
	    http_header(&x->request, MHD_HTTP_HEADER_EXPECT) == NULL)
		return MHD_YES;
	x->handed_over = true;
	return exchange_send(x);
}

static enum MHD_Result refuse_line(struct exchange *x)
{
	http_put_header(&x->request, MHD_HTTP_HEADER_CONNECTION, "close");
	if (x->announced <= HTTP_DRAINED) {
		share_refuse(x);
		return MHD_YES;
	}
	x->handed_over = true;
	share_answer(x);
	return exchange_send(x);
}

static void read_headers(struct exchange *x)
{
	const struct http_conf *conf = &x->line->listener->conf;
	struct http_request *r = &x->request;
	const char *coding = http_header(r, MHD_HTTP_HEADER_TRANSFER_ENCODING);
	const char *length = http_header(r, MHD_HTTP_HEADER_CONTENT_LENGTH);

	if (coding == NULL && length != NULL)
		x->announced = strtoull(length, NULL, 10);
	r->has_body = coding != NULL || x->announced > 0;
	r->is_bulk = conf->is_bulk != NULL && conf->is_bulk(r);
	if (r->is_bulk)
		return; /* they come by the ten thousand a second, and nobody asks */
	r->body_kind = body_kind_of(http_header(r, MHD_HTTP_HEADER_CONTENT_TYPE));
	exchange_trace(x);
}

/* Bodies of which one alone is much have a limit together. */
static bool takes_room(struct exchange *x)
{
	struct http_listener *l = x->line->listener;
	size_t n = x->announced > 0 || !x->request.has_body ? x->announced : x->request.body_max;

	if (n <= HTTP_BODY_MAX)
		return true;
	if (n > HTTP_LARGE_MAX - l->large)
		return false;
	x->large = n;
	l->large += n;
	return true;
}

static enum MHD_Result on_headers(struct exchange *x, const char *version)
{
	const struct http_conf *conf = &x->line->listener->conf;

	if (!headers_are_clear(x, version)) {
		x->handed_over = true;
		return exchange_send(x);
	}
	read_headers(x);
	if (conf->admit != NULL)
		conf->admit(conf->arg, &x->request);
	if (!x->answered && x->announced > x->request.body_max)
		refuse_size(x);
	else if (!x->answered && !takes_room(x))
		http_answer_busy(&x->request);
	if (x->answered)
		return refuse_early(x);
	if (x->request.is_bulk && !share_join(x->line))
		return refuse_line(x);
	line_is(x->line, LINE_BODY);
	if (!x->request.is_bulk || share_take(x, x->announced))
		exchange_body_begin(x, x->announced);
	else
		share_park(x);
	return MHD_YES;
}

static enum MHD_Result on_body(struct exchange *x, const char *p, size_t n)
{
	size_t max =
	    x->answered ? (size_t)HTTP_REFUSED_MAX : x->request.body_max + HTTP_DISCARD_MAX;

	x->received += n;
	if (x->received > max)
		return MHD_NO;
	if (x->answered)
		return MHD_YES;
	if (x->request.is_bulk && !x->is_refused && x->announced == 0 &&
	    !share_take(x, x->received))
		share_refuse(x);
	if (!x->is_refused)
		lm_buf_add(&x->body, p, n);
	return MHD_YES;
}

static enum MHD_Result hand_over(struct exchange *x)
{
	const struct http_conf *conf = &x->line->listener->conf;

	x->handed_over = true;
	line_is(x->line, LINE_HELD);
	if (x->is_refused) {
		share_answer(x);
	} else if (x->body.cut) {
		refuse_size(x);
	} else {
		x->request.body = x->body.p;
		x->request.body_n = x->body.n;
		conf->request(conf->arg, &x->request);
	}
	if (x->answered)
		return exchange_send(x);
	exchange_sleep(x);
	return MHD_YES;
}

static enum MHD_Result on_complete(struct exchange *x)
{
	/* An answer that was not let go may speak of what was never written down. */
	if (x->line->listener->closing)
		return MHD_NO;
	if (x->answered)
		return exchange_send(x);
	return x->handed_over ? MHD_NO : hand_over(x);
}

struct certificate *http_certificate_of(struct MHD_Connection *c)
{
	return line_of(c)->listener->conf.certificate;
}

/* The library's front door: once with the headers, once per piece of body, once at the end, and
 * once more when a sleeping connection was woken. */
enum MHD_Result http_on_request(void *cls, struct MHD_Connection *c, const char *url,
    const char *method, const char *version, const char *p, size_t *n, void **state)
{
	struct exchange *x = *state;
	(void)cls;

	if (x == NULL) {
		struct line *line = line_of(c);

		if (line->listener->closing) /* its receiver may have gone */
			return MHD_NO;
		*state = x = exchange_begin(line, c, url, method);
		return on_headers(x, version);
	}
	if (*n == 0 && x->was_parked) { /* the headers once more: its body is yet to come */
		x->was_parked = false;
		return MHD_YES;
	}
	x->was_parked = false;
	if (*n > 0) {
		enum MHD_Result ok = on_body(x, p, *n);

		*n = 0;
		return ok;
	}
	return on_complete(x);
}

void http_on_completed(
    void *cls, struct MHD_Connection *c, void **state, enum MHD_RequestTerminationCode why)
{
	(void)cls;
	(void)c;
	(void)why;
	if (*state != NULL)
		exchange_end(*state);
	*state = NULL;
}
