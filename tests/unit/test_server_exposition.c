/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "lm/server/scrape/exposition.h"

/* The text that exporters tell their figures in. */

enum { WANTED_MAX = 8 };

static struct lm_arena *arena;
static struct exposition_sum sums[WANTED_MAX];
static char why[256];

static void begin(void)
{
	arena = lm_arena_new();
	why[0] = '\0';
}

static void end(void)
{
	lm_arena_free(arena);
}

static const struct selector *selector(const char *text)
{
	struct selector *s = LM_NEW(arena, struct selector);
	struct selector_flaw flaw;

	ck_assert_msg(selector_parse(arena, text, s, &flaw), "%s", text);
	return s;
}

/* Of the text with so many bytes, these selectors, ended by NULL; what is wrong goes to 'why'. */
static bool reads_n(const char *text, size_t n, const char *const *wanted)
{
	const struct selector *all[WANTED_MAX];
	char *copy = lm_arena_alloc(arena, n + 1);
	size_t k = 0;

	for (; wanted[k] != NULL; k++)
		all[k] = selector(wanted[k]);
	memcpy(copy, text, n);
	copy[n] = '\0';
	struct exposition_wants *w = exposition_wants_new(all, k);
	struct lm_err *e = exposition_read(w, copy, n, sums);
	exposition_wants_free(w);
	if (e == NULL)
		return true;
	snprintf(why, sizeof why, "%s", lm_err_text(e));
	lm_err_free(e);
	return false;
}

#define reads(text, ...) reads_n(text, strlen(text), (const char *const[]){__VA_ARGS__, NULL})

static double value_of(const char *text, const char *wanted)
{
	ck_assert_msg(reads(text, wanted), "%s", why);
	ck_assert_msg(sums[0].n == 1, "%zu series fit %s", sums[0].n, wanted);
	return sums[0].value;
}

static void refused(const char *text, const char *reason)
{
	ck_assert_msg(!reads(text, "x"), "taken: %s", text);
	ck_assert_msg(strstr(why, reason) != NULL, "%s: %s", text, why);
}

/* ---- what it must be ------------------------------------------------------------------------------ */

START_TEST(a_line_is_a_name_and_a_value)
{
	ck_assert_double_eq(value_of("calls 53\n", "calls"), 53);
	ck_assert_double_eq(value_of("calls 53", "calls"), 53);
	ck_assert_double_eq(value_of("  calls\t  53.5  \r\n", "calls"), 53.5);
	ck_assert_double_eq(value_of("a:b_c9 -1e3\n", "a:b_c9"), -1000);
	ck_assert_double_eq(value_of("x +Inf\n", "x"), INFINITY);
	ck_assert_double_nan(value_of("x NaN\n", "x"));
}
END_TEST

START_TEST(labels_may_be_there)
{
	ck_assert_double_eq(value_of("calls{kind=\"open\"} 5\n", "calls{kind=\"open\"}"), 5);
	ck_assert_double_eq(value_of("calls { kind = \"open\" , } 5\n", "calls{kind=\"open\"}"), 5);
	ck_assert_double_eq(value_of("calls{} 5\n", "calls"), 5);
	ck_assert_double_eq(value_of("calls{a=\"}{,= #\"} 5\n", "calls{a='}{,= #'}"), 5);
	ck_assert_double_eq(
	    value_of("c{a=\"q\\\"b\\\\n\\nx\"} 5\n", "c{a=\"q\\\"b\\\\n\\nx\"}"), 5);
}
END_TEST

START_TEST(what_else_there_may_be_is_skipped)
{
	ck_assert_double_eq(value_of("# HELP calls Whatever { \" it says\n# TYPE calls nonsense\n"
				     "#\n\n   \n\t\r\ncalls 1\n# EOF\n",
				"calls"),
	    1);
}
END_TEST

