/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_SERVER_HTTP_H
#define LM_SERVER_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/err.h"

/*
 * HTTP/1.1 on the loop: listeners, complete requests in, answers and streams out.  The room http/ is
 * the only one that knows the HTTP library.
 *
 * A request is shown to its receiver when its headers are in (admit), so that nothing is kept of those
 * who may not, and handed over when its body is complete.  Its receiver, which is called from inside
 * the library, either answers at once or keeps the request: then the connection sleeps until it is
 * answered, and the answer leaves with the next http_run() of its listener, not before: who wants
 * something to be durable first does that between the two.
 *
 * Limits: a body of 1 MiB unless admit() allows more (413), 256 MiB of such larger ones at a time (503),
 * of answers beyond 1 MiB 512 MiB at a time (503; one alone is always let go),
 * 32 KiB of headers (431), 30 s without a byte from a client that owes us some.  A request has 40 s for its
 * headers, and a minute for its body and its answer each, more where these are large.  A listener has
 * 1024 connections, fewer where the process may have few files; of more, those go that have had no
 * request for the longest time, and never those whose request is with its receiver.
 */
struct uv_loop_s;
struct http_listener;

/* Which routes a listener may serve: bits. */
enum { HTTP_API = 1, HTTP_METRICS = 2 };
enum { HTTP_BODY_MAX = 1 << 20, HTTP_CONNECTIONS_MAX = 1024 };
enum { HTTP_TRACE_SIZE = 64, HTTP_WHO_SIZE = 64 };

/* What a body is, as its Content-Type says: bits. */
enum {
	BODY_NONE = 0, /* it does not say */
	BODY_JSON = 1,
	BODY_YAML = 2,
	BODY_FORM = 4,      /* application/x-www-form-urlencoded */
	BODY_MULTIPART = 8, /* multipart/form-data */
	BODY_OTHER = 16,
};

/* Read-only for the receiver, but for what is said to be its; it lives until it was answered in full,
 * or its client has gone. */
struct http_request {
	const char *method;
	const char *path; /* decoded, begins with '/', no '/' at its end (but for "/" itself) */
	unsigned scope;   /* of the listener it came by */
	bool is_bulk;     /* see struct http_conf */
	bool has_body;    /* one is announced */
	unsigned body_kind;
	size_t body_max; /* bytes; admit() may set it, before it is HTTP_BODY_MAX */
	/*
	 * X-TraceCtx-TransactionId: what the client gave, of it what is printable, or one made here.
	 * Errors carry it back.  "" while nobody gave one and is_bulk.
	 */
	char trace[HTTP_TRACE_SIZE];
	char who[HTTP_WHO_SIZE]; /* for the receiver: who asks, and what he may, bits */
	unsigned grants;
	const void *label; /* for the receiver: what it was about, see answered() */
	uint64_t began_ns; /* by uv_hrtime() */
	char *body;        /* NUL-terminated; may be read in place, and is then not what it was */
	size_t body_n;
	struct http_request *next; /* for the receiver's queue */
};

typedef void http_request_fn(void *arg, struct http_request *);

/*
 * What those may use who send in bulk, over all listeners that name it: connections, and bytes of
 * large bodies that are not answered.  A connection too many hears 503, when to try again, and is
 * closed; so is, with its next answer, one of those that were there before, and there is room for
 * somebody else.  A large body for which there is no room is not read until there is; after a second it is
 * refused as well.
 */
struct exchange;
struct certificate;
struct http_share {
	unsigned connections, connections_max;
	size_t bytes, bytes_max;
	uint64_t refused;              /* requests, so far */
	TAILQ_HEAD(, exchange) parked; /* see http_share_init() */
};
void http_share_init(struct http_share *, unsigned connections_max, size_t bytes_max);

/* How long a client may let us wait, in milliseconds. */
struct http_patience {
	unsigned idle;   /* for the headers of a request, since the answer before it */
	unsigned send;   /* for a body, or to take an answer */
	unsigned rate;   /* one more for so many bytes of these */
	unsigned report; /* for a body of those who send in bulk */
	unsigned look;   /* how often somebody looks */
};

