/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lm/store/check.h"
#include "lm/store/store.h"

/*
 * Every table of present state is a SQLite table of its own: an upsert keeps 'ord', so that 'ord' is
 * the order in which the keys were first written.  Events are stored under their number.
 */
enum { SCHEMA_VERSION = 1, APPLICATION_ID = 0x4c4d4a31 /* "LMJ1" */ };
enum { TEXT_MAX_SIZE = 16 * 1024 * 1024 }; /* of a key, root or body: many times what is needed */

static const char state_sql[] =
    "CREATE TABLE %s (ord INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, root TEXT NOT NULL, "
    "body TEXT NOT NULL)";
static const char event_sql[] =
    "CREATE TABLE event (seq INTEGER PRIMARY KEY, root TEXT NOT NULL, body TEXT NOT NULL);"
    "CREATE INDEX event_root ON event (root)";

struct sqlite {
	struct store store;
	sqlite3 *db;
	char *path;
	sqlite3_stmt *begin, *commit, *rollback;
	sqlite3_stmt *put[RECORD_TABLE_N], *remove[RECORD_TABLE_N]; /* an event has no 'remove' */
	int64_t last_event;
};

/* ---- what went wrong, for the operator ------------------------------------------------------ */

static const struct {
	int code;
	enum lm_err_kind kind;
	const char *text;
} failures[] = {
    {SQLITE_BUSY, LM_ERR_UNAVAILABLE,
	"another process has it open; stop that one, or name another journal"},
    {SQLITE_FULL, LM_ERR_IO, "the disk is full; make room and start again"},
    {SQLITE_NOTADB, LM_ERR_INVALID, "this file is no journal; name another, or move it away"},
    {SQLITE_CORRUPT, LM_ERR_IO,
	"the file is damaged; put a backup in its place, or move it away to begin anew"},
    {SQLITE_READONLY, LM_ERR_IO, "it cannot be written; look at its owner, mode and file system"},
    {SQLITE_CANTOPEN, LM_ERR_IO,
	"it cannot be opened; look at the owner and mode of the file and its folder"},
    {SQLITE_TOOBIG, LM_ERR_LIMIT, "a record is too large"},
};

static struct lm_err *fail(const struct sqlite *s, int rc)
{
	for (size_t i = 0; i < LM_COUNT(failures); i++)
		if (failures[i].code == (rc & 0xff))
			return lm_err_new(
			    failures[i].kind, "journal %s: %s", s->path, failures[i].text);
	return lm_err_new(LM_ERR_IO, "journal %s: %s (%d)", s->path, sqlite3_errmsg(s->db), rc);
}

/* ---- small pieces of SQL -------------------------------------------------------------------- */

static struct lm_err *run_sql(struct sqlite *s, const char *sql)
{
	int rc = sqlite3_exec(s->db, sql, NULL, NULL, NULL);

	return rc == SQLITE_OK ? NULL : fail(s, rc);
}

static struct lm_err *prepare(struct sqlite *s, const char *sql, sqlite3_stmt **out)
{
	int rc = sqlite3_prepare_v3(s->db, sql, -1, SQLITE_PREPARE_PERSISTENT, out, NULL);

	return rc == SQLITE_OK ? NULL : fail(s, rc);
}

/* Runs a prepared statement that gives no rows, and makes it ready for the next time. */
static struct lm_err *run(struct sqlite *s, sqlite3_stmt *stmt)
{
	int rc = sqlite3_step(stmt);
	struct lm_err *e = rc == SQLITE_DONE ? NULL : fail(s, rc);

	sqlite3_reset(stmt);
	return e;
}

/* The number in the first column of the first row. */
static struct lm_err *ask(struct sqlite *s, const char *sql, int64_t *out)
{
	sqlite3_stmt *stmt = NULL;
	struct lm_err *e = prepare(s, sql, &stmt);

