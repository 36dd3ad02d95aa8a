/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/heap.h"
#include "base/json.h"
#include "base/time.h"
#include "lm/server/http/priv.h"

/* What the receiver of a request says. */

/* ---- whole answers -------------------------------------------------------------------------------- */

void http_put_header(struct http_request *r, const char *name, const char *value)
{
	struct exchange *x = exchange_of(r);

	assert(x->n_headers < LM_COUNT(x->headers));
	x->headers[x->n_headers++] = (struct header){name, lm_strdup(value)};
}

void http_answer(struct http_request *r, const struct http_answer *a, struct lm_buf *body)
{
	struct exchange *x = exchange_of(r);

	x->status = a->status;
	x->type = a->type != NULL ? a->type : "application/json";
	if (body != NULL && body->n < HTTP_ANSWER_KEPT) {
		lm_buf_clear(&x->out);
		lm_buf_add(&x->out, body->p, body->n);
	} else if (body != NULL) {
		struct lm_buf mine = x->out;

		x->out = *body;
		lm_buf_init(body, mine.max);
		lm_buf_fini(&mine);
	}
	x->answered = true;
	exchange_wake(x);
}

/* ---- answers that many get ------------------------------------------------------------------------ */

struct http_page {
	struct MHD_Response *response;
	size_t n; /* bytes */
	unsigned shares;
};

static struct MHD_Response *respond_text(struct lm_buf *body)
{
	size_t n = body->n;
	char *p = lm_buf_detach(body);
	struct MHD_Response *r = MHD_create_response_from_buffer(n, p, MHD_RESPMEM_MUST_FREE);

	if (r == NULL)
		free(p);
	return r;
}

struct http_page *http_page_new(const char *type, struct lm_buf *body)
{
	struct http_page *p = lm_alloc(sizeof *p);

	p->shares = 1;
	p->n = body->n;
	p->response = respond_text(body);
	if (p->response == NULL)
		abort();
	MHD_add_response_header(
	    p->response, MHD_HTTP_HEADER_CONTENT_TYPE, type != NULL ? type : "application/json");
	return p;
}

void http_page_free(struct http_page *p)
{
	if (p == NULL || --p->shares > 0)
		return;
	MHD_destroy_response(p->response);
	free(p);
}

void http_answer_page(struct http_request *r, struct http_page *p)
{
	struct exchange *x = exchange_of(r);

	p->shares++;
	x->page = p;
	x->status = MHD_HTTP_OK;
	x->answered = true;
	exchange_wake(x);
}

/* ---- errors --------------------------------------------------------------------------------------- */

static void print_error(struct lm_json *j, const char *url, const char *text, const char *details)
{
	lm_json_open(j, NULL, '{');
	lm_json_str(j, "url", url);
	lm_json_str(j, "localizedMessage", text);
	lm_json_raw(j, "details", details);
	lm_json_close(j, '}');
}

/* What nobody could have expected has the form that the reference system's framework gives it. */
static void print_unexpected(struct lm_json *j, const char *path, const char *text)
{
	char now[LM_TIME_SIZE];
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	lm_time_text(ts.tv_sec * INT64_C(1000) + ts.tv_nsec / 1000000, now);
	lm_json_open(j, NULL, '{');
	lm_json_str(j, "timestamp", now);
	lm_json_int(j, "status", MHD_HTTP_INTERNAL_SERVER_ERROR);
	lm_json_str(j, "error", "Internal Server Error");
	lm_json_str(j, "exception", "UnexpectedError");
	lm_json_str(j, "message", text);
	lm_json_str(j, "path", path);
	lm_json_close(j, '}');
}

void http_answer_details(
    struct http_request *r, int status, const char *message, const char *details)
{
	struct lm_buf b;

	lm_buf_init(&b, HTTP_ANSWER_MAX);
	struct lm_json j = lm_json_on(&b);
	if (status == MHD_HTTP_INTERNAL_SERVER_ERROR)
		print_unexpected(&j, r->path, message);
	else
		print_error(&j, r->path, message, details);
	exchange_trace(exchange_of(r));
	http_put_header(r, HTTP_TRACE_HEADER, r->trace);
	http_answer(r, &(struct http_answer){.status = status}, &b);
	lm_buf_fini(&b);
}

void http_answer_error(struct http_request *r, int status, const char *fmt, ...)
{
	char text[4096];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	http_answer_details(r, status, text, "{}");
}

void http_answer_method(struct http_request *r, const char *allow)
{
	http_put_header(r, MHD_HTTP_HEADER_ALLOW, allow);
	http_answer_error(r, MHD_HTTP_METHOD_NOT_ALLOWED, "%s takes %s only", r->path, allow);
}

void http_answer_busy(struct http_request *r)
{
	http_put_header(r, MHD_HTTP_HEADER_RETRY_AFTER, "1");
	http_answer_error(r, MHD_HTTP_SERVICE_UNAVAILABLE,
	    "more is reported than can be taken: send it again later, or less of it");
}

