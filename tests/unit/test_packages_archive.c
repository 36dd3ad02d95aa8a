/* SPDX-License-Identifier: Apache-2.0 */
#include <archive.h>
#include <archive_entry.h>
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "lm/packages/packages.h"

enum { SPACE = 4 * 1024 * 1024 };

static struct catalog *catalog;
static struct lm_buf out;
static char *bytes;
static size_t n_bytes;
static struct archive *writer;

static void setup(void)
{
	catalog = catalog_new();
	bytes = malloc(SPACE);
	ck_assert_ptr_nonnull(bytes);
	lm_buf_init(&out, 1 << 20);
	writer = NULL;
	n_bytes = 0;
}

static void teardown(void)
{
	archive_write_free(writer);
	catalog_free(catalog);
	lm_buf_fini(&out);
	free(bytes);
}

/* ---- words of the sentences -------------------------------------------------------------------- */

enum form { ZIP, TAR, TAR_GZ, TAR_XZ, TAR_ZST };

static void given(enum form form)
{
	archive_write_free(writer);
	writer = archive_write_new();
	ck_assert_ptr_nonnull(writer);
	if (form == ZIP)
		archive_write_set_format_zip(writer);
	else
		archive_write_set_format_pax_restricted(writer);
	if (form == TAR_GZ)
		archive_write_add_filter_gzip(writer);
	if (form == TAR_XZ)
		archive_write_add_filter_xz(writer);
	if (form == TAR_ZST)
		archive_write_add_filter_zstd(writer);
	archive_write_set_bytes_per_block(writer, 0);
}

static void open_writer(void)
{
	ck_assert_int_eq(archive_write_open_memory(writer, bytes, SPACE, &n_bytes), ARCHIVE_OK);
}

static struct archive_entry *entry(const char *name, unsigned type, size_t size)
{
	struct archive_entry *e = archive_entry_new();

	archive_entry_copy_pathname(e, name);
	archive_entry_set_filetype(e, type);
	archive_entry_set_perm(e, 0644);
	archive_entry_set_size(e, (la_int64_t)size);
	return e;
}

static void put(struct archive_entry *e, const char *data, size_t n)
{
	ck_assert_msg(
	    archive_write_header(writer, e) == ARCHIVE_OK, "%s", archive_error_string(writer));
	if (n > 0)
		ck_assert_int_eq(archive_write_data(writer, data, n), (la_ssize_t)n);
	archive_entry_free(e);
}

static void with_text(const char *name, const char *text)
{
	put(entry(name, AE_IFREG, strlen(text)), text, strlen(text));
}

static void with_link(const char *name, const char *to, bool hard)
{
	struct archive_entry *e = entry(name, hard ? AE_IFREG : AE_IFLNK, 0);

	if (hard)
		archive_entry_copy_hardlink(e, to);
	else
		archive_entry_copy_symlink(e, to);
	put(e, NULL, 0);
}

static void with_zeros(const char *name, size_t n)
{
	char *zeros = calloc(1, n);

	ck_assert_ptr_nonnull(zeros);
	put(entry(name, AE_IFREG, n), zeros, n);
	free(zeros);
}

static void finish(void)
{
	ck_assert_int_eq(archive_write_close(writer), ARCHIVE_OK);
}

/* An archive of one file of that name. */
static void given_name(enum form form, const char *name)
{
	given(form);
	open_writer();
	with_text(name, "name: assembly::a::1.0\n");
	finish();
}

static const char *codes(void)
{
	struct diags *d = diags_new(100);

	lm_buf_clear(&out);
	catalog_report(catalog, NULL, d);
	for (size_t i = 0; i < diags_count(d); i++)
		lm_buf_printf(&out, "%s%s", i > 0 ? " " : "", diags_at(d, i)->code);
	diags_free(d);
	return out.p;
}

/* What reading says. */
static const char *verdict(void)
{
	catalog_free(catalog);
	catalog = catalog_new();
	(void)packages_read_memory("p.csar", bytes, n_bytes, catalog, NULL);
	return codes();
}

static const char *files(void)
{
	lm_buf_clear(&out);
	for (size_t i = 0; i < catalog_file_count(catalog); i++)
		lm_buf_printf(&out, "%s%s", i > 0 ? " " : "", catalog_file_at(catalog, i));
	return out.p;
}

/* ---- sentences ---------------------------------------------------------------------------------- */