	if (e != NULL)
		return e;
	int rc = sqlite3_step(stmt);
	if (rc == SQLITE_ROW)
		*out = sqlite3_column_int64(stmt, 0);
	else
		e = fail(s, rc);
	sqlite3_finalize(stmt);
	return e;
}

/* ---- opening -------------------------------------------------------------------------------- */

/*
 * SQLite would make the file with the mode of the umask; the journal holds properties, and those
 * may be secrets.  It gives its side files (-wal) the mode of this one.
 */
static struct lm_err *file_make(const char *path, char **out_path)
{
	struct stat st;
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	bool is_new = fd >= 0;

	if (fd < 0 && errno == EEXIST)
		fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return lm_err_errno(errno, "journal %s", path);
	int rc = is_new ? fchmod(fd, 0600) : 0;
	if (rc == 0)
		rc = fstat(fd, &st);
	int saved = errno;
	close(fd);
	if (rc != 0)
		return lm_err_errno(saved, "journal %s", path);
	if (!S_ISREG(st.st_mode))
		return lm_err_new(LM_ERR_INVALID, "journal %s: this is not a regular file", path);
	/* Absolute, so that no name has a meaning of its own to SQLite (":memory:"). */
	*out_path = realpath(path, NULL);
	return *out_path != NULL ? NULL : lm_err_errno(errno, "journal %s", path);
}

/* Not a byte of a file that is not ours may change: looks before anything is written. */
static struct lm_err *schema_check(struct sqlite *s, bool *out_empty)
{
	int64_t tables = 0, id = 0, version = 0;
	struct lm_err *e = ask(s, "SELECT count(*) FROM sqlite_schema", &tables);

	if (e == NULL)
		e = ask(s, "PRAGMA application_id", &id);
	if (e == NULL)
		e = ask(s, "PRAGMA user_version", &version);
	if (e != NULL)
		return e;
	*out_empty = tables == 0;
	if (tables == 0)
		return NULL;
	if (id != APPLICATION_ID)
		return lm_err_new(LM_ERR_INVALID,
		    "journal %s: this database belongs to another program; name another file",
		    s->path);
	if (version != SCHEMA_VERSION)
		return lm_err_new(LM_ERR_INVALID,
		    "journal %s: it has format %lld, and this lm knows format %d; use the lm that "
		    "wrote it, or move the file away to begin anew",
		    s->path, (long long)version, SCHEMA_VERSION);
	return NULL;
}

static struct lm_err *wal_begin(struct sqlite *s)
{
	sqlite3_stmt *stmt = NULL;
	struct lm_err *e = prepare(s, "PRAGMA journal_mode = WAL", &stmt);

	if (e != NULL)
		return e;
	int rc = sqlite3_step(stmt);
	const char *mode = rc == SQLITE_ROW ? (const char *)sqlite3_column_text(stmt, 0) : NULL;
	if (rc != SQLITE_ROW)
		e = fail(s, rc);
	else if (mode == NULL || strcmp(mode, "wal") != 0)
		e = lm_err_new(LM_ERR_IO,
		    "journal %s: this file system does not do write-ahead logs; use a local disk",
		    s->path);
	sqlite3_finalize(stmt);
	return e;
}

static struct lm_err *schema_make(struct sqlite *s)
{
	char sql[200];
	struct lm_err *e = run_sql(s, "BEGIN IMMEDIATE");

	for (enum record_table t = 0; t < RECORD_EVENT && e == NULL; t++) {
		snprintf(sql, sizeof sql, state_sql, record_table_text(t));
		e = run_sql(s, sql);
	}
	if (e == NULL)
		e = run_sql(s, event_sql);
	snprintf(sql, sizeof sql, "PRAGMA application_id = %d; PRAGMA user_version = %d",
	    APPLICATION_ID, SCHEMA_VERSION);
	if (e == NULL)
		e = run_sql(s, sql);
	if (e == NULL)
		e = run_sql(s, "COMMIT");
	return e;
}

static struct lm_err *statements_prepare(struct sqlite *s)
{
	char sql[200];
	struct lm_err *e = prepare(s, "BEGIN IMMEDIATE", &s->begin);

