/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_SERVER_SITES_H
#define LM_SERVER_SITES_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"
#include "base/err.h"
#include "base/kv.h"

/*
 * Where things can be made, and by whom: deployment locations, the resource managers they belong to,
 * the resource drivers that are asked over HTTP, and the keys that drivers are given.  Operators tell
 * the manager of them; each kind stands on a shelf of its own (shelf.h), so changes are durable when
 * a function returns.
 *
 * What a function answers is borrowed until anything of the same kind is changed.
 */
struct sites;

struct lm_err *sites_open(const char *state_dir, struct sites **out) LM_MUST_USE;
void sites_free(struct sites *); /* NULL is fine */

/* ---- deployment locations --------------------------------------------------------------------- */

/* Of type "local" and resource manager "lm"; it is always there. */
#define SITES_LOCAL "local"
/* The manager itself, as a resource manager; it is always there, by its second name as well. */
#define SITES_MANAGER       "lm"
#define SITES_MANAGER_ALIAS "brent"

struct site_location {
	const char *name; /* and id */
	const char *description;
	const char *type; /* of infrastructure: "local", "Openstack"; never NULL */
	const char
	    *manager; /* resource manager, as it was given: "lm", "brent", another; never NULL */
	bool is_ours; /* it is this manager, by either name, that makes things there */
	struct lm_kvs properties; /* values as text; what is no text there as JSON */
	const json_t *values;     /* the same, an object, as they were given */
};

/* "" and NULL mean SITES_LOCAL.  NULL: nobody knows it. */
const struct site_location *sites_location(const struct sites *, const char *name);

/* ---- other resource managers -------------------------------------------------------------------- */

struct site_manager {
	const char *name;
	const char *url; /* "http://arm:8291/api/v1.0/resource-manager", without a '/' at its end */
	const char *certificate; /* PEM, of whom to trust there; NULL: none was given */
};

/* False: there is none of this name, or it is this manager itself. */
bool sites_manager(const struct sites *, const char *name, struct site_manager *out);

/* ---- resource drivers --------------------------------------------------------------------------- */

struct site_driver {
	const char *id, *type;
	const char *base_uri;    /* "https://ansible:8293", without a '/' at its end */
	const char *certificate; /* PEM, of whom to trust there; NULL: none was given */
};

/*
 * Who was registered for a driver's type ("ansible"; without regard to case), as a resource driver
 * or as a lifecycle driver of the older form.  NULL: nobody.
 */
const struct site_driver *sites_driver(const struct sites *, const char *type);

/* ---- infrastructure keys ------------------------------------------------------------------------ */

struct site_key {
	const char *name, *description;
	const char *public_key;
	const char *private_key; /* a secret: never into a log; NULL: it was not given */
};

/* False: there is none of this name. */
bool sites_key(const struct sites *, const char *name, struct site_key *out);

#endif
