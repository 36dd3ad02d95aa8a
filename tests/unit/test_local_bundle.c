/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "lm/drivers/local/bundle.h"

static json_t *config;

static void setup(void)
{
	static const char *const init[] = {"/usr/bin/tini", "--", "sleep", "infinity", NULL};
	struct lm_buf b;

	lm_buf_init(&b, 65536);
	bundle_write(&(struct bundle){.hostname = "gw",
			 .init = init,
			 .rootfs = "/s/rootfs",
			 .netns = "/s/netns",
			 .package_dir = "/pkg/\"quoted\"",
			 .run_dir = "/s/run",
			 .hosts = "/s/hosts",
			 .cgroup = "/lm-1-2"},
	    &b);
	config = json_loads(b.p, 0, NULL);
	lm_buf_fini(&b);
	ck_assert_ptr_nonnull(config);
}

static void teardown(void)
{
	json_decref(config);
}

static json_t *at(const char *a, const char *b)
{
	json_t *j = json_object_get(config, a);

	return b == NULL ? j : json_object_get(j, b);
}

static json_t *mount_at(const char *destination)
{
	size_t i;
	json_t *m;

	json_array_foreach(at("mounts", NULL), i,
	    m) if (strcmp(json_string_value(json_object_get(m, "destination")), destination) ==
		   0) return m;
	return NULL;
}

static bool has_option(json_t *mount, const char *option)
{
	size_t i;
	json_t *o;

	json_array_foreach(json_object_get(mount, "options"), i,
	    o) if (strcmp(json_string_value(o), option) == 0) return true;
	return false;
}

START_TEST(no_process_of_a_container_can_gain_privileges)
{
	ck_assert(json_is_true(at("process", "noNewPrivileges")));
}
END_TEST

START_TEST(a_container_has_seven_capabilities_and_none_over_the_network)
{
	json_t *bounding = json_object_get(at("process", "capabilities"), "bounding");
	char *text = json_dumps(bounding, 0);

	ck_assert_uint_eq(json_array_size(bounding), 7);
	ck_assert_ptr_null(strstr(text, "NET_ADMIN"));
	ck_assert_ptr_null(strstr(text, "SYS_"));
	free(text);
}
END_TEST

START_TEST(a_container_has_namespaces_of_its_own_and_joins_its_network)
{
	char *text = json_dumps(at("linux", "namespaces"), JSON_COMPACT);

	ck_assert_str_eq(text,
	    "[{\"type\":\"pid\"},{\"type\":\"ipc\"},{\"type\":\"uts\"},{\"type\":\"mount\"},"
	    "{\"type\":\"network\",\"path\":\"/s/netns\"}]");
	free(text);
}
END_TEST

START_TEST(the_package_is_there_and_read_only)
{
	json_t *m = mount_at("/package");

	ck_assert_str_eq(json_string_value(json_object_get(m, "source")), "/pkg/\"quoted\"");
	ck_assert(has_option(m, "ro"));
}
END_TEST

START_TEST(run_and_tmp_are_empty_but_for_our_folder)
{
	ck_assert_str_eq(json_string_value(json_object_get(mount_at("/run"), "type")), "tmpfs");
	ck_assert_str_eq(json_string_value(json_object_get(mount_at("/tmp"), "type")), "tmpfs");
	ck_assert_str_eq(
	    json_string_value(json_object_get(mount_at("/run/lm"), "source")), "/s/run");
}
END_TEST

START_TEST(devices_of_the_machine_are_out_of_reach)
{
	char *text = json_dumps(at("linux", "resources"), JSON_COMPACT);

	ck_assert_str_eq(text, "{\"devices\":[{\"allow\":false,\"access\":\"rwm\"}]}");
	free(text);
}
END_TEST

static const struct {
	const char *name, *host;
} hosts[] = {
    {"voice__gateway__kamailio", "voice-gateway-kamailio"},
    {"Voice", "voice"},
    {"__x__", "x"},
    {"\xc3\xb6", "x"},
    {"", "x"},
    {"a-very-long-name-of-an-instance-that-has-more-than-sixty-three-characters",
	"a-very-long-name-of-an-instance-that-has-more-than-sixty-three"},
};

START_TEST(a_host_name_follows_from_the_instance_name)
{
	char host[HOSTNAME_SIZE];

	bundle_hostname(hosts[_i].name, host);
	ck_assert_str_eq(host, hosts[_i].host);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("local/bundle");
	TCase *tc = tcase_create("the configuration of a container");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, no_process_of_a_container_can_gain_privileges);
	tcase_add_test(tc, a_container_has_seven_capabilities_and_none_over_the_network);
	tcase_add_test(tc, a_container_has_namespaces_of_its_own_and_joins_its_network);
	tcase_add_test(tc, the_package_is_there_and_read_only);
	tcase_add_test(tc, run_and_tmp_are_empty_but_for_our_folder);
	tcase_add_test(tc, devices_of_the_machine_are_out_of_reach);
	tcase_add_loop_test(
	    tc, a_host_name_follows_from_the_instance_name, 0, (int)LM_COUNT(hosts));
	suite_add_tcase(s, tc);
	SRunner *sr = srunner_create(s);
	srunner_run_all(sr, CK_NORMAL);
	int failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
