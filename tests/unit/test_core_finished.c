/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "lm/core/engine.h"
#include "tosca/link/check.h"

/* An engine that remembers three ended processes for a minute; its assembly needs no driver. */
static const char descriptors[] = "name: assembly::one::1.0\n"
				  "composition: {part: {type: 'resource::part::1.0'}}\n"
				  "---\n"
				  "name: resource::part::1.0\n";
enum { MAX = 3, AGE_MS = 60000 };

static struct catalog *catalog;
static struct engine *engine;
static struct turn turn;
static char process[8][LM_ID_SIZE];

static void setup(void)
{
	catalog = catalog_new();
	catalog_put(catalog, "test.yml", descriptors, sizeof descriptors - 1);
	catalog_check(catalog);
	engine = engine_new(&(struct engine_conf){
	    .catalog = catalog, .finished_max = MAX, .finished_age_ms = AGE_MS});
	turn_init(&turn);
}

static void teardown(void)
{
	turn_fini(&turn);
	engine_free(engine);
	catalog_free(catalog);
}

/* Process 'i', which has ended when this returns. */
static void created(int i, int64_t now_ms)
{
	char name[16];

	snprintf(name, sizeof name, "a%d", i);
	struct lm_err *e = engine_intent(engine,
	    &(struct intent){.kind = INTENT_CREATE,
		.assembly_name = name,
		.descriptor = "assembly::one::1.0",
		.intended_state = "Active"},
	    now_ms, (uint64_t)i + 1, &turn, process[i]);
	ck_assert_msg(e == NULL, "%s", e == NULL ? "" : lm_err_text(e));
}

static bool remembers(int i)
{
	struct lm_buf b;

	lm_buf_init(&b, 65536);
	bool found = engine_print_process(engine, process[i], NULL, &b);
	ck_assert(!found || strstr(b.p, "\"Completed\"") != NULL);
	lm_buf_fini(&b);
	return found;
}

START_TEST(those_that_ended_last_are_remembered)
{
	for (int i = 0; i < 5; i++)
		created(i, 1000 + i);
	ck_assert(!remembers(0));
	ck_assert(!remembers(1));
	ck_assert(remembers(2));
	ck_assert(remembers(3));
	ck_assert(remembers(4));
}
END_TEST

START_TEST(what_ended_too_long_ago_is_forgotten)
{
	created(0, 1000);
	created(1, 2000);
	(void)engine_tick(engine, 1000 + AGE_MS, &turn);
	ck_assert(remembers(0));
	(void)engine_tick(engine, 1001 + AGE_MS, &turn);
	ck_assert(!remembers(0));
	ck_assert(remembers(1));
}
END_TEST

START_TEST(the_journal_keeps_what_is_forgotten)
{
	for (int i = 0; i < 5; i++)
		created(i, 1000 + i);
	for (size_t i = 0; i < turn.records.n; i++)
		ck_assert(
		    turn.records.v[i].table != RECORD_PROCESS || turn.records.v[i].body != NULL);
}
END_TEST

START_TEST(after_a_restart_as_many_are_remembered_again)
{
	for (int i = 0; i < 5; i++)
		created(i, 1000 + i);
	struct turn before = turn;
	turn_init(&turn);
	engine_free(engine);
	engine = engine_new(&(struct engine_conf){
	    .catalog = catalog, .finished_max = MAX, .finished_age_ms = AGE_MS});
	for (int table = 0; table < RECORD_EVENT; table++)
		for (size_t i = 0; i < before.records.n; i++) {
			struct record *r = &before.records.v[i];
			bool is_last = true;

			for (size_t k = i + 1; k < before.records.n; k++)
				is_last = is_last && (before.records.v[k].table != r->table ||
							 strcmp(before.records.v[k].key, r->key));
			if ((int)r->table == table && is_last)
				ck_assert_ptr_null(engine_restore(engine, r));
		}
	engine_resume(engine, 3000, 100, &turn);
	ck_assert(!remembers(1));
	ck_assert(remembers(2));
	ck_assert(remembers(4));
	turn_fini(&before);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("lm/core/finished");
	TCase *tc = tcase_create("processes that have ended");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, those_that_ended_last_are_remembered);
	tcase_add_test(tc, what_ended_too_long_ago_is_forgotten);
	tcase_add_test(tc, the_journal_keeps_what_is_forgotten);
	tcase_add_test(tc, after_a_restart_as_many_are_remembered_again);
	suite_add_tcase(s, tc);
	SRunner *sr = srunner_create(s);
	srunner_run_all(sr, CK_NORMAL);
	int failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed != 0;
}
