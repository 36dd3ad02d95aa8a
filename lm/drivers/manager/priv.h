/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_DRIVERS_MANAGER_PRIV_H
#define LM_DRIVERS_MANAGER_PRIV_H

#include "base/buf.h"
#include "lm/disk/name.h"
#include "lm/drivers/remote/remote.h"

/*
 * Steps at locations of other resource managers.  A transition or an operation is POSTed to
 * lifecycle/transitions, and then its status is asked for until it has ended; what it has brought is
 * what the instance tells afterwards.  The manager calls the request by an id of its own, which is
 * kept on disk (notes.c): after a restart it is asked how far it is, and not to do it again.
 */
enum {
	BODY_MAX = 4 << 20,        /* bytes of what is asked */
	ACCEPT_MS = 5 * 60 * 1000, /* until it has accepted: some look at a lot before that */
	POLL_MS = 100, /* before the first question for the status; then twice as long */
	POLL_MAX_MS = 5000,
	ID_MAX = 1024, /* bytes of what it calls a request */
};

/* The name of what a transition has made, among the elements that are kept with a component. */
#define RESOURCE "resource"

enum phase {
	PHASE_TELL,   /* it is told what to do */
	PHASE_NOTE,   /* its word for it is written down */
	PHASE_POLL,   /* how far is it? */
	PHASE_FETCH,  /* what has it brought? */
	PHASE_VERIFY, /* it was not found: is it really gone? */
	PHASE_FIND,
};

struct asked {
	struct remote_request base;
	enum phase phase;
	const char *id;       /* the manager's, of the request; NULL: it has told none */
	const char *instance; /* the manager's, of what it is about */
	const char *reason;   /* of PHASE_VERIFY */
	unsigned polls;
	struct note *note; /* being written; NULL: none */
};

struct driver {
	struct remote remote; /* first: requests know it */
	struct notes *notes;
};

extern const struct remote_ops manager_requests; /* ask.c */

/* ---- body.c: what a manager is asked -------------------------------------------------------- */

void transition_print(const struct step_request *, const char *instance, struct lm_buf *out);
/* What it has called the resource that earlier steps have made; NULL: nothing is known of it. */
const char *transition_instance(const struct step_request *, struct lm_arena *);

/* ---- answer.c: what it says ----------------------------------------------------------------- */

void transition_read(struct remote_request *, const struct web_answer *);
/* What an instance tells that we have not told before. */
struct lm_kvs transition_outputs(
    struct lm_arena *, const struct step_request *, const json_t *properties);

/* ---- notes.c: the ids of requests, on disk -------------------------------------------------- */

struct notes;
/* In a folder below the driver's; reads what was left there. */
struct lm_err *notes_open(uv_loop_t *, const char *state_dir, struct notes **out) LM_MUST_USE;
void notes_free(struct notes *); /* NULL is fine */
/* What is written down of a step; NULL: nothing. */
const char *notes_find(const struct notes *, const char *step);
/*
 * Written by a thread; 'done' is called later from the loop.  Where that fails it is logged, and goes on:
 * only a restart would miss it.  note_forget(): 'done' is not called.
 */
struct note *note_write(
    struct notes *, const char *step, const char *id, void (*done)(void *arg), void *arg);
void note_forget(struct note *);
/* The step has ended: its note goes when that is durable, see notes_settled(). */
void notes_end(struct notes *, const char *step);
void notes_settled(struct notes *);

#endif
