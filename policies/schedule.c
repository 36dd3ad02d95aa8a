/* SPDX-License-Identifier: Apache-2.0 */
#include "policies/schedule.h"

#include <string.h>
#include <strings.h>

enum { HOUR = 60, DAY = 24 * HOUR, WEEK = 7 * DAY, EVERY_DAY = 0x7f, MINUTE_MS = 60000 };

static const char days[7][4] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};

/* ---- reading: each takes what it knows off the text, or leaves it as it is ------------------- */

static void skip_blanks(const char **p)
{
	*p += strspn(*p, " \t\r\n");
}

static bool take(const char **p, char c)
{
	skip_blanks(p);
	if (**p != c)
		return false;
	++*p;
	return true;
}

/* At most 'width' digits. */
static bool take_number(const char **p, size_t width, uint32_t *out)
{
	uint32_t n = 0;
	size_t digits;

	skip_blanks(p);
	digits = strspn(*p, "0123456789");
	if (digits == 0 || digits > width)
		return false;
	for (; digits > 0; digits--)
		n = n * 10 + (uint32_t)(*(*p)++ - '0');
	*out = n;
	return true;
}

static bool take_day(const char **p, unsigned *out)
{
	skip_blanks(p);
	for (unsigned i = 0; i < 7; i++)
		if (strncasecmp(*p, days[i], 3) == 0) {
			*p += 3;
			*out = i;
			return true;
		}
	return false;
}

