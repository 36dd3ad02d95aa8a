/* SPDX-License-Identifier: Apache-2.0 */
/* Diagnostics as they are collected and printed; what they look like stands in tests/golden/forms. */
#include <check.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "tosca/text/codes.h"
#include "tosca/text/source.h"
#include "tosca/text/width.h"

static struct lm_arena *arena;
static struct diags *diags;
static struct lm_buf out;

static void setup(void)
{
	arena = lm_arena_new();
	diags = diags_new(100);
	lm_buf_init(&out, 1 << 20);
}

static void teardown(void)
{
	lm_buf_fini(&out);
	diags_free(diags);
	lm_arena_free(arena);
}

static const struct source *text_of(const char *file, const char *text)
{
	return source_new(arena, file, text, strlen(text));
}

/* Where 'part' stands first. */
static struct source_range at(const struct source *s, const char *part)
{
	uint32_t begin = (uint32_t)(strstr(s->text, part) - s->text);

	return (struct source_range){s, begin, begin + (uint32_t)strlen(part)};
}

static struct diag *add(const struct source *s, const char *part, const char *message)
{
	struct source_range range = at(s, part);

	return diag_add(diags, CODE_UNKNOWN_KEY, &range, "%s", message);
}

/* ---- collecting ---------------------------------------------------------------------------- */

START_TEST(files_stay_in_their_order_and_lines_are_sorted)
{
	const struct source *b = text_of("b.yml", "one two three\n");
	const struct source *a = text_of("a.yml", "four five\n");

	add(b, "three", "3");
	add(a, "five", "5");
	add(b, "one", "1");
	add(a, "four", "4");
	diag_add(diags, CODE_YAML_EMPTY, &(struct source_range){a, 0, 0}, "the file");
	add(b, "two", "2");
	diags_sort(diags);
	static const char *const order[] = {"1", "2", "3", "the file", "4", "5"};
	ck_assert_uint_eq(diags_count(diags), LM_COUNT(order));
	for (size_t i = 0; i < LM_COUNT(order); i++)
		ck_assert_str_eq(diags_at(diags, i)->message, order[i]);
}
END_TEST

START_TEST(what_is_said_twice_of_a_place_stays_once)
{
	const struct source *s = text_of("a.yml", "one one two\n");

	add(s, "one", "again");
	add(s, "two", "again");
	add(s, "one", "other");
	add(s, "one", "again");
	diags_sort(diags);
	ck_assert_uint_eq(diags_count(diags), 3);
	ck_assert_uint_eq(diags_warnings(diags), 3);
	ck_assert_str_eq(diags_at(diags, 0)->message, "again");
	ck_assert_str_eq(diags_at(diags, 1)->message, "other");
}
END_TEST

START_TEST(a_strict_run_counts_warnings_as_errors_before_and_after)
{
	const struct source *s = text_of("a.yml", "one two three\n");
	LM_AUTO(diags) others = diags_new(10);

	add(s, "one", "before");
	diag_add(others, CODE_UNKNOWN_KEY, NULL, "borrowed");
	diag_add(others, CODE_YAML_SYNTAX, NULL, "an error");
	diags_make_strict(diags);
	add(s, "two", "after");
	diags_borrow(diags, others);
	ck_assert_uint_eq(diags_errors(diags), 4);
	ck_assert_uint_eq(diags_warnings(diags), 0);
	for (size_t i = 0; i < 4; i++)
		ck_assert_int_eq(diags_at(diags, i)->severity, DIAG_ERROR);
	ck_assert(diags_at(diags, 2)->strict);
	ck_assert(!diags_at(diags, 3)->strict);
	ck_assert_int_eq(diags_at(others, 0)->severity, DIAG_WARNING);
}
END_TEST

START_TEST(notes_keep_their_order_and_have_a_limit)
{
	const struct source *s = text_of("a.yml", "one two three\n");
	struct diag *d = add(s, "one", "x");
	int n = 0;

	for (int i = 0; i < 40; i++)
		diag_note(diags, d, NULL, "%d", i);
	for (const struct diag_note *note = d->notes; note != NULL; note = note->next)
		ck_assert_int_eq(strtol(note->text, NULL, 10), n++);
	ck_assert_int_eq(n, 32);
}
END_TEST

