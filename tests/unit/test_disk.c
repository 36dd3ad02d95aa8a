/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lm/disk/disk.h"
#include "lm/disk/name.h"
#include "tests/lib/power.h"
#include "tests/lib/tried.h"

/* Files that are there whole or not at all, whenever the process dies or the power goes. */

enum { TRIALS = 40, SECRET = 077 };

static char path[SCRATCH_SIZE];
static struct disk_folder folder;
static char text[4096];

static void setup(void)
{
	scratch_make(path);
	passed(disk_open(&folder, path));
}

static void teardown(void)
{
	disk_close(&folder);
	scratch_remove(path);
}

static const char *file(const char *name)
{
	static char out[512];

	snprintf(out, sizeof out, "%s/%s", path, name);
	return out;
}

static struct disk_text of(const char *p)
{
	return (struct disk_text){.p = p, .n = strlen(p)};
}

static struct lm_err *put(const char *name, const char *p)
{
	const struct disk_text t = of(p);

	return disk_write(&folder, name, &t, NULL);
}

static struct lm_err *get(const char *name, size_t max, unsigned forbidden)
{
	const struct disk_demands demands = {.max = max, .forbidden = forbidden};
	struct disk_bytes b;

	struct lm_err *e = disk_read(&folder, name, &demands, &b);
	if (e == NULL)
		snprintf(text, sizeof text, "%s", b.p);
	disk_bytes_fini(&b);
	return e;
}

static void holds(const char *name, const char *what)
{
	passed(get(name, sizeof text, SECRET));
	ck_assert_str_eq(text, what);
}

static unsigned mode_of(const char *name)
{
	struct stat st;

	ck_assert_int_eq(stat(file(name), &st), 0);
	return st.st_mode & 0777;
}

/* ---- writing and reading ---------------------------------------------------------------------- */

START_TEST(what_was_written_is_read)
{
	passed(put("a", "one"));
	holds("a", "one");
	passed(put("a", "two, and longer"));
	holds("a", "two, and longer");
	passed(put("a", ""));
	holds("a", "");
	ck_assert_int_eq(rmdir(path), -1);
	passed(disk_remove(&folder, "a", NULL));
	passed(disk_remove(&folder, "a", NULL));
	failed(get("a", 1, 0), LM_ERR_NOT_FOUND, "there is no file");
	ck_assert_int_eq(rmdir(path), 0); /* nothing else was left there */
	ck_assert_int_eq(mkdir(path, 0700), 0);
}
END_TEST

START_TEST(a_file_is_for_its_owner_alone_unless_said_otherwise)
{
	struct disk_text open = of("for all");

	umask(0);
	open.is_public = true;
	passed(put("a", "secret"));
	passed(disk_write(&folder, "b", &open, NULL));
	umask(077);
	passed(disk_write(&folder, "c", &open, NULL));
	ck_assert_uint_eq(mode_of("a"), 0600);
	ck_assert_uint_eq(mode_of("b"), 0644);
	ck_assert_uint_eq(mode_of("c"), 0644);
}
END_TEST

START_TEST(what_root_writes_belongs_to_the_owner_of_the_folder)
{
	struct stat st;

	if (geteuid() != 0)
		return; /* nobody else can give files away */
	ck_assert_int_eq(chown(path, 12345, 23456), 0);
	passed(put("a", "one"));
	ck_assert_int_eq(stat(file("a"), &st), 0);
	ck_assert_uint_eq(st.st_uid, 12345);
	ck_assert_uint_eq(st.st_gid, 23456);
}
END_TEST

START_TEST(a_reader_says_what_it_will_not_read)
{
	passed(put("a", "1234"));
	passed(get("a", 4, SECRET));
	failed(get("a", 3, SECRET), LM_ERR_LIMIT, "/a: it has more than 3 bytes");
	ck_assert_int_eq(chmod(file("a"), 0640), 0);
	failed(get("a", 4, SECRET), LM_ERR_INVALID, "chmod 600");
	passed(get("a", 4, 027));
	ck_assert_int_eq(symlink("a", file("link")), 0);
	failed(get("link", 4, 0), LM_ERR_IO, "/link: it cannot be opened");
	ck_assert_int_eq(mkfifo(file("pipe"), 0600), 0);
	failed(get("pipe", 4, 0), LM_ERR_INVALID, "/pipe: it is not a file");
	failed(get(".", 4, 0), LM_ERR_INVALID, "it is not a file");
}
END_TEST

