/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "base/heap.h"
#include "lm/core/engine_priv.h"
#include "lm/core/view/kin.h"

/* What is wanted: quantities of clusters, specs, and the trees compiled from them. */

/* ---- membership ------------------------------------------------------------------------------ */

static int *indices_dup(const int *indices, size_t n)
{
	int *copy = lm_alloc_n(n + 1, sizeof *copy);

	if (n > 0)
		memcpy(copy, indices, n * sizeof *copy);
	return copy;
}

struct members *membership_add(
    struct membership *m, const char *cluster, const int *indices, size_t n)
{
	struct members *c = LM_PUSH(NULL, &m->of);

	*c = (struct members){
	    .cluster = lm_strdup(cluster), .indices = indices_dup(indices, n), .n = n};
	return c;
}

void members_set_spares(struct members *m, const int *indices, size_t n)
{
	int *spares = indices_dup(indices, n);

	free(m->spares);
	m->spares = spares;
	m->n_spares = n;
}

void membership_fini(struct membership *m)
{
	for (size_t i = 0; i < m->of.n; i++) {
		free(m->of.v[i].cluster);
		free(m->of.v[i].indices);
		free(m->of.v[i].spares);
	}
	lm_vec_free(&m->of);
}

static const int *indices_of(const struct graph *g, const int *nodes, size_t n, struct lm_arena *a)
{
	int *indices = LM_NEW_N(a, int, n + 1);

	for (size_t i = 0; i < n; i++)
		indices[i] = g->nodes[nodes[i]].index;
	return indices;
}

void membership_from_graph(struct membership *to, const struct graph *g)
{
	LM_AUTO(lm_arena) a = lm_arena_new();

	for (size_t i = 0; i < g->n_clusters; i++) {
		const struct graph_cluster *c = &g->clusters[i];
		struct members *m = membership_add(
		    to, c->name, indices_of(g, c->members, c->n_members, a), c->n_members);

		members_set_spares(
		    m, indices_of(g, c->spare_members, c->n_spare_members, a), c->n_spare_members);
	}
}

void membership_copy(struct membership *to, const struct membership *from)
{
	for (size_t i = 0; i < from->of.n; i++) {
		const struct members *m = &from->of.v[i];

		members_set_spares(
		    membership_add(to, m->cluster, m->indices, m->n), m->spares, m->n_spares);
	}
}

struct members *membership_find(const struct membership *m, const char *cluster)
{
	for (size_t i = 0; i < m->of.n; i++)
		if (strcmp(m->of.v[i].cluster, cluster) == 0)
			return &m->of.v[i];
	return NULL;
}

size_t membership_view(const struct membership *m, struct lm_arena *a, struct graph_members **out)
{
	*out = LM_NEW_N(a, struct graph_members, m->of.n + 1);
	for (size_t i = 0; i < m->of.n; i++)
		(*out)[i] = (struct graph_members){.cluster = m->of.v[i].cluster,
		    .indices = m->of.v[i].indices,
		    .n = m->of.v[i].n,
		    .spares = m->of.v[i].spares,
		    .n_spares = m->of.v[i].n_spares};
	return m->of.n;
}

/* ---- specs ------------------------------------------------------------------------------------- */

void spec_copy(struct spec *to, const struct spec *from)
{
	*to = (struct spec){.descriptor = lm_strdup(from->descriptor), .target = from->target};
	for (size_t i = 0; i < from->properties.n; i++)
		lm_kvs_set(
		    &to->properties, from->properties.v[i].name, from->properties.v[i].value);
	membership_copy(&to->members, &from->members);
	spec_set_edition(to, from->edition);
}

void spec_set_edition(struct spec *s, struct edition *ed)
{
	if (ed != NULL)
		ed->users++;
	if (s->edition != NULL)
		s->edition->users--;
	s->edition = ed;
}

void spec_fini(struct spec *s)
{
	free(s->descriptor);
	lm_kvs_fini(&s->properties);
	membership_fini(&s->members);
	spec_set_edition(s, NULL);
	*s = (struct spec){0};
}

/* ---- trees ------------------------------------------------------------------------------------- */

struct tree *tree_new(struct spec *spec, struct graph *graph)
{
	struct tree *t = lm_alloc(sizeof *t);

	t->spec = *spec;
	*spec = (struct spec){0};
	t->graph = graph;
	return t;
}

void tree_free(struct tree *t)
{
	if (t == NULL)
		return;
	spec_fini(&t->spec);
	kin_free(t->kin);
	graph_free(t->graph);
	free(t);
}

void instance_want(struct instance *in, struct tree *t)
{
	if (t->number == 0)
		t->number = in->next_tree++;
	else if (t->number >= in->next_tree)
		in->next_tree = t->number + 1;
	*LM_PUSH(NULL, &in->trees) = t;
	in->tree = t;
}

struct tree *instance_find_tree(const struct instance *in, unsigned number)
{
	for (size_t i = in->trees.n; i-- > 0;)
		if (in->trees.v[i]->number == number)
			return in->trees.v[i];
	return NULL;
}

void instance_drop_trees(struct instance *in, const struct tree *keep)
{
	size_t kept = 0;

	for (size_t i = 0; i < in->trees.n; i++) {
		struct tree *t = in->trees.v[i];

		if (t->users > 0 || t == in->tree || t == keep)
			in->trees.v[kept++] = t;
		else
			tree_free(t);
	}
	in->trees.n = kept;
	instance_forget_names(in);
}

void instance_forget_names(const struct instance *in)
{
	for (size_t i = 0; i < in->trees.n; i++)
		graph_forget_names(in->trees.v[i]->graph);
}

void component_move(struct component *c, struct tree *t, int node)
{
	if (c->tree != NULL)
		c->tree->users--;
	if (t != NULL)
		t->users++;
	c->tree = t;
	c->node = node;
}

void link_move(struct link *l, struct tree *t, int index)
{
	if (l->tree != NULL)
		l->tree->users--;
	if (t != NULL)
		t->users++;
	l->tree = t;
	l->index = index;
}
