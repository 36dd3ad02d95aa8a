/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/arena.h"
#include "tosca/graph/graph.h"

/*
 * Graphviz draws edges between nodes only.  Where an end is an assembly, the edge goes to the
 * first resource inside and is clipped at the assembly's box (lhead, ltail).
 */
struct pen {
	const struct graph *g;
	struct lm_buf *out;
	struct lm_arena *scratch;
	int *first_child, *next_sibling; /* per node, in order; -1: none */
	int *resource;                   /* per node: the first resource in it; -1: none */
	int *heal, *next_heal;           /* per node: its first policy; per policy: the next; -1 */
	int *scale, *next_scale;
	bool *drawn; /* per cluster */
};

enum { MEMBERS_SHOWN = 4 };

static void quote(const char *text, struct lm_buf *out)
{
	for (const char *p = text; *p != '\0'; p++) {
		if (*p == '"' || *p == '\\')
			lm_buf_puts(out, "\\");
		lm_buf_add(out, p, 1);
	}
}

/* ---- the tree ------------------------------------------------------------------------------ */

static void find_children(struct pen *p)
{
	const struct graph *g = p->g;

	for (size_t i = 0; i < g->n_nodes; i++)
		p->first_child[i] = p->next_sibling[i] = p->resource[i] = -1;
	for (size_t i = g->n_nodes; i-- > 0;) {
		int parent = g->nodes[i].parent;

		if (g->nodes[i].resource != NULL)
			p->resource[i] = (int)i;
		if (parent < 0)
			continue;
		p->next_sibling[i] = p->first_child[parent];
		p->first_child[parent] = (int)i;
		if (p->resource[i] >= 0)
			p->resource[parent] = p->resource[i];
	}
}

static void find_policies(struct pen *p)
{
	const struct graph *g = p->g;

	for (size_t i = 0; i < g->n_nodes; i++)
		p->heal[i] = p->scale[i] = -1;
	for (size_t i = g->n_heals; i-- > 0;) {
		p->next_heal[i] = p->heal[g->heals[i].node];
		p->heal[g->heals[i].node] = (int)i;
	}
	for (size_t i = g->n_scales; i-- > 0;) {
		p->next_scale[i] = p->scale[g->scales[i].owner];
		p->scale[g->scales[i].owner] = (int)i;
	}
}

static const char *kind_of(const struct graph_node *n)
{
	return n->resource->n_infra > 0 ? n->resource->infra[0].kind : "";
}

static const struct {
	const char *kind, *style;
} shapes[] = {
    {"network", "shape=ellipse fillcolor=\"#d7ecfb\" color=\"#2f7fb8\""},
    {"router", "shape=hexagon fillcolor=\"#fdebc8\" color=\"#c08a1e\""},
    {"", "shape=box style=\"rounded,filled\" fillcolor=\"#e3f4e1\" color=\"#3f8f3a\""},
};

static void draw_resource(struct pen *p, int node)
{
	const struct graph_node *n = &p->g->nodes[node];
	size_t s = 0;

	while (shapes[s].kind[0] != '\0' && strcmp(shapes[s].kind, kind_of(n)) != 0)
		s++;
	lm_buf_printf(p->out, "n%d [label=\"", node);
	quote(n->component, p->out);
	if (n->cluster >= 0)
		lm_buf_printf(p->out, " %d", n->index);
	lm_buf_puts(p->out, "\\n");
	quote(n->descriptor, p->out);
	lm_buf_printf(p->out, "\" %s]\n", shapes[s].style);
}

/* Members beyond the first few are not drawn, and neither is what leads to them. */
static bool is_shown(const struct pen *p, int node)
{
	for (; node >= 0; node = p->g->nodes[node].parent) {
		const struct graph_node *n = &p->g->nodes[node];

		if (n->cluster < 0)
			continue;
		const struct graph_cluster *k = &p->g->clusters[n->cluster];
		if (k->n_members > MEMBERS_SHOWN &&
		    n->index > p->g->nodes[k->members[MEMBERS_SHOWN - 1]].index)
			return false;
	}
	return true;
}

/* ---- policies, as notes beside what they watch ----------------------------------------------- */

static void put_number(struct pen *p, const struct graph_expr *e, const char *unset)
{
	const char *text = graph_expr_value(p->g, e, NULL, p->scratch);

	quote(text != NULL ? text : e->n == 0 ? unset : "?", p->out);
}

static const char note_style[] = "shape=note fillcolor=\"#fff8c5\" color=\"#a08a00\" fontsize=10";

static void draw_scale_notes(struct pen *p, int owner)
{
	for (int i = p->scale[owner]; i >= 0; i = p->next_scale[i]) {
		const struct graph_scale *s = &p->g->scales[i];

		lm_buf_printf(p->out, "s%d [%s label=\"", i, note_style);
		quote(s->name, p->out);
		lm_buf_puts(p->out, "\\nout above ");
		put_number(p, &s->out, "?");
		lm_buf_puts(p->out, " %, in below ");
		put_number(p, &s->in, "?");
		lm_buf_puts(p->out, " %\\n");
		put_number(p, &s->smoothing_out, "1");
		lm_buf_puts(p->out, " in a row\"]\n");
	}
}

