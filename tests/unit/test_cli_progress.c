/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lm/cli/render/progress.h"

static struct lm_buf out;
static struct progress *p;

static void given_a_pipe(void)
{
	struct progress_conf conf = {.process = "p1"};

	lm_buf_init(&out, 65536);
	p = progress_new(&conf);
}

static void given_a_terminal(void)
{
	struct progress_conf conf = {.process = "p1", .is_live = true, .columns = 40};

	lm_buf_init(&out, 65536);
	p = progress_new(&conf);
}

static void teardown(void)
{
	progress_free(p);
	lm_buf_fini(&out);
}

/* ---- words of the sentences --------------------------------------------------------------------- */

static int seq;

static void event(const char *json, int64_t now_ms)
{
	json_t *j = json_loads(json, 0, NULL);

	ck_assert_msg(j != NULL, "%s", json);
	json_object_set_new(j, "seq", json_integer(++seq));
	progress_event(p, j, now_ms, &out);
	json_decref(j);
}

static void step(const char *id, const char *action, const char *state, int took, int64_t now_ms)
{
	char json[512];

	snprintf(json, sizeof json,
	    "{\"type\":\"StepEvent\",\"processId\":\"p1\",\"rootAssemblyName\":\"voice\","
	    "\"subject\":\"voice__gw\",\"step\":\"%s\",\"action\":\"%s\",\"state\":\"%s\","
	    "\"tookMs\":%d,\"message\":%s}",
	    id, action, state, took, strcmp(state, "Failed") == 0 ? "\"status 1\"" : "null");
	event(json, now_ms);
}

static void process(const char *id, const char *state, int at_ms, const char *more)
{
	char json[1024];

	snprintf(json, sizeof json,
	    "{\"type\":\"ProcessStateChangeEvent\",\"processId\":\"%s\",\"assemblyName\":\"voice\","
	    "\"intentType\":\"CreateAssembly\",\"processState\":\"%s\",\"at_ms\":%d%s}",
	    id, state, at_ms, more);
	event(json, 0);
}

static const char *draws(int64_t now_ms)
{
	lm_buf_clear(&out);
	progress_draw(p, now_ms, &out);
	return out.p;
}

/* ---- sentences ---------------------------------------------------------------------------------- */

START_TEST(each_step_is_a_line_when_it_has_ended)
{
	step("1", "Install", "Started", 0, 0);
	ck_assert_str_eq(out.p, "");
	step("1", "Install", "Completed", 1250, 1250);
	ck_assert_str_eq(
	    out.p, "  ok      gw                               Install                 1.2 s\n");
}
END_TEST

START_TEST(a_failed_step_says_why)
{
	step("1", "Start", "Started", 0, 0);
	step("1", "Start", "Failed", 20, 20);
	ck_assert_str_eq(out.p,
	    "  failed  gw                               Start                   20 ms\n"
	    "          status 1\n");
}
END_TEST

START_TEST(the_process_is_told_with_its_length_when_it_ends)
{
	process("p1", "In Progress", 5000, "");
	process("p1", "Completed", 6900, "");
	ck_assert_str_eq(out.p,
	    "voice: CreateAssembly In Progress\nvoice: CreateAssembly Completed after 1.9 s\n");
	ck_assert_int_eq(progress_end(p), PROGRESS_COMPLETED);
}
END_TEST

START_TEST(of_one_that_began_unseen_no_length_is_told)
{
	process("p1", "Cancelled", 6900, "");
	ck_assert_str_eq(out.p, "voice: CreateAssembly Cancelled\n");
}
END_TEST

START_TEST(a_failure_ends_with_its_reason)
{
	process("p1", "In Progress", 1000, "");
	ck_assert_int_eq(progress_end(p), PROGRESS_GOES_ON);
	process("p1", "Failed", 1100, ",\"processStateReason\":\"Start: status 1\"");
	ck_assert_int_eq(progress_end(p), PROGRESS_FAILED);
	ck_assert_ptr_nonnull(strstr(out.p, "Failed after 100 ms: Start: status 1\n"));
}
END_TEST

START_TEST(another_attempt_is_numbered)
{
	process("p1", "In Progress", 0, ",\"attempt\":2,\"processStateReason\":\"status 1\"");
	ck_assert_str_eq(out.p, "voice: CreateAssembly In Progress, attempt 2: status 1\n");
}
END_TEST

START_TEST(a_process_that_waits_says_so)
{
	process("p1", "Pending", 0, "");
	ck_assert_ptr_nonnull(strstr(out.p, "waits until another process"));
}
END_TEST

START_TEST(a_heal_that_tries_again_later_says_when_and_why)
{
	process("p1", "Pending", 0,
	    ",\"attempt\":3,\"nextAttemptAt\":\"2026-11-20T22:42:59.123Z\","
	    "\"processStateReason\":\"Start: status 1\"");
	ck_assert_str_eq(
	    out.p, "voice: CreateAssembly Pending, attempt 3 until 22:42:59: Start: status 1\n");
}
END_TEST

