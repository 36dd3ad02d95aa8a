/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json.h"
#include "tosca/graph/graph.h"

enum { EXPR_TEXT_MAX = 1024 * 1024 };

struct writer {
	const struct graph *g;
	struct lm_json json;
};

/* ---- expressions --------------------------------------------------------------------------- */

static void part_text(const struct graph *g, const struct graph_part *p, struct lm_buf *out)
{
	const struct graph_reference *r;

	switch (p->kind) {
	case GRAPH_PART_TEXT:
		lm_buf_puts(out, p->text);
		break;
	case GRAPH_PART_PROPERTY:
		lm_buf_printf(out, "${%s.%s}", g->nodes[p->index].name, p->text);
		break;
	case GRAPH_PART_CLUSTER:
		lm_buf_printf(out, "${%s[*].%s}", g->clusters[p->index].name, p->text);
		break;
	case GRAPH_PART_REFERENCE:
		r = &g->references[p->index];
		lm_buf_printf(out, "${%s__%s.%s}", g->nodes[r->owner].name, r->component, p->text);
		break;
	case GRAPH_PART_ID:
		lm_buf_printf(out, "${%s.instance.id}", g->nodes[p->index].name);
		break;
	}
}

static void put_expr(struct writer *w, const char *key, const struct graph_expr *e)
{
	struct lm_buf text;

	if (e->n == 0) {
		lm_json_str(&w->json, key, NULL);
		return;
	}
	lm_buf_init(&text, EXPR_TEXT_MAX);
	for (size_t i = 0; i < e->n; i++)
		part_text(w->g, &e->parts[i], &text);
	lm_json_str(&w->json, key, text.p);
	lm_buf_fini(&text);
}

static void put_attrs(struct writer *w, const char *key, const struct graph_attr *attrs, size_t n)
{
	if (n == 0)
		return;
	lm_json_open(&w->json, key, '{');
	for (size_t i = 0; i < n; i++)
		put_expr(w, attrs[i].name, &attrs[i].value);
	lm_json_close(&w->json, '}');
}

static void put_properties(struct writer *w, const struct graph_property *list, size_t n)
{
	if (n == 0)
		return;
	lm_json_open(&w->json, "properties", '[');
	for (size_t i = 0; i < n; i++) {
		const struct graph_property *p = &list[i];

		lm_json_open(&w->json, NULL, '{');
		lm_json_str(&w->json, "name", p->name);
		lm_json_str(&w->json, "type", p->type);
		if (p->required)
			lm_json_bool(&w->json, "required", true);
		if (p->read_only)
			lm_json_bool(&w->json, "readOnly", true);
		if (p->is_private)
			lm_json_bool(&w->json, "private", true);
		if (p->is_volatile)
			lm_json_bool(&w->json, "volatile", true);
		if (p->n_candidates > 0) {
			lm_json_open(&w->json, "candidates", '[');
			for (size_t k = 0; k < p->n_candidates; k++)
				put_expr(w, NULL, &p->candidates[k]);
			lm_json_close(&w->json, ']');
		}
		lm_json_close(&w->json, '}');
	}
	lm_json_close(&w->json, ']');
}

/* ---- nodes --------------------------------------------------------------------------------- */

static void put_timed(struct writer *w, const char *name, unsigned timeout_s)
{
	lm_json_str(&w->json, "name", name);
	if (timeout_s != 0)
		lm_json_int(&w->json, "timeout", timeout_s);
}

/* {"file": ..., "type": ...}, nothing when neither is given. */
static void put_file(struct writer *w, const char *key, const struct graph_template_file *f)
{
	if (f->file == NULL && f->type == NULL)
		return;
	lm_json_open(&w->json, key, '{');
	if (f->file != NULL)
		lm_json_str(&w->json, "file", f->file);
	if (f->type != NULL)
		lm_json_str(&w->json, "type", f->type);
	lm_json_close(&w->json, '}');
}

static void put_drivers(struct writer *w, const char *key, const struct graph_drivers *list)
{
	struct lm_json *j = &w->json;

	if (list->n == 0)
		return;
	lm_json_open(j, key, '[');
	for (size_t i = 0; i < list->n; i++) {
		const struct graph_driver *d = &list->v[i];

		lm_json_open(j, NULL, '{');
		lm_json_str(j, "type", d->type);
		lm_json_open(j, "infrastructure", '[');
		for (size_t k = 0; k < d->n_locations; k++)
			lm_json_str(j, NULL, d->locations[k]);
		lm_json_close(j, ']');
		put_file(w, "template", &d->made_by);
		put_attrs(w, "properties", d->properties, d->n_properties);
		lm_json_close(j, '}');
	}
	lm_json_close(j, ']');
}

