/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>

#include "tosca/link/link.h"
#include "tosca/model/expr.h"
#include "tosca/model/name.h"

static struct catalog *catalog;
static struct diags *diags;
static struct lm_arena *arena;

static void setup(void)
{
	catalog = catalog_new();
	diags = diags_new(50);
	arena = lm_arena_new();
}

static void teardown(void)
{
	diags_free(diags);
	catalog_free(catalog);
	lm_arena_free(arena);
}

static size_t add(const char *file, const char *text)
{
	return catalog_put(catalog, file, text, strlen(text));
}

/* 'diags' is what is wrong now. */
static void check(void)
{
	diags_free(diags);
	diags = diags_new(50);
	catalog_check(catalog);
	catalog_report(catalog, NULL, diags);
}

static bool has(const char *code)
{
	for (size_t i = 0; i < diags_count(diags); i++)
		if (strcmp(diags_at(diags, i)->code, code) == 0)
			return true;
	return false;
}

/* ---- the catalog --------------------------------------------------------------------------- */

START_TEST(a_descriptor_is_found_by_its_name_whatever_zeros_its_version_ends_with)
{
	ck_assert_uint_eq(add("a/b.yml", "name: assembly::base::1.0\ndescription: the base\n"), 1);

	const struct descriptor *d = catalog_find(catalog, "assembly::base::1");
	ck_assert_ptr_nonnull(d);
	ck_assert_ptr_eq(catalog_find(catalog, "assembly::base::1.0.0"), d);
	ck_assert_ptr_eq(catalog_find(catalog, " assembly :: base::01.0"), d);
	ck_assert_ptr_null(catalog_find(catalog, "assembly::base::1.1"));
	ck_assert_ptr_null(catalog_find(catalog, "resource::base::1.0"));
	ck_assert_ptr_null(catalog_find(catalog, "nonsense"));
	ck_assert_str_eq(descriptor_name(d), "assembly::base::1.0");
	ck_assert_str_eq(descriptor_description(d), "the base");
	ck_assert_str_eq(descriptor_file(d), "a/b.yml");
}
END_TEST

START_TEST(one_file_may_hold_several_descriptors_and_each_has_its_own_text)
{
	size_t n;

	ck_assert_uint_eq(add("x", "name: resource::a::1\n---\nname: resource::b::1\n"), 2);
	ck_assert_uint_eq(catalog_count(catalog), 2);
	const char *text = descriptor_text(catalog_at(catalog, 1), &n);
	ck_assert_uint_eq(n, strlen("---\nname: resource::b::1\n"));
	ck_assert_int_eq(memcmp(text, "---\nname: resource::b::1\n", n), 0);
	ck_assert_ptr_null(catalog_at(catalog, 2));
}
END_TEST

START_TEST(the_second_descriptor_of_a_name_is_refused)
{
	add("x", "name: resource::a::1\n");
	add("y", "name: resource::a::1.0\n");
	check();
	ck_assert(has("LM0301"));
	ck_assert_uint_eq(catalog_count(catalog), 1);
}
END_TEST

START_TEST(a_descriptor_with_errors_is_known_all_the_same)
{
	add("a", "name: assembly::a::1\ncomposition: {b: {type: 'resource::b::1'}}\n");
	ck_assert_uint_eq(add("b", "name: resource::b::1\nproperties: [\n"), 1);
	check();
	ck_assert_uint_eq(diags_errors(diags), 1);
}
END_TEST

START_TEST(what_was_missing_may_come_later)
{
	add("a", "name: assembly::a::1\ncomposition: {b: {type: 'resource::b::1'}}\n");
	check();
	ck_assert(has("LM0302"));
	add("b", "name: resource::b::1\n");
	check();
	ck_assert_uint_eq(diags_errors(diags), 0);
}
END_TEST

START_TEST(an_intent_among_descriptors_is_passed_over)
{
	ck_assert_uint_eq(add("i", "assemblyName: voice\ndescriptorName: x\n"), 0);
	ck_assert_uint_eq(diags_count(diags), 0);
}
END_TEST

