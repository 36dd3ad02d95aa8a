/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>

#include "base/arena.h"
#include "tosca/text/source.h"

static struct lm_arena *arena;

static void setup(void)
{
	arena = lm_arena_new();
}

static void teardown(void)
{
	lm_arena_free(arena);
}

static const struct source *source_of(const char *text)
{
	return source_new(arena, "x", text, strlen(text));
}

START_TEST(lines_end_as_yaml_says)
{
	const char text[] = "a\r\nb\rc\nd\xc2\x85"
			    "e\xe2\x80\xa8"
			    "f";
	const struct source *s = source_new(arena, "x", text, strlen(text));
	size_t n;

	ck_assert_uint_eq(s->n_lines, 6);
	for (uint32_t i = 1; i <= 6; i++) {
		ck_assert_int_eq(source_line(s, i, &n)[0], 'a' + (int)i - 1);
		ck_assert_uint_eq(n, 1);
	}
	source_line(s, 7, &n);
	ck_assert_uint_eq(n, 0);
	ck_assert_uint_eq(source_place(&(struct source_range){s, 3, 4}).line, 2);
}
END_TEST

START_TEST(a_text_of_nothing_has_one_empty_line)
{
	const struct source *s = source_of("");
	size_t n = 1;

	ck_assert_uint_eq(s->n_lines, 1);
	ck_assert_str_eq(source_line(s, 1, &n), "");
	ck_assert_uint_eq(n, 0);
	ck_assert(s->ascii);
}
END_TEST

START_TEST(a_place_and_its_byte_find_each_other)
{
	static const char text[] = "a\u00e4\u20ac\nbc\n";
	const struct source *s = source_of(text);

	ck_assert(!s->ascii);
	for (size_t i = 0; i < s->n; i += source_char_size(text + i, s->n - i)) {
		struct source_range range = {s, (uint32_t)i, (uint32_t)i + 1};
		struct source_place place = source_place(&range);

		ck_assert_uint_eq(source_offset(s, place.line, place.col), i);
	}
	ck_assert_uint_eq(source_offset(s, 1, 100), 6);
	ck_assert_uint_eq(source_offset(s, 100, 1), s->n);
}
END_TEST

START_TEST(what_cannot_be_read_is_replaced_and_noted)
{
	const struct source *s = source_of("\xef\xbb\xbfk\x01\xff\u200b: v");

	ck_assert_str_eq(s->text, "k??: v");
	ck_assert_uint_eq(s->control.n, 1);
	ck_assert_uint_eq(s->control.first, 1);
	ck_assert_uint_eq(s->invalid.n, 1);
	ck_assert_uint_eq(s->invalid.first, 2);
	ck_assert_uint_eq(s->invisible.n, 1);
	ck_assert_uint_eq(s->invisible.value, 0x200b);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("tosca/source");
	TCase *tc = tcase_create("a source");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, lines_end_as_yaml_says);
	tcase_add_test(tc, a_text_of_nothing_has_one_empty_line);
	tcase_add_test(tc, a_place_and_its_byte_find_each_other);
	tcase_add_test(tc, what_cannot_be_read_is_replaced_and_noted);
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
