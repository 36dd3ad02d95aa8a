/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/hours.h"
#include "base/time.h"

static struct lm_hours hours;

static void given(const char *text)
{
	struct lm_hours_flaw flaw;

	ck_assert_msg(lm_hours_parse(text, &hours, &flaw), "%s: %s", text, flaw.what);
}

static unsigned least(int64_t now_ms)
{
	const struct lm_hours_entry *e = lm_hours_at(&hours, now_ms);

	return e != NULL ? e->least : 0;
}

static int64_t at(const char *time)
{
	int64_t ms = 0;

	ck_assert_msg(lm_time_parse(time, &ms), "%s", time);
	return ms;
}

/* 2026-11-16 is a Monday. */
static const char busy[] = "Mon-Fri 08:00-18:00 = 3; Sat,Sun 10:00-14:00=2";

static const struct {
	const char *text, *time;
	unsigned least;
} moments[] = {
    {busy, "2026-11-16T07:59:59.999Z", 0},
    {busy, "2026-11-16T08:00:00Z", 3},
    {busy, "2026-11-20T17:59:59.999Z", 3},
    {busy, "2026-11-20T18:00:00Z", 0},
    {busy, "2026-11-21T10:00:00Z", 2},
    {busy, "2026-11-22T13:00:00Z", 2},
    {busy, "2026-11-22T08:00:00Z", 0},
    {busy, "1969-12-29T12:00:00Z", 3}, /* a Monday, too */
    {"22:00-02:00 = 1", "2026-11-16T01:00:00Z", 1},
    {"Sun 22:00-02:00 = 1", "2026-11-16T01:59:00Z", 1},
    {"Sun 22:00-02:00 = 1", "2026-11-16T02:00:00Z", 0},
    {"Sun 22:00-02:00 = 1", "2026-11-22T01:00:00Z", 0},
    {"Sat-Mon 00:00-24:00 = 1", "2026-11-16T23:59:59Z", 1},
    {"Sat-Mon 00:00-24:00 = 1", "2026-11-17T00:00:00Z", 0},
    {"sat-MON 00:00-24:00 = 1", "2026-11-22T00:00:00Z", 1},
    {"00:00-24:00 = 1; Mon 08:00-09:00 = 5; Mon 08:30-10:00 = 4", "2026-11-16T08:45:00Z", 5},
    {"00:00-24:00 = 1; Mon 08:00-09:00 = 5; Mon 08:30-10:00 = 4", "2026-11-16T09:00:00Z", 4},
    {"00:00-24:00 = 1; Mon 08:00-09:00 = 5;", "2026-11-16T10:00:00Z", 1},
    {"  Tue  8:05 - 8:06  =  1000000  ", "2026-11-17T08:05:30Z", 1000000},
    {"Mon,Wed = 4", "2026-11-16T23:59:59Z", 4},
    {"Mon,Wed = 4", "2026-11-17T00:00:00Z", 0},
    {"", "2026-11-17T08:05:30Z", 0},
};

START_TEST(at_a_time_the_largest_number_that_is_said_for_it_counts)
{
	given(moments[_i].text);
	ck_assert_msg(least(at(moments[_i].time)) == moments[_i].least, "%s at %s",
	    moments[_i].text, moments[_i].time);
}
END_TEST

START_TEST(hours_go_by_their_own_clock)
{
	given("Mon 08:00-09:00 = 1");
	ck_assert(lm_time_offset("+01:00", &hours.offset_s));
	ck_assert_uint_eq(least(at("2026-11-16T07:30:00Z")), 1);
	ck_assert_uint_eq(least(at("2026-11-16T08:00:00Z")), 0);
	ck_assert_int_eq(
	    lm_hours_next(&hours, at("2026-11-15T12:00:00Z")), at("2026-11-16T07:00:00Z"));
	ck_assert(lm_time_offset("-14:00", &hours.offset_s));
	ck_assert_uint_eq(least(at("2026-11-16T22:30:00Z")), 1);
	ck_assert_uint_eq(least(0), 0); /* Wednesday there, and before 1970 */
}
END_TEST

START_TEST(the_next_change_is_later_than_now)
{
	static const char *const times[] = {"2026-11-16T07:00:00Z", "2026-11-16T08:00:00Z",
	    "2026-11-16T18:00:00Z", "2026-11-17T08:00:00Z"};

	given("Mon,Tue 08:00-18:00 = 3");
	for (size_t i = 0; i + 1 < LM_COUNT(times); i++)
		ck_assert_int_eq(lm_hours_next(&hours, at(times[i])), at(times[i + 1]));
	ck_assert_int_eq(
	    lm_hours_next(&hours, at("2026-11-17T18:00:00Z")), at("2026-11-23T08:00:00Z"));
	given("Mon 00:00-24:00 = 3");
	ck_assert_int_eq(
	    lm_hours_next(&hours, at("2026-11-17T00:00:00Z")), at("2026-11-23T00:00:00Z"));
	given("");
	ck_assert_int_eq(lm_hours_next(&hours, 0), INT64_MAX);
}
END_TEST

START_TEST(hours_that_fill_days_still_have_their_midnights)
{
	given("Mon = 1");
	ck_assert_int_eq(
	    lm_hours_next(&hours, at("2026-11-16T00:00:00Z")), at("2026-11-17T00:00:00Z"));
	ck_assert_int_eq(
	    lm_hours_next(&hours, at("2026-11-17T00:00:30Z")), at("2026-11-23T00:00:00Z"));
}
END_TEST