START_TEST(every_format_is_read_by_its_bytes)
{
	for (enum form form = ZIP; form <= TAR_ZST; form++) {
		given(form);
		open_writer();
		with_text("./top/z.yml", "name: assembly::z::1.0\n");
		with_text("top/Lifecycle/Install.yml", "- hosts: all\n");
		with_text("top/a/x.yml", "name: resource::x::1.0\n");
		with_text("top/a.yml", "name: assembly::a::1.0\n");
		with_text("top/.hidden.yml", "name: assembly::h::1.0\n");
		finish();
		ck_assert_str_eq(verdict(), "");
		ck_assert_str_eq(
		    files(), "p.csar!/top/a/x.yml p.csar!/top/a.yml p.csar!/top/z.yml");
	}
}
END_TEST

START_TEST(the_folder_of_a_descriptor_is_in_the_archive)
{
	given_name(ZIP, "a/b.yml");
	ck_assert_str_eq(verdict(), "");
	ck_assert_str_eq(descriptor_file(catalog_at(catalog, 0)), "p.csar!/a/b.yml");
}
END_TEST

START_TEST(no_name_leads_out_of_the_package)
{
	static const char *const names[] = {"../a.yml", "a/../../b.yml", "a/..", "/etc/a.yml",
	    "//a.yml", "a\\b.yml", "..\\a.yml", "C:/a.yml", "c:a.yml", "a\nb.yml", "\x1b[2Ja.yml",
	    "a\x7f.yml"};

	for (size_t i = 0; i < LM_COUNT(names); i++) {
		given_name(TAR, names[i]);
		ck_assert_msg(strcmp(verdict(), "LM0612") == 0, "%s: %s", names[i], out.p);
		ck_assert_uint_eq(catalog_count(catalog), 0);
	}
}
END_TEST

/* The library takes backslashes in a zip for slashes, as the systems do that write them. */
START_TEST(a_zip_that_was_changed_by_hand_leads_nowhere_either)
{
	static const struct {
		const char *name, *code;
	} cases[] = {{"../a.yml", "LM0612"}, {"/e/a.yml", "LM0612"}, {"a/../bcd", "LM0612"},
	    {"..\\x\\c.yml", "LM0612"}, {"\xc3\x28_a.yml", "LM0612"}};

	for (size_t i = 0; i < LM_COUNT(cases); i++) {
		char innocent[32] = "";

		memset(innocent, 'x', strlen(cases[i].name));
		given_name(ZIP, innocent);
		for (size_t at = 0; at + strlen(innocent) <= n_bytes; at++)
			if (memcmp(bytes + at, innocent, strlen(innocent)) == 0)
				memcpy(bytes + at, cases[i].name, strlen(innocent));
		ck_assert_msg(
		    strcmp(verdict(), cases[i].code) == 0, "%s: %s", cases[i].name, out.p);
	}
}
END_TEST

/* Behind a NUL a name is over: nothing of what follows has an effect. */
START_TEST(a_nul_in_a_name_hides_nothing)
{
	given_name(ZIP, "a.yml0/../../x");
	for (size_t at = 0; at + 7 <= n_bytes; at++)
		if (memcmp(bytes + at, "a.yml0/", 7) == 0)
			bytes[at + 5] = '\0';
	const char *said = verdict();
	ck_assert_msg(strcmp(said, "") == 0 || strstr(said, "LM061") != NULL, "%s", said);
	for (size_t i = 0; i < catalog_count(catalog); i++)
		ck_assert_str_eq(descriptor_file(catalog_at(catalog, i)), "p.csar!/a.yml");
}
END_TEST

START_TEST(names_too_long_or_too_deep_are_refused)
{
	char name[1200] = "";

	for (int i = 0; i < 17; i++)
		strncat(name, "d/", 3);
	given_name(TAR, strncat(name, "a.yml", 6));
	ck_assert_str_eq(verdict(), "LM0612");
	memset(name, 'n', 256);
	name[256] = '\0';
	given_name(TAR, name);
	ck_assert_str_eq(verdict(), "LM0612");
	memset(name, 'n', 1100);
	for (int i = 100; i < 1100; i += 100)
		name[i] = '/';
	name[1100] = '\0';
	given_name(TAR, name);
	ck_assert_str_eq(verdict(), "LM0612");
}
END_TEST