START_TEST(a_fix_replaces_just_the_word_that_was_misspelt)
{
	static const struct {
		const char *text, *marked, *best, *fixed; /* NULL: no fix */
	} rows[] = {
	    {"a: adress\n", "adress", "address", "a: address\n"},
	    {"a: \"adress\"\n", "\"adress\"", "address", "a: \"address\"\n"},
	    {"a: ${gatewy.address}\n", "${gatewy.address}", "gateway", "a: ${gateway.address}\n"},
	    {"a: ${server.srver}\n", "${server.srver}", "server", "a: ${server.server}\n"},
	    {"a: 'resource::srever::1.0'\n", "'resource::srever::1.0'", "resource::server::1.0",
		"a: 'resource::server::1.0'\n"},
	    /* Two words are near, or none is. */
	    {"a: ${sevrer.server1}\n", "${sevrer.server1}", "server", NULL},
	    {"a: elephant\n", "elephant", "address", NULL},
	    {"a: address\n", "address", "address", NULL},
	};
	const struct source *s = text_of("a.yml", rows[_i].text);
	struct diag *d = add(s, rows[_i].marked, "x");

	diag_did_you_mean(diags, d, rows[_i].best);
	ck_assert_ptr_nonnull(d->help);
	if (rows[_i].fixed == NULL) {
		ck_assert_ptr_null(d->fix.text);
		return;
	}
	ck_assert_ptr_nonnull(d->fix.text);
	lm_buf_add(&out, s->text, d->fix.pos.begin);
	lm_buf_puts(&out, d->fix.text);
	lm_buf_puts(&out, s->text + d->fix.pos.end);
	ck_assert_str_eq(out.p, rows[_i].fixed);
}
END_TEST

START_TEST(a_message_is_one_line_that_no_terminal_acts_on)
{
	struct diag *d =
	    diag_add(diags, CODE_NAME, NULL, "a\n\033[31m\xc2\x9b\xff ä \xe2\x80\xae.");

	ck_assert_str_eq(d->message, "a??[31m??? ä ???.");
}
END_TEST

/* ---- widths -------------------------------------------------------------------------------- */

START_TEST(characters_take_the_cells_that_a_terminal_gives_them)
{
	static const struct {
		const char *p;
		unsigned width;
		bool shown;
	} rows[] = {{"a", 1, true}, {"ä", 1, true}, {"\xcc\x81", 0, true}, {"日", 2, true},
	    {"한", 2, true}, {"Ａ", 2, true}, {"😀", 2, true}, {"Ω", 1, true}, {"\xff", 1, false},
	    {"\t", 1, false}, {"\x7f", 1, false}, {"\xc2\x85", 1, false}, {"\xe2\x80\x8b", 0, true},
	    {"\xe2\x80\xae", 1, false}, {"€", 1, true}};

	for (size_t i = 0; i < LM_COUNT(rows); i++) {
		size_t n = strlen(rows[i].p);

		ck_assert_uint_eq(char_width(rows[i].p, n), rows[i].width);
		ck_assert(char_is_shown(rows[i].p, n) == rows[i].shown);
	}
}
END_TEST

/* ---- forms for programs -------------------------------------------------------------------- */

static json_t *parsed(const char *text)
{
	json_error_t error;
	json_t *j = json_loads(text, 0, &error);

	ck_assert_msg(j != NULL, "%s at %d: %s", error.text, error.position, text);
	return j;
}

static const char *text_at(const json_t *j, const char *key)
{
	const char *text = json_string_value(json_object_get(j, key));

	ck_assert_msg(text != NULL && *text != '\0', "no text '%s'", key);
	return text;
}

static int64_t number_at(const json_t *j, const char *key)
{
	ck_assert_msg(json_is_integer(json_object_get(j, key)), "no number '%s'", key);
	return json_integer_value(json_object_get(j, key));
}

