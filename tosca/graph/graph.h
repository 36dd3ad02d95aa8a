/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_TOSCA_GRAPH_H
#define LM_TOSCA_GRAPH_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/attr.h"
#include "base/buf.h"
#include "base/kv.h"
#include "base/map.h"
#include "tosca/catalog/catalog.h"
#include "tosca/model/lifecycle.h"
#include "tosca/text/diag.h"

/*
 * The service graph: one root assembly, expanded (clusters and quantities included) and linked.
 * It is what the compiler makes and all that the rest of the house sees of descriptors.  Built
 * once, then const for ever; everything in it is its own, texts of the catalog and of the request
 * included, so a graph outlives both.
 *
 * Things refer to each other by index into the arrays of struct graph (the root is node 0; a
 * parent stands before its children); -1 means none.
 */

/* ---- values ---------------------------------------------------------------------------- */

enum graph_part_kind {
	GRAPH_PART_TEXT,      /* text */
	GRAPH_PART_PROPERTY,  /* property 'text' of node */
	GRAPH_PART_CLUSTER,   /* property 'text' of all members of cluster: a JSON array */
	GRAPH_PART_REFERENCE, /* property 'text' of reference ("id" and "name" too) */
	GRAPH_PART_ID,        /* id of node: known at run time */
};

struct graph_part {
	enum graph_part_kind kind;
	int index; /* node, cluster or reference, as the kind says */
	const char *text;
};

/* Parts laid end to end; instance.name and instance.index are already text.  n = 0: unset. */
struct graph_expr {
	const struct graph_part *parts;
	size_t n;
};

/* ---- nodes ----------------------------------------------------------------------------- */

struct graph_property {
	const char *name;
	const char *type; /* "string" unless the descriptor says otherwise */
	/*
	 * What to try, in order, when the instance has not reported a value of its own: the first
	 * that is not unset wins.  (Read-only: own value, default.  Literal value: that.  Else
	 * mapping or intent, own value, default.)
	 */
	const struct graph_expr *candidates;
	unsigned n_candidates;
	bool required, read_only, is_volatile;
	bool is_private; /* for the driver only: never shown */
};

#include "tosca/graph/graph_driver.h" /* a part of this header */

struct graph_operation {
	const char *name;
	unsigned timeout_s;                /* 0: the driver's default */
	struct graph_property *properties; /* what it takes; defaults as candidates */
	size_t n_properties;
	struct graph_drivers drivers; /* its own */
};

/*
 * One attribute of the section 'infrastructure', flattened: infrastructure.local.container.
 * networks.mgmt.network becomes kind "container", name "networks.mgmt.network".
 */
struct graph_attr {
	const char *name;
	struct graph_expr value;
};

struct graph_infra {
	const char *type; /* type of deployment location: "local" */
	const char *kind; /* "container", "network", "router", ... */
	struct graph_attr *attrs;
	size_t n_attrs;
};

struct graph_resource {
	const char *package_dir; /* folder of the descriptor: lifecycle/ stands in it */
	unsigned declared;       /* 1u << TRANSITION_START: the resource has this transition */
	unsigned timeout_s[TRANSITION_N]; /* 0: the driver's default */
	struct graph_operation *operations;
	size_t n_operations;
	struct graph_infra *infra; /* of our own drivers */
	size_t n_infra;
	struct graph_location *locations; /* all of the section 'infrastructure' */
	size_t n_locations;
	struct graph_lifecycle_drivers *drivers; /* NULL: none are named */
};

struct graph_node {
	const char *name;       /* full: voice__voip-server__1__asterisk */
	const char *component;  /* local: asterisk; for the root its own name */
	const char *descriptor; /* resource::asterisk::1.0 */
	int parent;             /* -1: the root */
	int cluster;            /* whose direct member or spare it is; -1: none */
	int index;              /* instance.index: from 1 */
	bool spare;             /* it, or something that it is in, is a spare */
	unsigned n_properties;
	struct graph_property *properties;
	const struct graph_resource *resource; /* NULL: an assembly */
};

/* ---- what stands between nodes ----------------------------------------------------------- */

/*
 * A quantity of more than one without 'cluster' is a cluster that cannot change: min = max.
 *
 * A spare is made like a member, up to 'spares_state', but is not in service: it has no
 * relationships with others, is in no list of the members' properties, does not count for the
 * limits, and no scale policy looks at it.  What is in it has relationships among itself, and heal
 * policies.
 */
struct graph_cluster {
	const char *name;      /* full: voice__voip-server */
	const char *component; /* local: voip-server */
	int owner;             /* the assembly that contains it */
	unsigned min, max;     /* max 0: unbounded */
	unsigned initial, increment;
	unsigned spares;              /* how many are wanted */
	enum end_state spares_state;  /* END_INACTIVE or END_INSTALLED */
	int *members, *spare_members; /* nodes, in index order */
	size_t n_members, n_spare_members;
};

/*
 * Something that is there already, found before anything starts: a root assembly of this manager,
 * or a resource that the driver of its location is asked for.
 */
struct graph_reference {
	const char *component;
	int owner;
	const char *type; /* may hold a version range */
	bool external;    /* a resource */
	struct graph_expr name;
	struct graph_expr location, manager; /* external: deploymentLocation, resourceManager */
};

