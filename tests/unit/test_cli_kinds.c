/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "lm/cli/documents.h"
#include "lm/cli/kinds/kind.h"
#include "lm/cli/render/yaml.h"

static struct lm_buf out;
static const struct render plain = {.colour = false};

static void setup(void)
{
	lm_buf_init(&out, 65536);
}

static void teardown(void)
{
	lm_buf_fini(&out);
}

static json_t *json(const char *text)
{
	json_t *j = json_loads(text, JSON_DECODE_ANY, NULL);

	ck_assert_msg(j != NULL, "%s", text);
	return j;
}

/* ---- the table of kinds ------------------------------------------------------------------------- */

START_TEST(a_kind_is_found_by_its_name_its_plural_and_its_other_names)
{
	static const char *const words[] = {
	    "location", "locations", "loc", "DeploymentLocation", "deploymentlocations"};

	for (size_t i = 0; i < LM_COUNT(words); i++) {
		const struct kind *k = kind_find(words[i]);

		ck_assert_msg(k != NULL && strcmp(k->name, "location") == 0, "%s", words[i]);
	}
	ck_assert_ptr_null(kind_find("lo"));
	ck_assert_ptr_null(kind_find(""));
	ck_assert_ptr_null(kind_find("loc deploymentlocation"));
}
END_TEST

START_TEST(no_word_stands_for_two_kinds)
{
	size_t n = 0;
	const struct kind *all = kinds_all(&n);

	for (size_t i = 0; i < n; i++) {
		ck_assert_ptr_eq(kind_find(all[i].name), &all[i]);
		ck_assert_ptr_eq(kind_find(all[i].plural), &all[i]);
	}
}
END_TEST

START_TEST(a_kind_that_is_not_there_is_answered_with_what_was_meant)
{
	kind_explain_unknown("procesess", &out);
	ck_assert_ptr_nonnull(strstr(out.p, "did you mean 'processes'?"));
	ck_assert_ptr_nonnull(strstr(out.p, "assemblies, "));
}
END_TEST

/* ---- tables ------------------------------------------------------------------------------------- */

static const char assemblies[] =
    "[{\"name\":\"voice\",\"state\":\"Active\",\"descriptorName\":\"assembly::v::1.0\","
    "\"id\":\"7\",\"lastTransition\":{\"intentType\":\"HealAssembly\",\"status\":\"Failed\"},"
    "\"createdAt\":\"2026-11-20T22:42:59.123Z\"},"
    "{\"name\":\"base\",\"state\":null,\"descriptorName\":\"assembly::b::1.0\",\"id\":\"8\"}]";

static const char *table_of(const char *kind, const char *text, bool wide, unsigned columns)
{
	struct render r = plain;
	json_t *j = json(text), *sorted = kind_sort(kind_find(kind), j);

	r.columns = columns;
	kind_print_table(kind_find(kind), &r, sorted, wide, &out);
	json_decref(sorted);
	json_decref(j);
	return out.p;
}

START_TEST(a_list_is_a_table_in_the_order_of_names_without_trailing_blanks)
{
	ck_assert_str_eq(table_of("assembly", assemblies, false, 0),
	    "NAME   STATE   DESCRIPTOR        LAST PROCESS          CREATED\n"
	    "base   -       assembly::b::1.0\n"
	    "voice  Active  assembly::v::1.0  HealAssembly  Failed  2026-11-20 22:42:59\n");
}
END_TEST

START_TEST(wide_has_more_columns)
{
	ck_assert_ptr_nonnull(strstr(table_of("assembly", assemblies, true, 0), "ID\n"));
}
END_TEST

START_TEST(processes_stay_in_the_order_of_the_manager_and_tell_how_long_they_took)
{
	ck_assert_str_eq(table_of("process",
			     "[{\"id\":\"b\",\"assemblyName\":\"v\",\"intentType\":\"X\","
			     "\"status\":\"Completed\",\"startTime\":\"2026-11-20T22:42:59.000Z\","
			     "\"endTime\":\"2026-11-20T22:43:01.500Z\",\"reason\":\"r\"},"
			     "{\"id\":\"a\",\"statusReason\":\"why\",\"reason\":\"r\"}]",
			     false, 0),
	    "PROCESS  ASSEMBLY  INTENT  STATUS     STARTED              TOOK   WHY\n"
	    "b        v         X       Completed  2026-11-20 22:42:59  2.5 s  r\n"
	    "a                          -                                      why\n");
}
END_TEST

