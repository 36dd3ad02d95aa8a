/* SPDX-License-Identifier: Apache-2.0 */
/* Whose reports about others are believed. */
#include <check.h>

#include "tests/lib/world.h"

static struct world w;

static const char text[] =
    "name: resource::gate::1.0\n"
    "lifecycle: [Install, Start, Stop, Uninstall]\n"
    "operations: {add: {}, remove: {}}\n"
    "capabilities: {list: {type: line}}\n"
    "---\n"
    "name: resource::box::1.0\n"
    "lifecycle: [Install, Start, Stop, Uninstall]\n"
    "requirements: {line: {type: line}}\n"
    "---\n"
    "name: resource::clerk::1.0\n"
    "lifecycle: [Install, Start, Stop, Uninstall]\n"
    "operations: {note: {}, strike: {}}\n"
    "---\n"
    "name: assembly::server::1.0\n"
    "composition: {box: {type: 'resource::box::1.0'}, disk: {type: 'resource::gate::1.0'}}\n"
    "---\n"
    "name: assembly::site::1.0\n"
    "composition:\n"
    "  gate: {type: 'resource::gate::1.0'}\n"
    "  clerk: {type: 'resource::clerk::1.0'}\n"
    "  other: {type: 'resource::clerk::1.0'}\n"
    "  server: {type: 'assembly::server::1.0', cluster: {initial-quantity: 2, maximum-nodes: 3}}\n"
    "relationships:\n"
    "  listed: {source-capabilities: [gate.list], target-requirements: [server.line],\n"
    "    source-state: Active, target-state: Active,\n"
    "    source-state-modifier: post, target-state-modifier: post,\n"
    "    lifecycle: {Create: [clerk.note], Cease: [source.remove]}}\n";

static void given_a_site(void)
{
	world_init(&w, &(struct sim_conf){.seed = 3, .min_ms = 5, .max_ms = 50});
	world_teach(&w, text);
	struct lm_err *e = world_create(&w, "s", "assembly::site::1.0");
	ck_assert_msg(e == NULL, "%s", e == NULL ? "" : lm_err_text(e));
	e = world_create(&w, "t", "assembly::site::1.0");
	ck_assert_msg(e == NULL, "%s", e == NULL ? "" : lm_err_text(e));
	world_settle(&w);
	ck_assert_str_eq(world_outcome(&w, "s"), "Completed");
}

static void the_world_ends(void)
{
	ck_assert_msg(w.wrong == NULL, "%s", w.wrong);
	world_fini(&w);
}

static const struct {
	const char *writer, *key;
	bool may;
} pairs[] = {
    {"s__gate", "s__gate", true},           /* itself */
    {"s__gate", "s__server__1__box", true}, /* the ends */
    {"s__server__2__box", "s__gate", true},
    {"s__gate", "s__server__2__disk", true}, /* in what is an end as a whole */
    {"s__clerk", "s__gate", true},           /* who carries out an operation */
    {"s__clerk", "s__server__1__box", true},
    {"s__server__1__box", "s__server__2__box", false},
    {"s__server__1__box", "s__server__1__disk", false},
    {"s__other", "s__gate", false},
    {"s__gate", "s__other", false},
    {"s__gate", "t__server__1__box", false}, /* of another assembly */
    {"s__gate", "t__gate", false},
    {"s__gate", "s__server__3__box", false}, /* not there */
    {"s__server__3__box", "s__gate", false},
    {"nobody", "nobody", false},
};

START_TEST(a_component_speaks_for_itself_and_for_whom_it_is_related_with)
{
	ck_assert_msg(engine_may_report(w.engine, pairs[_i].writer, pairs[_i].key) == pairs[_i].may,
	    "%s about %s", pairs[_i].writer, pairs[_i].key);
}
END_TEST

START_TEST(who_comes_later_is_related_as_well)
{
	ck_assert(!engine_may_report(w.engine, "s__gate", "s__server__3__box"));
	struct lm_err *e = world_scale(&w, "s", "server", true);
	ck_assert_msg(e == NULL, "%s", e == NULL ? "" : lm_err_text(e));
	world_settle(&w);
	ck_assert(engine_may_report(w.engine, "s__gate", "s__server__3__box"));
	ck_assert(engine_may_report(w.engine, "s__server__1__box", "s__gate"));
}
END_TEST

int main(void)
{
	Suite *s = suite_create("lm/core/view/kin");
	TCase *tc = tcase_create("who may report about whom");

	tcase_add_checked_fixture(tc, given_a_site, the_world_ends);
	tcase_add_loop_test(tc, a_component_speaks_for_itself_and_for_whom_it_is_related_with, 0,
	    (int)LM_COUNT(pairs));
	tcase_add_test(tc, who_comes_later_is_related_as_well);
	suite_add_tcase(s, tc);
	SRunner *sr = srunner_create(s);
	srunner_run_all(sr, CK_NORMAL);
	int failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed != 0;
}
