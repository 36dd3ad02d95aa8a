/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "tosca/graph/picture.h"

/*
 * A flowchart for Mermaid, which documents and code hosts draw by themselves.  Edges may end at
 * subgraphs.  Texts stand in quotes; what would end them or begin an entity becomes an entity.
 */

static void put(struct picture *p, const char *text)
{
	for (const char *c = text; *c != '\0'; c++) {
		if (strchr("\"#&<>;", *c) != NULL)
			lm_buf_printf(p->out, "#%d;", *c);
		else
			lm_buf_add(p->out, c, 1);
	}
}

static void indent(struct picture *p, unsigned level)
{
	for (unsigned i = 0; i < level; i++)
		lm_buf_puts(p->out, "  ");
}

/* ---- boxes ---------------------------------------------------------------------------------- */

static const struct {
	const char *open, *close, *style;
} shapes[] = {
    [PICTURE_MACHINE] = {"(", ")", "machine"},
    [PICTURE_NETWORK] = {"([", "])", "network"},
    [PICTURE_ROUTER] = {"{{", "}}", "router"},
};

static void draw_resource(struct picture *p, int node, unsigned level)
{
	enum picture_kind kind = picture_kind(p->g, node);

	indent(p, level);
	lm_buf_printf(p->out, "n%d%s\"<b>", node, shapes[kind].open);
	put(p, picture_name(p, node));
	lm_buf_puts(p->out, "</b><br/>");
	put(p, p->g->nodes[node].descriptor);
	for (int h = p->heal[node]; h >= 0; h = p->next_heal[h]) {
		lm_buf_puts(p->out, "<br/><i>");
		put(p, picture_heal(p, &p->g->heals[h]));
		lm_buf_puts(p->out, "</i>");
	}
	lm_buf_printf(p->out, "\"%s:::%s\n", shapes[kind].close,
	    p->g->nodes[node].spare ? "spare" : shapes[kind].style);
}

static void draw_node(struct picture *p, int node, unsigned level);

static void draw_cluster(struct picture *p, int cluster, unsigned level)
{
	const struct graph_cluster *k = &p->g->clusters[cluster];

	if (p->drawn[cluster])
		return;
	p->drawn[cluster] = true;
	indent(p, level);
	lm_buf_printf(p->out, "subgraph k%d[\"<b>", cluster);
	put(p, k->component);
	lm_buf_printf(p->out, "</b>: %s\"]\n", picture_size(p, k));
	for (size_t i = 0; i < k->n_members && i < PICTURE_MEMBERS; i++)
		draw_node(p, k->members[i], level + 1);
	for (size_t i = 0; i < k->n_spare_members && i < PICTURE_MEMBERS; i++)
		draw_node(p, k->spare_members[i], level + 1);
	if (k->n_members == 0 || k->n_members > PICTURE_MEMBERS) {
		indent(p, level + 1);
		lm_buf_printf(p->out, "more%d[\"%s%zu%s\"]:::more\n", cluster,
		    k->n_members == 0 ? "" : "and ",
		    k->n_members == 0 ? 0 : k->n_members - PICTURE_MEMBERS,
		    k->n_members == 0 ? " now" : " more");
	}
	indent(p, level);
	lm_buf_puts(p->out, "end\n");
	indent(p, level);
	lm_buf_printf(p->out, "style k%d fill:none,stroke:#a03a80,stroke-dasharray:5 5\n", cluster);
}

static void draw_assembly(struct picture *p, int node, unsigned level)
{
	indent(p, level);
	lm_buf_printf(p->out, "subgraph n%d[\"<b>", node);
	put(p, picture_name(p, node));
	lm_buf_puts(p->out, "</b><br/>");
	put(p, p->g->nodes[node].descriptor);
	lm_buf_puts(p->out, "\"]\n");
	for (int child = p->first_child[node]; child >= 0; child = p->next_sibling[child]) {
		if (p->g->nodes[child].cluster >= 0)
			draw_cluster(p, p->g->nodes[child].cluster, level + 1);
		else
			draw_node(p, child, level + 1);
	}
	for (int i = p->scale[node]; i >= 0; i = p->next_scale[i]) {
		indent(p, level + 1);
		lm_buf_printf(p->out, "s%d>\"<b>", i);
		put(p, p->g->scales[i].name);
		lm_buf_puts(p->out, "</b><br/>");
		put(p, picture_scale(p, &p->g->scales[i]));
		lm_buf_puts(p->out, "\"]:::policy\n");
	}
	indent(p, level);
	lm_buf_puts(p->out, "end\n");
}

