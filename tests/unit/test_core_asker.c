/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <jansson.h>
#include <string.h>

#include "lm/core/engine_priv.h"
#include "tests/lib/world.h"

/* Who asked for what was done: in the documents of processes, their steps and their events. */

static struct world w;
static char process[LM_ID_SIZE];
static char said[200];

static void given_a_world(void)
{
	world_init(&w, &(struct sim_conf){.seed = 7, .min_ms = 5, .max_ms = 50});
}

static void done(void)
{
	ck_assert_msg(w.wrong == NULL, "%s", w.wrong);
	world_fini(&w);
}

/* ---- words of the sentences --------------------------------------------------------------------- */

static void asks(struct intent it)
{
	struct lm_err *e = world_intent(&w, &it, process);

	ck_assert_msg(e == NULL, "%s", e == NULL ? "" : lm_err_text(e));
}

static void creates(const char *by)
{
	asks((struct intent){.kind = INTENT_CREATE,
	    .assembly_name = "svc",
	    .descriptor = "assembly::service::1.0",
	    .intended_state = "Active",
	    .by = by});
}

static const struct process *last(void)
{
	return engine_find_instance(w.engine, "svc")->last;
}

/* A member of the process' document. */
static const char *shown(const char *member)
{
	struct lm_buf b;

	lm_buf_init(&b, 1 << 20);
	ck_assert(engine_print_process(w.engine, last()->id, NULL, &b));
	json_t *doc = json_loads(b.p, 0, NULL);
	const json_t *value = json_object_get(doc, member);
	ck_assert_ptr_nonnull(value);
	snprintf(said, sizeof said, "%s", json_is_null(value) ? "null" : json_string_value(value));
	json_decref(doc);
	lm_buf_fini(&b);
	return said;
}

struct search {
	const char *key, *value, *of, *is; /* of records in which 'key' is 'value', member 'of' */
	size_t n;
};

static struct lm_err *look(void *arg, const struct record *r)
{
	struct search *s = arg;
	json_t *o = json_loads(r->body, 0, NULL);
	const char *value = json_string_value(json_object_get(o, s->key));
	const char *of = json_string_value(json_object_get(o, s->of));

	s->n +=
	    value != NULL && strcmp(value, s->value) == 0 && of != NULL && strcmp(of, s->is) == 0;
	json_decref(o);
	return NULL;
}

/* So many records of the table say so. */
static size_t journalled(enum record_table table, struct search s)
{
	struct store_query q = {.table = table};

	ck_assert_ptr_null(w.store->ops->load(w.store, &q, look, &s));
	return s.n;
}

/* ---- operators ---------------------------------------------------------------------------------- */

START_TEST(a_process_says_who_asked_and_so_do_its_events_and_steps)
{
	creates("jack");
	world_settle(&w);
	ck_assert_str_eq(shown("requestedBy"), "jack");
	ck_assert_uint_eq(
	    journalled(RECORD_EVENT,
		(struct search){"type", "ProcessStateChangeEvent", "requestedBy", "jack", 0}),
	    2);
	ck_assert_uint_gt(
	    journalled(RECORD_STEP, (struct search){"action", "Install", "by", "jack", 0}), 0);
}
END_TEST

START_TEST(who_was_not_asked_for_his_name_has_none)
{
	creates(NULL);
	world_settle(&w);
	ck_assert_str_eq(shown("requestedBy"), "null");
}
END_TEST

START_TEST(it_is_known_after_a_restart)
{
	creates("jack");
	world_crash(&w);
	world_settle(&w);
	ck_assert_str_eq(shown("requestedBy"), "jack");
	ck_assert_str_eq(world_states(&w, "svc"), "net:Active gw:Active pool__1:Active");
	world_crash(&w);
	ck_assert_str_eq(shown("requestedBy"), "jack");
}
END_TEST

START_TEST(who_tries_again_is_who_asked_from_then_on)
{
	creates("jack");
	asks((struct intent){.kind = INTENT_CANCEL, .process = process, .by = "jane"});
	world_settle(&w);
	ck_assert_str_eq(shown("requestedBy"), "jack");
	ck_assert_str_eq(shown("statusReason"), "cancelled by jane");
	asks((struct intent){.kind = INTENT_RETRY, .process = process, .by = "kim"});
	world_settle(&w);
	ck_assert_str_eq(shown("requestedBy"), "kim");
	ck_assert_str_eq(shown("status"), "Completed");
	ck_assert_uint_gt(
	    journalled(RECORD_STEP, (struct search){"action", "Start", "by", "kim", 0}), 0);
}
END_TEST

/* ---- the system itself -------------------------------------------------------------------------- */

START_TEST(a_policy_s_heal_names_the_policy)
{
	creates("jack");
	world_settle(&w);
	world_kill(&w, "svc__gw");
	world_settle(&w);
	ck_assert_int_eq(last()->intent.kind, INTENT_HEAL);
	ck_assert_str_eq(shown("requestedBy"), "policy svc__gw__heal");
}
END_TEST

START_TEST(a_policy_s_scale_names_the_policy)
{
	creates("jack");
	world_settle(&w);
	for (int i = 0; i < 3; i++)
		world_load(&w, "svc__gw", 99);
	world_settle(&w);
	ck_assert_int_eq(last()->intent.kind, INTENT_SCALE_OUT);
	ck_assert_str_eq(shown("requestedBy"), "policy svc__scalePool");
	world_crash(&w);
	ck_assert_str_eq(shown("requestedBy"), "policy svc__scalePool");
}
END_TEST

START_TEST(an_alert_s_names_the_alert)
{
	struct alert a = {.kind = INTENT_SCALE_OUT,
	    .assembly = "svc",
	    .cluster = "pool",
	    .by = "alert QueueIsLong"};

	creates("jack");
	world_settle(&w);
	ck_assert_ptr_null(world_alert(&w, &a, process));
	world_settle(&w);
	ck_assert_str_eq(shown("requestedBy"), "alert QueueIsLong");
	a.kind = INTENT_HEAL;
	a.component = "gw";
	a.by = NULL;
	ck_assert_ptr_null(world_alert(&w, &a, process));
	world_settle(&w);
	ck_assert_str_eq(shown("requestedBy"), "alert");
}
END_TEST

int main(void)
{
	Suite *s = suite_create("core/asker");
	TCase *tc = tcase_create("asker");

	tcase_add_checked_fixture(tc, given_a_world, done);
	tcase_add_test(tc, a_process_says_who_asked_and_so_do_its_events_and_steps);
	tcase_add_test(tc, who_was_not_asked_for_his_name_has_none);
	tcase_add_test(tc, it_is_known_after_a_restart);
	tcase_add_test(tc, who_tries_again_is_who_asked_from_then_on);
	tcase_add_test(tc, a_policy_s_heal_names_the_policy);
	tcase_add_test(tc, a_policy_s_scale_names_the_policy);
	tcase_add_test(tc, an_alert_s_names_the_alert);
	suite_add_tcase(s, tc);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
