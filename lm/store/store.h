/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_STORE_STORE_H
#define LM_STORE_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/err.h"
#include "lm/core/record.h"

/*
 * The journal: keeps records, gives them back after a restart.
 *
 * commit() is one transaction: it returns when all records of the call are durable, or with an
 * error when none of them counts.  After an error of the disk the caller must stop: what the disk
 * has kept of that commit, all or nothing, is known when the journal is opened again.
 * load() gives the present records of a table in the order in which their keys
 * were first written (EVENT: by sequence number).
 */
struct store;

/* 'body' is borrowed for the call.  An error stops the walk and is returned by it. */
typedef struct lm_err *store_each_fn(void *arg, const struct record *);

struct store_query {
	enum record_table table;
	const char *root;    /* NULL: all */
	const char *process; /* STEP only: of this process alone; NULL: all */
	int64_t after;       /* EVENT only: sequence numbers above this; otherwise 0 */
	unsigned limit;      /* 0: all */
	bool newest_first;   /* not for EVENT */
};

struct store_ops {
	const char *name;
	void (*close)(struct store *); /* NULL is fine */
	struct lm_err *(*commit)(struct store *, const struct record *, size_t n)LM_MUST_USE;
	struct lm_err *(*load)(
	    struct store *, const struct store_query *, store_each_fn *, void *arg)LM_MUST_USE;
	/*
	 * Forgets the oldest events beyond this number; one always stays, so that numbers are not
	 * given twice.  Present state is not trimmed: the engine removes what it no longer needs.
	 */
	struct lm_err *(*trim)(struct store *, uint64_t keep_events)LM_MUST_USE;
	/* The highest sequence number ever committed; 0: none. */
	int64_t (*last_event)(const struct store *);
};

/* The common head of every store: call s->ops->commit(s, ...). */
struct store {
	const struct store_ops *ops;
};

/*
 * 'path': a file, made with mode 0600 if missing; its folder must exist.  SQLite, WAL,
 * synchronous=FULL.  One process at a time: it is held until closed.  UNAVAILABLE: another process
 * has it; INVALID: it is no journal, or one of a later version; IO: the disk, or damage.
 */
struct lm_err *store_sqlite_open(const char *path, struct store **out) LM_MUST_USE;
/* For tests: holds everything in memory and can be told to fail. */
struct store *store_memory_new(void);
/* The commit after the next 'n' ones fails, and all that follow; -1: never. */
void store_memory_fail_after(struct store *, int n);

#endif
