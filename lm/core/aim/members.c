/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "lm/core/engine_priv.h"

/* Who is in a cluster: growing, shrinking, and fitting quantities to another tree. */

/* Clusters inside of members of clusters ...: no service is that deep. */
enum { FIT_ROUNDS_MAX = 16 };

/* The index of the member of a cluster that a component stands in; 0: it stands elsewhere. */
static size_t index_in(const char *cluster, const char *component)
{
	size_t n = strlen(cluster);

	if (strncmp(component, cluster, n) != 0 || strncmp(component + n, "__", 2) != 0)
		return 0;
	return strtoul(component + n + 2, NULL, 10);
}

/* Who is being seen off still goes by its name. */
static void take_retired(
    const struct members *m, const struct instance *in, bool *taken, size_t max)
{
	const struct component *c;

	for (size_t i = 0; (c = lm_map_next(in->components, &i)) != NULL;) {
		size_t index = component_is_retired(c) ? index_in(m->cluster, c->name) : 0;

		if (index > 0 && index <= max)
			taken[index] = true;
	}
}

static int compare_indices(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

void members_grow(struct members *m, unsigned by, const struct instance *in)
{
	bool sees_off = in != NULL && in->aside.n > 0;
	size_t max = m->n + by + (sees_off ? lm_map_count(in->components) : 0);
	bool *taken = calloc(max + 1, sizeof *taken);

	m->indices = realloc(m->indices, (m->n + by + 1) * sizeof *m->indices);
	if (m->indices == NULL || taken == NULL)
		abort();
	for (size_t i = 0; i < m->n; i++)
		if ((size_t)m->indices[i] <= max)
			taken[m->indices[i]] = true;
	if (sees_off)
		take_retired(m, in, taken, max);
	for (size_t index = 1; by > 0 && index <= max; index++) {
		if (taken[index])
			continue;
		m->indices[m->n++] = (int)index;
		by--;
	}
	qsort(m->indices, m->n, sizeof *m->indices, compare_indices);
	free(taken);
}

/* Broken is on its way back. */
static bool is_in_service(enum component_state state, enum component_state target)
{
	if (target < COMPONENT_ACTIVE)
		return state != COMPONENT_FAILED;
	return state == COMPONENT_ACTIVE || state == COMPONENT_BROKEN;
}

unsigned members_in_service(
    const struct instance *in, const struct graph_cluster *c, const enum component_state *states)
{
	unsigned n = 0;

	for (size_t i = 0; i < c->n_members; i++)
		n += is_in_service(states[c->members[i]], in->tree->spec.target);
	return n;
}

/* By place in 'm': it is in the tree, and not well.  Both are in the order of their indices. */
static bool *who_is_ill(const struct members *m, const struct instance *in,
    const struct graph_cluster *c, struct lm_arena *a)
{
	const struct graph *g = in->tree->graph;
	const enum component_state *states = instance_states(in, g, a);
	bool *ill = LM_NEW_N(a, bool, m->n + 1);

	for (size_t k = 0, i = 0; k < m->n; k++) {
		while (i < c->n_members && g->nodes[c->members[i]].index < m->indices[k])
			i++;
		ill[k] = i < c->n_members && g->nodes[c->members[i]].index == m->indices[k] &&
			 states[c->members[i]] != COMPONENT_ACTIVE;
	}
	return ill;
}

void members_shrink(
    struct members *m, unsigned by, const struct instance *in, const struct graph_cluster *c)
{
	LM_AUTO(lm_arena) arena = lm_arena_new();
	bool *goes = who_is_ill(m, in, c, arena);
	size_t left = by < m->n ? by : m->n, stay = 0;

	/* Of those that are not well the last ones, then the last ones of the others. */
	for (size_t k = m->n; k-- > 0;)
		left -= goes[k] = goes[k] && left > 0;
	for (size_t k = m->n; left > 0 && k-- > 0;) {
		left -= !goes[k];
		goes[k] = true;
	}
	for (size_t k = 0; k < m->n; k++)
		if (!goes[k])
			m->indices[stay++] = m->indices[k];
	m->n = stay;
}

/* ---- another tree --------------------------------------------------------------------------------- */

/* How many members a cluster of the new tree shall have. */
static unsigned upgraded_quantity(
    const struct instance *in, const struct graph_cluster *k, unsigned present)
{
	int old = graph_find_cluster(in->tree->graph, k->name);
	unsigned n = present;

	/* Whoever asks for another initial quantity wants that many. */
	if (old < 0 || in->tree->graph->clusters[old].initial != k->initial)
		n = k->initial;
	if (n < k->min)
		n = k->min;
	return k->max > 0 && n > k->max ? k->max : n;
}

static void fit_to_instance(
    struct membership *to, const struct graph_cluster *k, const struct instance *in)
{
	const struct members *present = membership_find(&in->tree->spec.members, k->name);

	membership_add(to, k->name, present == NULL ? NULL : present->indices,
	    present == NULL ? 0 : present->n);
	struct members *m = &to->of.v[to->of.n - 1];
	int old = graph_find_cluster(in->tree->graph, k->name);
	unsigned n = upgraded_quantity(in, k, (unsigned)m->n);

	if (m->n < n)
		members_grow(m, n - (unsigned)m->n, in);
	else if (old >= 0)
		members_shrink(m, (unsigned)m->n - n, in, &in->tree->graph->clusters[old]);
}

/* A cluster by its full name, or by the one it has in the root's composition. */
static const char *asked_quantity(const struct lm_kvs *asked, const struct graph_cluster *k)
{
	const char *n = lm_kvs_find(asked, k->name);

	return n != NULL || k->owner != 0 ? n : lm_kvs_find(asked, k->component);
}

static struct lm_err *fit_to_quantity(
    struct membership *to, const struct graph_cluster *k, const struct lm_kvs *asked)
{
	const char *text = asked_quantity(asked, k);
	char *end = NULL;
	unsigned long n = text == NULL ? k->n_members : strtoul(text, &end, 10);

	if (text != NULL && (*text < '0' || *text > '9' || *end != '\0'))
		return lm_err_new(
		    LM_ERR_INVALID, "cluster '%s': '%s' is not a quantity", k->component, text);
	if (n < k->min || (k->max > 0 && n > k->max))
		return lm_err_new(LM_ERR_INVALID,
		    "cluster '%s': %lu members are outside of its limits (%u to %u)", k->component,
		    n, k->min, k->max);
	if (k->max == 0 && n > MEMBERS_MAX)
		return lm_err_new(
		    LM_ERR_INVALID, "cluster '%s': %lu members are too many", k->component, n);
	membership_add(to, k->name, NULL, 0);
	members_grow(&to->of.v[to->of.n - 1], (unsigned)n, NULL);
	return NULL;
}

/* Adds the clusters that 'm' does not know; true: they stand otherwise in the graph. */
static struct lm_err *fit_round(
    struct membership *m, const struct graph *g, const struct fit *fit, bool *out_differs)
{
	struct lm_err *err = NULL;

	*out_differs = false;
	for (size_t i = 0; i < g->n_clusters && err == NULL; i++) {
		const struct graph_cluster *k = &g->clusters[i];

		if (membership_find(m, k->name) != NULL)
			continue;
		if (fit->instance != NULL)
			fit_to_instance(m, k, fit->instance);
		else
			err = fit_to_quantity(m, k, fit->quantities);
		if (err != NULL)
			break;
		const struct members *now = &m->of.v[m->of.n - 1];
		bool same = now->n == k->n_members;
		for (size_t x = 0; same && x < now->n; x++)
			same = now->indices[x] == g->nodes[k->members[x]].index;
		*out_differs = *out_differs || !same;
	}
	return err;
}

struct lm_err *aim_compile_fitting(struct engine *e, const char *name, struct spec *spec,
    const struct fit *fit, struct graph **out)
{
	bool differs = true;

	membership_fini(&spec->members);
	*out = NULL;
	for (int round = 0; differs && round < FIT_ROUNDS_MAX; round++) {
		graph_free(*out);
		struct lm_err *err = aim_build(e, name, spec, out);
		if (err == NULL)
			err = fit_round(&spec->members, *out, fit, &differs);
		if (err == NULL)
			continue;
		graph_free(*out);
		*out = NULL;
		return err;
	}
	return NULL;
}
