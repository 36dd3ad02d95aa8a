/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lm/server/shelf/shelf.h"
#include "tests/lib/tried.h"

static char folder[SCRATCH_SIZE];
static char path[512];
static struct shelf *shelf;

static void reopen(void)
{
	shelf_free(shelf);
	shelf = NULL;
	passed(shelf_open(folder, "things", &shelf));
}

static void setup(void)
{
	scratch_make(folder);
	shelf = NULL;
	reopen();
}

static void teardown(void)
{
	shelf_free(shelf);
	scratch_remove(folder);
}

static struct lm_err *put(const char *name, const char *text)
{
	json_t *o = json_pack("{s:s}", "text", text);
	struct lm_err *e = shelf_put(shelf, name, o);

	json_decref(o);
	return e;
}

static const char *text_of(const char *name)
{
	return json_string_value(json_object_get(shelf_find(shelf, name), "text"));
}

static const char *file(const char *name)
{
	snprintf(path, sizeof path, "%s/shelf/things/%s", folder, name);
	return path;
}

static void write_file(const char *name, const char *text)
{
	int fd = open(file(name), O_WRONLY | O_CREAT | O_TRUNC, 0600);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
}

static void refuses_to_open(const char *text)
{
	struct shelf *other = NULL;

	failed(shelf_open(folder, "things", &other), LM_ERR_INVALID, text);
	ck_assert_ptr_null(other);
}

/* ---- what it is for --------------------------------------------------------------------------- */

START_TEST(what_was_put_is_there_after_a_restart)
{
	passed(put("b", "two"));
	passed(put("a", "one"));
	passed(put("b", "three"));
	for (int i = 0; i < 2; i++) {
		ck_assert_uint_eq(shelf_count(shelf), 2);
		ck_assert_str_eq(shelf_name(shelf, 0), "a");
		ck_assert_str_eq(shelf_name(shelf, 1), "b");
		ck_assert_str_eq(text_of("b"), "three");
		ck_assert_ptr_eq(shelf_at(shelf, 0), shelf_find(shelf, "a"));
		reopen();
	}
}
END_TEST

START_TEST(what_was_removed_is_gone_after_a_restart)
{
	passed(put("a", "one"));
	passed(put("b", "two"));
	passed(shelf_remove(shelf, "a"));
	failed(shelf_remove(shelf, "a"), LM_ERR_NOT_FOUND, "there is no 'a' among the things");
	reopen();
	ck_assert_ptr_null(shelf_find(shelf, "a"));
	ck_assert_str_eq(text_of("b"), "two");
}
END_TEST

START_TEST(kinds_do_not_see_each_other)
{
	struct shelf *other = NULL;

	passed(put("a", "one"));
	passed(shelf_open(folder, "others", &other));
	ck_assert_uint_eq(shelf_count(other), 0);
	shelf_free(other);
}
END_TEST

START_TEST(its_files_are_for_their_owner_alone)
{
	struct stat st;

	umask(0);
	passed(put("a", "secret"));
	ck_assert_int_eq(stat(file("a.json"), &st), 0);
	ck_assert_uint_eq(st.st_mode & 0777, 0600);
	ck_assert_int_eq(stat(file(""), &st), 0);
	ck_assert_uint_eq(st.st_mode & 0777, 0700);
}
END_TEST

START_TEST(a_name_may_hold_what_a_file_name_may_not)
{
	static const char *const names[] = {"resource::pbx::1.0", "../../etc/passwd", ".hidden",
	    ".", "a b%2fc", "Zürich", "A", "a", "x.json", "-"};

	for (size_t i = 0; i < LM_COUNT(names); i++)
		passed(put(names[i], names[i]));
	reopen();
	ck_assert_uint_eq(shelf_count(shelf), LM_COUNT(names));
	for (size_t i = 0; i < LM_COUNT(names); i++)
		ck_assert_str_eq(text_of(names[i]), names[i]);
	ck_assert_int_eq(access(file("%2e.%2f..%2fetc%2fpasswd.json"), F_OK), 0);
}
END_TEST

/* ---- limits ----------------------------------------------------------------------------------- */

START_TEST(names_that_cannot_be_are_refused)
{
	char longest[SHELF_NAME_MAX + 2], slashes[101];

	memset(longest, 'x', sizeof longest - 1);
	longest[sizeof longest - 1] = '\0';
	memset(slashes, '/', sizeof slashes - 1);
	slashes[sizeof slashes - 1] = '\0';
	failed(put("", "x"), LM_ERR_INVALID, "1 to 200 bytes");
	failed(put("a\nb", "x"), LM_ERR_INVALID, "control characters");
	failed(put("\xff", "x"), LM_ERR_INVALID, "a name is a text");
	failed(put(longest, "x"), LM_ERR_INVALID, "1 to 200 bytes");
	failed(put(slashes, "x"), LM_ERR_INVALID, "neither letters nor digits");
	longest[SHELF_NAME_MAX] = '\0';
	passed(put(longest, "x"));
	reopen();
	ck_assert_str_eq(text_of(longest), "x");
	ck_assert_uint_eq(shelf_count(shelf), 1);
}
END_TEST

START_TEST(an_object_has_a_largest_size)
{
	static char text[SHELF_OBJECT_MAX];
	size_t around = strlen("{\"text\":\"\"}");

	memset(text, 'x', sizeof text);
	text[SHELF_OBJECT_MAX - around] = '\0';
	passed(put("a", text));
	text[SHELF_OBJECT_MAX - around] = 'x';
	text[SHELF_OBJECT_MAX - around + 1] = '\0';
	failed(put("a", text), LM_ERR_LIMIT, "at most 65536");
	reopen();
	ck_assert_uint_eq(strlen(text_of("a")), SHELF_OBJECT_MAX - around);
}
END_TEST

