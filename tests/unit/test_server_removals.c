/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <stdio.h>

#include "lm/server/manager/removals.h"

static struct removals all;

static void setup(void)
{
	all = (struct removals){0};
}

static void teardown(void)
{
	removals_fini(&all);
}

static bool ends(const char *step, enum step_failure failure, const char *message)
{
	return removals_end(
	    &all, &(struct step_result){.step = step, .failure = failure, .message = message});
}

START_TEST(a_removal_is_known_until_it_has_succeeded)
{
	ck_assert_str_eq(removals_begin(&all, "7"), "remove/7");
	ck_assert_ptr_nonnull(removals_find(&all, "7"));
	ck_assert_ptr_null(removals_find(&all, "7")->failure);
	ck_assert(ends("remove/7", STEP_NONE, NULL));
	ck_assert_ptr_null(removals_find(&all, "7"));
}
END_TEST

START_TEST(a_failed_one_says_why_and_may_be_asked_again_under_the_same_step)
{
	removals_begin(&all, "7");
	ck_assert(ends("remove/7", STEP_INFRASTRUCTURE_ERROR, "it is busy"));
	ck_assert_str_eq(removals_find(&all, "7")->failure, "it is busy");
	ck_assert_str_eq(removals_begin(&all, "7"), "remove/7");
	ck_assert_ptr_null(removals_find(&all, "7")->failure);
	ck_assert(ends("remove/7", STEP_TIMEOUT, NULL));
	ck_assert_str_eq(removals_find(&all, "7")->failure, "TIMEOUT");
}
END_TEST

START_TEST(what_is_under_way_is_not_begun_twice)
{
	removals_begin(&all, "7");
	ck_assert_ptr_null(removals_begin(&all, "7"));
}
END_TEST

START_TEST(steps_of_processes_are_none_of_these)
{
	ck_assert(!ends("b4bc056c/1", STEP_NONE, NULL));
	ck_assert(
	    ends("remove/unknown", STEP_NONE, NULL)); /* late, or twice: nobody else's either */
}
END_TEST

START_TEST(there_is_an_end_to_how_many_are_under_way_but_failed_ones_make_room)
{
	char id[16];

	for (int i = 0; i < REMOVALS_MAX; i++) {
		snprintf(id, sizeof id, "%d", i);
		ck_assert_ptr_nonnull(removals_begin(&all, id));
	}
	ck_assert_ptr_null(removals_begin(&all, "more"));
	ck_assert(ends("remove/5", STEP_TIMEOUT, NULL));
	ck_assert_str_eq(removals_begin(&all, "more"), "remove/more");
	ck_assert_ptr_null(removals_find(&all, "5"));
	ck_assert_ptr_nonnull(removals_find(&all, "999"));
}
END_TEST

int main(void)
{
	Suite *s = suite_create("removals");
	TCase *c = tcase_create("all");

	tcase_add_checked_fixture(c, setup, teardown);
	tcase_add_test(c, a_removal_is_known_until_it_has_succeeded);
	tcase_add_test(c, a_failed_one_says_why_and_may_be_asked_again_under_the_same_step);
	tcase_add_test(c, what_is_under_way_is_not_begun_twice);
	tcase_add_test(c, steps_of_processes_are_none_of_these);
	tcase_add_test(c, there_is_an_end_to_how_many_are_under_way_but_failed_ones_make_room);
	suite_add_tcase(s, c);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
