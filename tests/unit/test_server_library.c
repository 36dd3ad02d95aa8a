/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <uv.h>

#include "lm/core/engine.h"
#include "lm/packages/packages.h"
#include "lm/server/library/library.h"
#include "tosca/link/check.h"

/*
 * What is handed in while the manager runs: it fits, or nothing has changed; what others say of it; and
 * all of it again after a restart.  Whole packages, and deaths, are tests/system/catalog.sh's.
 */
static char state[64], unpacked[128];
static struct catalog *catalog;
static struct library *library;
static struct engine *engine;
static uv_loop_t loop;
static char said[4096]; /* the error's text, or the diagnostics */

static void begin(void)
{
	LM_AUTO(diags) d = diags_new(100);
	struct library_conf conf = {state, unpacked, NULL};

	catalog = catalog_new();
	conf.catalog = catalog;
	static const char given[] = "name: assembly::given::1.0\n---\n"
				    "name: resource::given::1.0\nproperties: {a: {}}\n";
	catalog_put(catalog, "/given.yml", given, strlen(given));
	catalog_check(catalog);
	struct lm_err *e = library_open(&conf, &library);
	if (e == NULL)
		e = library_load(library, d);
	ck_assert_msg(e == NULL, "%s", e == NULL ? "" : lm_err_text(e));
	engine = engine_new(&(struct engine_conf){.catalog = catalog});
	uv_loop_init(&loop);
	library_run(library, &loop, engine);
}

static void end(void)
{
	library_stop(library);
	uv_run(&loop, UV_RUN_DEFAULT);
	ck_assert_int_eq(uv_loop_close(&loop), 0);
	library_free(library);
	engine_free(engine);
	catalog_free(catalog);
}

