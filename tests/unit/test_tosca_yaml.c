/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <stdlib.h>

#include "base/buf.h"
#include "tosca/text/source.h"
#include "tosca/text/suggest.h"
#include "tosca/text/tree.h"

static struct lm_arena *arena;
static struct diags *diags;

static void setup(void)
{
	arena = lm_arena_new();
	diags = diags_new(10);
}

static void teardown(void)
{
	diags_free(diags);
	lm_arena_free(arena);
}

static struct documents read_n(const char *text, size_t n)
{
	struct tree_room room = {.texts = arena, .nodes = arena};

	return tree_read(&room, "x.yml", text, n, diags);
}

/* The source of what read_one() read last. */
static const struct source *source;

static const struct node *read_one(const char *text)
{
	struct documents docs = read_n(text, strlen(text));

	ck_assert_uint_eq(docs.n, 1);
	source = docs.source;
	return docs.v[0].root;
}

static struct source_place place_of(const struct node *node)
{
	struct source_range range = node_range(source, node);

	return source_place(&range);
}

static const char *first_code(void)
{
	return diags_count(diags) > 0 ? diags_at(diags, 0)->code : "none";
}

/* ---- trees --------------------------------------------------------------------------------- */

START_TEST(a_value_is_found_by_its_key)
{
	const struct node *root = read_one("a: 1\nb: {c: [x, y]}\n");

	ck_assert_str_eq(node_text(node_find(root, "a")), "1");
	const struct node *list = node_find(node_find(root, "b"), "c");
	ck_assert_int_eq(list->kind, NODE_SEQUENCE);
	ck_assert_uint_eq(list->n, 2);
	ck_assert_str_eq(list->items[1].text, "y");
	ck_assert_ptr_null(node_find(root, "c"));
	ck_assert_ptr_null(node_find(NULL, "c"));
}
END_TEST

START_TEST(every_node_knows_its_place)
{
	const struct node *root = read_one("a: 1\nbb:\n  - \"two words\"\n");
	const struct source_place place = place_of(&node_find(root, "bb")->items[0]);

	ck_assert_str_eq(source->file, "x.yml");
	ck_assert_uint_eq(place.line, 3);
	ck_assert_uint_eq(place.col, 5);
	ck_assert_uint_eq(place.end_line, 3);
	ck_assert_uint_eq(place.end_col, 16);
}
END_TEST

START_TEST(columns_count_characters_and_not_bytes)
{
	const struct node *root = read_one("{ä€: x, b: y}\n");

	ck_assert_uint_eq(place_of(node_find(root, "b")).col, 12);
}
END_TEST

START_TEST(null_is_written_in_several_ways_but_never_in_quotes)
{
	static const struct {
		const char *text;
		bool null;
	} rows[] = {{"~", true}, {"null", true}, {"", true}, {"NULL", true}, {"\"\"", false},
	    {"'null'", false}, {"none", false}, {"!!str null", false}};
	char text[64];

	snprintf(text, sizeof text, "a: %s\n", rows[_i].text);
	ck_assert_int_eq(node_is_null(node_find(read_one(text), "a")), rows[_i].null);
}
END_TEST

START_TEST(json_is_read_by_the_same_door)
{
	const struct node *root = read_one("{\n\t\"a\": [1, {\"b\": null}]\n}");

	ck_assert_str_eq(node_find(root, "a")->items[0].text, "1");
	ck_assert(node_is_null(node_find(&node_find(root, "a")->items[1], "b")));
}
END_TEST

START_TEST(a_text_holds_several_documents_each_with_its_own_bytes)
{
	const char text[] = "# first\na: 1\n---\nb: 2\n---\n";
	struct documents docs = read_n(text, strlen(text));

	ck_assert_uint_eq(docs.n, 2);
	ck_assert_uint_eq(docs.v[0].begin, 0);
	ck_assert_uint_eq(docs.v[0].n, strlen("# first\na: 1\n"));
	ck_assert_uint_eq(docs.v[1].begin, strlen("# first\na: 1\n"));
}
END_TEST

/* ---- what is refused ----------------------------------------------------------------------- */

