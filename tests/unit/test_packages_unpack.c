/* SPDX-License-Identifier: Apache-2.0 */
#include <archive.h>
#include <archive_entry.h>
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lm/packages/packages.h"
#include "lm/packages/sha256.h"
#include "tosca/graph/graph.h"
#include "tosca/link/check.h"

static char folder[64], csar[128], store[128];
static struct catalog *catalog;
static struct diags *diags;
static char found[512];

static void setup(void)
{
	snprintf(folder, sizeof folder, "/tmp/lm-test-unpack-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
	snprintf(csar, sizeof csar, "%s/p.csar", folder);
	snprintf(store, sizeof store, "%s/packages", folder);
	catalog = NULL;
	diags = NULL;
}

static void teardown(void)
{
	char command[128];

	diags_free(diags);
	catalog_free(catalog);
	snprintf(command, sizeof command, "rm -rf '%s'", folder);
	ck_assert_int_eq(system(command), 0);
}

/* ---- words of the sentences -------------------------------------------------------------------- */

static void put(struct archive *w, const char *name, unsigned mode, const char *text)
{
	struct archive_entry *e = archive_entry_new();

	archive_entry_copy_pathname(e, name);
	archive_entry_set_filetype(e, AE_IFREG);
	archive_entry_set_perm(e, (mode_t)mode);
	archive_entry_set_size(e, (la_int64_t)strlen(text));
	ck_assert_int_eq(archive_write_header(w, e), ARCHIVE_OK);
	archive_write_data(w, text, strlen(text));
	archive_entry_free(e);
}

static void given_archive(const char *script)
{
	struct archive *w = archive_write_new();

	archive_write_set_format_pax_restricted(w);
	ck_assert_int_eq(archive_write_open_filename(w, csar), ARCHIVE_OK);
	put(w, "vnf/server/resource.yml", 0644,
	    "name: resource::server::1.0\n"
	    "infrastructure: {local: {container: {image: a}}}\n"
	    "lifecycle: [Install, Start]\n");
	put(w, "vnf/server/lifecycle/start.sh", 06777, script);
	put(w, "vnf/assembly.yml", 0600,
	    "name: assembly::vnf::1.0\n"
	    "composition: {server: {type: 'resource::server::1.0'}}\n");
	ck_assert_int_eq(archive_write_free(w), ARCHIVE_OK);
}

/* As a manager starts; codes of what is said. */
static const char *start(void)
{
	static char codes[64];
	struct packages_conf conf = {.unpack_dir = store};

	catalog_free(catalog);
	diags_free(diags);
	catalog = catalog_new();
	diags = diags_new(10);
	codes[0] = '\0';
	(void)packages_load(csar, catalog, &conf);
	catalog_check(catalog);
	catalog_report(catalog, NULL, diags);
	for (size_t i = 0; i < diags_count(diags); i++)
		strncat(codes, diags_at(diags, i)->code, 8);
	return codes;
}

/* A file of the package where the drivers look for it. */
static const char *at(const char *name)
{
	struct graph_request r = {.descriptor = "assembly::vnf::1.0", .instance = "voice"};
	struct graph *g = graph_build(catalog, &r, diags);

	ck_assert_ptr_nonnull(g);
	for (size_t i = 0; i < g->n_nodes; i++)
		if (g->nodes[i].resource != NULL)
			snprintf(
			    found, sizeof found, "%s/%s", g->nodes[i].resource->package_dir, name);
	graph_free(g);
	return found;
}

static ino_t inode(const char *path)
{
	struct stat st;

	ck_assert_msg(stat(path, &st) == 0, "%s", path);
	return st.st_ino;
}

static unsigned mode(const char *path)
{
	struct stat st;

	ck_assert_msg(stat(path, &st) == 0, "%s", path);
	return st.st_mode & 07777;
}

/* ---- sentences ---------------------------------------------------------------------------------- */

START_TEST(the_name_of_an_archive_is_its_sha256)
{
	char out[SHA256_TEXT], many[1000];

	sha256_text("", 0, out);
	ck_assert_str_eq(out, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	sha256_text("abc", 3, out);
	ck_assert_str_eq(out, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	sha256_text("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 56, out);
	ck_assert_str_eq(out, "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
	memset(many, 'a', sizeof many);
	sha256_text(many, sizeof many, out);
	ck_assert_str_eq(out, "41edece42d63e8d9bf515a9ba6932e1c20cbc9f5a5d134645adb5db1b9737ea3");
}
END_TEST

START_TEST(the_scripts_of_an_archive_lie_where_the_drivers_look)
{
	given_archive("echo hello\n");
	ck_assert_str_eq(start(), "");
	ck_assert_int_eq(access(at("lifecycle/start.sh"), R_OK), 0);
	ck_assert_int_eq(strncmp(found, store, strlen(store)), 0);
	ck_assert_ptr_nonnull(strstr(catalog_file_at(catalog, 0), "/p.csar!/vnf/"));
}
END_TEST

START_TEST(what_is_unpacked_is_its_owners_alone_and_has_no_special_rights)
{
	given_archive("echo hello\n");
	ck_assert_str_eq(start(), "");
	ck_assert_uint_eq(mode(store), 0700);
	ck_assert_uint_eq(mode(at("lifecycle/start.sh")), 0755);
	ck_assert_uint_eq(mode(at("resource.yml")), 0644);
}
END_TEST

START_TEST(the_second_start_uses_what_is_there)
{
	given_archive("echo hello\n");
	ck_assert_str_eq(start(), "");
	ino_t before = inode(at("lifecycle/start.sh"));
	ck_assert_str_eq(start(), "");
	ck_assert_uint_eq(inode(at("lifecycle/start.sh")), before);
}
END_TEST

START_TEST(another_archive_leaves_the_first_ones_files_alone)
{
	char first[512];

	given_archive("echo first\n");
	ck_assert_str_eq(start(), "");
	snprintf(first, sizeof first, "%s", at("lifecycle/start.sh"));
	ino_t before = inode(first);
	given_archive("echo second\n");
	ck_assert_str_eq(start(), "");
	ck_assert_str_ne(at("lifecycle/start.sh"), first);
	ck_assert_uint_eq(inode(first), before);
}
END_TEST

START_TEST(what_was_changed_since_is_not_used)
{
	given_archive("echo hello\n");
	ck_assert_str_eq(start(), "");
	FILE *f = fopen(at("lifecycle/start.sh"), "w");
	ck_assert_ptr_nonnull(f);
	fputs("echo hallo\n", f);
	ck_assert_int_eq(fclose(f), 0);
	ck_assert_str_eq(start(), "LM0618");
}
END_TEST

START_TEST(a_link_in_place_of_a_folder_is_not_followed)
{
	char moved[600], script[512];

	given_archive("echo hello\n");
	ck_assert_str_eq(start(), "");
	snprintf(script, sizeof script, "%s", at("lifecycle"));
	snprintf(moved, sizeof moved, "%s/moved", folder);
	ck_assert_int_eq(rename(script, moved), 0);
	ck_assert_int_eq(symlink(moved, script), 0);
	ck_assert_str_eq(start(), "LM0618");
}
END_TEST

START_TEST(a_store_that_is_a_link_is_not_used)
{
	given_archive("echo hello\n");
	ck_assert_int_eq(symlink("/tmp", store), 0);
	ck_assert_str_eq(start(), "LM0618");
}
END_TEST

START_TEST(what_a_crash_left_half_unpacked_is_made_again)
{
	char command[1024], name[65];

	given_archive("echo hello\n");
	ck_assert_str_eq(start(), "");
	snprintf(name, sizeof name, "%.64s", at("x") + strlen(store) + 1);
	snprintf(command, sizeof command,
	    "cd '%s' && mv %s .new-%s && rm .new-%s/vnf/server/lifecycle/start.sh", store, name,
	    name, name);
	ck_assert_int_eq(system(command), 0);
	ck_assert_str_eq(start(), "");
	ck_assert_int_eq(access(at("lifecycle/start.sh"), R_OK), 0);
	snprintf(command, sizeof command, "test $(ls -A '%s' | wc -l) = 1", store);
	ck_assert_int_eq(system(command), 0);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("lm/packages: unpacking");
	TCase *tc = tcase_create("unpacking archives");

	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, the_name_of_an_archive_is_its_sha256);
	tcase_add_test(tc, the_scripts_of_an_archive_lie_where_the_drivers_look);
	tcase_add_test(tc, what_is_unpacked_is_its_owners_alone_and_has_no_special_rights);
	tcase_add_test(tc, the_second_start_uses_what_is_there);
	tcase_add_test(tc, another_archive_leaves_the_first_ones_files_alone);
	tcase_add_test(tc, what_was_changed_since_is_not_used);
	tcase_add_test(tc, a_link_in_place_of_a_folder_is_not_followed);
	tcase_add_test(tc, a_store_that_is_a_link_is_not_used);
	tcase_add_test(tc, what_a_crash_left_half_unpacked_is_made_again);
	suite_add_tcase(s, tc);
	SRunner *sr = srunner_create(s);
	srunner_run_all(sr, CK_NORMAL);
	int failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed != 0;
}
