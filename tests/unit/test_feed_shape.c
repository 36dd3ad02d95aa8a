/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "lm/server/feed/shape.h"

/* What others are told of an event, and of which they are not told. */

static struct lm_buf out;

static void setup(void)
{
	lm_buf_init(&out, 1 << 20);
}

static void teardown(void)
{
	lm_buf_fini(&out);
}

static const char *told(int64_t seq, const char *body)
{
	lm_buf_clear(&out);
	return event_shape(seq, body, &out) ? out.p : NULL;
}

START_TEST(a_process_is_told_of_with_the_fields_of_the_reference_and_who_asked)
{
	ck_assert_str_eq(
	    told(7,
		"{\"seq\":7,\"at\":\"T3\",\"at_ms\":3,\"type\":\"ProcessStateChangeEvent\","
		"\"processId\":\"p\",\"assemblyId\":\"a\",\"assemblyName\":\"voice\","
		"\"assemblyDescriptorName\":\"assembly::voice::1.0\",\"intentType\":"
		"\"HealAssembly\","
		"\"processState\":\"Completed\",\"processStateReason\":null,\"reason\":\"a "
		"policy\",\"requestedBy\":\"policy p\","
		"\"intent\":{\"type\":\"HealAssembly\",\"assemblyName\":\"voice\",\"reason\":\"r\","
		"\"givesUp\":true},\"processStartedAt\":\"T1\",\"processFinishedAt\":\"T2\","
		"\"attempt\":2}"),
	    "{\"processId\":\"p\",\"assemblyId\":\"a\",\"assemblyName\":\"voice\","
	    "\"assemblyDescriptorName\":\"assembly::voice::1.0\",\"intentType\":\"HealAssembly\","
	    "\"intent\":{\"assemblyName\":\"voice\"},\"processState\":\"Completed\","
	    "\"processStateReason\":null,\"processStartedAt\":\"T1\",\"processFinishedAt\":\"T2\","
	    "\"requestedBy\":\"policy "
	    "p\",\"eventId\":\"7\",\"eventCreatedAt\":\"T3\",\"eventType\":"
	    "\"ProcessStateChangeEvent\"}");
}
END_TEST

static bool tells_of_process(const char *state, int attempt)
{
	char body[200];

	snprintf(body, sizeof body,
	    "{\"type\":\"ProcessStateChangeEvent\",\"processState\":\"%s\",\"attempt\":%d}", state,
	    attempt);
	return told(1, body) != NULL;
}

START_TEST(a_process_is_told_of_at_its_start_and_its_end)
{
	ck_assert(tells_of_process("In Progress", 1));
	ck_assert(tells_of_process("Completed", 1));
	ck_assert(tells_of_process("Failed", 5));
	ck_assert(tells_of_process("Cancelled", 1));
	ck_assert(!tells_of_process("Pending", 1));
	ck_assert(!tells_of_process("In Progress", 2));
}
END_TEST

START_TEST(a_resource_is_told_of_with_exactly_the_fields_of_the_reference)
{
	ck_assert_str_eq(
	    told(8, "{\"seq\":8,\"at\":\"T\",\"type\":\"ComponentStateChangeEvent\","
		    "\"rootAssemblyId\":\"a\",\"rootAssemblyName\":\"voice\",\"resourceId\":\"c\","
		    "\"resourceName\":\"voice__gw\",\"resourceManager\":\"lm\","
		    "\"deploymentLocation\":\"local\",\"processId\":\"p\",\"previousState\":null,"
		    "\"newState\":\"Created\"}"),
	    "{\"rootAssemblyId\":\"a\",\"rootAssemblyName\":\"voice\",\"resourceId\":\"c\","
	    "\"resourceName\":\"voice__gw\",\"resourceManager\":\"lm\","
	    "\"deploymentLocation\":\"local\",\"externalId\":\"c\",\"processId\":\"p\","
	    "\"previousState\":null,\"newState\":\"Created\",\"eventId\":\"8\","
	    "\"eventCreatedAt\":\"T\",\"eventType\":\"ComponentStateChangeEvent\"}");
}
END_TEST

