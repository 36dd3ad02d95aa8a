/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_TOSCA_PICTURE_H
#define LM_TOSCA_PICTURE_H

#include "tosca/graph/graph.h"

/*
 * What all pictures of a graph share: the tree as lists of children, who is drawn and who is left
 * out, and the words on things.  Texts come from the arena.
 */
struct picture {
	const struct graph *g;
	struct lm_buf *out;
	struct lm_arena *arena;
	int *first_child, *next_sibling; /* per node, in order; -1: none */
	int *resource;                   /* per node: the first resource in it; -1: none */
	int *heal, *next_heal;           /* per node: its first policy; per policy: the next; -1 */
	int *scale, *next_scale;         /* the same, by owner */
	bool *drawn;                     /* per cluster: for the one who draws */
};

/* Of a large cluster only the first members are drawn. */
enum { PICTURE_MEMBERS = 4 };

void picture_init(struct picture *, const struct graph *, struct lm_buf *out, struct lm_arena *);
/* False: it is a member or a spare beyond the first few, or in one. */
bool picture_shows(const struct picture *, int node);
bool picture_shows_relationship(const struct picture *, const struct graph_relationship *);
/* The first resource in an assembly, or the node itself. */
int picture_anchor(const struct picture *, int node);

/* What stands behind a resource; things of one kind look alike. */
enum picture_kind { PICTURE_MACHINE, PICTURE_NETWORK, PICTURE_ROUTER };
enum picture_kind picture_kind(const struct graph *, int node);
/* A dependency on a network: something is plugged in. */
bool picture_is_plug(const struct graph *, const struct graph_dep *);

const char *picture_name(struct picture *, int node); /* "voip-server 1", "voip-server 2, spare" */
const char *picture_size(
    struct picture *, const struct graph_cluster *); /* "1 to 10 members, 1 spare" */
/* "out above 58 %, in below 32 %, 3 in a row", "holds 60 %, 1 in a row; at least Mon-Fri = 3" */
const char *picture_scale(struct picture *, const struct graph_scale *);
/* "heals after 5 x h_integrity bad or missing" */
const char *picture_heal(struct picture *, const struct graph_heal *);
/* "addToDispatchList" and the like, blank-separated; "" when it calls nothing. */
const char *picture_calls(struct picture *, const struct graph_call *, size_t n);

/* For each reference, whether node 'node' reads something of it, in 'marks'. */
void picture_mark_references(const struct graph *, int node, bool *marks);

/* A text of Graphviz in quotes, without them. */
void picture_put_quoted(const char *text, struct lm_buf *out);

#endif
