/* SPDX-License-Identifier: Apache-2.0 */
/* By which names intents find assemblies, clusters and components, and what those who ask call it. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "tests/lib/asked.h"
#include "tests/lib/world.h"

static struct world w;
static char process[LM_ID_SIZE];

static const char text[] =
    "name: resource::leaf::1.0\n"
    "lifecycle: [Install, Start, Stop, Uninstall]\n"
    "---\n"
    "name: assembly::site::1.0\n"
    "composition:\n"
    "  hub: {type: 'resource::leaf::1.0'}\n"
    "  pbx: {type: 'resource::leaf::1.0', cluster: {minimum-nodes: 1, maximum-nodes: 9}}\n"
    "  gw: {type: 'resource::leaf::1.0', cluster: {minimum-nodes: 1, maximum-nodes: 9}}\n"
    "---\n"
    "name: assembly::voice::1.0\n"
    "composition:\n"
    "  site: {type: 'assembly::site::1.0'}\n"
    "  gw: {type: 'resource::leaf::1.0', cluster: {minimum-nodes: 1, maximum-nodes: 9}}\n"
    "---\n"
    "name: assembly::twice::1.0\n"
    "composition:\n"
    "  a: {type: 'assembly::site::1.0'}\n"
    "  b: {type: 'assembly::site::1.0'}\n";

static void given_a_voice(void)
{
	struct lm_err *err;

	world_init(&w, &(struct sim_conf){.seed = 7, .min_ms = 5, .max_ms = 50});
	world_teach(&w, text);
	err = world_create(&w, "voice", "assembly::voice::1.0");
	ck_assert_msg(err == NULL, "%s", err == NULL ? "" : lm_err_text(err));
	world_settle(&w);
}

static void no_more_voice(void)
{
	ck_assert_ptr_null(w.wrong);
	world_fini(&w);
}

/* ---- words of the sentences --------------------------------------------------------------------- */

/* "done", or what is wrong with it. */
static const char *asked_for(struct intent i)
{
	static char said[300];
	struct lm_err *err = world_intent(&w, &i, process);

	snprintf(said, sizeof said, "%s", err == NULL ? "done" : lm_err_text(err));
	lm_err_free(err);
	world_settle(&w);
	return said;
}

static const char *scaled(const char *assembly, const char *cluster)
{
	return asked_for((struct intent){
	    .kind = INTENT_SCALE_OUT, .assembly_name = assembly, .cluster = cluster});
}

static const char *id_of(const char *name)
{
	static char id[LM_ID_SIZE];
	struct lm_buf b;

	lm_buf_init(&b, 1 << 20);
	ck_assert(engine_print_assembly(w.engine, "voice", &b));
	char *at = strstr(b.p, "\"id\":\"");
	for (; at != NULL; at = strstr(at + 1, "\"id\":\"")) {
		const char *called = strstr(at, "\"name\":\"") + 8;

		if (strncmp(called, name, strlen(name)) == 0 && called[strlen(name)] == '"')
			break;
	}
	ck_assert_msg(at != NULL, "nobody is called %s", name);
	snprintf(id, sizeof id, "%.36s", at + 6);
	lm_buf_fini(&b);
	return id;
}

#define ASSERT_HAS(name) \
	ck_assert_msg(   \
	    strstr(world_states(&w, "voice"), (name)) != NULL, "%s", world_states(&w, "voice"))

/* ---- clusters ----------------------------------------------------------------------------------- */

START_TEST(a_cluster_goes_by_its_full_name)
{
	ck_assert_str_eq(scaled("voice", "voice__site__pbx"), "done");
	ASSERT_HAS("site__pbx__2:Active");
}
END_TEST

START_TEST(or_by_the_way_to_it_within_the_assembly)
{
	ck_assert_str_eq(scaled("voice", "site__pbx"), "done");
	ASSERT_HAS("site__pbx__2:Active");
}
END_TEST

START_TEST(or_by_its_own_name_where_that_is_the_only_one)
{
	ck_assert_str_eq(scaled("voice", "pbx"), "done");
	ASSERT_HAS("site__pbx__2:Active");
}
END_TEST

