/* SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lm/drivers/local/attrs.h"
#include "lm/drivers/local/hostaddr.h"
#include "lm/drivers/local/infra.h"

/*
 * A router: a namespace that forwards between its networks, as the first address of each.  One that
 * masquerades has a further cable to this machine, and hides its networks twice: behind that cable's
 * address, so that networks of several services may have the same subnet, and behind this machine's.
 */

enum { TRANSFER_PREFIX = 30, TRANSFER_TRIES = 1024 };

/* Of the shared address space (RFC 6598), which nobody else's networks should use. */
static const struct subnet transfer_pool = {0x64400000, 10};

static const char *sysctl_path(struct job *j, const char *link)
{
	return lm_arena_printf(j->arena, "/proc/sys/net/ipv4/conf/%s/forwarding", link);
}

/* False when it was so already. */
static bool set_forwarding(struct job *j, const char *link, const char *value)
{
	char before = '\0';
	int fd = open(sysctl_path(j, link), O_RDWR | O_CLOEXEC);
	bool changed = fd >= 0 && read(fd, &before, 1) == 1 && before != value[0] &&
		       pwrite(fd, value, 1, 0) == 1;

	if (fd >= 0)
		close(fd);
	return changed;
}

static bool is_free(struct job *j, const struct subnet *s, const struct host_range *taken, size_t n)
{
	struct resource *r;
	struct subnet other;

	for (size_t i = 0; i < n; i++)
		if (subnet_overlaps(s, &taken[i].range))
			return false;
	for (size_t i = 0; (r = lm_map_next(j->d->resources, &i)) != NULL;) {
		const char *text = resource_get(r, "transfer");

		if (r != j->r && text != NULL && ipv4_parse(text, &other.base) &&
		    other.base == s->base)
			return false;
	}
	return true;
}

/* A free /30 for the cable to this machine; from a place of its own, so that it seldom collides. */
static bool pick_transfer(struct job *j, uint32_t *out)
{
	struct host_range *taken = LM_NEW_N(j->arena, struct host_range, HOST_RANGES_MAX);
	size_t n = host_ranges_read(taken, HOST_RANGES_MAX);
	uint32_t places = 1u << (TRANSFER_PREFIX - transfer_pool.prefix);
	uint32_t from = (uint32_t)lm_hash(j->r->hex);

	for (uint32_t i = 0; i < TRANSFER_TRIES; i++) {
		struct subnet s = {transfer_pool.base + (from + i) % places * 4, TRANSFER_PREFIX};

		if (is_free(j, &s, taken, n)) {
			*out = s.base;
			return true;
		}
	}
	return false;
}

static enum phase_end check(struct job *j)
{
	struct router_attrs attrs;
	struct lm_err *e = router_attrs_read(&j->rq.infra, &attrs);

	if (e != NULL)
		return job_fail_err(j, STEP_INTERNAL_ERROR, e);
	for (size_t i = 0; i < attrs.n_subnetids; i++)
		if (network_find(j->d, attrs.subnetids[i]) == NULL)
			return job_fail(j, STEP_INFRASTRUCTURE_ERROR,
			    "interfaces: there is no subnet '%s' here; it must be the subnetid of "
			    "an installed network",
			    attrs.subnetids[i]);
	return PHASE_DONE;
}

static enum phase_end prepare(struct job *j)
{
	struct router_attrs attrs;
	struct resource *r = j->r;
	struct lm_err *e = router_attrs_read(&j->rq.infra, &attrs);
	char text[IPV4_TEXT];
	uint32_t transfer;

	if (e != NULL)
		return job_fail_err(j, STEP_INTERNAL_ERROR, e);
	for (size_t i = 0; i < attrs.n_subnetids; i++)
		resource_set(r, lm_arena_printf(j->arena, "network.eth%zu", i),
		    resource_get(network_find(j->d, attrs.subnetids[i]), "networkid"));
	if (attrs.masquerade) {
		if (!pick_transfer(j, &transfer))
			return job_fail(j, STEP_INSUFFICIENT_CAPACITY,
			    "no free range in 100.64.0.0/10 for the router's way out");
		ipv4_text(transfer, text);
		resource_set(r, "transfer", text);
	}
	e = resource_save(r);
	if (e == NULL)
		e = netns_prepare(r, "lmr");
	return e == NULL ? PHASE_DONE : job_fail_err(j, STEP_INFRASTRUCTURE_ERROR, e);
}

static bool read_transfer(const struct resource *r, uint32_t *out)
{
	const char *text = resource_get(r, "transfer");

	return text != NULL && ipv4_parse(text, out);
}

/* From the machine's side: the namespace and all cables. */
static enum phase_end plug_in(struct job *j)
{
	struct lm_arena *a = j->arena;
	const char *alias = name_alias(a, j->d, j->r), *netns = netns_path(a, j->r);
	const char *ifname, *bridge, *batch = "";
	char link[LINK_NAME_SIZE], text[IPV4_TEXT];
	uint32_t transfer;
	int index = 0;

	for (void *at = NULL; resource_next(j->r, "network", &at, &ifname, &bridge);) {
		name_link(j->r, "lmr", index++, link);
		batch = lm_arena_printf(a,
		    "%slink add name %s master %s up type veth peer name %s netns %s\n"
		    "link set dev %s alias \"%s\"\n",
		    batch, link, bridge, ifname, netns, link, alias);
	}
	if (read_transfer(j->r, &transfer)) {
		name_link(j->r, "lmt", -1, link);
		ipv4_text(transfer + 1, text);
		batch = lm_arena_printf(a,
		    "%slink add name %s up type veth peer name up0 netns %s\n"
		    "link set dev %s alias \"%s\"\naddress add %s/%d dev %s\n",
		    batch, link, netns, link, alias, text, TRANSFER_PREFIX, link);
	}
	return infra_ip(j, &(struct child_spec){.make_netns = netns}, batch);
}

