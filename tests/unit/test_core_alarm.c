/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "lm/core/engine_priv.h"
#include "tests/lib/world.h"

/*
 * What the system does by itself has an end: heals that never last, heals that fail, members that
 * cannot be made.  Then it says so and leaves it to an operator.
 */

static struct world w;

static const char pair_text[] =
    "name: assembly::pair::1.0\n"
    "composition:\n"
    "  net: {type: 'resource::net::1.0'}\n"
    "  gw: {type: 'resource::gw::1.0', properties: {network: {value: '${net.id}'}}}\n"
    "  pool:\n"
    "    type: resource::server::1.0\n"
    "    cluster: {initial-quantity: 2, minimum-nodes: 2, maximum-nodes: 3}\n"
    "    properties: {gateway: {value: '${gw.address}'}}\n"
    "relationships:\n"
    "  register:\n"
    "    source-capabilities: [pool.node]\n"
    "    target-requirements: [gw.servers]\n"
    "    source-state: Active\n"
    "    target-state: Active\n"
    "    source-state-modifier: post\n"
    "    target-state-modifier: post\n"
    "    properties: {ipaddr: {value: '${source.address}'}}\n"
    "    lifecycle: {Create: [target.add], Cease: [target.remove]}\n"
    "policies:\n"
    "  scalePool:\n"
    "    type: policy::scale\n"
    "    metric: gw.load\n"
    "    target: pool\n"
    "    properties: {scaleOut_threshold: 58, scaleIn_threshold: 20, smoothing: 1}\n";

static void given_a_pair(void)
{
	world_init(&w, &(struct sim_conf){.seed = 1});
	world_teach(&w, pair_text);
	ck_assert_ptr_null(world_create(&w, "svc", "assembly::pair::1.0"));
	world_settle(&w);
}

static void done(void)
{
	ck_assert_msg(w.wrong == NULL, "%s", w.wrong);
	world_fini(&w);
}

static const char *servers(void)
{
	return strstr(world_states(&w, "svc"), "pool__1");
}

static struct lm_err *add_alarm(void *arg, const struct record *r)
{
	struct lm_buf *out = arg;
	const char *at = strstr(r->body, "\"alarm\":\"");

	if (strstr(r->body, "\"AlarmEvent\"") == NULL || at == NULL)
		return NULL;
	at += strlen("\"alarm\":\"");
	lm_buf_printf(out, "%s%.*s", out->n > 0 ? " " : "", (int)strcspn(at, "\""), at);
	at = strstr(r->body, "\"severity\":\"") + strlen("\"severity\":\"");
	lm_buf_printf(out, ":%.*s", (int)strcspn(at, "\""), at);
	return NULL;
}

/* "healsSpent:critical belowMinimum:major", of all that the journal holds. */
static const char *alarms(void)
{
	static char text[2000];
	struct lm_buf out;

	lm_buf_init(&out, sizeof text);
	lm_err_free(w.store->ops->load(
	    w.store, &(struct store_query){.table = RECORD_EVENT}, add_alarm, &out));
	snprintf(text, sizeof text, "%s", out.p);
	lm_buf_fini(&out);
	return text;
}

/* Installs and starts of it fail from now on. */
static void cannot_be_mended(const char *component)
{
	sim_fail(w.sim, component, "Install", 50);
	sim_fail(w.sim, component, "Start", 50);
}

static void kill_times(const char *component, int times)
{
	for (int i = 0; i < times; i++) {
		world_kill(&w, component);
		world_settle(&w);
	}
}

/* ---- heals that never last ---------------------------------------------------------------------- */

START_TEST(five_heals_within_two_minutes_are_in_order)
{
	kill_times("svc__gw", 5);
	ck_assert_str_eq(
	    world_states(&w, "svc"), "net:Active gw:Active pool__1:Active pool__2:Active");
	ck_assert_str_eq(alarms(), "");
}
END_TEST

START_TEST(the_sixth_is_not_begun_and_the_component_is_left_failed_out_of_service)
{
	kill_times("svc__gw", 6);
	ck_assert_str_eq(
	    world_states(&w, "svc"), "net:Active gw:Failed pool__1:Active pool__2:Active");
	ck_assert_str_eq(world_links(&w, "svc"), "");
	ck_assert_str_eq(world_outcome(&w, "svc"),
	    "Failed: service died, after 5 heals within 120 s: it stays Failed until an operator "
	    "heals it");
	ck_assert_str_eq(alarms(), "healsSpent:critical");
}
END_TEST

START_TEST(a_restart_of_the_manager_is_no_way_out_of_the_loop)
{
	for (int i = 0; i < 6; i++) {
		kill_times("svc__gw", 1);
		world_crash(&w);
		world_settle(&w);
	}
	ck_assert_str_eq(
	    world_states(&w, "svc"), "net:Active gw:Failed pool__1:Active pool__2:Active");
	ck_assert_str_eq(alarms(), "healsSpent:critical");
}
END_TEST

