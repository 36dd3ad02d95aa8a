/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/lib/svg.h"

static void escaped(FILE *f, const char *text)
{
	for (; *text != '\0'; text++) {
		if (*text == '<')
			fputs("&lt;", f);
		else if (*text == '>')
			fputs("&gt;", f);
		else if (*text == '&')
			fputs("&amp;", f);
		else
			fputc(*text, f);
	}
}

void svg_open(FILE *f, int width, int height, const char *title, const char *style)
{
	fprintf(f,
	    "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" "
	    "viewBox=\"0 0 %d %d\">\n<title>",
	    width, height, width, height);
	escaped(f, title);
	fprintf(f, "</title>\n<style>%s</style>\n", style);
}

void svg_close(FILE *f)
{
	fputs("</svg>\n", f);
}

void svg_line(FILE *f, const char *class_name, struct svg_point a, struct svg_point b)
{
	fprintf(f, "<line class=\"%s\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>\n",
	    class_name, a.x, a.y, b.x, b.y);
}

void svg_rect(FILE *f, const char *class_name, struct svg_point at, double width, double height)
{
	fprintf(f, "<rect class=\"%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/>\n",
	    class_name, at.x, at.y, width, height);
}

void svg_text(FILE *f, const char *class_name, struct svg_point at, const char *text)
{
	fprintf(f, "<text class=\"%s\" x=\"%.1f\" y=\"%.1f\">", class_name, at.x, at.y);
	escaped(f, text);
	fputs("</text>\n", f);
}

static void points(FILE *f, const struct svg_point *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		fprintf(f, "%s%.1f,%.1f", i > 0 ? " " : "", p[i].x, p[i].y);
}

void svg_polyline(FILE *f, const char *class_name, const struct svg_point *p, size_t n)
{
	fprintf(f, "<polyline class=\"%s\" points=\"", class_name);
	points(f, p, n);
	fputs("\"/>\n", f);
}

void svg_area(FILE *f, const char *class_name, const struct svg_point *p, size_t n, double base_y)
{
	if (n == 0)
		return;
	fprintf(f, "<polygon class=\"%s\" points=\"%.1f,%.1f ", class_name, p[0].x, base_y);
	points(f, p, n);
	fprintf(f, " %.1f,%.1f\"/>\n", p[n - 1].x, base_y);
}
