/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <stdlib.h>

#include "base/attr.h"
#include "base/time.h"

static const struct {
	const char *text;
	int64_t ms;
} good[] = {
    {"1970-01-01T00:00:00Z", 0},
    {"1970-01-02", 86400000},
    {"2026-11-20T22:42:59Z", INT64_C(1795214579000)},
    {"2026-11-20T22:42:59", INT64_C(1795214579000)},
    {"2026-11-20T22:42:59.123Z", INT64_C(1795214579123)},
    {"2026-11-20T23:42:59+01:00", INT64_C(1795214579000)},
    {"2026-11-20T23:42:59 01:00", INT64_C(1795214579000)},
    {"2026-11-20T23:42:59+0100", INT64_C(1795214579000)},
    {"2026-11-20T23:42:59+01", INT64_C(1795214579000)},
    {"2026-11-20T17:12:59.5-0530", INT64_C(1795214579500)},
};

static const char *const bad[] = {"", "today", "2026-13-01", "2026-11-20T", "2026-11-20T25:00:00Z",
    "2026-11-20T22:42:59X", "2026-11-20T22:42:59+", "2026-11-20T22:42:59+01:00x",
    "2026-11-20T22:42:59+99", "2026-11-20T22:42:59.", "2026-11-20T22:42:59.1234567890Z",
    "2026-11-20 22:42"};

START_TEST(a_time_is_read_with_or_without_fraction_and_offset)
{
	int64_t ms = -1;

	ck_assert_msg(lm_time_parse(good[_i].text, &ms), "%s", good[_i].text);
	ck_assert_int_eq(ms, good[_i].ms);
}
END_TEST

START_TEST(what_is_no_time_is_none)
{
	int64_t ms = -1;

	ck_assert_msg(!lm_time_parse(bad[_i], &ms), "%s", bad[_i]);
	ck_assert_int_eq(ms, -1);
}
END_TEST

START_TEST(a_time_is_written_as_it_is_read)
{
	char text[LM_TIME_SIZE];
	int64_t ms;

	lm_time_text(INT64_C(1795214579123), text);
	ck_assert_str_eq(text, "2026-11-20T22:42:59.123Z");
	ck_assert(lm_time_parse(text, &ms));
	ck_assert_int_eq(ms, INT64_C(1795214579123));
	lm_time_text(0, text);
	ck_assert_str_eq(text, "1970-01-01T00:00:00.000Z");
}
END_TEST

static const struct {
	const char *text;
	int64_t ms;
} spans[] = {
    {"90", 90000},
    {"0", 0},
    {"1.5", 1500},
    {"500ms", 500},
    {"90s", 90000},
    {"15m", 900000},
    {"15min", 900000},
    {"2h", 7200000},
    {"1d", 86400000},
    {"1h30min", 5400000},
    {"1d2h3m4s5ms", 93784005},
    {"10:30", 37800000},
    {"10:30:15", 37815000},
    {"26:00", 93600000},
};

static const char *const no_spans[] = {"", "-1", "+1", " 1", "1 ", "x", "h", "1x", "1.", ".5",
    "1e3", "0x10", "inf", "nan", "1h2h", "1s1h", "1h30", "0h30", "10:60", "10:30:60", "10:", ":30",
    "1:2:3:4", "36600d1s", "99999999999999999999"};

START_TEST(a_length_of_time_has_units_or_is_in_seconds)
{
	int64_t ms = -1;

	ck_assert_msg(lm_time_parse_span(spans[_i].text, &ms), "%s", spans[_i].text);
	ck_assert_int_eq(ms, spans[_i].ms);
}
END_TEST

START_TEST(what_is_no_length_of_time_is_none)
{
	int64_t ms = -1;

	ck_assert_msg(!lm_time_parse_span(no_spans[_i], &ms), "%s", no_spans[_i]);
	ck_assert_int_eq(ms, -1);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("base/time");
	TCase *tc = tcase_create("times");

	tcase_add_loop_test(
	    tc, a_time_is_read_with_or_without_fraction_and_offset, 0, LM_COUNT(good));
	tcase_add_loop_test(tc, what_is_no_time_is_none, 0, LM_COUNT(bad));
	tcase_add_test(tc, a_time_is_written_as_it_is_read);
	tcase_add_loop_test(tc, a_length_of_time_has_units_or_is_in_seconds, 0, LM_COUNT(spans));
	tcase_add_loop_test(tc, what_is_no_length_of_time_is_none, 0, LM_COUNT(no_spans));
	suite_add_tcase(s, tc);
	SRunner *sr = srunner_create(s);
	srunner_run_all(sr, CK_NORMAL);
	int failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed != 0;
}
