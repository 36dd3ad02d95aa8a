/* SPDX-License-Identifier: Apache-2.0 */
#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <time.h>

static enum lm_log_level threshold = LM_LOG_INFO;
static const char *const level_text[] = {"debug", "info", "warn", "error"};

void lm_log_set_level(enum lm_log_level level)
{
	threshold = level;
}

void lm_log(enum lm_log_level level, const char *event, const char *fmt, ...)
{
	char line[2048];
	struct timespec now;
	struct tm tm;
	va_list ap;

	if (level < threshold)
		return;
	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &tm);
	va_start(ap, fmt);
	int n = vsnprintf(line, sizeof line, fmt, ap);
	va_end(ap);
	if (n < 0)
		return;
	for (char *p = line; *p != '\0'; p++) /* one event, one line */
		if (*p == '\n' || *p == '\r')
			*p = ' ';
	fprintf(stderr, "%04d-%02d-%02dT%02d:%02d:%02d.%03ldZ %-5s %s %s\n", tm.tm_year + 1900,
	    tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec, now.tv_nsec / 1000000,
	    level_text[level], event, line);
}