/* A file whose name needs escapes, with a warning, an error, a note, a fix, and one of no file. */
static const char *const example = "\xef\xbb\xbfünï: ${gatewy.x}\nthere: é {}\nand: here\n";

static void fill(const char *file)
{
	const struct source *s = text_of(file, example);
	struct source_range word = at(s, "${gatewy.x}"), key = at(s, "here");
	struct diag *d = diag_add(diags, CODE_UNKNOWN_COMPONENT, &word, "no 'gatewy'");

	diag_did_you_mean(diags, d, "gateway");
	d = diag_add(diags, CODE_YAML_DUPLICATE, &key, "again \"here\"");
	diag_note(diags, d, &word, "first");
	diag_note(diags, d, NULL, "nowhere");
	diag_add(diags, CODE_UNKNOWN_ROOT, NULL, "nothing of a file");
	diags_sort(diags);
}

START_TEST(each_line_is_an_object_that_tells_the_place_in_characters_and_bytes)
{
	fill("a.yml");
	diags_print_lines(diags, &out);
	const char *line = strchr(out.p, '\n') + 1; /* the one of no file stands first */
	char *copy = strndup(line, strcspn(line, "\n"));
	json_t *j = parsed(copy);

	ck_assert_str_eq(text_at(j, "code"), "LM0304");
	ck_assert_str_eq(text_at(j, "severity"), "warning");
	ck_assert_str_eq(text_at(j, "file"), "a.yml");
	ck_assert_int_eq(number_at(j, "line"), 1);
	ck_assert_int_eq(number_at(j, "column"), 6);
	ck_assert_int_eq(number_at(j, "endColumn"), 17);
	ck_assert_int_eq(number_at(j, "offset"), 7);
	ck_assert_int_eq(number_at(j, "endOffset"), 18);
	ck_assert_str_eq(text_at(json_object_get(j, "suggestion"), "text"), "gateway");
	ck_assert_int_eq(number_at(json_object_get(j, "suggestion"), "column"), 8);
	json_decref(j);
	free(copy);
	int lines = 0;
	for (const char *p = out.p; (p = strchr(p, '\n')) != NULL; p++)
		lines++;
	ck_assert_int_eq(lines, 3);
}
END_TEST

static void check_region(const json_t *region)
{
	ck_assert_int_ge(number_at(region, "startLine"), 1);
	ck_assert_int_ge(number_at(region, "startColumn"), 1);
	ck_assert_int_ge(number_at(region, "endLine"), number_at(region, "startLine"));
	ck_assert(number_at(region, "endLine") > number_at(region, "startLine") ||
		  number_at(region, "endColumn") >= number_at(region, "startColumn"));
}

static void check_location(const json_t *location)
{
	const json_t *place = json_object_get(location, "physicalLocation");

	ck_assert_str_eq(text_at(json_object_get(place, "artifactLocation"), "uri"),
	    "a%20folder/%C3%BCn%25%3A.yml");
	check_region(json_object_get(place, "region"));
}

static void check_rules(const json_t *rules)
{
	ck_assert_uint_eq(json_array_size(rules), DIAG_CODES_N);
	for (size_t i = 0; i < json_array_size(rules); i++) {
		const json_t *rule = json_array_get(rules, i);

		ck_assert_str_eq(text_at(rule, "id"), diag_code_text((enum diag_code)i));
		text_at(json_object_get(rule, "shortDescription"), "text");
		text_at(json_object_get(rule, "help"), "text");
		text_at(json_object_get(rule, "defaultConfiguration"), "level");
	}
}

static void check_result(const json_t *rules, const json_t *result)
{
	const char *level = text_at(result, "level");
	const json_t *rule = json_array_get(rules, (size_t)number_at(result, "ruleIndex"));
	size_t i;
	json_t *each;

	ck_assert_str_eq(text_at(result, "ruleId"), text_at(rule, "id"));
	ck_assert(strcmp(level, "error") == 0 || strcmp(level, "warning") == 0);
	text_at(json_object_get(result, "message"), "text");
	json_array_foreach(json_object_get(result, "locations"), i, each) check_location(each);
	json_array_foreach(json_object_get(result, "relatedLocations"), i, each)
	{
		check_location(each);
		text_at(json_object_get(each, "message"), "text");
	}
}