START_TEST(hours_are_written_as_they_are_read)
{
	static const char *const texts[] = {"Mon-Fri 08:00-18:00", "Mon,Wed-Thu,Sun 22:00-06:30",
	    "Mon-Sun 00:00-24:00", "Sat 00:00-00:30"};
	struct lm_buf out;

	lm_buf_init(&out, 100);
	for (size_t i = 0; i < LM_COUNT(texts); i++) {
		char text[64];

		snprintf(text, sizeof text, "%s = 1", texts[i]);
		given(text);
		lm_buf_clear(&out);
		lm_hours_print(&hours.v[0], &out);
		ck_assert_str_eq(out.p, texts[i]);
	}
	lm_buf_fini(&out);
}
END_TEST

/* What changes over a week is found by asking for the next change, over and over. */
START_TEST(nothing_changes_between_two_changes)
{
	int64_t now = at("2026-11-16T00:00:00Z"), end = now + INT64_C(7) * 24 * 3600 * 1000;

	given("Mon-Fri 08:00-18:00 = 3; 17:30-01:15 = 2; Sun 00:00-24:00 = 1");
	ck_assert(lm_time_offset("+05:45", &hours.offset_s));
	while (now < end) {
		int64_t next = lm_hours_next(&hours, now);

		ck_assert_int_gt(next, now);
		for (int64_t t = now; t < next && t < end; t += 60000)
			ck_assert_uint_eq(least(t), least(now));
		now = next;
	}
}
END_TEST

static const struct {
	const char *text, *wrong; /* the part of it that is */
	bool day;
} bad[] = {
    {"Mob-Fri 08:00-18:00 = 3", "Mob", true},
    {"Mon-Fry 08:00-18:00 = 3", "Fry", true},
    {"Monday 08:00-18:00 = 3", "Monday", true},
    {"Mon, 08:00-18:00 = 3", "08:00", true},
    {"Mon 8-18:00 = 3", "8", false},
    {"Mon 08:60-18:00 = 3", "08:60", false},
    {"Mon 08:00-24:01 = 3", "24:01", false},
    {"Mon 08:00-18:000 = 3", "18:000", false},
    {"Mon 08:5-18:00 = 3", "08:5", false},
    {"Mon 08:00 18:00 = 3", "18:00", false},
    {"Mon 08:00-08:00 = 3", "08:00-08:00", false},
    {"Mon 24:00-08:00 = 3", "24:00-08:00", false},
    {"= 3", "=", false},
    {"Mon 08:00-18:00", "", false},
    {"Mon 08:00-18:00 3", "3", false},
    {"Mon 08:00-18:00 = 0", "0", false},
    {"Mon 08:00-18:00 = 1000001", "1000001", false},
    {"Mon 08:00-18:00 = three", "three", false},
    {"Mon 08:00-18:00 = -1", "-", false},
    {"Mon 08:00-18:00 = 3, Tue 08:00-18:00 = 3", ",", false},
    {"Mon 08:00-18:00 = 3 Tue 08:00-18:00 = 3", "Tue", false},
    {"; Mon 08:00-18:00 = 3", ";", false},
    {"Mon", "", false},
    {"\xe2\x82\xac", "\xe2", false},
};

START_TEST(what_is_wrong_is_pointed_at)
{
	struct lm_hours_flaw flaw;
	const char *text = bad[_i].text;

	ck_assert_msg(!lm_hours_parse(text, &hours, &flaw), "%s", text);
	ck_assert_uint_eq(hours.n, 0);
	ck_assert_ptr_nonnull(flaw.what);
	ck_assert_int_eq(flaw.day, bad[_i].day);
	ck_assert_msg(flaw.n == strlen(bad[_i].wrong) && flaw.at + flaw.n <= strlen(text) &&
			  memcmp(text + flaw.at, bad[_i].wrong, flaw.n) == 0,
	    "%s: %zu, %zu: %s", text, flaw.at, flaw.n, flaw.what);
	ck_assert(!lm_hours_parse(text, &hours, NULL));
}
END_TEST

START_TEST(there_is_an_end_to_entries)
{
	char text[16 * (LM_HOURS_MAX + 1)] = "";
	struct lm_hours_flaw flaw;

	for (int i = 0; i < LM_HOURS_MAX; i++)
		memcpy(text + 15 * i, "01:00-02:00 =1;", 16);
	given(text);
	ck_assert_uint_eq(hours.n, LM_HOURS_MAX);
	memcpy(text + 15 * LM_HOURS_MAX, "01:00-02:00 =1;", 16);
	ck_assert(!lm_hours_parse(text, &hours, &flaw));
	ck_assert_uint_eq(flaw.at, 15 * LM_HOURS_MAX);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("base/hours");
	TCase *tc = tcase_create("hours");

	tcase_add_loop_test(
	    tc, at_a_time_the_largest_number_that_is_said_for_it_counts, 0, LM_COUNT(moments));
	tcase_add_test(tc, hours_go_by_their_own_clock);
	tcase_add_test(tc, the_next_change_is_later_than_now);
	tcase_add_test(tc, hours_that_fill_days_still_have_their_midnights);
	tcase_add_test(tc, hours_are_written_as_they_are_read);
	tcase_add_test(tc, nothing_changes_between_two_changes);
	tcase_add_loop_test(tc, what_is_wrong_is_pointed_at, 0, LM_COUNT(bad));
	tcase_add_test(tc, there_is_an_end_to_entries);
	suite_add_tcase(s, tc);
	SRunner *sr = srunner_create(s);
	srunner_run_all(sr, CK_NORMAL);
	int failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed != 0;
}
