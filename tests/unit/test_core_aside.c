/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <string.h>

#include "lm/core/engine_priv.h"
#include "tests/lib/world.h"

/*
 * Who leaves in a scale-in has calls in progress for half a minute: what the assembly can do
 * meanwhile, and what has to wait.  "svc" has three servers, and the third is leaving.
 */

enum { CALLS_MS = 30000 };

static struct world w;
static char leaving[LM_ID_SIZE]; /* the scale-in */

static struct sim_fate fate(void *arg, const struct step_request *rq, unsigned nth)
{
	bool drains =
	    strcmp(rq->action, "Stop") == 0 && strcmp(rq->resource_name, "svc__pool__3") == 0;

	(void)arg;
	(void)nth;
	return (struct sim_fate){.took_ms = drains ? CALLS_MS : 10, .answers = 1};
}

static void accept(const struct intent *i, char process[LM_ID_SIZE])
{
	struct lm_err *err = world_intent(&w, i, process);

	ck_assert_msg(err == NULL, "%s", err == NULL ? "" : lm_err_text(err));
}

static void until_asked(const char *component, const char *step)
{
	while (strstr(world_asked(&w, component), step) == NULL)
		ck_assert(world_step(&w));
}

static void until_ended(const char *process)
{
	while (strncmp(world_process(&w, process), "In Progress", 11) == 0)
		ck_assert(world_step(&w));
}

static void setup(void)
{
	char process[LM_ID_SIZE];
	struct lm_kv size[] = {{"size", "3"}};

	world_init(&w, &(struct sim_conf){.seed = 3, .fate = fate});
	accept(&(struct intent){.kind = INTENT_CREATE,
		   .assembly_name = "svc",
		   .descriptor = "assembly::service::1.0",
		   .intended_state = "Active",
		   .properties = {size, 1}},
	    process);
	world_settle(&w);
	accept(&(struct intent){.kind = INTENT_SCALE_IN, .assembly_name = "svc", .cluster = "pool"},
	    leaving);
	until_asked("svc__pool__3", "Stop");
	world_forget_asked(&w);
}

static void teardown(void)
{
	world_settle(&w);
	world_difference(&w);
	ck_assert_msg(w.wrong == NULL, "%s", w.wrong);
	world_fini(&w);
}

static bool still_leaves(void)
{
	return strncmp(world_process(&w, leaving), "In Progress", 11) == 0;
}

START_TEST(the_scale_in_ends_when_the_last_call_has_ended)
{
	ck_assert(still_leaves());
	world_settle(&w);
	ck_assert_str_eq(world_process(&w, leaving), "Completed");
	ck_assert_str_eq(
	    world_states(&w, "svc"), "net:Active gw:Active pool__1:Active pool__2:Active");
	ck_assert_uint_eq(sim_installed(w.sim), 4);
}
END_TEST

START_TEST(who_dies_meanwhile_is_healed_at_once)
{
	world_kill(&w, "svc__pool__2");
	until_asked("svc__pool__2", "Integrity");
	until_asked("svc__gw", "add");
	ck_assert(still_leaves());
}
END_TEST

START_TEST(the_pool_can_grow_meanwhile_and_nobody_gets_the_name_of_who_leaves)
{
	char grow[LM_ID_SIZE];

	accept(
	    &(struct intent){.kind = INTENT_SCALE_OUT, .assembly_name = "svc", .cluster = "pool"},
	    grow);
	until_ended(grow);
	ck_assert_str_eq(world_process(&w, grow), "Completed");
	ck_assert(still_leaves());
	ck_assert_str_eq(world_asked(&w, "svc__pool__3"), "");
	world_settle(&w);
	ck_assert_str_eq(world_states(&w, "svc"),
	    "net:Active gw:Active pool__1:Active pool__2:Active pool__4:Active");
}
END_TEST

START_TEST(policies_look_on)
{
	for (int i = 0; i < 3; i++)
		world_load(&w, "svc__gw", 70);
	until_asked("svc__pool__4", "Install");
	ck_assert(still_leaves());
}
END_TEST

