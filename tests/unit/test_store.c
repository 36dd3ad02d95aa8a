/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/buf.h"
#include "lm/store/store.h"

/* What every store promises: the same sentences for each of them. */
static struct store *store;
static struct lm_buf text;
static char folder[] = "/tmp/lm-test-store-XXXXXX";
static char path[64], lock_path[80];

static void given_a_store_in_memory(void)
{
	store = store_memory_new();
	lm_buf_init(&text, 65536);
}

static void given_a_store_in_sqlite(void)
{
	ck_assert_ptr_nonnull(mkdtemp(folder));
	snprintf(path, sizeof path, "%s/journal", folder);
	ck_assert_ptr_null(store_sqlite_open(path, &store));
	lm_buf_init(&text, 65536);
}

static void teardown(void)
{
	store->ops->close(store);
	lm_buf_fini(&text);
	unlink(path);
	snprintf(lock_path, sizeof lock_path, "%s-lock", path);
	unlink(lock_path);
	rmdir(folder);
}

/* ---- words of the sentences ----------------------------------------------------------------- */

static void commit(const struct record *records, size_t n)
{
	struct lm_err *e = store->ops->commit(store, records, n);

	ck_assert_msg(e == NULL, "commit: %s", e == NULL ? "" : lm_err_text(e));
}

#define COMMIT(...)                            \
	commit((struct record[]){__VA_ARGS__}, \
	    sizeof((struct record[]){__VA_ARGS__}) / sizeof(struct record))
#define RECORD(table, key, root, body)    \
	{                                 \
		table, key, root, body, 0 \
	}
#define COMPONENT(key, root, body) RECORD(RECORD_COMPONENT, key, root, body)
#define EVENT(key, root, body)     RECORD(RECORD_EVENT, key, root, body)
#define PROCESS(key, root, body)   RECORD(RECORD_PROCESS, key, root, body)
#define STEP(key, root, body)      RECORD(RECORD_STEP, key, root, body)
#define ENDED(key, root, ms)                           \
	{                                              \
		RECORD_PROCESS, key, root, "ended", ms \
	}

static enum lm_err_kind refused(const struct record *r)
{
	struct lm_err *e = store->ops->commit(store, r, 1);

	ck_assert_ptr_nonnull(e);
	enum lm_err_kind kind = lm_err_kind(e);
	lm_err_free(e);
	return kind;
}

static struct lm_err *print(void *arg, const struct record *r)
{
	const enum record_table *table = arg;

	ck_assert_int_eq(r->table, *table);
	lm_buf_printf(&text, "%s%s/%s=%s", text.n > 0 ? " " : "", r->root, r->key, r->body);
	return NULL;
}

static const char *loaded_by(struct store_query q)
{
	lm_buf_clear(&text);
	ck_assert_ptr_null(store->ops->load(store, &q, print, &q.table));
	return text.p;
}

#define LOADED(...) loaded_by((struct store_query){.table = __VA_ARGS__})

/* ---- present state -------------------------------------------------------------------------- */

START_TEST(a_new_store_holds_nothing)
{
	for (enum record_table t = 0; t <= RECORD_EVENT; t++)
		ck_assert_str_eq(LOADED(t), "");
	ck_assert_int_eq(store->ops->last_event(store), 0);
}
END_TEST

START_TEST(records_come_back_in_the_order_in_which_their_keys_were_first_written)
{
	COMMIT(COMPONENT("z", "voice", "1"), COMPONENT("a", "voice", "2"));
	COMMIT(COMPONENT("m", "base", "3"));
	COMMIT(COMPONENT("z", "core", "4"));
	ck_assert_str_eq(LOADED(RECORD_COMPONENT), "core/z=4 voice/a=2 base/m=3");
}
END_TEST