static void draw_node(struct picture *p, int node, unsigned level)
{
	if (p->g->nodes[node].resource != NULL)
		draw_resource(p, node, level);
	else
		draw_assembly(p, node, level);
}

/* ---- edges --------------------------------------------------------------------------------- */

static void draw_relationship(struct picture *p, const struct graph_relationship *r)
{
	const char *create = picture_calls(p, r->create, r->n_create);

	if (!picture_shows_relationship(p, r))
		return;
	if (r->source.node >= 0)
		lm_buf_printf(p->out, "  n%d", r->source.node);
	else
		lm_buf_printf(p->out, "  r%d", r->source.reference);
	lm_buf_puts(p->out, " == \"<b>");
	put(p, r->descriptor);
	lm_buf_puts(p->out, "</b>");
	if (create[0] != '\0') {
		lm_buf_puts(p->out, "<br/>");
		put(p, create);
	}
	lm_buf_printf(p->out, "\" ==> n%d\n", r->target.node);
}

static void draw_deps(struct picture *p)
{
	for (size_t i = 0; i < p->g->n_deps; i++) {
		const struct graph_dep *d = &p->g->deps[i];

		if (!picture_shows(p, d->consumer) || !picture_shows(p, d->provider))
			continue;
		lm_buf_printf(p->out, "  n%d -- \"", d->consumer);
		put(p, d->property);
		lm_buf_printf(
		    p->out, "\" %s n%d\n", picture_is_plug(p->g, d) ? "---" : "-->", d->provider);
	}
}

static void draw_references(struct picture *p)
{
	const struct graph *g = p->g;
	bool *marks = lm_arena_alloc(p->arena, g->n_references);

	for (size_t i = 0; i < g->n_references; i++) {
		lm_buf_printf(p->out, "  r%zu[\"<b>", i);
		put(p, g->references[i].component);
		lm_buf_puts(p->out, "</b><br/>");
		put(p, g->references[i].type);
		lm_buf_printf(p->out, "<br/><i>%s</i>\"]:::outside\n",
		    g->references[i].external ? "there already, found by the driver"
					      : "another assembly");
	}
	for (size_t i = 1; i < g->n_nodes && g->n_references > 0; i++) {
		if (!picture_shows(p, (int)i))
			continue;
		picture_mark_references(g, (int)i, marks);
		for (size_t r = 0; r < g->n_references; r++)
			if (marks[r])
				lm_buf_printf(p->out, "  n%zu -.-> r%zu\n", i, r);
	}
}

static void draw_scale_edges(struct picture *p)
{
	for (size_t i = 0; i < p->g->n_scales; i++) {
		const struct graph_scale *s = &p->g->scales[i];

		if (!picture_shows(p, s->owner))
			continue;
		for (size_t k = 0; k < s->n_metrics && k < PICTURE_MEMBERS; k++) {
			const struct graph_metric *m = &p->g->metrics[s->metrics[k]];

			if (!picture_shows(p, m->node))
				continue;
			lm_buf_printf(p->out, "  n%d -. \"", m->node);
			put(p, m->name);
			lm_buf_printf(p->out, "\" .-> s%zu\n", i);
		}
		lm_buf_printf(p->out, "  s%zu -. scales .-> k%d\n", i, s->cluster);
	}
}

void graph_print_mermaid(const struct graph *g, struct lm_buf *out)
{
	LM_AUTO(lm_arena) arena = lm_arena_new();
	struct picture p;

	picture_init(&p, g, out, arena);
	lm_buf_puts(out, "flowchart TB\n");
	draw_node(&p, 0, 1);
	draw_references(&p);
	for (size_t i = 0; i < g->n_relationships; i++)
		draw_relationship(&p, &g->relationships[i]);
	draw_deps(&p);
	draw_scale_edges(&p);
	lm_buf_puts(out, "  classDef machine fill:#e6f4e4,stroke:#3f8f3a\n"
			 "  classDef network fill:#dceefb,stroke:#2f7fb8\n"
			 "  classDef router fill:#fdf0d5,stroke:#c08a1e\n"
			 "  classDef spare fill:#f4f6f4,stroke:#3f8f3a,stroke-dasharray:4 3\n"
			 "  classDef policy fill:#f9eaf5,stroke:#a03a80\n"
			 "  classDef outside fill:#fff,stroke:#555,stroke-dasharray:3 3\n"
			 "  classDef more fill:none,stroke:none\n");
}