/* ---- answers without an end ----------------------------------------------------------------------- */

void http_stream_begin(struct http_request *r, const char *type, const struct http_stream *s)
{
	struct exchange *x = exchange_of(r);

	x->stream = *s;
	x->is_stream = true;
	x->status = MHD_HTTP_OK;
	x->type = type;
	x->answered = true;
	exchange_wake(x);
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
	exchange_wake(x);
	return true;
}

void http_stream_end(struct http_request *r)
{
	struct exchange *x = exchange_of(r);

	x->ended = true;
	exchange_wake(x);
}

static ssize_t stream_read(void *cls, uint64_t pos, char *p, size_t max)
{
	struct exchange *x = cls;
	(void)pos;

	if (x->sent == x->out.n && !x->ended && x->stream.more != NULL)
		x->stream.more(x->stream.arg, &x->request);
	size_t n = x->out.n - x->sent;
	if (n == 0 && (x->ended || x->line->listener->closing))
		return MHD_CONTENT_READER_END_OF_STREAM;
	if (n == 0) {
		exchange_sleep(x);
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

/* ---- to the library ------------------------------------------------------------------------------- */

static struct MHD_Response *respond(struct exchange *x)
{
	if (x->is_stream)
		return MHD_create_response_from_callback(
		    MHD_SIZE_UNKNOWN, HTTP_STREAM_BLOCK, stream_read, x, NULL);
	if (x->out.n < HTTP_ANSWER_KEPT)
		return MHD_create_response_from_buffer(x->out.n, x->out.p, MHD_RESPMEM_MUST_COPY);
	return respond_text(&x->out);
}

/* Ten thousand writers hear the same in a second. */
static bool is_usual(const struct exchange *x)
{
	return !x->is_stream && x->status == MHD_HTTP_OK && x->n_headers == 0 &&
	       x->out.n < HTTP_ANSWER_KEPT;
}

static bool is_last(const struct exchange *x)
{
	const struct http_listener *l = x->line->listener;

	return l->last.response != NULL && l->last.n == x->out.n && l->last.type == x->type &&
	       memcmp(l->last.text, x->out.p, x->out.n) == 0;
}

/* Takes the response over. */
static void keep_last(const struct exchange *x, struct MHD_Response *r)
{
	struct http_listener *l = x->line->listener;

	if (l->last.response != NULL)
		MHD_destroy_response(l->last.response);
	l->last.response = r;
	l->last.n = x->out.n;
	l->last.type = x->type;
	memcpy(l->last.text, x->out.p, x->out.n);
}

static void tell(const struct exchange *x)
{
	const struct http_conf *conf = &x->line->listener->conf;

	if (conf->answered != NULL)
		conf->answered(conf->arg, &x->request, x->page != NULL ? MHD_HTTP_OK : x->status);
}

/* Who takes his time with a large answer keeps it in memory; many such may not keep all of it. */
static void bound(struct exchange *x)
{
	struct http_listener *l = x->line->listener;
	size_t n = x->page != NULL || x->is_stream ? 0 : x->out.n;

	if (n <= HTTP_BODY_MAX)
		return;
	if (l->large_out > 0 && l->large_out + n > l->conf.answers_max) {
		lm_buf_fini(&x->out);
		lm_buf_init(&x->out, HTTP_ANSWER_MAX);
		http_answer_error(&x->request, MHD_HTTP_SERVICE_UNAVAILABLE,
		    "too many large answers are on their way: ask again later, or for less");
		return;
	}
	x->large_out = n;
	l->large_out += n;
}

enum MHD_Result exchange_send(struct exchange *x)
{
	bound(x);
	tell(x);
	x->answer_n = x->page != NULL ? x->page->n : x->out.n;
	line_is(x->line, x->is_stream ? LINE_STREAM : LINE_ANSWER);
	if (x->page != NULL)
		return MHD_queue_response(x->connection, MHD_HTTP_OK, x->page->response);
	if (x->request.is_bulk && share_makes_room(x->line))
		http_put_header(&x->request, MHD_HTTP_HEADER_CONNECTION, "close");
	if (is_usual(x) && is_last(x))
		return MHD_queue_response(
		    x->connection, MHD_HTTP_OK, x->line->listener->last.response);
	bool usual = is_usual(x);
	struct MHD_Response *r = respond(x);
	if (r == NULL)
		return MHD_NO;
	MHD_add_response_header(r, MHD_HTTP_HEADER_CONTENT_TYPE, x->type);
	for (size_t i = 0; i < x->n_headers; i++)
		MHD_add_response_header(r, x->headers[i].name, x->headers[i].value);
	enum MHD_Result ok = MHD_queue_response(x->connection, (unsigned)x->status, r);
	if (usual)
		keep_last(x, r);
	else
		MHD_destroy_response(r);
	return ok;
}