START_TEST(links_and_pipes_are_refused_wherever_they_lead)
{
	for (enum form form = ZIP; form <= TAR; form++) {
		given(form);
		open_writer();
		with_text("a.yml", "name: assembly::a::1.0\n");
		with_link("b.yml", "a.yml", false);
		with_link("c", "/etc", false);
		if (form == TAR) {
			with_link("d.yml", "a.yml", true);
			with_link("e.yml", "/etc/passwd", true);
			put(entry("f", AE_IFIFO, 0), NULL, 0);
			put(entry("g", AE_IFCHR, 0), NULL, 0);
		}
		finish();
		ck_assert_str_eq(verdict(),
		    form == ZIP ? "LM0613 LM0613" : "LM0613 LM0613 LM0613 LM0613 LM0613 LM0613");
		ck_assert_uint_eq(catalog_count(catalog), 0);
	}
}
END_TEST

START_TEST(two_files_of_one_name_are_refused)
{
	given(TAR);
	open_writer();
	with_text("a.yml", "name: assembly::a::1.0\n");
	with_text("./a.yml", "name: assembly::b::1.0\n");
	finish();
	ck_assert_str_eq(verdict(), "LM0616");
}
END_TEST

START_TEST(a_file_that_is_a_folder_too_is_refused)
{
	given(TAR);
	open_writer();
	with_text("a", "name: assembly::a::1.0\n");
	with_text("a/b.yml", "name: assembly::b::1.0\n");
	finish();
	ck_assert_str_eq(verdict(), "LM0616");
}
END_TEST

START_TEST(a_folder_may_be_named_twice)
{
	given(TAR);
	open_writer();
	with_text("a/b.yml", "name: assembly::b::1.0\n");
	put(entry("a/", AE_IFDIR, 0), NULL, 0);
	put(entry("./", AE_IFDIR, 0), NULL, 0);
	put(entry("a", AE_IFDIR, 0), NULL, 0);
	finish();
	ck_assert_str_eq(verdict(), "");
}
END_TEST

START_TEST(names_that_differ_in_case_only_are_a_warning)
{
	given(ZIP);
	open_writer();
	with_text("a.yml", "name: assembly::a::1.0\n");
	with_text("A.yml", "name: assembly::b::1.0\n");
	finish();
	ck_assert_str_eq(verdict(), "LM0617");
	ck_assert_uint_eq(catalog_count(catalog), 2);
}
END_TEST

START_TEST(a_bomb_is_refused_before_it_is_large)
{
	for (enum form form = ZIP; form <= TAR_ZST; form++) {
		if (form == TAR)
			continue;
		given(form);
		open_writer();
		for (char name[] = "a.bin"; name[0] <= 'd'; name[0]++)
			with_zeros(name, 8 << 20);
		finish();
		ck_assert_str_eq(verdict(), "LM0614");
	}
}
END_TEST

START_TEST(a_file_beyond_its_limit_is_refused)
{
	given(TAR_GZ);
	open_writer();
	with_zeros("a.bin", (16 << 20) + 1);
	finish();
	ck_assert_str_eq(verdict(), "LM0614");
}
END_TEST

START_TEST(more_entries_than_allowed_are_refused)
{
	given(TAR_GZ);
	open_writer();
	for (int i = 0; i <= 10000; i++) {
		char name[16];

		snprintf(name, sizeof name, "f%d", i);
		with_text(name, "");
	}
	finish();
	ck_assert_str_eq(verdict(), "LM0614");
}
END_TEST

START_TEST(an_encrypted_archive_is_refused)
{
	given(ZIP);
	ck_assert_int_eq(
	    archive_write_set_options(writer, "zip:encryption=traditional"), ARCHIVE_OK);
	archive_write_set_passphrase(writer, "secret");
	open_writer();
	with_text("a.yml", "name: assembly::a::1.0\n");
	finish();
	ck_assert_str_eq(verdict(), "LM0615");
}
END_TEST

START_TEST(an_archive_in_an_archive_is_not_opened)
{
	given_name(ZIP, "a.yml");
	char *inner = malloc(n_bytes);
	size_t n = n_bytes;

	ck_assert_ptr_nonnull(inner);
	memcpy(inner, bytes, n);
	given(TAR);
	open_writer();
	put(entry("content.zip", AE_IFREG, n), inner, n);
	finish();
	free(inner);
	ck_assert_str_eq(verdict(), "LM0606");
}
END_TEST

