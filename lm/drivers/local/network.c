/* SPDX-License-Identifier: Apache-2.0 */
#include <net/if.h>
#include <stdlib.h>
#include <string.h>

#include "lm/drivers/local/attrs.h"
#include "lm/drivers/local/hostaddr.h"
#include "lm/drivers/local/infra.h"

/* A network: a bridge, with an address of this machine when it is a management network. */

struct resource *network_find(const struct driver *d, const char *id)
{
	struct resource *r;

	for (size_t i = 0; (r = lm_map_next(d->resources, &i)) != NULL;) {
		const char *network = resource_get(r, "networkid");
		const char *subnet = resource_get(r, "subnetid");

		if (strcmp(r->kind, "network") != 0 || !resource_is(r, "installed"))
			continue;
		if ((network != NULL && strcmp(network, id) == 0) ||
		    (subnet != NULL && strcmp(subnet, id) == 0))
			return r;
	}
	return NULL;
}

struct subnet network_subnet(const struct resource *r)
{
	struct subnet s = {0};

	lm_err_free(subnet_parse(resource_get(r, "subnet"), &s)); /* it was good at Install */
	return s;
}

bool network_has_router(const struct driver *d, const char *networkid)
{
	struct resource *r;
	const char *ifname, *id;

	for (size_t i = 0; (r = lm_map_next(d->resources, &i)) != NULL;)
		for (void *at = NULL; strcmp(r->kind, "router") == 0 &&
				      resource_next(r, "network", &at, &ifname, &id);)
			if (strcmp(id, networkid) == 0)
				return true;
	return false;
}

const char *network_host_address(const struct driver *d, const struct resource *r)
{
	const char *ifname, *id;

	for (void *at = NULL; resource_next(r, "network", &at, &ifname, &id);) {
		const struct resource *network = network_find(d, id);

		if (network != NULL && resource_get(network, "host_address") != NULL)
			return resource_get(network, "host_address");
	}
	return NULL;
}

static void tell(struct driver *d, const struct resource *r, bool up)
{
	const char *address = resource_get(r, "host_address");

	if (address != NULL && d->conf.events.host_address != NULL)
		d->conf.events.host_address(d->conf.events.arg, address, up);
}

void networks_announce(struct driver *d)
{
	struct resource *r;

	for (size_t i = 0; !d->closed && (r = lm_map_next(d->resources, &i)) != NULL;) {
		const char *bridge = resource_get(r, "networkid");

		if (resource_is(r, "installed") && bridge != NULL && if_nametoindex(bridge) != 0)
			tell(d, r, true);
	}
}

/* Which of our resources has this link, or NULL. */
static const struct resource *owner_of(const struct driver *d, const char *link)
{
	struct resource *r;
	size_t n = strcspn(link, ".");

	for (size_t i = 0; (r = lm_map_next(d->resources, &i)) != NULL;)
		if (n == 3 + HEX_SIZE - 1 && strncmp(link + 3, r->hex, HEX_SIZE - 1) == 0)
			return r;
	return NULL;
}

static enum phase_end fail_of_overlap(
    struct job *j, const char *subnet, const struct host_range *taken)
{
	const struct resource *owner = owner_of(j->d, taken->ifname);
	char address[IPV4_TEXT];

	ipv4_text(taken->range.base, address);
	if (owner != NULL)
		return job_fail(j, STEP_INFRASTRUCTURE_ERROR,
		    "subnet %s of %s overlaps %s/%u of %s; give one of them another subnet", subnet,
		    j->rq.resource_name, address, taken->range.prefix, owner->name);
	return job_fail(j, STEP_INFRASTRUCTURE_ERROR,
	    "subnet %s of %s overlaps %s/%u, which this machine reaches through %s; give it "
	    "another "
	    "subnet",
	    subnet, j->rq.resource_name, address, taken->range.prefix, taken->ifname);
}

