/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "lm/core/engine_priv.h"

/* Who is in the clusters of another tree: quantities carried over from an instance, or given. */

/* Clusters inside of members of clusters ...: no service is that deep. */
enum { FIT_ROUNDS_MAX = 16 };

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

static void fit_to_instance(struct engine *e, struct membership *to, const struct graph_cluster *k,
    const struct instance *in)
{
	const struct members *present = membership_find(&in->tree->spec.members, k->name);
	int old = graph_find_cluster(in->tree->graph, k->name);
	struct members *m;

	if (present == NULL) {
		m = membership_add(to, k->name, NULL, 0);
	} else {
		m = membership_add(to, k->name, present->indices, present->n);
		members_set_spares(m, present->spares, present->n_spares);
	}
	members_resize(e, m, upgraded_quantity(in, k, (unsigned)m->n), k->spares, in,
	    old < 0 ? NULL : &in->tree->graph->clusters[old]);
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
	members_resize(
	    NULL, membership_add(to, k->name, NULL, 0), (unsigned)n, k->spares, NULL, NULL);
	return NULL;
}

static bool is_same(
    const struct graph *g, const int *indices, size_t n, const int *nodes, size_t n_nodes)
{
	bool same = n == n_nodes;

	for (size_t i = 0; same && i < n; i++)
		same = indices[i] == g->nodes[nodes[i]].index;
	return same;
}

/* Adds the clusters that 'm' does not know; true: they stand otherwise in the graph. */
static struct lm_err *fit_round(struct engine *e, struct membership *m, const struct graph *g,
    const struct fit *fit, bool *out_differs)
{
	struct lm_err *err = NULL;

	*out_differs = false;
	for (size_t i = 0; i < g->n_clusters && err == NULL; i++) {
		const struct graph_cluster *k = &g->clusters[i];

		if (membership_find(m, k->name) != NULL)
			continue;
		if (fit->instance != NULL)
			fit_to_instance(e, m, k, fit->instance);
		else
			err = fit_to_quantity(m, k, fit->quantities);
		if (err != NULL)
			break;
		const struct members *now = &m->of.v[m->of.n - 1];
		*out_differs =
		    *out_differs || !is_same(g, now->indices, now->n, k->members, k->n_members) ||
		    !is_same(g, now->spares, now->n_spares, k->spare_members, k->n_spare_members);
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
			err = fit_round(e, &spec->members, *out, fit, &differs);
		if (err == NULL)
			continue;
		graph_free(*out);
		*out = NULL;
		return err;
	}
	return NULL;
}
