/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <string.h>

#include "lm/core/engine_priv.h"
#include "tests/lib/world.h"

/* How many members a scale leaves a cluster with: the service's pool of 1 to 4 servers. */

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

/* The error's text, or "" when it was accepted and is done. */
static const char *scale(bool out, unsigned quantity)
{
	static char text[200];
	char process[LM_ID_SIZE];

	LM_AUTO(lm_err) err = world_intent(&w,
	    &(struct intent){
		.kind = out ? INTENT_SCALE_OUT : INTENT_SCALE_IN,
		.assembly_name = "svc",
		.cluster = "pool",
		.quantity = quantity,
	    },
	    process);
	snprintf(text, sizeof text, "%s", err == NULL ? "" : lm_err_text(err));
	world_settle(&w);
	return text;
}

static const char *servers(void)
{
	return world_states(&w, "svc") + strlen("net:Active gw:Active ");
}

static void given_three_of_which_one_is_failed(void)
{
	given_a_service();
	ck_assert_str_eq(scale(true, 3), "");
	sim_fail(w.sim, "svc__pool__2", "Install", 5);
	sim_fail(w.sim, "svc__pool__2", "Start", 5);
	world_destroy(&w, "svc__pool__2");
	world_settle(&w);
	ck_assert_str_eq(servers(), "pool__1:Active pool__2:Failed pool__3:Active");
}

/* ---- how many ------------------------------------------------------------------------------------ */

START_TEST(without_a_quantity_it_scales_by_the_increment)
{
	ck_assert_str_eq(scale(true, 0), "");
	ck_assert_str_eq(servers(), "pool__1:Active pool__2:Active");
	ck_assert_str_eq(scale(false, 0), "");
	ck_assert_str_eq(servers(), "pool__1:Active");
}
END_TEST

START_TEST(with_a_quantity_it_scales_to_that_many_in_one_process)
{
	ck_assert_str_eq(scale(true, 4), "");
	ck_assert_str_eq(servers(), "pool__1:Active pool__2:Active pool__3:Active pool__4:Active");
	ck_assert_str_eq(scale(false, 2), "");
	ck_assert_str_eq(servers(), "pool__1:Active pool__2:Active");
}
END_TEST

START_TEST(a_quantity_outlives_a_crash)
{
	w.turns_to_crash = 1;
	w.after_commit = true;
	ck_assert_str_eq(scale(true, 3), "");
	ck_assert_uint_eq(w.crashes, 1);
	ck_assert_str_eq(servers(), "pool__1:Active pool__2:Active pool__3:Active");
}
END_TEST

/* ---- what cannot be -------------------------------------------------------------------------------- */

START_TEST(a_quantity_beyond_the_limits_is_refused)
{
	ck_assert_str_eq(scale(true, 5), "cluster 'svc__pool' can have 4 members at most, not 5");
	ck_assert_str_eq(scale(true, 4), "");
	ck_assert_str_eq(scale(true, 0), "cluster 'svc__pool' is at its maximum of 4");
	ck_assert_str_eq(scale(false, 1), "");
	ck_assert_str_eq(scale(false, 0), "cluster 'svc__pool' is at its minimum of 1");
}
END_TEST

START_TEST(a_quantity_in_the_other_direction_is_refused)
{
	ck_assert_str_eq(scale(true, 2), "");
	ck_assert_str_eq(scale(true, 2),
	    "cluster 'svc__pool' has 2 members in service already: a scale-in makes them fewer");
	ck_assert_str_eq(scale(false, 3),
	    "cluster 'svc__pool' has only 2 members in service: a scale-out makes them more");
}
END_TEST

/* ---- who is not in service --------------------------------------------------------------------------- */

START_TEST(who_is_failed_does_not_count_for_a_scale_out)
{
	ck_assert_str_eq(scale(true, 4), "");
	ck_assert_str_eq(servers(), "pool__1:Active pool__2:Failed pool__3:Active pool__4:Active "
				    "pool__5:Active");
	ck_assert_str_eq(scale(true, 0), "cluster 'svc__pool' is at its maximum of 4");
}
END_TEST

START_TEST(a_scale_in_by_the_increment_takes_who_is_failed_first)
{
	ck_assert_str_eq(scale(false, 0), "");
	ck_assert_str_eq(servers(), "pool__1:Active pool__3:Active");
}
END_TEST

START_TEST(a_scale_in_to_a_quantity_takes_all_who_are_failed)
{
	ck_assert_str_eq(scale(false, 1), "");
	ck_assert_str_eq(servers(), "pool__1:Active");
}
END_TEST

START_TEST(a_scale_in_to_as_many_as_are_in_service_takes_those_alone_who_are_failed)
{
	ck_assert_str_eq(scale(false, 2), "");
	ck_assert_str_eq(servers(), "pool__1:Active pool__3:Active");
}
END_TEST

START_TEST(who_is_failed_can_go_at_the_minimum_too)
{
	ck_assert_str_eq(scale(false, 1), "");
	ck_assert_str_eq(scale(true, 2), "");
	sim_fail(w.sim, "svc__pool__2", "Install", 5);
	sim_fail(w.sim, "svc__pool__2", "Start", 5);
	world_destroy(&w, "svc__pool__2");
	world_settle(&w);
	ck_assert_str_eq(servers(), "pool__1:Active pool__2:Failed");
	ck_assert_str_eq(scale(false, 0), "");
	ck_assert_str_eq(servers(), "pool__1:Active");
}
END_TEST

START_TEST(a_failed_member_does_not_switch_scaling_off)
{
	for (int i = 0; i < 3; i++)
		world_load(&w, "svc__gw", 107);
	world_settle(&w);
	ck_assert_str_eq(servers(), "pool__1:Active pool__2:Failed pool__3:Active pool__4:Active");
}
END_TEST

int main(void)
{
	Suite *s = suite_create("core/scale");
	TCase *one = tcase_create("a pool of one"), *ill = tcase_create("one of three is Failed");

	tcase_add_checked_fixture(one, given_a_service, done);
	tcase_add_test(one, without_a_quantity_it_scales_by_the_increment);
	tcase_add_test(one, with_a_quantity_it_scales_to_that_many_in_one_process);
	tcase_add_test(one, a_quantity_outlives_a_crash);
	tcase_add_test(one, a_quantity_beyond_the_limits_is_refused);
	tcase_add_test(one, a_quantity_in_the_other_direction_is_refused);
	suite_add_tcase(s, one);
	tcase_add_checked_fixture(ill, given_three_of_which_one_is_failed, done);
	tcase_add_test(ill, who_is_failed_does_not_count_for_a_scale_out);
	tcase_add_test(ill, a_scale_in_by_the_increment_takes_who_is_failed_first);
	tcase_add_test(ill, a_scale_in_to_a_quantity_takes_all_who_are_failed);
	tcase_add_test(
	    ill, a_scale_in_to_as_many_as_are_in_service_takes_those_alone_who_are_failed);
	tcase_add_test(ill, who_is_failed_can_go_at_the_minimum_too);
	tcase_add_test(ill, a_failed_member_does_not_switch_scaling_off);
	suite_add_tcase(s, ill);

	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed > 0;
}