static void put_locations(struct writer *w, const struct graph_resource *r)
{
	if (r->n_locations == 0)
		return;
	lm_json_open(&w->json, "locations", '[');
	for (size_t i = 0; i < r->n_locations; i++) {
		lm_json_open(&w->json, NULL, '{');
		lm_json_str(&w->json, "type", r->locations[i].name);
		put_file(w, "template", &r->locations[i].made_by);
		put_file(w, "discover", &r->locations[i].found_by);
		lm_json_close(&w->json, '}');
	}
	lm_json_close(&w->json, ']');
}

static void put_resource(struct writer *w, const struct graph_resource *r)
{
	struct lm_json *j = &w->json;

	lm_json_open(j, "resource", '{');
	lm_json_str(j, "packageDir", r->package_dir);
	lm_json_open(j, "transitions", '[');
	for (size_t i = 0; i < TRANSITION_N; i++) {
		if ((r->declared & 1u << i) == 0)
			continue;
		lm_json_open(j, NULL, '{');
		put_timed(w, transition_text((enum transition)i), r->timeout_s[i]);
		if (r->drivers != NULL)
			put_drivers(w, "drivers", &r->drivers->transitions[i]);
		lm_json_close(j, '}');
	}
	lm_json_close(j, ']');
	if (r->n_operations > 0)
		lm_json_open(j, "operations", '[');
	for (size_t i = 0; i < r->n_operations; i++) {
		lm_json_open(j, NULL, '{');
		put_timed(w, r->operations[i].name, r->operations[i].timeout_s);
		put_properties(w, r->operations[i].properties, r->operations[i].n_properties);
		put_drivers(w, "drivers", &r->operations[i].drivers);
		lm_json_close(j, '}');
	}
	if (r->n_operations > 0)
		lm_json_close(j, ']');
	if (r->n_infra > 0)
		lm_json_open(j, "infrastructure", '[');
	for (size_t i = 0; i < r->n_infra; i++) {
		lm_json_open(j, NULL, '{');
		lm_json_str(j, "type", r->infra[i].type);
		lm_json_str(j, "kind", r->infra[i].kind);
		put_attrs(w, "attributes", r->infra[i].attrs, r->infra[i].n_attrs);
		lm_json_close(j, '}');
	}
	if (r->n_infra > 0)
		lm_json_close(j, ']');
	put_locations(w, r);
	if (r->drivers != NULL) {
		put_drivers(w, "defaultDrivers", &r->drivers->otherwise);
		put_drivers(w, "queries", &r->drivers->queries);
	}
	lm_json_close(j, '}');
}

static void put_nodes(struct writer *w)
{
	const struct graph *g = w->g;
	struct lm_json *j = &w->json;

	lm_json_open(j, "nodes", '[');
	for (size_t i = 0; i < g->n_nodes; i++) {
		const struct graph_node *n = &g->nodes[i];

		lm_json_open(j, NULL, '{');
		lm_json_str(j, "name", n->name);
		lm_json_str(j, "component", n->component);
		lm_json_str(j, "descriptor", n->descriptor);
		if (n->parent >= 0)
			lm_json_str(j, "parent", g->nodes[n->parent].name);
		if (n->cluster >= 0)
			lm_json_str(j, "cluster", g->clusters[n->cluster].name);
		lm_json_int(j, "index", n->index);
		if (n->spare)
			lm_json_bool(j, "spare", true);
		put_properties(w, n->properties, n->n_properties);
		if (n->resource != NULL)
			put_resource(w, n->resource);
		lm_json_close(j, '}');
	}
	lm_json_close(j, ']');
}

static void put_names(struct writer *w, const char *key, const int *nodes, size_t n)
{
	lm_json_open(&w->json, key, '[');
	for (size_t i = 0; i < n; i++)
		lm_json_str(&w->json, NULL, w->g->nodes[nodes[i]].name);
	lm_json_close(&w->json, ']');
}

