/* SPDX-License-Identifier: Apache-2.0 */
/* The judgement on calls and on a story: what tests/demo/report.c tells rests on it. */
#include <check.h>

#include "tests/lib/calls.h"
#include "tests/lib/figures.h"

#define CALLER  "10.20.20.9"
#define GATEWAY "10.20.20.1"
#define INSIDE  "10.0.0.1"
#define FIRST   "10.0.0.2"
#define SECOND  "10.0.0.3"

static struct storylog story;
static struct calls calls;
static json_t *figures;

static void happens(const char *fmt, ...) LM_PRINTF(1, 2);
static void happens(const char *fmt, ...)
{
	char line[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof line, fmt, ap);
	va_end(ap);
	storylog_add(&story, line, strlen(line));
}

static void sip(
    int at_ms, const char *call, const char *method, int code, const char *from, const char *to)
{
	happens("{\"type\":\"Sip\",\"at_ms\":%d,\"call\":\"%s\",\"method\":\"%s\",\"code\":%d,"
		"\"from\":\"%s\",\"to\":\"%s\"}",
	    at_ms, call, method, code, from, to);
}

static void invited(int at_ms, const char *call, const char *server)
{
	sip(at_ms, call, "INVITE", 0, CALLER, GATEWAY);
	sip(at_ms, call, "INVITE", 0, INSIDE, server);
}

static void answered(int at_ms, const char *call)
{
	sip(at_ms, call, "INVITE", 200, GATEWAY, CALLER);
}

static void hung_up(int at_ms, const char *call, int code)
{
	sip(at_ms, call, "BYE", 0, CALLER, GATEWAY);
	if (code != 0)
		sip(at_ms, call, "BYE", code, GATEWAY, CALLER);
}

static void good_call(int at_ms, const char *call, const char *server)
{
	invited(at_ms, call, server);
	answered(at_ms + 10, call);
	hung_up(at_ms + 5000, call, 200);
}

static void judge(void)
{
	storylog_sort(&story);
	calls_init(&calls, &story);
	figures = figures_of(&story, &calls);
}

static const struct call *call_find(const char *id)
{
	for (size_t i = 0; i < calls.all.n; i++)
		if (strcmp(calls.all.v[i].id, id) == 0)
			return &calls.all.v[i];
	ck_abort_msg("no call '%s'", id);
}

static const char *fate(const char *id)
{
	return call_fate_text(call_find(id)->fate);
}

static json_int_t figure(const char *section, const char *name)
{
	return json_integer_value(json_object_get(json_object_get(figures, section), name));
}

static void given_an_empty_story(void)
{
	storylog_init(&story);
}

static void teardown(void)
{
	json_decref(figures);
	calls_fini(&calls);
	storylog_fini(&story);
}

START_TEST(a_call_that_is_answered_and_hung_up_has_ended)
{
	good_call(1000, "1-7@a", FIRST);
	judge();

	ck_assert_str_eq(fate("1-7@a"), "ended");
	ck_assert_str_eq(call_find("1-7@a")->server, FIRST);
	ck_assert_int_eq(call_find("1-7@a")->failed_ms, 0);
}
END_TEST

START_TEST(a_call_may_last_as_long_as_the_story_says)
{
	happens("{\"type\":\"Mark\",\"name\":\"calls-last\",\"at_ms\":1,\"seconds\":40}");
	invited(1000, "1-7@a", FIRST);
	answered(1010, "1-7@a");
	good_call(45000, "2-7@a", FIRST);
	judge();

	ck_assert_str_eq(fate("1-7@a"), "abandoned by its caller");
}
END_TEST

START_TEST(a_call_answered_with_503_is_refused)
{
	invited(1000, "1-7@a", FIRST);
	sip(1200, "1-7@a", "INVITE", 503, GATEWAY, CALLER);
	judge();

	ck_assert_str_eq(fate("1-7@a"), "refused");
	ck_assert_int_eq(call_find("1-7@a")->failed_ms, 1200);
}
END_TEST

