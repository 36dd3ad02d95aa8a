/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/server/meter/managed.h"

#include "lm/core/view/figures.h"
#include "lm/server/meter/prom.h"

#define LOAD      "lm_metric_load"
#define INTEGRITY "lm_metric_integrity"
#define MEMBERS   "lm_cluster_members"
#define SPARES    "lm_cluster_spares"

/* All series of a family stand together: two are written while there is one walk. */
struct pair {
	struct lm_buf a, b;
	size_t n;
	bool is_cut;
};

static void pair_init(struct pair *p, size_t max)
{
	*p = (struct pair){0};
	lm_buf_init(&p->a, max);
	lm_buf_init(&p->b, max);
}

static void pair_end(struct pair *p, struct lm_buf *out)
{
	lm_buf_add(out, p->a.p, p->a.n);
	lm_buf_add(out, p->b.p, p->b.n);
	lm_buf_fini(&p->a);
	lm_buf_fini(&p->b);
}

static bool is_full(struct pair *p)
{
	p->is_cut = p->n++ >= MANAGED_SERIES_MAX;
	return p->is_cut;
}

static bool print_metric(void *arg, const struct metric_figure *f)
{
	struct pair *p = arg;

	if (is_full(p))
		return false;
	prom_num(f->is_load ? &p->a : &p->b, f->is_load ? LOAD : INTEGRITY,
	    (struct prom_label[]){
		{"assembly", f->assembly}, {"component", f->component}, {"metric", f->metric}, {0}},
	    f->value);
	return true;
}

static bool print_cluster(void *arg, const struct cluster_figure *f)
{
	struct pair *p = arg;
	const struct prom_label labels[] = {
	    {"assembly", f->assembly}, {"cluster", f->cluster}, {0}};

	if (is_full(p))
		return false;
	prom_uint(&p->a, MEMBERS, labels, f->members);
	prom_uint(&p->b, SPARES, labels, f->spares);
	return true;
}

void managed_print(const struct engine *e, struct lm_buf *out)
{
	struct pair metrics, clusters;

	pair_init(&metrics, out->max);
	prom_family(&metrics.a, LOAD, "gauge", "Load in percent, as it was last reported.");
	prom_family(&metrics.b, INTEGRITY, "gauge", "1: well, 0: broken, as it was last reported.");
	engine_each_metric(e, print_metric, &metrics);
	pair_init(&clusters, out->max);
	prom_family(&clusters.a, MEMBERS, "gauge", "Members that shall be in service.");
	prom_family(&clusters.b, SPARES, "gauge", "Members beside those.");
	engine_each_cluster(e, print_cluster, &clusters);
	bool is_cut = metrics.is_cut || clusters.is_cut;
	pair_end(&metrics, out);
	pair_end(&clusters, out);
	prom_alone(out, "lm_series_cut", "gauge",
	    "1: there are more metrics or clusters than are told here.", is_cut);
}
