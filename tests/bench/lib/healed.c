/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/bench/lib/healed.h"

#include "base/map.h"

enum {
	REPLY_MS = 100,  /* SIP asks again after 250 ms */
	ON_THE_WIRE = 5, /* so long after a kill its victim's last words may be seen */
};

struct attempt { /* a call's first INVITE to the server */
	int64_t at_ms;
	bool replied;
};

struct kill {
	const char *server, *survivor, *gateway;
	int64_t at_ms, alive_ms, over_ms; /* alive: the victim's first words after that */
	struct lm_arena *arena;
	LM_VEC(struct attempt *) attempts;
	struct lm_map *by_call; /* Call-ID -> struct attempt */
};

/* What is only sent again has its attempt from before. */
static void note_request(struct kill *k, const char *call, int64_t at_ms)
{
	if (lm_map_find(k->by_call, call) != NULL)
		return;
	struct attempt *a = LM_NEW(k->arena, struct attempt);
	a->at_ms = at_ms;
	*LM_PUSH(k->arena, &k->attempts) = a;
	lm_map_put(k->by_call, call, a);
}

static void note_reply(struct kill *k, const char *call, int64_t at_ms)
{
	struct attempt *a = lm_map_find(k->by_call, call);

	if (a != NULL && at_ms - a->at_ms <= REPLY_MS)
		a->replied = true;
	if (at_ms > k->at_ms + ON_THE_WIRE && at_ms < k->alive_ms)
		k->alive_ms = at_ms;
}

static void see(struct kill *k, const struct storylog *log, size_t i, struct healed *out)
{
	const char *from = storylog_text(log, i, "from"), *to = storylog_text(log, i, "to");
	const char *call = storylog_text(log, i, "call");
	int64_t at_ms = log->events.v[i].at_ms;
	int code = (int)storylog_number(log, i, "code");

	if (code == 0 && strcmp(to, k->server) == 0)
		note_request(k, call, at_ms);
	if (code != 0 && strcmp(from, k->server) == 0)
		note_reply(k, call, at_ms);
	if (code == 200 && out->back_ms < 0 && at_ms >= k->at_ms && strcmp(to, k->gateway) == 0 &&
	    strcmp(from, k->survivor) != 0)
		out->back_ms = at_ms - k->at_ms;
}

static void judge_server(struct kill *k, const struct storylog *log, struct healed *out)
{
	for (size_t i = 0;
	     (i = storylog_find(log, i, "type=Sip", "method=INVITE", NULL)) != STORYLOG_NONE; i++)
		if (log->events.v[i].at_ms < k->over_ms)
			see(k, log, i, out);
	for (size_t i = 0; i < k->attempts.n; i++) {
		const struct attempt *a = k->attempts.v[i];

		if (a->at_ms < k->at_ms || a->at_ms >= k->alive_ms || a->replied)
			continue;
		out->sent++;
		if (a->at_ms - k->at_ms > out->last_ms)
			out->last_ms = a->at_ms - k->at_ms;
	}
}

static void judge_call(const struct kill *k, const struct call *c, struct healed *out)
{
	if (c->begun_ms < k->at_ms) {
		out->lost += call_is_failed(c) && call_is_in_progress(c, k->at_ms) &&
			     strcmp(c->server, k->server) == 0;
		return;
	}
	if (c->begun_ms >= k->over_ms)
		return;
	out->begun++;
	out->failed += call_is_failed(c);
	if (c->answered_ms - c->begun_ms > out->slowest_ms)
		out->slowest_ms = c->answered_ms - c->begun_ms;
}

bool healed_judge(const struct storylog *log, const struct calls *calls, struct healed *out)
{
	size_t mark = storylog_find(log, 0, "type=Mark", "name=kill", NULL);
	size_t over = storylog_find(log, mark, "type=Mark", "name=over", NULL);
	struct kill k;

	if (mark == STORYLOG_NONE)
		return false;
	k = (struct kill){
	    .server = storylog_text(log, mark, "server"),
	    .survivor = storylog_text(log, mark, "survivor"),
	    .gateway = storylog_text(log, mark, "gateway"),
	    .at_ms = log->events.v[mark].at_ms,
	    .alive_ms = INT64_MAX,
	    .over_ms = over == STORYLOG_NONE ? INT64_MAX : log->events.v[over].at_ms,
	    .arena = lm_arena_new(),
	    .by_call = lm_map_new(),
	};
	*out = (struct healed){.back_ms = -1};
	judge_server(&k, log, out);
	for (size_t i = 0; i < calls->all.n; i++)
		judge_call(&k, &calls->all.v[i], out);
	lm_map_free(k.by_call);
	lm_arena_free(k.arena);
	return true;
}
