/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lm/simulate/simulate.h"

/* A run of a hundred seconds that never took place: one server, two from second 50 on. */
static struct load load = {.begin_ms = INT64_C(1767571200000), .period_ms = 1000, .n = 100};
static struct simulation sim;
static struct world_story *story;
static struct lm_buf picture;

static void add_act(int kind, int64_t at_ms, unsigned from, unsigned to)
{
	struct world_act *a = LM_PUSH(NULL, &story->acts);

	a->kind = kind;
	a->at_ms = at_ms;
	a->from = from;
	a->to = to;
}

static void setup(void)
{
	story = world_story_new();
	*LM_PUSH(NULL, &story->steps) = (struct world_step){0, 1, 1};
	*LM_PUSH(NULL, &story->steps) = (struct world_step){50000, 2, 2};
	for (size_t i = 0; i < 100; i++)
		story->columns[i * WORLD_COLUMNS / 100] =
		    (struct world_column){120, 120, 120, 120, 120, 120, i < 50 ? 20 : -80, 1};
	sim = (struct simulation){
	    .conf = {.load = &load, .instance = "voice"},
	    .variants = {{.name = "schedule=<Mon & Tue>", .story = story}},
	    .n_variants = 1,
	    .clusters = 1,
	    .source = "day",
	};
	snprintf(sim.variants[0].service.policy, NAME_ROOM, "grow");
	sim.variants[0].service.out = 58;
	sim.variants[0].service.in = 32;
	sim.variants[0].service.target = NAN;
}

static void teardown(void)
{
	lm_buf_fini(&picture);
	world_story_free(story);
}

static void draw(void)
{
	lm_buf_init(&picture, 1 << 24);
	simulation_draw(&sim, &picture);
	ck_assert(!picture.cut);
}

/* Elements of a class; of texts those with this content, as it is written in XML. */
static unsigned count(const char *look, const char *text)
{
	char head[64], tail[256];
	unsigned n = 0;

	snprintf(head, sizeof head, " class=\"%s\" ", look);
	snprintf(tail, sizeof tail, ">%s</text>", text != NULL ? text : "");
	for (const char *p = picture.p; (p = strstr(p, head)) != NULL; p++) {
		size_t line = strcspn(p, "\n"), end = strlen(tail);

		n += text == NULL || (line > end && strncmp(p + line - end, tail, end) == 0);
	}
	return n;
}

/* Every element is on a line of its own, and ends there. */
static void assert_well_formed(void)
{
	size_t open = 0, closed = 0;

	for (const char *p = picture.p; *p != '\0'; p++) {
		open += *p == '<' && p[1] != '/';
		closed += (*p == '/' && p[1] == '>') || (*p == '<' && p[1] == '/');
		ck_assert(*p != '&' || strncmp(p, "&lt;", 4) == 0 || strncmp(p, "&gt;", 4) == 0 ||
			  strncmp(p, "&amp;", 5) == 0 || strncmp(p, "&quot;", 6) == 0);
	}
	ck_assert_uint_eq(open, closed);
	ck_assert_int_eq(strncmp(picture.p, "<svg ", 5), 0);
	ck_assert_str_eq(picture.p + picture.n - 7, "</svg>\n");
}

START_TEST(it_is_well_formed_whatever_a_variant_is_called)
{
	draw();
	assert_well_formed();
	ck_assert_uint_eq(count("head", "schedule=&lt;Mon &amp; Tue&gt;"), 1);
	ck_assert_uint_eq(count("title", "voice: policy grow, tried"), 1);
}
END_TEST

/* A key stands for each of the two, too. */
START_TEST(each_scaling_and_each_death_has_its_mark)
{
	static const int64_t kill = 70000;

	add_act(WORLD_SCALE_OUT, 50000, 1, 2);
	add_act(WORLD_SCALE_IN, 60000, 2, 1);
	add_act(WORLD_KILL, 70000, 1, 0);
	sim.conf.kills_ms = &kill;
	sim.conf.n_kills = 1;
	draw();
	ck_assert_uint_eq(count("up", NULL), 1 + 1);
	ck_assert_uint_eq(count("down", NULL), 1 + 1);
	ck_assert_uint_eq(count("dead", NULL), 2 + 2);
}
END_TEST

START_TEST(more_marks_than_can_be_told_apart_are_left_out)
{
	for (int i = 0; i < 1000; i++)
		add_act(WORLD_SCALE_OUT, i * 100, 1, 2);
	add_act(WORLD_KILL, 70000, 1, 0);
	draw();
	ck_assert_uint_eq(count("up", NULL), 1);
	ck_assert_uint_eq(count("dead", NULL), 2);
}
END_TEST

START_TEST(what_is_beyond_capacity_is_marked_where_it_is)
{
	draw();
	ck_assert_uint_eq(count("over", NULL), 1 + 50);
}
END_TEST

START_TEST(thresholds_are_shown_where_there_are_some)
{
	draw();
	ck_assert_uint_eq(count("t-out", "out above 58 %"), 1);
	ck_assert_uint_eq(count("t-in", "in below 32 %"), 1);
	ck_assert_uint_eq(count("hold", NULL), 0);
}
END_TEST

START_TEST(each_variant_has_panels_of_its_own)
{
	sim.variants[1] = sim.variants[0];
	sim.n_variants = 2;
	draw();
	ck_assert_uint_eq(count("head", NULL), 2);
	ck_assert_uint_eq(count("mean", NULL), 4);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("simulate/draw");
	TCase *tc = tcase_create("pictures");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, it_is_well_formed_whatever_a_variant_is_called);
	tcase_add_test(tc, each_scaling_and_each_death_has_its_mark);
	tcase_add_test(tc, more_marks_than_can_be_told_apart_are_left_out);
	tcase_add_test(tc, what_is_beyond_capacity_is_marked_where_it_is);
	tcase_add_test(tc, thresholds_are_shown_where_there_are_some);
	tcase_add_test(tc, each_variant_has_panels_of_its_own);
	suite_add_tcase(s, tc);
	SRunner *sr = srunner_create(s);
	srunner_run_all(sr, CK_NORMAL);
	int failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed != 0;
}
