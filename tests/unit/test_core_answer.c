/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "tests/lib/asked.h"

/* ---- answers ------------------------------------------------------------------------------------- */

static void answer_outputs(const struct lm_kv *v, size_t n)
{
	engine_result(engine,
	    &(struct step_result){
		.step = last_asked()->step, .outputs = {(struct lm_kv *)(void *)(uintptr_t)v, n}},
	    now_ms, &turn);
	carry_out();
}

static char *text_of(char c, size_t n)
{
	char *text = malloc(n + 1);

	ck_assert_ptr_nonnull(text);
	memset(text, c, n);
	text[n] = '\0';
	return text;
}

static struct lm_err *longest_body(void *arg, const struct record *r)
{
	size_t n = strlen(r->body);

	if (n > *(size_t *)arg)
		*(size_t *)arg = n;
	return NULL;
}

static size_t longest_step_record(void)
{
	size_t n = 0;

	ck_assert_ptr_null(
	    store->ops->load(store, &(struct store_query){.table = RECORD_STEP}, longest_body, &n));
	return n;
}

START_TEST(an_answer_about_nothing_is_counted_and_changes_nothing)
{
	static const char *const ids[] = {"", "/", "nobody/1", "x", "/1",
	    "a-very-long-id-that-no-process-of-ours-ever-had-since-they-have-36-letters/1"};

	create("a");
	for (size_t i = 0; i < LM_COUNT(ids); i++)
		answer(ids[i], STEP_NONE, NULL);
	ck_assert(!engine_result(engine, &(struct step_result){0}, now_ms, &turn));
	ck_assert_uint_eq(engine_counts(engine).unknown, LM_COUNT(ids) + 1);
	ck_assert_uint_eq(engine_counts(engine).in_flight, 1);
	ck_assert_uint_eq(asked.n, 1);
}
END_TEST

START_TEST(an_answer_about_a_step_not_yet_asked_changes_nothing)
{
	char next[80];

	create("a");
	snprintf(next, sizeof next, "%s", last_asked()->step);
	next[strlen(next) - 1]++;
	answer(next, STEP_NONE, NULL);
	ck_assert_uint_eq(engine_counts(engine).unknown, 1);
	answer(last_asked()->step, STEP_NONE, NULL);
	ck_assert_str_eq(last_asked()->step, next);
}
END_TEST

START_TEST(the_first_of_two_answers_counts)
{
	char step[64];

	create("a");
	snprintf(step, sizeof step, "%s", last_asked()->step);
	answer(step, STEP_NONE, NULL);
	answer(step, STEP_INFRASTRUCTURE_ERROR, "no");
	ck_assert_str_eq(reason(), "");
	ck_assert_str_eq(last_asked()->what, "Start a__part");
	ck_assert_uint_eq(engine_counts(engine).stale, 1);
	ck_assert_uint_eq(engine_counts(engine).answered, 1);
}
END_TEST

START_TEST(too_many_outputs_fail_the_step)
{
	static struct lm_kv many[257];

	create("a");
	for (size_t i = 0; i < LM_COUNT(many); i++)
		many[i] = (struct lm_kv){"same", "value"};
	answer_outputs(many, LM_COUNT(many));
	ck_assert_str_eq(reason(),
	    "Install a__part: the driver answered with 257 outputs, of which "
	    "at most 256 are taken");
	ck_assert_uint_eq(engine_counts(engine).faulty, 1);
}
END_TEST

START_TEST(an_output_that_is_too_long_fails_the_step)
{
	char *value = text_of('x', 1 << 22);

	create("a");
	answer_outputs(&(struct lm_kv){"address", value}, 1);
	free(value);
	ck_assert_str_eq(reason(), "Install a__part: the driver answered with output 'address' "
				   "with more than 65536 bytes");
}
END_TEST

START_TEST(outputs_that_are_too_long_together_fail_the_step)
{
	static struct lm_kv many[5];
	char *value = text_of('x', 65000);

	create("a");
	for (size_t i = 0; i < LM_COUNT(many); i++)
		many[i] = (struct lm_kv){"same", value};
	answer_outputs(many, LM_COUNT(many));
	free(value);
	ck_assert_str_eq(reason(), "Install a__part: the driver answered with outputs of 325020 "
				   "bytes together, of which at most 262144 are taken");
}
END_TEST

