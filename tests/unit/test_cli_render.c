/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "lm/cli/render/render.h"

static struct lm_buf out;
static const struct render plain = {.colour = false, .unicode = false};
static const struct render pretty = {.colour = true, .unicode = true};

static void setup(void)
{
	lm_buf_init(&out, 65536);
}

static void teardown(void)
{
	lm_buf_fini(&out);
}

/* ---- times -------------------------------------------------------------------------------------- */

static const struct {
	int64_t ms;
	const char *text;
} durations[] = {
    {0, "0 ms"},
    {999, "999 ms"},
    {1000, "1.0 s"},
    {1949, "1.9 s"},
    {59999, "59.9 s"},
    {60000, "1 min 00 s"},
    {125000, "2 min 05 s"},
    {3600000, "1 h 00 min"},
    {93600000, "1 d 02 h"},
};

START_TEST(a_duration_is_told_in_the_two_units_that_matter)
{
	render_duration(durations[_i].ms, &out);
	ck_assert_str_eq(out.p, durations[_i].text);
}
END_TEST

static const struct {
	const char *text;
	int64_t ms;
} times[] = {
    {"1970-01-01T00:00:01Z", 1000},
    {"1970-01-01T00:00:01.250Z", 1250},
    {"1970-01-01T01:00:00+01:00", 0},
    {"1970-01-01T01:00:00.5+0100", 500},
    {"1969-12-31T23:00:00-01:00", 0},
    {"", -1},
    {"yesterday", -1},
    {NULL, -1},
};

START_TEST(a_time_is_read_in_all_the_forms_of_the_api)
{
	ck_assert_int_eq(render_parse_time(times[_i].text), times[_i].ms);
}
END_TEST

/* ---- tables and colours ------------------------------------------------------------------------- */

static void add_row(struct render_table *t, const char *a, const char *b)
{
	render_table_add(t, RENDER_PLAIN, a);
	render_table_add(t, render_hue_of(b), b);
}

START_TEST(columns_are_as_wide_as_their_widest_cell_and_nothing_trails)
{
	struct render_table *t = render_table_new(2);

	add_row(t, "NAME", "STATE");
	add_row(t, "v\xc3\xb6ice", "Active");
	add_row(t, "x", "Failed");
	render_table_print(t, &plain, &out);
	ck_assert_str_eq(out.p, "NAME   STATE\n"
				"v\xc3\xb6ice  Active\n"
				"x      Failed\n");
	render_table_free(t);
}
END_TEST

START_TEST(numbers_and_their_head_stand_at_the_right)
{
	struct render_table *t = render_table_new(3);
	static const char *const cells[] = {
	    "N", "FILE", "ERRORS", "10", "a.yml", "0", "9", "b", "12"};

	render_table_align_right(t, 0);
	render_table_align_right(t, 2);
	for (size_t i = 0; i < LM_COUNT(cells); i++)
		render_table_add(t, RENDER_PLAIN, cells[i]);
	render_table_print(t, &plain, &out);
	ck_assert_str_eq(out.p, " N  FILE   ERRORS\n"
				"10  a.yml       0\n"
				" 9  b          12\n");
	render_table_free(t);
}
END_TEST

START_TEST(colours_do_not_move_columns)
{
	struct render_table *t = render_table_new(2);

	add_row(t, "A", "B");
	add_row(t, "x", "Failed");
	render_table_print(t, &pretty, &out);
	ck_assert_str_eq(out.p, "\033[2mA\033[0m  \033[2mB\033[0m\n"
				"x  \033[31mFailed\033[0m\n");
	render_table_free(t);
}
END_TEST

START_TEST(what_must_not_be_cut_goes_on_below)
{
	struct render narrow = {.columns = 30};
	struct render_table *t = render_table_new(2);

	render_table_add(t, RENDER_FAINT, "WHO");
	render_table_add(t, RENDER_FAINT, "WHAT IS WRONG");
	render_table_add(t, RENDER_PLAIN, "site__wire");
	render_table_add(t, RENDER_BAD, "it is Active, but its bridge lmb4c6b4dfe is gone");
	render_table_wrap(t);
	render_table_end(t, &narrow, &out);
	ck_assert_str_eq(out.p, "WHO         WHAT IS WRONG\n"
				"site__wire  it is Active, but\n"
				"            its bridge\n"
				"            lmb4c6b4dfe is\n"
				"            gone\n");
}
END_TEST

