/* SPDX-License-Identifier: Apache-2.0 */
/* The manager dies before or after any commit of an intent; what comes of the intent is the same. */
#include <check.h>
#include <string.h>

#include "lm/core/engine_priv.h"
#include "tests/lib/house.h"

#define ALL_ACTIVE "wire:Active lamp:Active bell:Active box:Active pool__1:Active"

/* An operator who has no answer asks once more. */
static void ask_through_a_crash(int i, const struct intent *intent)
{
	w.turns_to_crash = i / 2;
	w.after_commit = i % 2;
	ask(intent);
	world_settle(&w);
	w.turns_to_crash = -1;
	if (i == 0)
		ask(intent);
	world_settle(&w);
}

static void about_it_through_a_crash(int i, enum intent_kind kind)
{
	char subject[LM_ID_SIZE];

	snprintf(subject, sizeof subject, "%s", process);
	ask_through_a_crash(i, &(struct intent){.kind = kind, .process = subject});
}

static struct intent upgrade_of(const char *properties)
{
	return (struct intent){
	    .kind = INTENT_UPGRADE,
	    .assembly_name = "h",
	    .properties = listed(properties),
	};
}

/* The last time that the component was told how it shall be. */
static bool was_last_told(const char *component, const char *how)
{
	const char *last = NULL;

	for (const char *at = asked_of(component); (at = strstr(at, "Start ")) != NULL; at++)
		last = at;
	return last != NULL && strncmp(last, how, strlen(how)) == 0;
}

static void nothing_is_left_to_do(void)
{
	forget();
	upgrade("");
	ck_assert_str_eq(outcome(), "Completed");
	ck_assert_str_eq(asked_of(NULL), "");
}

START_TEST(of_an_upgrade)
{
	struct intent i =
	    upgrade_of("where=south,color=blue,tone=high,gauge=thick,hue=pink,size=2");

	ask_through_a_crash(_i, &i);
	ck_assert_str_eq(states(), ALL_ACTIVE " pool__2:Active");
	ck_assert_str_eq(links(), "lit__1{address-1} lit__2{address-1}");
	ck_assert(was_last_told("lamp", "Start lamp{blue high}@south"));
	ck_assert_uint_eq(sim_installed(w.sim), 6);
	nothing_is_left_to_do();
}
END_TEST

START_TEST(of_an_upgrade_to_another_version)
{
	struct intent i = upgrade_of("");

	i.descriptor = "assembly::house::2.0";
	ask_through_a_crash(_i, &i);
	ck_assert_str_eq(states(), "wire:Active lamp:Active horn:Active box:Active pool__1:Active");
	ck_assert_str_eq(links(), "lit__1{address-1}");
	ck_assert_uint_eq(sim_installed(w.sim), 5);
	nothing_is_left_to_do();
}
END_TEST

START_TEST(of_an_upgrade_whose_values_flow_on)
{
	struct intent i = upgrade_of("color=blue");

	ask_through_a_crash(_i, &i);
	ck_assert_str_eq(states(), "first:Active left:Active right:Active last:Active");
	ck_assert(was_last_told("left", "Start left{-2}"));
	nothing_is_left_to_do();
}
END_TEST

START_TEST(of_a_reconfigure)
{
	struct intent i = upgrade_of("tone=high");

	ask_through_a_crash(_i, &i);
	ck_assert_str_eq(states(), ALL_ACTIVE);
	ck_assert_ptr_nonnull(strstr(asked_of("lamp"), "Reconfigure lamp{red high}@north"));
	ck_assert_ptr_null(strstr(asked_of("lamp"), "Install"));
	nothing_is_left_to_do();
}
END_TEST

static void given_a_failed_upgrade(void)
{
	given_a_house();
	sim_fail(w.sim, "h__lamp", "Start", 1);
	upgrade("where=south,color=blue,hue=pink,size=2");
	ck_assert_ptr_nonnull(strstr(outcome(), "Failed"));
}

START_TEST(of_a_rollback)
{
	about_it_through_a_crash(_i, INTENT_ROLLBACK);
	ck_assert_str_eq(states(), ALL_ACTIVE);
	ck_assert_str_eq(links(), "lit__1{address-1}");
	ck_assert(was_last_told("lamp", "Start lamp{red low}@north"));
	ck_assert_uint_eq(sim_installed(w.sim), 5);
	nothing_is_left_to_do();
}
END_TEST

START_TEST(of_a_retry)
{
	about_it_through_a_crash(_i, INTENT_RETRY);
	ck_assert_str_eq(states(), ALL_ACTIVE " pool__2:Active");
	ck_assert_str_eq(links(), "lit__1{address-1} lit__2{address-1}");
	ck_assert(was_last_told("lamp", "Start lamp{blue low}@south"));
	nothing_is_left_to_do();
}
END_TEST

START_TEST(of_a_delete_after_a_failure)
{
	struct intent i = {.kind = INTENT_DELETE, .assembly_name = "h"};

	ask_through_a_crash(_i, &i);
	ck_assert_ptr_null(engine_find_instance(w.engine, "h"));
	ck_assert_uint_eq(sim_installed(w.sim), 0);
}
END_TEST

