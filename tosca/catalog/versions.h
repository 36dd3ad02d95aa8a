/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_TOSCA_VERSIONS_H
#define LM_TOSCA_VERSIONS_H

#include "tosca/model/descriptor.h"

/*
 * Descriptors by their plain name, the one in the middle: "asterisk" of
 * resource::asterisk::1.0.  For ranges of versions, and for suggestions.  What is found depends on
 * the descriptors alone, never on the order in which they came.
 */
struct versions;

/* Of one plain name: assemblies first, each kind from its lowest version to its highest. */
struct version_list {
	const struct descriptor *const *v; /* borrowed; NULL when there are none */
	size_t n;
};

struct versions *versions_new(void);
void versions_free(struct versions *);

/* 'd' is borrowed until it is removed; no two of one canonical name may be there. */
void versions_add(struct versions *, const struct descriptor *d);
void versions_remove(struct versions *, const struct descriptor *d);

struct version_list versions_find(const struct versions *, const char *plain);
/* The highest that "assembly::x::^1.0" means (name_matches()); NULL: none. */
const struct descriptor *versions_match(const struct versions *, const char *pattern);
/* The plain name nearest to 'word' (struct suggest); of several the first in the alphabet. */
const char *versions_near(const struct versions *, const char *word);

LM_DEFINE_AUTO(versions, versions_free);

#endif
