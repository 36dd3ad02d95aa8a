/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_LIB_CALLS_H
#define TESTS_LIB_CALLS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/vec.h"
#include "tests/lib/storylog.h"

/*
 * Every call of a story, one by one, as a witness on the wire saw it (events "Sip").
 *
 * The caller is who sent the first INVITE of a Call-ID; the server is where the last INVITE of
 * that Call-ID went before the answer.  What counts is what reaches the caller.  Calls last 5 s
 * unless a mark "calls-last" says how many seconds.
 */
enum call_fate {
	CALL_ENDED,      /* answered, and the caller's BYE too */
	CALL_REFUSED,    /* a final answer of 300 or above */
	CALL_UNANSWERED, /* no final answer for CALL_PATIENCE_MS */
	CALL_LOST,       /* answered, but its BYE refused or unanswered, or ended by the far side */
	CALL_ABANDONED,  /* its caller stopped calling at all before the fate could be known */
};
enum { CALL_PATIENCE_MS = 5000 };

struct call {
	const char *id, *caller, *server;                 /* server "": none was asked */
	int64_t begun_ms, answered_ms, bye_ms, closed_ms; /* 0: never */
	int code;                                         /* of the refusal */
	bool refused, cut; /* cut: the far side ended it, or refused its BYE */
	size_t generator;  /* index in calls.generators */
	enum call_fate fate;
	int64_t failed_ms; /* when the failure showed; 0: it did not fail */
};

struct call_generator {   /* one process that makes calls */
	const char *name; /* the part of its Call-IDs that stays: "pid@address" */
	int64_t last_ms;  /* when it was last heard */
};

struct calls {
	struct lm_arena *arena;
	LM_VEC(struct call) all; /* by time of their beginning */
	LM_VEC(struct call_generator) generators;
};

void calls_init(struct calls *, const struct storylog *);
void calls_fini(struct calls *);

bool call_is_failed(const struct call *);
/* Begun and neither ended, failed nor given up by its caller. */
bool call_is_in_progress(const struct call *, int64_t at_ms);
const char *call_fate_text(enum call_fate);

#endif