	if (e == NULL)
		e = prepare(s, "COMMIT", &s->commit);
	if (e == NULL)
		e = prepare(s, "ROLLBACK", &s->rollback);
	for (enum record_table t = 0; t < RECORD_EVENT && e == NULL; t++) {
		snprintf(sql, sizeof sql,
		    "INSERT INTO %s (key, root, body) VALUES (?1, ?2, ?3) ON CONFLICT (key) "
		    "DO UPDATE SET root = excluded.root, body = excluded.body",
		    record_table_text(t));
		e = prepare(s, sql, &s->put[t]);
		snprintf(sql, sizeof sql, "DELETE FROM %s WHERE key = ?1", record_table_text(t));
		if (e == NULL)
			e = prepare(s, sql, &s->remove[t]);
	}
	if (e == NULL)
		e = prepare(s, "INSERT INTO event (seq, root, body) VALUES (?1, ?2, ?3)",
		    &s->put[RECORD_EVENT]);
	return e;
}

static struct lm_err *open_at(struct sqlite *s)
{
	bool empty = false;
	int rc =
	    sqlite3_open_v2(s->path, &s->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);

	if (rc != SQLITE_OK)
		return fail(s, rc);
	sqlite3_extended_result_codes(s->db, 1);
	sqlite3_limit(s->db, SQLITE_LIMIT_LENGTH, TEXT_MAX_SIZE);
	/* Exclusive: a second manager on the same journal is refused; and no -shm file is needed. */
	struct lm_err *e = run_sql(s, "PRAGMA locking_mode = EXCLUSIVE; PRAGMA synchronous = FULL");
	if (e == NULL)
		e = schema_check(s, &empty);
	if (e == NULL)
		e = wal_begin(s);
	if (e == NULL && empty)
		e = schema_make(s);
	if (e == NULL)
		e = statements_prepare(s);
	if (e == NULL)
		e = run_sql(
		    s, "BEGIN IMMEDIATE; COMMIT"); /* takes the lock now, not at the first commit */
	if (e == NULL)
		e = ask(s, "SELECT coalesce(max(seq), 0) FROM event", &s->last_event);
	return e;
}

/* ---- the contract --------------------------------------------------------------------------- */

static void sqlite_close(struct store *head)
{
	struct sqlite *s = (struct sqlite *)head;

	if (s == NULL)
		return;
	sqlite3_finalize(s->begin);
	sqlite3_finalize(s->commit);
	sqlite3_finalize(s->rollback);
	for (size_t t = 0; t < RECORD_TABLE_N; t++) {
		sqlite3_finalize(s->put[t]);
		sqlite3_finalize(s->remove[t]);
	}
	int rc = sqlite3_close(s->db);
	assert(rc == SQLITE_OK); /* otherwise a statement is still open */
	(void)rc;
	free(s->path);
	free(s);
}

static struct lm_err *write_record(struct sqlite *s, const struct record *r)
{
	sqlite3_stmt *stmt = r->body != NULL ? s->put[r->table] : s->remove[r->table];
	int rc = r->table == RECORD_EVENT ? sqlite3_bind_int64(stmt, 1, store_event_number(r->key))
					  : sqlite3_bind_text(stmt, 1, r->key, -1, SQLITE_STATIC);

	if (rc == SQLITE_OK && r->body != NULL)
		rc = sqlite3_bind_text(stmt, 2, r->root, -1, SQLITE_STATIC);
	if (rc == SQLITE_OK && r->body != NULL)
		rc = sqlite3_bind_text(stmt, 3, r->body, -1, SQLITE_STATIC);
	struct lm_err *e = rc == SQLITE_OK ? run(s, stmt) : fail(s, rc);
	sqlite3_clear_bindings(stmt); /* the texts were only lent */
	return e;
}

/* SQLite may have rolled back already; what matters is that nothing stays half done. */
static void roll_back(struct sqlite *s)
{
	if (sqlite3_get_autocommit(s->db))
		return;
	sqlite3_step(s->rollback);
	sqlite3_reset(s->rollback);
}

