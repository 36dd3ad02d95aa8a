/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lm/server/intake/reply.h"

static const char step[] = "8c1f2a3b-0000-4000-8000-0123456789ab/17";

static char folder[] = "/tmp/lm-test-reply-XXXXXX";
static char path[64], token[TOKEN_SIZE];
static struct token_key *key;

static void setup(void)
{
	snprintf(folder + sizeof folder - 7, 7, "XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
	snprintf(path, sizeof path, "%s/%s", folder, TOKEN_KEY_NAME);
	ck_assert_ptr_null(token_key_open(path, true, &key));
	reply_token_make(key, step, token);
}

static void teardown(void)
{
	token_key_free(key);
	unlink(path);
	rmdir(folder);
}

START_TEST(a_token_is_good_for_its_step)
{
	ck_assert(reply_token_check(key, token, step));
}
END_TEST

START_TEST(a_token_is_good_for_no_other_step)
{
	ck_assert(!reply_token_check(key, token, "8c1f2a3b-0000-4000-8000-0123456789ab/1"));
	ck_assert(!reply_token_check(key, token, "8c1f2a3b-0000-4000-8000-0123456789ab/170"));
	ck_assert(!reply_token_check(key, token, ""));
}
END_TEST

START_TEST(a_changed_token_is_none)
{
	for (size_t i = 0; token[i] != '\0'; i++) {
		char was = token[i];

		token[i] = was == 'A' ? 'B' : 'A';
		ck_assert_msg(!reply_token_check(key, token, step), "byte %zu", i);
		token[i] = was;
	}
	ck_assert(!reply_token_check(key, "", step));
	ck_assert(!reply_token_check(key, ".", step));
}
END_TEST

START_TEST(a_writer_cannot_answer_for_a_driver)
{
	static const char *const subjects[] = {
	    "writer:me", "8c1f2a3b-0000-4000-8000-0123456789ab", "writer:step"};

	for (size_t i = 0; i < LM_COUNT(subjects); i++) {
		token_make(key, subjects[i], token);
		ck_assert(!reply_token_check(key, token, step));
	}
}
END_TEST

START_TEST(an_id_of_any_length_is_no_way_round)
{
	char longer[400];

	memset(longer, 'a', sizeof longer - 1);
	longer[sizeof longer - 1] = '\0';
	ck_assert(!reply_token_check(key, token, longer));
}
END_TEST

static void assert_url(char *url, const char *expected)
{
	ck_assert_str_eq(url, expected);
	free(url);
}

START_TEST(answers_are_shown_below_the_api)
{
	char host[256] = "", expected[400];

	assert_url(
	    reply_url_of("127.0.0.1:8280", false), "http://127.0.0.1:8280/api/driver/responses");
	assert_url(reply_url_of("[::1]:1", true), "https://[::1]:1/api/driver/responses");
	assert_url(
	    reply_url_below("https://lm.example"), "https://lm.example/api/driver/responses");
	assert_url(reply_url_below("http://proxy:1/lm/"), "http://proxy:1/lm/api/driver/responses");
	ck_assert_int_eq(gethostname(host, sizeof host - 1), 0);
	snprintf(expected, sizeof expected, "http://%s:80/api/driver/responses", host);
	assert_url(reply_url_of("0.0.0.0:80", false), expected);
	assert_url(reply_url_of("[::]:80", false), expected);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("intake reply");
	TCase *t = tcase_create("who answers a step");
	SRunner *r = srunner_create(s);

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, a_token_is_good_for_its_step);
	tcase_add_test(t, a_token_is_good_for_no_other_step);
	tcase_add_test(t, a_changed_token_is_none);
	tcase_add_test(t, a_writer_cannot_answer_for_a_driver);
	tcase_add_test(t, an_id_of_any_length_is_no_way_round);
	tcase_add_test(t, answers_are_shown_below_the_api);
	suite_add_tcase(s, t);
	srunner_run_all(r, CK_ENV);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
