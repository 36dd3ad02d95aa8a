/* SPDX-License-Identifier: Apache-2.0 */
/* What the rest of the manager asks of its sites; what clients ask is in tests/system/sites.sh. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lm/server/sites/change.h"
#include "tests/lib/tried.h"

static char folder[SCRATCH_SIZE];
static struct sites *sites;
static bool used;

static void reopen(void)
{
	sites_free(sites);
	sites = NULL;
	passed(sites_open(folder, &sites));
}

static void setup(void)
{
	scratch_make(folder);
	sites = NULL;
	used = false;
	reopen();
}

static void teardown(void)
{
	sites_free(sites);
	scratch_remove(folder);
}

static bool is_used(void *arg, const char *location)
{
	(void)arg, (void)location;
	return used;
}

static const struct site_use use = {is_used, NULL};

static json_t *body(const char *text)
{
	json_t *o = json_loads(text, 0, NULL);

	ck_assert_msg(o != NULL, "%s", text);
	return o;
}

static void create_location(const char *text)
{
	const char *name = NULL;
	json_t *o = body(text);

	passed(site_location_create(sites, o, &name));
	json_decref(o);
}

static struct lm_err *update_location(const char *name, const char *text)
{
	json_t *o = body(text);
	struct lm_err *e = site_location_update(sites, name, o, use);

	json_decref(o);
	return e;
}

static struct lm_err *create_driver(enum driver_kind kind, const char *text)
{
	const char *id = NULL;
	json_t *o = body(text);
	struct lm_err *e = site_driver_create(sites, kind, o, &id);

	json_decref(o);
	return e;
}

/* ---- locations ---------------------------------------------------------------------------------- */

START_TEST(this_machine_is_always_a_location)
{
	const struct site_location *l = sites_location(sites, "local");

	ck_assert_ptr_nonnull(l);
	ck_assert_str_eq(l->type, "local");
	ck_assert_str_eq(l->manager, "lm");
	ck_assert(l->is_ours);
	ck_assert_uint_eq(l->properties.n, 0);
	ck_assert_ptr_eq(sites_location(sites, NULL), l);
	ck_assert_ptr_eq(sites_location(sites, ""), l);
	ck_assert_ptr_null(sites_location(sites, "nowhere"));
	failed(site_location_delete(sites, "local", use), LM_ERR_CONFLICT, "always there");
}
END_TEST

START_TEST(a_location_has_a_type_and_properties_as_texts)
{
	create_location(
	    "{\"name\": \"dc\", \"resourceManager\": \"brent\", \"infrastructureType\": "
	    "\"Openstack\", \"infrastructureSpecificProperties\": {\"url\": \"http://x\", "
	    "\"port\": 5000, \"tls\": true, \"none\": null, \"map\": {\"a\": [1]}}}");
	for (int i = 0; i < 2; i++) {
		const struct site_location *l = sites_location(sites, "dc");

		ck_assert_ptr_nonnull(l);
		ck_assert_str_eq(l->name, "dc");
		ck_assert_str_eq(l->type, "Openstack");
		ck_assert_str_eq(l->manager, "brent");
		ck_assert(l->is_ours);
		ck_assert_str_eq(lm_kvs_find(&l->properties, "url"), "http://x");
		ck_assert_str_eq(lm_kvs_find(&l->properties, "port"), "5000");
		ck_assert_str_eq(lm_kvs_find(&l->properties, "tls"), "true");
		ck_assert_str_eq(lm_kvs_find(&l->properties, "map"), "{\"a\":[1]}");
		ck_assert_ptr_null(lm_kvs_find(&l->properties, "none"));
		ck_assert_int_eq(json_integer_value(json_object_get(l->values, "port")), 5000);
		reopen();
	}
}
END_TEST

START_TEST(another_managers_location_is_not_ours)
{
	const char *name = NULL;
	json_t *o = body("{\"name\": \"arm\", \"url\": \"http://arm\"}");

	passed(site_manager_create(sites, o, &name));
	json_decref(o);
	create_location("{\"name\": \"lab\", \"resourceManager\": \"arm\"}");
	ck_assert(!sites_location(sites, "lab")->is_ours);
	ck_assert_str_eq(sites_location(sites, "lab")->type, "");
}
END_TEST

START_TEST(a_change_is_seen_at_once)
{
	create_location("{\"name\": \"dc\"}");
	passed(update_location("dc", "{\"infrastructureType\": \"Kubernetes\", "
				     "\"infrastructureSpecificProperties\": {\"a\": \"1\"}}"));
	ck_assert_str_eq(sites_location(sites, "dc")->type, "Kubernetes");
	ck_assert_str_eq(lm_kvs_find(&sites_location(sites, "dc")->properties, "a"), "1");
	passed(site_location_delete(sites, "dc", use));
	ck_assert_ptr_null(sites_location(sites, "dc"));
}
END_TEST

