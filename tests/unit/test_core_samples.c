/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <math.h>
#include <string.h>

#include "lm/core/engine_priv.h"
#include "tests/lib/world.h"

/* Whose a sample is, and what becomes of it. */

static struct world w;

static void given_a_service(void)
{
	world_init(&w, &(struct sim_conf){.seed = 1});
	ck_assert_ptr_null(world_create(&w, "svc", "assembly::service::1.0"));
	world_settle(&w);
}

static void done(void)
{
	ck_assert_msg(w.wrong == NULL, "%s", w.wrong);
	world_fini(&w);
}

static const struct component *gw(void)
{
	return engine_find_component(w.engine, "svc__gw");
}

static unsigned give(const struct sample *s)
{
	return engine_sample(w.engine, s, w.now_ms, &w.turn);
}

static double shown(void)
{
	return metric_find(gw(), "load")->load;
}

/* ---- whose it is --------------------------------------------------------------------------------- */

START_TEST(a_component_is_named_by_its_id_or_its_name)
{
	ck_assert_uint_eq(
	    give(&(struct sample){.metric_key = gw()->id, .metric_name = "load", .load = 1}),
	    SAMPLE_TAKEN);
	ck_assert_double_eq(shown(), 1);
	ck_assert_uint_eq(
	    give(&(struct sample){.metric_key = "svc__gw", .metric_name = "load", .load = 2}),
	    SAMPLE_TAKEN);
	ck_assert_double_eq(shown(), 2);
}
END_TEST

START_TEST(or_both_stand_in_one_text)
{
	char id[200];

	snprintf(id, sizeof id, "%s.load", gw()->id);
	ck_assert_uint_eq(give(&(struct sample){.metric_id = id, .load = 3}), SAMPLE_TAKEN);
	ck_assert_double_eq(shown(), 3);
	ck_assert_uint_eq(
	    give(&(struct sample){.metric_id = "svc__gw.load", .load = 4}), SAMPLE_TAKEN);
	ck_assert_double_eq(shown(), 4);
}
END_TEST

START_TEST(a_dot_in_the_name_of_the_assembly_is_no_end)
{
	ck_assert_ptr_null(world_create(&w, "svc.2", "assembly::service::1.0"));
	world_settle(&w);
	ck_assert_uint_eq(
	    give(&(struct sample){.metric_id = "svc.2__gw.load", .load = 5}), SAMPLE_TAKEN);
}
END_TEST

static const struct sample strangers[] = {
    {.metric_key = "nobody", .metric_name = "load"},
    {.metric_key = "svc__gw"},
    {.metric_name = "load"},
    {.metric_id = "svc__gw"},
    {.metric_id = "nobody.load"},
    {.metric_id = "."},
    {.metric_id = ""},
    {.metric_key = "", .metric_name = ""},
    {.kind = SAMPLE_LOAD},
};

START_TEST(samples_of_strangers_are_counted_and_dropped)
{
	ck_assert_uint_eq(give(&strangers[_i]), SAMPLE_STRANGER);
	ck_assert_uint_eq(engine_sample_counts(w.engine).n[SAMPLE_STRANGER], 1);
}
END_TEST

/* ---- what becomes of it ---------------------------------------------------------------------------- */

START_TEST(a_load_where_integrity_is_promised_is_dropped)
{
	ck_assert_uint_eq(give(&(struct sample){.metric_key = "svc__gw",
			      .metric_name = "integrity",
			      .kind = SAMPLE_LOAD,
			      .load = 99}),
	    SAMPLE_OF_ANOTHER_KIND);
}
END_TEST

static const struct {
	int64_t behind_ms;
	unsigned fate;
} times[] = {
    {0, SAMPLE_TAKEN},
    {59999, SAMPLE_TAKEN},
    {60001, SAMPLE_STALE},
    {-5000, SAMPLE_TAKEN},
    {-5001, SAMPLE_FUTURE},
};

/* Whether a policy looks at the metric or not. */
static const char *const names[] = {"load", "warmth"};

START_TEST(a_time_that_cannot_be_makes_it_count_for_nothing)
{
	struct sample s = {.metric_key = "svc__gw",
	    .metric_name = names[_i % 2],
	    .load = 7,
	    .at_ms = w.now_ms - times[_i / 2].behind_ms};

	ck_assert_uint_eq(give(&s), times[_i / 2].fate);
	ck_assert_uint_eq(engine_sample_counts(w.engine).n[times[_i / 2].fate], 1);
}
END_TEST

