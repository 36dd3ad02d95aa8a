/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/map.h"

static struct lm_map *map;

static void setup(void)
{
	map = lm_map_new();
}

static void teardown(void)
{
	lm_map_free(map);
}

/* All values in the order of a walk, as one text. */
static const char *walked(void)
{
	static char text[1024];
	const char *value;
	size_t n = 0;

	text[0] = '\0';
	for (size_t i = 0; (value = lm_map_next(map, &i)) != NULL;)
		n += (size_t)snprintf(text + n, sizeof text - n, "%s", value);
	return text;
}

static void put(const char *key, const char *value)
{
	lm_map_put(map, key, (void *)value);
}

START_TEST(an_empty_map_finds_nothing)
{
	size_t i = 0;

	ck_assert_ptr_null(lm_map_find(map, "a"));
	ck_assert_ptr_null(lm_map_remove(map, "a"));
	ck_assert_ptr_null(lm_map_next(map, &i));
	ck_assert_uint_eq(lm_map_count(map), 0);
}
END_TEST

START_TEST(what_was_put_is_found_by_the_text_of_its_key)
{
	char key[] = "voice";

	put("voice", "1");
	put("", "2");
	ck_assert_str_eq(lm_map_find(map, key), "1");
	ck_assert_str_eq(lm_map_find(map, ""), "2");
	ck_assert_ptr_null(lm_map_find(map, "voic"));
}
END_TEST

START_TEST(a_part_of_a_text_finds_what_was_put_under_it)
{
	put("voice", "1");
	put("voices", "2");
	put("", "3");
	ck_assert_str_eq(lm_map_find_part(map, "voice.load", 5), "1");
	ck_assert_str_eq(lm_map_find_part(map, "voices.load", 6), "2");
	ck_assert_str_eq(lm_map_find_part(map, "voice", 0), "3");
	ck_assert_ptr_null(lm_map_find_part(map, "voice.load", 4));
	ck_assert_ptr_null(lm_map_find_part(map, "voice.load", 6));
}
END_TEST

START_TEST(putting_again_replaces_and_gives_back_the_old_value)
{
	ck_assert_ptr_null(lm_map_put(map, "a", (void *)"1"));
	put("b", "2");
	ck_assert_str_eq(lm_map_put(map, "a", (void *)"3"), "1");
	ck_assert_uint_eq(lm_map_count(map), 2);
	ck_assert_str_eq(walked(), "32");
}
END_TEST

START_TEST(putting_again_adopts_the_new_key)
{
	char first[] = "a";

	put(first, "1");
	put("a", "2");
	first[0] = 'x';
	ck_assert_str_eq(lm_map_find(map, "a"), "2");
}
END_TEST

START_TEST(room_that_was_made_is_used_and_may_be_exceeded)
{
	char keys[100][16];

	lm_map_reserve(map, 50);
	for (int i = 0; i < 100; i++) {
		snprintf(keys[i], sizeof keys[i], "%d", i);
		put(keys[i], keys[i]);
	}
	lm_map_reserve(map, 10);
	ck_assert_uint_eq(lm_map_count(map), 100);
	for (int i = 0; i < 100; i++)
		ck_assert_ptr_eq(lm_map_find(map, keys[i]), keys[i]);
}
END_TEST

START_TEST(a_walk_goes_in_the_order_of_insertion)
{
	put("z", "1");
	put("a", "2");
	put("m", "3");
	lm_map_remove(map, "a");
	put("a", "4");
	ck_assert_str_eq(walked(), "134");
}
END_TEST

START_TEST(the_value_just_returned_may_be_removed_during_a_walk)
{
	static const char *const keys[] = {"1", "2", "3", "4", "5"};
	const char *value;

	for (size_t i = 0; i < LM_COUNT(keys); i++)
		put(keys[i], keys[i]);
	for (size_t i = 0; (value = lm_map_next(map, &i)) != NULL;)
		if (strcmp(value, "3") != 0)
			lm_map_remove(map, value);
	ck_assert_str_eq(walked(), "3");
}
END_TEST

