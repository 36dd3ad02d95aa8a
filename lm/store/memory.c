/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "base/heap.h"
#include "base/map.h"
#include "base/vec.h"
#include "lm/store/check.h"
#include "lm/store/store.h"

struct row {
	char *key, *root, *body;
	int64_t ended_ms;
};

struct memory {
	struct store store;
	struct lm_map
	    *tables[RECORD_EVENT];   /* struct row by key, owned; in order of first writing */
	LM_VEC(struct row *) events; /* by number */
	int64_t last_event;
	int commits_left; /* until the disk fails; -1: it never does */
	enum lm_err_kind failure;
};

static struct row *row_new(const struct record *r)
{
	struct row *row = lm_alloc_raw(sizeof *row);

	*row = (struct row){lm_strdup(r->key), lm_strdup(r->root), lm_strdup(r->body), r->ended_ms};
	return row;
}

static void row_free(struct row *row)
{
	if (row == NULL)
		return;
	free(row->key);
	free(row->root);
	free(row->body);
	free(row);
}

static void memory_close(struct store *s)
{
	struct memory *m = (struct memory *)s;
	struct row *row;

	if (m == NULL)
		return;
	for (size_t t = 0; t < RECORD_EVENT; t++) {
		for (size_t i = 0; (row = lm_map_next(m->tables[t], &i)) != NULL;)
			row_free(row);
		lm_map_free(m->tables[t]);
	}
	for (size_t i = 0; i < m->events.n; i++)
		row_free(m->events.v[i]);
	lm_vec_free(&m->events);
	free(m);
}

static const struct row *process_of(const struct memory *m, const char *step)
{
	char id[STORE_ID_MAX];

	return store_step_number(step, id) == 0 ? NULL : lm_map_find(m->tables[RECORD_PROCESS], id);
}

static void steps_remove(struct memory *m, const char *process)
{
	size_t n = strlen(process);
	struct row *row;

	for (size_t i = 0; (row = lm_map_next(m->tables[RECORD_STEP], &i)) != NULL;)
		if (strncmp(row->key, process, n) == 0 && strrchr(row->key, '/') == row->key + n)
			row_free(lm_map_remove(m->tables[RECORD_STEP], row->key));
}

static void apply(struct memory *m, const struct record *r)
{
	if (r->table == RECORD_EVENT) {
		*LM_PUSH(NULL, &m->events) = row_new(r);
	} else if (r->body == NULL) {
		if (r->table == RECORD_PROCESS)
			steps_remove(m, r->key);
		row_free(lm_map_remove(m->tables[r->table], r->key));
	} else {
		struct row *row = row_new(r);

		row_free(lm_map_put(m->tables[r->table], row->key, row));
	}
}

/* Before anything is touched: the processes that the commit itself brings or takes count. */
static struct lm_err *check_steps(const struct memory *m, const struct record *records, size_t n)
{
	LM_AUTO(lm_map) written = lm_map_new();
	char id[STORE_ID_MAX];

	for (size_t i = 0; i < n; i++) {
		const struct record *r = &records[i];

		if (r->table == RECORD_PROCESS)
			lm_map_put(written, r->key, (void *)r);
		if (r->table != RECORD_STEP || r->body == NULL)
			continue;
		store_step_number(r->key, id);
		const struct record *process = lm_map_find(written, id);
		if (process != NULL ? process->body == NULL
				    : lm_map_find(m->tables[RECORD_PROCESS], id) == NULL)
			return store_step_orphan(r);
	}
	return NULL;
}

static struct lm_err *memory_commit(struct store *s, const struct record *records, size_t n)
{
	struct memory *m = (struct memory *)s;

	if (m->commits_left == 0)
		return lm_err_new(m->failure, "the journal in memory was told to fail");
	int64_t last_event = m->last_event;
	struct lm_err *e = store_check(records, n, &last_event);
	if (e == NULL)
		e = check_steps(m, records, n);
	if (e != NULL)
		return e;
	m->last_event = last_event;
	if (m->commits_left > 0)
		m->commits_left--;
	for (size_t i = 0; i < n; i++)
		apply(m, &records[i]);
	return NULL;
}

