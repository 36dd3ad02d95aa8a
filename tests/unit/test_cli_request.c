/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lm/cli/change/request.h"
#include "lm/cli/options.h"

static struct lm_arena *arena;

static void setup(void)
{
	arena = lm_arena_new();
}

static void teardown(void)
{
	lm_arena_free(arena);
}

/* ---- words -------------------------------------------------------------------------------------- */

static const struct {
	const char *verb, *words[3];
	size_t n;
	const char *intent, *body; /* intent NULL: refused */
} cases[] = {
    {"delete", {"voice"}, 1, "deleteAssembly", "{\"assemblyName\":\"voice\"}"},
    {"state", {"voice", "Inactive"}, 2, "changeAssemblyState",
	"{\"assemblyName\":\"voice\",\"intendedState\":\"Inactive\"}"},
    {"scale", {"voice", "pbx", "out"}, 3, "scaleOutAssembly",
	"{\"assemblyName\":\"voice\",\"clusterName\":\"pbx\"}"},
    {"scale", {"voice", "pbx", "in"}, 3, "scaleInAssembly",
	"{\"assemblyName\":\"voice\",\"clusterName\":\"pbx\"}"},
    {"heal", {"voice", "gw__k"}, 2, "healAssembly",
	"{\"assemblyName\":\"voice\",\"brokenComponentName\":\"voice__gw__k\"}"},
    {"heal", {"voice", "voice__gw__k"}, 2, "healAssembly",
	"{\"assemblyName\":\"voice\",\"brokenComponentName\":\"voice__gw__k\"}"},
    {"delete", {"a\"b"}, 1, "deleteAssembly", "{\"assemblyName\":\"a\\\"b\"}"},
    {"scale", {"voice", "pbx", "sideways"}, 3, NULL, "do not fit"},
    {"scale", {"voice", "out"}, 2, NULL, "do not fit"},
    {"delete", {"a", "b"}, 2, NULL, "do not fit"},
    {"dance", {"a"}, 1, NULL, "no change"},
    {"upgrade", {"voice"}, 1, "upgradeAssembly", "{\"assemblyName\":\"voice\"}"},
    {"retry", {"p1"}, 1, "retry", "{\"processId\":\"p1\"}"},
    {"rollback", {"p1"}, 1, "rollback", "{\"processId\":\"p1\"}"},
    {"cancel", {"p1"}, 1, "cancel", "{\"processId\":\"p1\"}"},
    {"cancel", {"p1", "p2"}, 2, NULL, "do not fit"},
};

START_TEST(words_become_an_intent)
{
	struct request r = {0};

	struct request_words w = {cases[_i].verb, cases[_i].words, cases[_i].n, {0}};
	struct lm_err *e = request_from_words(arena, &w, &r);
	if (cases[_i].intent == NULL) {
		ck_assert_ptr_nonnull(e);
		ck_assert_ptr_nonnull(strstr(lm_err_text(e), cases[_i].body));
		lm_err_free(e);
		return;
	}
	ck_assert_ptr_null(e);
	ck_assert_str_eq(r.intent, cases[_i].intent);
	ck_assert_str_eq(r.body, cases[_i].body);
	ck_assert_str_eq(r.subject, cases[_i].words[0]);
}
END_TEST

static const char *const two[] = {"codec=opus", "empty="};
static const char *const none[] = {"codec"};
static const char *const nameless[] = {"=opus"};

static const struct {
	const char *verb;
	struct request_more more;
	const char *body, *says; /* one of them */
} said[] = {
    {"upgrade", {"assembly::v::2.0", "Inactive", two, 2, false, NULL},
	"{\"assemblyName\":\"voice\",\"descriptorName\":\"assembly::v::2.0\","
	"\"intendedState\":\"Inactive\",\"properties\":{\"codec\":\"opus\",\"empty\":\"\"}}",
	NULL},
    {"delete", {.queue = true}, "{\"assemblyName\":\"voice\",\"queue\":true}", NULL},
    {"upgrade", {.properties = none, .n_properties = 1}, NULL, "NAME=VALUE, not 'codec'"},
    {"upgrade", {.properties = nameless, .n_properties = 1}, NULL, "NAME=VALUE, not '=opus'"},
    {"delete", {.state = "Active"}, NULL, "'delete' takes no descriptor"},
    {"delete", {.to = "2"}, NULL, "'delete' takes no --to"},
};