/* ---- the tree ----------------------------------------------------------------------------------- */

static const char voice[] =
    "{\"type\":\"Assembly\",\"id\":\"1\",\"name\":\"voice\",\"state\":\"Active\","
    "\"descriptorName\":\"assembly::v::1.0\",\"children\":["
    "{\"type\":\"Assembly\",\"id\":\"2\",\"name\":\"voice__gw\",\"state\":\"Active\","
    "\"descriptorName\":\"assembly::g::1.0\",\"children\":["
    "{\"type\":\"Component\",\"id\":\"3\",\"name\":\"voice__gw__k\",\"state\":\"Broken\","
    "\"descriptorName\":\"resource::k::1.0\",\"properties\":["
    "{\"name\":\"mgmt_address\",\"value\":\"10.0.0.2\"},{\"name\":\"x\",\"value\":\"y\"}]}]},"
    "{\"type\":\"Component\",\"id\":\"4\",\"name\":\"voice__net\",\"state\":null,"
    "\"descriptorName\":\"resource::n::1.0\",\"properties\":[{\"name\":\"subnet\",\"value\":\"10.0."
    "0.0/"
    "24\"}]}],"
    "\"references\":[{\"id\":\"9\",\"name\":\"base\",\"component\":\"infra\",\"type\":\"assembly::"
    "b::1.0\"}],"
    "\"relationships\":[{\"name\":\"voice__list__1\",\"sourceId\":\"4\",\"targetId\":\"3\"}]}";

static const char *tree(const struct render *r)
{
	json_t *j = json_loads(voice, 0, NULL);

	ck_assert_ptr_nonnull(j);
	render_assembly(r, j, &out);
	json_decref(j);
	return out.p;
}

START_TEST(an_assembly_is_a_tree_with_states_addresses_references_and_relationships)
{
	ck_assert_str_eq(tree(&plain),
	    "voice    Active     assembly::v::1.0\n"
	    "|- gw    Active     assembly::g::1.0\n"
	    "|  `- k  Broken     resource::k::1.0  mgmt_address=10.0.0.2\n"
	    "`- net   -          resource::n::1.0  subnet=10.0.0.0/24\n"
	    "\n"
	    "REFERENCE  ASSEMBLY  TYPE\n"
	    "infra      base      assembly::b::1.0\n"
	    "\n"
	    "RELATIONSHIP  FROM  TO\n"
	    "list__1       net   gw__k\n");
}
END_TEST

/* What of the tree stands before the tables. */
static const char *narrow_tree(unsigned columns, bool unicode)
{
	struct render r = {.columns = columns, .unicode = unicode};
	const char *text = tree(&r);

	*strstr(text, "\n\n") = '\0';
	return text;
}

START_TEST(on_a_narrow_terminal_the_descriptor_gives_way_to_addresses)
{
	ck_assert_str_eq(narrow_tree(56, false),
	    "voice    Active     assembly::v::1.0\n"
	    "|- gw    Active     assembly::g::1.0\n"
	    "|  `- k  Broken     resource::k:~  mgmt_address=10.0.0.2\n"
	    "`- net   -          resource::n::1.0  subnet=10.0.0.0/24");
}
END_TEST

START_TEST(then_addresses_go_below_with_the_branches_running_on)
{
	ck_assert_str_eq(narrow_tree(40, true), "voice    Active     assembly::v::1.0\n"
						"├─ gw    Active     assembly::g::1.0\n"
						"│  └─ k  Broken     resource::k::1.0\n"
						"│        mgmt_address=10.0.0.2\n"
						"└─ net   -          resource::n::1.0\n"
						"         subnet=10.0.0.0/24");
}
END_TEST

START_TEST(at_last_names_are_cut_and_states_are_not)
{
	ck_assert_str_eq(narrow_tree(20, false), "voice    Active     \n"
						 "|- gw    Active     \n"
						 "|  `- k  Broken     \n"
						 "|        mgmt_address=10.0.0.2\n"
						 "`- net   -          \n"
						 "         subnet=10.0.0.0/24");
}
END_TEST

