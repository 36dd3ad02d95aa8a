/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "lm/cli/render/render.h"
#include "lm/cli/render/screen.h"

static struct lm_buf out;
static unsigned columns;
static const struct render plain = {.colour = false, .unicode = false};
static const struct render pretty = {.colour = false, .unicode = true};
static const struct render coloured = {.colour = true, .unicode = true};

/* 2026-11-16T08:00:00Z */
static const int64_t now_ms = INT64_C(1794816000000);

static void setup(void)
{
	lm_buf_init(&out, 65536);
	columns = 0;
}

static void teardown(void)
{
	lm_buf_fini(&out);
}

static json_t *document(const char *text)
{
	json_error_t e;
	json_t *j = json_loads(text, 0, &e);

	ck_assert_msg(j != NULL, "%s: %s", e.text, text);
	return j;
}

static void shown(const struct render *r, const char *text)
{
	json_t *all = document(text);

	lm_buf_clear(&out);
	render_policies(r, all, now_ms, columns, &out);
	json_decref(all);
}

static void listed(const char *text)
{
	json_t *all = document(text);

	lm_buf_clear(&out);
	render_policy_overview(&plain, all, &out);
	json_decref(all);
}

#define SCALE(more, window)                                                                      \
	"{\"name\": \"voice__grow\", \"assembly\": \"voice\", \"cluster\": \"voice__pbx\","      \
	"\"members\": 2, \"inService\": 2, \"spares\": 0, " more "\"window\": {\"kind\": "       \
	"\"scale\", \"size\": 2, \"min\": 1, \"max\": 10, \"increment\": 1, \"guard\": 58,"      \
	"\"scaleOut\": {\"threshold\": 58, \"samples\": 2, \"smoothing\": 3, \"cooldown\": 30}," \
	"\"scaleIn\": {\"threshold\": 32, \"samples\": 0, \"smoothing\": 6, \"cooldown\": "      \
	"0}," window "}}"

#define LOADS(a, b, c)                                             \
	"\"load\": " c ", \"samples\": ["                          \
	"{\"at\": \"2026-11-16T07:59:57.500Z\", \"load\": " a "}," \
	"{\"at\": \"2026-11-16T07:59:58.500Z\", \"load\": " b "}," \
	"{\"at\": \"2026-11-16T07:59:59.500Z\", \"load\": " c "}]"

#define HEAL(component, policy, state, more, window)                          \
	"{\"name\": \"" component "__" policy "\", \"assembly\": \"voice\", " \
	"\"component\": \"" component "\", \"state\": \"" state "\", " more   \
	"\"window\": {\"kind\": \"heal\", \"smoothing\": 5, \"period\": 1, " window "}}"

/* ---- one assembly -------------------------------------------------------------------------- */

START_TEST(a_scale_policy_shows_what_it_sees_and_why_it_does_nothing)
{
	shown(&plain,
	    "[" SCALE("", LOADS("53", "61.25", "107") ", \"held\": \"2 of 3 samples\"") "]");
	ck_assert_str_eq(out.p, "grow scales pbx\n"
				"  size       2  of 1 to 10\n"
				"  load     107  53 61.2 107  500 ms ago\n"
				"  out     > 58  ##.  2 of 3 in a row, cool-down 30 s\n"
				"  in      < 32  ......  0 of 6 in a row, at most 58 afterwards\n"
				"  now           2 of 3 samples\n");
}
END_TEST

START_TEST(loads_are_bars_where_there_are_such_characters)
{
	shown(&pretty, "[" SCALE("", LOADS("0", "50", "200")) "]");
	ck_assert_msg(strstr(out.p, "  load     200  ▁▃█  500 ms ago\n") != NULL, "%s", out.p);
	ck_assert_msg(strstr(out.p, "  ●●○  2 of 3 in a row") != NULL, "%s", out.p);
}
END_TEST

