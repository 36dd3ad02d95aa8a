/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_CORE_RECORD_H
#define LM_CORE_RECORD_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/vec.h"
#include "lm/core/step.h"

/*
 * What must be durable before anything happens outside.  All tables but EVENT hold the present
 * state: a record replaces the one with the same key, a NULL body removes it.  EVENT is the
 * journal: append only, keyed by its sequence number.
 */
#define RECORD_TABLES(X)                                                       \
	X(EDITION, "edition")           /* key: of its texts */                \
	X(ASSEMBLY, "assembly")         /* key: id of the root */              \
	X(COMPONENT, "component")       /* key: id of the resource instance */ \
	X(RELATIONSHIP, "relationship") /* key: full name */                   \
	X(PROCESS, "process")           /* key: id */                          \
	X(STEP, "step")                 /* key: id: <process>/<number> */      \
	X(EVENT, "event")               /* key: sequence number, decimal */

enum record_table {
#define X(name, text) RECORD_##name,
	RECORD_TABLES(X)
#undef X
};
enum { RECORD_TABLE_N = RECORD_EVENT + 1 };

const char *record_table_text(enum record_table);

struct record {
	enum record_table table;
	const char *key;
	const char *root; /* name of the root assembly it belongs to */
	const char *body; /* one JSON object; NULL: remove (never for EVENT) */
	int64_t ended_ms; /* PROCESS: when it ended, for the bounds of history; 0: it has not */
};

/* A step that shall end early: it was asked of the driver of this location. */
struct step_cancel {
	const char *step, *location; /* location NULL: the default one */
};

/*
 * What one turn of the engine wants of the world: first commit 'records' in one transaction, then
 * ask 'steps' of the drivers, then cancel 'cancels'.  The texts live in the arena.
 */
struct turn {
	struct lm_arena *arena;
	LM_VEC(struct record) records;
	LM_VEC(struct step_request) steps;
	LM_VEC(struct step_cancel) cancels;
	struct lm_buf text; /* of the record that is being written */
};

void turn_init(struct turn *);
void turn_fini(struct turn *);
void turn_clear(struct turn *); /* after it was carried out: empty, ready for the next */

#endif
