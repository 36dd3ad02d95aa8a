/* SPDX-License-Identifier: Apache-2.0 */
/* What one assembly has to do with another, and with what nobody here has made. */
#include <check.h>
#include <string.h>

#include "tests/lib/world.h"

static struct world w;

static const char text[] =
    "name: resource::wire::1.0\n"
    "properties: {color: {read-only: true}}\n"
    "private-properties: {secret: {}}\n"
    "operations:\n"
    "  plug: {properties: {who: {required: true}, color: {value: '${color}'}}}\n"
    "  unplug: {}\n"
    "---\n"
    "name: resource::phone::1.0\n"
    "properties: {cable: {}, address: {read-only: true}}\n"
    "lifecycle: [Install, Start, Stop, Uninstall]\n"
    "requirements: {socket: {type: line}}\n"
    "---\n"
    "name: assembly::desk::1.0\n"
    "properties: {wire: {default: wall}}\n"
    "references:\n"
    "  wire: {type: 'resource::wire::^1.0', properties: {name: {value: '${wire}'},\n"
    "    deploymentLocation: {value: here}}}\n"
    "composition:\n"
    "  phone: {type: 'resource::phone::1.0', properties: {cable: {value: '${wire.color}'}}}\n"
    "relationships:\n"
    "  plugged: {source-capabilities: [wire], target-requirements: [phone.socket],\n"
    "    source-state: Active, target-state: Active, target-state-modifier: post,\n"
    "    properties: {who: '${target.address}'},\n"
    "    lifecycle: {Create: [source.plug], Cease: [source.unplug]}}\n"
    "---\n"
    "name: assembly::office::1.0\n"
    "composition: {room: {type: 'assembly::room::1.0'}}\n"
    "operations: {call: {source-operation: room.call}, hang: {source-operation: room.hang}}\n"
    "---\n"
    "name: assembly::room::1.0\n"
    "composition: {bell: {type: 'resource::bell::1.0'}}\n"
    "operations: {call: {source-operation: bell.ring}, hang: {source-operation: bell.rest}}\n"
    "---\n"
    "name: resource::bell::1.0\n"
    "properties: {address: {read-only: true}}\n"
    "lifecycle: [Install, Start, Stop, Uninstall]\n"
    "operations: {ring: {properties: {who: {}}}, rest: {}}\n"
    "---\n"
    "name: assembly::caller::1.0\n"
    "references: {office: {type: 'assembly::office::1.0', properties: {name: {value: o}}}}\n"
    "composition: {phone: {type: 'resource::phone::1.0'}}\n"
    "relationships:\n"
    "  line: {source-capabilities: [office], target-requirements: [phone.socket],\n"
    "    source-state: Active, target-state: Active, target-state-modifier: post,\n"
    "    properties: {who: '${target.address}'},\n"
    "    lifecycle: {Create: [source.call], Cease: [source.hang]}}\n";

static void given_an_empty_world(void)
{
	world_init(&w, &(struct sim_conf){.seed = 7, .min_ms = 5, .max_ms = 50});
	world_teach(&w, text);
}

static void put_wire(const char *id, const char *name, const char *color)
{
	struct lm_kv properties[] = {{"color", color}, {"secret", "hush"}};

	sim_put(w.sim, id, name, "resource::wire::1.3", &(struct lm_kvs){properties, 2});
}

static void create(const char *name, const char *descriptor)
{
	struct lm_err *err = world_create(&w, name, descriptor);

	ck_assert_msg(err == NULL, "%s", err == NULL ? "" : lm_err_text(err));
}

static void given_a_wire(void)
{
	given_an_empty_world();
	put_wire("w-1", "wall", "red");
}

static void given_a_desk(void)
{
	given_a_wire();
	create("d", "assembly::desk::1.0");
	world_settle(&w);
	ck_assert_str_eq(world_outcome(&w, "d"), "Completed");
}

static void given_a_caller(void)
{
	given_an_empty_world();
	create("o", "assembly::office::1.0");
	world_settle(&w);
	create("c", "assembly::caller::1.0");
	world_settle(&w);
	ck_assert_str_eq(world_outcome(&w, "c"), "Completed");
}

static void done(void)
{
	ck_assert_ptr_null(w.wrong);
	world_fini(&w);
}

