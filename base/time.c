/* SPDX-License-Identifier: Apache-2.0 */
#include "base/time.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

bool lm_time_offset(const char *p, int *out_s)
{
	int h = 0, m = 0, n = 0;

	*out_s = 0;
	if (*p == '\0' || strcmp(p, "Z") == 0)
		return true;
	if (*p != '+' && *p != '-' && *p != ' ')
		return false;
	if ((sscanf(p + 1, "%2d:%2d%n", &h, &m, &n) != 2 || p[1 + n] != '\0') &&
	    (sscanf(p + 1, "%2d%2d%n", &h, &m, &n) != 2 || p[1 + n] != '\0') &&
	    (sscanf(p + 1, "%2d%n", &h, &n) != 1 || p[1 + n] != '\0'))
		return false;
	if (h < 0 || h > 14 || m < 0 || m > 59)
		return false;
	*out_s = (*p == '-' ? -1 : 1) * (h * 3600 + m * 60);
	return true;
}

bool lm_time_parse(const char *text, int64_t *out_ms)
{
	struct tm tm = {0};
	double fraction = 0;
	int offset_s = 0;

	const char *p = strptime(text, "%Y-%m-%d", &tm);
	if (p != NULL && *p == 'T')
		p = strptime(p, "T%H:%M:%S", &tm);
	else if (p != NULL && *p != '\0')
		return false;
	if (p == NULL)
		return false;
	if (*p == '.') {
		size_t digits = strspn(p + 1, "0123456789");

		if (digits == 0 || digits > 9)
			return false;
		fraction = strtod(p, NULL);
		p += 1 + digits;
	}
	if (!lm_time_offset(p, &offset_s))
		return false;
	*out_ms = ((int64_t)timegm(&tm) - offset_s) * 1000 + (int64_t)(fraction * 1000 + 0.5);
	return true;
}

static void digits(char *end, unsigned n, size_t width)
{
	for (; width > 0; width--, n /= 10)
		*--end = (char)('0' + n % 10);
}

/* Every event of a journal has one: twenty times as fast as strftime(). */
void lm_time_text(int64_t ms, char out[LM_TIME_SIZE])
{
	static const char form[] = "YYYY-MM-DDThh:mm:ss.123Z";
	time_t s = (time_t)(ms / 1000);
	struct tm tm;

	gmtime_r(&s, &tm);
	memcpy(out, form, sizeof form);
	digits(out + 4, (unsigned)tm.tm_year + 1900, 4);
	digits(out + 7, (unsigned)tm.tm_mon + 1, 2);
	digits(out + 10, (unsigned)tm.tm_mday, 2);
	digits(out + 13, (unsigned)tm.tm_hour, 2);
	digits(out + 16, (unsigned)tm.tm_min, 2);
	digits(out + 19, (unsigned)tm.tm_sec, 2);
	digits(out + 23, (unsigned)(ms % 1000), 3);
}

/* ---- lengths of time ---------------------------------------------------------------------------- */

static const double span_max_ms = 100.0 * 366 * 86400 * 1000;

/* Digits, perhaps with a fraction; no sign, blank, exponent, hexadecimal or "inf". */
static const char *parse_plain(const char *p, double *out)
{
	size_t whole = strspn(p, "0123456789");
	size_t fraction = p[whole] == '.' ? strspn(p + whole + 1, "0123456789") : 0;

	if (whole == 0 || whole + fraction > 15 || (p[whole] == '.' && fraction == 0))
		return NULL;
	char *end = NULL;
	*out = strtod(p, &end);
	return p + whole + (fraction > 0 ? fraction + 1 : 0);
}

/* "10:30", "10:30:15" */
static bool parse_clock(const char *text, double *out_ms)
{
	double parts[3] = {0};
	const char *p = text;
	int n = 0;

	for (; n < 3; n++) {
		p = parse_plain(p, &parts[n]);
		if (p == NULL || (n > 0 && parts[n] >= 60))
			return false;
		if (*p != ':')
			break;
		p++;
	}
	*out_ms = (parts[0] * 3600 + parts[1] * 60 + parts[2]) * 1000;
	return n >= 1 && n < 3 && *p == '\0';
}

/* "1h30min": each unit smaller than the one before. */
static bool parse_units(const char *text, double *out_ms)
{
	static const struct {
		const char *unit;
		double ms;
	} units[] = {
	    {"ms", 1}, {"min", 60e3}, {"d", 86400e3}, {"h", 3600e3}, {"m", 60e3}, {"s", 1e3}};
	double last_ms = 1e18, sum_ms = 0, n = 0;

	for (const char *p = text; *p != '\0';) {
		size_t i = 0;

		p = parse_plain(p, &n);
		if (p == NULL)
			return false;
		if (*p == '\0' && last_ms > span_max_ms) { /* without a unit */
			*out_ms = n * 1000;
			return true;
		}
		while (i < sizeof units / sizeof units[0] &&
		       strncmp(p, units[i].unit, strlen(units[i].unit)) != 0)
			i++;
		if (i == sizeof units / sizeof units[0] || units[i].ms >= last_ms)
			return false;
		last_ms = units[i].ms;
		sum_ms += n * units[i].ms;
		p += strlen(units[i].unit);
	}
	*out_ms = sum_ms;
	return *text != '\0';
}

bool lm_time_parse_span(const char *text, int64_t *out_ms)
{
	double ms = 0;

	if (!(strchr(text, ':') != NULL ? parse_clock : parse_units)(text, &ms) ||
	    !(ms <= span_max_ms))
		return false;
	*out_ms = (int64_t)(ms + 0.5);
	return true;
}
