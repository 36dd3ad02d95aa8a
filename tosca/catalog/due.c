/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>

#include "tosca/catalog/names.h"
#include "tosca/text/codes.h"

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

/* What the catalog knows by itself: the cycles of composition, and how deep it is. */
static void report_place(struct diags *diags, const struct known *k)
{
	const struct descriptor *d = k->first;

	for (const struct loop *loop = k->loops; loop != NULL; loop = loop->next) {
		struct diag *g = diag_add(diags, CODE_COMPOSITION_CYCLE,
		    &d->components[loop->component].type.pos, "%s", loop->text);

		diag_help(diags, g, "refer to the other assembly under 'references' instead");
	}
	if (k->level > CATALOG_LEVELS_MAX)
		diag_add(diags, CODE_GRAPH_LIMIT, &d->pos,
		    "'%s' is %u levels deep, at most %d are allowed", d->name.full, k->level,
		    CATALOG_LEVELS_MAX);
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

static void check_one(
    struct names *ns, const struct catalog *catalog, struct known *k, descriptor_check_fn *check)
{
	struct diags *diags = ns->empty != NULL ? ns->empty : diags_new(DIAGS_MAX);
	bool was_wrong = k->diags != NULL;

	diags_free(k->diags);
	k->diags = NULL;
	ns->empty = diags;
	ns->reader = k;
	ns->n_checks++;
	ns->reads.n = 0;
	report_place(diags, k);
	struct waits *waits = check(catalog, k->first, diags);
	ns->reader = NULL;
	names_reads_keep(ns, k);
	keep_waits(ns, k, waits);
	k->first->check = k->first->broken || diags_errors(diags) > 0 ? CHECK_BAD : CHECK_GOOD;
	if (diags_errors(diags) + diags_warnings(diags) > 0) {
		k->diags = diags;
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

void names_check(struct names *ns, const struct catalog *catalog, descriptor_check_fn *check)
{
	struct queue q = {0};

	names_order(ns);
	queue_fill(&q, ns);
	for (size_t level = 0; level < q.levels.n; level++) {
		while (q.levels.v[level] != NULL) {
			struct known *k = q.levels.v[level];

			q.levels.v[level] = k->next_due;
			check_one(ns, catalog, k, check);
			queue_fill(&q, ns);
		}
	}
	lm_vec_free(&q.levels);
	sweep(ns);
}
