/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/lib/trace.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

enum { LINE_MAX_SIZE = 1000 };

void trace_text(struct trace *t, const char *text)
{
	if (!t->is_on)
		return;
	for (; *text != '\0'; text++)
		t->hash = (t->hash ^ (unsigned char)*text) * UINT64_C(1099511628211);
}

void trace_line(struct trace *t, int64_t now_ms, const char *fmt, ...)
{
	char line[LINE_MAX_SIZE];
	va_list args;

	if (!t->is_on)
		return;
	int n = snprintf(line, sizeof line, "%9.3f  ", (double)now_ms / 1000);
	va_start(args, fmt);
	vsnprintf(line + n, sizeof line - (size_t)n, fmt, args);
	va_end(args);
	trace_text(t, line);
	if (t->is_shown)
		puts(line);
}
