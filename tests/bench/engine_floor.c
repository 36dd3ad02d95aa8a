/* SPDX-License-Identifier: Apache-2.0 */
/*
 * engine_floor DIR ASSEMBLIES
 *
 * The least that the rows of DIR/tape (tests/bench/engine.c writes it) can cost in SQLite: the same
 * transactions, by prepared statements on a database with the schema and the settings of
 * DIR/journal.db, and nothing else.
 */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "base/map.h"
#include "lm/core/record.h"
#include "tests/lib/bench.h"

/* As lm/store/sqlite_open.c has them. */
static const char settings[] =
    "PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
    "PRAGMA cache_size = -8192; PRAGMA wal_autocheckpoint = 1000;"
    "PRAGMA journal_size_limit = 16777216";

static void die(const char *what)
{
	fprintf(stderr, "engine_floor: %s\n", what);
	exit(1);
}

static void must(sqlite3 *db, int rc)
{
	if (rc != SQLITE_OK && rc != SQLITE_DONE && rc != SQLITE_ROW)
		die(sqlite3_errmsg(db));
}

/* ---- the database ------------------------------------------------------------------------------- */

static void run_sql(sqlite3 *db, const char *sql)
{
	must(db, sqlite3_exec(db, sql, NULL, NULL, NULL));
}

static int run_row(void *db, int n, char **values, char **names)
{
	(void)n;
	(void)names;
	run_sql(db, values[0]);
	return 0;
}

static void copy_schema(sqlite3 *db, const char *journal)
{
	sqlite3 *from;

	must(NULL, sqlite3_open_v2(journal, &from, SQLITE_OPEN_READONLY, NULL));
	must(from, sqlite3_exec(from, "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL",
		       run_row, db, NULL));
	sqlite3_close(from);
}

struct floor {
	sqlite3 *db;
	sqlite3_stmt *begin, *commit, *put[RECORD_TABLE_N], *remove[RECORD_TABLE_N], *forget;
	struct lm_map *processes; /* their rows, by id: steps are kept under those */
};

static sqlite3_stmt *prepare(sqlite3 *db, const char *sql)
{
	sqlite3_stmt *s = NULL;

	must(db, sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, &s, NULL));
	return s;
}

static const char *const put_sql[] = {
    [RECORD_PROCESS] = "INSERT INTO process (key, root, body, ended_ms) VALUES (?1, ?2, ?3, 0) "
		       "ON CONFLICT (key) DO UPDATE SET body = excluded.body",
    [RECORD_STEP] = "INSERT INTO step (process, number, body) VALUES (?1, ?2, ?3) "
		    "ON CONFLICT (process, number) DO UPDATE SET body = excluded.body",
    [RECORD_EVENT] = "INSERT INTO event (seq, root, body) VALUES (?1, ?2, ?3)",
};

static void prepare_all(struct floor *f)
{
	char sql[200];

	f->processes = lm_map_new();
	f->begin = prepare(f->db, "BEGIN IMMEDIATE");
	f->commit = prepare(f->db, "COMMIT");
	f->forget = prepare(f->db, "DELETE FROM step WHERE process = ?1");
	for (enum record_table t = 0; t <= RECORD_EVENT; t++) {
		snprintf(sql, sizeof sql,
		    "INSERT INTO %s (key, root, body) VALUES (?1, ?2, ?3) ON CONFLICT (key) "
		    "DO UPDATE SET body = excluded.body",
		    record_table_text(t));
		f->put[t] = prepare(f->db, put_sql[t] != NULL ? put_sql[t] : sql);
		if (t == RECORD_STEP || t == RECORD_EVENT)
			continue;
		snprintf(sql, sizeof sql, "DELETE FROM %s WHERE key = ?1", record_table_text(t));
		f->remove[t] = prepare(f->db, sql);
	}
}

static void floor_close(struct floor *f)
{
	char *p;

	sqlite3_finalize(f->begin);
	sqlite3_finalize(f->commit);
	sqlite3_finalize(f->forget);
	for (size_t t = 0; t < RECORD_TABLE_N; t++) {
		sqlite3_finalize(f->put[t]);
		sqlite3_finalize(f->remove[t]);
	}
	for (size_t i = 0; (p = lm_map_next(f->processes, &i)) != NULL;)
		free(p);
	lm_map_free(f->processes);
	if (sqlite3_close(f->db) != SQLITE_OK)
		die("a statement is still open");
}

/* ---- the tape ------------------------------------------------------------------------------------- */