static struct lm_err *sqlite_commit(struct store *head, const struct record *records, size_t n)
{
	struct sqlite *s = (struct sqlite *)head;
	int64_t last_event = s->last_event;
	struct lm_err *e = store_check(records, n, &last_event);

	if (e != NULL || n == 0)
		return e;
	e = run(s, s->begin);
	for (size_t i = 0; i < n && e == NULL; i++)
		e = write_record(s, &records[i]);
	if (e == NULL)
		e = run(s, s->commit);
	if (e != NULL) {
		roll_back(s);
		return e;
	}
	s->last_event = last_event;
	return NULL;
}

/* The steps of a process are neighbours in the index of keys: the '+' keeps SQLite to that one. */
static void load_sql(const struct store_query *q, char *sql, size_t size)
{
	bool is_event = q->table == RECORD_EVENT;

	snprintf(sql, size, "SELECT %s, root, body FROM %s WHERE %s%s ORDER BY %s%s LIMIT ?2",
	    is_event ? "seq" : "key", record_table_text(q->table),
	    is_event             ? "seq > ?1"
	    : q->process != NULL ? "key > ?4 || '/' AND key < ?4 || '0'"
				 : "ord > ?1",
	    q->root != NULL ? " AND root = ?3" : "",
	    is_event             ? "seq"
	    : q->process != NULL ? "+ord"
				 : "ord",
	    q->newest_first ? " DESC" : "");
}

static struct lm_err *load_prepare(
    struct sqlite *s, const struct store_query *q, sqlite3_stmt **out)
{
	char sql[200];

	load_sql(q, sql, sizeof sql);
	struct lm_err *e = prepare(s, sql, out);
	if (e != NULL)
		return e;
	int rc = SQLITE_OK;
	if (q->process == NULL)
		rc = sqlite3_bind_int64(*out, 1, q->table == RECORD_EVENT ? q->after : INT64_MIN);
	else
		rc = sqlite3_bind_text(*out, 4, q->process, -1, SQLITE_STATIC);
	if (rc == SQLITE_OK)
		rc = sqlite3_bind_int64(*out, 2, q->limit == 0 ? -1 : (int64_t)q->limit);
	if (rc == SQLITE_OK && q->root != NULL)
		rc = sqlite3_bind_text(*out, 3, q->root, -1, SQLITE_STATIC);
	return rc == SQLITE_OK ? NULL : fail(s, rc);
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
		};
		if (r.key == NULL || r.root == NULL || r.body == NULL)
			e = fail(s, SQLITE_CORRUPT);
		else
			e = each(arg, &r);
	}
	if (e == NULL && rc != SQLITE_DONE)
		e = fail(s, rc);
	sqlite3_finalize(stmt);
	return e;
}

static struct lm_err *sqlite_trim(struct store *head, uint64_t keep)
{
	struct sqlite *s = (struct sqlite *)head;
	char sql[120];

	/* The oldest one that stays has keep - 1 younger ones; fewer events than that: none goes. */
	int64_t younger = keep == 0 ? 0 : keep > INT64_MAX ? INT64_MAX : (int64_t)keep - 1;
	snprintf(sql, sizeof sql,
	    "DELETE FROM event WHERE seq < "
	    "(SELECT seq FROM event ORDER BY seq DESC LIMIT 1 OFFSET %lld)",
	    (long long)younger);
	return run_sql(s, sql);
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

struct lm_err *store_sqlite_open(const char *path, struct store **out)
{
	struct sqlite *s = calloc(1, sizeof *s);

	if (s == NULL)
		abort();
	s->store.ops = &sqlite_ops;
	struct lm_err *e = file_make(path, &s->path);
	if (e == NULL)
		e = open_at(s);
	if (e != NULL) {
		sqlite_close(&s->store);
		return e;
	}
	*out = &s->store;
	return NULL;
}
