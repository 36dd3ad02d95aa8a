/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/core/refer/type.h"

#include "base/arena.h"
#include "tosca/catalog/lookup.h"
#include "tosca/text/suggest.h"

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

/* It has no graph: the descriptor's words are taken as they stand. */
static void add_named(struct lm_arena *a, const struct drivers *list, bool is_default,
    struct step_driver *to, size_t *n)
{
	for (size_t i = 0; i < list->n; i++) {
		const struct driver *from = &list->v[i];
		const char **locations = LM_NEW_N(a, const char *, from->n_locations + 1);

		for (size_t k = 0; k < from->n_locations; k++)
			locations[k] = lm_arena_strdup(a, from->locations[k].text);
		to[(*n)++] = (struct step_driver){
		    .type = lm_arena_strdup(a, from->type.text),
		    .locations = locations,
		    .n_locations = from->n_locations,
		    .is_default = is_default,
		};
	}
}

void type_tell_drivers(
    const struct catalog *c, const char *type, struct lm_arena *a, struct step_request *rq)
{
	const struct descriptor *d = catalog_highest(c, type);

	if (d == NULL)
		return;
	rq->package_dir = lm_arena_strdup(a, descriptor_package_dir(d));
	if (d->drivers == NULL)
		return;
	const struct drivers *own = &d->drivers->queries, *otherwise = &d->drivers->otherwise;
	struct step_driver *to = LM_NEW_N(a, struct step_driver, own->n + otherwise->n + 1);
	add_named(a, own, false, to, &rq->n_drivers);
	add_named(a, otherwise, true, to, &rq->n_drivers);
	rq->drivers = to;
}

struct lm_err *type_undeclared(const struct catalog *c, const char *type, const char *property)
{
	const struct descriptor *d = catalog_find(c, type);
	struct suggest near = suggest_for(property);

	if (d == NULL || descriptor_property(d, property) != NULL || property_is_special(property))
		return NULL;
	for (size_t i = 0; i < d->n_properties; i++)
		suggest_offer(
		    &near, d->properties[i].is_private ? NULL : d->properties[i].name.text);
	return suggest_in(lm_err_new(LM_ERR_INVALID,
			      "'%s' is no property of %s, so nothing uses it", property, type),
	    &near);
}
