/* SPDX-License-Identifier: Apache-2.0 */
/* What the witness makes of a frame, and what a condition makes of an event. */
#include <check.h>

#include "tests/lib/match.h"
#include "tests/lib/sip.h"

#define HEADERS                                                                              \
	"Via: SIP/2.0/UDP 10.20.20.9:5060\r\nCall-ID: 1-20@10.20.20.9\r\nCSeq: 1 INVITE\r\n" \
	"Content-Length: 0\r\n\r\n"

/* Ethernet, IPv4 without options from 10.20.20.9 to 10.20.20.1, UDP. */
static const unsigned char head[] = {0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 2, 8, 0, /* Ethernet */
    0x45, 0, 0, 0, 0, 0, 0, 0, 64, 17, 0, 0, 10, 20, 20, 9, 10, 20, 20, 1,     /* IPv4 */
    0x13, 0xc4, 0x13, 0xc4, 0, 0, 0, 0};                                       /* UDP */

static bool see(const char *payload, struct sip_sight *out)
{
	unsigned char frame[1024];
	size_t n = strlen(payload);

	memcpy(frame, head, sizeof head);
	memcpy(frame + sizeof head, payload, n);
	return sip_parse(frame, sizeof head + n, out);
}

START_TEST(an_invite_is_seen_with_who_sent_it_to_whom)
{
	struct sip_sight s;

	ck_assert(see("INVITE sip:1001@10.20.20.1 SIP/2.0\r\n" HEADERS, &s));
	ck_assert_str_eq(s.method, "INVITE");
	ck_assert_int_eq(s.code, 0);
	ck_assert_str_eq(s.call, "1-20@10.20.20.9");
	ck_assert_str_eq(s.from, "10.20.20.9");
	ck_assert_str_eq(s.to, "10.20.20.1");
}
END_TEST

START_TEST(an_answer_is_seen_with_its_code_and_the_method_it_answers)
{
	struct sip_sight s;

	ck_assert(see("SIP/2.0 200 OK\r\n" HEADERS, &s));
	ck_assert_str_eq(s.method, "INVITE");
	ck_assert_int_eq(s.code, 200);
}
END_TEST

static const char *const strangers[] = {
    "",
    "\x80\x00\x12\x34 some RTP",
    "INVITE http://10.20.20.1 SIP/2.0\r\n" HEADERS,
    "SIP/2.0 20 OK\r\n" HEADERS,
    "INVITE sip:1001@10.20.20.1 SIP/2.0\r\nCSeq: 1 INVITE\r\n\r\n",
    "INVITE sip:1001@10.20.20.1 SIP/2.0\r\nCall-ID: x\r\n\r\n",
    "INVITE sip:1001@10.20.20.1 SIP/2.0",
};

START_TEST(what_is_not_a_sip_message_of_a_call_is_not_seen)
{
	struct sip_sight s;

	ck_assert_msg(!see(strangers[_i], &s), "seen: %s", strangers[_i]);
}
END_TEST

START_TEST(a_frame_that_is_cut_short_anywhere_in_its_headers_is_not_seen)
{
	struct sip_sight s;

	for (size_t n = 0; n < sizeof head; n++)
		ck_assert(!sip_parse(head, n, &s));
}
END_TEST

static const struct {
	const char *condition;
	bool holds;
} conditions[] = {
    {"type=StepEvent", true},
    {"type=PolicyEvent|StepEvent", true},
    {"type=Step", false},
    {"type~Step", true},
    {"newState=null", true},
    {"absent=null", true},
    {"took=7", true},
    {"took>6", true},
    {"took>7", false},
    {"took<7.5", true},
    {"absent>0", false},
    {"values.failed calls>2", true},
    {"values.failed calls<2", false},
    {"values.absent.deeper=null", true},
    {"done=true", true},
};

START_TEST(a_condition_holds_for_the_events_it_describes)
{
	json_t *event = json_loads("{\"type\": \"StepEvent\", \"newState\": null, \"took\": 7,"
				   "\"done\": true, \"values\": {\"failed calls\": 3}}",
	    0, NULL);

	ck_assert(match_is_valid(conditions[_i].condition));
	ck_assert_msg(match_all(event, &conditions[_i].condition, 1) == conditions[_i].holds, "%s",
	    conditions[_i].condition);
	json_decref(event);
}
END_TEST

START_TEST(a_text_without_key_or_operator_is_no_condition)
{
	ck_assert(!match_is_valid("type"));
	ck_assert(!match_is_valid("=StepEvent"));
	ck_assert(!match_is_valid(""));
}
END_TEST

int main(void)
{
	Suite *s = suite_create("story wire");
	TCase *tc = tcase_create("frames and events");
	SRunner *sr = srunner_create(s);
	int failed;

	tcase_add_test(tc, an_invite_is_seen_with_who_sent_it_to_whom);
	tcase_add_test(tc, an_answer_is_seen_with_its_code_and_the_method_it_answers);
	tcase_add_loop_test(tc, what_is_not_a_sip_message_of_a_call_is_not_seen, 0,
	    sizeof strangers / sizeof *strangers);
	tcase_add_test(tc, a_frame_that_is_cut_short_anywhere_in_its_headers_is_not_seen);
	tcase_add_loop_test(tc, a_condition_holds_for_the_events_it_describes, 0,
	    sizeof conditions / sizeof *conditions);
	tcase_add_test(tc, a_text_without_key_or_operator_is_no_condition);
	suite_add_tcase(s, tc);
	srunner_run_all(sr, CK_NORMAL);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed == 0 ? 0 : 1;
}