START_TEST(a_record_without_a_body_removes_the_key)
{
	COMMIT(COMPONENT("a", "voice", "1"), COMPONENT("b", "voice", "2"));
	COMMIT(COMPONENT("a", "voice", NULL), COMPONENT("never", "voice", NULL));
	ck_assert_str_eq(LOADED(RECORD_COMPONENT), "voice/b=2");
}
END_TEST

START_TEST(a_key_that_comes_again_after_its_removal_stands_at_the_end)
{
	COMMIT(COMPONENT("a", "voice", "1"), COMPONENT("b", "voice", "2"));
	COMMIT(COMPONENT("a", "voice", NULL), COMPONENT("a", "voice", "3"));
	ck_assert_str_eq(LOADED(RECORD_COMPONENT), "voice/b=2 voice/a=3");
}
END_TEST

START_TEST(the_last_word_of_a_commit_about_a_key_counts)
{
	COMMIT(COMPONENT("a", "voice", "1"), COMPONENT("a", "voice", "2"),
	    COMPONENT("b", "voice", "3"), COMPONENT("b", "voice", NULL));
	ck_assert_str_eq(LOADED(RECORD_COMPONENT), "voice/a=2");
}
END_TEST

START_TEST(the_same_key_in_two_tables_is_two_records)
{
	for (enum record_table t = 0; t <= RECORD_PROCESS; t++)
		COMMIT(RECORD(t, "a", "voice", record_table_text(t)));
	COMMIT(COMPONENT("a", "voice", NULL));
	ck_assert_str_eq(LOADED(RECORD_ASSEMBLY), "voice/a=assembly");
	ck_assert_str_eq(LOADED(RECORD_RELATIONSHIP), "voice/a=relationship");
	ck_assert_str_eq(LOADED(RECORD_PROCESS), "voice/a=process");
	ck_assert_str_eq(LOADED(RECORD_COMPONENT), "");
}
END_TEST

START_TEST(one_root_can_be_asked_for_alone)
{
	COMMIT(COMPONENT("a", "voice", "1"), COMPONENT("b", "base", "2"),
	    COMPONENT("c", "voice", "3"));
	ck_assert_str_eq(LOADED(RECORD_COMPONENT, .root = "voice"), "voice/a=1 voice/c=3");
	ck_assert_str_eq(LOADED(RECORD_COMPONENT, .root = "nobody"), "");
}
END_TEST

START_TEST(a_limit_stops_the_walk)
{
	COMMIT(COMPONENT("a", "voice", "1"), COMPONENT("b", "base", "2"),
	    COMPONENT("c", "voice", "3"));
	ck_assert_str_eq(LOADED(RECORD_COMPONENT, .limit = 2), "voice/a=1 base/b=2");
	ck_assert_str_eq(
	    LOADED(RECORD_COMPONENT, .root = "voice", .limit = 3), "voice/a=1 voice/c=3");
}
END_TEST

START_TEST(the_steps_of_one_process_can_be_asked_for_alone)
{
	COMMIT(PROCESS("p1", "voice", "-"), PROCESS("p10", "voice", "-"));
	COMMIT(STEP("p1/1", "voice", "a"), STEP("p10/1", "voice", "c"), STEP("p1/2", "voice", "b"),
	    STEP("p1/10", "voice", "d"));
	ck_assert_str_eq(
	    LOADED(RECORD_STEP, .process = "p1"), "voice/p1/1=a voice/p1/2=b voice/p1/10=d");
	ck_assert_str_eq(LOADED(RECORD_STEP, .process = "p1", .limit = 1), "voice/p1/1=a");
	ck_assert_str_eq(LOADED(RECORD_STEP, .process = "p1", .newest_first = true, .limit = 1),
	    "voice/p1/10=d");
	ck_assert_str_eq(LOADED(RECORD_STEP, .process = "p1", .root = "base"), "");
	ck_assert_str_eq(LOADED(RECORD_STEP, .process = "p"), "");
	COMMIT(PROCESS("p1", "voice", "x"), PROCESS("p10", "voice", "y"));
	ck_assert_str_eq(LOADED(RECORD_PROCESS, .process = "p1"), "voice/p1=x");
}
END_TEST

