/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "lm/store/store.h"

/* What the SQLite journal promises beyond the contract: the disk, crashes, other people's files. */
static char folder[] = "/tmp/lm-test-journal-XXXXXX";
static char path[64];
static struct store *store;
static struct lm_buf text;

/* ---- a disk that counts, and fails when told ------------------------------------------------ */

static unsigned syncs;
static int write_errno, sync_errno; /* 0: it works */

int fdatasync(int fd)
{
	syncs++;
	if (sync_errno != 0) {
		errno = sync_errno;
		return -1;
	}
	return (int)syscall(SYS_fdatasync, fd);
}

ssize_t pwrite64(int fd, const void *p, size_t n, off64_t at)
{
	if (write_errno != 0) {
		errno = write_errno;
		return -1;
	}
	return syscall(SYS_pwrite64, fd, p, n, at);
}

/* ---- words of the sentences ----------------------------------------------------------------- */

static void given_a_folder(void)
{
	ck_assert_ptr_nonnull(mkdtemp(folder));
	snprintf(path, sizeof path, "%s/journal", folder);
	lm_buf_init(&text, 65536);
}

static void teardown(void)
{
	struct dirent *entry;

	if (store != NULL)
		store->ops->close(store);
	lm_buf_fini(&text);
	DIR *d = opendir(folder);
	while ((entry = readdir(d)) != NULL)
		unlinkat(dirfd(d), entry->d_name, 0);
	closedir(d);
	rmdir(folder);
}

static void open_journal(void)
{
	struct lm_err *e = store_sqlite_open(path, &store);

	ck_assert_msg(e == NULL, "open: %s", e == NULL ? "" : lm_err_text(e));
}

static void close_journal(void)
{
	store->ops->close(store);
	store = NULL;
}

/* "<kind>: <text after the file's name>", or "" when it opens. */
static const char *refusal_of(const char *file)
{
	struct lm_err *e = store_sqlite_open(file, &store);

	lm_buf_clear(&text);
	if (e == NULL)
		return text.p;
	const char *said = strstr(lm_err_text(e), file);
	ck_assert_msg(said != NULL, "'%s' does not name the file", lm_err_text(e));
	lm_buf_printf(&text, "%s%s", lm_err_kind_text(lm_err_kind(e)), said + strlen(file));
	lm_err_free(e);
	return text.p;
}

static struct lm_err *commit_state(const char *body)
{
	const struct record r = {RECORD_COMPONENT, "a", "voice", body, 0};

	return store->ops->commit(store, &r, 1);
}

static void commit_event(int64_t n)
{
	char key[24];
	const struct record r = {RECORD_EVENT, key, "voice", "{}", 0};

	snprintf(key, sizeof key, "%lld", (long long)n);
	ck_assert_ptr_null(store->ops->commit(store, &r, 1));
}

static struct lm_err *print(void *arg, const struct record *r)
{
	(void)arg;
	lm_buf_printf(&text, "%s%s=%s", text.n > 0 ? " " : "", r->key, r->body);
	return NULL;
}

static const char *loaded(enum record_table table)
{
	lm_buf_clear(&text);
	ck_assert_ptr_null(
	    store->ops->load(store, &(struct store_query){.table = table}, print, NULL));
	return text.p;
}

static void patch(off_t at, const void *bytes, size_t n)
{
	int fd = open(path, O_RDWR | O_CREAT, 0600);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(syscall(SYS_pwrite64, fd, bytes, n, at), (long)n);
	close(fd);
}

/* ---- a file ------------------------------------------------------------------------------- */

START_TEST(everything_is_there_when_the_journal_is_opened_again)
{
	open_journal();
	ck_assert_ptr_null(commit_state("{\"x\":1}"));
	commit_event(41);
	commit_event(42);
	close_journal();
	open_journal();
	ck_assert_str_eq(loaded(RECORD_COMPONENT), "a={\"x\":1}");
	ck_assert_str_eq(loaded(RECORD_EVENT), "41={} 42={}");
	ck_assert_int_eq(store->ops->last_event(store), 42);
}
END_TEST

START_TEST(order_of_first_writing_outlives_a_restart)
{
	const char *const keys[] = {"z", "a", "m", "z", "a"};

	open_journal();
	for (size_t i = 0; i < LM_COUNT(keys); i++) {
		const struct record r = {RECORD_COMPONENT, keys[i], "voice", keys[i], 0};

		ck_assert_ptr_null(store->ops->commit(store, &r, 1));
		close_journal();
		open_journal();
	}
	ck_assert_str_eq(loaded(RECORD_COMPONENT), "z=z a=a m=m");
}
END_TEST