START_TEST(a_time_is_taken_over)
{
	ck_assert(reads("x 1 1700000000123\n", "x"));
	ck_assert_int_eq(sums[0].at_ms, 1700000000123);
	ck_assert(reads("x 1 1700000000.123\n", "x"));
	ck_assert_int_eq(sums[0].at_ms, 1700000000123);
	ck_assert(reads("x 1 1700000000\n", "x"));
	ck_assert_int_eq(sums[0].at_ms, 1700000000000);
	ck_assert(reads("x 1\n", "x"));
	ck_assert_int_eq(sums[0].at_ms, 0);
}
END_TEST

START_TEST(an_exemplar_is_skipped)
{
	ck_assert_double_eq(value_of("x{le=\"1\"} 17 # {id=\"a\"} 0.5 1.2\n", "x"), 17);
	ck_assert_double_eq(value_of("x 17 1700000000123 # {id=\"a\"} 0.5\n", "x"), 17);
}
END_TEST

START_TEST(all_else_is_refused_with_its_line)
{
	refused("x 1\ny\n", "line 2: the value is missing");
	refused("x 1\n\n# c\n9x 1\n", "line 4: the name of a series is missing");
	refused("<html>\n", "line 1: the name of a series is missing");
	refused("x one\n", "line 1: the value is no number");
	refused("x 1,5\n", "line 1: the value is no number");
	refused("x{a=\"1\"}\n", "line 1: the value is no number");
	refused("x{a=\"1\" 5\n", "',' or '}' is missing");
	refused("x{a=\"1} 5\n", "does not end");
	refused("x{a=\"\\x\"} 5\n", "unknown escape");
	refused("x{a=\"\\", "does not end");
	refused("x{a=1} 5\n", "not in quotes");
	refused("x{a} 5\n", "'=' is missing");
	refused("x{a:b=\"1\"} 5\n", "'=' is missing");
	refused("x{=\"1\"} 5\n", "the name of a label is missing");
	refused("x{", "the name of a label is missing");
	refused("x 1 soon\n", "the time is no number");
	refused("x 1 17x\n", "the time is no number");
	refused("x 1 2 3\n", "behind the value and the time");
	refused("x 1 1e99\n", "the time is no number");
}
END_TEST

START_TEST(a_nul_is_refused)
{
	static const char text[] = "x 1\ny\0z 2\n";

	ck_assert(!reads_n(text, sizeof text - 1, (const char *const[]){"x", NULL}));
	ck_assert_ptr_nonnull(strstr(why, "line 2: there is a NUL byte"));
}
END_TEST

START_TEST(labels_are_bounded)
{
	struct lm_buf text;

	lm_buf_init(&text, 4096);
	lm_buf_puts(&text, "x{");
	for (int i = 0; i < EXPOSITION_LABELS_MAX; i++)
		lm_buf_printf(&text, "a%d=\"\",", i);
	char *one_more = strdup(text.p);
	lm_buf_puts(&text, "} 1\n");
	ck_assert(reads(text.p, "x"));
	lm_buf_clear(&text);
	lm_buf_printf(&text, "%sb=\"\"} 1\n", one_more);
	refused(text.p, "more than 64 labels");
	free(one_more);
	lm_buf_fini(&text);
}
END_TEST

/* ---- which series ----------------------------------------------------------------------------------- */

START_TEST(a_selector_takes_what_has_its_labels_whatever_else_there_is)
{
	static const char text[] =
	    "calls{pool=\"a\",kind=\"open\"} 1\ncalls{kind=\"open\",pool=\"b\"} 2\n"
	    "calls{kind=\"held\",pool=\"a\"} 4\ncalls 8\ncallsx{pool=\"a\"} 16\n";

	ck_assert(reads(text, "calls", "calls{pool=\"a\"}", "calls{pool=\"a\",kind=\"open\"}",
	    "calls{pool=\"c\"}", "nothing", "calls{pool=\"a\"}"));
	ck_assert_double_eq(sums[0].value, 15);
	ck_assert_double_eq(sums[1].value, 5);
	ck_assert_double_eq(sums[2].value, 1);
	ck_assert_uint_eq(sums[3].n, 0);
	ck_assert_uint_eq(sums[4].n, 0);
	ck_assert_double_eq(sums[5].value, 5);
	ck_assert_uint_eq(sums[0].n, 4);
}
END_TEST

