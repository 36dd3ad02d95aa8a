/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>

#include "lm/core/state.h"

START_TEST(every_state_has_a_name_that_reads_back)
{
	enum component_state back;

	ck_assert(component_state_parse(component_state_text((enum component_state)_i), &back));
	ck_assert_int_eq(back, _i);
}
END_TEST

START_TEST(only_stable_states_can_be_intended)
{
	enum component_state s = (enum component_state)_i;
	enum component_state out;
	bool stable = s == COMPONENT_INSTALLED || s == COMPONENT_INACTIVE || s == COMPONENT_ACTIVE;

	ck_assert_int_eq(component_state_parse_intended(component_state_text(s), &out), stable);
}
END_TEST

START_TEST(every_transition_has_somewhere_to_begin)
{
	ck_assert_uint_ne(transition_rule((enum transition)_i)->from, 0);
}
END_TEST

START_TEST(from_every_state_but_null_a_way_leads_down)
{
	enum component_state s = (enum component_state)_i;

	if (s == COMPONENT_ABSENT)
		return;
	ck_assert_msg(transition_is_allowed(s, TRANSITION_STOP) ||
			  transition_is_allowed(s, TRANSITION_UNINSTALL) ||
			  transition_is_allowed(s, TRANSITION_DELETE),
	    "'%s' can never be removed", component_state_text(s));
}
END_TEST

START_TEST(a_component_is_active_only_after_integrity)
{
	ck_assert_int_eq(transition_rule(TRANSITION_START)->to, COMPONENT_INACTIVE);
	ck_assert_int_eq(transition_rule(TRANSITION_INTEGRITY)->to, COMPONENT_ACTIVE);
}
END_TEST

static enum component_state fold(enum component_state a, enum component_state b)
{
	return component_state_fold(component_state_fold(COMPONENT_ACTIVE, a), b);
}

START_TEST(an_assembly_is_as_far_as_its_last_child)
{
	ck_assert_int_eq(fold(COMPONENT_ACTIVE, COMPONENT_INSTALLED), COMPONENT_INSTALLED);
	ck_assert_int_eq(fold(COMPONENT_ABSENT, COMPONENT_ACTIVE), COMPONENT_ABSENT);
}
END_TEST

START_TEST(an_assembly_with_a_broken_child_is_broken_and_failed_outranks_it)
{
	ck_assert_int_eq(fold(COMPONENT_ACTIVE, COMPONENT_BROKEN), COMPONENT_BROKEN);
	ck_assert_int_eq(fold(COMPONENT_BROKEN, COMPONENT_ABSENT), COMPONENT_BROKEN);
	ck_assert_int_eq(fold(COMPONENT_FAILED, COMPONENT_BROKEN), COMPONENT_FAILED);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("core/state");
	TCase *tc = tcase_create("tables");

	tcase_add_loop_test(tc, every_state_has_a_name_that_reads_back, 0, COMPONENT_STATE_N);
	tcase_add_loop_test(tc, only_stable_states_can_be_intended, 0, COMPONENT_STATE_N);
	tcase_add_loop_test(tc, every_transition_has_somewhere_to_begin, 0, TRANSITION_N);
	tcase_add_loop_test(tc, from_every_state_but_null_a_way_leads_down, 0, COMPONENT_STATE_N);
	tcase_add_test(tc, a_component_is_active_only_after_integrity);
	tcase_add_test(tc, an_assembly_is_as_far_as_its_last_child);
	tcase_add_test(tc, an_assembly_with_a_broken_child_is_broken_and_failed_outranks_it);
	suite_add_tcase(s, tc);
	SRunner *sr = srunner_create(s);
	srunner_run_all(sr, CK_NORMAL);
	int failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed != 0;
}
