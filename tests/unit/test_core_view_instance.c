/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <jansson.h>
#include <string.h>

#include "tests/lib/world.h"

/* What a process found and where it leads, and who is still there although nobody wants it. */
static struct world w;
static char process[LM_ID_SIZE];
static json_t *doc;

static void given_a_service(void)
{
	world_init(&w, &(struct sim_conf){.seed = 7, .min_ms = 5, .max_ms = 50});
	ck_assert_ptr_null(world_intent(&w,
	    &(struct intent){.kind = INTENT_CREATE,
		.assembly_name = "svc",
		.descriptor = "assembly::service::1.0",
		.intended_state = "Active",
		.properties = {&(struct lm_kv){"size", "2"}, 1}},
	    process));
	world_settle(&w);
}

static void done(void)
{
	json_decref(doc);
	doc = NULL;
	ck_assert_ptr_null(w.wrong);
	world_fini(&w);
}

/* ---- words of the sentences --------------------------------------------------------------------- */

static void asks(struct intent it)
{
	struct lm_err *e = world_intent(&w, &it, process);

	ck_assert_msg(e == NULL, "%s", e == NULL ? "" : lm_err_text(e));
}

static void take(struct lm_buf *b)
{
	json_decref(doc);
	doc = json_loads(b->p, 0, NULL);
	ck_assert_msg(doc != NULL, "%s", b->p);
	lm_buf_fini(b);
}

static void shown(bool shallow)
{
	struct process_steps none = {0};
	struct lm_buf b;

	lm_buf_init(&b, 1 << 20);
	ck_assert(engine_print_process(w.engine, process, shallow ? NULL : &none, &b));
	take(&b);
}

static struct lm_err *keep_body(void *arg, const struct record *r)
{
	*(char **)arg = strdup(r->body);
	return NULL;
}

/* The document made of its record; of one without what 'lacks' names, when that is not NULL. */
static void shown_from_journal(const char *lacks)
{
	struct store_query q = {.table = RECORD_PROCESS, .process = process};
	struct process_steps none = {0};
	char *body = NULL;
	struct lm_buf b;

	ck_assert_ptr_null(w.store->ops->load(w.store, &q, keep_body, &body));
	json_t *o = json_loads(body, 0, NULL);
	if (lacks != NULL)
		ck_assert_int_eq(json_object_del(o, lacks), 0);
	free(body);
	body = json_dumps(o, 0);
	json_decref(o);
	lm_buf_init(&b, 1 << 20);
	ck_assert(process_print_record(
	    &(struct record){.table = RECORD_PROCESS, .key = process, .root = "svc", .body = body},
	    NULL, &none, &b));
	free(body);
	take(&b);
}

static const char *text(const json_t *o, const char *member)
{
	const char *t = json_string_value(json_object_get(o, member));

	return t == NULL ? "" : t;
}

/* "descriptor state size=2 svc__pool:1,2" */
static void is(const char *which, const char *expected)
{
	const json_t *in = json_object_get(doc, which), *one;
	char said[512] = "null";
	size_t i, k;
	json_t *v;

	ck_assert_ptr_nonnull(in);
	if (!json_is_null(in))
		snprintf(said, sizeof said, "%s %s", text(in, "descriptorName"),
		    text(in, "intendedState"));
	json_array_foreach(json_object_get(in, "properties"), i, v)
	{
		size_t n = strlen(said);

		snprintf(said + n, sizeof said - n, " %s=%s", text(v, "name"), text(v, "value"));
	}
	json_array_foreach(json_object_get(in, "clusters"), i, v)
	{
		size_t n = strlen(said);

		n += (size_t)snprintf(said + n, sizeof said - n, " %s:", text(v, "name"));
		json_array_foreach(json_object_get(v, "members"), k, one)
		{
			n += (size_t)snprintf(said + n, sizeof said - n, "%s%d", k > 0 ? "," : "",
			    (int)json_integer_value(one));
		}
		ck_assert_int_eq(json_integer_value(json_object_get(v, "quantity")), k);
	}
	ck_assert_str_eq(said, expected);
}

