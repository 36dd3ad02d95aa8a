/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <jansson.h>
#include <string.h>

#include "lm/core/engine_priv.h"
#include "lm/core/view/figures.h"
#include "tests/lib/world.h"

/* What the engine tells those who keep figures, and what its events carry for others. */

static struct world w;
static struct process_figures processes;

static void given_a_service(void)
{
	world_init(&w, &(struct sim_conf){.seed = 1});
	ck_assert_ptr_null(world_create(&w, "svc", "assembly::service::1.0"));
}

static void done(void)
{
	ck_assert_msg(w.wrong == NULL, "%s", w.wrong);
	world_fini(&w);
}

START_TEST(processes_are_counted_by_what_was_wanted_and_how_they_do)
{
	engine_process_figures(w.engine, &processes);
	ck_assert_uint_eq(processes.now[INTENT_CREATE][PROCESS_RUNNING], 1);
	ck_assert_uint_eq(processes.ended[INTENT_CREATE][PROCESS_COMPLETED], 0);
	world_settle(&w);
	engine_process_figures(w.engine, &processes);
	ck_assert_uint_eq(processes.now[INTENT_CREATE][PROCESS_RUNNING], 0);
	ck_assert_uint_eq(processes.ended[INTENT_CREATE][PROCESS_COMPLETED], 1);
}
END_TEST

struct seen {
	size_t n, max;
	char text[1024];
};

static bool see_metric(void *arg, const struct metric_figure *f)
{
	struct seen *s = arg;
	size_t used = strlen(s->text);

	snprintf(s->text + used, sizeof s->text - used, "%s %s %s %s %g; ", f->assembly,
	    f->component, f->metric, f->is_load ? "load" : "integrity", f->value);
	return ++s->n < s->max;
}

static void report(const char *metric, struct sample s)
{
	s.metric_key = "svc__gw";
	s.metric_name = metric;
	ck_assert_uint_eq(engine_sample(w.engine, &s, w.now_ms, &w.turn), SAMPLE_TAKEN);
}

START_TEST(every_metric_is_told_of_that_was_heard_of)
{
	struct seen all = {.max = 100}, one = {.max = 1};

	world_settle(&w);
	engine_each_metric(w.engine, see_metric, &all);
	ck_assert_str_eq(all.text, "");
	report("load", (struct sample){.kind = SAMPLE_LOAD, .load = 53});
	report("well", (struct sample){.kind = SAMPLE_INTEGRITY, .ok = true});
	report("calls", (struct sample){.kind = SAMPLE_VALUES, .values = "{\"n\":1}"});
	engine_each_metric(w.engine, see_metric, &all);
	ck_assert_str_eq(all.text, "svc svc__gw load load 53; svc svc__gw well integrity 1; ");
	engine_each_metric(w.engine, see_metric, &one);
	ck_assert_uint_eq(one.n, 1);
}
END_TEST

static bool see_cluster(void *arg, const struct cluster_figure *f)
{
	struct seen *s = arg;
	size_t used = strlen(s->text);

	snprintf(s->text + used, sizeof s->text - used, "%s %s %zu+%zu; ", f->assembly, f->cluster,
	    f->members, f->spares);
	return ++s->n < s->max;
}

START_TEST(clusters_have_their_sizes_and_the_whole_has_one)
{
	struct seen all = {.max = 100};
	size_t assemblies, resources;

	world_settle(&w);
	engine_each_cluster(w.engine, see_cluster, &all);
	ck_assert_msg(strncmp(all.text, "svc svc__", 9) == 0, "%s", all.text);
	engine_sizes(w.engine, &assemblies, &resources);
	ck_assert_uint_eq(assemblies, 1);
	ck_assert_uint_eq(resources, lm_map_count(w.engine->components));
}
END_TEST

/* ---- events ------------------------------------------------------------------------------------------- */

struct looking {
	const char *type, *key, *value; /* of which events the last one is kept */
	json_t *found;
};

static struct lm_err *look(void *arg, const struct record *r)
{
	struct looking *l = arg;
	json_t *o = json_loads(r->body, 0, NULL);
	const char *type = json_string_value(json_object_get(o, "type"));
	const char *value = json_string_value(json_object_get(o, l->key));

