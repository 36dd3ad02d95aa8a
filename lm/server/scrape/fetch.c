/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/server/scrape/fetch.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <uv.h>

#include "base/buf.h"

enum { CONNECTIONS_KEPT = 256 };

struct fetch {
	struct fetcher *fetcher;
	CURL *easy;
	struct lm_buf body;
	fetch_done_fn *done;
	void *arg;
	char why[CURL_ERROR_SIZE];
	LIST_ENTRY(fetch) all;
};

struct fetcher {
	uv_loop_t *loop;
	CURLM *multi;
	uv_timer_t timer;
	struct curl_slist *headers;
	LIST_HEAD(, fetch) fetches;
	bool closing;
};

/* One of the library's sockets, on the loop. */
struct watch {
	uv_poll_t poll;
	struct fetcher *fetcher;
	curl_socket_t socket;
};

/* ---- one fetch ------------------------------------------------------------------------------------ */

static size_t on_body(char *p, size_t size, size_t n, void *arg)
{
	struct fetch *f = arg;

	lm_buf_add(&f->body, p, size * n);
	return f->body.cut ? 0 : size * n;
}

static void fetch_free(struct fetch *f)
{
	curl_multi_remove_handle(f->fetcher->multi, f->easy);
	curl_easy_cleanup(f->easy);
	lm_buf_fini(&f->body);
	LIST_REMOVE(f, all);
	free(f);
}

void fetch_cancel(struct fetch *f)
{
	fetch_free(f);
}

static void prepare(struct fetch *f, const char *url, unsigned limit_ms)
{
	CURL *c = f->easy;

	curl_easy_setopt(c, CURLOPT_URL, url);
	curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http");
	curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(c, CURLOPT_PROXY, "");
	curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, (long)limit_ms);
	curl_easy_setopt(c, CURLOPT_MAXFILESIZE, (long)FETCH_BODY_MAX);
	curl_easy_setopt(c, CURLOPT_HTTPHEADER, f->fetcher->headers);
	curl_easy_setopt(c, CURLOPT_USERAGENT, "lm");
	curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(c, CURLOPT_WRITEDATA, f);
	curl_easy_setopt(c, CURLOPT_ERRORBUFFER, f->why);
	curl_easy_setopt(c, CURLOPT_PRIVATE, f);
}

struct fetch *fetch_begin(
    struct fetcher *fr, const char *url, unsigned limit_ms, fetch_done_fn *done, void *arg)
{
	struct fetch *f = calloc(1, sizeof *f);

	if (f == NULL)
		abort();
	*f = (struct fetch){.fetcher = fr, .easy = curl_easy_init(), .done = done, .arg = arg};
	if (f->easy == NULL)
		abort();
	lm_buf_init(&f->body, FETCH_BODY_MAX);
	LIST_INSERT_HEAD(&fr->fetches, f, all);
	prepare(f, url, limit_ms);
	if (curl_multi_add_handle(fr->multi, f->easy) != CURLM_OK)
		abort(); /* there is no other reason than memory */
	return f;
}

/* NULL: the body is as it should be. */
static const char *judge(struct fetch *f, CURLcode result)
{
	long status = 0;

	curl_easy_getinfo(f->easy, CURLINFO_RESPONSE_CODE, &status);
	if (f->body.cut || result == CURLE_FILESIZE_EXCEEDED)
		return "the answer has more than 1 MiB";
	if (result == CURLE_OPERATION_TIMEDOUT)
		return status == 0 ? "no answer in time" : "the answer did not end in time";
	if (result != CURLE_OK)
		return f->why[0] != '\0' ? f->why : curl_easy_strerror(result);
	if (status == 200)
		return NULL;
	snprintf(f->why, sizeof f->why, "the answer has status %ld%s", status,
	    status >= 300 && status < 400 ? ", and redirects are not followed" : "");
	return f->why;
}

static void conclude(struct fetch *f, CURLcode result)
{
	struct fetch ended = *f; /* who is told may want to free the fetcher */
	char text[CURL_ERROR_SIZE];
	const char *why = judge(f, result);

	if (why != NULL)
		snprintf(text, sizeof text, "%s", why);
	lm_buf_init(&f->body, 0);
	fetch_free(f);
	if (why == NULL)
		ended.done(ended.arg, ended.body.p, ended.body.n, NULL);
	else
		ended.done(ended.arg, NULL, 0, text);
	lm_buf_fini(&ended.body);
}

/* ---- the library on the loop ------------------------------------------------------------------------ */

static void take_ended(struct fetcher *fr)
{
	CURLMsg *m;
	int left;

	while (!fr->closing && (m = curl_multi_info_read(fr->multi, &left)) != NULL) {
		struct fetch *f = NULL;
		CURLcode result = m->data.result;

		if (m->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, (char **)&f);
		conclude(f, result);
	}
}