START_TEST(a_walk_may_begin_with_what_was_written_first_at_last)
{
	COMMIT(COMPONENT("a", "voice", "1"), COMPONENT("b", "base", "2"),
	    COMPONENT("c", "voice", "3"));
	ck_assert_str_eq(
	    LOADED(RECORD_COMPONENT, .newest_first = true), "voice/c=3 base/b=2 voice/a=1");
	ck_assert_str_eq(
	    LOADED(RECORD_COMPONENT, .newest_first = true, .limit = 2), "voice/c=3 base/b=2");
	ck_assert_str_eq(
	    LOADED(RECORD_COMPONENT, .newest_first = true, .root = "voice"), "voice/c=3 voice/a=1");
}
END_TEST

START_TEST(texts_are_kept_byte_for_byte)
{
	const char *odd = "{\"log\":\"it's 100 % \xc3\xbc; DROP TABLE event --\\n\"}";

	COMMIT(COMPONENT("voice__ü'\"", "v'o", odd));
	lm_buf_clear(&text);
	struct store_query q = {.table = RECORD_COMPONENT, .root = "v'o"};
	ck_assert_ptr_null(store->ops->load(store, &q, print, &q.table));
	char expected[200];
	snprintf(expected, sizeof expected, "v'o/voice__ü'\"=%s", odd);
	ck_assert_str_eq(text.p, expected);
}
END_TEST

START_TEST(what_was_committed_from_may_change_afterwards)
{
	char key[] = "a", root[] = "voice", body[] = "1";

	COMMIT(COMPONENT(key, root, body), EVENT("1", root, body));
	key[0] = root[0] = body[0] = 'x';
	ck_assert_str_eq(LOADED(RECORD_COMPONENT), "voice/a=1");
	ck_assert_str_eq(LOADED(RECORD_EVENT), "voice/1=1");
}
END_TEST

/* ---- events --------------------------------------------------------------------------------- */

START_TEST(events_come_back_by_number_not_by_text)
{
	COMMIT(EVENT("8", "voice", "a"), EVENT("9", "voice", "b"));
	COMMIT(EVENT("10", "base", "c"), EVENT("200", "voice", "d"));
	ck_assert_str_eq(LOADED(RECORD_EVENT), "voice/8=a voice/9=b base/10=c voice/200=d");
	ck_assert_int_eq(store->ops->last_event(store), 200);
}
END_TEST

START_TEST(events_can_be_read_on_from_a_number)
{
	COMMIT(EVENT("8", "voice", "a"), EVENT("9", "voice", "b"), EVENT("10", "base", "c"),
	    EVENT("11", "voice", "d"));
	ck_assert_str_eq(LOADED(RECORD_EVENT, .after = 9), "base/10=c voice/11=d");
	ck_assert_str_eq(LOADED(RECORD_EVENT, .after = 8, .limit = 1), "voice/9=b");
	ck_assert_str_eq(LOADED(RECORD_EVENT, .after = 8, .root = "voice"), "voice/9=b voice/11=d");
	ck_assert_str_eq(LOADED(RECORD_EVENT, .after = 11), "");
}
END_TEST

START_TEST(an_event_number_is_never_used_twice)
{
	COMMIT(EVENT("5", "voice", "a"));
	ck_assert_int_eq(refused(&(struct record)EVENT("5", "voice", "b")), LM_ERR_CONFLICT);
	ck_assert_int_eq(refused(&(struct record)EVENT("4", "voice", "b")), LM_ERR_CONFLICT);
	ck_assert_str_eq(LOADED(RECORD_EVENT), "voice/5=a");
}
END_TEST

static const char *const bad_numbers[] = {"", "0", "-1", "+1", "01", "1x", " 1", "x", "1.0",
    "9223372036854775808", "99999999999999999999999999"};

