/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_SERVER_HTTP_PRIV_H
#define LM_SERVER_HTTP_PRIV_H

#include <microhttpd.h>
#include <sys/types.h>
#include <uv.h>

#include "lm/server/http.h"
#include "lm/server/http/body.h"

/*
 * Inside the HTTP room: listen.c (sockets, the loop), connection.c (what the library tells of
 * connections and requests), headers.c (which of those are clear), handshake.c (those of TLS), share.c (what those may use who send in bulk), body.c (what is in a
 * body), answer.c (what the receiver says), lines.c (how long connections last).
 *
 * Requests come by the ten thousand a second, most of them alike: a connection keeps the memory of
 * its request for the next one, and the last short answer is kept for whoever gets the same.
 */
enum {
	HTTP_HEADERS_N =
	    4 + 2, /* the receiver's, and ours: of the trace, of the connection's end */
	HTTP_PATH_KEPT = 256,
	HTTP_HEADERS_MAX = 32 * 1024, /* the library itself stops reading at some 60 KiB */
	HTTP_BODY_KEPT = 16 * 1024,   /* of a connection that waits for its next request */
	HTTP_ANSWER_KEPT = 256,       /* an answer that many get is no longer than that */
	HTTP_STREAM_BLOCK = 16 * 1024,
	HTTP_ANSWER_MAX = 256 * 1024 * 1024,
	HTTP_SMALL = 4 * 1024, /* a body of which nobody keeps account */
	HTTP_DRAINED =
	    32 * 1024, /* a body that is read although it is refused: most of it is here */
	HTTP_PARKED_MS = 1000,
	HTTP_CONNECTIONS_LEAVING =
	    128, /* that the library has yet to close, beside those that stay */
	/* Beyond what a body may have: read and thrown away so that a 413 can be heard. */
	HTTP_DISCARD_MAX = 3 * HTTP_BODY_MAX,
	HTTP_REFUSED_MAX = 8 * HTTP_BODY_MAX, /* the same, of what is refused from the beginning */
	HTTP_LARGE_MAX = 256 << 20,           /* bodies beyond HTTP_BODY_MAX, all together */
	HTTP_ANSWERS_MAX = 512 << 20,         /* answers beyond HTTP_BODY_MAX, all together */
};
#define HTTP_TRACE_HEADER "X-TraceCtx-TransactionId"

/* What a connection does. */
enum line_state {
	LINE_IDLE,   /* the headers of a request have yet to come, if only their end */
	LINE_QUIET,  /* the same, of those who send in bulk */
	LINE_BODY,   /* a body has yet to come */
	LINE_REPORT, /* the same, of those who send in bulk */
	LINE_HELD,   /* the request is its receiver's */
	LINE_ANSWER, /* the answer leaves */
	LINE_STREAM, /* it has no end */
	LINE_CUT,    /* the library is about to find that it has gone */
	LINE_STATES
};

TAILQ_HEAD(line_list, line);
struct lines {
	struct line_list
	    in[LINE_STATES]; /* those first that have been there for the longest time */
	unsigned n, n_cut, max;
	struct http_patience patience;
	uv_timer_t timer;
};

TAILQ_HEAD(handshakes, handshake);
struct http_listener {
	struct MHD_Daemon *daemon;
	struct http_conf conf;
	char address[64];
	unsigned port;
	uv_poll_t poll;
	uv_timer_t timer;
	unsigned open_handles, n_bulk;
	unsigned n_outside; /* connections that found no room among those that send in bulk */
	struct exchange *suspended;
	struct lines lines;
	struct handshakes shaking, asleep;
	void (*run_soon)(struct http_listener *); /* for them */
	bool closing, has_woken;
	struct lm_buf spare; /* a large one, for the next large body; or {0} */
	size_t large;        /* bytes that bodies beyond HTTP_BODY_MAX may have now */
	size_t large_out;    /* that answers beyond it have, which leave */
	uint64_t trace_seed, n_traces;
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
	size_t received, counted, announced; /* bytes; in conf.share; 0: nobody knows */
	size_t large, large_out;             /* of the listener's */
	struct form *form;                   /* once somebody has asked for a field, or a part */
	struct parts *parts;
	TAILQ_ENTRY(exchange) parking;
	uint64_t parked_ns; /* since when; 0: it is not */
	bool was_parked;    /* and its body has not begun to come */
	bool handed_over, suspended, answered, is_stream, ended, is_refused;
	int status;
	const char *type;
	struct header headers[HTTP_HEADERS_N];
	size_t n_headers;
	struct lm_buf out;
	struct http_page *page; /* instead; NULL: none */
	size_t sent;            /* of a stream's buffer */
	size_t answer_n;        /* bytes of the answer that leaves */
	struct http_stream stream;
};

