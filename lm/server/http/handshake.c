/* SPDX-License-Identifier: Apache-2.0 */
#include <gnutls/gnutls.h>
#include <stdlib.h>

#include "base/heap.h"
#include "lm/server/http/priv.h"

/*
 * Handshakes of TLS that wait for the other side.  The library asks those under way at every turn
 * whether anything has come, and wants another turn at once: one that stops in its middle would keep a
 * core busy, and a thousand everybody out.  So a connection sleeps between the parts of its handshake,
 * and the loop wakes it when there is something to read.
 */
struct handshake {
	uv_poll_t poll;
	struct line *line;
	TAILQ_ENTRY(handshake) at;
	bool is_asleep, is_over;
};

static void on_readable(uv_poll_t *p, int status, int events)
{
	struct handshake *h = p->data;
	struct http_listener *l = h->line->listener;
	(void)status;
	(void)events;

	handshake_wake(h);
	l->run_soon(l); /* one turn for all that have something */
}

static int on_finished(gnutls_session_t session, unsigned type, unsigned when, unsigned incoming,
    const gnutls_datum_t *m)
{
	struct line *line = line_of(gnutls_session_get_ptr(session));
	(void)type;
	(void)when;
	(void)m;

	if (incoming != 0 && line->handshake != NULL)
		line->handshake->is_over = true;
	return 0;
}

void handshake_begin(struct line *line)
{
	const union MHD_ConnectionInfo *fd =
	    MHD_get_connection_info(line->connection, MHD_CONNECTION_INFO_CONNECTION_FD);
	const union MHD_ConnectionInfo *tls =
	    MHD_get_connection_info(line->connection, MHD_CONNECTION_INFO_GNUTLS_SESSION);

	if (fd == NULL || tls == NULL || tls->tls_session == NULL)
		return;
	struct handshake *h = lm_alloc(sizeof *h);
	if (uv_poll_init(line->listener->conf.loop, &h->poll, fd->connect_fd) != 0) {
		free(h);
		return;
	}
	h->poll.data = h;
	h->line = line;
	line->handshake = h;
	TAILQ_INSERT_TAIL(&line->listener->shaking, h, at);
	gnutls_handshake_set_hook_function(
	    tls->tls_session, GNUTLS_HANDSHAKE_FINISHED, GNUTLS_HOOK_POST, on_finished);
}

static void on_closed(uv_handle_t *p)
{
	free(p->data);
}

void handshake_end(struct line *line)
{
	struct handshake *h = line->handshake;

	if (h == NULL)
		return;
	line->handshake = NULL;
	if (!h->is_asleep)
		TAILQ_REMOVE(&line->listener->shaking, h, at);
	else
		TAILQ_REMOVE(&line->listener->asleep, h, at);
	uv_close((uv_handle_t *)&h->poll, on_closed);
}

static void sleep_until_more(struct handshake *h)
{
	struct http_listener *l = h->line->listener;

	TAILQ_REMOVE(&l->shaking, h, at);
	TAILQ_INSERT_TAIL(&l->asleep, h, at);
	h->is_asleep = true;
	MHD_suspend_connection(h->line->connection);
	uv_poll_start(&h->poll, UV_READABLE | UV_DISCONNECT, on_readable);
}

void handshake_wake(struct handshake *h)
{
	struct http_listener *l = h->line->listener;

	TAILQ_REMOVE(&l->asleep, h, at);
	TAILQ_INSERT_TAIL(&l->shaking, h, at);
	h->is_asleep = false;
	uv_poll_stop(&h->poll);
	MHD_resume_connection(h->line->connection);
}

void handshakes_rest(struct http_listener *l)
{
	struct handshake *h, *next;

	for (h = TAILQ_FIRST(&l->shaking); h != NULL; h = next) {
		next = TAILQ_NEXT(h, at);
		if (h->is_over)
			handshake_end(h->line);
		else
			sleep_until_more(h);
	}
}

void handshakes_wake(struct http_listener *l)
{
	while (!TAILQ_EMPTY(&l->asleep))
		handshake_wake(TAILQ_FIRST(&l->asleep));
}