/* The error's text, freed with the test. */
static const char *text_of(struct lm_err *err)
{
	static char shown[500];

	ck_assert_ptr_nonnull(err);
	snprintf(
	    shown, sizeof shown, "%s: %s", lm_err_kind_text(lm_err_kind(err)), lm_err_text(err));
	lm_err_free(err);
	return shown;
}

/* What the topology of an assembly says. */
static bool shows(const char *root, const char *what)
{
	struct lm_buf shown;

	lm_buf_init(&shown, 64 * 1024);
	ck_assert(engine_print_assembly(w.engine, root, &shown));
	bool found = strstr(shown.p, what) != NULL;
	lm_buf_fini(&shown);
	return found;
}

static size_t count(const char *in, const char *what)
{
	size_t n = 0;

	for (const char *at = in; (at = strstr(at, what)) != NULL; at++)
		n++;
	return n;
}

/* ---- what is outside ---------------------------------------------------------------------------- */

START_TEST(what_is_outside_is_found_before_anything_begins)
{
	given_a_desk();
	ck_assert_str_eq(
	    sim_trace(w.sim), "Find wall, Install d__phone, Start d__phone, plug wall");
}
END_TEST

START_TEST(what_is_found_is_shown_and_its_properties_can_be_mapped)
{
	given_a_desk();
	ck_assert(shows("d", "{\"id\":\"w-1\",\"name\":\"wall\",\"component\":\"wire\""));
	ck_assert(shows("d", "{\"name\":\"cable\",\"value\":\"red\"}"));
}
END_TEST

START_TEST(what_is_found_is_known_after_a_restart)
{
	given_a_desk();
	world_crash(&w);
	world_settle(&w);
	ck_assert(shows("d", "{\"id\":\"w-1\",\"name\":\"wall\",\"component\":\"wire\""));
	ck_assert(shows("d", "{\"name\":\"cable\",\"value\":\"red\"}"));
	ck_assert_ptr_null(world_delete(&w, "d"));
	world_settle(&w);
	ck_assert_ptr_nonnull(strstr(sim_trace(w.sim), "unplug wall, Stop d__phone"));
}
END_TEST

START_TEST(where_nothing_is_found_nothing_is_made)
{
	given_an_empty_world();
	create("d", "assembly::desk::1.0");
	world_settle(&w);
	ck_assert_str_eq(world_outcome(&w, "d"),
	    "Failed: Find d__wire: 0 of type resource::wire::^1.0 are called 'wall'");
	ck_assert_uint_eq(sim_installed(w.sim), 0);
}
END_TEST

START_TEST(two_of_one_name_are_as_bad_as_none)
{
	given_a_wire();
	put_wire("w-2", "wall", "blue");
	create("d", "assembly::desk::1.0");
	world_settle(&w);
	ck_assert_str_eq(world_outcome(&w, "d"),
	    "Failed: Find d__wire: 2 of type resource::wire::^1.0 are called 'wall'");
}
END_TEST

START_TEST(a_manager_that_dies_while_it_looks_asks_again_and_finds)
{
	for (int turn = 0; turn < 6; turn++)
		for (int after = 0; after < 2; after++) {
			given_a_wire();
			w.turns_to_crash = turn;
			w.after_commit = after == 1;
			lm_err_free(world_create(&w, "d", "assembly::desk::1.0"));
			world_settle(&w);
			if (turn > 0 || after == 1) {
				ck_assert_str_eq(world_outcome(&w, "d"), "Completed");
				ck_assert_str_eq(world_links(&w, "d"), "plugged__1{address?}");
				ck_assert_uint_eq(count(sim_trace(w.sim), "plug wall"), 1);
			}
			done();
		}
	given_an_empty_world();
}
END_TEST

static struct lm_err *look_for_secret(void *arg, const struct record *r)
{
	*(size_t *)arg += count(r->body, "w-1") * 100 + count(r->body, "hush");
	return NULL;
}

START_TEST(what_a_type_keeps_private_is_not_kept)
{
	size_t found = 0;

	given_a_desk();
	lm_err_free(w.store->ops->load(
	    w.store, &(struct store_query){.table = RECORD_ASSEMBLY}, look_for_secret, &found));
	ck_assert_uint_eq(found, 100);
}
END_TEST