START_TEST(where_there_is_no_room_ids_and_times_are_short_before_anything_is_cut)
{
	static const char text[] =
	    "[{\"id\":\"51718263-696d-8114-8900-f44bb4d7a302\",\"assemblyName\":\"voice\","
	    "\"intentType\":\"HealAssembly\",\"status\":\"In Progress\","
	    "\"startTime\":\"2001-11-20T22:42:59.000Z\",\"reason\":\"asterisk has died again\"}]";

	ck_assert_ptr_nonnull(strstr(table_of("process", text, false, 130), "f44bb4d7a302"));
	lm_buf_clear(&out);
	ck_assert_str_eq(table_of("process", text, false, 80),
	    "PROCESS   ASSEMBLY  INTENT        STATUS       STARTED      TOOK  WHY\n"
	    "51718263  voice     HealAssembly  In Progress  11-20 22:42        asterisk has ~\n");
	lm_buf_clear(&out);
	ck_assert_str_eq(table_of("process", text, false, 60),
	    "PROCESS   ASSEMBLY  INTENT    STATUS       STARTED      TOOK  WHY\n"
	    "51718263  voice     HealAss~  In Progress  11-20 22:42        asteris~\n");
}
END_TEST

START_TEST(a_table_fits_the_terminal_but_its_first_column_stays_whole)
{
	const char *text = table_of("descriptor",
	    "[{\"name\":\"assembly::long-name::1.0\",\"description\":\"what it is for, in many "
	    "words\"}]",
	    false, 40);

	ck_assert_str_eq(text, "NAME                      DESCRIPTION\n"
			       "assembly::long-name::1.0  what it is fo~\n");
}
END_TEST

START_TEST(names_are_a_line_each)
{
	json_t *j = json(assemblies);

	kind_print_names(kind_find("assembly"), j, &out);
	ck_assert_str_eq(out.p, "voice\nbase\n");
	json_decref(j);
}
END_TEST

START_TEST(lists_and_counts_fit_into_a_cell)
{
	ck_assert_str_eq(table_of("webhook",
			     "[{\"name\":\"w\",\"url\":\"u\",\"types\":[\"A\",\"B\"]}]", false, 0),
	    "NAME  URL  TYPES  STATE\nw     u    A,B    -\n");
	lm_buf_clear(&out);
	ck_assert_ptr_nonnull(
	    strstr(table_of("location",
		       "[{\"name\":\"l\",\"infrastructureSpecificProperties\":{\"a\":1,\"b\":2}}]",
		       true, 0),
		" 2\n"));
}
END_TEST

/* ---- YAML --------------------------------------------------------------------------------------- */

START_TEST(an_object_is_written_as_people_write_yaml)
{
	json_t *j = json(
	    "{\"name\":\"voice\",\"count\":3,\"empty\":{},\"none\":[],\"list\":[\"a\",{\"b\":1,"
	    "\"c\":[2]}],\"text\":\"one\\ntwo\\n\",\"no\":null}");

	render_yaml(j, &out);
	ck_assert_str_eq(out.p,
	    "name: voice\ncount: 3\nempty: {}\nnone: []\nlist:\n- a\n- b: 1\n  c:\n  - 2\n"
	    "text: |\n  one\n  two\n\"no\": null\n");
	json_decref(j);
}
END_TEST

/* Texts that would be read back as something else, or not at all. */
static const char *const texts[] = {"", "null", "NULL", "yes", "Off", "12", "-1", "1e3", "0x10",
    "2026-11-20", "12:30", "~", "- a", "a: b", "a:", "a #b", "#a", "a#b", "&a", "*a", "!a", "{a",
    "[a", "%a", "@a", "`a", "'a", "\"a", "a ", " a", "|", ">", "?", "-", ":", "a\tb", "a\nb", "a\n",
    "a\n\n", "\na", " a\nb", "a\n b\n", "a\r\nb", "\x01", "\xc3\xb6l", "10.0.0.1",
    "assembly::v::1.0", "=", "<<", "y", "n", ".5", "a,b", "a]", "---", "...", "http://h/p?q=1#f"};