struct tape {
	const char *at, *end;
};

static struct tape tape_open(const char *path)
{
	FILE *f = fopen(path, "re");
	struct stat st;

	if (f == NULL || fstat(fileno(f), &st) != 0 || st.st_size == 0)
		die("there is no tape");
	char *p =
	    mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, fileno(f), 0);
	if (p == MAP_FAILED)
		die("the tape cannot be read");
	fclose(f);
	return (struct tape){p, p + st.st_size};
}

static uint32_t take_number(struct tape *t)
{
	uint32_t n;

	memcpy(&n, t->at, sizeof n);
	t->at += sizeof n;
	return n;
}

/* NULL, or a text and its size. */
static const char *take_text(struct tape *t, int *size)
{
	uint32_t n = take_number(t);

	if (n == UINT32_MAX)
		return NULL;
	const char *text = t->at;
	t->at += n + 1;
	*size = (int)n;
	return text;
}

struct row {
	uint32_t table;
	const char *key, *root, *body;
	int key_size, root_size, body_size;
};

static struct row take_row(struct tape *t)
{
	struct row r = {.table = take_number(t)};

	r.key = take_text(t, &r.key_size);
	r.root = take_text(t, &r.root_size);
	r.body = take_text(t, &r.body_size);
	return r;
}

static void run(const struct floor *f, sqlite3_stmt *s)
{
	must(f->db, sqlite3_step(s));
	sqlite3_reset(s);
}

/* A process and its row: the id stands in front, for the map. */
struct process {
	char id[60];
	int64_t row;
};

static struct process *process_of(struct floor *f, const char *key)
{
	char id[sizeof((struct process *)0)->id];

	snprintf(id, sizeof id, "%.*s", (int)strcspn(key, "/"), key);
	struct process *p = lm_map_find(f->processes, id);
	if (p != NULL)
		return p;
	p = calloc(1, sizeof *p);
	if (p == NULL)
		abort();
	snprintf(p->id, sizeof p->id, "%s", id);
	p->row = (int64_t)lm_map_count(f->processes) + 1;
	lm_map_put(f->processes, p->id, p);
	return p;
}

static void write_row(struct floor *f, const struct row *r)
{
	sqlite3_stmt *s = r->body == NULL ? f->remove[r->table] : f->put[r->table];

	if (r->table == RECORD_PROCESS && r->body == NULL) {
		sqlite3_bind_int64(f->forget, 1, process_of(f, r->key)->row);
		run(f, f->forget);
	}
	if (r->table == RECORD_EVENT) {
		sqlite3_bind_int64(s, 1, strtoll(r->key, NULL, 10));
	} else if (r->table == RECORD_STEP) {
		sqlite3_bind_int64(s, 1, process_of(f, r->key)->row);
		sqlite3_bind_int64(s, 2, strtoll(strchr(r->key, '/') + 1, NULL, 10));
	} else {
		sqlite3_bind_text(s, 1, r->key, r->key_size, SQLITE_STATIC);
	}
	if (r->body != NULL && r->table != RECORD_STEP)
		sqlite3_bind_text(s, 2, r->root, r->root_size, SQLITE_STATIC);
	if (r->body != NULL)
		sqlite3_bind_text(s, 3, r->body, r->body_size, SQLITE_STATIC);
	run(f, s);
}

static void play(struct floor *f, struct tape *t)
{
	while (t->at < t->end) {
		run(f, f->begin);
		for (uint32_t n = take_number(t); n > 0; n--) {
			struct row r = take_row(t);

			write_row(f, &r);
		}
		run(f, f->commit);
	}
}

int main(int argc, char **argv)
{
	char path[4200];
	struct floor floor = {0};

	if (argc < 2)
		die("usage: engine_floor DIR");
	snprintf(path, sizeof path, "%s/tape", argv[1]);
	struct tape tape = tape_open(path);
	snprintf(path, sizeof path, "%s/floor.db", argv[1]);
	remove(path);
	must(NULL,
	    sqlite3_open_v2(path, &floor.db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL));
	run_sql(floor.db, settings);
	snprintf(path, sizeof path, "%s/journal.db", argv[1]);
	copy_schema(floor.db, path);
	prepare_all(&floor);
	double wall = bench_wall_s(), cpu = bench_cpu_s();
	play(&floor, &tape);
	printf("{\"wall_s\": %f, \"cpu_s\": %f}\n", bench_wall_s() - wall, bench_cpu_s() - cpu);
	floor_close(&floor);
	return 0;
}
