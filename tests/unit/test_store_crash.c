/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/map.h"
#include "lm/store/store.h"
#include "tests/lib/disk.h"

/*
 * Deaths of the manager, and losses of power, at every moment at which the disk is asked for
 * something: what was acknowledged is there, and nothing is half there.  LM_SEEDS: how many.
 */
enum { SEEDS = 1000, LOG_PAGES = 12 /* so that the log is moved into the file often */ };

static char folder[] = "/tmp/lm-test-crash-XXXXXX";
static char path[64];
static struct store *store;
static struct lm_buf text;

static void remove_files(void)
{
	static const char *const ends[] = {
	    "", "-wal", "-shm", "-lock", "-journal", ".v1", ".v1.part", ".v1.part-journal"};
	char name[96];

	for (size_t i = 0; i < LM_COUNT(ends); i++) {
		snprintf(name, sizeof name, "%s%s", path, ends[i]);
		unlink(name);
	}
}

static void setup(void)
{
	ck_assert_ptr_nonnull(mkdtemp(folder));
	snprintf(path, sizeof path, "%s/journal", folder);
	lm_buf_init(&text, 1 << 20);
}

static void teardown(void)
{
	remove_files();
	rmdir(folder);
	lm_buf_fini(&text);
}

static struct lm_err *open_journal(void)
{
	const struct store_sqlite_conf conf = {.path = path, .log_pages = LOG_PAGES};

	store = NULL;
	return store_sqlite_open_with(&conf, &store);
}

static void close_journal(void)
{
	if (store != NULL)
		store->ops->close(store);
	store = NULL;
}

static void must(unsigned seed, struct lm_err *e)
{
	ck_assert_msg(e == NULL, "seed %u: %s", seed, e == NULL ? "" : lm_err_text(e));
}

static void finding(void *arg, const char *said)
{
	(void)arg;
	lm_buf_printf(&text, "%s\n", said);
}

/* ---- turns ------------------------------------------------------------------------------------ */

enum { PER_TURN = 6 };

/* Turn n: a component rewritten, a process with a step of its own, and three events. */
static struct lm_err *commit_turn(int64_t n)
{
	static char body[3000];
	char events[3][24], process[24], step[40];

	memset(body, ' ', sizeof body);
	body[sizeof body - 1] = '\0';
	int k = snprintf(body, 60, "{\"turn\":%lld}", (long long)n);
	body[k] = ' ';
	body[200 + (n * 997) % 2700] = '\0';
	snprintf(process, sizeof process, "p%lld", (long long)n);
	snprintf(step, sizeof step, "p%lld/1", (long long)n);
	for (int i = 0; i < 3; i++)
		snprintf(events[i], sizeof events[i], "%lld", (long long)(3 * n - 2 + i));
	const struct record r[PER_TURN] = {
	    {RECORD_COMPONENT, "a", "voice", body, 0},
	    {RECORD_PROCESS, process, "voice", body, n},
	    {RECORD_STEP, step, "voice", body, 0},
	    {RECORD_EVENT, events[0], "voice", body, 0},
	    {RECORD_EVENT, events[1], "voice", body, 0},
	    {RECORD_EVENT, events[2], "voice", body, 0},
	};
	return store->ops->commit(store, r, PER_TURN);
}

struct found {
	int64_t component, last, first, n, others;
};

static struct lm_err *look(void *arg, const struct record *r)
{
	struct found *f = arg;
	int64_t turn = strtoll(r->body + strlen("{\"turn\":"), NULL, 10);

	if (r->table == RECORD_COMPONENT)
		f->component = turn;
	if (r->table != RECORD_EVENT) {
		f->others += r->table != RECORD_COMPONENT;
		return NULL;
	}
	ck_assert_int_eq((strtoll(r->key, NULL, 10) + 2) / 3, turn);
	if (f->n++ == 0)
		f->first = strtoll(r->key, NULL, 10);
	f->last = strtoll(r->key, NULL, 10);
	return NULL;
}

/* The last turn that is there: all of it, without a gap before it. */
static int64_t last_turn(unsigned seed)
{
	struct found f = {0};

	for (enum record_table t = 0; t <= RECORD_EVENT; t++)
		must(seed, store->ops->load(store, &(struct store_query){.table = t}, look, &f));
	ck_assert_msg(f.last == 3 * f.component, "seed %u: component of turn %lld, event %lld",
	    seed, (long long)f.component, (long long)f.last);
	ck_assert_msg(f.n == 0 || f.last - f.first == f.n - 1, "seed %u: a gap", seed);
	ck_assert_msg(f.others % 2 == 0, "seed %u: a process without its step", seed);
	ck_assert_int_eq(store->ops->last_event(store), f.last);
	return f.component;
}

static bool trim(void)
{
	const struct store_keep keep = {.events = 30, .processes = 10};
	bool more = true;
	struct lm_err *e = store->ops->trim(store, &keep, &more);

	lm_err_free(e);
	return e == NULL;
}

/* Commits until the disk has gone; the last turn that was acknowledged. */
static int64_t work(unsigned seed, int64_t last)
{
	struct lm_err *e = open_journal();

	if (e == NULL)
		last = last_turn(seed);
	while (e == NULL && !disk_has_crashed()) {
		e = commit_turn(last + 1);
		if (e == NULL)
			last++;
		if (e == NULL && last % 7 == 0 && !trim())
			break;
	}
	lm_err_free(e);
	close_journal();
	return last;
}

