/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/id.h"

static const char *id(uint64_t seed, const char *name)
{
	static char out[LM_ID_SIZE];

	lm_id(seed, name, out);
	return out;
}

static bool is_uuid_8(const char *text)
{
	static const char form[] = "xxxxxxxx-xxxx-8xxx-vxxx-xxxxxxxxxxxx";

	if (strlen(text) != strlen(form))
		return false;
	for (size_t i = 0; form[i] != '\0'; i++) {
		const char *allowed = form[i] == 'x'   ? "0123456789abcdef"
				      : form[i] == 'v' ? "89ab"
						       : NULL;

		if (allowed == NULL ? text[i] != form[i] : strchr(allowed, text[i]) == NULL)
			return false;
	}
	return true;
}

START_TEST(the_same_seed_and_name_give_the_same_id)
{
	char first[LM_ID_SIZE];

	lm_id(7, "voice", first);
	ck_assert_str_eq(id(7, "voice"), first);
}
END_TEST

START_TEST(ids_stay_the_same_from_release_to_release)
{
	ck_assert_str_eq(id(1, "voice"), "7c326ccb-3421-8ee0-8f78-f4766ddb6e41");
	ck_assert_str_eq(id(0, ""), "c3817c01-6ba4-8f30-9905-c3bed5e4a7a7");
}
END_TEST

START_TEST(every_id_is_a_uuid_of_version_8)
{
	static const uint64_t seeds[] = {0, 1, 42, UINT32_MAX, UINT64_MAX};

	for (size_t i = 0; i < sizeof seeds / sizeof *seeds; i++) {
		ck_assert(is_uuid_8(id(seeds[i], "voice")));
		ck_assert(is_uuid_8(id(seeds[i], "")));
	}
}
END_TEST

static int compare(const void *a, const void *b)
{
	return strcmp(a, b);
}

START_TEST(neighbours_in_seed_and_name_never_share_an_id)
{
	enum { SEEDS = 200, NAMES = 200 };
	static char ids[SEEDS * NAMES][LM_ID_SIZE];
	char name[32];

	for (size_t i = 0; i < SEEDS * NAMES; i++) {
		snprintf(name, sizeof name, "voice__pbx__%zu", i % NAMES);
		lm_id(i / NAMES, name, ids[i]);
	}
	qsort(ids, SEEDS * NAMES, LM_ID_SIZE, compare);
	for (size_t i = 1; i < SEEDS * NAMES; i++)
		ck_assert_str_ne(ids[i - 1], ids[i]);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("base/id");
	TCase *tc = tcase_create("an id");

	tcase_add_test(tc, the_same_seed_and_name_give_the_same_id);
	tcase_add_test(tc, ids_stay_the_same_from_release_to_release);
	tcase_add_test(tc, every_id_is_a_uuid_of_version_8);
	tcase_add_test(tc, neighbours_in_seed_and_name_never_share_an_id);
	suite_add_tcase(s, tc);
	return s;
}

int main(void)
{
	SRunner *sr = srunner_create(suite());

	srunner_run_all(sr, CK_NORMAL);
	int failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed != 0;
}
