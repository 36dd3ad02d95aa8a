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
    "  part: {type: 'resource::part::1.0'}\n"
    "---\n"
    "name: resource::leaf::1.0\n"
    "properties:\n"
    "  deploymentLocation: {}\n"
    "lifecycle: {Install: , Uninstall: }\n"
    "capabilities: {up: {type: any}}\n"
    "requirements: {down: {type: any}}\n"
    "operations: {join: {}, leave: {}}\n"
    "---\n"
    "name: assembly::three::1.0\n"
    "properties:\n"
    "  where: {default: here}\n"
    "composition:\n"
    "  x: {type: 'resource::leaf::1.0', properties: {deploymentLocation: {value: '${where}'}}}\n"
    "  y: {type: 'resource::leaf::1.0', properties: {deploymentLocation: {value: '${where}'}}}\n"
    "  z: {type: 'resource::leaf::1.0', properties: {deploymentLocation: {value: '${where}'}}}\n"
    "---\n"
    "name: assembly::pair::1.0\n"
    "composition:\n"
    "  x: {type: 'resource::leaf::1.0', properties: {deploymentLocation: {value: here}}}\n"
    "  y: {type: 'resource::leaf::1.0', properties: {deploymentLocation: {value: here}}}\n"
    "relationships:\n"
    "  tie:\n"
    "    source-capabilities: [x.up]\n"
    "    target-requirements: [y.down]\n"
    "    source-state: Active\n"
    "    target-state: Active\n"
    "    lifecycle: {Create: [target.join], Cease: [target.leave]}\n";

