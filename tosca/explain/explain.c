/* SPDX-License-Identifier: Apache-2.0 */
#include "tosca/explain/explain.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "tosca/explain/table.h"

static const char fence[] = "```";

/* ---- finding ------------------------------------------------------------------------------- */

const struct explanation *explain_all(size_t *n)
{
	*n = explain_table_n;
	return explain_table;
}

/* The number of a code, 0 when the text is none. */
static unsigned long number_of(const char *code)
{
	char *end = NULL;

	if (strncasecmp(code, "LM", 2) == 0)
		code += 2;
	if (!isdigit((unsigned char)*code))
		return 0;
	unsigned long n = strtoul(code, &end, 10);
	return *end == '\0' ? n : 0;
}

const struct explanation *explain_find(const char *code)
{
	unsigned long n = number_of(code);

	for (size_t i = 0; n != 0 && i < explain_table_n; i++)
		if (number_of(explain_table[i].code) == n)
			return &explain_table[i];
	return NULL;
}

/* By the digits that agree, then by what is next in line. */
const struct explanation *explain_nearest(const char *code)
{
	const struct explanation *best = NULL;
	unsigned long n = number_of(code), least = 50;

	for (size_t i = 0; n != 0 && i < explain_table_n; i++) {
		unsigned long m = number_of(explain_table[i].code);
		unsigned long gap = m > n ? m - n : n - m;

		if (gap < least) {
			least = gap;
			best = &explain_table[i];
		}
	}
	return best;
}

/* ---- parts --------------------------------------------------------------------------------- */

static const char *next_line(const char *line)
{
	const char *end = strchr(line, '\n');

	return end != NULL ? end + 1 : line + strlen(line);
}

static bool is_fence(const char *line)
{
	return strncmp(line, fence, sizeof fence - 1) == 0;
}

void explain_summary(const struct explanation *e, struct lm_buf *out)
{
	const char *line = e->text;

	line += strspn(line, "\n");
	for (bool first = true; *line != '\0' && *line != '\n'; first = false) {
		if (!first)
			lm_buf_puts(out, " ");
		lm_buf_add(out, line, strcspn(line, "\n"));
		line = next_line(line);
	}
}

const char *explain_yaml(const struct explanation *e, size_t i, size_t *out_n)
{
	const char *begin = NULL;
	bool inside = false;

	for (const char *line = e->text; *line != '\0'; line = next_line(line)) {
		if (!is_fence(line))
			continue;
		if (inside && begin != NULL) {
			*out_n = (size_t)(line - begin);
			return begin;
		}
		if (!inside && strncmp(line, "```yaml\n", 8) == 0 && i-- == 0)
			begin = next_line(line);
		inside = !inside;
	}
	return NULL;
}

/* ---- printing ------------------------------------------------------------------------------ */

/* A line of a paragraph: what stands in `...` is bold. */
static void print_prose(const char *line, size_t n, struct lm_buf *out)
{
	bool bold = false;

	for (size_t i = 0; i < n; i++) {
		if (line[i] != '`') {
			lm_buf_add(out, line + i, 1);
			continue;
		}
		bold = !bold;
		lm_buf_puts(out, bold ? "\033[1m" : "\033[0m");
	}
	lm_buf_puts(out, bold ? "\033[0m" : "");
}

void explain_print(const struct explanation *e, struct lm_buf *out, bool colour)
{
	bool inside = false;

	lm_buf_printf(out, "%s%s: %s%s\n", colour ? "\033[1m" : "", e->code, e->title,
	    colour ? "\033[0m" : "");
	for (const char *line = e->text; *line != '\0'; line = next_line(line)) {
		size_t n = strcspn(line, "\n");

		if (is_fence(line)) {
			inside = !inside;
			continue;
		}
		if (inside && n > 0)
			lm_buf_puts(out, "    ");
		if (inside || !colour)
			lm_buf_add(out, line, n);
		else
			print_prose(line, n, out);
		lm_buf_puts(out, "\n");
	}
}
