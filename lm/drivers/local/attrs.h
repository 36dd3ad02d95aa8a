/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_DRIVERS_LOCAL_ATTRS_H
#define LM_DRIVERS_LOCAL_ATTRS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/kv.h"
#include "lm/drivers/local/ipam.h"

/*
 * The attributes of the three kinds of infrastructure, read from the flat names in which a step
 * carries them ("networks.mgmt.network").  Pure.  Texts are borrowed from the attributes, except
 * where an array says otherwise.  Errors: INVALID, naming the attribute.
 */
enum { PORTS_MAX = 8, IFNAME_SIZE = 16 };

struct port {
	char ifname[IFNAME_SIZE];     /* in the container */
	const char *network;          /* networkid */
	const char *address_property; /* receives the address; NULL: nobody asks */
};

struct container_attrs {
	const char *image; /* a plain name: one folder below the images */
	struct port ports[PORTS_MAX];
	size_t n_ports;
};

struct network_attrs {
	struct subnet subnet;
	const char *subnet_text;
	bool management;
};

struct router_attrs {
	char subnetids[PORTS_MAX][IFNAME_SIZE];
	size_t n_subnetids;
	bool masquerade;
};

struct lm_err *container_attrs_read(const struct lm_kvs *, struct container_attrs *out) LM_MUST_USE;
struct lm_err *network_attrs_read(const struct lm_kvs *, struct network_attrs *out) LM_MUST_USE;
struct lm_err *router_attrs_read(const struct lm_kvs *, struct router_attrs *out) LM_MUST_USE;

#endif