START_TEST(an_event_whose_key_is_no_positive_number_is_refused)
{
	struct record r = EVENT(bad_numbers[_i], "voice", "a");

	ck_assert_int_eq(refused(&r), LM_ERR_INVALID);
	ck_assert_str_eq(LOADED(RECORD_EVENT), "");
}
END_TEST

START_TEST(the_greatest_number_is_a_number)
{
	COMMIT(EVENT("9223372036854775807", "voice", "a"));
	ck_assert_str_eq(LOADED(RECORD_EVENT), "voice/9223372036854775807=a");
}
END_TEST

/* Forgets all that does not stay, portion by portion. */
static void trimmed(struct store_keep keep)
{
	bool more = true;

	for (unsigned i = 0; more; i++) {
		ck_assert_uint_lt(i, 10000);
		ck_assert_ptr_null(store->ops->trim(store, &keep, &more));
	}
}

#define TRIMMED(...) trimmed((struct store_keep){__VA_ARGS__})

START_TEST(trimming_forgets_the_oldest_events)
{
	COMMIT(COMPONENT("a", "voice", "1"), EVENT("1", "voice", "a"), EVENT("2", "voice", "b"),
	    EVENT("7", "base", "c"), EVENT("9", "voice", "d"));
	TRIMMED(.events = 4);
	ck_assert_str_eq(LOADED(RECORD_EVENT), "voice/1=a voice/2=b base/7=c voice/9=d");
	TRIMMED(.events = 2);
	ck_assert_str_eq(LOADED(RECORD_EVENT), "base/7=c voice/9=d");
	TRIMMED(.events = UINT64_MAX);
	ck_assert_str_eq(LOADED(RECORD_EVENT), "base/7=c voice/9=d");
	ck_assert_str_eq(LOADED(RECORD_COMPONENT), "voice/a=1");
}
END_TEST

START_TEST(the_last_event_outlives_every_trim)
{
	TRIMMED(.events = 0);
	COMMIT(EVENT("1", "voice", "a"), EVENT("2", "voice", "b"));
	TRIMMED(.events = 0);
	ck_assert_str_eq(LOADED(RECORD_EVENT), "voice/2=b");
	COMMIT(EVENT("3", "voice", "c"));
	TRIMMED(.events = 0);
	ck_assert_str_eq(LOADED(RECORD_EVENT), "voice/3=c");
}
END_TEST

/* ---- processes and their steps -------------------------------------------------------------- */

START_TEST(steps_come_back_by_process_and_number)
{
	COMMIT(PROCESS("p", "voice", "1"), PROCESS("q", "base", "1"));
	for (int i = 9; i < 12; i++) {
		char key[24], other[24];

		snprintf(key, sizeof key, "p/%d", i);
		snprintf(other, sizeof other, "q/%d", i);
		COMMIT(STEP(key, "voice", "s"), STEP(other, "base", "t"));
	}
	COMMIT(STEP("p/10", "voice", "again"));
	ck_assert_str_eq(
	    LOADED(RECORD_STEP, .process = "p"), "voice/p/9=s voice/p/10=again voice/p/11=s");
	ck_assert_str_eq(LOADED(RECORD_STEP, .root = "base"), "base/q/9=t base/q/10=t base/q/11=t");
	ck_assert_str_eq(LOADED(RECORD_STEP, .process = "nobody"), "");
}
END_TEST

START_TEST(what_has_ended_can_be_left_out)
{
	COMMIT(PROCESS("p", "voice", "runs"), ENDED("q", "voice", 5), STEP("p/1", "voice", "a"),
	    STEP("q/1", "voice", "b"));
	ck_assert_str_eq(LOADED(RECORD_PROCESS), "voice/p=runs voice/q=ended");
	ck_assert_str_eq(LOADED(RECORD_PROCESS, .unended = true), "voice/p=runs");
	ck_assert_str_eq(LOADED(RECORD_STEP, .unended = true), "voice/p/1=a");
	COMMIT(ENDED("p", "voice", 6), PROCESS("q", "voice", "retried"));
	ck_assert_str_eq(LOADED(RECORD_STEP, .unended = true), "voice/q/1=b");
}
END_TEST

