/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/vec.h"
#include "lm/store/check.h"
#include "lm/store/store.h"

struct row {
	char *key, *root, *body;
};

struct memory {
	struct store store;
	struct lm_map
	    *tables[RECORD_EVENT];   /* struct row by key, owned; in order of first writing */
	LM_VEC(struct row *) events; /* by number */
	int64_t last_event;
	int commits_left; /* until the disk fails; -1: it never does */
};

static char *dup_text(const char *text)
{
	char *s = strdup(text);

	if (s == NULL)
		abort();
	return s;
}

static struct row *row_new(const struct record *r)
{
	struct row *row = malloc(sizeof *row);

	if (row == NULL)
		abort();
	*row = (struct row){dup_text(r->key), dup_text(r->root), dup_text(r->body)};
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

static void apply(struct memory *m, const struct record *r)
{
	if (r->table == RECORD_EVENT) {
		*LM_PUSH(NULL, &m->events) = row_new(r);
	} else if (r->body == NULL) {
		row_free(lm_map_remove(m->tables[r->table], r->key));
	} else {
		struct row *row = row_new(r);

		row_free(lm_map_put(m->tables[r->table], row->key, row));
	}
}

static struct lm_err *memory_commit(struct store *s, const struct record *records, size_t n)
{
	struct memory *m = (struct memory *)s;

	if (m->commits_left == 0)
		return lm_err_new(LM_ERR_IO, "the journal in memory was told to fail");
	struct lm_err *e = store_check(records, n, &m->last_event);
	if (e != NULL)
		return e;
	if (m->commits_left > 0)
		m->commits_left--;
	for (size_t i = 0; i < n; i++)
		apply(m, &records[i]);
	return NULL;
}

static bool is_of_process(const char *key, const char *process)
{
	size_t n = strlen(process);

	return strncmp(key, process, n) == 0 && key[n] == '/';
}

static bool is_wanted(const struct store_query *q, const struct row *row)
{
	return (q->process == NULL || is_of_process(row->key, q->process)) &&
	       (q->root == NULL || strcmp(q->root, row->root) == 0) &&
	       (q->table != RECORD_EVENT || store_event_number(row->key) > q->after);
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
		if (is_wanted(q, row))
			*LM_PUSH(NULL, &rows) = row;
	size_t n = q->limit != 0 && q->limit < rows.n ? q->limit : rows.n;
	for (size_t i = 0; e == NULL && i < n; i++) {
		row = rows.v[q->newest_first ? rows.n - 1 - i : i];
		e = each(arg, &(struct record){q->table, row->key, row->root, row->body});
	}
	lm_vec_free(&rows);
	return e;
}

static struct lm_err *memory_trim(struct store *s, uint64_t keep)
{
	struct memory *m = (struct memory *)s;
	size_t stay = keep == 0 ? 1 : keep;

	if (stay >= m->events.n)
		return NULL;
	size_t go = m->events.n - stay;
	for (size_t i = 0; i < go; i++)
		row_free(m->events.v[i]);
	memmove(m->events.v, m->events.v + go, stay * sizeof(struct row *));
	m->events.n = stay;
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
	struct memory *m = calloc(1, sizeof *m);

	if (m == NULL)
		abort();
	m->store.ops = &memory_ops;
	m->commits_left = -1;
	for (size_t t = 0; t < RECORD_EVENT; t++)
		m->tables[t] = lm_map_new();
	return &m->store;
}

void store_memory_fail_after(struct store *s, int n)
{
	((struct memory *)s)->commits_left = n;
}