START_TEST(a_removed_key_may_be_freed_at_once)
{
	char *key = strdup("voice");

	ck_assert_ptr_nonnull(key);
	put(key, "1");
	lm_map_remove(map, "voice");
	free(key);
	for (int i = 0; i < 100; i++) { /* through the growth, too */
		put("other", "2");
		lm_map_remove(map, "other");
		put("voice", "3");
		lm_map_remove(map, "voice");
	}
	ck_assert_uint_eq(lm_map_count(map), 0);
}
END_TEST

/* A plain array does the same as the map; after each step both hold the same. */
enum { KEYS = 700, STEPS = 200000 };

START_TEST(a_long_random_life_agrees_with_a_plain_array)
{
	static char keys[KEYS][12];
	static const char *model[KEYS];
	uint64_t state = 1;
	size_t count = 0;

	for (size_t k = 0; k < KEYS; k++)
		snprintf(keys[k], sizeof keys[k], "key-%zu", k);
	for (size_t i = 0; i < STEPS; i++) {
		state = state * 6364136223846793005u + 1442695040888963407u;
		size_t k = (state >> 33) % KEYS;
		const char *value = keys[(state >> 20) % KEYS];
		bool remove = i / 20000 % 2 == 1 ? (state >> 60) < 13 : (state >> 60) < 3;

		count += (size_t)(model[k] == NULL && !remove);
		count -= (size_t)(model[k] != NULL && remove);
		const char *old =
		    remove ? lm_map_remove(map, keys[k]) : lm_map_put(map, keys[k], (void *)value);
		ck_assert_ptr_eq(old, model[k]);
		model[k] = remove ? NULL : value;
		ck_assert_uint_eq(lm_map_count(map), count);
	}
	for (size_t k = 0; k < KEYS; k++)
		ck_assert_ptr_eq(lm_map_find(map, keys[k]), model[k]);
	size_t walked_over = 0;
	for (size_t i = 0; lm_map_next(map, &i) != NULL;)
		walked_over++;
	ck_assert_uint_eq(walked_over, count);
}
END_TEST

START_TEST(the_hash_is_fnv_1a)
{
	ck_assert_uint_eq(lm_hash(""), 0xcbf29ce484222325u);
	ck_assert_uint_eq(lm_hash("a"), 0xaf63dc4c8601ec8cu);
	ck_assert_uint_eq(lm_hash("foobar"), 0x85944171f73967e8u);
}
END_TEST

START_TEST(freeing_no_map_is_fine)
{
	lm_map_free(NULL);
}
END_TEST

START_TEST(no_value_is_a_bug_of_the_caller)
{
	lm_map_put(map, "a", NULL);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("base/map");
	TCase *tc = tcase_create("a map");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, an_empty_map_finds_nothing);
	tcase_add_test(tc, what_was_put_is_found_by_the_text_of_its_key);
	tcase_add_test(tc, a_part_of_a_text_finds_what_was_put_under_it);
	tcase_add_test(tc, putting_again_replaces_and_gives_back_the_old_value);
	tcase_add_test(tc, putting_again_adopts_the_new_key);
	tcase_add_test(tc, room_that_was_made_is_used_and_may_be_exceeded);
	tcase_add_test(tc, a_walk_goes_in_the_order_of_insertion);
	tcase_add_test(tc, the_value_just_returned_may_be_removed_during_a_walk);
	tcase_add_test(tc, a_removed_key_may_be_freed_at_once);
	tcase_add_test(tc, a_long_random_life_agrees_with_a_plain_array);
	tcase_add_test(tc, the_hash_is_fnv_1a);
	tcase_add_test(tc, freeing_no_map_is_fine);
	tcase_add_test_raise_signal(tc, no_value_is_a_bug_of_the_caller, SIGABRT);
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