START_TEST(a_location_in_use_keeps_what_steps_depend_on)
{
	create_location("{\"name\": \"dc\"}");
	used = true;
	failed(site_location_delete(sites, "dc", use), LM_ERR_CONFLICT, "delete their assemblies");
	failed(update_location("dc", "{\"infrastructureType\": \"Openstack\"}"), LM_ERR_CONFLICT,
	    "until that is gone");
	passed(update_location(
	    "dc", "{\"resourceManager\": \"brent\"}")); /* the same by another name */
	failed(update_location("dc", "{\"resourceManager\": \"nobody\"}"), LM_ERR_INVALID,
	    "create it first");
	passed(update_location("dc",
	    "{\"infrastructureType\": \"local\", \"resourceManager\": \"lm\", "
	    "\"description\": \"new\"}"));
	ck_assert_str_eq(sites_location(sites, "dc")->description, "new");
}
END_TEST

START_TEST(who_may_not_change_a_location_does_not_see_its_secrets)
{
	create_location(
	    "{\"name\": \"dc\", \"infrastructureSpecificProperties\": {\"user\": \"u\", "
	    "\"os_Password\": \"S1\", \"apiToken\": null, \"auth\": {\"client_secret\": "
	    "\"S2\", \"url\": \"x\"}, \"list\": [{\"name\": \"private_key\", \"value\": "
	    "\"S3\"}, {\"name\": \"port\", \"value\": 1}]}}");
	json_t *one = site_location_document(sites, "dc", false);
	json_t *all = site_location_list(sites, "dc", NULL, false);
	char *text =
	    json_dumps(json_object_get(one, "infrastructureSpecificProperties"), JSON_COMPACT);

	ck_assert_str_eq(text,
	    "{\"user\":\"u\",\"os_Password\":\"***\",\"apiToken\":null,\"auth\":{\"client_secret\":"
	    "\"***\",\"url\":\"x\"},\"list\":[{\"name\":\"private_key\",\"value\":\"***\"},"
	    "{\"name\":\"port\",\"value\":1}]}");
	ck_assert(json_equal(one, json_array_get(all, 0)));
	free(text);
	json_decref(one);
	json_decref(all);
	one = site_location_document(sites, "dc", true);
	ck_assert_str_eq(
	    json_string_value(json_object_get(
		json_object_get(one, "infrastructureSpecificProperties"), "os_Password")),
	    "S1");
	json_decref(one);
}
END_TEST

/* ---- drivers ------------------------------------------------------------------------------------ */

START_TEST(a_driver_is_found_by_its_type)
{
	passed(create_driver(
	    DRIVER_RESOURCE, "{\"type\": \"Ansible\", \"baseUri\": \"http://a:1/api//\"}"));
	for (int i = 0; i < 2; i++) {
		const struct site_driver *d = sites_driver(sites, "ansible");

		ck_assert_ptr_nonnull(d);
		ck_assert_str_eq(d->type, "Ansible");
		ck_assert_str_eq(d->base_uri, "http://a:1/api");
		ck_assert_ptr_null(d->certificate);
		ck_assert_ptr_null(sites_driver(sites, "terraform"));
		reopen();
	}
}
END_TEST

START_TEST(the_older_form_counts_where_there_is_no_other)
{
	static char longest[500];

	memset(longest, 'x', sizeof longest - 1);
	passed(create_driver(
	    DRIVER_VIM, "{\"infrastructureType\": \"Openstack\", \"baseUri\": \"http://v\"}"));
	ck_assert_ptr_null(sites_driver(sites, "Openstack"));
	passed(create_driver(
	    DRIVER_LIFECYCLE, "{\"type\": \"ansible\", \"baseUri\": \"http://old\"}"));
	ck_assert_str_eq(sites_driver(sites, "ansible")->base_uri, "http://old");
	passed(
	    create_driver(DRIVER_RESOURCE, "{\"type\": \"ansible\", \"baseUri\": \"http://new\"}"));
	ck_assert_str_eq(sites_driver(sites, "ansible")->base_uri, "http://new");
	ck_assert_ptr_null(sites_driver(sites, longest));
}
END_TEST

START_TEST(a_driver_that_changes_its_type_is_found_by_the_new_one)
{
	passed(create_driver(DRIVER_RESOURCE, "{\"type\": \"one\", \"baseUri\": \"http://a\"}"));
	json_t *o = body("{\"type\": \"two\", \"baseUri\": \"http://b\"}");
	passed(site_driver_update(sites, DRIVER_RESOURCE, "one", o));
	json_decref(o);
	ck_assert_ptr_null(sites_driver(sites, "one"));
	ck_assert_str_eq(sites_driver(sites, "two")->base_uri, "http://b");
	passed(site_driver_delete(sites, DRIVER_RESOURCE, "two"));
	ck_assert_ptr_null(sites_driver(sites, "two"));
}
END_TEST

