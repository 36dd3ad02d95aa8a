/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_DRIVERS_HTTP_PRIV_H
#define LM_DRIVERS_HTTP_PRIV_H

#include <jansson.h>
#include <sys/queue.h>
#include <uv.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/map.h"
#include "base/vec.h"
#include "lm/drivers/driver.h"
#include "lm/web/web.h"

/*
 * A driver of others, asked over HTTP.  A request is packed (the package's files, by a thread), asked,
 * and accepted; its answer comes by a road of its own, see reply.h.  Who does not accept it for now
 * is asked again after a pause.
 */
enum {
	REQUESTS_MAX = 10000, /* known at once */
	ASKING_MAX =
	    8, /* packed or asked at once of one address: these hold their files in memory */
	KEPT_MAX = 32,        /* idle connections */
	ANSWER_MAX = 1 << 20, /* bytes */
	BODY_MAX = 24 << 20,  /* of what is asked: the files in base64, and values */
	FILES_MAX = 8 << 20,  /* bytes of a package's files */
	ENTRIES_MAX = 2000,   /* of them */
	TOPOLOGY_MAX = 256,   /* elements told by one step */
	STEP_MS = 900 * 1000, /* of a step without a limit */
	CALL_MS = 30 * 1000,  /* of one call at most */
	PAUSE_MS = 500,       /* after the first refusal; twice as long after each */
	PAUSE_MAX_MS = 30 * 1000,
	CANCEL_MS = 10 * 1000, /* in which a cancelled step may still end by itself */
	HEALTH_MS = 5000,
	HEALTH_MAX = 64 * 1024, /* bytes */
	WHY_MAX = 512,
};

enum request_state {
	REQUEST_IN_LINE, /* for its turn to be asked */
	REQUEST_PACKING,
	REQUEST_ASKING,
	REQUEST_PAUSING,
	REQUEST_ACCEPTED, /* by the driver; the answer will come */
};

struct pack;

/* One address: a driver that hangs keeps nobody waiting but those who want something of it. */
struct target {
	char *base_uri;
	unsigned users; /* requests, which it lasts as long as */
	unsigned asking;
	TAILQ_HEAD(, request) line;
};

struct request {
	struct driver *driver;
	struct target *target;
	struct lm_arena *arena;
	struct step_request rq; /* in the arena, with its site */
	enum request_state state;
	struct pack *pack;
	struct web_call *call;
	uv_timer_t timer;
	uint64_t deadline_ms, again_ms; /* of the loop's clock; again_ms 0: no pause */
	unsigned refusals;
	bool is_cancelled;
	char why[WHY_MAX];             /* it was refused last; "": it was not */
	LM_VEC(struct lm_kv) topology; /* told so far; in the arena */
	TAILQ_ENTRY(request) line;
};

struct driver {
	struct driver_conf conf;
	struct web *web;
	struct lm_map *requests; /* by step */
	struct lm_map *targets;  /* by address */
};

/* ---- request.c: the life of one --------------------------------------------------------------- */

/* Deep; of the request and its site. */
void request_begin(struct driver *, const struct step_request *);
void request_cancel(struct request *);
/* Ends it with a result, or forgets it; it is gone then. */
void request_end(struct request *, const struct step_result *);
void request_fail(struct request *, enum step_failure, const char *fmt, ...) LM_PRINTF(3, 4);
void request_forget(struct request *);
/* What was accepted waits; what was not is asked again in a while, or fails: answer.c says which. */
void request_accepted(struct request *);
void request_refused(struct request *, const char *fmt, ...) LM_PRINTF(2, 3);

/* ---- answer.c: what a driver says ----------------------------------------------------------------- */

/* Of a call. */
void answer_read(struct request *, const struct web_answer *);
/* Outputs and topology of an object; the texts live in the arena. */
struct lm_kvs answer_outputs(struct request *, const json_t *outputs);
/* False: it is not what it should be; 'why' says what is wrong. */
bool answer_topology(struct request *, const json_t *topology, const char **why);

/* ---- body.c: what it is asked ------------------------------------------------------------------------ */

/* 'files' as pack_done_fn gets them. */
void body_print(const struct step_request *, const struct lm_buf *files, struct lm_buf *out);

/* ---- pack.c: the package's files ------------------------------------------------------------------- */

/*
 * Reads, zips and encodes in a thread; 'done' is called later from the loop.  'why' NULL: 'files' is
 * the zip in base64, in quotes.  pack_forget(): 'done' is not called.
 */
typedef void pack_done_fn(void *arg, const struct lm_buf *files, const char *why);
struct pack *pack_begin(
    uv_loop_t *, const char *package_dir, const char *driver, pack_done_fn *, void *arg);
void pack_forget(struct pack *);

#endif
