/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "lm/server/route.h"

/* Who adds a route that asks nobody who he is adds it here, and has thought of it. */
static const char *const open_to_all[] = {
    "POST /oauth/token",
    "POST /oauth2/{}/v1/token",
    "POST /ui/api/login",
    "POST /api/login",
    "POST /icp4d-api/v1/authorize",
    "POST /api/driver/responses", /* has a token for one step, which the handler looks at */
    "GET /management/health",
    "GET /api/openapi.json", /* says what is in the README */
};

static bool is_open(const char *name)
{
	for (size_t i = 0; i < LM_COUNT(open_to_all); i++)
		if (strcmp(open_to_all[i], name) == 0)
			return true;
	return false;
}

START_TEST(few_routes_are_open_to_everybody)
{
	size_t n = 0, found = 0;
	const struct route *routes = routes_all(&n);

	for (size_t i = 0; i < n; i++) {
		char name[256];

		snprintf(name, sizeof name, "%s %s", routes[i].method, routes[i].pattern);
		found += routes[i].need == PRIVILEGE_OPEN;
		ck_assert_msg((routes[i].need == PRIVILEGE_OPEN) == is_open(name), "%s", name);
	}
	ck_assert_uint_eq(found, LM_COUNT(open_to_all));
}
END_TEST

START_TEST(nothing_is_changed_by_who_may_only_read)
{
	size_t n = 0;
	const struct route *routes = routes_all(&n);

	for (size_t i = 0; i < n; i++) {
		bool asks = strcmp(routes[i].method, "GET") == 0 ||
			    strncmp(routes[i].pattern, "/api/plan/", 10) == 0;

		ck_assert_msg(
		    asks || (routes[i].need != PRIVILEGE_READ && routes[i].need != PRIVILEGE_KNOWN),
		    "%s %s", routes[i].method, routes[i].pattern);
	}
}
END_TEST

START_TEST(only_metrics_networks_and_writers_share_a_road)
{
	size_t n = 0;
	const struct route *routes = routes_all(&n);

	for (size_t i = 0; i < n; i++)
		if ((routes[i].scope & HTTP_METRICS) != 0)
			ck_assert_msg(routes[i].need == PRIVILEGE_REPORT, "%s", routes[i].pattern);
}
END_TEST

static const struct {
	const char *path;
	enum privilege need;
} intents[] = {
    {"/api/intent/createAssembly", PRIVILEGE_CREATE},
    {"/api/v1/intent/createAssembly", PRIVILEGE_CREATE},
    {"/api/intent/createOrUpgradeAssembly", PRIVILEGE_MANAGE},
    {"/api/intent/upgradeAssembly", PRIVILEGE_MANAGE},
    {"/api/intent/deleteAssembly", PRIVILEGE_MANAGE},
    {"/api/v1/intent/deleteAssembly", PRIVILEGE_MANAGE},
    {"/api/intent/adoptAssembly", PRIVILEGE_MANAGE},
    {"/api/intent/changeAssemblyState", PRIVILEGE_OPERATE},
    {"/api/intent/healAssembly", PRIVILEGE_OPERATE},
    {"/api/intent/scaleOutAssembly", PRIVILEGE_OPERATE},
    {"/api/intent/scaleInAssembly", PRIVILEGE_OPERATE},
    {"/api/intent/retry", PRIVILEGE_OPERATE},
    {"/api/intent/rollback", PRIVILEGE_OPERATE},
    {"/api/intent/cancel", PRIVILEGE_OPERATE},
};

START_TEST(an_intent_takes_what_it_does)
{
	size_t n = 0;
	const struct route *routes = routes_all(&n);
	struct route_match m;

	route_find(routes, n, "POST", intents[_i].path, HTTP_API, &m);
	ck_assert_ptr_nonnull(m.route);
	ck_assert_int_eq(m.route->need, intents[_i].need);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("lm/server/routes");
	TCase *tc = tcase_create("what a route takes");

	tcase_add_test(tc, few_routes_are_open_to_everybody);
	tcase_add_test(tc, nothing_is_changed_by_who_may_only_read);
	tcase_add_test(tc, only_metrics_networks_and_writers_share_a_road);
	tcase_add_loop_test(tc, an_intent_takes_what_it_does, 0, LM_COUNT(intents));
	suite_add_tcase(s, tc);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
