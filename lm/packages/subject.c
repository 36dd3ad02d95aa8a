/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/packages/packages.h"
#include "tosca/model/descriptor.h"

/* Whose package it is. */

/* The last descriptor of a kind; 'n' tells how many there are. */
static const struct descriptor *last_of(const struct catalog *c, enum name_kind kind, size_t *n)
{
	const struct descriptor *found = NULL;

	*n = 0;
	for (size_t i = 0; i < catalog_count(c); i++) {
		const struct descriptor *d = catalog_at(c, i);

		if (d->name.kind != kind)
			continue;
		found = d;
		++*n;
	}
	return found;
}

struct lm_err *packages_subject(const struct catalog *c, const struct descriptor **out)
{
	size_t assemblies, resources;
	const struct descriptor *a = last_of(c, NAME_ASSEMBLY, &assemblies),
				*r = last_of(c, NAME_RESOURCE, &resources);

	*out = assemblies > 0 ? a : r;
	if (*out == NULL)
		return lm_err_new(LM_ERR_INVALID, "no descriptor is in the package");
	if (assemblies > 1 || (assemblies == 0 && resources > 1))
		return lm_err_new(LM_ERR_INVALID,
		    "a package is named after its assembly, or else its resource, and this one has "
		    "%zu of them: make a package of each",
		    assemblies > 1 ? assemblies : resources);
	return NULL;
}
