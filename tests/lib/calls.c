/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/lib/calls.h"

#include "base/map.h"

/* An INVITE this long after the first of its Call-ID is a new call of a restarted caller. */
enum { NEW_CALL_MS = 20000, CALL_SECONDS = 5, HOLD_SPARE_MS = 10000 };

/* Indices + 1, so that they fit into a map of pointers. */
struct reading {
	struct calls *calls;
	struct lm_map *open;       /* Call-ID -> its latest call */
	struct lm_map *generators; /* name -> generator */
};

static void *index_box(size_t i)
{
	return (void *)(uintptr_t)(i + 1);
}

static size_t index_unbox(const void *p)
{
	return (uintptr_t)p - 1;
}

static size_t generator_of(struct reading *r, const char *call_id, const char *caller)
{
	const char *dash = strchr(call_id, '-');
	const char *name =
	    lm_arena_printf(r->calls->arena, "%s %s", dash != NULL ? dash + 1 : "", caller);
	void *known = lm_map_find(r->generators, name);

	if (known != NULL)
		return index_unbox(known);
	LM_PUSH(r->calls->arena, &r->calls->generators)->name = name;
	lm_map_put(r->generators, name, index_box(r->calls->generators.n - 1));
	return r->calls->generators.n - 1;
}

static struct call *call_begin(struct reading *r, const char *id, const char *caller, int64_t at_ms)
{
	struct calls *c = r->calls;
	struct call *call = LM_PUSH(c->arena, &c->all);

	call->id = lm_arena_strdup(c->arena, id);
	call->caller = lm_arena_strdup(c->arena, caller);
	call->server = "";
	call->begun_ms = at_ms;
	call->generator = generator_of(r, id, caller);
	lm_map_remove(r->open, id);
	lm_map_put(r->open, call->id, index_box(c->all.n - 1));
	return call;
}

static void close_call(struct call *call, int64_t at_ms)
{
	if (call->closed_ms == 0)
		call->closed_ms = at_ms;
}

static void see_request(struct calls *c, struct call *call, const char *method, const char *to,
    int64_t at_ms, bool by_caller)
{
	if (strcmp(method, "INVITE") == 0 && !by_caller && call->answered_ms == 0)
		call->server = lm_arena_strdup(c->arena, to);
	if (strcmp(method, "BYE") != 0)
		return;
	if (by_caller && call->bye_ms == 0)
		call->bye_ms = at_ms;
	if (strcmp(to, call->caller) == 0 && call->closed_ms == 0) {
		call->cut = true;
		close_call(call, at_ms);
	}
}

static void see_answer(struct call *call, const char *method, int code, int64_t at_ms)
{
	if (strcmp(method, "INVITE") == 0 && call->answered_ms == 0) {
		if (code < 300) {
			call->answered_ms = at_ms;
			return;
		}
		call->refused = call->closed_ms == 0;
		call->code = code;
		close_call(call, at_ms);
	} else if (strcmp(method, "BYE") == 0) {
		if (code >= 300 && call->closed_ms == 0) {
			call->cut = true;
			call->code = code;
		}
		close_call(call, at_ms);
	}
}

static void see(struct reading *r, const struct storylog *log, size_t i)
{
	const char *id = storylog_text(log, i, "call"), *method = storylog_text(log, i, "method");
	const char *from = storylog_text(log, i, "from"), *to = storylog_text(log, i, "to");
	int code = (int)storylog_number(log, i, "code");
	int64_t at_ms = log->events.v[i].at_ms;
	bool is_invite = code == 0 && strcmp(method, "INVITE") == 0;
	const void *known = lm_map_find(r->open, id);
	struct call *call = known != NULL ? &r->calls->all.v[index_unbox(known)] : NULL;

	if (is_invite && (call == NULL || (strcmp(from, call->caller) == 0 &&
					      at_ms - call->begun_ms > NEW_CALL_MS)))
		call = call_begin(r, id, from, at_ms);
	if (call == NULL)
		return;
	if (strcmp(from, call->caller) == 0)
		r->calls->generators.v[call->generator].last_ms = at_ms;
	if (code == 0)
		see_request(r->calls, call, method, to, at_ms, strcmp(from, call->caller) == 0);
	else if (code >= 200 && strcmp(to, call->caller) == 0)
		see_answer(call, method, code, at_ms);
}

/* A call whose time ran out has failed, unless its caller had fallen silent by then. */
static enum call_fate overdue(
    struct call *call, const struct call_generator *g, int64_t deadline_ms, enum call_fate fate)
{
	if (g->last_ms < deadline_ms) {
		close_call(call, g->last_ms);
		return CALL_ABANDONED;
	}
	close_call(call, deadline_ms);
	return fate;
}

static enum call_fate fate_of(struct call *call, const struct call_generator *g, int64_t hold_ms)
{
	if (call->refused)
		return CALL_REFUSED;
	if (call->cut)
		return CALL_LOST;
	if (call->closed_ms != 0)
		return CALL_ENDED;
	if (call->answered_ms == 0)
		return overdue(call, g, call->begun_ms + CALL_PATIENCE_MS, CALL_UNANSWERED);
	if (call->bye_ms == 0)
		return overdue(call, g, call->answered_ms + hold_ms, CALL_LOST);
	return overdue(call, g, call->bye_ms + CALL_PATIENCE_MS, CALL_LOST);
}

/* When an answered call should long have been hung up. */
static int64_t hold_max_ms(const struct storylog *log)
{
	size_t mark = storylog_find(log, 0, "type=Mark", "name=calls-last", NULL);
	double seconds =
	    mark == STORYLOG_NONE ? CALL_SECONDS : storylog_number(log, mark, "seconds");

	return (int64_t)(seconds * 1000) + HOLD_SPARE_MS;
}

void calls_init(struct calls *c, const struct storylog *log)
{
	int64_t hold_ms = hold_max_ms(log);
	struct reading r = {c, lm_map_new(), lm_map_new()};

	*c = (struct calls){.arena = lm_arena_new()};
	for (size_t i = 0; (i = storylog_find(log, i, "type=Sip", NULL)) != STORYLOG_NONE; i++)
		see(&r, log, i);
	for (size_t i = 0; i < c->all.n; i++) {
		struct call *call = &c->all.v[i];

		call->fate = fate_of(call, &c->generators.v[call->generator], hold_ms);
		call->failed_ms = call_is_failed(call) ? call->closed_ms : 0;
	}
	lm_map_free(r.open);
	lm_map_free(r.generators);
}

void calls_fini(struct calls *c)
{
	lm_arena_free(c->arena);
}

bool call_is_failed(const struct call *call)
{
	return call->fate == CALL_REFUSED || call->fate == CALL_UNANSWERED ||
	       call->fate == CALL_LOST;
}

bool call_is_in_progress(const struct call *call, int64_t at_ms)
{
	return call->begun_ms <= at_ms && at_ms < call->closed_ms;
}

const char *call_fate_text(enum call_fate fate)
{
	static const char *const texts[] = {
	    [CALL_ENDED] = "ended",
	    [CALL_REFUSED] = "refused",
	    [CALL_UNANSWERED] = "unanswered",
	    [CALL_LOST] = "lost",
	    [CALL_ABANDONED] = "abandoned by its caller",
	};

	return texts[fate];
}
