/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lm/server/document/document.h"

/* The object as compact JSON; errors fail the test. */
static char *seen(struct lm_err *e, json_t *o)
{
	ck_assert_msg(e == NULL, "%s", e == NULL ? "" : lm_err_text(e));
	char *text = json_dumps(o, JSON_COMPACT);
	json_decref(o);
	return text;
}

static void reads_yaml(const char *yaml, const char *json)
{
	json_t *o = NULL;
	struct lm_err *e = document_parse_yaml(yaml, strlen(yaml), &o);
	char *text = seen(e, o);

	ck_assert_str_eq(text, json);
	free(text);
}

static void refused(struct lm_err *e, enum lm_err_kind kind, const char *text)
{
	ck_assert_ptr_nonnull(e);
	ck_assert_msg(strstr(lm_err_text(e), text) != NULL, "%s", lm_err_text(e));
	ck_assert_int_eq(lm_err_kind(e), kind);
	lm_err_free(e);
}

static void refuses_yaml(const char *yaml, const char *why)
{
	json_t *o = NULL;

	refused(document_parse_yaml(yaml, strlen(yaml), &o), LM_ERR_INVALID, why);
	ck_assert_ptr_null(o);
}

static void refuses_json(const char *json, const char *why)
{
	json_t *o = NULL;

	refused(document_parse_json(json, strlen(json), &o), LM_ERR_INVALID, why);
	ck_assert_ptr_null(o);
}

/* ---- reading ---------------------------------------------------------------------------------- */

START_TEST(yaml_without_quotes_is_what_it_looks_like)
{
	reads_yaml("a: text\nb: 5060\nc: -1.5\nd: true\ne: False\nf: null\ng: ~\nh:\n",
	    "{\"a\":\"text\",\"b\":5060,\"c\":-1.5,\"d\":true,\"e\":false,\"f\":null,\"g\":null,"
	    "\"h\":null}");
	reads_yaml("a: '5060'\nb: \"true\"\nc: 'null'\n",
	    "{\"a\":\"5060\",\"b\":\"true\",\"c\":\"null\"}");
	reads_yaml("a: 007\nb: 10.0.0.1\nc: 1e\nd: 12:30\ne: .5\nf: 0x10\ng: yes\n",
	    "{\"a\":\"007\",\"b\":\"10.0.0.1\",\"c\":\"1e\",\"d\":\"12:30\",\"e\":\".5\","
	    "\"f\":\"0x10\",\"g\":\"yes\"}");
	reads_yaml("a: 99999999999999999999\nb: 1e999\n",
	    "{\"a\":\"99999999999999999999\",\"b\":\"1e999\"}");
}
END_TEST

START_TEST(yaml_nests_and_repeats)
{
	reads_yaml("a: &x {b: [1, two]}\nc: *x\nd: |\n  line\n  line\n",
	    "{\"a\":{\"b\":[1,\"two\"]},\"c\":{\"b\":[1,\"two\"]},\"d\":\"line\\nline\\n\"}");
	reads_yaml("{\"json\": [true]}", "{\"json\":[true]}");
}
END_TEST

START_TEST(a_mistake_has_a_place)
{
	refuses_yaml("a: 1\nb: [2\n", "the body is no YAML: line ");
	refuses_yaml("a: 1\na: 2\n", "line 2 column 1");
	refuses_yaml("", "the body is no YAML: there is no document");
	refuses_yaml("a: 1\n---\nb: 2\n", "one YAML document, not 2");
	refuses_yaml("- a\n", "not a list");
	refuses_yaml("a\n", "not a single value");
	refuses_json("{\"a\": 1,\n \"b\": }", "the body is no JSON: line 2 column 7");
	refuses_json("{\"a\": 1, \"a\": 2}", "duplicate");
	refuses_json("", "the body is no JSON");
	refuses_json("[]", "not a list");
	refuses_json("5", "not a single value");
}
END_TEST

START_TEST(a_mistake_repeats_nothing_of_the_text)
{
	static const char text[] = "{\"privateKey\": VERYSECRET}";
	json_t *o = NULL;

	struct lm_err *e = document_parse_json(text, strlen(text), &o);
	ck_assert_ptr_nonnull(e);
	ck_assert_msg(strstr(lm_err_text(e), "SECRET") == NULL, "%s", lm_err_text(e));
	lm_err_free(e);
}
END_TEST

START_TEST(aliases_do_not_make_much_of_little)
{
	struct lm_buf b;
	json_t *o = NULL;

	lm_buf_init(&b, 1 << 20);
	lm_buf_puts(&b, "a: &a ");
	for (int i = 0; i < 1000; i++)
		lm_buf_puts(&b, "0123456789");
	lm_buf_puts(&b, "\nb: [");
	for (int i = 0; i < 1000; i++)
		lm_buf_puts(&b, "*a, ");
	lm_buf_puts(&b, "*a]\n");
	refused(document_parse_yaml(b.p, b.n, &o), LM_ERR_LIMIT, "what aliases repeat included");
	lm_buf_fini(&b);
}
END_TEST

