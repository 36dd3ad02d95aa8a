/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <uv.h>

#include "lm/drivers/driver.h"
#include "lm/drivers/http/reply.h"
#include "tests/lib/tried.h"

/* What a driver of others tells of a step on its way.  How it is asked is tests/system/http_driver.sh's. */
enum { REPORTS = 1000 };

static uv_loop_t loop;
static struct driver *driver;
static unsigned results;
static struct lm_arena *told; /* by the result */
static struct lm_kvs topology;

static void on_result(void *arg, const struct step_result *r)
{
	(void)arg;
	ck_assert_int_eq(r->failure, STEP_NONE);
	topology = lm_kvs_copy(told, &r->topology);
	results++;
}

static void setup(void)
{
	struct step_site site = {
	    .driver = "mini", .base_uri = "http://127.0.0.1:9", .location = "core", .type = "mini"};
	struct driver_conf conf = {.loop = &loop, .events.result = on_result};

	uv_loop_init(&loop);
	told = lm_arena_new();
	results = 0;
	passed(driver_http.open(&conf, &driver));
	passed(driver_http.execute(
	    driver, &(struct step_request){
			.step = "p/1", .resource_id = "8c1f", .action = "Start", .site = &site}));
}

static void teardown(void)
{
	driver_http.close(driver);
	uv_run(&loop, UV_RUN_DEFAULT);
	ck_assert_int_eq(uv_loop_close(&loop), 0);
	lm_arena_free(told);
}

static bool reply(const char *status, const char *elements)
{
	json_t *o = json_pack(
	    "{s:s, s:o}", "status", status, "associatedTopology", json_loads(elements, 0, NULL));
	bool taken = false;

	passed(http_driver_reply(driver, "p/1", o, &taken));
	json_decref(o);
	return taken;
}

START_TEST(of_an_element_that_is_told_again_and_again_the_last_counts)
{
	for (int i = 0; i < REPORTS; i++)
		ck_assert(reply(
		    "IN_PROGRESS", "{\"vm\": {\"id\": \"1\", \"type\": \"t\"}, \"net\": null}"));
	ck_assert(reply("COMPLETE", "{\"vm\": {\"id\": \"2\", \"type\": \"t\"}}"));
	ck_assert_uint_eq(results, 1);
	ck_assert_uint_eq(topology.n, 2);
	ck_assert_str_eq(lm_kvs_find(&topology, "vm"), "{\"id\":\"2\",\"type\":\"t\"}");
}
END_TEST

START_TEST(who_comes_after_the_end_is_late)
{
	ck_assert(reply("COMPLETE", "{}"));
	ck_assert(!reply("COMPLETE", "{}"));
	ck_assert_uint_eq(results, 1);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("lm/drivers/http replies");
	TCase *tc = tcase_create("what a driver tells of a step");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, of_an_element_that_is_told_again_and_again_the_last_counts);
	tcase_add_test(tc, who_comes_after_the_end_is_late);
	suite_add_tcase(s, tc);
	SRunner *sr = srunner_create(s);
	srunner_run_all(sr, CK_ENV);
	int failures = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failures != 0;
}