START_TEST(a_refusal_that_does_not_reach_the_caller_does_not_count)
{
	invited(1000, "1-7@a", FIRST);
	sip(1100, "1-7@a", "INVITE", 503, FIRST, INSIDE);
	sip(1200, "1-7@a", "INVITE", 0, INSIDE, SECOND);
	answered(1300, "1-7@a");
	hung_up(6300, "1-7@a", 200);
	judge();

	ck_assert_str_eq(fate("1-7@a"), "ended");
	ck_assert_str_eq(call_find("1-7@a")->server, SECOND);
}
END_TEST

START_TEST(a_call_whose_hanging_up_is_refused_was_lost)
{
	invited(1000, "1-7@a", FIRST);
	answered(1010, "1-7@a");
	hung_up(6000, "1-7@a", 481);
	judge();

	ck_assert_str_eq(fate("1-7@a"), "lost");
}
END_TEST

START_TEST(a_call_that_the_far_side_ends_was_lost)
{
	invited(1000, "1-7@a", FIRST);
	answered(1010, "1-7@a");
	sip(3000, "1-7@a", "BYE", 0, GATEWAY, CALLER);
	judge();

	ck_assert_str_eq(fate("1-7@a"), "lost");
	ck_assert_int_eq(call_find("1-7@a")->failed_ms, 3000);
}
END_TEST

START_TEST(a_call_without_an_answer_has_failed_after_five_seconds_when_its_caller_goes_on)
{
	invited(1000, "1-7@a", FIRST);
	good_call(2000, "2-7@a", FIRST);
	judge();

	ck_assert_str_eq(fate("1-7@a"), "unanswered");
	ck_assert_int_eq(call_find("1-7@a")->failed_ms, 6000);
}
END_TEST

START_TEST(a_call_is_abandoned_when_its_caller_is_never_heard_again)
{
	good_call(1000, "1-7@a", FIRST);
	invited(5900, "2-7@a", FIRST);
	good_call(6000, "1-8@b", FIRST);
	judge();

	ck_assert_str_eq(fate("2-7@a"), "abandoned by its caller");
	ck_assert_int_eq(call_find("2-7@a")->failed_ms, 0);
}
END_TEST

START_TEST(a_call_id_that_comes_again_much_later_is_another_call)
{
	good_call(1000, "1-7@a", FIRST);
	good_call(60000, "1-7@a", SECOND);
	judge();

	ck_assert_uint_eq(calls.all.n, 2);
}
END_TEST

/* ---- figures ------------------------------------------------------------------------------------ */

static void killed_and_healed(int killed_ms, int healed_ms)
{
	happens(
	    "{\"type\":\"Mark\",\"name\":\"kill-asterisk-of-two\",\"at_ms\":%d,\"address\":\"" FIRST
	    "\"}",
	    killed_ms);
	happens("{\"type\":\"DeathEvent\",\"at_ms\":%d}", killed_ms + 20);
	happens(
	    "{\"type\":\"ProcessStateChangeEvent\",\"at_ms\":%d,\"intentType\":\"HealAssembly\","
	    "\"assemblyName\":\"voice\",\"processState\":\"Completed\"}",
	    healed_ms);
}

START_TEST(a_call_in_progress_on_the_killed_server_is_lost_and_not_a_new_call_that_failed)
{
	invited(1000, "1-7@a", FIRST);
	answered(1010, "1-7@a");
	hung_up(6000, "1-7@a", 481);
	killed_and_healed(3000, 3600);
	judge();

	ck_assert_int_eq(figure("heal_of_two", "calls_lost"), 1);
	ck_assert_int_eq(figure("heal_of_two", "new_calls_failed"), 0);
	ck_assert_int_eq(figure("calls", "lost_on_killed_server"), 1);
}
END_TEST

START_TEST(a_call_in_progress_on_the_other_server_that_fails_is_not_put_down_to_the_kill)
{
	invited(1000, "1-7@a", SECOND);
	answered(1010, "1-7@a");
	hung_up(6000, "1-7@a", 481);
	killed_and_healed(3000, 3600);
	judge();

	ck_assert_int_eq(figure("heal_of_two", "calls_lost"), 0);
	ck_assert_int_eq(figure("calls", "failed"), 1);
	ck_assert_int_eq(figure("calls", "lost_on_killed_server"), 0);
}
END_TEST

