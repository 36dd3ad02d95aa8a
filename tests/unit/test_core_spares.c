/* SPDX-License-Identifier: Apache-2.0 */
/* Spares: members that run, and wait to be taken into service. */
#include <check.h>
#include <string.h>

#include "lm/core/engine_priv.h"
#include "tests/lib/house.h"

/* Two servers, and one spare: h__pool__3. */
static void given_a_pool(void)
{
	given_an_empty_world();
	build("assembly::house::1.0", "size=2,spares=1");
	ck_assert_str_eq(outcome(), "Completed");
	ck_assert_str_eq(pool(), "1 2 + 3");
	forget();
}

static const char *copied(const char *text)
{
	return lm_arena_strdup(w.arena, text);
}

static const char *plan_of(const struct intent *i)
{
	struct lm_buf out;

	lm_buf_init(&out, 100000);
	struct lm_err *err = engine_plan(w.engine, i, PLAN_AS_TEXT, &out);
	ck_assert_msg(err == NULL, "%s", err == NULL ? "" : lm_err_text(err));
	const char *text = copied(out.p);
	lm_buf_fini(&out);
	return text;
}

static void heal(const char *component)
{
	ask(&(struct intent){
	    .kind = INTENT_HEAL, .assembly_name = "h", .component_name = component});
	world_settle(&w);
}

static bool comes_before(const char *text, const char *first, const char *second)
{
	const char *a = strstr(text, first), *b = strstr(text, second);

	return a != NULL && b != NULL && a < b;
}

static enum component_state state_of(const char *component)
{
	return engine_find_component(w.engine, component)->state;
}

static void until_asked(const char *component, const char *step)
{
	while (strstr(asked_of(component), step) == NULL)
		ck_assert(world_step(&w));
}

static void nothing_is_left_to_do(void)
{
	forget();
	upgrade("");
	ck_assert_str_eq(outcome(), "Completed");
	ck_assert_str_eq(asked_of(NULL), "");
}

/* ---- what a spare is ------------------------------------------------------------------------------ */

START_TEST(a_spare_is_made_when_all_that_serve_are_there)
{
	destroy();
	forget();
	build("assembly::house::1.0", "size=2,spares=1");
	const char *asked = asked_of(NULL);
	ck_assert_str_eq(asked_of("pool__3"),
	    "Install pool__3, Configure pool__3, Start pool__3, Integrity pool__3");
	ck_assert(comes_before(asked, "Integrity lamp", "Install pool__3"));
	ck_assert(comes_before(asked, "add lamp", "Install pool__3"));
}
END_TEST

START_TEST(it_is_started_and_looked_at_and_stays_inactive_without_relationships)
{
	const struct component *c = engine_find_component(w.engine, "h__pool__3");

	ck_assert_int_eq(c->state, COMPONENT_INACTIVE);
	ck_assert(sim_is_running(w.sim, c->id));
	ck_assert_str_eq(links(), "lit__1{address-1} lit__2{address-1}");
}
END_TEST

START_TEST(who_looks_at_the_assembly_sees_it)
{
	struct lm_buf out;

	lm_buf_init(&out, 100000);
	ck_assert(engine_print_assembly(w.engine, "h", &out));
	const char *shown = strstr(out.p, "\"name\":\"h__pool__3\"");
	ck_assert_ptr_nonnull(shown);
	ck_assert_ptr_nonnull(strstr(shown, "\"spare\":true,\"standsBy\":true"));
	ck_assert_ptr_eq(strstr(out.p, "\"spare\""), strstr(shown, "\"spare\""));
	lm_buf_fini(&out);
}
END_TEST

START_TEST(the_assembly_is_active_without_it)
{
	const struct instance *in = engine_find_instance(w.engine, "h");

	ck_assert_int_eq(instance_state(in), COMPONENT_ACTIVE);
	sim_fail(w.sim, "h__pool__3", "Start", 20);
	world_kill(&w, "h__pool__3");
	world_settle(&w);
	ck_assert_int_eq(state_of("h__pool__3"), COMPONENT_FAILED);
	ck_assert_int_eq(instance_state(in), COMPONENT_ACTIVE);
}
END_TEST

