/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/heap.h"
#include "lm/store/check.h"
#include "lm/store/sqlite_priv.h"

enum { PROCESSES_KNOWN_MAX = 16384, TRIM_PORTION = 400 };

/* So that a step needs no search for the number of its process. */
struct process_number {
	int64_t number;
	char id[];
};

static void processes_forget(struct sqlite *s)
{
	struct process_number *p;

	for (size_t i = 0; (p = lm_map_next(s->processes, &i)) != NULL;) {
		lm_map_remove(s->processes, p->id);
		free(p);
	}
}

static void process_know(struct sqlite *s, const char *id, int64_t number)
{
	size_t n = strlen(id) + 1;

	if (lm_map_count(s->processes) >= PROCESSES_KNOWN_MAX)
		processes_forget(s);
	struct process_number *p = lm_alloc_raw(sizeof *p + n);
	p->number = number;
	memcpy(p->id, id, n);
	free(lm_map_remove(s->processes, p->id));
	lm_map_put(s->processes, p->id, p);
}

/* 'out' 0: there is no such process. */
static struct lm_err *process_number(struct sqlite *s, const char *id, int64_t *out)
{
	const struct process_number *known = lm_map_find(s->processes, id);

	*out = known == NULL ? 0 : known->number;
	if (known != NULL)
		return NULL;
	int rc = sqlite3_bind_text(s->process_number, 1, id, -1, SQLITE_STATIC);
	if (rc == SQLITE_OK)
		rc = sqlite3_step(s->process_number);
	if (rc == SQLITE_ROW) {
		*out = sqlite3_column_int64(s->process_number, 0);
		process_know(s, id, *out);
	}
	struct lm_err *e = rc == SQLITE_ROW || rc == SQLITE_DONE ? NULL : sql_error(s, rc);
	sqlite3_reset(s->process_number);
	sqlite3_clear_bindings(s->process_number);
	return e;
}

/* ---- writing ---------------------------------------------------------------------------------- */

static struct lm_err *state_put(struct sqlite *s, sqlite3_stmt *stmt, const struct record *r)
{
	int rc = sqlite3_bind_text(stmt, 1, r->key, -1, SQLITE_STATIC);

	if (rc == SQLITE_OK && r->body != NULL)
		rc = sqlite3_bind_text(stmt, 2, r->root, -1, SQLITE_STATIC);
	if (rc == SQLITE_OK && r->body != NULL)
		rc = sqlite3_bind_text(stmt, 3, r->body, -1, SQLITE_STATIC);
	if (rc == SQLITE_OK && r->body != NULL && r->table == RECORD_PROCESS)
		rc = sqlite3_bind_int64(stmt, 4, r->ended_ms);
	struct lm_err *e = rc == SQLITE_OK ? sql_step(s, stmt) : sql_error(s, rc);
	sqlite3_clear_bindings(stmt); /* the texts were only lent */
	return e;
}

static struct lm_err *steps_remove(struct sqlite *s, const char *process)
{
	int64_t number = 0;
	struct lm_err *e = process_number(s, process, &number);

	if (e != NULL || number == 0)
		return e;
	free(lm_map_remove(s->processes, process));
	int rc = sqlite3_bind_int64(s->steps_remove, 1, number);
	return rc == SQLITE_OK ? sql_step(s, s->steps_remove) : sql_error(s, rc);
}

static struct lm_err *state_write(struct sqlite *s, const struct record *r)
{
	struct lm_err *e = NULL;

	if (r->body == NULL) {
		if (r->table == RECORD_PROCESS)
			e = steps_remove(s, r->key);
		return e == NULL ? state_put(s, s->remove[r->table], r) : e;
	}
	return state_put(s, s->put[r->table], r);
}

static struct lm_err *step_put(
    struct sqlite *s, sqlite3_stmt *stmt, int64_t process, int64_t number, const char *body)
{
	int rc = sqlite3_bind_int64(stmt, 1, process);

	if (rc == SQLITE_OK)
		rc = sqlite3_bind_int64(stmt, 2, number);
	if (rc == SQLITE_OK && body != NULL)
		rc = sqlite3_bind_text(stmt, 3, body, -1, SQLITE_STATIC);
	struct lm_err *e = rc == SQLITE_OK ? sql_step(s, stmt) : sql_error(s, rc);
	sqlite3_clear_bindings(stmt);
	return e;
}

static struct lm_err *step_write(struct sqlite *s, const struct record *r)
{
	char id[STORE_ID_MAX];
	int64_t process = 0, number = store_step_number(r->key, id);
	struct lm_err *e = process_number(s, id, &process);

