/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_SERVER_FEED_HOOK_H
#define LM_SERVER_FEED_HOOK_H

#include <uv.h>

#include "lm/server/feed/hooks.h"
#include "lm/web/web.h"

/* Inside the webhooks: hooks.c (all of them, and what operators say), hook.c (one, and its delivery),
 * spec.c (what is said of one), places.c (where they stand, on disk). */

/* What an operator has said. */
struct hook_spec {
	char *name, *url, *secret;
	unsigned types; /* bits 1u << EVENT_x */
	unsigned patience_s;
};

/* Over what is there; on an error nothing has changed. */
struct lm_err *hook_spec_read(struct hook_spec *, const json_t *) LM_MUST_USE;
/* For the shelf, with the secret, and the number of the event after which it began. */
json_t *hook_spec_object(const struct hook_spec *, int64_t since);
void hook_spec_copy(struct hook_spec *to, const struct hook_spec *from);
void hook_spec_fini(struct hook_spec *);

/* Where it stands: what survives a restart. */
struct hook_place {
	int64_t at;         /* the last event that is dealt with */
	int64_t failing_ms; /* since when nothing could be delivered; 0: all is well */
	bool stopped;
};

struct hook {
	struct hooks *hooks;
	struct hook_spec spec;
	struct hook_place place;
	int64_t since; /* the last event before its time */
	struct {
		int64_t seq; /* 0: none */
		char *body, *type;
	} letter; /* on its way, or waiting to be sent again */
	struct web_call *call;
	uv_timer_t timer; /* the next look, or the next attempt */
	bool started, waits;
	int64_t pause_ms, again_ms, delivered_ms;
	uint64_t delivered, failed, missed;
	char trouble[200]; /* of the last attempt that failed */
};

struct hooks {
	struct hooks_conf conf;
	struct shelf *shelf;
	struct web *web;
	struct lm_map *by_name; /* in order of appearance; owned */
	char *places_path;
	uv_timer_t saving;
	bool is_dirty, is_saving;
};

struct hook *hook_new(struct hooks *, struct hook_spec *, const struct hook_place *, int64_t since);
void hook_free(struct hook *); /* memory: the loop's next turn */
/* Looks into the journal soon. */
void hook_wake(struct hook *);
/* Something has been said of it: what it was about to send again is sent again now. */
void hook_renew(struct hook *);
void hook_published(struct hook *, int64_t seq, unsigned type_bit);
enum hook_state hook_state(const struct hook *);

/* Where the hooks stand, soon on disk. */
void places_changed(struct hooks *);
void places_save(struct hooks *);
/* By name: json objects; NULL: nothing is known, and each begins where it was made. */
json_t *places_load(const char *path);

#endif
