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
 * error when none of them counts.  Whoever gets IO (full, broken) or UNAVAILABLE (somebody else has
 * locked it) may try the same records again later; when the process ends before that, it is known at
 * the next opening whether the disk has kept all of them or none.  Any other error stays.
 *
 * load() gives the present records of a table in the order in which their keys were first written;
 * EVENT: by sequence number; STEP: process by process, and by number, in which order they begin.
 *
 * A step belongs to its process: it cannot be written without one, and goes with it.
 */
struct store;

/* 'body' is borrowed for the call.  An error stops the walk and is returned by it. */
typedef struct lm_err *store_each_fn(void *arg, const struct record *);

struct store_query {
	enum record_table table;
	const char *root;    /* NULL: all */
	const char *process; /* PROCESS, STEP: id of this one, or whose steps; NULL: all */
	bool unended;        /* PROCESS and STEP only: of processes that have not ended */
	int64_t after;       /* EVENT only: sequence numbers above this; otherwise 0 */
	unsigned limit;      /* 0: all */
	bool newest_first;   /* not for EVENT */
};

/* What of the past stays.  Processes that have not ended always do. */
struct store_keep {
	uint64_t events;    /* the youngest ones; one always stays, so that no number comes twice */
	uint64_t processes; /* that have ended, the youngest ones */
	int64_t ended_after_ms; /* and those that ended before this do not stay, however few */
};

struct store_ops {
	const char *name;
	void (*close)(struct store *); /* NULL is fine */
	struct lm_err *(*commit)(struct store *, const struct record *, size_t n)LM_MUST_USE;
	struct lm_err *(*load)(
	    struct store *, const struct store_query *, store_each_fn *, void *arg)LM_MUST_USE;
	/*
	 * Forgets a portion of what does not stay, some hundred records in one transaction, which
	 * takes a few milliseconds.  'out_more': there is more to forget, call again when there is
	 * time.  Present state is not trimmed: the engine removes what it no longer needs.
	 */
	struct lm_err *(*trim)(
	    struct store *, const struct store_keep *, bool *out_more)LM_MUST_USE;
	/* The highest sequence number ever committed; 0: none. */
	int64_t (*last_event)(const struct store *);
};

/* The common head of every store: call s->ops->commit(s, ...). */
struct store {
	const struct store_ops *ops;
};

/* Only whoever may lose the journal of an older format goes without a copy. */
struct store_sqlite_conf {
	const char *path;   /* a file, made with mode 0600 if missing; its folder must exist */
	bool no_copy;       /* of a journal of an older format, before it is brought to today's */
	unsigned log_pages; /* of 4 KiB, before the log is moved into the file; 0: 1000 */
};

/*
 * SQLite, WAL, synchronous=FULL.  One process at a time may write: PATH-lock is held until closed;
 * others may read with any SQLite tool.  A journal of an older format is copied to PATH.v<format>
 * and then brought to today's in one transaction.
 *
 * UNAVAILABLE: another process has it; INVALID: it is no journal, damaged, or of a later format;
 * IO: the disk.
 */
struct lm_err *store_sqlite_open(const char *path, struct store **out) LM_MUST_USE;
struct lm_err *store_sqlite_open_with(const struct store_sqlite_conf *, struct store **out)
    LM_MUST_USE;

/* What there is to say about a journal, which may be in use. */
struct store_examined {
	int64_t format;            /* today's is store_sqlite_format() */
	int64_t bytes, free_bytes; /* of the file; of it without use */
	int64_t records[RECORD_TABLE_N];
	int64_t unended; /* processes */
	int64_t last_event;
	size_t n_findings;
};
/* One line of text each, borrowed for the call: "component/8c...: its assembly 'voice' is missing" */
typedef void store_finding_fn(void *arg, const char *text);

/*
 * Looks and changes nothing: damage, records that belong to nothing, bodies that nobody can read.
 * An error: it is no journal, or cannot be read at all.  At most 100 findings are told.
 */
struct lm_err *store_sqlite_examine(
    const char *path, store_finding_fn *, void *arg, struct store_examined *out) LM_MUST_USE;
int store_sqlite_format(void);

/* For tests: holds everything in memory and can be told to fail. */
struct store *store_memory_new(void);
/* The commit after the next 'n' ones fails, and all that follow; -1: never. */
void store_memory_fail_after(struct store *, int n);
/* IO at first. */
void store_memory_fail_as(struct store *, enum lm_err_kind);

#endif
