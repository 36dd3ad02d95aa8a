/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_TOSCA_LINK_H
#define LM_TOSCA_LINK_H

#include "tosca/link/catalog.h"
#include "tosca/link/versions.h"
#include "tosca/model/descriptor.h"
#include "tosca/text/codes.h"

/*
 * Descriptors against each other: types of components, ${...}, promotions, ends of relationships,
 * policies, and things that contain or wait for themselves.  Nothing is changed; graph_build()
 * may rely on all that link_check() has found good.
 *
 * What names something in a descriptor that is broken in itself is not reported.
 */

/* By canonical name.  NULL: unknown, or the name is NULL. */
const struct descriptor *catalog_get(const struct catalog *, const char *canonical);
/*
 * What the type of a component or reference means: for a range the highest version that it allows.
 * NULL: nothing.
 */
const struct descriptor *catalog_match(const struct catalog *, const struct component *);

/* All of one plain name, "asterisk"; good until the catalog is changed. */
struct version_list catalog_versions(const struct catalog *, const char *plain);
/* The highest version that "assembly::x::^1.0" means; NULL: there is none. */
const struct descriptor *catalog_highest(const struct catalog *, const char *pattern);
/*
 * The full name that was probably meant by one that is unknown: of the nearest plain name the
 * highest version, of the same kind when there is one.  NULL: none comes near.
 */
const char *catalog_suggest(const struct catalog *, const char *full);

/*
 * Checks a descriptor and all that it is made of, children first; NULL: the whole catalog.
 * 'results' has one entry per descriptor of the catalog, indexed by descriptor->index, all of
 * them CHECK_NOT_YET at the beginning.  What is wrong with a descriptor goes to diags_of() it.
 */
void link_check(const struct catalog *, const struct descriptor *, enum descriptor_check *results,
    struct diags *(*diags_of)(void *arg, const struct descriptor *), void *arg);

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

/* ---- among the files of this phase --------------------------------------------------------- */

struct linker {
	const struct catalog *catalog;
	struct diags *diags;
	struct lm_arena *scratch;
	const struct descriptor *d; /* the one being checked */
	size_t steps;               /* taken in comparing lists of this one */
	struct waits **waits;       /* per descriptor: which inputs its properties wait for */
	size_t offers;              /* names looked at for suggestions */
};

enum link_use {
	LINK_VALUE,       /* of a property: what it names may be missing (warning) */
	LINK_NUMBER,      /* must have a value (error) */
	LINK_COUNT,       /* the same, and before anything runs */
	LINK_MEMBER_VALUE /* a value mapped to the members of a cluster */
};

/* What the names in an expression mean; NULL where there is nothing of that kind. */
struct link_ends {
	const struct relationship *relationship; /* source and target are its ends */
};

void link_expr(struct linker *, const struct expr *, enum link_use, const struct link_ends *);
void link_relationships(struct linker *);
void link_policies(struct linker *);
/*
 * Counts what comparing one list with another costs.  False: too much for one descriptor, reported;
 * the caller leaves the rest out.
 */
bool link_afford(struct linker *, size_t steps);
/* After the children: reports values that wait for themselves, and sets waits. */
void link_waits(struct linker *);

/* The descriptor of a component or reference; NULL: unknown or broken, nothing to report. */
const struct descriptor *link_child(const struct linker *, const struct component *);
/* The descriptor that was probably meant, its other versions, and where it is. */
void link_suggest_descriptor(const struct catalog *, struct lm_arena *scratch, struct diags *,
    struct diag *, const char *full);

/* What was probably meant; all accept NULL for the diagnostic. */
void link_suggest_type(struct linker *, struct diag *, const char *full);
void link_suggest_component(struct linker *, struct diag *, const char *name, bool references);
void link_suggest_operation(
    struct linker *, struct diag *, const struct descriptor *, const char *name);
void link_suggest_metric(
    struct linker *, struct diag *, const struct descriptor *, const char *name);
void link_suggest_capability(
    struct linker *, struct diag *, const struct descriptor *, const char *name);
/* 'of': the component whose property was meant; NULL: none */
void link_suggest_property(struct linker *, struct diag *, const struct descriptor *,
    const char *name, const struct component *of);
/* For the left side of a mapping in a component. */
void link_suggest_mapping(
    struct linker *, struct diag *, const struct component *, const char *name);

#endif
