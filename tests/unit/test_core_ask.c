/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <string.h>

#include "tests/lib/asked.h"

/* What a request tells to drivers of others, and what of their answers is kept for the next one. */

static void create_foreign(void)
{
	create_at("f", "assembly::foreign::1.0", NULL);
}

static struct asked *asked_for(const char *what)
{
	for (size_t i = asked.n; i-- > 0;)
		if (strcmp(asked.v[i].what, what) == 0)
			return &asked.v[i];
	ck_abort_msg("nobody was asked: %s, but %s; %s", what, asked_from(0), reason());
	return NULL;
}

static void answer_with(const char *what, enum step_failure failure, const struct lm_kvs *outputs,
    struct lm_kvs topology)
{
	engine_result(engine,
	    &(struct step_result){
		.step = asked_for(what)->step,
		.failure = failure,
		.message = failure == STEP_NONE ? NULL : "no",
		.outputs = outputs == NULL ? (struct lm_kvs){0} : *outputs,
		.topology = topology,
	    },
	    now_ms, &turn);
	carry_out();
}

static void assert_told(const char *what, const char *expected)
{
	const char *told = asked_for(what)->told;

	ck_assert_msg(strstr(told, expected) != NULL, "%s was told '%s'", what, told);
}

static void assert_not_told(const char *what, const char *word)
{
	const char *told = asked_for(what)->told;

	ck_assert_msg(strstr(told, word) == NULL, "%s was told '%s'", what, told);
}

static void assert_shown(const char *word, bool is_shown)
{
	struct lm_buf b;

	lm_buf_init(&b, 1 << 20);
	ck_assert(engine_print_assembly(engine, "f", &b));
	ck_assert_msg((strstr(b.p, word) != NULL) == is_shown, "%s in %s", word, b.p);
	lm_buf_fini(&b);
}

#define KVS(...)                                        \
	((struct lm_kvs){(struct lm_kv[]){__VA_ARGS__}, \
	    sizeof((struct lm_kv[]){__VA_ARGS__}) / sizeof(struct lm_kv)})

START_TEST(a_request_names_the_drivers_of_its_transition_with_their_values)
{
	create_foreign();
	assert_told(
	    "Install f__x", "drivers openstack:Openstack with flavor=m3 or ansible:*; own size=3");
	assert_told("Install f__y", "with flavor=m2 or");
	answer_with("Install f__x", STEP_NONE, NULL, (struct lm_kvs){0});
	succeed("Install f__y");
	assert_told("Start f__x", "drivers or ansible:*; own");
}
END_TEST

START_TEST(an_operation_has_drivers_of_its_own_and_its_properties_stand_apart)
{
	static const char *const first[] = {"Install f__x", "Install f__y", "Start f__x"};

	create_foreign();
	for (size_t i = 0; i < LM_COUNT(first); i++)
		answer_with(first[i], STEP_NONE, NULL, (struct lm_kvs){0});
	assert_told("join f__y", "drivers ssh or ansible:*; own size=2");
	assert_told("join f__y", "; given note=hello who=2");
}
END_TEST

START_TEST(properties_that_are_no_plain_text_say_so)
{
	create_foreign();
	assert_told("Install f__x", "; types mine=key");
}
END_TEST

START_TEST(a_find_names_the_drivers_of_queries)
{
	create_at("s", "assembly::seeker::1.0", NULL);
	assert_told("Find b", "drivers finder or ansible:*");
}
END_TEST

START_TEST(outputs_replace_values_or_are_kept_for_the_driver)
{
	create_foreign();
	answer_with("Install f__x", STEP_NONE,
	    &KVS({"size", "9"}, {"address", "10.0.0.1"}, {"ticket", "t1"}), (struct lm_kvs){0});
	succeed("Install f__y");
	assert_told("Start f__x", "own size=9");
	assert_told("Start f__x", "address=10.0.0.1");
	assert_told("Start f__x", "; kept ticket=t1");
	assert_shown("10.0.0.1", true);
	assert_shown("ticket", false);
}
END_TEST

