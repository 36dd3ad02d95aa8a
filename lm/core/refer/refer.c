/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "base/heap.h"
#include "lm/core/engine_priv.h"

/*
 * Who refers to whom, kept as trees come and go: whether an assembly may be deleted, and whom its
 * values reach, is asked often, and there may be thousands of them.
 */
struct referred {
	char *name; /* of an instance, whether there is one or not */
	LM_VEC(struct instance *) by;
};

static struct referred *referred_of(struct engine *e, const char *name)
{
	struct referred *r = lm_map_find(e->referred, name);

	if (r != NULL)
		return r;
	r = lm_alloc(sizeof *r);
	r->name = lm_strdup(name);
	lm_map_put(e->referred, r->name, r);
	return r;
}

static void referred_free(struct referred *r)
{
	lm_vec_free(&r->by);
	free(r->name);
	free(r);
}

void referred_fini(struct engine *e)
{
	struct referred *r;

	for (size_t i = 0; (r = lm_map_next(e->referred, &i)) != NULL;)
		referred_free(r);
	lm_map_free(e->referred);
}

static bool refers_to(const struct instance *in, const char *name)
{
	for (size_t i = 0; i < in->refers.n; i++)
		if (strcmp(in->refers.v[i], name) == 0)
			return true;
	return false;
}

static void note_references(struct engine *e, struct instance *in, const struct graph *g)
{
	LM_AUTO(lm_arena) arena = lm_arena_new();
	struct facts f = {e, in, g, arena};

	for (size_t i = 0; i < g->n_references; i++) {
		const char *name = g->references[i].external ? NULL : reference_name(&f, (int)i);

		if (name == NULL || strcmp(name, in->name) == 0 || refers_to(in, name))
			continue;
		*LM_PUSH(NULL, &in->refers) = lm_strdup(name);
		*LM_PUSH(NULL, &referred_of(e, name)->by) = in;
	}
}

static void drop_referrer(struct engine *e, const char *name, const struct instance *in)
{
	struct referred *r = lm_map_find(e->referred, name);

	for (size_t i = 0; i < r->by.n; i++)
		if (r->by.v[i] == in) {
			r->by.n--;
			memmove(&r->by.v[i], &r->by.v[i + 1], (r->by.n - i) * sizeof r->by.v[0]);
			break;
		}
	if (r->by.n > 0)
		return;
	lm_map_remove(e->referred, name);
	referred_free(r);
}

void references_unbind(struct engine *e, struct instance *in)
{
	for (size_t i = 0; i < in->refers.n; i++) {
		drop_referrer(e, in->refers.v[i], in);
		free(in->refers.v[i]);
	}
	lm_vec_free(&in->refers);
}

void references_bind(struct engine *e, struct instance *in)
{
	references_unbind(e, in);
	for (size_t i = 0; i < in->trees.n; i++)
		note_references(e, in, in->trees.v[i]->graph);
}

size_t instance_referrers(
    const struct engine *e, const struct instance *in, struct instance *const **out)
{
	const struct referred *r = lm_map_find(e->referred, in->name);

	*out = r == NULL ? NULL : r->by.v;
	return r == NULL ? 0 : r->by.n;
}

const char *instance_referrer(const struct engine *e, const struct instance *in)
{
	struct instance *const *by;

	return instance_referrers(e, in, &by) == 0 ? NULL : by[0]->name;
}