START_TEST(a_call_begun_between_the_kill_and_the_heal_that_fails_is_a_new_call_that_failed)
{
	invited(3100, "1-7@a", FIRST);
	sip(3200, "1-7@a", "INVITE", 408, GATEWAY, CALLER);
	killed_and_healed(3000, 3600);
	judge();

	ck_assert_int_eq(figure("heal_of_two", "new_calls"), 1);
	ck_assert_int_eq(figure("heal_of_two", "new_calls_failed"), 1);
	ck_assert_int_eq(figure("heal_of_two", "detected_ms"), 20);
}
END_TEST

static void told_to_its_end(const char *state)
{
	happens("{\"type\":\"Chapter\",\"name\":\"base\",\"state\":\"begun\",\"title\":\"t\",\"at_"
		"ms\":1}");
	happens(
	    "{\"type\":\"Chapter\",\"name\":\"base\",\"state\":\"%s\",\"why\":\"w\",\"at_ms\":2}",
	    state);
	happens("{\"type\":\"Mark\",\"name\":\"the-end\",\"at_ms\":3}");
}

static const struct verdict {
	const char *state;
	bool searched, has_residue, ok;
} verdicts[] = {
    {"done", true, false, true},
    {"failed", true, false, false},
    {"begun", true, false, false},
    {"done", false, false, false},
    {"done", true, true, false},
};

START_TEST(a_story_is_good_only_when_every_chapter_is_and_nothing_was_found_by_a_search)
{
	const struct verdict *v = &verdicts[_i];

	told_to_its_end(v->state);
	if (v->searched)
		happens("{\"type\":\"Mark\",\"name\":\"residue-searched\",\"at_ms\":4}");
	if (v->has_residue)
		happens("{\"type\":\"Residue\",\"what\":\"link x\",\"at_ms\":4}");
	judge();

	ck_assert_msg(json_is_true(json_object_get(figures, "ok")) == v->ok, "row %d", _i);
}
END_TEST

static Suite *story_calls_suite(void)
{
	Suite *s = suite_create("story calls");
	TCase *fates = tcase_create("fates of calls"), *told = tcase_create("figures");

	tcase_add_checked_fixture(fates, given_an_empty_story, teardown);
	tcase_add_test(fates, a_call_that_is_answered_and_hung_up_has_ended);
	tcase_add_test(fates, a_call_may_last_as_long_as_the_story_says);
	tcase_add_test(fates, a_call_answered_with_503_is_refused);
	tcase_add_test(fates, a_refusal_that_does_not_reach_the_caller_does_not_count);
	tcase_add_test(fates, a_call_whose_hanging_up_is_refused_was_lost);
	tcase_add_test(fates, a_call_that_the_far_side_ends_was_lost);
	tcase_add_test(
	    fates, a_call_without_an_answer_has_failed_after_five_seconds_when_its_caller_goes_on);
	tcase_add_test(fates, a_call_is_abandoned_when_its_caller_is_never_heard_again);
	tcase_add_test(fates, a_call_id_that_comes_again_much_later_is_another_call);
	suite_add_tcase(s, fates);
	tcase_add_checked_fixture(told, given_an_empty_story, teardown);
	tcase_add_test(
	    told, a_call_in_progress_on_the_killed_server_is_lost_and_not_a_new_call_that_failed);
	tcase_add_test(
	    told, a_call_in_progress_on_the_other_server_that_fails_is_not_put_down_to_the_kill);
	tcase_add_test(
	    told, a_call_begun_between_the_kill_and_the_heal_that_fails_is_a_new_call_that_failed);
	tcase_add_loop_test(told,
	    a_story_is_good_only_when_every_chapter_is_and_nothing_was_found_by_a_search, 0,
	    LM_COUNT(verdicts));
	suite_add_tcase(s, told);
	return s;
}

int main(void)
{
	SRunner *sr = srunner_create(story_calls_suite());
	int failed;

	srunner_run_all(sr, CK_NORMAL);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed == 0 ? 0 : 1;
}
