/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_CORE_TREE_H
#define LM_CORE_TREE_H

#include "base/kv.h"
#include "base/vec.h"
#include "lm/core/aim/edition.h"
#include "lm/core/state.h"
#include "tosca/graph/graph.h"

/*
 * What is wanted of an instance: a spec, and the tree compiled from it.  A tree belongs to its
 * instance once that wants it, and counts who was made under it.
 */
struct instance;
struct component;
struct link;

/* Indices ascend, and none is in both lists. */
struct members {
	char *cluster; /* full name */
	int *indices;  /* in service */
	size_t n;
	int *spares; /* and who is not */
	size_t n_spares;
};

/* Who is in which cluster, by name: heap. */
struct membership {
	LM_VEC(struct members) of;
};

/* What an intent asks for: all that a tree is compiled from.  Heap. */
struct spec {
	char *descriptor;         /* NULL: nothing is wanted */
	struct lm_kvs properties; /* the intents' */
	struct membership members;
	enum component_state target;
	struct edition *edition; /* of the descriptors; borrowed, counted; NULL: the present one */
};

/*
 * One version of what was wanted of an instance.  Old ones stay for as long as something that was
 * made under them exists.
 */
struct tree {
	unsigned number; /* from 1, never given twice */
	struct spec spec;
	struct graph *graph;
	size_t users;    /* components and links made under it */
	struct kin *kin; /* view/kin.h; NULL: nobody has asked yet */
};

/* The quantities that a graph was compiled with. */
void membership_from_graph(struct membership *to, const struct graph *);
void membership_copy(struct membership *to, const struct membership *from);
struct members *membership_find(const struct membership *, const char *cluster);
/* Indices as the graph wants them; borrowed from the membership, the array from the arena. */
size_t membership_view(const struct membership *, struct lm_arena *, struct graph_members **out);
/* Without spares; borrowed until the next one is added. */
struct members *membership_add(
    struct membership *, const char *cluster, const int *indices, size_t n);
void members_set_spares(struct members *, const int *indices, size_t n);
void membership_fini(struct membership *);

void spec_copy(struct spec *to, const struct spec *from);
void spec_fini(struct spec *);
void spec_set_edition(struct spec *, struct edition *); /* NULL: it holds none */

/* Adopts spec and graph; not an instance's yet. */
struct tree *tree_new(struct spec *, struct graph *);
void tree_free(struct tree *); /* NULL is fine */
/* The instance owns it from now on, and wants it. */
void instance_want(struct instance *, struct tree *);
struct tree *instance_find_tree(const struct instance *, unsigned number);
/* Frees the trees that nobody was made under, but the wanted one and 'keep' (may be NULL). */
void instance_drop_trees(struct instance *, const struct tree *keep);
/* It is idle: what its graphs are looked up by would only take room. */
void instance_forget_names(const struct instance *);
/* The state of the whole instance, as the tree that is wanted has it; spares do not count. */
enum component_state instance_state(const struct instance *);
/* By node of the graph, of everything in service under each: one walk; in the arena. */
enum component_state *instance_states(
    const struct instance *, const struct graph *, struct lm_arena *);
/* Under which tree it stands from now on; NULL: none. */
void component_move(struct component *, struct tree *, int node);
void link_move(struct link *, struct tree *, int index);

#endif
