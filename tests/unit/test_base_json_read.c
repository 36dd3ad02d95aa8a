/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json_read.h"

/*
 * The texts lie at the end of a block of just their size, so that reading beyond one is noticed.
 */
static char *block;
static struct lm_buf said;
static struct lm_jread r;

static void setup(void)
{
	block = NULL;
	lm_buf_init(&said, 4096);
}

static void teardown(void)
{
	free(block);
	lm_buf_fini(&said);
}

static void on(const char *text, size_t n)
{
	free(block);
	block = malloc(n + 1);
	ck_assert_ptr_nonnull(block);
	memcpy(block, text, n);
	block[n] = '\0';
	r = lm_jread_on(block, n);
}

static void on_text(const char *text)
{
	on(text, strlen(text));
}

static const char *why(void)
{
	lm_buf_clear(&said);
	lm_jread_why(&r, &said);
	return said.p;
}

START_TEST(values_are_read_one_after_another)
{
	const char *name = NULL, *text = NULL;
	double d = 0;
	size_t n = 0;

	on_text(" {\"load\" : 53.5, \"who\":\"gw\"\t,\n\"more\":[1,[],{}], \"is\":true}\r\n");
	ck_assert(lm_jread_enter(&r, '{'));
	ck_assert(lm_jread_member(&r, &name, &n));
	ck_assert_str_eq(name, "load");
	ck_assert_int_eq(lm_jread_peek(&r), LM_JREAD_NUMBER);
	ck_assert(lm_jread_number(&r, &d));
	ck_assert(d == 53.5);
	ck_assert(lm_jread_member(&r, &name, &n));
	ck_assert(lm_jread_text(&r, &text, &n));
	ck_assert_str_eq(text, "gw");
	ck_assert_uint_eq(n, 2);
	ck_assert(lm_jread_member(&r, &name, &n));
	ck_assert(lm_jread_skip(&r));
	ck_assert(lm_jread_member(&r, &name, &n));
	ck_assert_str_eq(name, "is");
	ck_assert_int_eq(lm_jread_peek(&r), LM_JREAD_TRUE);
	ck_assert(lm_jread_skip(&r));
	ck_assert(!lm_jread_member(&r, &name, &n));
	ck_assert(lm_jread_end(&r));
}
END_TEST

START_TEST(arrays_have_elements)
{
	double d = 0, sum = 0;

	on_text("[1, 2,3 ]");
	ck_assert(lm_jread_enter(&r, '['));
	while (lm_jread_element(&r) && lm_jread_number(&r, &d))
		sum += d;
	ck_assert(lm_jread_end(&r));
	ck_assert(sum == 6);
}
END_TEST

static const struct {
	const char *json, *text;
} texts[] = {
    {"\"\"", ""},
    {"\"plain\"", "plain"},
    {"\"a\\\"b\\\\c\\/d\"", "a\"b\\c/d"},
    {"\"\\b\\f\\n\\r\\t\"", "\b\f\n\r\t"},
    {"\"\\u0041\\u00e4\\u20AC\\ud83d\\ude00!\"", "A\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80!"},
    {"\"gr\xc3\xbc\xc3\x9f \xf0\x9f\x98\x80\"", "gr\xc3\xbc\xc3\x9f \xf0\x9f\x98\x80"},
    {"\"\\n\xc3\xbc\\u00fcx\"", "\n\xc3\xbc\xc3\xbcx"},
};

START_TEST(texts_are_unescaped_where_they_lie)
{
	const char *text = NULL;
	size_t n = 0;

	on_text(texts[_i].json);
	ck_assert(lm_jread_text(&r, &text, &n));
	ck_assert_str_eq(text, texts[_i].text);
	ck_assert_uint_eq(n, strlen(text));
	ck_assert(text >= block && text <= block + strlen(texts[_i].json));
	ck_assert(lm_jread_end(&r));
}
END_TEST

static const char *const numbers[] = {"0", "-0", "7", "-7", "107", "0.5", "-3.25", "14.5", "1e3",
    "1E+3", "25e-1", "0.1", "0.30000000000000004", "123456789012345", "1234567890123456789", "1e22",
    "1e23", "1.7976931348623157e308", "5e-324", "1e-400", "0.000000000000000000000000000001",
    "1700000000.123456", "1e400", "-1e400", "100000000000000000000000000000000000000000"};

START_TEST(numbers_are_those_of_the_library)
{
	double d = 0, want = strtod(numbers[_i], NULL);

	on_text(numbers[_i]);
	ck_assert_msg(lm_jread_number(&r, &d), "%s: %s", numbers[_i], why());
	ck_assert_msg(memcmp(&d, &want, sizeof d) == 0, "%s is %.17g", numbers[_i], d);
	ck_assert(lm_jread_end(&r));
}
END_TEST

