/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/drivers/local/hostaddr.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

static unsigned prefix_of(uint32_t mask)
{
	return mask == 0 ? 0 : 32 - (unsigned)__builtin_ctz(mask);
}

static size_t read_addresses(struct host_range *out, size_t max)
{
	struct ifaddrs *all = NULL;
	size_t n = 0;

	if (getifaddrs(&all) != 0)
		return 0;
	for (struct ifaddrs *i = all; i != NULL && n < max; i = i->ifa_next) {
		if (i->ifa_addr == NULL || i->ifa_addr->sa_family != AF_INET ||
		    i->ifa_netmask == NULL)
			continue;
		const struct sockaddr_in *a = (const void *)i->ifa_addr;
		const struct sockaddr_in *m = (const void *)i->ifa_netmask;
		uint32_t mask = ntohl(m->sin_addr.s_addr);
		struct host_range *r = &out[n++];

		r->range = (struct subnet){ntohl(a->sin_addr.s_addr) & mask, prefix_of(mask)};
		snprintf(r->ifname, sizeof r->ifname, "%s", i->ifa_name);
	}
	freeifaddrs(all);
	return n;
}

/* A line of /proc/net/route; false: it is not one of a route in use. */
static bool read_route(const char *line, struct host_range *out)
{
	enum { UP = 1 };
	unsigned to, gateway, flags, mask;
	int references, use, metric;

	if (sscanf(line, "%15s %x %x %x %d %d %d %x", out->ifname, &to, &gateway, &flags,
		&references, &use, &metric, &mask) != 8 ||
	    (flags & UP) == 0)
		return false;
	out->range = (struct subnet){ntohl(to), prefix_of(ntohl(mask))};
	return true;
}

size_t host_ranges_read(struct host_range *out, size_t max)
{
	size_t n = read_addresses(out, max);
	char line[256];
	FILE *f = fopen("/proc/net/route", "re");

	while (f != NULL && n < max && fgets(line, sizeof line, f) != NULL)
		if (read_route(line, &out[n]) && out[n].range.prefix > 0)
			n++;
	if (f != NULL)
		fclose(f);
	return n;
}

bool host_uplink(char out[HOST_IFNAME])
{
	struct host_range r;
	char line[256];
	bool found = false;
	FILE *f = fopen("/proc/net/route", "re");

	while (f != NULL && !found && fgets(line, sizeof line, f) != NULL)
		if (read_route(line, &r) && r.range.prefix == 0) {
			memcpy(out, r.ifname, HOST_IFNAME);
			found = true;
		}
	if (f != NULL)
		fclose(f);
	return found;
}