static const struct {
	const char *uri;
	bool taken;
} uris[] = {
    {"http://driver", true},
    {"http://driver:8293", true},
    {"http://[::1]:8293/base", true},
    {"http://", false},
    {"http:///path", false},
    {"http://:80", false},
    {"driver:8293", false},
    {"ftp://driver", false},
    {"http://user:pw@driver", false},
    {"http://driver/a@b", true},
    {"http://driver?x=1", false},
    {"http://driver#x", false},
    {"http://dri ver", false},
    {"http://driver\\u000d\\u000aHost: x", false},
};

START_TEST(an_address_is_plain)
{
	char text[256];

	snprintf(text, sizeof text, "{\"type\": \"x\", \"baseUri\": \"%s\"}", uris[_i].uri);
	struct lm_err *e = create_driver(DRIVER_RESOURCE, text);
	ck_assert_msg((e == NULL) == uris[_i].taken, "%s", uris[_i].uri);
	lm_err_free(e);
}
END_TEST

/* ---- keys --------------------------------------------------------------------------------------- */

START_TEST(a_key_is_shown_without_its_private_half)
{
	const char *name = NULL;
	struct site_key key;
	json_t *o = body("{\"name\": \"ops\", \"publicKey\": \"P\", \"privateKey\": \"S\"}");

	passed(site_key_create(sites, o, &name));
	json_decref(o);
	reopen();
	ck_assert(sites_key(sites, "ops", &key));
	ck_assert_str_eq(key.private_key, "S");
	ck_assert_str_eq(key.public_key, "P");
	ck_assert(!sites_key(sites, "none", &key));
	json_t *d = site_key_document(sites, "ops", false);
	ck_assert_ptr_null(json_object_get(d, "privateKey"));
	json_decref(d);
	d = site_key_list(sites, false);
	ck_assert_ptr_null(json_object_get(json_array_get(d, 0), "privateKey"));
	json_decref(d);
}
END_TEST

/* ---- what can go wrong ---------------------------------------------------------------------------- */

static void write_file(const char *name, const char *text)
{
	char path[256];

	snprintf(path, sizeof path, "%s/shelf/%s", folder, name);
	FILE *f = fopen(path, "we");
	ck_assert_ptr_nonnull(f);
	fputs(text, f);
	fclose(f);
	chmod(path, 0600);
}

static const struct {
	const char *file, *text;
} strange[] = {
    {"deployment-locations/dc.json", "{}"},
    {"deployment-locations/dc.json", "{\"name\": \"other\", \"resourceManager\": \"lm\", "
				     "\"infrastructureSpecificProperties\": {}}"},
    {"deployment-locations/dc.json", "{\"name\": \"dc\", \"resourceManager\": \"lm\", "
				     "\"infrastructureSpecificProperties\": []}"},
    {"resource-drivers/dc.json", "{\"id\": \"dc\", \"registry\": \"other\", \"type\": \"x\", "
				 "\"baseUri\": \"http://x\"}"},
    {"resource-drivers/dc.json", "{\"id\": \"dc\", \"registry\": \"resource\", \"type\": \"x\", "
				 "\"baseUri\": \"file:///etc/passwd\"}"},
};

START_TEST(a_file_that_somebody_has_changed_is_pointed_out)
{
	struct sites *other = NULL;

	write_file(strange[_i].file, strange[_i].text);
	failed(sites_open(folder, &other), LM_ERR_INVALID,
	    "something else than this manager writes for 'dc'");
	ck_assert_ptr_null(other);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("lm/server/sites");
	TCase *tc = tcase_create("where, and by whom");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, this_machine_is_always_a_location);
	tcase_add_test(tc, a_location_has_a_type_and_properties_as_texts);
	tcase_add_test(tc, another_managers_location_is_not_ours);
	tcase_add_test(tc, a_change_is_seen_at_once);
	tcase_add_test(tc, a_location_in_use_keeps_what_steps_depend_on);
	tcase_add_test(tc, who_may_not_change_a_location_does_not_see_its_secrets);
	tcase_add_test(tc, a_driver_is_found_by_its_type);
	tcase_add_test(tc, the_older_form_counts_where_there_is_no_other);
	tcase_add_test(tc, a_driver_that_changes_its_type_is_found_by_the_new_one);
	tcase_add_loop_test(tc, an_address_is_plain, 0, (int)LM_COUNT(uris));
	tcase_add_test(tc, a_key_is_shown_without_its_private_half);
	tcase_add_loop_test(
	    tc, a_file_that_somebody_has_changed_is_pointed_out, 0, (int)LM_COUNT(strange));
	suite_add_tcase(s, tc);
	SRunner *sr = srunner_create(s);
	srunner_run_all(sr, CK_NORMAL);
	int failed_ones = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed_ones != 0;
}
