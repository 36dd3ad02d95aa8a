/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_CLI_WORK_H
#define LM_CLI_WORK_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/map.h"

/*
 * What is being done in a process, as its plan and its events tell: who is at work at which step since
 * when, who has done what, and how much is to come.  How that is shown is progress.c's business.
 */

/* A component, or a relationship, that is at work or has steps to come. */
struct item {
	char *name;          /* whole */
	char *step, *action; /* that runs; NULL: none does */
	struct lm_buf done;  /* the actions that have ended */
	int64_t since_ms;    /* when the step began */
	int64_t took_ms;     /* all that have ended */
};

struct work {
	struct lm_map *items;      /* by name, in the order in which they began; owned */
	struct lm_map *left;       /* name -> size_t, steps to come */
	struct lm_arena *names;    /* of that map */
	size_t n_planned, n_steps; /* steps in all (0: unknown); that have ended */
	size_t n_running;          /* items that are at a step */
};

void work_init(struct work *);
void work_fini(struct work *);

/* The process as the manager describes it, before the first event: which steps will be told of. */
void work_plan(struct work *, const json_t *process);
/* A StepEvent of a step that has begun; told twice is told once. */
void work_begin(struct work *, const json_t *event, int64_t now_ms);
/* Of one that has ended, well: its item, until the next change; NULL: it was not seen to begin. */
struct item *work_end(struct work *, const json_t *event);
/* It has no step under way, and as far as the plan is known none to come. */
bool work_is_over(const struct work *, const struct item *);
/* Off the list. */
void work_drop(struct work *, struct item *);

#endif
