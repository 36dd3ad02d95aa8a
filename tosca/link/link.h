/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_TOSCA_LINK_H
#define LM_TOSCA_LINK_H

#include "tosca/catalog/lookup.h"
#include "tosca/link/check.h"
#include "tosca/text/codes.h"

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

/* One of the values of a policy. */
struct setting_value {
	bool given;              /* something stands there */
	bool known;              /* what it is can be said now, and is in order */
	const char *text;        /* when known */
	unsigned number;         /* the same, of a number */
	struct source_range pos; /* of what stands there */
};

/*
 * Whether a policy may have this value, which makes it known; the place is where the text stands.
 * 'no_number' is reported for what is not a number; all else has one code.
 */
bool link_setting(enum setting, const char *text, enum diag_code no_number, struct setting_value *,
    struct diags *);

/* One scale policy and its cluster, as far as they are known. */
struct scale_view {
	const char *policy;                /* its name */
	struct source_range pos;           /* of the policy */
	const struct setting_value *v;     /* by enum setting */
	struct source_range cluster_pos;   /* source NULL: not given */
	struct source_range increment_pos; /* the same */
	unsigned min, max, increment;      /* max 0: unbounded; increment 0: no cluster */
};

/*
 * Reports thresholds, target and tolerance that contradict each other; otherwise warns when there is
 * no room to act, and when the load at which members become fewer is more than scale-out allows for
 * those that remain: the policy waits then, or, where nothing guards against it, undoes its own action.
 */
void link_scale(const struct scale_view *, struct diags *);

/* Helps with an unknown name: what was probably meant, its other versions, and where it is. */
void link_suggest_descriptor(const struct catalog *, struct lm_arena *scratch, struct diags *,
    struct diag *, const char *full);

#endif