static void draw_heal_notes(struct pen *p, int node)
{
	for (int i = p->heal[node]; i >= 0; i = p->next_heal[i]) {
		const struct graph_heal *h = &p->g->heals[i];

		lm_buf_printf(p->out, "h%d [%s label=\"", i, note_style);
		quote(h->name, p->out);
		lm_buf_puts(p->out, "\\nafter ");
		put_number(p, &h->smoothing, "1");
		lm_buf_puts(p->out, " x ");
		quote(p->g->metrics[h->metric].name, p->out);
		lm_buf_printf(p->out,
		    " bad or missing\"]\n"
		    "n%d -> h%d [dir=none style=dotted color=\"#a08a00\" minlen=1]\n",
		    h->node, i);
	}
}

/* ---- boxes ---------------------------------------------------------------------------------- */

static void draw_node(struct pen *p, int node);

static void open_box(struct pen *p, const char *prefix, int id, const char *style)
{
	lm_buf_printf(p->out, "subgraph cluster_%s%d {\n%s\n", prefix, id, style);
}

/* An assembly without resources would have no place to be drawn at. */
static void draw_empty(struct pen *p, const char *prefix, int id)
{
	lm_buf_printf(p->out, "%s%d [shape=point style=invis]\n", prefix, id);
}

static void draw_cluster(struct pen *p, int cluster)
{
	const struct graph_cluster *k = &p->g->clusters[cluster];

	if (p->drawn[cluster])
		return;
	p->drawn[cluster] = true;
	open_box(
	    p, "k", cluster, "style=\"dashed,rounded\" color=\"#b03a8c\" fontcolor=\"#b03a8c\"");
	lm_buf_puts(p->out, "label=\"");
	quote(k->component, p->out);
	if (k->max == 0)
		lm_buf_printf(p->out, "   %u..*\"\n", k->min);
	else if (k->min == k->max)
		lm_buf_printf(p->out, "   %u\"\n", k->min);
	else
		lm_buf_printf(p->out, "   %u..%u\"\n", k->min, k->max);
	for (size_t i = 0; i < k->n_members && i < MEMBERS_SHOWN; i++)
		draw_node(p, k->members[i]);
	if (k->n_members > MEMBERS_SHOWN)
		lm_buf_printf(p->out, "more%d [label=\"and %zu more\" shape=plaintext]\n", cluster,
		    k->n_members - MEMBERS_SHOWN);
	/* Policies point at the cluster itself. */
	draw_empty(p, "k", cluster);
	lm_buf_puts(p->out, "}\n");
}

static void draw_node(struct pen *p, int node)
{
	const struct graph_node *n = &p->g->nodes[node];

	if (n->resource != NULL) {
		draw_resource(p, node);
		draw_heal_notes(p, node);
		return;
	}
	open_box(p, "a", node, "style=\"solid,rounded\" color=\"#8a8a8a\" fontcolor=\"#333333\"");
	lm_buf_puts(p->out, "label=\"");
	quote(n->component, p->out);
	if (n->cluster >= 0)
		lm_buf_printf(p->out, " %d", n->index);
	lm_buf_puts(p->out, "\\n");
	quote(n->descriptor, p->out);
	lm_buf_puts(p->out, "\"\n");
	for (int child = p->first_child[node]; child >= 0; child = p->next_sibling[child]) {
		if (p->g->nodes[child].cluster >= 0)
			draw_cluster(p, p->g->nodes[child].cluster);
		else
			draw_node(p, child);
	}
	draw_scale_notes(p, node);
	if (p->resource[node] < 0)
		draw_empty(p, "n", node);
	lm_buf_puts(p->out, "}\n");
}

/* ---- edges --------------------------------------------------------------------------------- */

static int anchor(const struct pen *p, int node)
{
	return p->resource[node] >= 0 ? p->resource[node] : node;
}

/* Clips the edge at the assembly's box, when the end is an assembly. */
static void clip(struct pen *p, const char *which, int node)
{
	if (p->g->nodes[node].resource == NULL)
		lm_buf_printf(p->out, " %s=cluster_a%d", which, node);
}

static void draw_relationship(struct pen *p, const struct graph_relationship *r)
{
	if (!is_shown(p, r->target.node) || (r->source.node >= 0 && !is_shown(p, r->source.node)))
		return;
	if (r->source.node >= 0)
		lm_buf_printf(p->out, "n%d", anchor(p, r->source.node));
	else
		lm_buf_printf(p->out, "r%d", r->source.reference);
	lm_buf_printf(p->out, " -> n%d [label=\"", anchor(p, r->target.node));
	quote(r->descriptor, p->out);
	lm_buf_puts(
	    p->out, "\" penwidth=2.5 color=\"#c0392b\" fontcolor=\"#c0392b\" constraint=false");
	if (r->source.node >= 0)
		clip(p, "ltail", r->source.node);
	clip(p, "lhead", r->target.node);
	lm_buf_puts(p->out, "]\n");
}