static bool take_time(const char **p, uint16_t *out)
{
	uint32_t hour, minute;

	if (!take_number(p, 2, &hour) || **p != ':')
		return false;
	++*p;
	if (strspn(*p, "0123456789") != 2 || !take_number(p, 2, &minute))
		return false;
	*out = (uint16_t)(hour * HOUR + minute);
	return minute < HOUR && *out <= DAY;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static const char *take_days(const char **p, uint8_t *out)
{
	static const char wanted[] = "a day is one of Mon, Tue, Wed, Thu, Fri, Sat and Sun";
	unsigned from, to;

	*out = 0;
	do {
		if (!take_day(p, &from))
			return wanted;
		to = from;
		if (take(p, '-') && !take_day(p, &to))
			return wanted;
		for (unsigned i = from;; i = (i + 1) % 7) {
			*out |= (uint8_t)(1u << i);
			if (i == to)
				break;
		}
	} while (take(p, ','));
	return NULL;
}

static const char *take_hours(const char **p, struct schedule_rule *r)
{
	if (!take_time(p, &r->from) || !take(p, '-') || (skip_blanks(p), !take_time(p, &r->to)))
		return "hours are written 08:00-18:00";
	if (r->from == r->to)
		return "these hours end when they begin; the whole day is 00:00-24:00";
	if (r->to < r->from)
		r->to = (uint16_t)(r->to + DAY);
	return NULL;
}

/* What is wrong, or NULL. */
static const char *take_rule(const char **p, struct schedule_rule *r)
{
	const char *wrong = NULL;

	*r = (struct schedule_rule){.days = EVERY_DAY, .to = DAY};
	skip_blanks(p);
	if (**p == '=')
		return "days or hours, such as 'Mon-Fri 08:00-18:00', stand before the '='";
	if (!is_digit(**p))
		wrong = take_days(p, &r->days);
	skip_blanks(p);
	if (wrong == NULL && is_digit(**p))
		wrong = take_hours(p, r);
	if (wrong != NULL)
		return wrong;
	if (!take(p, '='))
		return "'=' and a number of members end a rule";
	if (!take_number(p, 7, &r->size) || r->size > SCHEDULE_SIZE_MAX)
		return "behind the '=' stands a number of members, at most 1000000";
	skip_blanks(p);
	return **p == ';' || **p == '\0' ? NULL : "rules are separated by ';'";
}

static bool read_offset(const char *text, int *out)
{
	const char *p = text;
	uint16_t minutes;

	*out = 0;
	if (text == NULL || *text == '\0' || strcmp(text, "Z") == 0)
		return true;
	if (*p != '+' && *p != '-')
		return false;
	p++;
	if (!take_time(&p, &minutes) || *p != '\0' || minutes > 14 * HOUR)
		return false;
	*out = *text == '-' ? -minutes : minutes;
	return true;
}

static struct lm_err *complain(const char *rule, const char *wrong)
{
	size_t n;

	rule += strspn(rule, " \t\r\n");
	n = strcspn(rule, ";");
	return lm_err_new(
	    LM_ERR_INVALID, "schedule: '%.*s': %s", (int)(n < 60 ? n : 60), rule, wrong);
}

struct lm_err *schedule_parse(const char *text, const char *offset, struct schedule *out)
{
	struct schedule s = {0};
	const char *p = text;

	if (!read_offset(offset, &s.offset_min))
		return lm_err_new(LM_ERR_INVALID,
		    "schedule: an offset from UTC is written +01:00, not '%.60s'", offset);
	if (strnlen(text, SCHEDULE_TEXT_MAX + 1) > SCHEDULE_TEXT_MAX)
		return lm_err_new(
		    LM_ERR_INVALID, "schedule: longer than %d characters", SCHEDULE_TEXT_MAX);
	for (skip_blanks(&p); *p != '\0'; skip_blanks(&p)) {
		const char *begin = p, *wrong = NULL;

		if (take(&p, ';')) /* behind the last one, too */
			continue;
		if (s.n == SCHEDULE_RULES_MAX)
			return complain(begin, "there may be 32 rules");
		wrong = take_rule(&p, &s.rules[s.n++]);
		if (wrong != NULL)
			return complain(begin, wrong);
	}
	*out = s;
	return NULL;
}

/* ---- the week -------------------------------------------------------------------------------- */

/* Minutes since Monday 00:00 in the schedule's own time. */
static int minute_of_week(const struct schedule *s, int64_t now_ms)
{
	enum { FIRST = 3 * DAY }; /* 1970 began on a Thursday */
	int64_t minute = now_ms / MINUTE_MS + FIRST + s->offset_min;

	return (int)((minute % WEEK + WEEK) % WEEK);
}

static bool is_within(const struct schedule_rule *r, int minute)
{
	for (int day = 0; day < 7; day++) {
		int begin = day * DAY + r->from, end = day * DAY + r->to;

		if ((r->days >> day & 1) == 0)
			continue;
		if ((minute >= begin && minute < end) ||
		    (minute + WEEK >= begin && minute + WEEK < end))
			return true;
	}
	return false;
}

const struct schedule_rule *schedule_at(const struct schedule *s, int64_t now_ms)
{
	const struct schedule_rule *best = NULL;
	int minute = minute_of_week(s, now_ms);

	for (unsigned i = 0; i < s->n; i++)
		if (is_within(&s->rules[i], minute) &&
		    (best == NULL || s->rules[i].size > best->size))
			best = &s->rules[i];
	return best;
}

/* From one minute of the week to the next time it is the other, 1 to a week. */
static int minutes_until(int from, int to)
{
	return ((to - from - 1) % WEEK + WEEK) % WEEK + 1;
}

int64_t schedule_next(const struct schedule *s, int64_t now_ms)
{
	int now = minute_of_week(s, now_ms), nearest = WEEK + 1;

	for (unsigned i = 0; i < s->n; i++)
		for (int day = 0; day < 7; day++) {
			const struct schedule_rule *r = &s->rules[i];
			int begin = minutes_until(now, day * DAY + r->from);
			int end = minutes_until(now, day * DAY + r->to);

			if ((r->days >> day & 1) != 0 && begin < nearest)
				nearest = begin;
			if ((r->days >> day & 1) != 0 && end < nearest)
				nearest = end;
		}
	return nearest > WEEK ? INT64_MAX : (now_ms / MINUTE_MS + nearest) * MINUTE_MS;
}

/* ---- for people ------------------------------------------------------------------------------ */

static void print_days(uint8_t set, struct lm_buf *out)
{
	const char *comma = "";

	for (unsigned i = 0, last; i < 7; i = last + 1) {
		last = i;
		if ((set >> i & 1) == 0)
			continue;
		while (last < 6 && (set >> (last + 1) & 1) != 0)
			last++;
		lm_buf_printf(out, last > i ? "%s%s-%s" : "%s%s", comma, days[i], days[last]);
		comma = ",";
	}
}

void schedule_print_rule(const struct schedule_rule *r, struct lm_buf *out)
{
	int to = r->to > DAY ? r->to - DAY : r->to;

	print_days(r->days, out);
	lm_buf_printf(
	    out, " %02d:%02d-%02d:%02d", r->from / HOUR, r->from % HOUR, to / HOUR, to % HOUR);
}
