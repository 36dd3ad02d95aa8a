/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/web/web.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <uv.h>

#include "base/buf.h"
#include "base/heap.h"

struct web_call {
	struct web *web;
	CURL *easy;
	struct curl_slist *headers;
	struct lm_buf body;
	bool is_forgetting;
	web_done_fn *done;
	void *arg;
	char why[CURL_ERROR_SIZE];
	LIST_ENTRY(web_call) all;
};

struct web {
	uv_loop_t *loop;
	CURLM *multi;
	uv_timer_t timer;
	LIST_HEAD(, web_call) calls;
	bool closing;
};

/* One of the library's sockets, on the loop. */
struct watch {
	uv_poll_t poll;
	struct web *web;
	curl_socket_t socket;
};

/* ---- one call ------------------------------------------------------------------------------------- */

static size_t on_body(char *p, size_t size, size_t n, void *arg)
{
	struct web_call *c = arg;

	lm_buf_add(&c->body, p, size * n);
	return c->body.cut ? 0 : size * n;
}

static void call_free(struct web_call *c)
{
	curl_multi_remove_handle(c->web->multi, c->easy);
	curl_easy_cleanup(c->easy);
	curl_slist_free_all(c->headers);
	lm_buf_fini(&c->body);
	LIST_REMOVE(c, all);
	free(c);
}

void web_cancel(struct web_call *c)
{
	call_free(c);
}

/* The library copies texts; of a body only this makes it. */
static void set_body(CURL *easy, const struct web_request *r)
{
	if (r->body == NULL)
		return;
	curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)r->body_n);
	curl_easy_setopt(easy, CURLOPT_COPYPOSTFIELDS, r->body);
}

static void set_headers(struct web_call *c, const struct web_request *r)
{
	struct curl_slist *all =
	    curl_slist_append(NULL, "Expect:"); /* no round trip before a body */

	for (size_t i = 0; all != NULL && r->headers != NULL && r->headers[i] != NULL; i++)
		all = curl_slist_append(all, r->headers[i]);
	if (all == NULL)
		abort();
	c->headers = all;
	curl_easy_setopt(c->easy, CURLOPT_HTTPHEADER, all);
}

static void set_trust(CURL *easy, const struct web_request *r)
{
	struct curl_blob pem = {.data = NULL, .flags = CURL_BLOB_COPY};

	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, r->https ? "http,https" : "http");
	if (r->ca == NULL)
		return;
	pem.data = (char *)r->ca;
	pem.len = strlen(r->ca);
	curl_easy_setopt(easy, CURLOPT_CAINFO_BLOB, &pem);
}

static void prepare(struct web_call *c, const struct web_request *r)
{
	CURL *easy = c->easy;

	curl_easy_setopt(easy, CURLOPT_URL, r->url);
	set_body(easy, r);
	curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, r->method);
	set_headers(c, r);
	set_trust(easy, r);
	curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, r->is_once ? 1L : 0L);
	curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(easy, CURLOPT_PROXY, "");
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)r->limit_ms);
	if (!r->is_forgetting)
		curl_easy_setopt(easy, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)r->answer_max);
	curl_easy_setopt(easy, CURLOPT_USERAGENT, "lm");
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, c);
	curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, c->why);
	curl_easy_setopt(easy, CURLOPT_PRIVATE, c);
}

struct web_call *web_begin(struct web *w, const struct web_request *r, web_done_fn *done, void *arg)
{
	struct web_call *c = lm_alloc(sizeof *c);

	*c = (struct web_call){.web = w, .easy = curl_easy_init(), .done = done, .arg = arg};
	if (c->easy == NULL)
		abort();
	c->is_forgetting = r->is_forgetting;
	lm_buf_init(&c->body, r->answer_max);
	LIST_INSERT_HEAD(&w->calls, c, all);
	prepare(c, r);
	if (curl_multi_add_handle(w->multi, c->easy) != CURLM_OK)
		abort(); /* there is no other reason than memory */
	return c;
}

/* NULL: there is an answer. */
static const char *judge(struct web_call *c, CURLcode result, long status)
{
	bool is_long = c->body.cut || result == CURLE_FILESIZE_EXCEEDED;

	if (is_long && c->is_forgetting && status != 0)
		return NULL;
	if (is_long) {
		snprintf(c->why, sizeof c->why, "the answer has more than %zu bytes", c->body.max);
		return c->why;
	}
	if (result == CURLE_OPERATION_TIMEDOUT)
		return status == 0 ? "no answer in time" : "the answer did not end in time";
	if (result != CURLE_OK)
		return c->why[0] != '\0' ? c->why : curl_easy_strerror(result);
	return NULL;
}