START_TEST(the_limits_of_a_cluster_are_about_who_serves)
{
	scale(true);
	scale(true);
	ck_assert_str_eq(pool(), "1 2 3 4 + 5");
	ck_assert_str_eq(refused(&(struct intent){
			     .kind = INTENT_SCALE_OUT, .assembly_name = "h", .cluster = "pool"}),
	    "invalid: cluster 'h__pool' is at its maximum of 4");
}
END_TEST

/* ---- a heal ----------------------------------------------------------------------------------------- */

START_TEST(who_dies_changes_roles_with_the_spare_and_is_mended_behind_it)
{
	world_kill(&w, "h__pool__1");
	world_settle(&w);
	ck_assert_str_eq(asked_of(NULL), "remove lamp{grey -1}@north, add lamp{grey -1}@north, "
					 "Stop pool__1, Start pool__1, Integrity pool__1");
	ck_assert_str_eq(pool(), "2 3 + 1");
	ck_assert_str_eq(links(), "lit__2{address-1} lit__3{address-1}");
	ck_assert_str_eq(world_outcome(&w, "h"), "Completed");
	nothing_is_left_to_do();
}
END_TEST

START_TEST(the_spare_waits_for_nothing_of_the_mending)
{
	world_destroy(&w, "h__pool__1");
	until_asked("lamp", "add lamp");
	ck_assert_str_eq(asked_of("pool__1"), "");
	world_settle(&w);
	ck_assert_str_eq(pool(), "2 3 + 1");
}
END_TEST

START_TEST(the_plan_says_why)
{
	const char *plan = plan_of(&(struct intent){
	    .kind = INTENT_HEAL, .assembly_name = "h", .component_name = "h__pool__1"});

	ck_assert_str_eq(plan,
	    "  1 Cease     h__lit__1             its source leaves service\n"
	    "  2 Serve     h__pool__3 (no call)  it is taken into service\n"
	    "  3 Create    h__lit__3             it is wanted                     "
	    "  after 2 (must be there first)\n"
	    "  4 Stop      h__pool__1            it is Broken, and becomes a spare"
	    "  after 1 (must cease first), \"all in service are there\"\n"
	    "  5 Start     h__pool__1            it is Broken, and becomes a spare  after 4\n"
	    "  6 Integrity h__pool__1            it is Broken, and becomes a spare  after 5\n");
}
END_TEST

START_TEST(an_operator_can_have_a_member_healed_that_way)
{
	heal("h__pool__2");
	ck_assert_str_eq(outcome(), "Completed");
	ck_assert_str_eq(pool(), "1 3 + 2");
}
END_TEST

START_TEST(two_may_die_at_once)
{
	world_kill(&w, "h__pool__1");
	world_kill(&w, "h__pool__2");
	world_settle(&w);
	ck_assert_ptr_nonnull(strstr(pool(), "3 + "));
	ck_assert_uint_eq(strlen(pool()), strlen("1 3 + 2"));
	ck_assert_ptr_nonnull(strstr(links(), "lit__3{address-1}"));
	nothing_is_left_to_do();
}
END_TEST

START_TEST(who_dies_next_finds_the_one_that_was_mended)
{
	world_kill(&w, "h__pool__1");
	world_settle(&w);
	world_kill(&w, "h__pool__2");
	world_settle(&w);
	world_kill(&w, "h__pool__3");
	world_settle(&w);
	ck_assert_str_eq(pool(), "1 2 + 3");
	ck_assert_str_eq(links(), "lit__1{address-1} lit__2{address-1}");
}
END_TEST

START_TEST(a_spare_that_dies_is_healed_as_a_spare)
{
	world_kill(&w, "h__pool__3");
	world_settle(&w);
	ck_assert_str_eq(asked_of(NULL), "Stop pool__3, Start pool__3, Integrity pool__3");
	ck_assert_str_eq(pool(), "1 2 + 3");
	ck_assert_str_eq(links(), "lit__1{address-1} lit__2{address-1}");
}
END_TEST

START_TEST(a_spare_that_is_destroyed_is_made_anew)
{
	world_destroy(&w, "h__pool__3");
	world_kill(&w, "h__pool__3");
	world_settle(&w);
	heal("h__pool__3");
	ck_assert_ptr_nonnull(strstr(asked_of("pool__3"), "Install pool__3"));
	ck_assert_str_eq(pool(), "1 2 + 3");
}
END_TEST