	if (e != NULL)
		return e;
	if (process == 0)
		return r->body == NULL ? NULL : store_step_orphan(r);
	if (r->body == NULL)
		return step_put(s, s->remove[RECORD_STEP], process, number, NULL);
	return step_put(s, s->put[RECORD_STEP], process, number, r->body);
}

static struct lm_err *event_write(struct sqlite *s, const struct record *r)
{
	sqlite3_stmt *stmt = s->put[RECORD_EVENT];
	int rc = sqlite3_bind_int64(stmt, 1, store_event_number(r->key));

	if (rc == SQLITE_OK)
		rc = sqlite3_bind_text(stmt, 2, r->root, -1, SQLITE_STATIC);
	if (rc == SQLITE_OK)
		rc = sqlite3_bind_text(stmt, 3, r->body, -1, SQLITE_STATIC);
	struct lm_err *e = rc == SQLITE_OK ? sql_step(s, stmt) : sql_error(s, rc);
	sqlite3_clear_bindings(stmt);
	return e;
}

static struct lm_err *records_write(struct sqlite *s, int64_t *out_events)
{
	struct lm_err *e = NULL;

	for (size_t i = 0; i < s->latest.records.n && e == NULL; i++) {
		const struct record *r = &s->latest.records.v[i];

		if (r->table == RECORD_EVENT) {
			e = event_write(s, r);
			++*out_events;
		} else {
			e = r->table == RECORD_STEP ? step_write(s, r) : state_write(s, r);
		}
	}
	return e;
}

/* A failed transaction takes with it what was learnt in it. */
static struct lm_err *transaction_end(struct sqlite *s, struct lm_err *e)
{
	if (e == NULL)
		e = sql_step(s, s->commit);
	if (e != NULL) {
		sql_roll_back(s);
		processes_forget(s);
	}
	return e;
}

static struct lm_err *sqlite_commit(struct store *head, const struct record *records, size_t n)
{
	struct sqlite *s = (struct sqlite *)head;
	int64_t last_event = s->last_event, events = 0;
	struct lm_err *e = store_check(records, n, &last_event);

	if (e != NULL || n == 0)
		return e;
	latest_take(&s->latest, records, n);
	e = sql_step(s, s->begin);
	if (e == NULL)
		e = transaction_end(s, records_write(s, &events));
	if (e != NULL)
		return e;
	s->last_event = last_event;
	s->n_events += events;
	s->wrote = true;
	return NULL;
}

/* ---- reading ---------------------------------------------------------------------------------- */

static const char event_select[] = "SELECT seq, root, body, 0 FROM event WHERE seq > ?1";
static const char step_select[] =
    "SELECT p.key || '/' || s.number, p.root, s.body, 0 FROM process p CROSS JOIN step s "
    "ON s.process = p.ord WHERE 1";
static const char process_select[] = "SELECT key, root, body, ended_ms FROM process p WHERE 1";

static bool names_process(const struct store_query *q)
{
	return (q->table == RECORD_STEP || q->table == RECORD_PROCESS) && q->process != NULL;
}

static void select_print(const struct store_query *q, struct lm_buf *b)
{
	bool is_step = q->table == RECORD_STEP, is_process = q->table == RECORD_PROCESS;

	if (q->table == RECORD_EVENT)
		lm_buf_puts(b, event_select);
	else if (is_step || is_process)
		lm_buf_puts(b, is_step ? step_select : process_select);
	else
		lm_buf_printf(
		    b, "SELECT key, root, body, 0 FROM %s WHERE 1", record_table_text(q->table));
	if (q->root != NULL)
		lm_buf_puts(b, " AND root = ?3");
	if (names_process(q))
		lm_buf_puts(b, " AND p.key = ?4");
	if ((is_step || is_process) && q->unended)
		lm_buf_puts(b, " AND p.ended_ms = 0");
	const char *down = q->newest_first ? " DESC" : "";
	if (is_step)
		lm_buf_printf(b, " ORDER BY p.ord%s, s.number%s LIMIT ?2", down, down);
	else
		lm_buf_printf(
		    b, " ORDER BY %s%s LIMIT ?2", q->table == RECORD_EVENT ? "seq" : "ord", down);
}

static struct lm_err *load_prepare(
    struct sqlite *s, const struct store_query *q, sqlite3_stmt **out)
{
	struct lm_buf sql;

	lm_buf_init(&sql, 1000);
	select_print(q, &sql);
	struct lm_err *e = sql_prepare(s, sql.p, out);
	lm_buf_fini(&sql);
	if (e != NULL)
		return e;
	int rc = q->table == RECORD_EVENT ? sqlite3_bind_int64(*out, 1, q->after) : SQLITE_OK;
	if (rc == SQLITE_OK)
		rc = sqlite3_bind_int64(*out, 2, q->limit == 0 ? -1 : (int64_t)q->limit);
	if (rc == SQLITE_OK && q->root != NULL)
		rc = sqlite3_bind_text(*out, 3, q->root, -1, SQLITE_STATIC);
	if (rc == SQLITE_OK && names_process(q))
		rc = sqlite3_bind_text(*out, 4, q->process, -1, SQLITE_STATIC);
	return rc == SQLITE_OK ? NULL : sql_error(s, rc);
}