START_TEST(what_nobody_wants_any_more_is_marked)
{
	json_t *j = json_loads(
	    "{\"type\":\"Assembly\",\"id\":\"1\",\"name\":\"v\",\"state\":\"Active\","
	    "\"descriptorName\":\"assembly::v::1.0\",\"children\":[{\"type\":\"Component\","
	    "\"id\":\"2\",\"name\":\"v__old\",\"state\":\"Inactive\",\"descriptorName\":"
	    "\"resource::o::1.0\",\"leaving\":true}],\"relationships\":[{\"name\":\"v__r__1\","
	    "\"sourceId\":\"2\",\"targetId\":\"2\",\"leaving\":true}]}",
	    0, NULL);

	render_assembly(&plain, j, &out);
	json_decref(j);
	ck_assert_str_eq(out.p, "v       Active     assembly::v::1.0\n"
				"`- old  Inactive   resource::o::1.0  (leaving)\n"
				"\n"
				"RELATIONSHIP    FROM  TO\n"
				"r__1 (leaving)  old   old\n");
}
END_TEST

START_TEST(a_terminal_gets_lines_and_colours)
{
	ck_assert_ptr_nonnull(strstr(tree(&pretty), "│  └─ k  \033[31mBroken\033[0m"));
}
END_TEST

/* ---- events ------------------------------------------------------------------------------------- */

static const struct {
	const char *event, *line;
} events[] = {
    {"{\"type\":\"ProcessStateChangeEvent\",\"at\":\"2026-11-20T22:42:59.123Z\",\"assemblyName\":"
     "\"v\","
     "\"intentType\":\"ScaleOutAssembly\",\"processState\":\"In Progress\",\"reason\":\"load 99\","
     "\"requestedBy\":\"policy v__p\"}",
	"22:42:59.123Z  v  ScaleOutAssembly In Progress by policy p because load 99\n"},
    {"{\"type\":\"ProcessStateChangeEvent\",\"at\":\"2026-11-20T22:42:59.123Z\",\"assemblyName\":"
     "\"v\","
     "\"intentType\":\"HealAssembly\",\"processState\":\"Failed\",\"processStateReason\":\"no\","
     "\"requestedBy\":\"jack\"}",
	"22:42:59.123Z  v  HealAssembly Failed: no\n"},
    {"{\"type\":\"ComponentStateChangeEvent\",\"at\":\"2026-11-20T22:42:59.123Z\","
     "\"rootAssemblyName\":"
     "\"v\",\"resourceName\":\"v__a\",\"previousState\":\"Inactive\",\"newState\":\"Active\"}",
	"22:42:59.123Z  v  a Inactive -> Active\n"},
    {"{\"type\":\"ComponentStateChangeEvent\",\"at\":\"2026-11-20T22:42:59.123Z\","
     "\"rootAssemblyName\":"
     "\"v\",\"resourceName\":\"v__a\",\"previousState\":\"Installed\",\"newState\":null}",
	"22:42:59.123Z  v  a Installed -> gone\n"},
    {"{\"type\":\"StepEvent\",\"at\":\"2026-11-20T22:42:59.123Z\",\"rootAssemblyName\":\"v\","
     "\"subject\":"
     "\"v__a\",\"action\":\"Start\",\"state\":\"Failed\",\"message\":\"status 1\",\"tookMs\":1200}",
	"22:42:59.123Z  v  Start a Failed after 1.2 s: status 1\n"},
    {"{\"type\":\"RelationshipEvent\",\"at\":\"2026-11-20T22:42:59.123Z\",\"rootAssemblyName\":"
     "\"v\","
     "\"relationship\":\"v__r__1\",\"newState\":null}",
	"22:42:59.123Z  v  relationship r__1 gone\n"},
    {"{\"type\":\"PolicyEvent\",\"at\":\"2026-11-20T22:42:59.123Z\",\"rootAssemblyName\":\"v\","
     "\"policy\":\"v__p\",\"action\":\"heal\",\"reason\":\"kamailio died\"}",
	"22:42:59.123Z  v  policy p: heal, kamailio died\n"},
    {"{\"type\":\"DeathEvent\",\"at\":\"2026-11-20T22:42:59.123Z\",\"rootAssemblyName\":\"v\","
     "\"resourceName\":\"v__a\",\"what\":\"asterisk\"}",
	"22:42:59.123Z  v  a died: asterisk\n"},
    {"{\"type\":\"AlarmEvent\",\"at\":\"2026-11-20T22:42:59.123Z\",\"rootAssemblyName\":\"v\","
     "\"severity\":\"critical\",\"resourceName\":\"v__a\",\"text\":\"it is Failed\"}",
	"22:42:59.123Z  v  ALARM a: it is Failed\n"},
    {"{\"type\":\"AlarmEvent\",\"at\":\"2026-11-20T22:42:59.123Z\",\"rootAssemblyName\":\"v\","
     "\"severity\":\"cleared\",\"clusterName\":\"v__p\",\"text\":\"it has all\"}",
	"22:42:59.123Z  v  alarm cleared p: it has all\n"},
    {"{\"type\":\"MetricSample\",\"at\":\"2026-11-20T22:42:59.123Z\",\"metricKey\":\"7\","
     "\"resourceName\":\"v__a\",\"metricName\":\"h_load\",\"load\":53.5}",
	"22:42:59.123Z  v__a h_load = 53.5\n"},
    {"{\"type\":\"MetricSample\",\"at\":\"2026-11-20T22:42:59.123Z\",\"metricKey\":\"7\","
     "\"metricName\":\"h_integrity\",\"integrity\":\"BROKEN\"}",
	"22:42:59.123Z  7 h_integrity = BROKEN\n"},
    {"{\"type\":\"SomethingNew\"}", ""},
    {"{}", ""},
};

