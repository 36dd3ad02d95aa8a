/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_TOSCA_LINK_WAITS_H
#define LM_TOSCA_LINK_WAITS_H

#include "base/vec.h"
#include "tosca/link/linker.h"

/* Between link_waits.c (values), link_order.c (relationships) and link_cycles.c (both). */

/*
 * Who waits for whom inside one assembly, as a graph.  Its vertices are the assembly's own
 * properties, and for each component: one vertex when it is a resource (nothing can be read from
 * it before all its inputs are there), one per property when it is an assembly.  Inside of an
 * assembly, an output waits for those inputs that its own 'waits' name.  A cycle can never come to
 * life.
 */
struct edges {
	uint32_t *v;
	size_t n, cap;
};

struct waiting {
	struct linker *l;
	struct lm_arena *arena;
	size_t n;           /* vertices */
	struct edges *from; /* from[v]: what v waits for */
	const char **names;
	const struct source_range **places;
	uint32_t *first;       /* per component: its first vertex */
	bool *gives;           /* per vertex: its value comes from a resource */
	size_t budget;         /* steps left before we give up */
	const char *last_type; /* canonical name of the component asked for last, by address */
	const struct descriptor *last_child;
};

/* The component's vertices are one: it is a resource, or unknown. */
bool waiting_is_hub(struct waiting *, const struct component *);
/* Adds a note for the place where 'v' reads 'to'. */
void waiting_note(struct waiting *, struct diag *, uint32_t v, uint32_t to);

/* Reports the cycles that go through relationships. */
void link_order(struct waiting *);

/*
 * Calls found() once for every set of vertices that all wait for each other, with a cycle as short
 * as any through the first of them: path[i] waits for path[i + 1], the last one for path[0].
 */
void cycles_find(const struct edges *from, size_t n, struct lm_arena *scratch,
    void (*found)(void *arg, const uint32_t *path, size_t n), void *arg);

#endif