START_TEST(of_a_label_that_comes_twice_the_first_counts)
{
	ck_assert(
	    reads("x{a=\"1\",a=\"2\"} 5\nx{a=\"1\",a=\"1\"} 7\n", "x{a=\"1\"}", "x{a=\"2\"}"));
	ck_assert_double_eq(sums[0].value, 12);
	ck_assert_uint_eq(sums[1].n, 0);
}
END_TEST

START_TEST(of_several_the_oldest_time_holds_and_a_zero_is_noted)
{
	ck_assert(reads(
	    "x{a=\"1\"} 3 1700000002000\nx{a=\"2\"} 0 1700000001000\nx{a=\"3\"} 1 1700000003000\n",
	    "x", "x{a=\"1\"}"));
	ck_assert_int_eq(sums[0].at_ms, 1700000001000);
	ck_assert(sums[0].has_zero);
	ck_assert(!sums[1].has_zero);
	ck_assert(reads("x{a=\"1\"} 3 1700000002000\nx{a=\"2\"} 0\n", "x"));
	ck_assert_int_eq(sums[0].at_ms, 0);
}
END_TEST

/* Ten thousand components, each of which wants its own of ten thousand series of one name. */
START_TEST(many_selectors_of_one_name_are_no_trouble)
{
	enum { N = 10000 };
	const struct selector **all = LM_NEW_N(arena, const struct selector *, N);
	struct exposition_sum *many = LM_NEW_N(arena, struct exposition_sum, N);
	struct lm_buf text;

	lm_buf_init(&text, 1 << 20);
	for (int i = 0; i < N; i++) {
		all[i] = selector(lm_arena_printf(arena, "calls{job='sip',pool='%d'}", i));
		lm_buf_printf(&text, "calls{job=\"sip\",pool=\"%d\",z=\"1\"} %d\n", i, i);
	}
	ck_assert(!text.cut);
	struct exposition_wants *w = exposition_wants_new(all, N);
	ck_assert_ptr_null(exposition_read(w, text.p, text.n, many));
	for (int i = 0; i < N; i++) {
		ck_assert_uint_eq(many[i].n, 1);
		ck_assert_double_eq(many[i].value, i);
	}
	exposition_wants_free(w);
	lm_buf_fini(&text);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("server/exposition");
	TCase *form = tcase_create("form"), *series = tcase_create("series");

	tcase_add_checked_fixture(form, begin, end);
	tcase_add_test(form, a_line_is_a_name_and_a_value);
	tcase_add_test(form, labels_may_be_there);
	tcase_add_test(form, what_else_there_may_be_is_skipped);
	tcase_add_test(form, a_time_is_taken_over);
	tcase_add_test(form, an_exemplar_is_skipped);
	tcase_add_test(form, all_else_is_refused_with_its_line);
	tcase_add_test(form, a_nul_is_refused);
	tcase_add_test(form, labels_are_bounded);
	suite_add_tcase(s, form);
	tcase_add_checked_fixture(series, begin, end);
	tcase_add_test(series, a_selector_takes_what_has_its_labels_whatever_else_there_is);
	tcase_add_test(series, of_a_label_that_comes_twice_the_first_counts);
	tcase_add_test(series, of_several_the_oldest_time_holds_and_a_zero_is_noted);
	tcase_add_test(series, many_selectors_of_one_name_are_no_trouble);
	suite_add_tcase(s, series);

	SRunner *sr = srunner_create(s);
	srunner_run_all(sr, CK_NORMAL);
	int failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed != 0;
}
