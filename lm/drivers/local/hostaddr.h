/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_DRIVERS_LOCAL_HOSTADDR_H
#define LM_DRIVERS_LOCAL_HOSTADDR_H

#include <stdbool.h>
#include <stddef.h>

#include "lm/drivers/local/ipam.h"

/* The IPv4 ranges that this machine reaches other than by a default route. */
enum { HOST_IFNAME = 16, HOST_RANGES_MAX = 1024 };

struct host_range {
	struct subnet range; /* any prefix */
	char ifname[HOST_IFNAME];
};

/* Addresses of all interfaces and routes of the main table, at most 'max'; how many. */
size_t host_ranges_read(struct host_range *out, size_t max);
/* The interface of the default route; false: there is none. */
bool host_uplink(char out[HOST_IFNAME]);

#endif