static void act(struct fetcher *fr, curl_socket_t socket, int events)
{
	int running;

	curl_multi_socket_action(fr->multi, socket, events, &running);
	take_ended(fr);
}

static void on_poll(uv_poll_t *p, int status, int events)
{
	const struct watch *w = p->data;
	int what = (events & UV_READABLE ? CURL_CSELECT_IN : 0) |
		   (events & UV_WRITABLE ? CURL_CSELECT_OUT : 0) |
		   (status < 0 ? CURL_CSELECT_ERR : 0);

	act(w->fetcher, w->socket, what);
}

static void on_timer(uv_timer_t *t)
{
	act(t->data, CURL_SOCKET_TIMEOUT, 0);
}

static void free_handle(uv_handle_t *h)
{
	free(h->data);
}

static struct watch *watch_new(struct fetcher *fr, curl_socket_t socket)
{
	struct watch *w = calloc(1, sizeof *w);

	if (w == NULL)
		abort();
	*w = (struct watch){.fetcher = fr, .socket = socket};
	if (uv_poll_init_socket(fr->loop, &w->poll, socket) != 0) {
		free(w);
		return NULL; /* the fetch ends by its time limit */
	}
	w->poll.data = w;
	curl_multi_assign(fr->multi, socket, w);
	return w;
}

static int on_socket(CURL *easy, curl_socket_t socket, int what, void *arg, void *known)
{
	struct watch *w = known;
	(void)easy;

	if (what == CURL_POLL_REMOVE) {
		if (w != NULL)
			uv_close((uv_handle_t *)&w->poll, free_handle);
		curl_multi_assign(((struct fetcher *)arg)->multi, socket, NULL);
		return 0;
	}
	if (w == NULL)
		w = watch_new(arg, socket);
	if (w != NULL)
		uv_poll_start(&w->poll,
		    (what & CURL_POLL_IN ? UV_READABLE : 0) |
			(what & CURL_POLL_OUT ? UV_WRITABLE : 0),
		    on_poll);
	return 0;
}

static int on_timeout(CURLM *multi, long ms, void *arg)
{
	struct fetcher *fr = arg;
	(void)multi;

	if (ms < 0)
		uv_timer_stop(&fr->timer);
	else
		uv_timer_start(&fr->timer, on_timer, (uint64_t)ms, 0);
	return 0;
}

/* ---- beginning and end ------------------------------------------------------------------------------- */

struct fetcher *fetcher_new(struct uv_loop_s *loop)
{
	struct fetcher *fr = calloc(1, sizeof *fr);

	if (fr == NULL || curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		abort();
	fr->loop = loop;
	fr->multi = curl_multi_init();
	fr->headers = curl_slist_append(NULL, "Accept: text/plain;version=0.0.4, */*;q=0.1");
	if (fr->multi == NULL || fr->headers == NULL)
		abort();
	LIST_INIT(&fr->fetches);
	uv_timer_init(loop, &fr->timer);
	fr->timer.data = fr;
	curl_multi_setopt(fr->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
	curl_multi_setopt(fr->multi, CURLMOPT_SOCKETDATA, fr);
	curl_multi_setopt(fr->multi, CURLMOPT_TIMERFUNCTION, on_timeout);
	curl_multi_setopt(fr->multi, CURLMOPT_TIMERDATA, fr);
	curl_multi_setopt(fr->multi, CURLMOPT_MAXCONNECTS, (long)CONNECTIONS_KEPT);
	return fr;
}

void fetcher_free(struct fetcher *fr)
{
	if (fr == NULL)
		return;
	fr->closing = true;
	while (!LIST_EMPTY(&fr->fetches))
		fetch_free(LIST_FIRST(&fr->fetches));
	curl_multi_cleanup(fr->multi);
	curl_slist_free_all(fr->headers);
	curl_global_cleanup();
	uv_close((uv_handle_t *)&fr->timer, free_handle);
}

struct lm_err *fetch_check(const char *url)
{
	CURLU *u = curl_url();
	char *scheme = NULL, *user = NULL;

	if (u == NULL)
		abort();
	bool is_url = curl_url_set(u, CURLUPART_URL, url, 0) == CURLUE_OK &&
		      curl_url_get(u, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
		      strcmp(scheme, "http") == 0;
	bool has_user = curl_url_get(u, CURLUPART_USER, &user, 0) == CURLUE_OK;
	curl_free(scheme);
	curl_free(user);
	curl_url_cleanup(u);
	if (!is_url)
		return lm_err_new(
		    LM_ERR_INVALID, "it is not the address of anything: http://HOST:PORT/PATH");
	if (has_user)
		return lm_err_new(LM_ERR_INVALID, "no user and password can stand in the address");
	return NULL;
}
