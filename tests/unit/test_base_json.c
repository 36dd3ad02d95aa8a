/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"

static struct lm_buf b;
static struct lm_json j;

static void setup(void)
{
	lm_buf_init(&b, 65536);
	j = lm_json_on(&b);
}

static void teardown(void)
{
	lm_buf_fini(&b);
}

static const char *quoted(const char *text)
{
	lm_buf_clear(&b);
	lm_json_quote(&b, text);
	return b.p;
}

static const char *number(double d)
{
	lm_buf_clear(&b);
	j = lm_json_on(&b);
	lm_json_num(&j, NULL, d);
	return b.p;
}

START_TEST(members_are_separated_by_commas_at_every_depth)
{
	lm_json_open(&j, NULL, '{');
	lm_json_str(&j, "name", "voice");
	lm_json_open(&j, "children", '[');
	lm_json_int(&j, NULL, 1);
	lm_json_open(&j, NULL, '{');
	lm_json_close(&j, '}');
	lm_json_open(&j, NULL, '[');
	lm_json_close(&j, ']');
	lm_json_bool(&j, NULL, true);
	lm_json_close(&j, ']');
	lm_json_bool(&j, "ok", false);
	lm_json_raw(&j, "raw", "{\"x\":[]}");
	lm_json_str(&j, "none", NULL);
	lm_json_close(&j, '}');
	ck_assert_str_eq(b.p, "{\"name\":\"voice\",\"children\":[1,{},[],true],\"ok\":false,"
			      "\"raw\":{\"x\":[]},\"none\":null}");
}
END_TEST

START_TEST(keys_are_escaped_like_texts)
{
	lm_json_open(&j, NULL, '{');
	lm_json_int(&j, "a\"b", 1);
	lm_json_close(&j, '}');
	ck_assert_str_eq(b.p, "{\"a\\\"b\":1}");
}
END_TEST

START_TEST(quotes_backslashes_and_control_characters_are_escaped)
{
	ck_assert_str_eq(quoted("say \"hi\" \\ \n\t\r\b\x1f\x7f /"),
	    "\"say \\\"hi\\\" \\\\ \\n\\t\\u000d\\u0008\\u001f\\u007f /\"");
}
END_TEST

static void check_byte(int byte, size_t at, size_t n)
{
	char text[40], alone[2] = {(char)byte, '\0'}, expected[60], one[20];

	memset(text, 'a', n);
	text[n] = '\0';
	text[at] = (char)byte;
	snprintf(one, sizeof one, "%s", quoted(alone));
	one[strlen(one) - 1] = '\0';
	snprintf(expected, sizeof expected, "\"%.*s%s%s\"", (int)at, text, one + 1, text + at + 1);
	ck_assert_str_eq(quoted(text), expected);
	bool plain = byte >= 0x20 && byte < 0x7f && byte != '"' && byte != '\\';
	ck_assert_int_eq(strlen(b.p) == n + 2, plain);
}

/* A text that goes as it is is copied by words: nothing else must slip through, wherever it stands. */
START_TEST(every_byte_at_every_place_of_every_length_is_looked_at)
{
	for (int byte = 1; byte < 256; byte++)
		for (size_t n = 1; n < 26; n++)
			for (size_t at = 0; at < n; at++)
				check_byte(byte, at, n);
}
END_TEST

START_TEST(numbers_have_all_their_digits)
{
	lm_json_open(&j, NULL, '[');
	lm_json_int(&j, NULL, 0);
	lm_json_int(&j, NULL, -1);
	lm_json_int(&j, NULL, 100);
	lm_json_int(&j, NULL, INT64_MIN);
	lm_json_close(&j, ']');
	ck_assert_str_eq(b.p, "[0,-1,100,-9223372036854775808]");
}
END_TEST