START_TEST(what_is_no_archive_is_said_to_be_none)
{
	n_bytes = 12;
	memcpy(bytes, "name: a::b\n", 12);
	ck_assert_str_eq(verdict(), "LM0610");
	n_bytes = 0;
	ck_assert_str_eq(verdict(), "LM0610");
}
END_TEST

/* A filter in a filter, or a format that we do not read: the library must not be asked to. */
START_TEST(other_formats_are_not_read)
{
	given(TAR);
	archive_write_free(writer);
	writer = archive_write_new();
	archive_write_set_format_cpio(writer);
	archive_write_add_filter_gzip(writer);
	archive_write_set_bytes_per_block(writer, 0);
	open_writer();
	with_text("a.yml", "name: assembly::a::1.0\n");
	finish();
	ck_assert_str_eq(verdict(), "LM0611");
}
END_TEST

START_TEST(an_archive_cut_off_anywhere_is_an_error)
{
	for (enum form form = ZIP; form <= TAR_ZST; form++) {
		given(form);
		open_writer();
		with_text("a.yml", "name: assembly::a::1.0\n");
		with_text("b/c.yml", "name: assembly::c::1.0\n");
		finish();
		size_t whole = n_bytes;
		/* The end of a tar is empty: it may be missing. */
		size_t least = form == TAR ? 2048 : whole;
		for (size_t n = 0; n < least; n++) {
			char *exact = malloc(n + 1); /* so that a reader beyond it is caught */

			ck_assert_ptr_nonnull(exact);
			memcpy(exact, bytes, n);
			catalog_free(catalog);
			catalog = catalog_new();
			bool good = packages_read_memory("p", exact, n, catalog, NULL);
			free(exact);
			ck_assert_msg(!good || catalog_count(catalog) < 2 || n >= whole - 8,
			    "form %d at %zu of %zu", (int)form, n, whole);
		}
	}
}
END_TEST

/* Whatever a byte says: an answer, and no file with a name that leads out. */
START_TEST(an_archive_with_any_byte_changed_is_read_or_refused)
{
	for (enum form form = ZIP; form <= TAR_GZ; form++) {
		given_name(form, "dir/a.yml");
		size_t n = n_bytes < 1024 ? n_bytes : 1024;
		for (size_t i = 0; i < n; i++) {
			char before = bytes[i];

			for (int bit = 0; bit < 8; bit += 3) {
				bytes[i] = (char)(before ^ (1 << bit));
				(void)verdict();
				ck_assert_ptr_null(strstr(files(), "/../"));
			}
			bytes[i] = before;
		}
	}
}
END_TEST

int main(void)
{
	Suite *s = suite_create("lm/packages: archives");
	TCase *tc = tcase_create("reading archives");

	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, every_format_is_read_by_its_bytes);
	tcase_add_test(tc, the_folder_of_a_descriptor_is_in_the_archive);
	tcase_add_test(tc, no_name_leads_out_of_the_package);
	tcase_add_test(tc, a_zip_that_was_changed_by_hand_leads_nowhere_either);
	tcase_add_test(tc, a_nul_in_a_name_hides_nothing);
	tcase_add_test(tc, names_too_long_or_too_deep_are_refused);
	tcase_add_test(tc, links_and_pipes_are_refused_wherever_they_lead);
	tcase_add_test(tc, two_files_of_one_name_are_refused);
	tcase_add_test(tc, a_file_that_is_a_folder_too_is_refused);
	tcase_add_test(tc, a_folder_may_be_named_twice);
	tcase_add_test(tc, names_that_differ_in_case_only_are_a_warning);
	tcase_add_test(tc, a_bomb_is_refused_before_it_is_large);
	tcase_add_test(tc, a_file_beyond_its_limit_is_refused);
	tcase_add_test(tc, more_entries_than_allowed_are_refused);
	tcase_add_test(tc, an_encrypted_archive_is_refused);
	tcase_add_test(tc, an_archive_in_an_archive_is_not_opened);
	tcase_add_test(tc, what_is_no_archive_is_said_to_be_none);
	tcase_add_test(tc, other_formats_are_not_read);
	tcase_add_test(tc, an_archive_cut_off_anywhere_is_an_error);
	tcase_add_test(tc, an_archive_with_any_byte_changed_is_read_or_refused);
	suite_add_tcase(s, tc);
	SRunner *sr = srunner_create(s);
	srunner_run_all(sr, CK_NORMAL);
	int failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed != 0;
}