START_TEST(a_load_has_the_colour_of_its_place_between_the_thresholds)
{
	shown(&coloured, "[" SCALE("", LOADS("20", "40", "80")) "]");
	ck_assert_msg(
	    strstr(out.p, "\033[33m▂\033[0m\033[32m▄\033[0m\033[31m▇\033[0m") != NULL, "%s", out.p);
}
END_TEST

START_TEST(who_is_held_by_nothing_acts_next)
{
	shown(&plain, "[" SCALE("", LOADS("1", "2", "3") ", \"held\": null") "]");
	ck_assert_msg(
	    strstr(out.p, "  now           acts with the next sample\n") != NULL, "%s", out.p);
}
END_TEST

START_TEST(who_sees_nothing_says_why)
{
	shown(&plain, "[" SCALE("\"blind\": \"process 1 (Heal) runs on 'voice'\", ",
			  "\"load\": null, \"held\": \"not watching\"") "]");
	ck_assert_msg(strstr(out.p, "  load       -  \n") != NULL, "%s", out.p);
	ck_assert_msg(strstr(out.p, "  now           process 1 (Heal) runs on 'voice'\n") != NULL,
	    "%s", out.p);
}
END_TEST

START_TEST(sizes_tell_of_spares_hours_and_who_is_not_in_service)
{
	shown(&plain,
	    "[{\"name\": \"voice__grow\", \"assembly\": \"voice\", \"cluster\": \"voice__pbx\", "
	    "\"members\": 4, \"spares\": 2, \"window\": {\"kind\": \"scale\", \"size\": 3, "
	    "\"min\": 0, "
	    "\"max\": 0, \"increment\": 2, \"scheduled\": 3, \"target\": 60, \"load\": 55, "
	    "\"forecast\": 71.5, \"scaleOut\": {}, \"scaleIn\": {\"threshold\": null}}}]");
	ck_assert_str_eq(out.p,
	    "grow scales pbx\n"
	    "  size       3  in service, 4 there; of 0 or more by 2, at least 3 at this hour, 2 "
	    "spares\n"
	    "  load      55  to be held at 60; going to 71.5\n"
	    "  now           acts with the next sample\n");
}
END_TEST

START_TEST(the_last_decision_stands_with_its_reason_on_lines_of_100_columns)
{
	shown(&plain,
	    "[" SCALE("",
		LOADS("1", "2", "3") ", \"held\": \"at its minimum of 1\", \"last\": {\"at\": "
				     "\"2026-11-16T07:55:55Z\", \"action\": \"scale out\", "
				     "\"size\": 2, \"reason\": "
				     "\"load 107, 107, 106 above 58 three times: from 1 to 2, and "
				     "a few words more "
				     "than there is room for\"}") "]");
	ck_assert_msg(
	    strstr(out.p,
		"  last          scale out to 2, 4 min 05 s ago: load 107, 107, 106 above 58 "
		"three times: from 1 to\n"
		"                2, and a few words more than there is room for\n") != NULL,
	    "%s", out.p);
	for (const char *p = out.p; *p != '\0'; p += strcspn(p, "\n") + 1)
		ck_assert_uint_le(strcspn(p, "\n"), 100);
}
END_TEST

START_TEST(on_a_narrow_terminal_reasons_have_more_lines)
{
	columns = 40;
	shown(&plain,
	    "[" SCALE(
		"", LOADS("1", "2",
			"3") ", \"held\": \"with 1 server the load would be 62, above 58\"") "]");
	ck_assert_msg(strstr(out.p, "  now           with 1 server the load\n"
				    "                would be 62, above 58\n") != NULL,
	    "%s", out.p);
}
END_TEST

