/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/core/refer/type.h"

#include "tosca/catalog/lookup.h"

const char *type_descriptor(const struct catalog *c, const char *type)
{
	const struct descriptor *d = catalog_highest(c, type);

	return d == NULL ? NULL : descriptor_name(d);
}

bool type_keeps_private(const struct catalog *c, const char *type, const char *property)
{
	const struct descriptor *d = catalog_highest(c, type);
	const struct property *p = d == NULL ? NULL : descriptor_property(d, property);

	return p != NULL && p->is_private;
}

bool type_has_operation(const struct catalog *c, const char *type, const char *operation)
{
	const struct descriptor *d = catalog_highest(c, type);

	return d != NULL && descriptor_operation(d, operation) != NULL;
}
