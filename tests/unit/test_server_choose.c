/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lm/server/sites/change.h"
#include "lm/server/sites/choose.h"
#include "tests/lib/tried.h"

/* Who carries out a step: by the type of its location, the descriptor's word, and who is registered. */

static char folder[SCRATCH_SIZE];
static struct sites *sites;
static struct lm_arena *arena;
static struct choice choice;

typedef struct lm_err *create_fn(struct sites *, const json_t *, const char **);

static void add(create_fn *create, const char *text)
{
	json_t *body = json_loads(text, 0, NULL);
	const char *name;

	ck_assert_ptr_nonnull(body);
	struct lm_err *e = create(sites, body, &name);
	ck_assert_msg(e == NULL, "%s", e == NULL ? "" : lm_err_text(e));
	json_decref(body);
}

static struct lm_err *add_driver(struct sites *s, const json_t *body, const char **id)
{
	return site_driver_create(s, DRIVER_RESOURCE, body, id);
}

static void setup(void)
{
	scratch_make(folder);
	ck_assert_ptr_null(sites_open(folder, &sites));
	arena = lm_arena_new();
	add(site_manager_create, "{\"name\": \"far\", \"url\": \"http://far\"}");
	add(site_location_create, "{\"name\": \"cloud\", \"infrastructureType\": \"Openstack\","
				  "\"resourceManager\": \"brent\","
				  "\"infrastructureSpecificProperties\": {\"port\": 5}}");
	add(site_location_create, "{\"name\": \"elsewhere\", \"infrastructureType\": \"Openstack\","
				  "\"resourceManager\": \"far\"}");
	add(site_location_create, "{\"name\": \"edge\", \"infrastructureType\": \"Kubernetes\"}");
	add(add_driver, "{\"type\": \"ansible\", \"baseUri\": \"http://a:1/\"}");
	add(add_driver, "{\"type\": \"kubernetes\", \"baseUri\": \"http://k:1\"}");
	add(site_key_create,
	    "{\"name\": \"k1\", \"publicKey\": \"open\", \"privateKey\": \"secret\"}");
}

static void teardown(void)
{
	lm_arena_free(arena);
	sites_free(sites);
	scratch_remove(folder);
}

static bool choose(const struct step_request *rq)
{
	static const char *const own[] = {"local", NULL};

	return sites_choose(sites, own, rq, arena, &choice);
}

/* A request at a place, for which the descriptor names one driver (NULL: none), for any place. */
static bool choose_at(const char *location, const char *driver)
{
	static const struct lm_kv given = {"a", "1"};
	const struct step_driver named = {
	    .type = driver, .properties = {(struct lm_kv *)(void *)(uintptr_t)&given, 1}};

	return choose(&(struct step_request){
	    .step = "p/1",
	    .descriptor = "resource::x::1.0",
	    .location = location,
	    .drivers = &named,
	    .n_drivers = driver != NULL,
	});
}

static void assert_refused(enum step_failure failure, const char *text)
{
	ck_assert_str_eq(choice.why.step, "p/1");
	ck_assert_int_eq(choice.why.failure, failure);
	ck_assert_msg(strstr(choice.why.message, text) != NULL, "%s", choice.why.message);
}

START_TEST(without_a_word_this_machine_does_it)
{
	ck_assert(choose_at(NULL, NULL) && choice.is_own);
	ck_assert_str_eq(choice.driver, "local");
	ck_assert(choose_at("", NULL) && choice.is_own);
	ck_assert(choose_at("local", NULL) && choice.is_own);
}
END_TEST

START_TEST(who_is_named_is_asked_even_on_this_machine)
{
	ck_assert(choose_at("local", "ansible") && !choice.is_own);
	ck_assert_str_eq(choice.site.base_uri, "http://a:1");
	ck_assert_str_eq(choice.site.type, "local");
}
END_TEST