#define OF_TWO "assembly::service::1.0 Active size=2 svc__pool:1,2"

static const struct intent to_three = {.kind = INTENT_UPGRADE,
    .assembly_name = "svc",
    .properties = {&(struct lm_kv){"size", "3"}, 1}};
static const struct intent scale_in = {
    .kind = INTENT_SCALE_IN, .assembly_name = "svc", .cluster = "pool"};

/* ---- before and after --------------------------------------------------------------------------- */

START_TEST(a_create_comes_from_nothing_and_a_delete_leads_there)
{
	shown(false);
	is("previousInstance", "null");
	is("desiredInstance", OF_TWO);
	asks((struct intent){.kind = INTENT_DELETE, .assembly_name = "svc"});
	shown(false);
	is("previousInstance", OF_TWO);
	is("desiredInstance", "null");
	world_settle(&w);
	shown(false);
	is("previousInstance", OF_TWO);
	is("desiredInstance", "null");
	ck_assert_str_eq(text(json_object_get(doc, "assemblyProperties"), "size"), "2");
}
END_TEST

START_TEST(an_upgrade_shows_both_while_it_runs_and_afterwards)
{
	asks(to_three);
	for (int i = 0; i < 2; i++) {
		shown(false);
		is("previousInstance", OF_TWO);
		is("desiredInstance", "assembly::service::1.0 Active size=3 svc__pool:1,2,3");
		ck_assert_str_eq(text(json_object_get(doc, "assemblyProperties"), "size"), "3");
		world_settle(&w);
	}
	ck_assert_str_eq(text(doc, "status"), "Completed");
}
END_TEST

START_TEST(what_a_later_process_changes_is_not_what_this_one_led_to)
{
	char upgrade[LM_ID_SIZE];

	asks(to_three);
	world_settle(&w);
	memcpy(upgrade, process, sizeof upgrade);
	asks(scale_in);
	world_settle(&w);
	shown(false);
	is("previousInstance", "assembly::service::1.0 Active size=3 svc__pool:1,2,3");
	is("desiredInstance", "assembly::service::1.0 Active size=3 svc__pool:1,2");
	memcpy(process, upgrade, sizeof upgrade);
	shown(false);
	is("desiredInstance", "assembly::service::1.0 Active size=3 svc__pool:1,2,3");
}
END_TEST

START_TEST(the_journal_alone_holds_both)
{
	asks(to_three);
	world_settle(&w);
	shown(false);
	json_t *remembered = json_deep_copy(doc);
	shown_from_journal(NULL);
	ck_assert(json_equal(doc, remembered));
	world_crash(&w);
	shown(false);
	ck_assert(json_equal(doc, remembered));
	json_decref(remembered);
}
END_TEST

START_TEST(a_record_from_before_is_read_and_its_process_leads_nowhere)
{
	shown_from_journal("desired");
	is("desiredInstance", "null");
}
END_TEST

START_TEST(a_restart_in_the_middle_changes_nothing_of_it)
{
	asks(to_three);
	ck_assert(world_step(&w));
	world_crash(&w);
	shown(false);
	is("previousInstance", OF_TWO);
	is("desiredInstance", "assembly::service::1.0 Active size=3 svc__pool:1,2,3");
	world_settle(&w);
	shown_from_journal(NULL);
	is("desiredInstance", "assembly::service::1.0 Active size=3 svc__pool:1,2,3");
}
END_TEST

START_TEST(shallow_is_without_them)
{
	shown(true);
	ck_assert_ptr_null(json_object_get(doc, "previousInstance"));
	ck_assert_ptr_null(json_object_get(doc, "desiredInstance"));
	ck_assert_str_eq(text(json_object_get(doc, "assemblyProperties"), "size"), "2");
}
END_TEST