START_TEST(of_a_cancel)
{
	struct intent i = upgrade_of("color=blue");
	char subject[LM_ID_SIZE];

	ask(&i);
	snprintf(subject, sizeof subject, "%s", process);
	while (strstr(asked_of("lamp"), "Install lamp") == NULL)
		ck_assert(world_step(&w));
	w.turns_to_crash = _i / 2;
	w.after_commit = _i % 2;
	ask(&(struct intent){.kind = INTENT_CANCEL, .process = subject});
	world_settle(&w);
	w.turns_to_crash = -1;
	if (_i == 0) { /* it died before it could promise, and goes on */
		ck_assert_str_eq(world_process(&w, subject), "Completed");
		return;
	}
	ck_assert_str_eq(world_process(&w, subject), "Cancelled: cancelled by an operator");
	ck_assert_ptr_null(strstr(asked_of("lamp"), "Configure"));
	ask(&(struct intent){.kind = INTENT_RETRY, .process = subject});
	world_settle(&w);
	ck_assert_str_eq(states(), ALL_ACTIVE);
	nothing_is_left_to_do();
}
END_TEST

START_TEST(of_an_adoption)
{
	struct adopted all[8];
	const struct component *c;
	size_t n = 0;

	for (size_t i = 0; (c = lm_map_next(w.engine->components, &i)) != NULL;)
		all[n++] = (struct adopted){.name = lm_arena_strdup(w.arena, c->name),
		    .id = lm_arena_strdup(w.arena, c->id),
		    .outputs = lm_kvs_copy(w.arena, &c->outputs)};
	world_replace(&w);
	ask_through_a_crash(_i, &(struct intent){
				    .kind = INTENT_ADOPT,
				    .assembly_name = "h",
				    .descriptor = "assembly::house::1.0",
				    .intended_state = "Active",
				    .resources = all,
				    .n_resources = n,
				});
	ck_assert_str_eq(outcome(), "Completed");
	ck_assert_str_eq(states(), ALL_ACTIVE);
	ck_assert_str_eq(links(), "lit__1{address-1}");
	ck_assert_ptr_null(strstr(asked_of(NULL), "Start"));
	ck_assert_ptr_null(strstr(asked_of(NULL), "add"));
	nothing_is_left_to_do();
}
END_TEST

START_TEST(of_what_waits_behind_something_else)
{
	struct intent first = upgrade_of("color=blue"), second = upgrade_of("size=3");

	second.queue = true;
	ask(&first);
	ask_through_a_crash(_i, &second);
	ck_assert_str_eq(states(), ALL_ACTIVE " pool__2:Active pool__3:Active");
	ck_assert(was_last_told("lamp", "Start lamp{blue low}@north"));
	nothing_is_left_to_do();
}
END_TEST

START_TEST(of_a_heal_that_is_tried_again_and_again)
{
	sim_fail(w.sim, "h__bell", "Start", 4);
	ask_through_a_crash(
	    _i, &(struct intent){
		    .kind = INTENT_HEAL, .assembly_name = "h", .component_name = "h__bell"});
	ck_assert_str_eq(outcome(), "Completed");
	ck_assert_str_eq(states(), ALL_ACTIVE);
	nothing_is_left_to_do();
}
END_TEST

START_TEST(of_late_outputs)
{
	world_report(&w, "h__early", "Start", "key", "late");
	ask_through_a_crash(_i, &(struct intent){
				    .kind = INTENT_CREATE,
				    .assembly_name = "h",
				    .descriptor = "assembly::late::1.0",
				    .intended_state = "Active",
				});
	ck_assert_str_eq(outcome(), "Completed");
	ck_assert_str_eq(states(), "taker:Active early:Active");
	ck_assert(was_last_told("taker", "Start taker{late}"));
	nothing_is_left_to_do();
}
END_TEST

static TCase *situation(Suite *s, const char *name, void (*given)(void))
{
	TCase *tc = tcase_create(name);

	tcase_add_checked_fixture(tc, given, the_end);
	suite_add_tcase(s, tc);
	return tc;
}

int main(void)
{
	Suite *s = suite_create("core/crash");
	TCase *house = situation(s, "at any commit, in a house", given_a_house);
	TCase *failed = situation(s, "at any commit, after a failure", given_a_failed_upgrade);

	tcase_add_loop_test(house, of_an_upgrade, 0, 52);
	tcase_add_loop_test(house, of_an_upgrade_to_another_version, 0, 36);
	tcase_add_loop_test(house, of_a_reconfigure, 0, 8);
	tcase_add_loop_test(house, of_a_cancel, 0, 8);
	tcase_add_loop_test(house, of_an_adoption, 0, 14);
	tcase_add_loop_test(house, of_what_waits_behind_something_else, 0, 46);
	tcase_add_loop_test(house, of_a_heal_that_is_tried_again_and_again, 0, 62);
	tcase_add_loop_test(failed, of_a_rollback, 0, 24);
	tcase_add_loop_test(failed, of_a_retry, 0, 16);
	tcase_add_loop_test(failed, of_a_delete_after_a_failure, 0, 28);
	tcase_add_loop_test(situation(s, "at any commit, in a chain", given_a_chain),
	    of_an_upgrade_whose_values_flow_on, 0, 46);
	tcase_add_loop_test(situation(s, "at any commit, with nothing there", given_an_empty_world),
	    of_late_outputs, 0, 26);
	SRunner *sr = srunner_create(s);
	srunner_run_all(sr, CK_NORMAL);
	int failures = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failures != 0;
}