START_TEST(sarif_has_the_structure_that_its_standard_demands)
{
	fill("./a folder/ün%:.yml");
	diags_print_sarif(diags, "1.2.3", &out);
	json_t *j = parsed(out.p);
	const json_t *run = json_array_get(json_object_get(j, "runs"), 0);
	const json_t *driver = json_object_get(json_object_get(run, "tool"), "driver");
	const json_t *rules = json_object_get(driver, "rules");
	const json_t *results = json_object_get(run, "results");

	ck_assert_str_eq(text_at(j, "version"), "2.1.0");
	ck_assert_str_eq(text_at(driver, "name"), "lm");
	ck_assert_str_eq(text_at(driver, "version"), "1.2.3");
	ck_assert_str_eq(text_at(run, "columnKind"), "unicodeCodePoints");
	check_rules(rules);
	ck_assert_uint_eq(json_array_size(results), 3);
	for (size_t i = 0; i < 3; i++)
		check_result(rules, json_array_get(results, i));
	json_decref(j);
}
END_TEST

START_TEST(sarif_counts_characters_and_offers_the_fix)
{
	fill("./a folder/ün%:.yml");
	diags_print_sarif(diags, "1.2.3", &out);
	json_t *j = parsed(out.p);
	const json_t *results =
	    json_object_get(json_array_get(json_object_get(j, "runs"), 0), "results");
	const json_t *typo = json_array_get(results, 1);
	const json_t *change = json_array_get(
	    json_object_get(json_array_get(json_object_get(typo, "fixes"), 0), "artifactChanges"),
	    0);
	const json_t *replacement = json_array_get(json_object_get(change, "replacements"), 0);
	const json_t *deleted = json_object_get(replacement, "deletedRegion");

	check_region(deleted);
	ck_assert_int_eq(number_at(deleted, "charOffset"), 7);
	ck_assert_int_eq(number_at(deleted, "charLength"), 6);
	ck_assert_str_eq(
	    text_at(json_object_get(replacement, "insertedContent"), "text"), "gateway");
	const json_t *again = json_array_get(results, 2);
	ck_assert_uint_eq(json_array_size(json_object_get(again, "relatedLocations")), 1);
	ck_assert_ptr_nonnull(
	    strstr(text_at(json_object_get(again, "message"), "text"), "\nnowhere"));
	json_decref(j);
}
END_TEST

START_TEST(an_absolute_file_name_becomes_a_file_uri)
{
	const struct source *s = text_of("/tmp/ä b.yml", "one\n");

	add(s, "one", "x");
	diags_print_sarif(diags, "1", &out);
	ck_assert_ptr_nonnull(strstr(out.p, "\"uri\":\"file:///tmp/%C3%A4%20b.yml\""));
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("tosca/diag");
	TCase *tc = tcase_create("diagnostics");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, files_stay_in_their_order_and_lines_are_sorted);
	tcase_add_test(tc, what_is_said_twice_of_a_place_stays_once);
	tcase_add_test(tc, a_strict_run_counts_warnings_as_errors_before_and_after);
	tcase_add_test(tc, notes_keep_their_order_and_have_a_limit);
	tcase_add_loop_test(tc, a_fix_replaces_just_the_word_that_was_misspelt, 0, 8);
	tcase_add_test(tc, a_message_is_one_line_that_no_terminal_acts_on);
	tcase_add_test(tc, characters_take_the_cells_that_a_terminal_gives_them);
	tcase_add_test(tc, each_line_is_an_object_that_tells_the_place_in_characters_and_bytes);
	tcase_add_test(tc, sarif_has_the_structure_that_its_standard_demands);
	tcase_add_test(tc, sarif_counts_characters_and_offers_the_fix);
	tcase_add_test(tc, an_absolute_file_name_becomes_a_file_uri);
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