START_TEST(bad_text_is_a_diagnostic)
{
	static const struct {
		const char *text;
		size_t n;
		const char *code;
	} rows[] = {
	    {"", 0, "LM0102"},
	    {"---\n...\n", 8, "LM0102"},
	    {"a: \0b\n", 6, "LM0103"},
	    {"a: \xff\n", 5, "LM0103"},
	    {"a: \x01\n", 5, "LM0103"},
	    {"\xfe\xff\0a", 4, "LM0112"},
	    {"a:\n\tb: 1\n", 9, "LM0104"},
	    {"a: *x\n", 6, "LM0106"},
	    {"[a]: 1\n", 7, "LM0107"},
	    {"a: 1\na: 2\n", 10, "LM0108"},
	    {"<<: {a: 1}\n", 11, "LM0109"},
	    {"a:1\nb: 2\n", 9, "LM0111"},
	    {"a: [1\n", 6, "LM0122"},
	    {"a: 'x\n", 6, "LM0121"},
	    {"a: b: c\n", 8, "LM0126"},
	};

	read_n(rows[_i].text, rows[_i].n);
	ck_assert_str_eq(first_code(), rows[_i].code);
}
END_TEST

START_TEST(a_document_that_breaks_off_keeps_what_was_read)
{
	const char text[] = "a: 1\nb: [\n";
	struct documents docs = read_n(text, strlen(text));

	ck_assert_uint_eq(docs.n, 1);
	ck_assert(docs.v[0].broken);
	ck_assert_str_eq(node_text(node_find(docs.v[0].root, "a")), "1");
}
END_TEST

START_TEST(sixty_four_levels_are_read_and_one_more_is_not)
{
	char text[2 * 70 + 1] = "";

	for (int levels = 64; levels <= 65; levels++) {
		memset(text, '[', (size_t)levels - 1);
		text[levels - 1] = 'x';
		memset(text + levels, ']', (size_t)levels - 1);
		read_n(text, 2 * (size_t)levels - 1);
		ck_assert_str_eq(first_code(), levels == 64 ? "none" : "LM0115");
	}
}
END_TEST

START_TEST(a_text_beyond_the_limit_is_not_even_looked_at)
{
	read_n("", TREE_TEXT_MAX + 1);
	ck_assert_str_eq(first_code(), "LM0105");
}
END_TEST

START_TEST(an_alias_shares_the_parts_of_what_it_stands_for)
{
	const struct node *root = read_one("a: &x {k: v}\nb: *x\nc: &y [1]\nd: *y\n");

	ck_assert_ptr_eq(node_find(root, "a")->pairs, node_find(root, "b")->pairs);
	ck_assert_ptr_eq(node_find(root, "c")->items, node_find(root, "d")->items);
	ck_assert_uint_eq(node_find(root, "d")->begin, node_find(root, "c")->begin);
}
END_TEST

/* What is open moves while it grows: an anchor within must not point into it. */
START_TEST(an_alias_stands_for_the_same_however_much_lies_between)
{
	struct lm_buf text;

	lm_buf_init(&text, 100000);
	lm_buf_puts(&text, "first: &x {k: &y v}\nmany:\n");
	for (int i = 0; i < 1000; i++)
		lm_buf_printf(&text, "  - [*x, *y, %d]\n", i);
	lm_buf_puts(&text, "x: *x\ny: *y\nz: &x later\nw: *x\n");
	struct documents docs = read_n(text.p, text.n);
	lm_buf_fini(&text);
	const struct node *root = docs.v[0].root, *many = node_find(root, "many");
	ck_assert_str_eq(first_code(), "none");
	for (uint32_t i = 0; i < many->n; i++) {
		const struct node *items = many->items[i].items;

		ck_assert_str_eq(node_text(node_find(&items[0], "k")), "v");
		ck_assert_str_eq(node_text(&items[1]), "v");
		ck_assert_uint_eq(strtoul(node_text(&items[2]), NULL, 10), i);
	}
	ck_assert_str_eq(node_text(node_find(node_find(root, "x"), "k")), "v");
	ck_assert_str_eq(node_text(node_find(root, "y")), "v");
	ck_assert_str_eq(node_text(node_find(root, "w")), "later");
}
END_TEST

START_TEST(a_value_that_contains_itself_is_refused_at_every_level)
{
	static const char *const texts[] = {
	    "a: &x {k: *x}\n", "a: &x\n  - 1\n  - b: [*x]\n", "&x\na:\n  b: *x\n"};

	read_one(texts[_i]);
	ck_assert_str_eq(first_code(), "LM0118");
	ck_assert_uint_eq(diags_count(diags), 1);
}
END_TEST

/* A name means what it was given to last. */
START_TEST(an_anchor_may_be_given_again_within_what_it_stands_for)
{
	const struct node *root = read_one("a: &x {k: &x v, l: *x}\nb: *x\n");

	ck_assert_str_eq(first_code(), "none");
	ck_assert_str_eq(node_text(node_find(node_find(root, "a"), "l")), "v");
	ck_assert_str_eq(node_text(node_find(root, "b")), "v");
}
END_TEST

