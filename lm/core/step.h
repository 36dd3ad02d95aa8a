/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_CORE_STEP_H
#define LM_CORE_STEP_H

#include <stdbool.h>

#include "base/kv.h"

/*
 * What the engine asks of a driver, and what it gets back: the effect and its result.
 * Everything in a request or result is borrowed for the length of the call that passes it.
 */

/* A driver that the descriptor names for an action, for some types of infrastructure. */
struct step_driver {
	const char *type;             /* "ansible": compare without regard to case */
	const char *const *locations; /* types of infrastructure, "*" for any */
	size_t n_locations;           /* 0: any */
	bool is_default;              /* of the whole descriptor, not of the action */
	struct lm_kvs properties;     /* what the descriptor hands to it, evaluated */
};

/* Who carries a step out, when that is a driver of others: what the operators have told of it. */
struct step_key {
	const char *name, *public_key, *private_key; /* NULL: not given; the last is a secret */
};

struct step_site {
	const char *driver;          /* its type: "ansible" */
	const char *base_uri;        /* without a '/' at its end */
	const char *certificate;     /* PEM: whom to believe there; NULL: whom the system does */
	const char *location, *type; /* name, and type of infrastructure */
	const char *location_properties; /* a JSON object */
	const char *manager;             /* the resource manager it belongs to */
	struct lm_kvs given;             /* what the descriptor hands to this driver */
	const struct step_key *keys;     /* those that properties of the type "key" name */
	size_t n_keys;
};

struct step_request {
	const char *step; /* unique for ever; asking the same step twice has the effect of once */
	const char *resource_id;
	const char *resource_name; /* full instance name: voice__gateway__kamailio */
	const char *descriptor;    /* resource::kamailio::1.0 */
	const char *root;          /* name of the root assembly instance */
	const char *trace;         /* what who asked calls it; NULL: nobody said */
	const char *location;      /* property deploymentLocation; NULL: the default one */
	const char *action;        /* "Install", "Start", ... or the operation's name */
	bool is_operation;
	/*
	 * Look for what is there already, and change nothing: 'descriptor' is the wanted type, which
	 * may hold a version range, 'resource_name' the name looked for, the action is "Find" and
	 * there is no resource id ("").  The outputs are the properties of what was found, and "id".
	 */
	bool is_find;
	unsigned timeout_s;      /* 0: the driver's default */
	const char *package_dir; /* folder of resource.yml */
	const char
	    *infra_kind;     /* "container", "network", "router"; NULL: nothing stands behind it */
	struct lm_kvs infra; /* attributes of the kind, evaluated: "networks.mgmt.network" */
	struct lm_kvs
	    properties; /* the resource's, the relationship's laid over for an operation */

	/* The rest is for drivers of others: whom to ask, and what our own need not be told. */
	const struct step_driver *drivers; /* see step_choose_driver() */
	size_t n_drivers;
	struct lm_kvs own;            /* the resource's properties alone */
	struct lm_kvs given;          /* the operation's and the relationship's alone */
	struct lm_kvs types;          /* of properties that are no plain text: "key" */
	struct lm_kvs kept;           /* what earlier steps reported and no property is called */
	struct lm_kvs topology;       /* what earlier steps made or found: see struct step_result */
	const struct step_site *site; /* the manager's choice; NULL: one of our own */
};

/*
 * The driver for a type of infrastructure: of those for the action the first that names it, else the
 * first that is for any; else the same of the descriptor's default ones.  NULL: none will do.
 */
const struct step_driver *step_choose_driver(
    const struct step_request *, const char *infrastructure);

/*
 * Whether a thing is what a find looks for: the type fits, and its full instance name or 'alias',
 * the value of its property "name" (NULL: none), is just the one that is asked for.
 */
bool step_finds(
    const struct step_request *, const char *descriptor, const char *name, const char *alias);

/* The reference system's failure codes, and two of our own. */
#define STEP_FAILURES(X)                                      \
	X(NONE, "")                                           \
	X(RESOURCE_ALREADY_EXISTS, "RESOURCE_ALREADY_EXISTS") \
	X(RESOURCE_NOT_FOUND, "RESOURCE_NOT_FOUND")           \
	X(INSUFFICIENT_CAPACITY, "INSUFFICIENT_CAPACITY")     \
	X(INFRASTRUCTURE_ERROR, "INFRASTRUCTURE_ERROR")       \
	X(INTERNAL_ERROR, "INTERNAL_ERROR")                   \
	X(TIMEOUT, "TIMEOUT")                                 \
	X(CANCELLED, "CANCELLED")

enum step_failure {
#define X(name, text) STEP_##name,
	STEP_FAILURES(X)
#undef X
};

const char *step_failure_text(enum step_failure);

struct step_result {
	const char *step;
	enum step_failure failure; /* STEP_NONE: it succeeded */
	bool is_unasked;           /* it failed before anybody was asked: nothing has begun */
	const char *message;       /* one line for a person; NULL when it succeeded */
	struct lm_kvs outputs;     /* addresses, ids, and what the script wrote to LM_OUTPUT */
	const char *log;           /* what the script printed, at most 64 KiB; NULL: nothing */
	/*
	 * Elements outside that the driver calls by names of its own, each as the text of a JSON
	 * object; NULL: forget it.  Taken of failed steps, too: what they left has to be removed.
	 */
	struct lm_kvs topology;
};

/*
 * One thing that a driver finds outside.  Several may belong to one resource: a container, its
 * cables, mounts and processes.
 */
struct driver_thing {
	const char *kind; /* the driver's word: "link", "container", "process" */
	const char *name; /* what it is called there: "lmb1a2b3c4d" */
	/* Whose it is; what the driver's remove() takes where nothing tells any more: "@1a2b3c4d". */
	const char *resource_id;
	const char *resource_name; /* full; NULL: nothing tells any more */
	const char *descriptor;    /* of the resource, once it was installed; NULL: nothing tells */
	const char *location;      /* name of the driver */
	/* Of the resource: all that it was installed with is there, and plugged together. */
	bool whole;
	const char *lacks; /* why it is not whole: "its bridge lmb1a2b3c4d is gone"; NULL: it is */
};

#endif
