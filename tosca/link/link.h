/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_TOSCA_LINK_H
#define LM_TOSCA_LINK_H

#include "tosca/catalog/lookup.h"
#include "tosca/link/check.h"

/*
 * Descriptors against each other: types of components, ${...}, promotions, ends of relationships,
 * policies, and things that contain or wait for themselves.  graph_build() may rely on all that
 * a check has found good.
 */

/* Follows promotions down to the resource.  NULL: broken somewhere (reported where it is). */
const struct operation *link_operation(const struct catalog *, const struct descriptor *,
    const char *name, const struct descriptor **out_owner);
const struct metric *link_metric(const struct catalog *, const struct descriptor *,
    const char *name, const struct descriptor **out_owner);

/* The numbers of one scale policy and its cluster, as far as they are known. */
struct scale_numbers {
	const char *policy;      /* its name */
	struct source_range pos; /* of the policy */
	struct source_range out_pos, in_pos;
	struct source_range cluster_pos, increment_pos; /* source NULL: not given */
	unsigned out, in;                               /* percent */
	unsigned min, max, increment;                   /* max 0: unbounded */
	unsigned smoothing_out, smoothing_in;           /* samples; 0: not known */
};

/*
 * Reports thresholds out of range or order; otherwise warns when there is no room to act, and when
 * the policy could undo its own action: the load that the members share before a scale-in is more
 * than scale-out allows for those that remain.
 */
void link_scale(const struct scale_numbers *, struct diags *);

/* Helps with an unknown name: what was probably meant, its other versions, and where it is. */
void link_suggest_descriptor(const struct catalog *, struct lm_arena *scratch, struct diags *,
    struct diag *, const char *full);

#endif