/* A connection. */
struct line {
	struct http_listener *listener;
	struct MHD_Connection *connection;
	TAILQ_ENTRY(line) at;
	enum line_state state;
	uint64_t since_ms; /* of the loop's clock */
	bool is_cut;
	struct exchange exchange; /* one after the other */
	bool in_use, is_bulk;
	struct handshake *handshake; /* NULL: it is over, or there is none */
};

static inline struct line *line_of(struct MHD_Connection *c)
{
	return MHD_get_connection_info(c, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
}
struct exchange *exchange_of(struct http_request *);
/* Until wake(). */
void exchange_sleep(struct exchange *);
void exchange_wake(struct exchange *);
/* Hands what was answered to the library. */
enum MHD_Result exchange_send(struct exchange *);

/* Sees to it that the request has one. */
void exchange_trace(struct exchange *);

/* Memory for a body of so many bytes, as far as they are known, and an end of it. */
void exchange_body_begin(struct exchange *, size_t n);
void exchange_body_end(struct exchange *);

/* ---- lines.c: how long connections last ---------------------------------------------------------- */

/* HTTP_CONNECTIONS_MAX, or as many as this process may have. */
unsigned lines_max(void);
void lines_init(struct lines *, const struct http_conf *);
/* One too many: another one goes. */
void lines_join(struct lines *, struct line *);
void lines_leave(struct lines *, struct line *);
void line_is(struct line *, enum line_state);
/* One goes of those who send in bulk, and have sent nothing whole for a while; if there is one. */
void lines_make_room_in_bulk(struct lines *);

/* ---- share.c: who sends in bulk ----------------------------------------------------------------- */

/* False: there are too many of them.  Once in, a connection stays in until it is closed. */
bool share_join(struct line *);
void share_leave(struct line *);
/*
 * True: its connection is to be closed with this answer, so that somebody else can have its place.
 * Those who came first do not keep the others out.
 */
bool share_makes_room(struct line *);
/* True: there is room for a body of 'n' bytes in all, and it is counted. */
bool share_take(struct exchange *, size_t n);
/* It sleeps until there is. */
void share_park(struct exchange *);
/* It needs no more; others come in. */
void share_give(struct exchange *);
/* What still comes of it is read, so that the answer is heard, and forgotten. */
void share_refuse(struct exchange *);
void share_answer(struct exchange *);
/* Who has waited for too long is refused; true: somebody waits still. */
bool share_look(struct http_share *);

/* ---- handshake.c: connections that do not speak TLS yet --------------------------------------------- */

void handshake_begin(struct line *);
void handshake_end(struct line *);
void handshake_wake(struct handshake *);
/* After every turn of the library: who is not at the end sleeps until more of it has come. */
void handshakes_rest(struct http_listener *);
void handshakes_wake(struct http_listener *); /* all of them: the library is about to stop */

/* ---- certificate.c: who the server is ------------------------------------------------------------ */

/* What the library asks for one. */
void *certificate_retriever(void);
struct certificate *http_certificate_of(struct MHD_Connection *);

/* ---- headers.c: requests that are not clear ------------------------------------------------------- */

/* False: it has been refused, and its connection ends with the answer. */
bool headers_are_clear(struct exchange *, const char *version);

/* The library's callbacks. */
size_t http_on_escaped(void *cls, struct MHD_Connection *, char *text);
enum MHD_Result http_on_request(void *cls, struct MHD_Connection *, const char *url,
    const char *method, const char *version, const char *p, size_t *n, void **state);
void http_on_completed(
    void *cls, struct MHD_Connection *, void **state, enum MHD_RequestTerminationCode why);
void http_on_connection(
    void *cls, struct MHD_Connection *, void **line, enum MHD_ConnectionNotificationCode what);

#endif
