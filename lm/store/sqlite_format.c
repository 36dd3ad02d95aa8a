/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/heap.h"
#include "lm/store/sqlite_priv.h"

/*
 * The tables, and how they came to be what they are.
 *
 * 'ord' is the order in which the keys were first written; what is written together stands
 * together, so that a turn dirties few pages.  A step is known by the number of its process and its
 * own: an index of ten bytes an entry in place of two long texts.
 *
 * Format 1 had all tables of present state in one form, steps and processes too, and an index of
 * the roots of events, which cost more than it ever saved.  Up to format 2 there were no editions.
 */
static const char state_sql[] =
    "CREATE TABLE %s (ord INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, root TEXT NOT NULL, "
    "body TEXT NOT NULL)";
static const char process_sql[] =
    "CREATE TABLE process (ord INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, "
    "root TEXT NOT NULL, ended_ms INTEGER NOT NULL, body TEXT NOT NULL);"
    "CREATE INDEX process_ended ON process (ended_ms);"
    "CREATE TABLE step (process INTEGER NOT NULL, number INTEGER NOT NULL, body TEXT NOT NULL);"
    "CREATE UNIQUE INDEX step_number ON step (process, number)";
static const char event_sql[] =
    "CREATE TABLE event (seq INTEGER PRIMARY KEY, root TEXT NOT NULL, body TEXT NOT NULL)";

static const char from_1_sql[] =
    "INSERT INTO process (ord, key, root, ended_ms, body) SELECT ord, key, root, "
    "  coalesce(CASE WHEN json_valid(body) THEN json_extract(body, '$.endedAt') END, 0), body "
    "  FROM process_1;"
    "INSERT INTO step (process, number, body) SELECT p.ord, "
    "  CAST(substr(s.key, instr(s.key, '/') + 1) AS INTEGER), s.body "
    "  FROM step_1 s JOIN process_1 p ON p.key = substr(s.key, 1, instr(s.key, '/') - 1) "
    "  ORDER BY s.ord;"
    "DROP TABLE step_1; DROP TABLE process_1; DROP INDEX event_root";

int store_sqlite_format(void)
{
	return FORMAT;
}

struct lm_err *format_read(struct sqlite *s, int64_t *out_format)
{
	int64_t tables = 0, id = 0, format = 0;
	struct lm_err *e = sql_ask(s, "SELECT count(*) FROM sqlite_schema", &tables);

	if (e == NULL)
		e = sql_ask(s, "PRAGMA application_id", &id);
	if (e == NULL)
		e = sql_ask(s, "PRAGMA user_version", &format);
	if (e != NULL)
		return e;
	*out_format = tables == 0 ? 0 : format;
	if (tables == 0)
		return NULL;
	if (id != APPLICATION_ID)
		return lm_err_new(LM_ERR_INVALID,
		    "journal %s: this database belongs to another program; name another file",
		    s->path);
	if (format < 1 || format > FORMAT)
		return lm_err_new(LM_ERR_INVALID,
		    "journal %s: it has format %" PRId64
		    ", and this lm knows formats 1 to %d; use the lm that wrote it, or move the "
		    "file away to begin anew",
		    s->path, format, FORMAT);
	return NULL;
}

static struct lm_err *format_sign(struct sqlite *s)
{
	char sql[120];

	snprintf(sql, sizeof sql, "PRAGMA application_id = %d; PRAGMA user_version = %d",
	    APPLICATION_ID, FORMAT);
	return sql_run(s, sql);
}

static struct lm_err *state_table_make(struct sqlite *s, enum record_table t)
{
	char sql[200];

	snprintf(sql, sizeof sql, state_sql, record_table_text(t));
	return sql_run(s, sql);
}

static struct lm_err *tables_make(struct sqlite *s)
{
	struct lm_err *e = sql_run(s, process_sql);

	for (enum record_table t = 0; t < RECORD_PROCESS && e == NULL; t++)
		e = state_table_make(s, t);
	return e == NULL ? sql_run(s, event_sql) : e;
}

/* All of it or nothing. */
static struct lm_err *end(struct sqlite *s, struct lm_err *e)
{
	if (e == NULL)
		e = sql_run(s, "COMMIT");
	if (e != NULL && !sqlite3_get_autocommit(s->db))
		sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
	return e;
}

struct lm_err *format_make(struct sqlite *s)
{
	struct lm_err *e = sql_run(s, "BEGIN IMMEDIATE");

	if (e == NULL)
		e = tables_make(s);
	if (e == NULL)
		e = format_sign(s);
	return end(s, e);
}