static void put_clusters(struct writer *w)
{
	const struct graph *g = w->g;
	struct lm_json *j = &w->json;

	lm_json_open(j, "clusters", '[');
	for (size_t i = 0; i < g->n_clusters; i++) {
		const struct graph_cluster *c = &g->clusters[i];

		lm_json_open(j, NULL, '{');
		lm_json_str(j, "name", c->name);
		lm_json_str(j, "component", c->component);
		lm_json_str(j, "owner", g->nodes[c->owner].name);
		lm_json_int(j, "minimum", c->min);
		if (c->max != 0)
			lm_json_int(j, "maximum", c->max);
		else
			lm_json_str(j, "maximum", NULL);
		lm_json_int(j, "initial", c->initial);
		lm_json_int(j, "increment", c->increment);
		put_names(w, "members", c->members, c->n_members);
		if (c->spares > 0 || c->n_spare_members > 0) {
			lm_json_int(j, "spares", c->spares);
			lm_json_str(j, "sparesState", end_state_text(c->spares_state));
			put_names(w, "spareMembers", c->spare_members, c->n_spare_members);
		}
		lm_json_close(j, '}');
	}
	lm_json_close(j, ']');
}

/* ---- what stands between them -------------------------------------------------------------- */

static void put_reference_name(struct writer *w, const char *key, int reference)
{
	const struct graph_reference *r = &w->g->references[reference];
	struct lm_buf name;

	lm_buf_init(&name, EXPR_TEXT_MAX);
	lm_buf_printf(&name, "%s__%s", w->g->nodes[r->owner].name, r->component);
	lm_json_str(&w->json, key, name.p);
	lm_buf_fini(&name);
}

static void put_references(struct writer *w)
{
	const struct graph *g = w->g;

	lm_json_open(&w->json, "references", '[');
	for (size_t i = 0; i < g->n_references; i++) {
		const struct graph_reference *r = &g->references[i];

		lm_json_open(&w->json, NULL, '{');
		lm_json_str(&w->json, "component", r->component);
		lm_json_str(&w->json, "owner", g->nodes[r->owner].name);
		lm_json_str(&w->json, "type", r->type);
		if (r->external)
			lm_json_bool(&w->json, "external", true);
		put_expr(w, "name", &r->name);
		if (r->location.n > 0)
			put_expr(w, "location", &r->location);
		if (r->manager.n > 0)
			put_expr(w, "manager", &r->manager);
		lm_json_close(&w->json, '}');
	}
	lm_json_close(&w->json, ']');
}

static void put_end(struct writer *w, const char *key, const struct graph_end *end)
{
	lm_json_open(&w->json, key, '{');
	if (end->node >= 0)
		lm_json_str(&w->json, "node", w->g->nodes[end->node].name);
	else
		put_reference_name(w, "reference", end->reference);
	lm_json_str(&w->json, "state", end_state_text(end->state));
	lm_json_str(&w->json, "modifier", end->pre ? "pre" : "post");
	lm_json_close(&w->json, '}');
}

static void put_calls(struct writer *w, const char *key, const struct graph_call *calls, size_t n)
{
	if (n == 0)
		return;
	lm_json_open(&w->json, key, '[');
	for (size_t i = 0; i < n; i++) {
		lm_json_open(&w->json, NULL, '{');
		if (calls[i].node >= 0)
			lm_json_str(&w->json, "node", w->g->nodes[calls[i].node].name);
		else
			put_reference_name(w, "reference", calls[i].reference);
		lm_json_str(&w->json, "operation", calls[i].operation);
		lm_json_close(&w->json, '}');
	}
	lm_json_close(&w->json, ']');
}

static void put_relationships(struct writer *w)
{
	const struct graph *g = w->g;

	lm_json_open(&w->json, "relationships", '[');
	for (size_t i = 0; i < g->n_relationships; i++) {
		const struct graph_relationship *r = &g->relationships[i];

		lm_json_open(&w->json, NULL, '{');
		lm_json_str(&w->json, "name", r->name);
		lm_json_str(&w->json, "descriptor", r->descriptor);
		lm_json_str(&w->json, "owner", g->nodes[r->owner].name);
		put_end(w, "source", &r->source);
		put_end(w, "target", &r->target);
		put_attrs(w, "properties", r->properties, r->n_properties);
		put_calls(w, "create", r->create, r->n_create);
		put_calls(w, "cease", r->cease, r->n_cease);
		lm_json_close(&w->json, '}');
	}
	lm_json_close(&w->json, ']');
}

static void put_metric(struct writer *w, const struct graph_metric *m)
{
	lm_json_str(&w->json, "node", w->g->nodes[m->node].name);
	lm_json_str(&w->json, "name", m->name);
}

static void put_scrape(struct writer *w, const struct graph_scrape *s)
{
	if (s == NULL)
		return;
	lm_json_open(&w->json, "scrape", '{');
	put_expr(w, "url", &s->url);
	put_expr(w, "series", &s->series);
	put_expr(w, "fullScale", &s->full_scale);
	lm_json_close(&w->json, '}');
}