START_TEST(heal_policies_stand_in_a_table)
{
	shown(&plain,
	    "[" HEAL("voice__pbx__1", "mend", "Active", "\"blind\": null, ",
		"\"integrity\": \"OK\", \"broken\": 0, \"missing\": 0, \"heals\": {\"spent\": 0, "
		"\"maximum\": 5}") "," HEAL("voice__pbx__2", "mend", "Broken",
		"\"blind\": \"it is Broken\", ",
		"\"integrity\": \"BROKEN\", \"broken\": 2, \"missing\": 1, \"heals\": {\"spent\": "
		"1, "
		"\"maximum\": 5}") "]");
	ck_assert_str_eq(out.p, "HEALS   POLICY  STATE   SEES  IN A ROW  HEALED\n"
				"pbx__1  mend    Active  OK    0 of 5    0 of 5\n"
				"pbx__2  mend    Broken  -     3 of 5    1 of 5\n");
}
END_TEST

START_TEST(heal_policies_stand_in_the_order_of_their_names_and_a_spare_is_called_one)
{
	shown(&plain, "[" HEAL("voice__pbx__10", "mend", "Inactive", "\"spare\": true, ",
			  "\"integrity\": \"OK\"") "," HEAL("voice__pbx__2", "mend", "Broken",
			  "\"spare\": true, ", "\"integrity\": \"OK\"") "]");
	ck_assert_msg(strstr(out.p, "\npbx__2   mend    Broken  OK") != NULL, "%s", out.p);
	ck_assert_msg(strstr(out.p, "\npbx__10  mend    spare   OK") != NULL, "%s", out.p);
	ck_assert(strstr(out.p, "pbx__10") > strstr(out.p, "pbx__2 "));
}
END_TEST

START_TEST(who_was_healed_too_often_says_so)
{
	shown(&plain,
	    "[" HEAL("voice__pbx__1", "mend", "Failed", "",
		"\"integrity\": \"missing\", \"held\": \"healed twice within 120 s\", \"heals\": "
		"{\"spent\": 2, \"maximum\": 2}, \"last\": {\"at\": \"2026-11-16T07:59:48Z\", "
		"\"action\": \"heal\", \"reason\": \"no integrity\"}") "]");
	ck_assert_msg(strstr(out.p, "\npbx__1__mend\n"
				    "  now           healed twice within 120 s\n"
				    "  last          heal, 12.0 s ago: no integrity\n") != NULL,
	    "%s", out.p);
}
END_TEST

/* ---- all ----------------------------------------------------------------------------------- */

START_TEST(an_overview_has_a_line_for_each_scale_policy_and_one_for_all_heals)
{
	listed("[" SCALE("",
	    LOADS("53", "53",
		"53") ", \"held\": \"the load is not above 58\"") "," HEAL("voice__pbx__1", "mend",
	    "Active", "", "\"integrity\": \"OK\"") "," HEAL("voice__pbx__2", "mend", "Active", "",
	    "\"integrity\": \"missing\", \"heals\": {\"spent\": 1}") "," HEAL("voice__pbx__3",
	    "mend", "Inactive", "\"blind\": \"it is Inactive\", ", "\"integrity\": null") "]");
	ck_assert_str_eq(out.p,
	    "ASSEMBLY  POLICY           SIZE       SEES                       NOW\n"
	    "voice     grow             2 of 1-10  load 53                    the load is not "
	    "above "
	    "58\n"
	    "          3 heal policies             1 OK, 1 missing, 1 unseen  1 heal lately\n");
}
END_TEST

START_TEST(who_waits_for_the_word_of_others_is_well)
{
	listed("[" HEAL("voice__pbx__1", "mend", "Active", "",
	    "\"integrity\": \"OK\"") ","
				     "{\"name\": \"voice__pbx__1__word\", \"assembly\": \"voice\", "
				     "\"component\": "
				     "\"voice__pbx__1\", \"state\": \"Active\", \"window\": "
				     "{\"kind\": \"heal\", \"integrity\": "
				     "null, \"period\": 0}}]");
	ck_assert_msg(strstr(out.p, "2 heal policies        1 OK\n") != NULL, "%s", out.p);
}
END_TEST

