/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/time.h"
#include "policies/schedule.h"

static struct schedule schedule;

static void given(const char *text, const char *offset)
{
	struct lm_err *e = schedule_parse(text, offset, &schedule);

	ck_assert_msg(e == NULL, "%s: %s", text, e == NULL ? "" : lm_err_text(e));
}

/* 2026-11-16 is a Monday. */
static int64_t time_of(const char *text)
{
	int64_t ms = 0;

	ck_assert_msg(lm_time_parse(text, &ms), "%s", text);
	return ms;
}

static unsigned size_at(const char *text)
{
	const struct schedule_rule *r = schedule_at(&schedule, time_of(text));

	return r == NULL ? 0 : r->size;
}

static const char *next_after(const char *text)
{
	static char out[LM_TIME_SIZE];
	int64_t next_ms = schedule_next(&schedule, time_of(text));

	if (next_ms == INT64_MAX)
		return "never";
	lm_time_text(next_ms, out);
	return out;
}

START_TEST(a_rule_counts_from_its_first_minute_until_before_its_last)
{
	given("Mon-Fri 08:00-18:00 = 3", NULL);
	ck_assert_uint_eq(size_at("2026-11-16T07:59:59Z"), 0);
	ck_assert_uint_eq(size_at("2026-11-16T08:00:00Z"), 3);
	ck_assert_uint_eq(size_at("2026-11-16T17:59:59Z"), 3);
	ck_assert_uint_eq(size_at("2026-11-16T18:00:00Z"), 0);
	ck_assert_uint_eq(size_at("2026-11-20T12:00:00Z"), 3);
	ck_assert_uint_eq(size_at("2026-11-21T12:00:00Z"), 0);
}
END_TEST

START_TEST(rules_are_separated_by_semicolons_and_may_end_with_one)
{
	given("Mon-Fri 08:00-18:00 = 3; Sat 10:00-14:00 = 2;", NULL);
	ck_assert_uint_eq(size_at("2026-11-17T12:00:00Z"), 3);
	ck_assert_uint_eq(size_at("2026-11-21T12:00:00Z"), 2);
	ck_assert_uint_eq(size_at("2026-11-22T12:00:00Z"), 0);
}
END_TEST

START_TEST(where_rules_overlap_the_greatest_counts)
{
	given("00:00-24:00 = 2; Mon 12:00-13:00 = 5; Mon = 3", NULL);
	ck_assert_uint_eq(size_at("2026-11-16T11:00:00Z"), 3);
	ck_assert_uint_eq(size_at("2026-11-16T12:30:00Z"), 5);
	ck_assert_uint_eq(size_at("2026-11-17T12:30:00Z"), 2);
}
END_TEST

START_TEST(days_are_lists_and_ranges_in_any_case_and_go_over_the_weekend)
{
	given("sat-MON,Wed=4", NULL);
	ck_assert_uint_eq(size_at("2026-11-16T00:00:00Z"), 4); /* Monday */
	ck_assert_uint_eq(size_at("2026-11-17T00:00:00Z"), 0);
	ck_assert_uint_eq(size_at("2026-11-18T00:00:00Z"), 4);
	ck_assert_uint_eq(size_at("2026-11-20T00:00:00Z"), 0);
	ck_assert_uint_eq(size_at("2026-11-21T00:00:00Z"), 4);
	ck_assert_uint_eq(size_at("2026-11-22T23:59:00Z"), 4);
}
END_TEST

START_TEST(hours_that_end_before_they_begin_go_on_into_the_next_day)
{
	given("Sun 22:00-06:00 = 2", NULL);
	ck_assert_uint_eq(size_at("2026-11-22T21:59:00Z"), 0);
	ck_assert_uint_eq(size_at("2026-11-22T22:00:00Z"), 2);
	ck_assert_uint_eq(size_at("2026-11-23T05:59:00Z"), 2); /* the week has begun anew */
	ck_assert_uint_eq(size_at("2026-11-23T06:00:00Z"), 0);
}
END_TEST

START_TEST(the_offset_is_that_of_the_place)
{
	given("Mon 00:00-02:00 = 2", "+01:00");
	ck_assert_uint_eq(size_at("2026-11-15T23:00:00Z"), 2);
	ck_assert_uint_eq(size_at("2026-11-16T01:00:00Z"), 0);
	ck_assert_str_eq(next_after("2026-11-15T23:00:00Z"), "2026-11-16T01:00:00.000Z");
	given("Mon 00:00-02:00 = 2", "-03:30");
	ck_assert_uint_eq(size_at("2026-11-16T03:29:00Z"), 0);
	ck_assert_uint_eq(size_at("2026-11-16T03:30:00Z"), 2);
}
END_TEST

