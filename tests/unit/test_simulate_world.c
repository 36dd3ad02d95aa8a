/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lm/simulate/simulate.h"
#include "tosca/link/check.h"

/* Monday, 5 January 2026, midnight. */
static const int64_t monday_ms = INT64_C(1767571200000);

static const char service[] =
    "name: resource::net::1.0\n"
    "properties: {networkid: {read-only: true}}\n"
    "lifecycle: [Install, Uninstall]\n"
    "infrastructure: {local: {network: {subnet: 10.0.0.0/24}}}\n"
    "---\n"
    "name: resource::gw::1.0\n"
    "properties: {address: {read-only: true}}\n"
    "lifecycle: [Install, Configure, Start, Integrity, Stop, Uninstall]\n"
    "requirements: {servers: {type: dispatch}}\n"
    "operations:\n"
    "  add: {properties: {ipaddr: {required: true}}}\n"
    "  remove: {properties: {ipaddr: {required: true}}}\n"
    "metrics:\n"
    "  load: {type: 'metric::load', publication-period: 1}\n"
    "  integrity: {type: 'metric::integrity', publication-period: 1}\n"
    "policies:\n"
    "  heal: {type: 'policy::heal', metric: integrity}\n"
    "---\n"
    "name: resource::server::1.0\n"
    "properties: {address: {read-only: true}, gateway: {}, network: {}}\n"
    "lifecycle: [Install, Configure, Start, Integrity, Stop, Uninstall]\n"
    "capabilities: {node: {type: dispatch}}\n"
    "metrics:\n"
    "  integrity: {type: 'metric::integrity', publication-period: 1}\n"
    "policies:\n"
    "  heal: {type: 'policy::heal', metric: integrity}\n"
    "---\n"
    "name: assembly::base::1.0\n"
    "properties:\n"
    "  key: {required: true}\n"
    "  networkid: {read-only: true, value: '${net.networkid}'}\n"
    "composition:\n"
    "  net: {type: 'resource::net::1.0'}\n"
    "---\n"
    "name: assembly::service::1.0\n"
    "properties:\n"
    "  on: {default: ground}\n"
    "  key: {required: true}\n"
    "composition:\n"
    "  gw: {type: 'resource::gw::1.0'}\n"
    "  pool:\n"
    "    type: resource::server::1.0\n"
    "    cluster: {initial-quantity: 1, minimum-nodes: 1, maximum-nodes: 3}\n"
    "    properties:\n"
    "      gateway: {value: '${gw.address}'}\n"
    "      network: {value: '${base.networkid}'}\n"
    "references:\n"
    "  base: {type: 'assembly::base::^1.0', properties: {name: {value: '${on}'}}}\n"
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
    "  grow:\n"
    "    type: policy::scale\n"
    "    metric: gw.load\n"
    "    target: pool\n"
    "    properties: {scaleOut_threshold: 58, scaleIn_threshold: 28, smoothing: 3}\n";

static struct catalog *catalog;
static struct site_times times;
static struct world_service found;
static struct load load;
static struct world_conf conf;
static struct world_sum sum;
static struct world_story *story;

static struct catalog *catalog_of(const char *text)
{
	struct catalog *c = catalog_new();

	catalog_put(c, "service.yml", text, strlen(text));
	catalog_check(c);
	return c;
}

static void must(struct lm_err *e)
{
	ck_assert_msg(e == NULL, "%s", e != NULL ? lm_err_text(e) : "");
}

static void setup(void)
{
	catalog = catalog_of(service);
	site_times_init(&times);
	conf = (struct world_conf){.catalog = catalog,
	    .descriptor = "assembly::service::1.0",
	    .instance = "service",
	    .load = &load,
	    .times = &times,
	    .seed = 1};
	must(world_examine(&conf, NULL, &found, NULL));
	conf.service = &found;
	story = world_story_new();
}

static void teardown(void)
{
	load_fini(&load);
	world_story_free(story);
	catalog_free(catalog);
}

static void offer(const char *profile, int64_t length_s)
{
	must(
	    load_of_profile(profile, &(struct load_conf){monday_ms, 1000, length_s * 1000}, &load));
}

static void run(const char *profile, int64_t length_s)
{
	offer(profile, length_s);
	must(world_run(&conf, 0, &sum, story));
}

static const struct world_act *act(size_t i)
{
	ck_assert_msg(i < story->acts.n, "only %zu acts", story->acts.n);
	return &story->acts.v[i];
}

/* ---- the service ------------------------------------------------------------------------------------ */

START_TEST(the_policy_of_a_service_is_found)
{
	ck_assert_str_eq(found.policy, "grow");
	ck_assert_str_eq(found.owner, "assembly::service::1.0");
	ck_assert_str_eq(found.metric, "load");
	ck_assert_str_eq(found.cluster, "service__pool");
	ck_assert(found.period_s == 1);
}
END_TEST