START_TEST(an_operation_that_the_type_has_not_is_refused_at_once)
{
	given_a_wire();
	world_teach(&w,
	    "name: assembly::wrong::1.0\n"
	    "references: {bell: {type: 'resource::gong::1.0', properties: "
	    "{name: {value: g}, deploymentLocation: {value: here}}}}\n"
	    "composition: {phone: {type: 'resource::phone::1.0'}}\n"
	    "relationships:\n"
	    "  hit: {source-capabilities: [bell], target-requirements: [phone.socket],\n"
	    "    source-state: Active, target-state: Active,\n"
	    "    lifecycle: {Create: [source.hit]}}\n");
	ck_assert_str_eq(text_of(world_create(&w, "x", "assembly::wrong::1.0")),
	    "invalid: relationship 'hit' calls 'hit' of reference 'bell', but resource::gong::1.0 "
	    "is not in the catalog, so that its operations are not known");
}
END_TEST

/* ---- other assemblies ------------------------------------------------------------------------------ */

START_TEST(an_operation_of_another_assembly_ends_at_the_resource_that_has_it)
{
	given_a_caller();
	ck_assert_ptr_nonnull(strstr(sim_trace(w.sim), "Start c__phone, ring o__room__bell"));
	ck_assert_ptr_null(world_delete(&w, "c"));
	world_settle(&w);
	ck_assert_ptr_nonnull(strstr(sim_trace(w.sim), "rest o__room__bell, Stop c__phone"));
	ck_assert_uint_eq(sim_installed(w.sim), 1);
}
END_TEST

START_TEST(an_operation_that_nobody_offers_is_refused_at_once)
{
	given_a_caller();
	world_teach(&w,
	    "name: assembly::loud::1.0\n"
	    "references: {office: {type: 'assembly::office::>=1.0', properties: "
	    "{name: {value: o}}}}\n"
	    "composition: {phone: {type: 'resource::phone::1.0'}}\n"
	    "relationships:\n"
	    "  horn: {source-capabilities: [office], target-requirements: [phone.socket],\n"
	    "    source-state: Active, target-state: Active,\n"
	    "    lifecycle: {Create: [source.hoot]}}\n"
	    "---\n"
	    "name: assembly::office::2.0\n"
	    "composition: {bell: {type: 'resource::bell::1.0'}}\n"
	    "operations: {hoot: {source-operation: bell.ring}}\n");
	ck_assert_str_eq(text_of(world_create(&w, "x", "assembly::loud::1.0")),
	    "invalid: relationship 'horn' calls 'hoot' of reference 'office', but 'o' "
	    "(assembly::office::1.0) offers no such operation");
}
END_TEST

START_TEST(who_should_carry_it_out_must_be_well)
{
	given_an_empty_world();
	create("o", "assembly::office::1.0");
	world_settle(&w);
	create("c", "assembly::caller::1.0");
	world_step(&w);
	world_destroy(&w, "o__room__bell");
	world_settle(&w);
	ck_assert_str_eq(world_outcome(&w, "c"),
	    "Failed: Create c__line__1: the component that should carry it out is Broken");
}
END_TEST

/* Two who call the same bell at once: one after the other, whatever comes in between. */
START_TEST(a_component_does_one_thing_at_a_time_whoever_asks)
{
	for (int turn = 0; turn < 24; turn++)
		for (int after = 0; after < 2; after++) {
			given_an_empty_world();
			create("o", "assembly::office::1.0");
			world_settle(&w);
			create("c1", "assembly::caller::1.0");
			create("c2", "assembly::caller::1.0");
			w.turns_to_crash = turn;
			w.after_commit = after == 1;
			create("c3", "assembly::caller::1.0");
			world_settle(&w);
			ck_assert_ptr_null(w.wrong);
			ck_assert_uint_eq(count(sim_trace(w.sim), "ring o__room__bell"),
			    turn == 0 && after == 0 ? 2 : 3);
			done();
		}
	given_an_empty_world();
}
END_TEST

/* ---- who refers to whom ------------------------------------------------------------------------------ */