START_TEST(a_process_takes_its_steps_with_it)
{
	COMMIT(PROCESS("p", "voice", "1"), PROCESS("p/2", "voice", "2"));
	COMMIT(STEP("p/1", "voice", "a"), STEP("p/2", "voice", "b"), STEP("p/2/1", "voice", "c"));
	COMMIT(STEP("p/3", "voice", "d"), PROCESS("p", "voice", NULL), STEP("p/1", "voice", NULL));
	ck_assert_str_eq(LOADED(RECORD_STEP), "voice/p/2/1=c");
	COMMIT(PROCESS("p", "voice", "anew"));
	ck_assert_str_eq(LOADED(RECORD_STEP, .process = "p"), "");
}
END_TEST

START_TEST(a_process_can_come_and_go_within_one_commit)
{
	COMMIT(PROCESS("p", "voice", "1"), STEP("p/1", "voice", "a"), PROCESS("p", "voice", NULL));
	ck_assert_str_eq(LOADED(RECORD_STEP), "");
	ck_assert_str_eq(LOADED(RECORD_PROCESS), "");
}
END_TEST

START_TEST(a_step_without_a_process_is_refused)
{
	const struct record gone[] = {PROCESS("p", "voice", NULL), STEP("p/1", "voice", "a")};

	ck_assert_int_eq(refused(&(struct record)STEP("p/1", "voice", "a")), LM_ERR_INVALID);
	COMMIT(PROCESS("p", "voice", "1"));
	struct lm_err *e = store->ops->commit(store, gone, 2);
	ck_assert_ptr_nonnull(e);
	lm_err_free(e);
	ck_assert_str_eq(LOADED(RECORD_PROCESS), "voice/p=1");
	COMMIT(STEP("p/1", "voice", "a"));
}
END_TEST

START_TEST(processes_that_ended_are_kept_by_number)
{
	COMMIT(ENDED("a", "voice", 30), ENDED("b", "voice", 10), ENDED("c", "voice", 20),
	    PROCESS("d", "voice", "runs"), STEP("a/1", "voice", "1"), STEP("b/1", "voice", "2"),
	    STEP("d/1", "voice", "3"));
	TRIMMED(.events = 1, .processes = 3);
	ck_assert_str_eq(
	    LOADED(RECORD_PROCESS), "voice/a=ended voice/b=ended voice/c=ended voice/d=runs");
	TRIMMED(.events = 1, .processes = 1);
	ck_assert_str_eq(LOADED(RECORD_PROCESS), "voice/a=ended voice/d=runs");
	ck_assert_str_eq(LOADED(RECORD_STEP), "voice/a/1=1 voice/d/1=3");
	TRIMMED(.events = 1, .processes = 0);
	ck_assert_str_eq(LOADED(RECORD_PROCESS), "voice/d=runs");
}
END_TEST

START_TEST(processes_that_ended_are_kept_by_age)
{
	COMMIT(ENDED("a", "voice", 30), ENDED("b", "voice", 10), ENDED("c", "voice", 20));
	TRIMMED(.events = 1, .processes = UINT64_MAX, .ended_after_ms = 20);
	ck_assert_str_eq(LOADED(RECORD_PROCESS), "voice/a=ended voice/c=ended");
}
END_TEST

/* 1000 steps and as many events, in one commit. */
static void process_ended(int number)
{
	static char steps[1000][24], events[1000][24];
	struct record r[2001];
	char id[16];

	snprintf(id, sizeof id, "p%d", number);
	r[0] = (struct record)ENDED(id, "voice", number);
	for (int i = 0; i < 1000; i++) {
		snprintf(steps[i], sizeof steps[i], "p%d/%d", number % 100, i + 1);
		snprintf(events[i], sizeof events[i], "%d", number * 1000 + i);
		r[2 * i + 1] = (struct record)STEP(steps[i], "voice", "s");
		r[2 * i + 2] = (struct record)EVENT(events[i], "voice", "e");
	}
	commit(r, LM_COUNT(r));
}

