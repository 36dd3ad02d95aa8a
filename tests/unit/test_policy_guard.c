/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <math.h>

#include "tests/lib/pool.h"

static struct pool pool;

static void setup(void)
{
	pool_init(&pool);
}

static void teardown(void)
{
	pool_fini(&pool);
}

START_TEST(a_scale_in_that_would_lead_to_a_scale_out_is_not_done)
{
	pool_begin(&pool, 2);
	POOL_LOADS(&pool, 31);
	ck_assert_uint_eq(pool_wanted(&pool), 0);
	ck_assert_str_eq(pool_held(&pool), "with 1 member the load would be 62, above 58");
}
END_TEST

START_TEST(a_scale_in_that_leads_to_the_threshold_itself_is_done)
{
	pool_begin(&pool, 2);
	POOL_LOADS(&pool, 29);
	ck_assert_uint_eq(pool_wanted(&pool), 1);
}
END_TEST

START_TEST(the_highest_load_of_the_run_counts)
{
	pool.set.smoothing_in = 3;
	pool_begin(&pool, 2);
	POOL_LOADS(&pool, 31, 5, 5);
	ck_assert_str_eq(pool_held(&pool), "with 1 member the load would be 62, above 58");
	POOL_LOADS(&pool, 5); /* the run is longer than it need be: the 31 is past */
	ck_assert_uint_eq(pool_wanted(&pool), 1);
}
END_TEST

START_TEST(the_larger_the_pool_the_less_it_holds)
{
	pool_begin(&pool, 3);
	POOL_LOADS(&pool, 31);
	ck_assert_uint_eq(pool_wanted(&pool), 2);
}
END_TEST

START_TEST(a_large_increment_is_held_for_what_it_leaves)
{
	pool.set.increment = 2;
	pool_begin(&pool, 4);
	POOL_LOADS(&pool, 30);
	ck_assert_str_eq(pool_held(&pool), "with 2 members the load would be 60, above 58");
}
END_TEST

START_TEST(without_a_guard_it_is_done_all_the_same)
{
	pool.set.unguarded = true;
	pool_begin(&pool, 2);
	POOL_LOADS(&pool, 31);
	ck_assert_uint_eq(pool_wanted(&pool), 1);
}
END_TEST

START_TEST(where_nothing_scales_out_nothing_is_guarded)
{
	pool.set.out = NAN;
	pool_begin(&pool, 2);
	POOL_LOADS(&pool, 31);
	ck_assert_uint_eq(pool_wanted(&pool), 1);
}
END_TEST

/* From 2 to 1 at 28 each, and at once the one has 60: no more traffic, only noise. */
static void given_a_scale_in_that_had_to_be_taken_back(void)
{
	pool_begin(&pool, 2);
	POOL_LOADS(&pool, 28);
	pool_scale(&pool, pool_wanted(&pool), 1);
	POOL_LOADS(&pool, 60);
	pool_scale(&pool, pool_wanted(&pool), 1);
	ck_assert_uint_eq(pool.size, 2);
}

START_TEST(after_a_scale_in_that_had_to_be_taken_back_there_must_be_more_room)
{
	given_a_scale_in_that_had_to_be_taken_back();
	POOL_LOADS(&pool, 28);
	ck_assert_uint_eq(pool_wanted(&pool), 0);
	ck_assert_str_eq(pool_held(&pool), "with 1 member the load would be 56, above 46.4, since "
					   "a scale-in has had to be taken back");
	POOL_LOADS(&pool, 23);
	ck_assert_uint_eq(pool_wanted(&pool), 1);
}
END_TEST

START_TEST(when_the_traffic_has_truly_grown_nothing_has_been_taken_back)
{
	pool_begin(&pool, 2);
	POOL_LOADS(&pool, 28);
	pool_scale(&pool, pool_wanted(&pool), 1);
	POOL_LOADS(&pool, 106);
	pool_scale(&pool, pool_wanted(&pool), 1);
	POOL_LOADS(&pool, 28);
	ck_assert_uint_eq(pool_wanted(&pool), 1);
}
END_TEST

START_TEST(once_the_traffic_has_truly_grown_the_noise_is_forgotten)
{
	given_a_scale_in_that_had_to_be_taken_back();
	POOL_LOADS(&pool, 10);
	pool_scale(&pool, pool_wanted(&pool), 1);
	POOL_LOADS(&pool, 106);
	pool_scale(&pool, pool_wanted(&pool), 1);
	POOL_LOADS(&pool, 28);
	ck_assert_uint_eq(pool_wanted(&pool), 1);
}
END_TEST

START_TEST(a_size_by_the_load_is_the_smallest_that_has_that_room)
{
	pool.set.step = STEP_PROPORTIONAL;
	given_a_scale_in_that_had_to_be_taken_back();
	POOL_LOADS(&pool, 28);
	ck_assert_str_eq(pool_held(&pool), "the load calls for 2 members at 46.4, since a scale-in "
					   "has had to be taken back");
	pool_scale(&pool, 9, 1);
	POOL_LOADS(&pool, 12); /* 58 would do for 2 */
	ck_assert_uint_eq(pool_wanted(&pool), 3);
}
END_TEST

START_TEST(more_room_is_asked_for_an_hour)
{
	given_a_scale_in_that_had_to_be_taken_back();
	pool_pass(&pool, 3590);
	POOL_LOADS(&pool, 28);
	ck_assert_uint_eq(pool_wanted(&pool), 0);
	pool_pass(&pool, 10);
	POOL_LOADS(&pool, 28);
	ck_assert_uint_eq(pool_wanted(&pool), 1);
}
END_TEST

START_TEST(a_scale_in_that_was_right_for_ten_minutes_was_right)
{
	pool_begin(&pool, 2);
	POOL_LOADS(&pool, 28);
	pool_scale(&pool, pool_wanted(&pool), 1);
	pool_pass(&pool, 600);
	POOL_LOADS(&pool, 60);
	pool_scale(&pool, pool_wanted(&pool), 1);
	POOL_LOADS(&pool, 28);
	ck_assert_uint_eq(pool_wanted(&pool), 1);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("policies/guard");
	TCase *tc = tcase_create("the guard of scale-in");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, a_scale_in_that_would_lead_to_a_scale_out_is_not_done);
	tcase_add_test(tc, a_scale_in_that_leads_to_the_threshold_itself_is_done);
	tcase_add_test(tc, the_highest_load_of_the_run_counts);
	tcase_add_test(tc, the_larger_the_pool_the_less_it_holds);
	tcase_add_test(tc, a_large_increment_is_held_for_what_it_leaves);
	tcase_add_test(tc, without_a_guard_it_is_done_all_the_same);
	tcase_add_test(tc, where_nothing_scales_out_nothing_is_guarded);
	tcase_add_test(tc, after_a_scale_in_that_had_to_be_taken_back_there_must_be_more_room);
	tcase_add_test(tc, a_size_by_the_load_is_the_smallest_that_has_that_room);
	tcase_add_test(tc, more_room_is_asked_for_an_hour);
	tcase_add_test(tc, a_scale_in_that_was_right_for_ten_minutes_was_right);
	tcase_add_test(tc, when_the_traffic_has_truly_grown_nothing_has_been_taken_back);
	tcase_add_test(tc, once_the_traffic_has_truly_grown_the_noise_is_forgotten);
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