START_TEST(a_text_comes_back_as_it_was)
{
	json_t *first = json_object(), *second = NULL;

	json_object_set_new(first, "key", json_string(texts[_i]));
	json_object_set_new(first, texts[_i], json_pack("[[s],{s:s}]", texts[_i], "a", texts[_i]));
	render_yaml(first, &out);
	struct lm_err *e = documents_read("it", out.p, out.n, &second, NULL);
	ck_assert_msg(e == NULL, "%s\n%s", out.p, e != NULL ? lm_err_text(e) : "");
	ck_assert_msg(json_equal(first, json_array_get(second, 0)), "%s", out.p);
	json_decref(first);
	json_decref(second);
}
END_TEST

/* ---- documents ---------------------------------------------------------------------------------- */

START_TEST(values_have_the_types_that_yaml_gives_them)
{
	static const char text[] = "a: 1\nb: '1'\nc: true\nd: null\ne: 1.0\nf: 007\ng: [x]\n";
	json_t *all = NULL,
	       *want = json("[{\"a\":1,\"b\":\"1\",\"c\":true,\"d\":null,\"e\":\"1.0\","
			    "\"f\":\"007\",\"g\":[\"x\"]}]");

	ck_assert_ptr_null(documents_read("it", text, strlen(text), &all, NULL));
	ck_assert(json_equal(all, want));
	json_decref(all);
	json_decref(want);
}
END_TEST

START_TEST(the_texts_of_several_documents_are_told_apart)
{
	static const char text[] = "name: a\n---\nname: b\n";
	json_t *all = NULL, *parts = NULL;

	ck_assert_ptr_null(documents_read("it", text, strlen(text), &all, &parts));
	ck_assert_uint_eq(json_array_size(parts), 2);
	ck_assert_ptr_nonnull(strstr(json_string_value(json_array_get(parts, 0)), "name: a"));
	ck_assert_ptr_null(strstr(json_string_value(json_array_get(parts, 0)), "name: b"));
	ck_assert_ptr_nonnull(strstr(json_string_value(json_array_get(parts, 1)), "name: b"));
	json_decref(all);
	json_decref(parts);
}
END_TEST

START_TEST(a_document_that_cannot_be_read_says_where)
{
	json_t *all = NULL;
	struct lm_err *e = documents_read("it.yml", "a: [", 4, &all, NULL);

	ck_assert_ptr_nonnull(e);
	ck_assert_ptr_nonnull(strstr(lm_err_text(e), "it.yml:1:"));
	lm_err_free(e);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("lm/cli/kinds");
	TCase *kinds = tcase_create("kinds"), *yaml = tcase_create("yaml");

	tcase_add_checked_fixture(kinds, setup, teardown);
	tcase_add_test(kinds, a_kind_is_found_by_its_name_its_plural_and_its_other_names);
	tcase_add_test(kinds, no_word_stands_for_two_kinds);
	tcase_add_test(kinds, a_kind_that_is_not_there_is_answered_with_what_was_meant);
	tcase_add_test(kinds, a_list_is_a_table_in_the_order_of_names_without_trailing_blanks);
	tcase_add_test(kinds, wide_has_more_columns);
	tcase_add_test(
	    kinds, processes_stay_in_the_order_of_the_manager_and_tell_how_long_they_took);
	tcase_add_test(
	    kinds, where_there_is_no_room_ids_and_times_are_short_before_anything_is_cut);
	tcase_add_test(kinds, a_table_fits_the_terminal_but_its_first_column_stays_whole);
	tcase_add_test(kinds, names_are_a_line_each);
	tcase_add_test(kinds, lists_and_counts_fit_into_a_cell);
	suite_add_tcase(s, kinds);
	tcase_add_checked_fixture(yaml, setup, teardown);
	tcase_add_test(yaml, an_object_is_written_as_people_write_yaml);
	tcase_add_loop_test(yaml, a_text_comes_back_as_it_was, 0, LM_COUNT(texts));
	tcase_add_test(yaml, values_have_the_types_that_yaml_gives_them);
	tcase_add_test(yaml, the_texts_of_several_documents_are_told_apart);
	tcase_add_test(yaml, a_document_that_cannot_be_read_says_where);
	suite_add_tcase(s, yaml);
	SRunner *sr = srunner_create(s);
	srunner_run_all(sr, CK_NORMAL);
	int failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed != 0;
}