static enum phase_end check(struct job *j)
{
	struct network_attrs *attrs = LM_NEW(j->arena, struct network_attrs);
	struct host_range *taken = LM_NEW_N(j->arena, struct host_range, HOST_RANGES_MAX);
	char bridge[LINK_NAME_SIZE];
	struct lm_err *e = network_attrs_read(&j->rq.infra, attrs);

	if (e != NULL)
		return job_fail_err(j, STEP_INTERNAL_ERROR, e);
	name_link(j->r, "lmb", -1, bridge);
	size_t n = host_ranges_read(taken, HOST_RANGES_MAX);
	for (size_t i = 0; i < n; i++)
		if (strcmp(taken[i].ifname, bridge) != 0 &&
		    subnet_overlaps(&attrs->subnet, &taken[i].range))
			return fail_of_overlap(j, attrs->subnet_text, &taken[i]);
	return PHASE_DONE;
}

static enum phase_end make(struct job *j)
{
	struct resource *r = j->r;
	struct network_attrs attrs;
	char bridge[LINK_NAME_SIZE], subnetid[LINK_NAME_SIZE], address[IPV4_TEXT];
	struct lm_err *e = network_attrs_read(&j->rq.infra, &attrs);

	if (e != NULL)
		return job_fail_err(j, STEP_INTERNAL_ERROR, e);
	name_link(r, "lmb", -1, bridge);
	name_link(r, "lms", -1, subnetid);
	ipv4_text(subnet_last(&attrs.subnet), address);
	resource_set(r, "networkid", bridge);
	resource_set(r, "subnetid", subnetid);
	resource_set(r, "subnet", attrs.subnet_text);
	resource_set(r, "host_address", attrs.management ? address : NULL);
	e = resource_save(r);
	if (e != NULL)
		return job_fail_err(j, STEP_INFRASTRUCTURE_ERROR, e);
	/* Its hardware address is given: otherwise it would change with the ports. */
	char *batch = lm_arena_printf(j->arena,
	    "link add name %s address 02:62:%.2s:%.2s:%.2s:%.2s type bridge\n"
	    "link set dev %s alias \"%s\"\n",
	    bridge, r->hex, r->hex + 2, r->hex + 4, r->hex + 6, bridge,
	    name_alias(j->arena, j->d, r));
	if (attrs.management)
		batch = lm_arena_printf(j->arena, "%saddress add %s/%u dev %s\n", batch, address,
		    attrs.subnet.prefix, bridge);
	batch = lm_arena_printf(j->arena, "%slink set dev %s up\n", batch, bridge);
	return infra_ip(j, &(struct child_spec){0}, batch);
}

static enum phase_end report(struct job *j)
{
	static const char *const outputs[] = {"networkid", "subnetid", "subnet"};

	for (size_t i = 0; i < LM_COUNT(outputs); i++)
		job_output(j, outputs[i], resource_get(j->r, outputs[i]));
	tell(j->d, j->r, true);
	return PHASE_DONE;
}

enum phase_end network_withdraw(struct job *j)
{
	if (resource_is(j->r, "installed"))
		tell(j->d, j->r, false);
	return PHASE_DONE;
}

/* clang-format off */
const struct phase network_install[] = {
	{"checking the network",             infra_check_new,     false},
	{"checking the subnet",              check,               false},
	{"removing what was half made",      infra_remove_links,  false},
	{"removing what was half made",      infra_remove_folder, false},
	{"removing what was half made",      infra_remove_trash,  false},
	{"making the bridge",                make,                false},
	{"reporting the network",            report,              false},
	{NULL, NULL, false},
};

const struct phase network_uninstall[] = {
	{"leaving the network",              network_withdraw,            false},
	{"removing the bridge",              infra_remove_links,  false},
	{"removing the network's folder",    infra_remove_folder, false},
	{"removing the network's folder",    infra_remove_trash,  false},
	{NULL, NULL, false},
};
/* clang-format on */