/* More than one portion, and processes that are larger than a portion. */
START_TEST(a_long_history_is_forgotten_in_portions)
{
	for (int i = 1; i <= 3; i++)
		process_ended(i);
	TRIMMED(.events = 2, .processes = 1);
	ck_assert_str_eq(LOADED(RECORD_PROCESS), "voice/p3=ended");
	ck_assert_str_eq(LOADED(RECORD_EVENT), "voice/3998=e voice/3999=e");
	ck_assert_str_eq(LOADED(RECORD_STEP, .limit = 1), "voice/p3/1=s");
}
END_TEST

/* ---- all or nothing ------------------------------------------------------------------------- */

START_TEST(an_empty_commit_is_fine)
{
	ck_assert_ptr_null(store->ops->commit(store, NULL, 0));
}
END_TEST

START_TEST(a_commit_with_one_bad_record_leaves_no_trace)
{
	const struct record records[] = {
	    COMPONENT("a", "voice", "2"),
	    COMPONENT("b", "voice", "3"),
	    EVENT("2", "voice", "y"),
	    EVENT("2", "voice", "z"),
	};

	COMMIT(COMPONENT("a", "voice", "1"), EVENT("1", "voice", "x"));
	struct lm_err *e = store->ops->commit(store, records, LM_COUNT(records));
	ck_assert_ptr_nonnull(e);
	ck_assert_str_eq(lm_err_text(e), "event 2: the journal has come to number 2 already");
	lm_err_free(e);
	ck_assert_str_eq(LOADED(RECORD_COMPONENT), "voice/a=1");
	ck_assert_str_eq(LOADED(RECORD_EVENT), "voice/1=x");
	COMMIT(EVENT("2", "voice", "y"));
}
END_TEST

START_TEST(records_that_break_the_contract_are_refused)
{
	const struct record bad[] = {
	    RECORD((enum record_table)RECORD_TABLE_N, "a", "voice", "1"),
	    COMPONENT(NULL, "voice", "1"),
	    COMPONENT("", "voice", "1"),
	    COMPONENT("a", NULL, "1"),
	    EVENT("1", "voice", NULL),
	    STEP("a", "voice", "1"),
	    STEP("/1", "voice", "1"),
	    STEP("a/x", "voice", "1"),
	    STEP("a/01", "voice", "1"),
	};

	for (size_t i = 0; i < LM_COUNT(bad); i++)
		ck_assert_int_eq(refused(&bad[i]), LM_ERR_INVALID);
}
END_TEST

static struct lm_err *stop_at_b(void *arg, const struct record *r)
{
	int *seen = arg;

	(*seen)++;
	return strcmp(r->key, "b") == 0 ? lm_err_new(LM_ERR_INVALID, "I do not know b") : NULL;
}

START_TEST(an_error_of_the_reader_stops_the_walk_and_comes_back)
{
	int seen = 0;
	const struct store_query q = {.table = RECORD_COMPONENT};

	COMMIT(COMPONENT("a", "voice", "1"), COMPONENT("b", "voice", "2"),
	    COMPONENT("c", "voice", "3"));
	struct lm_err *e = store->ops->load(store, &q, stop_at_b, &seen);
	ck_assert_ptr_nonnull(e);
	ck_assert_str_eq(lm_err_text(e), "I do not know b");
	lm_err_free(e);
	ck_assert_int_eq(seen, 2);
	COMMIT(COMPONENT("d", "voice", "4"));
}
END_TEST

START_TEST(closing_no_store_is_fine)
{
	store->ops->close(NULL);
}
END_TEST

/* ---- the store of tests --------------------------------------------------------------------- */

