/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "lm/drivers/local/outside/inventory.h"
#include "lm/drivers/local/proc.h"
#include "lm/drivers/local/tag.h"

/* Whether what Install made is still there and plugged together. */

static const struct item *find(const struct inventory *v, const char *name)
{
	return lm_map_find(v->by_name, name);
}

static const char *cable_lacks(const struct inventory *v, const char *cable, const char *bridge)
{
	const struct item *link = find(v, cable);

	if (link == NULL)
		return lm_arena_printf(v->arena, "its cable %s is gone", cable);
	if (link->master == NULL || strcmp(link->master, bridge) != 0)
		return lm_arena_printf(
		    v->arena, "its cable %s is not plugged into %s", cable, bridge);
	return NULL;
}

static const char *cables_lack(
    const struct inventory *v, const struct resource *r, const char *prefix)
{
	const char *ifname, *bridge, *lacks = NULL;
	char cable[LINK_NAME_SIZE];
	int index = 0;

	for (void *at = NULL;
	     lacks == NULL && resource_next(r, "network", &at, &ifname, &bridge);) {
		name_link(r, prefix, index++, cable);
		lacks = cable_lacks(v, cable, bridge);
	}
	return lacks;
}

static const char *netns_lacks(const struct inventory *v, const struct resource *r)
{
	return find(v, path_in(v->arena, r, "netns")) == NULL ? "its network namespace is gone"
							      : NULL;
}

static const char *network_lacks(const struct inventory *v, const struct resource *r)
{
	char bridge[LINK_NAME_SIZE];

	name_link(r, "lmb", -1, bridge);
	return find(v, bridge) == NULL ? lm_arena_printf(v->arena, "its bridge %s is gone", bridge)
				       : NULL;
}

static const char *router_lacks(const struct inventory *v, const struct resource *r)
{
	const char *lacks = netns_lacks(v, r);
	char link[LINK_NAME_SIZE], table[LONG_NAME_SIZE];

	if (lacks == NULL)
		lacks = cables_lack(v, r, "lmr");
	if (lacks != NULL || resource_get(r, "transfer") == NULL)
		return lacks;
	name_link(r, "lmt", -1, link);
	name_long(v->d, r, '_', table);
	if (find(v, link) == NULL)
		return lm_arena_printf(v->arena, "its way out %s is gone", link);
	if (find(v, table) == NULL)
		return lm_arena_printf(v->arena, "its nftables table %s is gone", table);
	return NULL;
}

static const char *container_lacks(const struct inventory *v, const struct resource *r)
{
	if (pidfd_has_ended(r->init_fd))
		return "its container has ended";
	const char *lacks = netns_lacks(v, r);
	return lacks != NULL ? lacks : cables_lack(v, r, "lmv");
}

static const struct {
	const char *kind;
	const char *(*lacks)(const struct inventory *, const struct resource *);
} kinds[] = {
    {"container", container_lacks},
    {"network", network_lacks},
    {"router", router_lacks},
};

const char *resource_lacks(const struct inventory *v, const struct resource *r)
{
	if (!resource_is(r, "installed"))
		return "it was never completed";
	for (size_t i = 0; i < LM_COUNT(kinds); i++)
		if (strcmp(r->kind, kinds[i].kind) == 0)
			return kinds[i].lacks(v, r);
	return "nothing tells what it was";
}