START_TEST(the_next_change_is_the_nearest_begin_or_end_after_now)
{
	given("Mon-Fri 08:00-18:00 = 3; Sat 22:00-02:00 = 2", NULL);
	ck_assert_str_eq(next_after("2026-11-16T07:00:30Z"), "2026-11-16T08:00:00.000Z");
	ck_assert_str_eq(next_after("2026-11-16T08:00:00Z"), "2026-11-16T18:00:00.000Z");
	ck_assert_str_eq(next_after("2026-11-20T18:00:00Z"), "2026-11-21T22:00:00.000Z");
	ck_assert_str_eq(next_after("2026-11-21T22:30:00Z"), "2026-11-22T02:00:00.000Z");
	ck_assert_str_eq(next_after("2026-11-22T02:00:00Z"), "2026-11-23T08:00:00.000Z");
}
END_TEST

START_TEST(a_rule_that_never_ends_still_has_its_midnights)
{
	given("Mon = 1", NULL);
	ck_assert_str_eq(next_after("2026-11-16T00:00:00Z"), "2026-11-17T00:00:00.000Z");
	ck_assert_str_eq(next_after("2026-11-17T00:00:00Z"), "2026-11-23T00:00:00.000Z");
}
END_TEST

START_TEST(an_empty_schedule_wants_nothing_and_is_never_waited_for)
{
	given(" ", "Z");
	ck_assert_uint_eq(size_at("2026-11-16T12:00:00Z"), 0);
	ck_assert_str_eq(next_after("2026-11-16T12:00:00Z"), "never");
}
END_TEST

/* Every minute of a week, by going from change to change and by looking. */
START_TEST(between_two_changes_the_size_is_the_same)
{
	int64_t begin = time_of("2026-11-16T00:00:00Z"), next = begin;
	const struct schedule_rule *r = NULL;

	given("Fri-Sun 21:15-03:45 = 4; 12:00-13:00 = 2; Mon,Thu 00:00-24:00 = 3", "+05:45");
	for (int64_t at = begin; at < begin + 7 * 86400000; at += 60000) {
		if (at >= next) {
			r = schedule_at(&schedule, at);
			next = schedule_next(&schedule, at);
			ck_assert_int_gt(next, at);
		}
		ck_assert_ptr_eq(r, schedule_at(&schedule, at));
	}
}
END_TEST

static const struct {
	const char *text, *offset, *error;
} bad[] = {
    {"Mon-Fry 08:00-18:00 = 3", NULL,
	"schedule: 'Mon-Fry 08:00-18:00 = 3': a day is one of Mon, Tue, Wed, Thu, Fri, Sat and "
	"Sun"},
    {"Mon, 08:00-18:00 = 3", NULL,
	"schedule: 'Mon, 08:00-18:00 = 3': a day is one of Mon, Tue, Wed, Thu, Fri, Sat and Sun"},
    {"Mon 08:00 = 3", NULL, "schedule: 'Mon 08:00 = 3': hours are written 08:00-18:00"},
    {"Mon 8-18 = 3", NULL, "schedule: 'Mon 8-18 = 3': hours are written 08:00-18:00"},
    {"08:00-24:01 = 3", NULL, "schedule: '08:00-24:01 = 3': hours are written 08:00-18:00"},
    {"08:60-18:00 = 3", NULL, "schedule: '08:60-18:00 = 3': hours are written 08:00-18:00"},
    {"08:00-08:00 = 3", NULL,
	"schedule: '08:00-08:00 = 3': these hours end when they begin; the whole day is "
	"00:00-24:00"},
    {"Sat = 1; Mon 08:00-18:00", NULL,
	"schedule: 'Mon 08:00-18:00': '=' and a number of members end a rule"},
    {"Mon = many", NULL,
	"schedule: 'Mon = many': behind the '=' stands a number of members, at most 1000000"},
    {"Mon = 1000001", NULL,
	"schedule: 'Mon = 1000001': behind the '=' stands a number of members, at most 1000000"},
    {"Mon = 99999999999", NULL,
	"schedule: 'Mon = 99999999999': behind the '=' stands a number of members, at most "
	"1000000"},
    {"= 3", NULL,
	"schedule: '= 3': days or hours, such as 'Mon-Fri 08:00-18:00', stand before the '='"},
    {"Mon = 3, Tue = 2", NULL, "schedule: 'Mon = 3, Tue = 2': rules are separated by ';'"},
    {"Mon = 3", "CET", "schedule: an offset from UTC is written +01:00, not 'CET'"},
    {"Mon = 3", "+15:00", "schedule: an offset from UTC is written +01:00, not '+15:00'"},
    {"Mon = 3", "+1", "schedule: an offset from UTC is written +01:00, not '+1'"},
};

