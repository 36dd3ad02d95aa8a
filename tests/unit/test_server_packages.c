/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "lm/server/packages.h"

static char folder[64];
static struct catalog *catalog;
static struct diags *diags;
static struct lm_buf names;

static void setup(void)
{
	snprintf(folder, sizeof folder, "/tmp/lm-test-packages-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
	catalog = catalog_new();
	diags = diags_new(10);
	lm_buf_init(&names, 65536);
}

static void teardown(void)
{
	char command[128];

	snprintf(command, sizeof command, "rm -rf '%s'", folder);
	ck_assert_int_eq(system(command), 0);
	diags_free(diags);
	catalog_free(catalog);
	lm_buf_fini(&names);
}

/* ---- words of the sentences -------------------------------------------------------------------- */

static const char *at(const char *name)
{
	static char path[256];

	snprintf(path, sizeof path, "%s/%s", folder, name);
	return path;
}

static void given_folder(const char *name)
{
	ck_assert_int_eq(mkdir(at(name), 0700), 0);
}

static void given_text(const char *name, const char *text)
{
	FILE *f = fopen(at(name), "w");

	ck_assert_ptr_nonnull(f);
	fputs(text, f);
	ck_assert_int_eq(fclose(f), 0);
}

static void given_assembly(const char *file, const char *name)
{
	char text[128];

	snprintf(text, sizeof text, "name: assembly::%s::1.0\ndescription: a\n", name);
	given_text(file, text);
}

/* Names of the assemblies that a load of 'where' finds: "a b". */
static const char *finds(const char *where)
{
	struct lm_err *e = packages_load(where, catalog);

	ck_assert_msg(e == NULL, "%s", e == NULL ? "" : lm_err_text(e));
	for (size_t i = 0; i < catalog_count(catalog); i++) {
		const char *p = descriptor_name(catalog_at(catalog, i)) + strlen("assembly::");

		lm_buf_printf(&names, "%s%.*s", i > 0 ? " " : "", (int)strcspn(p, ":"), p);
	}
	return names.p;
}

static void refuses(const char *where, enum lm_err_kind kind, const char *says)
{
	struct lm_err *e = packages_load(where, catalog);

	ck_assert_ptr_nonnull(e);
	ck_assert_int_eq(lm_err_kind(e), kind);
	ck_assert_msg(strstr(lm_err_text(e), says) != NULL, "%s", lm_err_text(e));
	lm_err_free(e);
}

/* ---- sentences ---------------------------------------------------------------------------------- */

START_TEST(descriptors_are_found_at_any_depth_in_the_order_of_names)
{
	given_folder("b");
	given_folder("b/c");
	given_assembly("z.yml", "last");
	given_assembly("b/c/x.yaml", "deep");
	given_assembly("a.yml", "first");
	ck_assert_str_eq(finds(folder), "first deep last");
}
END_TEST

START_TEST(a_single_file_is_read_whatever_its_name)
{
	given_assembly("draft.txt", "draft");
	ck_assert_str_eq(finds(at("draft.txt")), "draft");
}
END_TEST

START_TEST(other_files_and_hidden_ones_are_left_alone)
{
	given_assembly("a.yml", "seen");
	given_assembly(".b.yml", "hidden");
	given_text("README.md", "name: x\n");
	given_folder(".git");
	given_assembly(".git/c.yml", "inner");
	ck_assert_str_eq(finds(folder), "seen");
}
END_TEST

START_TEST(what_a_package_holds_for_its_scripts_is_no_descriptor)
{
	static const char *const folders[] = {"lifecycle", "config", "images", "examples"};

	given_assembly("a.yml", "seen");
	for (size_t i = 0; i < LM_COUNT(folders); i++) {
		char file[64];

		given_folder(folders[i]);
		snprintf(file, sizeof file, "%s/x.yml", folders[i]);
		given_assembly(file, "content");
	}
	ck_assert_str_eq(finds(folder), "seen");
}
END_TEST

START_TEST(symbolic_links_are_not_followed)
{
	given_folder("outside");
	given_assembly("outside/o.yml", "outside");
	given_folder("in");
	given_assembly("in/a.yml", "inside");
	ck_assert_int_eq(symlink("../outside", at("in/folder")), 0);
	ck_assert_int_eq(symlink("../outside/o.yml", at("in/file.yml")), 0);
	ck_assert_int_eq(symlink("..", at("in/circle")), 0);
	ck_assert_str_eq(finds(at("in")), "inside");
}
END_TEST

START_TEST(a_slash_at_the_end_changes_nothing)
{
	char with_slash[80];

	given_assembly("a.yml", "a");
	snprintf(with_slash, sizeof with_slash, "%s//", folder);
	ck_assert_str_eq(finds(with_slash), "a");
	ck_assert_str_eq(descriptor_file(catalog_at(catalog, 0)), at("a.yml"));
}
END_TEST

START_TEST(what_is_not_there_is_an_error)
{
	refuses(at("nothing"), LM_ERR_IO, "cannot read");
}
END_TEST

START_TEST(a_file_beyond_the_limit_is_refused_by_name)
{
	given_text("a.yml", "");
	ck_assert_int_eq(truncate(at("a.yml"), (1 << 20) + 1), 0);
	refuses(folder, LM_ERR_LIMIT, "a.yml is larger than");
}
END_TEST

START_TEST(folders_beyond_the_limit_of_depth_are_refused)
{
	char path[128] = "d";

	for (int i = 0; i < 17; i++) {
		size_t n = strlen(path);

		given_folder(path);
		snprintf(path + n, sizeof path - n, "/d");
	}
	refuses(folder, LM_ERR_LIMIT, "folders deep");
}
END_TEST

START_TEST(a_named_pipe_does_not_stop_the_walk)
{
	given_assembly("a.yml", "a");
	ck_assert_int_eq(mkfifo(at("b.yml"), 0600), 0);
	ck_assert_str_eq(finds(folder), "a");
}
END_TEST

int main(void)
{
	Suite *s = suite_create("lm/server/packages");
	TCase *tc = tcase_create("reading packages");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, descriptors_are_found_at_any_depth_in_the_order_of_names);
	tcase_add_test(tc, a_single_file_is_read_whatever_its_name);
	tcase_add_test(tc, other_files_and_hidden_ones_are_left_alone);
	tcase_add_test(tc, what_a_package_holds_for_its_scripts_is_no_descriptor);
	tcase_add_test(tc, symbolic_links_are_not_followed);
	tcase_add_test(tc, a_slash_at_the_end_changes_nothing);
	tcase_add_test(tc, what_is_not_there_is_an_error);
	tcase_add_test(tc, a_file_beyond_the_limit_is_refused_by_name);
	tcase_add_test(tc, folders_beyond_the_limit_of_depth_are_refused);
	tcase_add_test(tc, a_named_pipe_does_not_stop_the_walk);
	suite_add_tcase(s, tc);
	SRunner *sr = srunner_create(s);
	srunner_run_all(sr, CK_NORMAL);
	int failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed != 0;
}