	if (strcmp(type, l->type) == 0 && value != NULL && strcmp(value, l->value) == 0) {
		json_decref(l->found);
		l->found = json_incref(o);
	}
	json_decref(o);
	return NULL;
}

/* The last one of this type and with this member. */
static json_t *event(const char *type, const char *key, const char *value)
{
	struct looking l = {type, key, value, NULL};
	struct store_query q = {.table = RECORD_EVENT};

	ck_assert_ptr_null(w.store->ops->load(w.store, &q, look, &l));
	ck_assert_ptr_nonnull(l.found);
	return l.found;
}

START_TEST(a_process_says_what_was_wanted_and_when_it_began_and_ended)
{
	world_settle(&w);
	json_t *o = event("ProcessStateChangeEvent", "processState", "In Progress");
	ck_assert(json_is_string(json_object_get(o, "processStartedAt")));
	ck_assert(json_is_null(json_object_get(o, "processFinishedAt")));
	json_decref(o);
	o = event("ProcessStateChangeEvent", "processState", "Completed");
	ck_assert(json_is_string(json_object_get(o, "processFinishedAt")));
	ck_assert_str_eq(
	    json_string_value(json_object_get(json_object_get(o, "intent"), "assemblyName")),
	    "svc");
	json_decref(o);
}
END_TEST

START_TEST(an_intent_of_any_length_is_told_of_once_at_most)
{
	LM_AUTO(lm_arena) a = lm_arena_new();
	char *long_text = lm_arena_alloc(a, 70000);
	char process[LM_ID_SIZE];
	struct intent it = {
	    .kind = INTENT_UPGRADE, .assembly_name = "svc", .descriptor = "assembly::service::1.0"};

	world_settle(&w);
	memset(long_text, 'x', 69999);
	long_text[69999] = '\0';
	it.reason = long_text;
	ck_assert_ptr_null(world_intent(&w, &it, process));
	world_settle(&w);
	json_t *o = event("ProcessStateChangeEvent", "processId", process);
	ck_assert(json_is_null(json_object_get(o, "intent")));
	json_decref(o);
}
END_TEST

START_TEST(a_resource_that_goes_says_where_it_was)
{
	world_settle(&w);
	ck_assert_ptr_null(world_delete(&w, "svc"));
	world_settle(&w);
	json_t *o = event("ComponentStateChangeEvent", "resourceName", "svc__gw");
	ck_assert(json_is_null(json_object_get(o, "newState")));
	ck_assert_ptr_nonnull(json_object_get(o, "deploymentLocation"));
	ck_assert_ptr_nonnull(json_object_get(o, "resourceManager"));
	json_decref(o);
}
END_TEST

START_TEST(a_webhook_that_was_given_up_stands_in_the_journal)
{
	world_settle(&w);
	engine_note_webhook(w.engine, "pager", "nobody answers", w.now_ms, &w.turn);
	ck_assert_uint_eq(w.turn.records.n, 1);
	ck_assert_ptr_nonnull(strstr(w.turn.records.v[0].body,
	    "\"type\":\"WebhookEvent\",\"webhook\":\"pager\",\"state\":\"stopped\","
	    "\"text\":\"nobody answers\"}"));
	turn_clear(&w.turn);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("core/figures");
	TCase *tc = tcase_create("figures");

	tcase_add_checked_fixture(tc, given_a_service, done);
	tcase_add_test(tc, processes_are_counted_by_what_was_wanted_and_how_they_do);
	tcase_add_test(tc, every_metric_is_told_of_that_was_heard_of);
	tcase_add_test(tc, clusters_have_their_sizes_and_the_whole_has_one);
	tcase_add_test(tc, a_process_says_what_was_wanted_and_when_it_began_and_ended);
	tcase_add_test(tc, an_intent_of_any_length_is_told_of_once_at_most);
	tcase_add_test(tc, a_resource_that_goes_says_where_it_was);
	tcase_add_test(tc, a_webhook_that_was_given_up_stands_in_the_journal);
	suite_add_tcase(s, tc);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
