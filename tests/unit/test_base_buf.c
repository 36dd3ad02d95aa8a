/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <stdlib.h>

#include "base/buf.h"

static struct lm_buf b;

static void setup(void)
{
	lm_buf_init(&b, 1000);
}

static void teardown(void)
{
	lm_buf_fini(&b);
}

START_TEST(a_new_buffer_is_an_empty_text)
{
	ck_assert_str_eq(b.p, "");
	ck_assert_uint_eq(b.n, 0);
	ck_assert(!b.cut);
}
END_TEST

START_TEST(what_is_added_stands_one_after_the_other)
{
	lm_buf_puts(&b, "load ");
	lm_buf_printf(&b, "%d of %s", 107, "gw");
	lm_buf_add(&b, "!!!", 1);
	ck_assert_str_eq(b.p, "load 107 of gw!");
	ck_assert_uint_eq(b.n, strlen(b.p));
}
END_TEST

START_TEST(it_grows_to_its_maximum_and_no_further)
{
	for (int i = 0; i < 1000; i++)
		lm_buf_puts(&b, "x");
	ck_assert(!b.cut);
	ck_assert_uint_eq(b.n, 1000);
	lm_buf_puts(&b, "y");
	ck_assert(b.cut);
	ck_assert_uint_eq(b.n, 1000);
	ck_assert_uint_eq(strlen(b.p), 1000);
	ck_assert_ptr_null(strchr(b.p, 'y'));
}
END_TEST

START_TEST(what_does_not_fit_is_kept_as_far_as_it_fits)
{
	lm_buf_printf(&b, "%998s", "x");
	lm_buf_puts(&b, "1234");
	ck_assert(b.cut);
	ck_assert_str_eq(b.p + 997, "x12");
}
END_TEST

START_TEST(a_formatted_text_may_be_long)
{
	lm_buf_printf(&b, "%600s|%255s|", "a", "b");
	ck_assert_uint_eq(b.n, 857);
	ck_assert(!b.cut);
	lm_buf_printf(&b, "%5000s", "c");
	ck_assert(b.cut);
	ck_assert_uint_eq(b.n, 1000);
}
END_TEST

START_TEST(bytes_may_be_zero)
{
	lm_buf_add(&b, "a\0b", 3);
	ck_assert_uint_eq(b.n, 3);
	ck_assert_mem_eq(b.p, "a\0b", 4);
}
END_TEST

START_TEST(a_cleared_buffer_is_as_new)
{
	lm_buf_printf(&b, "%2000s", "x");
	lm_buf_clear(&b);
	ck_assert_str_eq(b.p, "");
	ck_assert(!b.cut);
	ck_assert_uint_eq(b.max, 1000);
}
END_TEST

START_TEST(a_detached_text_belongs_to_the_caller_and_the_buffer_is_as_new)
{
	lm_buf_puts(&b, "first");
	char *text = lm_buf_detach(&b);
	lm_buf_puts(&b, "second");
	ck_assert_str_eq(text, "first");
	ck_assert_str_eq(b.p, "second");
	ck_assert_uint_eq(b.max, 1000);
	free(text);
}
END_TEST

START_TEST(a_buffer_of_nothing_holds_nothing)
{
	struct lm_buf none;

	lm_buf_init(&none, 0);
	lm_buf_puts(&none, "");
	ck_assert(!none.cut);
	lm_buf_puts(&none, "x");
	ck_assert(none.cut);
	ck_assert_str_eq(none.p, "");
	lm_buf_fini(&none);
}
END_TEST

START_TEST(finishing_twice_is_fine)
{
	struct lm_buf twice;

	lm_buf_init(&twice, 10);
	lm_buf_fini(&twice);
	lm_buf_fini(&twice);
}
END_TEST

START_TEST(a_number_has_all_its_digits)
{
	char out[LM_INT_SIZE];

	ck_assert_str_eq(lm_int_text(0, out), "0");
	ck_assert_str_eq(lm_int_text(-10, out), "-10");
	ck_assert_str_eq(lm_int_text(INT64_MAX, out), "9223372036854775807");
	ck_assert_str_eq(lm_int_text(INT64_MIN, out), "-9223372036854775808");
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("base/buf");
	TCase *tc = tcase_create("a buffer");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, a_new_buffer_is_an_empty_text);
	tcase_add_test(tc, what_is_added_stands_one_after_the_other);
	tcase_add_test(tc, it_grows_to_its_maximum_and_no_further);
	tcase_add_test(tc, what_does_not_fit_is_kept_as_far_as_it_fits);
	tcase_add_test(tc, a_formatted_text_may_be_long);
	tcase_add_test(tc, bytes_may_be_zero);
	tcase_add_test(tc, a_cleared_buffer_is_as_new);
	tcase_add_test(tc, a_detached_text_belongs_to_the_caller_and_the_buffer_is_as_new);
	tcase_add_test(tc, a_buffer_of_nothing_holds_nothing);
	tcase_add_test(tc, finishing_twice_is_fine);
	tcase_add_test(tc, a_number_has_all_its_digits);
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