START_TEST(a_file_put_again_keeps_its_place_and_one_that_was_removed_has_lost_it)
{
	add("x", "name: resource::a::1\n");
	add("y", "name: resource::b::1\n");
	add("x", "name: resource::c::1\n");
	ck_assert_str_eq(catalog_file_at(catalog, 0), "x");
	ck_assert_str_eq(descriptor_name(catalog_at(catalog, 0)), "resource::c::1");
	ck_assert(catalog_remove(catalog, "x"));
	ck_assert(!catalog_remove(catalog, "x"));
	add("x", "name: resource::a::1\n");
	ck_assert_str_eq(catalog_file_at(catalog, 0), "y");
	ck_assert_str_eq(catalog_file_at(catalog, 1), "x");
	ck_assert_uint_eq(catalog_count(catalog), 2);
}
END_TEST

START_TEST(when_the_first_of_a_name_goes_the_next_takes_over)
{
	add("x", "name: resource::a::1\n");
	add("y", "name: resource::a::1\ndescription: second\n");
	add("z", "name: resource::a::1.0\ndescription: third\n");
	check();
	ck_assert_uint_eq(diags_errors(diags), 2);
	add("x", "name: resource::b::1\n");
	check();
	ck_assert_uint_eq(diags_errors(diags), 1);
	ck_assert_str_eq(descriptor_description(catalog_find(catalog, "resource::a::1")), "second");
	add("x", "name: resource::a::1\ndescription: first\n");
	ck_assert_str_eq(descriptor_description(catalog_find(catalog, "resource::a::1")), "first");
}
END_TEST

/* Puts a text into a catalog that has been checked; the number of checks that follow. */
static size_t checks_after(const char *file, const char *text)
{
	check();
	size_t before = catalog_checks(catalog);
	add(file, text);
	check();
	return catalog_checks(catalog) - before;
}

START_TEST(only_those_that_use_what_changed_are_checked_again)
{
	add("r", "name: resource::r::1\nproperties: {in: {}}\n");
	add("s", "name: resource::s::1\n");
	add("a", "name: assembly::a::1\ncomposition: {r: {type: 'resource::r::1'}}\n");
	add("b", "name: assembly::b::1\ncomposition: {a: {type: 'assembly::a::1'}}\n");
	add("c", "name: assembly::c::1\ncomposition: {s: {type: 'resource::s::1'}}\n");
	check();
	ck_assert_uint_eq(catalog_checks(catalog), 5);
	/* What it shows to others stays the same. */
	ck_assert_uint_eq(
	    checks_after("r", "# r\nname: resource::r::1\nproperties:\n  in: {}\n"), 1);
	/* It shows something else; the one above its user sees nothing of that. */
	ck_assert_uint_eq(
	    checks_after("r", "name: resource::r::1\nproperties: {in: {}, out: {}}\n"), 2);
	/* A new name concerns nobody. */
	ck_assert_uint_eq(checks_after("t", "name: resource::t::1\n"), 1);
	/* Nothing has changed. */
	size_t before = catalog_checks(catalog);
	check();
	ck_assert_uint_eq(catalog_checks(catalog), before);
}
END_TEST

static void name_file(void *arg, const char *file)
{
	lm_buf_printf(arg, "%s ", file);
}

/* The files that have changed since the last call. */
static const char *changed(void)
{
	struct lm_buf b;

	lm_buf_init(&b, 64 * 1024);
	catalog_take_changed(catalog, name_file, &b);
	const char *list = lm_arena_strdup(arena, b.p);
	lm_buf_fini(&b);
	return list;
}