START_TEST(a_resource_that_names_no_location_is_here)
{
	const char *text = told(1, "{\"type\":\"ComponentStateChangeEvent\",\"resourceId\":\"c\","
				   "\"resourceManager\":null,\"deploymentLocation\":null,"
				   "\"newState\":\"Active\"}");

	ck_assert_ptr_nonnull(
	    strstr(text, "\"resourceManager\":\"lm\",\"deploymentLocation\":\"local\""));
}
END_TEST

START_TEST(a_root_assembly_has_no_fields_of_a_resource)
{
	ck_assert_str_eq(
	    told(9, "{\"seq\":9,\"at\":\"T\",\"type\":\"ComponentStateChangeEvent\","
		    "\"rootAssemblyId\":\"a\",\"rootAssemblyName\":\"voice\",\"processId\":\"p\","
		    "\"previousState\":\"Active\",\"newState\":null}"),
	    "{\"rootAssemblyId\":\"a\",\"rootAssemblyName\":\"voice\",\"processId\":\"p\","
	    "\"previousState\":\"Active\",\"newState\":null,\"eventId\":\"9\","
	    "\"eventCreatedAt\":\"T\",\"eventType\":\"ComponentStateChangeEvent\"}");
}
END_TEST

START_TEST(a_component_is_never_told_of_when_it_fails)
{
	ck_assert_ptr_null(
	    told(1, "{\"type\":\"ComponentStateChangeEvent\",\"newState\":\"Failed\"}"));
	ck_assert_ptr_nonnull(
	    told(1, "{\"type\":\"ComponentStateChangeEvent\",\"newState\":\"Broken\"}"));
}
END_TEST

START_TEST(other_events_keep_their_fields_in_the_same_envelope)
{
	ck_assert_str_eq(
	    told(0, "{\"type\":\"MetricSample\",\"at\":\"T\",\"at_ms\":5,\"load\":1.5}"),
	    "{\"load\":1.5,\"eventCreatedAt\":\"T\",\"eventType\":\"MetricSample\"}");
}
END_TEST

START_TEST(what_is_no_event_is_not_told_of)
{
	ck_assert_ptr_null(told(1, "nonsense"));
	ck_assert_uint_eq(event_type_of("{\"a\":1}"), EVENT_TYPES_N);
	ck_assert_uint_eq(event_type_of("{\"type\":\"StepEventful\"}"), EVENT_TYPES_N);
}
END_TEST

START_TEST(types_are_named_in_a_list)
{
	unsigned set = 0;

	ck_assert(event_types_parse("StepEvent,AlarmEvent", &set));
	ck_assert_uint_eq(set, 1u << EVENT_STEP | 1u << EVENT_ALARM);
	ck_assert(!event_types_parse("", &set));
	ck_assert(!event_types_parse("StepEvent,", &set));
	ck_assert(!event_types_parse("stepevent", &set));
	for (enum event_type t = 0; t < EVENT_TYPES_N; t++)
		ck_assert_ptr_nonnull(strstr(event_type_names(), event_type_text(t)));
}
END_TEST

int main(void)
{
	Suite *s = suite_create("feed/shape");
	TCase *tc = tcase_create("shape");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, a_process_is_told_of_with_the_fields_of_the_reference_and_who_asked);
	tcase_add_test(tc, a_process_is_told_of_at_its_start_and_its_end);
	tcase_add_test(tc, a_resource_is_told_of_with_exactly_the_fields_of_the_reference);
	tcase_add_test(tc, a_resource_that_names_no_location_is_here);
	tcase_add_test(tc, a_root_assembly_has_no_fields_of_a_resource);
	tcase_add_test(tc, a_component_is_never_told_of_when_it_fails);
	tcase_add_test(tc, other_events_keep_their_fields_in_the_same_envelope);
	tcase_add_test(tc, what_is_no_event_is_not_told_of);
	tcase_add_test(tc, types_are_named_in_a_list);
	suite_add_tcase(s, tc);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