START_TEST(a_folder_is_made_with_those_above_it)
{
	struct disk_folder deep;
	const char *name = NULL;

	umask(0);
	for (int i = 0; i < 2; i++) {
		passed(disk_make(&deep, file("x/y/z")));
		disk_close(&deep);
	}
	ck_assert_uint_eq(mode_of("x"), 0700);
	ck_assert_uint_eq(mode_of("x/y/z"), 0700);
	passed(disk_open_above(&deep, file("x/y/z"), &name));
	ck_assert_str_eq(name, "z");
	ck_assert_str_eq(deep.path, file("x/y"));
	disk_close(&deep);
	passed(put("plain", "file"));
	failed(disk_make(&deep, file("plain/x")), LM_ERR_IO, "cannot make the folder");
	failed(disk_open(&deep, file("none")), LM_ERR_NOT_FOUND, "there is no folder");
	failed(disk_open(&deep, file("plain")), LM_ERR_IO, "cannot open the folder");
	disk_close(&deep);
}
END_TEST

START_TEST(one_process_at_a_time_has_the_lock)
{
	struct disk_folder mine, other;

	passed(disk_open(&mine, path));
	passed(disk_open(&other, path));
	passed(disk_lock(&mine, 0));
	failed(disk_lock(&other, 20), LM_ERR_CONFLICT, "just now: try again");
	disk_close(&mine);
	passed(disk_lock(&other, 0));
	disk_close(&other);
}
END_TEST

/* ---- what can go wrong ------------------------------------------------------------------------ */

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
	failed(e, LM_ERR_IO, "cannot write a into the folder");
	holds("a", "one");
	passed(disk_remove(&folder, "a", NULL));
	ck_assert_int_eq(rmdir(path), 0);
	ck_assert_int_eq(mkdir(path, 0700), 0);
}
END_TEST

START_TEST(what_was_only_prepared_is_nobodys)
{
	const struct disk_text t = of("two");

	passed(put("a", "one"));
	passed(disk_prepare(&folder, "a", &t));
	passed(disk_prepare(&folder, "b", &t)); /* beside it */
	disk_drop(&folder, "a");
	disk_drop(&folder, "a");
	failed(disk_take(&folder, "a", NULL), LM_ERR_IO, "cannot make");
	holds("a", "one");
	passed(disk_prepare(&folder, "a", &t));
	passed(disk_take(&folder, "a", NULL));
	holds("a", "two");
	disk_sweep(&folder);
	failed(disk_take(&folder, "b", NULL), LM_ERR_IO, "cannot make");
}
END_TEST

/* A death at each call in turn: the file is the old one or the new one. */
static void write_and_die(unsigned call, unsigned seed, bool is_lost, bool is_new)
{
	static const char one[] = "the first one, which is longer", two[] = "the second one";
	const struct disk_text t = of(two);
	bool is_there = true;

	if (is_new)
		passed(disk_remove(&folder, "a", NULL));
	else
		passed(put("a", one));
	power_begin(path, seed);
	power_stop_after(call);
	struct lm_err *e = disk_write(&folder, "a", &t, &is_there);
	bool is_kept = e == NULL;
	lm_err_free(e);
	ck_assert_int_eq(is_kept, !power_has_stopped());
	power_end(is_lost);
	disk_sweep(&folder);
	e = get("a", sizeof text, SECRET);
	if (is_kept || (is_there && !is_lost)) {
		passed(e);
		ck_assert_str_eq(text, two);
	} else if (e != NULL) {
		ck_assert(is_new);
		failed(e, LM_ERR_NOT_FOUND, "/a");
	} else if (strcmp(text, two) != 0) {
		ck_assert_str_eq(text, one);
		ck_assert(!is_new);
	}
}

START_TEST(a_death_leaves_the_old_file_or_the_new_one)
{
	unsigned seed = 0;

	/* unlink, create, write (in parts), force, rename, force; the last one dies after all of them */
	for (unsigned call = 1; call <= 20; call++)
		for (unsigned i = 0; i < 4 * TRIALS; i++)
			write_and_die(call, ++seed, (i & 1) != 0, (i & 2) != 0);
}
END_TEST