/* The service's own key, and its base's: nothing real is made of them. */
START_TEST(what_must_be_given_need_not_be)
{
	run("constant:53", 10);
	ck_assert_uint_eq(sum.peak, 1);
}
END_TEST

START_TEST(a_policy_that_is_not_there_is_not_found)
{
	struct world_service other;
	struct lm_err *e = world_examine(&conf, "shrink", &other, NULL);

	ck_assert_str_eq(lm_err_text(e),
	    "'assembly::service::1.0' has no scale policy 'shrink': it has service__grow");
	lm_err_free(e);
	must(world_examine(&conf, "service__grow", &other, NULL));
}
END_TEST

START_TEST(a_service_without_a_policy_has_nothing_to_try)
{
	struct world_service other;

	conf.descriptor = "assembly::base::1.0";
	struct lm_err *e = world_examine(&conf, NULL, &other, NULL);
	ck_assert_str_eq(
	    lm_err_text(e), "'assembly::base::1.0' has no scale policy: there is nothing to try");
	lm_err_free(e);
}
END_TEST

/* ---- known load, known decisions ------------------------------------------------------------------------ */

START_TEST(nothing_happens_between_the_thresholds)
{
	run("constant:53", 100);
	ck_assert_uint_eq(story->acts.n, 0);
	ck_assert_int_eq(sum.over_ms, 0);
	ck_assert_int_eq(sum.server_ms, 100000);
	ck_assert_uint_eq(sum.peak, 1);
}
END_TEST

/*
 * 106 from second 10 to 19: the third sample above 58 comes at 12 s; the second server is there after
 * Install, Configure, Start, Integrity and add: 55 + 12 + 60 + 18 + 15 ms.  53 from second 20 on are
 * 26.5 each, below 28: at 22 s the second server leaves the list at once (15 ms), and is gone after
 * Stop and Uninstall: 5000 + 65 ms.
 */
START_TEST(a_step_of_load_is_followed_out_and_in)
{
	run("step:from=53,to=106,at=10,until=20", 60);
	ck_assert_uint_eq(story->acts.n, 2);
	ck_assert_int_eq(act(0)->kind, WORLD_SCALE_OUT);
	ck_assert_int_eq(act(0)->at_ms, 12000);
	ck_assert_uint_eq(act(0)->from, 1);
	ck_assert_uint_eq(act(0)->to, 2);
	ck_assert_int_eq(act(0)->took_ms, 160);
	ck_assert_ptr_nonnull(strstr(act(0)->reason, "106"));
	ck_assert_int_eq(act(1)->kind, WORLD_SCALE_IN);
	ck_assert_int_eq(act(1)->at_ms, 22000);
	ck_assert_uint_eq(act(1)->from, 2);
	ck_assert_uint_eq(act(1)->to, 1);
	ck_assert_uint_eq(sum.outs, 1);
	ck_assert_uint_eq(sum.ins, 1);
	ck_assert_uint_eq(sum.turns, 1);
	ck_assert_uint_eq(sum.peak, 2);
	ck_assert_int_eq(sum.over_ms, 3000); /* 10, 11 and 12 s: 106 on one server */
	ck_assert(fabs(sum.unserved - 3 * 6 * 1000.0) < 0.1);
	ck_assert(fabs(sum.offered - (50 * 53 + 10 * 106) * 1000.0) < 0.1);
	ck_assert_int_eq(sum.server_ms, 60000 + 10000 + 15 + 5000 + 65);
}
END_TEST

START_TEST(the_pool_is_told_at_each_change)
{
	run("step:from=53,to=106,at=10,until=20", 60);
	static const struct world_step expected[] = {
	    {0, 1, 1}, {12000, 1, 2}, {12160, 2, 2}, {22000, 1, 2}, {27080, 1, 1}};
	ck_assert_uint_eq(story->steps.n, LM_COUNT(expected));
	for (size_t i = 0; i < LM_COUNT(expected); i++) {
		ck_assert_int_eq(story->steps.v[i].at_ms, expected[i].at_ms);
		ck_assert_uint_eq(story->steps.v[i].serving, expected[i].serving);
		ck_assert_uint_eq(story->steps.v[i].existing, expected[i].existing);
	}
}
END_TEST

START_TEST(more_than_the_largest_pool_carries_is_over_capacity)
{
	run("constant:500", 100);
	ck_assert_uint_eq(sum.peak, 3);
	ck_assert_uint_eq(sum.outs, 2);
	ck_assert_int_eq(sum.over_ms, 100000);
	ck_assert_int_eq(act(0)->at_ms, 2000);
	ck_assert_int_eq(act(1)->at_ms, 5000);
}
END_TEST

