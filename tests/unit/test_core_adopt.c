/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <string.h>

#include "lm/core/engine_priv.h"
#include "tests/lib/house.h"

#define ALL_ACTIVE "wire:Active lamp:Active bell:Active box:Active pool__1:Active"

static const char *copied(const char *text)
{
	return lm_arena_strdup(w.arena, text);
}

/* ---- adopt ---------------------------------------------------------------------------------------- */

/* What another manager knew of the house. */
static struct adopted handed_over[8];
static size_t n_handed_over;

static void note_for_adoption(void)
{
	const struct component *c;

	n_handed_over = 0;
	for (size_t i = 0; (c = lm_map_next(w.engine->components, &i)) != NULL;)
		handed_over[n_handed_over++] = (struct adopted){.name = copied(c->name),
		    .id = copied(c->id),
		    .outputs = lm_kvs_copy(w.arena, &c->outputs)};
}

static void given_the_house_of_another_manager(void)
{
	given_a_house();
	note_for_adoption();
	world_replace(&w);
	forget();
}

static struct intent adoption(const char *state)
{
	return (struct intent){
	    .kind = INTENT_ADOPT,
	    .assembly_name = "h",
	    .descriptor = "assembly::house::1.0",
	    .intended_state = state,
	    .resources = handed_over,
	    .n_resources = n_handed_over,
	};
}

static void adopt(const char *state)
{
	struct intent i = adoption(state);

	ask(&i);
	world_settle(&w);
}

static struct adopted *handed(const char *name)
{
	for (size_t i = 0; i < n_handed_over; i++)
		if (strcmp(handed_over[i].name, name) == 0)
			return &handed_over[i];
	return NULL;
}

START_TEST(an_adoption_only_looks_whether_everything_is_well)
{
	adopt("Active");
	ck_assert_str_eq(outcome(), "Completed");
	ck_assert_str_eq(states(), ALL_ACTIVE);
	ck_assert_str_eq(asked_of("lamp"), "Integrity lamp{red low}@north");
	ck_assert_str_eq(asked_of("bell"), "Integrity bell{low}");
	ck_assert_str_eq(asked_of("wire"), "");
	ck_assert_str_eq(asked_of("pool__1"), "Integrity pool__1");
}
END_TEST

START_TEST(an_adoption_takes_over_ids_and_outputs)
{
	adopt("Active");
	const struct component *c = engine_find_component(w.engine, "h__lamp");

	ck_assert_str_eq(c->id, handed("h__lamp")->id);
	ck_assert_str_eq(lm_kvs_find(&c->outputs, "address"),
	    lm_kvs_find(&handed("h__lamp")->outputs, "address"));
}
END_TEST

START_TEST(what_the_driver_had_made_is_taken_over_and_outlives_the_manager)
{
	struct lm_kv server = {"server", "{\"id\":\"17\"}"};

	handed("h__lamp")->topology = (struct lm_kvs){&server, 1};
	adopt("Active");
	world_crash(&w);
	world_settle(&w);
	const struct component *c = engine_find_component(w.engine, "h__lamp");
	ck_assert_str_eq(lm_kvs_find(&c->topology, "server"), "{\"id\":\"17\"}");
}
END_TEST

START_TEST(relationships_are_adopted_without_a_call)
{
	adopt("Active");
	ck_assert_str_eq(links(), "lit__1{address-1}");
	forget();
	upgrade("hue=pink");
	ck_assert_str_eq(asked_of(NULL), "remove lamp{grey -1}@north, add lamp{pink -1}@north");
}
END_TEST

START_TEST(after_an_adoption_an_upgrade_sees_what_changes)
{
	adopt("Active");
	forget();
	upgrade("color=red");
	ck_assert_str_eq(asked_of(NULL), "");
	upgrade("color=blue");
	ck_assert_str_eq(asked_of("lamp"),
	    "remove lamp{grey -1}@north, Stop lamp{red low}@north, Uninstall lamp{red low}@north, "
	    "Install lamp{blue low}@north, Configure lamp{blue low}@north, Start lamp{blue "
	    "low}@north, "
	    "Integrity lamp{blue low}@north, add lamp{grey -1}@north");
	ck_assert_str_eq(asked_of("bell"), "");
}
END_TEST