static void conclude(struct web_call *c, CURLcode result)
{
	struct web_call ended = *c; /* who is told may want to free the client */
	char text[CURL_ERROR_SIZE];
	long status = 0, sent = 0;

	curl_easy_getinfo(c->easy, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(c->easy, CURLINFO_REQUEST_SIZE, &sent);
	const char *why = judge(c, result, status);
	if (why != NULL)
		snprintf(text, sizeof text, "%s", why);
	lm_buf_init(&c->body, 0);
	call_free(c);
	ended.done(ended.arg, why != NULL ? &(struct web_answer){.why = text, .was_sent = sent > 0}
					  : &(struct web_answer){(int)status, ended.body.p,
						ended.body.n, NULL, true});
	lm_buf_fini(&ended.body);
}

/* ---- the library on the loop ------------------------------------------------------------------------ */

static void take_ended(struct web *w)
{
	CURLMsg *m;
	int left;

	while (!w->closing && (m = curl_multi_info_read(w->multi, &left)) != NULL) {
		struct web_call *c = NULL;
		CURLcode result = m->data.result;

		if (m->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, (char **)&c);
		conclude(c, result);
	}
}

static void act(struct web *w, curl_socket_t socket, int events)
{
	int running;

	curl_multi_socket_action(w->multi, socket, events, &running);
	take_ended(w);
}

static void on_poll(uv_poll_t *p, int status, int events)
{
	const struct watch *w = p->data;
	int what = (events & UV_READABLE ? CURL_CSELECT_IN : 0) |
		   (events & UV_WRITABLE ? CURL_CSELECT_OUT : 0) |
		   (status < 0 ? CURL_CSELECT_ERR : 0);

	act(w->web, w->socket, what);
}

static void on_timer(uv_timer_t *t)
{
	act(t->data, CURL_SOCKET_TIMEOUT, 0);
}

static void free_handle(uv_handle_t *h)
{
	free(h->data);
}

static struct watch *watch_new(struct web *w, curl_socket_t socket)
{
	struct watch *s = lm_alloc(sizeof *s);

	*s = (struct watch){.web = w, .socket = socket};
	if (uv_poll_init_socket(w->loop, &s->poll, socket) != 0) {
		free(s);
		return NULL; /* the call ends by its time limit */
	}
	s->poll.data = s;
	curl_multi_assign(w->multi, socket, s);
	return s;
}

static int on_socket(CURL *easy, curl_socket_t socket, int what, void *arg, void *known)
{
	struct watch *s = known;
	(void)easy;

	if (what == CURL_POLL_REMOVE) {
		if (s != NULL)
			uv_close((uv_handle_t *)&s->poll, free_handle);
		curl_multi_assign(((struct web *)arg)->multi, socket, NULL);
		return 0;
	}
	if (s == NULL)
		s = watch_new(arg, socket);
	if (s != NULL)
		uv_poll_start(&s->poll,
		    (what & CURL_POLL_IN ? UV_READABLE : 0) |
			(what & CURL_POLL_OUT ? UV_WRITABLE : 0),
		    on_poll);
	return 0;
}

static int on_timeout(CURLM *multi, long ms, void *arg)
{
	struct web *w = arg;
	(void)multi;

	if (ms < 0)
		uv_timer_stop(&w->timer);
	else
		uv_timer_start(&w->timer, on_timer, (uint64_t)ms, 0);
	return 0;
}

/* ---- beginning and end ------------------------------------------------------------------------------- */

struct web *web_new(struct uv_loop_s *loop, unsigned kept)
{
	struct web *w = lm_alloc(sizeof *w);

	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		abort();
	w->loop = loop;
	w->multi = curl_multi_init();
	if (w->multi == NULL)
		abort();
	LIST_INIT(&w->calls);
	uv_timer_init(loop, &w->timer);
	w->timer.data = w;
	curl_multi_setopt(w->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
	curl_multi_setopt(w->multi, CURLMOPT_SOCKETDATA, w);
	curl_multi_setopt(w->multi, CURLMOPT_TIMERFUNCTION, on_timeout);
	curl_multi_setopt(w->multi, CURLMOPT_TIMERDATA, w);
	curl_multi_setopt(w->multi, CURLMOPT_MAXCONNECTS, (long)kept);
	return w;
}

void web_free(struct web *w)
{
	if (w == NULL)
		return;
	w->closing = true;
	while (!LIST_EMPTY(&w->calls))
		call_free(LIST_FIRST(&w->calls));
	curl_multi_cleanup(w->multi);
	curl_global_cleanup();
	uv_close((uv_handle_t *)&w->timer, free_handle);
}

struct lm_err *web_check(const char *url, bool https)
{
	CURLU *u = curl_url();
	char *scheme = NULL, *user = NULL;

	if (u == NULL)
		abort();
	bool is_url = curl_url_set(u, CURLUPART_URL, url, 0) == CURLUE_OK &&
		      curl_url_get(u, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
		      (strcmp(scheme, "http") == 0 || (https && strcmp(scheme, "https") == 0));
	bool has_user = curl_url_get(u, CURLUPART_USER, &user, 0) == CURLUE_OK;
	curl_free(scheme);
	curl_free(user);
	curl_url_cleanup(u);
	if (!is_url)
		return lm_err_new(LM_ERR_INVALID,
		    "it is not the address of anything: http%s://HOST:PORT/PATH",
		    https ? "[s]" : "");
	if (has_user)
		return lm_err_new(LM_ERR_INVALID, "no user and password can stand in the address");
	return NULL;
}
