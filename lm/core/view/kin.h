/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_CORE_VIEW_KIN_H
#define LM_CORE_VIEW_KIN_H

#include "tosca/graph/graph.h"

/*
 * Who is related with whom in a graph: both ends of a relationship, and whoever carries out its
 * operations.  What is said of an assembly holds for everything in it.
 */
struct kin;

struct kin *kin_new(const struct graph *);
void kin_free(struct kin *); /* NULL is fine */
/* Of two nodes of the graph it was made from.  Nobody is related with itself. */
bool kin_related(const struct kin *, const struct graph *, int a, int b);

#endif
