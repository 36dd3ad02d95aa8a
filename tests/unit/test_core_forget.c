/* SPDX-License-Identifier: Apache-2.0 */
/* An assembly leaves the books, and nothing is done outside. */
#include <check.h>
#include <string.h>

#include "tests/lib/asked.h"

static char said[300];

/* "done", or what is wrong with it. */
static const char *forgotten(const char *name)
{
	struct lm_err *err = engine_forget(engine, name, now_ms, &turn);

	snprintf(said, sizeof said, "%s", err == NULL ? "done" : lm_err_text(err));
	lm_err_free(err);
	carry_out();
	return said;
}

static bool is_there(const char *name)
{
	struct lm_buf b;

	lm_buf_init(&b, 1 << 20);
	bool there = engine_print_named(engine, name, &b);
	lm_buf_fini(&b);
	return there;
}

struct count {
	const char *root;
	size_t n;
};

static struct lm_err *count_one(void *arg, const struct record *r)
{
	struct count *c = arg;

	c->n += strcmp(r->root, c->root) == 0;
	return NULL;
}

static size_t records_of(const char *root, enum record_table table)
{
	struct count c = {root, 0};
	struct store_query q = {.table = table};

	ck_assert_ptr_null(store->ops->load(store, &q, count_one, &c));
	return c.n;
}

static void given_a_pair(void)
{
	given_an_engine();
	create_at("p", "assembly::pair::1.0", NULL);
	all_succeed();
	ck_assert(engine_is_idle(engine));
}

START_TEST(its_records_go_and_no_driver_is_asked)
{
	size_t before = asked.n;

	ck_assert_uint_eq(records_of("p", RECORD_COMPONENT), 2);
	ck_assert_uint_eq(records_of("p", RECORD_RELATIONSHIP), 1);
	ck_assert_str_eq(forgotten("p"), "done");
	ck_assert(!is_there("p"));
	ck_assert_uint_eq(asked.n, before);
	ck_assert_uint_eq(records_of("p", RECORD_ASSEMBLY), 0);
	ck_assert_uint_eq(records_of("p", RECORD_COMPONENT), 0);
	ck_assert_uint_eq(records_of("p", RECORD_RELATIONSHIP), 0);
}
END_TEST

START_TEST(a_restart_does_not_bring_it_back)
{
	ck_assert_str_eq(forgotten("p"), "done");
	restart_after_ms(10);
	ck_assert(!is_there("p"));
	ck_assert(engine_is_idle(engine));
}
END_TEST

START_TEST(what_it_did_stays_in_the_history)
{
	struct lm_buf b;

	ck_assert_str_eq(forgotten("p"), "done");
	lm_buf_init(&b, 1 << 20);
	ck_assert_uint_eq(
	    engine_print_processes(engine, &(struct process_filter){.assembly_name = "p"}, &b), 1);
	lm_buf_fini(&b);
}
END_TEST

START_TEST(its_name_is_free_again)
{
	ck_assert_str_eq(forgotten("p"), "done");
	create_at("p", "assembly::pair::1.0", NULL);
	all_succeed();
	ck_assert_str_eq(reason(), "");
	ck_assert(is_there("p"));
}
END_TEST

START_TEST(nobody_is_forgotten_while_a_process_runs)
{
	create("a");
	ck_assert_str_eq(forgotten("none"), "Cannot find assembly instance with id none");
	forgotten("a");
	ck_assert_ptr_nonnull(strstr(said, "'a' is busy: process "));
	ck_assert_ptr_nonnull(strstr(said, "(CreateAssembly) is In Progress"));
	ck_assert(is_there("a"));
	all_succeed();
	ck_assert_str_eq(forgotten("a"), "done");
}
END_TEST

START_TEST(nor_while_a_heal_waits_for_its_next_attempt)
{
	create("a");
	all_succeed();
	char process[LM_ID_SIZE];
	struct intent heal = {.kind = INTENT_HEAL, .assembly_name = "a", .component_name = "part"};
	ck_assert_ptr_null(engine_intent(engine, &heal, now_ms, 77, &turn, process));
	carry_out();
	for (size_t at = 0; at < asked.n; at++) /* until it sleeps */
		answer(asked.v[at].step, STEP_INTERNAL_ERROR, "no");
	ck_assert(!engine_is_idle(engine));
	forgotten("a");
	ck_assert_msg(strstr(said, "(HealAssembly) is Pending") != NULL, "%s", said);
	ck_assert(is_there("a"));
}
END_TEST

START_TEST(late_words_about_it_change_nothing)
{
	create("a");
	all_succeed();
	struct lm_buf b;
	lm_buf_init(&b, 1 << 20);
	ck_assert(engine_print_named(engine, "a", &b));
	char id[LM_ID_SIZE];
	snprintf(id, sizeof id, "%.36s", strstr(b.p, "\"metricKey\":\"") + 13);
	lm_buf_fini(&b);
	ck_assert_str_eq(forgotten("a"), "done");
	engine_died(engine, id, "part", now_ms, &turn);
	carry_out();
	ck_assert(engine_is_idle(engine));
}
END_TEST

int main(void)
{
	Suite *s = suite_create("core/forget");
	TCase *tc = tcase_create("forgotten");

	tcase_add_checked_fixture(tc, given_a_pair, done);
	tcase_add_test(tc, its_records_go_and_no_driver_is_asked);
	tcase_add_test(tc, a_restart_does_not_bring_it_back);
	tcase_add_test(tc, what_it_did_stays_in_the_history);
	tcase_add_test(tc, its_name_is_free_again);
	tcase_add_test(tc, nobody_is_forgotten_while_a_process_runs);
	tcase_add_test(tc, nor_while_a_heal_waits_for_its_next_attempt);
	tcase_add_test(tc, late_words_about_it_change_nothing);
	suite_add_tcase(s, tc);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
