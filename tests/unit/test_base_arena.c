/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <signal.h>
#include <stdalign.h>
#include <stdint.h>

#include "base/arena.h"

static struct lm_arena *arena;

static void setup(void)
{
	arena = lm_arena_new();
}

static void teardown(void)
{
	lm_arena_free(arena);
}

START_TEST(what_it_gives_is_zeroed)
{
	for (size_t size = 1; size < 5000; size = size * 2 + 1) {
		unsigned char *p = lm_arena_alloc(arena, size);

		for (size_t i = 0; i < size; i++)
			ck_assert_uint_eq(p[i], 0);
		memset(p, 0xff, size);
	}
}
END_TEST

START_TEST(what_it_gives_is_aligned_for_any_type)
{
	for (size_t size = 0; size < 200; size++) {
		uintptr_t p = (uintptr_t)lm_arena_alloc(arena, size);

		ck_assert_uint_ne(p, 0);
		ck_assert_uint_eq(p % alignof(max_align_t), 0);
	}
}
END_TEST

START_TEST(texts_lie_side_by_side_and_structs_are_aligned_for_themselves)
{
	char *a = lm_arena_strdup(arena, "ab"), *b = lm_arena_strdup(arena, "c");
	uint32_t *number = LM_NEW(arena, uint32_t);

	ck_assert_ptr_eq(b + 2, a);
	ck_assert_uint_eq((uintptr_t)number % alignof(uint32_t), 0);
	ck_assert_ptr_eq(LM_NEW(arena, uint32_t), number + 1);
}
END_TEST

START_TEST(only_the_last_piece_can_be_extended)
{
	uint64_t *first = LM_NEW(arena, uint64_t), *last = LM_NEW(arena, uint64_t);

	ck_assert(!lm_arena_extend(arena, first, sizeof *first, sizeof *first));
	ck_assert(lm_arena_extend(arena, last, sizeof *last, sizeof *last));
	ck_assert_uint_eq(last[1], 0);
	ck_assert_ptr_eq(LM_NEW(arena, uint64_t), last + 2);
	ck_assert(!lm_arena_extend(arena, last + 2, sizeof *last, (size_t)1 << 40));
}
END_TEST

START_TEST(pieces_do_not_overlap_and_stay_where_they_are)
{
	char *pieces[500];

	for (size_t i = 0; i < LM_COUNT(pieces); i++)
		pieces[i] = lm_arena_printf(arena, "piece %zu", i);
	for (size_t i = 0; i < LM_COUNT(pieces); i++) {
		char expected[32];

		snprintf(expected, sizeof expected, "piece %zu", i);
		ck_assert_str_eq(pieces[i], expected);
	}
}
END_TEST

START_TEST(a_piece_may_be_larger_than_any_block)
{
	size_t size = 3 * 1024 * 1024;
	char *p = lm_arena_alloc(arena, size);

	memset(p, 'x', size);
	ck_assert_uint_ge(lm_arena_used(arena), size);
}
END_TEST

START_TEST(a_text_costs_its_bytes_and_one)
{
	for (size_t n = 0; n < 3000; n++) {
		size_t before = lm_arena_used(arena);

		lm_arena_strndup(arena, memset((char[3000]){0}, 'x', n), n);
		ck_assert_uint_eq(lm_arena_used(arena) - before, n + 1);
	}
}
END_TEST

START_TEST(texts_and_objects_keep_out_of_each_others_way)
{
	struct {
		char *text;
		uint64_t *object;
	} pieces[2000];

	for (size_t i = 0; i < LM_COUNT(pieces); i++) {
		pieces[i].text = lm_arena_printf(arena, "text %zu", i);
		pieces[i].object = LM_NEW_N(arena, uint64_t, 1 + i % 7);
		ck_assert_uint_eq(*pieces[i].object, 0);
		*pieces[i].object = i;
	}
	for (size_t i = 0; i < LM_COUNT(pieces); i++) {
		char expected[32];

		snprintf(expected, sizeof expected, "text %zu", i);
		ck_assert_str_eq(pieces[i].text, expected);
		ck_assert_uint_eq(*pieces[i].object, i);
	}
}
END_TEST

START_TEST(texts_are_copied)
{
	char text[] = "voice__gateway";
	char *copy = lm_arena_strdup(arena, text), *part = lm_arena_strndup(arena, text, 5);

	text[0] = 'x';
	ck_assert_str_eq(copy, "voice__gateway");
	ck_assert_str_eq(part, "voice");
	ck_assert_str_eq(lm_arena_strndup(arena, NULL, 0), "");
}
END_TEST

START_TEST(no_text_stays_no_text)
{
	ck_assert_ptr_null(lm_arena_strdup(arena, NULL));
}
END_TEST

