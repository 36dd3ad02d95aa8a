/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/buf.h"
#include "tests/lib/world.h"

/* Journals of older formats, and what can be said about a journal without using it. */
static char folder[] = "/tmp/lm-test-format-XXXXXX";
static char path[64], copy[80];
static struct store *store;
static struct lm_buf text;

/* ---- a disk of any size ----------------------------------------------------------------------- */

static uint64_t room = UINT64_MAX;

int statvfs(const char *name, struct statvfs *out)
{
	(void)name;
	*out = (struct statvfs){.f_bavail = room / 4096, .f_frsize = 4096};
	return 0;
}

static void remove_files(void)
{
	static const char *const ends[] = {"", "-wal", "-shm", "-lock", ".v1"};
	char name[96];

	for (size_t i = 0; i < LM_COUNT(ends); i++) {
		snprintf(name, sizeof name, "%s%s", path, ends[i]);
		unlink(name);
	}
}

static void execute(const char *sql)
{
	char *wrong = NULL;
	sqlite3 *db = NULL;

	ck_assert_int_eq(sqlite3_open(path, &db), SQLITE_OK);
	sqlite3_exec(db, sql, NULL, NULL, &wrong);
	ck_assert_msg(wrong == NULL, "%s", wrong);
	ck_assert_int_eq(sqlite3_close(db), SQLITE_OK);
}

static void given_a_journal_of_format_1(void)
{
	struct stat st;

	ck_assert_ptr_nonnull(mkdtemp(folder));
	snprintf(path, sizeof path, "%s/journal", folder);
	snprintf(copy, sizeof copy, "%s.v1", path);
	lm_buf_init(&text, 1 << 20);
	int fd = open("tests/unit/journal-1.sql", O_RDONLY);
	ck_assert_msg(fd >= 0 && fstat(fd, &st) == 0, "tests/unit/journal-1.sql is not there");
	char *sql = calloc(1, (size_t)st.st_size + 1);
	ck_assert_int_eq(read(fd, sql, (size_t)st.st_size), st.st_size);
	close(fd);
	execute(sql);
	free(sql);
}

static void teardown(void)
{
	if (store != NULL)
		store->ops->close(store);
	remove_files();
	rmdir(folder);
	lm_buf_fini(&text);
}

static void opened(void)
{
	struct lm_err *e = store_sqlite_open(path, &store);

	ck_assert_msg(e == NULL, "%s", e == NULL ? "" : lm_err_text(e));
}

static void closed(void)
{
	store->ops->close(store);
	store = NULL;
}

static const char *refused(void)
{
	struct lm_err *e = store_sqlite_open(path, &store);

	ck_assert_ptr_nonnull(e);
	lm_buf_clear(&text);
	lm_buf_puts(&text, strstr(lm_err_text(e), path) + strlen(path));
	lm_err_free(e);
	return text.p;
}

static struct lm_err *count(void *arg, const struct record *r)
{
	(void)r;
	++*(size_t *)arg;
	return NULL;
}

static size_t n_of(struct store_query q)
{
	size_t n = 0;

	ck_assert_ptr_null(store->ops->load(store, &q, count, &n));
	return n;
}

static void finding(void *arg, const char *said)
{
	(void)arg;
	lm_buf_printf(&text, "%s\n", said);
}

static struct store_examined examined(const char *file)
{
	struct store_examined found;

	lm_buf_clear(&text);
	struct lm_err *e = store_sqlite_examine(file, finding, NULL, &found);
	ck_assert_msg(e == NULL, "%s", e == NULL ? "" : lm_err_text(e));
	return found;
}

/* ---- raising ---------------------------------------------------------------------------------- */

START_TEST(every_record_of_an_older_file_is_found)
{
	opened();
	ck_assert_uint_eq(n_of((struct store_query){.table = RECORD_ASSEMBLY}), 4);
	ck_assert_uint_eq(n_of((struct store_query){.table = RECORD_COMPONENT}), 11);
	ck_assert_uint_eq(n_of((struct store_query){.table = RECORD_RELATIONSHIP}), 2);
	ck_assert_uint_eq(n_of((struct store_query){.table = RECORD_PROCESS}), 10);
	ck_assert_uint_eq(n_of((struct store_query){.table = RECORD_PROCESS, .unended = true}), 2);
	ck_assert_uint_eq(n_of((struct store_query){.table = RECORD_STEP}), 57);
	ck_assert_uint_eq(n_of((struct store_query){.table = RECORD_STEP, .unended = true}), 7);
	ck_assert_uint_eq(n_of((struct store_query){.table = RECORD_EVENT}), 213);
	ck_assert_int_eq(store->ops->last_event(store), 213);
	closed();
	ck_assert_int_eq(examined(path).format, store_sqlite_format());
	ck_assert_str_eq(text.p, "");
}
END_TEST

START_TEST(a_copy_of_the_older_file_stays_beside_it)
{
	struct stat st;

	opened();
	closed();
	ck_assert_int_eq(stat(copy, &st), 0);
	ck_assert_int_eq(st.st_mode & 07777, 0600);
	ck_assert_int_eq(examined(copy).format, 1);
	ck_assert_int_eq(examined(copy).records[RECORD_STEP], 57);
	unlink(copy);
	opened(); /* once raised there is nothing more to copy */
	ck_assert_int_ne(access(copy, F_OK), 0);
}
END_TEST

START_TEST(who_wants_no_copy_gets_none)
{
	const struct store_sqlite_conf conf = {.path = path, .no_copy = true};

	ck_assert_ptr_null(store_sqlite_open_with(&conf, &store));
	ck_assert_int_ne(access(copy, F_OK), 0);
	ck_assert_uint_eq(n_of((struct store_query){.table = RECORD_STEP}), 57);
}
END_TEST

