/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <errno.h>

#include "base/err.h"

START_TEST(an_error_has_a_kind_and_a_text)
{
	LM_AUTO(lm_err) e = lm_err_new(LM_ERR_NOT_FOUND, "no assembly '%s'", "voice");

	ck_assert_int_eq(lm_err_kind(e), LM_ERR_NOT_FOUND);
	ck_assert_str_eq(lm_err_text(e), "no assembly 'voice'");
}
END_TEST

START_TEST(an_error_of_the_system_ends_with_its_reason)
{
	LM_AUTO(lm_err) e = lm_err_errno(ENOENT, "journal %s", "/x");

	ck_assert_int_eq(lm_err_kind(e), LM_ERR_IO);
	ck_assert_str_eq(lm_err_text(e), "journal /x: No such file or directory");
}
END_TEST

START_TEST(wrapping_keeps_the_kind_and_puts_what_we_did_before_the_cause)
{
	LM_AUTO(lm_err) e =
	    lm_err_wrap(lm_err_wrap(lm_err_new(LM_ERR_TIMEOUT, "no answer in %d s", 60), "start"),
		"%s", "voice__gateway");

	ck_assert_int_eq(lm_err_kind(e), LM_ERR_TIMEOUT);
	ck_assert_str_eq(lm_err_text(e), "voice__gateway: start: no answer in 60 s");
}
END_TEST

START_TEST(a_cause_may_be_named_in_the_text_that_wraps_it)
{
	struct lm_err *cause = lm_err_new(LM_ERR_INVALID, "x");
	LM_AUTO(lm_err) e = lm_err_wrap(cause, "after '%s'", lm_err_text(cause));

	ck_assert_str_eq(lm_err_text(e), "after 'x': x");
}
END_TEST

START_TEST(a_very_long_text_is_cut)
{
	LM_AUTO(lm_err) e = lm_err_new(LM_ERR_DRIVER, "%100000s", "x");
	size_t n = strlen(lm_err_text(e));

	ck_assert_uint_gt(n, 1000);
	ck_assert_uint_lt(n, 4096);
	e = lm_err_wrap(LM_STEAL(e), "%s", "start");
	ck_assert_uint_eq(strlen(lm_err_text(e)), n);
}
END_TEST

START_TEST(every_kind_has_a_text_and_a_status_of_http)
{
	static const struct {
		enum lm_err_kind kind;
		const char *text;
		int http;
	} rows[] = {
	    {LM_ERR_INVALID, "invalid", 400},
	    {LM_ERR_NOT_FOUND, "not found", 404},
	    {LM_ERR_CONFLICT, "conflict", 409},
	    {LM_ERR_LIMIT, "too large", 413},
	    {LM_ERR_IO, "input/output", 500},
	    {LM_ERR_DRIVER, "driver", 502},
	    {LM_ERR_UNAVAILABLE, "unavailable", 503},
	    {LM_ERR_TIMEOUT, "time-out", 504},
	};

	for (size_t i = 0; i < LM_COUNT(rows); i++) {
		ck_assert_str_eq(lm_err_kind_text(rows[i].kind), rows[i].text);
		ck_assert_int_eq(lm_err_http_status(rows[i].kind), rows[i].http);
	}
}
END_TEST

START_TEST(freeing_no_error_is_fine)
{
	lm_err_free(NULL);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("base/err");
	TCase *tc = tcase_create("an error");

	tcase_add_test(tc, an_error_has_a_kind_and_a_text);
	tcase_add_test(tc, an_error_of_the_system_ends_with_its_reason);
	tcase_add_test(tc, wrapping_keeps_the_kind_and_puts_what_we_did_before_the_cause);
	tcase_add_test(tc, a_cause_may_be_named_in_the_text_that_wraps_it);
	tcase_add_test(tc, a_very_long_text_is_cut);
	tcase_add_test(tc, every_kind_has_a_text_and_a_status_of_http);
	tcase_add_test(tc, freeing_no_error_is_fine);
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
