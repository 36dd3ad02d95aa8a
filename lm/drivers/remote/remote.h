/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_DRIVERS_REMOTE_H
#define LM_DRIVERS_REMOTE_H

#include <jansson.h>
#include <sys/queue.h>
#include <uv.h>

#include "base/arena.h"
#include "base/map.h"
#include "base/vec.h"
#include "lm/drivers/driver.h"
#include "lm/web/web.h"

/*
 * Steps that are with others, asked over HTTP: what such drivers have in common, whatever they say.
 * A request stands in the line of its address; when its turn comes its driver asks; who does not
 * accept it for now is asked again after a pause, until the step's time is over.
 */
enum {
	REMOTE_REQUESTS_MAX = 10000, /* known at once */
	REMOTE_ASKING_MAX = 8,       /* that have their turn at once, of one address */
	REMOTE_ANSWER_MAX = 1 << 20, /* bytes */
	REMOTE_TOPOLOGY_MAX = 256,   /* elements told by one step */
	REMOTE_CALL_MS = 30 * 1000,  /* of one call, when nothing else is said */
	REMOTE_WHY_MAX = 512,
};

enum remote_state {
	REMOTE_IN_LINE, /* for its turn */
	REMOTE_TURN,    /* it is being asked, or what it takes for that is got ready */
	REMOTE_RESTING, /* until it is time for another turn, or the answer comes by another road */
};

/* One address: who hangs keeps nobody waiting but those who want something there. */
struct remote_target {
	char *base_uri;
	unsigned users; /* requests, which it lasts as long as */
	unsigned asking;
	TAILQ_HEAD(, remote_request) line;
};

struct remote_request {
	struct remote *remote;
	struct remote_target *target;
	struct lm_arena *arena;
	struct step_request rq; /* in the arena, with its site */
	const char *who;        /* "driver 'mini'"; in the arena */
	const char *trace;      /* the header; in the arena */
	enum remote_state state;
	bool is_accepted, is_cancelled;
	struct web_call *call;
	uv_timer_t timer;
	uint64_t deadline_ms, again_ms; /* of the loop's clock; again_ms 0: no turn of itself */
	unsigned refusals;
	char why[REMOTE_WHY_MAX];      /* it was refused last; "": it was not */
	LM_VEC(struct lm_kv) topology; /* told so far; in the arena */
	TAILQ_ENTRY(remote_request) line;
};

struct remote_ops {
	size_t size; /* of a request of the driver's own kind, which begins with ours */
	/* Its turn: leads to remote_ask(), or ends it, now or later. */
	void (*turn)(struct remote_request *);
	/* An answer, or that there is none.  The turn is over. */
	void (*answered)(struct remote_request *, const struct web_answer *);
	/* It ends, or is forgotten: so is what the turn has begun.  NULL: nothing. */
	void (*drop)(struct remote_request *);
	/* It has a result, which is about to be told.  NULL: nobody wants to know. */
	void (*ended)(struct remote_request *);
};

/* All that one driver has asked. */
struct remote {
	const struct remote_ops *ops;
	struct driver_conf conf;
	struct web *web;
	struct lm_map *requests; /* by step */
	struct lm_map *targets;  /* by address */
};

void remote_open(struct remote *, const struct remote_ops *, const struct driver_conf *);
void remote_close(struct remote *); /* forgets all, without results */

/* ---- the life of a request -------------------------------------------------------------------- */

/* NULL: it is asked already, and 'out' is NULL; an error: nothing has begun.  The copy is deep. */
struct lm_err *remote_begin(struct remote *, const struct step_request *, const char *who,
    struct remote_request **out) LM_MUST_USE;
/* Its first turn comes, soon or at once: then it may be gone. */
void remote_start(struct remote_request *);
struct remote_request *remote_find(const struct remote *, const char *step);
void remote_cancel(struct remote *, const char *step);

struct remote_call {
	const char *method, *url;
	const char *const *headers; /* besides those that all have; NULL at the end, at most 4 */
	const char *body;           /* NULL: none */
	size_t body_n;
	unsigned limit_ms; /* 0: REMOTE_CALL_MS; never longer than the step has left */
	bool is_once;      /* see struct web_request */
};
void remote_ask(struct remote_request *, const struct remote_call *);

/* Whatever was in the way of an answer is so no more. */
void remote_heard(struct remote_request *);
/* It is with them now. */
void remote_accepted(struct remote_request *);
/* Not now: asked again after 0.5 s, 1 s, 2 s, … 30 s. */
void remote_refused(struct remote_request *, const char *fmt, ...) LM_PRINTF(2, 3);
/* The pause between two turns, as far as it has grown by doubling. */
unsigned remote_pause(unsigned first_ms, unsigned most_ms, unsigned times);
/* Another turn, after a while. */
void remote_again(struct remote_request *, unsigned ms);
/* Ends it with a result; it is gone then. */
void remote_end(struct remote_request *, const struct step_result *);
void remote_fail(struct remote_request *, enum step_failure, const char *fmt, ...) LM_PRINTF(3, 4);

/* ---- what others say -------------------------------------------------------------------------- */

/* A text as it stands, anything else as JSON; NULL: nothing. */
const char *remote_text(struct lm_arena *, const json_t *);
struct lm_kvs remote_values(struct lm_arena *, const json_t *object);
/* What a refusal says of itself, in the arena. */
const char *remote_message(struct lm_arena *, const json_t *);
/* INTERNAL_ERROR is what nobody knows. */
enum step_failure remote_failure(const char *code);
bool remote_is_passing(int status); /* it says that it may be another time */

#endif
