/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/resource.h>
#include <sys/socket.h>

#include "base/attr.h"
#include "lm/server/http/priv.h"

/*
 * Connections by what they do, those that have done it for the longest time first.  Who lets us wait
 * has a time limit, whatever he sends meanwhile; where room is short, he who has waited for nothing of
 * ours for the longest time goes first.  Nobody goes whose request is in our hands.
 */
static const struct http_patience usual = {
    .idle = 40 * 1000, .send = 60 * 1000, .rate = 64, .report = 10 * 1000, .look = 1000};

enum {
	QUIET_MS =
	    2 * 1000,       /* after so long one of those who send in bulk makes room for another */
	NEWCOMER_MS = 1000, /* after so long others come before him */
	ASKED_MAX = 64,     /* are looked at whether they have said more, for one who needs room */
	FILES_OF_OTHERS = 256, /* that the process has open beside connections */
	CONNECTIONS_MIN = 16,
};

static void on_look(uv_timer_t *);

unsigned lines_max(void)
{
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files) != 0 ||
	    files.rlim_cur >= 2 * HTTP_CONNECTIONS_MAX + FILES_OF_OTHERS)
		return HTTP_CONNECTIONS_MAX;
	rlim_t most = files.rlim_cur > FILES_OF_OTHERS ? files.rlim_cur - FILES_OF_OTHERS : 0;
	return most / 2 < CONNECTIONS_MIN ? CONNECTIONS_MIN : (unsigned)(most / 2);
}

void lines_init(struct lines *ls, const struct http_conf *conf)
{
	*ls = (struct lines){
	    .max = lines_max(), .patience = conf->patience != NULL ? *conf->patience : usual};
	for (int s = 0; s < LINE_STATES; s++)
		TAILQ_INIT(&ls->in[s]);
	uv_timer_init(conf->loop, &ls->timer);
	ls->timer.data = ls;
}

static struct lines *lines_of(const struct line *line)
{
	return &line->listener->lines;
}

void line_is(struct line *line, enum line_state state)
{
	struct lines *ls = lines_of(line);

	if (line->is_cut)
		state = LINE_CUT;
	else if (line->is_bulk && state == LINE_IDLE)
		state = LINE_QUIET;
	else if (line->is_bulk && state == LINE_BODY)
		state = LINE_REPORT;
	TAILQ_REMOVE(&ls->in[line->state], line, at);
	line->state = state;
	line->since_ms = uv_now(ls->timer.loop);
	TAILQ_INSERT_TAIL(&ls->in[state], line, at);
}

/* The library finds that the other side has gone; an answer without an end is looked at for that. */
static void cut(struct line *line)
{
	const union MHD_ConnectionInfo *info =
	    MHD_get_connection_info(line->connection, MHD_CONNECTION_INFO_CONNECTION_FD);
	bool is_stream = line->state == LINE_STREAM;

	line->is_cut = true;
	lines_of(line)->n_cut++;
	line_is(line, LINE_CUT);
	if (info != NULL)
		shutdown(info->connect_fd, SHUT_RDWR);
	if (is_stream)
		http_stream_end(&line->exchange.request);
}

/* ---- room ------------------------------------------------------------------------------------- */

/* Who lets us wait, or can come again where he was. */
static const enum line_state dispensable[] = {
    LINE_IDLE, LINE_QUIET, LINE_BODY, LINE_REPORT, LINE_ANSWER, LINE_STREAM};

static bool has_lasted(const struct lines *ls, const struct line *line, uint64_t ms)
{
	return line != NULL && uv_now(ls->timer.loop) - line->since_ms >= ms;
}

/* Something of his has come that nobody has read yet: it is we who let him wait. */
static bool has_said_more(const struct line *line)
{
	const union MHD_ConnectionInfo *info =
	    MHD_get_connection_info(line->connection, MHD_CONNECTION_INFO_CONNECTION_FD);
	char c;

	return info != NULL && recv(info->connect_fd, &c, 1, MSG_PEEK | MSG_DONTWAIT) > 0;
}

/* The first who lets us wait; where many have said more, whoever is the first of all. */
static struct line *first_silent(const struct line_list *list)
{
	struct line *first = TAILQ_FIRST(list), *line = first;

	for (int i = 0; line != NULL && i < ASKED_MAX; i++, line = TAILQ_NEXT(line, at))
		if (!has_said_more(line))
			return line;
	return first;
}

/* Who has just come has a moment to say what he wants, unless nobody else is there. */
static struct line *find_dispensable(const struct lines *ls)
{
	struct line *oldest = NULL;

	for (size_t i = 0; i < LM_COUNT(dispensable); i++) {
		struct line *first = first_silent(&ls->in[dispensable[i]]);

		if (has_lasted(ls, first, dispensable[i] == LINE_STREAM ? 0 : NEWCOMER_MS))
			return first;
		if (first != NULL && (oldest == NULL || first->since_ms < oldest->since_ms))
			oldest = first;
	}
	return oldest;
}

void lines_make_room_in_bulk(struct lines *ls)
{
	static const enum line_state order[] = {LINE_QUIET, LINE_REPORT};

	for (size_t i = 0; i < LM_COUNT(order); i++) {
		struct line *first = TAILQ_FIRST(&ls->in[order[i]]);

		if (has_lasted(ls, first, QUIET_MS)) {
			cut(first);
			return;
		}
	}
}

void lines_join(struct lines *ls, struct line *line)
{
	struct line *other = ls->n - ls->n_cut < ls->max ? NULL : find_dispensable(ls);

	if (other != NULL)
		cut(other);
	line->since_ms = uv_now(ls->timer.loop);
	line->state = LINE_IDLE;
	TAILQ_INSERT_TAIL(&ls->in[LINE_IDLE], line, at);
	if (++ls->n == 1)
		uv_timer_start(&ls->timer, on_look, ls->patience.look, ls->patience.look);
}

void lines_leave(struct lines *ls, struct line *line)
{
	TAILQ_REMOVE(&ls->in[line->state], line, at);
	ls->n_cut -= line->is_cut;
	if (--ls->n == 0)
		uv_timer_stop(&ls->timer);
}

/* ---- time ------------------------------------------------------------------------------------- */

static uint64_t patience_ms(const struct line *line)
{
	const struct http_patience *p = &lines_of(line)->patience;
	const struct exchange *x = &line->exchange;
	size_t n = x->announced > x->received ? x->announced : x->received;

	switch (line->state) {
	case LINE_BODY:
		return p->send + n / p->rate;
	case LINE_REPORT:
		return p->report + n / p->rate;
	case LINE_ANSWER:
		return p->send + x->answer_n / p->rate;
	default:
		return p->idle;
	}
}

static unsigned least(const struct http_patience *p)
{
	unsigned some = p->idle < p->send ? p->idle : p->send;

	return some < p->report ? some : p->report;
}

static void look(struct lines *ls, enum line_state state)
{
	struct line *next;

	for (struct line *line = TAILQ_FIRST(&ls->in[state]); line != NULL; line = next) {
		uint64_t lasted = uv_now(ls->timer.loop) - line->since_ms;

		next = TAILQ_NEXT(line, at);
		if (lasted >= patience_ms(line))
			cut(line);
		else if (lasted < least(&ls->patience))
			return;
	}
}

static void on_look(uv_timer_t *t)
{
	static const enum line_state limited[] = {
	    LINE_IDLE, LINE_QUIET, LINE_BODY, LINE_REPORT, LINE_ANSWER};

	for (size_t i = 0; i < LM_COUNT(limited); i++)
		look(t->data, limited[i]);
}
