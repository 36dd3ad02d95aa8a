/* SPDX-License-Identifier: Apache-2.0 */
#include <archive.h>
#include <archive_entry.h>
#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lm/drivers/http/priv.h"
#include "tests/lib/tried.h"

/* What a driver of others gets of a package: read back by a reader of zip that is not ours. */

static char folder[SCRATCH_SIZE];
static uv_loop_t loop;
static char seen[4096], why[WHY_MAX];
static bool is_done;

static void setup(void)
{
	scratch_make(folder);
	uv_loop_init(&loop);
	seen[0] = why[0] = '\0';
	is_done = false;
}

static void teardown(void)
{
	uv_run(&loop, UV_RUN_DEFAULT);
	ck_assert_int_eq(uv_loop_close(&loop), 0);
	scratch_remove(folder);
}

/* Makes the folders above it, too. */
static void given_file(const char *name, const char *text, size_t n)
{
	char path[512];

	snprintf(path, sizeof path, "%s/%s", folder, name);
	for (char *slash = strchr(path + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		mkdir(path, 0755);
		*slash = '/';
	}
	FILE *f = fopen(path, "w");
	ck_assert_ptr_nonnull(f);
	ck_assert_uint_eq(fwrite(text, 1, n, f), n);
	fclose(f);
}

static void given(const char *name, const char *text)
{
	given_file(name, text, strlen(text));
}

static int digit(char c)
{
	static const char letters[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	return (int)(strchr(letters, c) - letters);
}

static size_t decode(const struct lm_buf *b, unsigned char *out)
{
	size_t n = 0;

	ck_assert(b->n >= 2 && b->p[0] == '"' && b->p[b->n - 1] == '"');
	ck_assert_uint_eq((b->n - 2) % 4, 0);
	for (const char *p = b->p + 1; p < b->p + b->n - 1; p += 4) {
		unsigned v = (unsigned)digit(p[0]) << 18 | (unsigned)digit(p[1]) << 12 |
			     (p[2] == '=' ? 0 : (unsigned)digit(p[2]) << 6) |
			     (p[3] == '=' ? 0 : (unsigned)digit(p[3]));

		out[n++] = (unsigned char)(v >> 16);
		if (p[2] != '=')
			out[n++] = (unsigned char)(v >> 8);
		if (p[3] != '=')
			out[n++] = (unsigned char)v;
	}
	return n;
}

/* "a.sh 755 text, ..." */
static void read_zip(const unsigned char *p, size_t n)
{
	struct archive *a = archive_read_new();
	struct archive_entry *e;

	archive_read_support_format_zip(a);
	ck_assert_int_eq(archive_read_open_memory(a, p, n), ARCHIVE_OK);
	while (archive_read_next_header(a, &e) == ARCHIVE_OK) {
		char text[64] = "";
		la_ssize_t got = archive_read_data(a, text, sizeof text - 1);

		ck_assert_int_ge(got, 0);
		snprintf(seen + strlen(seen), sizeof seen - strlen(seen), "%s%s %o %s",
		    seen[0] == '\0' ? "" : ", ", archive_entry_pathname(e),
		    (unsigned)archive_entry_perm(e), text);
	}
	ck_assert_ptr_null(archive_error_string(a));
	archive_read_free(a);
}

static void on_done(void *arg, const struct lm_buf *files, const char *reason)
{
	(void)arg;
	is_done = true;
	if (reason != NULL) {
		snprintf(why, sizeof why, "%s", reason);
		return;
	}
	unsigned char *bytes = malloc(files->n + 1);
	read_zip(bytes, decode(files, bytes));
	free(bytes);
}

static void pack(const char *below, const char *driver)
{
	char path[512];

	snprintf(path, sizeof path, "%s%s", folder, below);
	(void)pack_begin(&loop, path, driver, on_done, NULL);
	uv_run(&loop, UV_RUN_DEFAULT);
	ck_assert(is_done);
}

START_TEST(a_driver_gets_its_own_folder_in_the_order_of_names)
{
	given("lifecycle/ansible/scripts/Install.yaml", "install");
	given("lifecycle/ansible/config/inventory", "hosts");
	given("lifecycle/openstack/heat.yaml", "not for it");
	given("resource.yml", "nor this");
	pack("", "ansible");
	ck_assert_str_eq(seen, "config/inventory 644 hosts, scripts/Install.yaml 644 install");
}
END_TEST

START_TEST(a_package_may_have_its_descriptor_in_definitions)
{
	given("Lifecycle/Ansible/a", "1");
	given("Definitions/lm/resource.yaml", "x");
	pack("/Definitions/lm", "ansible");
	ck_assert_str_eq(seen, "a 644 1");
}
END_TEST

START_TEST(a_folder_that_is_only_called_lm_is_a_package_itself)
{
	given("lm/lifecycle/ansible/a", "1");
	pack("/lm", "ansible");
	ck_assert_str_eq(seen, "a 644 1");
}
END_TEST

START_TEST(without_files_there_is_an_empty_zip)
{
	given("resource.yml", "x");
	pack("", "ansible");
	ck_assert_str_eq(why, "");
	ck_assert_str_eq(seen, "");
}
END_TEST

START_TEST(programs_stay_programs_and_links_are_left_out)
{
	char path[512], link[512];

	given("lifecycle/x/run.sh", "go");
	snprintf(path, sizeof path, "%s/lifecycle/x/run.sh", folder);
	chmod(path, 0755);
	snprintf(link, sizeof link, "%s/lifecycle/x/secret", folder);
	ck_assert_int_eq(symlink("/etc/passwd", link), 0);
	snprintf(link, sizeof link, "%s/lifecycle/x/up", folder);
	ck_assert_int_eq(symlink("/etc", link), 0);
	pack("", "x");
	ck_assert_str_eq(seen, "run.sh 755 go");
}
END_TEST

START_TEST(files_without_end_are_refused)
{
	char *large = calloc(1, FILES_MAX + 1);

	given_file("lifecycle/x/large", large, FILES_MAX + 1);
	free(large);
	pack("", "x");
	ck_assert_str_eq(why, "the files of the package have more than 8 MiB");
}
END_TEST

START_TEST(many_files_are_refused)
{
	char name[64];

	for (int i = 0; i <= ENTRIES_MAX; i++) {
		snprintf(name, sizeof name, "lifecycle/x/%d", i);
		given(name, "");
	}
	pack("", "x");
	ck_assert_str_eq(why, "the package has more than 2000 files");
}
END_TEST

START_TEST(a_package_that_has_gone_says_so)
{
	pack("/nowhere", "x");
	ck_assert_ptr_nonnull(strstr(why, "cannot read the package"));
}
END_TEST

START_TEST(who_does_not_wait_any_more_is_not_told)
{
	given("lifecycle/x/a", "1");
	pack_forget(pack_begin(&loop, folder, "x", on_done, NULL));
	uv_run(&loop, UV_RUN_DEFAULT);
	ck_assert(!is_done);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("http pack");
	TCase *t = tcase_create("the files of a package");
	SRunner *r = srunner_create(s);

	tcase_set_timeout(t, 60);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, a_driver_gets_its_own_folder_in_the_order_of_names);
	tcase_add_test(t, a_package_may_have_its_descriptor_in_definitions);
	tcase_add_test(t, a_folder_that_is_only_called_lm_is_a_package_itself);
	tcase_add_test(t, without_files_there_is_an_empty_zip);
	tcase_add_test(t, programs_stay_programs_and_links_are_left_out);
	tcase_add_test(t, files_without_end_are_refused);
	tcase_add_test(t, many_files_are_refused);
	tcase_add_test(t, a_package_that_has_gone_says_so);
	tcase_add_test(t, who_does_not_wait_any_more_is_not_told);
	suite_add_tcase(s, t);
	srunner_run_all(r, CK_ENV);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
