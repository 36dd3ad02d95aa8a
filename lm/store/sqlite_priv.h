/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_STORE_SQLITE_PRIV_H
#define LM_STORE_SQLITE_PRIV_H

#include <sqlite3.h>

#include "base/map.h"
#include "lm/store/latest.h"
#include "lm/store/store.h"

/* What the files of the SQLite journal offer each other. */

enum { FORMAT = 3, APPLICATION_ID = 0x4c4d4a31 /* "LMJ1" */ };
enum { TEXT_MAX_SIZE = 16 * 1024 * 1024 }; /* of a key, root or body: many times what is needed */

struct sqlite {
	struct store store;
	sqlite3 *db;
	char *path;
	int lock; /* of PATH-lock; -1: none */
	sqlite3_stmt *begin, *commit, *rollback;
	sqlite3_stmt *put[RECORD_TABLE_N], *remove[RECORD_TABLE_N];
	sqlite3_stmt *process_number, *steps_remove;
	struct lm_map *processes; /* struct process_number by id: those written lately */
	struct latest latest;
	int64_t last_event, n_events;
	bool wrote; /* since history was last forgotten */
};

/* ---- sql.c ----------------------------------------------------------------------------------- */

/* What went wrong, for the operator. */
struct lm_err *sql_error(const struct sqlite *, int rc) LM_MUST_USE;
struct lm_err *sql_run(struct sqlite *, const char *sql) LM_MUST_USE;
struct lm_err *sql_prepare(struct sqlite *, const char *sql, sqlite3_stmt **out) LM_MUST_USE;
/* Runs a prepared statement that gives no rows, and makes it ready for the next time. */
struct lm_err *sql_step(struct sqlite *, sqlite3_stmt *) LM_MUST_USE;
/* The number in the first column of the first row. */
struct lm_err *sql_ask(struct sqlite *, const char *sql, int64_t *out) LM_MUST_USE;
/* SQLite may have rolled back already; what matters is that nothing stays half done. */
void sql_roll_back(struct sqlite *);

/* ---- sqlite_open.c, sqlite_format.c ----------------------------------------------------------- */

struct lm_err *sqlite_open_file(struct sqlite *, const struct store_sqlite_conf *) LM_MUST_USE;
/* Closes the file and lets go of the lock; not the statements. */
void sqlite_close_file(struct sqlite *);
/* Format and program of the file; 'out_format' 0: it is empty. */
struct lm_err *format_read(struct sqlite *, int64_t *out_format) LM_MUST_USE;
struct lm_err *format_make(struct sqlite *) LM_MUST_USE;
/* Brings an older file to today's format: a copy, then one transaction. */
struct lm_err *format_raise(struct sqlite *, int64_t from, bool no_copy) LM_MUST_USE;

#endif
