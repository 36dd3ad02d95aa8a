/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <string.h>

#include "lm/core/engine_priv.h"
#include "tests/lib/world.h"

/* Wishes from outside: the same way as a policy's, refused where they make no sense. */

static struct world w;

static void given_a_service(void)
{
	world_init(&w, &(struct sim_conf){.seed = 1, .min_ms = 5, .max_ms = 50});
	ck_assert_ptr_null(world_create(&w, "svc", "assembly::service::1.0"));
	world_settle(&w);
}

static void done(void)
{
	ck_assert_msg(w.wrong == NULL, "%s", w.wrong);
	world_fini(&w);
}

/* What was said to it; "" when it was granted. */
static const char *alert(const struct alert *a)
{
	static char text[300];
	char process[LM_ID_SIZE] = "";

	LM_AUTO(lm_err) err = world_alert(&w, a, process);
	if (err == NULL)
		ck_assert_str_ne(world_process(&w, process), "forgotten");
	snprintf(text, sizeof text, "%s", err == NULL ? "" : lm_err_text(err));
	return text;
}

static const char *heal(const char *component)
{
	return alert(&(struct alert){.kind = INTENT_HEAL,
	    .assembly = "svc",
	    .component = component,
	    .reason = "CallsFail is firing"});
}

static const char *scale(bool out)
{
	return alert(&(struct alert){.kind = out ? INTENT_SCALE_OUT : INTENT_SCALE_IN,
	    .assembly = "svc",
	    .cluster = "pool",
	    .reason = "QueueIsLong is firing"});
}

static const struct process *last(void)
{
	return engine_find_instance(w.engine, "svc")->last;
}

START_TEST(a_component_that_somebody_complains_about_is_healed)
{
	world_forget_asked(&w);
	ck_assert_str_eq(heal("svc__pool__1"), "");
	world_settle(&w);
	ck_assert_str_eq(world_states(&w, "svc"), "net:Active gw:Active pool__1:Active");
	ck_assert_ptr_nonnull(strstr(world_asked(&w, "svc__pool__1"), "Stop"));
	ck_assert_int_eq(last()->intent.kind, INTENT_HEAL);
	ck_assert_str_eq(last()->intent.reason, "CallsFail is firing");
}
END_TEST

START_TEST(it_may_be_named_by_its_id_or_within_the_assembly)
{
	const struct component *c = engine_find_component(w.engine, "svc__gw");

	ck_assert_str_eq(heal(c->id), "");
	world_settle(&w);
	ck_assert_str_eq(heal("gw"), "");
	world_settle(&w);
	ck_assert_str_eq(world_states(&w, "svc"), "net:Active gw:Active pool__1:Active");
}
END_TEST

START_TEST(without_a_policy_of_its_own_it_is_healed_too_but_not_for_ever)
{
	for (int i = 0; i < 5; i++) {
		ck_assert_str_eq(heal("svc__net"), "");
		world_settle(&w);
	}
	ck_assert_str_eq(heal("svc__net"),
	    "'svc__net' was healed too often lately: an operator should look at it");
	ck_assert_str_eq(world_states(&w, "svc"), "net:Active gw:Active pool__1:Active");
	ck_assert_ptr_null(world_heal(&w, "svc", "svc__net"));
	world_settle(&w);
	ck_assert_str_eq(heal("svc__net"), "");
	world_settle(&w);
}
END_TEST

START_TEST(heals_that_others_want_and_those_of_the_policy_are_counted_together)
{
	for (int i = 0; i < 5; i++) {
		world_kill(&w, "svc__gw");
		world_settle(&w);
	}
	ck_assert_str_eq(heal("svc__gw"),
	    "'svc__gw' was healed too often lately: an operator should look at it");
	ck_assert_str_eq(world_states(&w, "svc"), "net:Active gw:Active pool__1:Active");
}
END_TEST

START_TEST(a_heal_waits_behind_what_runs)
{
	ck_assert_ptr_null(world_scale(&w, "svc", "pool", true));
	ck_assert_str_eq(heal("svc__gw"), "");
	world_settle(&w);
	ck_assert_str_eq(
	    world_states(&w, "svc"), "net:Active gw:Active pool__1:Active pool__2:Active");
	ck_assert_int_eq(last()->intent.kind, INTENT_HEAL);
}
END_TEST

