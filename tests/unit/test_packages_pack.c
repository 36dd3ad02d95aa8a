/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lm/packages/packages.h"

/* A folder becomes an archive that reads as the folder does; whose package it is. */

static char folder[64], command[512];

static void setup(void)
{
	snprintf(folder, sizeof folder, "/tmp/lm-test-pack-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
}

static void sh(const char *what)
{
	snprintf(command, sizeof command, "cd '%s' && %s", folder, what);
	ck_assert_int_eq(system(command), 0);
}

static void teardown(void)
{
	snprintf(command, sizeof command, "rm -rf '%s'", folder);
	ck_assert_int_eq(system(command), 0);
}

static void given_package(void)
{
	sh("mkdir -p p/server/lifecycle p/.git && echo secret >p/.git/config && "
	   "printf 'name: assembly::vnf::1.0\\n' >p/assembly.yml && "
	   "printf 'name: resource::server::1.0\\nlifecycle: []\\n' >p/server/resource.yml && "
	   "echo true >p/server/lifecycle/start.sh && chmod 755 p/server/lifecycle/start.sh");
}

static void pack(struct lm_buf *out)
{
	char path[128];

	snprintf(path, sizeof path, "%s/p", folder);
	struct lm_err *e = packages_pack(path, out);
	ck_assert_msg(e == NULL, "%s", e == NULL ? "" : lm_err_text(e));
}

static const char *pack_fails(void)
{
	static char text[600];
	char path[128];
	struct lm_buf b;

	snprintf(path, sizeof path, "%s/p", folder);
	LM_AUTO(lm_err) e = packages_pack(path, &b);
	lm_buf_fini(&b);
	ck_assert_ptr_nonnull(e);
	snprintf(text, sizeof text, "%s", lm_err_text(e));
	return text;
}

static struct catalog *read_back(const struct lm_buf *b, const char *unpack_dir)
{
	struct catalog *c = catalog_new();
	struct packages_conf conf = {.unpack_dir = unpack_dir};

	ck_assert(packages_read_memory("p.zip", b->p, b->n, c, &conf));
	return c;
}

START_TEST(a_packed_folder_reads_as_the_folder)
{
	char store[128];
	struct stat st;
	struct lm_buf b;

	given_package();
	pack(&b);
	snprintf(store, sizeof store, "%s/store", folder);
	LM_AUTO(catalog) c = read_back(&b, store);
	ck_assert_uint_eq(catalog_count(c), 2);
	ck_assert_str_eq(descriptor_file(catalog_find(c, "resource::server::1.0")),
	    "p.zip!/server/resource.yml");
	const char *dir = descriptor_package_dir(catalog_find(c, "resource::server::1.0"));
	snprintf(command, sizeof command, "%s/lifecycle/start.sh", dir);
	ck_assert_int_eq(stat(command, &st), 0);
	ck_assert_uint_eq(st.st_mode & 0777, 0755);
	lm_buf_fini(&b);
	sh("test -z \"$(grep -r secret store)\"");
}
END_TEST

START_TEST(the_same_files_make_the_same_archive)
{
	struct lm_buf a, b;

	given_package();
	pack(&a);
	sh("cp -r p q && rm -rf p && mv q p && touch -d 2001-01-01 p/assembly.yml");
	pack(&b);
	ck_assert_uint_eq(a.n, b.n);
	ck_assert_mem_eq(a.p, b.p, a.n);
	lm_buf_fini(&a);
	lm_buf_fini(&b);
}
END_TEST

START_TEST(a_link_counts_for_the_file_it_leads_to)
{
	struct lm_buf b;

	given_package();
	sh("mv p/server/resource.yml elsewhere && ln -s ../../elsewhere p/server/resource.yml");
	pack(&b);
	LM_AUTO(catalog) c = read_back(&b, NULL);
	ck_assert_ptr_nonnull(catalog_find(c, "resource::server::1.0"));
	lm_buf_fini(&b);
	sh("ln -s /etc p/folder");
	ck_assert_ptr_nonnull(strstr(pack_fails(), "folder is neither a file nor a folder"));
}
END_TEST

START_TEST(what_cannot_be_packed_is_told)
{
	ck_assert_ptr_nonnull(strstr(pack_fails(), "cannot open the folder"));
	given_package();
	sh("ln -s nowhere p/broken");
	ck_assert_ptr_nonnull(strstr(pack_fails(), "cannot read broken"));
	sh("rm p/broken && mkfifo p/pipe");
	ck_assert_ptr_nonnull(strstr(pack_fails(), "pipe is neither a file nor a folder"));
	sh("rm p/pipe && truncate -s 17M p/large");
	ck_assert_ptr_nonnull(strstr(pack_fails(), "large has more than 16 MiB"));
}
END_TEST

/* The name, or what is wrong. */
static const char *subject_of(const char *const *names)
{
	static char text[300];
	LM_AUTO(catalog) c = catalog_new();
	const struct descriptor *d = NULL;

	for (size_t i = 0; names[i] != NULL; i++) {
		char document[200];

		snprintf(document, sizeof document, "name: %s\n", names[i]);
		catalog_put(c, names[i], document, strlen(document));
	}
	LM_AUTO(lm_err) e = packages_subject(c, &d);
	snprintf(text, sizeof text, "%s", e == NULL ? descriptor_name(d) : lm_err_text(e));
	return text;
}

#define SUBJECT(...) subject_of((const char *const[]){__VA_ARGS__, NULL})

START_TEST(a_package_is_named_after_its_assembly_or_else_its_resource)
{
	ck_assert_str_eq(
	    SUBJECT("resource::a::1", "assembly::b::1", "resource::c::1"), "assembly::b::1");
	ck_assert_str_eq(SUBJECT("resource::a::1"), "resource::a::1");
	ck_assert_ptr_nonnull(strstr(SUBJECT("resource::a::1", "resource::b::1"), "has 2 of them"));
	ck_assert_ptr_nonnull(strstr(SUBJECT("assembly::a::1", "assembly::b::1"), "has 2 of them"));
	ck_assert_str_eq(SUBJECT(NULL), "no descriptor is in the package");
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("packages/pack");
	TCase *tc = tcase_create("folders become archives");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, a_packed_folder_reads_as_the_folder);
	tcase_add_test(tc, the_same_files_make_the_same_archive);
	tcase_add_test(tc, a_link_counts_for_the_file_it_leads_to);
	tcase_add_test(tc, what_cannot_be_packed_is_told);
	tcase_add_test(tc, a_package_is_named_after_its_assembly_or_else_its_resource);
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
