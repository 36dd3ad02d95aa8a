/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/heap.h"
#include "lm/store/sqlite_priv.h"

/*
 * Others may read while the manager writes, and now and then a reader holds a lock for a moment:
 * at the start there is time to wait for it, in a turn hardly.
 */
enum { OPEN_WAIT_MS = 2000, TURN_WAIT_MS = 20, LOG_PAGES = 1000 };

/*
 * SQLite would make the file with the mode of the umask; the journal holds properties, and those
 * may be secrets.  It gives its side files (-wal, -shm) the mode of this one.
 */
static struct lm_err *file_make(const char *path, int *out_fd)
{
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	bool is_new = fd >= 0;

	if (fd < 0 && errno == EEXIST)
		fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return lm_err_errno(errno, "journal %s", path);
	if (is_new && fchmod(fd, 0600) != 0) {
		int saved = errno;

		close(fd);
		return lm_err_errno(saved, "journal %s", path);
	}
	*out_fd = fd;
	return NULL;
}

static struct lm_err *file_check(const char *path, char **out_path)
{
	struct stat st;
	int fd = -1;
	struct lm_err *e = file_make(path, &fd);

	if (e != NULL)
		return e;
	int rc = fstat(fd, &st), saved = errno;
	close(fd); /* before SQLite opens it: closing later would let go of its locks */
	if (rc != 0)
		return lm_err_errno(saved, "journal %s", path);
	if (!S_ISREG(st.st_mode))
		return lm_err_new(LM_ERR_INVALID, "journal %s: this is not a regular file", path);
	/* Absolute, so that no name has a meaning of its own to SQLite (":memory:"). */
	*out_path = realpath(path, NULL);
	return *out_path != NULL ? NULL : lm_err_errno(errno, "journal %s", path);
}

/* Two managers on one journal would each undo what the other does; readers do not mind this lock. */
static struct lm_err *lock_take(struct sqlite *s)
{
	char *path = lm_strprintf("%s-lock", s->path);

	struct lm_err *e = file_make(path, &s->lock);
	free(path);
	if (e == NULL && flock(s->lock, LOCK_EX | LOCK_NB) != 0)
		e = sql_error(s, SQLITE_BUSY);
	return e;
}

static struct lm_err *wal_begin(struct sqlite *s)
{
	sqlite3_stmt *stmt = NULL;
	struct lm_err *e = sql_prepare(s, "PRAGMA journal_mode = WAL", &stmt);

	if (e != NULL)
		return e;
	int rc = sqlite3_step(stmt);
	const char *mode = rc == SQLITE_ROW ? (const char *)sqlite3_column_text(stmt, 0) : NULL;
	if (rc != SQLITE_ROW)
		e = sql_error(s, rc);
	else if (mode == NULL || strcmp(mode, "wal") != 0)
		e = lm_err_new(LM_ERR_IO,
		    "journal %s: this file system does not do write-ahead logs; use a local disk",
		    s->path);
	sqlite3_finalize(stmt);
	return e;
}

static struct lm_err *connect(struct sqlite *s)
{
	int rc =
	    sqlite3_open_v2(s->path, &s->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);

	if (rc != SQLITE_OK)
		return sql_error(s, rc);
	sqlite3_extended_result_codes(s->db, 1);
	sqlite3_limit(s->db, SQLITE_LIMIT_LENGTH, TEXT_MAX_SIZE);
	sqlite3_busy_timeout(s->db, OPEN_WAIT_MS);
	return NULL;
}

/* Moving 4 MiB of the write-ahead log into the file is a pause of some 5 ms, measured. */
static struct lm_err *tune(struct sqlite *s, unsigned log_pages)
{
	char sql[200];

	snprintf(sql, sizeof sql,
	    "PRAGMA synchronous = FULL; PRAGMA cache_size = -8192; PRAGMA wal_autocheckpoint = %u; "
	    "PRAGMA journal_size_limit = 16777216",
	    log_pages == 0 ? LOG_PAGES : log_pages);
	return sql_run(s, sql);
}

struct lm_err *sqlite_open_file(struct sqlite *s, const struct store_sqlite_conf *conf)
{
	int64_t format = 0;
	struct lm_err *e = file_check(conf->path, &s->path);

	if (e == NULL)
		e = lock_take(s);
	if (e == NULL)
		e = connect(s);
	/* Not a byte of a file that is not ours may change: looks before anything is written. */
	if (e == NULL)
		e = format_read(s, &format);
	if (e == NULL)
		e = tune(s, conf->log_pages);
	if (e == NULL)
		e = wal_begin(s);
	if (e == NULL && format == 0)
		e = format_make(s);
	else if (e == NULL && format < FORMAT)
		e = format_raise(s, format, conf->no_copy);
	if (e == NULL) /* whoever else wants to write is found now, not at the first commit */
		e = sql_run(s, "BEGIN IMMEDIATE; COMMIT");
	if (e == NULL)
		sqlite3_busy_timeout(s->db, TURN_WAIT_MS);
	return e;
}

void sqlite_close_file(struct sqlite *s)
{
	int rc = sqlite3_close(s->db);

	assert(rc == SQLITE_OK); /* otherwise a statement is still open */
	(void)rc;
	if (s->lock >= 0)
		close(s->lock);
	free(s->path);
}