START_TEST(who_is_ill_is_never_taken_into_service)
{
	sim_fail(w.sim, "h__pool__3", "Start", 20);
	world_kill(&w, "h__pool__3");
	world_settle(&w);
	ck_assert_str_eq(pool(), "1 2 + 3? 4");
	forget();
	world_kill(&w, "h__pool__1");
	world_settle(&w);
	ck_assert_str_eq(pool(), "2 4 + 1 3?");
	ck_assert_str_eq(asked_of("pool__1"), "Stop pool__1, Start pool__1, Integrity pool__1");
	ck_assert_str_eq(asked_of("pool__3"), "");
}
END_TEST

START_TEST(who_cannot_be_mended_does_not_keep_the_spare_from_serving)
{
	sim_fail(w.sim, "h__pool__1", "Start", 20);
	world_kill(&w, "h__pool__1");
	world_settle(&w);
	ck_assert_int_eq(state_of("h__pool__1"), COMPONENT_FAILED);
	ck_assert_str_eq(pool(), "2 3 + 1? 4");
	ck_assert_str_eq(links(), "lit__2{address-1} lit__3{address-1}");
}
END_TEST

START_TEST(for_a_spare_that_is_lost_another_one_stands_by_until_an_operator_brings_it_back)
{
	sim_fail(w.sim, "h__pool__3", "Start", 5);
	world_kill(&w, "h__pool__3");
	world_settle(&w);
	ck_assert_str_eq(world_outcome(&w, "h"), "Completed");
	ck_assert_str_eq(pool(), "1 2 + 3? 4");
	heal("h__pool__3");
	ck_assert_str_eq(pool(), "1 2 + 3 4");
	scale(true);
	ck_assert_str_eq(pool(), "1 2 3 + 4");
	nothing_is_left_to_do();
}
END_TEST

START_TEST(spares_that_cannot_be_made_are_not_made_for_ever)
{
	static const char *const those[] = {"3", "4", "5", "6", "7", "8", "9"};
	char name[20];

	for (size_t i = 0; i < LM_COUNT(those); i++) {
		snprintf(name, sizeof name, "h__pool__%s", those[i]);
		sim_fail(w.sim, name, "Start", 50);
	}
	world_kill(&w, "h__pool__3");
	world_settle(&w);
	ck_assert_str_eq(pool(), "1 2 + 3? 4? 5? 6? 7? 8?");
}
END_TEST

START_TEST(a_crash_at_any_commit_of_making_up_for_a_spare_still_makes_one)
{
	sim_fail(w.sim, "h__pool__3", "Start", 5);
	world_kill(&w, "h__pool__3");
	while (state_of("h__pool__3") != COMPONENT_FAILED)
		ck_assert(world_step(&w));
	w.turns_to_crash = _i / 2;
	w.after_commit = _i % 2;
	world_settle(&w);
	ck_assert_str_eq(pool(), "1 2 + 3? 4");
}
END_TEST

START_TEST(a_relationship_that_fails_at_first_is_tried_again)
{
	sim_fail(w.sim, "h__lamp", "add", 2);
	world_kill(&w, "h__pool__1");
	world_settle(&w);
	ck_assert_str_eq(world_outcome(&w, "h"), "Completed");
	ck_assert_str_eq(pool(), "2 3 + 1");
	ck_assert_str_eq(links(), "lit__2{address-1} lit__3{address-1}");
}
END_TEST

START_TEST(while_a_mending_sleeps_the_pool_may_grow)
{
	sim_fail(w.sim, "h__pool__1", "Start", 3);
	world_kill(&w, "h__pool__1");
	until_asked("pool__1", "Start pool__1, Stop pool__1");
	while (engine_find_instance(w.engine, "h")->running != NULL)
		ck_assert(world_step(&w));
	ask(&(struct intent){.kind = INTENT_SCALE_OUT, .assembly_name = "h", .cluster = "pool"});
	world_settle(&w);
	ck_assert_str_eq(outcome(), "Completed");
	ck_assert_str_eq(pool(), "2 3 4 + 1");
	ck_assert_str_eq(links(), "lit__2{address-1} lit__3{address-1} lit__4{address-1}");
	nothing_is_left_to_do();
}
END_TEST

