/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_LIB_SVG_H
#define TESTS_LIB_SVG_H

#include <stddef.h>
#include <stdio.h>

/* The few strokes that a chart needs.  Classes refer to the style given to svg_open(). */
struct svg_point {
	double x, y;
};

void svg_open(FILE *, int width, int height, const char *title, const char *style);
void svg_close(FILE *);
void svg_line(FILE *, const char *class_name, struct svg_point from, struct svg_point to);
void svg_rect(FILE *, const char *class_name, struct svg_point at, double width, double height);
/* 'text' is escaped. */
void svg_text(FILE *, const char *class_name, struct svg_point at, const char *text);
void svg_polyline(FILE *, const char *class_name, const struct svg_point *, size_t n);
/* Closed along 'base_y': what lies under a curve. */
void svg_area(FILE *, const char *class_name, const struct svg_point *, size_t n, double base_y);

#endif
