/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_CLI_GRAPHVIZ_H
#define LM_CLI_GRAPHVIZ_H

#include <stddef.h>

#include "base/err.h"

/*
 * Has the program 'dot' draw a graph as SVG on our standard output.  Where it is not installed,
 * LM_ERR_NOT_FOUND says what to do.
 */
struct lm_err *graphviz_draw_svg(const char *dot, size_t n) LM_MUST_USE;

#endif
