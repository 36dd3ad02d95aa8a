/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "tosca/graph/picture.h"

/*
 * Graphviz draws edges between nodes only.  Where an end is an assembly, the edge goes to the
 * first resource inside and is clipped at the assembly's box (lhead, ltail).
 *
 * Colours: blue is the network, red what is done on behalf of a relationship, violet a cluster and
 * what changes its size, grey who waits for whom.
 */

/* What the legend has to explain. */
enum legend {
	LEGEND_RELATIONSHIP,
	LEGEND_PLUG,
	LEGEND_VALUE,
	LEGEND_REFERENCE,
	LEGEND_CLUSTER,
	LEGEND_POLICY,
	LEGEND_N
};

struct pen {
	struct picture picture;
	bool used[LEGEND_N];
};

/* Text in an HTML-like label. */
static void put_html(const char *text, struct lm_buf *out)
{
	static const struct {
		char c;
		const char *entity;
	} entities[] = {{'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'"', "&quot;"}};

	for (const char *p = text; *p != '\0'; p++) {
		const char *entity = NULL;

		for (size_t i = 0; i < LM_COUNT(entities); i++)
			if (*p == entities[i].c)
				entity = entities[i].entity;
		if (entity != NULL)
			lm_buf_puts(out, entity);
		else
			lm_buf_add(out, p, 1);
	}
}

/* A bold line, and a small grey one below it. */
static void put_title(struct pen *pen, const char *name, const char *below)
{
	struct lm_buf *out = pen->picture.out;

	lm_buf_puts(out, "<b>");
	put_html(name, out);
	lm_buf_puts(out, "</b><br/><font point-size=\"9\" color=\"#5f6b73\">");
	put_html(below, out);
	lm_buf_puts(out, "</font>");
}

/* ---- boxes ---------------------------------------------------------------------------------- */

static const char *const shapes[] = {
    [PICTURE_MACHINE] = "shape=box style=\"rounded,filled\" fillcolor=\"#e6f4e4\" "
			"color=\"#3f8f3a\"",
    [PICTURE_NETWORK] = "shape=ellipse fillcolor=\"#dceefb\" color=\"#2f7fb8\"",
    [PICTURE_ROUTER] = "shape=hexagon fillcolor=\"#fdf0d5\" color=\"#c08a1e\"",
};

static void draw_resource(struct pen *pen, int node)
{
	struct picture *p = &pen->picture;
	const struct graph_node *n = &p->g->nodes[node];

	lm_buf_printf(p->out, "n%d [%s%s label=<", node, shapes[picture_kind(p->g, node)],
	    n->spare ? " style=\"rounded,filled,dashed\" fillcolor=\"#f4f6f4\"" : "");
	put_title(pen, picture_name(p, node), n->descriptor);
	for (int h = p->heal[node]; h >= 0; h = p->next_heal[h]) {
		lm_buf_puts(p->out, "<br/><font point-size=\"9\" color=\"#2f7a2a\">");
		put_html(picture_heal(p, &p->g->heals[h]), p->out);
		lm_buf_puts(p->out, "</font>");
	}
	lm_buf_puts(p->out, ">]\n");
}

static void draw_scales(struct pen *pen, int owner)
{
	struct picture *p = &pen->picture;

	for (int i = p->scale[owner]; i >= 0; i = p->next_scale[i]) {
		lm_buf_printf(
		    p->out, "s%d [shape=note fillcolor=\"#f9eaf5\" color=\"#a03a80\" label=<", i);
		put_title(pen, p->g->scales[i].name, picture_scale(p, &p->g->scales[i]));
		lm_buf_puts(p->out, ">]\n");
		pen->used[LEGEND_POLICY] = true;
	}
}

static void draw_node(struct pen *pen, int node);

/* A box without nodes would have no place to be drawn at. */
static void draw_nothing(struct pen *pen, const char *prefix, int id)
{
	lm_buf_printf(pen->picture.out, "%s%d [shape=point style=invis width=0]\n", prefix, id);
}

/* The first few of a list; 'prefix' of the node that stands for the others. */
static void draw_members(
    struct pen *pen, const char *prefix, int cluster, const int *list, size_t n)
{
	for (size_t i = 0; i < n && i < PICTURE_MEMBERS; i++)
		draw_node(pen, list[i]);
	if (n > PICTURE_MEMBERS)
		lm_buf_printf(pen->picture.out, "%s%d [label=\"and %zu more\" shape=plaintext]\n",
		    prefix, cluster, n - PICTURE_MEMBERS);
}

static void draw_cluster(struct pen *pen, int cluster)
{
	struct picture *p = &pen->picture;
	const struct graph_cluster *k = &p->g->clusters[cluster];

	if (p->drawn[cluster])
		return;
	p->drawn[cluster] = true;
	pen->used[LEGEND_CLUSTER] = true;
	lm_buf_printf(p->out,
	    "subgraph cluster_k%d {\nstyle=\"dashed,rounded\" penwidth=1.5 color=\"#a03a80\" "
	    "fontcolor=\"#a03a80\" label=<<b>",
	    cluster);
	put_html(k->component, p->out);
	lm_buf_printf(p->out, "</b>: %s>\n", picture_size(p, k));
	draw_members(pen, "more", cluster, k->members, k->n_members);
	draw_members(pen, "spares", cluster, k->spare_members, k->n_spare_members);
	/* Policies point at the cluster itself. */
	draw_nothing(pen, "k", cluster);
	lm_buf_puts(p->out, "}\n");
}

static void draw_node(struct pen *pen, int node)
{
	struct picture *p = &pen->picture;
	const struct graph_node *n = &p->g->nodes[node];

	if (n->resource != NULL) {
		draw_resource(pen, node);
		return;
	}
	lm_buf_printf(p->out,
	    "subgraph cluster_a%d {\nstyle=%s penwidth=1 color=\"#9aa4ab\" "
	    "fontcolor=\"#222222\" bgcolor=\"%s\" label=<",
	    node, n->spare ? "\"rounded,dashed\"" : "rounded", n->parent < 0 ? "#fcfcfc" : "white");
	put_title(pen, picture_name(p, node), n->descriptor);
	lm_buf_puts(p->out, ">\n");
	for (int child = p->first_child[node]; child >= 0; child = p->next_sibling[child]) {
		if (p->g->nodes[child].cluster >= 0)
			draw_cluster(pen, p->g->nodes[child].cluster);
		else
			draw_node(pen, child);
	}
	draw_scales(pen, node);
	if (p->resource[node] < 0)
		draw_nothing(pen, "n", node);
	lm_buf_puts(p->out, "}\n");
}

/* ---- edges --------------------------------------------------------------------------------- */

/* Clips the edge at the assembly's box, when the end is an assembly. */
static void clip(struct pen *pen, const char *which, int node)
{
	if (pen->picture.g->nodes[node].resource == NULL)
		lm_buf_printf(pen->picture.out, " %s=cluster_a%d", which, node);
}

static void draw_relationship(struct pen *pen, const struct graph_relationship *r)
{
	struct picture *p = &pen->picture;
	const char *create = picture_calls(p, r->create, r->n_create);
	const char *cease = picture_calls(p, r->cease, r->n_cease);

	if (!picture_shows_relationship(p, r))
		return;
	pen->used[LEGEND_RELATIONSHIP] = true;
	if (r->source.node >= 0)
		lm_buf_printf(p->out, "n%d", picture_anchor(p, r->source.node));
	else
		lm_buf_printf(p->out, "r%d", r->source.reference);
	lm_buf_printf(p->out, " -> n%d [penwidth=2.2 color=\"#c0392b\" label=<",
	    picture_anchor(p, r->target.node));
	lm_buf_puts(p->out, "<font color=\"#c0392b\"><b>");
	put_html(r->descriptor, p->out);
	lm_buf_puts(p->out, "</b></font><font point-size=\"9\" color=\"#c0392b\">");
	if (create[0] != '\0') {
		lm_buf_puts(p->out, "<br/>+ ");
		put_html(create, p->out);
	}
	if (cease[0] != '\0') {
		lm_buf_puts(p->out, "<br/>- ");
		put_html(cease, p->out);
	}
	lm_buf_puts(p->out, "</font>> constraint=false");
	if (r->source.node >= 0)
		clip(pen, "ltail", r->source.node);
	clip(pen, "lhead", r->target.node);
	lm_buf_puts(p->out, "]\n");
}

/* Providers stand above their consumers, so the arrow points against the rank. */
static void draw_deps(struct pen *pen)
{
	static const char *const styles[] = {
	    "color=\"#9a9a9a\" fontcolor=\"#7a7a7a\" penwidth=0.8 arrowsize=0.6 dir=back",
	    "color=\"#2f7fb8\" fontcolor=\"#2f7fb8\" penwidth=1.6 dir=none"};
	struct picture *p = &pen->picture;

	for (size_t i = 0; i < p->g->n_deps; i++) {
		const struct graph_dep *d = &p->g->deps[i];
		bool plug = picture_is_plug(p->g, d);

		if (!picture_shows(p, d->consumer) || !picture_shows(p, d->provider))
			continue;
		pen->used[plug ? LEGEND_PLUG : LEGEND_VALUE] = true;
		lm_buf_printf(p->out, "n%d -> n%d [%s fontsize=9 label=\"", d->provider,
		    d->consumer, styles[plug]);
		picture_put_quoted(d->property, p->out);
		lm_buf_puts(p->out, "\"]\n");
	}
}

static void draw_references(struct pen *pen)
{
	struct picture *p = &pen->picture;
	const struct graph *g = p->g;
	bool *marks = lm_arena_alloc(p->arena, g->n_references);

	for (size_t i = 0; i < g->n_references; i++) {
		const struct graph_reference *r = &g->references[i];

		lm_buf_printf(p->out, "r%zu [shape=box style=dashed color=\"#555555\" label=<", i);
		put_title(pen, r->component, r->type);
		lm_buf_printf(p->out, "<br/><font point-size=\"9\"><i>%s</i></font>>]\n",
		    r->external ? "there already, found by the driver" : "another assembly");
		pen->used[LEGEND_REFERENCE] = true;
	}
	/* The root hands on what it reads of references; those that get it are drawn. */
	for (size_t i = 1; i < g->n_nodes && g->n_references > 0; i++) {
		if (!picture_shows(p, (int)i))
			continue;
		picture_mark_references(g, (int)i, marks);
		for (size_t r = 0; r < g->n_references; r++) {
			if (!marks[r])
				continue;
			lm_buf_printf(p->out,
			    "r%zu -> n%d [dir=back style=dashed color=\"#555555\" arrowsize=0.6", r,
			    picture_anchor(p, (int)i));
			clip(pen, "lhead", (int)i);
			lm_buf_puts(p->out, "]\n");
		}
	}
}

static void draw_scale_edges(struct pen *pen)
{
	struct picture *p = &pen->picture;

	for (size_t i = 0; i < p->g->n_scales; i++) {
		const struct graph_scale *s = &p->g->scales[i];

		if (!picture_shows(p, s->owner))
			continue;
		for (size_t k = 0; k < s->n_metrics && k < PICTURE_MEMBERS; k++) {
			const struct graph_metric *m = &p->g->metrics[s->metrics[k]];

			if (!picture_shows(p, m->node))
				continue;
			lm_buf_printf(p->out,
			    "n%d -> s%zu [style=dotted penwidth=1.5 color=\"#a03a80\" "
			    "fontcolor=\"#a03a80\" label=\"",
			    m->node, i);
			picture_put_quoted(m->name, p->out);
			lm_buf_puts(p->out, "\"]\n");
		}
		lm_buf_printf(p->out,
		    "s%zu -> k%d [lhead=cluster_k%d style=dotted penwidth=1.5 constraint=false "
		    "color=\"#a03a80\" fontcolor=\"#a03a80\" label=\"scales\"]\n",
		    i, s->cluster, s->cluster);
	}
}

/* ---- the legend ---------------------------------------------------------------------------- */

static void draw_legend(struct pen *pen)
{
	static const struct {
		const char *colour, *sign, *text;
	} rows[LEGEND_N] = {
	    [LEGEND_RELATIONSHIP] = {"#c0392b", "&#8594;",
		"relationship: its operations run when it comes (+) and goes (-)"},
	    [LEGEND_PLUG] = {"#2f7fb8", "&#8212;",
		"is plugged into the network, after it is there"},
	    [LEGEND_VALUE] = {"#9a9a9a", "&#8594;", "needs a value of, and so waits for"},
	    [LEGEND_REFERENCE] = {"#555555", "&#8674;", "needs a value of what is there already"},
	    [LEGEND_CLUSTER] = {"#a03a80", "&#9476;", "cluster: members are added and removed"},
	    [LEGEND_POLICY] = {"#a03a80", "&#8943;",
		"the metric a policy looks at, and what it scales"},
	};
	struct lm_buf *out = pen->picture.out;
	bool any = false;

	for (size_t i = 0; i < LEGEND_N; i++) {
		if (!pen->used[i])
			continue;
		lm_buf_puts(out, any ? ""
				     : "label=<<table border=\"0\" cellspacing=\"0\" "
				       "cellpadding=\"2\">\n");
		any = true;
		lm_buf_printf(out,
		    "<tr><td><font color=\"%s\"><b>%s</b></font></td>"
		    "<td align=\"left\"><font point-size=\"9\">%s</font></td></tr>\n",
		    rows[i].colour, rows[i].sign, rows[i].text);
	}
	if (any)
		lm_buf_puts(out, "</table>> labelloc=b labeljust=l\n");
}

void graph_print_dot(const struct graph *g, struct lm_buf *out)
{
	LM_AUTO(lm_arena) arena = lm_arena_new();
	struct pen pen = {0};

	picture_init(&pen.picture, g, out, arena);
	lm_buf_puts(out, "digraph \"");
	picture_put_quoted(g->nodes[0].name, out);
	lm_buf_puts(out, "\" {\ncompound=true rankdir=TB nodesep=0.5 ranksep=0.8 "
			 "fontname=\"Helvetica\" fontsize=12\n"
			 "node [fontname=\"Helvetica\" fontsize=11 style=filled fillcolor=white]\n"
			 "edge [fontname=\"Helvetica\" fontsize=10]\n");
	draw_node(&pen, 0);
	draw_references(&pen);
	for (size_t i = 0; i < g->n_relationships; i++)
		draw_relationship(&pen, &g->relationships[i]);
	draw_deps(&pen);
	draw_scale_edges(&pen);
	/* Last, so that the boxes do not inherit it. */
	draw_legend(&pen);
	lm_buf_puts(out, "}\n");
}