static void put_metrics(struct writer *w)
{
	static const char *const types[] = {
	    [METRIC_LOAD] = "load", [METRIC_INTEGRITY] = "integrity", [METRIC_OTHER] = "other"};
	const struct graph *g = w->g;

	lm_json_open(&w->json, "metrics", '[');
	for (size_t i = 0; i < g->n_metrics; i++) {
		lm_json_open(&w->json, NULL, '{');
		put_metric(w, &g->metrics[i]);
		lm_json_str(&w->json, "type", types[g->metrics[i].type]);
		put_expr(w, "period", &g->metrics[i].period_s);
		put_scrape(w, g->metrics[i].scrape);
		lm_json_close(&w->json, '}');
	}
	lm_json_close(&w->json, ']');
}

/* What few policies say. */
static void put_more(struct writer *w, const struct graph_scale *s)
{
	const struct {
		const char *key;
		const struct graph_expr *value;
	} rows[] = {
	    {"step", &s->step},
	    {"target", &s->target},
	    {"tolerance", &s->tolerance},
	    {"cooldownOut", &s->cooldown_out},
	    {"cooldownIn", &s->cooldown_in},
	    {"stabilization", &s->stabilization},
	    {"guard", &s->guard},
	    {"predict", &s->predict},
	    {"predictWindow", &s->predict_window},
	    {"schedule", &s->schedule},
	    {"scheduleOffset", &s->schedule_offset},
	};

	for (size_t i = 0; i < LM_COUNT(rows); i++)
		if (rows[i].value->n > 0)
			put_expr(w, rows[i].key, rows[i].value);
}

static void put_policies(struct writer *w)
{
	const struct graph *g = w->g;
	struct lm_json *j = &w->json;

	lm_json_open(j, "heals", '[');
	for (size_t i = 0; i < g->n_heals; i++) {
		const struct graph_heal *h = &g->heals[i];

		lm_json_open(j, NULL, '{');
		lm_json_str(j, "name", h->name);
		lm_json_str(j, "node", g->nodes[h->node].name);
		lm_json_str(j, "metric", g->metrics[h->metric].name);
		put_expr(w, "smoothing", &h->smoothing);
		if (h->maximum.n > 0)
			put_expr(w, "maximum", &h->maximum);
		if (h->window.n > 0)
			put_expr(w, "window", &h->window);
		lm_json_close(j, '}');
	}
	lm_json_close(j, ']');
	lm_json_open(j, "scales", '[');
	for (size_t i = 0; i < g->n_scales; i++) {
		const struct graph_scale *s = &g->scales[i];

		lm_json_open(j, NULL, '{');
		lm_json_str(j, "name", s->name);
		lm_json_str(j, "owner", g->nodes[s->owner].name);
		lm_json_str(j, "cluster", g->clusters[s->cluster].name);
		lm_json_open(j, "metrics", '[');
		for (size_t k = 0; k < s->n_metrics; k++) {
			lm_json_open(j, NULL, '{');
			put_metric(w, &g->metrics[s->metrics[k]]);
			lm_json_close(j, '}');
		}
		lm_json_close(j, ']');
		put_expr(w, "out", &s->out);
		put_expr(w, "in", &s->in);
		put_expr(w, "smoothingOut", &s->smoothing_out);
		put_expr(w, "smoothingIn", &s->smoothing_in);
		put_more(w, s);
		lm_json_close(j, '}');
	}
	lm_json_close(j, ']');
}

static void put_deps(struct writer *w)
{
	const struct graph *g = w->g;

	lm_json_open(&w->json, "dependencies", '[');
	for (size_t i = 0; i < g->n_deps; i++) {
		lm_json_open(&w->json, NULL, '{');
		lm_json_str(&w->json, "consumer", g->nodes[g->deps[i].consumer].name);
		lm_json_str(&w->json, "provider", g->nodes[g->deps[i].provider].name);
		lm_json_str(&w->json, "property", g->deps[i].property);
		lm_json_close(&w->json, '}');
	}
	lm_json_close(&w->json, ']');
}

void graph_print_json(const struct graph *g, struct lm_buf *out)
{
	struct writer w = {g, lm_json_on(out)};

	lm_json_open(&w.json, NULL, '{');
	put_nodes(&w);
	put_clusters(&w);
	put_references(&w);
	put_relationships(&w);
	put_metrics(&w);
	put_policies(&w);
	put_deps(&w);
	lm_json_close(&w.json, '}');
}
