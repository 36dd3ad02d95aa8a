/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lm/server/http/body.h"

/* What stands in addresses and bodies.  Each text is as long as its memory, so that reading beyond it is seen. */
static char *text;
static size_t text_n;
static struct form *form;
static struct parts *parts;
static struct http_part part;

static void given(const char *body)
{
	text_n = strlen(body);
	text = malloc(text_n + 1);
	memcpy(text, body, text_n + 1);
}

static void form_of(const char *body)
{
	given(body);
	form = form_read(text);
}

static void parts_of(const char *type, const char *body)
{
	given(body);
	parts = parts_read(text, text_n, type);
}

static void setup(void)
{
	text = NULL;
	form = NULL;
	parts = NULL;
}

static void teardown(void)
{
	free(form);
	free(parts);
	free(text);
}

static void has(const char *name, const char *content)
{
	ck_assert_msg(parts_find(parts, name, &part), "no part '%s'", name);
	ck_assert_uint_eq(part.n, strlen(content));
	ck_assert_mem_eq(part.p, content, part.n);
}

/* ---- addresses ---------------------------------------------------------------------------------- */

static const struct {
	const char *from, *to;
} escapes[] = {
    {"", ""},
    {"/a/b", "/a/b"},
    {"/a%20b%2fc%2F", "/a b/c/"},
    {"/assembly%3A%3Ax", "/assembly::x"},
    {"%c3%A4", "ä"},
    {"/a%00b", "/a%00b"}, /* would end the text */
    {"%", "%"},
    {"%4", "%4"},
    {"%zz%4g%", "%zz%4g%"},
    {"%%34", "%4"},
    {"a+b", "a+b"},
};

START_TEST(an_escape_in_an_address_is_undone_but_for_the_end_of_a_text)
{
	given(escapes[_i].from);
	ck_assert_uint_eq(unescape(text), strlen(escapes[_i].to));
	ck_assert_str_eq(text, escapes[_i].to);
}
END_TEST

/* ---- kinds -------------------------------------------------------------------------------------- */

START_TEST(a_type_is_known_without_its_parameters_and_in_any_case)
{
	ck_assert_uint_eq(body_kind_of("application/json"), BODY_JSON);
	ck_assert_uint_eq(body_kind_of("Application/JSON;charset=utf-8"), BODY_JSON);
	ck_assert_uint_eq(body_kind_of("application/yaml"), BODY_YAML);
	ck_assert_uint_eq(body_kind_of("text/x-yaml ; a=b"), BODY_YAML);
	ck_assert_uint_eq(body_kind_of("application/x-www-form-urlencoded"), BODY_FORM);
	ck_assert_uint_eq(body_kind_of("multipart/form-data; boundary=x"), BODY_MULTIPART);
}
END_TEST

START_TEST(any_other_type_is_not_taken_for_one_of_ours)
{
	ck_assert_uint_eq(body_kind_of(NULL), BODY_NONE);
	ck_assert_uint_eq(body_kind_of(""), BODY_OTHER);
	ck_assert_uint_eq(body_kind_of("text/plain"), BODY_OTHER);
	ck_assert_uint_eq(body_kind_of("application/jsonp"), BODY_OTHER);
	ck_assert_uint_eq(body_kind_of("multipart/mixed"), BODY_OTHER);
}
END_TEST

/* ---- forms -------------------------------------------------------------------------------------- */

START_TEST(a_field_is_decoded)
{
	form_of("grant_type=password&username=J%c3%A4ck+B&password=a%26b%3D&flag&=x");
	ck_assert_str_eq(form_find(form, "grant_type"), "password");
	ck_assert_str_eq(form_find(form, "username"), "J\xc3\xa4"
						      "ck B");
	ck_assert_str_eq(form_find(form, "password"), "a&b=");
	ck_assert_str_eq(form_find(form, "flag"), "");
	ck_assert_ptr_null(form_find(form, ""));
	ck_assert_ptr_null(form_find(form, "pass"));
}
END_TEST

START_TEST(of_two_fields_of_one_name_the_first_counts)
{
	form_of("a=1&a=2");
	ck_assert_str_eq(form_find(form, "a"), "1");
}
END_TEST

START_TEST(what_is_not_well_formed_is_not_there)
{
	form_of("a=%4&b=%zz&c=%00x&d=%&e=1");
	ck_assert_ptr_null(form_find(form, "a"));
	ck_assert_ptr_null(form_find(form, "b"));
	ck_assert_ptr_null(form_find(form, "c"));
	ck_assert_ptr_null(form_find(form, "d"));
	ck_assert_str_eq(form_find(form, "e"), "1");
}
END_TEST

START_TEST(an_empty_form_has_no_fields)
{
	form_of("");
	ck_assert_ptr_null(form_find(form, "a"));
}
END_TEST

/* ---- parts -------------------------------------------------------------------------------------- */

#define DISPOSITION "Content-Disposition: form-data; "