static enum phase_end set_addresses(struct job *j)
{
	struct lm_arena *a = j->arena;
	const char *ifname, *id, *batch = "link set dev lo up\n";
	char text[IPV4_TEXT], gateway[IPV4_TEXT];
	uint32_t transfer;

	for (void *at = NULL; resource_next(j->r, "network", &at, &ifname, &id);) {
		const struct resource *network = network_find(j->d, id);

		if (network == NULL)
			return job_fail(
			    j, STEP_INFRASTRUCTURE_ERROR, "network %s was removed meanwhile", id);
		struct subnet s = network_subnet(network);
		ipv4_text(subnet_first(&s), text);
		batch = lm_arena_printf(a, "%saddress add %s/%u brd + dev %s\nlink set dev %s up\n",
		    batch, text, s.prefix, ifname, ifname);
	}
	if (read_transfer(j->r, &transfer)) {
		ipv4_text(transfer + 2, text);
		ipv4_text(transfer + 1, gateway);
		batch = lm_arena_printf(a,
		    "%saddress add %s/%d dev up0\nlink set dev up0 up\n"
		    "route add default via %s\n",
		    batch, text, TRANSFER_PREFIX, gateway);
	}
	return infra_ip(
	    j, &(struct child_spec){.netns = netns_path(a, j->r), .forward = true}, batch);
}

static enum phase_end nft(struct job *j, const char *netns, const char *rules)
{
	static const char *const argv[] = {"nft", "-f", "-", NULL};

	return job_start(j, &(struct child_spec){
				.argv = argv,
				.input = rules,
				.netns = netns,
				.limit_ms = INFRA_LIMIT_MS,
			    });
}

static enum phase_end masquerade_inside(struct job *j)
{
	if (resource_get(j->r, "transfer") == NULL)
		return PHASE_DONE;
	return nft(j, netns_path(j->arena, j->r),
	    "table ip lm { chain out { type nat hook postrouting priority 100; "
	    "oifname \"up0\" masquerade; }; }\n");
}

static enum phase_end masquerade_outside(struct job *j)
{
	struct resource *r = j->r;
	char table[LONG_NAME_SIZE], link[LINK_NAME_SIZE], uplink[HOST_IFNAME];

	if (resource_get(r, "transfer") == NULL)
		return PHASE_DONE;
	name_long(j->d, r, '_', table);
	name_link(r, "lmt", -1, link);
	set_forwarding(j, link, "1");
	if (host_uplink(uplink) && set_forwarding(j, uplink, "1")) {
		resource_set(r, "forwarding", uplink);
		lm_err_free(resource_save(r)); /* at worst this machine goes on forwarding */
	}
	return nft(j, NULL,
	    lm_arena_printf(j->arena,
		"table ip %s { chain out { type nat hook postrouting priority 100; "
		"ip saddr %s/%d oifname != \"%s\" masquerade; }; }\n",
		table, resource_get(r, "transfer"), TRANSFER_PREFIX, link));
}

static enum phase_end report(struct job *j)
{
	char id[LINK_NAME_SIZE];

	name_link(j->r, "lmr", -1, id);
	job_output(j, "router_id", id);
	return PHASE_DONE;
}

/* Turns this machine's forwarding off again, unless another router still needs it. */
static void restore_forwarding(struct job *j)
{
	const char *uplink = resource_get(j->r, "forwarding");
	struct resource *r;

	if (uplink == NULL)
		return;
	for (size_t i = 0; (r = lm_map_next(j->d->resources, &i)) != NULL;)
		if (r != j->r && resource_get(r, "transfer") != NULL) {
			resource_set(r, "forwarding", uplink); /* it inherits the duty */
			lm_err_free(resource_save(r));
			return;
		}
	set_forwarding(j, uplink, "0");
}

enum phase_end router_remove_masquerade(struct job *j)
{
	char table[LONG_NAME_SIZE];

	if (resource_get(j->r, "transfer") == NULL)
		return PHASE_DONE;
	restore_forwarding(j);
	name_long(j->d, j->r, '_', table);
	/* Declared first, so that its removal succeeds when it is not there. */
	return nft(
	    j, NULL, lm_arena_printf(j->arena, "table ip %s\ndelete table ip %s\n", table, table));
}

/* clang-format off */
#define REMOVE                                                                                     \
	{"removing the masquerading",        router_remove_masquerade,   false},                          \
	{"removing the router's interfaces", infra_remove_links,  false},                          \
	{"removing the router",              infra_remove_folder, false},                          \
	{"removing the router",              infra_remove_trash,  false}

const struct phase router_install[] = {
	{"checking the router",              infra_check_new,     false},
	{"checking the router",              check,               false},
	REMOVE, /* what was half made */
	{"preparing the router",             prepare,             false},
	{"plugging the router in",           plug_in,             false},
	{"setting its addresses",            set_addresses,       false},
	{"masquerading in the router (needs nftables with NAT in the kernel)",
	                                     masquerade_inside,   false},
	{"masquerading on this machine (needs nftables with NAT in the kernel)",
	                                     masquerade_outside,  false},
	{"reporting the router",             report,              false},
	{NULL, NULL, false},
};

const struct phase router_uninstall[] = {
	REMOVE,
	{NULL, NULL, false},
};
/* clang-format on */