START_TEST(an_overview_cuts_what_is_long)
{
	listed("[" SCALE("\"blind\": \"process 01234567-89ab-cdef-0123-456789abcdef (Heal) runs on "
			 "'voice'\", ",
	    "\"load\": null") "]");
	ck_assert_msg(strstr(out.p, "process 01234567-89ab-cdef-0123-456789abcdef ...\n") != NULL,
	    "%s", out.p);
}
END_TEST

/* ---- the screen ---------------------------------------------------------------------------- */

START_TEST(a_text_is_drawn_over_the_one_before)
{
	struct screen s = {.live = true, .columns = 80, .rows = 24};

	screen_draw(&s, "one\ntwo\n", &out);
	ck_assert_str_eq(out.p, "one\033[K\ntwo\033[K\n\033[J");
	lm_buf_clear(&out);
	screen_draw(&s, "three\n", &out);
	ck_assert_str_eq(out.p, "\033[2A\rthree\033[K\n\033[J");
	ck_assert_uint_eq(s.drawn, 1);
}
END_TEST

START_TEST(a_line_is_cut_at_the_edge_but_for_its_colours)
{
	struct screen s = {.live = true, .columns = 4, .rows = 24};

	screen_draw(&s, "a\033[31m▁▂bc\033[0m\n", &out);
	ck_assert_str_eq(out.p, "a\033[31m▁▂b\033[0m\033[K\n\033[J");
}
END_TEST

START_TEST(lines_are_cut_at_the_bottom)
{
	struct screen s = {.live = true, .columns = 80, .rows = 3};

	screen_draw(&s, "1\n2\n3\n4\n", &out);
	ck_assert_str_eq(out.p, "1\033[K\n2\033[K\n\033[J");
}
END_TEST

START_TEST(a_pipe_gets_all_of_it)
{
	struct screen s = {.live = false, .columns = 2, .rows = 2};

	screen_draw(&s, "long\nand\nmore\n", &out);
	screen_draw(&s, "again\n", &out);
	ck_assert_str_eq(out.p, "long\nand\nmore\nagain\n");
}
END_TEST

int main(void)
{
	Suite *s = suite_create("cli/policy");
	TCase *tc = tcase_create("policies");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, a_scale_policy_shows_what_it_sees_and_why_it_does_nothing);
	tcase_add_test(tc, loads_are_bars_where_there_are_such_characters);
	tcase_add_test(tc, a_load_has_the_colour_of_its_place_between_the_thresholds);
	tcase_add_test(tc, who_is_held_by_nothing_acts_next);
	tcase_add_test(tc, who_sees_nothing_says_why);
	tcase_add_test(tc, sizes_tell_of_spares_hours_and_who_is_not_in_service);
	tcase_add_test(tc, the_last_decision_stands_with_its_reason_on_lines_of_100_columns);
	tcase_add_test(tc, on_a_narrow_terminal_reasons_have_more_lines);
	tcase_add_test(tc, heal_policies_stand_in_a_table);
	tcase_add_test(
	    tc, heal_policies_stand_in_the_order_of_their_names_and_a_spare_is_called_one);
	tcase_add_test(tc, who_was_healed_too_often_says_so);
	tcase_add_test(tc, an_overview_has_a_line_for_each_scale_policy_and_one_for_all_heals);
	tcase_add_test(tc, who_waits_for_the_word_of_others_is_well);
	tcase_add_test(tc, an_overview_cuts_what_is_long);
	tcase_add_test(tc, a_text_is_drawn_over_the_one_before);
	tcase_add_test(tc, a_line_is_cut_at_the_edge_but_for_its_colours);
	tcase_add_test(tc, lines_are_cut_at_the_bottom);
	tcase_add_test(tc, a_pipe_gets_all_of_it);
	suite_add_tcase(s, tc);
	SRunner *sr = srunner_create(s);
	srunner_run_all(sr, CK_NORMAL);
	int failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed != 0;
}
