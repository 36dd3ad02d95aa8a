/* SPDX-License-Identifier: Apache-2.0 */
/* What 'lm explain' tells is true: the examples are compiled. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "tosca/explain/explain.h"
#include "tosca/link/check.h"
#include "tosca/text/codes.h"

static struct lm_buf out;

static void setup(void)
{
	lm_buf_init(&out, 1 << 20);
}

static void teardown(void)
{
	lm_buf_fini(&out);
}

/* Does the code appear when the text is compiled alone?  What is said stands in 'out' then. */
static bool provokes(const char *text, size_t n, const char *code)
{
	LM_AUTO(catalog) c = catalog_new();
	LM_AUTO(diags) d = diags_new(1000);
	bool found = false;

	catalog_put(c, "example.yml", text, n);
	catalog_check(c);
	catalog_report(c, NULL, d);
	for (size_t i = 0; i < diags_count(d); i++)
		found = found || strcmp(diags_at(d, i)->code, code) == 0;
	lm_buf_clear(&out);
	diags_print(d, &out, false);
	return found;
}

START_TEST(every_code_has_an_explanation_with_its_title)
{
	const char *code = diag_code_text((enum diag_code)_i);
	const struct explanation *e = explain_find(code);

	ck_assert_msg(e != NULL, "tosca/explain/%s.md is missing", code);
	ck_assert_str_eq(e->code, code);
	ck_assert_str_eq(e->title, diag_code_title((enum diag_code)_i));
}
END_TEST

START_TEST(every_explanation_belongs_to_a_code)
{
	size_t n;
	const struct explanation *all = explain_all(&n);

	for (size_t i = 0; i < n; i++) {
		bool known = false;

		for (int code = 0; code < DIAG_CODES_N && !known; code++)
			known = strcmp(diag_code_text((enum diag_code)code), all[i].code) == 0;
		ck_assert_msg(
		    known, "%s.md explains a code that codes.h does not have", all[i].code);
	}
}
END_TEST

START_TEST(the_first_example_provokes_the_code_and_the_second_does_not)
{
	const struct explanation *e = explain_find(diag_code_text((enum diag_code)_i));
	size_t n;
	const char *text = e != NULL ? explain_yaml(e, 0, &n) : NULL;

	if (text == NULL) {
		ck_assert(e == NULL || strstr(e->text, "```console\n") != NULL);
		return;
	}
	ck_assert_msg(
	    provokes(text, n, e->code), "%s.md: the first example says only:\n%s", e->code, out.p);
	text = explain_yaml(e, 1, &n);
	ck_assert_msg(text == NULL || !provokes(text, n, e->code),
	    "%s.md: the second example still provokes it:\n%s", e->code, out.p);
}
END_TEST

START_TEST(an_explanation_is_prose_and_not_too_long)
{
	const struct explanation *e = explain_find(diag_code_text((enum diag_code)_i));

	if (e == NULL)
		return;
	explain_summary(e, &out);
	ck_assert_msg(out.n > 40, "%s.md must say what the code means", e->code);
	ck_assert_uint_lt(strlen(e->text), 4000);
}
END_TEST

START_TEST(a_code_is_found_however_it_is_written)
{
	static const char *const forms[] = {"LM0302", "lm0302", "0302", "302", "lm302"};
	static const char *const others[] = {"", "LM", "LM9999", "LM03o2", "LM0302x", "-302", "x"};

	for (size_t i = 0; i < LM_COUNT(forms); i++) {
		ck_assert_ptr_nonnull(explain_find(forms[i]));
		ck_assert_str_eq(explain_find(forms[i])->code, "LM0302");
	}
	for (size_t i = 0; i < LM_COUNT(others); i++)
		ck_assert_ptr_null(explain_find(others[i]));
}
END_TEST

START_TEST(the_nearest_code_is_offered_and_a_far_one_is_not)
{
	ck_assert_ptr_nonnull(explain_nearest("LM0300"));
	ck_assert_str_eq(explain_nearest("LM0300")->code, "LM0301");
	ck_assert_ptr_null(explain_nearest("LM9999"));
	ck_assert_ptr_null(explain_nearest("elephant"));
}
END_TEST

START_TEST(examples_are_indented_and_names_bold)
{
	static const struct explanation e = {
	    "LM0001", "a title", "\nSee `this`.\n\n```yaml\na: `b`\n\nc: d\n```\nEnd\n"};

	explain_print(&e, &out, false);
	ck_assert_str_eq(out.p, "LM0001: a title\n\nSee `this`.\n\n    a: `b`\n\n    c: d\nEnd\n");
	lm_buf_clear(&out);
	explain_print(&e, &out, true);
	ck_assert_str_eq(out.p, "\033[1mLM0001: a title\033[0m\n\nSee \033[1mthis\033[0m.\n\n"
				"    a: `b`\n\n    c: d\nEnd\n");
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("tosca/explain");
	TCase *tc = tcase_create("an explanation");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, every_code_has_an_explanation_with_its_title, 0, DIAG_CODES_N);
	tcase_add_test(tc, every_explanation_belongs_to_a_code);
	tcase_add_loop_test(
	    tc, the_first_example_provokes_the_code_and_the_second_does_not, 0, DIAG_CODES_N);
	tcase_add_loop_test(tc, an_explanation_is_prose_and_not_too_long, 0, DIAG_CODES_N);
	tcase_add_test(tc, a_code_is_found_however_it_is_written);
	tcase_add_test(tc, the_nearest_code_is_offered_and_a_far_one_is_not);
	tcase_add_test(tc, examples_are_indented_and_names_bold);
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