struct graph_end {
	int node;      /* an assembly stands for all resources in it; -1: a reference */
	int reference; /* the source may be one; -1 otherwise */
	enum end_state state;
	bool pre; /* modifier: the relationship comes before the end's transition into 'state' */
};

struct graph_call {
	int node; /* a resource: promotions are resolved; a clustered promotion became several calls */
	int reference; /* with node -1: the operation of what was found, whatever resource has it */
	const char *operation;
};

/* An operation of the root, for those who refer to it: who carries it out, promotions resolved. */
struct graph_offer {
	const char *operation;
	const struct graph_call *calls; /* of resources; a clustered promotion became several */
	size_t n_calls;
};

/* One per pair of source member and target member. */
struct graph_relationship {
	const char *name; /* full, stable: voice__manageDispatchList__2 (2: the source's index) */
	const char *descriptor; /* local: manageDispatchList */
	int owner;
	struct graph_end source, target;
	unsigned n_properties;
	struct graph_attr *properties;
	struct graph_call *create, *cease;
	unsigned n_create, n_cease;
};

#include "tosca/graph/graph_policy.h" /* a part of this header */

/* consumer's first transition waits until provider has made its values. */
struct graph_dep {
	int consumer, provider; /* resources */
	const char *property;   /* of the consumer: the reason, for people */
	const char *source;     /* of the provider: where the value comes from */
};

struct graph {
	struct lm_arena *arena; /* of all but the arrays below, which are on the heap */
	struct graph_node *nodes;
	size_t n_nodes;
	struct graph_cluster *clusters;
	size_t n_clusters;
	struct graph_reference *references;
	size_t n_references;
	struct graph_relationship *relationships;
	size_t n_relationships;
	struct graph_metric *metrics; /* by node, ascending */
	size_t n_metrics;
	struct graph_heal *heals;
	size_t n_heals;
	struct graph_scale *scales;
	size_t n_scales;
	struct graph_dep *deps; /* by consumer, ascending */
	size_t n_deps;
	struct graph_offer *offers; /* in the arena */
	size_t n_offers;
	struct graph_names *names; /* behind graph_find_...() */
};

/* ---- building ---------------------------------------------------------------------------- */

/*
 * Who is in a cluster, when it is not the initial quantity, with as many spares as it says behind
 * it.  No index is both a member's and a spare's.
 */
struct graph_members {
	const char *cluster; /* full name */
	const int *indices;  /* ascending, from 1, no doubles */
	size_t n;
	const int *spares; /* the same */
	size_t n_spares;
};

struct graph_request {
	const char *descriptor;   /* full name in the catalog */
	const char *instance;     /* name of the root: no blanks, no "__", no digit first */
	struct lm_kvs properties; /* the intent's */
	const struct graph_members *members;
	size_t n_members;
	bool takes_resource; /* a resource may be the root, of a graph with one node */
};

/*
 * Expands and links.  NULL when there were errors; they are in 'diags'.  Numbers of clusters,
 * quantities and limits are evaluated here, with the intent's properties, and checked.  A required
 * property of the root that nobody supplies is an error.
 * Limits: 2,000,000 nodes, 64 levels; 10,000,000 each of relationships, their operations, and
 * dependencies; a value is handed on at most 1,000 times.
 */
struct graph *graph_build(const struct catalog *, const struct graph_request *, struct diags *)
    LM_MUST_USE;
void graph_free(struct graph *);

/* The first that is asked makes an index; graph_forget_names() frees it.  One thread at a time. */
int graph_find_node(const struct graph *, const char *full_name);         /* -1: none */
int graph_find_cluster(const struct graph *, const char *full_name);      /* -1: none */
int graph_find_relationship(const struct graph *, const char *full_name); /* -1: none */
void graph_forget_names(const struct graph *);
const struct graph_operation *graph_find_operation(const struct graph_node *, const char *name);
const struct graph_offer *graph_find_offer(const struct graph *, const char *operation);

/* ---- evaluating -------------------------------------------------------------------------- */

/*
 * What only run time knows.  Any function may be NULL: then nothing is known.  Results are
 * borrowed until the evaluation returns; NULL means unset.
 */
struct graph_facts {
	const char *(*output)(
	    void *arg, int node, const char *property); /* reported by the instance */
	const char *(*id)(void *arg, int node);
	const char *(*reference)(void *arg, int reference, const char *property);
	void *arg;
};

/*
 * The value of a property now: what the instance reported, else the first candidate that is set.
 * An expression that is nothing but one unset reference is unset (NULL); an unset part inside a
 * longer text is empty.  Results live in 'arena'.
 */
const char *graph_property_value(const struct graph *, int node, const char *property,
    const struct graph_facts *, struct lm_arena *);
const char *graph_expr_value(
    const struct graph *, const struct graph_expr *, const struct graph_facts *, struct lm_arena *);
/* The one of some nodes, in index order, that has an index; -1: none. */
int graph_member(const struct graph *, const int *nodes, size_t n, int index);
/* What a consumer takes of others: a part of 'deps', of 'n' elements. */
const struct graph_dep *graph_deps_of(const struct graph *, int consumer, size_t *n);
/* All properties of a node that are set. */
struct lm_kvs graph_node_values(
    const struct graph *, int node, const struct graph_facts *, struct lm_arena *);

LM_DEFINE_AUTO(graph, graph_free);

#include "tosca/graph/graph_print.h" /* a part of this header */

#endif
