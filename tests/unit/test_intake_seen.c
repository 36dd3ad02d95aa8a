/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <stdio.h>

#include "lm/server/intake/seen.h"

static struct seen *seen;

static void setup(void)
{
	seen = seen_new();
}

static void teardown(void)
{
	seen_free(seen);
}

START_TEST(what_was_added_is_known)
{
	ck_assert(!seen_has(seen, "a"));
	seen_add(seen, "a");
	seen_add(seen, "a");
	ck_assert(seen_has(seen, "a"));
	ck_assert(!seen_has(seen, "b"));
}
END_TEST

START_TEST(of_too_many_the_oldest_are_forgotten)
{
	char text[16];

	for (int i = 0; i <= SEEN_MAX; i++) {
		snprintf(text, sizeof text, "%d", i);
		seen_add(seen, text);
	}
	ck_assert(!seen_has(seen, "0"));
	ck_assert(seen_has(seen, "1"));
	ck_assert(seen_has(seen, text));
}
END_TEST

int main(void)
{
	Suite *s = suite_create("lm/server/intake/seen");
	TCase *tc = tcase_create("what is told again");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, what_was_added_is_known);
	tcase_add_test(tc, of_too_many_the_oldest_are_forgotten);
	suite_add_tcase(s, tc);
	SRunner *sr = srunner_create(s);
	srunner_run_all(sr, CK_NORMAL);
	int failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed != 0;
}