START_TEST(after_an_adoption_what_has_no_integrity_is_seen_to_change_as_well)
{
	adopt("Active");
	upgrade("gauge=thick");
	ck_assert_str_eq(asked_of("wire"), "Uninstall wire{thin}, Install wire{thick}");
	ck_assert_str_eq(states(), ALL_ACTIVE);
}
END_TEST

START_TEST(what_was_adopted_is_healed_and_removed_like_everything_else)
{
	adopt("Active");
	world_kill(&w, "h__bell");
	world_settle(&w);
	ck_assert_str_eq(states(), ALL_ACTIVE);
	destroy();
	ck_assert_uint_eq(sim_installed(w.sim), 0);
}
END_TEST

START_TEST(what_is_adopted_into_a_lower_state_is_not_touched)
{
	adopt("Inactive");
	ck_assert_str_eq(outcome(), "Completed");
	ck_assert_str_eq(asked_of(NULL), "");
	ck_assert_str_eq(states(), "wire:Inactive lamp:Inactive bell:Inactive box:Inactive "
				   "pool__1:Inactive");
	change_state("Active");
	ck_assert_str_eq(asked_of("bell"), "Start bell{low}, Integrity bell{low}");
}
END_TEST

START_TEST(an_adoption_says_how_many_members_there_are)
{
	struct intent i;

	world_fini(&w);
	given_a_house();
	scale(true);
	note_for_adoption();
	world_replace(&w);
	forget();
	i = adoption("Active");
	i.clusters = listed("pool=2");
	ask(&i);
	world_settle(&w);
	ck_assert_str_eq(outcome(), "Completed");
	ck_assert_str_eq(states(), ALL_ACTIVE " pool__2:Active");
	ck_assert_str_eq(asked_of("pool__2"), "Integrity pool__2");
	ck_assert_str_eq(links(), "lit__1{address-1} lit__2{address-1}");
}
END_TEST

START_TEST(more_members_than_the_descriptor_allows_are_not_adopted)
{
	struct intent i = adoption("Active");

	i.clusters = listed("pool=5");
	ck_assert_str_eq(
	    refused(&i), "invalid: cluster 'pool': 5 members are outside of its limits (1 to 4)");
	i.clusters = listed("pool=two");
	ck_assert_str_eq(refused(&i), "invalid: cluster 'pool': 'two' is not a quantity");
}
END_TEST

START_TEST(an_adoption_that_leaves_something_out_is_refused)
{
	struct intent i = adoption("Active");

	for (size_t k = 0; k < n_handed_over; k++)
		if (strcmp(handed_over[k].name, "h__lamp") == 0)
			handed_over[k] = handed_over[--n_handed_over];
	i.n_resources = n_handed_over;
	ck_assert_str_eq(refused(&i), "invalid: resources: 'h__lamp' is missing: an adoption names "
				      "every resource that exists outside");
}
END_TEST

START_TEST(an_adoption_of_something_unknown_is_refused)
{
	handed("h__lamp")->name = "h__lamb";
	struct intent i = adoption("Active");

	ck_assert_str_eq(refused(&i),
	    "invalid: resources: 'h' has no resource 'h__lamb' ('lm graph' shows its tree)");
}
END_TEST

START_TEST(an_id_is_adopted_once)
{
	handed("h__lamp")->id = handed("h__bell")->id;
	struct intent i = adoption("Active");

	ck_assert_ptr_nonnull(strstr(refused(&i), "stands there twice"));
	handed("h__lamp")->id = "";
	ck_assert_str_eq(
	    refused(&i), "invalid: resources: 'h__lamp': an id has 1 to 36 characters");
}
END_TEST

START_TEST(a_name_is_adopted_once)
{
	handed_over[n_handed_over++] = (struct adopted){.name = "h__lamp", .id = "another"};
	struct intent i = adoption("Active");

	ck_assert_str_eq(refused(&i), "invalid: resources: 'h__lamp' stands there twice");
}
END_TEST

