/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "lm/core/engine.h"
#include "lm/store/store.h"
#include "tosca/link/check.h"

/*
 * Steps between the engine and its drivers.  The driver of these tests does nothing by itself: what
 * it was asked is written down, and the test answers, or does not.
 */
static const char descriptors[] =
    "name: resource::part::1.0\n"
    "properties:\n"
    "  address: {read-only: true}\n"
    "lifecycle: {Install: {timeout: 60}, Start: , Stop: , Uninstall: }\n"
    "---\n"
    "name: assembly::one::1.0\n"
    "composition:\n"
    "  part: {type: 'resource::part::1.0'}\n";

struct asked {
	char step[64], what[128];
};

static struct catalog *catalog;
static struct engine *engine;
static struct store *store;
static struct turn turn;
static struct engine_conf conf;
static int64_t now_ms, wake_ms;
static LM_VEC(struct asked) asked;
static char cancelled[1024]; /* what was cancelled, in order: "<step> " */

static void given_an_engine(void)
{
	LM_AUTO(diags) diags = diags_new(20);

	catalog = catalog_new();
	catalog_put(catalog, "test.yml", descriptors, strlen(descriptors));
	catalog_check(catalog);
	catalog_report(catalog, NULL, diags);
	ck_assert_uint_eq(diags_errors(diags), 0);
	conf = (struct engine_conf){.catalog = catalog};
	engine = engine_new(&conf);
	store = store_memory_new();
	turn_init(&turn);
	now_ms = 1000000;
	wake_ms = INT64_MAX;
	asked.n = 0;
	cancelled[0] = '\0';
}

static void done(void)
{
	engine_free(engine);
	turn_fini(&turn);
	store->ops->close(store);
	catalog_free(catalog);
	lm_vec_free(&asked);
}

/* As the manager does: the records first, then the effects. */
static void carry_out(void)
{
	wake_ms = engine_tick(engine, now_ms, &turn);
	ck_assert_ptr_null(store->ops->commit(store, turn.records.v, turn.records.n));
	for (size_t i = 0; i < turn.steps.n; i++) {
		struct asked *a = LM_PUSH(NULL, &asked);

		snprintf(a->step, sizeof a->step, "%s", turn.steps.v[i].step);
		snprintf(a->what, sizeof a->what, "%s %s", turn.steps.v[i].action,
		    turn.steps.v[i].resource_name);
	}
	for (size_t i = 0; i < turn.cancels.n; i++) {
		strncat(
		    cancelled, turn.cancels.v[i].step, sizeof cancelled - strlen(cancelled) - 1);
		strncat(cancelled, " ", sizeof cancelled - strlen(cancelled) - 1);
	}
	turn_clear(&turn);
}

static void create(const char *name)
{
	static uint64_t seed = 1;
	char process[LM_ID_SIZE];

	ck_assert_ptr_null(engine_intent(engine,
	    &(struct intent){.kind = INTENT_CREATE,
		.assembly_name = name,
		.descriptor = "assembly::one::1.0",
		.intended_state = "Active"},
	    now_ms, seed++, &turn, process));
	carry_out();
}

static void remove_assembly(const char *name)
{
	static uint64_t seed = 1000;
	char process[LM_ID_SIZE];

	ck_assert_ptr_null(
	    engine_intent(engine, &(struct intent){.kind = INTENT_DELETE, .assembly_name = name},
		now_ms, seed++, &turn, process));
	carry_out();
}

static struct asked *last_asked(void)
{
	ck_assert_uint_gt(asked.n, 0);
	return &asked.v[asked.n - 1];
}

static void answer(const char *step, enum step_failure failure, const char *message)
{
	engine_result(engine,
	    &(struct step_result){.step = step, .failure = failure, .message = message}, now_ms,
	    &turn);
	carry_out();
}

/* Time passes until the engine next wants to be called. */
static void wait_for_the_engine(void)
{
	ck_assert_int_ne(wake_ms, INT64_MAX);
	if (wake_ms > now_ms)
		now_ms = wake_ms;
	carry_out();
}

static void wait_ms(int64_t ms)
{
	now_ms += ms;
	carry_out();
}

