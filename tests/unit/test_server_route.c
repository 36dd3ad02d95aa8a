/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "lm/server/route.h"

enum { INSIDE = 1, OUTSIDE = 2 };

static const struct route routes[] = {
    {"GET", "/things", INSIDE, PRIVILEGE_OPEN, BODY_NONE, NULL, ""},
    {"POST", "/things", INSIDE | OUTSIDE, PRIVILEGE_OPEN, BODY_NONE, NULL, ""},
    {"GET", "/things/{}", INSIDE, PRIVILEGE_OPEN, BODY_NONE, NULL, ""},
    {"GET", "/things/{}/parts", INSIDE, PRIVILEGE_OPEN, BODY_NONE, NULL, ""},
    {"GET", "/api/things/{}", INSIDE, PRIVILEGE_OPEN, BODY_NONE, NULL, ""},
    {"GET", "/open", INSIDE | OUTSIDE, PRIVILEGE_OPEN, BODY_NONE, NULL, ""},
};
static struct route_match m;

/* The pattern that answers, or what else the match says. */
static const char *finds(const char *method, const char *path, unsigned scope)
{
	route_find(routes, LM_COUNT(routes), method, path, scope, &m);
	return m.route != NULL ? m.route->pattern : m.allow[0] != '\0' ? m.allow : "nothing";
}

START_TEST(a_path_is_found_by_its_text_and_method)
{
	ck_assert_str_eq(finds("GET", "/things", INSIDE), "/things");
	ck_assert_ptr_eq(m.route, &routes[0]);
	ck_assert_str_eq(finds("POST", "/things", INSIDE), "/things");
	ck_assert_ptr_eq(m.route, &routes[1]);
}
END_TEST

START_TEST(a_hole_takes_one_whole_segment)
{
	ck_assert_str_eq(finds("GET", "/things/assembly::a::1.0", INSIDE), "/things/{}");
	ck_assert_str_eq(m.param, "assembly::a::1.0");
	ck_assert_str_eq(finds("GET", "/things/7/parts", INSIDE), "/things/{}/parts");
	ck_assert_str_eq(m.param, "7");
}
END_TEST

START_TEST(the_first_version_of_the_api_is_the_api)
{
	ck_assert_str_eq(finds("GET", "/api/v1/things/7", INSIDE), "/api/things/{}");
	ck_assert_str_eq(m.param, "7");
	ck_assert_str_eq(finds("PUT", "/api/v1/things/7", INSIDE), "GET");
	ck_assert_str_eq(finds("GET", "/api/v2/things/7", INSIDE), "nothing");
	ck_assert_str_eq(finds("GET", "/api/v1things/7", INSIDE), "nothing");
	ck_assert_str_eq(finds("GET", "/api/v1/v1/things/7", INSIDE), "nothing");
	ck_assert_str_eq(finds("GET", "/v1/things/7", INSIDE), "nothing");
}
END_TEST

START_TEST(a_hole_is_never_empty_and_never_two_segments)
{
	ck_assert_str_eq(finds("GET", "/things/", INSIDE), "nothing");
	ck_assert_str_eq(finds("GET", "/things/a/b", INSIDE), "nothing");
	ck_assert_str_eq(finds("GET", "/things//parts", INSIDE), "nothing");
}
END_TEST

START_TEST(a_segment_beyond_the_limit_is_nothing)
{
	char path[ROUTE_PARAM_MAX + 16] = "/things/";

	memset(path + 8, 'a', ROUTE_PARAM_MAX - 1);
	ck_assert_str_eq(finds("GET", path, INSIDE), "/things/{}");
	path[8 + ROUTE_PARAM_MAX - 1] = 'a';
	ck_assert_str_eq(finds("GET", path, INSIDE), "nothing");
}
END_TEST

START_TEST(a_wrong_method_tells_the_right_ones)
{
	ck_assert_str_eq(finds("DELETE", "/things", INSIDE), "GET, POST");
	ck_assert_str_eq(finds("POST", "/things/7", INSIDE), "GET");
}
END_TEST

START_TEST(what_another_listener_serves_does_not_exist_here)
{
	ck_assert_str_eq(finds("GET", "/open", OUTSIDE), "/open");
	ck_assert_str_eq(finds("POST", "/things", OUTSIDE), "/things");
	ck_assert_str_eq(finds("GET", "/things/7", OUTSIDE), "nothing");
	ck_assert_str_eq(finds("GET", "/things", OUTSIDE), "POST");
}
END_TEST

START_TEST(text_after_a_path_is_another_path)
{
	ck_assert_str_eq(finds("GET", "/openly", INSIDE), "nothing");
	ck_assert_str_eq(finds("GET", "/ope", INSIDE), "nothing");
}
END_TEST

int main(void)
{
	Suite *s = suite_create("lm/server/route");
	TCase *tc = tcase_create("finding a route");

	tcase_add_test(tc, a_path_is_found_by_its_text_and_method);
	tcase_add_test(tc, a_hole_takes_one_whole_segment);
	tcase_add_test(tc, the_first_version_of_the_api_is_the_api);
	tcase_add_test(tc, a_hole_is_never_empty_and_never_two_segments);
	tcase_add_test(tc, a_segment_beyond_the_limit_is_nothing);
	tcase_add_test(tc, a_wrong_method_tells_the_right_ones);
	tcase_add_test(tc, what_another_listener_serves_does_not_exist_here);
	tcase_add_test(tc, text_after_a_path_is_another_path);
	suite_add_tcase(s, tc);
	SRunner *sr = srunner_create(s);
	srunner_run_all(sr, CK_NORMAL);
	int failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed != 0;
}