START_TEST(what_belongs_to_somebody_already_is_not_adopted)
{
	adopt("Active");
	struct intent i = adoption("Active");

	i.assembly_name = "other";
	for (size_t k = 0; k < n_handed_over; k++)
		handed_over[k].name = lm_arena_printf(w.arena, "other%s", handed_over[k].name + 1);
	ck_assert_ptr_nonnull(strstr(refused(&i), "belongs to a component already"));
}
END_TEST

START_TEST(an_adoption_of_something_dead_fails_and_can_be_tried_again)
{
	sim_kill(w.sim, handed("h__bell")->id, w.now_ms);
	adopt("Active");
	ck_assert_ptr_nonnull(strstr(outcome(), "Failed: Integrity h__bell: "));
	about_it(INTENT_RETRY);
	ck_assert_str_eq(outcome(), "Completed");
	ck_assert_str_eq(states(), ALL_ACTIVE);
}
END_TEST

START_TEST(an_adoption_that_failed_can_be_deleted)
{
	sim_fail(w.sim, "h__bell", "Integrity", 1);
	adopt("Active");
	destroy();
	ck_assert_str_eq(outcome(), "Completed");
	ck_assert_uint_eq(sim_installed(w.sim), 0);
}
END_TEST

/* ---- adoptions that are refused: the house stays whose it is ------------------------------------------- */

static void end_of_another_house(void)
{
	ck_assert_str_eq(asked_of(NULL), "");
	ck_assert_ptr_null(engine_find_instance(w.engine, "h"));
	world_fini(&w);
}

static TCase *situation(Suite *s, const char *name, void (*given)(void))
{
	TCase *tc = tcase_create(name);

	tcase_add_checked_fixture(tc, given, the_end);
	suite_add_tcase(s, tc);
	return tc;
}

static void add_adoptions(TCase *tc)
{
	tcase_add_test(tc, an_adoption_only_looks_whether_everything_is_well);
	tcase_add_test(tc, an_adoption_takes_over_ids_and_outputs);
	tcase_add_test(tc, what_the_driver_had_made_is_taken_over_and_outlives_the_manager);
	tcase_add_test(tc, relationships_are_adopted_without_a_call);
	tcase_add_test(tc, after_an_adoption_an_upgrade_sees_what_changes);
	tcase_add_test(tc, after_an_adoption_what_has_no_integrity_is_seen_to_change_as_well);
	tcase_add_test(tc, what_was_adopted_is_healed_and_removed_like_everything_else);
	tcase_add_test(tc, what_is_adopted_into_a_lower_state_is_not_touched);
	tcase_add_test(tc, an_adoption_says_how_many_members_there_are);
	tcase_add_test(tc, what_belongs_to_somebody_already_is_not_adopted);
	tcase_add_test(tc, an_adoption_of_something_dead_fails_and_can_be_tried_again);
	tcase_add_test(tc, an_adoption_that_failed_can_be_deleted);
}

static void add_refused_adoptions(Suite *s)
{
	TCase *tc = tcase_create("that adopt in vain");

	tcase_add_checked_fixture(tc, given_the_house_of_another_manager, end_of_another_house);
	suite_add_tcase(s, tc);
	tcase_add_test(tc, more_members_than_the_descriptor_allows_are_not_adopted);
	tcase_add_test(tc, an_adoption_that_leaves_something_out_is_refused);
	tcase_add_test(tc, an_adoption_of_something_unknown_is_refused);
	tcase_add_test(tc, an_id_is_adopted_once);
	tcase_add_test(tc, a_name_is_adopted_once);
}

int main(void)
{
	Suite *s = suite_create("core/adopt");

	add_adoptions(situation(s, "of a house", given_the_house_of_another_manager));
	add_refused_adoptions(s);
	SRunner *sr = srunner_create(s);
	srunner_run_all(sr, CK_NORMAL);
	int failures = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failures != 0;
}
