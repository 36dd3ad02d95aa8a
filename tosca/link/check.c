/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>
#include <stdlib.h>

#include "tosca/link/names.h"

/* Kept per descriptor; the rest is counted. */
enum { DIAGS_MAX = 1000 };

/* What is due, by level: a check can make due only what is made of the descriptor, further up. */
struct queue {
	LM_VEC(struct known *) levels;
	size_t n_taken; /* of ns->due */
};

static void queue_fill(struct queue *q, const struct names *ns)
{
	for (; q->n_taken < ns->due.n; q->n_taken++) {
		struct known *k = ns->due.v[q->n_taken];

		if (k->first == NULL)
			continue;
		while (q->levels.n <= k->level)
			LM_PUSH(NULL, &q->levels);
		k->next_due = q->levels.v[k->level];
		q->levels.v[k->level] = k;
	}
}

static void report_place(struct linker *l, const struct known *k)
{
	for (const struct loop *loop = k->loops; loop != NULL; loop = loop->next) {
		struct diag *d = diag_add(l->diags, CODE_COMPOSITION_CYCLE,
		    &l->d->components[loop->component].type.pos, "%s", loop->text);

		diag_help(l->diags, d, "refer to the other assembly under 'references' instead");
	}
	if (k->level > LINK_LEVELS_MAX)
		diag_add(l->diags, CODE_GRAPH_LIMIT, &l->d->pos,
		    "'%s' is %u levels deep, at most %d are allowed", l->d->name.full, k->level,
		    LINK_LEVELS_MAX);
}

/* Those that are made of it ask what its outputs wait for, unless they are made of each other. */
static void keep_waits(struct names *ns, struct known *k, struct waits *waits)
{
	bool same = waits_equal(k->waits, waits);

	waits_free(k->waits);
	k->waits = waits;
	for (const struct edge *e = same ? NULL : k->parents; e != NULL; e = e->next) {
		if (k->circle != 0 && e->parent->circle == k->circle)
			continue;
		assert(e->parent->level > k->level);
		names_due(ns, e->parent);
	}
}

static void check_one(struct names *ns, const struct catalog *catalog, struct known *k)
{
	LM_AUTO(lm_arena) scratch = lm_arena_new();
	struct linker l = {.catalog = catalog, .scratch = scratch, .d = k->first};
	bool was_wrong = k->diags != NULL;

	diags_free(k->diags);
	k->diags = NULL;
	if (ns->empty == NULL)
		ns->empty = diags_new(DIAGS_MAX);
	l.diags = ns->empty;
	ns->reader = k;
	ns->n_checks++;
	ns->reads.n = 0;
	report_place(&l, k);
	link_descriptor(&l);
	ns->reader = NULL;
	names_reads_keep(ns, k);
	keep_waits(ns, k, l.waits);
	k->first->check = k->first->broken || diags_errors(l.diags) > 0 ? CHECK_BAD : CHECK_GOOD;
	if (diags_errors(l.diags) + diags_warnings(l.diags) > 0) {
		k->diags = l.diags;
		ns->empty = NULL;
	}
	if (was_wrong || k->diags != NULL)
		names_changed(ns, k);
}

/* Each name once, though it may be in both lists. */
static void sweep(struct names *ns)
{
	for (size_t i = 0; i < ns->moved.n; i++) {
		ns->moved.v[i]->moved = false;
		if (!ns->moved.v[i]->due)
			names_sweep(ns, ns->moved.v[i]);
	}
	for (size_t i = 0; i < ns->due.n; i++) {
		ns->due.v[i]->due = false;
		names_sweep(ns, ns->due.v[i]);
	}
	ns->moved.n = 0;
	ns->due.n = 0;
}

void names_check(struct names *ns, const struct catalog *catalog)
{
	struct queue q = {0};

	names_order(ns);
	queue_fill(&q, ns);
	for (size_t level = 0; level < q.levels.n; level++) {
		while (q.levels.v[level] != NULL) {
			struct known *k = q.levels.v[level];

			q.levels.v[level] = k->next_due;
			check_one(ns, catalog, k);
			queue_fill(&q, ns);
		}
	}
	lm_vec_free(&q.levels);
	sweep(ns);
}
