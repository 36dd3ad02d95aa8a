/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <string.h>

#include "lm/core/engine_priv.h"
#include "tests/lib/asked.h"

/* ---- time-outs --------------------------------------------------------------------------------- */

START_TEST(a_step_in_its_time_is_left_alone)
{
	create("a");
	wait_ms(60 * 1000);
	ck_assert_str_eq(cancelled, "");
	ck_assert_uint_eq(asked.n, 1);
}
END_TEST

START_TEST(at_its_deadline_the_driver_is_asked_once_to_end_the_step)
{
	char expected[80];

	create("a");
	snprintf(expected, sizeof expected, "%s ", last_asked()->step);
	wait_for_the_engine();
	ck_assert_int_gt(now_ms, 1000000 + 60 * 1000); /* the driver has a limit of its own */
	carry_out();
	ck_assert_str_eq(cancelled, expected);
	ck_assert_str_eq(reason(), "");
}
END_TEST

START_TEST(a_cancelled_step_that_was_overdue_has_timed_out)
{
	create("a");
	wait_for_the_engine();
	answer(last_asked()->step, STEP_CANCELLED, "cancelled");
	ck_assert_str_eq(
	    reason(), "Install a__part: not done within its time limit of 60 s, and cancelled");
}
END_TEST

START_TEST(what_the_driver_answers_in_the_grace_counts)
{
	create("a");
	wait_for_the_engine();
	answer(last_asked()->step, STEP_NONE, NULL);
	ck_assert_str_eq(last_asked()->what, "Start a__part");
}
END_TEST

START_TEST(a_driver_that_never_answers_is_given_up_after_the_grace)
{
	create("a");
	wait_for_the_engine();
	wait_for_the_engine();
	ck_assert_str_eq(reason(), "Install a__part: not done within its time limit of 60 s, and "
				   "the driver does not answer");
	ck_assert(engine_is_idle(engine));
	ck_assert_int_eq(wake_ms, INT64_MAX);
}
END_TEST

START_TEST(an_answer_after_the_grace_changes_nothing)
{
	char late[64];

	create("a");
	snprintf(late, sizeof late, "%s", last_asked()->step);
	wait_for_the_engine();
	wait_for_the_engine();
	answer(late, STEP_NONE, NULL);
	ck_assert_uint_eq(asked.n, 1);
	ck_assert_uint_eq(engine_counts(engine).timed_out, 1);
	ck_assert_uint_eq(engine_counts(engine).stale, 1);
	ck_assert(engine_is_idle(engine));
}
END_TEST

START_TEST(after_a_driver_was_given_up_the_component_can_be_asked_again_under_a_new_id)
{
	char late[64];

	create("a");
	snprintf(late, sizeof late, "%s", last_asked()->step);
	wait_for_the_engine();
	wait_for_the_engine();
	remove_assembly("a");
	ck_assert_uint_eq(asked.n, 2);
	ck_assert_str_ne(last_asked()->step, late);
	answer(late, STEP_NONE, NULL); /* not the answer to what was asked now */
	ck_assert(!engine_is_idle(engine));
}
END_TEST

START_TEST(a_step_without_a_limit_has_one_all_the_same)
{
	create("a");
	answer(last_asked()->step, STEP_NONE, NULL);
	ck_assert_str_eq(last_asked()->what, "Start a__part");
	wait_for_the_engine();
	ck_assert_str_ne(cancelled, "");
}
END_TEST

/* ---- after a restart ------------------------------------------------------------------------------ */

START_TEST(a_step_that_is_asked_again_has_the_time_it_had_left)
{
	char step[64];

	create("a");
	snprintf(step, sizeof step, "%s", last_asked()->step);
	int64_t deadline_ms = wake_ms;
	restart_after_ms(20 * 1000);
	ck_assert_str_eq(last_asked()->step, step);
	ck_assert_uint_eq(last_asked()->timeout_s, 40);
	ck_assert_int_eq(wake_ms, deadline_ms);
}
END_TEST

