/* SPDX-License-Identifier: Apache-2.0 */
#include "base/hours.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

enum { DAYS = 7, DAY_MIN = 24 * 60, WEEK_MIN = DAYS * DAY_MIN, MINUTE_MS = 60000 };

const char *const lm_hours_days[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun", NULL};

/* ---- reading ------------------------------------------------------------------------------- */

struct parser {
	const char *text, *p;
	struct lm_hours_flaw flaw; /* what NULL: none so far */
};

static void skip_blanks(struct parser *s)
{
	while (isspace((unsigned char)*s->p))
		s->p++;
}

/* The word that begins here, or the character. */
static size_t word_size(const char *p)
{
	size_t n = 0;

	while (isalnum((unsigned char)p[n]) || p[n] == ':')
		n++;
	return n > 0 || *p == '\0' ? n : 1;
}

static bool fail(struct parser *s, const char *at, size_t n, const char *what)
{
	if (s->flaw.what == NULL)
		s->flaw = (struct lm_hours_flaw){what, (size_t)(at - s->text), n, false};
	return false;
}

static bool expect(struct parser *s, char c, const char *what)
{
	skip_blanks(s);
	if (*s->p != c)
		return fail(s, s->p, word_size(s->p), what);
	s->p++;
	return true;
}

static bool read_day(struct parser *s, unsigned *out)
{
	skip_blanks(s);
	size_t n = word_size(s->p);

	for (unsigned i = 0; i < DAYS; i++)
		if (n == 3 && strncasecmp(s->p, lm_hours_days[i], 3) == 0) {
			s->p += 3;
			*out = i;
			return true;
		}
	fail(s, s->p, n, "a day is Mon, Tue, Wed, Thu, Fri, Sat or Sun");
	s->flaw.day = true;
	return false;
}

/* Mon-Fri,Sun */
static bool read_days(struct parser *s, uint8_t *out)
{
	*out = 0;
	do {
		unsigned first, last;

		if (!read_day(s, &first))
			return false;
		last = first;
		skip_blanks(s);
		if (*s->p == '-') {
			s->p++;
			if (!read_day(s, &last))
				return false;
		}
		for (unsigned day = first;; day = (day + 1) % DAYS) {
			*out |= (uint8_t)(1u << day);
			if (day == last)
				break;
		}
		skip_blanks(s);
	} while (*s->p == ',' && s->p++ != NULL);
	return true;
}

static bool read_number(struct parser *s, unsigned max, unsigned *out)
{
	const char *begin = s->p;

	for (*out = 0; isdigit((unsigned char)*s->p) && *out <= max; s->p++)
		*out = *out * 10 + (unsigned)(*s->p - '0');
	return s->p > begin && *out <= max;
}

/* 08:00, to 24:00 */
static bool read_time(struct parser *s, unsigned *out)
{
	unsigned hour, minute;

	skip_blanks(s);
	const char *begin = s->p;
	size_t n = word_size(begin);
	if (read_number(s, 24, &hour) && *s->p == ':' && begin + n == s->p + 3) {
		s->p++;
		if (read_number(s, 59, &minute) && s->p == begin + n &&
		    hour * 60 + minute <= DAY_MIN) {
			*out = hour * 60 + minute;
			return true;
		}
	}
	return fail(s, begin, n, "a time is written 08:00, from 00:00 to 24:00");
}

static bool read_hours(struct parser *s, struct lm_hours_entry *e)
{
	unsigned from, to;
	const char *begin = s->p;

	if (!read_time(s, &from) || !expect(s, '-', "'-' and the end of these hours are missing") ||
	    !read_time(s, &to))
		return false;
	if (from == to || from == DAY_MIN)
		return fail(s, begin, (size_t)(s->p - begin),
		    "these hours end where they begin: a whole day is 00:00-24:00");
	e->from = (uint16_t)from;
	e->minutes = (uint16_t)(to > from ? to - from : to + DAY_MIN - from);
	return true;
}

static bool read_least(struct parser *s, unsigned *out)
{
	if (!expect(s, '=', "'=' and how many are needed in these hours are missing"))
		return false;
	skip_blanks(s);
	const char *begin = s->p;
	size_t n = word_size(begin);
	if (read_number(s, LM_HOURS_LEAST_MAX, out) && *out > 0 && s->p == begin + n)
		return true;
	return fail(s, begin, n, "how many are needed is a whole number, 1 to 1000000");
}

static bool read_entry(struct parser *s, struct lm_hours_entry *e)
{
	*e = (struct lm_hours_entry){.minutes = DAY_MIN, .days = (1u << DAYS) - 1};
	if (isalpha((unsigned char)*s->p)) {
		if (!read_days(s, &e->days))
			return false;
		/* The whole of these days. */
		if (*s->p == '=')
			return read_least(s, &e->least);
	}
	return read_hours(s, e) && read_least(s, &e->least);
}

static bool read_entries(struct parser *s, struct lm_hours *out)
{
	skip_blanks(s);
	while (*s->p != '\0') {
		if (out->n == LM_HOURS_MAX)
			return fail(s, s->p, word_size(s->p), "there are more than 32 entries");
		struct lm_hours_entry e;
		if (!read_entry(s, &e))
			return false;
		out->v[out->n++] = e;
		skip_blanks(s);
		if (*s->p != '\0' && !expect(s, ';', "entries stand apart by ';'"))
			return false;
		skip_blanks(s);
	}
	return true;
}

bool lm_hours_parse(const char *text, struct lm_hours *out, struct lm_hours_flaw *flaw)
{
	struct parser s = {.text = text, .p = text};

	*out = (struct lm_hours){.n = 0};
	bool good = read_entries(&s, out);
	if (!good)
		out->n = 0;
	if (flaw != NULL)
		*flaw = s.flaw;
	return good;
}

/* ---- asking -------------------------------------------------------------------------------- */

enum { WEEK_MS = WEEK_MIN * MINUTE_MS }; /* 604,800,000 */

/* Since Monday 00:00 by the hours' own clock. */
static int64_t week_ms(const struct lm_hours *h, int64_t now_ms)
{
	/* 1970 began on a Thursday. */
	int64_t ms = now_ms % WEEK_MS + h->offset_s * INT64_C(1000) + 3 * DAY_MIN * MINUTE_MS;

	ms %= WEEK_MS;
	return ms < 0 ? ms + WEEK_MS : ms;
}

/* From one moment of the week forward to another. */
static int64_t ahead(int64_t from, int64_t to)
{
	return (to - from + WEEK_MS) % WEEK_MS;
}

static bool is_within(const struct lm_hours_entry *e, int64_t now)
{
	for (int day = 0; day < DAYS; day++) {
		int64_t begin = (int64_t)(day * DAY_MIN + e->from) * MINUTE_MS;

		if ((e->days & 1u << day) != 0 &&
		    ahead(begin, now) < (int64_t)e->minutes * MINUTE_MS)
			return true;
	}
	return false;
}

const struct lm_hours_entry *lm_hours_at(const struct lm_hours *h, int64_t now_ms)
{
	const struct lm_hours_entry *most = NULL;
	int64_t now = week_ms(h, now_ms);

	for (size_t i = 0; i < h->n; i++)
		if ((most == NULL || h->v[i].least > most->least) && is_within(&h->v[i], now))
			most = &h->v[i];
	return most;
}

int64_t lm_hours_next(const struct lm_hours *h, int64_t now_ms)
{
	int64_t now = week_ms(h, now_ms), soonest = INT64_MAX;

	for (size_t i = 0; i < h->n; i++)
		for (int day = 0; day < DAYS; day++) {
			const struct lm_hours_entry *e = &h->v[i];
			int64_t begin = (int64_t)(day * DAY_MIN + e->from) * MINUTE_MS;
			int64_t end = (begin + (int64_t)e->minutes * MINUTE_MS) % WEEK_MS;
			const int64_t wait[] = {ahead(now, begin), ahead(now, end)};

			for (int k = 0; k < 2 && (e->days & 1u << day) != 0; k++) {
				int64_t in = wait[k] > 0 ? wait[k] : WEEK_MS;

				if (in < soonest)
					soonest = in;
			}
		}
	return soonest == INT64_MAX ? INT64_MAX : now_ms + soonest;
}

/* ---- for people ---------------------------------------------------------------------------- */

static void print_days(unsigned days, struct lm_buf *out)
{
	const char *comma = "";

	for (unsigned i = 0, last; i < DAYS; i = last + 1) {
		last = i;
		if ((days & 1u << i) == 0)
			continue;
		while (last + 1 < DAYS && (days & 1u << (last + 1)) != 0)
			last++;
		lm_buf_printf(out, last > i ? "%s%s-%s" : "%s%s", comma, lm_hours_days[i],
		    lm_hours_days[last]);
		comma = ",";
	}
}

void lm_hours_print(const struct lm_hours_entry *e, struct lm_buf *out)
{
	unsigned to = e->from + e->minutes;

	if (to > DAY_MIN)
		to -= DAY_MIN;
	print_days(e->days, out);
	lm_buf_printf(out, " %02u:%02u-%02u:%02u", e->from / 60, e->from % 60, to / 60, to % 60);
}
