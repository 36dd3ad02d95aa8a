/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_TOSCA_LOOKUP_H
#define LM_TOSCA_LOOKUP_H

#include "tosca/catalog/catalog.h"
#include "tosca/catalog/versions.h"
#include "tosca/model/descriptor.h"

/*
 * The catalog for the rest of the compiler: whoever knows the typed model looks descriptors up
 * here.  What is found is borrowed until the catalog is changed.
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

/* descriptor->index is below this; it stays the same while the descriptor is there. */
size_t catalog_index_end(const struct catalog *);

/* ---- checks -------------------------------------------------------------------------------- */

/* Assemblies in assemblies. */
enum { CATALOG_LEVELS_MAX = 64 };

struct waits; /* tosca/catalog/waits.h */

/*
 * Checks a descriptor against the others, after its children have been checked: adds what is wrong
 * to 'diags', and returns what those that are made of it wait for (NULL: nothing), the catalog's
 * from then on.
 */
typedef struct waits *descriptor_check_fn(
    const struct catalog *, const struct descriptor *, struct diags *diags);

/*
 * Makes every check that is due, each at most once, children first.  What a check asks the catalog
 * for is noted, and it is due again when an answer changes.
 */
void catalog_check_due(const struct catalog *, descriptor_check_fn *);
/* Of a component's assembly; NULL: nothing waits, or it is made of the one being checked. */
const struct waits *catalog_waits(const struct catalog *, const struct descriptor *);

/* What is wrong with a descriptor against others, as of the last check; NULL: nothing. */
const struct diags *catalog_diags(const struct catalog *, const struct descriptor *);
/* How many descriptors have been checked so far, each time counted. */
size_t catalog_checks(const struct catalog *);

#endif