START_TEST(what_came_before_or_has_come_already_changes_nothing)
{
	struct sample s = {
	    .metric_key = "svc__gw", .metric_name = names[_i], .load = 7, .at_ms = w.now_ms};

	ck_assert_uint_eq(give(&s), SAMPLE_TAKEN);
	s.load = 8;
	ck_assert_uint_eq(give(&s), SAMPLE_DUPLICATE);
	s.at_ms--;
	ck_assert_uint_eq(give(&s), SAMPLE_LATE);
	ck_assert_double_eq(metric_find(gw(), names[_i])->load, 7);
	s.at_ms += 2;
	ck_assert_uint_eq(give(&s), SAMPLE_TAKEN);
	ck_assert_double_eq(metric_find(gw(), names[_i])->load, 8);
}
END_TEST

START_TEST(what_is_no_number_counts_for_nothing)
{
	struct sample s = {.metric_key = "svc__gw", .metric_name = names[_i % 2]};

	s.load = _i < 2 ? NAN : INFINITY;
	ck_assert_uint_eq(give(&s), SAMPLE_NOT_A_NUMBER);
}
END_TEST

START_TEST(the_time_of_the_sender_is_the_one_that_is_shown)
{
	give(&(struct sample){
	    .metric_key = "svc__gw", .metric_name = "load", .load = 7, .at_ms = w.now_ms - 1500});
	ck_assert_int_eq(metric_find(gw(), "load")->at_ms, w.now_ms - 1500);
}
END_TEST

/* ---- what is remembered --------------------------------------------------------------------------- */

START_TEST(raw_figures_are_kept_with_the_sample_and_go_with_the_next)
{
	struct sample s = {
	    .metric_key = "svc__gw", .metric_name = "load", .values = "{\"calls\":7}"};

	give(&s);
	ck_assert_str_eq(metric_find(gw(), "load")->values, "{\"calls\":7}");
	s.values = NULL;
	give(&s);
	ck_assert_str_eq(metric_find(gw(), "load")->values, "");
}
END_TEST

START_TEST(raw_figures_beyond_measure_are_not_kept)
{
	static char much[5000];
	struct sample s = {.metric_key = "svc__gw", .metric_name = "load", .values = much};

	memset(much, ' ', sizeof much - 1);
	give(&s);
	ck_assert_str_eq(metric_find(gw(), "load")->values, "");
	much[4096] = '\0';
	give(&s);
	ck_assert_uint_eq(strlen(metric_find(gw(), "load")->values), 4096);
}
END_TEST

START_TEST(metrics_that_nobody_declares_are_remembered_up_to_a_number)
{
	char name[20];
	unsigned taken = 0;

	for (int i = 0; i < 100; i++) {
		snprintf(name, sizeof name, "m%d", i);
		taken += give(&(struct sample){.metric_key = "svc__gw", .metric_name = name}) ==
			 SAMPLE_TAKEN;
	}
	ck_assert_uint_ge(taken, METRICS_MAX - 2);
	ck_assert_uint_le(taken, METRICS_MAX);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("core/samples");
	TCase *tc = tcase_create("a service");

	tcase_add_checked_fixture(tc, given_a_service, done);
	tcase_add_test(tc, a_component_is_named_by_its_id_or_its_name);
	tcase_add_test(tc, or_both_stand_in_one_text);
	tcase_add_test(tc, a_dot_in_the_name_of_the_assembly_is_no_end);
	tcase_add_loop_test(
	    tc, samples_of_strangers_are_counted_and_dropped, 0, LM_COUNT(strangers));
	tcase_add_test(tc, a_load_where_integrity_is_promised_is_dropped);
	tcase_add_loop_test(
	    tc, a_time_that_cannot_be_makes_it_count_for_nothing, 0, 2 * LM_COUNT(times));
	tcase_add_loop_test(tc, what_came_before_or_has_come_already_changes_nothing, 0, 2);
	tcase_add_loop_test(tc, what_is_no_number_counts_for_nothing, 0, 4);
	tcase_add_test(tc, the_time_of_the_sender_is_the_one_that_is_shown);
	tcase_add_test(tc, raw_figures_are_kept_with_the_sample_and_go_with_the_next);
	tcase_add_test(tc, raw_figures_beyond_measure_are_not_kept);
	tcase_add_test(tc, metrics_that_nobody_declares_are_remembered_up_to_a_number);
	suite_add_tcase(s, tc);

	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed > 0;
}