struct asked {
	char step[64], what[128];
	unsigned timeout_s;
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
		a->timeout_s = turn.steps.v[i].timeout_s;
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

static void create_at(const char *name, const char *descriptor, const char *where)
{
	static uint64_t seed = 1;
	char process[LM_ID_SIZE];
	struct lm_kv kv = {"where", where};

	ck_assert_ptr_null(engine_intent(engine,
	    &(struct intent){.kind = INTENT_CREATE,
		.assembly_name = name,
		.descriptor = descriptor,
		.properties = {&kv, where == NULL ? 0 : 1},
		.intended_state = "Active"},
	    now_ms, seed++, &turn, process));
	carry_out();
}

static void create(const char *name)
{
	create_at(name, "assembly::one::1.0", NULL);
}

/* From here on; the driver of "x1" and "x2" is "x". */
static const char *first_letter(void *arg, const char *location)
{
	static char name[2];

	(void)arg;
	name[0] = location == NULL ? '\0' : location[0];
	return name;
}

static void given_limits(unsigned per_location, unsigned per_driver)
{
	engine_free(engine);
	conf.limits = (struct lane_limits){per_location, per_driver, first_letter, NULL};
	engine = engine_new(&conf);
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

static void succeed(const char *what)
{
	for (size_t i = asked.n; i-- > 0;)
		if (strcmp(asked.v[i].what, what) == 0) {
			char step[64];

			snprintf(step, sizeof step, "%s", asked.v[i].step);
			answer(step, STEP_NONE, NULL);
			return;
		}
	ck_abort_msg("'%s' was never asked", what);
}

/* Everything that is asked succeeds at once, until nothing is asked any more. */
static void all_succeed(void)
{
	static char step[64];

	for (size_t i = 0; i < asked.n; i++) {
		snprintf(step, sizeof step, "%s", asked.v[i].step);
		answer(step, STEP_NONE, NULL);
	}
}

/* All that was asked from a place on: "Install a__x, Install b__x". */
static const char *asked_from(size_t from)
{
	static char text[2048];

	text[0] = '\0';
	for (size_t i = from; i < asked.n; i++) {
		if (i > from)
			strncat(text, ", ", sizeof text - strlen(text) - 1);
		strncat(text, asked.v[i].what, sizeof text - strlen(text) - 1);
	}
	return text;
}

static struct lm_err *restore_one(void *arg, const struct record *r)
{
	(void)arg;
	return engine_restore(engine, r);
}

static struct lm_err *last_event(void *arg, const struct record *r)
{
	*(int64_t *)arg = strtoll(r->key, NULL, 10) + 1;
	return NULL;
}

static void restart_after_ms(int64_t ms)
{
	int64_t next_event = 1;

	engine_free(engine);
	now_ms += ms;
	asked.n = 0;
	engine = engine_new(&conf);
	for (int table = 0; table < RECORD_EVENT; table++)
		ck_assert_ptr_null(store->ops->load(store,
		    &(struct store_query){.table = (enum record_table)table}, restore_one, NULL));
	ck_assert_ptr_null(store->ops->load(
	    store, &(struct store_query){.table = RECORD_EVENT}, last_event, &next_event));
	engine_resume(engine, now_ms, next_event, &turn);
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
	static char text[2048];
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
	ck_assert_uint_eq(engine_counts(engine).timed_out, 1);
	ck_assert_uint_eq(engine_counts(engine).stale, 1);
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

/* ---- after a restart ------------------------------------------------------------------------------ */

START_TEST(a_step_that_is_asked_again_has_the_time_it_had_left)
{
	char step[64];

	create("a");
	snprintf(step, sizeof step, "%s", last_asked()->step);
	int64_t deadline_ms = wake_ms;
	restart_after_ms(20 * 1000);
	ck_assert_str_eq(last_asked()->step, step);
	ck_assert_uint_eq(last_asked()->timeout_s, 40);
	ck_assert_int_eq(wake_ms, deadline_ms);
}
END_TEST

START_TEST(a_driver_is_heard_even_when_the_manager_was_away_for_long)
{
	create("a");
	restart_after_ms(3600 * 1000);
	ck_assert_str_eq(cancelled, "");
	answer(last_asked()->step, STEP_NONE, NULL);
	ck_assert_str_eq(last_asked()->what, "Start a__part");
}
END_TEST

START_TEST(a_clock_that_was_set_back_gives_no_step_more_than_its_limit)
{
	create("a");
	int64_t given_ms = wake_ms - now_ms;
	restart_after_ms(-3600 * 1000);
	ck_assert_int_eq(wake_ms - now_ms, given_ms);
}
END_TEST

START_TEST(a_step_that_has_timed_out_is_not_asked_again)
{
	create("a");
	wait_for_the_engine();
	wait_for_the_engine();
	restart_after_ms(1000);
	ck_assert_uint_eq(asked.n, 0);
}
END_TEST

/* ---- limits ----------------------------------------------------------------------------------------- */

START_TEST(without_limits_all_that_can_begin_begins)
{
	create_at("a", "assembly::three::1.0", "x1");
	ck_assert_str_eq(asked_from(0), "Install a__x, Install a__y, Install a__z");
}
END_TEST

START_TEST(a_location_takes_as_many_as_it_may)
{
	given_limits(2, 0);
	create_at("a", "assembly::three::1.0", "x1");
	ck_assert_str_eq(asked_from(0), "Install a__x, Install a__y");
	succeed("Install a__y");
	ck_assert_str_eq(asked_from(2), "Install a__z");
}
END_TEST

START_TEST(a_full_location_keeps_nobody_waiting_elsewhere)
{
	given_limits(1, 0);
	create_at("a", "assembly::three::1.0", "x1");
	create_at("b", "assembly::three::1.0", "x2");
	ck_assert_str_eq(asked_from(0), "Install a__x, Install b__x");
}
END_TEST

START_TEST(a_driver_takes_as_many_as_it_may_at_all_its_locations_together)
{
	given_limits(0, 4);
	create_at("a", "assembly::three::1.0", "x1");
	create_at("b", "assembly::three::1.0", "x2");
	create_at("c", "assembly::three::1.0", "y1");
	ck_assert_str_eq(asked_from(0), "Install a__x, Install a__y, Install a__z, Install b__x, "
					"Install c__x, Install c__y, Install c__z");
	succeed("Install c__x");
	ck_assert_uint_eq(asked.n, 7);
	succeed("Install a__x");
	ck_assert_str_eq(asked_from(7), "Install b__y");
}
END_TEST

START_TEST(a_driver_serves_its_locations_in_turn)
{
	given_limits(0, 1);
	create_at("a", "assembly::three::1.0", "x1");
	create_at("b", "assembly::three::1.0", "x2");
	all_succeed();
	ck_assert_str_eq(asked_from(0),
	    "Install a__x, Install a__y, Install b__x, Install a__z, Install b__y, Install b__z");
}
END_TEST

START_TEST(the_processes_at_a_location_are_served_in_turn)
{
	given_limits(1, 0);
	create_at("a", "assembly::three::1.0", "x1");
	create_at("b", "assembly::three::1.0", "x1");
	all_succeed();
	ck_assert_str_eq(asked_from(0),
	    "Install a__x, Install a__y, Install b__x, Install a__z, Install b__y, Install b__z");
}
END_TEST

START_TEST(what_drains_traffic_goes_first)
{
	given_limits(1, 0);
	create_at("p", "assembly::pair::1.0", NULL);
	all_succeed();
	create_at("a", "assembly::three::1.0", "here");
	size_t before = asked.n;
	remove_assembly("p");
	ck_assert_uint_eq(asked.n, before); /* the location is full */
	succeed("Install a__x");
	ck_assert_str_eq(asked_from(before), "leave p__y");
}
END_TEST

START_TEST(who_has_failed_leaves_the_line_at_once)
{
	given_limits(2, 0);
	create_at("a", "assembly::three::1.0", "x1");
	create_at("b", "assembly::three::1.0", "x1");
	answer(asked.v[0].step, STEP_INFRASTRUCTURE_ERROR, "no"); /* a__y is still in flight */
	ck_assert_str_eq(asked_from(0), "Install a__x, Install a__y, Install b__x");
	succeed("Install a__y");
	ck_assert_str_eq(reason(), "Install a__x: no");
	ck_assert_str_eq(asked_from(3), "Install b__y");
}
END_TEST

START_TEST(limits_hold_after_a_restart_and_what_was_in_flight_comes_first)
{
	given_limits(1, 0);
	create_at("a", "assembly::three::1.0", "x1");
	succeed("Install a__x");
	restart_after_ms(1000);
	ck_assert_str_eq(asked_from(0), "Install a__y");
	all_succeed();
	ck_assert(engine_is_idle(engine));
}
END_TEST

START_TEST(an_engine_may_end_while_many_wait)
{
	given_limits(1, 1);
	create_at("a", "assembly::three::1.0", "x1");
	create_at("b", "assembly::three::1.0", "x2");
	create_at("p", "assembly::pair::1.0", NULL);
}
END_TEST

START_TEST(a_step_that_waits_is_not_yet_on_its_time)
{
	given_limits(1, 0);
	create_at("a", "assembly::three::1.0", "x1");
	wait_ms(600 * 1000);
	succeed("Install a__x");
	wait_ms(600 * 1000);
	ck_assert_str_eq(cancelled, "");
}
END_TEST

/* ---- answers ------------------------------------------------------------------------------------- */

static void answer_outputs(const struct lm_kv *v, size_t n)
{
	engine_result(engine,
	    &(struct step_result){
		.step = last_asked()->step, .outputs = {(struct lm_kv *)(void *)(uintptr_t)v, n}},
	    now_ms, &turn);
	carry_out();
}

static char *text_of(char c, size_t n)
{
	char *text = malloc(n + 1);

	ck_assert_ptr_nonnull(text);
	memset(text, c, n);
	text[n] = '\0';
	return text;
}

static struct lm_err *longest_body(void *arg, const struct record *r)
{
	size_t n = strlen(r->body);

	if (n > *(size_t *)arg)
		*(size_t *)arg = n;
	return NULL;
}

static size_t longest_step_record(void)
{
	size_t n = 0;

	ck_assert_ptr_null(
	    store->ops->load(store, &(struct store_query){.table = RECORD_STEP}, longest_body, &n));
	return n;
}

START_TEST(an_answer_about_nothing_is_counted_and_changes_nothing)
{
	static const char *const ids[] = {"", "/", "nobody/1", "x", "/1",
	    "a-very-long-id-that-no-process-of-ours-ever-had-since-they-have-36-letters/1"};

	create("a");
	for (size_t i = 0; i < LM_COUNT(ids); i++)
		answer(ids[i], STEP_NONE, NULL);
	ck_assert(!engine_result(engine, &(struct step_result){0}, now_ms, &turn));
	ck_assert_uint_eq(engine_counts(engine).unknown, LM_COUNT(ids) + 1);
	ck_assert_uint_eq(engine_counts(engine).in_flight, 1);
	ck_assert_uint_eq(asked.n, 1);
}
END_TEST

START_TEST(an_answer_about_a_step_not_yet_asked_changes_nothing)
{
	char next[80];

	create("a");
	snprintf(next, sizeof next, "%s", last_asked()->step);
	next[strlen(next) - 1]++;
	answer(next, STEP_NONE, NULL);
	ck_assert_uint_eq(engine_counts(engine).unknown, 1);
	answer(last_asked()->step, STEP_NONE, NULL);
	ck_assert_str_eq(last_asked()->step, next);
}
END_TEST

START_TEST(the_first_of_two_answers_counts)
{
	char step[64];

	create("a");
	snprintf(step, sizeof step, "%s", last_asked()->step);
	answer(step, STEP_NONE, NULL);
	answer(step, STEP_INFRASTRUCTURE_ERROR, "no");
	ck_assert_str_eq(reason(), "");
	ck_assert_str_eq(last_asked()->what, "Start a__part");
	ck_assert_uint_eq(engine_counts(engine).stale, 1);
	ck_assert_uint_eq(engine_counts(engine).answered, 1);
}
END_TEST

START_TEST(too_many_outputs_fail_the_step)
{
	static struct lm_kv many[257];

	create("a");
	for (size_t i = 0; i < LM_COUNT(many); i++)
		many[i] = (struct lm_kv){"same", "value"};
	answer_outputs(many, LM_COUNT(many));
	ck_assert_str_eq(reason(),
	    "Install a__part: the driver answered with 257 outputs, of which "
	    "at most 256 are taken");
	ck_assert_uint_eq(engine_counts(engine).faulty, 1);
}
END_TEST

START_TEST(an_output_that_is_too_long_fails_the_step)
{
	char *value = text_of('x', 1 << 22);

	create("a");
	answer_outputs(&(struct lm_kv){"address", value}, 1);
	free(value);
	ck_assert_str_eq(reason(), "Install a__part: the driver answered with output 'address' "
				   "with more than 65536 bytes");
}
END_TEST

START_TEST(outputs_that_are_too_long_together_fail_the_step)
{
	static struct lm_kv many[5];
	char *value = text_of('x', 65000);

	create("a");
	for (size_t i = 0; i < LM_COUNT(many); i++)
		many[i] = (struct lm_kv){"same", value};
	answer_outputs(many, LM_COUNT(many));
	free(value);
	ck_assert_str_eq(reason(), "Install a__part: the driver answered with outputs of 325020 "
				   "bytes together, of which at most 262144 are taken");
}
END_TEST

START_TEST(an_output_needs_a_name)
{
	create("a");
	answer_outputs(&(struct lm_kv){"", "10.0.0.1"}, 1);
	ck_assert_str_eq(
	    reason(), "Install a__part: the driver answered with an output without a name");
}
END_TEST

START_TEST(a_name_of_an_output_has_an_end)
{
	char *name = text_of('n', 300);

	create("a");
	answer_outputs(&(struct lm_kv){name, "10.0.0.1"}, 1);
	free(name);
	ck_assert_str_eq(reason(),
	    "Install a__part: the driver answered with an output with a name "
	    "of more than 256 bytes");
}
END_TEST

START_TEST(outputs_are_utf8)
{
	create("a");
	answer_outputs(&(struct lm_kv){"address", "10.0.0.\xff"}, 1);
	ck_assert_str_eq(reason(),
	    "Install a__part: the driver answered with output 'address' that is not UTF-8");
	create("b");
	answer_outputs(&(struct lm_kv){"addr\xc3", "10.0.0.1"}, 1);
	ck_assert_str_eq(reason(),
	    "Install b__part: the driver answered with an output with a name "
	    "that is not UTF-8");
}
END_TEST

START_TEST(a_code_that_there_is_not_is_a_failure)
{
	create("a");
	answer(last_asked()->step, (enum step_failure)99, NULL);
	ck_assert_str_eq(reason(), "Install a__part: the driver answered with failure code 99, "
				   "which there is not");
}
END_TEST

START_TEST(of_a_long_log_the_end_is_kept)
{
	char *log = text_of('x', 1 << 22);

	memcpy(log + (1 << 22) - 10, "\xff the end", 10);
	create("a");
	engine_result(
	    engine, &(struct step_result){.step = last_asked()->step, .log = log}, now_ms, &turn);
	free(log);
	carry_out();
	succeed("Start a__part");
	ck_assert_uint_gt(longest_step_record(), 65000);
	ck_assert_uint_lt(longest_step_record(), 67000);
	ck_assert_str_eq(reason(), "");
}
END_TEST

START_TEST(a_message_is_one_line_of_text)
{
	create("a");
	answer(last_asked()->step, STEP_INFRASTRUCTURE_ERROR, "no \xfe route\nto host");
	ck_assert_str_eq(reason(), "Install a__part: no ? route");
}
END_TEST

START_TEST(a_long_message_is_cut)
{
	char *message = text_of('m', 1 << 20);

	create("a");
	answer(last_asked()->step, STEP_INFRASTRUCTURE_ERROR, message);
	free(message);
	ck_assert_uint_eq(strlen(reason()), strlen("Install a__part: ") + 1024);
}
END_TEST

START_TEST(what_waits_is_counted)
{
	given_limits(1, 0);
	create_at("a", "assembly::three::1.0", "x1");
	ck_assert_uint_eq(engine_counts(engine).in_flight, 1);
	ck_assert_uint_eq(engine_counts(engine).waiting, 2);
	all_succeed();
	ck_assert_uint_eq(engine_counts(engine).waiting, 0);
	ck_assert_uint_eq(engine_counts(engine).asked, 3);
}
END_TEST

static Suite *suite(void)
{
	TCase *answers = tcase_create("answers");
	Suite *s = suite_create("core flight");
	TCase *time = tcase_create("time-outs");
	TCase *restart = tcase_create("restart");
	TCase *limits = tcase_create("limits");

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
	tcase_add_checked_fixture(restart, given_an_engine, done);
	tcase_add_test(restart, a_step_that_is_asked_again_has_the_time_it_had_left);
	tcase_add_test(restart, a_driver_is_heard_even_when_the_manager_was_away_for_long);
	tcase_add_test(restart, a_clock_that_was_set_back_gives_no_step_more_than_its_limit);
	tcase_add_test(restart, a_step_that_has_timed_out_is_not_asked_again);
	suite_add_tcase(s, restart);
	tcase_add_checked_fixture(limits, given_an_engine, done);
	tcase_add_test(limits, without_limits_all_that_can_begin_begins);
	tcase_add_test(limits, a_location_takes_as_many_as_it_may);
	tcase_add_test(limits, a_full_location_keeps_nobody_waiting_elsewhere);
	tcase_add_test(limits, a_driver_takes_as_many_as_it_may_at_all_its_locations_together);
	tcase_add_test(limits, a_driver_serves_its_locations_in_turn);
	tcase_add_test(limits, the_processes_at_a_location_are_served_in_turn);
	tcase_add_test(limits, what_drains_traffic_goes_first);
	tcase_add_test(limits, who_has_failed_leaves_the_line_at_once);
	tcase_add_test(limits, limits_hold_after_a_restart_and_what_was_in_flight_comes_first);
	tcase_add_test(limits, an_engine_may_end_while_many_wait);
	tcase_add_test(limits, a_step_that_waits_is_not_yet_on_its_time);
	suite_add_tcase(s, limits);
	tcase_add_checked_fixture(answers, given_an_engine, done);
	tcase_add_test(answers, an_answer_about_nothing_is_counted_and_changes_nothing);
	tcase_add_test(answers, an_answer_about_a_step_not_yet_asked_changes_nothing);
	tcase_add_test(answers, the_first_of_two_answers_counts);
	tcase_add_test(answers, too_many_outputs_fail_the_step);
	tcase_add_test(answers, an_output_that_is_too_long_fails_the_step);
	tcase_add_test(answers, outputs_that_are_too_long_together_fail_the_step);
	tcase_add_test(answers, an_output_needs_a_name);
	tcase_add_test(answers, a_name_of_an_output_has_an_end);
	tcase_add_test(answers, outputs_are_utf8);
	tcase_add_test(answers, a_code_that_there_is_not_is_a_failure);
	tcase_add_test(answers, of_a_long_log_the_end_is_kept);
	tcase_add_test(answers, a_message_is_one_line_of_text);
	tcase_add_test(answers, a_long_message_is_cut);
	tcase_add_test(answers, what_waits_is_counted);
	suite_add_tcase(s, answers);
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
