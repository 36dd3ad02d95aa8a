/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/core/plan/plan_priv.h"

/*
 * References to resources outside are found before anything else begins: when one of them leads
 * nowhere, nothing has been done yet.  Assemblies of this manager need no step, they are known.
 */

/* Nothing holds this step back but what may give way. */
static bool begins(const struct planner *b, size_t step)
{
	for (int l = b->links_of.v[step]; l >= 0; l = b->links.v[l].next)
		if (!b->links.v[l].soft)
			return false;
	return true;
}

static int add_find(struct planner *b, int index)
{
	const struct graph *g = b->want->graph;
	const struct graph_reference *r = &g->references[index];

	return plan_add(b, &(struct plan_step){
			       .kind = PLAN_FIND,
			       .subject = lm_arena_join(
				   b->arena, g->nodes[r->owner].name, "__", r->component, NULL),
			       .why = "it is referred to",
			       .graph = g,
			       .index = index,
			   });
}

/* A plan with a part of the tree alone in its scope finds nothing again. */
void plan_add_finds(struct planner *b)
{
	const struct graph *g = b->want == NULL ? NULL : b->want->graph;
	size_t n = b->steps.n;
	int find = -1, gate = -1;

	for (size_t i = 0; g != NULL && b->request->skip == NULL && i < g->n_references; i++) {
		if (!g->references[i].external)
			continue;
		if (find >= 0 && gate < 0) {
			gate = plan_add(b, &(struct plan_step){.kind = PLAN_GATE,
					       .subject = "all that is outside is found",
					       .index = -1,
					       .silent = true});
			plan_after(b, gate, find, PLAN_CAUSE_NONE);
		}
		find = add_find(b, (int)i);
		plan_after(b, gate, find, PLAN_CAUSE_NONE);
	}
	for (size_t i = 0; find >= 0 && i < n; i++)
		if (begins(b, i))
			plan_after(b, (int)i, gate >= 0 ? gate : find,
			    gate >= 0 ? PLAN_CAUSE_GATE : PLAN_CAUSE_FOUND);
}