START_TEST(files_have_changed_that_were_put_and_those_of_which_something_else_is_said)
{
	add("a", "name: assembly::a::1\ncomposition: {r: {type: 'resource::r::1'}}\n");
	add("b", "name: assembly::b::1\ncomposition: {s: {type: 'resource::s::1'}}\n");
	add("s", "name: resource::s::1\n");
	check();
	ck_assert_str_eq(changed(), "a b s ");
	check();
	ck_assert_str_eq(changed(), "");
	add("r", "name: resource::r::1\n");
	check();
	ck_assert_str_eq(changed(), "a r ");
	/* The one that uses it is checked again, and nothing is said of it as before. */
	add("s", "name: resource::s::1\nproperties: {in: {}}\n");
	check();
	ck_assert_str_eq(changed(), "s ");
	catalog_remove(catalog, "r");
	check();
	ck_assert_str_eq(changed(), "a ");
	catalog_remarks(catalog, "b");
	ck_assert_str_eq(changed(), "b ");
}
END_TEST

/* More than a thousand of one name are not told: one that comes in between silences the last one. */
START_TEST(a_file_of_which_nothing_more_is_said_has_changed_too)
{
	enum { MANY = 1000 };
	static const char text[] = "name: resource::a::1\n---\n";
	struct lm_buf all;
	char file[16];

	add("x", text);
	add("y", "name: resource::b::1\n");
	for (int i = 1; i <= MANY; i++) {
		snprintf(file, sizeof file, "%d", i);
		add(file, text);
	}
	check();
	changed();
	add("y", text);
	check();
	ck_assert_str_eq(changed(), "y 1000 ");
	/* So does a file with that many of them, for what was the first before. */
	add("z", "name: assembly::z::1\n");
	add("c", "name: assembly::c::1\ncomposition: {r: {type: 'resource::r::1'}}\n");
	check();
	changed();
	lm_buf_init(&all, 64 * 1024);
	for (int i = 0; i <= MANY; i++)
		lm_buf_puts(&all, "name: assembly::c::1\n---\n");
	add("z", all.p);
	lm_buf_fini(&all);
	check();
	ck_assert_str_eq(changed(), "z c ");
}
END_TEST

START_TEST(a_name_that_comes_or_goes_concerns_those_that_missed_it_or_were_told_of_it)
{
	add("a", "name: assembly::a::1\ncomposition: {r: {type: 'resource::server::1'}}\n");
	add("b", "name: assembly::b::1\ncomposition: {r: {type: 'resource::router::1'}}\n");
	/* "did you mean 'resource::serve::1'?" */
	ck_assert_uint_eq(checks_after("s", "name: resource::serve::1\n"), 2);
	ck_assert_uint_eq(checks_after("t", "name: resource::server::1\n"), 2);
	ck_assert_uint_eq(checks_after("s", "name: resource::router::2\n"), 2);
	ck_assert_uint_eq(diags_errors(diags), 1);
}
END_TEST

START_TEST(all_versions_of_a_plain_name_stand_in_order_assemblies_first)
{
	static const char *const expected[] = {"assembly::a::1.0", "assembly::a::1.9",
	    "assembly::a::1.10", "assembly::a::2", "resource::a::1.5"};

	add("x", "name: assembly::a::2\n---\nname: resource::a::1.5\n");
	add("y", "name: assembly::a::1.10\n---\nname: assembly::a::1.9\n");
	add("z", "name: assembly::a::1.0\n---\nname: assembly::ab::7\n");
	struct version_list list = catalog_versions(catalog, "a");
	ck_assert_uint_eq(list.n, LM_COUNT(expected));
	for (size_t i = 0; i < list.n; i++)
		ck_assert_str_eq(descriptor_name(list.v[i]), expected[i]);
	ck_assert_uint_eq(catalog_versions(catalog, "b").n, 0);
}
END_TEST

