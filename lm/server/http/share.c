/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/server/http/priv.h"

/* What those share who send in bulk: connections, and memory for their bodies. */

void http_share_init(struct http_share *s, unsigned connections_max, size_t bytes_max)
{
	*s = (struct http_share){.connections_max = connections_max, .bytes_max = bytes_max};
	TAILQ_INIT(&s->parked);
}

/* ---- connections ---------------------------------------------------------------------------------- */

bool share_join(struct line *line)
{
	struct http_listener *l = line->listener;
	struct http_share *share = l->conf.share;

	if (line->is_bulk)
		return true;
	if (l->n_bulk >= l->conf.bulk_max ||
	    (share != NULL && share->connections >= share->connections_max)) {
		l->n_outside += l->n_outside < l->conf.bulk_max;
		lines_make_room_in_bulk(&l->lines);
		return false;
	}
	line->is_bulk = true;
	l->n_bulk++;
	if (share != NULL)
		share->connections++;
	return true;
}

bool share_makes_room(struct line *line)
{
	struct http_listener *l = line->listener;

	if (!line->is_bulk || l->n_outside == 0)
		return false;
	l->n_outside--;
	return true;
}

void share_leave(struct line *line)
{
	struct http_listener *l = line->listener;

	if (!line->is_bulk)
		return;
	l->n_bulk--;
	if (l->conf.share != NULL)
		l->conf.share->connections--;
}

/* ---- bodies --------------------------------------------------------------------------------------- */

/* Who has just come stands behind those that wait. */
bool share_take(struct exchange *x, size_t n)
{
	struct http_share *share = x->line->listener->conf.share;
	bool is_new = x->counted == 0 && x->parked_ns == 0;

	if (share == NULL || n <= HTTP_SMALL)
		return true;
	if ((is_new && !TAILQ_EMPTY(&share->parked)) ||
	    share->bytes + n - x->counted > share->bytes_max)
		return false;
	share->bytes += n - x->counted;
	x->counted = n;
	return true;
}

void share_park(struct exchange *x)
{
	x->was_parked = true;
	x->parked_ns = uv_hrtime();
	TAILQ_INSERT_TAIL(&x->line->listener->conf.share->parked, x, parking);
	exchange_sleep(x);
}

static void unpark(struct exchange *x)
{
	TAILQ_REMOVE(&x->line->listener->conf.share->parked, x, parking);
	x->parked_ns = 0;
	exchange_wake(x);
}

static void admit(struct http_share *share)
{
	struct exchange *x;

	while ((x = TAILQ_FIRST(&share->parked)) != NULL && share_take(x, x->announced)) {
		exchange_body_begin(x, x->announced);
		unpark(x);
	}
}

void share_give(struct exchange *x)
{
	struct http_share *share = x->line->listener->conf.share;

	if (x->parked_ns != 0)
		unpark(x);
	if (x->counted == 0)
		return;
	share->bytes -= x->counted;
	x->counted = 0;
	admit(share);
}

/* ---- refusals ------------------------------------------------------------------------------------- */

void share_refuse(struct exchange *x)
{
	x->is_refused = true;
	share_give(x);
	exchange_body_end(x);
}

void share_answer(struct exchange *x)
{
	struct http_share *share = x->line->listener->conf.share;

	if (share != NULL)
		share->refused++;
	http_answer_busy(&x->request);
}

bool share_look(struct http_share *share)
{
	struct exchange *x;

	if (share == NULL || TAILQ_EMPTY(&share->parked))
		return false;
	uint64_t now = uv_hrtime();
	while ((x = TAILQ_FIRST(&share->parked)) != NULL &&
	       now - x->parked_ns >= HTTP_PARKED_MS * UINT64_C(1000000))
		share_refuse(x);
	return !TAILQ_EMPTY(&share->parked);
}
