/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_TOSCA_LINKER_H
#define LM_TOSCA_LINKER_H

#include "tosca/catalog/waits.h"
#include "tosca/link/link.h"
#include "tosca/text/codes.h"

/*
 * The check of one descriptor, among the files of this room.
 *
 * It may ask the catalog for whatever it likes (tosca/catalog/lookup.h); what it has asked for is
 * noted, and it is made again when an answer changes.  Of the descriptors it gets it may look at
 * what descriptor_surface() counts, and at no more; places may only go into diagnostics.
 *
 * What names something in a descriptor that is broken in itself is not reported.
 */
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
void link_measure(struct linker *, const struct metric *);
void link_spares(struct linker *, const struct component *);
void link_policies(struct linker *);
/*
 * Counts what comparing one list with another costs.  False: too much for one descriptor, reported;
 * the caller leaves the rest out.
 */
bool link_afford(struct linker *, size_t steps);
/* All of these for l->d, whose children have been checked. */
void link_descriptor(struct linker *);
/* After the children: reports values that wait for themselves, and sets waits. */
void link_waits(struct linker *);

/* The descriptor of a component or reference; NULL: unknown or broken, nothing to report. */
const struct descriptor *link_child(struct linker *, const struct component *);
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