START_TEST(nor_does_it_bring_back_what_an_operator_has_forgiven)
{
	kill_times("svc__gw", 5);
	ck_assert_ptr_null(world_heal(&w, "svc", "svc__gw"));
	world_settle(&w);
	world_crash(&w);
	world_settle(&w);
	kill_times("svc__gw", 5);
	ck_assert_str_eq(
	    world_states(&w, "svc"), "net:Active gw:Active pool__1:Active pool__2:Active");
	ck_assert_str_eq(alarms(), "");
}
END_TEST

START_TEST(heals_that_are_long_ago_do_not_count)
{
	kill_times("svc__gw", 3);
	w.now_ms += 121000;
	kill_times("svc__gw", 5);
	ck_assert_str_eq(
	    world_states(&w, "svc"), "net:Active gw:Active pool__1:Active pool__2:Active");
	ck_assert_str_eq(alarms(), "");
}
END_TEST

START_TEST(an_operator_who_heals_gives_it_another_chance)
{
	kill_times("svc__gw", 6);
	ck_assert_ptr_null(world_heal(&w, "svc", "svc__gw"));
	world_settle(&w);
	ck_assert_str_eq(
	    world_states(&w, "svc"), "net:Active gw:Active pool__1:Active pool__2:Active");
	ck_assert_str_eq(alarms(), "healsSpent:critical lost:cleared");
	kill_times("svc__gw", 5);
	ck_assert_str_eq(
	    world_states(&w, "svc"), "net:Active gw:Active pool__1:Active pool__2:Active");
}
END_TEST

START_TEST(so_does_one_who_tries_the_failed_process_again)
{
	const struct process *p;
	char process[LM_ID_SIZE];

	kill_times("svc__gw", 6);
	p = engine_find_instance(w.engine, "svc")->last;
	ck_assert_ptr_null(
	    world_intent(&w, &(struct intent){.kind = INTENT_RETRY, .process = p->id}, process));
	world_settle(&w);
	ck_assert_str_eq(world_outcome(&w, "svc"), "Completed");
	ck_assert_str_eq(
	    world_states(&w, "svc"), "net:Active gw:Active pool__1:Active pool__2:Active");
	kill_times("svc__gw", 5);
	ck_assert_str_eq(
	    world_states(&w, "svc"), "net:Active gw:Active pool__1:Active pool__2:Active");
}
END_TEST

START_TEST(a_crash_at_any_commit_of_a_giving_up_still_gives_up)
{
	kill_times("svc__gw", 5);
	world_kill(&w, "svc__gw");
	w.turns_to_crash = _i / 2;
	w.after_commit = _i % 2;
	world_settle(&w);
	ck_assert_ptr_nonnull(strstr(world_states(&w, "svc"), "gw:Failed"));
	ck_assert_str_eq(world_links(&w, "svc"), "");
}
END_TEST

/* ---- clusters below their minimum ------------------------------------------------------------------ */

START_TEST(a_member_that_cannot_be_healed_is_replaced_by_a_new_one)
{
	cannot_be_mended("svc__pool__1");
	world_destroy(&w, "svc__pool__1");
	world_settle(&w);
	ck_assert_str_eq(servers(), "pool__1:Failed pool__2:Active pool__3:Active");
	ck_assert_str_eq(alarms(), "healFailed:critical belowMinimum:major belowMinimum:cleared");
	const struct process *p = engine_find_instance(w.engine, "svc")->last;
	ck_assert_str_eq(
	    p->intent.reason, "1 of 2 members in service, 1 lost: new ones take their place");
}
END_TEST

START_TEST(one_whose_heals_never_last_is_replaced_too)
{
	kill_times("svc__pool__2", 6);
	ck_assert_str_eq(servers(), "pool__1:Active pool__2:Failed pool__3:Active");
	ck_assert_ptr_null(strstr(world_links(&w, "svc"), "register__2"));
	ck_assert_ptr_nonnull(strstr(world_links(&w, "svc"), "register__3"));
}
END_TEST

START_TEST(above_the_minimum_nobody_is_replaced)
{
	world_load(&w, "svc__gw", 99);
	world_settle(&w);
	ck_assert_str_eq(servers(), "pool__1:Active pool__2:Active pool__3:Active");
	kill_times("svc__pool__2", 6);
	ck_assert_str_eq(servers(), "pool__1:Active pool__2:Failed pool__3:Active");
	ck_assert_str_eq(alarms(), "healsSpent:critical");
}
END_TEST

START_TEST(the_lost_one_that_is_healed_later_stays)
{
	kill_times("svc__pool__2", 6);
	ck_assert_ptr_null(world_heal(&w, "svc", "svc__pool__2"));
	world_settle(&w);
	ck_assert_str_eq(servers(), "pool__1:Active pool__2:Active pool__3:Active");
}
END_TEST

