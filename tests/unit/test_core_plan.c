/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <string.h>

#include "tests/lib/world.h"

/* A plan is stated as text: what 'lm plan' prints. */

static struct world w;
static struct lm_buf text;

static void given_an_empty_world(void)
{
	world_init(&w, &(struct sim_conf){.seed = 1, .min_ms = 1, .max_ms = 1});
	lm_buf_init(&text, 64 * 1024);
}

static void given_a_service_of_two(void)
{
	given_an_empty_world();
	lm_err_free(world_create(&w, "svc", "assembly::service::1.0"));
	world_settle(&w);
	lm_err_free(world_scale(&w, "svc", "pool", true));
	world_settle(&w);
}

static void done(void)
{
	lm_buf_fini(&text);
	world_fini(&w);
}

static const char *plan(const struct intent *i)
{
	struct lm_err *err = engine_plan(w.engine, i, false, &text);

	if (err != NULL)
		lm_buf_printf(&text, "refused: %s", lm_err_text(err));
	lm_err_free(err);
	return text.p;
}

static const struct intent create = {
    .kind = INTENT_CREATE,
    .assembly_name = "svc",
    .descriptor = "assembly::service::1.0",
    .intended_state = "Active",
};

/* The line of a step, without its number; "" when the plan has no such step. */
static const char *line_of(const char *plan_text, const char *step)
{
	static char line[400];
	const char *at = strstr(plan_text, step);

	line[0] = '\0';
	if (at != NULL)
		snprintf(line, sizeof line, "%.*s", (int)strcspn(at, "\n"), at);
	return line;
}

static int place_of(const char *plan_text, const char *step)
{
	const char *at = strstr(plan_text, step);

	ck_assert_msg(at != NULL, "the plan has no '%s':\n%s", step, plan_text);
	return (int)(at - plan_text);
}

static void before(const char *plan_text, const char *first, const char *then)
{
	ck_assert_msg(place_of(plan_text, first) < place_of(plan_text, then),
	    "'%s' is not before '%s':\n%s", first, then, plan_text);
}

START_TEST(a_plan_changes_nothing)
{
	plan(&create);
	ck_assert_str_eq(world_outcome(&w, "svc"), "no process");
	ck_assert_str_eq(sim_trace(w.sim), "");
}
END_TEST

START_TEST(a_component_waits_for_the_one_whose_property_it_uses)
{
	const char *p = plan(&create);

	before(p, "Install   svc__net", "Install   svc__gw");
	before(p, "Install   svc__gw", "Install   svc__pool__1");
	ck_assert_ptr_nonnull(
	    strstr(line_of(p, "Create    svc__pool__1"), "(gw.address is needed)"));
}
END_TEST

START_TEST(levels_hold_nothing_is_configured_before_all_are_installed)
{
	const char *p = plan(&create);

	ck_assert_ptr_nonnull(strstr(line_of(p, "Configure svc__gw"), "\"all are installed\""));
	before(p, "Install   svc__pool__1", "Configure svc__gw");
	before(p, "Configure svc__pool__1", "Start     svc__gw");
}
END_TEST

START_TEST(a_post_post_relationship_is_created_after_both_ends_are_active)
{
	const char *p = plan(&create);

	before(p, "Integrity svc__gw", "Create    svc__register__1");
	before(p, "Integrity svc__pool__1", "Create    svc__register__1");
}
END_TEST

START_TEST(a_transition_that_is_not_declared_is_marked)
{
	ck_assert_ptr_nonnull(strstr(line_of(plan(&create), "Configure svc__net"), "(no call)"));
	ck_assert_ptr_null(strstr(line_of(text.p, "Configure svc__gw"), "(no call)"));
}
END_TEST

START_TEST(a_pre_relationship_comes_before_its_target_enters_the_state)
{
	world_teach(&w, "name: assembly::early::1.0\n"
			"composition:\n"
			"  gw: {type: 'resource::gw::1.0'}\n"
			"  pool: {type: 'resource::server::1.0'}\n"
			"relationships:\n"
			"  register:\n"
			"    source-capabilities: [gw.controller]\n"
			"    target-requirements: [pool.node]\n"
			"    source-state: Active\n"
			"    target-state: Active\n"
			"    properties: {ipaddr: {value: '${target.address}'}}\n"
			"    lifecycle: {Create: [source.add], Cease: [source.remove]}\n");
	const char *p = plan(&(struct intent){
	    .kind = INTENT_CREATE,
	    .assembly_name = "early",
	    .descriptor = "assembly::early::1.0",
	    .intended_state = "Active",
	});

	before(p, "Integrity early__gw", "Create    early__register__1");
	before(p, "Create    early__register__1", "Start     early__pool");
}
END_TEST

