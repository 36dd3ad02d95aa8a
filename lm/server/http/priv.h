/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_SERVER_HTTP_PRIV_H
#define LM_SERVER_HTTP_PRIV_H

#include <microhttpd.h>
#include <sys/types.h>
#include <uv.h>

#include "lm/server/http.h"

/*
 * Inside the HTTP room: listen.c (sockets, the loop), connection.c (what the library tells of
 * connections and requests), answer.c (what the receiver says).
 *
 * Requests come by the ten thousand a second, most of them alike: a connection keeps the memory of
 * its request for the next one, and the last short answer is kept for whoever gets the same.
 */
enum {
	HTTP_HEADERS_N = 4,
	HTTP_PATH_KEPT = 256,
	HTTP_BODY_KEPT = 16 * 1024, /* of a connection that waits for its next request */
	HTTP_ANSWER_KEPT = 256,     /* an answer that many get is no longer than that */
	HTTP_STREAM_BLOCK = 16 * 1024,
	HTTP_ANSWER_MAX = 256 * 1024 * 1024,
	HTTP_DISCARD_MAX = 4 * HTTP_BODY_MAX, /* read and thrown away so that a 413 can be heard */
};

struct http_listener {
	struct MHD_Daemon *daemon;
	struct http_conf conf;
	char address[64];
	unsigned port;
	uv_poll_t poll;
	uv_timer_t timer;
	unsigned open_handles, n_bulk;
	struct exchange *suspended;
	bool closing, has_woken;
	struct lm_buf spare; /* a large one, for the next large body; or {0} */
	struct {
		struct MHD_Response *response; /* NULL: none yet */
		char text[HTTP_ANSWER_KEPT];
		size_t n;
		const char *type;
	} last;
};

struct header {
	const char *name; /* static */
	char *value;
};

/* A request on its way: what the library and the receiver see of one connection. */
struct exchange {
	struct http_request request; /* first: the receiver's pointer is ours */
	struct line *line;
	struct MHD_Connection *connection;
	struct exchange *next, **prev; /* among those that sleep */
	char path_kept[HTTP_PATH_KEPT], *path;
	struct lm_buf body;
	size_t received, counted; /* bytes; of them in conf.share */
	bool handed_over, suspended, answered, is_stream, ended, is_refused;
	int status;
	const char *type;
	struct header headers[HTTP_HEADERS_N];
	size_t n_headers;
	struct lm_buf out;
	size_t sent; /* of a stream's buffer */
	struct http_stream stream;
};

/* A connection. */
struct line {
	struct http_listener *listener;
	struct exchange exchange; /* one after the other */
	bool in_use, is_bulk;
};

struct exchange *exchange_of(struct http_request *);
/* Until wake(). */
void exchange_sleep(struct exchange *);
void exchange_wake(struct exchange *);
/* Hands what was answered to the library. */
enum MHD_Result exchange_send(struct exchange *);

/* The library's callbacks. */
enum MHD_Result http_on_request(void *cls, struct MHD_Connection *, const char *url,
    const char *method, const char *version, const char *p, size_t *n, void **state);
void http_on_completed(
    void *cls, struct MHD_Connection *, void **state, enum MHD_RequestTerminationCode why);
void http_on_connection(
    void *cls, struct MHD_Connection *, void **line, enum MHD_ConnectionNotificationCode what);

#endif
