/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/simulate/svg.h"

#include <math.h>
#include <stdlib.h>

/* Everything that a text may hold, as XML has it. */
static void put_text(struct lm_buf *out, const char *text)
{
	for (; *text != '\0'; text++) {
		const char *entity = *text == '&'   ? "&amp;"
				     : *text == '<' ? "&lt;"
				     : *text == '>' ? "&gt;"
				     : *text == '"' ? "&quot;"
						    : NULL;

		if (entity != NULL)
			lm_buf_puts(out, entity);
		else if ((unsigned char)*text >= ' ')
			lm_buf_add(out, text, 1);
	}
}

void svg_open(struct lm_buf *out, double width, double height, const char *title, const char *style)
{
	lm_buf_printf(out,
	    "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%.0f\" height=\"%.0f\" "
	    "viewBox=\"0 0 %.0f %.0f\">\n<title>",
	    width, height, width, height);
	put_text(out, title);
	lm_buf_printf(out, "</title>\n<style>%s</style>\n", style);
}

void svg_close(struct lm_buf *out)
{
	lm_buf_puts(out, "</svg>\n");
}

void svg_rect(
    struct lm_buf *out, const char *look, struct svg_point at, double width, double height)
{
	lm_buf_printf(out,
	    "<rect class=\"%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/>\n", look,
	    at.x, at.y, width, height);
}

void svg_line(struct lm_buf *out, const char *look, struct svg_point from, struct svg_point to)
{
	lm_buf_printf(out, "<line class=\"%s\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>\n",
	    look, from.x, from.y, to.x, to.y);
}

void svg_text(struct lm_buf *out, const char *look, struct svg_point at, const char *text)
{
	lm_buf_printf(out, "<text class=\"%s\" x=\"%.1f\" y=\"%.1f\">", look, at.x, at.y);
	put_text(out, text);
	lm_buf_puts(out, "</text>\n");
}

/* Points come to lie on tenths of a pixel, so that steps between them add up. */
static long tenths(double v)
{
	return (long)floor(v * 10 + 0.5);
}

static void put_tenths(struct lm_buf *out, long n)
{
	lm_buf_printf(out, "%s%ld", n < 0 ? "-" : "", labs(n) / 10);
	if (n % 10 != 0)
		lm_buf_printf(out, ".%ld", labs(n) % 10);
}

static void put_step(struct lm_buf *out, long dx, long dy)
{
	lm_buf_puts(out, dy == 0 ? "h" : dx == 0 ? "v" : "l");
	if (dx != 0 || dy == 0)
		put_tenths(out, dx);
	if (dx != 0 && dy != 0)
		lm_buf_puts(out, dy < 0 ? "" : " ");
	if (dy != 0)
		put_tenths(out, dy);
}

void svg_path(struct lm_buf *out, const char *look, const struct svg_point *p, size_t n, int closed)
{
	if (n == 0)
		return;
	long x = tenths(p[0].x), y = tenths(p[0].y);
	lm_buf_printf(out, "<path class=\"%s\" d=\"M", look);
	put_tenths(out, x);
	lm_buf_puts(out, " ");
	put_tenths(out, y);
	for (size_t i = 1; i < n; i++) {
		long to_x = tenths(p[i].x), to_y = tenths(p[i].y);

		if (to_x != x || to_y != y)
			put_step(out, to_x - x, to_y - y);
		x = to_x;
		y = to_y;
	}
	lm_buf_printf(out, "%s\"/>\n", closed ? "z" : "");
}
