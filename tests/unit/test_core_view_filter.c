/* SPDX-License-Identifier: Apache-2.0 */
/* Which processes are listed, and in which order; which assemblies, and in which shape. */
#include <check.h>
#include <jansson.h>
#include <string.h>

#include "tests/lib/asked.h"

static json_t *doc;
static char names[600];

/* Processes, oldest first: a and ab are created, b is created and fails, a is deleted; c waits. */
static void given_some_processes(void)
{
	given_an_engine();
	create("a");
	all_succeed();
	wait_ms(1000);
	create("ab");
	all_succeed();
	wait_ms(1000);
	create("b");
	answer(last_asked()->step, STEP_INTERNAL_ERROR, "no");
	wait_ms(1000);
	remove_assembly("a");
	all_succeed();
	wait_ms(1000);
	create("c");
}

static void no_more(void)
{
	json_decref(doc);
	doc = NULL;
	done();
}

/* ---- words of the sentences --------------------------------------------------------------------- */

static void take(struct lm_buf *b)
{
	json_decref(doc);
	doc = json_loads(b->p, 0, NULL);
	ck_assert_msg(doc != NULL, "%s", b->p);
	lm_buf_fini(b);
}

static const char *text(size_t i, const char *member)
{
	const char *t = json_string_value(json_object_get(json_array_get(doc, i), member));

	return t == NULL ? "" : t;
}

/* Their assemblies' names, in the list's order. */
static const char *listed(const char *member)
{
	names[0] = '\0';
	for (size_t i = 0; i < json_array_size(doc); i++)
		snprintf(names + strlen(names), sizeof names - strlen(names), "%s%s",
		    i > 0 ? " " : "", text(i, member));
	return names;
}

static const char *processes(struct process_filter f)
{
	struct lm_buf b;

	ck_assert_ptr_null(process_filter_check(&f));
	lm_buf_init(&b, 1 << 20);
	lm_buf_puts(&b, "[");
	engine_print_processes(engine, &f, &b);
	lm_buf_puts(&b, "]");
	take(&b);
	return listed("assemblyName");
}

static const char *refused(struct process_filter f)
{
	struct lm_err *err = process_filter_check(&f);

	ck_assert_ptr_nonnull(err);
	snprintf(names, sizeof names, "%s", lm_err_text(err));
	lm_err_free(err);
	return names;
}

static bool assemblies(const char *part, size_t max)
{
	struct lm_buf b;

	lm_buf_init(&b, 1 << 20);
	bool all = engine_print_assemblies(engine, part, max, &b);
	take(&b);
	return all;
}

/* ---- processes ---------------------------------------------------------------------------------- */

START_TEST(without_a_filter_all_are_listed_the_newest_first)
{
	ck_assert_str_eq(processes((struct process_filter){0}), "c a b ab a");
	ck_assert_str_eq(processes((struct process_filter){.limit = 2}), "c a");
}
END_TEST

START_TEST(a_name_is_told_exactly_or_with_stars)
{
	ck_assert_str_eq(processes((struct process_filter){.assembly_name = "a"}), "a a");
	ck_assert_str_eq(processes((struct process_filter){.assembly_name = "a*"}), "a ab a");
	ck_assert_str_eq(processes((struct process_filter){.assembly_name = "*b"}), "b ab");
	ck_assert_str_eq(processes((struct process_filter){.assembly_name = "**a*b"}), "ab");
	ck_assert_str_eq(processes((struct process_filter){.assembly_name = "*"}), "c a b ab a");
}
END_TEST

START_TEST(case_counts_and_nothing_else_is_special)
{
	ck_assert_str_eq(processes((struct process_filter){.assembly_name = "A"}), "");
	ck_assert_str_eq(processes((struct process_filter){.assembly_name = "?"}), "");
	ck_assert_str_eq(processes((struct process_filter){.assembly_name = "[ab]"}), "");
	ck_assert_str_eq(processes((struct process_filter){.assembly_name = "\\a"}), "");
}
END_TEST

START_TEST(an_id_and_a_type_are_told_exactly)
{
	char id[LM_ID_SIZE];

	processes((struct process_filter){.assembly_name = "b"});
	snprintf(id, sizeof id, "%s", text(0, "assemblyId"));
	ck_assert_str_eq(processes((struct process_filter){.assembly_id = id}), "b");
	ck_assert_str_eq(
	    processes((struct process_filter){.assembly_type = "assembly::one::1.0", .limit = 1}),
	    "c");
	ck_assert_str_eq(processes((struct process_filter){.assembly_type = "assembly::one"}), "");
}
END_TEST

