/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <jansson.h>
#include <string.h>

#include "lm/core/engine_priv.h"
#include "tests/lib/world.h"

/* The documents of processes, of a running engine and of what its journal holds. */
static struct world w;
static char process[LM_ID_SIZE];
static json_t *doc;

static void given_a_create(void)
{
	world_init(&w, &(struct sim_conf){.seed = 7, .min_ms = 5, .max_ms = 50});
	ck_assert_ptr_null(world_intent(&w,
	    &(struct intent){.kind = INTENT_CREATE,
		.assembly_name = "svc",
		.descriptor = "assembly::service::1.0",
		.intended_state = "Active"},
	    process));
}

static void done(void)
{
	json_decref(doc);
	doc = NULL;
	ck_assert_ptr_null(w.wrong);
	world_fini(&w);
}

/* ---- words of the sentences --------------------------------------------------------------------- */

struct kept {
	struct lm_arena *arena;
	LM_VEC(struct record) records;
};

static struct lm_err *keep(void *arg, const struct record *r)
{
	struct kept *k = arg;

	*LM_PUSH(k->arena, &k->records) = (struct record){.table = r->table,
	    .key = lm_arena_strdup(k->arena, r->key),
	    .body = lm_arena_strdup(k->arena, r->body)};
	return NULL;
}

static struct kept of_journal(struct lm_arena *a, enum record_table table)
{
	struct kept k = {.arena = a};
	struct store_query q = {.table = table, .process = process};

	ck_assert_ptr_null(w.store->ops->load(w.store, &q, keep, &k));
	return k;
}

static struct step_record read_step(struct lm_arena *a, const char *body)
{
	struct step_record s;

	step_of_record(&(struct record){RECORD_STEP, "p/7", "svc", body, 0}, a, &s);
	return s;
}

static void shown(bool is_forgotten)
{
	LM_AUTO(lm_arena) arena = lm_arena_new();
	struct kept steps = of_journal(arena, RECORD_STEP), old = of_journal(arena, RECORD_PROCESS);
	struct process_steps view = {steps.records.v, steps.records.n};
	struct lm_buf b;

	lm_buf_init(&b, 1 << 20);
	ck_assert(is_forgotten ? process_print_record(&old.records.v[0], NULL, &view, &b)
			       : engine_print_process(w.engine, process, &view, &b));
	json_decref(doc);
	doc = json_loads(b.p, 0, NULL);
	ck_assert_msg(doc != NULL, "%s", b.p);
	lm_buf_fini(&b);
}

static const char *text(const json_t *o, const char *member)
{
	const char *t = json_string_value(json_object_get(o, member));

	return t == NULL ? "" : t;
}

static int number(const char *of, const char *member)
{
	return (int)json_integer_value(json_object_get(json_object_get(doc, of), member));
}

static const json_t *find(const char *action, const char *subject)
{
	size_t i = 0;
	json_t *s = NULL;

	json_array_foreach(json_object_get(doc, "executionPlan"), i, s)
	{
		if (strcmp(text(s, "action"), action) == 0 &&
		    strcmp(text(s, "subject"), subject) == 0)
			return s;
	}
	return NULL;
}

static int count(const char *state)
{
	size_t i = 0;
	json_t *s = NULL;
	int n = 0;

	json_array_foreach(json_object_get(doc, "executionPlan"), i, s)
	{
		n += strcmp(text(s, "state"), state) == 0 &&
		     !json_is_true(json_object_get(s, "silent"));
	}
	return n;
}

/* ---- sentences ---------------------------------------------------------------------------------- */

START_TEST(a_running_process_shows_what_was_done_what_is_under_way_and_what_is_to_come)
{
	shown(false);
	ck_assert_str_eq(text(doc, "status"), "In Progress");
	ck_assert_str_eq(text(doc, "lifecycleAction"), "Create");
	ck_assert_str_eq(text(doc, "assemblyType"), "assembly::service::1.0");
	ck_assert_str_eq(text(find("Install", "svc__net"), "state"), "In Progress");
	ck_assert_str_eq(text(find("Install", "svc__gw"), "state"), "Pending");
	ck_assert_int_eq(number("progress", "done"), 0);
	ck_assert_int_eq(number("progress", "running"), 1);
	ck_assert(world_step(&w));
	shown(false);
	ck_assert_str_eq(text(find("Install", "svc__net"), "state"), "Completed");
	ck_assert_int_eq(number("progress", "done"), 1);
	ck_assert_int_eq(number("progress", "steps"),
	    count("Completed") + count("In Progress") + count("Pending"));
	ck_assert_int_eq(number("progress", "percent"), 100 / number("progress", "steps"));
}
END_TEST