START_TEST(a_driver_is_heard_even_when_the_manager_was_away_for_long)
{
	create("a");
	restart_after_ms(3600 * 1000);
	ck_assert_str_eq(cancelled, "");
	answer(last_asked()->step, STEP_NONE, NULL);
	ck_assert_str_eq(last_asked()->what, "Start a__part");
}
END_TEST

START_TEST(a_clock_that_was_set_back_gives_no_step_more_than_its_limit)
{
	create("a");
	int64_t given_ms = wake_ms - now_ms;
	restart_after_ms(-3600 * 1000);
	ck_assert_int_eq(wake_ms - now_ms, given_ms);
}
END_TEST

START_TEST(a_step_that_has_timed_out_is_not_asked_again)
{
	create("a");
	wait_for_the_engine();
	wait_for_the_engine();
	restart_after_ms(1000);
	ck_assert_uint_eq(asked.n, 0);
}
END_TEST

/* ---- limits ----------------------------------------------------------------------------------------- */

START_TEST(without_limits_all_that_can_begin_begins)
{
	create_at("a", "assembly::three::1.0", "x1");
	ck_assert_str_eq(asked_from(0), "Install a__x, Install a__y, Install a__z");
}
END_TEST

START_TEST(a_location_takes_as_many_as_it_may)
{
	given_limits(2, 0);
	create_at("a", "assembly::three::1.0", "x1");
	ck_assert_str_eq(asked_from(0), "Install a__x, Install a__y");
	succeed("Install a__y");
	ck_assert_str_eq(asked_from(2), "Install a__z");
}
END_TEST

START_TEST(a_full_location_keeps_nobody_waiting_elsewhere)
{
	given_limits(1, 0);
	create_at("a", "assembly::three::1.0", "x1");
	create_at("b", "assembly::three::1.0", "x2");
	ck_assert_str_eq(asked_from(0), "Install a__x, Install b__x");
}
END_TEST

START_TEST(a_driver_takes_as_many_as_it_may_at_all_its_locations_together)
{
	given_limits(0, 4);
	create_at("a", "assembly::three::1.0", "x1");
	create_at("b", "assembly::three::1.0", "x2");
	create_at("c", "assembly::three::1.0", "y1");
	ck_assert_str_eq(asked_from(0), "Install a__x, Install a__y, Install a__z, Install b__x, "
					"Install c__x, Install c__y, Install c__z");
	succeed("Install c__x");
	ck_assert_uint_eq(asked.n, 7);
	succeed("Install a__x");
	ck_assert_str_eq(asked_from(7), "Install b__y");
}
END_TEST

START_TEST(a_driver_serves_its_locations_in_turn)
{
	given_limits(0, 1);
	create_at("a", "assembly::three::1.0", "x1");
	create_at("b", "assembly::three::1.0", "x2");
	all_succeed();
	ck_assert_str_eq(asked_from(0),
	    "Install a__x, Install a__y, Install b__x, Install a__z, Install b__y, Install b__z");
}
END_TEST

START_TEST(the_processes_at_a_location_are_served_in_turn)
{
	given_limits(1, 0);
	create_at("a", "assembly::three::1.0", "x1");
	create_at("b", "assembly::three::1.0", "x1");
	all_succeed();
	ck_assert_str_eq(asked_from(0),
	    "Install a__x, Install a__y, Install b__x, Install a__z, Install b__y, Install b__z");
}
END_TEST

START_TEST(what_drains_traffic_goes_first)
{
	given_limits(1, 0);
	create_at("p", "assembly::pair::1.0", NULL);
	all_succeed();
	create_at("a", "assembly::three::1.0", "here");
	size_t before = asked.n;
	remove_assembly("p");
	ck_assert_uint_eq(asked.n, before); /* the location is full */
	succeed("Install a__x");
	ck_assert_str_eq(asked_from(before), "leave p__y");
}
END_TEST