START_TEST(statuses_and_intents_are_lists)
{
	ck_assert_str_eq(processes((struct process_filter){.statuses = "Failed"}), "b");
	ck_assert_str_eq(
	    processes((struct process_filter){.statuses = "Failed,In Progress"}), "c b");
	ck_assert_str_eq(processes((struct process_filter){.statuses = "Planned, Failed"}), "b");
	ck_assert_str_eq(
	    processes((struct process_filter){.intent_types = "DeleteAssembly,HealAssembly"}), "a");
	ck_assert_str_eq(processes((struct process_filter){
			     .intent_types = "CreateAssembly", .statuses = "Completed"}),
	    "ab a");
}
END_TEST

START_TEST(words_that_do_not_exist_are_refused_with_those_that_do)
{
	ck_assert_str_eq(refused((struct process_filter){.statuses = "Failed,failed"}),
	    "'processStatuses' is a list, with commas, of Planned, Pending, In Progress, "
	    "Completed, Cancelled, Failed; not 'failed'");
	ck_assert_ptr_nonnull(strstr(
	    refused((struct process_filter){.intent_types = "createAssembly"}), "CreateAssembly"));
}
END_TEST

START_TEST(times_are_after_the_beginning_and_before_the_end)
{
	/* The engine's time began at 1000 s; every second something began, and ended at once. */
	int64_t first = 1000 * 1000;

	ck_assert_str_eq(
	    processes((struct process_filter){.started_after_ms = first + 1000}), "c a b");
	ck_assert_str_eq(
	    processes((struct process_filter){.ended_before_ms = first + 2000}), "ab a");
	ck_assert_str_eq(processes((struct process_filter){
			     .started_after_ms = first, .ended_before_ms = first + 3000}),
	    "b ab");
}
END_TEST

START_TEST(what_is_not_known_yet_is_not_there_and_all_else_is_text)
{
	static const char *const texts[] = {"id", "assemblyId", "assemblyName", "assemblyType",
	    "intentType", "lifecycleAction", "status", "statusReason", "startTime"};

	processes((struct process_filter){0});
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		for (size_t k = 0; k < json_array_size(doc); k++)
			ck_assert_msg(
			    json_is_string(json_object_get(json_array_get(doc, k), texts[i])), "%s",
			    texts[i]);
	ck_assert_ptr_null(json_object_get(json_array_get(doc, 0), "endTime"));
	ck_assert(json_is_string(json_object_get(json_array_get(doc, 1), "endTime")));
	ck_assert_str_eq(text(0, "statusReason"), "");
	ck_assert_str_eq(text(2, "statusReason"), "Install b__part: no");
}
END_TEST

/* ---- assemblies --------------------------------------------------------------------------------- */

START_TEST(who_has_changed_last_comes_first)
{
	ck_assert(assemblies(NULL, 0));
	all_succeed();
	wait_ms(1000);
	ck_assert(assemblies(NULL, 0));
	ck_assert_str_eq(listed("name"), "c b ab");
}
END_TEST

START_TEST(a_part_of_the_name_is_enough_and_what_is_left_out_is_told)
{
	ck_assert(assemblies("b", 2));
	ck_assert_str_eq(listed("name"), "b ab");
	ck_assert(!assemblies("b", 1));
	ck_assert_str_eq(listed("name"), "b");
	ck_assert(assemblies("B", 1));
	ck_assert_str_eq(listed("name"), "");
	ck_assert(assemblies("", 3));
}
END_TEST

START_TEST(a_name_is_a_name_and_no_id)
{
	struct lm_buf b;

	assemblies("ab", 0);
	lm_buf_init(&b, 1 << 20);
	ck_assert(engine_print_assembly(engine, text(0, "id"), &b));
	ck_assert(!engine_print_named(engine, text(0, "id"), &b));
	ck_assert(engine_print_named(engine, "ab", &b));
	lm_buf_fini(&b);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("core/view: lists");
	TCase *tc = tcase_create("lists");

	tcase_add_checked_fixture(tc, given_some_processes, no_more);
	tcase_add_test(tc, without_a_filter_all_are_listed_the_newest_first);
	tcase_add_test(tc, a_name_is_told_exactly_or_with_stars);
	tcase_add_test(tc, case_counts_and_nothing_else_is_special);
	tcase_add_test(tc, an_id_and_a_type_are_told_exactly);
	tcase_add_test(tc, statuses_and_intents_are_lists);
	tcase_add_test(tc, words_that_do_not_exist_are_refused_with_those_that_do);
	tcase_add_test(tc, times_are_after_the_beginning_and_before_the_end);
	tcase_add_test(tc, what_is_not_known_yet_is_not_there_and_all_else_is_text);
	tcase_add_test(tc, who_has_changed_last_comes_first);
	tcase_add_test(tc, a_part_of_the_name_is_enough_and_what_is_left_out_is_told);
	tcase_add_test(tc, a_name_is_a_name_and_no_id);
	suite_add_tcase(s, tc);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