static bool is_wanted(const struct memory *m, const struct store_query *q, const struct row *row)
{
	const struct row *process = q->table == RECORD_STEP      ? process_of(m, row->key)
				    : q->table == RECORD_PROCESS ? row
								 : NULL;

	if (q->root != NULL && strcmp(q->root, row->root) != 0)
		return false;
	if (process != NULL && q->unended && process->ended_ms > 0)
		return false;
	if (process != NULL && q->process != NULL && strcmp(q->process, process->key) != 0)
		return false;
	return q->table != RECORD_EVENT || store_event_number(row->key) > q->after;
}

static struct row *row_next(const struct memory *m, enum record_table table, size_t *cursor)
{
	if (table != RECORD_EVENT)
		return lm_map_next(m->tables[table], cursor);
	return *cursor < m->events.n ? m->events.v[(*cursor)++] : NULL;
}

static struct lm_err *memory_load(
    struct store *s, const struct store_query *q, store_each_fn *each, void *arg)
{
	const struct memory *m = (const struct memory *)s;
	LM_VEC(const struct row *) rows = {0};
	const struct row *row;
	struct lm_err *e = NULL;

	for (size_t i = 0; (row = row_next(m, q->table, &i)) != NULL;)
		if (is_wanted(m, q, row))
			*LM_PUSH(NULL, &rows) = row;
	size_t n = q->limit != 0 && q->limit < rows.n ? q->limit : rows.n;
	for (size_t i = 0; e == NULL && i < n; i++) {
		row = rows.v[q->newest_first ? rows.n - 1 - i : i];
		e = each(
		    arg, &(struct record){q->table, row->key, row->root, row->body, row->ended_ms});
	}
	lm_vec_free(&rows);
	return e;
}

static void trim_events(struct memory *m, uint64_t keep)
{
	size_t stay = keep == 0 ? 1 : keep;

	if (stay >= m->events.n)
		return;
	size_t go = m->events.n - stay;
	for (size_t i = 0; i < go; i++)
		row_free(m->events.v[i]);
	memmove(m->events.v, m->events.v + go, stay * sizeof(struct row *));
	m->events.n = stay;
}

/* The process that ended first, of those that have ended; NULL: none.  'out_n': how many have. */
static struct row *oldest_ended(const struct memory *m, size_t *out_n)
{
	struct row *row, *oldest = NULL;

	*out_n = 0;
	for (size_t i = 0; (row = lm_map_next(m->tables[RECORD_PROCESS], &i)) != NULL;) {
		if (row->ended_ms == 0)
			continue;
		++*out_n;
		if (oldest == NULL || row->ended_ms < oldest->ended_ms)
			oldest = row;
	}
	return oldest;
}

/* One process a time is portion enough for tests. */
static struct lm_err *memory_trim(struct store *s, const struct store_keep *keep, bool *out_more)
{
	struct memory *m = (struct memory *)s;
	size_t n = 0;

	trim_events(m, keep->events);
	const struct row *oldest = oldest_ended(m, &n);
	*out_more =
	    oldest != NULL && (n > keep->processes || oldest->ended_ms < keep->ended_after_ms);
	if (*out_more) {
		steps_remove(m, oldest->key);
		row_free(lm_map_remove(m->tables[RECORD_PROCESS], oldest->key));
	}
	return NULL;
}

static int64_t memory_last_event(const struct store *s)
{
	return ((const struct memory *)s)->last_event;
}

static const struct store_ops memory_ops = {
    .name = "memory",
    .close = memory_close,
    .commit = memory_commit,
    .load = memory_load,
    .trim = memory_trim,
    .last_event = memory_last_event,
};

struct store *store_memory_new(void)
{
	struct memory *m = lm_alloc(sizeof *m);

	m->store.ops = &memory_ops;
	m->commits_left = -1;
	m->failure = LM_ERR_IO;
	for (size_t t = 0; t < RECORD_EVENT; t++)
		m->tables[t] = lm_map_new();
	return &m->store;
}

void store_memory_fail_after(struct store *s, int n)
{
	((struct memory *)s)->commits_left = n;
}

void store_memory_fail_as(struct store *s, enum lm_err_kind kind)
{
	((struct memory *)s)->failure = kind;
}