START_TEST(a_formatted_text_may_be_of_any_length)
{
	char *p = lm_arena_printf(arena, "%05d|%10000s|", 42, "end");

	ck_assert_uint_eq(strlen(p), 5 + 1 + 10000 + 1);
	ck_assert_str_eq(p + strlen(p) - 4, "end|");
}
END_TEST

START_TEST(texts_are_joined)
{
	ck_assert_str_eq(lm_arena_join(arena, "voice", "__", "gateway", NULL), "voice__gateway");
	ck_assert_str_eq(lm_arena_join(arena, "", NULL), "");
}
END_TEST

START_TEST(used_bytes_are_counted)
{
	ck_assert_uint_eq(lm_arena_used(arena), 0);
	lm_arena_alloc(arena, 100);
	size_t used = lm_arena_used(arena);
	ck_assert_uint_ge(used, 100);
	lm_arena_alloc(arena, 100);
	ck_assert_uint_ge(lm_arena_used(arena), used + 100);
}
END_TEST

START_TEST(typed_pieces_have_the_size_of_their_type)
{
	struct pair {
		uint64_t a, b;
	} *one = LM_NEW(arena, struct pair), *many = LM_NEW_N(arena, struct pair, 3);

	ck_assert_uint_eq(one->b, 0);
	many[2].b = 7;
	ck_assert_uint_eq(lm_arena_used(arena), 4 * sizeof(struct pair));
}
END_TEST

START_TEST(freeing_no_arena_is_fine)
{
	lm_arena_free(NULL);
}
END_TEST

START_TEST(cleared_it_is_empty_and_gives_zeroed_pieces_again)
{
	static const char zeroes[100000];

	for (size_t keep = 0; keep <= 50000; keep += 10000)
		for (size_t size = 1; size < sizeof zeroes; size *= 3) {
			lm_arena_strndup(arena, "text", 4);
			memset(lm_arena_alloc(arena, size), 0xff, size);
			lm_arena_clear(arena, keep);
			ck_assert_uint_eq(lm_arena_used(arena), 0);
			ck_assert_mem_eq(lm_arena_alloc(arena, size), zeroes, size);
			lm_arena_clear(arena, keep);
		}
	lm_arena_clear(arena, 0);
	lm_arena_clear(arena, 100);
}
END_TEST

START_TEST(filled_and_cleared_over_and_over_it_takes_the_same_memory_again)
{
	lm_arena_alloc(arena, 5000);
	lm_arena_alloc(arena, 1000);
	lm_arena_clear(arena, 1 << 20);
	const void *before = lm_arena_alloc(arena, 3000);
	lm_arena_alloc(arena, 3000);
	lm_arena_clear(arena, 1 << 20);
	ck_assert_ptr_eq(lm_arena_alloc(arena, 1000), before);
}
END_TEST

START_TEST(an_automatic_arena_ends_with_its_scope_unless_it_is_stolen)
{
	struct lm_arena *kept;

	{
		LM_AUTO(lm_arena) ends = lm_arena_new();
		LM_AUTO(lm_arena) stays = lm_arena_new();

		lm_arena_alloc(ends, 10);
		kept = LM_STEAL(stays);
		ck_assert_ptr_null(stays);
	}
	ck_assert_str_eq(lm_arena_strdup(kept, "alive"), "alive");
	lm_arena_free(kept);
}
END_TEST

START_TEST(a_size_that_cannot_be_aborts)
{
	lm_arena_alloc(arena, SIZE_MAX - 4);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("base/arena");
	TCase *tc = tcase_create("an arena");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, what_it_gives_is_zeroed);
	tcase_add_test(tc, what_it_gives_is_aligned_for_any_type);
	tcase_add_test(tc, texts_lie_side_by_side_and_structs_are_aligned_for_themselves);
	tcase_add_test(tc, only_the_last_piece_can_be_extended);
	tcase_add_test(tc, pieces_do_not_overlap_and_stay_where_they_are);
	tcase_add_test(tc, a_piece_may_be_larger_than_any_block);
	tcase_add_test(tc, a_text_costs_its_bytes_and_one);
	tcase_add_test(tc, texts_and_objects_keep_out_of_each_others_way);
	tcase_add_test(tc, texts_are_copied);
	tcase_add_test(tc, no_text_stays_no_text);
	tcase_add_test(tc, a_formatted_text_may_be_of_any_length);
	tcase_add_test(tc, texts_are_joined);
	tcase_add_test(tc, used_bytes_are_counted);
	tcase_add_test(tc, typed_pieces_have_the_size_of_their_type);
	tcase_add_test(tc, freeing_no_arena_is_fine);
	tcase_add_test(tc, cleared_it_is_empty_and_gives_zeroed_pieces_again);
	tcase_add_test(tc, filled_and_cleared_over_and_over_it_takes_the_same_memory_again);
	tcase_add_test(tc, an_automatic_arena_ends_with_its_scope_unless_it_is_stolen);
	tcase_add_test_raise_signal(tc, a_size_that_cannot_be_aborts, SIGABRT);
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