START_TEST(new_ones_that_fail_too_are_not_made_for_ever)
{
	char name[40];

	for (int i = 1; i < 20; i++)
		if (i != 2) {
			snprintf(name, sizeof name, "svc__pool__%d", i);
			cannot_be_mended(name);
		}
	world_destroy(&w, "svc__pool__1");
	world_settle(&w);
	const struct instance *in = engine_find_instance(w.engine, "svc");
	ck_assert_uint_eq(in->tree->graph->clusters[0].n_members, 1 + LOST_MAX);
	ck_assert_ptr_nonnull(strstr(alarms(), "scaleFailed:critical"));
	const char *all = alarms();
	ck_assert_str_eq(
	    all + strlen(all) - strlen("belowMinimum:critical"), "belowMinimum:critical");
}
END_TEST

START_TEST(nor_are_those_that_a_policy_wants)
{
	char name[40];

	for (int i = 3; i < 20; i++) {
		snprintf(name, sizeof name, "svc__pool__%d", i);
		cannot_be_mended(name);
	}
	for (int i = 0; i < 20; i++) {
		world_load(&w, "svc__gw", 99);
		world_settle(&w);
	}
	const struct instance *in = engine_find_instance(w.engine, "svc");
	ck_assert_uint_eq(in->tree->graph->clusters[0].n_members, 2 + LOST_MAX);
}
END_TEST

START_TEST(who_needs_what_was_given_up_waits_for_an_operator_to_heal_that)
{
	kill_times("svc__gw", 6);
	world_forget_asked(&w);
	world_kill(&w, "svc__pool__1");
	world_settle(&w);
	ck_assert_str_eq(world_asked(&w, NULL), "");
	ck_assert_str_eq(
	    world_states(&w, "svc"), "net:Active gw:Failed pool__1:Broken pool__2:Active");
	ck_assert_str_eq(alarms(), "healsSpent:critical helpless:major");
	ck_assert_ptr_null(world_heal(&w, "svc", "svc__gw"));
	world_settle(&w);
	ck_assert_str_eq(
	    world_states(&w, "svc"), "net:Active gw:Active pool__1:Active pool__2:Active");
	ck_assert_ptr_nonnull(strstr(world_links(&w, "svc"), "register__1"));
}
END_TEST

START_TEST(a_failed_create_is_the_operators_matter)
{
	ck_assert_ptr_null(world_delete(&w, "svc"));
	world_settle(&w);
	sim_fail(w.sim, "svc__pool__1", "Install", 1);
	ck_assert_ptr_null(world_create(&w, "svc", "assembly::pair::1.0"));
	world_settle(&w);
	const struct instance *in = engine_find_instance(w.engine, "svc");
	ck_assert_uint_eq(in->tree->graph->clusters[0].n_members, 2);
	ck_assert_str_eq(alarms(), "");
}
END_TEST

START_TEST(a_crash_at_any_commit_of_a_refill_still_refills)
{
	cannot_be_mended("svc__pool__1");
	world_destroy(&w, "svc__pool__1");
	while (strstr(world_states(&w, "svc"), "pool__1:Failed") == NULL)
		ck_assert(world_step(&w));
	w.turns_to_crash = _i / 2;
	w.after_commit = _i % 2;
	world_settle(&w);
	ck_assert_str_eq(servers(), "pool__1:Failed pool__2:Active pool__3:Active");
	ck_assert_ptr_nonnull(strstr(world_links(&w, "svc"), "register__3"));
}
END_TEST

int main(void)
{
	Suite *s = suite_create("core/alarm");
	TCase *heals = tcase_create("heals"), *refill = tcase_create("refill");

	tcase_add_checked_fixture(heals, given_a_pair, done);
	tcase_add_test(heals, five_heals_within_two_minutes_are_in_order);
	tcase_add_test(
	    heals, the_sixth_is_not_begun_and_the_component_is_left_failed_out_of_service);
	tcase_add_test(heals, a_restart_of_the_manager_is_no_way_out_of_the_loop);
	tcase_add_test(heals, nor_does_it_bring_back_what_an_operator_has_forgiven);
	tcase_add_test(heals, heals_that_are_long_ago_do_not_count);
	tcase_add_test(heals, an_operator_who_heals_gives_it_another_chance);
	tcase_add_test(heals, so_does_one_who_tries_the_failed_process_again);
	tcase_add_loop_test(heals, a_crash_at_any_commit_of_a_giving_up_still_gives_up, 0, 12);
	suite_add_tcase(s, heals);
	tcase_add_checked_fixture(refill, given_a_pair, done);
	tcase_add_test(refill, a_member_that_cannot_be_healed_is_replaced_by_a_new_one);
	tcase_add_test(refill, one_whose_heals_never_last_is_replaced_too);
	tcase_add_test(refill, above_the_minimum_nobody_is_replaced);
	tcase_add_test(refill, the_lost_one_that_is_healed_later_stays);
	tcase_add_test(refill, new_ones_that_fail_too_are_not_made_for_ever);
	tcase_add_test(refill, nor_are_those_that_a_policy_wants);
	tcase_add_test(refill, who_needs_what_was_given_up_waits_for_an_operator_to_heal_that);
	tcase_add_test(refill, a_failed_create_is_the_operators_matter);
	tcase_add_loop_test(refill, a_crash_at_any_commit_of_a_refill_still_refills, 0, 30);
	suite_add_tcase(s, refill);

	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed > 0;
}
