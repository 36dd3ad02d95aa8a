/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_CLI_PROGRESS_H
#define LM_CLI_PROGRESS_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "lm/cli/render/render.h"

/*
 * A process as an operator watches it.  Into a pipe or a file: a line for each step that has ended.  On a
 * terminal a line for each component that has done all its steps, and below them, drawn anew again
 * and again, one for each that is at work, with the step and its time so far, and the sum of it all.
 * Pure: events and time in, text for standard output out.
 */
struct progress;

struct progress_conf {
	const char *process; /* id */
	struct render render;
	bool is_live;           /* a terminal */
	unsigned columns, rows; /* of the terminal; 0: 80 and 24 */
};

struct progress *progress_new(const struct progress_conf *);
void progress_free(struct progress *);

/*
 * The process as the manager describes it, before the first event: which steps will be told of.
 * Without it a component is not known to be done before all are.
 */
void progress_plan(struct progress *, const json_t *process);
/* Events of other processes are ignored. */
void progress_event(struct progress *, const json_t *event, int64_t now_ms, struct lm_buf *out);
/* What the step that failed last has printed: on a terminal its last lines stand below it. */
void progress_log(struct progress *, const char *log, struct lm_buf *out);
/* Draws what is at work anew; nothing unless live. */
void progress_draw(struct progress *, int64_t now_ms, struct lm_buf *out);
/* Takes it off the screen. */
void progress_erase(struct progress *, struct lm_buf *out);

enum progress_end { PROGRESS_GOES_ON, PROGRESS_COMPLETED, PROGRESS_FAILED, PROGRESS_CANCELLED };
enum progress_end progress_end(const struct progress *);
/* Sequence number of the last event seen; for asking again after an interruption. */
int64_t progress_last_event(const struct progress *);
/* The id of a step that has failed since the last call; NULL: none has. */
const char *progress_failed_step(struct progress *);

#endif