START_TEST(an_output_needs_a_name)
{
	create("a");
	answer_outputs(&(struct lm_kv){"", "10.0.0.1"}, 1);
	ck_assert_str_eq(
	    reason(), "Install a__part: the driver answered with an output without a name");
}
END_TEST

START_TEST(a_name_of_an_output_has_an_end)
{
	char *name = text_of('n', 300);

	create("a");
	answer_outputs(&(struct lm_kv){name, "10.0.0.1"}, 1);
	free(name);
	ck_assert_str_eq(reason(),
	    "Install a__part: the driver answered with an output with a name "
	    "of more than 256 bytes");
}
END_TEST

START_TEST(outputs_are_utf8)
{
	create("a");
	answer_outputs(&(struct lm_kv){"address", "10.0.0.\xff"}, 1);
	ck_assert_str_eq(reason(),
	    "Install a__part: the driver answered with output 'address' that is not UTF-8");
	create("b");
	answer_outputs(&(struct lm_kv){"addr\xc3", "10.0.0.1"}, 1);
	ck_assert_str_eq(reason(),
	    "Install b__part: the driver answered with an output with a name "
	    "that is not UTF-8");
}
END_TEST

START_TEST(a_code_that_there_is_not_is_a_failure)
{
	create("a");
	answer(last_asked()->step, (enum step_failure)99, NULL);
	ck_assert_str_eq(reason(), "Install a__part: the driver answered with failure code 99, "
				   "which there is not");
}
END_TEST

START_TEST(of_a_long_log_the_end_is_kept)
{
	char *log = text_of('x', 1 << 22);

	memcpy(log + (1 << 22) - 10, "\xff the end", 10);
	create("a");
	engine_result(
	    engine, &(struct step_result){.step = last_asked()->step, .log = log}, now_ms, &turn);
	free(log);
	carry_out();
	succeed("Start a__part");
	ck_assert_uint_gt(longest_step_record(), 65000);
	ck_assert_uint_lt(longest_step_record(), 67000);
	ck_assert_str_eq(reason(), "");
}
END_TEST

START_TEST(a_message_is_one_line_of_text)
{
	create("a");
	answer(last_asked()->step, STEP_INFRASTRUCTURE_ERROR, "no \xfe route\nto host");
	ck_assert_str_eq(reason(), "Install a__part: no ? route");
}
END_TEST

START_TEST(a_long_message_is_cut)
{
	char *message = text_of('m', 1 << 20);

	create("a");
	answer(last_asked()->step, STEP_INFRASTRUCTURE_ERROR, message);
	free(message);
	ck_assert_uint_eq(strlen(reason()), strlen("Install a__part: ") + 1024);
}
END_TEST

START_TEST(what_waits_is_counted)
{
	given_limits(1, 0);
	create_at("a", "assembly::three::1.0", "x1");
	ck_assert_uint_eq(engine_counts(engine).in_flight, 1);
	ck_assert_uint_eq(engine_counts(engine).waiting, 2);
	all_succeed();
	ck_assert_uint_eq(engine_counts(engine).waiting, 0);
	ck_assert_uint_eq(engine_counts(engine).asked, 3);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("core answer");
	TCase *answers = tcase_create("answers");

	tcase_add_checked_fixture(answers, given_an_engine, done);
	tcase_add_test(answers, an_answer_about_nothing_is_counted_and_changes_nothing);
	tcase_add_test(answers, an_answer_about_a_step_not_yet_asked_changes_nothing);
	tcase_add_test(answers, the_first_of_two_answers_counts);
	tcase_add_test(answers, too_many_outputs_fail_the_step);
	tcase_add_test(answers, an_output_that_is_too_long_fails_the_step);
	tcase_add_test(answers, outputs_that_are_too_long_together_fail_the_step);
	tcase_add_test(answers, an_output_needs_a_name);
	tcase_add_test(answers, a_name_of_an_output_has_an_end);
	tcase_add_test(answers, outputs_are_utf8);
	tcase_add_test(answers, a_code_that_there_is_not_is_a_failure);
	tcase_add_test(answers, of_a_long_log_the_end_is_kept);
	tcase_add_test(answers, a_message_is_one_line_of_text);
	tcase_add_test(answers, a_long_message_is_cut);
	tcase_add_test(answers, what_waits_is_counted);
	suite_add_tcase(s, answers);
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
