/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_CORE_DOCTOR_H
#define LM_CORE_DOCTOR_H

#include "base/vec.h"
#include "lm/core/engine.h"

/*
 * What the journal says against what drivers find outside, and the engine's books against
 * themselves.  Nothing changes, but by engine_lost().
 */
#define FINDING_KINDS(X)                                                                        \
	X(ORPHAN, "orphan")               /* outside, and no component stands for it */         \
	X(MISSING, "missing")             /* a component, and nothing of it is outside */       \
	X(PARTIAL, "partial")             /* a component of which only a part is outside */     \
	X(STUCK, "stuck")                 /* a process that nothing can carry on */             \
	X(CONTRADICTION, "contradiction") /* the engine's books do not agree with themselves */ \
	X(JOURNAL, "journal") /* the file, or a record in it, is not as it was written */

enum finding_kind {
#define X(name, text) FINDING_##name,
	FINDING_KINDS(X)
#undef X
};

const char *finding_kind_text(enum finding_kind);

struct finding {
	enum finding_kind kind;
	const char *subject;     /* name of the resource, id of the process, ... */
	const char *resource_id; /* NULL: it is not about a resource */
	const char *root;        /* name of the assembly instance; NULL: none */
	const char *location;    /* of an orphan: the driver that has it */
	const char *text;        /* what is wrong: one line, no full stop */
	const char *repair;      /* what repair does, or else an operator can do */
	bool repairable;
};

/* Texts live in the arena. */
struct examination {
	struct lm_arena *arena;
	LM_VEC(struct finding) findings; /* in the arena */
	size_t components;               /* that the journal knows */
	size_t things, resources;        /* that drivers have told, and whose they are */
	/*
	 * Whether drivers tell at all what they have at a location (NULL: the default one); where they
	 * do not, nothing is missing.  A NULL function: they do everywhere.
	 */
	bool (*lists)(void *arg, const char *location);
	void *arg;
};

/*
 * Adds what is found.  'things': everything that all drivers list, taken together with the engine
 * between two turns.  Whoever has a step in flight is not judged, nor is what a process is about to
 * mend.
 */
void engine_examine(
    const struct engine *, const struct driver_thing *things, size_t n, struct examination *);

/* Every broken invariant, a line each. */
typedef void violation_fn(void *arg, const char *subject, const char *text);
void engine_check(const struct engine *, violation_fn *, void *arg);

/*
 * Nobody can build on what is left of this resource: its component is Broken from now on, and a heal
 * installs it anew.  False: there is no such component, or it has nothing outside, or a process is
 * at work on its assembly.
 */
bool engine_lost(
    struct engine *, const char *resource_id, const char *why, int64_t now_ms, struct turn *);
/* Then, once for each root assembly that has lost something: that looks at the whole of it. */
void engine_lost_end(struct engine *, const char *root, int64_t now_ms, struct turn *);

/* {"healthy": ..., "components": ..., "findings": [{"code": ..., "subject": ...}]} */
void examination_print(const struct examination *, struct lm_buf *out);

#endif
