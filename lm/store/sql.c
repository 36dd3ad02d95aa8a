/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/store/sqlite_priv.h"

#include <errno.h>

/* IO and UNAVAILABLE may pass; the other kinds stay as they are until somebody does something. */
static const struct {
	int code;
	enum lm_err_kind kind;
	const char *text;
} failures[] = {
    {SQLITE_BUSY, LM_ERR_UNAVAILABLE,
	"another process has it open; stop that one, or name another journal"},
    {SQLITE_FULL, LM_ERR_IO, "the disk is full; make room"},
    {SQLITE_NOTADB, LM_ERR_INVALID, "this file is no journal; name another, or move it away"},
    {SQLITE_CORRUPT, LM_ERR_INVALID,
	"the file is damaged; put a backup in its place, or move it away to begin anew"},
    {SQLITE_READONLY, LM_ERR_IO, "it cannot be written; look at its owner, mode and file system"},
    {SQLITE_CANTOPEN, LM_ERR_IO,
	"it cannot be opened; look at the owner and mode of the file and its folder"},
    {SQLITE_TOOBIG, LM_ERR_LIMIT, "a record is too large"},
};

/* A disk without room shows itself in many ways: the index of the write-ahead log is a file, too. */
static bool is_full(const struct sqlite *s, int rc)
{
	return rc == SQLITE_IOERR_SHMSIZE ||
	       ((rc & 0xff) == SQLITE_IOERR && sqlite3_system_errno(s->db) == ENOSPC);
}

struct lm_err *sql_error(const struct sqlite *s, int rc)
{
	int code = is_full(s, rc) ? SQLITE_FULL : rc & 0xff;

	for (size_t i = 0; i < LM_COUNT(failures); i++)
		if (failures[i].code == code)
			return lm_err_new(
			    failures[i].kind, "journal %s: %s", s->path, failures[i].text);
	return lm_err_new(LM_ERR_IO, "journal %s: %s (%d)", s->path, sqlite3_errmsg(s->db), rc);
}

struct lm_err *sql_run(struct sqlite *s, const char *sql)
{
	int rc = sqlite3_exec(s->db, sql, NULL, NULL, NULL);

	return rc == SQLITE_OK ? NULL : sql_error(s, rc);
}

struct lm_err *sql_prepare(struct sqlite *s, const char *sql, sqlite3_stmt **out)
{
	int rc = sqlite3_prepare_v3(s->db, sql, -1, SQLITE_PREPARE_PERSISTENT, out, NULL);

	return rc == SQLITE_OK ? NULL : sql_error(s, rc);
}

struct lm_err *sql_step(struct sqlite *s, sqlite3_stmt *stmt)
{
	int rc = sqlite3_step(stmt);
	struct lm_err *e = rc == SQLITE_DONE ? NULL : sql_error(s, rc);

	sqlite3_reset(stmt);
	return e;
}

struct lm_err *sql_ask(struct sqlite *s, const char *sql, int64_t *out)
{
	sqlite3_stmt *stmt = NULL;
	struct lm_err *e = sql_prepare(s, sql, &stmt);

	if (e != NULL)
		return e;
	int rc = sqlite3_step(stmt);
	if (rc == SQLITE_ROW)
		*out = sqlite3_column_int64(stmt, 0);
	else
		e = sql_error(s, rc);
	sqlite3_finalize(stmt);
	return e;
}

void sql_roll_back(struct sqlite *s)
{
	if (sqlite3_get_autocommit(s->db))
		return;
	sqlite3_step(s->rollback);
	sqlite3_reset(s->rollback);
}
