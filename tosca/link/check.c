/* SPDX-License-Identifier: Apache-2.0 */
#include "tosca/link/linker.h"

static struct waits *check(
    const struct catalog *catalog, const struct descriptor *d, struct diags *diags)
{
	LM_AUTO(lm_arena) scratch = lm_arena_new();
	struct linker l = {.catalog = catalog, .diags = diags, .scratch = scratch, .d = d};

	link_descriptor(&l);
	return l.waits;
}

void catalog_check(struct catalog *c)
{
	catalog_check_due(c, check);
}

/* What is known of names is not part of what the catalog holds. */
void catalog_refresh(const struct catalog *c)
{
	catalog_check_due(c, check);
}