/* ---- scaling ----------------------------------------------------------------------------------------- */

START_TEST(who_is_ready_serves_at_once_and_another_spare_is_made_behind)
{
	scale(true);
	ck_assert_str_eq(outcome(), "Completed");
	ck_assert_str_eq(asked_of(NULL),
	    "add lamp{grey -1}@north, "
	    "Install pool__4, Configure pool__4, Start pool__4, Integrity pool__4");
	ck_assert_str_eq(pool(), "1 2 3 + 4");
	nothing_is_left_to_do();
}
END_TEST

START_TEST(without_one_that_is_ready_a_new_one_comes)
{
	sim_fail(w.sim, "h__pool__3", "Start", 5);
	world_kill(&w, "h__pool__3");
	world_settle(&w);
	forget();
	scale(true);
	ck_assert_str_eq(outcome(), "Completed");
	ck_assert_str_eq(pool(), "1 2 4 + 3");
	ck_assert(comes_before(asked_of(NULL), "add lamp", "Install pool__3"));
}
END_TEST

START_TEST(a_pool_that_shrinks_loses_its_last_one_and_keeps_its_spare)
{
	scale(false);
	ck_assert_str_eq(outcome(), "Completed");
	ck_assert_str_eq(
	    asked_of(NULL), "remove lamp{grey -1}@north, Stop pool__2, Uninstall pool__2");
	ck_assert_str_eq(pool(), "1 + 3");
	nothing_is_left_to_do();
}
END_TEST

START_TEST(who_leaves_service_takes_the_place_of_a_spare_that_is_ill_and_goes_on_to_run)
{
	sim_fail(w.sim, "h__pool__3", "Start", 3);
	world_kill(&w, "h__pool__3");
	until_asked("pool__3", "Start pool__3, Stop pool__3");
	while (engine_find_instance(w.engine, "h")->running != NULL)
		ck_assert(world_step(&w));
	forget();
	scale(false);
	ck_assert_str_eq(outcome(), "Completed");
	ck_assert_str_eq(asked_of("pool__2"), "");
	ck_assert_str_eq(asked_of("lamp"), "remove lamp{grey -1}@north");
	ck_assert_str_eq(pool(), "1 + 2");
	ck_assert(sim_is_running(w.sim, engine_find_component(w.engine, "h__pool__2")->id));
	ck_assert_ptr_null(engine_find_component(w.engine, "h__pool__3"));
	nothing_is_left_to_do();
}
END_TEST

START_TEST(a_refill_that_fails_leaves_those_in_service_alone)
{
	sim_fail(w.sim, "h__pool__4", "Start", 1);
	scale(true);
	ck_assert_str_eq(outcome(), "Failed: Start h__pool__4: simulated failure of Start");
	ck_assert_str_eq(pool(), "1 2 3 + 4?");
	ck_assert_str_eq(links(), "lit__1{address-1} lit__2{address-1} lit__3{address-1}");
	about_it(INTENT_RETRY);
	ck_assert_str_eq(outcome(), "Completed");
	ck_assert_str_eq(pool(), "1 2 3 + 4");
}
END_TEST

START_TEST(the_next_scale_makes_up_for_a_refill_that_was_cancelled)
{
	ask(&(struct intent){.kind = INTENT_SCALE_OUT, .assembly_name = "h", .cluster = "pool"});
	until_asked("pool__4", "Install");
	about_it(INTENT_CANCEL);
	ck_assert_str_eq(pool(), "1 2 3 + 4?");
	scale(true);
	ck_assert_str_eq(outcome(), "Completed");
	ck_assert_str_eq(pool(), "1 2 3 5 + 4");
}
END_TEST

START_TEST(a_rollback_of_a_scale_gives_everybody_its_role_back)
{
	sim_fail(w.sim, "h__pool__4", "Start", 1);
	scale(true);
	about_it(INTENT_ROLLBACK);
	ck_assert_str_eq(outcome(), "Completed");
	ck_assert_str_eq(pool(), "1 2 + 3");
	ck_assert_str_eq(links(), "lit__1{address-1} lit__2{address-1}");
	ck_assert_str_eq(asked_of("pool__3"), "");
	nothing_is_left_to_do();
}
END_TEST

