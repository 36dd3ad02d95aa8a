/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <stdint.h>

#include "base/vec.h"

struct pair {
	int a, b;
};

START_TEST(a_vector_starts_as_nothing)
{
	LM_VEC(int) v = {0};

	ck_assert_uint_eq(v.n, 0);
	lm_vec_free(&v);
}
END_TEST

START_TEST(each_push_adds_one_zeroed_element_at_the_end)
{
	LM_VEC(struct pair) v = {0};

	for (int i = 0; i < 1000; i++) {
		struct pair *p = LM_PUSH(NULL, &v);

		ck_assert_int_eq(p->a, 0);
		ck_assert_int_eq(p->b, 0);
		*p = (struct pair){i, -i};
		ck_assert_uint_eq(v.n, (size_t)i + 1);
	}
	for (int i = 0; i < 1000; i++) {
		ck_assert_int_eq(v.v[i].a, i);
		ck_assert_int_eq(v.v[i].b, -i);
	}
	lm_vec_free(&v);
}
END_TEST

START_TEST(a_place_that_is_used_again_is_zeroed_again)
{
	LM_VEC(int) v = {0};

	*LM_PUSH(NULL, &v) = 7;
	v.n = 0;
	ck_assert_int_eq(*LM_PUSH(NULL, &v), 0);
	lm_vec_free(&v);
}
END_TEST

static bool is_less(const int *a, int b)
{
	return *a < b;
}

START_TEST(what_is_put_where_it_belongs_is_in_order)
{
	LM_VEC(int) v = {0};

	for (int i = 0; i < 1000; i++) {
		int value = i * 7919 % 1000; /* all of them, in no order */
		size_t at = LM_PLACE(v.v, v.n, is_less, value);

		int *slot = LM_INSERT(NULL, &v, at);
		ck_assert_int_eq(*slot, 0);
		*slot = value;
	}
	for (int i = 0; i < 1000; i++) {
		ck_assert_int_eq(v.v[i], i);
		ck_assert_uint_eq(LM_PLACE(v.v, v.n, is_less, i), (size_t)i);
	}
	ck_assert_uint_eq(LM_PLACE(v.v, v.n, is_less, 1000), 1000);
	ck_assert_uint_eq(LM_PLACE(v.v, 0, is_less, 5), 0);
	lm_vec_free(&v);
}
END_TEST

START_TEST(with_an_arena_the_elements_live_in_it)
{
	LM_AUTO(lm_arena) arena = lm_arena_new();
	LM_VEC(uint64_t) v = {0};

	for (uint64_t i = 0; i < 1000; i++)
		*LM_PUSH(arena, &v) = i;
	ck_assert_uint_eq(v.v[999], 999);
	ck_assert_uint_ge(lm_arena_used(arena), 8000);
}
END_TEST

START_TEST(a_freed_vector_is_empty_and_can_be_used_again)
{
	LM_VEC(int) v = {0};

	*LM_PUSH(NULL, &v) = 1;
	lm_vec_free(&v);
	ck_assert_uint_eq(v.n, 0);
	ck_assert_ptr_null(v.v);
	*LM_PUSH(NULL, &v) = 2;
	ck_assert_int_eq(v.v[0], 2);
	lm_vec_free(&v);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("base/vec");
	TCase *tc = tcase_create("a vector");

	tcase_add_test(tc, a_vector_starts_as_nothing);
	tcase_add_test(tc, each_push_adds_one_zeroed_element_at_the_end);
	tcase_add_test(tc, a_place_that_is_used_again_is_zeroed_again);
	tcase_add_test(tc, what_is_put_where_it_belongs_is_in_order);
	tcase_add_test(tc, with_an_arena_the_elements_live_in_it);
	tcase_add_test(tc, a_freed_vector_is_empty_and_can_be_used_again);
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
