/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <string.h>

#include "lm/server/auth/rotation.h"

/* Refresh tokens are good once; who uses one again ends all that came of it. */
enum { NOW = 1000000, HOUR = 3600 };

static struct rotation *r;
static unsigned next;

static void given(void)
{
	r = rotation_new();
	next = 99;
}

static void done(void)
{
	rotation_free(r);
}

static struct turn_of_line token(const char *line, unsigned turn)
{
	struct turn_of_line t = {.turn = turn, .begun_s = NOW, .expires_s = NOW + HOUR};

	snprintf(t.line, sizeof t.line, "%-16.16s", line);
	return t;
}

static enum rotation_verdict shows_at(int64_t now_s, const char *line, unsigned turn)
{
	struct turn_of_line t = token(line, turn);

	return rotation_take(r, &t, now_s, &next);
}

/* Long after everything before. */
static enum rotation_verdict shows(const char *line, unsigned turn)
{
	static int64_t now_s = NOW;

	return shows_at(now_s += 2 * ROTATION_MOMENT_S, line, turn);
}

/* Written, and read by the next manager. */
static void restart(void)
{
	struct lm_buf text;

	lm_buf_init(&text, 1 << 20);
	rotation_print(r, &text);
	rotation_free(r);
	r = rotation_new();
	ck_assert_ptr_null(rotation_read(r, text.p, text.n, NOW));
	lm_buf_fini(&text);
}

START_TEST(each_is_good_for_the_next_one)
{
	for (unsigned turn = 0; turn < 5; turn++) {
		ck_assert_int_eq(shows("a", turn), ROTATION_NEXT);
		ck_assert_uint_eq(next, turn + 1);
	}
}
END_TEST

START_TEST(who_uses_one_again_ends_the_line)
{
	ck_assert_int_eq(shows("a", 0), ROTATION_NEXT);
	ck_assert_int_eq(shows("a", 1), ROTATION_NEXT);
	ck_assert_int_eq(shows("b", 0), ROTATION_NEXT);
	ck_assert_int_eq(shows("a", 0), ROTATION_REUSED);
	ck_assert_int_eq(shows("a", 2), ROTATION_VOID); /* the thief's, or his */
	ck_assert_int_eq(shows("a", 0), ROTATION_VOID);
	ck_assert_int_eq(shows("b", 1), ROTATION_NEXT); /* which is another */
}
END_TEST

START_TEST(for_a_moment_the_last_one_brings_the_same_again)
{
	ck_assert_int_eq(shows_at(NOW, "a", 0), ROTATION_NEXT);
	ck_assert_int_eq(shows_at(NOW + 1, "a", 0), ROTATION_AGAIN);
	ck_assert_uint_eq(next, 1);
	ck_assert_int_eq(shows_at(NOW + 2, "a", 1), ROTATION_NEXT);
	ck_assert_int_eq(shows_at(NOW + 3, "a", 1), ROTATION_AGAIN);
	ck_assert_int_eq(
	    shows_at(NOW + 3, "a", 0), ROTATION_REUSED); /* the one before it does not */
}
END_TEST

START_TEST(and_not_when_the_moment_is_over)
{
	ck_assert_int_eq(shows_at(NOW, "a", 0), ROTATION_NEXT);
	ck_assert_int_eq(shows_at(NOW + ROTATION_MOMENT_S, "a", 0), ROTATION_REUSED);
}
END_TEST

START_TEST(a_restart_makes_nothing_good_again)
{
	ck_assert_int_eq(shows("a", 0), ROTATION_NEXT);
	ck_assert_int_eq(shows("b", 0), ROTATION_NEXT);
	ck_assert_int_eq(shows("b", 0), ROTATION_REUSED);
	restart();
	ck_assert_int_eq(shows("b", 1), ROTATION_VOID);
	ck_assert_int_eq(shows("a", 1), ROTATION_NEXT);
	restart();
	ck_assert_int_eq(shows("a", 1), ROTATION_REUSED);
}
END_TEST