START_TEST(an_event_is_a_line)
{
	json_t *j = json_loads(events[_i].event, 0, NULL);

	ck_assert_ptr_nonnull(j);
	ck_assert_int_eq(render_event(&plain, j, &out), events[_i].line[0] != '\0');
	ck_assert_str_eq(out.p, events[_i].line);
	json_decref(j);
}
END_TEST

/* ---- processes ---------------------------------------------------------------------------------- */

static const char process_text[] =
    "{\"assemblyName\":\"voice\",\"intentType\":\"HealAssembly\",\"status\":\"Failed\",\"attempt\":"
    "2,"
    "\"requestedBy\":\"policy gw__heal\",\"statusReason\":\"Start voice__gw: "
    "no\",\"startTime\":\"2026-11-20T22:42:59.000Z\","
    "\"endTime\":\"2026-11-20T22:43:00.500Z\","
    "\"progress\":{\"steps\":3,\"done\":1,\"running\":0,\"failed\":1,\"percent\":33},"
    "\"executionPlan\":["
    "{\"subject\":\"voice__gw\",\"action\":\"Create\",\"state\":\"Completed\",\"silent\":true},"
    "{\"subject\":\"voice__gw\",\"action\":\"Stop\",\"state\":\"Completed\",\"attempt\":1,"
    "\"startedAt\":\"2026-11-20T22:42:59.000Z\",\"endedAt\":\"2026-11-20T22:42:59.120Z\"},"
    "{\"subject\":\"voice__gw\",\"action\":\"Start\",\"state\":\"Failed\",\"attempt\":1,"
    "\"startedAt\":\"2026-11-20T22:42:59.120Z\",\"endedAt\":\"2026-11-20T22:42:59.200Z\","
    "\"message\":\"no\",\"log\":\"first\"},"
    "{\"subject\":\"voice__gw\",\"action\":\"Start\",\"state\":\"Failed\",\"attempt\":2,"
    "\"startedAt\":\"2026-11-20T22:42:59.300Z\",\"endedAt\":\"2026-11-20T22:43:00.500Z\","
    "\"message\":\"no\",\"log\":\"one\\ntwo\\n\"},"
    "{\"subject\":\"voice__gw\",\"action\":\"Integrity\",\"state\":\"Pending\",\"attempt\":2}]}";

