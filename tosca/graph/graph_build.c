/* SPDX-License-Identifier: Apache-2.0 */
#include "tosca/graph/graph_build.h"

#include <stdlib.h>

/* ---- before -------------------------------------------------------------------------------- */

static const struct descriptor *find_root(
    const struct catalog *c, const struct graph_request *request, struct diags *diags)
{
	LM_AUTO(lm_arena) scratch = lm_arena_new();
	const struct descriptor *d = catalog_find(c, request->descriptor);

	if (d != NULL && (d->name.kind == NAME_ASSEMBLY || request->takes_resource))
		return d;
	if (d != NULL) {
		diag_add(diags, CODE_NOT_ASSEMBLY, NULL,
		    "'%s' is a resource: only an assembly can be instantiated", d->name.full);
		return NULL;
	}
	struct diag *g = diag_add(
	    diags, CODE_UNKNOWN_ROOT, NULL, "there is no assembly '%s'", request->descriptor);
	link_suggest_descriptor(c, scratch, diags, g, request->descriptor);
	return NULL;
}

struct closure {
	const struct descriptor **v;
	size_t n, cap;
};

/* The descriptor and all that it is made of, each once. */
static void collect(
    const struct catalog *c, const struct descriptor *root, struct lm_arena *a, struct closure *out)
{
	bool *seen = lm_arena_alloc(a, catalog_index_end(c));

	*LM_PUSH(a, out) = root;
	seen[root->index] = true;
	for (size_t i = 0; i < out->n; i++) {
		const struct descriptor *d = out->v[i];

		for (size_t k = 0; k < d->n_components; k++) {
			const struct descriptor *child = catalog_get(c, d->components[k].canonical);

			if (child == NULL || seen[child->index])
				continue;
			seen[child->index] = true;
			*LM_PUSH(a, out) = child;
		}
	}
}

/* What nobody has checked is checked now, and what is wrong with it is news. */
static void check_closure(
    const struct catalog *c, const struct closure *closure, struct diags *diags)
{
	LM_VEC(const struct descriptor *) unchecked = {0};

	for (size_t i = 0; i < closure->n; i++)
		if (closure->v[i]->check == CHECK_NOT_YET)
			*LM_PUSH(NULL, &unchecked) = closure->v[i];
	if (unchecked.n > 0)
		catalog_refresh(c);
	for (size_t i = 0; i < unchecked.n; i++) {
		const struct diags *found = catalog_diags(c, unchecked.v[i]);

		if (found != NULL)
			diags_borrow(diags, found);
	}
	lm_vec_free(&unchecked);
}

/* True when the root and all it is made of are without errors. */
static bool is_good(const struct catalog *c, const struct descriptor *root, struct diags *diags)
{
	LM_AUTO(lm_arena) scratch = lm_arena_new();
	struct closure closure = {0};
	size_t errors = diags_errors(diags);

	collect(c, root, scratch, &closure);
	check_closure(c, &closure, diags);
	for (size_t i = 0; i < closure.n; i++) {
		const struct descriptor *d = closure.v[i];

		if (!d->broken && d->check != CHECK_BAD)
			continue;
		struct diag *g = diag_add(diags, CODE_BAD_DESCRIPTOR, &d->pos,
		    "'%s' has errors and cannot be used", d->name.full);
		diag_help(diags, g, "check the descriptor");
	}
	return diags_errors(diags) == errors;
}

static bool check_instance(const struct graph_request *request, struct diags *diags)
{
	const char *flaw = name_instance_flaw(request->instance);

	if (flaw != NULL)
		diag_add(diags, CODE_INSTANCE_NAME, NULL,
		    "'%s' cannot be the name of an instance: %s", request->instance, flaw);
	return flaw == NULL;
}

/* ---- after --------------------------------------------------------------------------------- */

/* The graph adopts the array, without what was kept free behind it. */
#define ADOPT(b, plural)                                                                         \
	do {                                                                                     \
		(b)->g->plural = (b)->plural.v;                                                  \
		(b)->g->n_##plural = (b)->plural.n;                                              \
		if ((b)->plural.n < (b)->plural.cap)                                             \
			(b)->g->plural =                                                         \
			    realloc((b)->plural.v, ((b)->plural.n + 1) * sizeof *(b)->plural.v); \
	} while (0)

static void finish(struct builder *b)
{
	ADOPT(b, nodes);
	ADOPT(b, clusters);
	ADOPT(b, references);
	ADOPT(b, relationships);
	ADOPT(b, metrics);
	ADOPT(b, heals);
	ADOPT(b, scales);
	ADOPT(b, deps);
}

static void builder_init(struct builder *b, const struct catalog *c,
    const struct graph_request *request, struct diags *diags)
{
	struct lm_arena *arena = lm_arena_new();

	*b = (struct builder){.catalog = c, .request = request, .diags = diags, .arena = arena};
	b->scratch = lm_arena_new();
	b->g = LM_NEW(arena, struct graph);
	b->g->arena = arena;
	b->g->names = LM_NEW(arena, struct graph_names);
	b->texts = lm_map_new();
	b->members = lm_map_new();
	b->templates = LM_NEW_N(b->scratch, struct template *, catalog_index_end(c));
	for (size_t i = 0; i < request->n_members; i++)
		lm_map_put(b->members, request->members[i].cluster,
		    (void *)(uintptr_t)&request->members[i]);
}

static void builder_fini(struct builder *b)
{
	lm_vec_free(&b->infos);
	lm_vec_free(&b->called);
	lm_map_free(b->texts);
	lm_map_free(b->members);
	lm_arena_free(b->scratch);
}

struct graph *graph_build(
    const struct catalog *c, const struct graph_request *request, struct diags *diags)
{
	const struct descriptor *root = find_root(c, request, diags);
	bool named = check_instance(request, diags);
	struct builder b;

	if (root == NULL || !is_good(c, root, diags) || !named)
		return NULL;
	builder_init(&b, c, request, diags);
	bool good = expand_root(&b, template_get(&b, root)) && stamp_nodes(&b) &&
		    relate_nodes(&b) && depend_nodes(&b);
	finish(&b);
	builder_fini(&b);
	if (!good) {
		graph_free(b.g);
		return NULL;
	}
	return b.g;
}
