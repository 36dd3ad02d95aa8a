/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "tosca/model/selector.h"

static struct lm_arena *arena;

static void setup(void)
{
	arena = lm_arena_new();
}

static void teardown(void)
{
	lm_arena_free(arena);
}

static const struct {
	const char *text, *name;
	struct selector_label labels[2];
	size_t n;
} good[] = {
    {"calls", "calls", {{0}}, 0},
    {" job:calls_5m{} ", "job:calls_5m", {{0}}, 0},
    {"calls{kind=\"open\"}", "calls", {{"kind", "open"}}, 1},
    {"calls { kind = 'op\"en' , node=\"\" , }", "calls", {{"kind", "op\"en"}, {"node", ""}}, 2},
    {"calls{path=\"a\\\\b\\\"c\\nd\"}", "calls", {{"path", "a\\b\"c\nd"}}, 1},
    {"calls{a=\"}\"}", "calls", {{"a", "}"}}, 1},
};

START_TEST(a_selector_is_a_name_and_labels)
{
	struct selector s;
	struct selector_flaw flaw;

	ck_assert_msg(selector_parse(arena, good[_i].text, &s, &flaw), "%s", good[_i].text);
	ck_assert_str_eq(s.name, good[_i].name);
	ck_assert_uint_eq(s.n, good[_i].n);
	for (size_t i = 0; i < s.n; i++) {
		ck_assert_str_eq(s.labels[i].name, good[_i].labels[i].name);
		ck_assert_str_eq(s.labels[i].value, good[_i].labels[i].value);
	}
}
END_TEST

static const struct {
	const char *text;
	size_t at, n;
} bad[] = {
    {"", 0, 0},
    {"{kind=\"open\"}", 0, 1},
    {"5calls", 0, 6},
    {"calls{kind}", 10, 1},
    {"calls{kind", 10, 0},
    {"calls{kind=open}", 11, 4},
    {"calls{kind=\"open}", 11, 1},
    {"calls{kind=\"open\\", 11, 1},
    {"calls{kind!=\"open\"}", 10, 2},
    {"calls{kind=~\"open\"}", 10, 2},
    {"calls{kind:x=\"open\"}", 10, 1},
    {"calls{kind=\"open\" node=\"a\"}", 18, 1},
    {"calls{kind=\"open\"", 17, 0},
    {"calls{,}", 6, 1},
    {"calls{} > 3", 8, 3},
    {"rate(calls[5m])", 4, 11},
};

START_TEST(what_is_wrong_is_pointed_at)
{
	struct selector s;
	struct selector_flaw flaw;

	ck_assert_msg(!selector_parse(arena, bad[_i].text, &s, &flaw), "%s", bad[_i].text);
	ck_assert_ptr_nonnull(flaw.what);
	ck_assert_msg(flaw.at == bad[_i].at && flaw.n == bad[_i].n, "%s: %zu, %zu: %s",
	    bad[_i].text, flaw.at, flaw.n, flaw.what);
}
END_TEST

START_TEST(there_is_an_end_to_labels)
{
	char text[16 * SELECTOR_LABELS_MAX] = "c{";
	struct selector s;
	struct selector_flaw flaw;

	for (int i = 0; i < SELECTOR_LABELS_MAX; i++)
		memcpy(text + 2 + 7 * i, "ab='c',", 8);
	memcpy(text + 2 + 7 * SELECTOR_LABELS_MAX, "}", 2);
	ck_assert(selector_parse(arena, text, &s, &flaw));
	ck_assert_uint_eq(s.n, SELECTOR_LABELS_MAX);
	memcpy(text + 2 + 7 * SELECTOR_LABELS_MAX, "ab='c'}", 8);
	ck_assert(!selector_parse(arena, text, &s, &flaw));
}
END_TEST

int main(void)
{
	Suite *s = suite_create("tosca/selector");
	TCase *tc = tcase_create("selectors");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, a_selector_is_a_name_and_labels, 0, LM_COUNT(good));
	tcase_add_loop_test(tc, what_is_wrong_is_pointed_at, 0, LM_COUNT(bad));
	tcase_add_test(tc, there_is_an_end_to_labels);
	suite_add_tcase(s, tc);
	SRunner *sr = srunner_create(s);
	srunner_run_all(sr, CK_NORMAL);
	int failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed != 0;
}
