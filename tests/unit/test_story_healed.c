/* SPDX-License-Identifier: Apache-2.0 */
/* The judgement on the death of a server: what tests/bench/healing tells rests on it. */
#include <check.h>

#include "tests/bench/lib/healed.h"

#define CALLER   "10.20.20.9"
#define OUTSIDE  "10.20.20.1"
#define GATEWAY  "10.0.0.1"
#define VICTIM   "10.0.0.2"
#define SURVIVOR "10.0.0.3"
#define SPARE    "10.0.0.4"

static struct storylog story;
static struct calls calls;
static struct healed healed;

static void happens(const char *fmt, ...) LM_PRINTF(1, 2);
static void happens(const char *fmt, ...)
{
	char line[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof line, fmt, ap);
	va_end(ap);
	storylog_add(&story, line, strlen(line));
}

static void sip(
    int at_ms, const char *call, const char *method, int code, const char *from, const char *to)
{
	happens("{\"type\":\"Sip\",\"at_ms\":%d,\"call\":\"%s\",\"method\":\"%s\",\"code\":%d,"
		"\"from\":\"%s\",\"to\":\"%s\"}",
	    at_ms, call, method, code, from, to);
}

static void killed(int at_ms)
{
	happens("{\"type\":\"Mark\",\"name\":\"kill\",\"at_ms\":%d,\"server\":\"" VICTIM
		"\",\"survivor\":\"" SURVIVOR "\",\"gateway\":\"" GATEWAY "\"}",
	    at_ms);
}

static void over(int at_ms)
{
	happens("{\"type\":\"Mark\",\"name\":\"over\",\"at_ms\":%d}", at_ms);
}

static void sent(int at_ms, const char *call, const char *server)
{
	sip(at_ms, call, "INVITE", 0, GATEWAY, server);
}

static void begun(int at_ms, const char *call, const char *server)
{
	sip(at_ms, call, "INVITE", 0, CALLER, OUTSIDE);
	sent(at_ms, call, server);
}

static void served(int at_ms, const char *call, const char *server)
{
	sip(at_ms, call, "INVITE", 100, server, GATEWAY);
	sip(at_ms, call, "INVITE", 200, server, GATEWAY);
	sip(at_ms, call, "INVITE", 200, OUTSIDE, CALLER);
}

static void hung_up(int at_ms, const char *call, int code)
{
	sip(at_ms, call, "BYE", 0, CALLER, OUTSIDE);
	sip(at_ms, call, "BYE", code, OUTSIDE, CALLER);
}

static void good_call(int at_ms, const char *call, const char *server)
{
	begun(at_ms, call, server);
	served(at_ms + 1, call, server);
	hung_up(at_ms + 300, call, 200);
}

static bool judge(void)
{
	storylog_sort(&story);
	calls_init(&calls, &story);
	return healed_judge(&story, &calls, &healed);
}

static void setup(void)
{
	storylog_init(&story);
	good_call(1000, "1", VICTIM);
	good_call(1010, "2", SURVIVOR);
}

static void teardown(void)
{
	calls_fini(&calls);
	storylog_fini(&story);
}

START_TEST(without_a_kill_nothing_can_be_said)
{
	ck_assert(!judge());
}
END_TEST

START_TEST(the_last_new_call_is_the_last_that_is_sent_and_not_replied_to)
{
	killed(2000);
	begun(2005, "3", VICTIM);
	begun(2015, "4", VICTIM);
	good_call(2025, "5", SURVIVOR);
	ck_assert(judge());

	ck_assert_int_eq(healed.last_ms, 15);
	ck_assert_uint_eq(healed.sent, 2);
	ck_assert_int_eq(healed.back_ms, -1);
}
END_TEST

START_TEST(what_is_sent_again_is_not_new)
{
	begun(1999, "3", VICTIM);
	killed(2000);
	sent(2249, "3", VICTIM);
	begun(2010, "4", VICTIM);
	sent(2260, "4", VICTIM);
	ck_assert(judge());

	ck_assert_int_eq(healed.last_ms, 10);
	ck_assert_uint_eq(healed.sent, 1);
}
END_TEST

START_TEST(a_server_that_is_back_is_not_dead)
{
	killed(2000);
	begun(2010, "3", VICTIM);
	good_call(2200, "4", VICTIM);
	sent(2260, "3", VICTIM);
	served(2261, "3", VICTIM);
	ck_assert(judge());

	ck_assert_int_eq(healed.last_ms, 10);
	ck_assert_int_eq(healed.back_ms, 201);
	ck_assert_int_eq(healed.slowest_ms, 251);
}
END_TEST

START_TEST(a_server_that_is_back_may_be_slow)
{
	killed(2000);
	good_call(2200, "3", VICTIM);
	begun(2210, "4", VICTIM);
	served(2400, "4", VICTIM);
	ck_assert(judge());

	ck_assert_uint_eq(healed.sent, 0);
}
END_TEST

START_TEST(a_spare_in_its_place_is_as_good)
{
	killed(2000);
	good_call(2010, "3", SURVIVOR);
	good_call(2040, "4", SPARE);
	ck_assert(judge());

	ck_assert_int_eq(healed.last_ms, 0);
	ck_assert_int_eq(healed.back_ms, 41);
}
END_TEST

START_TEST(calls_in_progress_are_lost_and_new_ones_fail)
{
	begun(1900, "3", VICTIM);
	served(1901, "3", VICTIM);
	killed(2000);
	begun(2010, "4", VICTIM);
	sip(2900, "4", "INVITE", 503, OUTSIDE, CALLER);
	hung_up(2200, "3", 408);
	over(3000);
	begun(3010, "5", SURVIVOR);
	sip(3020, "5", "INVITE", 503, OUTSIDE, CALLER);
	ck_assert(judge());

	ck_assert_uint_eq(healed.lost, 1);
	ck_assert_uint_eq(healed.begun, 1);
	ck_assert_uint_eq(healed.failed, 1);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("story/healed");
	TCase *tc = tcase_create("healed");

	suite_add_tcase(s, tc);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, without_a_kill_nothing_can_be_said);
	tcase_add_test(tc, the_last_new_call_is_the_last_that_is_sent_and_not_replied_to);
	tcase_add_test(tc, what_is_sent_again_is_not_new);
	tcase_add_test(tc, a_server_that_is_back_is_not_dead);
	tcase_add_test(tc, a_server_that_is_back_may_be_slow);
	tcase_add_test(tc, a_spare_in_its_place_is_as_good);
	tcase_add_test(tc, calls_in_progress_are_lost_and_new_ones_fail);
	return s;
}

int main(void)
{
	SRunner *sr = srunner_create(suite());

	srunner_run_all(sr, CK_NORMAL);
	int failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed == 0 ? 0 : 1;
}
