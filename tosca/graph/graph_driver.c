/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <strings.h>

#include "tosca/graph/graph.h"

static bool names(const struct graph_driver *d, const char *infrastructure)
{
	for (size_t i = 0; i < d->n_locations; i++)
		if (strcasecmp(d->locations[i], infrastructure) == 0)
			return true;
	return false;
}

static const struct graph_driver *choose(const struct graph_drivers *list, const char *type)
{
	for (size_t i = 0; i < list->n; i++)
		if (names(&list->v[i], type))
			return &list->v[i];
	for (size_t i = 0; i < list->n; i++)
		if (list->v[i].n_locations == 0 || names(&list->v[i], "*"))
			return &list->v[i];
	return NULL;
}

const struct graph_driver *graph_choose_driver(const struct graph_drivers *own,
    const struct graph_drivers *otherwise, const char *infrastructure)
{
	const struct graph_driver *d = choose(own, infrastructure);

	return d != NULL || otherwise == NULL ? d : choose(otherwise, infrastructure);
}