struct http_conf {
	struct uv_loop_s *loop;
	const char *address; /* numeric, IPv4 or IPv6; need not exist on this machine yet */
	unsigned port;       /* 0: any free one, see http_port() */
	unsigned scope;
	/*
	 * The headers are in, the body is not: it may answer, which is a refusal, or set body_max.  Of
	 * what has a body only a refusal is kept.  NULL: all may.
	 */
	http_request_fn *admit;
	http_request_fn *request;
	void *arg;
	/* Its answer is on its way; a stream is, when it begins.  NULL: nobody wants to know. */
	void (*answered)(void *arg, const struct http_request *, int status);
	/* Whether requests of this method and path come in bulk; NULL: none do. */
	bool (*is_bulk)(const struct http_request *);
	unsigned bulk_max;               /* connections of this listener that may send them */
	struct http_share *share;        /* borrowed; NULL: no other limit */
	struct certificate *certificate; /* HTTPS; borrowed; NULL: HTTP.  See http/certificate.h */
	size_t answers_max; /* bytes of large answers that leave at one time; 0: 512 MiB */
	/* NULL: as said above.  Shorter ones are for tests, which need not wait for a minute. */
	const struct http_patience *patience;
};

struct lm_err *http_listen(const struct http_conf *, struct http_listener **out) LM_MUST_USE;
/* Cuts off every request, answers not yet sent included.  NULL is fine.  Memory: the loop's next turn. */
void http_close(struct http_listener *);
/* Sends what has been answered and written since; nothing to send costs nothing. */
void http_run(struct http_listener *);
/* That are open now. */
unsigned http_connections(const struct http_listener *);
unsigned http_port(const struct http_listener *);
const char *http_address(const struct http_listener *); /* "127.0.0.1:8280" */

/* NULL: not given; a query without a value is "".  Borrowed as long as the request lives. */
const char *http_query(struct http_request *, const char *name);
const char *http_header(struct http_request *, const char *name);
/* The token of "Authorization: Bearer TOKEN"; NULL: there is none. */
const char *http_bearer(struct http_request *);
/* Whom the connection comes from: numeric, without the port; "" when that is not known. */
enum { HTTP_PEER_SIZE = 64 };
void http_peer(struct http_request *, char out[HTTP_PEER_SIZE]);
/* A field of a body that is BODY_FORM, decoded in place; NULL: not given.  The first 64 count. */
const char *http_form(struct http_request *, const char *name);
/* A part of a body that is BODY_MULTIPART, where it stands; false: not given.  The first 16 count. */
struct http_part {
	const char *p; /* not terminated */
	size_t n;
	const char *filename, *type; /* NULL: it does not say */
};
bool http_part(struct http_request *, const char *name, struct http_part *out);

/* ---- answers: exactly one of these per request ------------------------------------------------ */

/* Takes the text out of 'body'. */
struct http_answer {
	int status;
	const char *type; /* static; NULL: application/json */
};
/* A header of the answer to come, whatever that is; at most four. */
void http_put_header(struct http_request *, const char *name, const char *value);
void http_answer(struct http_request *, const struct http_answer *, struct lm_buf *body);
/*
 * {"url": ..., "localizedMessage": ..., "details": {}}; of status 500, which nobody could expect,
 * {"timestamp": ..., "status": 500, "error": ..., "exception": ..., "message": ..., "path": ...}
 */
void http_answer_error(struct http_request *, int status, const char *fmt, ...) LM_PRINTF(3, 4);
/* The same, with more to say: 'details' is a JSON object, and of status 500 left out. */
void http_answer_details(
    struct http_request *, int status, const char *message, const char *details);
/*
 * An answer that many get: 200, and kept as the library wants it.  Takes the text out of 'body'; whoever
 * makes one has a share in it, as has each request that is answered with it.
 */
struct http_page;
struct http_page *http_page_new(const char *type, struct lm_buf *body);
void http_page_free(struct http_page *); /* one share; NULL is fine */
void http_answer_page(struct http_request *, struct http_page *);

/* 405, with the methods that are allowed: "GET, POST". */
void http_answer_method(struct http_request *, const char *allow);

/* 503, and to try again in a second. */
void http_answer_busy(struct http_request *);

/*
 * An answer without an end: text goes out as it is written.  'more' is called when everything is
 * sent and may write or end; 'closed' is called once, when the request is about to be freed.
 */
struct http_stream {
	void (*more)(void *arg, struct http_request *);
	void (*closed)(void *arg);
	void *arg;
};
void http_stream_begin(struct http_request *, const char *type, const struct http_stream *);
/* False: the client is too slow, more than 'max' bytes would wait for it; nothing was added. */
bool http_stream_write(struct http_request *, const char *p, size_t n, size_t max) LM_MUST_USE;
void http_stream_end(struct http_request *);

#endif
