/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_CLI_PROGRESS_H
#define LM_CLI_PROGRESS_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "lm/cli/render/render.h"

/*
 * A process as an operator watches it: a line for each step that has ended, and on a terminal
 * below them a line for each one that runs, with its time so far.  Pure: events and time in, text
 * for standard output out.
 */
struct progress;

struct progress_conf {
	const char *process; /* id */
	struct render render;
	bool is_live;     /* redraw running steps: only on a terminal */
	unsigned columns; /* of the terminal; 0: 80 */
};

struct progress *progress_new(const struct progress_conf *);
void progress_free(struct progress *);

/* Events of other processes are ignored. */
void progress_event(struct progress *, const json_t *event, int64_t now_ms, struct lm_buf *out);
/* Draws the running steps anew; nothing unless live. */
void progress_draw(struct progress *, int64_t now_ms, struct lm_buf *out);
/* Takes the running steps off the screen. */
void progress_erase(struct progress *, struct lm_buf *out);

enum progress_end { PROGRESS_GOES_ON, PROGRESS_COMPLETED, PROGRESS_FAILED, PROGRESS_CANCELLED };
enum progress_end progress_end(const struct progress *);
/* Sequence number of the last event seen; for asking again after an interruption. */
int64_t progress_last_event(const struct progress *);

#endif
