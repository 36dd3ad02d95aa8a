/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <stdlib.h>

#include "base/attr.h"
#include "lm/drivers/local/ipam.h"

static struct subnet given(const char *text)
{
	struct subnet s = {0};
	struct lm_err *e = subnet_parse(text, &s);

	ck_assert_msg(e == NULL, "%s: %s", text, e == NULL ? "" : lm_err_text(e));
	return s;
}

static const char *text_of(uint32_t address)
{
	static char text[IPV4_TEXT];

	ipv4_text(address, text);
	return text;
}

static const struct {
	const char *subnet, *first, *picked, *last;
} shapes[] = {
    {"10.1.0.0/24", "10.1.0.1", "10.1.0.10", "10.1.0.254"},
    {"10.0.0.0/8", "10.0.0.1", "10.0.0.10", "10.255.255.254"},
    {"192.168.7.16/28", "192.168.7.17", "192.168.7.26", "192.168.7.30"},
    {"192.168.7.8/29", "192.168.7.9", "192.168.7.10", "192.168.7.14"},
};

START_TEST(the_router_is_first_this_machine_last_and_containers_begin_at_ten)
{
	struct subnet s = given(shapes[_i].subnet);

	ck_assert_str_eq(text_of(subnet_first(&s)), shapes[_i].first);
	ck_assert_str_eq(text_of(subnet_last(&s)), shapes[_i].last);
	ck_assert_str_eq(text_of(subnet_pick(&s, NULL, 0)), shapes[_i].picked);
}
END_TEST

START_TEST(a_container_gets_the_lowest_free_address)
{
	struct subnet s = given("10.1.0.0/24");
	const uint32_t taken[] = {s.base + 12, s.base + 10};

	ck_assert_str_eq(text_of(subnet_pick(&s, taken, 2)), "10.1.0.11");
}
END_TEST

START_TEST(below_ten_is_used_when_nothing_above_is_left)
{
	struct subnet s = given("10.1.0.0/28");
	const uint32_t taken[] = {s.base + 10, s.base + 11, s.base + 12, s.base + 13};

	ck_assert_str_eq(text_of(subnet_pick(&s, taken, 4)), "10.1.0.2");
}
END_TEST

START_TEST(a_full_subnet_gives_nothing_rather_than_a_reserved_address)
{
	struct subnet s = given("10.1.0.0/29");
	const uint32_t taken[] = {s.base + 2, s.base + 3, s.base + 4, s.base + 5};

	ck_assert_uint_eq(subnet_pick(&s, taken, 4), 0);
}
END_TEST

static const struct {
	const char *a, *b;
	bool overlaps;
} pairs[] = {
    {"10.1.0.0/24", "10.1.0.0/24", true},
    {"10.1.0.0/16", "10.1.200.0/24", true},
    {"10.1.200.0/24", "10.0.0.0/8", true},
    {"10.1.0.0/24", "10.1.1.0/24", false},
    {"10.1.0.0/25", "10.1.0.128/25", false},
};

START_TEST(subnets_overlap_when_one_holds_the_other)
{
	struct subnet a = given(pairs[_i].a), b = given(pairs[_i].b);

	ck_assert_int_eq(subnet_overlaps(&a, &b), pairs[_i].overlaps);
	ck_assert_int_eq(subnet_overlaps(&b, &a), pairs[_i].overlaps);
}
END_TEST

static const struct {
	const char *text, *complaint;
} refused[] = {
    {"10.1.0.0", "subnet '10.1.0.0' is not of the form 10.1.0.0/24"},
    {"10.1.0/24", "subnet '10.1.0/24' is not of the form 10.1.0.0/24"},
    {"fd00::/64", "subnet 'fd00::/64' is not of the form 10.1.0.0/24"},
    {"10.1.0.0/", "subnet '10.1.0.0/' is not of the form 10.1.0.0/24"},
    {"10.1.0.0/ 24", "subnet '10.1.0.0/ 24' is not of the form 10.1.0.0/24"},
    {"10.1.0.0/24x", "subnet '10.1.0.0/24x' is not of the form 10.1.0.0/24"},
    {"10.1.0.0/-8", "subnet '10.1.0.0/-8' is not of the form 10.1.0.0/24"},
    {"10.1.0.0/30", "subnet '10.1.0.0/30': the prefix must be /8 to /29"},
    {"0.0.0.0/0", "subnet '0.0.0.0/0': the prefix must be /8 to /29"},
    {"10.1.0.0/4294967320", "subnet '10.1.0.0/4294967320': the prefix must be /8 to /29"},
    {"10.1.0.7/24", "subnet '10.1.0.7/24' has host bits set; write 10.1.0.0/24"},
};

START_TEST(what_is_no_subnet_is_refused_with_what_was_meant)
{
	struct subnet s;
	LM_AUTO(lm_err) e = subnet_parse(refused[_i].text, &s);

	ck_assert_ptr_nonnull(e);
	ck_assert_str_eq(lm_err_text(e), refused[_i].complaint);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("local/ipam");
	TCase *tc = tcase_create("addresses of a subnet");

	tcase_add_loop_test(tc, the_router_is_first_this_machine_last_and_containers_begin_at_ten,
	    0, (int)LM_COUNT(shapes));
	tcase_add_test(tc, a_container_gets_the_lowest_free_address);
	tcase_add_test(tc, below_ten_is_used_when_nothing_above_is_left);
	tcase_add_test(tc, a_full_subnet_gives_nothing_rather_than_a_reserved_address);
	tcase_add_loop_test(tc, subnets_overlap_when_one_holds_the_other, 0, (int)LM_COUNT(pairs));
	tcase_add_loop_test(
	    tc, what_is_no_subnet_is_refused_with_what_was_meant, 0, (int)LM_COUNT(refused));
	suite_add_tcase(s, tc);
	SRunner *sr = srunner_create(s);
	srunner_run_all(sr, CK_NORMAL);
	int failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
