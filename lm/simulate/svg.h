/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_SIMULATE_SVG_H
#define LM_SIMULATE_SVG_H

#include <stddef.h>

#include "base/buf.h"

/* SVG 1.1, element by element; how each looks is a class of the style sheet. */
struct svg_point {
	double x, y;
};

void svg_open(struct lm_buf *, double width, double height, const char *title, const char *style);
void svg_close(struct lm_buf *);
void svg_rect(struct lm_buf *, const char *look, struct svg_point at, double width, double height);
void svg_line(struct lm_buf *, const char *look, struct svg_point from, struct svg_point to);
void svg_text(struct lm_buf *, const char *look, struct svg_point at, const char *text);
/* From point to point; closed: it is filled. */
void svg_path(struct lm_buf *, const char *look, const struct svg_point *, size_t n, int closed);

#endif
