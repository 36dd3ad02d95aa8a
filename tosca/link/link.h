/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_TOSCA_LINK_H
#define LM_TOSCA_LINK_H

#include "tosca/link/catalog.h"
#include "tosca/link/versions.h"
#include "tosca/model/descriptor.h"
#include "tosca/text/codes.h"

/*
 * Descriptors against each other: types of components, ${...}, promotions, ends of relationships,
 * policies, and things that contain or wait for themselves.  graph_build() may rely on all that
 * a check has found good.
 *
 * A check may ask the catalog for whatever it likes; what it has asked for is noted, and it is
 * made again when an answer changes.  Of the descriptors it gets it may look at what link_surface()
 * counts, and at no more; places may only go into diagnostics.
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
 * catalog_check() for those who only look: what is known is brought up to date, what is there
 * stays as it is.
 */
void catalog_refresh(const struct catalog *);
/* What is wrong with a descriptor against others, as of the last check; NULL: nothing. */
const struct diags *catalog_diags(const struct catalog *, const struct descriptor *);
/* How many descriptors have been checked so far, each time counted. */
size_t catalog_checks(const struct catalog *);
/* descriptor->index is below this; it stays the same while the descriptor is there. */
size_t catalog_index_end(const struct catalog *);

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

/* Assemblies in assemblies. */
enum { LINK_LEVELS_MAX = 64 };

struct waits; /* which of its inputs the properties of an assembly wait for */

struct linker {
	const struct catalog *catalog;
	struct diags *diags;
	struct lm_arena *scratch;
	const struct descriptor *d; /* the one being checked */
	size_t steps;               /* taken in comparing lists of this one */
	struct waits *waits;        /* what link_waits() found, the caller's; NULL: nothing */
	bool *is_read;              /* per property of d: some value names it */
	size_t offers;              /* names looked at for suggestions */
	/* What link_child() has found last: many components in a row are of one type. */
	const char *last_type; /* the canonical name, by address; NULL: none */
	const struct descriptor *last_child;
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
void link_supplies(struct linker *);
/* After all values have been looked at. */
void link_unused(struct linker *);
void link_relationships(struct linker *);
void link_policies(struct linker *);
/*
 * Counts what comparing one list with another costs.  False: too much for one descriptor, reported;
 * the caller leaves the rest out.
 */
bool link_afford(struct linker *, size_t steps);
/* All of these for l->d, whose children have been checked. */
void link_descriptor(struct linker *);
/* A number that changes when others must be checked again; never 0. */
uint64_t link_surface(const struct descriptor *);
/* After the children: reports values that wait for themselves, and sets waits. */
void link_waits(struct linker *);
/* Of a component's assembly; NULL: nothing waits, or it is made of the one being checked. */
const struct waits *catalog_waits(const struct catalog *, const struct descriptor *);
bool waits_equal(
    const struct waits *, const struct waits *); /* of two of one descriptor; or NULL */
void waits_free(struct waits *);

/* The descriptor of a component or reference; NULL: unknown or broken, nothing to report. */
const struct descriptor *link_child(struct linker *, const struct component *);
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