START_TEST(who_never_began_has_found_nothing_and_leads_nowhere)
{
	struct intent waits = to_three;

	asks((struct intent){
	    .kind = INTENT_HEAL, .assembly_name = "svc", .component_name = "svc__gw"});
	waits.queue = true;
	asks(waits);
	shown(false);
	is("previousInstance", "null");
	is("desiredInstance", "null");
	ck_assert_str_eq(text(json_object_get(doc, "assemblyProperties"), "size"), "3");
	asks((struct intent){.kind = INTENT_CANCEL, .process = process});
	shown(false);
	ck_assert_str_eq(text(doc, "status"), "Cancelled");
	ck_assert_str_eq(text(doc, "statusReason"), "cancelled by an operator");
	world_settle(&w);
}
END_TEST

START_TEST(a_value_taken_back_is_not_forgotten_by_a_restart)
{
	asks((struct intent){
	    .kind = INTENT_HEAL, .assembly_name = "svc", .component_name = "svc__gw"});
	asks((struct intent){.kind = INTENT_CREATE_OR_UPGRADE,
	    .assembly_name = "svc",
	    .descriptor = "assembly::service::1.0",
	    .intended_state = "Active",
	    .properties = {&(struct lm_kv){"size", NULL}, 1},
	    .queue = true});
	world_crash(&w);
	world_settle(&w);
	shown(false);
	ck_assert_str_eq(text(doc, "status"), "Completed");
	is("previousInstance", OF_TWO);
	is("desiredInstance", "assembly::service::1.0 Active svc__pool:1");
}
END_TEST

START_TEST(a_heal_between_two_attempts_says_why_it_failed_and_when_it_goes_on)
{
	sim_fail(w.sim, "svc__gw", "Start", 2);
	asks((struct intent){
	    .kind = INTENT_HEAL, .assembly_name = "svc", .component_name = "svc__gw"});
	do {
		ck_assert(world_step(&w));
		shown(true);
	} while (strcmp(text(doc, "status"), "In Progress") == 0);
	ck_assert_str_eq(text(doc, "status"), "Pending");
	ck_assert_str_eq(text(doc, "statusReason"), "Start svc__gw: simulated failure of Start");
	ck_assert_str_ne(text(doc, "nextAttemptAt"), "");
	world_settle(&w);
	shown(true);
	ck_assert_str_eq(text(doc, "status"), "Completed");
	ck_assert_ptr_null(json_object_get(doc, "nextAttemptAt"));
}
END_TEST

START_TEST(what_adopted_resources_had_reported_is_not_shown)
{
	const struct adopted net = {.name = "cli__net",
	    .id = "net-7",
	    .outputs = {&(struct lm_kv){"secret", "swordfish"}, 1}};
	struct lm_buf b;

	asks((struct intent){.kind = INTENT_ADOPT,
	    .assembly_name = "cli",
	    .descriptor = "assembly::client::1.0",
	    .intended_state = "Active",
	    .resources = &net,
	    .n_resources = 1});
	lm_buf_init(&b, 1 << 20);
	ck_assert(engine_print_process(w.engine, process, NULL, &b));
	ck_assert_ptr_nonnull(strstr(b.p, "net-7"));
	ck_assert_ptr_null(strstr(b.p, "swordfish"));
	take(&b);
	world_settle(&w);
}
END_TEST

/* ---- who is leaving ------------------------------------------------------------------------------ */

