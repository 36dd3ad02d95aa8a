/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "lm/packages/load.h"
#include "lm/packages/packages.h"

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

static const char *codes(void)
{
	static char text[256];

	text[0] = '\0';
	diags_free(diags);
	diags = diags_new(10);
	catalog_report(catalog, NULL, diags);
	for (size_t i = 0; i < diags_count(diags); i++)
		strncat(strncat(text, i > 0 ? " " : "", 2), diags_at(diags, i)->code, 8);
	return text;
}

static const char *said(void)
{
	static struct lm_buf b;

	codes();
	lm_buf_fini(&b);
	lm_buf_init(&b, 65536);
	diags_print(diags, &b, false);
	return b.p;
}

/* Names of the assemblies that a load of 'where' finds: "a b". */
static const char *names_from(const char *where, const struct packages_conf *conf)
{
	(void)packages_load(where, catalog, conf);
	for (size_t i = 0; i < catalog_count(catalog); i++) {
		const char *p = descriptor_name(catalog_at(catalog, i)) + strlen("assembly::");

		lm_buf_printf(&names, "%s%.*s", i > 0 ? " " : "", (int)strcspn(p, ":"), p);
	}
	return names.p;
}

/* The same, and nothing is said. */
static const char *finds(const char *where)
{
	const char *found = names_from(where, NULL);

	ck_assert_str_eq(said(), "");
	return found;
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

START_TEST(letters_of_any_case_mark_the_folders_of_scripts)
{
	given_folder("Lifecycle");
	given_assembly("Lifecycle/Install.yml", "playbook");
	given_folder("Definitions");
	given_folder("Definitions/infrastructure");
	given_assembly("Definitions/infrastructure/heat.yaml", "template");
	given_folder("Definitions/lm");
	given_assembly("Definitions/lm/resource.YAML", "seen");
	given_assembly("lmproject.yml", "project");
	ck_assert_str_eq(finds(folder), "seen");
}
END_TEST

START_TEST(symbolic_links_are_not_followed_and_that_is_said)
{
	given_folder("outside");
	given_assembly("outside/o.yml", "outside");
	given_folder("in");
	given_assembly("in/a.yml", "inside");
	ck_assert_int_eq(symlink("../outside", at("in/b")), 0);
	ck_assert_int_eq(symlink("../outside/o.yml", at("in/c.yml")), 0);
	ck_assert_int_eq(symlink("..", at("in/circle")), 0);
	ck_assert_int_eq(symlink("self.yml", at("in/self.yml")), 0);
	ck_assert_int_eq(symlink("nowhere", at("in/text")), 0);
	ck_assert_str_eq(names_from(at("in"), NULL), "inside");
	ck_assert_str_eq(codes(), "LM0603 LM0603 LM0603 LM0603");
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
	ck_assert(!packages_load(at("nothing"), catalog, NULL));
	ck_assert_str_eq(codes(), "LM0601");
	ck_assert_ptr_nonnull(strstr(said(), "nothing: error: cannot read it: No such file"));
}
END_TEST

START_TEST(a_link_that_leads_to_itself_is_an_error_when_named)
{
	ck_assert_int_eq(symlink("a.yml", at("a.yml")), 0);
	ck_assert(!packages_load(at("a.yml"), catalog, NULL));
	ck_assert_str_eq(codes(), "LM0601");
}
END_TEST

START_TEST(a_file_beyond_the_limit_is_refused_and_the_others_are_read)
{
	struct packages_conf managed = {.file_max = PACKAGES_MANAGED_MAX};

	given_text("a.yml", "");
	given_assembly("b.yml", "b");
	ck_assert_int_eq(truncate(at("a.yml"), (1 << 20) + 1), 0);
	ck_assert_str_eq(names_from(folder, &managed), "b");
	ck_assert_str_eq(codes(), "LM0604");
	ck_assert_ptr_nonnull(strstr(said(), "a.yml: error: the file is larger than 1 MiB"));
}
END_TEST

START_TEST(a_gigabyte_is_refused_by_its_size)
{
	given_text("a.yml", "");
	ck_assert_int_eq(truncate(at("a.yml"), (off_t)1 << 40), 0);
	ck_assert(!packages_load(at("a.yml"), catalog, NULL));
	ck_assert_str_eq(codes(), "LM0604");
}
END_TEST

/* It says that it has no bytes, and then has as many as anybody wants. */
START_TEST(a_file_that_is_larger_than_it_says_is_refused)
{
	struct load l = {.catalog = catalog};
	struct bytes text;
	int fd = open("/dev/zero", O_RDONLY);

	ck_assert_int_ge(fd, 0);
	ck_assert(!input_read(&l, fd, "endless.yml", 100000, &text));
	ck_assert_ptr_null(text.p);
	ck_assert_str_eq(codes(), "LM0604");
	close(fd);
}
END_TEST

START_TEST(a_folder_without_permission_is_reported_and_the_rest_is_read)
{
	given_folder("a");
	given_assembly("a/a.yml", "a");
	given_assembly("b.yml", "b");
	given_assembly("c.yml", "c");
	ck_assert_int_eq(chmod(at("a"), 0), 0);
	ck_assert_int_eq(chmod(at("c.yml"), 0), 0);
	ck_assert_int_eq(chmod(folder, 0755), 0);
	ck_assert_int_eq(chmod(at("b.yml"), 0644), 0);
	uid_t me = geteuid();
	ck_assert(me != 0 || seteuid(65534) == 0); /* root may read everything */
	const char *found = names_from(folder, NULL);
	ck_assert_int_eq(seteuid(me), 0);
	ck_assert_str_eq(found, "b");
	ck_assert_str_eq(codes(), "LM0601 LM0601");
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
	given_assembly("a.yml", "a");
	ck_assert_str_eq(names_from(folder, NULL), "a");
	ck_assert_str_eq(codes(), "LM0605");
	ck_assert_ptr_nonnull(strstr(said(), "folders deep"));
}
END_TEST

START_TEST(what_is_called_a_descriptor_and_is_none_is_an_error_and_nobody_waits)
{
	given_assembly("a.yml", "a");
	given_folder("b.yml");
	ck_assert_int_eq(mkfifo(at("c.yml"), 0600), 0);
	ck_assert_int_eq(mkfifo(at("pipe"), 0600), 0);
	ck_assert_str_eq(names_from(folder, NULL), "a");
	ck_assert_str_eq(codes(), "LM0602 LM0602");
	ck_assert_ptr_nonnull(strstr(said(), "b.yml: error: it is a folder"));
	ck_assert_ptr_nonnull(strstr(said(), "c.yml: error: it is a named pipe"));
}
END_TEST

START_TEST(a_pipe_or_a_device_that_is_named_is_refused)
{
	ck_assert_int_eq(mkfifo(at("p"), 0600), 0);
	ck_assert(!packages_load(at("p"), catalog, NULL));
	ck_assert(!packages_load("/dev/zero", catalog, NULL));
	ck_assert_str_eq(codes(), "LM0602 LM0602");
}
END_TEST

START_TEST(a_folder_without_descriptors_is_an_error)
{
	given_folder("empty");
	(void)packages_load(at("empty"), catalog, NULL);
	ck_assert_str_eq(codes(), "LM0606");
	ck_assert_ptr_nonnull(strstr(said(), "the folder is empty"));
	given_text("README.md", "");
	(void)packages_load(folder, catalog, NULL);
	ck_assert_ptr_nonnull(strstr(said(), "no file in the folder is a descriptor"));
}
END_TEST

START_TEST(a_folder_may_be_empty_for_a_manager_but_not_full_of_other_things)
{
	struct packages_conf managed = {.may_be_empty = true};

	given_folder("empty");
	ck_assert(packages_load(at("empty"), catalog, &managed));
	ck_assert_str_eq(codes(), "");
	given_text("empty/README.md", "");
	ck_assert(packages_load(at("empty"), catalog, &managed));
	ck_assert_str_eq(codes(), "LM0606");
}
END_TEST

START_TEST(a_dash_is_standard_input)
{
	given_assembly("a.yml", "piped");
	int fd = open(at("a.yml"), O_RDONLY), before = dup(0);

	ck_assert_int_eq(dup2(fd, 0), 0);
	ck_assert_str_eq(finds("-"), "piped");
	ck_assert_str_eq(catalog_file_at(catalog, 0), "<stdin>");
	dup2(before, 0);
	close(before);
	close(fd);
}
END_TEST

START_TEST(what_is_said_of_a_file_is_forgotten_when_it_is_put_again)
{
	given_folder("a.yml");
	(void)packages_load(folder, catalog, NULL);
	ck_assert_str_eq(codes(), "LM0602");
	catalog_put(catalog, at("a.yml"), "name: assembly::a::1.0\n", 23);
	ck_assert_str_eq(codes(), "");
}
END_TEST

int main(void)
{
	Suite *s = suite_create("lm/packages: folders and files");
	TCase *tc = tcase_create("reading packages");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, descriptors_are_found_at_any_depth_in_the_order_of_names);
	tcase_add_test(tc, a_single_file_is_read_whatever_its_name);
	tcase_add_test(tc, other_files_and_hidden_ones_are_left_alone);
	tcase_add_test(tc, what_a_package_holds_for_its_scripts_is_no_descriptor);
	tcase_add_test(tc, letters_of_any_case_mark_the_folders_of_scripts);
	tcase_add_test(tc, symbolic_links_are_not_followed_and_that_is_said);
	tcase_add_test(tc, a_slash_at_the_end_changes_nothing);
	tcase_add_test(tc, what_is_not_there_is_an_error);
	tcase_add_test(tc, a_link_that_leads_to_itself_is_an_error_when_named);
	tcase_add_test(tc, a_file_beyond_the_limit_is_refused_and_the_others_are_read);
	tcase_add_test(tc, a_gigabyte_is_refused_by_its_size);
	tcase_add_test(tc, a_file_that_is_larger_than_it_says_is_refused);
	tcase_add_test(tc, a_folder_without_permission_is_reported_and_the_rest_is_read);
	tcase_add_test(tc, folders_beyond_the_limit_of_depth_are_refused);
	tcase_add_test(tc, what_is_called_a_descriptor_and_is_none_is_an_error_and_nobody_waits);
	tcase_add_test(tc, a_pipe_or_a_device_that_is_named_is_refused);
	tcase_add_test(tc, a_folder_without_descriptors_is_an_error);
	tcase_add_test(tc, a_folder_may_be_empty_for_a_manager_but_not_full_of_other_things);
	tcase_add_test(tc, a_dash_is_standard_input);
	tcase_add_test(tc, what_is_said_of_a_file_is_forgotten_when_it_is_put_again);
	suite_add_tcase(s, tc);
	SRunner *sr = srunner_create(s);
	srunner_run_all(sr, CK_NORMAL);
	int failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed != 0;
}
