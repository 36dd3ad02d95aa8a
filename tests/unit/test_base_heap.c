/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <stdlib.h>

#include "base/heap.h"

START_TEST(what_is_taken_is_zeroed)
{
	char *p = lm_alloc(64);

	for (size_t i = 0; i < 64; i++)
		ck_assert_int_eq(p[i], 0);
	free(p);
}
END_TEST

/* An empty array is asked for like any other, and is not NULL. */
START_TEST(nothing_can_be_taken_too)
{
	void *p = lm_alloc_n(0, 16);

	ck_assert_ptr_nonnull(p);
	free(p);
}
END_TEST

START_TEST(a_copy_of_nothing_is_nothing)
{
	ck_assert_ptr_null(lm_strdup(NULL));
}
END_TEST

START_TEST(texts_are_copied_cut_and_printed)
{
	char *a = lm_strdup("voice"), *b = lm_strndup("voice", 3), *c = lm_strprintf("%s-%d", b, 7);

	ck_assert_str_eq(a, "voice");
	ck_assert_str_eq(b, "voi");
	ck_assert_str_eq(c, "voi-7");
	free(a);
	free(b);
	free(c);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("base/heap");
	TCase *tc = tcase_create("memory for itself");

	tcase_add_test(tc, what_is_taken_is_zeroed);
	tcase_add_test(tc, nothing_can_be_taken_too);
	tcase_add_test(tc, a_copy_of_nothing_is_nothing);
	tcase_add_test(tc, texts_are_copied_cut_and_printed);
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