START_TEST(what_the_servers_just_carry_is_not_over_capacity)
{
	run("constant:100", 10);
	ck_assert_int_eq(sum.over_ms, 0);
	ck_assert_int_eq(act(0)->at_ms, 2000);
}
END_TEST

START_TEST(turns_are_scalings_the_other_way)
{
	run("constant:53+spike:load=53,at=10,rise=0,hold=10,fall=0"
	    "+spike:load=53,at=40,rise=0,hold=10,fall=0",
	    80);
	ck_assert_uint_eq(sum.outs, 2);
	ck_assert_uint_eq(sum.ins, 2);
	ck_assert_uint_eq(sum.turns, 3);
}
END_TEST

START_TEST(a_server_that_takes_longer_to_start_is_missed_for_longer)
{
	must(site_times_set(&times, "Start=30"));
	run("step:from=53,to=106,at=10", 60);
	ck_assert_int_eq(act(0)->took_ms, 30100);
	/* 10 to 42.1 s: samples 10 ... 42 */
	ck_assert_int_eq(sum.over_ms, 33000);
}
END_TEST

START_TEST(a_service_that_never_comes_up_says_why)
{
	must(site_times_set(&times, "Start=1h"));
	offer("constant", 60);
	struct lm_err *e = world_run(&conf, 0, &sum, NULL);
	ck_assert_ptr_nonnull(e);
	ck_assert_msg(
	    strstr(lm_err_text(e), "does not come up in the simulation: Start service__") != NULL,
	    "%s", lm_err_text(e));
	ck_assert_msg(strstr(lm_err_text(e), "900 s") != NULL, "%s", lm_err_text(e));
	ck_assert_msg(strstr(lm_err_text(e), "does not answer") == NULL, "%s", lm_err_text(e));
	lm_err_free(e);
}
END_TEST

/* ---- times ------------------------------------------------------------------------------------------------- */

static const struct {
	const char *text, *why; /* NULL: it is taken */
} steps[] = {
    {"Start=25", NULL},
    {"Stop=2min", NULL},
    {"addToDispatchList=1.5", NULL},
    {"Strat=25", "--takes: there is no step 'Strat'; did you mean 'Start'?"},
    {"Start", "--takes needs a step and its time, like Start=25 or Stop=2min, not 'Start'"},
    {"=3", "--takes needs a step and its time, like Start=25 or Stop=2min, not '=3'"},
    {"Start=soon",
	"--takes needs a step and its time, like Start=25 or Stop=2min, not 'Start=soon'"},
};

START_TEST(how_long_a_step_takes_can_be_said)
{
	struct lm_err *e = site_times_set(&times, steps[_i].text);

	if (steps[_i].why == NULL)
		must(e);
	else
		ck_assert_str_eq(lm_err_text(e), steps[_i].why);
	lm_err_free(e);
}
END_TEST

START_TEST(operations_share_a_time_unless_one_has_its_own)
{
	must(site_times_set(&times, "add=2"));
	ck_assert_int_eq(site_time_of(&times, "add", true), 2000);
	ck_assert_int_eq(site_time_of(&times, "remove", true), 15);
	ck_assert_int_eq(site_time_of(&times, "Create", false), 0);
}
END_TEST

/* ---- deaths ------------------------------------------------------------------------------------------------ */

START_TEST(a_server_that_dies_is_healed)
{
	static const int64_t at[] = {20000};

	conf.kills_ms = at;
	conf.n_kills = 1;
	run("constant:40", 60);
	ck_assert_uint_eq(sum.kills, 1);
	ck_assert_uint_eq(sum.heals, 1);
	ck_assert_int_eq(act(0)->kind, WORLD_KILL);
	ck_assert_int_eq(act(0)->at_ms, 20000);
	ck_assert_uint_eq(act(0)->from, 1);
	ck_assert_uint_eq(act(0)->to, 0);
	ck_assert_int_eq(act(1)->kind, WORLD_HEAL);
	ck_assert_int_eq(act(1)->at_ms, 20004);
	ck_assert(act(1)->took_ms > 0 && act(1)->took_ms < 500);
	ck_assert_uint_eq(story->steps.v[story->steps.n - 1].serving, 1);
}
END_TEST

START_TEST(silence_of_healthy_servers_is_no_reason_to_heal)
{
	run("constant:40", 3600);
	ck_assert_uint_eq(sum.heals, 0);
}
END_TEST

/* ---- spares ------------------------------------------------------------------------------------------------ */

