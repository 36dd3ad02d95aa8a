/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/core/view/figures.h"

#include <string.h>

#include "lm/core/engine_priv.h"

static bool has_ended(const struct process *p)
{
	return p->status != PROCESS_PENDING && p->status != PROCESS_RUNNING;
}

void engine_process_figures(const struct engine *e, struct process_figures *out)
{
	const struct process *p;

	memset(out, 0, sizeof *out);
	memcpy(out->ended, e->ended, sizeof out->ended);
	for (size_t i = 0; (p = lm_map_next(e->processes, &i)) != NULL;)
		if (!has_ended(p))
			out->now[p->intent.kind][p->status]++;
}

static bool tell_metrics(
    const struct instance *in, const struct component *c, metric_figure_fn *fn, void *arg)
{
	for (size_t k = 0; k < c->metrics.n; k++) {
		const struct metric *m = &c->metrics.v[k];
		struct metric_figure f = {
		    .assembly = in->name,
		    .component = c->name,
		    .metric = m->name,
		    .is_load = m->kind == SAMPLE_LOAD,
		    .value = m->kind == SAMPLE_LOAD ? m->load : m->ok,
		    .at_ms = m->at_ms,
		};

		if (m->at_ms != 0 && m->kind != SAMPLE_VALUES && !fn(arg, &f))
			return false;
	}
	return true;
}

void engine_each_metric(const struct engine *e, metric_figure_fn *fn, void *arg)
{
	const struct instance *in;
	const struct component *c;

	for (size_t i = 0; (in = lm_map_next(e->instances, &i)) != NULL;)
		for (size_t k = 0; (c = lm_map_next(in->components, &k)) != NULL;)
			if (!tell_metrics(in, c, fn, arg))
				return;
}

void engine_each_cluster(const struct engine *e, cluster_figure_fn *fn, void *arg)
{
	const struct instance *in;

	for (size_t i = 0; (in = lm_map_next(e->instances, &i)) != NULL;) {
		const struct membership *all = &in->tree->spec.members;

		for (size_t k = 0; k < all->of.n; k++) {
			const struct members *m = &all->of.v[k];
			struct cluster_figure f = {in->name, m->cluster, m->n, m->n_spares};

			if (!fn(arg, &f))
				return;
		}
	}
}

void engine_sizes(const struct engine *e, size_t *out_assemblies, size_t *out_resources)
{
	*out_assemblies = lm_map_count(e->instances);
	*out_resources = lm_map_count(e->components);
}