START_TEST(what_others_refer_to_is_not_deleted_and_is_told_by_whom)
{
	given_a_caller();
	ck_assert_str_eq(text_of(world_delete(&w, "o")),
	    "conflict: 'o' is referenced by 'c': delete that one first");
	world_crash(&w);
	ck_assert_str_eq(text_of(world_delete(&w, "o")),
	    "conflict: 'o' is referenced by 'c': delete that one first");
	ck_assert_ptr_null(world_delete(&w, "c"));
	world_settle(&w);
	ck_assert_ptr_null(world_delete(&w, "o"));
	world_settle(&w);
	ck_assert_str_eq(world_states(&w, "o"), "");
}
END_TEST

START_TEST(who_is_still_being_created_refers_already)
{
	given_an_empty_world();
	create("o", "assembly::office::1.0");
	world_settle(&w);
	create("c", "assembly::caller::1.0");
	ck_assert_str_eq(text_of(world_delete(&w, "o")),
	    "conflict: 'o' is referenced by 'c': delete that one first");
	world_settle(&w);
	ck_assert_str_eq(world_outcome(&w, "c"), "Completed");
}
END_TEST

/* A rebuilt bell has another address. */
START_TEST(whoever_maps_a_value_that_has_changed_is_upgraded)
{
	given_an_empty_world();
	world_teach(&w, "name: assembly::hall::1.0\n"
			"properties: {at: {read-only: true, value: '${bell.address}'}}\n"
			"composition: {bell: {type: 'resource::bell::1.0'}}\n"
			"---\n"
			"name: assembly::guest::1.0\n"
			"references: {hall: {type: 'assembly::hall::1.0', properties: "
			"{name: {value: h}}}}\n"
			"composition:\n"
			"  phone: {type: 'resource::phone::1.0', properties: "
			"{cable: {value: '${hall.at}'}}}\n");
	create("h", "assembly::hall::1.0");
	world_settle(&w);
	create("g", "assembly::guest::1.0");
	world_settle(&w);
	world_destroy(&w, "h__bell");
	world_settle(&w);
	ck_assert_ptr_null(world_heal(&w, "h", "h__bell"));
	world_settle(&w);
	ck_assert_str_eq(world_outcome(&w, "g"), "Completed");
	ck_assert_uint_eq(count(sim_trace(w.sim), "Install h__bell"), 2);
	ck_assert_uint_eq(count(sim_trace(w.sim), "Install g__phone"), 2);
	ck_assert(shows("g", "-2\"},{\"name\":\"address\""));
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("core/references");
	TCase *outside = tcase_create("outside"), *others = tcase_create("others");
	TCase *const all[] = {outside, others};

	for (size_t i = 0; i < LM_COUNT(all); i++) {
		tcase_add_checked_fixture(all[i], NULL, done);
		tcase_set_timeout(all[i], 60);
		suite_add_tcase(s, all[i]);
	}
	tcase_add_test(outside, what_is_outside_is_found_before_anything_begins);
	tcase_add_test(outside, what_is_found_is_shown_and_its_properties_can_be_mapped);
	tcase_add_test(outside, what_is_found_is_known_after_a_restart);
	tcase_add_test(outside, where_nothing_is_found_nothing_is_made);
	tcase_add_test(outside, two_of_one_name_are_as_bad_as_none);
	tcase_add_test(outside, a_manager_that_dies_while_it_looks_asks_again_and_finds);
	tcase_add_test(outside, what_a_type_keeps_private_is_not_kept);
	tcase_add_test(outside, an_operation_that_the_type_has_not_is_refused_at_once);
	tcase_add_test(others, an_operation_of_another_assembly_ends_at_the_resource_that_has_it);
	tcase_add_test(others, an_operation_that_nobody_offers_is_refused_at_once);
	tcase_add_test(others, who_should_carry_it_out_must_be_well);
	tcase_add_test(others, a_component_does_one_thing_at_a_time_whoever_asks);
	tcase_add_test(others, what_others_refer_to_is_not_deleted_and_is_told_by_whom);
	tcase_add_test(others, who_is_still_being_created_refers_already);
	tcase_add_test(others, whoever_maps_a_value_that_has_changed_is_upgraded);
	return s;
}

int main(void)
{
	SRunner *runner = srunner_create(suite());

	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? 0 : 1;
}
