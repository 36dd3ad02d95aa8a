/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>

#include "base/buf.h"
#include "tosca/model/expr.h"
#include "tosca/text/source.h"
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

/* The value of "v: <yaml>". */
static struct expr read_expr(const char *yaml)
{
	const char *text = lm_arena_printf(arena, "v: %s\n", yaml);
	struct tree_room room = {.texts = arena, .nodes = arena};
	struct documents docs = tree_read(&room, "x", text, strlen(text), diags);

	ck_assert_uint_eq(docs.n, 1);
	return expr_read(arena, docs.source, node_find(docs.v[0].root, "v"), diags);
}

/* text|own:p|member:c.p|c[2].p ... */
static const char *shown(const struct expr *e)
{
	const char *s = "";

	for (size_t i = 0; i < e->n; i++) {
		const struct expr_part *p = &e->parts[i];
		const char *bar = i > 0 ? "|" : "";

		if (p->text != NULL)
			s = lm_arena_printf(arena, "%s%s'%s'", s, bar, p->text);
		else if (p->scope == NULL)
			s = lm_arena_printf(arena, "%s%s%s", s, bar, p->name);
		else
			s = lm_arena_printf(
			    arena, "%s%s%s(%d).%s", s, bar, p->scope, p->member, p->name);
	}
	return s;
}

START_TEST(a_value_is_text_with_references_in_it)
{
	static const struct {
		const char *yaml, *parts;
	} rows[] = {
	    {"plain", "'plain'"},
	    {"5060", "'5060'"},
	    {"\"\"", "''"},
	    {"~", ""},
	    {"${a}", "a"},
	    {"${a-b_1}", "a-b_1"},
	    {"${instance.name}_gateway", "instance(0).name|'_gateway'"},
	    {"x${a}y${b.c}z", "'x'|a|'y'|b(0).c|'z'"},
	    {"${a}${b}", "a|b"},
	    {"${comp.sbi.ip}", "comp(0).sbi.ip"},
	    {"${pool[2].address}", "pool(2).address"},
	    {"\"${pool[*].address}\"", "pool(-1).address"},
	    {"$5 and $x and $$", "'$5 and $x and $$'"},
	};
	struct expr e = read_expr(rows[_i].yaml);

	ck_assert_str_eq(shown(&e), rows[_i].parts);
	ck_assert_uint_eq(diags_count(diags), 0);
}
END_TEST

START_TEST(a_malformed_reference_is_reported_and_stays_text)
{
	static const char *const rows[] = {"${", "${a", "${}", "${ a }", "${.a}", "${a.}",
	    "${a[0].b}", "${a[1]}", "${a[b].c}", "${a[99999999999].b}", "${a b}", "${a:b}",
	    "${${a}}"};
	struct expr e = read_expr(lm_arena_printf(arena, "'%s'", rows[_i]));

	ck_assert_uint_eq(diags_errors(diags), 1);
	ck_assert_str_eq(diags_at(diags, 0)->code, "LM0214");
	ck_assert(expr_is_literal(&e));
}
END_TEST

START_TEST(a_reference_has_a_place_of_its_own)
{
	struct expr e = read_expr("'ä ${a} ${b.c}'");

	ck_assert_uint_eq(source_place(&e.pos).col, 4);
	ck_assert_uint_eq(source_place(&e.parts[1].pos).col, 7);
	ck_assert_uint_eq(source_place(&e.parts[1].pos).end_col, 11);
	ck_assert_uint_eq(source_place(&e.parts[3].pos).col, 12);
}
END_TEST

START_TEST(only_text_without_references_is_a_literal)
{
	struct expr literal = read_expr("x"), reference = read_expr("${x}"), none = read_expr("");

	ck_assert_str_eq(expr_literal(&literal), "x");
	ck_assert(!expr_is_literal(&reference));
	ck_assert(!expr_is_literal(&none));
}
END_TEST

START_TEST(a_value_has_a_limit)
{
	char *text = lm_arena_alloc(arena, 70000);

	memset(text, 'x', 69999);
	struct expr e = read_expr(text);
	ck_assert_uint_eq(e.n, 0);
	ck_assert_str_eq(diags_at(diags, 0)->code, "LM0230");
}
END_TEST

START_TEST(a_number_is_digits_and_nothing_else)
{
	unsigned n = 7;

	ck_assert(expr_number("0", 10, &n));
	ck_assert_uint_eq(n, 0);
	ck_assert(expr_number("10", 10, &n));
	ck_assert_uint_eq(n, 10);
	ck_assert(!expr_number("11", 10, &n));
	ck_assert(!expr_number("", 10, &n));
	ck_assert(!expr_number("-1", 10, &n));
	ck_assert(!expr_number("1 ", 10, &n));
	ck_assert(!expr_number("99999999999999999999999", 4000000000u, &n));
	ck_assert_uint_eq(n, 10);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("tosca/expr");
	TCase *tc = tcase_create("a value");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, a_value_is_text_with_references_in_it, 0, 13);
	tcase_add_loop_test(tc, a_malformed_reference_is_reported_and_stays_text, 0, 13);
	tcase_add_test(tc, a_reference_has_a_place_of_its_own);
	tcase_add_test(tc, only_text_without_references_is_a_literal);
	tcase_add_test(tc, a_value_has_a_limit);
	tcase_add_test(tc, a_number_is_digits_and_nothing_else);
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