static struct lm_err *sqlite_load(
    struct store *head, const struct store_query *q, store_each_fn *each, void *arg)
{
	struct sqlite *s = (struct sqlite *)head;
	sqlite3_stmt *stmt = NULL;
	struct lm_err *e = load_prepare(s, q, &stmt);
	int rc = SQLITE_ROW;

	while (e == NULL && (rc = sqlite3_step(stmt)) == SQLITE_ROW) {
		struct record r = {
		    .table = q->table,
		    .key = (const char *)sqlite3_column_text(stmt, 0),
		    .root = (const char *)sqlite3_column_text(stmt, 1),
		    .body = (const char *)sqlite3_column_text(stmt, 2),
		    .ended_ms = sqlite3_column_int64(stmt, 3),
		};
		if (r.key == NULL || r.root == NULL || r.body == NULL)
			e = sql_error(s, SQLITE_CORRUPT);
		else
			e = each(arg, &r);
	}
	if (e == NULL && rc != SQLITE_DONE)
		e = sql_error(s, rc);
	sqlite3_finalize(stmt);
	return e;
}

/* ---- forgetting ------------------------------------------------------------------------------- */

static struct lm_err *trim_events(struct sqlite *s, uint64_t keep, int64_t *io_portion)
{
	int64_t stay = keep == 0 ? 1 : keep > INT64_MAX ? INT64_MAX : (int64_t)keep;
	int64_t go = s->n_events - stay;
	char sql[120];

	if (go <= 0)
		return NULL;
	go = go < *io_portion ? go : *io_portion;
	snprintf(sql, sizeof sql,
	    "DELETE FROM event WHERE seq IN (SELECT seq FROM event ORDER BY seq LIMIT %" PRId64 ")",
	    go);
	struct lm_err *e = sql_run(s, sql);
	if (e == NULL)
		*io_portion -= sqlite3_changes(s->db);
	return e;
}

/* Steps first: a process with a hundred thousand of them goes in many portions. */
static struct lm_err *process_trim(struct sqlite *s, int64_t ord, int64_t *io_portion)
{
	char sql[160];

	snprintf(sql, sizeof sql,
	    "DELETE FROM step WHERE rowid IN (SELECT rowid FROM step WHERE process = %" PRId64
	    " LIMIT %" PRId64 ")",
	    ord, *io_portion);
	struct lm_err *e = sql_run(s, sql);
	if (e != NULL)
		return e;
	*io_portion -= sqlite3_changes(s->db);
	if (*io_portion <= 0)
		return NULL;
	snprintf(sql, sizeof sql, "DELETE FROM process WHERE ord = %" PRId64, ord);
	e = sql_run(s, sql);
	--*io_portion;
	return e;
}

/* The oldest process that has ended; 0: none. */
static struct lm_err *oldest_ended(struct sqlite *s, int64_t *out, int64_t *out_ended_ms)
{
	*out = *out_ended_ms = 0;
	struct lm_err *e = sql_ask(
	    s, "SELECT coalesce(min(ended_ms), 0) FROM process WHERE ended_ms > 0", out_ended_ms);
	if (e != NULL || *out_ended_ms == 0)
		return e;
	return sql_ask(
	    s, "SELECT ord FROM process WHERE ended_ms > 0 ORDER BY ended_ms, ord LIMIT 1", out);
}

static struct lm_err *trim_processes(
    struct sqlite *s, const struct store_keep *keep, int64_t *io_portion)
{
	int64_t n = 0;
	struct lm_err *e = sql_ask(s, "SELECT count(*) FROM process WHERE ended_ms > 0", &n);

	for (; e == NULL && n > 0 && *io_portion > 0; n--) {
		int64_t ord = 0, ended_ms = 0;

		e = oldest_ended(s, &ord, &ended_ms);
		if (e == NULL && (uint64_t)n <= keep->processes && ended_ms >= keep->ended_after_ms)
			break;
		if (e == NULL)
			e = process_trim(s, ord, io_portion);
	}
	return e;
}

static struct lm_err *sqlite_trim(struct store *head, const struct store_keep *keep, bool *out_more)
{
	struct sqlite *s = (struct sqlite *)head;
	int64_t portion = TRIM_PORTION, before_processes = 0;
	struct lm_err *e = sql_step(s, s->begin);