START_TEST(a_store_in_memory_fails_when_told_to_and_keeps_nothing_of_that_commit)
{
	store_memory_fail_after(store, 1);
	COMMIT(COMPONENT("a", "voice", "1"));
	ck_assert_int_eq(refused(&(struct record)COMPONENT("b", "voice", "2")), LM_ERR_IO);
	ck_assert_int_eq(refused(&(struct record)COMPONENT("c", "voice", "3")), LM_ERR_IO);
	ck_assert_str_eq(LOADED(RECORD_COMPONENT), "voice/a=1");
	store_memory_fail_after(store, -1);
	COMMIT(COMPONENT("d", "voice", "4"));
}
END_TEST

static void add_contract(TCase *tc)
{
	tcase_add_test(tc, a_new_store_holds_nothing);
	tcase_add_test(tc, records_come_back_in_the_order_in_which_their_keys_were_first_written);
	tcase_add_test(tc, a_record_without_a_body_removes_the_key);
	tcase_add_test(tc, a_key_that_comes_again_after_its_removal_stands_at_the_end);
	tcase_add_test(tc, the_last_word_of_a_commit_about_a_key_counts);
	tcase_add_test(tc, the_same_key_in_two_tables_is_two_records);
	tcase_add_test(tc, one_root_can_be_asked_for_alone);
	tcase_add_test(tc, a_limit_stops_the_walk);
	tcase_add_test(tc, the_steps_of_one_process_can_be_asked_for_alone);
	tcase_add_test(tc, a_walk_may_begin_with_what_was_written_first_at_last);
	tcase_add_test(tc, texts_are_kept_byte_for_byte);
	tcase_add_test(tc, what_was_committed_from_may_change_afterwards);
	tcase_add_test(tc, events_come_back_by_number_not_by_text);
	tcase_add_test(tc, events_can_be_read_on_from_a_number);
	tcase_add_test(tc, an_event_number_is_never_used_twice);
	tcase_add_loop_test(
	    tc, an_event_whose_key_is_no_positive_number_is_refused, 0, (int)LM_COUNT(bad_numbers));
	tcase_add_test(tc, the_greatest_number_is_a_number);
	tcase_add_test(tc, trimming_forgets_the_oldest_events);
	tcase_add_test(tc, the_last_event_outlives_every_trim);
	tcase_add_test(tc, steps_come_back_by_process_and_number);
	tcase_add_test(tc, what_has_ended_can_be_left_out);
	tcase_add_test(tc, a_process_takes_its_steps_with_it);
	tcase_add_test(tc, a_process_can_come_and_go_within_one_commit);
	tcase_add_test(tc, a_step_without_a_process_is_refused);
	tcase_add_test(tc, processes_that_ended_are_kept_by_number);
	tcase_add_test(tc, processes_that_ended_are_kept_by_age);
	tcase_add_test(tc, a_long_history_is_forgotten_in_portions);
	tcase_add_test(tc, an_empty_commit_is_fine);
	tcase_add_test(tc, a_commit_with_one_bad_record_leaves_no_trace);
	tcase_add_test(tc, records_that_break_the_contract_are_refused);
	tcase_add_test(tc, an_error_of_the_reader_stops_the_walk_and_comes_back);
	tcase_add_test(tc, closing_no_store_is_fine);
}

static Suite *suite(void)
{
	Suite *s = suite_create("lm/store");
	TCase *memory = tcase_create("in memory"), *sqlite = tcase_create("in sqlite");

	tcase_add_checked_fixture(memory, given_a_store_in_memory, teardown);
	add_contract(memory);
	tcase_add_test(
	    memory, a_store_in_memory_fails_when_told_to_and_keeps_nothing_of_that_commit);
	suite_add_tcase(s, memory);
	tcase_add_checked_fixture(sqlite, given_a_store_in_sqlite, teardown);
	add_contract(sqlite);
	suite_add_tcase(s, sqlite);
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