START_TEST(what_was_acknowledged_survives_and_nothing_is_half_there)
{
	const char *wanted = getenv("LM_SEEDS");
	unsigned n = wanted != NULL ? (unsigned)strtoul(wanted, NULL, 10) : SEEDS;
	struct store_examined found;
	int64_t last = 0, total = 0;

	for (unsigned seed = 1; seed <= n; seed++) {
		if (seed % 50 == 1) {
			remove_files();
			last = 0;
		}
		disk_install(seed);
		disk_crash_after(1 + seed * 7919 % 150);
		int64_t acknowledged = work(seed, last);
		disk_restart(seed % 3 != 0);
		must(seed, open_journal());
		last = last_turn(seed);
		ck_assert_msg(last == acknowledged || last == acknowledged + 1,
		    "seed %u: turn %lld was acknowledged, %lld is there", seed,
		    (long long)acknowledged, (long long)last);
		close_journal();
		if (seed % 10 == 0) {
			must(seed, store_sqlite_examine(path, finding, NULL, &found));
			for (size_t i = 0; i < found.n_findings; i++)
				ck_assert_msg(
				    strstr(text.p, "assembly 'voice' is missing") != NULL &&
					found.n_findings == 1,
				    "seed %u: %s", seed, text.p);
			lm_buf_clear(&text);
		}
		total += last;
	}
	ck_assert_int_gt(total, n); /* it did something in between */
}
END_TEST

/* ---- an older file ---------------------------------------------------------------------------- */

static char *file_text(const char *name)
{
	struct stat st;
	int fd = open(name, O_RDONLY);

	ck_assert_msg(fd >= 0 && fstat(fd, &st) == 0, "%s is not there", name);
	char *p = malloc((size_t)st.st_size + 1);
	ck_assert_int_eq(read(fd, p, (size_t)st.st_size), st.st_size);
	p[st.st_size] = '\0';
	close(fd);
	return p;
}

static void given_a_journal_of_format_1(void)
{
	char *sql = file_text("tests/unit/journal-1.sql"), *wrong = NULL;
	sqlite3 *db = NULL;

	remove_files();
	ck_assert_int_eq(sqlite3_open(path, &db), SQLITE_OK);
	sqlite3_exec(db, "PRAGMA journal_mode = WAL", NULL, NULL, NULL);
	sqlite3_exec(db, sql, NULL, NULL, &wrong);
	ck_assert_msg(wrong == NULL, "%s", wrong);
	ck_assert_int_eq(sqlite3_close(db), SQLITE_OK);
	free(sql);
}

static struct lm_err *hash(void *arg, const struct record *r)
{
	uint64_t *h = arg;

	*h = *h * 31 + lm_hash(r->key);
	*h = *h * 31 + lm_hash(r->root);
	*h = *h * 31 + lm_hash(r->body) + (uint64_t)r->ended_ms;
	return NULL;
}

static uint64_t everything(unsigned seed)
{
	uint64_t h = 0;

	for (enum record_table t = 0; t <= RECORD_EVENT; t++)
		must(seed, store->ops->load(store, &(struct store_query){.table = t}, hash, &h));
	return h;
}

static int64_t format_of(const char *file)
{
	struct store_examined found;

	must(0, store_sqlite_examine(file, finding, NULL, &found));
	return found.format;
}

/* The copy, when there is one, is whole; so is the file, in the one format or the other. */
START_TEST(a_crash_while_an_older_file_is_raised_leaves_the_old_one_or_the_new_one)
{
	bool power = _i == 1, ended = false;
	unsigned raised = 0, old = 0, point = 1;
	char copy[80];

	disk_install(1);
	given_a_journal_of_format_1();
	must(0, open_journal());
	const uint64_t whole = everything(0);
	close_journal();
	snprintf(copy, sizeof copy, "%s.v1", path);
	for (; !ended; point++) {
		disk_restart(false);
		disk_install(point);
		given_a_journal_of_format_1();
		disk_restart(false); /* the older file is old: all of it is on the platters */
		disk_crash_after(point);
		struct lm_err *e = open_journal();
		lm_err_free(e);
		close_journal();
		ended = !disk_has_crashed();
		disk_restart(power);
		if (access(copy, F_OK) == 0)
			ck_assert_int_eq(format_of(copy), 1);
		if (format_of(path) == 1)
			old++;
		else
			raised++;
		must(point, open_journal());
		ck_assert_msg(everything(point) == whole, "point %u: something is missing", point);
		close_journal();
	}
	ck_assert_uint_gt(point, 50);
	ck_assert_uint_gt(old, 30);
	ck_assert_uint_gt(raised, 0);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("lm/store/crash");
	TCase *turns = tcase_create("turns"), *older = tcase_create("an older file");

	tcase_add_checked_fixture(turns, setup, teardown);
	tcase_set_timeout(turns, 170);
	tcase_add_test(turns, what_was_acknowledged_survives_and_nothing_is_half_there);
	suite_add_tcase(s, turns);
	tcase_add_checked_fixture(older, setup, teardown);
	tcase_set_timeout(older, 120);
	tcase_add_loop_test(
	    older, a_crash_while_an_older_file_is_raised_leaves_the_old_one_or_the_new_one, 0, 2);
	suite_add_tcase(s, older);
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