START_TEST(what_is_no_schedule_is_refused_and_says_what_to_write)
{
	given("Tue = 7", NULL);
	LM_AUTO(lm_err) e = schedule_parse(bad[_i].text, bad[_i].offset, &schedule);

	ck_assert_ptr_nonnull(e);
	ck_assert_str_eq(lm_err_text(e), bad[_i].error);
	ck_assert_uint_eq(schedule.rules[0].size, 7);
}
END_TEST

START_TEST(too_many_rules_and_too_long_a_text_are_refused)
{
	char text[SCHEDULE_TEXT_MAX + 2];

	memset(text, ' ', sizeof text);
	for (size_t i = 0; i < SCHEDULE_RULES_MAX + 1; i++)
		memcpy(text + 8 * i, "Mon = 1;", 8);
	text[8 * SCHEDULE_RULES_MAX] = '\0';
	given(text, NULL);
	text[8 * SCHEDULE_RULES_MAX] = 'M';
	text[SCHEDULE_TEXT_MAX] = '\0';
	LM_AUTO(lm_err) many = schedule_parse(text, NULL, &schedule);
	ck_assert_str_eq(lm_err_text(many), "schedule: 'Mon = 1': there may be 32 rules");
	text[SCHEDULE_TEXT_MAX] = ' ';
	text[SCHEDULE_TEXT_MAX + 1] = '\0';
	LM_AUTO(lm_err) length = schedule_parse(text, NULL, &schedule);
	ck_assert_str_eq(lm_err_text(length), "schedule: longer than 1024 characters");
}
END_TEST

START_TEST(a_rule_is_written_as_it_is_read)
{
	static const char *const texts[] = {"Mon-Fri 08:00-18:00", "Mon,Wed-Thu,Sun 22:00-06:30",
	    "Mon-Sun 00:00-24:00", "Sat 00:00-00:30"};
	struct lm_buf out;

	lm_buf_init(&out, 100);
	for (size_t i = 0; i < LM_COUNT(texts); i++) {
		char text[64];

		snprintf(text, sizeof text, "%s = 1", texts[i]);
		given(text, NULL);
		lm_buf_clear(&out);
		schedule_print_rule(&schedule.rules[0], &out);
		ck_assert_str_eq(out.p, texts[i]);
	}
	lm_buf_fini(&out);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("policies/schedule");
	TCase *tc = tcase_create("a week");

	tcase_add_test(tc, a_rule_counts_from_its_first_minute_until_before_its_last);
	tcase_add_test(tc, rules_are_separated_by_semicolons_and_may_end_with_one);
	tcase_add_test(tc, where_rules_overlap_the_greatest_counts);
	tcase_add_test(tc, days_are_lists_and_ranges_in_any_case_and_go_over_the_weekend);
	tcase_add_test(tc, hours_that_end_before_they_begin_go_on_into_the_next_day);
	tcase_add_test(tc, the_offset_is_that_of_the_place);
	tcase_add_test(tc, the_next_change_is_the_nearest_begin_or_end_after_now);
	tcase_add_test(tc, a_rule_that_never_ends_still_has_its_midnights);
	tcase_add_test(tc, an_empty_schedule_wants_nothing_and_is_never_waited_for);
	tcase_add_test(tc, between_two_changes_the_size_is_the_same);
	tcase_add_loop_test(
	    tc, what_is_no_schedule_is_refused_and_says_what_to_write, 0, LM_COUNT(bad));
	tcase_add_test(tc, too_many_rules_and_too_long_a_text_are_refused);
	tcase_add_test(tc, a_rule_is_written_as_it_is_read);
	suite_add_tcase(s, tc);
	return s;
}

int main(void)
{
	SRunner *sr = srunner_create(suite());

	srunner_run_all(sr, CK_NORMAL);
	int failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed != 0;
}
