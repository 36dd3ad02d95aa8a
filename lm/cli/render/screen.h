/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_CLI_SCREEN_H
#define LM_CLI_SCREEN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/*
 * A text that is shown again and again, each time in the place of the one before.  On a terminal
 * lines are cut at its right edge and at its bottom, so that nothing wraps and nothing scrolls; to a
 * file or pipe all of it goes, one after another.
 */
struct screen {
	bool live;              /* it can be drawn over */
	unsigned columns, rows; /* 0: as many as there are */
	size_t drawn;           /* lines of the last text */
};

/* Of standard output as it is. */
struct screen screen_stdout(void);
/* What draws 'text' (lines that end with \n, colours allowed) over the one before. */
void screen_draw(struct screen *, const char *text, struct lm_buf *out);

#endif