START_TEST(every_step_that_was_asked_has_its_id_attempt_and_times)
{
	char id[64];

	ck_assert(world_step(&w));
	shown(false);
	const json_t *s = find("Install", "svc__net");
	snprintf(id, sizeof id, "%s/1", process);
	ck_assert_str_eq(text(s, "id"), id);
	ck_assert_str_eq(text(s, "resource"), "svc__net");
	ck_assert_int_eq(json_integer_value(json_object_get(s, "attempt")), 1);
	ck_assert_uint_eq(strlen(text(s, "startedAt")), strlen("2026-11-20T22:42:59.123Z"));
	ck_assert_str_ge(text(s, "endedAt"), text(s, "startedAt"));
	s = find("Start", "svc__gw");
	ck_assert_str_ne(text(s, "because"), "");
	ck_assert_str_eq(text(s, "id"), "");
	ck_assert_str_eq(text(s, "startedAt"), "");
}
END_TEST

START_TEST(an_ended_process_shows_the_steps_of_the_journal)
{
	world_settle(&w);
	shown(false);
	ck_assert_str_eq(text(doc, "status"), "Completed");
	ck_assert_str_eq(text(find("Start", "svc__gw"), "state"), "Completed");
	ck_assert_ptr_nonnull(find("add", "svc__register__1"));
	ck_assert_int_eq(number("progress", "percent"), 100);
	ck_assert_int_eq(number("progress", "done"), number("progress", "steps"));
	ck_assert_int_eq(count("Pending"), 0);
}
END_TEST

START_TEST(a_forgotten_process_is_the_same_document)
{
	world_settle(&w);
	shown(false);
	json_t *remembered = json_deep_copy(doc);
	shown(true);
	ck_assert(json_equal(doc, remembered));
	json_decref(remembered);
}
END_TEST

START_TEST(a_failed_step_says_why_and_what_it_had_printed)
{
	sim_fail(w.sim, "svc__gw", "Start", 1);
	world_settle(&w);
	shown(false);
	ck_assert_str_eq(text(doc, "status"), "Failed");
	const json_t *s = find("Start", "svc__gw");
	ck_assert_str_eq(text(s, "state"), "Failed");
	ck_assert_str_eq(text(s, "message"), "simulated failure of Start");
	ck_assert_int_eq(number("progress", "failed"), 1);
	ck_assert_int_lt(number("progress", "percent"), 100);
}
END_TEST

START_TEST(of_an_earlier_attempt_the_steps_stay)
{
	world_settle(&w);
	sim_fail(w.sim, "svc__gw", "Start", 1);
	ck_assert_ptr_null(world_intent(&w,
	    &(struct intent){
		.kind = INTENT_HEAL, .assembly_name = "svc", .component_name = "svc__gw"},
	    process));
	world_settle(&w);
	shown(false);
	ck_assert_str_eq(text(doc, "status"), "Completed");
	ck_assert_str_eq(text(doc, "lifecycleAction"), "Heal");
	ck_assert_int_eq(count("Failed"), 1);
	ck_assert_int_eq(json_integer_value(json_object_get(doc, "attempt")), 2);
	const json_t *s = find("Install", "svc__gw");
	ck_assert_int_eq(json_integer_value(json_object_get(s, "attempt")), 2);
}
END_TEST

/* ---- lists -------------------------------------------------------------------------------------- */

static size_t listed(struct process_filter f)
{
	struct lm_buf b;

	lm_buf_init(&b, 1 << 20);
	lm_buf_puts(&b, "[");
	size_t n = engine_print_processes(w.engine, &f, &b);
	lm_buf_puts(&b, "]");
	json_decref(doc);
	doc = json_loads(b.p, 0, NULL);
	lm_buf_fini(&b);
	ck_assert_uint_eq(json_array_size(doc), n);
	return n;
}

