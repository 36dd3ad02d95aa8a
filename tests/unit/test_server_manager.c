/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "lm/server/manager/manager.h"
#include "tosca/link/check.h"

/*
 * The manager with a real engine, a journal in memory, and a driver that writes down what it is
 * asked and answers when the test says so.
 */
static const char descriptors[] = "name: assembly::one::1.0\n"
				  "composition:\n"
				  "  part:\n"
				  "    type: resource::part::1.0\n"
				  "---\n"
				  "name: resource::part::1.0\n"
				  "lifecycle:\n"
				  "  Install:\n"
				  "  Start:\n"
				  "  Stop:\n"
				  "  Uninstall:\n";

static uv_loop_t loop;
static struct store *store;
static struct catalog *catalog;
static struct diags *diags;
static struct manager *manager;
static char process[LM_ID_SIZE];

static struct {
	struct driver_events events;
	struct lm_buf asked;                  /* actions, in order */
	char step[256], resource[LM_ID_SIZE]; /* of the last one */
	bool refuses, answers_at_once, is_open;
	const char *dead_at_open; /* resource id */
	size_t records_when_asked;
	unsigned settled;
	size_t published;
} world;

static struct lm_err *count_record(void *arg, const struct record *r)
{
	(void)r;
	++*(size_t *)arg;
	return NULL;
}

static size_t records_in(enum record_table table)
{
	struct store_query q = {.table = table};
	size_t n = 0;

	ck_assert_ptr_null(store->ops->load(store, &q, count_record, &n));
	return n;
}

/* ---- the fake driver ---------------------------------------------------------------------------- */

static struct lm_err *fake_open(const struct driver_conf *conf, struct driver **out)
{
	world.events = conf->events;
	world.is_open = true;
	if (world.dead_at_open != NULL)
		world.events.died(world.events.arg, world.dead_at_open, "service");
	*out = NULL;
	return NULL;
}

static void fake_close(struct driver *d)
{
	(void)d;
	world.is_open = false;
}

static struct lm_err *fake_execute(struct driver *d, const struct step_request *s)
{
	(void)d;
	lm_buf_printf(&world.asked, "%s%s", world.asked.n > 0 ? " " : "", s->action);
	snprintf(world.step, sizeof world.step, "%s", s->step);
	snprintf(world.resource, sizeof world.resource, "%s", s->resource_id);
	world.records_when_asked = records_in(RECORD_STEP);
	if (world.answers_at_once)
		world.events.result(world.events.arg, &(struct step_result){.step = s->step});
	return world.refuses ? lm_err_new(LM_ERR_DRIVER, "no room") : NULL;
}

static void fake_cancel(struct driver *d, const char *step)
{
	(void)d;
	(void)step;
}

static struct lm_err *fake_list(struct driver *d, driver_each_fn *each, void *arg)
{
	(void)d;
	each(arg, &(struct driver_thing){.kind = "container", .name = "a", .resource_id = "1"});
	return NULL;
}

static struct lm_err *fake_remove(struct driver *d, const char *step, const char *resource_id)
{
	(void)d;
	(void)step;
	(void)resource_id;
	return NULL;
}

static void fake_settled(struct driver *d)
{
	(void)d;
	world.settled++;
}

static const struct driver_ops fake = {
    .name = "local",
    .open = fake_open,
    .close = fake_close,
    .execute = fake_execute,
    .cancel = fake_cancel,
    .settled = fake_settled,
    .list = fake_list,
    .remove = fake_remove,
};

/* A second one, for locations named "other": nobody asks it anything here, but it speaks. */
static struct driver_events other_events;
static struct lm_err *other_open(const struct driver_conf *conf, struct driver **out)
{
	other_events = conf->events;
	*out = NULL;
	return NULL;
}
static void other_close(struct driver *d)
{
	(void)d;
}
static const struct driver_ops other = {
    .name = "other",
    .open = other_open,
    .close = other_close,
    .execute = fake_execute,
    .cancel = fake_cancel,
    .list = fake_list,
    .remove = fake_remove,
};
static const struct driver_ops *const drivers[] = {&fake, &other};