/* ---- other intents -------------------------------------------------------------------------------------- */

START_TEST(an_upgrade_may_ask_for_more_of_them_or_fewer)
{
	upgrade("spares=3");
	ck_assert_str_eq(outcome(), "Completed");
	ck_assert_str_eq(pool(), "1 2 + 3 4 5");
	upgrade("spares=1");
	ck_assert_str_eq(pool(), "1 2 + 3");
	upgrade("spares=0");
	ck_assert_str_eq(pool(), "1 2 + ");
	ck_assert_uint_eq(sim_installed(w.sim), 6);
}
END_TEST

START_TEST(an_upgrade_that_grows_the_pool_takes_them_first)
{
	upgrade("size=3");
	ck_assert_str_eq(outcome(), "Completed");
	ck_assert_str_eq(asked_of("pool__3"), "");
	ck_assert_str_eq(pool(), "1 2 3 + 4");
}
END_TEST

START_TEST(an_upgrade_that_asks_for_spares_in_place_of_members_lets_them_run)
{
	upgrade("size=1,spares=2");
	ck_assert_str_eq(outcome(), "Completed");
	ck_assert_str_eq(asked_of(NULL), "remove lamp{grey -1}@north");
	ck_assert_str_eq(pool(), "1 + 2 3");
	nothing_is_left_to_do();
}
END_TEST

START_TEST(what_is_not_active_has_spares_that_do_not_run)
{
	change_state("Inactive");
	ck_assert_str_eq(outcome(), "Completed");
	ck_assert_str_eq(asked_of("pool__3"), "Stop pool__3");
	ck_assert_int_eq(state_of("h__pool__3"), COMPONENT_INACTIVE);
	forget();
	change_state("Active");
	ck_assert_str_eq(asked_of("pool__3"), "Start pool__3, Integrity pool__3");
	ck_assert_str_eq(pool(), "1 2 + 3");
}
END_TEST

START_TEST(a_spare_that_runs_is_stopped_before_it_goes)
{
	destroy();
	ck_assert_str_eq(asked_of("pool__3"), "Stop pool__3, Uninstall pool__3");
	ck_assert_uint_eq(sim_installed(w.sim), 0);
}
END_TEST

START_TEST(what_is_adopted_is_what_serves_and_spares_are_made)
{
	static const char *const parts[] = {"wire", "lamp", "bell", "box", "pool__1", "pool__2"};
	struct adopted things[LM_COUNT(parts) + 1];

	for (size_t i = 0; i < LM_COUNT(parts); i++)
		things[i] = (struct adopted){
		    .name = lm_arena_printf(w.arena, "h__%s", parts[i]),
		    .id = copied(
			engine_find_component(w.engine, lm_arena_printf(w.arena, "h__%s", parts[i]))
			    ->id),
		};
	things[LM_COUNT(parts)] = (struct adopted){.name = "h__pool__3"};
	upgrade("spares=0");
	world_replace(&w);
	struct intent i = {.kind = INTENT_ADOPT,
	    .assembly_name = "h",
	    .descriptor = "assembly::house::1.0",
	    .intended_state = "Active",
	    .properties = listed("size=2,spares=1"),
	    .resources = things,
	    .n_resources = LM_COUNT(things)};
	ck_assert_str_eq(refused(&i), "invalid: resources: 'h__pool__3' is a spare: those are not "
				      "adopted but made");
	i.n_resources = LM_COUNT(parts);
	forget();
	ask(&i);
	world_settle(&w);
	ck_assert_str_eq(outcome(), "Completed");
	ck_assert_str_eq(asked_of("pool__1"), "Integrity pool__1");
	ck_assert_str_eq(asked_of("lamp"), "Integrity lamp{red low}@north");
	ck_assert_str_eq(asked_of("pool__3"),
	    "Install pool__3, Configure pool__3, Start pool__3, Integrity pool__3");
	ck_assert_str_eq(pool(), "1 2 + 3");
}
END_TEST

/* ---- restarts of the manager -------------------------------------------------------------------------------- */