START_TEST(a_number_of_any_length_is_read)
{
	char text[2001];
	double d = 0;

	memset(text, '1', 2000);
	text[1] = '.';
	text[2000] = '\0';
	on_text(text);
	ck_assert(lm_jread_number(&r, &d));
	ck_assert(d == strtod(text, NULL));
}
END_TEST

START_TEST(what_many_programs_write_for_no_number_is_a_number)
{
	double d = 0;

	on_text("[NaN,Infinity,-Infinity]");
	ck_assert(lm_jread_enter(&r, '[') && lm_jread_element(&r) && lm_jread_number(&r, &d));
	ck_assert(isnan(d));
	ck_assert(lm_jread_element(&r) && lm_jread_number(&r, &d));
	ck_assert(isinf(d) && d > 0);
	ck_assert(lm_jread_element(&r) && lm_jread_number(&r, &d));
	ck_assert(isinf(d) && d < 0);
	ck_assert(!lm_jread_element(&r) && lm_jread_end(&r));
}
END_TEST

static const struct {
	const char *json, *raw;
} raws[] = {
    {"7", "7"},
    {" \"a \\\" b\" ", "\"a \\\" b\""},
    {"[ ]", "[]"},
    {" { } ", "{}"},
    {"{ \"a b\" : [ 1 , 2.0 , { \"c\" : null } ] ,\n\"d\" : { } , \"e\":[true , false] }",
	"{\"a b\":[1,2.0,{\"c\":null}],\"d\":{},\"e\":[true,false]}"},
    {"[[[],[ ]],[ {}, {} ] ]", "[[[],[]],[{},{}]]"},
};

START_TEST(a_value_can_be_taken_as_it_is_without_blanks)
{
	char *raw = NULL;
	size_t n = 0;

	on_text(raws[_i].json);
	ck_assert_msg(lm_jread_raw(&r, &raw, &n), "%s: %s", raws[_i].json, why());
	ck_assert(lm_jread_end(&r));
	raw[n] = '\0';
	ck_assert_str_eq(raw, raws[_i].raw);
}
END_TEST

START_TEST(one_can_look_ahead_with_a_copy)
{
	const char *name = NULL;
	size_t n = 0;
	double d = 0;

	on_text("{\"a\\n\":1}");
	struct lm_jread ahead = r;
	ck_assert(lm_jread_enter(&ahead, '{') && lm_jread_member_raw(&ahead, &name, &n));
	ck_assert(n == 3 && strncmp(name, "a\\n", 3) == 0);
	ck_assert(lm_jread_number(&ahead, &d) && !lm_jread_member_raw(&ahead, &name, &n));
	ck_assert(lm_jread_end(&ahead));
	ck_assert_str_eq(block, "{\"a\\n\":1}");
	ck_assert(lm_jread_enter(&r, '{') && lm_jread_member(&r, &name, &n));
	ck_assert_str_eq(name, "a\n");
}
END_TEST

static const struct {
	const char *json, *why;
} wrongs[] = {
    {"", "line 1 column 1: the text ends too early"},
    {"\n \n", "line 3 column 1: the text ends too early"},
    {"x", "line 1 column 1: expected a value"},
    {"[1", "line 1 column 3: the text ends too early"},
    {"[1,", "line 1 column 4: the text ends too early"},
    {"[1,]", "line 1 column 4: expected a value"},
    {"[,1]", "line 1 column 2: expected a value"},
    {"[1 2]", "line 1 column 4: expected ',' or ']'"},
    {"[1}", "line 1 column 3: expected ',' or ']'"},
    {"{\"a\":1]", "line 1 column 7: expected ',' or '}'"},
    {"{\"a\":1,}", "line 1 column 8: expected a name in double quotes"},
    {"{a:1}", "line 1 column 2: expected a name in double quotes"},
    {"{\"a\" 1}", "line 1 column 6: expected ':'"},
    {"{\"a\":}", "line 1 column 6: expected a value"},
    {"{\n\"a\": 1,\n  'b': 2}", "line 3 column 3: expected a name in double quotes"},
    {"1 1", "line 1 column 3: something follows the value"},
    {"tru", "line 1 column 1: expected a value"},
    {"nul", "line 1 column 1: expected a value"},
    {"-", "line 1 column 2: expected a digit"},
    {"1.", "line 1 column 3: expected a digit"},
    {".5", "line 1 column 1: expected a value"},
    {"1e", "line 1 column 3: expected a digit"},
    {"01", "line 1 column 2: a number with a leading zero"},
    {"-01", "line 1 column 3: a number with a leading zero"},
    {"+1", "line 1 column 1: expected a value"},
    {"-NaN", "line 1 column 2: expected a value"},
    {"Nan", "line 1 column 1: expected a value"},
    {"0x1", "line 1 column 2: something follows the value"},
    {"\"a", "line 1 column 3: a text without its closing quote"},
    {"\"a\\", "line 1 column 3: no such escape"},
    {"\"\\x\"", "line 1 column 2: no such escape"},
    {"\"\\u12\"", "line 1 column 2: no such character can be in a text"},
    {"\"\\u0000\"", "line 1 column 2: no such character can be in a text"},
    {"\"\\ud83d\"", "line 1 column 2: no such character can be in a text"},
    {"\"\\ude00\"", "line 1 column 2: no such character can be in a text"},
    {"\"\\ud83d\\u0041\"", "line 1 column 2: no such character can be in a text"},
    {"\"a\nb\"", "line 1 column 3: a control character in a text"},
    {"\"\xff\"", "line 1 column 2: not UTF-8"},
    {"\"\xc3", "line 1 column 2: not UTF-8"},
    {"\"\xe2\x82", "line 1 column 2: not UTF-8"},
    {"\"\xed\xa0\x80\"", "line 1 column 2: not UTF-8"},
    {"\"\xc0\xaf\"", "line 1 column 2: not UTF-8"},
};

