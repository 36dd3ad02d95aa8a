/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_TOSCA_EXPLAIN_H
#define LM_TOSCA_EXPLAIN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/*
 * What the codes of diagnostics mean, with an example: the files LMnnnn.md of this folder, which
 * are compiled into the program (table.awk).  A file is a line '# LMnnnn: title', then paragraphs,
 * then blocks fenced by ``` lines: the first ```yaml block provokes the code when it is compiled
 * alone, a second one does not; a ```console block shows what needs a command.
 */
struct explanation {
	const char *code;  /* "LM0302" */
	const char *title; /* as in codes.h */
	const char *text;  /* Markdown: what follows the first line */
};

/* In the order of their codes. */
const struct explanation *explain_all(size_t *n);
/* Upper and lower case are one, and "302" or "0302" will do; NULL: no such code. */
const struct explanation *explain_find(const char *code);
/* The code that was probably meant; NULL: none is near. */
const struct explanation *explain_nearest(const char *code);

/* The first paragraph, on one line. */
void explain_summary(const struct explanation *, struct lm_buf *out);
/* The inside of the i-th yaml block, from 0; NULL: there are not so many. */
const char *explain_yaml(const struct explanation *, size_t i, size_t *out_n);
/*
 * The whole for people: examples are indented instead of fenced; with 'colour' the title is bold,
 * and so is what stands in `...`.
 */
void explain_print(const struct explanation *, struct lm_buf *out, bool colour);

#endif