START_TEST(a_registered_driver_is_told_where_and_with_what)
{
	ck_assert(choose_at("cloud", "Ansible") && !choice.is_own);
	ck_assert_str_eq(choice.site.driver, "Ansible"); /* whose folder is so called */
	ck_assert_str_eq(choice.site.location, "cloud");
	ck_assert_str_eq(choice.site.type, "Openstack");
	ck_assert_str_eq(choice.site.manager, "brent");
	ck_assert_str_eq(choice.site.location_properties, "{\"port\":5}");
	ck_assert_str_eq(lm_kvs_find(&choice.site.given, "a"), "1");
	ck_assert_ptr_null(choice.site.certificate);
}
END_TEST

START_TEST(the_type_of_infrastructure_stands_for_a_driver)
{
	ck_assert(choose_at("edge", NULL) && !choice.is_own);
	ck_assert_str_eq(choice.site.base_uri, "http://k:1");
}
END_TEST

START_TEST(a_location_that_nobody_knows_says_what_to_do)
{
	ck_assert(!choose_at("nowhere", "ansible"));
	assert_refused(
	    STEP_RESOURCE_NOT_FOUND, "there is no deployment location 'nowhere': create it");
}
END_TEST

START_TEST(a_driver_that_nobody_has_registered_says_what_to_do)
{
	ck_assert(!choose_at("cloud", "puppet"));
	assert_refused(STEP_INTERNAL_ERROR, "nobody is registered as resource driver 'puppet'");
	ck_assert(!choose_at("cloud", NULL));
	assert_refused(STEP_INTERNAL_ERROR, "nobody is registered as resource driver 'Openstack'");
}
END_TEST

START_TEST(what_belongs_to_another_manager_is_left_to_it)
{
	ck_assert(choose_at("elsewhere", "ansible") && !choice.is_own && choice.is_managed);
	ck_assert_str_eq(choice.site.base_uri, "http://far");
	ck_assert_str_eq(choice.site.manager, "far");
	ck_assert_str_eq(choice.site.type, "Openstack");
	ck_assert(choose_at("edge", "ansible") && !choice.is_managed);
}
END_TEST

static bool choose_with_key(const char *own, const char *given)
{
	struct lm_kv o = {"login", own}, g = {"login", given}, t = {"login", "key"};
	const struct step_driver named = {.type = "ansible"};

	return choose(&(struct step_request){
	    .step = "p/1",
	    .location = "cloud",
	    .drivers = &named,
	    .n_drivers = 1,
	    .own = {&o, own != NULL},
	    .given = {&g, given != NULL},
	    .types = {&t, 1},
	});
}

START_TEST(a_key_goes_with_who_names_it)
{
	ck_assert(choose_with_key("k1", NULL));
	ck_assert_uint_eq(choice.site.n_keys, 1);
	ck_assert_str_eq(choice.site.keys[0].private_key, "secret");
	ck_assert(choose_with_key("other", "k1")); /* an operation's own word counts */
	ck_assert_uint_eq(choice.site.n_keys, 1);
	ck_assert(choose_with_key(NULL, NULL));
	ck_assert_uint_eq(choice.site.n_keys, 0);
	ck_assert(choose_with_key("", NULL));
	ck_assert_uint_eq(choice.site.n_keys, 0);
}
END_TEST

START_TEST(a_key_that_is_not_there_says_so)
{
	ck_assert(!choose_with_key("k2", NULL));
	assert_refused(STEP_INTERNAL_ERROR, "no infrastructure key 'k2', which property 'login'");
}
END_TEST

int main(void)
{
	Suite *s = suite_create("server choose");
	TCase *t = tcase_create("who carries out a step");
	SRunner *r = srunner_create(s);

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, without_a_word_this_machine_does_it);
	tcase_add_test(t, who_is_named_is_asked_even_on_this_machine);
	tcase_add_test(t, a_registered_driver_is_told_where_and_with_what);
	tcase_add_test(t, the_type_of_infrastructure_stands_for_a_driver);
	tcase_add_test(t, a_location_that_nobody_knows_says_what_to_do);
	tcase_add_test(t, a_driver_that_nobody_has_registered_says_what_to_do);
	tcase_add_test(t, what_belongs_to_another_manager_is_left_to_it);
	tcase_add_test(t, a_key_goes_with_who_names_it);
	tcase_add_test(t, a_key_that_is_not_there_says_so);
	suite_add_tcase(s, t);
	srunner_run_all(r, CK_ENV);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