START_TEST(what_is_wrong_is_told_with_its_place)
{
	on_text(wrongs[_i].json);
	ck_assert(!lm_jread_skip(&r) || !lm_jread_end(&r));
	ck_assert_str_eq(why(), wrongs[_i].why);
	ck_assert(!lm_jread_end(&r));
}
END_TEST

START_TEST(a_text_is_checked_as_well_where_it_is_taken)
{
	const char *text = NULL;
	size_t n = 0;

	on_text("\"ab\\x\"");
	ck_assert(!lm_jread_text(&r, &text, &n));
	ck_assert_str_eq(why(), "line 1 column 4: no such escape");
}
END_TEST

START_TEST(a_zero_byte_is_no_end)
{
	on("[1]\0", 4);
	ck_assert(lm_jread_skip(&r));
	ck_assert(!lm_jread_end(&r));
	on("\"a\0b\"", 5);
	ck_assert(!lm_jread_skip(&r));
	ck_assert_str_eq(why(), "line 1 column 3: a control character in a text");
}
END_TEST

START_TEST(values_stand_within_each_other_to_a_limit)
{
	char text[2 * LM_JREAD_DEPTH + 3] = "";

	memset(text, '[', LM_JREAD_DEPTH);
	memset(text + LM_JREAD_DEPTH, ']', LM_JREAD_DEPTH);
	on_text(text);
	ck_assert(lm_jread_skip(&r) && lm_jread_end(&r));
	memset(text, '[', LM_JREAD_DEPTH + 1);
	on_text(text);
	ck_assert(!lm_jread_skip(&r));
	ck_assert_str_eq(why(), "line 1 column 65: too many values within each other");
}
END_TEST

START_TEST(a_value_of_another_kind_is_a_mistake_and_nothing_more_is_read)
{
	const char *name = NULL;
	double d = 0;
	size_t n = 0;

	on_text("{\"a\":\"b\",\"c\":1}");
	ck_assert(lm_jread_enter(&r, '{') && lm_jread_member(&r, &name, &n));
	ck_assert(!lm_jread_number(&r, &d));
	ck_assert(!lm_jread_member(&r, &name, &n));
	ck_assert(!lm_jread_enter(&r, '{'));
	ck_assert(!lm_jread_skip(&r));
	ck_assert_int_eq(lm_jread_peek(&r), LM_JREAD_NONE);
	ck_assert_str_eq(why(), "line 1 column 6: expected a number");
}
END_TEST

int main(void)
{
	Suite *s = suite_create("base/json_read");
	TCase *tc = tcase_create("reading in place");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, values_are_read_one_after_another);
	tcase_add_test(tc, arrays_have_elements);
	tcase_add_loop_test(tc, texts_are_unescaped_where_they_lie, 0, (int)LM_COUNT(texts));
	tcase_add_loop_test(tc, numbers_are_those_of_the_library, 0, (int)LM_COUNT(numbers));
	tcase_add_test(tc, a_number_of_any_length_is_read);
	tcase_add_test(tc, what_many_programs_write_for_no_number_is_a_number);
	tcase_add_loop_test(
	    tc, a_value_can_be_taken_as_it_is_without_blanks, 0, (int)LM_COUNT(raws));
	tcase_add_test(tc, one_can_look_ahead_with_a_copy);
	tcase_add_loop_test(tc, what_is_wrong_is_told_with_its_place, 0, (int)LM_COUNT(wrongs));
	tcase_add_test(tc, a_text_is_checked_as_well_where_it_is_taken);
	tcase_add_test(tc, a_zero_byte_is_no_end);
	tcase_add_test(tc, values_stand_within_each_other_to_a_limit);
	tcase_add_test(tc, a_value_of_another_kind_is_a_mistake_and_nothing_more_is_read);
	suite_add_tcase(s, tc);
	SRunner *sr = srunner_create(s);
	srunner_run_all(sr, CK_NORMAL);
	int failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed != 0;
}