START_TEST(a_spare_stands_by_after_a_restart)
{
	world_crash(&w);
	world_settle(&w);
	ck_assert_str_eq(pool(), "1 2 + 3");
	world_kill(&w, "h__pool__1");
	world_settle(&w);
	ck_assert_str_eq(pool(), "2 3 + 1");
	nothing_is_left_to_do();
}
END_TEST

/* Whatever the moment is. */
START_TEST(a_restart_in_the_middle_of_a_heal_changes_nothing_of_its_end)
{
	w.turns_to_crash = _i / 2;
	w.after_commit = _i % 2;
	world_kill(&w, "h__pool__1");
	world_settle(&w);
	w.turns_to_crash = -1;
	if (_i == 0) /* nobody has heard of it */
		heal("h__pool__1");
	ck_assert_str_eq(pool(), "2 3 + 1");
	ck_assert_str_eq(links(), "lit__2{address-1} lit__3{address-1}");
	nothing_is_left_to_do();
}
END_TEST

START_TEST(a_restart_in_the_middle_of_a_scale_changes_nothing_of_its_end)
{
	const struct intent i = {.kind = INTENT_SCALE_OUT, .assembly_name = "h", .cluster = "pool"};

	w.turns_to_crash = _i / 2;
	w.after_commit = _i % 2;
	ask(&i);
	world_settle(&w);
	w.turns_to_crash = -1;
	if (_i == 0)
		scale(true);
	ck_assert_str_eq(pool(), "1 2 3 + 4");
	ck_assert_str_eq(links(), "lit__1{address-1} lit__2{address-1} lit__3{address-1}");
	nothing_is_left_to_do();
}
END_TEST

/* ---- other clusters -------------------------------------------------------------------------------------------- */

/* Members that consist of two parts with a relationship, know the tone, and list each other. */
static const char crews[] =
    "name: resource::cook::1.0\n"
    "properties: {tone: {volatile: true}, color: {}, address: {read-only: true}}\n"
    "capabilities: {node: {type: plug}}\n"
    "requirements: {plugs: {type: plug}}\n"
    "lifecycle: [Install, Configure, Start, Reconfigure, Integrity, Stop, Uninstall]\n"
    "operations: {add: {properties: {who: {required: true}, note: {}}}, remove: {}}\n"
    "metrics: {integrity: {type: 'metric::integrity', publication-period: 0}}\n"
    "policies: {heal: {type: 'policy::heal', metric: integrity}}\n"
    "---\n"
    "name: assembly::crew::1.0\n"
    "properties: {tone: {}, address: {read-only: true, value: '${chef.address}'}}\n"
    "capabilities: {node: {type: plug}}\n"
    "composition:\n"
    "  chef: {type: 'resource::cook::1.0', properties: {tone: '${tone}'}}\n"
    "  aide: {type: 'resource::cook::1.0', properties: {tone: '${chef.address}'}}\n"
    "relationships:\n"
    "  helps: {source-capabilities: [aide.node], target-requirements: [chef.plugs],\n"
    "    source-state: Active, target-state: Active, source-state-modifier: post,\n"
    "    target-state-modifier: post, properties: {who: '${source.address}', note: inner},\n"
    "    lifecycle: {Create: [target.add], Cease: [target.remove]}}\n"
    "---\n"
    "name: assembly::kitchen::1.0\n"
    "properties: {tone: {default: low}, state: {default: x}}\n"
    "composition:\n"
    "  lamp: {type: 'resource::lamp::1.0', properties: {tone: '${pool.address}'}}\n"
    "  pool: {type: 'assembly::crew::1.0', properties: {tone: '${tone}'},\n"
    "    cluster: {initial-quantity: 2, minimum-nodes: 1, maximum-nodes: 4, spares: 1}}\n"
    "relationships:\n"
    "  lit: {source-capabilities: [pool.node], target-requirements: [lamp.plugs],\n"
    "    source-state: Active, target-state: Active, source-state-modifier: post,\n"
    "    target-state-modifier: post, properties: {who: '${source.address}', note: outer},\n"
    "    lifecycle: {Create: [target.add], Cease: [target.remove]}}\n"
    "---\n"
    "name: assembly::cellar::1.0\n"
    "composition:\n"
    "  lamp: {type: 'resource::lamp::1.0'}\n"
    "  pool: {type: 'resource::peer::1.0', cluster: {initial-quantity: 1, minimum-nodes: 1,\n"
    "    maximum-nodes: 4, spares: 1, spares-state: Installed}}\n"
    "relationships:\n"
    "  lit: {source-capabilities: [pool.node], target-requirements: [lamp.plugs],\n"
    "    source-state: Active, target-state: Active, source-state-modifier: post,\n"
    "    target-state-modifier: post, properties: {who: '${source.address}', note: outer},\n"
    "    lifecycle: {Create: [target.add], Cease: [target.remove]}}\n";

