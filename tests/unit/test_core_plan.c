/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <string.h>

#include "lm/core/plan.h"
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
	struct lm_err *err = engine_plan(w.engine, i, PLAN_AS_TEXT, &text);

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

/* Existing clients do, so it is no mistake; but a name may be mistyped. */
START_TEST(what_is_given_and_not_declared_is_said_behind_the_plan)
{
	struct lm_kv given[] = {{"calls", "3"}, {"cals", "2"}, {"deploymentLocation", "here"}};
	struct intent i = create;
	struct lm_buf json;

	world_teach(&w, "name: assembly::asked::1.0\n"
			"properties: {calls: {default: 1}}\n"
			"composition: {net: {type: 'resource::net::1.0'}}\n");
	i.descriptor = "assembly::asked::1.0";
	i.properties = (struct lm_kvs){given, LM_COUNT(given)};
	ck_assert_str_eq(strstr(plan(&i), "warning"),
	    "warning: 'cals' is no property of assembly::asked::1.0, so nothing uses it: did you "
	    "mean 'calls'?\n");
	lm_buf_init(&json, 1 << 20);
	ck_assert_ptr_null(engine_plan(w.engine, &i, PLAN_AS_JSON, &json));
	ck_assert_ptr_nonnull(strstr(json.p, "\"warnings\":[\"'cals' is no property"));
	lm_buf_fini(&json);
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

/* Source s and target t: what comes before what, for the four combinations of modifiers. */
static const struct {
	const char *source, *target;
	struct {
		const char *first, *then;
	} order[4];
} modifiers[] = {
    {"post", "pre",
	{{"Integrity m__s", "Create    m__r__1"}, {"Create    m__r__1", "Configure m__t"}}},
    {"post", "post",
	{{"Integrity m__s", "Create    m__r__1"}, {"Configure m__t", "Create    m__r__1"}}},
    {"pre", "pre",
	{{"Create    m__r__1", "Start     m__s"}, {"Create    m__r__1", "Configure m__t"},
	    {"Configure m__s", "Create    m__r__1"}, {"Install   m__t", "Create    m__r__1"}}},
    {"pre", "post",
	{{"Create    m__r__1", "Start     m__s"}, {"Configure m__t", "Create    m__r__1"}}},
};

static const char *plan_related(const char *source, const char *target, const char *state)
{
	char descriptor[1000];

	snprintf(descriptor, sizeof descriptor,
	    "name: assembly::m::1.0\n"
	    "composition:\n"
	    "  s: {type: 'resource::server::1.0'}\n"
	    "  t: {type: 'resource::gw::1.0'}\n"
	    "relationships:\n"
	    "  r:\n"
	    "    source-capabilities: [s.node]\n"
	    "    target-requirements: [t.servers]\n"
	    "    source-state: Active\n"
	    "    target-state: Inactive\n"
	    "    source-state-modifier: %s\n"
	    "    target-state-modifier: %s\n"
	    "    properties: {ipaddr: {value: '${source.address}'}}\n"
	    "    lifecycle: {Create: [target.add], Cease: [target.remove]}\n",
	    source, target);
	world_teach(&w, descriptor);
	return plan(&(struct intent){
	    .kind = INTENT_CREATE,
	    .assembly_name = "m",
	    .descriptor = "assembly::m::1.0",
	    .intended_state = state,
	});
}

START_TEST(a_relationship_comes_before_or_after_as_its_modifiers_say)
{
	const char *p = plan_related(modifiers[_i].source, modifiers[_i].target, "Active");

	for (size_t k = 0; k < 4 && modifiers[_i].order[k].first != NULL; k++)
		before(p, modifiers[_i].order[k].first, modifiers[_i].order[k].then);
}
END_TEST

START_TEST(a_source_is_raised_above_the_assembly_when_the_target_gets_there)
{
	const char *p = plan_related("post", "pre", "Inactive");

	before(p, "Integrity m__s", "Create    m__r__1");
	before(p, "Create    m__r__1", "Configure m__t");
	ck_assert_ptr_nonnull(
	    strstr(line_of(p, "Start     m__s"), "m__r__1 needs it to be Active"));
	ck_assert_str_eq(line_of(p, "Start     m__t"), "");
}
END_TEST

START_TEST(a_source_is_not_raised_for_a_target_that_does_not_get_there)
{
	const char *p = plan_related("post", "pre", "Installed");

	ck_assert_str_eq(line_of(p, "Configure m__s"), "");
	ck_assert_str_eq(line_of(p, "Create    m__r__1"), "");
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

/* ---- what the engine asks, put together by hand -------------------------------------------------- */

static const char built_text[] = "name: resource::box::1.0\n"
				 "properties:\n"
				 "  network: {}\n"
				 "  port: {default: '${network}-1'}\n"
				 "lifecycle: [Install, Start, Reconfigure, Stop, Uninstall]\n"
				 "infrastructure:\n"
				 "  local:\n"
				 "    container: {networks: {mgmt: {network: '${port}'}}}\n"
				 "---\n"
				 "name: resource::reader::1.0\n"
				 "properties:\n"
				 "  network: {}\n"
				 "lifecycle: [Install, Start, Stop, Uninstall]\n"
				 "---\n"
				 "name: assembly::inner::1.0\n"
				 "properties:\n"
				 "  network: {}\n"
				 "composition:\n"
				 "  box:\n"
				 "    type: resource::box::1.0\n"
				 "    properties: {network: {value: '${network}'}}\n"
				 "---\n"
				 "name: assembly::built::1.0\n"
				 "composition:\n"
				 "  net: {type: 'resource::net::1.0'}\n"
				 "  inner:\n"
				 "    type: assembly::inner::1.0\n"
				 "    properties: {network: {value: '${net.id}'}}\n"
				 "  reader:\n"
				 "    type: resource::reader::1.0\n"
				 "    properties: {network: {value: '${net.id}'}}\n";

static struct graph *tree;
static struct plan_thing things[10];
static struct plan_request rq;

static struct plan_thing *thing_of(const char *name)
{
	for (size_t i = 0; i < rq.n_things; i++)
		if (strcmp(tree->nodes[things[i].node].name, name) == 0)
			return &things[i];
	ck_abort_msg("no thing '%s'", name);
}

/* Everything in it is Active. */
static void given_tree(const char *descriptor, const char *name)
{
	LM_AUTO(diags) diags = diags_new(10);

	tree = graph_build(
	    w.catalog, &(struct graph_request){.descriptor = descriptor, .instance = name}, diags);
	ck_assert_ptr_nonnull(tree);
	memset(things, 0, sizeof things);
	rq = (struct plan_request){.want = tree, .target = COMPONENT_ACTIVE, .things = things};
	for (size_t i = 0; i < tree->n_nodes; i++)
		if (tree->nodes[i].resource != NULL)
			things[rq.n_things++] = (struct plan_thing){.graph = tree,
			    .node = (int)i,
			    .wanted = (int)i,
			    .state = COMPONENT_ACTIVE};
}

static void given_one_that_is_active(void)
{
	given_an_empty_world();
	world_teach(&w, built_text);
	given_tree("assembly::built::1.0", "b");
}

static void done_with_it(void)
{
	graph_free(tree);
	done();
}

static const char *built(void)
{
	LM_AUTO(lm_arena) arena = lm_arena_new();
	const char *circle = NULL;
	struct plan *p = plan_build(&rq, arena, &circle);

	ck_assert_msg(p != NULL, "circle: %s", circle);
	plan_print(p, &text);
	return text.p;
}

START_TEST(whoever_is_built_on_what_is_renewed_is_renewed_around_it)
{
	thing_of("b__net")->change = PLAN_RENEW;
	thing_of("b__net")->why = "its subnet differs";
	const char *p = built();

	ck_assert_ptr_nonnull(strstr(line_of(p, "Uninstall b__net"), "its subnet differs"));
	ck_assert_ptr_nonnull(strstr(
	    line_of(p, "Stop      b__inner__box"), "b__net, which it is built on, is made anew"));
	before(p, "Delete    b__inner__box", "Uninstall b__net");
	before(p, "Install   b__net", "Create    b__inner__box");
}
END_TEST

START_TEST(whoever_only_reads_what_is_renewed_is_left_alone)
{
	thing_of("b__net")->change = PLAN_RENEW;
	ck_assert_ptr_null(strstr(built(), "b__reader"));
}
END_TEST

START_TEST(new_values_are_one_step_where_that_is_declared)
{
	thing_of("b__inner__box")->change = PLAN_RECONFIGURE;
	thing_of("b__inner__box")->why = "codec differs";
	thing_of("b__reader")->change = PLAN_RECONFIGURE;
	ck_assert_str_eq(built(), "  1 Reconfigure b__inner__box  codec differs\n");
}
END_TEST

START_TEST(what_is_out_of_scope_stays_unless_somebody_cannot_do_without)
{
	for (size_t i = 0; i < rq.n_things; i++)
		things[i].fixed = true;
	thing_of("b__reader")->fixed = false;
	thing_of("b__reader")->state = COMPONENT_INSTALLED;
	thing_of("b__inner__box")->state = COMPONENT_INACTIVE;
	thing_of("b__net")->state = COMPONENT_CREATED;
	const char *p = built();

	before(p, "Install   b__net", "Configure b__reader");
	ck_assert_str_eq(line_of(p, "Start     b__inner__box"), "");
}
END_TEST

START_TEST(a_provider_whose_values_come_late_is_raised_for_its_readers)
{
	enum transition late[10] = {0};

	rq.n_things = 0;
	rq.target = COMPONENT_INSTALLED;
	rq.late = late;
	late[graph_find_node(tree, "b__net")] = TRANSITION_START;
	const char *p = built();

	before(p, "Start     b__net", "Create    b__reader");
	ck_assert_str_eq(line_of(p, "Configure b__reader"), "");
}
END_TEST

START_TEST(what_runs_already_is_only_checked)
{
	thing_of("b__reader")->state = COMPONENT_INACTIVE;
	thing_of("b__reader")->started = true;
	ck_assert_str_eq(built(), "  1 Integrity b__reader (no call)  to be Active\n");
}
END_TEST

START_TEST(references_are_found_before_anything_begins)
{
	world_teach(&w,
	    "name: assembly::plugged::1.0\n"
	    "references:\n"
	    "  lan:\n"
	    "    type: resource::net::1.0\n"
	    "    properties: {name: {value: lan-1}, deploymentLocation: {value: here}}\n"
	    "  other:\n"
	    "    type: resource::net::1.0\n"
	    "    properties: {name: {value: lan-2}, deploymentLocation: {value: here}}\n"
	    "composition:\n"
	    "  gw:\n"
	    "    type: resource::gw::1.0\n"
	    "    properties: {network: {value: '${lan.id}'}}\n"
	    "  pool: {type: 'resource::server::1.0'}\n");
	graph_free(tree);
	given_tree("assembly::plugged::1.0", "p");
	rq.n_things = 0;
	const char *p = built();

	before(p, "Find      p__lan", "Create    p__gw");
	before(p, "Find      p__other", "Create    p__gw");
	ck_assert_ptr_nonnull(
	    strstr(line_of(p, "Create    p__gw"), "\"all that is outside is found\""));
}
END_TEST

START_TEST(a_picture_has_every_step_and_every_edge)
{
	LM_AUTO(lm_arena) arena = lm_arena_new();
	const char *circle = NULL;

	thing_of("b__reader")->state = COMPONENT_INSTALLED;
	plan_print_dot(plan_build(&rq, arena, &circle), &text);
	ck_assert_ptr_nonnull(strstr(text.p, "label=\"1 Configure\\nb__reader\""));
	ck_assert_ptr_nonnull(strstr(text.p, "s0 -> s1;"));
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
	tcase_add_test(empty, what_is_given_and_not_declared_is_said_behind_the_plan);
	tcase_add_test(empty, a_pre_relationship_comes_before_its_target_enters_the_state);
	tcase_add_loop_test(empty, a_relationship_comes_before_or_after_as_its_modifiers_say, 0,
	    (int)LM_COUNT(modifiers));
	tcase_add_test(empty, a_source_is_raised_above_the_assembly_when_the_target_gets_there);
	tcase_add_test(empty, a_source_is_not_raised_for_a_target_that_does_not_get_there);
	tcase_add_test(two, scaling_out_touches_the_new_member_only);
	tcase_add_test(two, scaling_in_ceases_the_relationship_before_the_member_stops);
	tcase_add_test(two, a_heal_drains_first_then_restarts_then_registers_again);
	tcase_add_test(two, healing_the_gateway_registers_every_server_again);
	tcase_add_test(two, deletion_goes_the_other_way_round);
	tcase_add_test(two, a_plan_to_where_we_are_is_empty);
	TCase *active = tcase_create("with a service put together by hand");
	tcase_add_checked_fixture(active, given_one_that_is_active, done_with_it);
	tcase_add_test(active, whoever_is_built_on_what_is_renewed_is_renewed_around_it);
	tcase_add_test(active, whoever_only_reads_what_is_renewed_is_left_alone);
	tcase_add_test(active, new_values_are_one_step_where_that_is_declared);
	tcase_add_test(active, what_is_out_of_scope_stays_unless_somebody_cannot_do_without);
	tcase_add_test(active, a_provider_whose_values_come_late_is_raised_for_its_readers);
	tcase_add_test(active, what_runs_already_is_only_checked);
	tcase_add_test(active, references_are_found_before_anything_begins);
	tcase_add_test(active, a_picture_has_every_step_and_every_edge);
	suite_add_tcase(s, active);
	suite_add_tcase(s, empty);
	suite_add_tcase(s, two);
	SRunner *sr = srunner_create(s);
	srunner_run_all(sr, CK_NORMAL);
	int failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed != 0;
}
