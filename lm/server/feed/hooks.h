/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_SERVER_FEED_HOOKS_H
#define LM_SERVER_FEED_HOOKS_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/json.h"
#include "lm/store/store.h"

/*
 * Webhooks: receivers that operators have named, each of which is sent the events of the types it
 * wants, as others are told them (shape.h), by POST: one at a time, in order, each at least once.
 *
 * An event is delivered when the receiver answers with 2xx within 10 s.  After anything else it is
 * sent again after 1, 2, 4, ... and then every 300 s; redirects are not followed.  When no event
 * could be delivered for 'giveUpAfterSeconds' (a day), or the receiver says 410, the hook is stopped:
 * nothing is sent until an operator changes it, and then it goes on where it stood.
 *
 * Nothing is queued: a hook reads the journal from where it stands, and has one event in memory.
 * Where it stands is written ten times a second, and when the manager ends; after a crash some events are
 * sent again.  What the journal no longer keeps is not sent, and counted as missed.
 *
 * Each message has X-LM-Event-Id (the number), X-LM-Event-Type, X-LM-Timestamp (seconds, of this
 * attempt) and X-LM-Signature (sign.h).
 */
enum {
	HOOKS_MAX = 100,
	HOOK_NAME_MAX = 64,
	HOOK_URL_MAX = 2048,
	HOOK_SECRET_MIN = 16,
	HOOK_SECRET_MAX = 256,
	HOOK_LIMIT_MS = 10000,
	HOOK_PAUSE_MIN_MS = 1000,
	HOOK_PAUSE_MAX_MS = 300 * 1000,
	HOOK_PATIENCE_S = 24 * 3600, /* unless told */
	HOOK_PATIENCE_MAX_S = 7 * 24 * 3600,
};

struct uv_loop_s;
struct hooks;

struct hooks_conf {
	struct uv_loop_s *loop;
	const char *state_dir;
	struct store *store;          /* borrowed */
	int64_t (*now_ms)(void *arg); /* wall clock */
	/* It has been given up, and why; may be called from inside of the functions below. */
	void (*stopped)(void *arg, const char *name, const char *why);
	void *arg;
};

/* Reads what operators have said, and where each hook stands; nothing is sent yet. */
struct lm_err *hooks_open(const struct hooks_conf *, struct hooks **out) LM_MUST_USE;
void hooks_start(struct hooks *);
/* Writes where each stands.  Memory: the loop's next turn.  NULL is fine. */
void hooks_close(struct hooks *);

/* It is in the journal. */
void hooks_published(struct hooks *, int64_t seq, const char *body);

/*
 * What an operator says: {"name", "url", "secret", "types": [...], "giveUpAfterSeconds"}.  With 'name'
 * NULL a new one; otherwise that one is changed, and what is not said stays.  It is durable then.
 * 'out_name' is borrowed.  INVALID, NOT_FOUND, CONFLICT, LIMIT (there are HOOKS_MAX).
 */
struct lm_err *hooks_put(struct hooks *, const char *name, const json_t *, const char **out_name)
    LM_MUST_USE;
struct lm_err *hooks_remove(struct hooks *, const char *name) LM_MUST_USE;

/* All but the secret, with how it does.  False: there is none of this name. */
bool hooks_print(const struct hooks *, const char *name, struct lm_json *);
void hooks_print_all(const struct hooks *, struct lm_json *);

enum hook_state { HOOK_IDLE, HOOK_SENDING, HOOK_RETRYING, HOOK_STOPPED, HOOK_STATES_N };
const char *hook_state_text(enum hook_state);

/* For who keeps figures. */
struct hook_figures {
	const char *name;
	enum hook_state state;
	uint64_t delivered, failed; /* requests, since the manager began */
	int64_t behind;             /* events of the journal that it has not looked at */
};
/* In the order of names; false: there are no more. */
bool hooks_figures(const struct hooks *, size_t i, struct hook_figures *out);

#endif