/* Its cluster has a spare: it serves after 'add', 15 ms, and only then another one is made. */
START_TEST(a_spare_serves_as_soon_as_it_is_in_the_list)
{
	static const char limits[] = "maximum-nodes: 3}";
	struct lm_buf text;
	const char *at = strstr(service, limits);

	lm_buf_init(&text, 65536);
	lm_buf_add(&text, service, (size_t)(at - service));
	lm_buf_puts(&text, "maximum-nodes: 3, spares: 1}");
	lm_buf_puts(&text, at + strlen(limits));
	struct catalog *with_spare = catalog_of(text.p);
	lm_buf_fini(&text);
	conf.catalog = with_spare;
	must(site_times_set(&times, "Start=5"));
	run("step:from=53,to=106,at=10", 60);
	ck_assert_int_eq(act(0)->took_ms, 15);
	ck_assert_int_eq(sum.over_ms, 3000);
	ck_assert_uint_eq(sum.peak, 2);
	ck_assert_int_eq(sum.server_ms, 2 * 60000 + (48000 - 15));
	catalog_free(with_spare);
}
END_TEST

/* ---- many ---------------------------------------------------------------------------------------------------- */

static void simulate(struct simulation *s, size_t threads)
{
	*s = (struct simulation){.conf = conf,
	    .variants = {{.name = "as written", .catalog = catalog, .service = found},
		{.name = "again", .catalog = catalog, .service = found}},
	    .n_variants = 2,
	    .clusters = 13,
	    .threads = threads};
	must(simulation_run(s));
}

START_TEST(the_same_seed_gives_the_same_on_however_many_threads)
{
	struct simulation one, many;

	offer("day:low=20,peak=280+noise:20,every=40+vary:30", 86400 / 8);
	for (size_t i = 0; i < load.n; i++) /* a day in three hours */
		load.v[i] *= 6;
	simulate(&one, 1);
	simulate(&many, 4);
	ck_assert_mem_eq(
	    &one.variants[0].sum.all, &many.variants[0].sum.all, sizeof(struct world_sum));
	ck_assert_mem_eq(
	    &one.variants[0].sum.all, &one.variants[1].sum.all, sizeof(struct world_sum));
	ck_assert_uint_eq(one.shown, many.shown);
	ck_assert(one.variants[0].sum.all.outs > 13);
	ck_assert_uint_eq(one.variants[0].story->acts.n, many.variants[0].story->acts.n);
	for (size_t i = 0; i < one.variants[0].story->acts.n; i++)
		ck_assert_mem_eq(&one.variants[0].story->acts.v[i],
		    &many.variants[0].story->acts.v[i], sizeof(struct world_act));
	simulation_fini(&one);
	simulation_fini(&many);
}
END_TEST

START_TEST(another_seed_gives_something_else)
{
	struct world_sum other;

	run("constant:150+noise:40", 2000);
	conf.seed = 2;
	must(world_run(&conf, 0, &other, NULL));
	ck_assert(other.unserved != sum.unserved);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("simulate/world");
	TCase *tc = tcase_create("worlds");

	tcase_set_timeout(tc, 120);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, the_policy_of_a_service_is_found);
	tcase_add_test(tc, what_must_be_given_need_not_be);
	tcase_add_test(tc, a_policy_that_is_not_there_is_not_found);
	tcase_add_test(tc, a_service_without_a_policy_has_nothing_to_try);
	tcase_add_test(tc, nothing_happens_between_the_thresholds);
	tcase_add_test(tc, a_step_of_load_is_followed_out_and_in);
	tcase_add_test(tc, the_pool_is_told_at_each_change);
	tcase_add_test(tc, more_than_the_largest_pool_carries_is_over_capacity);
	tcase_add_test(tc, what_the_servers_just_carry_is_not_over_capacity);
	tcase_add_test(tc, turns_are_scalings_the_other_way);
	tcase_add_test(tc, a_server_that_takes_longer_to_start_is_missed_for_longer);
	tcase_add_test(tc, a_service_that_never_comes_up_says_why);
	tcase_add_loop_test(tc, how_long_a_step_takes_can_be_said, 0, LM_COUNT(steps));
	tcase_add_test(tc, operations_share_a_time_unless_one_has_its_own);
	tcase_add_test(tc, a_server_that_dies_is_healed);
	tcase_add_test(tc, silence_of_healthy_servers_is_no_reason_to_heal);
	tcase_add_test(tc, a_spare_serves_as_soon_as_it_is_in_the_list);
	tcase_add_test(tc, the_same_seed_gives_the_same_on_however_many_threads);
	tcase_add_test(tc, another_seed_gives_something_else);
	suite_add_tcase(s, tc);
	SRunner *sr = srunner_create(s);
	srunner_run_all(sr, CK_NORMAL);
	int failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed != 0;
}
