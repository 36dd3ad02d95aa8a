/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_TOSCA_GRAPH_BUILD_H
#define LM_TOSCA_GRAPH_BUILD_H

#include "base/vec.h"
#include "tosca/graph/graph.h"
#include "tosca/link/link.h"
#include "tosca/text/codes.h"

/*
 * Inside graph_build().  First a template is made of every descriptor: names in ${...} become
 * indices, texts are copied into the graph's arena, once.  Then the nodes are made from the root
 * down (expand), each gets its properties (stamp), and what stands between them is added (relate,
 * depend).  All that happens per node works on indices only.
 */

/* ---- templates ----------------------------------------------------------------------------- */

enum tpart_kind {
	TPART_TEXT,
	TPART_OWN,       /* property 'text' of the node itself; slot: its index, -1 undeclared */
	TPART_SLOT,      /* property 'text' of component 'slot'; member as in expr_part */
	TPART_REFERENCE, /* property 'text' of reference 'slot' */
	TPART_NAME,      /* the node's name, index, id */
	TPART_INDEX,
	TPART_ID,
	TPART_SOURCE, /* property 'text' of the relationship's end */
	TPART_TARGET,
	TPART_NOTHING, /* refers to nothing: unset */
};

struct tpart {
	enum tpart_kind kind;
	const char *text;
	int slot, member;
};

struct texpr {
	const struct expr *source; /* for its place */
	union {
		const struct tpart *parts;
		const struct graph_part *texts; /* of a fixed one, in the graph's arena */
	};
	unsigned n; /* 0: no value; fixed, too */
	bool fixed; /* text only: the same for all nodes */
};

struct tproperty {
	const char *name, *type;
	bool required, read_only, is_volatile, is_private;
	bool mappable; /* neither read-only nor a fixed value */
	struct texpr value, fallback;
	/* The candidates without a mapping, when they are the same for all nodes. */
	bool fixed;
	struct graph_expr *candidates;
	unsigned n_candidates;
};

struct tmapping {
	const char *name;
	struct texpr value;
};

struct tnumbers {
	struct texpr quantity, initial, min, max, increment, spares;
	enum end_state spares_state;
};

struct tcomponent {
	const char *name;
	struct template *child;
	const struct texpr **maps; /* per property of the child; NULL: not mapped */
	struct tmapping *extras;   /* the special properties that it does not declare */
	struct tnumbers *numbers;  /* NULL: there is one of it */
	unsigned n_extras;
	bool clustered;
};

struct tend {
	int slot; /* component; -1: a reference */
	int reference;
};

struct tcall {
	enum { TCALL_SOURCE, TCALL_TARGET, TCALL_SLOT, TCALL_REFERENCE } at;
	int slot;              /* component or reference */
	const char *operation; /* the catalog's text */
};

/* Its arrays run parallel to those of its source, too. */
struct trelationship {
	const struct relationship *source;
	const char *name;
	struct tend *sources, *targets;
	struct tmapping *properties;
	struct tcall *create, *cease;
};

struct treference {
	const char *name, *type;
	bool external;
	struct texpr instance, location, manager;
};

struct tscrape {
	struct texpr url, series, full_scale;
};

struct tmetric {
	const char *name;
	enum metric_type type;
	struct texpr period;
	const struct tscrape *scrape; /* NULL: none */
	int slot;                     /* assembly: where it is promoted from; -1: nowhere */
	const char *promoted;
};

struct tdriver {
	struct graph_driver d; /* without its properties */
	struct tmapping *properties;
	size_t n_properties;
};

struct tdrivers {
	struct tdriver *v;
	size_t n;
};

struct tlifecycle_drivers {
	struct tdrivers transitions[TRANSITION_N], otherwise, queries;
};

struct toperation {
	const char *name;
	int slot; /* as above */
	const char *promoted;
	unsigned timeout_s;
	struct tproperty *properties;
	size_t n_properties;
	struct tdrivers drivers;
};