START_TEST(options_say_what_shall_differ)
{
	const char *const words[] = {"voice"};
	struct request_words w = {said[_i].verb, words, 1, said[_i].more};
	struct request r = {0};

	LM_AUTO(lm_err) e = request_from_words(arena, &w, &r);
	if (said[_i].body != NULL)
		ck_assert_str_eq(r.body, said[_i].body);
	else
		ck_assert_ptr_nonnull(strstr(lm_err_text(e), said[_i].says));
}
END_TEST

static const struct {
	const char *to, *body; /* NULL: it is refused */
} sizes[] = {
    {"4", "{\"assemblyName\":\"voice\",\"clusterName\":\"pbx\",\"quantity\":4}"},
    {"0", NULL},
    {"", NULL},
    {"-1", NULL},
    {"four", NULL},
    {"1000000", NULL},
};

START_TEST(a_scale_may_say_how_many_members_there_shall_be)
{
	const char *const words[] = {"voice", "pbx", "out"};
	struct request_words w = {"scale", words, 3, {.to = sizes[_i].to}};
	struct request r = {0};

	LM_AUTO(lm_err) e = request_from_words(arena, &w, &r);
	if (sizes[_i].body != NULL)
		ck_assert_str_eq(r.body, sizes[_i].body);
	else
		ck_assert_ptr_nonnull(strstr(lm_err_text(e), "--to needs how many members"));
}
END_TEST

/* ---- documents ---------------------------------------------------------------------------------- */

static const struct request_file x_yml = {"createAssembly", "x.yml", false};

static struct requests read_good(const char *text)
{
	struct requests all = {0};

	struct lm_err *e = requests_from_text(arena, &x_yml, text, strlen(text), &all);
	ck_assert_msg(e == NULL, "%s", e == NULL ? "" : lm_err_text(e));
	return all;
}

static void refuses(const char *text, const char *says)
{
	struct requests all = {0};

	struct lm_err *e = requests_from_text(arena, &x_yml, text, strlen(text), &all);
	ck_assert_ptr_nonnull(e);
	ck_assert_msg(strstr(lm_err_text(e), says) != NULL, "%s", lm_err_text(e));
	lm_err_free(e);
	ck_assert_uint_eq(all.all.n, 0);
}

START_TEST(a_document_is_the_body_of_a_create)
{
	struct requests all = read_good("assemblyName: voice\n"
					"descriptorName: assembly::v::1.0\n"
					"intendedState: Inactive\n"
					"properties: {port: 5060, name: \"a b\", none: }\n");

	ck_assert_uint_eq(all.all.n, 1);
	ck_assert_str_eq(all.all.v[0].intent, "createAssembly");
	ck_assert_str_eq(all.all.v[0].subject, "voice");
	ck_assert_str_eq(all.all.v[0].body,
	    "{\"assemblyName\":\"voice\",\"descriptorName\":\"assembly::v::1.0\","
	    "\"intendedState\":\"Inactive\",\"properties\":{\"port\":\"5060\",\"name\":\"a "
	    "b\",\"none\":null}}");
}
END_TEST

START_TEST(an_assembly_shall_be_active_unless_something_else_is_said)
{
	struct requests all = read_good("{\"assemblyName\": \"v\", \"descriptorName\": \"d\"}");

	ck_assert_ptr_nonnull(strstr(all.all.v[0].body, "\"intendedState\":\"Active\""));
}
END_TEST