START_TEST(all_objects_have_a_largest_size)
{
	static char text[60 * 1024 + 1];
	char name[16];
	size_t fit = SHELF_SIZE_MAX / (sizeof text - 1 + strlen("{\"text\":\"\"}"));

	memset(text, 'x', sizeof text - 1);
	for (size_t i = 0; i < fit; i++) {
		snprintf(name, sizeof name, "%zu", i);
		passed(put(name, text));
	}
	failed(put("more", text), LM_ERR_LIMIT, "at most 67108864 bytes");
	passed(put("0", text)); /* in place of what was there */
	passed(shelf_remove(shelf, "1"));
	passed(put("more", text));
}
END_TEST

/* ---- what can go wrong ------------------------------------------------------------------------ */

START_TEST(what_a_crash_has_left_half_written_is_nobodys)
{
	passed(put("a", "one"));
	write_file(".new", "{\"text\": \"tw");
	reopen();
	ck_assert_uint_eq(shelf_count(shelf), 1);
	ck_assert_str_eq(text_of("a"), "one");
	ck_assert_int_eq(access(file(".new"), F_OK), -1);
}
END_TEST

START_TEST(a_disk_without_room_changes_nothing)
{
	struct rlimit before, small = {16, 16};

	passed(put("a", "one"));
	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &before);
	small.rlim_max = before.rlim_max;
	setrlimit(RLIMIT_FSIZE, &small);
	struct lm_err *e = put("a", "longer than sixteen bytes");
	setrlimit(RLIMIT_FSIZE, &before);
	failed(e, LM_ERR_IO, "into the folder");
	ck_assert_str_eq(text_of("a"), "one");
	reopen();
	ck_assert_str_eq(text_of("a"), "one");
}
END_TEST

START_TEST(a_damaged_file_says_where_it_is_and_what_to_do)
{
	write_file("vim.json", "{\"text\":\n  \"PRIVATE");
	refuses_to_open("/shelf/things/vim.json is no JSON, from line 2 column");
	refuses_to_open("restore it from a copy, or remove it");
	refuses_to_open("tell the manager of 'vim' anew");
	write_file("vim.json", "");
	refuses_to_open("is no JSON");
	write_file("vim.json", "[]");
	refuses_to_open("is no JSON object");
	ck_assert_int_eq(truncate(path, SHELF_OBJECT_MAX + 1), 0);
	refuses_to_open("larger than anything");
	unlink(path);
	reopen();
}
END_TEST

START_TEST(an_error_does_not_tell_what_is_in_the_file)
{
	struct shelf *other = NULL;

	write_file("key.json", "{\"privateKey\": VERYSECRET");
	struct lm_err *e = shelf_open(folder, "things", &other);
	ck_assert_ptr_nonnull(e);
	ck_assert_msg(strstr(lm_err_text(e), "SECRET") == NULL, "%s", lm_err_text(e));
	lm_err_free(e);
}
END_TEST

START_TEST(a_file_that_others_could_read_is_not_taken)
{
	passed(put("a", "one"));
	ck_assert_int_eq(chmod(file("a.json"), 0640), 0);
	refuses_to_open("chmod 600");
}
END_TEST

START_TEST(a_foreign_file_is_pointed_out)
{
	write_file("notes.txt", "x");
	refuses_to_open("notes.txt is not a file of this manager's: move it elsewhere");
	unlink(path);
	write_file("%41.json", "{}"); /* 'A' has another */
	refuses_to_open("%41.json is not a file of this manager's");
	unlink(path);
	ck_assert_int_eq(mkdir(file("a.json"), 0700), 0);
	refuses_to_open("is not a file");
	rmdir(path);
	ck_assert_int_eq(symlink("/etc/hostname", file("a.json")), 0);
	struct shelf *other = NULL;
	failed(shelf_open(folder, "things", &other), LM_ERR_IO, "a.json");
}
END_TEST

int main(void)
{
	Suite *s = suite_create("lm/server/shelf");
	TCase *t = tcase_create("all");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, what_was_put_is_there_after_a_restart);
	tcase_add_test(t, what_was_removed_is_gone_after_a_restart);
	tcase_add_test(t, kinds_do_not_see_each_other);
	tcase_add_test(t, its_files_are_for_their_owner_alone);
	tcase_add_test(t, a_name_may_hold_what_a_file_name_may_not);
	tcase_add_test(t, names_that_cannot_be_are_refused);
	tcase_add_test(t, an_object_has_a_largest_size);
	tcase_add_test(t, all_objects_have_a_largest_size);
	tcase_add_test(t, what_a_crash_has_left_half_written_is_nobodys);
	tcase_add_test(t, a_disk_without_room_changes_nothing);
	tcase_add_test(t, a_damaged_file_says_where_it_is_and_what_to_do);
	tcase_add_test(t, an_error_does_not_tell_what_is_in_the_file);
	tcase_add_test(t, a_file_that_others_could_read_is_not_taken);
	tcase_add_test(t, a_foreign_file_is_pointed_out);
	tcase_set_timeout(t, 60);
	suite_add_tcase(s, t);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	int n = srunner_ntests_failed(r);
	srunner_free(r);
	return n == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