START_TEST(an_upgrade_without_a_step_had_nothing_to_do)
{
	process("p1", "In Progress", 0, "");
	process("p1", "Completed", 0, ",\"intentType\":\"UpgradeAssembly\"");
	ck_assert_ptr_nonnull(
	    strstr(out.p, "UpgradeAssembly Completed after 0 ms: nothing to do\n"));
}
END_TEST

START_TEST(an_upgrade_with_a_step_had_something_to_do)
{
	process("p1", "In Progress", 0, "");
	step("1", "Reconfigure", "Started", 0, 0);
	step("1", "Reconfigure", "Completed", 5, 5);
	process("p1", "Completed", 5, ",\"intentType\":\"UpgradeAssembly\"");
	ck_assert_ptr_nonnull(strstr(out.p, "UpgradeAssembly Completed after 5 ms\n"));
}
END_TEST

START_TEST(other_processes_are_not_shown_but_their_events_are_counted)
{
	process("p2", "Completed", 0, "");
	ck_assert_str_eq(out.p, "");
	ck_assert_int_eq(progress_end(p), PROGRESS_GOES_ON);
	ck_assert_int_eq(progress_last_event(p), seq);
}
END_TEST

START_TEST(a_pipe_gets_no_live_lines)
{
	step("1", "Install", "Started", 0, 0);
	ck_assert_str_eq(draws(500), "");
}
END_TEST

START_TEST(a_terminal_shows_what_runs_with_its_time_so_far)
{
	step("1", "Install", "Started", 0, 1000);
	ck_assert_str_eq(draws(1500), "  ...     gw                           \n");
	ck_assert_str_eq(draws(2500), "\033[1A\033[2K  ...     gw                           \n");
}
END_TEST

START_TEST(live_lines_make_room_for_what_has_ended)
{
	step("1", "Install", "Started", 0, 0);
	draws(10);
	lm_buf_clear(&out);
	step("1", "Install", "Completed", 20, 20);
	ck_assert_ptr_eq(strstr(out.p, "\033[1A\033[2K  ok"), out.p);
	ck_assert_str_eq(draws(30), "");
}
END_TEST

START_TEST(a_step_that_is_started_twice_runs_once)
{
	step("1", "Install", "Started", 0, 0);
	step("1", "Install", "Started", 0, 5);
	ck_assert_ptr_null(strstr(strchr(draws(10), '\n') + 1, "gw"));
}
END_TEST

START_TEST(many_steps_do_not_fill_the_screen)
{
	char id[16];
	size_t lines = 0;

	for (int i = 0; i < 40; i++) {
		snprintf(id, sizeof id, "%d", i);
		step(id, "Install", "Started", 0, 0);
	}
	for (const char *c = draws(1); *c != '\0'; c++)
		lines += *c == '\n';
	ck_assert_uint_eq(lines, 13);
	ck_assert_ptr_nonnull(strstr(out.p, "  and 28 more\n"));
}
END_TEST

int main(void)
{
	Suite *s = suite_create("lm/cli/progress");
	TCase *pipe = tcase_create("into a pipe"), *terminal = tcase_create("on a terminal");

	tcase_add_checked_fixture(pipe, given_a_pipe, teardown);
	tcase_add_test(pipe, each_step_is_a_line_when_it_has_ended);
	tcase_add_test(pipe, a_failed_step_says_why);
	tcase_add_test(pipe, the_process_is_told_with_its_length_when_it_ends);
	tcase_add_test(pipe, of_one_that_began_unseen_no_length_is_told);
	tcase_add_test(pipe, a_failure_ends_with_its_reason);
	tcase_add_test(pipe, another_attempt_is_numbered);
	tcase_add_test(pipe, a_process_that_waits_says_so);
	tcase_add_test(pipe, a_heal_that_tries_again_later_says_when_and_why);
	tcase_add_test(pipe, an_upgrade_without_a_step_had_nothing_to_do);
	tcase_add_test(pipe, an_upgrade_with_a_step_had_something_to_do);
	tcase_add_test(pipe, other_processes_are_not_shown_but_their_events_are_counted);
	tcase_add_test(pipe, a_pipe_gets_no_live_lines);
	suite_add_tcase(s, pipe);
	tcase_add_checked_fixture(terminal, given_a_terminal, teardown);
	tcase_add_test(terminal, a_terminal_shows_what_runs_with_its_time_so_far);
	tcase_add_test(terminal, live_lines_make_room_for_what_has_ended);
	tcase_add_test(terminal, a_step_that_is_started_twice_runs_once);
	tcase_add_test(terminal, many_steps_do_not_fill_the_screen);
	suite_add_tcase(s, terminal);
	SRunner *sr = srunner_create(s);
	srunner_run_all(sr, CK_NORMAL);
	int failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed != 0;
}