START_TEST(a_document_may_be_the_body_of_something_else_and_wait)
{
	const char text[] = "{assemblyName: v, descriptorName: d, clusters: {pbx: 2}}";
	struct requests all = {0};

	ck_assert_ptr_null(requests_from_text(arena,
	    &(struct request_file){"adoptAssembly", "x.yml", true}, text, strlen(text), &all));
	ck_assert_str_eq(all.all.v[0].intent, "adoptAssembly");
	ck_assert_str_eq(all.all.v[0].body,
	    "{\"assemblyName\":\"v\",\"descriptorName\":\"d\",\"clusters\":{\"pbx\":\"2\"},"
	    "\"intendedState\":\"Active\",\"queue\":true}");
}
END_TEST

START_TEST(several_documents_are_several_requests_in_their_order)
{
	struct requests all = read_good("assemblyName: a\ndescriptorName: d\n"
					"---\nassemblyName: b\ndescriptorName: d\n");

	ck_assert_uint_eq(all.all.n, 2);
	ck_assert_str_eq(all.all.v[0].subject, "a");
	ck_assert_str_eq(all.all.v[1].subject, "b");
}
END_TEST

START_TEST(one_bad_document_refuses_all)
{
	refuses("assemblyName: a\ndescriptorName: d\n---\nassemblyName: b\n",
	    "x.yml:4: a document needs 'descriptorName'");
}
END_TEST

START_TEST(what_is_no_request_is_refused_with_its_place)
{
	refuses("", "no document");
	refuses("- a\n- b\n", "x.yml:1");
	refuses("a: b: c\n", "x.yml:1");
	refuses("name: assembly::v::1.0\n", "'lm check'");
}
END_TEST

START_TEST(a_file_that_is_not_there_is_an_error)
{
	struct requests all = {0};

	struct lm_err *e = requests_from_file(
	    arena, &(struct request_file){"createAssembly", "/nonexistent/x.yml", false}, &all);
	ck_assert_ptr_nonnull(strstr(lm_err_text(e), "cannot open /nonexistent/x.yml"));
	lm_err_free(e);
}
END_TEST

/* ---- options ------------------------------------------------------------------------------------ */

static struct args args;

/* getopt_long() moves the pointers about, so it gets an array of its own. */
static struct lm_err *options(const char *const *words)
{
	static char *argv[16];
	int argc = 0;

	for (; words[argc] != NULL; argc++)
		argv[argc] = (char *)(uintptr_t)words[argc];
	argv[argc] = NULL;
	args = (struct args){.command = commands_find(words[0])};
	return options_read(&args, argc, argv);
}

START_TEST(options_may_stand_anywhere_among_the_words)
{
	const char *const argv[] = {
	    "scale", "-s", "http://x", "voice", "--no-wait", "pbx", "out", "-t", "5", NULL};

	ck_assert_ptr_null(options(argv));
	ck_assert_str_eq(args.server, "http://x");
	ck_assert(args.no_wait);
	ck_assert_int_eq(args.timeout_s, 5);
	ck_assert_uint_eq(args.n_words, 3);
	ck_assert_str_eq(args.words[2], "out");
}
END_TEST

START_TEST(a_letter_means_what_the_command_takes)
{
	const char *const argv[] = {
	    "upgrade", "voice", "-p", "a=b", "--property", "c=d", "--state", "Active", NULL};

	ck_assert_ptr_null(options(argv));
	ck_assert_uint_eq(args.packages.n, 0);
	ck_assert_uint_eq(args.properties.n, 2);
	ck_assert_str_eq(args.properties.v[1], "c=d");
	ck_assert_str_eq(args.intended, "Active");
}
END_TEST

START_TEST(packages_may_be_given_several_times)
{
	const char *const argv[] = {
	    "serve", "--packages", "a", "-p", "b", "--metrics-port=9", NULL};

	ck_assert_ptr_null(options(argv));
	ck_assert_uint_eq(args.packages.n, 2);
	ck_assert_str_eq(args.packages.v[1], "b");
	ck_assert_int_eq(args.metrics_port, 9);
}
END_TEST