static void given_a_kitchen(void)
{
	given_an_empty_world();
	world_teach(&w, crews);
	build("assembly::kitchen::1.0", "");
	ck_assert_str_eq(outcome(), "Completed");
	ck_assert_str_eq(pool(), "1 2 + 3");
	forget();
}

START_TEST(all_of_a_member_changes_roles)
{
	world_kill(&w, "h__pool__1__aide");
	world_settle(&w);
	ck_assert_str_eq(pool(), "2 3 + 1");
	ck_assert_int_eq(state_of("h__pool__3__chef"), COMPONENT_ACTIVE);
	ck_assert_int_eq(state_of("h__pool__3__aide"), COMPONENT_ACTIVE);
	ck_assert_int_eq(state_of("h__pool__1__chef"), COMPONENT_INACTIVE);
	ck_assert_int_eq(state_of("h__pool__1__aide"), COMPONENT_INACTIVE);
	ck_assert_str_eq(asked_of("pool__1__aide"),
	    "Stop pool__1__aide{-1}, Start pool__1__aide{-1}, Integrity pool__1__aide{-1}");
	nothing_is_left_to_do();
}
END_TEST

START_TEST(what_a_spare_has_among_its_parts_comes_when_it_serves_and_goes_when_it_does_not)
{
	world_kill(&w, "h__pool__1__aide");
	world_settle(&w);
	ck_assert_str_eq(asked_of("pool__3__chef"), "add pool__3__chef{inner -1}");
	ck_assert_str_eq(asked_of("pool__1__chef"), "remove pool__1__chef{inner -1}");
	ck_assert_str_eq(links(), "lit__2{address?} lit__3{address?} pool__2__helps__1{address?} "
				  "pool__3__helps__1{address?}");
}
END_TEST

START_TEST(who_lists_the_members_hears_who_serves)
{
	world_kill(&w, "h__pool__1__chef");
	world_settle(&w);
	ck_assert_ptr_nonnull(strstr(asked_of("lamp"), "Reconfigure lamp"));
	nothing_is_left_to_do();
}
END_TEST

START_TEST(a_spare_that_runs_takes_over_new_values_without_a_restart)
{
	upgrade("tone=high");
	ck_assert_str_eq(outcome(), "Completed");
	ck_assert_str_eq(asked_of("pool__3__chef"), "Reconfigure pool__3__chef{high}");
	ck_assert_str_eq(asked_of("pool__3__aide"), "");
	ck_assert_str_eq(pool(), "1 2 + 3");
	nothing_is_left_to_do();
}
END_TEST

static void given_a_cellar(void)
{
	given_an_empty_world();
	world_teach(&w, crews);
	build("assembly::cellar::1.0", "");
	ck_assert_str_eq(outcome(), "Completed");
	ck_assert_str_eq(pool(), "1 + 2");
	ck_assert_int_eq(state_of("h__pool__2"), COMPONENT_INSTALLED);
	forget();
}

START_TEST(a_spare_that_was_only_installed_is_brought_up_before_it_serves)
{
	world_kill(&w, "h__pool__1");
	world_settle(&w);
	ck_assert_str_eq(pool(), "2 + 1");
	ck_assert_str_eq(
	    asked_of("pool__2"), "Configure pool__2, Start pool__2, Integrity pool__2");
	ck_assert_str_eq(asked_of("pool__1"), "Stop pool__1");
	ck_assert_str_eq(links(), "lit__2{address?}");
	nothing_is_left_to_do();
}
END_TEST

START_TEST(who_becomes_such_a_spare_is_stopped)
{
	scale(true);
	ck_assert_str_eq(pool(), "1 2 + 3");
	sim_fail(w.sim, "h__pool__3", "Install", 1);
	forget();
	scale(false);
	ck_assert_str_eq(asked_of("pool__2"), "Stop pool__2, Uninstall pool__2");
	ck_assert_str_eq(pool(), "1 + 3");
}
END_TEST