/* Why the newest process failed; "" when none has. */
static const char *reason(void)
{
	static char text[512];
	struct lm_buf b;

	lm_buf_init(&b, 1 << 20);
	engine_print_processes(
	    engine, &(struct process_filter){.statuses = "Failed", .limit = 1}, &b);
	const char *at = strstr(b.p, "\"statusReason\":\"");
	size_t n = 0;
	if (at != NULL) {
		at += strlen("\"statusReason\":\"");
		n = strcspn(at, "\"");
		memcpy(text, at, n);
	}
	text[n] = '\0';
	lm_buf_fini(&b);
	return text;
}

/* ---- time-outs --------------------------------------------------------------------------------- */

START_TEST(a_step_in_its_time_is_left_alone)
{
	create("a");
	wait_ms(60 * 1000);
	ck_assert_str_eq(cancelled, "");
	ck_assert_uint_eq(asked.n, 1);
}
END_TEST

START_TEST(at_its_deadline_the_driver_is_asked_once_to_end_the_step)
{
	char expected[80];

	create("a");
	snprintf(expected, sizeof expected, "%s ", last_asked()->step);
	wait_for_the_engine();
	ck_assert_int_gt(now_ms, 1000000 + 60 * 1000); /* the driver has a limit of its own */
	carry_out();
	ck_assert_str_eq(cancelled, expected);
	ck_assert_str_eq(reason(), "");
}
END_TEST

START_TEST(a_cancelled_step_that_was_overdue_has_timed_out)
{
	create("a");
	wait_for_the_engine();
	answer(last_asked()->step, STEP_CANCELLED, "cancelled");
	ck_assert_str_eq(
	    reason(), "Install a__part: not done within its time limit of 60 s, and cancelled");
}
END_TEST

START_TEST(what_the_driver_answers_in_the_grace_counts)
{
	create("a");
	wait_for_the_engine();
	answer(last_asked()->step, STEP_NONE, NULL);
	ck_assert_str_eq(last_asked()->what, "Start a__part");
}
END_TEST

START_TEST(a_driver_that_never_answers_is_given_up_after_the_grace)
{
	create("a");
	wait_for_the_engine();
	wait_for_the_engine();
	ck_assert_str_eq(reason(), "Install a__part: not done within its time limit of 60 s, and "
				   "the driver does not answer");
	ck_assert(engine_is_idle(engine));
	ck_assert_int_eq(wake_ms, INT64_MAX);
}
END_TEST

START_TEST(an_answer_after_the_grace_changes_nothing)
{
	char late[64];

	create("a");
	snprintf(late, sizeof late, "%s", last_asked()->step);
	wait_for_the_engine();
	wait_for_the_engine();
	answer(late, STEP_NONE, NULL);
	ck_assert_uint_eq(asked.n, 1);
	ck_assert(engine_is_idle(engine));
}
END_TEST

START_TEST(after_a_driver_was_given_up_the_component_can_be_asked_again_under_a_new_id)
{
	char late[64];

	create("a");
	snprintf(late, sizeof late, "%s", last_asked()->step);
	wait_for_the_engine();
	wait_for_the_engine();
	remove_assembly("a");
	ck_assert_uint_eq(asked.n, 2);
	ck_assert_str_ne(last_asked()->step, late);
	answer(late, STEP_NONE, NULL); /* not the answer to what was asked now */
	ck_assert(!engine_is_idle(engine));
}
END_TEST

START_TEST(a_step_without_a_limit_has_one_all_the_same)
{
	create("a");
	answer(last_asked()->step, STEP_NONE, NULL);
	ck_assert_str_eq(last_asked()->what, "Start a__part");
	wait_for_the_engine();
	ck_assert_str_ne(cancelled, "");
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("core flight");
	TCase *time = tcase_create("time-outs");

	tcase_add_checked_fixture(time, given_an_engine, done);
	tcase_add_test(time, a_step_in_its_time_is_left_alone);
	tcase_add_test(time, at_its_deadline_the_driver_is_asked_once_to_end_the_step);
	tcase_add_test(time, a_cancelled_step_that_was_overdue_has_timed_out);
	tcase_add_test(time, what_the_driver_answers_in_the_grace_counts);
	tcase_add_test(time, a_driver_that_never_answers_is_given_up_after_the_grace);
	tcase_add_test(time, an_answer_after_the_grace_changes_nothing);
	tcase_add_test(
	    time, after_a_driver_was_given_up_the_component_can_be_asked_again_under_a_new_id);
	tcase_add_test(time, a_step_without_a_limit_has_one_all_the_same);
	suite_add_tcase(s, time);
	return s;
}

int main(void)
{
	SRunner *r = srunner_create(suite());

	srunner_run_all(r, CK_ENV);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