START_TEST(a_cluster_is_scaled_by_its_increment_within_its_limits)
{
	ck_assert_str_eq(scale(false), "cluster 'svc__pool' is at its minimum of 1");
	ck_assert_str_eq(scale(true), "");
	world_settle(&w);
	ck_assert_str_eq(
	    world_states(&w, "svc"), "net:Active gw:Active pool__1:Active pool__2:Active");
	ck_assert_str_eq(last()->intent.reason, "QueueIsLong is firing");
	ck_assert_str_eq(scale(false), "");
	world_settle(&w);
	ck_assert_str_eq(world_states(&w, "svc"), "net:Active gw:Active pool__1:Active");
}
END_TEST

START_TEST(who_is_busy_is_not_scaled)
{
	ck_assert_str_eq(scale(true), "");
	ck_assert_ptr_nonnull(strstr(scale(true), "'svc' is busy: process "));
	ck_assert_ptr_nonnull(strstr(scale(true), "(ScaleOutAssembly) runs"));
	world_settle(&w);
}
END_TEST

START_TEST(what_is_broken_already_is_left_to_its_heal)
{
	world_kill(&w, "svc__gw");
	world_step(&w);
	ck_assert_ptr_nonnull(strstr(heal("svc__gw"), "'svc__gw' is "));
	world_settle(&w);
}
END_TEST

START_TEST(who_is_not_active_is_not_healed)
{
	ck_assert_ptr_null(world_change_state(&w, "svc", "Inactive"));
	world_settle(&w);
	ck_assert_str_eq(
	    heal("svc__gw"), "'svc__gw' is Inactive, not Active: there is nothing to heal");
}
END_TEST

START_TEST(who_was_given_up_is_left_to_an_operator)
{
	for (int i = 0; i < 6; i++) {
		world_kill(&w, "svc__gw");
		world_settle(&w);
	}
	ck_assert_str_eq(
	    heal("svc__gw"), "'svc__gw' has been given up: 'lm heal svc svc__gw' tries again");
}
END_TEST

static const struct {
	struct alert alert;
	const char *says;
} nonsense[] = {
    {{.kind = INTENT_HEAL, .component = "svc__gw"}, "which assembly?"},
    {{.kind = INTENT_HEAL, .assembly = "nobody", .component = "gw"},
	"Cannot find assembly instance with name nobody"},
    {{.kind = INTENT_HEAL, .assembly = "svc"}, "which component shall be healed?"},
    {{.kind = INTENT_HEAL, .assembly = "svc", .component = "lamp"},
	"'svc' has no component 'lamp' ('lm describe svc' shows them)"},
    {{.kind = INTENT_SCALE_OUT, .assembly = "svc"}, "which cluster shall be scaled?"},
    {{.kind = INTENT_SCALE_IN, .assembly = "svc", .cluster = "lamps"},
	"'svc' has no cluster 'lamps'"},
    {{.kind = INTENT_DELETE, .assembly = "svc"},
	"an alert can want a heal, a scale-out or a scale-in"},
};

START_TEST(what_makes_no_sense_is_refused_and_changes_nothing)
{
	int64_t events = w.engine->next_event;

	ck_assert_str_eq(alert(&nonsense[_i].alert), nonsense[_i].says);
	ck_assert_int_eq(w.engine->next_event, events);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("core/alert");
	TCase *tc = tcase_create("a service");

	tcase_add_checked_fixture(tc, given_a_service, done);
	tcase_add_test(tc, a_component_that_somebody_complains_about_is_healed);
	tcase_add_test(tc, it_may_be_named_by_its_id_or_within_the_assembly);
	tcase_add_test(tc, without_a_policy_of_its_own_it_is_healed_too_but_not_for_ever);
	tcase_add_test(tc, heals_that_others_want_and_those_of_the_policy_are_counted_together);
	tcase_add_test(tc, a_heal_waits_behind_what_runs);
	tcase_add_test(tc, a_cluster_is_scaled_by_its_increment_within_its_limits);
	tcase_add_test(tc, who_is_busy_is_not_scaled);
	tcase_add_test(tc, what_is_broken_already_is_left_to_its_heal);
	tcase_add_test(tc, who_is_not_active_is_not_healed);
	tcase_add_test(tc, who_was_given_up_is_left_to_an_operator);
	tcase_add_loop_test(
	    tc, what_makes_no_sense_is_refused_and_changes_nothing, 0, LM_COUNT(nonsense));
	suite_add_tcase(s, tc);

	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed > 0;
}