START_TEST(of_many_keys_the_second_of_a_name_is_left_out)
{
	for (int n = 2; n < 40; n++) {
		struct lm_buf text;

		lm_buf_init(&text, 10000);
		for (int i = 0; i < n; i++)
			lm_buf_printf(&text, "k%d: %d\n%s", i, i, i == n / 2 ? "k0: again\n" : "");
		size_t before = diags_count(diags);
		const struct node *root = read_n(text.p, text.n).v[0].root;
		lm_buf_fini(&text);
		ck_assert_uint_eq(root->n, n);
		ck_assert_str_eq(node_text(node_find(root, "k0")), "0");
		ck_assert_uint_eq(strtoul(root->pairs[n - 1].value.text, NULL, 10), n - 1);
		ck_assert_uint_eq(diags_count(diags), before < 10 ? before + 1 : 10);
	}
}
END_TEST

START_TEST(aliases_cannot_make_a_small_text_a_large_tree)
{
	struct lm_buf text;

	lm_buf_init(&text, 10000);
	lm_buf_puts(&text, "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
	for (int i = 1; i < 12; i++) {
		lm_buf_printf(&text, "a%d: &a%d [x", i, i);
		for (int k = 0; k < 10; k++)
			lm_buf_printf(&text, ", *a%d", i - 1);
		lm_buf_puts(&text, "]\n");
	}
	read_n(text.p, text.n);
	lm_buf_fini(&text);
	ck_assert_str_eq(first_code(), "LM0117");
}
END_TEST

START_TEST(aliases_do_not_lead_deeper_than_sixty_four_levels)
{
	struct lm_buf text;

	lm_buf_init(&text, 10000);
	lm_buf_puts(&text, "a0: &a0 [x]\n");
	for (int i = 1; i < 62; i++)
		lm_buf_printf(&text, "a%d: &a%d [*a%d]\n", i, i, i - 1);
	read_n(text.p, text.n);
	ck_assert_str_eq(first_code(), "none");
	for (int i = 62; i < 65; i++)
		lm_buf_printf(&text, "a%d: &a%d [*a%d]\n", i, i, i - 1);
	read_n(text.p, text.n);
	ck_assert_str_eq(first_code(), "LM0115");
	lm_buf_fini(&text);
}
END_TEST

/* ---- recovery ------------------------------------------------------------------------------ */

/* Three sections with an error each, and one without. */
static const char torn[] = "name: assembly::x::1.0\n"
			   "properties:\n"
			   "  a: 1\n"
			   "  b: {c: \"open\n"
			   "  d: 2\n"
			   "composition:\n"
			   "  e:\n"
			   "    f: [1, 2\n"
			   "    g: 3\n"
			   "  h: 4\n"
			   "metrics:\n"
			   "  i: 5\n"
			   "policies:\n"
			   "  j:\n"
			   "\tk: 6\n"
			   "  l: 7\n";

START_TEST(errors_in_several_sections_are_each_reported_once)
{
	static const uint32_t lines[] = {4, 8, 15};

	read_one(torn);
	ck_assert_uint_eq(diags_count(diags), LM_COUNT(lines));
	for (size_t i = 0; i < LM_COUNT(lines); i++)
		ck_assert_uint_eq(source_place(&diags_at(diags, i)->pos).line, lines[i]);
}
END_TEST

START_TEST(what_stands_around_errors_is_read)
{
	static const char *const paths[][3] = {{"properties", "a", "1"}, {"properties", "d", "2"},
	    {"composition", "h", "4"}, {"metrics", "i", "5"}, {"policies", "l", "7"}};
	const struct node *root = read_one(torn);

	ck_assert_str_eq(node_text(node_find(root, "name")), "assembly::x::1.0");
	for (size_t i = 0; i < LM_COUNT(paths); i++)
		ck_assert_pstr_eq(
		    node_text(node_find(node_find(root, paths[i][0]), paths[i][1])), paths[i][2]);
	ck_assert_pstr_eq(
	    node_text(node_find(node_find(node_find(root, "composition"), "e"), "g")), "3");
}
END_TEST

START_TEST(only_what_holds_an_error_is_broken)
{
	static const char *const keys[] = {"properties", "composition", "policies"};
	const struct node *root = read_one(torn);

	ck_assert(root->broken);
	for (size_t i = 0; i < LM_COUNT(keys); i++)
		ck_assert(node_find(root, keys[i])->broken);
	ck_assert(!node_find(root, "metrics")->broken);
}
END_TEST

START_TEST(a_text_of_nothing_but_errors_ends_after_a_hundred)
{
	struct lm_buf text;

	lm_buf_init(&text, 1000000);
	for (int i = 0; i < 10000; i++)
		lm_buf_printf(&text, "k%d: [%d\n", i, i);
	diags_free(diags);
	diags = diags_new(1000);
	read_n(text.p, text.n);
	lm_buf_fini(&text);
	ck_assert_uint_le(diags_count(diags), 101);
	ck_assert_str_eq(diags_at(diags, diags_count(diags) - 1)->code, "LM0128");
}
END_TEST

/* ---- diagnostics and suggestions --------------------------------------------------------------- */

START_TEST(the_caret_stands_under_the_place_and_nothing_reaches_the_terminal)
{
	struct lm_buf out;

	read_one("ok: 1\nä: \"\\e[31m\"\n");
	read_n("x: 1\nä: 2\ny: 3\033\n", 16);
	lm_buf_init(&out, 10000);
	diags_print(diags, &out, false);
	ck_assert_str_eq(out.p, "x.yml:3:5: error: a control character, U+001B (1 in this file) "
				"[LM0114]\n"
				"    3 | y: 3?\n"
				"      |     ^\n"
				"      = help: remove it\n\n");
	lm_buf_fini(&out);
}
END_TEST

START_TEST(diagnostics_beyond_the_maximum_are_counted)
{
	struct lm_buf text, out;

	lm_buf_init(&text, 10000);
	lm_buf_init(&out, 100000);
	for (int i = 0; i < 31; i++)
		lm_buf_puts(&text, "a: 1\n");
	read_n(text.p, text.n);
	diags_print(diags, &out, false);
	ck_assert_uint_eq(diags_count(diags), 10);
	ck_assert_uint_eq(diags_errors(diags), 30);
	ck_assert_ptr_nonnull(strstr(out.p, "and 20 more\n"));
	lm_buf_fini(&text);
	lm_buf_fini(&out);
}
END_TEST

START_TEST(the_nearest_word_is_suggested_and_a_far_one_is_not)
{
	static const struct {
		const char *word, *best;
	} rows[] = {{"astrisk", "asterisk"}, {"kamialio", "kamailio"}, {"Kamailio", "kamailio"},
	    {"router", NULL}, {"x", NULL}, {"", NULL}};
	struct suggest s = suggest_for(rows[_i].word);

	suggest_offer(&s, "asterisk");
	suggest_offer(&s, NULL);
	suggest_offer(&s, "kamailio");
	ck_assert_pstr_eq(s.best, rows[_i].best);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("tosca/yaml");
	TCase *tc = tcase_create("a text");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, a_value_is_found_by_its_key);
	tcase_add_test(tc, every_node_knows_its_place);
	tcase_add_test(tc, columns_count_characters_and_not_bytes);
	tcase_add_loop_test(tc, null_is_written_in_several_ways_but_never_in_quotes, 0, 8);
	tcase_add_test(tc, json_is_read_by_the_same_door);
	tcase_add_test(tc, a_text_holds_several_documents_each_with_its_own_bytes);
	tcase_add_loop_test(tc, bad_text_is_a_diagnostic, 0, 15);
	tcase_add_test(tc, a_document_that_breaks_off_keeps_what_was_read);
	tcase_add_test(tc, sixty_four_levels_are_read_and_one_more_is_not);
	tcase_add_test(tc, a_text_beyond_the_limit_is_not_even_looked_at);
	tcase_add_test(tc, an_alias_shares_the_parts_of_what_it_stands_for);
	tcase_add_test(tc, an_alias_stands_for_the_same_however_much_lies_between);
	tcase_add_loop_test(tc, a_value_that_contains_itself_is_refused_at_every_level, 0, 3);
	tcase_add_test(tc, an_anchor_may_be_given_again_within_what_it_stands_for);
	tcase_add_test(tc, of_many_keys_the_second_of_a_name_is_left_out);
	tcase_add_test(tc, aliases_cannot_make_a_small_text_a_large_tree);
	tcase_add_test(tc, aliases_do_not_lead_deeper_than_sixty_four_levels);
	tcase_add_test(tc, errors_in_several_sections_are_each_reported_once);
	tcase_add_test(tc, what_stands_around_errors_is_read);
	tcase_add_test(tc, only_what_holds_an_error_is_broken);
	tcase_add_test(tc, a_text_of_nothing_but_errors_ends_after_a_hundred);
	tcase_add_test(tc, the_caret_stands_under_the_place_and_nothing_reaches_the_terminal);
	tcase_add_test(tc, diagnostics_beyond_the_maximum_are_counted);
	tcase_add_loop_test(tc, the_nearest_word_is_suggested_and_a_far_one_is_not, 0, 6);
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