START_TEST(a_process_tells_what_it_changes)
{
	json_t *j = json_loads(
	    "{\"assemblyName\":\"v\",\"intentType\":\"UpgradeAssembly\",\"status\":\"Completed\","
	    "\"previousInstance\":{\"descriptorName\":\"assembly::v::1.0\",\"intendedState\":"
	    "\"Active\",\"properties\":[{\"name\":\"calls\",\"value\":\"8\"},{\"name\":\"same\","
	    "\"value\":\"x\"},{\"name\":\"gone\",\"value\":\"y\"}],\"clusters\":[{\"name\":"
	    "\"v__pool\",\"quantity\":1}]},"
	    "\"desiredInstance\":{\"descriptorName\":\"assembly::v::1.1\",\"intendedState\":"
	    "\"Active\",\"properties\":[{\"name\":\"calls\",\"value\":\"12\"},{\"name\":\"same\","
	    "\"value\":\"x\"}],\"clusters\":[{\"name\":\"v__pool\",\"quantity\":2},{\"name\":"
	    "\"v__new\",\"quantity\":3}]}}",
	    0, NULL);

	render_process(&plain, j, &out);
	json_decref(j);
	ck_assert_str_eq(out.p, "v: UpgradeAssembly Completed\n"
				"0 of 0 steps done (0%)\n"
				"descriptorName: assembly::v::1.0 -> assembly::v::1.1\n"
				"calls: 8 -> 12\n"
				"gone: y -> (default)\n"
				"v__pool: 1 -> 2\n"
				"v__new: none -> 3\n");
}
END_TEST

START_TEST(a_process_is_shown_with_its_steps_and_what_the_last_failure_printed)
{
	json_t *j = json_loads(process_text, 0, NULL);
	struct lm_buf b;

	lm_buf_init(&b, 65536);
	render_process(&plain, j, &b);
	ck_assert_str_eq(b.p, "voice: HealAssembly Failed, attempt 2\n"
			      "Start voice__gw: no\n"
			      "asked for by policy gw__heal\n"
			      "began 2026-11-20 22:42:59, took 1.5 s\n"
			      "1 of 3 steps done (33%), 1 failed\n"
			      "\n"
			      "STATE      STEP       COMPONENT  BEGAN         TOOK    ATTEMPT\n"
			      "Completed  Stop       gw         22:42:59.000  120 ms  1\n"
			      "Failed     Start      gw         22:42:59.120  80 ms   1        no\n"
			      "Failed     Start      gw         22:42:59.300  1.2 s   2        no\n"
			      "Pending    Integrity  gw                               2\n"
			      "\n"
			      "The last lines that Start of voice__gw printed:\n"
			      "    one\n"
			      "    two\n");
	lm_buf_fini(&b);
	json_decref(j);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("lm/cli/render");
	TCase *tc = tcase_create("what the commands print");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(
	    tc, a_duration_is_told_in_the_two_units_that_matter, 0, LM_COUNT(durations));
	tcase_add_loop_test(tc, a_time_is_read_in_all_the_forms_of_the_api, 0, LM_COUNT(times));
	tcase_add_test(tc, columns_are_as_wide_as_their_widest_cell_and_nothing_trails);
	tcase_add_test(tc, numbers_and_their_head_stand_at_the_right);
	tcase_add_test(tc, colours_do_not_move_columns);
	tcase_add_test(
	    tc, an_assembly_is_a_tree_with_states_addresses_references_and_relationships);
	tcase_add_test(tc, what_nobody_wants_any_more_is_marked);
	tcase_add_test(tc, what_must_not_be_cut_goes_on_below);
	tcase_add_test(tc, a_terminal_gets_lines_and_colours);
	tcase_add_test(tc, on_a_narrow_terminal_the_descriptor_gives_way_to_addresses);
	tcase_add_test(tc, then_addresses_go_below_with_the_branches_running_on);
	tcase_add_test(tc, at_last_names_are_cut_and_states_are_not);
	tcase_add_test(tc, a_process_is_shown_with_its_steps_and_what_the_last_failure_printed);
	tcase_add_test(tc, a_process_tells_what_it_changes);
	tcase_add_loop_test(tc, an_event_is_a_line, 0, LM_COUNT(events));
	suite_add_tcase(s, tc);
	SRunner *sr = srunner_create(s);
	srunner_run_all(sr, CK_NORMAL);
	int failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed != 0;
}