static void on_published(void *arg, int64_t seq, const char *body)
{
	(void)arg;
	(void)body;
	ck_assert_uint_ge(records_in(RECORD_EVENT), (size_t)seq); /* durable before it is told */
	world.published++;
}

/* ---- words of the sentences --------------------------------------------------------------------- */

static void given_a_manager(void)
{
	struct manager_conf conf = {.loop = &loop,
	    .store = store,
	    .catalog = catalog,
	    .drivers = drivers,
	    .n_drivers = LM_COUNT(drivers),
	    .driver_dir = "/nonexistent",
	    .images_dir = "/nonexistent",
	    .events = {.published = on_published}};

	struct lm_err *e = manager_open(&conf, &manager);
	ck_assert_msg(e == NULL, "%s", e == NULL ? "" : lm_err_text(e));
}

static void setup(void)
{
	memset(&world, 0, sizeof world);
	lm_buf_init(&world.asked, 4096);
	uv_loop_init(&loop);
	store = store_memory_new();
	catalog = catalog_new();
	diags = diags_new(10);
	catalog_put(catalog, "test.yml", descriptors, sizeof descriptors - 1);
	catalog_check(catalog);
	catalog_report(catalog, NULL, diags);
	ck_assert_uint_eq(diags_errors(diags), 0);
	given_a_manager();
}

static void stop_manager(void)
{
	manager_close(manager);
	uv_run(&loop, UV_RUN_DEFAULT);
}

static void teardown(void)
{
	stop_manager();
	uv_loop_close(&loop);
	store->ops->close(store);
	diags_free(diags);
	catalog_free(catalog);
	lm_buf_fini(&world.asked);
}

static struct lm_err *create(const char *name)
{
	struct intent it = {.kind = INTENT_CREATE,
	    .assembly_name = name,
	    .descriptor = "assembly::one::1.0",
	    .intended_state = "Active"};

	return manager_intent(manager, &it, process);
}

static void created(const char *name)
{
	struct lm_err *e = create(name);

	ck_assert_msg(e == NULL, "%s", e == NULL ? "" : lm_err_text(e));
}

static void settled(void)
{
	struct lm_err *e = manager_settle(manager);

	ck_assert_msg(e == NULL, "%s", e == NULL ? "" : lm_err_text(e));
}

static void step_succeeds(void)
{
	struct step_result r = {.step = world.step};

	world.events.result(world.events.arg, &r);
	settled();
}

static bool says(const char *text)
{
	struct lm_buf b;

	lm_buf_init(&b, 65536);
	ck_assert(engine_print_process(manager_engine(manager), process, NULL, &b));
	bool found = strstr(b.p, text) != NULL;
	lm_buf_fini(&b);
	return found;
}

/* ---- sentences ---------------------------------------------------------------------------------- */

START_TEST(nothing_is_durable_and_nothing_asked_before_the_turn_is_settled)
{
	created("a");
	ck_assert_uint_eq(records_in(RECORD_PROCESS), 0);
	ck_assert_str_eq(world.asked.p, "");
	settled();
	ck_assert_uint_eq(records_in(RECORD_PROCESS), 1);
	ck_assert_str_eq(world.asked.p, "Install");
}
END_TEST

START_TEST(a_step_is_durable_before_its_driver_is_asked)
{
	created("a");
	settled();
	ck_assert_uint_eq(world.records_when_asked, 1);
}
END_TEST

START_TEST(all_that_comes_in_during_a_turn_is_made_durable_by_one_commit)
{
	created("a");
	created("b");
	store_memory_fail_after(store, 1);
	settled();
	ck_assert_uint_eq(records_in(RECORD_PROCESS), 2);
	ck_assert_str_eq(world.asked.p, "Install Install");
}
END_TEST

START_TEST(results_drive_the_process_to_its_end)
{
	created("a");
	settled();
	step_succeeds();
	step_succeeds();
	ck_assert_str_eq(world.asked.p, "Install Start");
	ck_assert(says("\"status\":\"Completed\""));
}
END_TEST