	if (e != NULL)
		return e;
	e = trim_events(s, keep->events, &portion);
	before_processes = portion;
	if (e == NULL)
		e = trim_processes(s, keep, &portion);
	e = transaction_end(s, e);
	if (e != NULL)
		return e;
	s->n_events -= TRIM_PORTION - before_processes;
	if (before_processes > portion)
		processes_forget(s);
	*out_more = portion <= 0;
	if (!*out_more &&
	    !s->wrote) /* nobody is busy: pages that are kept are read again if need be */
		sqlite3_db_release_memory(s->db);
	s->wrote = false;
	return NULL;
}

/* ---- opening and closing ---------------------------------------------------------------------- */

static struct lm_err *prepare_state(struct sqlite *s, enum record_table t)
{
	bool is_process = t == RECORD_PROCESS;
	char sql[200];

	snprintf(sql, sizeof sql,
	    "INSERT INTO %s (key, root, body%s) VALUES (?1, ?2, ?3%s) "
	    "ON CONFLICT (key) DO UPDATE SET root = ?2, body = ?3%s",
	    record_table_text(t), is_process ? ", ended_ms" : "", is_process ? ", ?4" : "",
	    is_process ? ", ended_ms = ?4" : "");
	struct lm_err *e = sql_prepare(s, sql, &s->put[t]);
	snprintf(sql, sizeof sql, "DELETE FROM %s WHERE key = ?1", record_table_text(t));
	return e == NULL ? sql_prepare(s, sql, &s->remove[t]) : e;
}

static struct lm_err *prepare_all(struct sqlite *s)
{
	const struct {
		sqlite3_stmt **stmt;
		const char *sql;
	} all[] = {
	    {&s->begin, "BEGIN IMMEDIATE"},
	    {&s->commit, "COMMIT"},
	    {&s->rollback, "ROLLBACK"},
	    {&s->process_number, "SELECT ord FROM process WHERE key = ?1"},
	    {&s->steps_remove, "DELETE FROM step WHERE process = ?1"},
	    {&s->put[RECORD_STEP], "INSERT INTO step (process, number, body) VALUES (?1, ?2, ?3) "
				   "ON CONFLICT (process, number) DO UPDATE SET body = ?3"},
	    {&s->remove[RECORD_STEP], "DELETE FROM step WHERE process = ?1 AND number = ?2"},
	    {&s->put[RECORD_EVENT], "INSERT INTO event (seq, root, body) VALUES (?1, ?2, ?3)"},
	};
	struct lm_err *e = NULL;

	for (size_t i = 0; i < LM_COUNT(all) && e == NULL; i++)
		e = sql_prepare(s, all[i].sql, all[i].stmt);
	for (enum record_table t = 0; t <= RECORD_PROCESS && e == NULL; t++)
		e = prepare_state(s, t);
	return e;
}

static void sqlite_close(struct store *head)
{
	struct sqlite *s = (struct sqlite *)head;

	if (s == NULL)
		return;
	sqlite3_finalize(s->begin);
	sqlite3_finalize(s->commit);
	sqlite3_finalize(s->rollback);
	sqlite3_finalize(s->process_number);
	sqlite3_finalize(s->steps_remove);
	for (size_t t = 0; t < RECORD_TABLE_N; t++) {
		sqlite3_finalize(s->put[t]);
		sqlite3_finalize(s->remove[t]);
	}
	processes_forget(s);
	lm_map_free(s->processes);
	latest_fini(&s->latest);
	sqlite_close_file(s);
	free(s);
}

static int64_t sqlite_last_event(const struct store *head)
{
	return ((const struct sqlite *)head)->last_event;
}

static const struct store_ops sqlite_ops = {
    .name = "sqlite",
    .close = sqlite_close,
    .commit = sqlite_commit,
    .load = sqlite_load,
    .trim = sqlite_trim,
    .last_event = sqlite_last_event,
};

struct lm_err *store_sqlite_open_with(const struct store_sqlite_conf *conf, struct store **out)
{
	struct sqlite *s = lm_alloc(sizeof *s);

	s->store.ops = &sqlite_ops;
	s->lock = -1;
	s->processes = lm_map_new();
	struct lm_err *e = sqlite_open_file(s, conf);
	if (e == NULL)
		e = prepare_all(s);
	if (e == NULL)
		e = sql_ask(s, "SELECT coalesce(max(seq), 0) FROM event", &s->last_event);
	if (e == NULL)
		e = sql_ask(s, "SELECT count(*) FROM event", &s->n_events);
	if (e != NULL) {
		sqlite_close(&s->store);
		return e;
	}
	*out = &s->store;
	return NULL;
}

struct lm_err *store_sqlite_open(const char *path, struct store **out)
{
	return store_sqlite_open_with(&(struct store_sqlite_conf){.path = path}, out);
}