START_TEST(the_assembly_that_is_named_goes_before_those_within)
{
	ck_assert_str_eq(scaled("voice", "gw"), "done");
	ASSERT_HAS(" gw__2:Active");
}
END_TEST

START_TEST(an_assembly_within_may_be_named_in_its_place)
{
	ck_assert_str_eq(scaled("voice__site", "gw"), "done");
	ASSERT_HAS("site__gw__2:Active");
	ck_assert_str_eq(scaled("voice__site", "pbx"), "done");
	ASSERT_HAS("site__pbx__2:Active");
}
END_TEST

START_TEST(a_name_that_several_have_is_refused_and_one_of_them_told)
{
	struct lm_err *err = world_create(&w, "two", "assembly::twice::1.0");

	ck_assert_ptr_null(err);
	world_settle(&w);
	ck_assert_str_eq(scaled("two", "pbx"), "'two' has several clusters 'pbx': say which by its "
					       "full name, like 'two__a__pbx'");
	ck_assert_str_eq(scaled("two", "b__pbx"), "done");
	ck_assert_str_eq(scaled("two", "none"), "'two' has no cluster 'none'");
}
END_TEST

/* ---- components --------------------------------------------------------------------------------- */

static const struct {
	const char *assembly, *name;
} hubs[] = {
    {"voice", "voice__site__hub"},
    {"voice", "site__hub"},
    {"voice__site", "hub"},
    {"voice__site", "voice__site__hub"},
};

START_TEST(a_component_goes_by_its_full_name_or_the_way_to_it)
{
	world_forget_asked(&w);
	ck_assert_str_eq(asked_for((struct intent){.kind = INTENT_HEAL,
			     .assembly_name = hubs[_i].assembly,
			     .component_name = hubs[_i].name}),
	    "done");
	ck_assert_ptr_nonnull(strstr(world_asked(&w, "voice__site__hub"), "Start"));
	ck_assert_str_eq(world_asked(&w, "voice__gw__1"), "");
}
END_TEST

START_TEST(or_by_its_id_or_by_the_key_of_its_metrics_which_is_either)
{
	ck_assert_str_eq(asked_for((struct intent){.kind = INTENT_HEAL,
			     .assembly_id = id_of("voice"),
			     .component_metric_key = "voice__site__hub"}),
	    "done");
	ck_assert_str_eq(asked_for((struct intent){.kind = INTENT_HEAL,
			     .assembly_name = "voice",
			     .component_metric_key = id_of("voice__site__hub")}),
	    "done");
	ck_assert_str_eq(asked_for((struct intent){.kind = INTENT_HEAL,
			     .assembly_name = "voice",
			     .component_id = id_of("voice__site__hub")}),
	    "done");
}
END_TEST

START_TEST(somebody_elses_component_is_nobody_here)
{
	ck_assert_ptr_null(world_create(&w, "other", "assembly::site::1.0"));
	world_settle(&w);
	ck_assert_str_eq(
	    asked_for((struct intent){
		.kind = INTENT_HEAL, .assembly_name = "voice", .component_name = "other__hub"}),
	    "'voice' has no component 'other__hub' ('lm describe voice' shows them): did you mean "
	    "'site__hub'?");
}
END_TEST

/* ---- assemblies --------------------------------------------------------------------------------- */

static struct intent a_state(const char *name, const char *id)
{
	return (struct intent){.kind = INTENT_CHANGE_STATE,
	    .assembly_name = name,
	    .assembly_id = id,
	    .intended_state = "Active"};
}

START_TEST(what_is_not_there_is_said_in_the_words_that_clients_look_for)
{
	ck_assert_str_eq(
	    asked_for(a_state("none", NULL)), "Cannot find assembly instance with name none");
	ck_assert_str_eq(
	    asked_for(a_state(NULL, "17")), "Cannot find assembly instance with id 17");
	ck_assert_str_eq(
	    scaled("voice__hall", "gw"), "Cannot find assembly instance with name voice__hall");
	ck_assert_str_eq(scaled("voice__site__hub", "gw"),
	    "Cannot find assembly instance with name voice__site__hub");
}
END_TEST