START_TEST(a_part_is_found_where_it_stands)
{
	parts_of("multipart/form-data; boundary=xx",
	    "--xx\r\n" DISPOSITION "name=\"file\"; filename=\"a;b.zip\"\r\n"
	    "Content-Type: application/zip\r\n\r\nPK\r\n--x\r\n\r\n--xx\r\n"
	    "content-disposition:form-data;filename=c; name=other\r\n\r\n\r\n--xx--\r\n");
	has("file", "PK\r\n--x\r\n");
	ck_assert_ptr_eq(part.p, strstr(part.p, "PK"));
	ck_assert_str_eq(part.filename, "a;b.zip");
	ck_assert_str_eq(part.type, "application/zip");
	has("other", "");
	ck_assert_str_eq(part.filename, "c");
	ck_assert_ptr_null(part.type);
	ck_assert(!parts_find(parts, "xx", &part));
}
END_TEST

START_TEST(a_boundary_may_stand_in_quotation_marks_and_after_a_preamble)
{
	parts_of("multipart/form-data; charset=x; Boundary=\"a b\"",
	    "hello\r\n--a b\r\n" DISPOSITION "name=f\r\n\r\n1\r\n--a b--");
	has("f", "1");
}
END_TEST

START_TEST(what_is_cut_short_has_no_part_at_its_end)
{
	parts_of("multipart/form-data; boundary=x",
	    "--x\r\n" DISPOSITION "name=a\r\n\r\n1\r\n--x\r\n" DISPOSITION "name=b\r\n\r\n2");
	has("a", "1");
	ck_assert(!parts_find(parts, "b", &part));
}
END_TEST

static const struct {
	const char *type, *body;
} broken[] = {
    {"multipart/form-data", "--x\r\n" DISPOSITION "name=f\r\n\r\n1\r\n--x--"},
    {"multipart/form-data; boundary=", "--\r\n" DISPOSITION "name=f\r\n\r\n1\r\n----"},
    {"multipart/form-data; boundary=y", "--x\r\n" DISPOSITION "name=f\r\n\r\n1\r\n--x--"},
    {"multipart/form-data; boundary=x", ""},
    {"multipart/form-data; boundary=x", "--x"},
    {"multipart/form-data; boundary=x", "--x--"},
    {"multipart/form-data; boundary=x", "--x\r\n" DISPOSITION "name=f"},
    {"multipart/form-data; boundary=x", "--x\r\n" DISPOSITION "name=f\r\n\r\n"},
    {"multipart/form-data; boundary=x", "--x\r\n\r\n1\r\n--x--"},
    {"multipart/form-data; boundary=x", "--x\r\n" DISPOSITION "name=\r\n\r\n1\r\n--x--"},
    {"multipart/form-data; boundary=x", "--x\r\nContent-Disposition\r\n\r\n1\r\n--x--"},
};

START_TEST(what_is_broken_has_no_part)
{
	parts_of(broken[_i].type, broken[_i].body);
	ck_assert(!parts_find(parts, "f", &part));
}
END_TEST

START_TEST(the_first_sixteen_parts_count)
{
	char body[4096] = "";

	for (int i = 0; i < 17; i++) {
		char one[64];

		snprintf(one, sizeof one, "--x\r\n" DISPOSITION "name=p%d\r\n\r\n1\r\n", i);
		memcpy(body + strlen(body), one, strlen(one) + 1);
	}
	memcpy(body + strlen(body), "--x--", 6);
	parts_of("multipart/form-data; boundary=x", body);
	has("p15", "1");
	ck_assert(!parts_find(parts, "p16", &part));
}
END_TEST

int main(void)
{
	Suite *s = suite_create("lm/server/http/body");
	TCase *c = tcase_create("body");
	SRunner *sr;

	tcase_add_checked_fixture(c, setup, teardown);
	tcase_add_loop_test(c, an_escape_in_an_address_is_undone_but_for_the_end_of_a_text, 0,
	    sizeof escapes / sizeof *escapes);
	tcase_add_test(c, a_type_is_known_without_its_parameters_and_in_any_case);
	tcase_add_test(c, any_other_type_is_not_taken_for_one_of_ours);
	tcase_add_test(c, a_field_is_decoded);
	tcase_add_test(c, of_two_fields_of_one_name_the_first_counts);
	tcase_add_test(c, what_is_not_well_formed_is_not_there);
	tcase_add_test(c, an_empty_form_has_no_fields);
	tcase_add_test(c, a_part_is_found_where_it_stands);
	tcase_add_test(c, a_boundary_may_stand_in_quotation_marks_and_after_a_preamble);
	tcase_add_test(c, what_is_cut_short_has_no_part_at_its_end);
	tcase_add_loop_test(c, what_is_broken_has_no_part, 0, sizeof broken / sizeof *broken);
	tcase_add_test(c, the_first_sixteen_parts_count);
	suite_add_tcase(s, c);
	sr = srunner_create(s);
	srunner_run_all(sr, CK_NORMAL);
	int failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed != 0;
}