START_TEST(a_driver_that_refuses_fails_the_step_in_the_next_turn)
{
	world.refuses = true;
	created("a");
	settled();
	size_t told = world.published;
	settled();
	ck_assert_uint_gt(world.published, told);
	ck_assert(says("\"status\":\"Failed\""));
	ck_assert(says("no room"));
}
END_TEST

START_TEST(a_refused_step_wakes_the_loop_by_itself)
{
	world.refuses = true;
	created("a");
	settled();
	uv_run(&loop, UV_RUN_ONCE); /* would wait for ever without a timer */
	settled();
	ck_assert(says("\"status\":\"Failed\""));
}
END_TEST

START_TEST(a_driver_answers_for_its_own_steps_alone)
{
	created("a");
	settled();
	other_events.result(other_events.arg, &(struct step_result){.step = world.step});
	other_events.result(other_events.arg, &(struct step_result){0});
	settled();
	ck_assert_str_eq(world.asked.p, "Install");
	step_succeeds();
	ck_assert_str_eq(world.asked.p, "Install Start");
}
END_TEST

START_TEST(a_driver_that_answers_while_it_is_asked_is_heard_in_the_next_turn)
{
	world.answers_at_once = true;
	created("a");
	settled();
	ck_assert_str_eq(world.asked.p, "Install");
	settled();
	settled();
	ck_assert_str_eq(world.asked.p, "Install Start");
	ck_assert(says("\"status\":\"Completed\""));
}
END_TEST

START_TEST(an_answer_that_comes_twice_changes_nothing_the_second_time)
{
	char first[256];

	created("a");
	settled();
	snprintf(first, sizeof first, "%s", world.step);
	step_succeeds();
	size_t before = records_in(RECORD_EVENT);
	world.events.result(
	    world.events.arg, &(struct step_result){.step = first, .failure = STEP_INTERNAL_ERROR});
	settled();
	ck_assert_uint_eq(records_in(RECORD_EVENT), before);
}
END_TEST

START_TEST(a_refused_intent_leaves_no_trace)
{
	created("a");
	settled();
	size_t before = records_in(RECORD_EVENT);
	struct lm_err *e = create("a");
	ck_assert_ptr_nonnull(e);
	ck_assert_int_eq(lm_err_kind(e), LM_ERR_CONFLICT);
	lm_err_free(e);
	settled();
	ck_assert_uint_eq(records_in(RECORD_EVENT), before);
}
END_TEST

START_TEST(events_are_published_in_order_once_they_are_durable)
{
	created("a");
	ck_assert_uint_eq(world.published, 0);
	settled();
	ck_assert_uint_gt(world.published, 0);
	ck_assert_int_eq(manager_last_event(manager), (int64_t)records_in(RECORD_EVENT));
}
END_TEST

START_TEST(after_a_restart_the_step_in_flight_is_asked_again_under_its_own_id)
{
	char step[256];

	created("a");
	settled();
	snprintf(step, sizeof step, "%s", world.step);
	int64_t last = manager_last_event(manager);
	stop_manager();
	world.step[0] = '\0';
	given_a_manager();
	ck_assert_str_eq(world.step, step);
	ck_assert_str_eq(world.asked.p, "Install Install");
	step_succeeds();
	step_succeeds();
	ck_assert(says("\"status\":\"Completed\""));
	ck_assert_int_gt(manager_last_event(manager), last);
}
END_TEST

START_TEST(a_death_that_a_driver_finds_when_it_opens_is_not_lost)
{
	created("a");
	settled();
	step_succeeds();
	step_succeeds();
	stop_manager();
	world.dead_at_open = world.resource;
	size_t before = records_in(RECORD_EVENT);
	given_a_manager();
	ck_assert_uint_gt(records_in(RECORD_EVENT), before);
}
END_TEST

START_TEST(closing_closes_the_drivers_and_asks_them_nothing)
{
	created("a");
	settled();
	stop_manager();
	ck_assert(!world.is_open);
	ck_assert_str_eq(world.asked.p, "Install");
	given_a_manager();
}
END_TEST