START_TEST(without_room_the_older_file_is_left_as_it_is)
{
	room = 100 * 1024;
	ck_assert_str_eq(refused(),
	    ": it has format 1, and bringing it to format 3 takes 2 MiB of room, a copy included, "
	    "of which there are 0; make room and start again");
	ck_assert_int_eq(examined(path).format, 1);
	ck_assert_int_ne(access(copy, F_OK), 0);
	room = UINT64_MAX;
	opened();
}
END_TEST

START_TEST(a_service_of_an_older_journal_goes_on)
{
	struct world w;

	world_init(&w, &(struct sim_conf){.seed = 7, .min_ms = 5, .max_ms = 50});
	w.store->ops->close(w.store);
	opened();
	w.store = store;
	store = NULL; /* it is the world's now */
	w.now_ms = 1763703602000;
	world_crash(&w);
	ck_assert_str_eq(
	    world_states(&w, "svc"), "net:Active gw:Active pool__1:Active pool__2:Active");
	ck_assert_str_eq(world_links(&w, "svc"), "register__1{address-1} register__2{address-1}");
	ck_assert_str_eq(world_outcome(&w, "svc"), "Completed");
	ck_assert_str_eq(world_states(&w, "cli"), "net:Active");
	ck_assert_str_eq(world_states(&w, "bad"), "net:Active gw:Inactive pool__1:Active");
	ck_assert_str_eq(
	    world_outcome(&w, "bad"), "Failed: Start bad__gw: simulated failure of Start");
	ck_assert_str_eq(world_states(&w, "gone"), "");
	ck_assert_str_eq(world_states(&w, "new"), "net:Active gw:Inactive pool__1:Inactive");
	ck_assert_ptr_nonnull(strstr(sim_trace(w.sim), "Start new__gw"));
	ck_assert_ptr_nonnull(strstr(sim_trace(w.sim), "Start new__pool__1"));
	world_settle(&w);
	ck_assert_ptr_null(w.wrong);
	world_fini(&w);
}
END_TEST

/* ---- looking ---------------------------------------------------------------------------------- */

START_TEST(a_journal_in_use_can_be_examined)
{
	opened();
	struct store_examined found = examined(path);
	ck_assert_int_eq(found.format, store_sqlite_format());
	ck_assert_int_eq(found.records[RECORD_PROCESS], 10);
	ck_assert_int_eq(found.unended, 2);
	ck_assert_int_eq(found.last_event, 213);
	ck_assert_int_ge(found.bytes, 100000);
	ck_assert_uint_eq(found.n_findings, 0);
}
END_TEST

START_TEST(what_belongs_to_nothing_is_found)
{
	opened();
	closed();
	execute("DELETE FROM assembly WHERE root = 'cli'; DELETE FROM process WHERE ord = 4;"
		"UPDATE event SET body = '{' WHERE seq = 5;");
	ck_assert_uint_eq(examined(path).n_findings, 3);
	ck_assert_msg(
	    strstr(text.p, ": its assembly 'cli' is missing\n") != NULL &&
		strstr(text.p, "process 4: 8 steps of a process that is missing\n") != NULL &&
		strstr(text.p, "event/5: it cannot be read\n") != NULL,
	    "%s", text.p);
}
END_TEST

START_TEST(damage_is_found)
{
	unsigned char rubbish[10 * 4096];

	opened();
	closed();
	int fd = open(path, O_RDWR);
	memset(rubbish, 0x5a, sizeof rubbish);
	ck_assert_int_eq(pwrite(fd, rubbish, sizeof rubbish, 20 * 4096), (int)sizeof rubbish);
	close(fd);
	struct store_examined found;
	struct lm_err *e = store_sqlite_examine(path, finding, NULL, &found);
	ck_assert(
	    e != NULL || found.n_findings > 0); /* what is too damaged to be read on is an error */
	lm_err_free(e);
}
END_TEST

START_TEST(what_is_no_journal_is_not_examined)
{
	struct store_examined found;

	struct lm_err *e = store_sqlite_examine("/nonexistent", finding, NULL, &found);
	ck_assert_str_eq(lm_err_text(e), "journal /nonexistent: No such file or directory");
	lm_err_free(e);
	e = store_sqlite_examine("tests/unit/journal-1.sql", finding, NULL, &found);
	ck_assert_str_eq(lm_err_text(e),
	    "journal tests/unit/journal-1.sql: this file is no journal; name another, or move it "
	    "away");
	lm_err_free(e);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("lm/store/format");
	TCase *raise = tcase_create("an older file"), *examine = tcase_create("examining");

	tcase_add_checked_fixture(raise, given_a_journal_of_format_1, teardown);
	tcase_add_test(raise, every_record_of_an_older_file_is_found);
	tcase_add_test(raise, a_copy_of_the_older_file_stays_beside_it);
	tcase_add_test(raise, who_wants_no_copy_gets_none);
	tcase_add_test(raise, without_room_the_older_file_is_left_as_it_is);
	tcase_add_test(raise, a_service_of_an_older_journal_goes_on);
	suite_add_tcase(s, raise);
	tcase_add_checked_fixture(examine, given_a_journal_of_format_1, teardown);
	tcase_add_test(examine, a_journal_in_use_can_be_examined);
	tcase_add_test(examine, what_belongs_to_nothing_is_found);
	tcase_add_test(examine, damage_is_found);
	tcase_add_test(examine, what_is_no_journal_is_not_examined);
	suite_add_tcase(s, examine);
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