START_TEST(steps_in_flight_may_be_limited)
{
	const char *const argv[] = {
	    "serve", "--steps-per-location", "3", "--steps-per-driver=0", NULL};

	ck_assert_ptr_null(options(argv));
	ck_assert_int_eq(args.steps_per_location, 3);
	ck_assert_int_eq(args.steps_per_driver, 0);
}
END_TEST

static const struct {
	const char *argv[4];
	const char *says;
} wrong[] = {
    {{"serve", "--follow"}, "'lm serve' does not take --follow"},
    {{"serve", "-x"}, "'lm serve' does not take -x"},
    {{"serve", "--state"}, "--state needs a value"},
    {{"serve", "--steps-per-driver", "few"}, "needs a number, not 'few'"},
    {{"serve", "--metrics-port", "x"}, "needs a number, not 'x'"},
    {{"serve", "--metrics-port", "-1"}, "needs a number, not '-1'"},
};

START_TEST(what_a_command_does_not_take_is_named)
{
	struct lm_err *e = options(wrong[_i].argv);

	ck_assert_ptr_nonnull(e);
	ck_assert_msg(strstr(lm_err_text(e), wrong[_i].says) != NULL, "%s", lm_err_text(e));
	lm_err_free(e);
}
END_TEST

START_TEST(every_command_explains_itself)
{
	size_t n = 0;
	const struct command *all = commands_all(&n);
	struct lm_buf b;

	lm_buf_init(&b, 65536);
	for (size_t i = 0; i < n; i++) {
		lm_buf_clear(&b);
		options_print(&all[i], &b);
		ck_assert_ptr_nonnull(strstr(b.p, "--help"));
		ck_assert_ptr_eq(commands_find(all[i].name), &all[i]);
		ck_assert(all[i].summary[0] != '\0');
		ck_assert_uint_le(all[i].min_words, all[i].max_words);
	}
	lm_buf_fini(&b);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("lm/cli/request");
	TCase *words = tcase_create("words"), *documents = tcase_create("documents");
	TCase *opts = tcase_create("options");

	tcase_add_checked_fixture(words, setup, teardown);
	tcase_add_loop_test(words, words_become_an_intent, 0, LM_COUNT(cases));
	tcase_add_loop_test(words, options_say_what_shall_differ, 0, LM_COUNT(said));
	tcase_add_loop_test(
	    words, a_scale_may_say_how_many_members_there_shall_be, 0, LM_COUNT(sizes));
	suite_add_tcase(s, words);
	tcase_add_checked_fixture(documents, setup, teardown);
	tcase_add_test(documents, a_document_is_the_body_of_a_create);
	tcase_add_test(documents, an_assembly_shall_be_active_unless_something_else_is_said);
	tcase_add_test(documents, a_document_may_be_the_body_of_something_else_and_wait);
	tcase_add_test(documents, several_documents_are_several_requests_in_their_order);
	tcase_add_test(documents, one_bad_document_refuses_all);
	tcase_add_test(documents, what_is_no_request_is_refused_with_its_place);
	tcase_add_test(documents, a_file_that_is_not_there_is_an_error);
	suite_add_tcase(s, documents);
	tcase_add_test(opts, options_may_stand_anywhere_among_the_words);
	tcase_add_test(opts, a_letter_means_what_the_command_takes);
	tcase_add_test(opts, packages_may_be_given_several_times);
	tcase_add_test(opts, steps_in_flight_may_be_limited);
	tcase_add_loop_test(opts, what_a_command_does_not_take_is_named, 0, LM_COUNT(wrong));
	tcase_add_test(opts, every_command_explains_itself);
	suite_add_tcase(s, opts);
	SRunner *sr = srunner_create(s);
	srunner_run_all(sr, CK_NORMAL);
	int failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed != 0;
}