START_TEST(a_range_finds_the_highest_version_that_it_allows)
{
	add("x", "name: assembly::a::1.2\n---\nname: assembly::a::1.10\n");
	add("y", "name: assembly::a::2.0\n---\nname: resource::a::1.99\n");
	ck_assert_str_eq(
	    descriptor_name(catalog_highest(catalog, "assembly::a::^1.0")), "assembly::a::1.10");
	ck_assert_str_eq(
	    descriptor_name(catalog_highest(catalog, "assembly::a::*")), "assembly::a::2.0");
	ck_assert_str_eq(
	    descriptor_name(catalog_highest(catalog, "assembly::a::1.2.0")), "assembly::a::1.2");
	ck_assert_ptr_null(catalog_highest(catalog, "assembly::a::^3"));
	ck_assert_ptr_null(catalog_highest(catalog, "assembly::b::*"));
	ck_assert_ptr_null(catalog_highest(catalog, "nonsense"));
}
END_TEST

START_TEST(what_was_probably_meant_is_the_nearest_name_in_its_highest_version_of_that_kind)
{
	add("x", "name: resource::asterisk::1.0\n---\nname: resource::asterisk::1.2\n");
	add("y", "name: assembly::asterisk::3.0\n---\nname: resource::kamailio::1.0\n");
	ck_assert_str_eq(
	    catalog_suggest(catalog, "resource::asteriks::1.0"), "resource::asterisk::1.2");
	ck_assert_str_eq(
	    catalog_suggest(catalog, "assembly::asterisk::9"), "assembly::asterisk::3.0");
	ck_assert_str_eq(
	    catalog_suggest(catalog, "assembly::Kamailoi::1"), "resource::kamailio::1.0");
	ck_assert_ptr_null(catalog_suggest(catalog, "resource::freeswitch::1.0"));
}
END_TEST

START_TEST(of_two_names_that_are_as_near_the_first_in_the_alphabet_is_meant)
{
	add("x", "name: resource::nodeb::1\n");
	add("y", "name: resource::nodea::1\n");
	add("z", "name: resource::nodec::1\n");
	ck_assert_str_eq(catalog_suggest(catalog, "resource::nodex::1"), "resource::nodea::1");
}
END_TEST

/* ---- names --------------------------------------------------------------------------------- */

START_TEST(a_range_of_versions_means_what_npm_means)
{
	static const struct {
		const char *range, *version;
		bool matches;
	} rows[] = {
	    {"1.0", "1", true},
	    {"1.0", "1.0.1", false},
	    {"^1.2", "1.2", true},
	    {"^1.2", "1.99.3", true},
	    {"^1.2", "1.1.9", false},
	    {"^1.2", "2.0", false},
	    {"^0.1", "0.1.5", true},
	    {"^0.1", "0.2", false},
	    {"^0.0.3", "0.0.3", true},
	    {"^0.0.3", "0.0.4", false},
	    {"~1.2", "1.2.9", true},
	    {"~1.2", "1.3", false},
	    {"~1", "1.9", true},
	    {"~1", "2.0", false},
	    {"*", "7.1", true},
	    {"1.x", "1.5", true},
	    {"1.x", "2.0", false},
	    {"1.2.*", "1.2.7", true},
	    {">=1.5", "1.5", true},
	    {">= 1.5", "10", true},
	    {">=1.5", "1.4.9", false},
	    {"1.10", "1.9", false},
	};
	char pattern[64], name[64];

	snprintf(pattern, sizeof pattern, "assembly::a::%s", rows[_i].range);
	snprintf(name, sizeof name, "assembly::a::%s", rows[_i].version);
	ck_assert_int_eq(name_matches(pattern, name), rows[_i].matches);
}
END_TEST

START_TEST(a_range_does_not_match_another_kind_or_name)
{
	ck_assert(!name_matches("assembly::a::*", "resource::a::1"));
	ck_assert(!name_matches("assembly::a::*", "assembly::ab::1"));
	ck_assert(!name_matches("assembly::a::1", "assembly::a"));
	ck_assert(!name_matches("", ""));
}
END_TEST

START_TEST(an_instance_name_leaves_room_for_the_names_of_its_parts)
{
	ck_assert_ptr_null(name_instance_flaw("voice"));
	ck_assert_ptr_null(name_instance_flaw("Voice-2_b"));
	ck_assert_ptr_nonnull(name_instance_flaw(""));
	ck_assert_ptr_nonnull(name_instance_flaw("2voice"));
	ck_assert_ptr_nonnull(name_instance_flaw("a b"));
	ck_assert_ptr_nonnull(name_instance_flaw("a__b"));
	ck_assert_ptr_nonnull(name_instance_flaw("a/b"));
}
END_TEST