START_TEST(what_concerns_all_of_the_assembly_waits)
{
	struct intent delete = {.kind = INTENT_DELETE, .assembly_name = "svc"};
	char process[LM_ID_SIZE];

	LM_AUTO(lm_err) err = world_intent(&w, &delete, process);
	ck_assert_int_eq(lm_err_kind(err), LM_ERR_CONFLICT);
	ck_assert_ptr_nonnull(strstr(lm_err_text(err), leaving));
	delete.queue = true;
	accept(&delete, process);
	until_ended(leaving);
	ck_assert_ptr_null(strstr(world_asked(&w, NULL), "Uninstall net"));
	world_settle(&w);
	ck_assert_str_eq(world_process(&w, process), "Completed");
	ck_assert_uint_eq(sim_installed(w.sim), 0);
}
END_TEST

START_TEST(a_heal_does_not_wait_behind_what_waits)
{
	char process[LM_ID_SIZE];

	accept(&(struct intent){.kind = INTENT_DELETE, .assembly_name = "svc", .queue = true},
	    process);
	world_kill(&w, "svc__pool__2");
	until_asked("svc__pool__2", "Integrity");
	ck_assert(still_leaves());
}
END_TEST

START_TEST(a_restart_of_the_manager_goes_on_with_it)
{
	world_crash(&w);
	ck_assert(still_leaves());
	world_kill(&w, "svc__pool__2");
	until_asked("svc__pool__2", "Integrity");
	ck_assert(still_leaves());
	world_settle(&w);
	ck_assert_str_eq(world_process(&w, leaving), "Completed");
	ck_assert_uint_eq(sim_installed(w.sim), 4);
}
END_TEST

START_TEST(a_restart_between_two_of_its_steps_goes_on_with_it)
{
	until_asked("svc__pool__3", "Uninstall");
	world_crash(&w);
	world_settle(&w);
	ck_assert_str_eq(world_process(&w, leaving), "Completed");
	ck_assert_uint_eq(sim_installed(w.sim), 4);
}
END_TEST

START_TEST(cancelled_it_leaves_behind_who_has_not_gone_and_a_retry_sees_it_off)
{
	char process[LM_ID_SIZE];
	struct lm_buf out;

	accept(&(struct intent){.kind = INTENT_CANCEL, .process = leaving}, process);
	world_settle(&w);
	ck_assert_str_eq(world_process(&w, leaving), "Cancelled: cancelled by an operator");
	lm_buf_init(&out, 1 << 20);
	ck_assert(engine_print_assembly(w.engine, "svc", &out));
	ck_assert_ptr_nonnull(strstr(out.p, "\"leaving\":true"));
	lm_buf_fini(&out);
	accept(&(struct intent){.kind = INTENT_RETRY, .process = leaving}, process);
	world_settle(&w);
	ck_assert_str_eq(world_process(&w, leaving), "Completed");
	ck_assert_uint_eq(sim_installed(w.sim), 4);
}
END_TEST

START_TEST(what_cannot_be_removed_fails_and_is_left_to_the_next_plan_of_all)
{
	char process[LM_ID_SIZE];

	sim_fail(w.sim, "svc__pool__3", "Uninstall", 1);
	world_settle(&w);
	ck_assert_str_eq(world_process(&w, leaving),
	    "Failed: Uninstall svc__pool__3: simulated failure of Uninstall");
	accept(
	    &(struct intent){
		.kind = INTENT_CHANGE_STATE, .assembly_name = "svc", .intended_state = "Active"},
	    process);
	world_settle(&w);
	ck_assert_uint_eq(sim_installed(w.sim), 4);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("core/aside");
	TCase *tc = tcase_create("who leaves has calls in progress");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, the_scale_in_ends_when_the_last_call_has_ended);
	tcase_add_test(tc, who_dies_meanwhile_is_healed_at_once);
	tcase_add_test(tc, the_pool_can_grow_meanwhile_and_nobody_gets_the_name_of_who_leaves);
	tcase_add_test(tc, policies_look_on);
	tcase_add_test(tc, what_concerns_all_of_the_assembly_waits);
	tcase_add_test(tc, a_heal_does_not_wait_behind_what_waits);
	tcase_add_test(tc, a_restart_of_the_manager_goes_on_with_it);
	tcase_add_test(tc, a_restart_between_two_of_its_steps_goes_on_with_it);
	tcase_add_test(tc, cancelled_it_leaves_behind_who_has_not_gone_and_a_retry_sees_it_off);
	tcase_add_test(tc, what_cannot_be_removed_fails_and_is_left_to_the_next_plan_of_all);
	suite_add_tcase(s, tc);
	SRunner *sr = srunner_create(s);
	srunner_run_all(sr, CK_NORMAL);
	int failures = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failures != 0;
}