START_TEST(utf_8_stays_as_it_is)
{
	const char *text = "\"\xc2\x80 \xc3\xbc \xdf\xbf \xe0\xa0\x80 \xe2\x82\xac \xed\x9f\xbf "
			   "\xee\x80\x80 \xef\xbf\xbf \xf0\x90\x80\x80 \xf3\xbf\xbf\xbf "
			   "\xf0\x9f\x93\x9e \xf4\x8f\xbf\xbf\"";
	char inner[100];

	snprintf(inner, sizeof inner, "%.*s", (int)strlen(text) - 2, text + 1);
	ck_assert_str_eq(quoted(inner), text);
}
END_TEST

/* Lone, cut short, too long, a surrogate, too large: one replacement for each byte. */
static const struct {
	const char *text;
	size_t bad;
} not_utf_8[] = {
    {"\x80", 1},
    {"\xbf\xbf", 2},
    {"\xc3", 1},
    {"\xe2\x82", 2},
    {"\xf0\x9f\x93", 3},
    {"\xc0\xaf", 2},
    {"\xc1\xbf", 2},
    {"\xe0\x9f\xbf", 3},
    {"\xf0\x8f\xbf\xbf", 4},
    {"\xed\xa0\x80", 3},
    {"\xf4\x90\x80\x80", 4},
    {"\xf5\x80\x80\x80", 4},
    {"\xff", 1},
    {"\xfe", 1},
};

START_TEST(bytes_that_are_no_utf_8_are_replaced)
{
	for (size_t i = 0; i < LM_COUNT(not_utf_8); i++) {
		char text[16], expected[64];
		size_t n = 0;

		snprintf(text, sizeof text, "a%s", not_utf_8[i].text);
		n += (size_t)snprintf(expected, sizeof expected, "\"a");
		for (size_t k = 0; k < not_utf_8[i].bad; k++)
			n += (size_t)snprintf(expected + n, sizeof expected - n, "\xef\xbf\xbd");
		snprintf(expected + n, sizeof expected - n, "\"");
		ck_assert_msg(strcmp(quoted(text), expected) == 0, "row %zu: %s", i, b.p);
	}
}
END_TEST

START_TEST(a_character_after_bad_bytes_is_not_swallowed)
{
	ck_assert_str_eq(quoted("\xe2\x82\"x"), "\"\xef\xbf\xbd\xef\xbf\xbd\\\"x\"");
	ck_assert_str_eq(quoted("\xe2\xc3\xbc"), "\"\xef\xbf\xbd\xc3\xbc\"");
}
END_TEST

START_TEST(numbers_have_no_more_digits_than_they_need)
{
	ck_assert_str_eq(number(53), "53");
	ck_assert_str_eq(number(-2), "-2");
	ck_assert_str_eq(number(53.5), "53.500");
	ck_assert_str_eq(number(0.0006), "0.001");
}
END_TEST

START_TEST(what_is_no_number_is_null)
{
	ck_assert_str_eq(number((double)NAN), "null");
	ck_assert_str_eq(number((double)INFINITY), "null");
	ck_assert_str_eq(number(-(double)INFINITY), "null");
}
END_TEST

START_TEST(integers_keep_all_their_digits)
{
	lm_json_open(&j, NULL, '[');
	lm_json_int(&j, NULL, INT64_MAX);
	lm_json_int(&j, NULL, INT64_MIN);
	lm_json_close(&j, ']');
	ck_assert_str_eq(b.p, "[9223372036854775807,-9223372036854775808]");
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("base/json");
	TCase *tc = tcase_create("JSON");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, members_are_separated_by_commas_at_every_depth);
	tcase_add_test(tc, keys_are_escaped_like_texts);
	tcase_add_test(tc, quotes_backslashes_and_control_characters_are_escaped);
	tcase_add_test(tc, every_byte_at_every_place_of_every_length_is_looked_at);
	tcase_add_test(tc, numbers_have_all_their_digits);
	tcase_add_test(tc, utf_8_stays_as_it_is);
	tcase_add_test(tc, bytes_that_are_no_utf_8_are_replaced);
	tcase_add_test(tc, a_character_after_bad_bytes_is_not_swallowed);
	tcase_add_test(tc, numbers_have_no_more_digits_than_they_need);
	tcase_add_test(tc, what_is_no_number_is_null);
	tcase_add_test(tc, integers_keep_all_their_digits);
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
