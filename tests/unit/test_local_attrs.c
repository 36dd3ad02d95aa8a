/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <stdlib.h>

#include "lm/drivers/local/attrs.h"

#define KVS(...)                                         \
	(&(struct lm_kvs){(struct lm_kv[]){__VA_ARGS__}, \
	    sizeof((struct lm_kv[]){__VA_ARGS__}) / sizeof(struct lm_kv)})

START_TEST(a_container_has_an_image_and_ports_in_the_order_in_which_they_are_written)
{
	struct container_attrs c;

	ck_assert_ptr_null(container_attrs_read(
	    KVS({"networks.mgmt.network", "lmb1"}, {"image", "voip-gateway"},
		{"networks.ext.address", "external_address"},
		{"networks.mgmt.address", "mgmt_address"}, {"networks.ext.network", "lmb2"}),
	    &c));
	ck_assert_str_eq(c.image, "voip-gateway");
	ck_assert_uint_eq(c.n_ports, 2);
	ck_assert_str_eq(c.ports[0].ifname, "mgmt");
	ck_assert_str_eq(c.ports[0].network, "lmb1");
	ck_assert_str_eq(c.ports[0].address_property, "mgmt_address");
	ck_assert_str_eq(c.ports[1].ifname, "ext");
	ck_assert_str_eq(c.ports[1].network, "lmb2");
	ck_assert_str_eq(c.ports[1].address_property, "external_address");
}
END_TEST

START_TEST(a_port_need_not_report_its_address)
{
	struct container_attrs c;

	ck_assert_ptr_null(
	    container_attrs_read(KVS({"image", "x"}, {"networks.mgmt.network", "lmb1"}), &c));
	ck_assert_ptr_null(c.ports[0].address_property);
}
END_TEST

static const struct {
	struct lm_kv v[3];
	const char *complaint;
} bad_containers[] = {
    {{{"image", NULL}}, "'image' must be the name of an image: letters, digits, '.', '_' and '-'"},
    {{{"image", "../etc"}},
	"'image' must be the name of an image: letters, digits, '.', '_' and '-'"},
    {{{"image", "a/b"}}, "'image' must be the name of an image: letters, digits, '.', '_' and '-'"},
    {{{"image", "x"}, {"memory", "1G"}},
	"'memory' is not known; a container has 'image' and 'networks'"},
    {{{"image", "x"}, {"networks.mgmt.mac", "1"}},
	"'networks.mgmt.mac' is not known; a network has 'network' and 'address'"},
    {{{"image", "x"}, {"networks.mgmt.address", "a"}}, "'networks.mgmt.network' has no value"},
    {{{"image", "x"}, {"networks.mgmt.network", ""}}, "'networks.mgmt.network' has no value"},
    {{{"image", "x"}, {"networks.e\n0.network", "n"}},
	"'networks.e\n0.network': an interface's name has 1 to 15 letters or digits"},
    {{{"image", "x"}, {"networks.sixteen-letters-.network", "n"}},
	"'networks.sixteen-letters-.network': an interface's name has 1 to 15 letters or digits"},
};

START_TEST(a_wrong_attribute_of_a_container_is_named)
{
	struct lm_kvs kvs = {(struct lm_kv *)bad_containers[_i].v, 0};
	struct container_attrs c;

	while (kvs.n < 3 && kvs.v[kvs.n].name != NULL)
		kvs.n++;
	LM_AUTO(lm_err) e = container_attrs_read(&kvs, &c);
	ck_assert_ptr_nonnull(e);
	ck_assert_str_eq(lm_err_text(e), bad_containers[_i].complaint);
}
END_TEST

START_TEST(a_network_is_for_management_only_when_it_says_so)
{
	struct network_attrs n;

	ck_assert_ptr_null(network_attrs_read(KVS({"subnet", "10.1.0.0/24"}), &n));
	ck_assert(!n.management);
	ck_assert_ptr_null(
	    network_attrs_read(KVS({"subnet", "10.1.0.0/24"}, {"management", "true"}), &n));
	ck_assert(n.management);
	LM_AUTO(lm_err) e =
	    network_attrs_read(KVS({"subnet", "10.1.0.0/24"}, {"management", "yes"}), &n);
	ck_assert_ptr_nonnull(e);
	ck_assert_str_eq(lm_err_text(e), "'management' is 'yes'; it must be true or false");
}
END_TEST

START_TEST(a_network_needs_a_subnet)
{
	struct network_attrs n;
	LM_AUTO(lm_err) e = network_attrs_read(KVS({"subnet", NULL}), &n);

	ck_assert_ptr_nonnull(e);
	ck_assert_str_eq(lm_err_text(e), "'subnet' has no value");
}
END_TEST

START_TEST(a_router_has_the_subnets_of_a_blank_separated_list)
{
	struct router_attrs r;

	ck_assert_ptr_null(router_attrs_read(
	    KVS({"interfaces", "  lms1 lms2\nlms3 "}, {"masquerade", "true"}), &r));
	ck_assert_uint_eq(r.n_subnetids, 3);
	ck_assert_str_eq(r.subnetids[0], "lms1");
	ck_assert_str_eq(r.subnetids[1], "lms2");
	ck_assert_str_eq(r.subnetids[2], "lms3");
	ck_assert(r.masquerade);
}
END_TEST

static const struct {
	const char *interfaces, *complaint;
} bad_routers[] = {
    {"", "'interfaces' has no value"},
    {" ", "'interfaces' names no subnet"},
    {"a b c d e f g h i", "'interfaces': a router has at most 8"},
    {"lms-with-too-many", "'interfaces': 'lms-with-too-many' is not a subnetid"},
};

START_TEST(a_wrong_list_of_a_router_is_refused)
{
	struct router_attrs r;
	LM_AUTO(lm_err) e = router_attrs_read(KVS({"interfaces", bad_routers[_i].interfaces}), &r);

	ck_assert_ptr_nonnull(e);
	ck_assert_str_eq(lm_err_text(e), bad_routers[_i].complaint);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("local/attrs");
	TCase *tc = tcase_create("attributes of an infrastructure");

	tcase_add_test(
	    tc, a_container_has_an_image_and_ports_in_the_order_in_which_they_are_written);
	tcase_add_test(tc, a_port_need_not_report_its_address);
	tcase_add_loop_test(
	    tc, a_wrong_attribute_of_a_container_is_named, 0, (int)LM_COUNT(bad_containers));
	tcase_add_test(tc, a_network_is_for_management_only_when_it_says_so);
	tcase_add_test(tc, a_network_needs_a_subnet);
	tcase_add_test(tc, a_router_has_the_subnets_of_a_blank_separated_list);
	tcase_add_loop_test(tc, a_wrong_list_of_a_router_is_refused, 0, (int)LM_COUNT(bad_routers));
	suite_add_tcase(s, tc);
	SRunner *sr = srunner_create(s);
	srunner_run_all(sr, CK_NORMAL);
	int failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