START_TEST(name_and_id_together_must_mean_the_same_one)
{
	char said[200];

	ck_assert_str_eq(asked_for(a_state("voice", id_of("voice"))), "done");
	snprintf(said, sizeof said,
	    "the assembly with id %s is 'voice', not 'other': give its id or its name",
	    id_of("voice"));
	ck_assert_str_eq(asked_for(a_state("other", id_of("voice"))), said);
}
END_TEST

START_TEST(only_heals_and_scales_are_about_assemblies_within)
{
	ck_assert_str_eq(asked_for(a_state("voice__site", NULL)),
	    "Cannot find assembly instance with name voice__site");
}
END_TEST

START_TEST(what_comes_near_is_told)
{
	ck_assert_str_eq(asked_for(a_state("vioce", NULL)),
	    "Cannot find assembly instance with name vioce: did you mean 'voice'?");
	ck_assert_str_eq(
	    scaled("voice", "pxb"), "'voice' has no cluster 'pxb': did you mean 'pbx'?");
	ck_assert_str_eq(
	    asked_for((struct intent){
		.kind = INTENT_HEAL, .assembly_name = "voice", .component_name = "site__hup"}),
	    "'voice' has no component 'site__hup' ('lm describe voice' shows them): did you mean "
	    "'site__hub'?");
	ck_assert_str_eq(
	    asked_for((struct intent){
		.kind = INTENT_HEAL, .assembly_name = "voice__site", .component_name = "hup"}),
	    "'voice' has no component 'hup' ('lm describe voice' shows them): did you mean 'hub'?");
	ck_assert_str_eq(asked_for((struct intent){.kind = INTENT_UPGRADE,
			     .assembly_name = "voice",
			     .descriptor = "assembly::vioce::1.0"}),
	    "there is no descriptor 'assembly::vioce::1.0' in the catalog ('lm get descriptors' "
	    "lists "
	    "them): did you mean 'assembly::voice::1.0'?");
}
END_TEST

/* ---- the documents of assemblies within --------------------------------------------------------- */

static char *document_of(const char *name_or_id)
{
	struct lm_buf b;

	lm_buf_init(&b, 1 << 20);
	bool is_there = engine_print_assembly(w.engine, name_or_id, &b);
	char *document = is_there ? lm_buf_detach(&b) : NULL;
	lm_buf_fini(&b);
	return document;
}

START_TEST(an_assembly_within_has_a_document_by_its_name_and_by_its_id)
{
	char *named = document_of("voice__site"), *by_id = document_of(id_of("voice__site"));
	char *whole = document_of("voice");

	ck_assert_ptr_nonnull(named);
	ck_assert_ptr_nonnull(by_id);
	ck_assert_str_eq(named, by_id);
	ck_assert_msg(
	    strstr(whole, named) != NULL, "it is not what stands in the whole: %s", named);
	free(named);
	free(by_id);
	free(whole);
}
END_TEST

START_TEST(what_is_no_assembly_has_none)
{
	ck_assert_ptr_null(document_of("voice__site__hub"));
	ck_assert_ptr_null(document_of(id_of("voice__site__hub")));
	ck_assert_ptr_null(document_of("voice__"));
	ck_assert_ptr_null(document_of("voice__hall"));
	ck_assert_ptr_null(document_of("none__site"));
	ck_assert_ptr_null(document_of("00000000-0000-8000-8000-000000000000"));
}
END_TEST

/* ---- what those who ask call it ------------------------------------------------------------------- */

static void ask(struct intent i)
{
	static uint64_t seed = 1000;
	struct lm_err *err = engine_intent(engine, &i, now_ms, seed++, &turn, process);

	ck_assert_msg(err == NULL, "%s", err == NULL ? "" : lm_err_text(err));
}

static const struct intent traced = {.kind = INTENT_CREATE,
    .assembly_name = "a",
    .descriptor = "assembly::one::1.0",
    .intended_state = "Active",
    .trace = "tx-1"};