/* ---- checks -------------------------------------------------------------------------------- */

START_TEST(assemblies_nested_three_thousand_deep_are_refused_without_harm)
{
	char text[128];

	for (int i = 0; i < 3000; i++) {
		snprintf(text, sizeof text,
		    "name: assembly::a%d::1\ncomposition: {n: {type: 'assembly::a%d::1'}}\n", i,
		    i + 1);
		add(text, text);
	}
	add("x", "name: assembly::a3000::1\n");
	check();
	ck_assert(has("LM0504"));
}
END_TEST

START_TEST(a_value_cycle_through_assemblies_is_shown_as_its_path)
{
	add("x",
	    "name: resource::r::1\nproperties: {in: {}, out: {read-only: true}}\n---\n"
	    "name: assembly::box::1\n"
	    "properties: {in: {}, out: {read-only: true, value: '${r.out}'}}\n"
	    "composition: {r: {type: 'resource::r::1', properties: {in: {value: '${in}'}}}}\n---\n"
	    "name: assembly::top::1\ncomposition:\n"
	    "  a: {type: 'assembly::box::1', properties: {in: {value: '${b.out}'}}}\n"
	    "  b: {type: 'assembly::box::1', properties: {in: {value: '${a.out}'}}}\n");
	check();
	ck_assert_uint_eq(diags_errors(diags), 1);
	ck_assert_str_eq(diags_at(diags, 0)->message,
	    "'a.in' waits for itself: a.in -> b.out -> b.in -> a.out -> a.in");
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("tosca/catalog");
	TCase *tc = tcase_create("an empty catalog");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, a_descriptor_is_found_by_its_name_whatever_zeros_its_version_ends_with);
	tcase_add_test(tc, one_file_may_hold_several_descriptors_and_each_has_its_own_text);
	tcase_add_test(tc, the_second_descriptor_of_a_name_is_refused);
	tcase_add_test(tc, a_descriptor_with_errors_is_known_all_the_same);
	tcase_add_test(tc, what_was_missing_may_come_later);
	tcase_add_test(tc, an_intent_among_descriptors_is_passed_over);
	tcase_add_test(tc, a_file_put_again_keeps_its_place_and_one_that_was_removed_has_lost_it);
	tcase_add_test(tc, when_the_first_of_a_name_goes_the_next_takes_over);
	tcase_add_test(tc, only_those_that_use_what_changed_are_checked_again);
	tcase_add_test(
	    tc, files_have_changed_that_were_put_and_those_of_which_something_else_is_said);
	tcase_add_test(tc, a_file_of_which_nothing_more_is_said_has_changed_too);
	tcase_add_test(
	    tc, a_name_that_comes_or_goes_concerns_those_that_missed_it_or_were_told_of_it);
	tcase_add_test(tc, all_versions_of_a_plain_name_stand_in_order_assemblies_first);
	tcase_add_test(tc, a_range_finds_the_highest_version_that_it_allows);
	tcase_add_test(
	    tc, what_was_probably_meant_is_the_nearest_name_in_its_highest_version_of_that_kind);
	tcase_add_test(tc, of_two_names_that_are_as_near_the_first_in_the_alphabet_is_meant);
	tcase_add_loop_test(tc, a_range_of_versions_means_what_npm_means, 0, 22);
	tcase_add_test(tc, a_range_does_not_match_another_kind_or_name);
	tcase_add_test(tc, an_instance_name_leaves_room_for_the_names_of_its_parts);
	tcase_add_test(tc, assemblies_nested_three_thousand_deep_are_refused_without_harm);
	tcase_add_test(tc, a_value_cycle_through_assemblies_is_shown_as_its_path);
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
