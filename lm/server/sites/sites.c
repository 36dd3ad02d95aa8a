/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "base/heap.h"
#include "lm/server/sites/sites_priv.h"

struct lm_err *sites_strange(const char *kind, const char *name)
{
	return lm_err_new(LM_ERR_INVALID,
	    "shelf/%s in the state folder has something else than this manager writes for '%s': "
	    "restore it from a copy, or remove it, start again, and tell the manager of '%s' anew",
	    kind, name, name);
}

struct lm_err *sites_open(const char *state_dir, struct sites **out)
{
	struct sites *s = lm_alloc(sizeof *s);

	const struct {
		const char *kind;
		struct shelf **shelf;
	} all[] = {
	    {"deployment-locations", &s->locations},
	    {"resource-managers", &s->managers},
	    {"resource-drivers", &s->drivers},
	    {"infrastructure-keys", &s->keys},
	};
	struct lm_err *e = NULL;

	for (size_t i = 0; e == NULL && i < LM_COUNT(all); i++)
		e = shelf_open(state_dir, all[i].kind, all[i].shelf);
	if (e == NULL)
		e = locations_open(s);
	if (e == NULL)
		e = drivers_open(s);
	if (e != NULL)
		sites_free(s);
	else
		*out = s;
	return e;
}

void sites_free(struct sites *s)
{
	if (s == NULL)
		return;
	locations_close(s);
	drivers_close(s);
	shelf_free(s->locations);
	shelf_free(s->managers);
	shelf_free(s->drivers);
	shelf_free(s->keys);
	free(s);
}