/* Providers stand above their consumers, so the arrow points against the rank. */
static void draw_deps(struct pen *p)
{
	for (size_t i = 0; i < p->g->n_deps; i++) {
		const struct graph_dep *d = &p->g->deps[i];

		if (!is_shown(p, d->consumer) || !is_shown(p, d->provider))
			continue;
		lm_buf_printf(p->out,
		    "n%d -> n%d [dir=back color=\"#9a9a9a\" penwidth=0.8 "
		    "arrowsize=0.6 fontsize=9 fontcolor=\"#9a9a9a\" label=\"",
		    d->provider, d->consumer);
		quote(d->property, p->out);
		lm_buf_puts(p->out, "\"]\n");
	}
}

/* Which references the properties of a node read. */
static void mark_references(const struct graph_node *n, bool *marks)
{
	for (size_t i = 0; i < n->n_properties; i++)
		for (size_t k = 0; k < n->properties[i].n_candidates; k++) {
			const struct graph_expr *e = &n->properties[i].candidates[k];

			for (size_t m = 0; m < e->n; m++)
				if (e->parts[m].kind == GRAPH_PART_REFERENCE)
					marks[e->parts[m].index] = true;
		}
}

static void draw_references(struct pen *p)
{
	const struct graph *g = p->g;

	for (size_t i = 0; i < g->n_references; i++) {
		lm_buf_printf(p->out, "r%zu [shape=box style=dashed color=\"#555555\" label=\"", i);
		quote(g->references[i].component, p->out);
		lm_buf_puts(p->out, "\\n");
		quote(g->references[i].type, p->out);
		lm_buf_puts(p->out, "\\n(another instance)\"]\n");
	}
	bool *marks = lm_arena_alloc(p->scratch, g->n_references);
	for (size_t i = 0; i < g->n_nodes && g->n_references > 0; i++) {
		if (i == 0 || !is_shown(p, (int)i))
			continue;
		memset(marks, 0, g->n_references);
		mark_references(&g->nodes[i], marks);
		for (size_t r = 0; r < g->n_references; r++) {
			if (!marks[r])
				continue;
			lm_buf_printf(p->out,
			    "r%zu -> n%d [dir=back style=dashed "
			    "color=\"#555555\" arrowsize=0.6",
			    r, anchor(p, (int)i));
			clip(p, "lhead", (int)i);
			lm_buf_puts(p->out, "]\n");
		}
	}
}

static void draw_scales(struct pen *p)
{
	for (size_t i = 0; i < p->g->n_scales; i++) {
		const struct graph_scale *s = &p->g->scales[i];

		if (!is_shown(p, s->owner))
			continue;
		for (size_t k = 0; k < s->n_metrics && k < MEMBERS_SHOWN; k++) {
			const struct graph_metric *m = &p->g->metrics[s->metrics[k]];

			if (!is_shown(p, m->node))
				continue;
			lm_buf_printf(p->out,
			    "n%d -> s%zu [style=dotted penwidth=1.5 color=\"#a08a00\" "
			    "fontcolor=\"#a08a00\" label=\"",
			    m->node, i);
			quote(m->name, p->out);
			lm_buf_puts(p->out, "\"]\n");
		}
		lm_buf_printf(p->out,
		    "s%zu -> k%d [lhead=cluster_k%d style=dotted penwidth=1.5 constraint=false "
		    "color=\"#b03a8c\" fontcolor=\"#b03a8c\" label=\"scales\"]\n",
		    i, s->cluster, s->cluster);
	}
}

void graph_print_dot(const struct graph *g, struct lm_buf *out)
{
	LM_AUTO(lm_arena) scratch = lm_arena_new();
	struct pen p = {.g = g,
	    .out = out,
	    .scratch = scratch,
	    .first_child = LM_NEW_N(scratch, int, g->n_nodes),
	    .next_sibling = LM_NEW_N(scratch, int, g->n_nodes),
	    .resource = LM_NEW_N(scratch, int, g->n_nodes),
	    .heal = LM_NEW_N(scratch, int, g->n_nodes),
	    .next_heal = LM_NEW_N(scratch, int, g->n_heals),
	    .scale = LM_NEW_N(scratch, int, g->n_nodes),
	    .next_scale = LM_NEW_N(scratch, int, g->n_scales),
	    .drawn = LM_NEW_N(scratch, bool, g->n_clusters)};

	find_children(&p);
	find_policies(&p);
	lm_buf_puts(out, "digraph \"");
	quote(g->nodes[0].name, out);
	lm_buf_puts(out, "\" {\ncompound=true rankdir=TB nodesep=0.4 ranksep=0.7 "
			 "fontname=\"Helvetica\" fontsize=12\n"
			 "node [fontname=\"Helvetica\" fontsize=11 style=filled fillcolor=white]\n"
			 "edge [fontname=\"Helvetica\" fontsize=10]\n");
	draw_node(&p, 0);
	draw_references(&p);
	for (size_t i = 0; i < g->n_relationships; i++)
		draw_relationship(&p, &g->relationships[i]);
	draw_deps(&p);
	draw_scales(&p);
	lm_buf_puts(out, "}\n");
}