/* ---- writing ---------------------------------------------------------------------------------- */

static const struct {
	const char *json, *yaml;
} printed[] = {
    {"{\"name\":\"core\",\"port\":5060,\"on\":true,\"none\":null}",
	"name: core\nport: 5060\n\"on\": true\nnone: null\n"},
    {"{\"a\":{},\"b\":[],\"c\":{\"d\":[1,{\"e\":\"x\",\"f\":[\"w\"]},[2,3]]}}",
	"a: {}\nb: []\nc:\n  d:\n    - 1\n    - e: x\n      f:\n        - w\n    - - 2\n      - "
	"3\n"},
    {"{\"a\":\"5060\",\"b\":\"true\",\"c\":\"\",\"d\":\"- x\",\"e\":\"a: b\",\"f\":\"No\"}",
	"a: \"5060\"\nb: \"true\"\nc: \"\"\nd: \"- x\"\ne: \"a: b\"\nf: \"No\"\n"},
    {"{\"key\":\"-----BEGIN-----\\nabc\\n-----END-----\\n\"}",
	"key: |\n  -----BEGIN-----\n  abc\n  -----END-----\n"},
    {"{\"key\":\"one\\ntwo\"}", "key: |-\n  one\n  two\n"},
    {"{\"key\":\" one\\ntwo\",\"x\":\"a\\n\\nb\",\"y\":\"a \\nb\",\"z\":\"tab\\t\\nb\"}",
	"key: \" one\\ntwo\"\nx: \"a\\n\\nb\"\n\"y\": \"a \\nb\"\nz: \"tab\\t\\nb\"\n"},
    {"{\"a b\":\"Zürich\",\"c\":\"quote \\\" back \\\\\"}",
	"\"a b\": \"Zürich\"\nc: \"quote \\\" back \\\\\"\n"},
};

START_TEST(yaml_is_written_as_people_write_it)
{
	json_t *o = json_loads(printed[_i].json, 0, NULL);
	struct lm_buf b;

	ck_assert_ptr_nonnull(o);
	lm_buf_init(&b, 65536);
	document_print_yaml(o, &b);
	json_decref(o);
	ck_assert_str_eq(b.p, printed[_i].yaml);
	reads_yaml(b.p, printed[_i].json);
	lm_buf_fini(&b);
}
END_TEST

START_TEST(who_sees_many_is_shown_a_list)
{
	json_t *o = json_loads("[{\"a\":1,\"b\":2},\"c\"]", 0, NULL);
	struct lm_buf b;

	lm_buf_init(&b, 65536);
	document_print_yaml(o, &b);
	json_decref(o);
	ck_assert_str_eq(b.p, "- a: 1\n  b: 2\n- c\n");
	lm_buf_fini(&b);
}
END_TEST

/* ---- what a client likes ------------------------------------------------------------------------ */

static const struct {
	const char *accept;
	bool yaml;
} wishes[] = {
    {NULL, false},
    {"", false},
    {"*/*", false},
    {"application/json", false},
    {"application/yaml", true},
    {"text/x-yaml; charset=utf-8", true},
    {"application/yaml,application/json", true},
    {"application/json, application/yaml", false},
    {"*/*, application/yaml", false},
    {"application/yaml;q=0.5, application/json;q=0.9", false},
    {"application/json;q=0.1, application/x-yaml; q=0.2", true},
    {"application/yaml;q=0", false},
    {"application/yamlish", false},
    {",,;;q=,", false},
};

START_TEST(the_accept_header_says_which_form)
{
	ck_assert_msg(document_wants_yaml(wishes[_i].accept) == wishes[_i].yaml, "%s",
	    wishes[_i].accept == NULL ? "none" : wishes[_i].accept);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("lm/server/document");
	TCase *tc = tcase_create("JSON and YAML");

	tcase_add_test(tc, yaml_without_quotes_is_what_it_looks_like);
	tcase_add_test(tc, yaml_nests_and_repeats);
	tcase_add_test(tc, a_mistake_has_a_place);
	tcase_add_test(tc, a_mistake_repeats_nothing_of_the_text);
	tcase_add_test(tc, aliases_do_not_make_much_of_little);
	tcase_add_loop_test(tc, yaml_is_written_as_people_write_it, 0, (int)LM_COUNT(printed));
	tcase_add_test(tc, who_sees_many_is_shown_a_list);
	tcase_add_loop_test(tc, the_accept_header_says_which_form, 0, (int)LM_COUNT(wishes));
	suite_add_tcase(s, tc);
	SRunner *sr = srunner_create(s);
	srunner_run_all(sr, CK_NORMAL);
	int failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed != 0;
}