/* ---- a journal that cannot be written ------------------------------------------------------------ */

static void the_disk_is_full(void)
{
	store_memory_fail_after(store, 0);
}

/* Waits for the manager to find that there is room again. */
static void there_is_room_again(void)
{
	store_memory_fail_after(store, -1);
	while (manager_trouble(manager).why != NULL) {
		uv_run(&loop, UV_RUN_ONCE);
		settled();
	}
}

START_TEST(when_the_journal_cannot_be_written_no_driver_is_asked)
{
	created("a");
	the_disk_is_full();
	settled();
	ck_assert_str_eq(world.asked.p, "");
	ck_assert_uint_eq(world.published, 0);
	ck_assert_str_eq(manager_trouble(manager).why,
	    "cannot write the journal: the journal in memory was told to fail");
}
END_TEST

START_TEST(a_held_turn_goes_on_where_it_was)
{
	created("a");
	the_disk_is_full();
	settled();
	there_is_room_again();
	ck_assert_str_eq(world.asked.p, "Install");
	ck_assert_uint_gt(world.published, 0);
	step_succeeds();
	step_succeeds();
	ck_assert(says("\"status\":\"Completed\""));
}
END_TEST

START_TEST(a_held_turn_is_tried_again_and_again)
{
	created("a");
	the_disk_is_full();
	settled();
	for (int i = 0; i < 3; i++) { /* the timer rings, and the disk is as full as before */
		uv_run(&loop, UV_RUN_ONCE);
		settled();
		ck_assert_str_eq(world.asked.p, "");
	}
	there_is_room_again();
	ck_assert_str_eq(world.asked.p, "Install");
}
END_TEST

START_TEST(nothing_new_begins_while_a_turn_is_held_and_questions_are_answered)
{
	const struct sample s = {.metric_key = "a__part", .metric_name = "load", .load = 1};

	created("a");
	the_disk_is_full();
	settled();
	ck_assert(says("\"status\":\"In Progress\""));
	struct lm_err *e = create("b");
	ck_assert_ptr_nonnull(e);
	ck_assert_int_eq(lm_err_kind(e), LM_ERR_UNAVAILABLE);
	ck_assert_str_eq(lm_err_text(e),
	    "nothing new is begun until the journal can be written again: cannot write the "
	    "journal: the journal in memory was told to fail");
	lm_err_free(e);
	ck_assert_int_eq(manager_sample(manager, &s, manager_now_ms(manager)), INTAKE_HELD);
	ck_assert_uint_eq(manager_trouble(manager).samples_dropped, 1);
	there_is_room_again();
	created("b");
}
END_TEST

START_TEST(what_drivers_answer_while_a_turn_is_held_counts_afterwards)
{
	char of_a[sizeof world.step];
	struct step_result r = {.step = of_a};

	created("a");
	settled();
	memcpy(of_a, world.step, sizeof of_a);
	created("b");
	the_disk_is_full();
	settled();
	world.events.result(world.events.arg, &r);
	settled();
	ck_assert_str_eq(world.asked.p, "Install");
	there_is_room_again();
	settled();
	ck_assert_str_eq(world.asked.p, "Install Install Start");
}
END_TEST

START_TEST(a_driver_hears_when_what_it_has_told_is_durable)
{
	char of_a[sizeof world.step];
	struct step_result r = {.step = of_a};

	created("a");
	settled();
	memcpy(of_a, world.step, sizeof of_a);
	created("b");
	the_disk_is_full();
	settled();
	world.settled = 0;
	world.events.result(world.events.arg, &r);
	settled();
	ck_assert_uint_eq(world.settled, 0);
	/* There is room for the turn that was held, and not for the one with the result. */
	store_memory_fail_after(store, 1);
	while (strcmp(world.asked.p, "Install Install") != 0) {
		uv_run(&loop, UV_RUN_ONCE);
		settled();
	}
	ck_assert_uint_eq(world.settled, 0);
	there_is_room_again();
	settled();
	ck_assert_uint_ge(world.settled, 1);
}
END_TEST