START_TEST(scaling_out_touches_the_new_member_only)
{
	const char *p = plan(
	    &(struct intent){.kind = INTENT_SCALE_OUT, .assembly_name = "svc", .cluster = "pool"});

	ck_assert_str_eq(p,
	    "  1 Create    svc__pool__3 (no call)  to be Active\n"
	    "  2 Install   svc__pool__3            to be Active  after 1\n"
	    "  3 Configure svc__pool__3            to be Active  after 2\n"
	    "  4 Start     svc__pool__3            to be Active  after 3\n"
	    "  5 Integrity svc__pool__3            to be Active  after 4\n"
	    "  6 Create    svc__register__3        it is wanted  after 5 (must be there first)\n");
}
END_TEST

START_TEST(scaling_in_ceases_the_relationship_before_the_member_stops)
{
	const char *p = plan(
	    &(struct intent){.kind = INTENT_SCALE_IN, .assembly_name = "svc", .cluster = "pool"});

	ck_assert_str_eq(p,
	    "  1 Cease     svc__register__2        it is not wanted any more\n"
	    "  2 Stop      svc__pool__2            it is not wanted any more  after 1 (must cease "
	    "first)\n"
	    "  3 Uninstall svc__pool__2            it is not wanted any more  after 2\n"
	    "  4 Delete    svc__pool__2 (no call)  it is not wanted any more  after 3\n");
}
END_TEST

START_TEST(a_heal_drains_first_then_restarts_then_registers_again)
{
	const char *p = plan(&(struct intent){
	    .kind = INTENT_HEAL, .assembly_name = "svc", .component_name = "svc__pool__1"});

	ck_assert_str_eq(p, "  1 Cease     svc__register__1  its source leaves its state\n"
			    "  2 Stop      svc__pool__1      it is Broken                 after 1 "
			    "(must cease first)\n"
			    "  3 Start     svc__pool__1      it is Broken                 after 2\n"
			    "  4 Integrity svc__pool__1      it is Broken                 after 3\n"
			    "  5 Create    svc__register__1  to be there again            after 4 "
			    "(must be there first), 1\n");
}
END_TEST

START_TEST(healing_the_gateway_registers_every_server_again)
{
	const char *p = plan(&(struct intent){
	    .kind = INTENT_HEAL, .assembly_name = "svc", .component_name = "svc__gw"});

	before(p, "Cease     svc__register__1", "Stop      svc__gw");
	before(p, "Integrity svc__gw", "Create    svc__register__1");
	before(p, "Integrity svc__gw", "Create    svc__register__2");
	ck_assert_str_eq(line_of(p, "Stop      svc__pool__1"), "");
}
END_TEST

START_TEST(deletion_goes_the_other_way_round)
{
	const char *p = plan(&(struct intent){.kind = INTENT_DELETE, .assembly_name = "svc"});

	before(p, "Cease     svc__register__1", "Stop      svc__gw");
	before(p, "Stop      svc__pool__1", "Uninstall svc__gw");
	before(p, "Uninstall svc__pool__1", "Uninstall svc__gw");
	before(p, "Uninstall svc__gw", "Uninstall svc__net");
}
END_TEST

START_TEST(a_plan_to_where_we_are_is_empty)
{
	const char *p = plan(&(struct intent){
	    .kind = INTENT_CHANGE_STATE, .assembly_name = "svc", .intended_state = "Active"});

	ck_assert_str_eq(p, "");
}
END_TEST

static TCase *situation(const char *name, void (*given)(void))
{
	TCase *tc = tcase_create(name);

	tcase_add_checked_fixture(tc, given, done);
	return tc;
}

int main(void)
{
	Suite *s = suite_create("core/plan");
	TCase *empty = situation("with nothing there", given_an_empty_world);
	TCase *two = situation("with a service of two servers", given_a_service_of_two);

	tcase_add_test(empty, a_plan_changes_nothing);
	tcase_add_test(empty, a_component_waits_for_the_one_whose_property_it_uses);
	tcase_add_test(empty, levels_hold_nothing_is_configured_before_all_are_installed);
	tcase_add_test(empty, a_post_post_relationship_is_created_after_both_ends_are_active);
	tcase_add_test(empty, a_transition_that_is_not_declared_is_marked);
	tcase_add_test(empty, a_pre_relationship_comes_before_its_target_enters_the_state);
	tcase_add_test(two, scaling_out_touches_the_new_member_only);
	tcase_add_test(two, scaling_in_ceases_the_relationship_before_the_member_stops);
	tcase_add_test(two, a_heal_drains_first_then_restarts_then_registers_again);
	tcase_add_test(two, healing_the_gateway_registers_every_server_again);
	tcase_add_test(two, deletion_goes_the_other_way_round);
	tcase_add_test(two, a_plan_to_where_we_are_is_empty);
	suite_add_tcase(s, empty);
	suite_add_tcase(s, two);
	SRunner *sr = srunner_create(s);
	srunner_run_all(sr, CK_NORMAL);
	int failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed != 0;
}
