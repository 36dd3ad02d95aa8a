/* SPDX-License-Identifier: Apache-2.0 */
#include "tosca/graph/picture.h"

#include <string.h>

/* ---- the tree ------------------------------------------------------------------------------ */

static void find_children(struct picture *p)
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

static void find_policies(struct picture *p)
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

void picture_init(
    struct picture *p, const struct graph *g, struct lm_buf *out, struct lm_arena *arena)
{
	*p = (struct picture){.g = g,
	    .out = out,
	    .arena = arena,
	    .first_child = LM_NEW_N(arena, int, g->n_nodes),
	    .next_sibling = LM_NEW_N(arena, int, g->n_nodes),
	    .resource = LM_NEW_N(arena, int, g->n_nodes),
	    .heal = LM_NEW_N(arena, int, g->n_nodes),
	    .next_heal = LM_NEW_N(arena, int, g->n_heals),
	    .scale = LM_NEW_N(arena, int, g->n_nodes),
	    .next_scale = LM_NEW_N(arena, int, g->n_scales),
	    .drawn = LM_NEW_N(arena, bool, g->n_clusters)};
	find_children(p);
	find_policies(p);
}

/* Of its cluster. */
static bool is_spare(const struct graph *g, int node)
{
	const struct graph_cluster *k =
	    g->nodes[node].cluster < 0 ? NULL : &g->clusters[g->nodes[node].cluster];

	/* They are made after the members. */
	return k != NULL && k->n_spare_members > 0 && node >= k->spare_members[0];
}

bool picture_shows(const struct picture *p, int node)
{
	for (; node >= 0; node = p->g->nodes[node].parent) {
		const struct graph_node *n = &p->g->nodes[node];

		if (n->cluster < 0)
			continue;
		const struct graph_cluster *k = &p->g->clusters[n->cluster];
		bool spare = is_spare(p->g, node);
		size_t count = spare ? k->n_spare_members : k->n_members;
		const int *list = spare ? k->spare_members : k->members;
		if (count > PICTURE_MEMBERS && node > list[PICTURE_MEMBERS - 1])
			return false;
	}
	return true;
}

bool picture_shows_relationship(const struct picture *p, const struct graph_relationship *r)
{
	return picture_shows(p, r->target.node) &&
	       (r->source.node < 0 || picture_shows(p, r->source.node));
}

int picture_anchor(const struct picture *p, int node)
{
	return p->resource[node] >= 0 ? p->resource[node] : node;
}

/* ---- kinds --------------------------------------------------------------------------------- */

enum picture_kind picture_kind(const struct graph *g, int node)
{
	const struct graph_resource *r = g->nodes[node].resource;

	if (r == NULL || r->n_infra == 0)
		return PICTURE_MACHINE;
	if (strcmp(r->infra[0].kind, "network") == 0)
		return PICTURE_NETWORK;
	return strcmp(r->infra[0].kind, "router") == 0 ? PICTURE_ROUTER : PICTURE_MACHINE;
}

bool picture_is_plug(const struct graph *g, const struct graph_dep *d)
{
	return picture_kind(g, d->provider) == PICTURE_NETWORK &&
	       picture_kind(g, d->consumer) != PICTURE_NETWORK;
}

void picture_mark_references(const struct graph *g, int node, bool *marks)
{
	const struct graph_node *n = &g->nodes[node];

	memset(marks, 0, g->n_references);
	for (size_t i = 0; i < n->n_properties; i++)
		for (size_t k = 0; k < n->properties[i].n_candidates; k++) {
			const struct graph_expr *e = &n->properties[i].candidates[k];

			for (size_t m = 0; m < e->n; m++)
				if (e->parts[m].kind == GRAPH_PART_REFERENCE)
					marks[e->parts[m].index] = true;
		}
}

/* ---- words --------------------------------------------------------------------------------- */

const char *picture_name(struct picture *p, int node)
{
	const struct graph_node *n = &p->g->nodes[node];

	return n->cluster < 0 ? n->component
			      : lm_arena_printf(p->arena, "%s %d%s", n->component, n->index,
				    is_spare(p->g, node) ? ", spare" : "");
}

const char *picture_size(struct picture *p, const struct graph_cluster *k)
{
	const char *size = lm_arena_printf(p->arena, "%u to %u members", k->min, k->max);

	if (k->max == 0)
		size = lm_arena_printf(p->arena, "%u or more members", k->min);
	else if (k->min == k->max)
		size = lm_arena_printf(p->arena, "%u member%s", k->min, k->min == 1 ? "" : "s");
	if (k->spares == 0)
		return size;
	return lm_arena_printf(
	    p->arena, "%s, %u spare%s", size, k->spares, k->spares == 1 ? "" : "s");
}

static const char *number(struct picture *p, const struct graph_expr *e, const char *unset)
{
	const char *text = graph_expr_value(p->g, e, NULL, p->arena);

	if (text != NULL)
		return text;
	return e->n == 0 ? unset : "?";
}

const char *picture_scale(struct picture *p, const struct graph_scale *s)
{
	const char *out = number(p, &s->smoothing_out, "1"), *in = number(p, &s->smoothing_in, "1");
	const char *text =
	    s->target.n > 0 ? lm_arena_printf(p->arena, "holds %s %%", number(p, &s->target, "?"))
			    : lm_arena_printf(p->arena, "out above %s %%, in below %s %%",
				  number(p, &s->out, "?"), number(p, &s->in, "?"));

	if (strcmp(out, in) != 0)
		text = lm_arena_printf(p->arena, "%s, %s or %s in a row", text, out, in);
	else
		text = lm_arena_printf(p->arena, "%s, %s in a row", text, out);
	if (s->schedule.n > 0)
		text = lm_arena_printf(
		    p->arena, "%s; at least %s", text, number(p, &s->schedule, "?"));
	return text;
}

const char *picture_heal(struct picture *p, const struct graph_heal *h)
{
	return lm_arena_printf(p->arena, "heals after %s x %s bad or missing",
	    number(p, &h->smoothing, "1"), p->g->metrics[h->metric].name);
}

const char *picture_calls(struct picture *p, const struct graph_call *calls, size_t n)
{
	const char *text = "";

	for (size_t i = 0; i < n && i < PICTURE_MEMBERS; i++)
		if (i == 0 || strcmp(calls[i].operation, calls[i - 1].operation) != 0)
			text = lm_arena_printf(
			    p->arena, "%s%s%s", text, i == 0 ? "" : " ", calls[i].operation);
	return text;
}

void picture_put_quoted(const char *text, struct lm_buf *out)
{
	for (const char *p = text; *p != '\0'; p++) {
		if (*p == '"' || *p == '\\')
			lm_buf_puts(out, "\\");
		lm_buf_add(out, p, 1);
	}
}