START_TEST(only_its_owner_can_read_the_journal_whatever_the_umask)
{
	static const mode_t masks[] = {0, 022, 0777};
	struct stat st;
	struct dirent *entry;

	umask(masks[_i]);
	open_journal();
	ck_assert_ptr_null(commit_state("{\"password\":\"x\"}"));
	DIR *d = opendir(folder);
	size_t files = 0;
	while ((entry = readdir(d)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		files++;
		ck_assert_int_eq(fstatat(dirfd(d), entry->d_name, &st, 0), 0);
		ck_assert_msg((st.st_mode & 07777) == 0600, "%s has mode %o", entry->d_name,
		    st.st_mode & 07777);
	}
	closedir(d);
	ck_assert_uint_ge(files, 2); /* the file and its write-ahead log */
}
END_TEST

START_TEST(the_mode_that_an_operator_gave_is_left_alone)
{
	struct stat st;

	open_journal();
	close_journal();
	ck_assert_int_eq(chmod(path, 0640), 0);
	open_journal();
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_int_eq(st.st_mode & 07777, 0640);
}
END_TEST

START_TEST(a_name_with_a_meaning_to_sqlite_is_a_file_all_the_same)
{
	ck_assert_int_eq(chdir(folder), 0);
	ck_assert_str_eq(refusal_of(":memory:"), "");
	ck_assert_ptr_null(commit_state("1"));
	close_journal();
	ck_assert_str_eq(refusal_of(":memory:"), "");
	ck_assert_str_eq(loaded(RECORD_COMPONENT), "a=1");
}
END_TEST

/* ---- refusals ------------------------------------------------------------------------------- */

START_TEST(a_second_manager_on_the_same_journal_is_refused)
{
	struct store *first;

	open_journal();
	first = store;
	pid_t child = fork(); /* a lock is between processes */
	ck_assert_int_ge(child, 0);
	if (child == 0) {
		const char *said = refusal_of(path);
		_exit(strcmp(said, "unavailable: another process has it open; stop that one, or "
				   "name another journal") == 0
			  ? 0
			  : 1);
	}
	int status = -1;
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_int_eq(status, 0);
	store = first;
	ck_assert_ptr_null(commit_state("1"));
}
END_TEST

START_TEST(a_folder_that_is_missing_is_named)
{
	ck_assert_str_eq(
	    refusal_of("/nonexistent/lm/journal"), "input/output: No such file or directory");
}
END_TEST

START_TEST(what_is_not_a_regular_file_is_refused)
{
	ck_assert_str_eq(refusal_of("/dev/null"), "invalid: this is not a regular file");
}
END_TEST

START_TEST(a_file_that_is_no_journal_is_refused_and_left_as_it_is)
{
	static const char letter[] = "Dear operator, this is a long letter, and not a database at "
				     "all; please do not write into it.  Yours faithfully, a user";
	char now[sizeof letter];

	patch(0, letter, sizeof letter);
	ck_assert_str_eq(
	    refusal_of(path), "invalid: this file is no journal; name another, or move it away");
	int fd = open(path, O_RDONLY);
	ck_assert_int_eq(read(fd, now, sizeof now), (int)sizeof now);
	close(fd);
	ck_assert_str_eq(now, letter);
}
END_TEST

/* Bytes 60 to 63 of the file are the version, 68 to 71 the program. */
START_TEST(a_journal_of_a_later_version_is_refused)
{
	open_journal();
	close_journal();
	patch(60, "\0\0\0\4", 4);
	ck_assert_str_eq(refusal_of(path),
	    "invalid: it has format 4, and this lm knows formats 1 to 3; use the lm that wrote it, or "
	    "move the file away to begin anew");
}
END_TEST

START_TEST(a_database_of_another_program_is_refused)
{
	open_journal();
	close_journal();
	patch(68, "\0\0\0\0", 4);
	ck_assert_str_eq(refusal_of(path),
	    "invalid: this database belongs to another program; name another file");
}
END_TEST

START_TEST(damage_is_reported_and_not_skipped)
{
	char garbage[4096], body[2000];

	open_journal();
	memset(body, 'x', sizeof body - 1);
	body[sizeof body - 1] = '\0';
	for (int i = 0; i < 60; i++) {
		char key[16];
		const struct record r = {RECORD_COMPONENT, key, "voice", body, 0};

		snprintf(key, sizeof key, "%d", i);
		ck_assert_ptr_null(store->ops->commit(store, &r, 1));
	}
	close_journal();
	memset(garbage, 0x5a, sizeof garbage);
	for (off_t page = 16; page < 24; page++) /* in the middle of the steps */
		patch(page * 4096, garbage, sizeof garbage);
	open_journal();
	struct lm_err *e =
	    store->ops->load(store, &(struct store_query){.table = RECORD_COMPONENT}, print, NULL);
	ck_assert_ptr_nonnull(e);
	ck_assert_msg(strstr(lm_err_text(e), "the file is damaged") != NULL, "%s", lm_err_text(e));
	lm_err_free(e);
}
END_TEST

/* ---- the disk ------------------------------------------------------------------------------- */

START_TEST(each_commit_has_reached_the_disk_when_it_returns)
{
	open_journal();
	for (int64_t i = 1; i <= 20; i++) {
		unsigned before = syncs;

		commit_event(i);
		ck_assert_uint_gt(syncs, before);
	}
}
END_TEST

START_TEST(a_full_disk_refuses_the_commit_and_loses_nothing_older)
{
	open_journal();
	ck_assert_ptr_null(commit_state("old"));
	write_errno = ENOSPC;
	struct lm_err *e = commit_state("new");
	ck_assert_ptr_nonnull(e);
	ck_assert_int_eq(lm_err_kind(e), LM_ERR_IO);
	ck_assert_msg(strstr(lm_err_text(e), "the disk is full") != NULL, "%s", lm_err_text(e));
	lm_err_free(e);
	ck_assert_str_eq(loaded(RECORD_COMPONENT), "a=old");
	write_errno = 0;
	ck_assert_ptr_null(commit_state("newer"));
	close_journal();
	open_journal();
	ck_assert_str_eq(loaded(RECORD_COMPONENT), "a=newer");
}
END_TEST

START_TEST(a_disk_that_does_not_keep_its_word_fails_the_commit)
{
	open_journal();
	ck_assert_ptr_null(commit_state("old"));
	sync_errno = EIO;
	struct lm_err *e = commit_state("new");
	ck_assert_ptr_nonnull(e);
	ck_assert_int_eq(lm_err_kind(e), LM_ERR_IO);
	lm_err_free(e);
	ck_assert_str_eq(loaded(RECORD_COMPONENT), "a=old");
	sync_errno = 0;
}
END_TEST

START_TEST(a_record_that_is_too_large_takes_its_whole_commit_with_it)
{
	size_t size = 17 * 1024 * 1024;
	char *huge = malloc(size);

	ck_assert_ptr_nonnull(huge);
	memset(huge, 'x', size);
	huge[size - 1] = '\0';
	open_journal();
	ck_assert_ptr_null(commit_state("old"));
	const struct record r[] = {
	    {RECORD_COMPONENT, "a", "voice", "new", 0},
	    {RECORD_ASSEMBLY, "a", "voice", huge, 0},
	};
	struct lm_err *e = store->ops->commit(store, r, 2);
	ck_assert_ptr_nonnull(e);
	ck_assert_int_eq(lm_err_kind(e), LM_ERR_LIMIT);
	lm_err_free(e);
	free(huge);
	ck_assert_str_eq(loaded(RECORD_COMPONENT), "a=old");
	ck_assert_ptr_null(commit_state("newer"));
}
END_TEST

START_TEST(an_event_number_of_a_failed_commit_is_free_again)
{
	const struct record r = {RECORD_EVENT, "1", "voice", "{}", 0};

	open_journal();
	write_errno = ENOSPC;
	struct lm_err *e = store->ops->commit(store, &r, 1);
	ck_assert_ptr_nonnull(e);
	lm_err_free(e);
	write_errno = 0;
	commit_event(1);
	ck_assert_str_eq(loaded(RECORD_EVENT), "1={}");
}
END_TEST

/* ---- crashes -------------------------------------------------------------------------------- */

/* Commit number n: one component, rewritten, and three events, 3n + 1 to 3n + 3. */
static void commit_turn(int64_t n)
{
	char body[24], keys[3][24];
	struct record r[4] = {{RECORD_COMPONENT, "a", "voice", body, 0}};

	snprintf(body, sizeof body, "%lld", (long long)n);
	for (int i = 0; i < 3; i++) {
		snprintf(keys[i], sizeof keys[i], "%lld", (long long)(n * 3 + i + 1));
		r[i + 1] = (struct record){RECORD_EVENT, keys[i], "voice", body, 0};
	}
	struct lm_err *e = store->ops->commit(store, r, 4);
	if (e != NULL)
		_exit(1);
}

/* Commits for ever, and says so after each: it ends by being killed. */
static void run_victim(int said)
{
	if (store_sqlite_open(path, &store) != NULL)
		_exit(1);
	for (int64_t n = store->ops->last_event(store) / 3;; n++) {
		commit_turn(n);
		if (write(said, &n, sizeof n) != sizeof n)
			_exit(1);
	}
}

/* The last commit that the victim has acknowledged before it was killed with no warning. */
static int64_t kill_after(unsigned acknowledged)
{
	int64_t n = -1, last = -1;
	int fds[2], status;

	ck_assert_int_eq(pipe(fds), 0);
	pid_t child = fork();
	ck_assert_int_ge(child, 0);
	if (child == 0) {
		close(fds[0]);
		run_victim(fds[1]);
	}
	close(fds[1]);
	for (unsigned i = 0; i < acknowledged && read(fds[0], &n, sizeof n) == sizeof n; i++)
		last = n;
	kill(child, SIGKILL);
	while (read(fds[0], &n, sizeof n) == sizeof n)
		last = n;
	close(fds[0]);
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	return last;
}

struct found {
	int64_t events, state;
};

static struct lm_err *count(void *arg, const struct record *r)
{
	struct found *f = arg;

	if (r->table == RECORD_COMPONENT)
		f->state = strtoll(r->body, NULL, 10);
	else if (strtoll(r->key, NULL, 10) == f->events + 1)
		f->events++; /* no gap */
	return NULL;
}

START_TEST(every_acknowledged_commit_survives_a_kill_and_each_is_whole_or_absent)
{
	for (unsigned round = 0; round < 25; round++) {
		struct found f = {0, -1};
		int64_t acknowledged = kill_after(1 + round * 7 % 40);

		open_journal();
		ck_assert_ptr_null(store->ops->load(
		    store, &(struct store_query){.table = RECORD_EVENT}, count, &f));
		ck_assert_ptr_null(store->ops->load(
		    store, &(struct store_query){.table = RECORD_COMPONENT}, count, &f));
		ck_assert_int_ge(f.state, acknowledged);
		ck_assert_int_le(f.state, acknowledged + 1); /* one may have been on its way */
		ck_assert_int_eq(f.events, (f.state + 1) * 3);
		ck_assert_int_eq(store->ops->last_event(store), f.events);
		close_journal();
	}
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("lm/store/sqlite");
	TCase *file = tcase_create("a file"), *refusal = tcase_create("refusals"),
	      *disk = tcase_create("the disk"), *crash = tcase_create("crashes");

	tcase_add_checked_fixture(file, given_a_folder, teardown);
	tcase_add_test(file, everything_is_there_when_the_journal_is_opened_again);
	tcase_add_test(file, order_of_first_writing_outlives_a_restart);
	tcase_add_loop_test(file, only_its_owner_can_read_the_journal_whatever_the_umask, 0, 3);
	tcase_add_test(file, the_mode_that_an_operator_gave_is_left_alone);
	tcase_add_test(file, a_name_with_a_meaning_to_sqlite_is_a_file_all_the_same);
	suite_add_tcase(s, file);

	tcase_add_checked_fixture(refusal, given_a_folder, teardown);
	tcase_add_test(refusal, a_second_manager_on_the_same_journal_is_refused);
	tcase_add_test(refusal, a_folder_that_is_missing_is_named);
	tcase_add_test(refusal, what_is_not_a_regular_file_is_refused);
	tcase_add_test(refusal, a_file_that_is_no_journal_is_refused_and_left_as_it_is);
	tcase_add_test(refusal, a_journal_of_a_later_version_is_refused);
	tcase_add_test(refusal, a_database_of_another_program_is_refused);
	tcase_add_test(refusal, damage_is_reported_and_not_skipped);
	suite_add_tcase(s, refusal);

	tcase_add_checked_fixture(disk, given_a_folder, teardown);
	tcase_add_test(disk, each_commit_has_reached_the_disk_when_it_returns);
	tcase_add_test(disk, a_full_disk_refuses_the_commit_and_loses_nothing_older);
	tcase_add_test(disk, a_disk_that_does_not_keep_its_word_fails_the_commit);
	tcase_add_test(disk, a_record_that_is_too_large_takes_its_whole_commit_with_it);
	tcase_add_test(disk, an_event_number_of_a_failed_commit_is_free_again);
	suite_add_tcase(s, disk);

	tcase_add_checked_fixture(crash, given_a_folder, teardown);
	tcase_set_timeout(crash, 120);
	tcase_add_test(
	    crash, every_acknowledged_commit_survives_a_kill_and_each_is_whole_or_absent);
	suite_add_tcase(s, crash);
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