START_TEST(what_was_removed_stays_away)
{
	for (unsigned call = 1; call <= 3; call++)
		for (unsigned seed = 0; seed < TRIALS; seed++) {
			bool is_gone = false;

			passed(put("a", "one"));
			power_begin(path, seed);
			power_stop_after(call);
			struct lm_err *e = disk_remove(&folder, "a", &is_gone);
			ck_assert_int_eq(e == NULL, call == 3);
			ck_assert_int_eq(is_gone, call > 1);
			power_end(true);
			if (e == NULL)
				ck_assert_int_eq(access(file("a"), F_OK), -1);
			else if (access(file("a"), F_OK) == 0)
				holds("a", "one");
			lm_err_free(e);
		}
}
END_TEST

/* ---- names ------------------------------------------------------------------------------------ */

struct seen {
	char names[512];
	unsigned strange;
};

static struct lm_err *see(void *arg, const struct disk_file *f)
{
	struct seen *s = arg;
	size_t n = strlen(s->names);

	s->strange += !f->is_name;
	snprintf(s->names + n, sizeof s->names - n, "%s|", f->name);
	return strcmp(f->name, "stop") == 0 ? lm_err_new(LM_ERR_LIMIT, "enough") : NULL;
}

START_TEST(any_text_names_a_file_of_its_own)
{
	static const char *const names[] = {"../../etc/passwd", ".", ".hidden", "A", "a", "a b%2fc",
	    "resource::pbx::1.0", "x.json", "Z\xc3\xbcrich"};
	static const char all[] =
	    "../../etc/passwd|.|.hidden|A|Z\xc3\xbcrich|a b%2fc|a|resource::pbx::1.0|x.json|";
	struct seen seen = {0};
	char out[DISK_NAME_SIZE];

	for (size_t i = 0; i < LM_COUNT(names); i++) {
		ck_assert(disk_name(names[i], ".json", out));
		passed(put(out, names[i]));
	}
	passed(disk_each(&folder, ".json", see, &seen));
	ck_assert_str_eq(seen.names, all);
	ck_assert_uint_eq(seen.strange, 0);
}
END_TEST

START_TEST(a_name_can_be_too_long)
{
	char name[DISK_NAME_SIZE + 1], out[DISK_NAME_SIZE];

	memset(name, 'x', sizeof name);
	for (size_t n = sizeof name - 1; n > 0; n--) {
		name[n] = '\0';
		if (disk_name(name, ".zip", out))
			ck_assert_uint_lt(strlen(out), sizeof out);
		else
			ck_assert_uint_gt(n + 4 + 3, sizeof out - 1);
	}
	ck_assert(!disk_name("", ".zip", out));
}
END_TEST

START_TEST(what_has_no_name_is_told)
{
	struct seen seen = {0};

	passed(put("notes.txt", ""));
	passed(put("%41.json", "")); /* 'A' has another */
	passed(put(".new-0", ""));
	passed(disk_each(&folder, ".json", see, &seen));
	ck_assert_str_eq(seen.names, "%41.json|notes.txt|");
	ck_assert_uint_eq(seen.strange, 2);
}
END_TEST

START_TEST(the_first_error_ends_a_walk)
{
	struct seen seen = {0};

	passed(put("go.json", ""));
	passed(put("stop.json", ""));
	passed(put("unseen.json", ""));
	failed(disk_each(&folder, ".json", see, &seen), LM_ERR_LIMIT, "enough");
	ck_assert_str_eq(seen.names, "go|stop|");
}
END_TEST

int main(void)
{
	Suite *s = suite_create("lm/disk");
	TCase *t = tcase_create("all");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, what_was_written_is_read);
	tcase_add_test(t, a_file_is_for_its_owner_alone_unless_said_otherwise);
	tcase_add_test(t, what_root_writes_belongs_to_the_owner_of_the_folder);
	tcase_add_test(t, a_reader_says_what_it_will_not_read);
	tcase_add_test(t, a_folder_is_made_with_those_above_it);
	tcase_add_test(t, one_process_at_a_time_has_the_lock);
	tcase_add_test(t, a_disk_without_room_changes_nothing);
	tcase_add_test(t, what_was_only_prepared_is_nobodys);
	tcase_add_test(t, a_death_leaves_the_old_file_or_the_new_one);
	tcase_add_test(t, what_was_removed_stays_away);
	tcase_add_test(t, any_text_names_a_file_of_its_own);
	tcase_add_test(t, a_name_can_be_too_long);
	tcase_add_test(t, what_has_no_name_is_told);
	tcase_add_test(t, the_first_error_ends_a_walk);
	tcase_set_timeout(t, 60);
	suite_add_tcase(s, t);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	int n = srunner_ntests_failed(r);
	srunner_free(r);
	return n == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