/* ---- an older file ---------------------------------------------------------------------------- */

/* The copy, the write-ahead log that holds the new tables, and the file grown by them. */
static struct lm_err *room_check(const struct sqlite *s, int64_t from, bool no_copy)
{
	char *folder = lm_strdup(s->path);
	struct statvfs disk;
	struct stat file;

	int rc = statvfs(dirname(folder), &disk) == 0 ? stat(s->path, &file) : -1;
	free(folder);
	if (rc != 0)
		return lm_err_errno(errno, "journal %s", s->path);
	uint64_t room = (uint64_t)disk.f_bavail * disk.f_frsize;
	uint64_t need = (uint64_t)file.st_size * (no_copy ? 2 : 3) + (1 << 20);
	if (room >= need)
		return NULL;
	return lm_err_new(LM_ERR_IO,
	    "journal %s: it has format %" PRId64 ", and bringing it to format %d takes %" PRIu64
	    " MiB of room%s, of which there are %" PRIu64 "; make room and start again",
	    s->path, from, FORMAT, (need >> 20) + 1, no_copy ? "" : ", a copy included",
	    room >> 20);
}

static struct lm_err *copy_pages(struct sqlite *s, const char *path)
{
	struct sqlite copy = {.path = (char *)path};
	int rc = sqlite3_open_v2(path, &copy.db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
	struct lm_err *e = rc == SQLITE_OK ? NULL : sql_error(&copy, rc);

	if (e == NULL) {
		sqlite3_backup *b = sqlite3_backup_init(copy.db, "main", s->db, "main");

		if (b != NULL) {
			sqlite3_backup_step(b, -1);
			sqlite3_backup_finish(b);
		}
		rc = sqlite3_errcode(copy.db);
		if (rc != SQLITE_OK)
			e = sql_error(&copy, rc);
	}
	sqlite3_close(copy.db);
	return e;
}

/* A name that is on the disk after a loss of power: the folder is synced as well. */
static struct lm_err *name_keep(const char *from, const char *to)
{
	char *folder = lm_strdup(to);

	int rc = rename(from, to);
	int fd = rc == 0 ? open(dirname(folder), O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	if (fd >= 0)
		rc = fsync(fd);
	int saved = errno;
	if (fd >= 0)
		close(fd);
	free(folder);
	return rc == 0 && fd >= 0 ? NULL : lm_err_errno(saved, "cannot keep %s", to);
}

/* Under another name until it is whole: a file PATH.v1 can be relied upon. */
static struct lm_err *copy_make(struct sqlite *s, int64_t from)
{
	char *whole = lm_strprintf("%s.v%" PRId64, s->path, from);
	char *part = lm_strprintf("%s.part", whole);

	unlink(part);
	int fd = open(part, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	struct lm_err *e = fd >= 0 ? NULL : lm_err_errno(errno, "cannot make %s", part);
	if (fd >= 0)
		close(fd);
	if (e == NULL)
		e = copy_pages(s, part);
	if (e == NULL)
		e = name_keep(part, whole);
	if (e != NULL)
		unlink(part);
	free(whole);
	free(part);
	return e;
}

static struct lm_err *raise_1(struct sqlite *s)
{
	struct lm_err *e = sql_run(
	    s, "ALTER TABLE process RENAME TO process_1; ALTER TABLE step RENAME TO step_1");

	if (e == NULL)
		e = sql_run(s, process_sql);
	return e == NULL ? sql_run(s, from_1_sql) : e;
}

static struct lm_err *raise_2(struct sqlite *s)
{
	return state_table_make(s, RECORD_EDITION);
}

struct lm_err *format_raise(struct sqlite *s, int64_t from, bool no_copy)
{
	static struct lm_err *(*const raise[FORMAT])(struct sqlite *) = {
	    [1] = raise_1, [2] = raise_2};
	struct lm_err *e = room_check(s, from, no_copy);

	if (e == NULL && !no_copy)
		e = copy_make(s, from);
	if (e == NULL)
		e = sql_run(s, "BEGIN IMMEDIATE");
	for (int64_t format = from; format < FORMAT && e == NULL; format++)
		e = raise[format](s);
	if (e == NULL)
		e = format_sign(s);
	e = end(s, e);
	if (e != NULL)
		return lm_err_wrap(e, "the journal stays in format %" PRId64, from);
	/* The log has grown by all of it; readers may be in the way, then it shrinks later. */
	sqlite3_exec(s->db, "PRAGMA wal_checkpoint(TRUNCATE)", NULL, NULL, NULL);
	return NULL;
}