START_TEST(a_list_holds_what_passes_every_filter_newest_first)
{
	int64_t began_ms = w.now_ms;

	world_settle(&w);
	ck_assert_ptr_null(world_scale(&w, "svc", "pool", true));
	world_settle(&w);
	ck_assert_uint_eq(listed((struct process_filter){0}), 2);
	ck_assert_str_eq(text(json_array_get(doc, 0), "intentType"), "ScaleOutAssembly");
	ck_assert_ptr_null(json_object_get(json_array_get(doc, 0), "executionPlan"));
	ck_assert_uint_eq(listed((struct process_filter){.limit = 1}), 1);
	ck_assert_uint_eq(listed((struct process_filter){.assembly_name = "s*"}), 2);
	ck_assert_uint_eq(listed((struct process_filter){.assembly_name = "S*"}), 0);
	ck_assert_uint_eq(
	    listed((struct process_filter){.assembly_type = "assembly::service::1.0"}), 2);
	ck_assert_uint_eq(listed((struct process_filter){.assembly_type = "assembly"}), 0);
	ck_assert_uint_eq(listed((struct process_filter){.intent_types = "A,ScaleOutAssembly"}), 1);
	ck_assert_uint_eq(listed((struct process_filter){.statuses = "Failed"}), 0);
	ck_assert_uint_eq(listed((struct process_filter){.started_after_ms = began_ms}), 1);
	ck_assert_uint_eq(listed((struct process_filter){.ended_before_ms = began_ms}), 0);
	ck_assert_uint_eq(listed((struct process_filter){.ended_before_ms = w.now_ms + 1}), 2);
}
END_TEST

/* What the key says, or goes without saying, was written out once. */
START_TEST(a_step_is_read_the_same_in_the_long_form_of_older_journals)
{
	static const char *const bodies[] = {
	    "{\"subject\":\"svc__net\",\"action\":\"Install\",\"state\":\"Started\","
	    "\"startedAt\":12}",
	    "{\"id\":\"p/7\",\"process\":\"p\",\"subject\":\"svc__net\",\"resource\":\"svc__net\","
	    "\"action\":\"Install\",\"state\":\"Started\",\"attempt\":1,\"startedAt\":12,"
	    "\"endedAt\":0,\"failure\":null,\"message\":null,\"log\":null}",
	};
	LM_AUTO(lm_arena) a = lm_arena_new();

	for (size_t i = 0; i < LM_COUNT(bodies); i++) {
		struct step_record s = read_step(a, bodies[i]);

		ck_assert_str_eq(s.id, "p/7");
		ck_assert_str_eq(s.subject, "svc__net");
		ck_assert_str_eq(s.resource, "svc__net");
		ck_assert_str_eq(s.state, "Started");
		ck_assert_uint_eq(s.attempt, 1);
		ck_assert_int_eq(s.started_ms, 12);
		ck_assert_int_eq(s.ended_ms, 0);
		ck_assert_ptr_null(s.failure);
	}
	struct step_record other =
	    read_step(a, "{\"subject\":\"svc__wire\",\"resource\":\"svc__net\",\"attempt\":3}");
	ck_assert_str_eq(other.resource, "svc__net");
	ck_assert_uint_eq(other.attempt, 3);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("lm/core/view");
	TCase *tc = tcase_create("processes");

	tcase_add_checked_fixture(tc, given_a_create, done);
	tcase_add_test(
	    tc, a_running_process_shows_what_was_done_what_is_under_way_and_what_is_to_come);
	tcase_add_test(tc, a_step_is_read_the_same_in_the_long_form_of_older_journals);
	tcase_add_test(tc, every_step_that_was_asked_has_its_id_attempt_and_times);
	tcase_add_test(tc, an_ended_process_shows_the_steps_of_the_journal);
	tcase_add_test(tc, a_forgotten_process_is_the_same_document);
	tcase_add_test(tc, a_failed_step_says_why_and_what_it_had_printed);
	tcase_add_test(tc, of_an_earlier_attempt_the_steps_stay);
	tcase_add_test(tc, a_list_holds_what_passes_every_filter_newest_first);
	suite_add_tcase(s, tc);
	SRunner *sr = srunner_create(s);
	srunner_run_all(sr, CK_NORMAL);
	int failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed != 0;
}