START_TEST(who_has_failed_leaves_the_line_at_once)
{
	given_limits(2, 0);
	create_at("a", "assembly::three::1.0", "x1");
	create_at("b", "assembly::three::1.0", "x1");
	answer(asked.v[0].step, STEP_INFRASTRUCTURE_ERROR, "no"); /* a__y is still in flight */
	ck_assert_str_eq(asked_from(0), "Install a__x, Install a__y, Install b__x");
	succeed("Install a__y");
	ck_assert_str_eq(reason(), "Install a__x: no");
	ck_assert_str_eq(asked_from(3), "Install b__y");
}
END_TEST

START_TEST(limits_hold_after_a_restart_and_what_was_in_flight_comes_first)
{
	given_limits(1, 0);
	create_at("a", "assembly::three::1.0", "x1");
	succeed("Install a__x");
	restart_after_ms(1000);
	ck_assert_str_eq(asked_from(0), "Install a__y");
	all_succeed();
	ck_assert(engine_is_idle(engine));
}
END_TEST

START_TEST(an_engine_may_end_while_many_wait)
{
	given_limits(1, 1);
	create_at("a", "assembly::three::1.0", "x1");
	create_at("b", "assembly::three::1.0", "x2");
	create_at("p", "assembly::pair::1.0", NULL);
}
END_TEST

START_TEST(a_step_that_waits_is_not_yet_on_its_time)
{
	given_limits(1, 0);
	create_at("a", "assembly::three::1.0", "x1");
	wait_ms(600 * 1000);
	succeed("Install a__x");
	wait_ms(600 * 1000);
	ck_assert_str_eq(cancelled, "");
}
END_TEST

/* ---- cancelled, and gone --------------------------------------------------------------------------- */

static struct process *process_of(const char *root)
{
	struct process *p, *found = NULL;

	for (size_t i = 0; (p = lm_map_next(engine->processes, &i)) != NULL;)
		if (strcmp(p->root_name, root) == 0)
			found = p;
	ck_assert_ptr_nonnull(found);
	return found;
}

START_TEST(all_steps_of_a_cancelled_process_are_cancelled_and_of_no_other)
{
	create_at("a", "assembly::three::1.0", "x1");
	create("b");
	flight_cancel(engine, process_of("a"), now_ms, &turn);
	carry_out();
	for (size_t i = 0; i < 3; i++)
		ck_assert_ptr_nonnull(strstr(cancelled, asked.v[i].step));
	ck_assert_ptr_null(strstr(cancelled, last_asked()->step));
}
END_TEST

START_TEST(who_was_cancelled_has_not_timed_out)
{
	create("a");
	flight_cancel(engine, process_of("a"), now_ms, &turn);
	carry_out();
	answer(last_asked()->step, STEP_CANCELLED, "cancelled");
	ck_assert_str_eq(reason(), "Install a__part: cancelled");
}
END_TEST

START_TEST(a_cancel_that_nobody_answers_ends_with_the_grace)
{
	create("a");
	flight_cancel(engine, process_of("a"), now_ms, &turn);
	carry_out();
	wait_for_the_engine();
	ck_assert_int_le(now_ms, 1000000 + 15 * 1000);
	ck_assert_str_eq(reason(), "Install a__part: cancelled, and the driver does not answer");
	ck_assert(engine_is_idle(engine));
}
END_TEST