START_TEST(damage_ends_the_manager)
{
	created("a");
	store_memory_fail_as(store, LM_ERR_INVALID);
	the_disk_is_full();
	struct lm_err *e = manager_settle(manager);
	ck_assert_ptr_nonnull(e);
	ck_assert_ptr_nonnull(strstr(lm_err_text(e), "cannot write the journal"));
	lm_err_free(e);
	ck_assert_str_eq(world.asked.p, "");
}
END_TEST

START_TEST(damage_found_later_ends_a_manager_that_holds_a_turn)
{
	struct lm_err *e = NULL;

	created("a");
	the_disk_is_full();
	settled();
	store_memory_fail_as(store, LM_ERR_INVALID);
	while (e == NULL) {
		uv_run(&loop, UV_RUN_ONCE);
		e = manager_settle(manager);
	}
	lm_err_free(e);
	ck_assert_str_eq(world.asked.p, "");
}
END_TEST

START_TEST(a_manager_starts_on_a_full_disk_and_goes_on_when_there_is_room)
{
	created("a");
	settled();
	stop_manager();
	the_disk_is_full();
	given_a_manager();
	ck_assert(says("\"status\":\"In Progress\""));
	there_is_room_again();
	settled();
	step_succeeds();
	step_succeeds();
	ck_assert(says("\"status\":\"Completed\""));
}
END_TEST

int main(void)
{
	Suite *s = suite_create("lm/server/manager");
	TCase *tc = tcase_create("the turn of the loop"),
	      *held = tcase_create("a journal that cannot be written");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, nothing_is_durable_and_nothing_asked_before_the_turn_is_settled);
	tcase_add_test(tc, a_step_is_durable_before_its_driver_is_asked);
	tcase_add_test(tc, all_that_comes_in_during_a_turn_is_made_durable_by_one_commit);
	tcase_add_test(tc, results_drive_the_process_to_its_end);
	tcase_add_test(tc, a_driver_that_refuses_fails_the_step_in_the_next_turn);
	tcase_add_test(tc, a_refused_step_wakes_the_loop_by_itself);
	tcase_add_test(tc, a_driver_answers_for_its_own_steps_alone);
	tcase_add_test(tc, a_driver_that_answers_while_it_is_asked_is_heard_in_the_next_turn);
	tcase_add_test(tc, an_answer_that_comes_twice_changes_nothing_the_second_time);
	tcase_add_test(tc, a_refused_intent_leaves_no_trace);
	tcase_add_test(tc, events_are_published_in_order_once_they_are_durable);
	tcase_add_test(tc, after_a_restart_the_step_in_flight_is_asked_again_under_its_own_id);
	tcase_add_test(tc, a_death_that_a_driver_finds_when_it_opens_is_not_lost);
	tcase_add_test(tc, closing_closes_the_drivers_and_asks_them_nothing);
	suite_add_tcase(s, tc);
	tcase_add_checked_fixture(held, setup, teardown);
	tcase_add_test(held, when_the_journal_cannot_be_written_no_driver_is_asked);
	tcase_add_test(held, a_held_turn_goes_on_where_it_was);
	tcase_add_test(held, a_held_turn_is_tried_again_and_again);
	tcase_add_test(held, nothing_new_begins_while_a_turn_is_held_and_questions_are_answered);
	tcase_add_test(held, what_drivers_answer_while_a_turn_is_held_counts_afterwards);
	tcase_add_test(held, a_driver_hears_when_what_it_has_told_is_durable);
	tcase_add_test(held, damage_ends_the_manager);
	tcase_add_test(held, damage_found_later_ends_a_manager_that_holds_a_turn);
	tcase_add_test(held, a_manager_starts_on_a_full_disk_and_goes_on_when_there_is_room);
	suite_add_tcase(s, held);
	SRunner *sr = srunner_create(s);
	srunner_run_all(sr, CK_NORMAL);
	int failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed != 0;
}
