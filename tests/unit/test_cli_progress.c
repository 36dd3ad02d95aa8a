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
	struct progress_conf conf = {.process = "p1", .is_live = true, .columns = 80, .rows = 24};

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

static void step_of(
    const char *subject, const char *id, const char *action, const char *state, int64_t now_ms)
{
	char json[512];

	snprintf(json, sizeof json,
	    "{\"type\":\"StepEvent\",\"processId\":\"p1\",\"rootAssemblyName\":\"voice\","
	    "\"subject\":\"voice__%s\",\"step\":\"%s\",\"action\":\"%s\",\"state\":\"%s\","
	    "\"tookMs\":20,\"message\":%s}",
	    subject, id, action, state, strcmp(state, "Failed") == 0 ? "\"status 1\"" : "null");
	event(json, now_ms);
}

static void plan(const char *steps)
{
	json_t *j = json_loads(steps, 0, NULL);

	ck_assert_ptr_nonnull(j);
	progress_plan(p, j);
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

#define NAME_GW "gw                               "

START_TEST(a_terminal_shows_what_runs_with_its_time_so_far_and_the_sum)
{
	process("p1", "In Progress", 0, "");
	step("1", "Install", "Started", 0, 1000);
	ck_assert_str_eq(draws(1500),
	    "  \\       " NAME_GW "    500 ms  Install\n  0 steps done, 1 under way, 0 ms\n");
	ck_assert_str_eq(draws(2600), "\033[2A\r\033[J  -       " NAME_GW
				      "     1.6 s  Install\n  0 steps done, 1 under way, 0 ms\n");
}
END_TEST

static const char gw_and_net[] =
    "{\"attempt\":2,\"executionPlan\":["
    "{\"subject\":\"voice__gw\",\"action\":\"Stop\",\"state\":\"Completed\",\"attempt\":1},"
    "{\"subject\":\"voice__gw\",\"action\":\"Create\",\"state\":\"Pending\",\"silent\":true},"
    "{\"subject\":\"voice__gw\",\"action\":\"Install\",\"state\":\"Completed\",\"attempt\":2},"
    "{\"subject\":\"voice__gw\",\"action\":\"Start\",\"state\":\"Pending\",\"attempt\":2},"
    "{\"subject\":\"voice__net\",\"action\":\"Install\",\"state\":\"In Progress\"}]}";

START_TEST(what_a_component_has_done_becomes_one_line_when_nothing_is_left)
{
	plan(gw_and_net);
	step_of("gw", "1", "Install", "Started", 0);
	step_of("net", "2", "Install", "Started", 0);
	step_of("gw", "1", "Install", "Completed", 20);
	ck_assert_str_eq(out.p, "");
	ck_assert_ptr_nonnull(strstr(draws(30), "  1 of 3 steps done, 1 under way, "));
	lm_buf_clear(&out);
	step_of("gw", "3", "Start", "Started", 40);
	step_of("gw", "3", "Start", "Completed", 60);
	ck_assert_str_eq(out.p, "\033[3A\r\033[J  ok      " NAME_GW "     40 ms  Install Start\n");
	ck_assert_ptr_null(strstr(draws(70), "gw"));
	ck_assert_ptr_nonnull(strstr(out.p, "net"));
}
END_TEST

START_TEST(at_the_end_everything_is_told_and_the_steps_are_counted)
{
	process("p1", "In Progress", 0, "");
	step_of("gw", "1", "Install", "Started", 0);
	step_of("gw", "1", "Install", "Completed", 20);
	lm_buf_clear(&out);
	process("p1", "Completed", 900, "");
	ck_assert_str_eq(out.p, "  ok      " NAME_GW "     20 ms  Install\n"
				"voice: CreateAssembly Completed after 900 ms, 1 step\n");
	ck_assert_str_eq(draws(30), "");
}
END_TEST

START_TEST(a_step_that_failed_stands_above_with_what_it_printed_below_it)
{
	step_of("gw", "1", "Install", "Started", 0);
	step_of("gw", "1", "Install", "Failed", 20);
	ck_assert_str_eq(out.p, "  failed  " NAME_GW "Install                 20 ms\n"
				"          status 1\n");
	ck_assert_str_eq(progress_failed_step(p), "1");
	ck_assert_ptr_null(progress_failed_step(p));
	lm_buf_clear(&out);
	progress_log(p, "1\n2\n3\n4\n5\n6\n7\n8\n9\n\n", &out);
	ck_assert_str_eq(out.p, "          | 2\n          | 3\n          | 4\n          | 5\n"
				"          | 6\n          | 7\n          | 8\n          | 9\n");
}
END_TEST

START_TEST(a_step_that_is_started_twice_runs_once)
{
	step("1", "Install", "Started", 0, 0);
	step("1", "Install", "Started", 0, 5);
	ck_assert_ptr_nonnull(strstr(draws(10), "1 under way"));
	ck_assert_ptr_null(strstr(strchr(out.p, '\n') + 1, "gw"));
}
END_TEST

START_TEST(many_steps_do_not_fill_the_screen)
{
	char id[16];
	size_t lines = 0;

	for (int i = 0; i < 40; i++) {
		snprintf(id, sizeof id, "%d", i);
		step_of(id, id, "Install", "Started", 0);
	}
	for (const char *c = draws(1); *c != '\0'; c++)
		lines += *c == '\n';
	ck_assert_uint_eq(lines, 14);
	ck_assert_ptr_nonnull(strstr(out.p, "and 28 more\n"));
}
END_TEST

START_TEST(no_line_is_wider_than_the_terminal)
{
	char name[128];
	size_t width = 0;

	memset(name, 'x', sizeof name - 1);
	name[sizeof name - 1] = '\0';
	step_of(name, "1", "Install", "Started", 0);
	step_of("short", "2", "A step with a very long name that does not fit into any line at all",
	    "Started", 0);
	for (const char *c = draws(1); *c != '\0'; c++) {
		width = *c == '\n' ? 0 : width + 1;
		ck_assert_uint_lt(width, 80);
	}
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
	tcase_add_test(terminal, a_terminal_shows_what_runs_with_its_time_so_far_and_the_sum);
	tcase_add_test(terminal, what_a_component_has_done_becomes_one_line_when_nothing_is_left);
	tcase_add_test(terminal, at_the_end_everything_is_told_and_the_steps_are_counted);
	tcase_add_test(terminal, a_step_that_failed_stands_above_with_what_it_printed_below_it);
	tcase_add_test(terminal, no_line_is_wider_than_the_terminal);
	tcase_add_test(terminal, a_step_that_is_started_twice_runs_once);
	tcase_add_test(terminal, many_steps_do_not_fill_the_screen);
	suite_add_tcase(s, terminal);
	SRunner *sr = srunner_create(s);
	srunner_run_all(sr, CK_NORMAL);
	int failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed != 0;
}