/* Names of the assembly's own children that nobody wants any more. */
static const char *leaving(void)
{
	static char names[256];
	struct lm_buf b;
	size_t i, n = 0;
	json_t *v;

	lm_buf_init(&b, 1 << 20);
	ck_assert(engine_print_assembly(w.engine, "svc", &b));
	take(&b);
	names[0] = '\0';
	json_array_foreach(json_object_get(doc, "children"), i, v)
	{
		if (json_is_true(json_object_get(v, "leaving")))
			n += (size_t)snprintf(names + n, sizeof names - n, "%s%s:%s",
			    n > 0 ? " " : "", text(v, "name"), text(v, "state"));
	}
	json_array_foreach(json_object_get(doc, "relationships"), i, v)
	{
		if (json_is_true(json_object_get(v, "leaving")))
			n += (size_t)snprintf(
			    names + n, sizeof names - n, "%s%s", n > 0 ? " " : "", text(v, "name"));
	}
	return names;
}

START_TEST(a_member_that_goes_is_seen_until_it_is_gone)
{
	ck_assert_str_eq(leaving(), "");
	asks(scale_in);
	ck_assert_str_eq(leaving(), "svc__pool__2:Active svc__register__2");
	world_settle(&w);
	ck_assert_str_eq(leaving(), "");
}
END_TEST

START_TEST(what_a_failed_scale_in_left_over_is_seen_until_a_retry_has_removed_it)
{
	sim_fail(w.sim, "svc__pool__2", "Uninstall", 1);
	asks(scale_in);
	world_settle(&w);
	ck_assert_str_eq(leaving(), "svc__pool__2:Inactive");
	world_crash(&w);
	ck_assert_str_eq(leaving(), "svc__pool__2:Inactive");
	asks((struct intent){.kind = INTENT_RETRY, .process = process});
	world_settle(&w);
	ck_assert_str_eq(leaving(), "");
}
END_TEST

/* ---- all of them --------------------------------------------------------------------------------- */

START_TEST(the_last_process_of_an_assembly_is_the_last_that_began)
{
	struct lm_buf b;

	asks(to_three);
	world_settle(&w);
	lm_buf_init(&b, 1 << 20);
	ck_assert(engine_print_assemblies(w.engine, NULL, 0, &b));
	take(&b);
	const json_t *last = json_object_get(json_array_get(doc, 0), "lastTransition");
	ck_assert_str_eq(text(last, "intentType"), "UpgradeAssembly");
	ck_assert_str_eq(text(last, "id"), process);
	ck_assert_str_eq(text(last, "status"), "Completed");
}
END_TEST

int main(void)
{
	Suite *s = suite_create("lm/core/view: instances");
	TCase *tc = tcase_create("before and after");

	tcase_add_checked_fixture(tc, given_a_service, done);
	tcase_add_test(tc, a_create_comes_from_nothing_and_a_delete_leads_there);
	tcase_add_test(tc, an_upgrade_shows_both_while_it_runs_and_afterwards);
	tcase_add_test(tc, what_a_later_process_changes_is_not_what_this_one_led_to);
	tcase_add_test(tc, the_journal_alone_holds_both);
	tcase_add_test(tc, a_record_from_before_is_read_and_its_process_leads_nowhere);
	tcase_add_test(tc, a_restart_in_the_middle_changes_nothing_of_it);
	tcase_add_test(tc, shallow_is_without_them);
	tcase_add_test(tc, who_never_began_has_found_nothing_and_leads_nowhere);
	tcase_add_test(tc, a_value_taken_back_is_not_forgotten_by_a_restart);
	tcase_add_test(tc, a_heal_between_two_attempts_says_why_it_failed_and_when_it_goes_on);
	tcase_add_test(tc, what_adopted_resources_had_reported_is_not_shown);
	tcase_add_test(tc, a_member_that_goes_is_seen_until_it_is_gone);
	tcase_add_test(tc, what_a_failed_scale_in_left_over_is_seen_until_a_retry_has_removed_it);
	tcase_add_test(tc, the_last_process_of_an_assembly_is_the_last_that_began);
	suite_add_tcase(s, tc);
	SRunner *sr = srunner_create(s);
	srunner_run_all(sr, CK_NORMAL);
	int failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed != 0;
}