static bool is_journalled(enum record_table table, const char *what)
{
	for (size_t i = 0; i < turn.records.n; i++)
		if (turn.records.v[i].table == table && turn.records.v[i].body != NULL &&
		    strstr(turn.records.v[i].body, what) != NULL)
			return true;
	return false;
}

START_TEST(what_who_asked_calls_it_goes_to_the_drivers_and_into_the_records)
{
	ask(traced);
	ck_assert_uint_eq(turn.steps.n, 1);
	ck_assert_str_eq(turn.steps.v[0].trace, "tx-1");
	ck_assert_str_eq(engine_step_trace(engine, turn.steps.v[0].step), "tx-1");
	ck_assert_ptr_null(engine_step_trace(engine, "none/1"));
	ck_assert(is_journalled(RECORD_PROCESS, "\"trace\":\"tx-1\""));
	ck_assert(is_journalled(RECORD_STEP, "\"trace\":\"tx-1\""));
	carry_out();
}
END_TEST

START_TEST(it_outlives_the_manager)
{
	ask(traced);
	carry_out();
	restart_after_ms(10);
	succeed("Install a__part");
	ck_assert_ptr_nonnull(strstr(last_asked()->what, "Start"));
	struct lm_buf b;
	lm_buf_init(&b, 1 << 20);
	ck_assert(engine_print_process(engine, process, NULL, &b));
	ck_assert_msg(strstr(b.p, "\"transactionId\":\"tx-1\"") != NULL, "%s", b.p);
	lm_buf_fini(&b);
}
END_TEST

START_TEST(who_tries_again_gives_it_another)
{
	ask(traced);
	carry_out();
	answer(last_asked()->step, STEP_INTERNAL_ERROR, "no");
	char failed[LM_ID_SIZE];
	snprintf(failed, sizeof failed, "%s", process);
	ask((struct intent){.kind = INTENT_RETRY, .process = failed, .trace = "tx-2"});
	ck_assert_uint_gt(turn.steps.n, 0);
	ck_assert_str_eq(turn.steps.v[0].trace, "tx-2");
	carry_out();
}
END_TEST

int main(void)
{
	Suite *s = suite_create("core/naming");
	TCase *tc = tcase_create("names");

	tcase_add_checked_fixture(tc, given_a_voice, no_more_voice);
	tcase_add_test(tc, a_cluster_goes_by_its_full_name);
	tcase_add_test(tc, or_by_the_way_to_it_within_the_assembly);
	tcase_add_test(tc, or_by_its_own_name_where_that_is_the_only_one);
	tcase_add_test(tc, the_assembly_that_is_named_goes_before_those_within);
	tcase_add_test(tc, an_assembly_within_may_be_named_in_its_place);
	tcase_add_test(tc, a_name_that_several_have_is_refused_and_one_of_them_told);
	tcase_add_loop_test(tc, a_component_goes_by_its_full_name_or_the_way_to_it, 0,
	    (int)(sizeof hubs / sizeof hubs[0]));
	tcase_add_test(tc, or_by_its_id_or_by_the_key_of_its_metrics_which_is_either);
	tcase_add_test(tc, somebody_elses_component_is_nobody_here);
	tcase_add_test(tc, what_is_not_there_is_said_in_the_words_that_clients_look_for);
	tcase_add_test(tc, name_and_id_together_must_mean_the_same_one);
	tcase_add_test(tc, only_heals_and_scales_are_about_assemblies_within);
	tcase_add_test(tc, what_comes_near_is_told);
	tcase_add_test(tc, an_assembly_within_has_a_document_by_its_name_and_by_its_id);
	tcase_add_test(tc, what_is_no_assembly_has_none);
	suite_add_tcase(s, tc);
	tc = tcase_create("traces");
	tcase_add_checked_fixture(tc, given_an_engine, done);
	tcase_add_test(tc, what_who_asked_calls_it_goes_to_the_drivers_and_into_the_records);
	tcase_add_test(tc, it_outlives_the_manager);
	tcase_add_test(tc, who_tries_again_gives_it_another);
	suite_add_tcase(s, tc);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