START_TEST(what_could_not_be_written_is_good_again)
{
	struct turn_of_line first = token("a", 0), second = token("a", 1);

	ck_assert_int_eq(shows("a", 0), ROTATION_NEXT);
	rotation_give_back(r, &first);
	ck_assert_int_eq(shows("a", 0), ROTATION_NEXT);
	ck_assert_int_eq(shows("a", 1), ROTATION_NEXT);
	rotation_give_back(r, &second);
	ck_assert_int_eq(shows("a", 1), ROTATION_NEXT);
	ck_assert_uint_eq(next, 2);
}
END_TEST

START_TEST(and_with_it_no_older_one)
{
	struct turn_of_line second = token("a", 1);

	ck_assert_int_eq(shows_at(NOW, "a", 0), ROTATION_NEXT);
	ck_assert_int_eq(shows_at(NOW + HOUR, "a", 1), ROTATION_NEXT);
	rotation_give_back(r, &second);
	ck_assert_int_eq(shows_at(NOW + HOUR, "a", 0), ROTATION_REUSED);
}
END_TEST

static const char *const broken[] = {
    "",
    "[]",
    "{\"since\":0}",
    "{\"lines\":[]}",
    "{\"since\":\"0\",\"lines\":[]}",
    "{\"since\":0,\"lines\":[{}]}",
    "{\"since\":0,\"lines\":[{\"line\":\"short\",\"turn\":1}]}",
    "{\"since\":0,\"lines\":[{\"line\":\"a               \",\"turn\":-1,\"until\":2000000000}]}",
    "{\"since\":0,\"lines\":[{\"line\":\"a               \",\"turn\":0,\"until\":2000000000},"
    "{\"line\":\"a               \",\"turn\":1,\"until\":2000000000}]}",
    "{\"since\":0,\"lines\":[{\"line\":\"a               \",\"turn\":0,\"until\":2000000000},7]}",
};

START_TEST(when_nobody_knows_which_are_void_all_of_before_are)
{
	LM_AUTO(lm_err) e = rotation_read(r, broken[_i], strlen(broken[_i]), NOW + 1);
	struct turn_of_line later = token("b", 0);

	ck_assert_ptr_nonnull(e);
	ck_assert_int_eq(shows("a", 0), ROTATION_VOID);
	ck_assert_int_eq(shows("a", 1), ROTATION_VOID);
	later.begun_s = NOW + 2;
	ck_assert_int_eq(rotation_take(r, &later, NOW + 3, &next), ROTATION_NEXT);
	restart();
	ck_assert_int_eq(shows("a", 0), ROTATION_VOID);
}
END_TEST

START_TEST(lines_end_by_themselves_and_there_are_no_more_than_so_many)
{
	char name[20];

	for (int i = 0; i < ROTATION_LINES_MAX; i++) {
		snprintf(name, sizeof name, "%d", i);
		ck_assert_int_eq(shows_at(NOW, name, 0), ROTATION_NEXT);
	}
	ck_assert_int_eq(shows_at(NOW, "more", 0), ROTATION_FULL);
	ck_assert_int_eq(shows_at(NOW, "7", 1), ROTATION_NEXT);
	restart();
	ck_assert_int_eq(shows_at(NOW, "more", 0), ROTATION_FULL);
	ck_assert_int_eq(shows_at(NOW + HOUR, "more", 0), ROTATION_NEXT);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("lm/server/auth/rotation");
	TCase *tc = tcase_create("rotation");

	tcase_add_checked_fixture(tc, given, done);
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, each_is_good_for_the_next_one);
	tcase_add_test(tc, who_uses_one_again_ends_the_line);
	tcase_add_test(tc, for_a_moment_the_last_one_brings_the_same_again);
	tcase_add_test(tc, and_not_when_the_moment_is_over);
	tcase_add_test(tc, a_restart_makes_nothing_good_again);
	tcase_add_test(tc, what_could_not_be_written_is_good_again);
	tcase_add_test(tc, and_with_it_no_older_one);
	tcase_add_loop_test(tc, when_nobody_knows_which_are_void_all_of_before_are, 0,
	    sizeof broken / sizeof *broken);
	tcase_add_test(tc, lines_end_by_themselves_and_there_are_no_more_than_so_many);
	suite_add_tcase(s, tc);
	SRunner *sr = srunner_create(s);
	srunner_run_all(sr, CK_ENV);
	int failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed != 0;
}