static void setup(void)
{
	snprintf(state, sizeof state, "/tmp/lm-test-library-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(state));
	snprintf(unpacked, sizeof unpacked, "%s/packages", state);
	begin();
}

static struct lm_arena *arena; /* of what is said */

static void teardown(void)
{
	char command[128];

	end();
	lm_arena_free(arena);
	arena = NULL;
	snprintf(command, sizeof command, "rm -rf '%s'", state);
	ck_assert_int_eq(system(command), 0);
}

static void restart(void)
{
	end();
	begin();
}

/* ---- words of the sentences ------------------------------------------------------------------- */

/* The kind of error as HTTP has it, 200 without one. */
static int outcome(struct lm_err *e, const struct library_news *news)
{
	int status = e == NULL ? 200 : lm_err_http_status(lm_err_kind(e));

	snprintf(said, sizeof said, "%s",
	    e != NULL      ? lm_err_text(e)
	    : news != NULL ? news->diags.p
			   : "");
	lm_err_free(e);
	return status;
}

/* 'name' NULL: a new one. */
static int put(const char *name, const char *text)
{
	struct library_text t = {name, text, strlen(text)};
	struct library_news news;

	library_news_init(&news);
	int status = outcome(library_put_descriptor(library, &t, &news), &news);
	library_news_fini(&news);
	return status;
}

static int delete (const char *name)
{
	return outcome(library_delete_descriptor(library, name), NULL);
}

static void on_done(void *arg, struct lm_err *e, const struct library_news *news)
{
	*(int *)arg = outcome(e, news);
}

/* A package of these descriptors, one after another up to NULL. */
static int upload(const char *name, const char *const *texts)
{
	char folder[128], file[256];
	struct lm_buf b;
	int status = 0;

	snprintf(folder, sizeof folder, "%s/p", state);
	mkdir(folder, 0700);
	for (size_t i = 0; i < 4; i++) {
		snprintf(file, sizeof file, "%s/%zu.yml", folder, i);
		unlink(file);
	}
	for (size_t i = 0; texts[i] != NULL; i++) {
		snprintf(file, sizeof file, "%s/%zu.yml", folder, i);
		FILE *f = fopen(file, "w");
		fputs(texts[i], f);
		fclose(f);
	}
	struct lm_err *e = packages_pack(folder, &b);
	ck_assert_ptr_null(e);
	e = library_upload(
	    library, &(struct library_upload){
			 .name = name, .bytes = b.p, .n = b.n, .done = on_done, .arg = &status});
	ck_assert_ptr_null(e);
	lm_buf_fini(&b);
	uv_run(&loop, UV_RUN_DEFAULT);
	return status;
}

#define UPLOAD(name, ...) upload(name, (const char *const[]){__VA_ARGS__, NULL})

static bool says(const char *part)
{
	return strstr(said, part) != NULL;
}

static const char *description(const char *name)
{
	const struct descriptor *d = catalog_find(catalog, name);

	return d == NULL ? NULL : descriptor_description(d);
}

static bool is_there(const char *name)
{
	return catalog_find(catalog, name) != NULL;
}

static size_t errors(void)
{
	LM_AUTO(diags) d = diags_new(100);

	catalog_report(catalog, NULL, d);
	return diags_errors(d);
}

#define USER(child) "name: assembly::user::1.0\ncomposition: {x: {type: '" child "'}}\n"

/* ---- descriptors ------------------------------------------------------------------------------ */

START_TEST(a_descriptor_comes_changes_and_goes)
{
	ck_assert_int_eq(put(NULL, "name: assembly::a::1.0\ndescription: one\n"), 200);
	ck_assert_int_eq(put(NULL, "name: assembly::a::1\n"), 409);
	ck_assert_int_eq(put("assembly::a::1", "name: assembly::a::1.0\ndescription: two\n"), 200);
	ck_assert_str_eq(description("assembly::a::1.0"), "two");
	restart();
	ck_assert_str_eq(description("assembly::a::1.0"), "two");
	ck_assert_int_eq(delete ("assembly::a::1.0"), 200);
	ck_assert_int_eq(delete ("assembly::a::1.0"), 404);
	restart();
	ck_assert(!is_there("assembly::a::1.0"));
}
END_TEST

START_TEST(what_does_not_check_changes_nothing)
{
	ck_assert_int_eq(put(NULL, USER("resource::none::1.0")), 400);
	ck_assert(says("assembly::user::1.yml:2:") && says("[LM0302]"));
	ck_assert(!is_there("assembly::user::1.0"));
	ck_assert_int_eq(put(NULL, USER("resource::given::1.0")), 200);
	ck_assert_int_eq(put("assembly::user::1.0", USER("assembly::user::1.0")), 400);
	ck_assert_int_eq(
	    put("assembly::user::1.0", "name: assembly::user::1.0\nproperties: [\n"), 400);
	ck_assert_uint_eq(errors(), 0);
	restart();
	ck_assert(is_there("assembly::user::1.0"));
	ck_assert_uint_eq(errors(), 0);
}
END_TEST

START_TEST(what_the_manager_was_started_with_is_covered_and_comes_back)
{
	ck_assert_int_eq(put(NULL, "name: assembly::given::1.0\n"), 409);
	ck_assert_int_eq(delete ("assembly::given::1.0"), 409);
	ck_assert(says("/given.yml"));
	ck_assert_int_eq(
	    put("assembly::given::1.0", "name: assembly::given::1.0\ndescription: mine\n"), 200);
	ck_assert_uint_eq(errors(), 0);
	restart();
	ck_assert_str_eq(description("assembly::given::1.0"), "mine");
	ck_assert_uint_eq(errors(), 0);
	ck_assert_int_eq(delete ("assembly::given::1.0"), 200);
	ck_assert(is_there("assembly::given::1.0"));
	ck_assert_ptr_null(description("assembly::given::1.0"));
}
END_TEST

START_TEST(only_one_assembly_at_a_time)
{
	ck_assert_int_eq(put(NULL, "name: resource::r::1.0\n"), 400);
	ck_assert(says("resource-packages"));
	ck_assert_int_eq(put(NULL, "name: assembly::a::1\n---\nname: assembly::b::1\n"), 400);
	ck_assert_int_eq(put(NULL, ""), 400);
	ck_assert_int_eq(put("assembly::given::1.0", "name: assembly::a::1\n"), 400);
	ck_assert_int_eq(put("assembly::none::1.0", "name: assembly::none::1.0\n"), 404);
	ck_assert_int_eq(put("no name", "name: assembly::none::1.0\n"), 404);
	ck_assert(!is_there("assembly::a::1"));
}
END_TEST

/* ---- packages --------------------------------------------------------------------------------- */

START_TEST(a_package_comes_changes_and_goes)
{
	ck_assert_int_eq(UPLOAD(NULL, "name: resource::r::1.0\ndescription: one\n"), 200);
	ck_assert_int_eq(UPLOAD(NULL, "name: resource::r::1.0\n"), 409);
	ck_assert_int_eq(
	    UPLOAD("resource::r::1.0", "name: resource::r::1.0\ndescription: two\n"), 200);
	restart();
	ck_assert_str_eq(description("resource::r::1.0"), "two");
	ck_assert_uint_eq(library_package_count(library), 1);
	ck_assert_int_eq(outcome(library_delete_package(library, "resource::r::1.0"), NULL), 200);
	ck_assert_int_eq(outcome(library_delete_package(library, "resource::r::1.0"), NULL), 404);
	ck_assert_int_eq(
	    outcome(library_delete_package(library, "resource::given::1.0"), NULL), 409);
	restart();
	ck_assert(!is_there("resource::r::1.0"));
}
END_TEST

/* Clients tell by the status whether there is something to be made, or their archive is another one. */
START_TEST(what_is_not_there_cannot_be_replaced_whatever_is_sent)
{
	ck_assert_int_eq(UPLOAD("resource::r::1.0", "name: resource::r::1.0\n"), 404);
	ck_assert_int_eq(UPLOAD("resource::r::1.0", "name: resource::s::1.0\n"), 404);
	ck_assert_int_eq(UPLOAD("no name", "name: resource::s::1.0\n"), 404);
	ck_assert_int_eq(UPLOAD(NULL, "name: resource::r::1.0\n"), 200);
	ck_assert_int_eq(UPLOAD("resource::r::1.0", "name: resource::s::1.0\n"), 400);
	ck_assert(says("it is the package of resource::s::1.0, and not of resource::r::1.0"));
	ck_assert(!is_there("resource::s::1.0"));
}
END_TEST

START_TEST(a_package_loses_what_its_new_version_has_not)
{
	ck_assert_int_eq(UPLOAD(NULL, "name: assembly::p::1.0\n", "name: resource::r::1.0\n",
			     "name: resource::s::1.0\n"),
	    200);
	ck_assert_int_eq(
	    UPLOAD("assembly::p::1.0", "name: assembly::p::1.0\n", "name: resource::s::1.0\n"),
	    200);
	ck_assert(!is_there("resource::r::1.0"));
	ck_assert_int_eq(
	    UPLOAD("assembly::p::1.0",
		"name: assembly::p::1.0\ncomposition: {x: {type: 'resource::r::1.0'}}\n"),
	    400);
	ck_assert(is_there("resource::s::1.0") && !is_there("resource::r::1.0"));
	restart();
	ck_assert(is_there("resource::s::1.0") && !is_there("resource::r::1.0"));
	ck_assert_uint_eq(errors(), 0);
}
END_TEST

START_TEST(the_longest_name_can_be_taken_back)
{
	char name[LIBRARY_NAME_MAX + 1], text[LIBRARY_NAME_MAX + 32], longest[NAME_MAX_LENGTH + 1];

	memset(longest, 'x', NAME_MAX_LENGTH);
	longest[NAME_MAX_LENGTH] = '\0';
	snprintf(name, sizeof name, "assembly::%s::123456789.%s", longest,
	    "123456789.123456789.123456789.123456789.123456789.123456789.123456789");
	snprintf(text, sizeof text, "name: %s\n", name);
	ck_assert_int_eq(put(NULL, text), 200);
	ck_assert_int_eq(put(name, text), 200);
	restart();
	ck_assert_int_eq(delete (name), 200);
	ck_assert_int_eq(put(name, text), 404);
}
END_TEST

START_TEST(two_packages_cannot_have_one_descriptor)
{
	ck_assert_int_eq(UPLOAD(NULL, "name: assembly::p::1.0\n", "name: resource::r::1.0\n"), 200);
	ck_assert_int_eq(UPLOAD(NULL, "name: assembly::q::1.0\n", "name: resource::r::1.0\n"), 409);
	ck_assert(says("a part of the package assembly::p::1.0"));
	ck_assert(!is_there("assembly::q::1.0"));
	ck_assert_int_eq(delete ("resource::r::1.0"), 409);
	ck_assert_int_eq(delete ("assembly::p::1.0"), 409);
	ck_assert(is_there("resource::r::1.0"));
}
END_TEST

START_TEST(a_package_of_one_goes_with_its_descriptor)
{
	ck_assert_int_eq(UPLOAD(NULL, "name: resource::r::1.0\n"), 200);
	ck_assert_int_eq(delete ("resource::r::1.0"), 200);
	ck_assert_uint_eq(library_package_count(library), 0);
	ck_assert_int_eq(UPLOAD(NULL, "name: resource::r::1.0\n"), 200);
}
END_TEST

START_TEST(who_breaks_by_a_change_is_told_of)
{
	ck_assert_int_eq(UPLOAD(NULL, "name: assembly::p::1.0\n", "name: resource::r::1.0\n"), 200);
	ck_assert_int_eq(put(NULL, USER("resource::r::1.0")), 200);
	ck_assert_str_eq(said, "[]");
	ck_assert_int_eq(UPLOAD("assembly::p::1.0", "name: assembly::p::1.0\n"), 200);
	ck_assert(says("\"file\":\"assembly::user::1.yml\"") && says("LM0302"));
	ck_assert_uint_eq(errors(), 1);
	restart();
	ck_assert_uint_eq(errors(), 1);
	ck_assert_int_eq(
	    UPLOAD("assembly::p::1.0", "name: assembly::p::1.0\n", "name: resource::r::1.0\n"),
	    200);
	ck_assert_str_eq(said, "[]");
	ck_assert_uint_eq(errors(), 0);
}
END_TEST

START_TEST(a_line_of_uploads_has_an_end)
{
	struct library_upload u = {.bytes = "x", .n = 1, .done = on_done};
	int status[LIBRARY_LINE_MAX + 1] = {0};
	size_t taken = 0;

	for (; taken <= LIBRARY_LINE_MAX; taken++) {
		u.arg = &status[taken];
		LM_AUTO(lm_err) e = library_upload(library, &u);
		if (e != NULL)
			break;
	}
	ck_assert_uint_gt(taken, 0);
	ck_assert_uint_le(taken, LIBRARY_LINE_MAX);
	uv_run(&loop, UV_RUN_DEFAULT);
	for (size_t i = 0; i < taken; i++)
		ck_assert_int_eq(status[i], 400);
	u.n = (size_t)LIBRARY_PACKAGE_MAX + 1;
	ck_assert_int_eq(outcome(library_upload(library, &u), NULL), 413);
}
END_TEST

START_TEST(an_upload_that_is_under_way_at_the_end_is_forgotten)
{
	struct library_upload u = {.bytes = "x", .n = 1, .done = on_done, .arg = NULL};

	ck_assert_int_eq(outcome(library_upload(library, &u), NULL), 200);
	ck_assert_int_eq(outcome(library_upload(library, &u), NULL), 200);
	restart();
}
END_TEST

/* ---- types of other resource managers --------------------------------------------------------- */

/* Says what became of one type, "" when it is there; its 'text' NULL: nobody has read it. */
static const char *offer(const char *manager, const char *name, const char *text)
{
	struct library_type t = {.name = name, .text = text};

	lm_arena_free(arena);
	arena = lm_arena_new();
	ck_assert_int_eq(outcome(library_add_types(library, manager, &t, 1, arena), NULL), 200);
	ck_assert_int_eq(t.is_new && t.why != NULL, 0);
	return t.why == NULL ? "" : t.why;
}

#define TYPE "resource::t::1.0"

START_TEST(types_of_another_manager_come_stay_and_go)
{
	ck_assert_str_eq(offer("arm", TYPE, "name: " TYPE "\ndescription: one\n"), "");
	ck_assert_str_eq(offer("arm", TYPE, "name: " TYPE "\ndescription: two\n"), "");
	restart();
	ck_assert_str_eq(description(TYPE), "one");
	ck_assert_int_eq(put(NULL, USER(TYPE)), 200);
	ck_assert_int_eq(delete (TYPE), 200);
	ck_assert_uint_eq(errors(), 1);
	restart();
	ck_assert(!is_there(TYPE));
	ck_assert_str_eq(offer("arm", TYPE, "name: " TYPE "\ndescription: two\n"), "");
	ck_assert_str_eq(description(TYPE), "two");
	ck_assert_uint_eq(errors(), 0);
}
END_TEST

START_TEST(a_type_replaces_nothing_and_says_what_is_in_its_way)
{
	ck_assert_str_eq(offer("arm", TYPE, "name: " TYPE "\n"), "");
	ck_assert_ptr_nonnull(strstr(offer("other", TYPE, NULL), "resource manager 'arm'"));
	ck_assert_ptr_nonnull(strstr(offer("arm", "resource::given::1.0", NULL), "/given.yml"));
	ck_assert_int_eq(UPLOAD(NULL, "name: " TYPE "\n"), 409);
	ck_assert(says("resource manager 'arm'"));
	ck_assert_int_eq(UPLOAD(TYPE, "name: " TYPE "\ndescription: packed\n"), 200);
	ck_assert_str_eq(description(TYPE), "packed");
}
END_TEST

START_TEST(a_type_that_is_none_is_left_out_and_the_others_come)
{
	LM_AUTO(lm_arena) a = lm_arena_new();
	struct library_type t[] = {
	    {.name = "resource::a::1.0", .text = "name: resource::a::1.0\nproperties: [\n"},
	    {.name = "resource::b::1.0", .text = "name: resource::c::1.0\n"},
	    {.name = "assembly::d::1.0", .text = "name: assembly::d::1.0\n"},
	    {.name = "what is this", .text = "name: resource::e::1.0\n"},
	    {.name = "resource::f::1.0", .text = "name: resource::f::1.0\n"},
	    {.name = "resource::f::1", .text = "name: resource::f::1\n"},
	    {.name = "resource::g::1.0", .why = "its manager does not tell"},
	    {.name = "resource::h::1.0", .text = ""},
	};

	ck_assert_int_eq(
	    outcome(library_add_types(library, "a/b %", t, LM_COUNT(t), a), NULL), 200);
	for (size_t i = 0; i < LM_COUNT(t); i++)
		ck_assert_msg((t[i].why == NULL) == (i == 4 || i == 5), "%zu: %s", i, t[i].why);
	ck_assert(t[4].is_new && !t[5].is_new);
	ck_assert_ptr_nonnull(strstr(t[0].why, "descriptor.yml:"));
	ck_assert_ptr_nonnull(strstr(t[1].why, "describes resource::c::1.0"));
	ck_assert_str_eq(t[6].why, "its manager does not tell");
	ck_assert_uint_eq(errors(), 0);
	restart();
	ck_assert(is_there("resource::f::1.0") && !is_there("resource::c::1.0"));
}
END_TEST

START_TEST(a_file_of_types_that_is_damaged_is_left_out)
{
	char path[128];

	ck_assert_str_eq(offer("arm", TYPE, "name: " TYPE "\n"), "");
	snprintf(path, sizeof path, "%s/catalog/types/arm.json", state);
	ck_assert_int_eq(truncate(path, 5), 0);
	restart();
	ck_assert(!is_there(TYPE) && is_there("resource::given::1.0"));
	struct library_type t = {.name = TYPE, .text = "name: " TYPE "\n"};
	ck_assert_int_eq(outcome(library_add_types(library, "arm", &t, 1, arena), NULL), 400);
	ck_assert(says("remove it"));
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_str_eq(offer("arm", TYPE, "name: " TYPE "\n"), "");
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("server/library");
	TCase *tc = tcase_create("what is handed in");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, a_descriptor_comes_changes_and_goes);
	tcase_add_test(tc, what_does_not_check_changes_nothing);
	tcase_add_test(tc, what_the_manager_was_started_with_is_covered_and_comes_back);
	tcase_add_test(tc, only_one_assembly_at_a_time);
	tcase_add_test(tc, a_package_comes_changes_and_goes);
	tcase_add_test(tc, what_is_not_there_cannot_be_replaced_whatever_is_sent);
	tcase_add_test(tc, a_package_loses_what_its_new_version_has_not);
	tcase_add_test(tc, the_longest_name_can_be_taken_back);
	tcase_add_test(tc, two_packages_cannot_have_one_descriptor);
	tcase_add_test(tc, a_package_of_one_goes_with_its_descriptor);
	tcase_add_test(tc, who_breaks_by_a_change_is_told_of);
	tcase_add_test(tc, types_of_another_manager_come_stay_and_go);
	tcase_add_test(tc, a_type_replaces_nothing_and_says_what_is_in_its_way);
	tcase_add_test(tc, a_type_that_is_none_is_left_out_and_the_others_come);
	tcase_add_test(tc, a_file_of_types_that_is_damaged_is_left_out);
	tcase_add_test(tc, a_line_of_uploads_has_an_end);
	tcase_add_test(tc, an_upload_that_is_under_way_at_the_end_is_forgotten);
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
