/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lm/store/sqlite_priv.h"

enum { FINDINGS_MAX = 100 };

struct examination {
	struct sqlite file;
	store_finding_fn *tell;
	void *arg;
	struct store_examined *out;
};

/* Each gives one line of text a row; SQLite's own check says "ok" when it has found nothing. */
static const char *const damage_sql = "PRAGMA integrity_check(100)";
static const char *const findings_sql[] = {
    "SELECT 'component/' || key || ': its assembly ''' || root || ''' is missing' FROM component "
    "WHERE root NOT IN (SELECT root FROM assembly)",
    "SELECT 'relationship/' || key || ': its assembly ''' || root || ''' is missing' "
    "FROM relationship WHERE root NOT IN (SELECT root FROM assembly)",
    "SELECT 'process/' || key || ': it has not ended, and its assembly ''' || root || ''' is "
    "missing' FROM process WHERE ended_ms = 0 AND root NOT IN (SELECT root FROM assembly)",
    "SELECT 'process ' || process || ': ' || count(*) || ' steps of a process that is missing' "
    "FROM step WHERE process NOT IN (SELECT ord FROM process) GROUP BY process",
    "SELECT 'assembly/' || key || ': it cannot be read' FROM assembly WHERE NOT json_valid(body)",
    "SELECT 'component/' || key || ': it cannot be read' FROM component "
    "WHERE NOT json_valid(body)",
    "SELECT 'relationship/' || key || ': it cannot be read' FROM relationship "
    "WHERE NOT json_valid(body)",
    "SELECT 'process/' || key || ': it cannot be read' FROM process WHERE NOT json_valid(body)",
    "SELECT 'step ' || process || '/' || number || ': it cannot be read' FROM step "
    "WHERE NOT json_valid(body)",
    "SELECT 'event/' || seq || ': it cannot be read' FROM event WHERE NOT json_valid(body)",
};

static void found(struct examination *x, const char *text)
{
	if (x->out->n_findings++ < FINDINGS_MAX && x->tell != NULL)
		x->tell(x->arg, text);
}

static struct lm_err *look(struct examination *x, const char *sql)
{
	sqlite3_stmt *stmt = NULL;
	struct lm_err *e = sql_prepare(&x->file, sql, &stmt);
	int rc = SQLITE_DONE;

	while (e == NULL && (rc = sqlite3_step(stmt)) == SQLITE_ROW) {
		const char *text = (const char *)sqlite3_column_text(stmt, 0);

		if (text != NULL && strcmp(text, "ok") != 0)
			found(x, text);
	}
	if (e == NULL && rc != SQLITE_DONE)
		e = sql_error(&x->file, rc);
	sqlite3_finalize(stmt);
	return e;
}

static struct lm_err *count(struct examination *x)
{
	struct store_examined *out = x->out;
	struct lm_err *e = NULL;
	char sql[80];

	for (enum record_table t = 0; t <= RECORD_EVENT && e == NULL; t++) {
		if (t == RECORD_EDITION && out->format < 3)
			continue;
		snprintf(sql, sizeof sql, "SELECT count(*) FROM %s", record_table_text(t));
		e = sql_ask(&x->file, sql, &out->records[t]);
	}
	if (e == NULL)
		e = sql_ask(&x->file, "SELECT coalesce(max(seq), 0) FROM event", &out->last_event);
	if (e == NULL && out->format > 1)
		e = sql_ask(
		    &x->file, "SELECT count(*) FROM process WHERE ended_ms = 0", &out->unended);
	return e;
}

static struct lm_err *sizes(struct examination *x)
{
	int64_t page = 0, pages = 0, unused = 0;
	struct lm_err *e = sql_ask(&x->file, "PRAGMA page_size", &page);

	if (e == NULL)
		e = sql_ask(&x->file, "PRAGMA page_count", &pages);
	if (e == NULL)
		e = sql_ask(&x->file, "PRAGMA freelist_count", &unused);
	x->out->bytes = pages * page;
	x->out->free_bytes = unused * page;
	return e;
}

/* Damage ends the questions that stumble over it, and is then the answer. */
static struct lm_err *examine(struct examination *x)
{
	struct lm_err *e = format_read(&x->file, &x->out->format);

	if (e == NULL && x->out->format == 0)
		return lm_err_new(
		    LM_ERR_INVALID, "journal %s: it is empty, no lm has used it", x->file.path);
	if (e == NULL)
		e = sizes(x);
	if (e == NULL)
		e = look(x, damage_sql);
	if (e != NULL || x->out->n_findings > 0)
		return e;
	e = count(x);
	for (size_t i = 0; e == NULL && x->out->format > 1 && i < LM_COUNT(findings_sql); i++)
		e = look(x, findings_sql[i]);
	return e;
}

struct lm_err *store_sqlite_examine(
    const char *path, store_finding_fn *tell, void *arg, struct store_examined *out)
{
	struct examination x = {.tell = tell, .arg = arg, .out = out};

	*out = (struct store_examined){0};
	/* Absolute, so that no name has a meaning of its own to SQLite. */
	char *real = realpath(path, NULL);
	if (real == NULL)
		return lm_err_errno(errno, "journal %s", path);
	x.file.path = (char *)path;
	int rc = sqlite3_open_v2(real, &x.file.db, SQLITE_OPEN_READWRITE, NULL);
	struct lm_err *e = rc == SQLITE_OK ? NULL : sql_error(&x.file, rc);
	if (e == NULL)
		e = sql_run(&x.file, "PRAGMA query_only = 1; PRAGMA busy_timeout = 2000");
	if (e == NULL)
		e = examine(&x);
	sqlite3_close(x.file.db);
	free(real);
	return e;
}