START_TEST(the_topology_goes_into_every_later_request_until_it_is_forgotten)
{
	create_foreign();
	answer_with("Install f__x", STEP_NONE, NULL,
	    KVS({"vm", "{\"id\":\"1\"}"}, {"net", "{\"id\":\"2\"}"}));
	succeed("Install f__y");
	assert_told("Start f__x", "; topology vm={\"id\":\"1\"} net={\"id\":\"2\"}");
	assert_not_told("Install f__y", "topology");
	restart_after_ms(1000);
	assert_told("Start f__x", "; topology vm={\"id\":\"1\"} net={\"id\":\"2\"}");
	answer_with("Start f__x", STEP_NONE, NULL, KVS({"net", NULL}, {"vm", "{\"id\":\"3\"}"}));
	assert_not_told("join f__y", "topology");
	succeed("join f__y");
	succeed("Start f__y");
	remove_assembly("f");
	succeed("leave f__y");
	assert_told("Uninstall f__x", "; topology vm={\"id\":\"3\"}");
	assert_not_told("Uninstall f__x", "net=");
}
END_TEST

START_TEST(the_topology_of_a_failed_step_is_kept_for_who_removes_it)
{
	create_foreign();
	answer_with("Install f__x", STEP_INFRASTRUCTURE_ERROR, &KVS({"ticket", "t1"}),
	    KVS({"vm", "{\"id\":\"1\"}"}));
	succeed("Install f__y");
	remove_assembly("f");
	assert_told("Uninstall f__x", "; topology vm={\"id\":\"1\"}");
	assert_not_told("Uninstall f__x", "ticket");
}
END_TEST

START_TEST(the_topology_is_no_property)
{
	create_foreign();
	answer_with("Install f__x", STEP_NONE, NULL, KVS({"vm", "{\"id\":\"1\"}"}));
	assert_shown("\"vm\"", false);
}
END_TEST

START_TEST(a_topology_that_cannot_be_taken_fails_its_step)
{
	create_foreign();
	answer_with("Install f__x", STEP_NONE, NULL, KVS({"\xff", "{}"}));
	succeed("Install f__y");
	ck_assert_str_eq(reason(),
	    "Install f__x: the driver answered with an element of its topology with a name that is "
	    "not UTF-8");
}
END_TEST

static void answer_unasked(const char *what)
{
	engine_result(engine,
	    &(struct step_result){
		.step = asked_for(what)->step,
		.failure = STEP_RESOURCE_NOT_FOUND,
		.is_unasked = true,
		.message = "nobody is there",
	    },
	    now_ms, &turn);
	carry_out();
}

START_TEST(an_install_that_nobody_was_asked_for_leaves_nothing_to_take_back)
{
	create("a");
	answer_unasked("Install a__part");
	ck_assert_str_eq(reason(), "Install a__part: nobody is there");
	remove_assembly("a");
	ck_assert_str_eq(asked_from(0), "Install a__part");
	ck_assert(engine_is_idle(engine));
}
END_TEST

START_TEST(an_install_that_was_asked_before_a_restart_is_taken_back)
{
	create("a");
	restart_after_ms(1000);
	answer_unasked("Install a__part");
	remove_assembly("a");
	ck_assert_str_eq(last_asked()->what, "Uninstall a__part");
}
END_TEST

START_TEST(an_uninstall_that_nobody_was_asked_for_is_still_to_be_done)
{
	create("a");
	succeed("Install a__part");
	succeed("Start a__part");
	remove_assembly("a");
	succeed("Stop a__part");
	answer_unasked("Uninstall a__part");
	remove_assembly("a");
	ck_assert_str_eq(last_asked()->what, "Uninstall a__part");
}
END_TEST

int main(void)
{
	Suite *s = suite_create("core ask");
	TCase *t = tcase_create("drivers of others");
	SRunner *r = srunner_create(s);

	tcase_add_checked_fixture(t, given_an_engine, done);
	tcase_add_test(t, a_request_names_the_drivers_of_its_transition_with_their_values);
	tcase_add_test(t, an_operation_has_drivers_of_its_own_and_its_properties_stand_apart);
	tcase_add_test(t, properties_that_are_no_plain_text_say_so);
	tcase_add_test(t, a_find_names_the_drivers_of_queries);
	tcase_add_test(t, outputs_replace_values_or_are_kept_for_the_driver);
	tcase_add_test(t, the_topology_goes_into_every_later_request_until_it_is_forgotten);
	tcase_add_test(t, the_topology_of_a_failed_step_is_kept_for_who_removes_it);
	tcase_add_test(t, the_topology_is_no_property);
	tcase_add_test(t, a_topology_that_cannot_be_taken_fails_its_step);
	tcase_add_test(t, an_install_that_nobody_was_asked_for_leaves_nothing_to_take_back);
	tcase_add_test(t, an_install_that_was_asked_before_a_restart_is_taken_back);
	tcase_add_test(t, an_uninstall_that_nobody_was_asked_for_is_still_to_be_done);
	suite_add_tcase(s, t);
	srunner_run_all(r, CK_ENV);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