int main(void)
{
	const TTest *const of_a_pool[] = {
	    a_spare_is_made_when_all_that_serve_are_there,
	    it_is_started_and_looked_at_and_stays_inactive_without_relationships,
	    who_looks_at_the_assembly_sees_it,
	    the_assembly_is_active_without_it,
	    the_limits_of_a_cluster_are_about_who_serves,
	    who_dies_changes_roles_with_the_spare_and_is_mended_behind_it,
	    the_spare_waits_for_nothing_of_the_mending,
	    the_plan_says_why,
	    an_operator_can_have_a_member_healed_that_way,
	    two_may_die_at_once,
	    who_dies_next_finds_the_one_that_was_mended,
	    a_spare_that_dies_is_healed_as_a_spare,
	    a_spare_that_is_destroyed_is_made_anew,
	    who_is_ill_is_never_taken_into_service,
	    who_cannot_be_mended_does_not_keep_the_spare_from_serving,
	    for_a_spare_that_is_lost_another_one_stands_by_until_an_operator_brings_it_back,
	    spares_that_cannot_be_made_are_not_made_for_ever,
	    a_relationship_that_fails_at_first_is_tried_again,
	    while_a_mending_sleeps_the_pool_may_grow,
	    who_is_ready_serves_at_once_and_another_spare_is_made_behind,
	    without_one_that_is_ready_a_new_one_comes,
	    a_pool_that_shrinks_loses_its_last_one_and_keeps_its_spare,
	    who_leaves_service_takes_the_place_of_a_spare_that_is_ill_and_goes_on_to_run,
	    a_refill_that_fails_leaves_those_in_service_alone,
	    the_next_scale_makes_up_for_a_refill_that_was_cancelled,
	    a_rollback_of_a_scale_gives_everybody_its_role_back,
	    an_upgrade_may_ask_for_more_of_them_or_fewer,
	    an_upgrade_that_grows_the_pool_takes_them_first,
	    an_upgrade_that_asks_for_spares_in_place_of_members_lets_them_run,
	    what_is_not_active_has_spares_that_do_not_run,
	    a_spare_that_runs_is_stopped_before_it_goes,
	    what_is_adopted_is_what_serves_and_spares_are_made,
	    a_spare_stands_by_after_a_restart,
	};
	const TTest *const of_a_kitchen[] = {
	    all_of_a_member_changes_roles,
	    what_a_spare_has_among_its_parts_comes_when_it_serves_and_goes_when_it_does_not,
	    who_lists_the_members_hears_who_serves,
	    a_spare_that_runs_takes_over_new_values_without_a_restart,
	};
	Suite *s = suite_create("core/spares");
	TCase *pool = tcase_create("pool"), *kitchen = tcase_create("kitchen"),
	      *cellar = tcase_create("cellar");

	tcase_add_checked_fixture(pool, given_a_pool, the_end);
	tcase_add_checked_fixture(kitchen, given_a_kitchen, the_end);
	tcase_add_checked_fixture(cellar, given_a_cellar, the_end);
	for (size_t i = 0; i < LM_COUNT(of_a_pool); i++)
		tcase_add_test(pool, of_a_pool[i]);
	tcase_add_loop_test(
	    pool, a_crash_at_any_commit_of_making_up_for_a_spare_still_makes_one, 0, 20);
	tcase_add_loop_test(
	    pool, a_restart_in_the_middle_of_a_heal_changes_nothing_of_its_end, 0, 16);
	tcase_add_loop_test(
	    pool, a_restart_in_the_middle_of_a_scale_changes_nothing_of_its_end, 0, 16);
	for (size_t i = 0; i < LM_COUNT(of_a_kitchen); i++)
		tcase_add_test(kitchen, of_a_kitchen[i]);
	tcase_add_test(cellar, a_spare_that_was_only_installed_is_brought_up_before_it_serves);
	tcase_add_test(cellar, who_becomes_such_a_spare_is_stopped);
	suite_add_tcase(s, pool);
	suite_add_tcase(s, kitchen);
	suite_add_tcase(s, cellar);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
