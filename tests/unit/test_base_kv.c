/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>

#include "base/arena.h"
#include "base/kv.h"

static struct lm_kvs own; /* one that is changed */

static void setup(void)
{
	own = (struct lm_kvs){0};
}

static void teardown(void)
{
	lm_kvs_fini(&own);
}

START_TEST(a_value_is_found_by_its_name)
{
	struct lm_kv rows[] = {{"a", "1"}, {"b", ""}, {"c", NULL}};
	const struct lm_kvs kvs = {rows, 3};

	ck_assert_str_eq(lm_kvs_find(&kvs, "a"), "1");
	ck_assert_str_eq(lm_kvs_find(&kvs, "b"), "");
}
END_TEST

START_TEST(what_is_unset_and_what_is_unknown_are_not_found)
{
	struct lm_kv rows[] = {{"c", NULL}};

	ck_assert_ptr_null(lm_kvs_find(&(struct lm_kvs){rows, 1}, "c"));
	ck_assert_ptr_null(lm_kvs_find(&(struct lm_kvs){rows, 1}, "d"));
	ck_assert_ptr_null(lm_kvs_find(&(struct lm_kvs){0}, "c"));
}
END_TEST

START_TEST(a_copy_is_deep_and_in_order)
{
	LM_AUTO(lm_arena) arena = lm_arena_new();
	char name[] = "a", value[] = "1";
	struct lm_kv rows[] = {{name, value}, {"b", NULL}};
	struct lm_kvs copy = lm_kvs_copy(arena, &(struct lm_kvs){rows, 2});

	name[0] = value[0] = 'x';
	rows[1].value = "2";
	ck_assert_uint_eq(copy.n, 2);
	ck_assert_str_eq(copy.v[0].name, "a");
	ck_assert_str_eq(copy.v[0].value, "1");
	ck_assert_str_eq(copy.v[1].name, "b");
	ck_assert_ptr_null(copy.v[1].value);
}
END_TEST

START_TEST(a_copy_of_nothing_is_nothing)
{
	LM_AUTO(lm_arena) arena = lm_arena_new();

	ck_assert_uint_eq(lm_kvs_copy(arena, &(struct lm_kvs){0}).n, 0);
}
END_TEST

START_TEST(setting_adds_at_the_end_and_replaces_in_place)
{
	char value[] = "1";

	lm_kvs_set(&own, "z", value);
	lm_kvs_set(&own, "a", "2");
	value[0] = 'x';
	ck_assert_str_eq(lm_kvs_find(&own, "z"), "1");
	lm_kvs_set(&own, "z", "3");
	ck_assert_uint_eq(own.n, 2);
	ck_assert_str_eq(own.v[0].name, "z");
	ck_assert_str_eq(own.v[0].value, "3");
}
END_TEST

START_TEST(a_value_may_be_set_to_itself)
{
	lm_kvs_set(&own, "a", "1");
	lm_kvs_set(&own, "a", lm_kvs_find(&own, "a"));
	ck_assert_str_eq(lm_kvs_find(&own, "a"), "1");
}
END_TEST

START_TEST(unsetting_forgets_the_name)
{
	lm_kvs_set(&own, "a", "1");
	lm_kvs_set(&own, "b", "2");
	lm_kvs_set(&own, "c", "3");
	lm_kvs_set(&own, "b", NULL);
	lm_kvs_set(&own, "never", NULL);
	ck_assert_uint_eq(own.n, 2);
	ck_assert_str_eq(own.v[1].name, "c");
	lm_kvs_set(&own, "b", "4");
	ck_assert_str_eq(own.v[2].value, "4");
}
END_TEST

START_TEST(a_finished_list_is_empty_and_can_be_used_again)
{
	lm_kvs_set(&own, "a", "1");
	lm_kvs_fini(&own);
	ck_assert_uint_eq(own.n, 0);
	lm_kvs_set(&own, "a", "2");
	ck_assert_str_eq(lm_kvs_find(&own, "a"), "2");
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("base/kv");
	TCase *tc = tcase_create("names with values");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, a_value_is_found_by_its_name);
	tcase_add_test(tc, what_is_unset_and_what_is_unknown_are_not_found);
	tcase_add_test(tc, a_copy_is_deep_and_in_order);
	tcase_add_test(tc, a_copy_of_nothing_is_nothing);
	tcase_add_test(tc, setting_adds_at_the_end_and_replaces_in_place);
	tcase_add_test(tc, a_value_may_be_set_to_itself);
	tcase_add_test(tc, unsetting_forgets_the_name);
	tcase_add_test(tc, a_finished_list_is_empty_and_can_be_used_again);
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