/* As if the tie of 'q' called an operation of p__y, where the tie of 'p' has one in flight. */
START_TEST(who_waits_for_a_component_that_goes_fails)
{
	create_at("p", "assembly::pair::1.0", NULL);
	succeed("Install p__x");
	succeed("Install p__y");
	create_at("q", "assembly::pair::1.0", NULL);
	succeed("Install q__x");
	succeed("Install q__y");
	struct component *busy = engine_find_component(engine, "p__y");
	const char *in_flight = busy->flight->step;
	struct process *q = process_of("q");
	int run = 0;
	while (q->plan->steps[run].kind != PLAN_CREATE)
		run++;
	flight_begin(engine, q, run, busy, now_ms, &turn);
	carry_out();
	ck_assert_str_eq(last_asked()->what, "join q__y"); /* the other one waits */
	engine_remove_component(engine, busy);
	answer(in_flight, STEP_INFRASTRUCTURE_ERROR, "no");
	succeed("join q__y");
	ck_assert_str_eq(
	    reason(), "Create q__tie__1: the component that should carry it out is gone");
}
END_TEST

static Suite *suite(void)
{
	TCase *ends = tcase_create("cancelled, and gone");
	Suite *s = suite_create("core flight");
	TCase *time = tcase_create("time-outs");
	TCase *restart = tcase_create("restart");
	TCase *limits = tcase_create("limits");

	tcase_add_checked_fixture(time, given_an_engine, done);
	tcase_add_test(time, a_step_in_its_time_is_left_alone);
	tcase_add_test(time, at_its_deadline_the_driver_is_asked_once_to_end_the_step);
	tcase_add_test(time, a_cancelled_step_that_was_overdue_has_timed_out);
	tcase_add_test(time, what_the_driver_answers_in_the_grace_counts);
	tcase_add_test(time, a_driver_that_never_answers_is_given_up_after_the_grace);
	tcase_add_test(time, an_answer_after_the_grace_changes_nothing);
	tcase_add_test(
	    time, after_a_driver_was_given_up_the_component_can_be_asked_again_under_a_new_id);
	tcase_add_test(time, a_step_without_a_limit_has_one_all_the_same);
	suite_add_tcase(s, time);
	tcase_add_checked_fixture(restart, given_an_engine, done);
	tcase_add_test(restart, a_step_that_is_asked_again_has_the_time_it_had_left);
	tcase_add_test(restart, a_driver_is_heard_even_when_the_manager_was_away_for_long);
	tcase_add_test(restart, a_clock_that_was_set_back_gives_no_step_more_than_its_limit);
	tcase_add_test(restart, a_step_that_has_timed_out_is_not_asked_again);
	suite_add_tcase(s, restart);
	tcase_add_checked_fixture(limits, given_an_engine, done);
	tcase_add_test(limits, without_limits_all_that_can_begin_begins);
	tcase_add_test(limits, a_location_takes_as_many_as_it_may);
	tcase_add_test(limits, a_full_location_keeps_nobody_waiting_elsewhere);
	tcase_add_test(limits, a_driver_takes_as_many_as_it_may_at_all_its_locations_together);
	tcase_add_test(limits, a_driver_serves_its_locations_in_turn);
	tcase_add_test(limits, the_processes_at_a_location_are_served_in_turn);
	tcase_add_test(limits, what_drains_traffic_goes_first);
	tcase_add_test(limits, who_has_failed_leaves_the_line_at_once);
	tcase_add_test(limits, limits_hold_after_a_restart_and_what_was_in_flight_comes_first);
	tcase_add_test(limits, an_engine_may_end_while_many_wait);
	tcase_add_test(limits, a_step_that_waits_is_not_yet_on_its_time);
	suite_add_tcase(s, limits);
	tcase_add_checked_fixture(ends, given_an_engine, done);
	tcase_add_test(ends, all_steps_of_a_cancelled_process_are_cancelled_and_of_no_other);
	tcase_add_test(ends, who_was_cancelled_has_not_timed_out);
	tcase_add_test(ends, a_cancel_that_nobody_answers_ends_with_the_grace);
	tcase_add_test(ends, who_waits_for_a_component_that_goes_fails);
	suite_add_tcase(s, ends);
	return s;
}

int main(void)
{
	SRunner *r = srunner_create(suite());

	srunner_run_all(r, CK_ENV);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