struct tpolicy {
	const struct policy *source;
	const char *name;
	int metric_slot; /* -1: the descriptor's own metric */
	const char *metric;
	int target; /* component */
	/* Of one direction: what is said for both, when nothing is said for it. */
	struct texpr settings[SETTINGS_N];
	bool fixed; /* all of the settings are */
};

struct tinfra {
	const char *type, *kind;
	struct tmapping *attrs;
	size_t n_attrs;
};

/* Arrays run parallel to those of the descriptor. */
struct template
{
	const struct descriptor *d;
	const char *name, *package_dir;
	struct tproperty *properties;
	struct tcomponent *components;
	struct treference *references;
	struct trelationship *relationships;
	struct tmetric *metrics;
	struct toperation *operations;
	struct tpolicy *policies;
	struct tinfra *infra;
	struct graph_location *locations;
	struct tlifecycle_drivers *drivers; /* NULL: none */
	bool fixed;                         /* the resource part is the same for all nodes */
	struct graph_resource *resource;    /* then: this */
};

/* ---- the builder --------------------------------------------------------------------------- */

/* Where a component of an assembly went. */
struct slot {
	int node;    /* -1: a cluster */
	int cluster; /* -1: a single node */
};

/* What we know of a node beyond what the graph says. */
struct node_info {
	const struct template *template;
	const struct tcomponent *component; /* NULL: the root */
	struct slot *slots;                 /* per component of the template */
	int first_reference, first_metric;
	size_t first_property; /* number of the first property, counted over all nodes */
};

/* Elements of a graph by full name, each map made when it is first asked for; NULL: not yet. */
struct graph_names {
	struct lm_map *nodes, *clusters, *relationships;
};

struct builder {
	const struct catalog *catalog;
	const struct graph_request *request;
	struct diags *diags;
	struct graph *g;
	struct lm_arena *arena;      /* the graph's */
	struct lm_arena *scratch;    /* until the end of the build */
	struct template **templates; /* by index of the descriptor */
	struct lm_map *texts;        /* copies by content */
	struct lm_map *members;      /* of the request, by name of the cluster */
	size_t calls;                /* made so far, see GRAPH_LINKS_MAX */
	const char *last_type;       /* canonical name of a component, for graph_template.c */
	const struct descriptor *last_child;

	LM_VEC(struct graph_node) nodes;
	LM_VEC(struct node_info) infos;
	LM_VEC(struct graph_cluster) clusters;
	LM_VEC(struct graph_reference) references;
	LM_VEC(struct graph_relationship) relationships;
	LM_VEC(struct graph_metric) metrics;
	LM_VEC(struct graph_heal) heals;
	LM_VEC(struct graph_scale) scales;
	LM_VEC(struct graph_dep) deps;
	LM_VEC(struct graph_call) called; /* by the relationship that is being made */
};

enum {
	GRAPH_NODES_MAX = 2000000,
	GRAPH_LEVELS_MAX = 64,
	GRAPH_LINKS_MAX = 10 * 1000 * 1000, /* relationships, calls, dependencies: each */
};

/* A copy in the graph's arena, the same one for equal texts.  NULL stays NULL. */
const char *builder_text(struct builder *, const char *);

/* ---- phases; each reports, and returns false when the build cannot go on -------------------- */

/* The template of a descriptor, made on first use; its children's too. */
struct template *template_get(struct builder *, const struct descriptor *);
bool expand_root(struct builder *, struct template *);
bool stamp_nodes(struct builder *);
bool relate_nodes(struct builder *);
bool depend_nodes(struct builder *);

/* The relationship an expression belongs to, while it is stamped. */
struct stamp_ends {
	const struct graph_end *source, *target;
};

/* The nodes behind a component: one, or the members of a cluster. */
const int *builder_nodes(const struct builder *, const struct slot *, size_t *out_n);
/* Metrics and policies: a part of relate_nodes(). */
void observe_nodes(struct builder *);
struct graph_expr stamp_expr(
    struct builder *, int node, const struct texpr *, const struct stamp_ends *);
/* What an expression is before anything runs; NULL: unset, or not known yet. */
const char *expand_value(struct builder *, int node, const struct texpr *);

#endif
